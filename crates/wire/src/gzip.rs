//! Compressed request bodies.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, HeaderValue};

use crate::error::DecodeError;
use crate::message::Request;

/// Bodies from this size on are compressed, as the vendor's own clients do.
pub const COMPRESS_FROM: usize = 10_240;

/// The most that a compressed body may grow to.
pub(crate) const MAX_DECOMPRESSED: usize = 64 << 20;

/// Compresses the body.
pub(crate) fn compress(request: &mut Request) {
    let before = request.header(CONTENT_ENCODING.as_str()).filter(|value| !value.is_empty());
    let value = before.map_or_else(|| "gzip".to_owned(), |value| format!("{value}, gzip"));
    let Ok(value) = HeaderValue::from_str(&value) else { return };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&request.body).expect("a Vec takes everything");
    request.body = encoder.finish().expect("a Vec takes everything").into();
    request.headers.insert(CONTENT_ENCODING, value);
}

/// Undoes the compression of a request's body, if it is compressed. A server does this once the
/// signature is verified, which is over the compressed body, and before it routes the request.
///
/// # Errors
/// If the body is no gzip, or grows beyond 64 MiB.
pub fn decompress(request: &mut Request) -> Result<(), DecodeError> {
    let Some(encoding) = request.header(CONTENT_ENCODING.as_str()) else { return Ok(()) };
    let (before, last) = encoding.rsplit_once(',').unwrap_or(("", encoding));
    if !last.trim().eq_ignore_ascii_case("gzip") {
        return Ok(());
    }
    let before = HeaderValue::from_str(before.trim()).ok().filter(|before| !before.is_empty());
    let mut body = Vec::new();
    GzDecoder::new(&*request.body)
        .take(MAX_DECOMPRESSED as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|error| DecodeError::malformed("gzip", error))?;
    if body.len() > MAX_DECOMPRESSED {
        return Err(DecodeError::TooLarge("decompressed body"));
    }
    match before {
        Some(before) => request.headers.insert(CONTENT_ENCODING, before),
        None => request.headers.remove(CONTENT_ENCODING),
    };
    request.body = body.into();
    Ok(())
}
