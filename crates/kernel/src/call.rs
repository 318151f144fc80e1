//! What a face's handlers see and give.
//!
//! A handler is a plain function over typed input and typed output:
//!
//! ```ignore
//! fn describe_vpcs(cx: &Query, input: DescribeVpcs) -> Result<Vpcs, Fault>
//! fn create_vpc(cx: &mut Command, input: CreateVpc) -> Result<CreatedVpc, Fault>
//! ```
//!
//! A [`Query`] reads; a [`Command`] writes within one transaction, which is undone where it returns a
//! [`Fault`] or the caller asked for a dry run. Effects outside the store (processes, sockets) are
//! the engines' affair: they follow what the store says.

use std::fmt::Display;
use std::ops::Deref;

use isobar_catalogue::{Operation, Service};
use isobar_wire::output::value_of;
use isobar_wire::{Dialect, Input, Name, Output, Response, Unread, Value};
use jiff::Timestamp;

use crate::face::Admitted;
use crate::members::Spare;
use crate::{Caller, Random, Tables, Tx};

/// What a handler knows besides its input and the store.
#[derive(Debug)]
pub struct Context<'a, W> {
    /// What the face keeps outside the store: its engines, its listener's address.
    pub world: &'a W,
    /// Who calls.
    pub caller: &'a Caller,
    /// The region that was spoken to; empty where the cloud has none in its requests.
    pub region: &'a str,
    /// Now, the same for the whole call.
    pub now: Timestamp,
    /// The answer's request id.
    pub request_id: &'a str,
    /// Chance, for ids.
    pub random: &'a Random,
    /// The URL at which the caller reached this cloud, without a slash at its end.
    pub base_url: &'a str,
    /// Which members of the input a handler may leave unread.
    pub spare: Spare,
}

impl<W> Context<'_, W> {
    /// The key of something in the caller's account and region: `account/region/id`.
    #[must_use]
    pub fn key(&self, id: &str) -> String {
        format!("{}/{}/{id}", self.caller.account, self.region)
    }

    /// What the keys of the caller's account and region begin with.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/{}/", self.caller.account, self.region)
    }
}

/// A call that reads.
#[derive(Debug)]
pub struct Query<'a, W> {
    /// Everything but the store.
    pub context: Context<'a, W>,
    /// The collections.
    pub store: &'a Tables,
}

impl<'a, W> Deref for Query<'a, W> {
    type Target = Context<'a, W>;

    fn deref(&self) -> &Context<'a, W> {
        &self.context
    }
}

/// A call that writes.
#[derive(Debug)]
pub struct Command<'a, 'tx, W> {
    /// Everything but the store.
    pub context: Context<'a, W>,
    /// The collections and the write in progress.
    pub store: &'a mut Tx<'tx>,
}

impl<'a, W> Deref for Command<'a, '_, W> {
    type Target = Context<'a, W>;

    fn deref(&self) -> &Context<'a, W> {
        &self.context
    }
}

/// An error that a cloud declares: one row of a service's `errors` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// The code on the wire.
    pub code: &'static str,
    /// The message; each `{}` takes an argument.
    pub message: &'static str,
}

impl Row {
    /// A row.
    #[must_use]
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        assert!(status >= 400 && status < 600, "an error's status is 4xx or 5xx");
        Self { status, code, message }
    }

    /// The error, its message without arguments.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.with(&[])
    }

    /// The error with the message's arguments, in order.
    #[must_use]
    pub fn with(&self, arguments: &[&dyn Display]) -> Fault {
        let mut message = String::with_capacity(self.message.len() + 32);
        let mut arguments = arguments.iter();
        let mut rest = self.message;
        while let Some((before, after)) = rest.split_once("{}") {
            message.push_str(before);
            if let Some(argument) = arguments.next() {
                message.push_str(&argument.to_string());
            }
            rest = after;
        }
        message.push_str(rest);
        let (status, code) = (self.status, self.code.into());
        Fault { status, code, message, fields: Value::Null, keeps: false }
    }
}

/// An error as it will be answered. Made from a [`Row`] only, but for injected ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The code on the wire.
    pub code: Name,
    /// The message.
    pub message: String,
    /// Further members of the error's structure.
    pub fields: Value,
    /// Whether what was done before it stays done.
    pub keeps: bool,
}

impl Fault {
    /// The error with a further member.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.set(name, value.into());
        self
    }

    /// The error of a call that the vendor carries out in part: what was done before it stays done,
    /// where else a call that fails has changed nothing.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        self.keeps = true;
        self
    }
}

impl From<&'static Row> for Fault {
    fn from(row: &'static Row) -> Self {
        row.fault()
    }
}

/// Input or output without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Input, Output)]
pub struct Empty {}

/// One operation of a face: its name and its function. Made by [`query!`](crate::query) and
/// [`command!`](crate::command).
#[derive(Debug)]
pub struct Handler<W: 'static> {
    /// The operation's name in snake case, which is the function's.
    pub name: &'static str,
    /// The function.
    pub run: Run<W>,
    /// What of an input it does not read.
    pub unread: fn(Value) -> Vec<Unread>,
}

/// A handler's function with its types erased.
pub enum Run<W: 'static> {
    /// It reads. Nothing is done with its output but to answer, so it is written as it stands.
    Query(fn(&Query<'_, W>, Value, Answer<'_>) -> Result<Response, Failure>),
    /// It writes.
    Command(fn(&mut Command<'_, '_, W>, Value) -> Result<Value, Failure>),
}

impl<W> std::fmt::Debug for Run<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Query(_) => "Query",
            Self::Command(_) => "Command",
        })
    }
}

/// Why a handler gave no output.
#[derive(Debug)]
pub enum Failure {
    /// It said so.
    Fault(Fault),
    /// Its input type demands a member that the caller did not give.
    Missing(&'static str),
    /// Its input type does not name a member that the caller gave.
    Unread(String),
    /// Its types do not fit the catalogue's: a mistake in the program, answered with 500.
    Mismatch(String),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// How a call is answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    service: &'static Service,
    operation: &'static Operation,
    dialect: Dialect,
    request_id: &'a str,
}

impl<'a> Answer<'a> {
    pub(crate) fn of(admitted: &Admitted, request_id: &'a str) -> Self {
        let Admitted { service, operation, dialect, .. } = admitted;
        Self { service, operation, dialect: *dialect, request_id }
    }

    /// The answer that says what the output says.
    ///
    /// # Errors
    /// Where the handler's type does not fit the operation's shapes.
    pub fn write(&self, output: &dyn Output) -> Result<Response, Failure> {
        let Self { service, operation, dialect, request_id } = *self;
        isobar_wire::encode_output(service, operation, dialect, output, request_id)
            .map_err(|error| Failure::Mismatch(error.to_string()))
    }

    /// The same of an output that is a value already.
    pub(crate) fn write_value(&self, output: &Value) -> Result<Response, Failure> {
        let Self { service, operation, dialect, request_id } = *self;
        isobar_wire::encode_response(service, operation, dialect, output, request_id)
            .map_err(|error| Failure::Mismatch(error.to_string()))
    }
}

/// The value of a handler's typed output.
///
/// # Errors
/// Where the handler's type cannot be a value.
pub fn output(from: &dyn Output) -> Result<Value, Failure> {
    value_of(from).map_err(|error| Failure::Mismatch(error.to_string()))
}

/// The table entry of a handler that reads; the function's name is the operation's.
#[macro_export]
macro_rules! query {
    ($function:ident) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::call::Run::Query(|cx, value, answer| {
                answer.write(&$function(cx, $crate::members::input(&cx.spare, value)?)?)
            }),
            unread: |value| {
                $crate::members::unread_by(|cx, input| drop($function(cx, input)), value)
            },
        }
    };
}

/// The table entry of a handler that writes; the function's name is the operation's.
#[macro_export]
macro_rules! command {
    ($function:ident) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::call::Run::Command(|cx, value| {
                let input = $crate::members::input(&cx.spare, value)?;
                $crate::call::output(&$function(cx, input)?)
            }),
            unread: |value| {
                $crate::members::unread_by_command(|cx, input| drop($function(cx, input)), value)
            },
        }
    };
}
