//! Messages as bytes: a prelude, headers, a payload, and checksums over both.
//!
//! ```text
//! total length (4)  headers' length (4)  CRC of these (4)  headers  payload  CRC of all before (4)
//! ```

use bytes::{Buf, Bytes, BytesMut};

use crate::error::{DecodeError, EncodeError, Problem, Violation};

/// The most bytes of a message's headers.
pub const MAX_HEADERS: usize = 128 << 10;

/// The most bytes of a message's payload.
pub const MAX_PAYLOAD: usize = 24 << 20;

/// The lengths and their checksum.
const PRELUDE: usize = 12;

/// A checksum.
const CHECKSUM: usize = 4;

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// Names and values, each name once.
    pub headers: Vec<(String, Header)>,
    /// The payload.
    pub payload: Bytes,
}

/// A header's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Header {
    /// True or false.
    Bool(bool),
    /// A whole number of 8 bits.
    Byte(i8),
    /// A whole number of 16 bits.
    Short(i16),
    /// A whole number of 32 bits.
    Integer(i32),
    /// A whole number of 64 bits.
    Long(i64),
    /// Bytes, at most 65,535.
    Bytes(Bytes),
    /// Text, at most 65,535 bytes.
    String(String),
    /// Milliseconds since 1970.
    Timestamp(i64),
    /// A UUID.
    Uuid([u8; 16]),
}

/// The numbers that stand before headers' values.
mod kind {
    pub(super) const TRUE: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const BYTE: u8 = 2;
    pub(super) const SHORT: u8 = 3;
    pub(super) const INTEGER: u8 = 4;
    pub(super) const LONG: u8 = 5;
    pub(super) const BYTES: u8 = 6;
    pub(super) const STRING: u8 = 7;
    pub(super) const TIMESTAMP: u8 = 8;
    pub(super) const UUID: u8 = 9;
}

impl Message {
    /// The header of a name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Header> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The header of a name, if it is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.header(name) {
            Some(Header::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Appends the message.
    ///
    /// # Errors
    /// Where a name, a value, the headers or the payload is longer than the format allows.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        out.extend_from_slice(&[0; PRELUDE]);
        for (name, value) in &self.headers {
            write_header(out, name, value)
                .map_err(|violation| EncodeError::Member(violation.within(name)))?;
        }
        let headers = out.len() - start - PRELUDE;
        within(headers, MAX_HEADERS)?;
        within(self.payload.len(), MAX_PAYLOAD)?;
        out.extend_from_slice(&self.payload);
        let total = out.len() - start + CHECKSUM;
        out[start..start + 4].copy_from_slice(&length(total));
        out[start + 4..start + 8].copy_from_slice(&length(headers));
        let checksum = crc32fast::hash(&out[start..start + 8]);
        out[start + 8..start + PRELUDE].copy_from_slice(&checksum.to_be_bytes());
        let checksum = crc32fast::hash(&out[start..]);
        out.extend_from_slice(&checksum.to_be_bytes());
        Ok(())
    }
}

fn length(count: usize) -> [u8; 4] {
    u32::try_from(count).expect("the parts are bounded to less").to_be_bytes()
}

fn within(length: usize, most: usize) -> Result<(), Violation> {
    if length <= most {
        return Ok(());
    }
    #[expect(clippy::cast_precision_loss, reason = "the bounds are small")]
    let max = Some(most as f64);
    Err(Violation::new(Problem::WrongLength { length, min: None, max }))
}

fn write_header(out: &mut Vec<u8>, name: &str, value: &Header) -> Result<(), Violation> {
    within(name.len(), usize::from(u8::MAX))?;
    out.push(u8::try_from(name.len()).expect("checked above"));
    out.extend_from_slice(name.as_bytes());
    match value {
        Header::Bool(true) => out.push(kind::TRUE),
        Header::Bool(false) => out.push(kind::FALSE),
        Header::Byte(number) => put(out, kind::BYTE, &number.to_be_bytes()),
        Header::Short(number) => put(out, kind::SHORT, &number.to_be_bytes()),
        Header::Integer(number) => put(out, kind::INTEGER, &number.to_be_bytes()),
        Header::Long(number) => put(out, kind::LONG, &number.to_be_bytes()),
        Header::Bytes(bytes) => put_sized(out, kind::BYTES, bytes)?,
        Header::String(text) => put_sized(out, kind::STRING, text.as_bytes())?,
        Header::Timestamp(millis) => put(out, kind::TIMESTAMP, &millis.to_be_bytes()),
        Header::Uuid(bytes) => put(out, kind::UUID, bytes),
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    out.extend_from_slice(bytes);
}

fn put_sized(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) -> Result<(), Violation> {
    within(bytes.len(), usize::from(u16::MAX))?;
    let length = u16::try_from(bytes.len()).expect("checked above");
    put(out, kind, &length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

/// Cuts messages out of bytes that come in chunks of any size. It keeps no more than one message
/// and what came with its end.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: BytesMut,
}

impl Decoder {
    /// A decoder of a stream that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what came. Call [`next_message`](Self::next_message) afterwards until there is none.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// The next message that is there as a whole.
    ///
    /// # Errors
    /// Where the bytes are no message: a checksum that does not fit, lengths beyond
    /// [`MAX_HEADERS`] and [`MAX_PAYLOAD`], a header that is unknown or there twice. What follows
    /// cannot be read then.
    pub fn next_message(&mut self) -> Result<Option<Message>, DecodeError> {
        let Some((mut prelude, _)) = self.buffer.split_at_checked(PRELUDE) else {
            return Ok(None);
        };
        let expected = crc32fast::hash(&prelude[..PRELUDE - CHECKSUM]);
        let (total, headers) = (size(prelude.get_u32()), size(prelude.get_u32()));
        check("prelude", expected, prelude.get_u32())?;
        if headers > MAX_HEADERS {
            return Err(DecodeError::TooLarge("event stream headers"));
        }
        let payload = total
            .checked_sub(PRELUDE + CHECKSUM + headers)
            .ok_or_else(|| malformed("the headers are longer than the message"))?;
        if payload > MAX_PAYLOAD {
            return Err(DecodeError::TooLarge("event stream payload"));
        }
        if self.buffer.len() < total {
            return Ok(None);
        }
        let mut message = self.buffer.split_to(total).freeze();
        let mut found = message.split_off(total - CHECKSUM);
        check("message", crc32fast::hash(&message), found.get_u32())?;
        message.advance(PRELUDE);
        let headers = read_headers(message.split_to(headers))?;
        Ok(Some(Message { headers, payload: message }))
    }

    /// Says that nothing more comes.
    ///
    /// # Errors
    /// Where the stream ends within a message.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        Err(malformed(format!("it ends after {} bytes of a message", self.buffer.len())))
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn malformed(message: impl std::fmt::Display) -> DecodeError {
    DecodeError::malformed("event stream", message)
}

fn check(part: &str, expected: u32, found: u32) -> Result<(), DecodeError> {
    if expected == found {
        return Ok(());
    }
    Err(malformed(format!(
        "the {part}'s checksum is {found:#010x}, but its bytes give {expected:#010x}"
    )))
}

fn read_headers(mut bytes: Bytes) -> Result<Vec<(String, Header)>, DecodeError> {
    let mut headers: Vec<(String, Header)> = Vec::new();
    while !bytes.is_empty() {
        let length = bytes.get_u8();
        let name = text(take(&mut bytes, length.into())?)?;
        if headers.iter().any(|(other, _)| *other == name) {
            return Err(malformed(format!("the header {name:?} is there twice")));
        }
        let value = read_header(&mut bytes)?;
        headers.push((name, value));
    }
    Ok(headers)
}

fn read_header(bytes: &mut Bytes) -> Result<Header, DecodeError> {
    let kind = take(bytes, 1)?.get_u8();
    Ok(match kind {
        kind::TRUE => Header::Bool(true),
        kind::FALSE => Header::Bool(false),
        kind::BYTE => Header::Byte(take(bytes, 1)?.get_i8()),
        kind::SHORT => Header::Short(take(bytes, 2)?.get_i16()),
        kind::INTEGER => Header::Integer(take(bytes, 4)?.get_i32()),
        kind::LONG => Header::Long(take(bytes, 8)?.get_i64()),
        kind::BYTES => Header::Bytes(sized(bytes)?),
        kind::STRING => Header::String(text(sized(bytes)?)?),
        kind::TIMESTAMP => Header::Timestamp(take(bytes, 8)?.get_i64()),
        kind::UUID => {
            let mut uuid = [0; 16];
            take(bytes, 16)?.copy_to_slice(&mut uuid);
            Header::Uuid(uuid)
        }
        _ => return Err(malformed(format!("a header of the unknown type {kind}"))),
    })
}

fn take(bytes: &mut Bytes, count: usize) -> Result<Bytes, DecodeError> {
    if bytes.len() < count {
        return Err(malformed("the headers end within a header"));
    }
    Ok(bytes.split_to(count))
}

fn sized(bytes: &mut Bytes) -> Result<Bytes, DecodeError> {
    let length = take(bytes, 2)?.get_u16();
    take(bytes, length.into())
}

fn text(bytes: Bytes) -> Result<String, DecodeError> {
    String::from_utf8(bytes.into()).map_err(|_| malformed("text that is not UTF-8"))
}
