//! The HTTP/1.1 proxy: each request goes to a target of its own choice.
//!
//! A request is tried elsewhere when nothing of it can have been acted upon: its connection was not
//! made, it was not written, or it has no body and its method is safe. A safe request that a dying
//! target swallowed is thus answered by another target.

mod body;
mod gzip;
mod headers;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{Either, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::listener::LiveListener;
use super::relay::relay;
use super::target::{Lease, Live, RequestBody};
use body::{AnswerBody, Leased, page};
use gzip::Gzip;

/// The most headers of a request.
const MAX_HEADERS: usize = 100;
/// The most bytes of a request's headers.
const MAX_HEADER_BYTES: usize = 64 << 10;
/// How often a request is sent before it is given up.
const ATTEMPTS: usize = 4;

/// Serves a client's connection.
pub(super) async fn serve(listener: &Arc<LiveListener>, stream: TcpStream, peer: SocketAddr) {
    let idle = listener.idle_timeout();
    let service = service_fn(|request| {
        let listener = Arc::clone(listener);
        async move { Ok::<_, Infallible>(answer(&listener, request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = listener.closing().cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a client's connection ended early");
    }
}

/// Why a request got no answer from any target.
#[derive(Clone, Copy, Debug)]
enum Failed {
    /// There is no target to send it to.
    NoTarget,
    /// The connection failed, or what came was no answer.
    Broken,
    /// The connection or the answer took too long.
    Late,
}

impl Failed {
    fn status(self) -> StatusCode {
        match self {
            Self::NoTarget => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

impl From<&std::io::Error> for Failed {
    fn from(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::TimedOut { Self::Late } else { Self::Broken }
    }
}

async fn answer(
    listener: &Arc<LiveListener>,
    mut request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<AnswerBody> {
    let config = listener.config();
    let manner = &config.manner;
    let own = |status| page(status, manner.server.as_deref());
    let upgrade = headers::upgrade(request.headers());
    let client = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
    let (mut parts, body) = request.into_parts();
    if let Err(status) = headers::forward(&mut parts, upgrade, peer, listener.local()) {
        return own(status);
    }
    if let Some(name) = &manner.trace {
        headers::trace(&mut parts.headers, name, &listener.marks().draw());
    }
    let keep = listener.keeps_connections();
    if !keep {
        headers::close(&mut parts.headers);
    }
    let gzip = listener.gzips() && gzip::is_taken(&parts);
    let copy = repeatable(&parts, &body).then(|| parts.clone());
    let body = if body.is_end_stream() { Either::Right(Empty::new()) } else { Either::Left(body) };
    match send(listener, Request::from_parts(parts, body), copy.as_ref()).await {
        Ok(sent) => finish(sent, client, listener.idle_timeout(), keep, gzip, &own),
        Err(failed) => own(failed.status()),
    }
}

/// Whether the request may be sent again though a target may have received it.
fn repeatable(parts: &Parts, body: &Incoming) -> bool {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
    safe.contains(&parts.method) && body.is_end_stream()
}

/// An answer's head, and where it came from.
struct Sent {
    answer: Response<Incoming>,
    lease: Lease,
    sender: SendRequest<RequestBody>,
}

/// Sends the request to one target after the other until one answers.
async fn send(
    listener: &LiveListener,
    mut request: Request<RequestBody>,
    copy: Option<&Parts>,
) -> Result<Sent, Failed> {
    let mut tried: Vec<Arc<Live>> = Vec::new();
    let mut failed = Failed::NoTarget;
    for _ in 0..ATTEMPTS {
        let Some(lease) = listener.choose(&tried) else { break };
        let target = Arc::clone(lease.target());
        let (mut sender, is_new) = match target.sender().await {
            Ok(sender) => sender,
            Err(error) => {
                failed = Failed::from(&error);
                tried.push(target);
                continue;
            }
        };
        match timeout(listener.idle_timeout(), sender.try_send_request(request)).await {
            Ok(Ok(answer)) => return Ok(Sent { answer, lease, sender }),
            Ok(Err(mut error)) => {
                tracing::debug!(error = %error.error(), target = target.id, "no answer came");
                failed = Failed::Broken;
                request = match (error.take_message(), copy) {
                    (Some(unsent), _) => unsent,
                    (None, Some(copy)) => {
                        Request::from_parts(copy.clone(), Either::Right(Empty::new()))
                    }
                    (None, None) => break,
                };
                // A connection that was kept may have been closed since; that says something about
                // the others that were kept, and nothing about the target.
                if is_new {
                    tried.push(target);
                } else {
                    target.drop_kept();
                }
            }
            Err(_) => {
                failed = Failed::Late;
                break;
            }
        }
    }
    Err(failed)
}

/// Passes the answer on, and joins the two connections where they leave HTTP.
fn finish(
    sent: Sent,
    client: Option<OnUpgrade>,
    idle: Duration,
    keep: bool,
    gzip: bool,
    own: &impl Fn(StatusCode) -> Response<AnswerBody>,
) -> Response<AnswerBody> {
    let Sent { mut answer, lease, sender } = sent;
    let upgrade = headers::upgrade(answer.headers());
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let Some(client) = client else {
            // Nobody asked for it.
            return own(StatusCode::BAD_GATEWAY);
        };
        let target = hyper::upgrade::on(&mut answer);
        tokio::spawn(join(client, target, lease, idle));
        let (mut parts, _) = answer.into_parts();
        return match headers::pass_back(&mut parts.headers, upgrade) {
            Ok(()) => Response::from_parts(parts, Either::Right(Bytes::new().into())),
            Err(status) => own(status),
        };
    }
    let (mut parts, body) = answer.into_parts();
    parts.version = Version::HTTP_11;
    if let Err(status) = headers::pass_back(&mut parts.headers, None) {
        return own(status);
    }
    if keep {
        lease.target().keep(sender);
    }
    let body = Leased::new(body, lease, idle);
    let body = if gzip && gzip::fits(&parts) {
        gzip::tell(&mut parts.headers);
        Either::Right(Gzip::new(body))
    } else {
        Either::Left(body)
    };
    Response::from_parts(parts, Either::Left(body))
}

/// Copies between two connections that were upgraded.
async fn join(client: OnUpgrade, target: OnUpgrade, lease: Lease, idle: Duration) {
    let Ok((client, target)) = tokio::try_join!(client, target) else { return };
    tokio::select! {
        () = relay(TokioIo::new(client), TokioIo::new(target), idle) => {}
        () = lease.target().cut().cancelled() => {}
    }
}
