//! Blocks of IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;
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

    /// Host bits are dropped, as the service does.
    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let (address, bits) = text.split_once('/').ok_or(NotCidr)?;
        let address: Ipv4Addr = address.parse().map_err(|_| NotCidr)?;
        let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits: u8 = bits.parse().ok().filter(|bits| digits && *bits <= 32).ok_or(NotCidr)?;
        Ok(Self::new(address.to_bits(), bits))
    }
}

impl Cidr {
    /// The block of the address and so many bits.
    #[must_use]
    pub const fn new(address: u32, bits: u8) -> Self {
        Self { base: address & mask(bits), bits }
    }

    /// The length of the prefix.
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// How many addresses it has.
    pub const fn size(self) -> i64 {
        1 << (32 - self.bits)
    }

    /// Whether all of the other is within this.
    pub const fn contains(self, other: Self) -> bool {
        other.bits >= self.bits && other.base & mask(self.bits) == self.base
    }

    /// Whether any address is in both.
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
}
