//! A file goes up to S3 and comes down again, neither in memory: `cargo run -p isobar-client --example
//! object FILE BUCKET`.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;

use isobar_catalogue::Cloud;
use isobar_client::{Client, Source, Upload};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(bucket)) = (arguments.next(), arguments.next()) else {
        return Err("FILE and BUCKET are needed".into());
    };
    let client = Client::from_env(Cloud::Aws).await?;

    let (service, put) = client.find("s3", "PutObject")?;
    let file = File::open(&path)?;
    let length = file.metadata()?.len();
    let input = client.input_of(service, put, json!({"Bucket": bucket, "Key": "example"}))?;
    let upload = Upload::new(Source::file(file.into(), 0, length));
    let answer = client.upload(service, put, input, &upload).await?;
    println!("up: {}", serde_json::to_string(&answer.output)?);

    let (service, get) = client.find("s3", "GetObject")?;
    let input = client.input_of(service, get, json!({"Bucket": bucket, "Key": "example"}))?;
    let opened = client.open(service, get, input).await?;
    let mut body = opened.body.ok_or("the answer has no body")?;
    let mut back = File::create(format!("{path}.back"))?;
    while let Some(chunk) = body.chunk().await {
        back.write_all(&chunk?)?;
    }
    Ok(())
}
