//! A request's events as the connection takes them: checked, written, and signed one after another.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context as TaskContext, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use isobar_auth::sigv4::Chain;
use isobar_wire::EncodeError;
use isobar_wire::eventstream::{Event, Events, Message};

use super::{Source, State};
use crate::body::Origin;
use crate::context::Context;
use crate::error::{Error, Kind};

pub(super) struct Spoken {
    pub(super) origin: Origin,
    pub(super) events: Events,
    pub(super) context: Arc<dyn Context>,
    /// What comes before the events.
    pub(super) first: Option<Message>,
    /// `None` once it is over.
    pub(super) source: Option<Source>,
    pub(super) chain: Option<Chain>,
    pub(super) state: Arc<State>,
}

impl Spoken {
    /// The message of an event.
    fn message(&self, event: &Event) -> Result<Message, Error> {
        let violations = self.events.check(event);
        if !violations.is_empty() {
            return Err(self.origin.error(Kind::Input).with_violations(violations));
        }
        self.events.encode(&event.name, &event.value).map_err(|error| self.unwritable(error))
    }

    /// A message as it travels.
    fn sealed(&mut self, message: &Message) -> Result<Bytes, Error> {
        let mut bytes = Vec::new();
        message.write(&mut bytes).map_err(|error| self.unwritable(error))?;
        match &mut self.chain {
            Some(chain) => {
                let signed = chain.sign(bytes, self.context.now());
                self.written(&signed)
            }
            None => Ok(bytes.into()),
        }
    }

    /// What says that no more messages follow; where they are not signed, only the body's end does.
    fn end(&mut self) -> Option<Result<Bytes, Error>> {
        let last = self.chain.as_mut()?.sign(Vec::new(), self.context.now());
        Some(self.written(&last))
    }

    fn written(&self, message: &Message) -> Result<Bytes, Error> {
        let mut bytes = Vec::new();
        message.write(&mut bytes).map_err(|error| self.unwritable(error))?;
        Ok(bytes.into())
    }

    fn unwritable(&self, error: EncodeError) -> Error {
        self.origin.error(Kind::Input).with_message(error.to_string()).with_source(error)
    }

    /// What the connection is told of an error; the call's own is kept for whoever reads the answer.
    fn fail(&mut self, error: Error) -> io::Error {
        let told = io::Error::other(error.to_string());
        self.close();
        *self.state.failure.lock() = Some(error.with_reached(true));
        told
    }

    fn close(&mut self) {
        self.source = None;
        self.state.goes_on.store(false, Ordering::Relaxed);
    }

    /// What is to be sent next.
    fn poll(&mut self, context: &mut TaskContext<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let message = match (self.first.take(), &mut self.source) {
            (Some(first), _) => Ok(first),
            (None, None) => return Poll::Ready(None),
            (None, Some(source)) => match ready!(source.poll_next_unpin(context)) {
                Some(event) => event.and_then(|event| self.message(&event)),
                None => {
                    self.close();
                    return Poll::Ready(self.end());
                }
            },
        };
        Poll::Ready(Some(message.and_then(|message| self.sealed(&message))))
    }
}

impl Stream for Spoken {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Self::Item>> {
        let next = ready!(self.as_mut().get_mut().poll(context));
        Poll::Ready(next.map(|bytes| match bytes {
            Ok(bytes) => {
                self.state.sent.fetch_add(1, Ordering::Relaxed);
                Ok(bytes)
            }
            Err(error) => Err(self.fail(error)),
        }))
    }
}

impl Drop for Spoken {
    /// The connection may have no use for the rest.
    fn drop(&mut self) {
        self.close();
    }
}
