//! Health checks: what is sent to a target, and what its answer is taken for.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, LOCATION, USER_AGENT};
use http::{HeaderValue, Request};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::target::Live;
use super::{Cause, HealthCheck, Method, Probe};

/// The shortest time between two checks, whatever the record says.
const MIN_INTERVAL: Duration = Duration::from_millis(5);

/// Checks the target's health again and again, at once and whenever the check changes, until the
/// sender of the check is dropped.
pub(super) async fn watch(
    target: &Live,
    mut checks: tokio::sync::watch::Receiver<Option<HealthCheck>>,
) {
    loop {
        let check = checks.borrow_and_update().clone();
        let Some(check) = check else {
            target.uncheck();
            if checks.changed().await.is_err() {
                return;
            }
            continue;
        };
        let next = Instant::now() + Duration::from_millis(check.interval_ms).max(MIN_INTERVAL);
        let result = run(target.socket, &check).await;
        target.hear(&check, result);
        tokio::select! {
            () = sleep_until(next) => {}
            changed = checks.changed() => if changed.is_err() { return },
        }
    }
}

/// One check.
async fn run(target: SocketAddr, check: &HealthCheck) -> Result<(), Cause> {
    let socket = SocketAddr::new(target.ip(), check.port.unwrap_or(target.port()));
    let limit = Duration::from_millis(check.timeout_ms);
    match timeout(limit, attempt(socket, &check.probe)).await {
        Ok(result) => result,
        Err(_) => Err(Cause::TimedOut { after_ms: check.timeout_ms }),
    }
}

async fn attempt(socket: SocketAddr, probe: &Probe) -> Result<(), Cause> {
    let stream = TcpStream::connect(socket).await.map_err(|error| from_io(&error))?;
    let Probe::Http { method, path, host, expect } = probe else { return Ok(()) };
    let host = host.clone().unwrap_or_else(|| socket.to_string());
    let request = request(*method, path, &host)?;
    let io = TokioIo::new(stream);
    let (mut sender, connection) =
        http1::handshake(io).await.map_err(|error| from_hyper(&error))?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(|error| from_hyper(&error))?;
    let status = answer.status().as_u16();
    if expect.iter().any(|range| range.contains(status)) {
        return Ok(());
    }
    match answer.headers().get(LOCATION) {
        Some(location) if answer.status().is_redirection() => {
            let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
            Err(Cause::Redirect { status, location })
        }
        _ => Err(Cause::Status(status)),
    }
}

fn request(method: Method, path: &str, host: &str) -> Result<Request<Empty<Bytes>>, Cause> {
    let method = match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, HeaderValue::from_static("isobar-health-check/1"))
        .header(CONNECTION, HeaderValue::from_static("close"))
        .body(Empty::new())
        .map_err(|error| Cause::Failed(format!("the check's request is not valid: {error}")))
}

fn from_io(error: &io::Error) -> Cause {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Cause::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Cause::Closed,
        _ => Cause::Failed(error.to_string()),
    }
}

fn from_hyper(error: &hyper::Error) -> Cause {
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        return Cause::Closed;
    }
    if error.is_parse() {
        return Cause::Failed("the answer is not HTTP".to_owned());
    }
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(source) => from_io(source),
        None => Cause::Failed(error.to_string()),
    }
}
