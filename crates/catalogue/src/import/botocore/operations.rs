//! Botocore's operations.

use super::raw::{self, Metadata, Namespace, Reference};
use super::shapes::{Ids, declared_error};
use crate::import::ImportError;
use crate::import::words::reads;
use crate::model::{Auth, Checksum, Discovery, InputXml, Operation};
use crate::shape::{Kind, Shape};

pub(super) fn import(
    ids: &Ids,
    name: &str,
    raw: raw::Operation,
    metadata: &Metadata,
    shapes: &mut [Shape],
) -> Result<Operation, ImportError> {
    let mut errors = Vec::with_capacity(raw.errors.len());
    for reference in &raw.errors {
        let id = ids.get(name, &reference.shape)?;
        declare_error(&mut shapes[id.0 as usize], reference);
        errors.push(id);
    }
    let auth = auth(name, &raw, metadata)?;
    let checksum = checksum(&raw);
    let discovery = match &raw.endpointdiscovery {
        _ if raw.endpointoperation => Discovery::Source,
        Some(discovery) if discovery.required => Discovery::Required,
        Some(_) => Discovery::Optional,
        None => Discovery::None,
    };
    Ok(Operation {
        name: name.to_owned(),
        read_only: raw.readonly || reads(name, &raw.http.method),
        idempotent: raw.idempotent,
        method: raw.http.method,
        uri: raw.http.request_uri,
        status: raw.http.response_code.unwrap_or(200),
        input: raw.input.as_ref().map(|input| ids.get(name, &input.shape)).transpose()?,
        input_xml: raw.input.and_then(input_xml),
        output: raw.output.as_ref().map(|output| ids.get(name, &output.shape)).transpose()?,
        result_wrapper: raw.output.and_then(|output| output.result_wrapper),
        errors,
        host_prefix: raw.endpoint.and_then(|endpoint| endpoint.host_prefix),
        auth,
        checksum,
        compressible: raw
            .requestcompression
            .is_some_and(|compression| compression.encodings.iter().any(|one| one == "gzip")),
        deprecated: raw.deprecated,
        static_context: raw
            .static_context_params
            .into_iter()
            .map(|(name, context)| (name, context.value.to_string()))
            .collect(),
        input_context: raw
            .operation_context_params
            .into_iter()
            .map(|(name, context)| (name, context.path))
            .collect(),
        discovery,
        ..Operation::default()
    })
}

/// Marks a shape that an operation declares as an error. Some shapes say it only here.
fn declare_error(shape: &mut Shape, reference: &Reference) {
    if let Kind::Structure(structure) = &mut shape.kind
        && structure.error.is_none()
    {
        structure.error = Some(declared_error(reference.error.as_ref(), reference.fault));
    }
}

fn input_xml(input: Reference) -> Option<InputXml> {
    if input.location_name.is_none() && input.xml_namespace.is_none() {
        return None;
    }
    Some(InputXml {
        name: input.location_name,
        namespace: input.xml_namespace.map(Namespace::into_model),
    })
}

/// How a call is authenticated: the operation's own word first, then the service's.
fn auth(name: &str, raw: &raw::Operation, metadata: &Metadata) -> Result<Auth, ImportError> {
    if raw.unsigned_payload || raw.authtype.as_deref() == Some("v4-unsigned-body") {
        return Ok(Auth::UnsignedPayload);
    }
    if raw.authtype.as_deref() == Some("none") {
        return Ok(Auth::None);
    }
    let schemes = if raw.auth.is_empty() { &metadata.auth } else { &raw.auth };
    match schemes.first().map(String::as_str) {
        Some("smithy.api#noAuth") => Ok(Auth::None),
        Some("smithy.api#httpBearerAuth") => Ok(Auth::Bearer),
        Some("aws.auth#sigv4") => Ok(Auth::Default),
        Some("aws.auth#sigv4a") => Ok(Auth::SigV4a),
        None => Ok(match metadata.signature_version.as_deref() {
            Some("bearer") => Auth::Bearer,
            Some("v2") => Auth::SigV2,
            _ => Auth::Default,
        }),
        Some(other) => Err(ImportError::unknown(name, format!("the authentication {other}"))),
    }
}

fn checksum(raw: &raw::Operation) -> Option<Checksum> {
    if raw.http_checksum.is_none() && !raw.http_checksum_required {
        return None;
    }
    let checksum = raw.http_checksum.as_ref();
    Some(Checksum {
        required: checksum.is_some_and(|checksum| checksum.request_checksum_required),
        algorithm_member: checksum.and_then(|checksum| checksum.request_algorithm_member.clone()),
        validation_member: checksum
            .and_then(|checksum| checksum.request_validation_mode_member.clone()),
        response_algorithms: checksum
            .map(|checksum| checksum.response_algorithms.clone())
            .unwrap_or_default(),
        md5: raw.http_checksum_required,
    })
}
