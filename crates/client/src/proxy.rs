//! The proxy that stands between here and the clouds, for those who reach them through one.

use std::net::IpAddr;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// The variables that name it; as in Python's and curl's, the lower case goes first.
const VARIABLES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];

/// The variables that name what is reached without it.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The proxy that the environment names, with the variable that does. An empty variable names none,
/// and the other is not asked then. One that cannot be used is one too: it stands in the way of what
/// leads through it, and of nothing else.
pub(crate) fn named(variable: &dyn Fn(&str) -> Option<String>) -> Option<(&'static str, Proxy)> {
    let first =
        |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let (name, url) = first(VARIABLES).filter(|(_, url)| !url.is_empty())?;
    let exceptions = first(EXCEPTIONS).map(|(_, value)| value).unwrap_or_default();
    let way = understood(&url).map_err(|why| format!("the proxy that {name} names {why}"));
    Some((name, Proxy::of(way, &exceptions)))
}

/// A proxy, and what is reached without it. Connections over TLS are tunnelled through it (`CONNECT`, or
/// SOCKS), so it sees host names and nothing else. Loopback is never reached through it.
#[derive(Clone, Debug)]
pub struct Proxy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The proxy, or why it cannot be used.
    way: Result<Intercept, String>,
    exceptions: Vec<Exceptions>,
}

/// What is reached without a proxy.
#[derive(Debug)]
struct Exceptions {
    /// At this port only.
    port: Option<u16>,
    /// What it does not intercept is one.
    rest: Matcher,
}

impl Proxy {
    /// The proxy at a URL, `http://[USER:PASSWORD@]HOST[:PORT]`; with `https://` it is spoken to over
    /// TLS, with `socks5://` in SOCKS 5 (RFC 1928). The exceptions are as in `NO_PROXY`:
    /// domains with all below them, addresses and networks with commas between them, or `*`. With
    /// `:PORT` behind it, one counts for that port only.
    ///
    /// # Errors
    /// If the URL is none of that form, as a text that does not hold it: it may have a password.
    pub fn new(url: &str, exceptions: &str) -> Result<Self, &'static str> {
        Ok(Self::of(Ok(understood(url)?), exceptions))
    }

    fn of(way: Result<Intercept, String>, exceptions: &str) -> Self {
        let (mut anywhere, mut exceptions_at) = (Vec::new(), Vec::new());
        for exception in exceptions.split(',').map(str::trim) {
            match port_of(exception) {
                Some((host, port)) => exceptions_at.push((Some(port), host)),
                None => anywhere.push(exception),
            }
        }
        let anywhere = anywhere.join(",");
        let all = exceptions_at.into_iter().chain([(None, anywhere.as_str())]);
        let exceptions = all.map(|(port, hosts)| {
            let rest = Matcher::builder().https("http://proxy.invalid").no(hosts).build();
            Exceptions { port, rest }
        });
        Self(Arc::new(Inner { way, exceptions: exceptions.collect() }))
    }

    /// Whether the way to a destination leads through the proxy.
    fn is_between(&self, destination: &Uri) -> bool {
        let Some(host) = destination.host() else { return false };
        let port = destination.port_u16().unwrap_or(443);
        destination.scheme() == Some(&Scheme::HTTPS)
            && !is_loopback(host)
            && self.0.exceptions.iter().all(|exceptions| {
                exceptions.port.is_some_and(|its| its != port)
                    || exceptions.rest.intercept(destination).is_some()
            })
    }

    /// Why a destination cannot be reached, if the way leads through the proxy and that cannot be used.
    pub(crate) fn bars(&self, destination: &Uri) -> Option<&str> {
        self.toward(destination)?.err()
    }

    /// The proxy on the way to a destination, if there is one; why it cannot be passed, if it cannot be
    /// used.
    pub(crate) fn toward(&self, destination: &Uri) -> Option<Result<&Intercept, &str>> {
        self.is_between(destination).then(|| self.0.way.as_ref().map_err(String::as_str))
    }
}

/// The proxy that a URL is of.
fn understood(url: &str) -> Result<Intercept, &'static str> {
    const FORM: &str = "is no URL such as http://proxy.example.com:3128";
    // Any destination tells what was understood.
    let probe = Uri::from_static("https://probe.invalid/");
    let proxy = Matcher::builder().https(url).build().intercept(&probe).ok_or(FORM)?;
    match proxy.uri().scheme_str() {
        Some("http" | "https" | "socks5" | "socks5h") => Ok(proxy),
        _ => Err("speaks an older SOCKS than 5, which is not implemented"),
    }
}

/// The host and the port of an exception that has one. Addresses of IPv6 are in brackets then.
fn port_of(exception: &str) -> Option<(&str, u16)> {
    let (host, port) = exception.rsplit_once(':')?;
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = inside.or_else(|| Some(host).filter(|host| !host.contains(':')))?;
    Some((host, port.parse().ok()?))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_through_the_proxy() {
        let exceptions = "internal.example.com, 10.0.0.0/8,192.168.1.7,some.example.com:8443,\
                          .more.example.com:443,192.0.2.1:444,[2001:db8::1]:445,2001:db8::2";
        let proxy = Proxy::new("http://u:p@proxy.example.com:3128", exceptions).unwrap();
        let rows = [
            ("https://sts.us-east-1.amazonaws.com/", true),
            ("https://notinternal.example.com/", true),
            ("https://internal.example.com/", false),
            ("https://internal.example.com:8443/", false),
            ("https://s3.internal.example.com/", false),
            ("https://10.1.2.3/", false),
            ("https://11.1.2.3/", true),
            ("https://192.168.1.7:8443/", false),
            ("https://some.example.com:8443/", false),
            ("https://s3.some.example.com:8443/", false),
            ("https://some.example.com/", true),
            ("https://some.example.com:844/", true),
            ("https://awesome.example.com:8443/", true),
            ("https://s3.more.example.com/", false),
            ("https://s3.more.example.com:8443/", true),
            ("https://192.0.2.1:444/", false),
            ("https://192.0.2.1/", true),
            ("https://[2001:db8::1]:445/", false),
            ("https://[2001:db8::1]/", true),
            ("https://[2001:db8::2]:445/", false),
            ("https://localhost:4566/", false),
            ("https://127.3.2.1/", false),
            ("https://[::1]:9/", false),
            ("http://sts.us-east-1.amazonaws.com/", false),
        ];
        for (url, through) in rows {
            let url = Uri::from_static(url);
            assert_eq!(proxy.toward(&url).is_some(), through, "{url}");
            assert_eq!(proxy.bars(&url), None);
        }
        assert!(!format!("{proxy:?}").contains("u:p"));
        let anywhere = Uri::from_static("https://sts.us-east-1.amazonaws.com/");
        for (exceptions, through) in [("*", false), ("*:443", false), ("*:8443", true)] {
            let proxy = Proxy::new("proxy:3128", exceptions).unwrap();
            assert_eq!(proxy.toward(&anywhere).is_some(), through, "{exceptions}");
        }
    }

    /// Where it is said what the environment's proxy is.
    fn of(variables: &[(&str, &str)]) -> Option<(&'static str, Proxy)> {
        named(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_no_proxy_is_said_without_its_password() {
        for (url, why) in [
            ("socks4a://u:secret@proxy:1", "older SOCKS"),
            ("ftp://u:secret@proxy:1", "no URL"),
            ("http://", "no URL"),
            ("a proxy", "no URL"),
        ] {
            let error = Proxy::new(url, "").unwrap_err();
            assert!(error.contains(why) && !error.contains("secret"), "{url}: {error}");
            // What does not lead through it is none of its business.
            let (_, proxy) = of(&[("HTTPS_PROXY", url), ("NO_PROXY", "some.example.com")]).unwrap();
            let bars = |url| proxy.bars(&Uri::from_static(url)).map(str::to_owned);
            let expected = format!("the proxy that HTTPS_PROXY names {error}");
            assert_eq!(bars("https://other.example.com/"), Some(expected));
            for url in
                ["https://some.example.com/", "https://127.0.0.1/", "http://169.254.169.254/"]
            {
                assert_eq!(bars(url), None, "{url}");
            }
            assert!(!format!("{proxy:?}").contains("secret"));
        }
    }

    #[test]
    fn an_empty_variable_switches_the_other_off() {
        let destination = Uri::from_static("https://some.example.com/");
        let through = |variables: &[(&str, &str)]| {
            let (name, proxy) = of(variables)?;
            proxy.is_between(&destination).then_some(name)
        };
        let (lower, upper) = (("https_proxy", "http://a:1"), ("HTTPS_PROXY", "http://b:1"));
        assert_eq!(through(&[]), None);
        assert_eq!(through(&[upper]), Some("HTTPS_PROXY"));
        assert_eq!(through(&[lower, upper]), Some("https_proxy"));
        assert_eq!(through(&[("https_proxy", ""), upper]), None);
        assert_eq!(through(&[lower, ("HTTPS_PROXY", "")]), Some("https_proxy"));
        assert_eq!(through(&[upper, ("NO_PROXY", "*")]), None);
        assert_eq!(through(&[upper, ("no_proxy", ""), ("NO_PROXY", "*")]), Some("HTTPS_PROXY"));
    }
}
