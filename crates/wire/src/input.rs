//! From values to the types of handlers' inputs.
//!
//! `#[derive(Input)]` makes of a type a table of its members' names; everything else is done by
//! functions that all types share. What a type does not name is told, so that no member of a request
//! is accepted and dropped.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;

use crate::value::{Blob, Error, Value};

/// A type that a handler's input, or a part of it, is read as.
pub trait Input: Sized {
    /// What stands in a field until its member is read. It is never seen: an absent member that may
    /// not be is an error.
    fn blank() -> Self;

    /// Reads it. What it does not name is told to the place.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error>;

    /// Whether its member may be absent; then it is [`blank`](Input::blank).
    #[must_use]
    fn may_be_absent() -> bool {
        false
    }
}

/// A member that a type does not name: its path of member names with dots between, without the
/// numbers of items, and what the value had there. Nulls are not among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Where it is: `BlockDeviceMappings.Ebs.KmsKeyId`.
    pub path: String,
    /// What it says.
    pub value: Value,
}

/// Where in an input a value stands, and who is told what nobody reads. The items of a list stand where
/// the list stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    within: Option<&'p Place<'p>>,
    name: &'p str,
    unread: Option<&'p RefCell<Vec<Unread>>>,
}

impl<'p> Place<'p> {
    /// The whole of what nobody watches.
    pub const UNWATCHED: Place<'static> = Place { within: None, name: "", unread: None };

    /// The whole of an input; what is unread is put into the list.
    #[must_use]
    pub const fn top(unread: &'p RefCell<Vec<Unread>>) -> Self {
        Self { within: None, name: "", unread: Some(unread) }
    }

    /// The member of what stands here.
    #[must_use]
    pub const fn member(&'p self, name: &'p str) -> Self {
        Self { within: Some(self), name, unread: self.unread }
    }

    /// Notes that the value here is read by nobody.
    pub fn pass_over(&self, value: Value) {
        let Some(unread) = self.unread.filter(|_| !value.is_null()) else { return };
        let mut names = Vec::new();
        let mut place = self;
        while let Some(within) = place.within {
            names.push(place.name);
            place = within;
        }
        names.reverse();
        unread.borrow_mut().push(Unread { path: names.join("."), value });
    }
}

/// The members of a structure, in the order of the type's fields.
#[derive(Debug)]
pub struct Members {
    /// Their names.
    pub names: &'static [&'static str],
    /// Further names that are read too: (name, its field's index).
    pub aliases: &'static [(&'static str, usize)],
    /// Which fields have defaults: a bit for each.
    pub defaults: u128,
}

/// A field that is read in its place.
pub trait Slot {
    /// Puts what the value says in.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn fill(&mut self, value: Value, place: &Place<'_>) -> Result<(), Error>;

    /// Whether it may stay as it is.
    fn may_stay(&self) -> bool;
}

impl<T: Input> Slot for T {
    fn fill(&mut self, value: Value, place: &Place<'_>) -> Result<(), Error> {
        *self = T::read(value, place)?;
        Ok(())
    }

    fn may_stay(&self) -> bool {
        T::may_be_absent()
    }
}

impl Members {
    /// Reads a structure into its fields.
    ///
    /// # Errors
    /// Where the value is no structure, a member does not fit or comes twice, or one is absent that
    /// may not be.
    pub fn read(
        &self,
        value: Value,
        place: &Place<'_>,
        fields: &mut [&mut dyn Slot],
    ) -> Result<(), Error> {
        let Value::Map(entries) = value else { return Err(unfit("a structure", &value)) };
        let (mut seen, mut next) = (0_u128, 0);
        for (name, value) in entries {
            let Some(at) = self.find(&name, next) else {
                place.member(&name).pass_over(value);
                continue;
            };
            let bit = 1 << at;
            if seen & bit != 0 {
                return Err(Error::Unfit(format!("the member {name} comes twice")));
            }
            fields[at].fill(value, &place.member(&name))?;
            seen |= bit;
            next = at + 1;
        }
        let settled = seen | self.defaults;
        let absent =
            |(at, field): &(usize, &mut &mut dyn Slot)| settled & 1 << at == 0 && !field.may_stay();
        match fields.iter_mut().enumerate().find(absent) {
            Some((at, _)) => Err(Error::Missing(self.names[at])),
            None => Ok(()),
        }
    }

    /// The field of the member, looked for from `next` on and then from the start: members mostly
    /// come in the order of the fields.
    fn find(&self, name: &str, next: usize) -> Option<usize> {
        let (before, after) = self.names.split_at(next);
        let is = |known: &&str| *known == name;
        let at = after.iter().position(is).map(|at| next + at);
        at.or_else(|| before.iter().position(is))
            .or_else(|| self.aliases.iter().find(|(known, _)| *known == name).map(|(_, at)| *at))
    }
}

/// The error of a value that is something else.
#[must_use]
pub fn unfit(expected: &str, found: &Value) -> Error {
    Error::Unfit(format!("{} where {expected} stands", found.type_name()))
}

/// The text of a value; bytes are base64 and moments RFC 3339, as in JSON.
///
/// # Errors
/// Where it is no text.
pub fn text(value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.into_owned()),
        Value::Blob(bytes) => Ok(STANDARD.encode(bytes)),
        Value::Timestamp(moment) => Ok(moment.to_string()),
        other => Err(unfit("text", &other)),
    }
}

fn integer(value: &Value) -> Result<i64, Error> {
    value.as_i64().ok_or_else(|| unfit("a whole number", value))
}

fn float(value: &Value) -> Result<f64, Error> {
    match value {
        Value::Float(number) => Ok(*number),
        #[expect(clippy::cast_precision_loss, reason = "a caller's number stands for the nearest")]
        Value::Integer(number) => Ok(*number as f64),
        other => Err(unfit("a number", other)),
    }
}

fn bytes(value: Value) -> Result<Bytes, Error> {
    match value {
        Value::Blob(bytes) => Ok(bytes),
        Value::String(text) => {
            STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(Error::unfit)
        }
        other => Err(unfit("bytes", &other)),
    }
}

/// Hands over a list's items, one after another.
fn each(value: Value, take: &mut dyn FnMut(Value) -> Result<(), Error>) -> Result<(), Error> {
    match value {
        Value::List(items) => items.into_iter().try_for_each(take),
        other => Err(unfit("a list", &other)),
    }
}

impl<T: Input> Input for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        if value.is_null() { Ok(None) } else { T::read(value, place).map(Some) }
    }

    fn may_be_absent() -> bool {
        true
    }
}

impl<T: Input> Input for Vec<T> {
    fn blank() -> Self {
        Vec::new()
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        let mut items = Vec::new();
        each(value, &mut |item| {
            items.push(T::read(item, place)?);
            Ok(())
        })?;
        Ok(items)
    }
}

impl<T: Input> Input for BTreeMap<String, T> {
    fn blank() -> Self {
        BTreeMap::new()
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        let Value::Map(entries) = value else { return Err(unfit("a map", &value)) };
        let entry = |(name, value): (crate::Name, Value)| {
            let value = T::read(value, &place.member(&name))?;
            Ok((name.into_owned(), value))
        };
        entries.into_iter().map(entry).collect()
    }
}

impl<T: Input> Input for Box<T> {
    fn blank() -> Self {
        Box::new(T::blank())
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        T::read(value, place).map(Box::new)
    }

    fn may_be_absent() -> bool {
        T::may_be_absent()
    }
}

/// As it stands, whatever it is.
impl Input for Value {
    fn blank() -> Self {
        Value::Null
    }

    fn read(value: Value, _: &Place<'_>) -> Result<Self, Error> {
        Ok(value)
    }
}

/// What is read of a value alone.
macro_rules! plain {
    ($($type:ty: $blank:expr, |$value:ident| $read:expr;)*) => {
        $(impl Input for $type {
            fn blank() -> Self {
                $blank
            }

            fn read($value: Value, _: &Place<'_>) -> Result<Self, Error> {
                $read
            }
        })*
    };
}

plain! {
    String: String::new(), |value| text(value);
    bool: false, |value| value.as_bool().ok_or_else(|| unfit("a boolean", &value));
    i64: 0, |value| integer(&value);
    f64: 0.0, |value| float(&value);
    Bytes: Bytes::new(), |value| bytes(value);
    Blob: Blob::default(), |value| bytes(value).map(Blob);
    Timestamp: Timestamp::UNIX_EPOCH, |value| match value {
        Value::Timestamp(moment) => Ok(moment),
        other => text(other)?.parse().map_err(Error::unfit),
    };
}

/// Whole numbers of fewer values.
macro_rules! narrow {
    ($($type:ty)*) => {
        plain! { $($type: 0, |value| integer(&value)?.try_into().map_err(Error::unfit);)* }
    };
}

narrow! { i8 i16 i32 u8 u16 u32 u64 usize }
