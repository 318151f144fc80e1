//! What a proxy changes in headers (RFC 9110, section 7.6).

use std::net::SocketAddr;

use http::header::{
    CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};
use http::{Method, StatusCode, Version};
use isobar_kernel::{Clock, Random};

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
    if parts.method == Method::CONNECT {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    if !parts.headers.contains_key(HOST) {
        let host = parts.uri.authority().map_or_else(|| local.to_string(), ToString::to_string);
        let host = HeaderValue::try_from(host).map_err(|_| StatusCode::BAD_REQUEST)?;
        parts.headers.insert(HOST, host);
    }
    let path = parts.uri.path_and_query().cloned();
    parts.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    parts.version = Version::HTTP_11;
    strip(&mut parts.headers, upgrade);
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

/// Makes the request one that can be followed: it gets a root where it has none yet, else this proxy's
/// own mark, in the place of the one that another proxy has put there. What else was written into the
/// header stays.
pub(super) fn trace(headers: &mut HeaderMap, name: &str) {
    let Ok(name) = HeaderName::try_from(name) else { return };
    let before = headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is = |part: &&str, field: &str| {
        part.split_once('=').is_some_and(|(given, _)| given.trim().eq_ignore_ascii_case(field))
    };
    let parts: Vec<&str> =
        before.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let field = if parts.iter().any(|part| is(part, "root")) { "Self" } else { "Root" };
    let others = parts.into_iter().filter(|part| !is(part, "self"));
    let (second, id) = (Clock::default().system().as_second(), Random::default().hex(24));
    let mut fields = vec![format!("{field}=1-{second:08x}-{id}")];
    fields.extend(others.map(ToOwned::to_owned));
    if let Ok(value) = HeaderValue::try_from(fields.join(";")) {
        headers.insert(name, value);
    }
}

/// Takes out what is for one connection only, but for the upgrade.
pub(super) fn strip(headers: &mut HeaderMap, upgrade: Option<HeaderValue>) {
    let named: Vec<HeaderName> =
        tokens(headers).filter_map(|token| HeaderName::try_from(token).ok()).collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
    if let Some(upgrade) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, upgrade);
    }
}

/// What the `Connection` headers name.
fn tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}
