//! The texts of botocore as they are written, as far as they are facts.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::shape::XmlNamespace;

/// A JSON object whose order matters.
#[derive(Debug)]
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// `service-2.json`
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) metadata: Metadata,
    pub(super) operations: Ordered<Operation>,
    pub(super) shapes: Ordered<Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) api_version: String,
    pub(super) endpoint_prefix: Option<String>,
    pub(super) signing_name: Option<String>,
    pub(super) service_id: Option<String>,
    pub(super) signature_version: Option<String>,
    #[serde(default)]
    pub(super) auth: Vec<String>,
    pub(super) protocol: String,
    #[serde(default)]
    pub(super) protocols: Vec<String>,
    pub(super) json_version: Option<String>,
    pub(super) target_prefix: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    /// An object; that it is there is all that matters.
    #[serde(rename = "awsQueryCompatible")]
    pub(super) query_compatible: Option<serde_json::Value>,
}

/// A namespace, as an object or, on a service, as its URI alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Namespace {
    Uri(String),
    Full { prefix: Option<String>, uri: String },
}

impl Namespace {
    pub(super) fn into_model(self) -> XmlNamespace {
        match self {
            Self::Uri(uri) => XmlNamespace::new(None, uri),
            Self::Full { prefix, uri } => XmlNamespace::new(prefix, uri),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) http: Http,
    pub(super) input: Option<Reference>,
    pub(super) output: Option<Reference>,
    #[serde(default)]
    pub(super) errors: Vec<Reference>,
    #[serde(default)]
    pub(super) idempotent: bool,
    #[serde(default)]
    pub(super) readonly: bool,
    #[serde(default)]
    pub(super) deprecated: bool,
    pub(super) endpoint: Option<HostPrefix>,
    #[serde(default)]
    pub(super) static_context_params: BTreeMap<String, StaticContext>,
    #[serde(default)]
    pub(super) operation_context_params: BTreeMap<String, InputContext>,
    #[serde(default)]
    pub(super) auth: Vec<String>,
    pub(super) authtype: Option<String>,
    #[serde(default)]
    pub(super) unsigned_payload: bool,
    #[serde(default)]
    pub(super) http_checksum_required: bool,
    pub(super) http_checksum: Option<Checksum>,
    pub(super) endpointdiscovery: Option<EndpointDiscovery>,
    #[serde(default)]
    pub(super) endpointoperation: bool,
    pub(super) requestcompression: Option<Compression>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: String,
    pub(super) request_uri: String,
    pub(super) response_code: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HostPrefix {
    pub(super) host_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct StaticContext {
    pub(super) value: serde_json::Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct InputContext {
    pub(super) path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    #[serde(default)]
    pub(super) request_checksum_required: bool,
    pub(super) request_algorithm_member: Option<String>,
    pub(super) request_validation_mode_member: Option<String>,
    #[serde(default)]
    pub(super) response_algorithms: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EndpointDiscovery {
    #[serde(default)]
    pub(super) required: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Compression {
    #[serde(default)]
    pub(super) encodings: Vec<String>,
}

/// Where a shape is spoken of: as a member, an item, a key, an input, an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) shape: String,
    pub(super) location_name: Option<String>,
    pub(super) location: Option<String>,
    pub(super) query_name: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    pub(super) result_wrapper: Option<String>,
    pub(super) timestamp_format: Option<String>,
    pub(super) context_param: Option<ContextParam>,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) idempotency_token: bool,
    #[serde(default)]
    pub(super) xml_attribute: bool,
    #[serde(default)]
    pub(super) jsonvalue: bool,
    #[serde(default)]
    pub(super) host_label: bool,
    #[serde(default)]
    pub(super) eventpayload: bool,
    #[serde(default)]
    pub(super) eventheader: bool,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(default)]
    pub(super) deprecated: bool,
    /// In older models an operation's reference says what its error is.
    pub(super) error: Option<Error>,
    #[serde(default)]
    pub(super) fault: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ContextParam {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Error {
    pub(super) code: Option<String>,
    pub(super) http_status_code: Option<u16>,
    pub(super) sender_fault: Option<bool>,
    #[serde(default)]
    pub(super) fault: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Retryable {
    #[serde(default)]
    pub(super) throttling: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) members: Ordered<Reference>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) payload: Option<String>,
    pub(super) member: Option<Reference>,
    pub(super) key: Option<Reference>,
    pub(super) value: Option<Reference>,
    pub(super) location_name: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    pub(super) timestamp_format: Option<String>,
    pub(super) pattern: Option<String>,
    #[serde(rename = "enum", default)]
    pub(super) values: Vec<String>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) error: Option<Error>,
    pub(super) retryable: Option<Retryable>,
    #[serde(default)]
    pub(super) exception: bool,
    #[serde(default)]
    pub(super) fault: bool,
    #[serde(default)]
    pub(super) union: bool,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(default)]
    pub(super) eventstream: bool,
    #[serde(default)]
    pub(super) sensitive: bool,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) sparse: bool,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(default)]
    pub(super) requires_length: bool,
}

/// `paginators-1.json`, or its extras.
#[derive(Debug, Deserialize)]
pub(super) struct Paginators {
    #[serde(default)]
    pub(super) pagination: Ordered<Paginator>,
    pub(super) merge: Option<Merge>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Merge {
    #[serde(default)]
    pub(super) pagination: Ordered<Paginator>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paginator {
    #[serde(default)]
    pub(super) input_token: OneOrMore,
    #[serde(default)]
    pub(super) output_token: OneOrMore,
    #[serde(default)]
    pub(super) result_key: OneOrMore,
    pub(super) more_results: Option<String>,
    pub(super) limit_key: Option<String>,
    #[serde(default)]
    pub(super) non_aggregate_keys: Vec<String>,
}

/// A text or a list of them.
#[derive(Debug, Default)]
pub(super) struct OneOrMore(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            One(String),
            More(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::One(text) => vec![text],
            Either::More(texts) => texts,
        }))
    }
}

/// `waiters-2.json`
#[derive(Debug, Deserialize)]
pub(super) struct Waiters {
    pub(super) waiters: BTreeMap<String, Waiter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Waiter {
    pub(super) operation: String,
    pub(super) delay: u32,
    pub(super) max_attempts: u32,
    pub(super) acceptors: Vec<Acceptor>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Acceptor {
    pub(super) state: String,
    pub(super) matcher: String,
    pub(super) argument: Option<String>,
    pub(super) expected: serde_json::Value,
}
