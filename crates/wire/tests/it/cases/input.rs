//! Requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use isobar_catalogue::Location;
use isobar_wire::{Request, Value, decode_request, decompress, encode_request, fill_tokens, route};
use serde_json::Value as Json;

use super::typed::typed;
use super::{Case, Outcome, compare};

const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

/// The case's parameters, with tokens where the caller gives none.
fn params(case: &Case) -> Value {
    let mut input = typed(case.service, case.operation.input, &case.json["params"]);
    fill_tokens(case.service, case.operation, &mut input, || TOKEN.to_owned());
    input
}

/// The path under which the case's endpoint is.
fn base(case: &Case) -> &str {
    let endpoint = case.endpoint.as_deref().unwrap_or_default();
    let authority = endpoint.split_once("://").map_or("", |(_, authority)| authority);
    authority.find('/').map_or("", |at| &authority[at..])
}

/// As a client: the request is the one that the case gives.
pub(crate) fn client(case: &Case) -> Outcome {
    let expected = &case.json["serialized"];
    let request = encode_request(case.service, case.operation, &params(case))
        .map_err(|error| error.to_string())?;
    compare::text(
        request.method.as_str().as_bytes(),
        expected["method"].as_str().unwrap_or("POST"),
    )?;
    let uri = format!("{}{}", base(case), request.target());
    compare::text(uri.as_bytes(), expected["uri"].as_str().unwrap_or("/"))?;
    if let (Some(host), Some(endpoint)) = (expected["host"].as_str(), &case.endpoint) {
        let authority = endpoint.split_once("://").map_or("", |(_, authority)| authority);
        let actual = format!("{}{authority}", request.host_prefix.unwrap_or_default());
        compare::text(actual.as_bytes(), host)?;
    }
    headers(case, &request.headers, expected)?;
    match expected["body"].as_str() {
        Some(wanted) => body(case, &request.body, wanted),
        None => Ok(()),
    }
}

fn headers(case: &Case, actual: &HeaderMap, expected: &Json) -> Outcome {
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let mut wanted = value.as_str().expect("a header is text").to_owned();
        let form = matches!(case.protocol.as_str(), "query" | "ec2");
        if form && name.eq_ignore_ascii_case("content-type") {
            // The cases leave out what the vendor's clients add.
            wanted.push_str("; charset=utf-8");
        }
        let found = actual.get(name).map(|value| value.to_str().expect("it is text"));
        if found != Some(&wanted) {
            return Err(format!("header {name}: {found:?} for {wanted:?}"));
        }
    }
    for name in expected["forbidHeaders"].as_array().into_iter().flatten() {
        let name = name.as_str().expect("a header's name is text");
        if actual.contains_key(name) {
            return Err(format!("header {name} is there"));
        }
    }
    Ok(())
}

fn body(case: &Case, actual: &[u8], expected: &str) -> Outcome {
    match case.protocol.as_str() {
        "json" => compare::json(actual, expected),
        "rest-json" if serde_json::from_str::<Json>(expected).is_ok() => {
            compare::json(actual, expected)
        }
        "rest-xml" if expected.trim_start().starts_with('<') => compare::xml(actual, expected),
        // The bytes may differ: what they mean is compared by the server's side.
        "smithy-rpc-v2-cbor" => {
            let mut request = serialized(case)?;
            request.body = actual.to_vec().into();
            read(case, &request)
        }
        _ => compare::text(actual, expected),
    }
}

/// As a server: the case's request means its parameters.
pub(crate) fn server(case: &Case) -> Outcome {
    let mut request = match case.json["serialized"]["body"].as_str() {
        Some(_) => serialized(case)?,
        // A body that the case does not give is a compressed one, which may differ.
        None => encode_request(case.service, case.operation, &params(case))
            .map_err(|error| error.to_string())?,
    };
    decompress(&mut request).map_err(|error| error.to_string())?;
    read(case, &request)
}

fn read(case: &Case, request: &Request) -> Outcome {
    let (dialect, operation) = route(case.service, request).map_err(|error| error.to_string())?;
    compare::text(operation.name.as_bytes(), &case.operation.name)?;
    let input = decode_request(case.service, operation, dialect, request)
        .map_err(|error| error.to_string())?;
    compare::values(&input, &carried(case, params(case)))
}

/// What of the parameters a request can carry, and how it does.
fn carried(case: &Case, params: Value) -> Value {
    let Value::Map(entries) = params else { return params };
    let Some(structure) = case.operation.input.and_then(|id| case.service.structure(id)) else {
        return Value::Map(entries);
    };
    let member = |name: &str| structure.members.iter().find(|member| member.name == name);
    let location = |name: &str| member(name).map_or(Location::Body, |member| member.location);
    let mut carried = Vec::new();
    for (name, value) in entries {
        let value = match (case.protocol.as_str(), location(&name), value) {
            // Forms and query strings have no way to write some empty lists and maps.
            ("ec2", _, Value::List(items)) if items.is_empty() => continue,
            ("ec2" | "query", _, Value::Map(entries)) if entries.is_empty() => continue,
            (_, Location::Query, Value::List(items)) if items.is_empty() => continue,
            // A map of further parameters does not repeat those that have members of their own.
            (_, Location::QueryMap, Value::Map(mut further)) => {
                further.retain(|(name, _)| {
                    !structure.members.iter().any(|member| {
                        member.location == Location::Query && member.on_wire() == name
                    })
                });
                if further.is_empty() {
                    continue;
                }
                Value::Map(further)
            }
            (_, _, value) => value,
        };
        carried.push((name, value));
    }
    // A structure that is the whole body is written as an empty one where it is absent.
    if let Some(payload) = structure.payload.as_deref()
        && case.json["serialized"]["body"].as_str() == Some("{}")
        && !carried.iter().any(|(name, _)| name == payload)
    {
        carried.push((payload.to_owned().into(), Value::Map(Vec::new())));
    }
    Value::Map(carried)
}

/// The request that the case gives.
fn serialized(case: &Case) -> Result<Request, String> {
    let json = &case.json["serialized"];
    let method = json["method"].as_str().unwrap_or("POST");
    let uri = json["uri"].as_str().unwrap_or("/");
    let uri = uri.strip_prefix(base(case)).unwrap_or(uri);
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
    let mut request = Request::new(method, path);
    query.clone_into(&mut request.query);
    for (name, value) in json["headers"].as_object().into_iter().flatten() {
        request.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?,
            HeaderValue::from_str(value.as_str().expect("a header is text"))
                .map_err(|error| error.to_string())?,
        );
    }
    if json["headers"].is_null() && case.protocol == "json" {
        // The case leaves out what names the operation.
        request.headers = encode_request(case.service, case.operation, &params(case))
            .map_err(|error| error.to_string())?
            .headers;
    }
    let body = json["body"].as_str().unwrap_or_default();
    request.body = if case.protocol == "smithy-rpc-v2-cbor" {
        STANDARD.decode(body).map_err(|error| error.to_string())?.into()
    } else {
        body.to_owned().into()
    };
    Ok(request)
}
