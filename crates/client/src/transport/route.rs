//! The way to a destination: straight, or through a proxy.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::connect::{BoxError, Trust, root};
use crate::proxy::Proxy;

/// Where proxies of SOCKS listen if their URL does not say it (RFC 1928, section 3).
const SOCKS_PORT: u16 = 1080;

/// A connection as it is before the destination's TLS; there is TLS in it where it is a proxy's.
pub(super) type Passed = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects to where a URL leads, through the proxy if there is one in between.
#[derive(Clone)]
pub(super) struct Route {
    plain: HttpConnector,
    proxy: Option<Proxy>,
    trust: Trust,
}

impl Route {
    pub(super) fn new(proxy: Option<Proxy>, trust: Trust) -> Self {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        Self { plain, proxy, trust }
    }

    /// Through a proxy to the destination.
    async fn pass(self, proxy: Intercept, to: Uri) -> Result<Passed, BoxError> {
        match proxy.uri().scheme_str() {
            Some("https") => {
                let secure = HttpsConnector::from((self.plain, self.trust.tls()?));
                Ok(tunnel(&proxy, secure).call(to).await?)
            }
            Some("http") => Ok(MaybeHttpsStream::Http(tunnel(&proxy, self.plain).call(to).await?)),
            _ => {
                let socks = SocksV5::new(with_port(proxy.uri())?, self.plain);
                let mut socks = match proxy.raw_auth() {
                    Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
                    None => socks,
                };
                Ok(MaybeHttpsStream::Http(socks.call(to).await?))
            }
        }
    }
}

/// Has an HTTP proxy lead on (`CONNECT`).
fn tunnel<C>(proxy: &Intercept, connector: C) -> Tunnel<C> {
    let tunnel = Tunnel::new(proxy.uri().clone(), connector);
    match proxy.basic_auth() {
        Some(secret) => tunnel.with_auth(secret.clone()),
        None => tunnel,
    }
}

/// The address of a SOCKS proxy, with the usual port where it has none.
fn with_port(proxy: &Uri) -> Result<Uri, http::Error> {
    let host = proxy.host().unwrap_or_default();
    let port = proxy.port_u16().unwrap_or(SOCKS_PORT);
    Uri::builder().scheme("socks5").authority(format!("{host}:{port}")).path_and_query("/").build()
}

impl Service<Uri> for Route {
    type Response = Passed;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Passed, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.plain.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let mut this = self.clone();
        Box::pin(async move {
            let proxy = match this.proxy.as_ref().and_then(|proxy| proxy.toward(&uri)) {
                None => return Ok(MaybeHttpsStream::Http(this.plain.call(uri).await?)),
                Some(proxy) => proxy?.clone(),
            };
            this.pass(proxy, uri).await.map_err(|error| Impassable(error).into())
        })
    }
}

/// A proxy that was not passed. What it says goes down to the bottom of why, so nothing is below it.
#[derive(Debug)]
pub(super) struct Impassable(pub(super) BoxError);

impl fmt::Display for Impassable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy cannot be passed: {}", root(&*self.0))
    }
}

impl StdError for Impassable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_goes_around_a_proxy_that_cannot_be_used() {
        let variable = |name: &str| (name == "https_proxy").then(|| "socks4://proxy:1".to_owned());
        let proxy = crate::proxy::named(&variable).map(|(_, proxy)| proxy);
        let mut route = Route::new(proxy, Trust::new(None));
        let error = route.call(Uri::from_static("https://some.example.com/")).await.unwrap_err();
        let expected = "the proxy that https_proxy names speaks an older SOCKS than 5, which is not \
                        implemented";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn socks_has_a_port_of_its_own() {
        for (url, expected) in [
            ("socks5h://proxy.example.com", "proxy.example.com:1080"),
            ("socks5://proxy.example.com:9050", "proxy.example.com:9050"),
            ("socks5://[2001:db8::1]", "[2001:db8::1]:1080"),
        ] {
            let at = with_port(&Uri::from_static(url)).unwrap();
            assert_eq!(at.authority().unwrap().as_str(), expected);
        }
    }
}
