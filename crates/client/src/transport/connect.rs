//! Connections: their way, who is trusted at its end, and how they fail to come about.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, MaybeHttpsStream};
use rustls::crypto::ring::default_provider as ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use super::route::{Impassable, Passed, Route};
use crate::error::Kind;
use crate::proxy::Proxy;

/// The name by which the two sides of a handshake agree on HTTP/2 (RFC 7301).
pub(super) const HTTP_2: &[u8] = b"h2";

/// A connection, with TLS or without.
pub(crate) type Stream = MaybeHttpsStream<Passed>;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// Connects within a time, the handshake of TLS included.
#[derive(Clone)]
pub(crate) struct Connector {
    route: Route,
    trust: Trust,
    /// Its connections are for HTTP/2.
    multiplexed: bool,
    within: Duration,
}

impl Connector {
    /// With certificates in PEM that are trusted in the place of the usual ones, if there are some.
    pub(crate) fn new(proxy: Option<Proxy>, roots: Option<Arc<[u8]>>, within: Duration) -> Self {
        let trust = Trust::new(roots);
        let route = Route::new(proxy, trust.clone());
        Self { route, trust, multiplexed: false, within }
    }

    /// The same for connections of HTTP/2.
    pub(super) fn multiplexed(&self) -> Self {
        Self { multiplexed: true, ..self.clone() }
    }

    fn secure(&self) -> Result<HttpsConnector<Route>, Untrusting> {
        let mut tls = self.trust.tls()?;
        if self.multiplexed {
            tls.alpn_protocols = vec![HTTP_2.to_vec()];
        }
        let mut connector = HttpsConnector::from((self.route.clone(), tls));
        connector.enforce_https();
        Ok(connector)
    }
}

/// Whose certificates are trusted.
#[derive(Clone)]
pub(super) struct Trust(Arc<Trusted>);

struct Trusted {
    /// Certificates in PEM in the place of the usual ones.
    roots: Option<Arc<[u8]>>,
    /// Made for the first connection that wants it: the authorities are many.
    tls: OnceLock<Result<ClientConfig, Untrusting>>,
}

impl Trust {
    pub(super) fn new(roots: Option<Arc<[u8]>>) -> Self {
        Self(Arc::new(Trusted { roots, tls: OnceLock::new() }))
    }

    /// TLS with those alone who are trusted.
    pub(super) fn tls(&self) -> Result<ClientConfig, Untrusting> {
        self.0.tls.get_or_init(|| tls(self.0.roots.as_deref())).clone()
    }
}

/// TLS that trusts the certificates of a bundle and no others; the public ones without one.
fn tls(pem: Option<&[u8]>) -> Result<ClientConfig, Untrusting> {
    let versions = ClientConfig::builder_with_provider(Arc::new(ring()))
        .with_safe_default_protocol_versions()
        .expect("the provider has the default versions of TLS");
    let Some(pem) = pem else { return Ok(versions.with_webpki_roots().with_no_client_auth()) };
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| Untrusting(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    // The bundles of systems have some that are too old or too odd to verify anything.
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(Untrusting("there are none in the bundle".to_owned()));
    }
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// A bundle of which nobody can be trusted.
#[derive(Clone, Debug)]
pub(super) struct Untrusting(String);

impl fmt::Display for Untrusting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the certificates to trust cannot be read: {}", self.0)
    }
}

impl StdError for Untrusting {}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.route.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
        let mut this = self.clone();
        let within = self.within;
        Box::pin(async move {
            let connecting = async {
                if is_secure {
                    return this.secure()?.call(uri).await;
                }
                Ok(MaybeHttpsStream::Http(this.route.call(uri).await?))
            };
            match tokio::time::timeout(within, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(format!("no connection within {} s", within.as_secs_f64()).into()),
            }
        })
    }
}

/// How a connection failed to come about: [`Kind::Certificate`] if the server's does not verify,
/// [`Kind::Config`] if nothing could verify it, else [`Kind::Connect`].
pub(crate) fn unconnected(error: &(dyn StdError + 'static)) -> Kind {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Kind::Certificate;
        }
        if error.is::<Untrusting>() {
            return Kind::Config;
        }
        if let Some(Impassable(error)) = error.downcast_ref() {
            at = Some(&**error);
            continue;
        }
        // What a stream fails with is inside an I/O error, which does not show it as its source.
        at = match error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref()) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    Kind::Connect
}

/// What lies at the bottom of an error, which says more than the layers above it.
pub(crate) fn root(error: &(dyn StdError + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
