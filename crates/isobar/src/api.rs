//! The command line's client of the control plane's HTTP API.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::cli::Global;
use crate::state::{self, Endpoints};
use isobar_cli::report::{Class, Detail, Error};

/// The largest answer that is read.
const MAX_ANSWER: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The control plane, as a command reaches it.
#[derive(Clone)]
pub(crate) struct Api {
    uri: Uri,
    key: String,
}

impl Api {
    /// Through the state directory that the command line names; else by `ISOBAR_URL` and
    /// `ISOBAR_API_KEY`, else through the usual state directory.
    pub(crate) fn find(global: &Global) -> Result<Self, Error> {
        let address = (&global.url, &global.api_key);
        match if global.names_state { (&None, &None) } else { address } {
            (Some(url), Some(key)) => Self::new(url, key),
            (None, None) => {
                let directory = directory(global)?;
                let endpoints = Endpoints::read(&directory)?;
                Self::new(&endpoints.control.url, &endpoints.control.api_key)
            }
            _ => Err(Error::usage(
                "incomplete_address",
                "ISOBAR_URL and ISOBAR_API_KEY go together; only one is set",
            )),
        }
    }

    pub(crate) fn new(url: &str, key: &str) -> Result<Self, Error> {
        let invalid = || Error::usage("invalid_url", format!("{url} is no http:// URL"));
        let uri: Uri = url.trim_end_matches('/').parse().map_err(|_| invalid())?;
        if uri.scheme_str() != Some("http") || uri.host().is_none() {
            return Err(invalid());
        }
        Ok(Self { uri, key: key.to_owned() })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, Error> {
        self.call(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Error> {
        self.call(Method::POST, path, Some(body), idempotency_key).await
    }

    /// All items of a list, page after page, up to the limit.
    pub(crate) async fn list(&self, path: &str, limit: usize) -> Result<Vec<Value>, Error> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = (limit - items.len()).min(100);
            let mut url = format!("{path}{separator}limit={page}");
            if !cursor.is_empty() {
                url.push_str(&format!("&cursor={}", encode(&cursor)));
            }
            let mut answer = self.get(&url).await?;
            if let Value::Array(page) = answer["data"].take() {
                items.extend(page);
            }
            match answer["pagination"]["next_cursor"].as_str() {
                Some(next) if items.len() < limit && next != cursor => next.clone_into(&mut cursor),
                _ => return Ok(items),
            }
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        idempotency_key: Option<&str>,
    ) -> Result<Value, Error> {
        let response = self.send(method, path, body, idempotency_key).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| self.unreachable().source(error))?
            .to_bytes();
        let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status.is_success() { Ok(value) } else { Err(refusal(status, &value)) }
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&self, path: &str) -> Result<Incoming, Error> {
        let response = self.send(Method::GET, path, None, None).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        let value = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body.to_bytes()).ok())
            .unwrap_or(Value::Null);
        Err(refusal(status, &value))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        idempotency_key: Option<&str>,
    ) -> Result<http::Response<Incoming>, Error> {
        let host = self.uri.host().unwrap_or_default();
        let port = self.uri.port_u16().unwrap_or(80);
        let connect = TcpStream::connect((host.trim_matches(['[', ']']), port));
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connect)
            .await
            .map_err(|elapsed| self.unreachable().source(elapsed))?
            .map_err(|error| self.unreachable().source(error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable().source(error))?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.uri.path().trim_end_matches('/')))
            .header("host", format!("{host}:{port}"))
            .header("accept", "application/json, text/event-stream")
            .header("authorization", format!("Bearer {}", self.key));
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let content = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        let request = request.body(Full::new(content)).map_err(|error| {
            Error::usage("invalid_request", "the request cannot be made").source(error)
        })?;
        sender.send_request(request).await.map_err(|error| self.unreachable().source(error))
    }

    fn unreachable(&self) -> Error {
        Error::new(
            Class::Unreachable,
            "unreachable",
            format!("the control plane at {} cannot be reached", self.uri),
        )
        .hint("start it with `isobar up`")
    }
}

/// The state directory that the command speaks of.
pub(crate) fn directory(global: &Global) -> Result<std::path::PathBuf, Error> {
    global.state.as_deref().map(Path::to_owned).map_or_else(state::default_directory, Ok)
}

/// Percent-encodes a value for a query string or a path segment.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The error of an answer that is none of success.
fn refusal(status: StatusCode, answer: &Value) -> Error {
    let class = match status.as_u16() {
        401 | 403 => Class::Denied,
        400 | 405 | 413 | 415 => Class::Usage,
        503 => Class::Unreachable,
        _ => Class::Failed,
    };
    let error = &answer["error"];
    let Some(code) = error["code"].as_str() else {
        return Error::new(
            Class::Unreachable,
            "unexpected_answer",
            format!("what answered with {status} is no Isobar control plane"),
        )
        .hint("look at ISOBAR_URL");
    };
    let message = match error["message"].as_str() {
        Some(message) => message.to_owned(),
        None => format!("the control plane answered {status}"),
    };
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let details = details.iter().map(detail_of).collect();
    Error::new(class, code, message).details(details)
}

fn detail_of(detail: &Value) -> Detail {
    let mut text = String::new();
    if !detail["value"].is_null() {
        text.push_str(&format!(" = {}", detail["value"]));
    }
    text.push_str(": ");
    text.push_str(detail["constraint"].as_str().unwrap_or("is not valid"));
    let field = detail["field"].as_str().unwrap_or_default().to_owned();
    Detail { field, text, place: None }
}
