//! Answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use isobar_wire::{
    Dialect, ErrorReply, Reply, Response, decode_response, encode_error, encode_response,
};
use serde_json::Value as Json;

use super::typed::typed;
use super::{Case, Outcome, compare};

/// As a client: the case's answer means its result.
pub(crate) fn client(case: &Case) -> Outcome {
    means(case, &given(case)?)
}

/// The answer that the case gives.
fn given(case: &Case) -> Result<Response, String> {
    let json = &case.json["response"];
    let status = json["status_code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).ok_or("no status")?;
    let mut response = Response::new(status);
    for (name, value) in json["headers"].as_object().into_iter().flatten() {
        response.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?,
            HeaderValue::from_str(value.as_str().expect("a header is text"))
                .map_err(|error| error.to_string())?,
        );
    }
    let body = json["body"].as_str().unwrap_or_default();
    response.body = if case.protocol == "smithy-rpc-v2-cbor" {
        STANDARD.decode(body).map_err(|error| error.to_string())?.into()
    } else {
        body.to_owned().into()
    };
    Ok(response)
}

/// The answer means the case's result or error.
fn means(case: &Case, response: &Response) -> Outcome {
    let reply = decode_response(case.service, case.operation, response)
        .map_err(|error| error.to_string())?;
    match (reply, case.json.get("error")) {
        (Reply::Success { output, .. }, None) => {
            compare::values(&output, &typed(case.service, case.operation.output, result(case)))
        }
        (Reply::Failure(error), Some(fields)) => {
            compare::text(error.code.as_bytes(), case.json["errorCode"].as_str().unwrap_or(""))?;
            if let Some(message) = case.json["errorMessage"].as_str() {
                compare::text(error.message.as_bytes(), message)?;
            }
            compare::values(
                &error.fields,
                &typed(case.service, case.operation.errors.first().copied(), fields),
            )
        }
        (reply, _) => Err(format!("{reply:?}")),
    }
}

fn result(case: &Case) -> &Json {
    static EMPTY: std::sync::LazyLock<Json> =
        std::sync::LazyLock::new(|| Json::Object(serde_json::Map::new()));
    case.json.get("result").filter(|result| !result.is_null()).unwrap_or(&EMPTY)
}

/// As a server: the answer that is written means the case's result, and is the case's own where
/// that is written as a server writes it.
pub(crate) fn server(case: &Case) -> Outcome {
    let protocol = case.service.protocol();
    let Some(fields) = case.json.get("error") else {
        let output = typed(case.service, case.operation.output, result(case));
        let response = encode_response(
            case.service,
            case.operation,
            Dialect::new(protocol),
            &output,
            given(case)?.header("x-amzn-requestid").unwrap_or("requestid"),
        )
        .map_err(|error| error.to_string())?;
        means(case, &response)?;
        return canonical(case, &response);
    };
    let status = case.json["response"]["status_code"].as_u64().expect("a status");
    let fields = typed(case.service, case.operation.errors.first().copied(), fields);
    let error = ErrorReply {
        code: case.json["errorCode"].as_str().unwrap_or("").to_owned().into(),
        message: case.json["errorMessage"].as_str().unwrap_or("").to_owned(),
        status: u16::try_from(status)
            .ok()
            .and_then(|code| StatusCode::from_u16(code).ok())
            .ok_or("no status")?,
        sender_fault: status < 500,
        request_id: "foo-id".into(),
        host_id: None,
        fields,
    };
    let dialect = Dialect { query_mode: case.service.query_compatible, ..Dialect::new(protocol) };
    let response = encode_error(Some(case.service), dialect, &error);
    compare::text(response.status.as_str().as_bytes(), error.status.as_str())?;
    means(case, &response)
}

/// The cases whose answers a server would not write so, although a client has to read them.
const NOT_AS_A_SERVER_WRITES: &[&str] = &[
    // Moments with an offset from UTC.
    "AwsJson11DateTimeWithNegativeOffset",
    "AwsJson11DateTimeWithPositiveOffset",
    "AwsQueryDateTimeWithNegativeOffset",
    "AwsQueryDateTimeWithPositiveOffset",
    "Ec2QueryDateTimeWithNegativeOffset",
    "Ec2QueryDateTimeWithPositiveOffset",
    "RestJsonDateTimeWithNegativeOffset",
    "RestJsonDateTimeWithPositiveOffset",
    "RestXmlDateTimeWithNegativeOffset",
    "RestXmlDateTimeWithPositiveOffset",
    // EC2's media type without its character set.
    "Ec2XmlEmptyLists",
    // Members that the shape does not have, and the type of a structure.
    "AwsJson10DeserializeIgnoreType",
    "AwsJson10HandlesUnexpectedJsonOutput",
    "AwsJson11DeserializeIgnoreType",
    "RestJsonDeserializeIgnoreType",
    "handles_unexpected_json_output",
    // Nulls where a member is absent.
    "AwsJson10DeserializeAllowNulls",
    "AwsJson11StructuresDontDeserializeNullValues",
    "RestJsonDeserializesDenseSetMapAndSkipsNull",
    "RestJsonDoesntDeserializeNullStructureValues",
    // No body where an empty object is expected; each has a twin with the object.
    "AwsJson10ServiceRespondsWithNoPayload",
    "RestJsonEmptyInputAndEmptyOutputJsonObjectOutput",
    "RestJsonGreetingWithErrorsNoPayload",
    "RestJsonHttpResponseCodeWithNoPayload",
    "RestJsonIgnoreQueryParamsInResponseNoPayload",
    "RestJsonNoInputAndOutputNoPayload",
    "json_1_1_service_responds_with_no_payload",
    // A media type without a body.
    "NoOutputClientAllowsEmptyBody",
    "NoOutputClientAllowsEmptyCbor",
    "RestXmlHttpResponseCode",
    // Headers of a request.
    "AwsJson11IntEnums",
    // The name of a payload's element: see the exceptions of the same requests.
    "HttpPayloadWithXmlNamespace",
    "HttpPayloadWithXmlNamespaceAndPrefix",
    "RestXmlHttpPayloadWithUnion",
    "XmlAttributesOnPayload",
];

fn canonical(case: &Case, response: &Response) -> Outcome {
    let wanted = given(case)?;
    compare::text(response.status.as_str().as_bytes(), wanted.status.as_str())?;
    if NOT_AS_A_SERVER_WRITES.contains(&case.id.as_str()) {
        return Ok(());
    }
    for (name, value) in &wanted.headers {
        if name == "content-length" {
            continue;
        }
        let found = response.headers.get(name);
        if found != Some(value) {
            return Err(format!("header {name}: {found:?} for {value:?}"));
        }
    }
    let Some(body) = case.json["response"]["body"].as_str() else { return Ok(()) };
    match case.protocol.as_str() {
        "json" => compare::json(&response.body, body),
        "rest-json" if serde_json::from_str::<Json>(body).is_ok() => {
            compare::json(&response.body, body)
        }
        "query" | "ec2" => {
            let parse = |text: &str| {
                let ids = ["ResponseMetadata", "requestId"];
                compare::parse(text).map(|node| node.without(&ids).sorted())
            };
            let text = std::str::from_utf8(&response.body).map_err(|error| error.to_string())?;
            compare::nodes(&parse(text)?, &parse(body)?)
        }
        "rest-xml" if body.trim_start().starts_with('<') => {
            let parse = |text: &str| compare::parse(text).map(|node| node.without(&[]).sorted());
            let text = std::str::from_utf8(&response.body).map_err(|error| error.to_string())?;
            compare::nodes(&parse(text)?, &parse(body)?)
        }
        "smithy-rpc-v2-cbor" => Ok(()),
        _ => compare::text(&response.body, body),
    }
}
