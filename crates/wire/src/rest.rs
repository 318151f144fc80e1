//! Paths, query strings, headers and payloads: what the REST protocols share.

use isobar_catalogue::shape::{ListStyle, Structure};
use isobar_catalogue::{Kind, Location, Member, Protocol, Service};

use crate::json;

pub(crate) mod header;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod router;
pub(crate) mod template;
pub(crate) mod write;

/// What differs between the REST protocols.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// How structured bodies are written.
    pub(crate) format: Format,
    /// How lists and structures are written in the query string, where the member does not say it.
    pub(crate) query: QueryStyle,
}

/// Whether the protocol is one of those that Alibaba Cloud's services have in common.
pub(crate) const fn is_alibaba(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::AlibabaRpc | Protocol::AlibabaRoa)
}

/// The format of a structured body.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Json(json::Rules),
    Xml,
}

/// How a list is written in the query string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryStyle {
    /// `X=a&X=b`
    Repeated,
    /// `X.1=a&X.2=b`
    Numbered,
}

impl Rules {
    pub(crate) const fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::RestXml | Protocol::AlibabaOss => {
                Self { format: Format::Xml, query: QueryStyle::Repeated }
            }
            Protocol::AlibabaRpc | Protocol::AlibabaRoa => {
                Self { format: Format::Json(json::LENIENT), query: QueryStyle::Numbered }
            }
            Protocol::DigitalOcean => {
                Self { format: Format::Json(json::LENIENT), query: QueryStyle::Repeated }
            }
            _ => Self { format: Format::Json(json::EXACT), query: QueryStyle::Repeated },
        }
    }

    /// The rules for reading what is asked.
    pub(crate) const fn of_request(protocol: Protocol) -> Self {
        match protocol {
            Protocol::DigitalOcean => {
                Self { format: Format::Json(json::ASKED), ..Self::of(protocol) }
            }
            _ => Self::of(protocol),
        }
    }
}

/// Whether the member is part of a request's body.
pub(crate) fn in_body(member: &Member) -> bool {
    member.location == Location::Body
}

/// Whether the member is part of an answer's body: an answer has no path and no query string, so
/// what would be there in a request is in the body.
pub(crate) fn in_answer(member: &Member) -> bool {
    !matches!(member.location, Location::Header | Location::Headers | Location::Status)
}

/// The member that is the whole body, if there is one.
pub(crate) fn payload(structure: &'static Structure) -> Option<&'static Member> {
    let name = structure.payload.as_deref()?;
    structure.members.iter().find(|member| member.name == name)
}

/// The member that is a stream, if there is one.
pub(crate) fn streaming(
    service: &'static Service,
    structure: &'static Structure,
) -> Option<&'static Member> {
    let is_stream = |member: &&Member| {
        streams(service, member)
            || matches!(&service.shape(member.shape).kind, Kind::Structure(it) if it.event_stream)
    };
    structure.members.iter().find(is_stream)
}

/// Whether the member is a body of unknown length.
pub(crate) fn streams(service: &'static Service, member: &Member) -> bool {
    member.streaming
        || matches!(service.shape(member.shape).kind, Kind::Blob { streaming: true, .. })
}

/// Whether a member in the query string is one parameter.
fn is_joined(member: &Member) -> bool {
    member.list_style != ListStyle::Repeated
}
