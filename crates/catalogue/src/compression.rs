//! Parts of a pack, compressed where that makes them smaller by much.

use std::io;

use zstd::bulk::{compress, decompress};

/// High enough to be worth its time once, low enough to decode within any window.
const LEVEL: i32 = 19;

/// The bytes, compressed if that takes more than an eighth of them off: else reading them where they lie
/// is worth more, and they keep their length.
pub(crate) fn compressed(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let compressed = compress(&bytes, LEVEL)?;
    Ok(if compressed.len() + bytes.len() / 8 < bytes.len() { compressed } else { bytes })
}

/// What [`compressed`] made something of, which was of the length given; it stays in memory until the
/// process ends.
pub(crate) fn decompressed(bytes: &'static [u8], length: usize) -> io::Result<&'static [u8]> {
    if bytes.len() == length {
        return Ok(bytes);
    }
    Ok(decompress(bytes, length)?.leak())
}
