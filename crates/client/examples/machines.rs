//! The machines of three clouds, page by page as they come: `cargo run -p isobar-client --example
//! machines`. A cloud without credentials is left out.

use std::error::Error;

use futures_util::TryStreamExt;
use isobar_catalogue::Cloud;
use isobar_client::{Client, Kind};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for (cloud, service, operation, input) in [
        (Cloud::Aws, "ec2", "DescribeInstances", json!({})),
        (Cloud::Alibaba, "ecs", "DescribeInstances", json!({"PageSize": 100})),
        (Cloud::DigitalOcean, "droplets", "list", json!({"per_page": 200})),
    ] {
        let client = Client::from_env(cloud).await?;
        let mut pages = std::pin::pin!(client.pages(service, operation, input));
        loop {
            match pages.try_next().await {
                Ok(Some(page)) => {
                    for id in ids(&serde_json::to_value(page)?) {
                        println!("{cloud} {id}");
                    }
                }
                Ok(None) => break,
                Err(error) if error.kind() == Kind::NoCredentials => {
                    eprintln!("{cloud}: {error}");
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// The ids of the machines in a page, in the words of whichever cloud it is from.
fn ids(page: &Value) -> Vec<String> {
    let lists = ["/Instances/Instance", "/droplets"].map(|path| page.pointer(path));
    let reservations = page["Reservations"].as_array().into_iter().flatten();
    let of_reservations = reservations.filter_map(|it| it["Instances"].as_array());
    let of_lists = lists.into_iter().flatten().filter_map(Value::as_array);
    let id = |it: &Value| it.get("InstanceId").or(it.get("id")).map(ToString::to_string);
    of_reservations.chain(of_lists).flatten().filter_map(id).collect()
}
