//! SQS says the MD5 of every message that it took or gives; it is held against what was sent, or came.

use std::sync::Arc;

use isobar_wire::Value;
use md5::{Digest, Md5};

use super::{Output, Written};

/// The MD5s of a message that was sent, in hexadecimal digits.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The entry of a batch; empty where there is none.
    id: String,
    body: String,
    attributes: Option<String>,
    system_attributes: Option<String>,
}

impl Sent {
    fn of(message: &Value) -> Self {
        let text = |name| message.get(name).and_then(Value::as_str).unwrap_or_default();
        let attributes = |name| message.get(name).and_then(of_attributes);
        Self {
            id: text("Id").to_owned(),
            body: hex(Md5::digest(text("MessageBody"))),
            attributes: attributes("MessageAttributes"),
            system_attributes: attributes("MessageSystemAttributes"),
        }
    }

    /// Whether the service took what was sent.
    fn check(&self, answered: &Value) -> Result<(), String> {
        same(answered, "MD5OfMessageBody", Some(&self.body))?;
        same(answered, "MD5OfMessageAttributes", self.attributes.as_ref())?;
        same(answered, "MD5OfMessageSystemAttributes", self.system_attributes.as_ref())
    }
}

/// Remembers what a request sends.
pub(super) fn remember(written: &mut Written<'_>) -> Result<(), String> {
    let sent = match written.input.get("Entries").and_then(Value::as_list) {
        Some(entries) => entries.iter().map(Sent::of).collect(),
        None => vec![Sent::of(written.input)],
    };
    written.notes.sent = Some(Arc::from(sent));
    Ok(())
}

/// Whether the service took what was sent.
pub(super) fn check_sent(output: &Output<'_>) -> Result<(), String> {
    let sent = output.notes.sent.as_deref().unwrap_or_default();
    match output.value.get("Successful").and_then(Value::as_list) {
        Some(entries) => entries.iter().try_for_each(|entry| {
            let id = entry.get("Id").and_then(Value::as_str).unwrap_or_default();
            sent.iter().find(|it| it.id == id).map_or(Ok(()), |it| it.check(entry))
        }),
        None => sent.first().map_or(Ok(()), |it| it.check(output.value)),
    }
}

/// Whether the messages that came are those that the service gave.
pub(super) fn check_received(output: &Output<'_>) -> Result<(), String> {
    let messages = output.value.get("Messages").and_then(Value::as_list).unwrap_or_default();
    messages.iter().try_for_each(|message| {
        let body = message.get("Body").and_then(Value::as_str).unwrap_or_default();
        same(message, "MD5OfBody", Some(&hex(Md5::digest(body))))?;
        let attributes = message.get("MessageAttributes").and_then(of_attributes);
        same(message, "MD5OfMessageAttributes", attributes.as_ref())
    })
}

/// Whether an answer says the same MD5. What either side does not say is not compared.
fn same(answered: &Value, member: &str, own: Option<&String>) -> Result<(), String> {
    let theirs = answered.get(member).and_then(Value::as_str);
    match own.zip(theirs) {
        Some((own, theirs)) if !own.eq_ignore_ascii_case(theirs) => Err(format!(
            "{member} is {theirs} where the message has {own}: it was changed on its way"
        )),
        _ => Ok(()),
    }
}

/// The MD5 of a message's attributes: of each in the order of the names the name, the type, whether
/// it is text or bytes, and the value, every part after its length (SQS Developer Guide, "Calculating
/// the MD5 message digest for message attributes").
fn of_attributes(attributes: &Value) -> Option<String> {
    let mut attributes: Vec<_> = attributes.as_map()?.iter().collect();
    if attributes.is_empty() {
        return None;
    }
    attributes.sort_by(|(one, _), (other, _)| one.as_bytes().cmp(other.as_bytes()));
    let mut hash = Md5::new();
    let mut part = |kind: Option<u8>, bytes: &[u8]| {
        hash.update(kind.as_slice());
        hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(bytes);
    };
    for (name, attribute) in attributes {
        part(None, name.as_bytes());
        part(None, attribute.get("DataType")?.as_str()?.as_bytes());
        match (attribute.get("StringValue"), attribute.get("BinaryValue")) {
            (Some(text), None) => part(Some(1), text.as_str()?.as_bytes()),
            (None, Some(Value::Blob(bytes))) => part(Some(2), bytes),
            _ => return None,
        }
    }
    Some(hex(hash.finalize()))
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
