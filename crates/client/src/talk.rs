//! Calls in which both sides talk at once: a request that is a stream of events, and an answer that
//! is another one.
//!
//! The layers of `transport` see a call like any other. Here is what differs: the caller's events,
//! each asked for when there is room to send it and signed after the one before it, and the
//! connection, which belongs to the answer's body and is closed with it. Events that were taken from
//! the caller are gone, so nothing is repeated after that. Idle connections are kept open by pings.

mod spoken;

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::{Stream, StreamExt};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::rt::Executor;
use isobar_auth::sigv4::Chain;
use isobar_catalogue::{Operation, Service};
use isobar_wire::Value;
use isobar_wire::eventstream::{Event, Events, Message};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use self::spoken::Spoken;
use crate::body::Origin;
use crate::client::{Client, Rest};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::events::{EventStream, Streamed};
use crate::transport::Way;
use crate::upload::Outgoing;

/// The caller's events.
type Source = Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>>;

impl Client {
    /// Calls an operation whose input and output are streams of events, over HTTP/2. The events are
    /// sent as they come, and those of the answer are given as they arrive, before or after the last
    /// of the request. `input` is the input without its stream.
    ///
    /// An event is asked for when there is room to send it. One that breaks the catalogue's rules
    /// ends the call with an error of [`Kind::Input`], and so does one of the stream's own errors,
    /// which is the error's source; the stream of the answer says so if its head was there. Nothing
    /// is repeated once the request has begun. [`Timeouts::total`](crate::Timeouts::total) ends with
    /// the answer's head; while the request goes on, both sides may be silent as long as they like.
    /// If the answer is dropped before its end, or this future, the request's events are dropped too
    /// and the connection is closed.
    ///
    /// The credentials are those of the beginning, and sign each event when it is sent.
    ///
    /// # Errors
    /// Of every [`Kind`]; `Input` where the operation's input or its output is no stream of events.
    pub async fn talk<E>(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
        events: impl Stream<Item = Result<Event, E>> + Send + 'static,
    ) -> Result<Streamed, Error>
    where
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let origin = Origin { cloud: self.cloud(), service, operation };
        let fail = |text: String| origin.error(Kind::Input).with_message(text);
        let missing = |what: &str| fail(format!("the operation's {what} is no stream of events"));
        let spoken = Events::of_input(service, operation).ok_or_else(|| missing("input"))?;
        let heard = Events::of(service, operation).ok_or_else(|| missing("output"))?;
        let member = &spoken.member().name;
        if input.get(member).is_some() {
            return Err(fail(format!("`{member}` is given twice")));
        }
        let mut draft = self.draft(service, operation, input, Rest::Events).await?;
        let first = spoken.begin(&mut draft.request);
        let source = events.map(move |event| {
            event.map_err(|error| {
                let error = error.into();
                origin.error(Kind::Input).with_message(error.to_string()).with_source(error)
            })
        });
        let talk = Talk {
            origin,
            events: spoken,
            context: self.shared_context(),
            waiting: Mutex::new(Some((first, source.boxed()))),
            chain: Mutex::default(),
            state: Arc::default(),
        };
        let mut call = self.as_call(&draft, Way::Opens);
        call.talk = Some(&talk);
        EventStream::open(self.run(&call).await?, heard, origin).await
    }
}

/// The caller's side of a call.
pub(crate) struct Talk {
    origin: Origin,
    events: Events,
    context: Arc<dyn Context>,
    /// What is sent, until that begins.
    waiting: Mutex<Option<(Option<Message>, Source)>>,
    /// What signs the messages, where anything does.
    chain: Mutex<Option<Chain>>,
    state: Arc<State>,
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// How many messages were given to the connection.
    sent: AtomicU64,
    /// More may follow.
    goes_on: AtomicBool,
    /// Why no more follow, where that is no proper end.
    failure: Mutex<Option<Error>>,
}

impl Talk {
    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(crate) fn sent(&self) -> u64 {
        self.state.sent.load(Ordering::Relaxed)
    }

    /// Whether nothing was sent yet.
    pub(crate) fn is_there(&self) -> bool {
        self.waiting.lock().is_some()
    }

    /// Has the messages signed after the request.
    pub(crate) fn follow(&self, chain: Option<Chain>) {
        *self.chain.lock() = chain;
    }

    /// The request's body.
    ///
    /// # Errors
    /// If it was begun before.
    pub(crate) fn begin(&self) -> std::io::Result<Outgoing> {
        let waiting = self.waiting.lock().take();
        let (first, source) =
            waiting.ok_or_else(|| std::io::Error::other("the events were read before"))?;
        self.state.goes_on.store(true, Ordering::Relaxed);
        let spoken = Spoken {
            origin: self.origin,
            events: self.events,
            context: self.context.clone(),
            first,
            source: Some(source),
            chain: self.chain.lock().take(),
            state: self.state.clone(),
        };
        Ok(StreamBody::new(spoken.map(|bytes| bytes.map(Frame::data))).boxed_unsync())
    }
}

/// The tasks of a connection: the one that reads and writes it, and one that asks for events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, task: F) {
        self.0.lock().spawn(task);
    }
}

/// The connection of a call in which both sides talk. Dropped, it is closed.
#[derive(Debug)]
pub(crate) struct Line {
    tasks: Tasks,
    state: Arc<State>,
}

impl Line {
    pub(crate) fn new(tasks: Tasks, state: Arc<State>) -> Self {
        Self { tasks, state }
    }

    /// Whether the request goes on, so that the answer may wait for it.
    pub(crate) fn is_open(&self) -> bool {
        self.state.goes_on.load(Ordering::Relaxed)
    }

    /// Why the request ended, where that is no proper end: once.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.state.failure.lock().take()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Dropped by itself, it would go on until the request's events end.
        self.tasks.0.lock().abort_all();
    }
}
