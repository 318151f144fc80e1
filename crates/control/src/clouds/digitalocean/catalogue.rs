//! What DigitalOcean has on offer: regions, sizes, images.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::session::{Session, list, text};
use super::found;
use super::pages::{all, number};
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
pub(super) const SIZES: [(&str, &str); 3] =
    [("small", "s-1vcpu-1gb"), ("medium", "s-2vcpu-2gb"), ("large", "s-4vcpu-8gb")];

/// The image where none is named.
const IMAGE: &str = "ubuntu-24-04-x64";

pub(super) fn size(size: &str) -> &str {
    SIZES.iter().find(|(name, _)| *name == size).map_or(size, |(_, own)| own)
}

/// The image for a droplet: a slug, or a number for an own one.
pub(super) fn image(image: Option<&str>) -> Value {
    number(image.unwrap_or(IMAGE))
}

pub(super) async fn check(
    session: &Session,
    target: &TargetSpec,
) -> Result<Vec<Violation>, Failure> {
    let regions: Vec<_> = all(session, "regions", "regions", &[])
        .await?
        .into_iter()
        .filter(|region| region["available"] != false)
        .collect();
    let slugs: Vec<_> = regions.iter().filter_map(|region| text(region, "/slug")).collect();
    if !slugs.contains(&target.region) {
        return Ok(vec![violation("region", &target.region, &slugs)]);
    }
    let mut violations = Vec::new();
    if !SIZES.iter().any(|(name, _)| *name == target.size) {
        let sizes = all(session, "sizes", "sizes", &[]).await?;
        let offered = sizes.iter().filter(|size| {
            let there = list(size, "/regions");
            there.is_empty() || there.iter().any(|region| *region == json!(target.region))
        });
        let words = SIZES.iter().map(|(name, _)| (*name).to_owned());
        let names: Vec<_> = words.chain(offered.filter_map(|size| text(size, "/slug"))).collect();
        if !names.contains(&target.size) {
            violations.push(violation("size", &target.size, &names));
        }
    }
    if let Some(image) = &target.image {
        let input = json!({ "image_id": number(image) });
        if found(session.read("images", "get", input).await)?.is_none() {
            violations.push(Violation {
                field: "image".to_owned(),
                value: json!(image),
                constraint: format!("must be the slug or id of an image, such as {IMAGE}"),
            });
        }
    }
    Ok(violations)
}

fn violation(field: &str, value: &str, valid: &[String]) -> Violation {
    Violation {
        field: field.to_owned(),
        value: json!(value),
        constraint: format!("must be one of {}", valid.join(", ")),
    }
}
