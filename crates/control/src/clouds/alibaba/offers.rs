//! What Alibaba Cloud has on offer: regions, zones, instance types, images.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::Offers;
use super::super::failure::{Failure, Outcome as _};
use super::super::offers::{Sizes, is_common, no_instance_type, not_one_of, own_size, violation};
use super::super::session::{Session, list, text, texts};
use super::Alibaba;
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
const SIZES: Sizes =
    [("small", "ecs.t6-c1m2.large"), ("medium", "ecs.c6.large"), ("large", "ecs.c6.xlarge")];

pub(super) fn instance_type(size: &str) -> &str {
    own_size(&SIZES, size)
}

#[async_trait]
impl Offers for Alibaba {
    fn home_region(&self) -> &'static str {
        "cn-hangzhou"
    }

    async fn check(
        &self,
        home: &Session,
        local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        let answer = home.read("ecs", "DescribeRegions", json!({})).await?;
        let mut regions = texts(answer.list("/Regions/Region"), "/RegionId");
        regions.sort_unstable();
        if !regions.contains(&target.region) {
            return Ok(vec![not_one_of("region", &target.region, &regions)]);
        }
        let mut violations = Vec::new();
        if !is_common(&SIZES, &target.size) {
            violations.extend(check_size(local, &target.size).await?);
        }
        if let Some(image) = &target.image {
            let input = json!({ "RegionId": local.region, "ImageId": image });
            let answer = local.read("ecs", "DescribeImages", input).await.found()?;
            if answer.is_none_or(|answer| answer.list("/Images/Image").is_empty()) {
                let constraint = format!("must be the id of an image in {}", local.region);
                violations.push(violation("image", image, constraint));
            }
        }
        Ok(violations)
    }
}

async fn check_size(session: &Session, size: &str) -> Result<Option<Violation>, Failure> {
    let types = "/InstanceTypes/InstanceType";
    let answer = session.read("ecs", "DescribeInstanceTypes", json!({})).await?;
    let names = texts(answer.list(types), "/InstanceTypeId");
    if names.iter().any(|name| name == size) {
        return Ok(None);
    }
    // The list comes in pages in regions with many types; asked for by name, the type is first.
    let named = json!({ "InstanceTypes": [size] });
    let named = session.read("ecs", "DescribeInstanceTypes", named).await.found()?;
    let there = named.is_some_and(|answer| {
        answer.list(types).iter().any(|entry| entry["InstanceTypeId"] == size)
    });
    Ok((!there).then(|| no_instance_type(size, names)))
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
