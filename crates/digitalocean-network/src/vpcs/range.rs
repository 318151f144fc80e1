//! The address ranges of VPCs.

use std::net::Ipv4Addr;

use isobar_kernel::Fault;

use super::errors;
use super::records::Vpc;
use crate::world::Scene;

/// A range: its first address and how many bits its addresses share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u32,
    bits: u8,
}

/// The private ranges of RFC 1918.
const PRIVATE: [(Ipv4Addr, u8); 3] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        Some(Self::new(address, bits))
    }

    fn new(address: Ipv4Addr, bits: u8) -> Self {
        Self { first: u32::from(address) & mask(bits), bits }
    }

    fn overlaps(self, other: Self) -> bool {
        let mask = mask(self.bits.min(other.bits));
        self.first & mask == other.first & mask
    }

    fn is_private(self) -> bool {
        PRIVATE.iter().any(|(address, bits)| {
            *bits <= self.bits && self.first & mask(*bits) == u32::from(*address)
        })
    }

    fn text(self) -> String {
        format!("{}/{}", Ipv4Addr::from(self.first), self.bits)
    }
}

fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)
}

/// The range that is asked for, which must be private and touch no other VPC's.
pub(super) fn check(scene: Scene<'_>, text: &str) -> Result<String, Fault> {
    let range = Range::parse(text).ok_or_else(|| errors::RANGE.with(&[&text]))?;
    if !(16..=28).contains(&range.bits) {
        return Err(errors::RANGE_SIZE.fault());
    }
    if !range.is_private() {
        return Err(errors::RANGE_PRIVATE.fault());
    }
    match taken(scene, range) {
        Some(vpc) => Err(errors::OVERLAP.with(&[&vpc.name, &vpc.ip_range])),
        None => Ok(range.text()),
    }
}

/// A range of 4096 addresses that touches no other VPC's.
pub(super) fn free(scene: Scene<'_>) -> Result<String, Fault> {
    (100..=255)
        .flat_map(|second| (0..16).map(move |part| Ipv4Addr::new(10, second, part * 16, 0)))
        .map(|address| Range::new(address, 20))
        .find(|range| taken(scene, *range).is_none())
        .map(Range::text)
        .ok_or_else(|| errors::FULL.fault())
}

fn taken(scene: Scene<'_>, range: Range) -> Option<&Vpc> {
    scene
        .list::<Vpc>()
        .find(|vpc| Range::parse(&vpc.ip_range).is_some_and(|own| own.overlaps(range)))
        .map(AsRef::as_ref)
}
