//! What happens between a call and its answer.
//!
//! [`stack`] is the one list of layers. Each wraps all that follow it.

mod attempt;
mod breaker;
mod connect;
mod deadline;
mod exchange;
mod identity;
mod pace;
mod passage;
mod retry;
mod route;
mod signing;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{Request, Value};

use crate::body::Body;
use crate::checksum::Algorithm;
use crate::config::Config;
use crate::credentials::Identity;
use crate::customize::Notes;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};
use crate::talk::Talk;
use crate::upload::{Framing, Upload};

pub(crate) use connect::{Connector, root, unconnected};
pub(crate) use exchange::message;
pub(crate) use signing::Signing;

/// The layers, from the caller inwards.
pub(crate) fn stack(config: &Config, signing: &Arc<Signing>) -> Vec<Box<dyn Layer>> {
    vec![
        // What leads through a proxy that cannot be used stays here, before anybody is asked to sign.
        Box::new(passage::Passage::new(config)),
        // The caller's credentials are there before time runs: their source may ask a person. Calls
        // that need none do not ask.
        Box::new(identity::Identify(Arc::clone(signing))),
        // A caller gets an answer within the total time, whatever happens further in.
        Box::new(deadline::Deadline::new(config)),
        // Failures that pass by themselves are tried again where a repetition is safe, less and less
        // eagerly, and no longer at all when most calls fail.
        Box::new(retry::Retry::new(config)),
        // A service that limits calls is called as fast as it takes them and no faster. Each attempt
        // waits for its own turn, so it is within the retries.
        Box::new(pace::Pacing::new(config)),
        // An endpoint that only fails is left alone for a while: it recovers sooner, and callers
        // learn at once what they would learn after their timeouts. It counts single attempts, so it
        // is within the retries.
        Box::new(breaker::Breaker::new(config)),
        // An attempt that hangs leaves time for another one.
        Box::new(attempt::Attempt::new(config)),
        // Each attempt has its own time and nonce, so each is signed for itself, and last: nothing
        // may change afterwards. Where the service takes the credentials for expired, it did nothing
        // else, and the attempt is made once more with new ones.
        Box::new(Arc::clone(signing)),
        // The connection pool, the limit of the answer's size, decoding, and what an error is.
        Box::new(exchange::Exchange::new(config)),
    ]
}

/// A call on its way.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) cloud: Cloud,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) endpoint: &'a Endpoint,
    /// The request without a signature, until the layer that signs.
    pub(crate) request: Request,
    /// The body, where it is not the request's.
    pub(crate) upload: Option<Sending<'a>>,
    /// The events that the body is, where it is a stream of them.
    pub(crate) talk: Option<&'a Talk>,
    /// The answer's body is the caller's to read, where it is a stream.
    pub(crate) opens: bool,
    /// What the answer is read with.
    pub(crate) notes: Notes,
    /// The signature goes into the URL, for so many seconds.
    pub(crate) by_url: Option<u32>,
    /// Who calls, where that is not whom the client's provider gives.
    pub(crate) identity: Option<&'a Identity>,
    /// Repeating it is safe even if the service carried it out.
    pub(crate) repeatable: bool,
}

/// How a call is made.
#[derive(Clone, Copy)]
pub(crate) enum Way<'a> {
    /// The request is whole, and so is the answer.
    Whole,
    /// The answer's body is the caller's to read, where it is a stream.
    Opens,
    /// The request's body is an upload.
    Uploads(Sending<'a>),
}

impl Way<'_> {
    /// Whether it can be gone again.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Uploads(sending) => sending.upload.source().is_there(),
            _ => true,
        }
    }
}

/// An upload on its way.
#[derive(Clone, Copy)]
pub(crate) struct Sending<'a> {
    pub(crate) upload: &'a Upload,
    /// The checksum that is computed.
    pub(crate) algorithm: Option<Algorithm>,
    /// It travels with the request: the operation takes one, and the caller gave none.
    pub(crate) carries: bool,
    /// How it is written, which the layer that signs decides.
    pub(crate) framing: Framing,
}

impl Call<'_> {
    /// An error of this call.
    pub(crate) fn error(&self, kind: Kind) -> Error {
        Error::new(kind, self.cloud).at(&self.service.name, &self.operation.name)
    }

    /// How much was sent of a body that takes as long as it takes: bytes, or events.
    pub(crate) fn sent(&self) -> u64 {
        let upload = self.upload.map_or(0, |sending| sending.upload.sent());
        upload + self.talk.map_or(0, Talk::sent)
    }

    /// Whether the body can be sent, perhaps once more.
    pub(crate) fn is_there(&self) -> bool {
        self.upload.is_none_or(|sending| sending.upload.source().is_there())
            && self.talk.is_none_or(Talk::is_there)
    }

    /// The `Host` header.
    pub(crate) fn host(&self) -> String {
        self.endpoint.host(self.request.host_prefix.as_deref())
    }
}

/// What a call that succeeded gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The operation's output; an empty map where it has none.
    pub output: Value,
    /// The id under which the service knows the request.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, for what the catalogue has no members for.
    pub headers: HeaderMap,
}

/// What [`Client::open`](crate::Client::open) gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The answer; its output lacks the member that is the stream.
    pub answer: Answer,
    /// The stream; `None` where the operation's output has none, and the output is whole.
    pub body: Option<Body>,
}

pub(crate) type Outcome = Result<Opened, Error>;

/// One layer.
pub(crate) trait Layer: Send + Sync {
    /// Sends the call on, or not, or more than once.
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome>;
}

/// What is further in.
#[derive(Clone, Copy)]
pub(crate) struct Next<'a>(&'a [Box<dyn Layer>]);

impl<'a> Next<'a> {
    pub(crate) fn new(layers: &'a [Box<dyn Layer>]) -> Self {
        Self(layers)
    }

    pub(crate) fn run(self, call: &'a Call<'a>) -> BoxFuture<'a, Outcome> {
        let (layer, rest) = self.0.split_first().expect("the last layer sends and calls no other");
        layer.call(call, Self(rest))
    }
}
