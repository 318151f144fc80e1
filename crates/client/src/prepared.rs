//! A request that is ready to be sent.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

/// A request that is ready to be sent, signature included. Headers that carry secrets are marked as
/// sensitive.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// The HTTP method.
    pub method: Method,
    /// The whole URL.
    pub url: Uri,
    /// The headers, `Host` among them; `Content-Length` follows from the body.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Prepared {
    pub(crate) fn new<B>(message: http::Request<B>, body: Bytes) -> Self {
        let (head, _) = message.into_parts();
        Self { method: head.method, url: head.uri, headers: head.headers, body }
    }
}
