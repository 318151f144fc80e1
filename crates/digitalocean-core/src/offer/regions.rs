//! The regions.

/// A region.
#[derive(Debug)]
pub struct Region {
    pub slug: &'static str,
    pub name: &'static str,
    /// Whether droplets can be created there.
    pub available: bool,
    /// The third octet from which the default VPC's range is made: `10.OCTET.0.0/20`.
    pub vpc_octet: u8,
}

/// What every region has.
pub const FEATURES: &[&str] =
    &["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"];

const fn open(slug: &'static str, name: &'static str, vpc_octet: u8) -> Region {
    Region { slug, name, available: true, vpc_octet }
}

const fn closed(slug: &'static str, name: &'static str, vpc_octet: u8) -> Region {
    Region { slug, name, available: false, vpc_octet }
}

/// The regions, in the order in which they are listed.
pub const REGIONS: &[Region] = &[
    open("nyc1", "New York 1", 116),
    closed("sfo1", "San Francisco 1", 112),
    open("nyc2", "New York 2", 100),
    closed("ams2", "Amsterdam 2", 105),
    open("sgp1", "Singapore 1", 104),
    open("lon1", "London 1", 106),
    open("nyc3", "New York 3", 108),
    open("ams3", "Amsterdam 3", 110),
    open("fra1", "Frankfurt 1", 114),
    open("tor1", "Toronto 1", 118),
    open("sfo2", "San Francisco 2", 120),
    open("blr1", "Bangalore 1", 122),
    open("sfo3", "San Francisco 3", 124),
    open("syd1", "Sydney 1", 126),
    open("atl1", "Atlanta 1", 128),
    closed("ams1", "Amsterdam 1", 102),
];
