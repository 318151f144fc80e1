//! What Alibaba Cloud's log service sends otherwise than the rest: log groups in protocol buffers (the
//! vendor's `sls.proto`), and compressed bodies, whose length before that is in a header.

use std::borrow::Cow;
use std::io::Read as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, HeaderName, HeaderValue};

use super::{Call, common};
use crate::error::{DecodeError, EncodeError, Problem, Violation};
use crate::gzip::MAX_DECOMPRESSED;
use crate::message::{Request, Response};
use crate::rest::{read, write};
use crate::value::{Name, Value};

/// The operation whose request is a log group.
const PUT: &str = "PutLogs";

/// The operation whose answer is a list of log groups.
const PULL: &str = "PullLogs";

/// Operations whose answers the vendor's clients ask for compressed.
const COMPRESSED: [&str; 2] = ["GetLogsV2", PULL];

/// How a body is compressed.
const METHOD: HeaderName = HeaderName::from_static("x-log-compresstype");

/// How long a body is without compression.
const SIZE: HeaderName = HeaderName::from_static("x-log-bodyrawsize");

/// The most log groups that a call can ask for. They may be empty.
const MOST_GROUPS: usize = 1000;

/// The fewest bytes in which any other message holds what it must: a log its time. Values take up
/// much more than that, so of shorter messages there are not any number.
const LEAST: usize = 4;

/// The most messages of all kinds, which as values take up a few hundred megabytes. The service gives
/// ten megabytes of logs at a time.
const MOST_MESSAGES: usize = 1 << 20;

pub(super) fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let name = call.operation.name.as_str();
    let group = input.get("body").filter(|body| name == PUT && !body.is_null());
    let mut request = match (group, input) {
        (Some(_), Value::Map(entries)) => {
            // It travels in a form of its own.
            let rest = entries.iter().filter(|(name, _)| name != "body").cloned().collect();
            write::request(call, &Value::Map(rest))?
        }
        _ => write::request(call, input)?,
    };
    if COMPRESSED.contains(&name) && !request.headers.contains_key(ACCEPT_ENCODING) {
        request.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("zstd"));
    }
    if let Some(group) = group {
        let group = log_group(group).map_err(|error| EncodeError::from(error.within("body")))?;
        request.body = group.into();
        common::set_type(&mut request.headers, "application/x-protobuf");
    } else if !request.body.is_empty() {
        common::set_type(&mut request.headers, "application/json");
    }
    if group.is_some() {
        let given = request.headers.get(METHOD).map(|it| String::from_utf8_lossy(it.as_bytes()));
        let method = given.map_or_else(|| "zstd".to_owned(), Cow::into_owned);
        if !method.is_empty() {
            compress(&mut request, &method)?;
        }
    }
    Ok(request)
}

/// Compresses a body and says how long it was.
fn compress(request: &mut Request, method: &str) -> Result<(), EncodeError> {
    let unknown = || Violation::wrong_type("lz4, zstd, gzip or deflate", method);
    let body = compressed(method, &request.body)
        .ok_or_else(|| EncodeError::from(unknown().within(METHOD.as_str())))?;
    request.headers.insert(SIZE, request.body.len().into());
    request.headers.insert(METHOD, HeaderValue::try_from(method).expect("it is one of four"));
    request.body = body.into();
    Ok(())
}

pub(super) fn decode_response(call: Call, response: &Response) -> Result<Value, DecodeError> {
    let body = decompressed(response)?;
    let response = Response { body, ..response.clone() };
    // Whoever is asked for JSON may give it.
    if call.operation.name == PULL && response.body.first() != Some(&b'{') {
        let mut left = (MOST_GROUPS + response.body.len() / LEAST).min(MOST_MESSAGES);
        let groups = list(&response.body, 1, group, &mut left)?;
        return Ok(Value::Map(vec![(Name::Borrowed("logGroupList"), groups)]));
    }
    read::response(call, &response)
}

fn compressed(method: &str, plain: &[u8]) -> Option<Vec<u8>> {
    match method {
        "lz4" => Some(lz4_flex::block::compress(plain)),
        "zstd" => zstd::bulk::compress(plain, 1).ok(),
        "gzip" | "deflate" => {
            let mut out = Vec::new();
            // Both names mean the format of zlib here.
            ZlibEncoder::new(plain, Compression::default()).read_to_end(&mut out).ok()?;
            Some(out)
        }
        _ => None,
    }
}

/// The body as it was before it was compressed, if it was.
fn decompressed(response: &Response) -> Result<Bytes, DecodeError> {
    let header = |name: &HeaderName| {
        response.headers.get(name).and_then(|value| value.to_str().ok()).filter(|it| !it.is_empty())
    };
    let (Some(method), Some(size)) = (header(&METHOD), header(&SIZE)) else {
        return Ok(response.body.clone());
    };
    let malformed = |message: String| DecodeError::malformed("compressed body", message);
    let size: usize = size.parse().map_err(|_| malformed(format!("its length is {size}")))?;
    if size > MAX_DECOMPRESSED {
        return Err(DecodeError::TooLarge("decompressed body"));
    }
    let body = &*response.body;
    let mut out = Vec::new();
    let reading = match method {
        _ if size == 0 => Ok(0),
        // A byte of this format stands for 255 at most, and room for all is made before it is read.
        "lz4" if size > body.len().saturating_mul(255) => {
            return Err(malformed(format!("{} bytes cannot become {size}", body.len())));
        }
        "lz4" => {
            out = lz4_flex::block::decompress(body, size)
                .map_err(|error| malformed(error.to_string()))?;
            Ok(out.len())
        }
        "zstd" => match zstd::stream::read::Decoder::with_buffer(body) {
            Ok(decoder) => decoder.take(size as u64 + 1).read_to_end(&mut out),
            Err(error) => Err(error),
        },
        "gzip" | "deflate" => ZlibDecoder::new(body).take(size as u64 + 1).read_to_end(&mut out),
        _ => return Err(malformed(format!("{method} is not known"))),
    };
    reading.map_err(|error| malformed(error.to_string()))?;
    if out.len() != size {
        return Err(malformed(format!("it has {} bytes in place of {size}", out.len())));
    }
    Ok(out.into())
}

// Protocol buffers: numbers of seven bits a byte, and fields with a number and one of four types.

const VARINT: u8 = 0;
const FIXED_64: u8 = 1;
const BYTES: u8 = 2;
const FIXED_32: u8 = 5;

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn push_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | BYTES);
    push_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn push_text(out: &mut Vec<u8>, field: u8, of: &Value, name: &str) -> Result<(), Violation> {
    match of.get(name) {
        None | Some(Value::Null) => Err(Violation::new(Problem::Missing).within(name)),
        Some(Value::String(text)) => {
            push_bytes(out, field, text.as_bytes());
            Ok(())
        }
        Some(other) => Err(Violation::wrong_type("a text", other.type_name()).within(name)),
    }
}

/// Each item of a list, by a function that writes one.
fn push_all(
    out: &mut Vec<u8>,
    field: u8,
    of: &Value,
    name: &str,
    write: fn(&mut Vec<u8>, &Value) -> Result<(), Violation>,
) -> Result<(), Violation> {
    let list = match of.get(name) {
        None | Some(Value::Null) => &[][..],
        Some(Value::List(list)) => list,
        Some(other) => {
            return Err(Violation::wrong_type("a list", other.type_name()).within(name));
        }
    };
    for (index, item) in list.iter().enumerate() {
        let mut bytes = Vec::new();
        write(&mut bytes, item).map_err(|error| error.at(index).within(name))?;
        push_bytes(out, field, &bytes);
    }
    Ok(())
}

fn push_pair(out: &mut Vec<u8>, pair: &Value) -> Result<(), Violation> {
    push_text(out, 1, pair, "Key")?;
    push_text(out, 2, pair, "Value")
}

fn number(of: &Value, name: &str) -> Result<Option<u32>, Violation> {
    match of.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let wrong = || Violation::wrong_type("a whole number", value.type_name());
            let number = value.as_i64().ok_or_else(wrong);
            let number = number.and_then(|number| {
                u32::try_from(number).map_err(|_| {
                    let (min, max) = (Some(0.0), Some(f64::from(u32::MAX)));
                    Violation::new(Problem::OutOfRange { value: number as f64, min, max })
                })
            });
            number.map(Some).map_err(|error| error.within(name))
        }
    }
}

fn push_log(out: &mut Vec<u8>, log: &Value) -> Result<(), Violation> {
    let time = number(log, "Time")?;
    let time = time.ok_or_else(|| Violation::new(Problem::Missing).within("Time"))?;
    out.push(1 << 3 | VARINT);
    push_number(out, time.into());
    push_all(out, 2, log, "Contents", push_pair)?;
    if let Some(nanoseconds) = number(log, "TimeNs")? {
        out.push(4 << 3 | FIXED_32);
        out.extend_from_slice(&nanoseconds.to_le_bytes());
    }
    Ok(())
}

fn log_group(group: &Value) -> Result<Vec<u8>, Violation> {
    let mut out = Vec::new();
    push_all(&mut out, 1, group, "LogItems", push_log)?;
    for (field, name) in [(3, "Topic"), (4, "Source")] {
        if group.get(name).is_some_and(|value| !value.is_null()) {
            push_text(&mut out, field, group, name)?;
        }
    }
    push_all(&mut out, 6, group, "LogTags", push_pair)?;
    Ok(out)
}

fn broken(what: &str) -> DecodeError {
    DecodeError::malformed("protocol buffers", what)
}

fn take_number(rest: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or_else(|| broken("a number breaks off"))?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(broken("a number does not end"))
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], DecodeError> {
    let length = usize::try_from(length).ok().filter(|length| *length <= rest.len());
    let (taken, after) = rest.split_at(length.ok_or_else(|| broken("a field breaks off"))?);
    *rest = after;
    Ok(taken)
}

/// A field's value.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message one after another, with their numbers; nothing follows an error.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self) -> Result<(u64, Field<'a>), DecodeError> {
        let rest = &mut self.0;
        let key = take_number(rest)?;
        let little = |bytes: &[u8]| {
            bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let value = match key & 7 {
            kind if kind == u64::from(VARINT) => Field::Number(take_number(rest)?),
            kind if kind == u64::from(FIXED_64) => Field::Number(little(take(rest, 8)?)),
            kind if kind == u64::from(FIXED_32) => Field::Number(little(take(rest, 4)?)),
            kind if kind == u64::from(BYTES) => {
                let length = take_number(rest)?;
                Field::Bytes(take(rest, length)?)
            }
            _ => return Err(broken("a field is of no known type")),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.take();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Reads a message, of which there may be so many more.
type Read = fn(&[u8], &mut usize) -> Result<Value, DecodeError>;

/// The messages in a field, by a function that reads one.
fn list(message: &[u8], field: u64, read: Read, left: &mut usize) -> Result<Value, DecodeError> {
    let mut found = Vec::new();
    for next in Fields(message) {
        let (number, Field::Bytes(bytes)) = next? else { continue };
        if number == field {
            *left = left.checked_sub(1).ok_or(DecodeError::TooLarge("number of messages"))?;
            found.push(read(bytes, left)?);
        }
    }
    Ok(Value::List(found))
}

/// The members of a message that are texts and numbers, by their fields' numbers, with room for so
/// many others. Of a field that is there several times, the last counts.
fn plain(
    message: &[u8],
    members: &[(u64, &'static str)],
    others: usize,
) -> Result<Vec<(Name, Value)>, DecodeError> {
    let mut entries: Vec<(Name, Value)> = Vec::with_capacity(members.len() + others);
    for next in Fields(message) {
        let (number, value) = next?;
        let Some((_, name)) = members.iter().find(|(known, _)| *known == number) else { continue };
        let value = match value {
            Field::Number(number) => i64::try_from(number).map(Value::from).unwrap_or_default(),
            // Logs hold whatever was written.
            Field::Bytes(bytes) => Value::from(String::from_utf8_lossy(bytes).into_owned()),
        };
        match entries.iter_mut().find(|(known, _)| known == name) {
            Some(entry) => entry.1 = value,
            None => entries.push((Name::Borrowed(*name), value)),
        }
    }
    Ok(entries)
}

fn pair(message: &[u8], _: &mut usize) -> Result<Value, DecodeError> {
    plain(message, &[(1, "Key"), (2, "Value")], 0).map(Value::Map)
}

fn log(message: &[u8], left: &mut usize) -> Result<Value, DecodeError> {
    let mut log = plain(message, &[(1, "Time"), (4, "TimeNs")], 1)?;
    log.push((Name::Borrowed("Contents"), list(message, 2, pair, left)?));
    Ok(Value::Map(log))
}

fn group(message: &[u8], left: &mut usize) -> Result<Value, DecodeError> {
    let mut group = plain(message, &[(3, "Topic"), (4, "Source")], 2)?;
    group.push((Name::Borrowed("LogItems"), list(message, 1, log, left)?));
    group.push((Name::Borrowed("LogTags"), list(message, 6, pair, left)?));
    Ok(Value::Map(group))
}
