//! Scalars as text, which is how forms, XML, headers, paths and query strings carry them.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use isobar_catalogue::shape::TimestampFormat;
use isobar_catalogue::{Kind, Member, Shape};

use crate::error::Violation;
use crate::timestamp;
use crate::validate::expected;
use crate::value::Value;

/// Base64 as everybody writes it, read with or without its padding.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a timestamp is written: as its member says, else as its shape, else as the place demands.
pub(crate) fn timestamp_format(
    kind: &Kind,
    member: Option<&Member>,
    default: TimestampFormat,
) -> TimestampFormat {
    let own = match kind {
        Kind::Timestamp(format) => *format,
        _ => None,
    };
    member.and_then(|member| member.timestamp_format).or(own).unwrap_or(default)
}

/// The scalar as text, not yet escaped for where it goes.
pub(crate) fn to_text<'v>(
    kind: &Kind,
    format: TimestampFormat,
    value: &'v Value,
) -> Result<Cow<'v, str>, Violation> {
    if let (Kind::String(_), Value::String(text)) = (kind, value) {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::new();
    write_text(&mut out, kind, format, value)?;
    Ok(Cow::Owned(out))
}

/// Appends the scalar as text, not escaped. Only [`Kind::String`] can need escaping in XML.
pub(crate) fn write_text(
    out: &mut String,
    kind: &Kind,
    format: TimestampFormat,
    value: &Value,
) -> Result<(), Violation> {
    match (kind, value) {
        (Kind::String(_), Value::String(text)) => out.push_str(text),
        (Kind::String(text), document) if text.json => write_json(out, document),
        (Kind::Boolean, Value::Bool(value)) => out.push_str(if *value { "true" } else { "false" }),
        (Kind::Integer(_) | Kind::Float(_), Value::Integer(number)) => {
            write!(out, "{number}").expect("writing to a String does not fail");
        }
        (Kind::Float(_), Value::Float(number)) => write_float(out, *number),
        (Kind::Float(_), Value::String(text)) => write_float(out, special_float(text)?),
        (Kind::Blob { .. }, _) => {
            let bytes = to_bytes(value)?;
            BASE64.encode_string(bytes, out);
        }
        (Kind::Timestamp(_), _) => timestamp::write(out, timestamp::from_value(value)?, format),
        (Kind::Document, document) => write_json(out, document),
        _ => return Err(Violation::wrong_type(expected(kind), value.type_name())),
    }
    Ok(())
}

/// Appends the value as JSON.
pub(crate) fn write_json(out: &mut String, value: &Value) {
    out.push_str(&serde_json::to_string(value).expect("a value is always JSON"));
}

/// Appends the number, with the names that all the protocols use for what is no number.
pub(crate) fn write_float(out: &mut String, number: f64) {
    if number.is_nan() {
        out.push_str("NaN");
    } else if number.is_infinite() {
        out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        let text = format!("{number:?}");
        match text.split_once('e') {
            // Exponents have a sign and two digits, as Python writes them.
            Some((digits, power)) => {
                let (sign, power) =
                    power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
                write!(out, "{digits}e{sign}{power:0>2}")
                    .expect("writing to a String does not fail");
            }
            None => out.push_str(&text),
        }
    }
}

/// What JSON has no number for, by name.
pub(crate) fn special_float(text: &str) -> Result<f64, Violation> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        _ => Err(Violation::wrong_type("a number", "text")),
    }
}

/// The bytes of a blob: themselves, or what base64 text stands for.
pub(crate) fn to_bytes(value: &Value) -> Result<Bytes, Violation> {
    match value {
        Value::Blob(bytes) => Ok(bytes.clone()),
        Value::String(text) => from_base64(text),
        other => Err(Violation::wrong_type("bytes", other.type_name())),
    }
}

/// The bytes of base64 text, which may be broken into lines.
pub(crate) fn from_base64(text: &str) -> Result<Bytes, Violation> {
    let packed: Cow<'_, str> = if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        Cow::Owned(text.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    };
    BASE64
        .decode(packed.as_bytes())
        .map(Bytes::from)
        .map_err(|_| Violation::wrong_type("base64", "another text"))
}

/// Reads a scalar. Booleans are read whatever their case, since one SDK writes `False`. What cannot
/// be read is shown in the error, unless it is to be kept secret.
pub(crate) fn from_text(shape: &Shape, text: Cow<'_, str>) -> Result<Value, Violation> {
    let kind = &shape.kind;
    let wrong = |text: &str| {
        let found = if shape.sensitive { "another text".to_owned() } else { shown(text) };
        Violation::wrong_type(expected(kind), found)
    };
    match kind {
        Kind::String(_) => Ok(Value::String(Cow::Owned(text.into_owned()))),
        Kind::Boolean => {
            let trimmed = text.trim();
            if trimmed.eq_ignore_ascii_case("true") {
                Ok(Value::Bool(true))
            } else if trimmed.eq_ignore_ascii_case("false") {
                Ok(Value::Bool(false))
            } else {
                Err(wrong(&text))
            }
        }
        Kind::Integer(_) => text.trim().parse().map(Value::Integer).map_err(|_| wrong(&text)),
        Kind::Float(_) => read_float(text.trim()).map(Value::Float).ok_or_else(|| wrong(&text)),
        Kind::Blob { .. } => from_base64(&text).map(Value::Blob),
        Kind::Timestamp(_) => {
            timestamp::parse(&text).map(Value::Timestamp).ok_or_else(|| wrong(&text))
        }
        Kind::Document => serde_json::from_str(&text).map_err(|_| wrong(&text)),
        Kind::Structure(_) | Kind::List(_) | Kind::Map(_) => Err(wrong(&text)),
    }
}

/// A number, but not the spellings of what is none that only Rust knows (`inf`).
fn read_float(text: &str) -> Option<f64> {
    if let Ok(special) = special_float(text) {
        return Some(special);
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Text from outside in a message: quoted, and not longer than a line.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start:?} and so on")
}
