//! Blocks of IPv4 addresses, and whether a text is one of either family.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A block: its first address and how many leading bits are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    first: u32,
    mask: u32,
}

impl Cidr {
    /// A block as it is written, with no bit set behind the mask.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, mask) = text.split_once('/')?;
        let first = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let mask: u32 = mask.parse().ok().filter(|mask| *mask <= 32)?;
        let cidr = Self { first, mask };
        (first & !cidr.bits() == 0).then_some(cidr)
    }

    /// How many leading bits are fixed.
    pub const fn mask(self) -> u32 {
        self.mask
    }

    /// Whether the other block lies within this one.
    pub fn contains(self, other: Self) -> bool {
        self.mask <= other.mask && other.first & self.bits() == self.first
    }

    /// Whether the blocks share addresses.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// How many addresses it has.
    pub fn size(self) -> i64 {
        1_i64 << (32 - self.mask)
    }

    /// The block of that many fixed bits, so many blocks behind this one's first.
    pub fn part(self, mask: u32, at: u32) -> Option<Self> {
        let first = self.first.checked_add(at.checked_mul(1_u32.checked_shl(32 - mask)?)?)?;
        let part = Self { first, mask };
        self.contains(part).then_some(part)
    }

    fn bits(self) -> u32 {
        u32::MAX.checked_shl(32 - self.mask).unwrap_or(0)
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.mask)
    }
}

/// Whether the text is an IPv4 address or a block of them.
pub fn is_ipv4(text: &str) -> bool {
    match text.split_once('/') {
        Some((address, mask)) => {
            is_ipv4(address) && mask.parse::<u8>().is_ok_and(|mask| mask <= 32)
        }
        None => text.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Whether the text is an IPv6 address or a block of them.
pub fn is_ipv6(text: &str) -> bool {
    match text.split_once('/') {
        Some((address, mask)) => {
            is_ipv6(address) && mask.parse::<u8>().is_ok_and(|mask| mask <= 128)
        }
        None => text.parse::<Ipv6Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks() {
        let vpc = Cidr::parse("172.16.0.0/12").unwrap();
        let part = vpc.part(20, 1).unwrap();
        assert_eq!(part.to_string(), "172.16.16.0/20");
        assert_eq!(part.size(), 4096);
        assert!(vpc.contains(part) && part.overlaps(vpc) && !part.contains(vpc));
        assert!(!part.overlaps(vpc.part(20, 0).unwrap()));
        assert_eq!(Cidr::parse("0.0.0.0/0").unwrap().size(), 1 << 32);
        for bad in ["172.16.0.1/12", "172.16.0.0", "1.2.3.4/33", "a/8"] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
        assert!(is_ipv4("10.0.0.1") && is_ipv4("10.0.0.1/8") && !is_ipv4("::/0"));
        assert!(is_ipv6("::/0") && !is_ipv6("0.0.0.0/0"));
    }
}
