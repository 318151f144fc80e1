//! What AWS has on offer: regions, instance types, images.

use serde_json::json;

use super::super::failure::Failure;
use super::super::session::{Session, list, text};
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
pub(super) const SIZES: [(&str, &str); 3] =
    [("small", "t3.small"), ("medium", "t3.medium"), ("large", "t3.large")];

/// How many names a message lists.
const SHOWN: usize = 40;

pub(super) fn instance_type(size: &str) -> &str {
    SIZES.iter().find(|(name, _)| *name == size).map_or(size, |(_, own)| own)
}

pub(super) async fn check(
    home: &Session,
    local: &Session,
    target: &TargetSpec,
) -> Result<Vec<Violation>, Failure> {
    let answer = home.read("ec2", "DescribeRegions", json!({})).await?;
    let mut regions: Vec<_> =
        answer.list("/Regions").iter().filter_map(|region| text(region, "/RegionName")).collect();
    regions.sort_unstable();
    if !regions.contains(&target.region) {
        return Ok(vec![Violation {
            field: "region".to_owned(),
            value: json!(target.region),
            constraint: format!("must be one of {}", regions.join(", ")),
        }]);
    }
    let mut violations = Vec::new();
    if !SIZES.iter().any(|(name, _)| *name == target.size) {
        violations.extend(check_size(local, &target.size).await?);
    }
    if let Some(image) = &target.image {
        violations.extend(check_image(local, image).await?);
    }
    Ok(violations)
}

async fn check_size(session: &Session, size: &str) -> Result<Option<Violation>, Failure> {
    let wanted = json!({ "InstanceTypes": [size] });
    match session.read("ec2", "DescribeInstanceTypes", wanted).await {
        Ok(answer) if !answer.list("/InstanceTypes").is_empty() => return Ok(None),
        Ok(_) => {}
        Err(Failure::Call(error)) if error.code().starts_with("InvalidInstanceType") => {}
        Err(failure) => return Err(failure),
    }
    let answer = session.read("ec2", "DescribeInstanceTypes", json!({ "MaxResults": 100 })).await?;
    let mut names: Vec<_> = answer
        .list("/InstanceTypes")
        .iter()
        .filter_map(|entry| text(entry, "/InstanceType"))
        .collect();
    names.sort_unstable();
    names.truncate(SHOWN);
    Ok(Some(Violation {
        field: "size".to_owned(),
        value: json!(size),
        constraint: format!(
            "must be small, medium, large, or an instance type such as {}",
            names.join(", ")
        ),
    }))
}

async fn check_image(session: &Session, image: &str) -> Result<Option<Violation>, Failure> {
    match session.read("ec2", "DescribeImages", json!({ "ImageIds": [image] })).await {
        Ok(answer) if !answer.list("/Images").is_empty() => return Ok(None),
        Ok(_) => {}
        Err(Failure::Call(error)) if error.code().starts_with("InvalidAMIID") => {}
        Err(failure) => return Err(failure),
    }
    let fallback = default_image(session).await.ok();
    Ok(Some(Violation {
        field: "image".to_owned(),
        value: json!(image),
        constraint: match fallback {
            Some(id) => format!("must be the id of an image in {}, such as {id}", session.region),
            None => format!("must be the id of an image in {}", session.region),
        },
    }))
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

/// The values of a list at a pointer in each item.
pub(super) fn texts(items: &[serde_json::Value], outer: &str, inner: &str) -> Vec<String> {
    items.iter().flat_map(|item| list(item, outer)).filter_map(|item| text(item, inner)).collect()
}
