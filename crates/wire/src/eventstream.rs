//! Streams of events (`application/vnd.amazon.eventstream`), in both directions.
//!
//! An operation whose output has a member that is a structure marked as an event stream answers
//! with messages, one after another, for as long as it likes. [`Decoder`] cuts messages out of the
//! bytes as they come; [`Events`] reads and writes what they say, by the catalogue's shapes. Where
//! the protocol has no headers for the rest of the output, the first message brings it.
//!
//! [`decode_response`](crate::decode_response) reads an answer that is there as a whole, and gives
//! the events as a list, each a map with the event's name as its only key; a client that follows a
//! stream reads the answer's head with [`decode_head`](crate::decode_head) and the rest with
//! these.

mod event;
mod message;

pub use event::{Event, Events, Item};
pub use message::{Decoder, Header, MAX_HEADERS, MAX_PAYLOAD, Message};

use crate::error::{DecodeError, EncodeError, Problem, Reply, Violation};
use crate::message::Response;
use crate::protocol::{self, Call, common};
use crate::rest;
use crate::value::Value;

/// The media type of a stream.
pub(crate) const MEDIA: &str = "application/vnd.amazon.eventstream";

/// Reads an answer whose stream is there as a whole.
pub(crate) fn collect(
    call: Call,
    events: &Events,
    response: &Response,
) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return (protocol::codec(call.dialect.protocol).decode_response)(call, response);
    }
    let mut output = Value::Map(rest::read::head(call, response)?);
    let request_id = common::request_id(&response.headers);
    let mut decoder = Decoder::new();
    decoder.push(&response.body);
    let mut items = Vec::new();
    while let Some(message) = decoder.next_message()? {
        match events.decode(&message)? {
            Item::Initial(Value::Map(entries)) => {
                for (name, value) in entries {
                    output.set(name, value);
                }
            }
            Item::Event(event) => items.push(event.into()),
            Item::Failure(mut error) => {
                error.request_id = request_id;
                return Ok(Reply::Failure(error));
            }
            Item::Initial(_) | Item::Unknown(_) => {}
        }
    }
    decoder.finish()?;
    output.set(events.member().name.as_str(), Value::List(items));
    Ok(Reply::Success { output, request_id })
}

/// Writes an answer with its stream as a whole: the output's member is a list of events, each a map
/// with the event's name as its only key.
pub(crate) fn write(
    call: Call,
    events: &Events,
    output: &Value,
    request_id: &str,
) -> Result<Response, EncodeError> {
    let member = events.member().name.as_str();
    let (mut rest, mut items) = (Vec::new(), &Value::Null);
    for (name, value) in output.as_map().unwrap_or_default() {
        if name == member {
            items = value;
        } else {
            rest.push((name.clone(), value.clone()));
        }
    }
    let encode = protocol::codec(call.dialect.protocol).encode_response;
    let mut response = encode(call, &Value::Map(rest), request_id)?;
    let mut out = Vec::new();
    if events.has_initial() {
        events.initial(response.body).write(&mut out)?;
    }
    if !matches!(items, Value::List(_) | Value::Null) {
        let found = Violation::wrong_type("a list of events", items.type_name());
        return Err(found.within(member).into());
    }
    for (index, item) in items.as_list().unwrap_or_default().iter().enumerate() {
        let at = |error: EncodeError| error.at(index).within(member);
        let [(name, value)] = item.as_map().unwrap_or_default() else {
            let set = item.as_map().unwrap_or_default().len();
            return Err(at(EncodeError::new(Problem::NotOneMember { set })));
        };
        let message = events.encode(name, value).map_err(at)?;
        message.write(&mut out).map_err(at)?;
    }
    response.body = out.into();
    common::set_type(&mut response.headers, MEDIA);
    Ok(response)
}
