//! Walking a structure's entries beside its members.

use std::borrow::Cow;

use isobar_catalogue::shape::{ListStyle, Structure, TimestampFormat};
use isobar_catalogue::{Kind, Member, Operation, Service, ShapeId};

use crate::error::{DecodeError, EncodeError, Problem, Violation};
use crate::scalar;
use crate::value::{Name, Value};

/// The entries that are not null, each with its member. Entries mostly come in the members' order,
/// so the search for a member goes on where the last one was found.
pub(crate) fn entries<'v>(
    structure: &'static Structure,
    entries: &'v [(Name, Value)],
) -> impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>> {
    named(&structure.members, entries.iter())
}

/// The same for any members and entries.
pub(crate) fn named<'v>(
    members: &'static [Member],
    entries: impl Iterator<Item = &'v (Name, Value)>,
) -> impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>> {
    let mut next = 0;
    entries.filter(|(_, value)| !value.is_null()).map(move |(name, value)| {
        let at = position(members, next, |member| member.name == *name)
            .ok_or_else(|| EncodeError::new(Problem::Unknown).within(name))?;
        next = at + 1;
        Ok((&members[at], value))
    })
}

/// The index of the member that is looked for, searched from `next` on and then from the start.
pub(crate) fn position(
    members: &[Member],
    next: usize,
    is: impl Fn(&Member) -> bool,
) -> Option<usize> {
    let (before, after) = members.split_at(next.min(members.len()));
    after.iter().position(&is).map(|at| before.len() + at).or_else(|| before.iter().position(is))
}

/// The entries of a value that has to be a structure; null is one without any.
pub(crate) fn as_entries(value: &Value) -> Result<&[(Name, Value)], EncodeError> {
    match value {
        Value::Null => Ok(&[]),
        Value::Map(entries) => Ok(entries),
        other => Err(Violation::wrong_type("a structure", other.type_name()).into()),
    }
}

/// The structure of an operation's input.
pub(crate) fn input(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<&'static Structure> {
    operation.input.and_then(|shape| service.structure(shape))
}

/// The structure of an operation's output.
pub(crate) fn output(
    service: &'static Service,
    operation: &'static Operation,
) -> Option<&'static Structure> {
    operation.output.and_then(|shape| service.structure(shape))
}

/// A list as one text: JSON, or its items with a separator between them.
pub(crate) fn joined(
    service: &'static Service,
    shape: ShapeId,
    style: ListStyle,
    value: &Value,
) -> Result<String, EncodeError> {
    let separator = match style {
        ListStyle::Repeated | ListStyle::Json => {
            // A text stands for JSON that is written already.
            if let (Kind::Document, Value::String(text)) = (&service.shape(shape).kind, value) {
                return Ok(text.clone().into_owned());
            }
            let mut out = Vec::new();
            crate::json::write(&mut out, service, shape, value)?;
            return Ok(String::from_utf8(out).expect("JSON is UTF-8"));
        }
        ListStyle::Comma => ',',
        ListStyle::Space => ' ',
        ListStyle::Pipe => '|',
    };
    let kind = &service.shape(shape).kind;
    let (Kind::List(list), Value::List(items)) = (kind, value) else {
        let expected = crate::validate::expected(kind);
        return Err(Violation::wrong_type(expected, value.type_name()).into());
    };
    let item_kind = &service.shape(list.item).kind;
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(separator);
        }
        scalar::write_text(&mut out, item_kind, TimestampFormat::Iso8601, item)
            .map_err(|violation| violation.at(index))?;
    }
    Ok(out)
}

/// The character between the items of a list in one text, if the style has one.
pub(crate) const fn separator(style: ListStyle) -> Option<char> {
    match style {
        ListStyle::Repeated | ListStyle::Json => None,
        ListStyle::Comma => Some(','),
        ListStyle::Space => Some(' '),
        ListStyle::Pipe => Some('|'),
    }
}

/// Reads what [`joined`] writes.
pub(crate) fn separated(
    service: &'static Service,
    shape: ShapeId,
    style: ListStyle,
    text: &str,
) -> Result<Value, DecodeError> {
    let Some(separator) = separator(style) else {
        return crate::json::read(service, shape, text.as_bytes());
    };
    let Kind::List(list) = &service.shape(shape).kind else {
        return Ok(scalar::from_text(service.shape(shape), Cow::Borrowed(text))?);
    };
    let item_shape = service.shape(list.item);
    let items = text.split(separator).filter(|item| !item.is_empty()).enumerate();
    items
        .map(|(index, item)| {
            scalar::from_text(item_shape, Cow::Borrowed(item))
                .map_err(|violation| DecodeError::Member(violation.at(index)))
        })
        .collect::<Result<_, _>>()
        .map(Value::List)
}

/// Draws a token for each idempotency token that the caller left out, so that a call can be
/// repeated.
pub fn fill_tokens(
    service: &'static Service,
    operation: &'static Operation,
    value: &mut Value,
    mut draw: impl FnMut() -> String,
) {
    let Some(structure) = input(service, operation) else { return };
    for member in structure.members.iter().filter(|member| member.idempotency_token) {
        if value.get(&member.name).is_none() && matches!(value, Value::Null | Value::Map(_)) {
            value.set(Cow::Borrowed(member.name.as_str()), Value::from(draw()));
        }
    }
}
