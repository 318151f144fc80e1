//! Probes over the network.

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{HOST, LOCATION, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Probe, Prober, Seen};
use crate::model::manifest::Protocol;

/// Connects to the instance from this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct;

#[async_trait]
impl Prober for Direct {
    async fn probe(&self, probe: &Probe) -> Seen {
        let seen = async {
            match probe.protocol {
                Protocol::Tcp => connect(probe).await.map(|_| "connected".to_owned()),
                Protocol::Http => ask(probe).await,
            }
        };
        match tokio::time::timeout(probe.timeout, seen).await {
            Ok(seen) => seen,
            Err(_) => Err(format!("timed out after {} s", probe.timeout.as_secs_f64())),
        }
    }
}

async fn connect(probe: &Probe) -> Result<TcpStream, String> {
    TcpStream::connect(probe.authority()).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        std::io::ErrorKind::TimedOut => "connecting timed out".to_owned(),
        _ => format!("cannot connect: {error}"),
    })
}

async fn ask(probe: &Probe) -> Seen {
    let stream = connect(probe).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| format!("no HTTP: {error}"))?;
    // The connection ends with the sender, which this function drops.
    let driver = tokio::spawn(connection);
    let request = Request::get(&probe.path)
        .header(HOST, probe.authority())
        .header(USER_AGENT, "isobar-health-check")
        .body(Empty::<Bytes>::new())
        .map_err(|error| format!("the path cannot be asked for: {error}"))?;
    let response = sender.send_request(request).await;
    driver.abort();
    let response = response.map_err(|error| match error {
        error if error.is_incomplete_message() => "closed the connection without an answer".into(),
        error if error.is_parse() => "answered something that is not HTTP".to_owned(),
        error => format!("no answer: {error}"),
    })?;
    verdict(response.status(), response.headers().get(LOCATION))
}

fn verdict(status: StatusCode, location: Option<&hyper::header::HeaderValue>) -> Seen {
    if status.is_success() {
        return Ok(format!("status {}", status.as_u16()));
    }
    match location.map(|location| String::from_utf8_lossy(location.as_bytes())) {
        Some(location) if status.is_redirection() => {
            Err(format!("redirect to {location} (status {})", status.as_u16()))
        }
        _ => Err(format!("status {}", status.as_u16())),
    }
}
