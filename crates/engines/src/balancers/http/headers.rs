//! What a proxy changes in headers (RFC 9110, section 7.6).
//!
//! A request that is passed on has one host, one length and no coding that the proxy did not undo. One
//! with two hosts or an invalid one is refused (400), and so is a transfer coding other than chunks
//! (501).

use std::net::SocketAddr;

use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, COOKIE, DATE, ETAG, EXPECT, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue,
    LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RANGE, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VARY, VIA,
};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Uri};
use http::{Method, StatusCode, Version};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// The headers that are for one connection only. The proxy answers `Expect` itself.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    EXPECT,
    KEEP_ALIVE,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    PROXY_CONNECTION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Headers that are for every recipient, which `Connection` may not name (RFC 9110, section 7.6.1).
/// One that is named there all the same stays: a caller could take it away from the target else.
const END_TO_END: [HeaderName; 19] = [
    AUTHORIZATION,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_TYPE,
    COOKIE,
    DATE,
    ETAG,
    FORWARDED,
    FORWARDED_FOR,
    FORWARDED_PORT,
    FORWARDED_PROTO,
    HOST,
    LOCATION,
    RANGE,
    SET_COOKIE,
    VARY,
    VIA,
];

/// The protocol that the message asks to change to, or agrees to: WebSocket (RFC 6455) or none, since
/// what another protocol would carry past the proxy is unknown.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = tokens(headers).any(|token| token.eq_ignore_ascii_case("upgrade"));
    let wanted = headers.get(UPGRADE).filter(|_| asks)?;
    wanted.as_bytes().eq_ignore_ascii_case(b"websocket").then(|| wanted.clone())
}

/// Makes a client's request one for a target.
///
/// # Errors
/// The status for a request that cannot be passed on.
pub(super) fn forward(
    parts: &mut Parts,
    upgrade: Option<HeaderValue>,
    peer: SocketAddr,
    local: SocketAddr,
) -> Result<(), StatusCode> {
    let host = host(parts, local)?;
    parts.uri = target(parts)?;
    let is_chunked = is_chunked(&parts.headers)?;
    parts.version = Version::HTTP_11;
    strip(&mut parts.headers, upgrade);
    parts.headers.insert(HOST, host);
    if is_chunked {
        // Else the body of a GET would not be sent.
        parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    let before =
        parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let mut way: Vec<String> = before.map(ToOwned::to_owned).collect();
    way.push(peer.ip().to_string());
    let value = |text: String| HeaderValue::try_from(text).map_err(|_| StatusCode::BAD_REQUEST);
    parts.headers.insert(FORWARDED_FOR, value(way.join(", "))?);
    parts.headers.insert(FORWARDED_PORT, HeaderValue::from(local.port()));
    parts.headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
    Ok(())
}

/// Makes a target's answer one for a client.
///
/// # Errors
/// The status for an answer that cannot be passed on.
pub(super) fn pass_back(
    headers: &mut HeaderMap,
    upgrade: Option<HeaderValue>,
) -> Result<(), StatusCode> {
    // Where both lengths are told, the chunks' holds (RFC 9112, section 6.3).
    if is_chunked(headers).map_err(|_| StatusCode::BAD_GATEWAY)? {
        headers.remove(CONTENT_LENGTH);
    }
    strip(headers, upgrade);
    Ok(())
}

/// The one host that the request is for: the target's where that names one, else the header's
/// (RFC 9112, section 3.2).
fn host(parts: &Parts, local: SocketAddr) -> Result<HeaderValue, StatusCode> {
    let mut given = parts.headers.get_all(HOST).iter();
    let (first, second) = (given.next(), given.next());
    if second.is_some() || first.is_some_and(|host| !is_host(host.as_bytes())) {
        return Err(StatusCode::BAD_REQUEST);
    }
    match (parts.uri.authority(), first) {
        (_, None) if parts.version >= Version::HTTP_11 => Err(StatusCode::BAD_REQUEST),
        (Some(named), _) if !is_host(named.as_str().as_bytes()) => Err(StatusCode::BAD_REQUEST),
        (Some(named), _) => {
            HeaderValue::try_from(named.as_str()).map_err(|_| StatusCode::BAD_REQUEST)
        }
        (None, Some(host)) => Ok(host.clone()),
        (None, None) => {
            HeaderValue::try_from(local.to_string()).map_err(|_| StatusCode::BAD_REQUEST)
        }
    }
}

/// Whether it is a host, perhaps with a port, and nothing else.
fn is_host(text: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(text) else { return false };
    let is_port = |port: &str| {
        port.is_empty()
            || port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok()
    };
    let host = authority.host();
    // What is before the host is a user's name.
    let after = authority.as_str().strip_prefix(host).filter(|_| !host.is_empty());
    after.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

/// The path and query that a target is asked for.
fn target(parts: &Parts) -> Result<Uri, StatusCode> {
    if parts.method == Method::CONNECT {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let is_foreign = parts.uri.scheme_str().is_some_and(|scheme| scheme != "http");
    if is_foreign || parts.uri.path() == "*" && parts.method != Method::OPTIONS {
        return Err(StatusCode::BAD_REQUEST);
    }
    let path = parts.uri.path_and_query().cloned();
    Ok(Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/"))))
}

/// Whether the body comes in chunks. Any other coding would have to be undone here, where the header
/// that tells of it ends (RFC 9112, section 6.1).
fn is_chunked(headers: &HeaderMap) -> Result<bool, StatusCode> {
    let mut codings = Vec::new();
    for value in headers.get_all(TRANSFER_ENCODING) {
        let value = value.to_str().map_err(|_| StatusCode::BAD_REQUEST)?;
        codings.extend(value.split(',').map(str::trim).filter(|coding| !coding.is_empty()));
    }
    match codings.as_slice() {
        [] => Ok(false),
        [coding] if coding.eq_ignore_ascii_case("chunked") => Ok(true),
        _ => Err(StatusCode::NOT_IMPLEMENTED),
    }
}

/// Makes the request one that can be followed: it gets a root where it has none yet, else this proxy's
/// own mark, in the place of the one that another proxy has put there. What else was written into the
/// header stays.
pub(super) fn trace(headers: &mut HeaderMap, name: &str, mark: &str) {
    let Ok(name) = HeaderName::try_from(name) else { return };
    let before = headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is = |part: &&str, field: &str| {
        part.split_once('=').is_some_and(|(given, _)| given.trim().eq_ignore_ascii_case(field))
    };
    let parts: Vec<&str> =
        before.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let field = if parts.iter().any(|part| is(part, "root")) { "Self" } else { "Root" };
    let others = parts.into_iter().filter(|part| !is(part, "self"));
    let mut fields = vec![format!("{field}={mark}")];
    fields.extend(others.map(ToOwned::to_owned));
    if let Ok(value) = HeaderValue::try_from(fields.join(";")) {
        headers.insert(name, value);
    }
}

/// Takes out what is for one connection only, but for the upgrade.
fn strip(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
    let named: Vec<HeaderName> = tokens(headers)
        .filter_map(|token| HeaderName::try_from(token).ok())
        .filter(|name| !END_TO_END.contains(name))
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
    if let Some(upgrade) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, upgrade);
    }
}

/// Asks the target to close the connection after its answer, unless it is to be another protocol's.
pub(super) fn close(headers: &mut HeaderMap) {
    if !headers.contains_key(UPGRADE) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

/// What the `Connection` headers name.
fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}
