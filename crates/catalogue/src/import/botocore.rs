//! AWS: botocore's `service-2.json`, `paginators-1.json`, `waiters-2.json` and
//! `endpoint-rule-set-1.json`.

use serde_json::Value;

use crate::import::ImportError;
use crate::model::{Cloud, Endpoints, Paging, PagingStyle, Protocol, Service};

mod operations;
mod raw;
mod shapes;
mod waiters;

use raw::{Metadata, Model, Ordered, Paginators};
use shapes::Ids;

/// The texts of one service's folder.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `service-2.json`
    pub service: &'a str,
    /// `service-2.sdk-extras.json`, which is laid over the former.
    pub service_extras: Option<&'a str>,
    /// `paginators-1.json`
    pub paginators: Option<&'a str>,
    /// `paginators-1.sdk-extras.json`, which is laid over the former.
    pub paginators_extras: Option<&'a str>,
    /// `waiters-2.json`
    pub waiters: Option<&'a str>,
    /// `endpoint-rule-set-1.json`
    pub endpoint_rules: Option<&'a str>,
}

/// The service of a folder; `name` is the folder's.
///
/// # Errors
/// If a text is not of the form that botocore's texts have.
pub fn service(name: &str, sources: &Sources<'_>) -> Result<Service, ImportError> {
    let mut service = assemble(name, model(name, sources)?)?;
    for (file, text) in [
        ("paginators-1.json", sources.paginators),
        ("paginators-1.sdk-extras.json", sources.paginators_extras),
    ] {
        if let Some(text) = text {
            lay_paginators(&mut service, parse(name, file, text)?);
        }
    }
    if let Some(text) = sources.waiters {
        service.waiters = waiters::import(parse(name, "waiters-2.json", text)?)?;
    }
    if let Some(text) = sources.endpoint_rules {
        let rules: Value = parse(name, "endpoint-rule-set-1.json", text)?;
        service.endpoints = Endpoints::Rules(without_prose(rules).to_string());
    }
    Ok(service)
}

/// The service of one of botocore's protocol cases: the suite's `metadata` and `shapes`, and the one
/// operation that the case is given.
///
/// # Errors
/// If a document is not of the form that botocore's texts have.
pub fn service_from_case(
    name: &str,
    metadata: &Value,
    operation: &Value,
    shapes: &Value,
) -> Result<Service, ImportError> {
    let json = |source| ImportError::Json { what: format!("the case of {name}"), source };
    let operation: raw::Operation = serde::Deserialize::deserialize(operation).map_err(json)?;
    let model = Model {
        metadata: serde::Deserialize::deserialize(metadata).map_err(json)?,
        operations: Ordered(vec![(operation.name.clone(), operation)]),
        shapes: serde::Deserialize::deserialize(shapes).map_err(json)?,
    };
    assemble(name, model)
}

/// The model with its extras laid over it.
fn model(name: &str, sources: &Sources<'_>) -> Result<Model, ImportError> {
    let file = "service-2.json";
    let Some(extras) = sources.service_extras else { return parse(name, file, sources.service) };
    let mut model: Value = parse(name, file, sources.service)?;
    let mut extras: Value = parse(name, "service-2.sdk-extras.json", extras)?;
    lay(&mut model, extras["merge"].take());
    serde_json::from_value(model)
        .map_err(|source| ImportError::Json { what: format!("{name}/{file}"), source })
}

/// Lays a document over another: objects are merged, everything else is replaced.
fn lay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (under, over) => *under = over,
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(
    name: &str,
    file: &str,
    text: &'a str,
) -> Result<T, ImportError> {
    serde_json::from_str(text)
        .map_err(|source| ImportError::Json { what: format!("{name}/{file}"), source })
}

fn assemble(name: &str, model: Model) -> Result<Service, ImportError> {
    let Model { metadata, operations, shapes } = model;
    let shapes = shapes::by_use(&operations, shapes);
    let ids = Ids::new(&shapes);
    let protocols = protocols(name, &metadata)?;
    let mut service = Service::new(Cloud::Aws, name, protocols[0]);
    service.protocols = protocols;
    service.shapes = shapes::import(&ids, shapes)?.into();
    for (operation, raw) in operations.0 {
        let imported =
            operations::import(&ids, &operation, raw, &metadata, service.shapes.to_mut())?;
        service.operations.to_mut().push(imported);
    }
    service.operations.to_mut().sort_by(|left, right| left.name.cmp(&right.name));
    apply_metadata(&mut service, metadata);
    Ok(service)
}

fn apply_metadata(service: &mut Service, metadata: Metadata) {
    if let Some(id) = metadata.service_id {
        service.id = id;
    }
    if let Some(prefix) = metadata.endpoint_prefix {
        service.endpoint_prefix = prefix;
    }
    service.signing_name = metadata.signing_name.unwrap_or_else(|| service.endpoint_prefix.clone());
    service.version = metadata.api_version;
    service.json_version = metadata.json_version;
    service.target_prefix = metadata.target_prefix;
    service.xml_namespace = metadata.xml_namespace.map(raw::Namespace::into_model);
    service.query_compatible = metadata.query_compatible.is_some();
}

/// The protocols, in the order in which botocore prefers them.
const PREFERENCE: [(&str, Protocol); 6] = [
    ("json", Protocol::AwsJson),
    ("rest-json", Protocol::RestJson),
    ("rest-xml", Protocol::RestXml),
    ("smithy-rpc-v2-cbor", Protocol::RpcV2Cbor),
    ("query", Protocol::AwsQuery),
    ("ec2", Protocol::Ec2),
];

/// The protocols that a service speaks, the one that botocore takes first: the one that it prefers
/// of those that are listed, or the only one where there is no list.
fn protocols(name: &str, metadata: &Metadata) -> Result<Vec<Protocol>, ImportError> {
    let listed = &metadata.protocols;
    let listed = if listed.is_empty() { std::slice::from_ref(&metadata.protocol) } else { listed };
    if let Some(other) = listed.iter().find(|one| PREFERENCE.iter().all(|(known, _)| known != one))
    {
        return Err(ImportError::unknown(name, format!("the protocol {other}")));
    }
    let speaks = |known: &str| listed.iter().any(|one| one == known);
    Ok(PREFERENCE.iter().filter(|(known, _)| speaks(known)).map(|(_, it)| *it).collect())
}

/// Lays the paginators over the operations. A text of extras has them under `merge`.
fn lay_paginators(service: &mut Service, paginators: Paginators) {
    let all = paginators.pagination.0.into_iter();
    let merged = paginators.merge.map(|merge| merge.pagination.0).unwrap_or_default();
    for (name, raw) in all.chain(merged) {
        // The paginators of an older version name operations that the newest has not.
        let Some(at) = service.operations.position(&name) else { continue };
        let paging = service.operations[at].paging.get_or_insert_with(Paging::default);
        paging.style = PagingStyle::Token;
        let replace = |target: &mut Vec<String>, source: Vec<String>| {
            if !source.is_empty() {
                *target = source;
            }
        };
        replace(&mut paging.input_token, raw.input_token.0);
        replace(&mut paging.output_token, raw.output_token.0);
        replace(&mut paging.results, raw.result_key.0);
        replace(&mut paging.non_aggregate, raw.non_aggregate_keys);
        paging.more = raw.more_results.or(paging.more.take());
        paging.limit = raw.limit_key.or(paging.limit.take());
    }
}

/// The endpoint rules without their parameters' descriptions. The texts of errors stay: a client
/// shows them.
fn without_prose(mut rules: Value) -> Value {
    if let Some(parameters) = rules.get_mut("parameters").and_then(Value::as_object_mut) {
        for parameter in parameters.values_mut().filter_map(Value::as_object_mut) {
            parameter.remove("documentation");
        }
    }
    rules
}
