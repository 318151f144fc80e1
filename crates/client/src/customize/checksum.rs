//! The checksum of a request's body, where the operation takes or wants one.

use http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use isobar_catalogue::Location;
use isobar_wire::Value;

use super::Written;
use crate::checksum::{Algorithm, Checksum, is_header};
use crate::config::Checksums;

/// What the vendor's clients compute where nothing is named.
const DEFAULT: Algorithm = Algorithm::Crc32;

/// The length of a body without its frames.
const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");

/// The name of the checksum behind the frames.
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// What stands for a payload that is not signed and has a checksum behind it.
const TRAILING_PAYLOAD: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The bytes of a frame.
const FRAME: usize = 1 << 20;

/// What stands for a payload that is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Adds the checksum: as a header, or behind the body where that is a stream and goes over HTTPS.
pub(super) fn add(written: &mut Written<'_>) -> Result<(), String> {
    let Some(checksum) = &written.operation.checksum else { return Ok(()) };
    // What the model calls an MD5 is a checksum of any kind today.
    if checksum.md5 && !gives(written, "content-md5") {
        written.request.headers.remove("content-md5");
    }
    let is_there = written.request.headers.keys().any(|name| is_header(name.as_str()));
    let streams = isobar_wire::streaming_input(written.service, written.operation).is_some();
    // A checksum and the connection protect what S3 is sent well enough.
    let is_protected = written.endpoint.sign_path_once && written.endpoint.secure;
    if streams && is_protected && written.request.headers.contains_key("content-md5") {
        written.notes.declared = Some(UNSIGNED_PAYLOAD);
    }
    if written.uploads || is_there {
        return Ok(());
    }
    let member = checksum.algorithm_member.as_deref();
    let named = member.and_then(|name| written.input.get(name)).and_then(Value::as_str);
    let wanted = written.config.request_checksums == Checksums::WhenSupported;
    let algorithm = match named {
        Some(name) => Algorithm::of_name(&name.to_uppercase())
            .filter(|algorithm| algorithm.header().is_some())
            .ok_or_else(|| {
                format!("{}: no checksum {name} is known", member.unwrap_or_default())
            })?,
        None if checksum.required || checksum.md5 || (member.is_some() && wanted) => DEFAULT,
        None => return Ok(()),
    };
    if named.is_none()
        && let Some(name) = member.and_then(|name| header_of(written, name))
    {
        written.request.headers.insert(name, HeaderValue::from_static(DEFAULT.name()));
    }
    let digest = algorithm.of(&written.request.body);
    let header = algorithm.header().expect("those without were refused");
    if streams && written.endpoint.secure {
        frame(written, header, &digest);
        return Ok(());
    }
    let value = HeaderValue::try_from(digest.base64()).expect("base64 is plain text");
    written.request.headers.insert(HeaderName::from_static(header), value);
    Ok(())
}

/// Whether the input gives a header.
fn gives(written: &Written<'_>, header: &str) -> bool {
    written.service.input_members(written.operation).iter().any(|member| {
        member.location == Location::Header
            && member.on_wire().eq_ignore_ascii_case(header)
            && written.input.get(&member.name).is_some()
    })
}

/// The header that a member travels in.
fn header_of(written: &Written<'_>, member: &str) -> Option<HeaderName> {
    let members = written.service.input_members(written.operation);
    let member = members.iter().find(|it| it.name == member)?;
    member.on_wire().parse().ok()
}

/// Writes the body in frames, with the checksum behind them.
fn frame(written: &mut Written<'_>, header: &'static str, digest: &Checksum) {
    let request = &mut *written.request;
    let mut body = Vec::with_capacity(request.body.len() + 128);
    for chunk in request.body.chunks(FRAME) {
        body.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        body.extend(chunk);
        body.extend(b"\r\n");
    }
    body.extend(format!("0\r\n{header}:{}\r\n\r\n", digest.base64()).into_bytes());
    let own = request.header(CONTENT_ENCODING.as_str());
    let encoding = own.map_or_else(|| "aws-chunked".to_owned(), |own| format!("{own},aws-chunked"));
    let encoding = HeaderValue::try_from(encoding).expect("a header with more of plain text");
    request.headers.insert(CONTENT_ENCODING, encoding);
    request.headers.insert(DECODED_LENGTH, request.body.len().into());
    request.headers.insert(TRAILER, HeaderValue::from_static(header));
    request.body = body.into();
    written.notes.declared = Some(TRAILING_PAYLOAD);
}
