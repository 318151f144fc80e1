//! What DigitalOcean has on offer: regions, sizes, images.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::Offers;
use super::super::failure::{Failure, Outcome as _};
use super::super::offers::{Sizes, is_common, not_one_of, own_size, violation};
use super::super::session::{Session, list, texts};
use super::{DigitalOcean, PAGES, number};
use crate::error::Violation;
use crate::model::manifest::TargetSpec;

/// The sizes that are the same everywhere.
const SIZES: Sizes =
    [("small", "s-1vcpu-1gb"), ("medium", "s-2vcpu-2gb"), ("large", "s-4vcpu-8gb")];

/// The image where none is named.
const IMAGE: &str = "ubuntu-24-04-x64";

pub(super) fn size(size: &str) -> &str {
    own_size(&SIZES, size)
}

/// The image for a droplet: a slug, or a number for an own one.
pub(super) fn image(image: Option<&str>) -> Value {
    number(image.unwrap_or(IMAGE))
}

#[async_trait]
impl Offers for DigitalOcean {
    fn home_region(&self) -> &'static str {
        "nyc3"
    }

    async fn check(
        &self,
        home: &Session,
        _local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        let regions = PAGES.all(home, "regions", "list", json!({}), "/regions").await?;
        let open = regions.iter().filter(|region| region["available"] != false);
        let slugs = texts(open, "/slug");
        if !slugs.contains(&target.region) {
            return Ok(vec![not_one_of("region", &target.region, &slugs)]);
        }
        let mut violations = Vec::new();
        if !is_common(&SIZES, &target.size) {
            let sizes = PAGES.all(home, "sizes", "list", json!({}), "/sizes").await?;
            let offered = sizes.iter().filter(|size| {
                let there = list(size, "/regions");
                there.is_empty() || there.iter().any(|region| *region == json!(target.region))
            });
            let words = SIZES.iter().map(|(name, _)| (*name).to_owned());
            let names: Vec<_> = words.chain(texts(offered, "/slug")).collect();
            if !names.contains(&target.size) {
                violations.push(not_one_of("size", &target.size, &names));
            }
        }
        if let Some(image) = &target.image {
            let input = json!({ "image_id": number(image) });
            if home.read("images", "get", input).await.found()?.is_none() {
                let constraint = format!("must be the slug or id of an image, such as {IMAGE}");
                violations.push(violation("image", image, constraint));
            }
        }
        Ok(violations)
    }
}
