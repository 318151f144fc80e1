//! The shape language: what a value looks like and how it is written on the wire.
//!
//! The vocabulary is that of the vendors' own models (AWS's service model, which is the richest of
//! the three); Alibaba Cloud's and DigitalOcean's are expressed in it.

use serde::{Deserialize, Serialize};

use crate::items::Named;

/// The index of a [`Shape`] in its service's [`shapes`](crate::Service::shapes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShapeId(pub u32);

/// One shape of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// The vendor's name of the shape, unique in its service.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The XML name that the shape itself carries (its `locationName`).
    pub xml_name: Option<String>,
    /// The XML namespace of the shape.
    pub xml_namespace: Option<XmlNamespace>,
    /// Its value must not be shown or logged.
    pub sensitive: bool,
}

impl Named for Shape {
    fn name(&self) -> &str {
        &self.name
    }
}

/// What a shape is, with its constraints.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// Named members.
    Structure(Structure),
    /// A sequence of one shape.
    List(List),
    /// Keys and values.
    Map(Map),
    /// Text.
    String(Text),
    /// A whole number. All of 32-bit `integer` and 64-bit `long` (and shorts and bytes).
    Integer(Number),
    /// A floating-point number, 32 or 64 bits.
    Float(Number),
    /// True or false.
    Boolean,
    /// Bytes.
    Blob {
        /// The body is a stream of unknown length and is not held in memory as a whole.
        streaming: bool,
        /// The stream needs its length before it is sent.
        requires_length: bool,
        /// The fewest and the most bytes.
        length: Range,
    },
    /// A moment.
    Timestamp(Option<TimestampFormat>),
    /// Any JSON-like document, without a schema.
    #[default]
    Document,
}

/// A structure's members and what is peculiar to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Structure {
    /// The members in the vendor's order.
    pub members: Vec<Member>,
    /// The name of the member that is the whole body, for the REST protocols.
    pub payload: Option<String>,
    /// Exactly one member may be set.
    pub union: bool,
    /// The structure's members are the events of a stream.
    pub event_stream: bool,
    /// It is an error that the service declares.
    pub error: Option<ErrorTrait>,
}

/// What makes a structure an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorTrait {
    /// The code on the wire, where it differs from the shape's name.
    pub code: Option<String>,
    /// The HTTP status, where the model gives one.
    pub status: Option<u16>,
    /// The fault is the sender's: 4xx.
    pub sender_fault: bool,
    /// The vendor's model calls it retryable.
    pub retryable: bool,
    /// It is a throttling error.
    pub throttling: bool,
}

/// A member of a structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The vendor's name, which is what users and handlers write.
    pub name: String,
    /// Its shape.
    pub shape: ShapeId,
    /// It must be given.
    pub required: bool,
    /// Where it travels.
    pub location: Location,
    /// Its name on the wire where that is not [`name`](Self::name) (`locationName`).
    pub wire_name: Option<String>,
    /// Its name in a request of the EC2 protocol, where the model gives one (`queryName`).
    pub query_name: Option<String>,
    /// A list or map whose items carry the member's own name, without a wrapper, set on the member.
    pub flattened: bool,
    /// It is the token that makes a repeated call safe; a client draws one when it is absent.
    pub idempotency_token: bool,
    /// It is an XML attribute of its structure's element.
    pub xml_attribute: bool,
    /// The XML namespace of the member.
    pub xml_namespace: Option<XmlNamespace>,
    /// A timestamp's format, set on the member; it wins over the shape's.
    pub timestamp_format: Option<TimestampFormat>,
    /// A header whose value is JSON, as base64 (`jsonvalue`).
    pub json_value: bool,
    /// It fills a `{label}` of the operation's host prefix.
    pub host_label: bool,
    /// The endpoint rules' parameter that it fills.
    pub context_param: Option<String>,
    /// In an event: it travels as the event's payload, or as one of its headers.
    pub event: Option<EventPart>,
    /// How a list is written into a parameter (Alibaba Cloud's `style`).
    pub list_style: ListStyle,
    /// The body streams; set on the member's reference rather than its shape.
    pub streaming: bool,
    /// The vendor declares it deprecated.
    pub deprecated: bool,
}

impl Member {
    /// A member of the name and shape, in the body, with nothing else set.
    #[must_use]
    pub fn new(name: impl Into<String>, shape: ShapeId) -> Self {
        Self {
            name: name.into(),
            shape,
            required: false,
            location: Location::Body,
            wire_name: None,
            query_name: None,
            flattened: false,
            idempotency_token: false,
            xml_attribute: false,
            xml_namespace: None,
            timestamp_format: None,
            json_value: false,
            host_label: false,
            context_param: None,
            event: None,
            list_style: ListStyle::Repeated,
            streaming: false,
            deprecated: false,
        }
    }

    /// The member's name on the wire.
    #[must_use]
    pub fn on_wire(&self) -> &str {
        self.wire_name.as_deref().unwrap_or(&self.name)
    }
}

/// Where a member travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    /// In the body (for Alibaba's RPC: a form parameter).
    #[default]
    Body,
    /// In the query string.
    Query,
    /// In the query string, a map whose keys are parameter names (`querystring` on a map).
    QueryMap,
    /// In the path (`uri`).
    Path,
    /// In a header.
    Header,
    /// In the headers, a map under a common prefix (`headers`).
    Headers,
    /// It is the response's HTTP status (`statusCode`).
    Status,
    /// In the host name (Alibaba's `host` parameters, OSS's bucket).
    Host,
}

/// How a list is written into one parameter or several. The REST protocols' query strings know
/// [`Repeated`](Self::Repeated) alone, as one parameter of the same name for each item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListStyle {
    /// `X.1=a&X.2=b`, and `X.1.Y=` for structures.
    #[default]
    Repeated,
    /// `X=["a","b"]`: JSON as text. Structures and maps may carry it too.
    Json,
    /// `X=a,b`.
    Comma,
    /// `X=a b`.
    Space,
    /// `X=a|b`.
    Pipe,
}

/// Which part of an event a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventPart {
    /// The event's payload.
    Payload,
    /// One of the event's headers.
    Header,
}

/// A sequence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The shape of an item.
    pub item: ShapeId,
    /// The name of an item's element, where the model gives one (`member.locationName`).
    pub item_name: Option<String>,
    /// The XML namespace of an item's element.
    pub item_namespace: Option<XmlNamespace>,
    /// Items carry the list's own name, without a wrapper.
    pub flattened: bool,
    /// The fewest and the most items.
    pub length: Range,
    /// Items may be null (`sparse`).
    pub sparse: bool,
}

/// Keys and values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// The shape of a key; always text.
    pub key: ShapeId,
    /// The shape of a value.
    pub value: ShapeId,
    /// The name of a key's element; `key` without it.
    pub key_name: Option<String>,
    /// The name of a value's element; `value` without it.
    pub value_name: Option<String>,
    /// The XML namespace of a key's element.
    pub key_namespace: Option<XmlNamespace>,
    /// The XML namespace of a value's element.
    pub value_namespace: Option<XmlNamespace>,
    /// Entries carry the map's own name, without a wrapper.
    pub flattened: bool,
    /// The fewest and the most entries.
    pub length: Range,
    /// Values may be null (`sparse`).
    pub sparse: bool,
}

/// Text and what it may be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The values that the vendor documents. New ones appear at any time, so a client does not
    /// refuse others.
    pub values: Vec<String>,
    /// The fewest and the most characters.
    pub length: Range,
    /// A regular expression in the vendor's dialect.
    pub pattern: Option<String>,
    /// JSON as text: the items of a list whose member is a `jsonvalue`.
    pub json: bool,
}

/// A number and what it may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// 64 bits wide (`long`, `double`), else 32.
    pub wide: bool,
    /// The least and the greatest value.
    pub range: Range,
}

/// The least and the greatest, both included. Absent where the vendor gives none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimestampFormat {
    /// `2015-01-01T00:00:00Z`
    Iso8601,
    /// `Thu, 01 Jan 2015 00:00:00 GMT`
    Rfc822,
    /// `1420070400`
    UnixTimestamp,
}

/// An XML namespace. Few shapes have one, so it lies apart from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct XmlNamespace(Box<Namespace>);

/// What an [`XmlNamespace`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its prefix, where it has one.
    pub prefix: Option<String>,
    /// Its URI.
    pub uri: String,
}

impl XmlNamespace {
    /// The namespace of a URI, with the prefix under which it is declared if any.
    #[must_use]
    pub fn new(prefix: Option<String>, uri: String) -> Self {
        Self(Box::new(Namespace { prefix, uri }))
    }
}

impl std::ops::Deref for XmlNamespace {
    type Target = Namespace;

    fn deref(&self) -> &Namespace {
        &self.0
    }
}
