//! JSON in both directions, walked together with a shape.

use isobar_catalogue::shape::TimestampFormat;
use isobar_catalogue::{Service, ShapeId};

use crate::error::{DecodeError, EncodeError};
use crate::value::Value;

mod read;
mod write;

pub(crate) use read::Reader;
pub(crate) use write::{Writer, write_key, write_string};

/// What differs between the protocols that write JSON.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// How a timestamp is written that does not say it itself.
    pub(crate) timestamp: TimestampFormat,
    /// What is read for what.
    pub(crate) types: Types,
}

/// How exact a reader is about scalars' types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Types {
    /// Each is of its own type.
    Exact,
    /// Each is of its own type, but a boolean or a whole number may be text, as some clients write them.
    ScalarsAsText,
    /// Numbers and booleans may come as text and the other way round.
    Loose,
}

/// AWS writes moments as numbers and is exact about types.
pub(crate) const EXACT: Rules =
    Rules { timestamp: TimestampFormat::UnixTimestamp, types: Types::Exact };

/// The others write moments as text and are not exact.
pub(crate) const LENIENT: Rules =
    Rules { timestamp: TimestampFormat::Iso8601, types: Types::Loose };

/// What DigitalOcean takes: it answers less exactly than it lets itself be asked.
pub(crate) const ASKED: Rules =
    Rules { timestamp: TimestampFormat::Iso8601, types: Types::ScalarsAsText };

/// Appends a value as JSON inside of another format.
pub(crate) fn write(
    out: &mut Vec<u8>,
    service: &'static Service,
    shape: ShapeId,
    value: &Value,
) -> Result<(), EncodeError> {
    let mut writer = Writer::new(service, LENIENT);
    std::mem::swap(&mut writer.out, out);
    let result = writer.value(shape, None, value);
    std::mem::swap(&mut writer.out, out);
    result
}

/// Reads a value that is JSON inside of another format.
pub(crate) fn read(
    service: &'static Service,
    shape: ShapeId,
    text: &[u8],
) -> Result<Value, DecodeError> {
    Reader::new(service, LENIENT).value(shape, text)
}
