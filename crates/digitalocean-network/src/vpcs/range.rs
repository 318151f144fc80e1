//! The address ranges of VPCs.

use std::net::Ipv4Addr;

use isobar_forms::Cidr;
use isobar_kernel::Fault;

use super::errors;
use super::records::Vpc;
use crate::world::Scene;

/// The private ranges of RFC 1918.
const PRIVATE: [Cidr; 3] = [
    Cidr::new(Ipv4Addr::new(10, 0, 0, 0).to_bits(), 8),
    Cidr::new(Ipv4Addr::new(172, 16, 0, 0).to_bits(), 12),
    Cidr::new(Ipv4Addr::new(192, 168, 0, 0).to_bits(), 16),
];

/// The range that is asked for, which must be private and touch no other VPC's.
pub(super) fn check(scene: Scene<'_>, text: &str) -> Result<String, Fault> {
    let range: Cidr = text.parse().map_err(|_| errors::RANGE.with(&[&text]))?;
    if !(16..=28).contains(&range.bits()) {
        return Err(errors::RANGE_SIZE.fault());
    }
    if !PRIVATE.iter().any(|private| private.contains(range)) {
        return Err(errors::RANGE_PRIVATE.fault());
    }
    match taken(scene, range) {
        Some(vpc) => Err(errors::OVERLAP.with(&[&vpc.name, &vpc.ip_range])),
        None => Ok(range.to_string()),
    }
}

/// A range of 4096 addresses that touches no other VPC's.
pub(super) fn free(scene: Scene<'_>) -> Result<String, Fault> {
    (100..=255)
        .flat_map(|second| (0..16).map(move |part| Ipv4Addr::new(10, second, part * 16, 0)))
        .map(|address| Cidr::new(address.to_bits(), 20))
        .find(|range| taken(scene, *range).is_none())
        .map(|range| range.to_string())
        .ok_or_else(|| errors::FULL.fault())
}

fn taken(scene: Scene<'_>, range: Cidr) -> Option<&Vpc> {
    scene
        .list::<Vpc>()
        .find(|vpc| vpc.ip_range.parse().is_ok_and(|own: Cidr| own.overlaps(range)))
        .map(AsRef::as_ref)
}
