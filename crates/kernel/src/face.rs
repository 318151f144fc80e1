//! What is one cloud's own in the life of a local request: how a request is admitted, and how its
//! errors read. The rest is [`local`](crate::local)'s.

use std::sync::Arc;

use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{DecodeError, Dialect, Request, Response, Value};
use jiff::Timestamp;

use crate::body::Body;
use crate::members::Ignored;
use crate::{Caller, Fault, Random, Row};

/// What is one cloud's own in the life of a request.
pub trait Face: Send + Sync + 'static {
    /// What its handlers see besides the store.
    type World: Send + Sync + 'static;

    /// Whose face it is.
    const CLOUD: Cloud;

    /// Finds the service and operation, and verifies the caller, in the cloud's own order.
    ///
    /// # Errors
    /// The cloud's own error, and how to write it.
    fn admit(&self, arrival: &Arrival<'_>) -> Result<Admitted, Refused>;

    /// Whether the body of a request is handed on as it arrives and not read first. Its head must say
    /// so, since the request is admitted without it.
    fn streams(&self, _head: &Request) -> bool {
        false
    }

    /// What a handler is given of a body that is handed on: what was sent in chunks put together, and
    /// whatever is signed or summed verified on the way.
    fn open(&self, _admitted: &Admitted, _request: &Request, body: Body) -> Body {
        body
    }

    /// The error for input that cannot be read or breaks a constraint.
    fn unreadable(&self, admitted: &Admitted, error: &DecodeError) -> Fault;

    /// The error for a caller who may not do what it asks for, and the [resource](crate::handlers::On) on
    /// which it lacks the right.
    fn denied(&self, admitted: &Admitted, resource: Option<String>) -> Fault;

    /// What the input means where a cloud takes some of what is sent for nothing at all: without that.
    fn tidy(&self, _admitted: &Admitted, input: Value) -> Value {
        input
    }

    /// Checks input against the catalogue's constraints before its handler sees it. Nothing is checked
    /// unless a face says so: a handler's types say what is required, and most services word what
    /// else they refuse in their own ways.
    ///
    /// # Errors
    /// The cloud's own error.
    fn check(&self, _admitted: &Admitted, _input: &Value) -> Result<(), Fault> {
        Ok(())
    }

    /// The errors that every service has.
    fn standard(&self) -> &'static Standard;

    /// The members of inputs that handlers may leave unread.
    fn ignored(&self) -> &'static [Ignored] {
        &[]
    }

    /// How an error is written where the request does not say.
    fn default_dialect(&self) -> Dialect;

    /// What an error says of the host that answered, where the cloud's errors say it, from the
    /// request's `Host`.
    fn host_id(&self, _host: &str) -> Option<String> {
        None
    }

    /// A new request id.
    fn request_id(&self, random: &Random) -> String;

    /// Adds what every answer carries: the cloud's usual headers.
    fn finish(&self, response: &mut Response, admitted: Option<&Admitted>, now: Timestamp);

    /// The same for the answer to a request that was not admitted.
    fn finish_refused(&self, response: &mut Response, arrival: &Arrival<'_>) {
        self.finish(response, None, arrival.now);
    }

    /// Whether the host name may be this cloud's: loopback is always.
    fn is_own_host(&self, host: &str) -> bool;

    /// The world.
    fn world(&self) -> &Self::World;
}

/// A request as it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The request.
    pub request: &'a Request,
    /// The `Host` header as it was sent, which signatures cover.
    pub host: &'a str,
    /// Now, by the local clouds' clock.
    pub now: Timestamp,
    /// Now, by the system's clock, which is the one that signers go by.
    pub received: Timestamp,
}

/// A request whose caller and operation are known.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The service.
    pub service: &'static Service,
    /// The operation.
    pub operation: &'static Operation,
    /// How the request was written, and so its answer is.
    pub dialect: Dialect,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The region that was spoken to.
    pub region: String,
}

/// A request that was not admitted.
#[derive(Debug)]
pub struct Refused {
    /// The service, where it was found.
    pub service: Option<&'static Service>,
    /// How the answer is written.
    pub dialect: Dialect,
    /// Why.
    pub fault: Fault,
}

/// The errors that every service of a cloud has.
#[derive(Debug)]
pub struct Standard {
    /// The operation is catalogued and not built here; `{}` is its name, a second one its service's.
    pub not_implemented: Row,
    /// A member of the input is catalogued and not built here; the first `{}` is its path, the second
    /// the operation's name.
    pub member_not_implemented: Row,
    /// Something broke here.
    pub internal: Row,
    /// A dry run would have succeeded.
    pub dry_run: Row,
    /// A token was used before for other input; `{}` is the token.
    pub token_reused: Row,
    /// The body is over the limit.
    pub too_large: Row,
    /// The request does not say clearly for which host it is; `{}` is `requests without a Host` or the
    /// like.
    pub malformed: Row,
    /// The request came from a web page, or for a host that is not this one; `{}` is
    /// `requests from web pages` or the like.
    pub foreign: Row,
    /// An injected 429 and what a client should read as throttling.
    pub throttled: Row,
    /// An injected 5xx.
    pub unavailable: Row,
}
