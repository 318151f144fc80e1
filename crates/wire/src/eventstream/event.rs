//! What messages say, by the catalogue's shapes.

use bytes::Bytes;
use http::StatusCode;
use isobar_catalogue::shape::{EventPart, Structure};
use isobar_catalogue::{Kind, Member, Operation, Protocol, Service, ShapeId};
use jiff::Timestamp;
use serde::Serialize;

use super::MEDIA;
use super::message::{Header, Message};
use crate::cbor;
use crate::error::{DecodeError, EncodeError, Problem, ServiceError, Violation};
use crate::json;
use crate::message::Request;
use crate::protocol::common;
use crate::scalar;
use crate::shapes;
use crate::validate::{self, expected};
use crate::value::{self, Name, Value, to_value};
use crate::xml;

/// The events of an operation's input or output: what each is called and looks like.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    service: &'static Service,
    /// The event that brings the rest of the input or output.
    initial: &'static str,
    /// The whole output or input.
    whole: &'static Structure,
    /// The member of it that is the stream.
    member: &'static Member,
    /// The stream: its members are the events.
    structure: &'static Structure,
    format: Format,
}

/// How structured payloads are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
    Cbor,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name: one of the stream's members.
    pub name: Name,
    /// What it says.
    pub value: Value,
}

impl Event {
    /// An event of a name, with anything that serializes to its members. Text stands for bytes
    /// (base64) and for times.
    ///
    /// # Errors
    /// Where it does not serialize.
    pub fn new(name: impl Into<Name>, fields: impl Serialize) -> Result<Self, value::Error> {
        Ok(Self { name: name.into(), value: to_value(&fields)? })
    }
}

impl From<Event> for Value {
    /// A map with the event's name as its only key.
    fn from(event: Event) -> Self {
        Self::Map(vec![(event.name, event.value)])
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The members of the input or output that are no stream; comes first, if it comes.
    Initial(Value),
    /// An event.
    Event(Event),
    /// A message that the catalogue does not know; by its type, if it says one.
    Unknown(String),
    /// The service ends the stream with an error.
    Failure(ServiceError),
}

const MESSAGE_TYPE: &str = ":message-type";
const EVENT_TYPE: &str = ":event-type";
const EXCEPTION_TYPE: &str = ":exception-type";
const CONTENT_TYPE: &str = ":content-type";
const ERROR_CODE: &str = ":error-code";
const ERROR_MESSAGE: &str = ":error-message";

/// The event that brings the rest of an input.
const INITIAL_REQUEST: &str = "initial-request";

/// The event that brings the rest of an output.
const INITIAL_RESPONSE: &str = "initial-response";

impl Events {
    /// The events of an operation's output; `None` where that has none.
    #[must_use]
    pub fn of(service: &'static Service, operation: &'static Operation) -> Option<Self> {
        Self::within(service, shapes::output(service, operation)?, INITIAL_RESPONSE)
    }

    /// The events of an operation's input; `None` where that has none.
    #[must_use]
    pub fn of_input(service: &'static Service, operation: &'static Operation) -> Option<Self> {
        Self::within(service, shapes::input(service, operation)?, INITIAL_REQUEST)
    }

    fn within(
        service: &'static Service,
        whole: &'static Structure,
        initial: &'static str,
    ) -> Option<Self> {
        let (member, structure) = whole.members.iter().find_map(|member| {
            let structure = service.structure(member.shape)?;
            structure.event_stream.then_some((member, structure))
        })?;
        let format = match service.protocol() {
            Protocol::RestXml => Format::Xml,
            Protocol::RpcV2Cbor => Format::Cbor,
            _ => Format::Json,
        };
        Some(Self { service, initial, whole, member, structure, format })
    }

    /// The member that is the stream.
    #[must_use]
    pub fn member(&self) -> &'static Member {
        self.member
    }

    /// The shape of an event of a name.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<ShapeId> {
        self.find(name).map(|member| member.shape)
    }

    fn find(&self, name: &str) -> Option<&'static Member> {
        self.structure.members.iter().find(|member| member.name == name)
    }

    /// Every rule of the catalogue that an event breaks, as [`validate`](crate::validate()) finds
    /// them in an input.
    #[must_use]
    pub fn check(&self, event: &Event) -> Vec<Violation> {
        let found = match self.find(&event.name) {
            Some(member) => validate::value(self.service, member.shape, &event.value),
            None => vec![Violation::new(Problem::Unknown)],
        };
        found.into_iter().map(|violation| violation.within(&event.name)).collect()
    }

    /// The event that a document is: a map with the event's name as its only key.
    ///
    /// # Errors
    /// Every rule of the catalogue that it breaks.
    pub fn read(&self, document: &Value) -> Result<Event, Vec<Violation>> {
        let wrong = |violation| Err(vec![violation]);
        let (name, fields) = match document.as_map() {
            Some([(name, fields)]) => (name, fields),
            Some(entries) => {
                return wrong(Violation::new(Problem::NotOneMember { set: entries.len() }));
            }
            None => return wrong(Violation::wrong_type("a structure", document.type_name())),
        };
        let event = Event { name: name.clone(), value: fields.clone() };
        let found = self.check(&event);
        if found.is_empty() { Ok(event) } else { Err(found) }
    }

    /// Makes a request that was written without its stream the one that the stream follows. Gives
    /// the stream's first message, where the protocol has one.
    #[must_use]
    pub fn begin(&self, request: &mut Request) -> Option<Message> {
        common::set_type(&mut request.headers, MEDIA);
        let rest = std::mem::take(&mut request.body);
        self.has_initial().then(|| self.initial(rest))
    }

    /// Whether the first message brings the rest of the input or output, since the protocol has no
    /// headers for it.
    #[must_use]
    pub fn has_initial(&self) -> bool {
        matches!(self.service.protocol(), Protocol::AwsJson | Protocol::RpcV2Cbor)
    }

    /// Reads what a message says.
    ///
    /// # Errors
    /// Where the event does not fit its shape.
    pub fn decode(&self, message: &Message) -> Result<Item, DecodeError> {
        if matches!(message.text(MESSAGE_TYPE), Some("error" | "exception")) {
            return Ok(Item::Failure(self.failure(message)));
        }
        let Some(name) = message.text(EVENT_TYPE) else {
            return Ok(Item::Unknown(String::new()));
        };
        let Some(member) = self.find(name) else {
            if name == self.initial {
                let entries = self.read_members(self.whole, |_| true, &message.payload)?;
                return Ok(Item::Initial(Value::Map(entries)));
            }
            return Ok(Item::Unknown(name.to_owned()));
        };
        let value =
            self.event(member.shape, message).map_err(|error| error.within(&member.name))?;
        Ok(Item::Event(Event { name: member.name.as_str().into(), value }))
    }

    fn event(&self, shape: ShapeId, message: &Message) -> Result<Value, DecodeError> {
        let Some(structure) = self.service.structure(shape) else {
            return self.read_payload(shape, &message.payload);
        };
        let mut entries: Vec<(Name, Value)> = Vec::new();
        for member in structure.members.iter().filter(|member| is_header(member)) {
            if let Some(header) = message.header(&member.name) {
                let value = read_header(&self.service.shape(member.shape).kind, header)
                    .map_err(|violation| violation.within(&member.name))?;
                entries.push((member.name.as_str().into(), value));
            }
        }
        match structure.members.iter().find(|member| is_payload(member)) {
            Some(member) => {
                let value = self
                    .read_payload(member.shape, &message.payload)
                    .map_err(|error| error.within(&member.name))?;
                if !value.is_null() {
                    entries.push((member.name.as_str().into(), value));
                }
            }
            None => entries.extend(self.read_members(
                structure,
                |member| !is_header(member),
                &message.payload,
            )?),
        }
        Ok(Value::Map(entries))
    }

    fn read_payload(&self, shape: ShapeId, payload: &Bytes) -> Result<Value, DecodeError> {
        match (&self.service.shape(shape).kind, self.format) {
            (Kind::Blob { .. }, _) => Ok(Value::Blob(payload.clone())),
            (Kind::String(_), _) => {
                let text = std::str::from_utf8(payload)
                    .map_err(|error| DecodeError::malformed("text", error))?;
                Ok(Value::from(text.to_owned()))
            }
            (Kind::Structure(structure), _) if payload.is_empty() && !structure.union => {
                Ok(Value::Map(Vec::new()))
            }
            _ if payload.is_empty() => Ok(Value::Null),
            (_, Format::Json) => json::Reader::new(self.service, json::EXACT).value(shape, payload),
            (_, Format::Cbor) => cbor::Reader::new(self.service, payload).item(shape),
            (_, Format::Xml) => {
                let root = xml::document::parse(payload)?;
                xml::Reader::new(self.service, xml::Style::Wrapped).value(shape, &root)
            }
        }
    }

    fn read_members(
        &self,
        structure: &'static Structure,
        is_here: fn(&Member) -> bool,
        payload: &[u8],
    ) -> Result<Vec<(Name, Value)>, DecodeError> {
        if payload.is_empty() {
            return Ok(Vec::new());
        }
        match self.format {
            Format::Json => {
                json::Reader::new(self.service, json::EXACT).members(structure, is_here, payload)
            }
            Format::Cbor => cbor::Reader::new(self.service, payload).members(structure),
            Format::Xml => {
                let root = xml::document::parse(payload)?;
                xml::Reader::new(self.service, xml::Style::Wrapped)
                    .members(structure, is_here, &root)
            }
        }
    }

    /// The error that a message says. One that cannot be read is an error all the same, with the
    /// beginning of its text for a message.
    fn failure(&self, message: &Message) -> ServiceError {
        let kind = message.text(EXCEPTION_TYPE);
        let member = kind.and_then(|kind| self.find(kind));
        let shape = member.map(|member| self.service.shape(member.shape));
        let declared = member.and_then(|member| self.service.structure(member.shape));
        let fields = declared.map(|structure| {
            self.read_members(structure, |_| true, &message.payload).map(Value::Map)
        });
        let code = kind.or_else(|| message.text(ERROR_CODE)).unwrap_or_default().to_owned();
        let (fields, text) = match fields {
            Some(Ok(fields)) => {
                let text = ["Message", "message"]
                    .into_iter()
                    .find_map(|name| fields.get(name)?.as_str())
                    .unwrap_or_default()
                    .to_owned();
                (fields, text)
            }
            _ => {
                let said = message.text(ERROR_MESSAGE).map(str::to_owned);
                let said = said.unwrap_or_else(|| crate::foreign::beginning(&message.payload));
                (Value::Map(Vec::new()), said)
            }
        };
        let status = declared
            .and_then(|structure| structure.error.as_ref()?.status)
            .and_then(|status| StatusCode::from_u16(status).ok());
        ServiceError {
            code,
            message: text,
            status: status.unwrap_or(StatusCode::BAD_REQUEST),
            request_id: None,
            shape,
            fields,
        }
    }

    /// The message of an event.
    ///
    /// # Errors
    /// Where the stream has no such event, or the value does not fit it.
    pub fn encode(&self, name: &str, value: &Value) -> Result<Message, EncodeError> {
        let member = self.find(name);
        let member = member.ok_or_else(|| EncodeError::new(Problem::Unknown).within(name))?;
        let mut message = Message::default();
        message.add(EVENT_TYPE, name);
        message.add(MESSAGE_TYPE, "event");
        self.write_event(member, value, &mut message).map_err(|error| error.within(name))?;
        Ok(message)
    }

    /// The message of an error that ends the stream: a declared one with its members, or another.
    ///
    /// # Errors
    /// Where the members do not fit the declared error.
    pub fn encode_failure(
        &self,
        code: &str,
        text: &str,
        fields: &Value,
    ) -> Result<Message, EncodeError> {
        let mut message = Message::default();
        let Some((member, structure)) = self
            .find(code)
            .and_then(|member| Some((member, self.service.structure(member.shape)?)))
        else {
            message.add(MESSAGE_TYPE, "error");
            message.add(ERROR_CODE, code);
            message.add(ERROR_MESSAGE, text);
            return Ok(message);
        };
        message.add(MESSAGE_TYPE, "exception");
        message.add(EXCEPTION_TYPE, code);
        let mut fields = fields.clone();
        let place = structure.members.iter().find(|own| own.name.eq_ignore_ascii_case("message"));
        if let Some(place) = place
            && !text.is_empty()
            && matches!(fields, Value::Map(_) | Value::Null)
        {
            fields.set(place.name.as_str(), Value::from(text.to_owned()));
        }
        let (payload, media) = self.write_value(member, &fields)?;
        message.add(CONTENT_TYPE, media);
        message.payload = payload;
        Ok(message)
    }

    /// The first message, from the rest of the input or output as the protocol writes it.
    pub(super) fn initial(&self, payload: Bytes) -> Message {
        let mut message = Message { payload, ..Message::default() };
        message.add(EVENT_TYPE, self.initial);
        message.add(MESSAGE_TYPE, "event");
        message.add(CONTENT_TYPE, self.media());
        message
    }

    fn media(&self) -> &'static str {
        match self.format {
            Format::Json => "application/json",
            Format::Xml => "text/xml",
            Format::Cbor => "application/cbor",
        }
    }

    fn write_event(
        &self,
        event: &'static Member,
        value: &Value,
        message: &mut Message,
    ) -> Result<(), EncodeError> {
        let Some(structure) = self.service.structure(event.shape) else {
            let (payload, media) = self.write_value(event, value)?;
            message.add(CONTENT_TYPE, media);
            message.payload = payload;
            return Ok(());
        };
        let mut body: Vec<(Name, Value)> = Vec::new();
        let mut whole = None;
        for entry in shapes::entries(structure, shapes::as_entries(value)?) {
            let (member, value) = entry?;
            if is_header(member) {
                let header = write_header(&self.service.shape(member.shape).kind, value)
                    .map_err(|violation| violation.within(&member.name))?;
                message.headers.push((member.name.clone(), header));
            } else if is_payload(member) {
                let written = self.write_value(member, value);
                whole = Some(written.map_err(|error| error.within(&member.name))?);
            } else {
                body.push((member.name.as_str().into(), value.clone()));
            }
        }
        let has_payload = structure.members.iter().any(is_payload);
        let has_body =
            structure.members.iter().any(|member| !is_header(member) && !is_payload(member));
        // An event without any members is a document without any, where that is the same everywhere.
        let is_bare = structure.members.is_empty() && self.format != Format::Xml;
        if whole.is_none() && (has_body || is_bare) && !has_payload {
            whole = Some(self.write_value(event, &Value::Map(body))?);
        }
        if let Some((payload, media)) = whole {
            message.add(CONTENT_TYPE, media);
            message.payload = payload;
        }
        Ok(())
    }

    /// A payload with its media type.
    fn write_value(
        &self,
        member: &'static Member,
        value: &Value,
    ) -> Result<(Bytes, &'static str), EncodeError> {
        let shape = self.service.shape(member.shape);
        let payload = match (&shape.kind, value) {
            (Kind::Blob { .. }, _) => {
                return Ok((scalar::to_bytes(value)?, "application/octet-stream"));
            }
            (Kind::String(_), Value::String(text)) => {
                return Ok((text.as_bytes().to_vec().into(), "text/plain"));
            }
            _ => match self.format {
                Format::Json => {
                    let mut writer = json::Writer::new(self.service, json::EXACT);
                    writer.value(member.shape, Some(member), value)?;
                    writer.out.into()
                }
                Format::Cbor => {
                    let mut writer = cbor::Writer::new(self.service);
                    writer.value(member.shape, value)?;
                    writer.out.into()
                }
                Format::Xml => {
                    let mut writer = xml::Writer::new(self.service, xml::Style::Wrapped);
                    writer.root(member.on_wire(), None, member.shape, value)?;
                    writer.out.into()
                }
            },
        };
        Ok((payload, self.media()))
    }
}

impl Message {
    fn add(&mut self, name: &str, text: &str) {
        self.headers.push((name.to_owned(), Header::String(text.to_owned())));
    }
}

fn is_header(member: &Member) -> bool {
    member.event == Some(EventPart::Header)
}

fn is_payload(member: &Member) -> bool {
    member.event == Some(EventPart::Payload)
}

fn read_header(kind: &Kind, header: &Header) -> Result<Value, Violation> {
    Ok(match (kind, header) {
        (Kind::Boolean, Header::Bool(value)) => Value::Bool(*value),
        (Kind::Integer(_), Header::Byte(number)) => Value::Integer((*number).into()),
        (Kind::Integer(_), Header::Short(number)) => Value::Integer((*number).into()),
        (Kind::Integer(_), Header::Integer(number)) => Value::Integer((*number).into()),
        (Kind::Integer(_), Header::Long(number)) => Value::Integer(*number),
        (Kind::String(_), Header::String(text)) => Value::from(text.clone()),
        (Kind::Blob { .. }, Header::Bytes(bytes)) => Value::Blob(bytes.clone()),
        (Kind::Blob { .. }, Header::Uuid(bytes)) => Value::Blob(Bytes::copy_from_slice(bytes)),
        (Kind::Timestamp(_), Header::Timestamp(millis)) => Timestamp::from_millisecond(*millis)
            .map(Value::Timestamp)
            .map_err(|_| Violation::wrong_type("a timestamp", millis.to_string()))?,
        _ => return Err(Violation::wrong_type(expected(kind), header.type_name())),
    })
}

fn write_header(kind: &Kind, value: &Value) -> Result<Header, Violation> {
    Ok(match (kind, value) {
        (Kind::Boolean, Value::Bool(value)) => Header::Bool(*value),
        (Kind::Integer(_), Value::Integer(number)) => match i32::try_from(*number) {
            Ok(number) => Header::Integer(number),
            Err(_) => Header::Long(*number),
        },
        (Kind::String(_), Value::String(text)) => Header::String(text.clone().into_owned()),
        (Kind::Blob { .. }, value) => Header::Bytes(scalar::to_bytes(value)?),
        (Kind::Timestamp(_), value) => {
            Header::Timestamp(crate::timestamp::from_value(value)?.as_millisecond())
        }
        _ => return Err(Violation::wrong_type(expected(kind), value.type_name())),
    })
}

impl Header {
    /// What this is, for messages.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Byte(_) | Self::Short(_) | Self::Integer(_) | Self::Long(_) => "a whole number",
            Self::Bytes(_) => "bytes",
            Self::String(_) => "text",
            Self::Timestamp(_) => "a timestamp",
            Self::Uuid(_) => "a UUID",
        }
    }
}

#[cfg(test)]
mod tests {
    use isobar_catalogue::Cloud;

    use super::*;

    #[test]
    fn where_there_are_no_headers_the_first_message_brings_the_rest() {
        // No operation of the catalogue asks so; this one only answers so.
        let (service, operation) =
            isobar_catalogue::operation(Cloud::Aws, "logs", "StartLiveTail").unwrap();
        let output = shapes::output(service, operation).unwrap();
        let events = Events::within(service, output, INITIAL_REQUEST).unwrap();
        let mut request = Request::new(http::Method::POST, "/");
        request.body = "{}".into();
        let first = events.begin(&mut request).unwrap();
        assert!(request.body.is_empty());
        assert_eq!(first.text(EVENT_TYPE), Some("initial-request"));
        assert_eq!(first.text(MESSAGE_TYPE), Some("event"));
        assert_eq!(first.payload, "{}");
        assert_eq!(events.decode(&first), Ok(Item::Initial(Value::Map(Vec::new()))));
    }
}
