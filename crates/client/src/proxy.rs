//! The proxy that stands between here and the clouds, for those who reach them through one.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// The variables that name it; as in Python's and curl's, the lower case goes first.
const VARIABLES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];

/// The variables that name what is reached without it.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The proxy that the environment names, with the variable that does.
pub(crate) fn named(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<(&'static str, Result<Proxy, &'static str>)> {
    let first = |names: [&'static str; 2]| {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        names.into_iter().find_map(|name| Some((name, set(name)?)))
    };
    let (name, url) = first(VARIABLES)?;
    let exceptions = first(EXCEPTIONS).map(|(_, value)| value).unwrap_or_default();
    Some((name, Proxy::new(&url, &exceptions)))
}

/// A proxy, and what is reached without it. Connections over TLS are tunnelled through it (`CONNECT`),
/// so it sees host names and nothing else. Loopback is never reached through it.
#[derive(Clone, Debug)]
pub struct Proxy(Arc<Matcher>);

impl Proxy {
    /// The proxy at a URL, `http://[USER:PASSWORD@]HOST[:PORT]`. The exceptions are as in `NO_PROXY`:
    /// domains with all below them, addresses and networks with commas between them, or `*`.
    ///
    /// # Errors
    /// If the URL is none of that form, as a text that does not hold it: it may have a password.
    pub fn new(url: &str, exceptions: &str) -> Result<Self, &'static str> {
        const FORM: &str = "is no URL such as http://proxy.example.com:3128";
        // Any destination that is no exception tells what was understood.
        let probe = Uri::from_static("https://probe.invalid/");
        let understood = Matcher::builder().https(url).build();
        let proxy = understood.intercept(&probe).ok_or(FORM)?;
        match proxy.uri().scheme_str() {
            Some("http") => {}
            Some("https") => return Err("is spoken to over TLS, which is not implemented"),
            _ => return Err("is no HTTP proxy, and others are not implemented"),
        }
        Ok(Self(Arc::new(Matcher::builder().https(url).no(exceptions).build())))
    }

    /// The way to a destination, if it leads through the proxy.
    fn tunnel(&self, destination: &Uri, plain: &HttpConnector) -> Option<Tunnel<HttpConnector>> {
        if destination.scheme() != Some(&Scheme::HTTPS) || is_loopback(destination.host()?) {
            return None;
        }
        let proxy = self.0.intercept(destination)?;
        let tunnel = Tunnel::new(proxy.uri().clone(), plain.clone());
        Some(match proxy.basic_auth() {
            Some(secret) => tunnel.with_auth(secret.clone()),
            None => tunnel,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

type Connection = TokioIo<TcpStream>;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Connects to where a URL leads, through the proxy if there is one in between.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) plain: HttpConnector,
    pub(crate) proxy: Option<Proxy>,
}

impl Service<Uri> for Route {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.plain.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let mut plain = self.plain.clone();
        match self.proxy.as_ref().and_then(|proxy| proxy.tunnel(&uri, &plain)) {
            Some(mut tunnel) => Box::pin(async move {
                tunnel.call(uri).await.map_err(|error| {
                    let cause = crate::transport::root(&error);
                    format!("the proxy cannot be passed: {cause}").into()
                })
            }),
            None => Box::pin(async move { plain.call(uri).await.map_err(Into::into) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_through_the_proxy() {
        let exceptions = "internal.example.com, 10.0.0.0/8,192.168.1.7";
        let proxy = Proxy::new("http://u:p@proxy.example.com:3128", exceptions).unwrap();
        let rows = [
            ("https://sts.us-east-1.amazonaws.com/", true),
            ("https://notinternal.example.com/", true),
            ("https://internal.example.com/", false),
            ("https://s3.internal.example.com/", false),
            ("https://10.1.2.3/", false),
            ("https://11.1.2.3/", true),
            ("https://192.168.1.7:8443/", false),
            ("https://localhost:4566/", false),
            ("https://127.3.2.1/", false),
            ("https://[::1]:9/", false),
            ("http://sts.us-east-1.amazonaws.com/", false),
        ];
        for (url, through) in rows {
            let tunnel = proxy.tunnel(&Uri::from_static(url), &HttpConnector::new());
            assert_eq!(tunnel.is_some(), through, "{url}");
        }
        assert!(!format!("{proxy:?}").contains("u:p"));
        let none = Proxy::new("proxy:3128", "*").unwrap();
        let anywhere = Uri::from_static("https://sts.us-east-1.amazonaws.com/");
        assert!(none.tunnel(&anywhere, &HttpConnector::new()).is_none());
    }

    #[test]
    fn what_is_no_proxy_is_said_without_its_password() {
        for (url, why) in [
            ("https://u:secret@proxy:1", "TLS"),
            ("socks5://u:secret@proxy:1", "no HTTP proxy"),
            ("ftp://u:secret@proxy:1", "no URL"),
            ("http://", "no URL"),
            ("a proxy", "no URL"),
        ] {
            let error = Proxy::new(url, "").unwrap_err();
            assert!(error.contains(why) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
