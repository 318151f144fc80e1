//! The cases that do not hold, each with its reason. An exception that no longer applies fails the
//! test.

use super::Side;

/// One case that does not hold.
pub(crate) struct Exception {
    direction: &'static str,
    file: &'static str,
    id: &'static str,
    side: Side,
    /// Why.
    #[expect(dead_code, reason = "for whoever reads the table")]
    reason: &'static str,
}

impl Exception {
    pub(crate) fn key(&self) -> (&'static str, &'static str, &'static str, Side) {
        (self.direction, self.file, self.id, self.side)
    }
}

const PAYLOAD_NAME: &str = "the case's model names the payload's element after the member, and the \
    case expects the shape's name; in the services' models (S3's LifecycleConfiguration) the \
    member's name is the one that the service takes";

const fn payload_name(id: &'static str) -> Exception {
    Exception { direction: "input", file: "rest-xml", id, side: Side::Client, reason: PAYLOAD_NAME }
}

pub(crate) const TABLE: &[Exception] = &[
    payload_name("RestXmlHttpPayloadWithUnion"),
    payload_name("HttpPayloadWithXmlNamespace"),
    payload_name("HttpPayloadWithXmlNamespaceAndPrefix"),
    payload_name("XmlAttributesOnPayload"),
    Exception {
        direction: "output",
        file: "rest-json",
        id: "HttpPrefixHeadersResponse",
        side: Side::Server,
        reason: "the prefix is empty, so a client finds every header in the member, also those \
            that a server adds to each answer",
    },
];
