//! Botocore's shapes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::raw::{self, Namespace, Ordered, Reference};
use crate::import::ImportError;
use crate::shape::{
    ErrorTrait, EventPart, Kind, List, Location, Map, Member, Number, Range, Shape, ShapeId,
    Structure, Text, TimestampFormat,
};

/// The ids of a service's shapes by their names.
pub(super) struct Ids {
    by_name: HashMap<String, ShapeId>,
    /// What a shape of each id is, since a member's location depends on it.
    maps: Vec<bool>,
}

impl Ids {
    pub(super) fn new(shapes: &Ordered<raw::Shape>) -> Self {
        let number =
            |at: usize| ShapeId(u32::try_from(at).expect("shapes are counted in thousands"));
        Self {
            by_name: (shapes.0.iter().enumerate())
                .map(|(at, (name, _))| (name.clone(), number(at)))
                .collect(),
            maps: shapes.0.iter().map(|(_, shape)| shape.kind == "map").collect(),
        }
    }

    pub(super) fn get(&self, user: &str, shape: &str) -> Result<ShapeId, ImportError> {
        self.by_name.get(shape).copied().ok_or_else(|| ImportError::MissingShape {
            user: user.to_owned(),
            shape: shape.to_owned(),
        })
    }

    fn is_map(&self, id: ShapeId) -> bool {
        self.maps[id.0 as usize]
    }
}

/// From so many operations on, what they speak of is common.
const COMMON: usize = 3;

/// The shapes in the order in which they are likely to be looked at together: first what is common, from
/// the commonest on, then as the operations come to them, and in the end those to which none comes.
pub(super) fn by_use(
    operations: &Ordered<raw::Operation>,
    shapes: Ordered<raw::Shape>,
) -> Ordered<raw::Shape> {
    let places: HashMap<&str, usize> =
        shapes.0.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
    let mut order = Vec::with_capacity(shapes.0.len());
    let mut uses = vec![0_usize; shapes.0.len()];
    for (_, operation) in &operations.0 {
        let mut next: Vec<&Reference> = operation.errors.iter().rev().collect();
        next.extend(operation.output.iter().chain(&operation.input));
        let mut seen = HashSet::new();
        while let Some(reference) = next.pop() {
            // A shape that is missing is refused where it is looked up.
            let Some(&at) = places.get(reference.shape.as_str()) else { continue };
            if !seen.insert(at) {
                continue;
            }
            if uses[at] == 0 {
                order.push(at);
            }
            uses[at] += 1;
            let shape = &shapes.0[at].1;
            next.extend(shape.value.iter().chain(&shape.key).chain(&shape.member));
            next.extend(shape.members.0.iter().rev().map(|(_, member)| member));
        }
    }
    order.extend((0..uses.len()).filter(|&at| uses[at] == 0));
    order.sort_by_key(|&at| Reverse(if uses[at] < COMMON { 0 } else { uses[at] }));
    let mut shapes: Vec<_> = shapes.0.into_iter().map(Some).collect();
    Ordered(order.into_iter().filter_map(|at| shapes[at].take()).collect())
}

/// All shapes, in the order of their ids.
pub(super) fn import(ids: &Ids, raw: Ordered<raw::Shape>) -> Result<Vec<Shape>, ImportError> {
    let json_items: Vec<ShapeId> = raw
        .0
        .iter()
        .filter_map(|(_, shape)| shape.member.as_ref())
        .filter(|member| member.jsonvalue)
        .map(|member| ids.get("a list", &member.shape))
        .collect::<Result<_, _>>()?;
    let mut shapes = raw
        .0
        .into_iter()
        .map(|(name, shape)| import_shape(ids, name, shape))
        .collect::<Result<Vec<_>, _>>()?;
    for id in json_items {
        if let Kind::String(text) = &mut shapes[id.0 as usize].kind {
            text.json = true;
        }
    }
    Ok(shapes)
}

fn import_shape(ids: &Ids, name: String, mut raw: raw::Shape) -> Result<Shape, ImportError> {
    let xml_name = raw.location_name.take();
    let xml_namespace = raw.xml_namespace.take().map(Namespace::into_model);
    let sensitive = raw.sensitive;
    let range = Range { min: raw.min, max: raw.max };
    let kind = match raw.kind.as_str() {
        "structure" if raw.document => Kind::Document,
        "structure" => Kind::Structure(structure(ids, &name, raw)?),
        "list" => Kind::List(list(ids, &name, raw)?),
        "map" => Kind::Map(map(ids, &name, raw)?),
        "string" | "character" => Kind::String(Text {
            values: raw.values,
            length: range,
            pattern: raw.pattern,
            json: false,
        }),
        "integer" | "short" | "byte" => Kind::Integer(Number { wide: false, range }),
        "long" | "bigInteger" => Kind::Integer(Number { wide: true, range }),
        "float" => Kind::Float(Number { wide: false, range }),
        "double" | "bigDecimal" => Kind::Float(Number { wide: true, range }),
        "boolean" => Kind::Boolean,
        "blob" => Kind::Blob {
            streaming: raw.streaming,
            requires_length: raw.requires_length,
            length: range,
        },
        "timestamp" => Kind::Timestamp(timestamp_format(&name, raw.timestamp_format.as_deref())?),
        other => return Err(ImportError::unknown(name, format!("the type {other}"))),
    };
    Ok(Shape { name, kind, xml_name, xml_namespace, sensitive })
}

fn structure(ids: &Ids, name: &str, raw: raw::Shape) -> Result<Structure, ImportError> {
    let error = error_trait(&raw);
    let members = raw
        .members
        .0
        .into_iter()
        .map(|(member, reference)| {
            let required = raw.required.contains(&member);
            import_member(ids, name, member, reference, required)
        })
        .collect::<Result<_, _>>()?;
    Ok(Structure {
        members,
        payload: raw.payload,
        union: raw.union,
        event_stream: raw.eventstream,
        error,
    })
}

fn error_trait(raw: &raw::Shape) -> Option<ErrorTrait> {
    if !raw.exception && raw.error.is_none() {
        return None;
    }
    let fault = raw.fault || raw.error.as_ref().is_some_and(|error| error.fault);
    Some(ErrorTrait {
        retryable: raw.retryable.is_some(),
        throttling: raw.retryable.as_ref().is_some_and(|retryable| retryable.throttling),
        ..declared_error(raw.error.as_ref(), fault)
    })
}

/// What a declaration says of an error. Whose fault it is follows from the status where nothing
/// says it, and is the sender's where there is no status either: Smithy's `@error("server")` is
/// always written as `fault`.
pub(super) fn declared_error(error: Option<&raw::Error>, fault: bool) -> ErrorTrait {
    let status = error.and_then(|error| error.http_status_code);
    let sender_fault = match error.and_then(|error| error.sender_fault) {
        Some(sender) => sender,
        None => !fault && status.is_none_or(|status| status < 500),
    };
    ErrorTrait {
        code: error.and_then(|error| error.code.clone()),
        status,
        sender_fault,
        retryable: false,
        throttling: false,
    }
}

fn import_member(
    ids: &Ids,
    owner: &str,
    name: String,
    raw: Reference,
    required: bool,
) -> Result<Member, ImportError> {
    let place = format!("{owner}.{name}");
    let shape = ids.get(&place, &raw.shape)?;
    let location = match raw.location.as_deref() {
        None => Location::Body,
        Some("uri") => Location::Path,
        Some("querystring") if ids.is_map(shape) => Location::QueryMap,
        Some("querystring") => Location::Query,
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("statusCode") => Location::Status,
        Some(other) => return Err(ImportError::unknown(place, format!("the location {other}"))),
    };
    let event = match (raw.eventpayload, raw.eventheader) {
        (true, _) => Some(EventPart::Payload),
        (_, true) => Some(EventPart::Header),
        _ => None,
    };
    Ok(Member {
        required,
        location,
        wire_name: raw.location_name,
        query_name: raw.query_name,
        flattened: raw.flattened,
        idempotency_token: raw.idempotency_token,
        xml_attribute: raw.xml_attribute,
        xml_namespace: raw.xml_namespace.map(Namespace::into_model),
        timestamp_format: timestamp_format(&place, raw.timestamp_format.as_deref())?,
        json_value: raw.jsonvalue,
        host_label: raw.host_label,
        context_param: raw.context_param.map(|param| param.name),
        event,
        streaming: raw.streaming,
        deprecated: raw.deprecated,
        ..Member::new(name, shape)
    })
}

fn list(ids: &Ids, name: &str, raw: raw::Shape) -> Result<List, ImportError> {
    let member = raw.member.ok_or_else(|| ImportError::unknown(name, "a list without a member"))?;
    Ok(List {
        item: ids.get(name, &member.shape)?,
        item_name: member.location_name,
        item_namespace: member.xml_namespace.map(Namespace::into_model),
        flattened: raw.flattened,
        length: Range { min: raw.min, max: raw.max },
        sparse: raw.sparse,
    })
}

fn map(ids: &Ids, name: &str, raw: raw::Shape) -> Result<Map, ImportError> {
    let (Some(key), Some(value)) = (raw.key, raw.value) else {
        return Err(ImportError::unknown(name, "a map without a key or a value"));
    };
    Ok(Map {
        key: ids.get(name, &key.shape)?,
        value: ids.get(name, &value.shape)?,
        key_name: key.location_name,
        value_name: value.location_name,
        key_namespace: key.xml_namespace.map(Namespace::into_model),
        value_namespace: value.xml_namespace.map(Namespace::into_model),
        flattened: raw.flattened,
        length: Range { min: raw.min, max: raw.max },
        sparse: raw.sparse,
    })
}

fn timestamp_format(
    place: &str,
    format: Option<&str>,
) -> Result<Option<TimestampFormat>, ImportError> {
    match format {
        None => Ok(None),
        Some("iso8601") => Ok(Some(TimestampFormat::Iso8601)),
        Some("rfc822") => Ok(Some(TimestampFormat::Rfc822)),
        Some("unixTimestamp") => Ok(Some(TimestampFormat::UnixTimestamp)),
        Some(other) => Err(ImportError::unknown(place, format!("the timestamp format {other}"))),
    }
}
