//! What Alibaba Cloud has on offer: regions, zones, instance types, images.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::session::{Session, list, text};
use super::found;
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
pub(super) const SIZES: [(&str, &str); 3] =
    [("small", "ecs.t6-c1m2.large"), ("medium", "ecs.c6.large"), ("large", "ecs.c6.xlarge")];

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
    let answer = home.read("ecs", "DescribeRegions", json!({})).await?;
    let mut regions: Vec<_> = answer
        .list("/Regions/Region")
        .iter()
        .filter_map(|region| text(region, "/RegionId"))
        .collect();
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
        let input = json!({ "RegionId": local.region, "ImageId": image });
        let answer = found(local.read("ecs", "DescribeImages", input).await)?;
        if answer.is_none_or(|answer| answer.list("/Images/Image").is_empty()) {
            violations.push(Violation {
                field: "image".to_owned(),
                value: json!(image),
                constraint: format!("must be the id of an image in {}", local.region),
            });
        }
    }
    Ok(violations)
}

async fn check_size(session: &Session, size: &str) -> Result<Option<Violation>, Failure> {
    let answer = session.read("ecs", "DescribeInstanceTypes", json!({})).await?;
    let mut names: Vec<_> = answer
        .list("/InstanceTypes/InstanceType")
        .iter()
        .filter_map(|entry| text(entry, "/InstanceTypeId"))
        .collect();
    if names.iter().any(|name| name == size) {
        return Ok(None);
    }
    // The list comes in pages in regions with many types; asked for by name, the type is first.
    let named = json!({ "InstanceTypes": [size] });
    if let Some(answer) = found(session.read("ecs", "DescribeInstanceTypes", named).await)? {
        let types = answer.list("/InstanceTypes/InstanceType");
        if types.iter().any(|entry| entry["InstanceTypeId"] == size) {
            return Ok(None);
        }
    }
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

/// A zone that has the instance type, the first by name.
pub(super) async fn zone(session: &Session, instance_type: &str) -> Result<String, Failure> {
    let input = json!({ "RegionId": session.region });
    let answer = session.read("ecs", "DescribeZones", input).await?;
    let mut zones: Vec<_> = answer.list("/Zones/Zone").iter().collect();
    zones.sort_by_key(|zone| text(zone, "/ZoneId"));
    let offers = |zone: &&&Value| {
        let types = list(zone, "/AvailableInstanceTypes/InstanceTypes");
        types.iter().any(|offered| *offered == json!(instance_type))
    };
    let chosen = zones.iter().find(offers).or_else(|| zones.first());
    chosen.and_then(|zone| text(zone, "/ZoneId")).ok_or_else(|| {
        Failure::Refused(format!("{} has no zone for {instance_type}", session.region))
    })
}

/// The newest of Alibaba Cloud's own Linux images.
pub(super) async fn default_image(session: &Session) -> Result<String, Failure> {
    let input = json!({
        "RegionId": session.region,
        "ImageOwnerAlias": "system",
        "OSType": "linux",
        "Architecture": "x86_64",
        "PageSize": 100,
    });
    let answer = session.read("ecs", "DescribeImages", input).await?;
    let images = answer.list("/Images/Image");
    let newest = |prefix: &str| {
        images
            .iter()
            .filter(|image| {
                text(image, "/ImageId").is_some_and(|id| id.starts_with(prefix))
                    && text(image, "/OSType").is_none_or(|os| os == "linux")
            })
            .max_by_key(|image| text(image, "/CreationTime"))
            .and_then(|image| text(image, "/ImageId"))
    };
    newest("aliyun_3_x64").or_else(|| newest("ubuntu_2")).or_else(|| newest("")).ok_or_else(|| {
        Failure::Refused(format!(
            "there is no Linux image of Alibaba Cloud's in {}; name an image in the manifest",
            session.region
        ))
    })
}
