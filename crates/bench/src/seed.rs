//! Makes what is described.

use std::error::Error;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{Client, Config};
use isobar_wire::Value;
use serde_json::json;

use crate::Place;

pub(crate) async fn run(place: &Place, instances: i64) -> Result<(), Box<dyn Error>> {
    let key = Credentials::new(place.access_key.as_str(), place.secret_key.as_str());
    let client =
        Client::new(Config::new(Cloud::Aws, "us-east-1", key).with_endpoint(place.url.as_str()))?;
    let call = async |operation: &str, input: serde_json::Value| -> Result<_, Box<dyn Error>> {
        let input: Value = serde_json::from_value(input)?;
        Ok(serde_json::to_value(client.call("ec2", operation, input).await?)?)
    };
    let there = count(&call("DescribeInstances", json!({})).await?);
    if there < instances {
        let owners = json!({ "Owners": ["amazon"] });
        let images = call("DescribeImages", owners).await?;
        let image = images["Images"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|image| image["Architecture"] == "x86_64")
            .ok_or("the server has no image")?;
        let missing = instances - there;
        let input = json!({
            "ImageId": image["ImageId"],
            "InstanceType": "t3.micro",
            "MinCount": missing,
            "MaxCount": missing,
        });
        call("RunInstances", input).await?;
    }
    let there = count(&call("DescribeInstances", json!({})).await?);
    if there == instances { Ok(()) } else { Err(format!("{there} instances are there").into()) }
}

fn count(answer: &serde_json::Value) -> i64 {
    let reservations = answer["Reservations"].as_array().into_iter().flatten();
    reservations.map(|one| one["Instances"].as_array().map_or(0, |list| list.len() as i64)).sum()
}
