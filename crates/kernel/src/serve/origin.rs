//! Where a request comes from and whom it is for. Whoever reaches a local cloud can run scripts as the
//! user, so what a web page could send is refused, and so is a request whose target is in doubt.

use std::net::{IpAddr, SocketAddr};

use http::header::{HOST, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Uri, Version};

/// What browsers say of the page that made a request (Fetch Metadata Request Headers, section 2.3).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is refused before anything else is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// RFC 9112, section 3.2, has 400 for it; what is wrong: `requests without a Host`.
    Malformed(&'static str),
    /// It is not for this server or comes from a web page; `requests from web pages`.
    Foreign(String),
}

/// The `Host` of a request that may be answered; `None` where HTTP/1.0 has none. `is_own` says which
/// names besides loopback's are this server's.
///
/// # Errors
/// Where the request comes from a web page, is for another host, or does not say clearly for which.
pub fn host<'a>(
    version: Version,
    uri: &Uri,
    headers: &'a HeaderMap,
    is_own: impl Fn(&str) -> bool,
) -> Result<Option<&'a str>, Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(Refusal::Malformed("requests with several Hosts"));
    }
    let host = match host.map(http::HeaderValue::to_str) {
        None if version >= Version::HTTP_11 => {
            return Err(Refusal::Malformed("requests without a Host"));
        }
        None => None,
        Some(Err(_)) => return Err(UNREADABLE),
        Some(Ok(host)) => Some(host),
    };
    // A target in absolute form is what counts (RFC 9112, section 3.2.2).
    for named in [host, uri.authority().map(Authority::as_str)].into_iter().flatten() {
        if !is_authority(named) {
            return Err(UNREADABLE);
        }
        if !is_loopback(named) && !is_own(named) {
            return Err(Refusal::Foreign(format!("requests for the host {named}")));
        }
    }
    if is_from_web_page(headers) {
        return Err(Refusal::Foreign("requests from web pages".to_owned()));
    }
    Ok(host)
}

const UNREADABLE: Refusal = Refusal::Malformed("requests for a host that cannot be read");

/// Whether a web page made the request: it has an `Origin`, or a browser says that a page of another
/// site did. What was typed into the address bar has `none`.
fn is_from_web_page(headers: &HeaderMap) -> bool {
    let is_own = |site: &http::HeaderValue| matches!(site.as_bytes(), b"none" | b"same-origin");
    headers.contains_key(ORIGIN) || !headers.get_all(SEC_FETCH_SITE).iter().all(is_own)
}

/// Whether the text is a host with or without a port, and nothing else.
fn is_authority(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let rest = text.strip_prefix(authority.host()).unwrap_or("@");
    match rest.strip_prefix(':') {
        None => rest.is_empty(),
        Some(port) => port.parse::<u16>().is_ok() && port.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Whether the value of a `Host` header names this machine's loopback.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return address.is_loopback();
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &str, version: Version, headers: &[(&str, &str)]) -> Result<(), u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, value.parse().unwrap());
        }
        let is_own = |name: &str| name == "own.example";
        match host(version, &target.parse().unwrap(), &map, is_own) {
            Ok(_) => Ok(()),
            Err(Refusal::Malformed(_)) => Err(400),
            Err(Refusal::Foreign(_)) => Err(403),
        }
    }

    #[test]
    fn a_request_is_for_this_server_and_from_no_page() {
        let local = ("host", "127.0.0.1:4566");
        for headers in [
            vec![local],
            vec![("host", "localhost")],
            vec![("host", "[::1]:80")],
            vec![("host", "s3.localhost:4566")],
            vec![("host", "own.example")],
            vec![local, ("sec-fetch-site", "none")],
            vec![local, ("sec-fetch-site", "same-origin")],
        ] {
            assert_eq!(asked("/", Version::HTTP_11, &headers), Ok(()), "{headers:?}");
        }
        for (headers, status) in [
            (vec![], 400),
            (vec![local, local], 400),
            (vec![("host", "")], 400),
            (vec![("host", "me@127.0.0.1")], 400),
            (vec![("host", "evil.example@127.0.0.1:80")], 400),
            (vec![("host", "127.0.0.1:http")], 400),
            (vec![("host", "127.0.0.1:")], 400),
            (vec![("host", "127.0.0.1:99999")], 400),
            (vec![("host", "127.0.0.1:+80")], 400),
            (vec![("host", "127.0.0.1/evil")], 400),
            (vec![("host", "127.0.0.1, evil.example")], 400),
            (vec![("host", "evil.example")], 403),
            (vec![local, ("origin", "http://127.0.0.1:4566")], 403),
            (vec![local, ("origin", "null")], 403),
            (vec![local, ("sec-fetch-site", "cross-site")], 403),
            (vec![local, ("sec-fetch-site", "same-site")], 403),
            (vec![local, ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")], 403),
        ] {
            assert_eq!(asked("/", Version::HTTP_11, &headers), Err(status), "{headers:?}");
        }
    }

    #[test]
    fn a_target_in_absolute_form_counts() {
        let local = [("host", "127.0.0.1")];
        for (target, expected) in [
            ("http://127.0.0.1/", Ok(())),
            ("http://own.example/", Ok(())),
            ("http://evil.example/", Err(403)),
            ("http://me@127.0.0.1/", Err(400)),
        ] {
            assert_eq!(asked(target, Version::HTTP_11, &local), expected, "{target}");
        }
    }

    #[test]
    fn the_first_version_needs_no_host() {
        assert_eq!(asked("/", Version::HTTP_10, &[]), Ok(()));
    }
}
