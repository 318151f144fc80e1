//! Answers that are streams of events.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt};
use isobar_catalogue::{Operation, Service};
use isobar_wire::eventstream::{Decoder, Event, Events, Item};
use isobar_wire::{DecodeError, Value};

use crate::body::{Body, Origin};
use crate::client::Client;
use crate::cloud::classify;
use crate::error::{Error, Kind};
use crate::transport::{Answer, Opened};

/// What [`Client::events`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Streamed {
    /// The answer; its output lacks the member that is the stream.
    pub answer: Answer,
    /// The stream.
    pub events: EventStream,
}

/// The events of an answer as they arrive. The next one must begin to come within the client's read
/// timeout, unless the request goes on ([`Client::talk`]); there is no limit for the whole. Nothing is
/// repeated: an error ends the stream, whether the service says it or the connection breaks. Dropped
/// before its end, it closes its connection.
///
/// Messages of kinds that the catalogue does not know are passed over.
pub struct EventStream {
    body: Body,
    decoder: Decoder,
    events: Events,
    origin: Origin,
    request_id: Option<String>,
    /// An event that came where the rest of the output was expected.
    held: Option<Event>,
    over: bool,
}

impl Client {
    /// Calls an operation whose output is a stream of events, and gives them as they arrive. Retries
    /// and [`Timeouts::total`](crate::Timeouts::total) end with the answer's head.
    ///
    /// [`Client::send`] takes such operations too: it waits for the stream's end, within the usual
    /// times, and gives the events as a list.
    ///
    /// # Errors
    /// Of every [`Kind`]; `Input` where the operation's output is no stream of events.
    pub async fn events(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Result<Streamed, Error> {
        let origin = Origin { cloud: self.cloud(), service, operation };
        let events = Events::of(service, operation).ok_or_else(|| {
            origin.error(Kind::Input).with_message("the operation's output is no stream of events")
        })?;
        EventStream::open(self.open(service, operation, input).await?, events, origin).await
    }
}

impl EventStream {
    /// The events of an answer that has begun.
    pub(crate) async fn open(
        opened: Opened,
        events: Events,
        origin: Origin,
    ) -> Result<Streamed, Error> {
        let Opened { mut answer, body } = opened;
        let body = body.ok_or_else(|| {
            origin.error(Kind::Answer).with_message("the answer has no stream of events")
        })?;
        let mut stream = Self {
            body,
            decoder: Decoder::new(),
            events,
            origin,
            request_id: answer.request_id.clone(),
            held: None,
            over: false,
        };
        if events.has_initial() {
            stream.begin(&mut answer.output).await?;
        }
        Ok(Streamed { answer, events: stream })
    }

    /// Reads the first message, which brings the rest of the output.
    async fn begin(&mut self, output: &mut Value) -> Result<(), Error> {
        match std::future::poll_fn(|context| self.poll_item(context)).await.transpose()? {
            Some(Item::Initial(Value::Map(entries))) => {
                for (name, value) in entries {
                    output.set(name, value);
                }
            }
            Some(Item::Event(event)) => self.held = Some(event),
            _ => {}
        }
        Ok(())
    }

    /// What the next message says, but for errors, which end the stream.
    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Item, Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        loop {
            match self.next_item() {
                Ok(Some(item)) => return Poll::Ready(Some(Ok(item))),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(self.end(error)))),
            }
            match ready!(self.body.poll_next_unpin(context)) {
                Some(Ok(chunk)) => self.decoder.push(&chunk),
                Some(Err(error)) => return Poll::Ready(Some(Err(self.end(error)))),
                None => {
                    self.over = true;
                    let finished = self.decoder.finish();
                    return Poll::Ready(
                        finished.err().map(|error| Err(self.unreadable(Kind::Interrupted, error))),
                    );
                }
            }
        }
    }

    /// The next message of what has come.
    fn next_item(&mut self) -> Result<Option<Item>, Error> {
        let read = |stream: &mut Self| {
            let message = stream.decoder.next_message()?;
            message.map(|message| stream.events.decode(&message)).transpose()
        };
        match read(self) {
            Ok(Some(Item::Failure(mut failure))) => {
                failure.request_id.clone_from(&self.request_id);
                let (kind, transient) = classify(self.origin.cloud, &failure);
                Err(Error::answered(kind, self.origin.cloud, failure)
                    .at(&self.origin.service.name, &self.origin.operation.name)
                    .with_transient(transient))
            }
            Ok(item) => Ok(item),
            Err(error @ DecodeError::TooLarge(_)) => Err(self.unreadable(Kind::TooLarge, error)),
            Err(error) => Err(self.unreadable(Kind::Answer, error)),
        }
    }

    fn unreadable(&self, kind: Kind, error: DecodeError) -> Error {
        self.origin.error(kind).with_message(error.to_string()).with_source(error)
    }

    fn end(&mut self, error: Error) -> Error {
        self.over = true;
        error
    }
}

impl Stream for EventStream {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(event) = this.held.take() {
            return Poll::Ready(Some(Ok(event)));
        }
        loop {
            match ready!(this.poll_item(context)) {
                Some(Ok(Item::Event(event))) => return Poll::Ready(Some(Ok(event))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("over", &self.over).finish_non_exhaustive()
    }
}
