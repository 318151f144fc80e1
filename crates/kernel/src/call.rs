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

use std::ops::Deref;

use isobar_catalogue::{Operation, Service};
use isobar_wire::{Dialect, Response, Value};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::face::Admitted;
use crate::members::Spare;
use crate::{Caller, Fault, Random, Tables, Tx};

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

/// Input or output without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

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
    pub fn write<T: Serialize + ?Sized>(&self, output: &T) -> Result<Response, Failure> {
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
pub fn output<T: Serialize>(from: &T) -> Result<Value, Failure> {
    isobar_wire::to_value(from).map_err(|error| Failure::Mismatch(error.to_string()))
}
