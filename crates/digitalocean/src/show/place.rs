//! Regions and sizes.

use serde::Serialize;

use crate::offer::{self, Region, Size};

/// A region, as it is shown.
#[derive(Debug, Serialize)]
pub(crate) struct RegionView {
    name: &'static str,
    slug: &'static str,
    features: &'static [&'static str],
    available: bool,
    sizes: Vec<&'static str>,
}

impl From<&'static Region> for RegionView {
    fn from(region: &'static Region) -> Self {
        let sizes = if region.available { offer::sizes::SIZES } else { &[] };
        Self {
            name: region.name,
            slug: region.slug,
            features: offer::regions::FEATURES,
            available: region.available,
            sizes: sizes.iter().map(|size| size.slug).collect(),
        }
    }
}

/// The region of a slug that was checked when it was stored.
pub(crate) fn region(slug: &str) -> RegionView {
    offer::region(slug).expect("stored regions are of the table").into()
}

/// A size, as it is shown.
#[derive(Debug, Serialize)]
pub(crate) struct SizeView {
    slug: &'static str,
    memory: u32,
    vcpus: u32,
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
#[derive(Debug, Serialize)]
pub(crate) struct DiskInfo {
    #[serde(rename = "type")]
    kind: &'static str,
    size: Amount,
}

#[derive(Debug, Serialize)]
struct Amount {
    amount: u32,
    unit: &'static str,
}

impl DiskInfo {
    /// A droplet's one disk.
    pub(crate) fn local(gigabytes: u32) -> Vec<Self> {
        vec![Self { kind: "local", size: Amount { amount: gigabytes, unit: "gib" } }]
    }
}

impl From<&'static Size> for SizeView {
    fn from(size: &'static Size) -> Self {
        let regions = offer::regions::REGIONS.iter().filter(|region| region.available);
        Self {
            slug: size.slug,
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
