//! What a face's handlers see and give.
//!
//! A handler is a function over typed input and typed output. There are four kinds:
//!
//! ```ignore
//! fn describe_vpcs(cx: &Query, input: DescribeVpcs) -> Result<Vpcs, Fault>
//! fn create_vpc(cx: &mut Command, input: CreateVpc) -> Result<CreatedVpc, Fault>
//! fn receive_message(cx: &mut Command, input: &ReceiveMessage) -> Result<Waiting<Received>, Fault>
//! async fn put_object(cx: Work, input: PutObject) -> Result<Done, Failure>
//! ```
//!
//! A [`Query`] reads; a [`Command`] writes within one transaction, which is undone where it returns a
//! [`Fault`] or the caller asked for a dry run. One that [waits](Waiting) is a command that may say "not
//! yet", and is asked again. [`Work`] is done outside of the store: it may take time, read a body as it
//! arrives and answer with one that is sent as it is made, and writes, if it does, in one transaction at
//! its end. Other effects outside the store (processes, sockets) are the engines' affair: they follow
//! what the store says.

use std::ops::Deref;

use isobar_catalogue::{Operation, Service};
use isobar_wire::output::value_of;
use isobar_wire::{Dialect, Input, Output, Response, Value};
use jiff::Timestamp;

use crate::body::{Body, Broken};
use crate::face::Admitted;
use crate::followers::Followers;
use crate::members::Spare;
use crate::store::Topic;
use crate::transaction::Transaction;
use crate::{Caller, Fault, Random, Record, Store, Tables, Tx};

/// What a handler knows besides its input and the store.
#[derive(Debug)]
pub struct Context<'a, W: 'static> {
    /// What the face keeps outside the store: its engines, its listener's address.
    pub world: &'a W,
    /// Who calls.
    pub caller: &'a Caller,
    /// The region that was spoken to; empty where the cloud has none in its requests.
    pub region: &'a str,
    /// When the call came in.
    pub began: Timestamp,
    /// Now, the same for the whole call, or for one attempt of a call that waits.
    pub now: Timestamp,
    /// The answer's request id.
    pub request_id: &'a str,
    /// Chance, for ids.
    pub random: &'a Random,
    /// The URL at which the caller reached this cloud, without a slash at its end.
    pub base_url: &'a str,
    /// Which members of the input a handler may leave unread.
    pub spare: Spare,
    /// What other services do about rows.
    pub followers: &'a Followers<W>,
}

impl<W> Clone for Context<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Context<'_, W> {}

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
pub struct Query<'a, W: 'static> {
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
pub struct Command<'a, 'tx, W: 'static> {
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

impl<W> Command<'_, '_, W> {
    /// Whether another service holds the row, so that it must stay.
    #[must_use]
    pub fn is_held<T: Record>(&self, row: &T) -> bool {
        self.context.followers.hold(self.store, row)
    }
}

/// What a call that may have to wait says.
#[derive(Debug)]
pub enum Waiting<T> {
    /// Its output.
    Done(T),
    /// Not yet: it is to be asked again. What it wrote is undone.
    Not(Wait),
}

/// When a call that waits is asked again: when one of the topics changes, and at a time at the latest.
#[derive(Clone, Debug)]
pub struct Wait {
    pub(crate) until: Timestamp,
    pub(crate) topics: Vec<Topic>,
}

impl Wait {
    /// Until so late by the local clouds' clock.
    #[must_use]
    pub fn until(time: Timestamp) -> Self {
        Self { until: time, topics: Vec::new() }
    }

    /// Until the topic changes, if that is earlier.
    #[must_use]
    pub fn on(mut self, topic: Topic) -> Self {
        self.topics.push(topic);
        self
    }
}

/// A call that works outside of the store. A caller who goes away ends it where it next waits.
#[derive(Debug)]
pub struct Work<'a, W: 'static> {
    /// Everything but the store.
    pub context: Context<'a, W>,
    /// The request's body where the operation's input has one that is streamed, as it arrives.
    pub body: Body,
    pub(crate) store: &'a Store,
    pub(crate) transaction: Transaction<'a>,
    pub(crate) answer: Answer<'a>,
}

impl<'a, W> Deref for Work<'a, W> {
    type Target = Context<'a, W>;

    fn deref(&self) -> &Context<'a, W> {
        &self.context
    }
}

impl<W> Work<'_, W> {
    /// Looks at the store, which may be another one a moment later.
    pub fn read<R>(&self, look: impl FnOnce(&Query<'_, W>) -> R) -> R {
        self.store.read(|store| look(&Query { context: self.context, store }))
    }

    /// Writes what the work came to, and answers: one transaction, as of a [`Command`].
    ///
    /// # Errors
    /// The function's own, and the log's.
    pub fn commit<T: Output>(
        self,
        change: impl FnOnce(&mut Command<'_, '_, W>) -> Result<T, Fault>,
    ) -> Result<Done, Failure> {
        let output = self.transaction.run(self.context, |cx| output(&change(cx)?))?;
        Ok(Done(self.answer.write_value(&output)?.into()))
    }

    /// Answers, and writes nothing.
    ///
    /// # Errors
    /// Where the output does not fit the operation's shapes, and of a dry run.
    pub fn answer<T: Output>(self, output: &T) -> Result<Done, Failure> {
        self.transaction.without_writing()?;
        Ok(Done(self.answer.write(output)?.into()))
    }

    /// Answers with a body that is sent as it is made, and writes nothing. The output is without it.
    ///
    /// # Errors
    /// As those of [`answer`](Self::answer).
    pub fn stream<T: Output>(self, output: &T, body: Body) -> Result<Done, Failure> {
        let Done(reply) = self.answer(output)?;
        Ok(Done(Reply { body: Some(body), ..reply }))
    }
}

/// The end of a [`Work`].
#[derive(Debug)]
pub struct Done(pub(crate) Reply);

/// An answer, and its body where that is sent as it is made.
#[derive(Debug)]
pub struct Reply {
    /// The answer; without a body where it has one of the other kind.
    pub head: Response,
    /// The body that is sent as it is made.
    pub body: Option<Body>,
}

impl From<Response> for Reply {
    fn from(head: Response) -> Self {
        Self { head, body: None }
    }
}

/// Computes what takes long without holding up other calls.
///
/// # Errors
/// Where the function panics.
pub async fn compute<R: Send + 'static>(
    function: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Failure> {
    let computed = tokio::task::spawn_blocking(function).await;
    computed.map_err(|error| Failure::Mismatch(error.to_string()))
}

/// Input or output without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Input, Output)]
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
    /// A body that it read, or would send, ended before its end.
    Broken(Broken),
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Refused(fault) => Self::Fault(*fault),
            other => Self::Broken(other),
        }
    }
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
