//! The listener of a local cloud: connections, bodies under a limit, and whom it refuses.
//!
//! Whoever reaches a local cloud can run scripts as the user who started it. So it listens on
//! loopback, and turns away what a web page could send: requests with an `Origin`, and requests for
//! a host name that is neither loopback nor the vendor's (which is what a rebound name would be).

pub mod body;
mod bounds;
mod connections;
pub mod origin;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::header::EXPECT;
use http::{HeaderName, HeaderValue};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use isobar_wire::{Request, Response};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::body::{Body, Shared};
use crate::call::Reply;
use crate::{Face, Local};
use body::Unread;
pub use bounds::Bounds;
pub use connections::{HEADER_TIMEOUT, accept, drain, stopped};
use origin::Refusal;

/// The largest body that is read.
pub const MAX_BODY: usize = 16 << 20;
/// How much of a larger body is read all the same, and dropped.
const MAX_DROPPED: usize = 64 << 20;
/// How long a body may take to arrive; a connection whose body is late is closed.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const LIMITS: body::Limits =
    body::Limits { most: MAX_BODY, dropped: MAX_DROPPED, within: BODY_TIMEOUT };
/// How long a stop waits for answers that are under way.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves the local cloud, over TLS too where there is a configuration for it, until `stop` turns true, then lets the answers under way end.
pub async fn serve<F: Face>(
    listener: TcpListener,
    local: Arc<Local<F>>,
    bounds: Bounds,
    tls: Option<Arc<ServerConfig>>,
    stop: watch::Receiver<bool>,
) {
    let of_each = bounds.clone();
    let serve = |stream| connection(stream, Arc::clone(&local), of_each.clone(), tls.clone());
    let connections = accept(listener, stop, &bounds, serve).await;
    local.stop_waiting();
    drain(connections, DRAIN).await;
}

fn connection<F: Face>(
    stream: TcpStream,
    local: Arc<Local<F>>,
    bounds: Bounds,
    tls: Option<Arc<ServerConfig>>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let local_address = stream.local_addr().ok();
    let (stream, is_tls) = tls::Connection::new(stream, tls);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |mut request: http::Request<Incoming>| {
                if is_tls.load(Ordering::Relaxed) {
                    // As from a proxy that ends TLS, for the links of answers.
                    let https = HeaderValue::from_static("https");
                    request.headers_mut().insert(FORWARDED_PROTO, https);
                }
                let (local, bounds) = (Arc::clone(&local), bounds.clone());
                async move { answer(request, &local, &bounds, local_address).await }
            }),
        )
}

/// An answer that never comes: the connection is closed instead.
#[derive(Debug, thiserror::Error)]
#[error("a fault rule wants silence, or the request never came whole")]
struct Silence;

async fn answer<F: Face>(
    request: http::Request<Incoming>,
    local: &Local<F>,
    bounds: &Bounds,
    local_address: Option<SocketAddr>,
) -> Result<http::Response<Sent>, Silence> {
    let standard = local.face.standard();
    let (parts, incoming) = request.into_parts();
    let is_own = |name: &str| local.face.is_own_host(name);
    let host = match origin::host(parts.version, &parts.uri, &parts.headers, is_own) {
        Ok(Some(host)) => host.to_owned(),
        Ok(None) => local_address.map(|address| address.to_string()).unwrap_or_default(),
        Err(Refusal::Malformed(what)) => {
            return Ok(whole(local.turn_away(&standard.malformed, what)));
        }
        Err(Refusal::Foreign(what)) => {
            return Ok(whole(local.turn_away(&standard.foreign, &what)));
        }
    };
    let mut request = Request {
        method: parts.method,
        host_prefix: None,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: Bytes::new(),
    };
    if local.face.streams(&request) {
        return stream(&request, incoming, local, &host).await;
    }
    // Kept until the answer is made: the caller is not known before the whole body is there.
    let length = hyper::body::Body::size_hint(&incoming).exact();
    let room = bounds.room(length, MAX_BODY);
    let Ok(_room) = tokio::time::timeout(BODY_TIMEOUT, room).await else { return Err(Silence) };
    request.body = match body::read(incoming, LIMITS).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => {
            return Ok(whole(local.turn_away(&standard.too_large, "")));
        }
        // The peer went away before its request ended, or stopped in it: nobody reads an answer.
        Err(Unread::BrokenOff | Unread::Late) => return Err(Silence),
    };
    local.reply(&request, Body::default(), &host).await.map(sent).ok_or(Silence)
}

/// Answers a request whose body is read as it arrives. What is left of it once it is answered is read and
/// dropped, since a client that is still writing sees no answer; not of one that waits to be asked.
async fn stream<F: Face>(
    request: &Request,
    incoming: Incoming,
    local: &Local<F>,
    host: &str,
) -> Result<http::Response<Sent>, Silence> {
    let asks = request.headers.contains_key(EXPECT);
    let body = Shared::new(Body::new(body::Arriving::new(incoming, BODY_TIMEOUT)));
    let reply = local.reply(request, Body::new(body.clone()), host).await;
    let Some(reply) = reply else { return Err(Silence) };
    if body.was_asked() || !asks {
        body::drop_rest(body, MAX_DROPPED, BODY_TIMEOUT).await;
    }
    Ok(sent(reply))
}

/// The body of an answer.
type Sent = Either<Full<Bytes>, Body>;

fn sent(reply: Reply) -> http::Response<Sent> {
    let mut response = whole(reply.head);
    if let Some(body) = reply.body {
        *response.body_mut() = Either::Right(body);
    }
    response
}

fn whole(response: Response) -> http::Response<Sent> {
    let mut answer = http::Response::new(Either::Left(Full::new(response.body)));
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}
