//! The table of protocols: each is one [`Codec`], a record of functions.

use isobar_catalogue::{Operation, Protocol, Service};

use crate::COMPRESS_FROM;
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::form;
use crate::message::{Request, Response};
use crate::value::Value;

mod alibaba_error;
mod alibaba_log;
mod alibaba_oss;
mod alibaba_roa;
mod alibaba_rpc;
mod aws_json;
pub(crate) mod common;
mod digitalocean;
mod json_error;
mod query;
mod rest;
mod rpc_cbor;
mod xml_error;

pub(crate) use digitalocean::route_all;
pub(crate) use query::encode_output;

/// What every function of a codec needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) dialect: Dialect,
    /// A request's body is compressed from this size on, if the operation takes it so.
    pub(crate) compress_from: Option<usize>,
}

impl Call {
    pub(crate) const fn new(
        service: &'static Service,
        operation: &'static Operation,
        dialect: Dialect,
    ) -> Self {
        Self { service, operation, dialect, compress_from: Some(COMPRESS_FROM) }
    }
}

/// The functions of one protocol.
pub(crate) struct Codec {
    pub(crate) encode_request: fn(Call, &Value) -> Result<Request, EncodeError>,
    pub(crate) decode_response: fn(Call, &Response) -> Result<Reply, DecodeError>,
    pub(crate) route: fn(&'static Service, &Request) -> Result<&'static Operation, RouteProblem>,
    pub(crate) decode_request: fn(Call, &Request) -> Result<Value, DecodeError>,
    pub(crate) encode_response: fn(Call, &Value, &str) -> Result<Response, EncodeError>,
    pub(crate) encode_error: fn(Option<&'static Service>, Dialect, &ErrorReply) -> Response,
}

/// The codec of a protocol.
pub(crate) const fn codec(protocol: Protocol) -> &'static Codec {
    match protocol {
        Protocol::AwsQuery => &query::QUERY,
        Protocol::Ec2 => &query::EC2,
        Protocol::AwsJson => &aws_json::CODEC,
        Protocol::RestJson => &rest::REST_JSON,
        Protocol::RestXml => &rest::REST_XML,
        Protocol::AlibabaRpc => &alibaba_rpc::CODEC,
        Protocol::AlibabaRoa => &alibaba_roa::CODEC,
        Protocol::AlibabaOss => &alibaba_oss::CODEC,
        Protocol::DigitalOcean => &digitalocean::CODEC,
        Protocol::RpcV2Cbor => &rpc_cbor::CODEC,
    }
}

/// How the request is written.
pub(crate) fn dialect(service: &'static Service, request: &Request) -> Dialect {
    let speaks = |protocol| service.protocols.contains(&protocol);
    let protocol = if speaks(Protocol::RpcV2Cbor) && request.header("smithy-protocol").is_some() {
        Protocol::RpcV2Cbor
    } else if speaks(Protocol::AwsJson) && request.header("x-amz-target").is_some() {
        Protocol::AwsJson
    } else if speaks(Protocol::AwsQuery) && form::find(request, "Action").is_some() {
        Protocol::AwsQuery
    } else {
        service.protocol()
    };
    let asks = |name, value: &str| {
        form::find(request, name).is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    Dialect {
        protocol,
        xml: protocol == Protocol::AlibabaRpc && asks("Format", "XML"),
        query_mode: request.header("x-amzn-query-mode").is_some_and(|mode| mode == "true"),
        version: None,
    }
}
