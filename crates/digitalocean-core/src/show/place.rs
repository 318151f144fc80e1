//! Regions and sizes. Rows may name one that the tables have no more; it is shown as far as its slug
//! says what it is, and as not available.

use std::borrow::Cow;

use crate::Output;
use crate::offer::{self, Region, Size};

/// A region, as it is shown.
#[derive(Debug, Output)]
pub struct RegionView {
    name: Cow<'static, str>,
    slug: Cow<'static, str>,
    features: &'static [&'static str],
    available: bool,
    sizes: Vec<&'static str>,
}

impl From<&'static Region> for RegionView {
    fn from(region: &'static Region) -> Self {
        let sizes = if region.available { offer::sizes::SIZES } else { &[] };
        Self {
            name: region.name.into(),
            slug: region.slug.into(),
            features: offer::regions::FEATURES,
            available: region.available,
            sizes: sizes.iter().map(|size| size.slug).collect(),
        }
    }
}

/// The region of a stored slug.
pub fn region(slug: &str) -> RegionView {
    match offer::region(slug) {
        Some(region) => region.into(),
        None => RegionView {
            name: slug.to_owned().into(),
            slug: slug.to_owned().into(),
            features: &[],
            available: false,
            sizes: Vec::new(),
        },
    }
}

/// A size, as it is shown.
#[derive(Debug, Output)]
pub struct SizeView {
    slug: Cow<'static, str>,
    pub memory: u32,
    pub vcpus: u32,
    disk: u32,
    transfer: f64,
    price_monthly: f64,
    price_hourly: f64,
    regions: Vec<&'static str>,
    available: bool,
    description: &'static str,
    disk_info: Vec<DiskInfo>,
}

/// A disk, as it is shown.
#[derive(Debug, Output)]
pub struct DiskInfo {
    #[wire(name = "type")]
    kind: &'static str,
    size: Amount,
}

#[derive(Debug, Output)]
struct Amount {
    amount: u32,
    unit: &'static str,
}

impl DiskInfo {
    /// A droplet's one disk.
    pub fn local(gigabytes: u32) -> Vec<Self> {
        vec![Self { kind: "local", size: Amount { amount: gigabytes, unit: "gib" } }]
    }
}

impl From<&'static Size> for SizeView {
    fn from(size: &'static Size) -> Self {
        let regions = offer::regions::REGIONS.iter().filter(|region| region.available);
        Self {
            slug: size.slug.into(),
            memory: size.memory,
            vcpus: size.vcpus,
            disk: size.disk,
            transfer: size.transfer,
            price_monthly: size.price_monthly,
            price_hourly: size.price_hourly(),
            regions: regions.map(|region| region.slug).collect(),
            available: true,
            description: size.description,
            disk_info: DiskInfo::local(size.disk),
        }
    }
}

/// The size of a stored slug, with the disk of what has it.
pub fn size(slug: &str, disk: u32) -> SizeView {
    match offer::size(slug) {
        Some(size) => size.into(),
        None => SizeView {
            slug: slug.to_owned().into(),
            memory: 0,
            vcpus: 0,
            disk,
            transfer: 0.0,
            price_monthly: 0.0,
            price_hourly: 0.0,
            regions: Vec::new(),
            available: false,
            description: "",
            disk_info: DiskInfo::local(disk),
        },
    }
}

#[cfg(test)]
mod tests {
    use isobar_wire::Output;
    use isobar_wire::output::value_of;
    use serde_json::{Value, json};

    fn shown(output: &dyn Output) -> Value {
        serde_json::to_value(value_of(output).expect("a value")).expect("JSON")
    }

    #[test]
    fn what_is_not_in_the_tables_any_more_is_shown() {
        let region = shown(&super::region("gone1"));
        assert_eq!((&region["slug"], &region["available"]), (&json!("gone1"), &json!(false)));
        assert_eq!((&region["sizes"], &region["features"]), (&json!([]), &json!([])));
        let size = shown(&super::size("s-9vcpu-1gb", 25));
        assert_eq!((&size["slug"], &size["available"]), (&json!("s-9vcpu-1gb"), &json!(false)));
        assert_eq!((&size["disk"], &size["regions"]), (&json!(25), &json!([])));
    }
}
