//! The protocols of the three clouds as functions between values and messages, in both directions,
//! driven by the catalogue. No socket, file, clock or environment is touched here.
//!
//! | direction | a client | a local cloud |
//! |---|---|---|
//! | request | [`encode_request`] | [`route`], [`decode_request`] |
//! | answer | [`decode_response`] | [`encode_response`] |
//! | error | [`decode_response`] | [`encode_error`] |
//!
//! Each protocol is one record of functions in a table (`protocol.rs`). What protocols share is a
//! module per document format, which walks a shape and a document together.

use isobar_catalogue::{Cloud, Member, Operation, Protocol, Service};

mod cbor;
pub mod error;
pub mod eventstream;
mod foreign;
mod form;
mod gzip;
pub mod input;
mod json;
pub mod message;
pub mod output;
mod protocol;
mod rest;
mod scalar;
mod shapes;
mod timestamp;
mod validate;
pub mod value;
mod xml;

pub use error::{
    DecodeError, Dialect, EncodeError, ErrorReply, Problem, Reply, RouteError, RouteProblem,
    ServiceError, Violation,
};
pub use gzip::{COMPRESS_FROM, decompress};
pub use input::{Input, Unread};
/// The derives of [`trait@Input`] and [`trait@Output`], and those of types whose members are spelt as their fields.
pub use isobar_derive::{Input, Output, SnakeInput, SnakeOutput};
pub use message::{Request, Response};
pub use output::Output;
pub use shapes::fill_tokens;
pub use validate::validate;
pub use value::{Blob, Name, Value, from_value, to_value};

use protocol::Call;

/// How deeply values may be nested, in every format and both directions.
pub const MAX_DEPTH: usize = 100;

/// How many parameters a form or query string may have.
pub const MAX_PARAMETERS: usize = 10_000;

/// Writes a call in the service's preferred protocol.
///
/// Text stands for a blob (base64) and for a timestamp (RFC 3339) too. Null members are absent.
///
/// # Errors
/// Where the input does not fit the operation's shape.
pub fn encode_request(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
) -> Result<Request, EncodeError> {
    encode_request_compressing(service, operation, input, Some(COMPRESS_FROM))
}

/// Writes a request as [`encode_request`] does; where the operation takes compressed bodies, those of so
/// many bytes or more are compressed, and none without a number.
///
/// # Errors
/// As those of [`encode_request`].
pub fn encode_request_compressing(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
    from: Option<usize>,
) -> Result<Request, EncodeError> {
    let dialect = Dialect::new(service.protocol());
    let call = Call { compress_from: from, ..Call::new(service, operation, dialect) };
    (protocol::codec(service.protocol()).encode_request)(call, input)
}

/// Reads the answer to a call that [`encode_request`] wrote.
///
/// # Errors
/// Where the answer is not what the protocol demands.
pub fn decode_response(
    service: &'static Service,
    operation: &'static Operation,
    response: &Response,
) -> Result<Reply, DecodeError> {
    let call = Call::new(service, operation, Dialect::new(service.protocol()));
    let reply = match eventstream::Events::of(service, operation) {
        Some(events) => eventstream::collect(call, &events, response),
        None => (protocol::codec(service.protocol()).decode_response)(call, response),
    };
    reply.map_err(|error| error.showing(&response.body))
}

/// The member of an operation's output that is a stream: a blob of unknown length, or events.
#[must_use]
pub fn streaming_output(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<&'static Member> {
    rest::streaming(service, shapes::output(service, operation)?)
}

/// The member of an operation's input that is a stream.
#[must_use]
pub fn streaming_input(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<&'static Member> {
    rest::streaming(service, shapes::input(service, operation)?)
}

/// Reads the head of an answer whose body is a stream: the output without its [`streaming_output`],
/// and the request's id. Only for answers that say by their status that the call succeeded.
///
/// # Errors
/// Where the headers are not what the protocol demands.
pub fn decode_head(
    service: &'static Service,
    operation: &'static Operation,
    head: &Response,
) -> Result<(Value, Option<String>), DecodeError> {
    let call = Call::new(service, operation, Dialect::new(service.protocol()));
    let request_id = protocol::common::request_id(&head.headers);
    Ok((Value::Map(rest::read::head(call, head)?), request_id))
}

/// A parameter of the request, from its query string or its form.
#[must_use]
pub fn parameter<'r>(request: &'r Request, name: &str) -> Option<std::borrow::Cow<'r, str>> {
    form::find(request, name)
}

/// How the request is written. Also right where no operation is found, so that an error can be
/// answered in the request's own form.
#[must_use]
pub fn dialect(service: &'static Service, request: &Request) -> Dialect {
    protocol::dialect(service, request)
}

/// Finds the operation that a request asks for.
///
/// # Errors
/// Where it names none that the service has.
pub fn route(
    service: &'static Service,
    request: &Request,
) -> Result<(Dialect, &'static Operation), RouteError> {
    let dialect = dialect(service, request);
    (protocol::codec(dialect.protocol).route)(service, request)
        .map(|operation| (dialect, operation))
        .map_err(|problem| RouteError { dialect, problem })
}

/// Finds the operation that a request asks for among all services of a cloud, by method and path:
/// for a cloud that has one host for all of them.
///
/// # Errors
/// Where no operation has that path, or none with that method.
pub fn route_all(
    cloud: Cloud,
    request: &Request,
) -> Result<(Dialect, &'static Service, &'static Operation), RouteError> {
    let protocols =
        isobar_catalogue::services(cloud).iter().find_map(|entry| entry.protocols.first());
    let dialect = Dialect::new(protocols.copied().unwrap_or(Protocol::DigitalOcean));
    protocol::route_all(cloud, request)
        .map(|(service, operation)| (dialect, service, operation))
        .map_err(|problem| RouteError { dialect, problem })
}

/// Reads the input of a request that [`route`] found the operation of. Types are checked here;
/// required members, ranges and lengths are [`validate`]'s.
///
/// # Errors
/// Where the request is malformed, or a member is of another type.
pub fn decode_request(
    service: &'static Service,
    operation: &'static Operation,
    dialect: Dialect,
    request: &Request,
) -> Result<Value, DecodeError> {
    let call = Call::new(service, operation, dialect);
    (protocol::codec(dialect.protocol).decode_request)(call, request)
}

/// Writes the answer of an operation that succeeded.
///
/// # Errors
/// Where the output does not fit the operation's shape, which is the handler's mistake.
pub fn encode_response(
    service: &'static Service,
    operation: &'static Operation,
    dialect: Dialect,
    output: &Value,
    request_id: &str,
) -> Result<Response, EncodeError> {
    let call = Call::new(service, operation, dialect);
    match eventstream::Events::of(service, operation) {
        Some(events) => eventstream::write(call, &events, output, request_id),
        None => (protocol::codec(dialect.protocol).encode_response)(call, output, request_id),
    }
}

/// Writes the answer of an operation that succeeded from a handler's type: what [`encode_response`]
/// makes of its value, for XML without making the value.
///
/// # Errors
/// Where the output does not fit the operation's shape, which is the handler's mistake.
pub fn encode_output(
    service: &'static Service,
    operation: &'static Operation,
    dialect: Dialect,
    output: &dyn Output,
    request_id: &str,
) -> Result<Response, value::Error> {
    if matches!(dialect.protocol, Protocol::Ec2 | Protocol::AwsQuery) {
        return protocol::encode_output(Call::new(service, operation, dialect), output, request_id);
    }
    let output = output::value_of(output)?;
    encode_response(service, operation, dialect, &output, request_id).map_err(value::Error::unfit)
}

/// Writes an error in the request's own form. Members of [`ErrorReply::fields`] that the declared
/// error lacks are left out.
#[must_use]
pub fn encode_error(
    service: Option<&'static Service>,
    dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    (protocol::codec(dialect.protocol).encode_error)(service, dialect, error)
}
