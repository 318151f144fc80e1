//! CBOR in both directions (RFC 8949), walked together with a shape.

mod read;
mod write;

pub(crate) use read::Reader;
pub(crate) use write::{Writer, map, text};

/// The major types: the first three bits of an item.
mod major {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const MAP: u8 = 5;
    pub(super) const TAG: u8 = 6;
    pub(super) const SIMPLE: u8 = 7;
}

/// The tag of seconds since 1970.
const EPOCH: u64 = 1;
