//! From the types of handlers' outputs to whatever they are written in.
//!
//! `#[derive(Output)]` makes of a type a table of its members' names and a list of its fields. Who writes
//! an answer is a [`Sink`], known to the types as `dyn`, so that a type has one form for all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::value::{Blob, Error, Name, Value};

/// A type that a handler's output, or a part of it, is.
pub trait Output {
    /// Writes it, as one value.
    ///
    /// # Errors
    /// Where it does not fit where it is written.
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error>;
}

/// The name of a member whose own members belong to the structure around it.
pub const FLATTENED: &str = "";

/// Takes one value.
pub trait Sink {
    /// Nothing: a null where the protocol shows such, else no member at all.
    ///
    /// # Errors
    /// As for all methods: where the value does not fit.
    fn null(&mut self) -> Result<(), Error>;

    /// No member at all.
    ///
    /// # Errors
    /// Where something has to be.
    fn absent(&mut self) -> Result<(), Error>;

    /// True or false.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn boolean(&mut self, value: bool) -> Result<(), Error>;

    /// A whole number.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn integer(&mut self, number: i64) -> Result<(), Error>;

    /// A number.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn float(&mut self, number: f64) -> Result<(), Error>;

    /// Text.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn text(&mut self, text: &str) -> Result<(), Error>;

    /// What writes itself as text: a moment, an address, a block of addresses.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn display(&mut self, value: &dyn Display) -> Result<(), Error>;

    /// Bytes.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn bytes(&mut self, bytes: &Bytes) -> Result<(), Error>;

    /// A list of so many items.
    ///
    /// # Errors
    /// Where it or an item does not fit.
    fn list<'a>(
        &mut self,
        count: usize,
        item: &dyn Fn(usize) -> &'a dyn Output,
    ) -> Result<(), Error>;

    /// A structure: its members' names and, in the same order, their values. One that is called
    /// [`FLATTENED`] is a structure whose members belong to this one.
    ///
    /// # Errors
    /// Where it or a member does not fit.
    fn structure(&mut self, names: &[&'static str], values: &[&dyn Output]) -> Result<(), Error>;

    /// What is a value already.
    ///
    /// # Errors
    /// Where the value does not fit.
    fn value(&mut self, value: Cow<'_, Value>) -> Result<(), Error>;
}

/// The output as a value. Members that are `None` are null, which most protocols leave out and some
/// show.
///
/// # Errors
/// Where it cannot be one: a number of more than 63 bits, or something flattened that has no members.
pub fn value_of(output: &dyn Output) -> Result<Value, Error> {
    made(output).map(Option::unwrap_or_default)
}

/// The value, if the output is not left out.
fn made(output: &dyn Output) -> Result<Option<Value>, Error> {
    let mut made = Made(None);
    output.write(&mut made)?;
    Ok(made.0)
}

/// The value that something was made.
struct Made(Option<Value>);

impl Made {
    fn put(&mut self, value: Value) -> Result<(), Error> {
        self.0 = Some(value);
        Ok(())
    }
}

impl Sink for Made {
    fn null(&mut self) -> Result<(), Error> {
        self.put(Value::Null)
    }

    fn absent(&mut self) -> Result<(), Error> {
        self.0 = None;
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Error> {
        self.put(Value::Bool(value))
    }

    fn integer(&mut self, number: i64) -> Result<(), Error> {
        self.put(Value::Integer(number))
    }

    fn float(&mut self, number: f64) -> Result<(), Error> {
        self.put(Value::Float(number))
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        self.put(Value::from(text.to_owned()))
    }

    fn display(&mut self, value: &dyn Display) -> Result<(), Error> {
        self.put(Value::from(value.to_string()))
    }

    fn bytes(&mut self, bytes: &Bytes) -> Result<(), Error> {
        self.put(Value::Blob(bytes.clone()))
    }

    fn list<'a>(
        &mut self,
        count: usize,
        item: &dyn Fn(usize) -> &'a dyn Output,
    ) -> Result<(), Error> {
        let items = (0..count).map(|at| value_of(item(at))).collect::<Result<_, _>>()?;
        self.put(Value::List(items))
    }

    fn structure(&mut self, names: &[&'static str], values: &[&dyn Output]) -> Result<(), Error> {
        let mut entries: Vec<(Name, Value)> = Vec::with_capacity(names.len());
        for (name, value) in names.iter().zip(values) {
            match made(*value)? {
                None => {}
                Some(Value::Map(within)) if *name == FLATTENED => entries.extend(within),
                Some(value) if *name == FLATTENED => {
                    let found = value.type_name();
                    return Err(Error::Unfit(format!("{found} has no members to flatten")));
                }
                Some(value) => entries.push((Cow::Borrowed(name), value)),
            }
        }
        self.put(Value::Map(entries))
    }

    fn value(&mut self, value: Cow<'_, Value>) -> Result<(), Error> {
        self.put(value.into_owned())
    }
}

/// What is not written.
#[derive(Clone, Copy, Debug)]
pub struct Absent;

impl Output for Absent {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.absent()
    }
}

/// Nothing.
impl Output for () {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.null()
    }
}

impl<T: Output> Output for Option<T> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        match self {
            Some(value) => value.write(to),
            None => to.null(),
        }
    }
}

impl<T: Output> Output for [T] {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.list(self.len(), &|at| &self[at])
    }
}

impl<T: Output> Output for Vec<T> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        self.as_slice().write(to)
    }
}

impl<T: Output, const COUNT: usize> Output for [T; COUNT] {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        self.as_slice().write(to)
    }
}

impl<T: Output> Output for BTreeMap<String, T> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        let entry =
            |(name, value): (&String, &T)| Ok((Name::Owned(name.clone()), value_of(value)?));
        let entries = self.iter().map(entry).collect::<Result<_, Error>>()?;
        to.value(Cow::Owned(Value::Map(entries)))
    }
}

/// What is written as that which it points at.
macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(impl<T: Output + ?Sized> Output for $pointer {
            fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
                (**self).write(to)
            }
        })*
    };
}

pointers! { &T Box<T> Arc<T> }

impl Output for Cow<'_, str> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.text(self)
    }
}

/// One call of a method of the sink.
macro_rules! scalars {
    ($($type:ty: |$value:ident, $to:ident| $write:expr;)*) => {
        $(impl Output for $type {
            fn write(&self, $to: &mut dyn Sink) -> Result<(), Error> {
                let $value = self;
                $write
            }
        })*
    };
}

scalars! {
    bool: |value, to| to.boolean(*value);
    f32: |value, to| to.float((*value).into());
    f64: |value, to| to.float(*value);
    i8: |value, to| to.integer((*value).into());
    i16: |value, to| to.integer((*value).into());
    i32: |value, to| to.integer((*value).into());
    i64: |value, to| to.integer(*value);
    u8: |value, to| to.integer((*value).into());
    u16: |value, to| to.integer((*value).into());
    u32: |value, to| to.integer((*value).into());
    u64: |value, to| to.integer(of_63_bits(*value)?);
    usize: |value, to| to.integer(of_63_bits(*value as u64)?);
    str: |value, to| to.text(value);
    String: |value, to| to.text(value);
    Ipv4Addr: |value, to| to.display(value);
    Ipv6Addr: |value, to| to.display(value);
    Timestamp: |value, to| to.display(value);
    Bytes: |value, to| to.bytes(value);
    Blob: |value, to| to.bytes(&value.0);
    Value: |value, to| to.value(Cow::Borrowed(value));
}

fn of_63_bits(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::Unfit(format!("{number} does not fit into 63 bits")))
}
