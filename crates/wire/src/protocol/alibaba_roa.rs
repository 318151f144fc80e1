//! Alibaba Cloud's ROA style: paths, headers and JSON.

use isobar_catalogue::Service;

use super::alibaba_rpc::{answer, name_operation};
use super::{Call, Codec, alibaba_error, alibaba_log, common, rest};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply};
use crate::message::{Request, Response};
use crate::rest::{read, write};
use crate::value::Value;

pub(crate) const CODEC: Codec = Codec {
    encode_request,
    decode_response,
    route: rest::route,
    decode_request: read::request,
    encode_response,
    encode_error,
};

const JSON: &str = "application/json;charset=utf-8";

/// The log service: its requests are known by their method and path alone.
const LOG: &str = "sls";

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    if call.service.name == LOG {
        return alibaba_log::encode_request(call, input);
    }
    let mut request = write::request(call, input)?;
    // A path that is given whole has a slash of its own before it.
    if call.operation.uri.ends_with("+}") && request.path.starts_with("//") {
        request.path.remove(0);
    }
    name_operation(call, &mut request);
    Ok(request)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return Ok(Reply::Failure(alibaba_error::read(response)));
    }
    let request_id = common::request_id(&response.headers);
    let output = if call.service.name == LOG {
        alibaba_log::decode_response(call, response)?
    } else {
        read::response(call, response)?
    };
    Ok(Reply::Success { output, request_id })
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let mut response = answer(common::success(call), JSON, Vec::new(), request_id);
    let (status, body) = write::answer(call, output, &mut response.headers)?;
    common::set_status(&mut response, status);
    response.body = body;
    Ok(response)
}

/// The service that writes its errors with lower-case names.
const LOWER_CASE: [&str; 1] = ["cs"];

fn encode_error(
    service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let lower = service.is_some_and(|service| LOWER_CASE.contains(&service.name.as_str()));
    let body = if lower {
        alibaba_error::write_lower(error)
    } else {
        alibaba_error::write_json(service, error)
    };
    answer(error.status, JSON, body, &error.request_id)
}
