//! Answers, and what they say.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderName, HeaderValue, StatusCode};
use isobar_catalogue::{Cloud, Protocol, Service};
use isobar_wire::{Reply, Response, Value, decode_response};
use serde::{Deserialize, Serialize};

/// An answer to a call.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    cloud: String,
    service: String,
    operation: String,
    /// One of the service's protocols, by botocore's name; the one that a client speaks without it.
    protocol: Option<String>,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body_base64: String,
}

/// What an answer says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// The call succeeded.
    Success {
        /// Its output.
        output: Value,
        /// The request's id.
        request_id: Option<String>,
    },
    /// The service refused.
    Failure {
        /// The vendor's code.
        code: String,
        /// What the service says about it.
        message: String,
        /// The request's id.
        request_id: Option<String>,
        /// The declared error's members.
        fields: Value,
    },
}

/// Protocols by botocore's names.
const PROTOCOLS: [(&str, Protocol); 6] = [
    ("ec2", Protocol::Ec2),
    ("json", Protocol::AwsJson),
    ("query", Protocol::AwsQuery),
    ("rest-json", Protocol::RestJson),
    ("rest-xml", Protocol::RestXml),
    ("smithy-rpc-v2-cbor", Protocol::RpcV2Cbor),
];

/// The services that were asked for in another protocol than a client speaks with them.
pub(crate) type Others = HashMap<(String, Protocol), &'static Service>;

/// Reads an answer.
pub(crate) fn read(answer: &Answer, others: &mut Others) -> Result<Said, String> {
    let cloud: Cloud = answer.cloud.parse().map_err(|_| format!("no cloud: {}", answer.cloud))?;
    let (mut service, _) =
        isobar_catalogue::operation(cloud, &answer.service, &answer.operation)
            .ok_or_else(|| format!("no operation: {} {}", answer.service, answer.operation))?;
    if let Some(name) = &answer.protocol {
        let row = PROTOCOLS.iter().find(|(own, _)| own == name);
        let (_, protocol) = row.ok_or_else(|| format!("no protocol: {name}"))?;
        if service.protocol() != *protocol {
            service = others
                .entry((answer.service.clone(), *protocol))
                .or_insert_with(|| Box::leak(Box::new(speaking(service, *protocol))));
        }
    }
    let operation = service
        .find_operation(&answer.operation)
        .ok_or_else(|| format!("no operation: {} {}", answer.service, answer.operation))?;
    let response = response(answer)?;
    match decode_response(service, operation, &response).map_err(|error| error.to_string())? {
        Reply::Success { output, request_id } => Ok(Said::Success { output, request_id }),
        Reply::Failure(failure) => Ok(Said::Failure {
            code: failure.code,
            message: failure.message,
            request_id: failure.request_id,
            fields: failure.fields,
        }),
    }
}

/// The service as if a client spoke the protocol with it.
fn speaking(service: &Service, protocol: Protocol) -> Service {
    let mut service = service.clone();
    service.protocols.retain(|other| *other != protocol);
    service.protocols.insert(0, protocol);
    service
}

fn response(answer: &Answer) -> Result<Response, String> {
    let status = StatusCode::from_u16(answer.status).map_err(|error| error.to_string())?;
    let mut response = Response::new(status);
    for (name, value) in &answer.headers {
        let name: HeaderName = name.parse().map_err(|_| format!("no header: {name}"))?;
        let value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
        response.headers.append(name, value);
    }
    let body = BASE64_STANDARD.decode(&answer.body_base64).map_err(|error| error.to_string())?;
    response.body = body.into();
    Ok(response)
}
