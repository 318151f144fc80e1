//! The listener of a local cloud: connections, bodies under a limit, and whom it refuses.
//!
//! Whoever reaches a local cloud can run scripts as the user who started it. So it listens on
//! loopback, and turns away what a web page could send: requests with an `Origin`, and requests for
//! a host name that is neither loopback nor the vendor's (which is what a rebound name would be).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{HOST, ORIGIN};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use isobar_wire::{Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::face::{Face, Local};

/// The largest body that is read.
pub const MAX_BODY: usize = 16 << 20;
/// How much of a larger body is read all the same, and dropped.
const MAX_DROPPED: usize = 64 << 20;
/// The most connections at once; further ones wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a stop waits for answers that are under way.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves the local cloud until `stop` turns true, then lets the answers under way end.
pub async fn serve<F: Face>(
    listener: TcpListener,
    local: Arc<Local<F>>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let place = tokio::select! {
            () = stopped(&mut stop) => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let (stream, _peer) = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let connection = graceful.watch(connection(stream, Arc::clone(&local)));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were closed before their answers ended");
    }
}

/// Returns once `stop` turned true, or nobody is left who could turn it.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The value that it returns holds a lock, which must not live on.
    drop(stop.wait_for(|stop| *stop).await);
}

fn connection<F: Face>(
    stream: TcpStream,
    local: Arc<Local<F>>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // An answer is one small segment; waiting to fill it would only delay it.
    let _ = stream.set_nodelay(true);
    let local_address = stream.local_addr().ok();
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .pipeline_flush(true)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let local = Arc::clone(&local);
                async move { answer(request, &local, local_address).await }
            }),
        )
}

/// An answer that never comes: the connection is closed instead.
#[derive(Debug, thiserror::Error)]
#[error("a fault rule wants silence")]
struct Silence;

async fn answer<F: Face>(
    request: http::Request<Incoming>,
    local: &Local<F>,
    local_address: Option<SocketAddr>,
) -> Result<http::Response<Full<Bytes>>, Silence> {
    let standard = local.face.standard();
    let (parts, body) = request.into_parts();
    let host = match parts.headers.get(HOST).map(http::HeaderValue::to_str) {
        Some(Ok(host)) => host.to_owned(),
        Some(Err(_)) => {
            let what = "requests for a host that cannot be read";
            return Ok(http_response(local.turn_away(&standard.foreign, what)));
        }
        None => local_address.map(|address| address.to_string()).unwrap_or_default(),
    };
    if parts.headers.contains_key(ORIGIN) {
        return Ok(http_response(local.turn_away(&standard.foreign, "requests from web pages")));
    }
    if !is_loopback(&host) && !local.face.is_own_host(&host) {
        let what = format!("requests for the host {host}");
        return Ok(http_response(local.turn_away(&standard.foreign, &what)));
    }
    let body = match read(body).await {
        Ok(Some(body)) => body,
        Ok(None) => return Ok(http_response(local.turn_away(&standard.too_large, ""))),
        // The peer went away before its request ended; nobody reads an answer.
        Err(_) => return Err(Silence),
    };
    let request = Request {
        method: parts.method,
        host_prefix: None,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    local.answer(&request, &host).await.map(http_response).ok_or(Silence)
}

/// The body; `None` where it is over the limit. What is too much is read and dropped up to a further
/// bound, since a client that is still writing sees no answer.
async fn read(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let known = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut read = BytesMut::with_capacity(known.min(MAX_BODY));
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if dropped == 0 && read.len() + data.len() <= MAX_BODY {
            read.extend_from_slice(&data);
        } else {
            dropped += data.len();
            if dropped > MAX_DROPPED {
                break;
            }
        }
    }
    Ok((dropped == 0).then(|| read.freeze()))
}

fn http_response(response: Response) -> http::Response<Full<Bytes>> {
    let mut answer = http::Response::new(Full::new(response.body));
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}

/// Whether the value of a `Host` header names this machine's loopback.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        return address.is_loopback();
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}
