//! The wire layer against the vendors' own cases, against requests as the vendors' clients were
//! seen to send them, and against input that nobody should send.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::needless_pass_by_value, reason = "a test's table of JSON reads better so")]

mod alibaba;
mod aws;
mod cases;
mod digitalocean;
mod eventstream;
mod handlers;
mod hostile;
mod malformed;
mod oss;
mod validation;

use http::{HeaderValue, Method};
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{ErrorReply, Request, Response, Value};
use serde_json::Value as Json;

/// A service and one of its operations.
pub(crate) fn operation(
    cloud: Cloud,
    service: &str,
    operation: &str,
) -> (&'static Service, &'static Operation) {
    let service = isobar_catalogue::service(cloud, service).expect("a known service");
    (service, service.operation(operation).expect("a known operation"))
}

/// A request as it comes from the network.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&'static str, &'static str)],
    body: impl Into<bytes::Bytes>,
) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), path);
    query.clone_into(&mut request.query);
    for (name, value) in headers {
        request.headers.insert(*name, HeaderValue::from_static(value));
    }
    request.body = body.into();
    request
}

/// A value from JSON, as a user writes it.
pub(crate) fn value(json: Json) -> Value {
    serde_json::from_value(json).expect("JSON is a value")
}

/// A value as JSON.
pub(crate) fn json(value: &Value) -> Json {
    serde_json::to_value(value).expect("a value is JSON")
}

/// A response's body as text.
pub(crate) fn body(response: &Response) -> &str {
    std::str::from_utf8(&response.body).expect("the body is text")
}

/// An error of the code.
pub(crate) fn error(code: &'static str, message: &str, status: u16) -> ErrorReply {
    ErrorReply {
        code: code.into(),
        message: message.to_owned(),
        status: http::StatusCode::from_u16(status).unwrap(),
        sender_fault: status < 500,
        request_id: "req-1".into(),
        host_id: Some("host.example".into()),
        fields: Value::Map(Vec::new()),
    }
}
