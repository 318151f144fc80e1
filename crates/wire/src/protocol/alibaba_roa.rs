//! Alibaba Cloud's ROA style: paths, headers and JSON.

use isobar_catalogue::Service;

use super::alibaba_rpc::{answer, name_operation};
use super::{Call, Codec, alibaba_error, common, rest};
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

/// Services whose requests are known by their method and path alone, and whose bodies' type is bare.
const BY_PATH: [&str; 1] = ["sls"];

/// Operations whose body is neither JSON nor bytes as they are.
const NOT_BUILT: [(&str, &str); 2] = [("sls", "PullLogs"), ("sls", "PutLogs")];

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let (service, operation) = (call.service.name.as_str(), call.operation.name.as_str());
    if NOT_BUILT.contains(&(service, operation)) {
        return Err(EncodeError::Unsupported("log groups in protocol buffers are not implemented"));
    }
    let mut request = write::request(call, input)?;
    if !BY_PATH.contains(&service) {
        name_operation(call, &mut request);
    } else if !request.body.is_empty() {
        common::set_type(&mut request.headers, "application/json");
    }
    Ok(request)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return Ok(Reply::Failure(alibaba_error::read(response)));
    }
    let request_id = common::request_id(&response.headers);
    Ok(Reply::Success { output: read::response(call, response)?, request_id })
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
