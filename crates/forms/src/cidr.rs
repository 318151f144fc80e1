//! Blocks of IPv4 addresses, and whether a text is one of either family.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use isobar_wire::Output;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A block of IPv4 addresses, without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Output)]
#[wire(text)]
pub struct Cidr {
    base: u32,
    bits: u8,
}

/// Text that is no block.
#[derive(Debug)]
pub struct NotCidr;

impl FromStr for Cidr {
    type Err = NotCidr;

    /// Host bits are dropped.
    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let (address, bits) = text.split_once('/').ok_or(NotCidr)?;
        let address: Ipv4Addr = address.parse().map_err(|_| NotCidr)?;
        let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits: u8 = bits.parse().ok().filter(|bits| digits && *bits <= 32).ok_or(NotCidr)?;
        Ok(Self::new(address.to_bits(), bits))
    }
}

impl Cidr {
    /// The block that is written without host bits.
    #[must_use]
    pub fn exact(text: &str) -> Option<Self> {
        let block: Self = text.parse().ok()?;
        let (address, _) = text.split_once('/')?;
        (address.parse() == Ok(Ipv4Addr::from_bits(block.base))).then_some(block)
    }

    /// The block of that length, so many blocks behind this one's first.
    #[must_use]
    pub fn part(self, bits: u8, at: u32) -> Option<Self> {
        let size = 1_u32.checked_shl(32_u32.checked_sub(bits.into())?)?;
        let base = self.base.checked_add(at.checked_mul(size)?)?;
        let part = Self { base, bits };
        self.contains(part).then_some(part)
    }

    /// The block of the address and so many bits.
    #[must_use]
    pub const fn new(address: u32, bits: u8) -> Self {
        Self { base: address & mask(bits), bits }
    }

    /// The length of the prefix.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// How many addresses it has.
    #[must_use]
    pub const fn size(self) -> i64 {
        1 << (32 - self.bits)
    }

    /// Whether all of the other is within this.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        other.bits >= self.bits && other.base & mask(self.bits) == self.base
    }

    /// Whether any address is in both.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

const fn mask(bits: u8) -> u32 {
    if bits == 0 { 0 } else { u32::MAX << (32 - bits) }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from_bits(self.base), self.bits)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|NotCidr| serde::de::Error::custom("not a CIDR block"))
    }
}

/// Whether the text is an IPv4 address or a block of them.
#[must_use]
pub fn is_ipv4(text: &str) -> bool {
    match text.split_once('/') {
        Some((address, mask)) => {
            is_ipv4(address) && mask.parse::<u8>().is_ok_and(|mask| mask <= 32)
        }
        None => text.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Whether the text is an IPv6 address or a block of them.
#[must_use]
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
    fn blocks_are_read_and_compared() {
        let block = |text: &str| text.parse::<Cidr>().unwrap();
        assert_eq!(block("10.0.3.7/16").to_string(), "10.0.0.0/16");
        assert_eq!(block("0.0.0.0/0").size(), 1 << 32);
        assert!(block("10.0.0.0/16").contains(block("10.0.255.0/24")));
        assert!(!block("10.0.0.0/24").contains(block("10.0.0.0/16")));
        assert!(block("10.0.0.0/24").overlaps(block("10.0.0.0/16")));
        for wrong in ["10.0.0.0", "10.0.0/16", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/", "x/8"] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn blocks_have_parts() {
        let vpc = Cidr::exact("172.16.0.0/12").unwrap();
        let part = vpc.part(20, 1).unwrap();
        assert_eq!((part.to_string().as_str(), part.size()), ("172.16.16.0/20", 4096));
        assert!(vpc.contains(part) && part.overlaps(vpc) && !part.contains(vpc));
        assert!(!part.overlaps(vpc.part(20, 0).unwrap()));
        assert_eq!(vpc.part(20, 256), None);
        for bad in ["172.16.0.1/12", "172.16.0.0", "1.2.3.4/33", "a/8"] {
            assert_eq!(Cidr::exact(bad), None, "{bad}");
        }
        assert!(is_ipv4("10.0.0.1") && is_ipv4("10.0.0.1/8") && !is_ipv4("::/0"));
        assert!(is_ipv6("::/0") && !is_ipv6("0.0.0.0/0"));
    }
}
