//! What AWS has on offer: regions, instance types, images.

use async_trait::async_trait;
use serde_json::json;

use super::super::adapter::Offers;
use super::super::failure::{Failure, Outcome as _};
use super::super::offers::{Sizes, is_common, no_instance_type, not_one_of, own_size, violation};
use super::super::session::{Session, text, texts};
use super::Aws;
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
const SIZES: Sizes = [("small", "t3.small"), ("medium", "t3.medium"), ("large", "t3.large")];

pub(super) fn instance_type(size: &str) -> &str {
    own_size(&SIZES, size)
}

#[async_trait]
impl Offers for Aws {
    fn home_region(&self) -> &'static str {
        "us-east-1"
    }

    async fn check(
        &self,
        home: &Session,
        local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        let answer = home.read("ec2", "DescribeRegions", json!({})).await?;
        let mut regions = texts(answer.list("/Regions"), "/RegionName");
        regions.sort_unstable();
        if !regions.contains(&target.region) {
            return Ok(vec![not_one_of("region", &target.region, &regions)]);
        }
        let mut violations = Vec::new();
        if !is_common(&SIZES, &target.size) {
            violations.extend(check_size(local, &target.size).await?);
        }
        if let Some(image) = &target.image {
            violations.extend(check_image(local, image).await?);
        }
        Ok(violations)
    }
}

async fn check_size(session: &Session, size: &str) -> Result<Option<Violation>, Failure> {
    let wanted = json!({ "InstanceTypes": [size] });
    let answer = session.read("ec2", "DescribeInstanceTypes", wanted).await;
    let known = answer.none_if(|error| error.code().starts_with("InvalidInstanceType"))?;
    if known.is_some_and(|answer| !answer.list("/InstanceTypes").is_empty()) {
        return Ok(None);
    }
    let answer = session.read("ec2", "DescribeInstanceTypes", json!({ "MaxResults": 100 })).await?;
    Ok(Some(no_instance_type(size, texts(answer.list("/InstanceTypes"), "/InstanceType"))))
}

async fn check_image(session: &Session, image: &str) -> Result<Option<Violation>, Failure> {
    let answer = session.read("ec2", "DescribeImages", json!({ "ImageIds": [image] })).await;
    let known = answer.none_if(|error| error.code().starts_with("InvalidAMIID"))?;
    if known.is_some_and(|answer| !answer.list("/Images").is_empty()) {
        return Ok(None);
    }
    let region = &session.region;
    let constraint = match default_image(session).await {
        Ok(id) => format!("must be the id of an image in {region}, such as {id}"),
        Err(_) => format!("must be the id of an image in {region}"),
    };
    Ok(Some(violation("image", image, constraint)))
}

/// The newest general-purpose Linux of Amazon's for the sizes above.
pub(super) async fn default_image(session: &Session) -> Result<String, Failure> {
    let architecture = json!({ "Name": "architecture", "Values": ["x86_64"] });
    let named = json!({
        "Name": "name",
        "Values": ["al2023-ami-2023*-x86_64", "amzn2-ami-hvm-*-x86_64-gp2"],
    });
    for filters in [json!([architecture, named]), json!([architecture])] {
        let input = json!({ "Owners": ["amazon"], "Filters": filters });
        let answer = session.read("ec2", "DescribeImages", input).await?;
        let newest = answer
            .list("/Images")
            .iter()
            .filter(|image| {
                text(image, "/State").is_none_or(|state| state == "available")
                    && text(image, "/Platform").is_none()
            })
            .max_by_key(|image| text(image, "/CreationDate"));
        if let Some(id) = newest.and_then(|image| text(image, "/ImageId")) {
            return Ok(id);
        }
    }
    Err(Failure::Refused(format!(
        "there is no Linux image of Amazon's in {}; name an image in the manifest",
        session.region
    )))
}
