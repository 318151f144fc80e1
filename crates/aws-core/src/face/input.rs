//! What each kind of service says of input that cannot be read or lacks something.

use isobar_catalogue::{Kind, Protocol, Service, ShapeId};
use isobar_kernel::face::Admitted;
use isobar_kernel::{Fault, Row};
use isobar_wire::{DecodeError, Problem, Value, Violation};

const MALFORMED: Row = Row::new(400, "MalformedQueryString", "{}");
const MALFORMED_JSON: Row = Row::new(400, "SerializationException", "{}");
const TOO_LARGE: Row = Row::new(413, "RequestEntityTooLarge", "{}");
const UNSUPPORTED: Row = Row::new(501, "NotImplemented", "Not implemented here: {}");

const EC2_MISSING: Row =
    Row::new(400, "MissingParameter", "The request must contain the parameter {}");
const EC2_UNKNOWN: Row = Row::new(400, "UnknownParameter", "The parameter {} is not recognized");
const EC2_TYPE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter {} is invalid. It must be {}.",
);
const EC2_OTHER: Row = Row::new(400, "InvalidParameterValue", "The parameter {} {}");

const INVALID: Row = Row::new(400, "ValidationError", "{} validation error{} detected: {}");
const INVALID_JSON: Row =
    Row::new(400, "ValidationException", "{} validation error{} detected: {}");
const WRONG_TYPE: Row = Row::new(400, "MalformedInput", "The value '{}' at '{}' must be {}");

/// The service's own error for the input.
pub(super) fn unreadable(admitted: &Admitted, error: &DecodeError) -> Fault {
    let protocol = admitted.dialect.protocol;
    match error {
        DecodeError::Malformed { .. } if is_form(protocol) => MALFORMED.with(&[error]),
        DecodeError::Malformed { .. } => MALFORMED_JSON.with(&[error]),
        DecodeError::TooLarge(_) => TOO_LARGE.with(&[error]),
        DecodeError::Unsupported(what) => UNSUPPORTED.with(&[what]),
        DecodeError::Member(violation) if protocol == Protocol::Ec2 => ec2(admitted, violation),
        DecodeError::Member(violation) => shared(protocol, violation),
    }
}

fn is_form(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::AwsQuery | Protocol::Ec2)
}

/// EC2 calls parameters what requests call them.
fn ec2(admitted: &Admitted, violation: &Violation) -> Fault {
    let path = on_wire(admitted, &violation.path);
    match &violation.problem {
        Problem::Missing => EC2_MISSING.with(&[&path]),
        Problem::Unknown => EC2_UNKNOWN.with(&[&path]),
        Problem::WrongType { expected, found } => EC2_TYPE.with(&[found, &path, expected]),
        other => EC2_OTHER.with(&[&path, other]),
    }
}

/// The path with its first member's name as it is in a request of the operation.
fn on_wire(admitted: &Admitted, path: &str) -> String {
    let name = path.split(['.', '[']).next().unwrap_or(path);
    let members = admitted.service.input_members(admitted.operation);
    let member = members.iter().find(|member| member.name == name);
    let wire =
        member.and_then(|member| member.query_name.as_deref().or(member.wire_name.as_deref()));
    let mut wire = wire.unwrap_or(name).to_owned();
    // The model's names begin with a small letter; requests and messages have a capital there.
    if let Some(first) = wire.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    wire + &path[name.len()..]
}

/// The other services share a framework, and its words.
fn shared(protocol: Protocol, violation: &Violation) -> Fault {
    if let Problem::WrongType { expected, found } = &violation.problem {
        return WRONG_TYPE.with(&[found, &small(&violation.path), expected]);
    }
    listed(protocol, &[words(violation)])
}

/// The error for input that breaks constraints: all of them in one message.
pub(super) fn invalid(admitted: &Admitted, input: &Value) -> Result<(), Fault> {
    let Admitted { service, operation, .. } = admitted;
    let violations = isobar_wire::validate(service, operation, input);
    let mut texts: Vec<String> = violations.iter().map(words).collect();
    if let Some(shape) = operation.input {
        unlisted(service, shape, "", input, &mut texts);
    }
    if texts.is_empty() { Ok(()) } else { Err(listed(admitted.dialect.protocol, &texts)) }
}

/// What is said of texts that are none of those that the service lists. A client lets them pass, since
/// the service may know more than its catalogue; a service does not.
fn unlisted(
    service: &'static Service,
    shape: ShapeId,
    path: &str,
    value: &Value,
    texts: &mut Vec<String>,
) {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Map(entries)) => {
            for (name, value) in entries {
                let member = structure.members.iter().find(|member| member.name == *name);
                let dot = if path.is_empty() { "" } else { "." };
                if let Some(member) = member {
                    unlisted(service, member.shape, &format!("{path}{dot}{name}"), value, texts);
                }
            }
        }
        (Kind::List(list), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                unlisted(service, list.item, &format!("{path}[{index}]"), item, texts);
            }
        }
        (Kind::String(text), Value::String(given))
            if !text.values.is_empty() && !text.values.iter().any(|known| *known == *given) =>
        {
            texts.push(format!(
                "Value '{given}' at '{}' failed to satisfy constraint: Member must satisfy enum \
                 value set: [{}]",
                small(path),
                text.values.join(", ")
            ));
        }
        _ => {}
    }
}

fn listed(protocol: Protocol, texts: &[String]) -> Fault {
    let row = if is_form(protocol) { &INVALID } else { &INVALID_JSON };
    let plural = if texts.len() == 1 { "" } else { "s" };
    row.with(&[&texts.len(), &plural, &texts.join("; ")])
}

fn words(violation: &Violation) -> String {
    let path = small(&violation.path);
    match &violation.problem {
        Problem::Missing => {
            format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
        }
        Problem::OutOfRange { value, min, max } => {
            format!("Value '{value}' at '{path}' {}", bounds("value", *value, *min, *max))
        }
        Problem::WrongLength { length, min, max } => {
            #[expect(clippy::cast_precision_loss, reason = "no body has so many characters")]
            let length = *length as f64;
            format!("Value at '{path}' {}", bounds("length", length, *min, *max))
        }
        other => format!("Value at '{path}' {other}"),
    }
}

/// The bound that the value breaks.
fn bounds(what: &str, value: f64, min: Option<f64>, max: Option<f64>) -> String {
    let relation = match (min, max) {
        (Some(min), _) if value < min => format!("greater than or equal to {min}"),
        (_, Some(max)) => format!("less than or equal to {max}"),
        _ => "valid".to_owned(),
    };
    format!("failed to satisfy constraint: Member must have {what} {relation}")
}

/// `LoadBalancerArn` as `loadBalancerArn`, and `Tags[0].Key` as `tags.1.member.key`.
fn small(path: &str) -> String {
    let parts = path.split('.').map(|part| {
        let (name, rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        let mut name = name.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        match rest.trim_matches(['[', ']']).parse::<usize>() {
            Ok(index) => format!("{name}.{}.member", index + 1),
            Err(_) => name,
        }
    });
    parts.collect::<Vec<_>>().join(".")
}
