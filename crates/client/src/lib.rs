//! Calls to the three clouds: any operation that the catalogue holds, at its endpoint, signed,
//! retried where that is safe, page by page, and waited for.
//!
//! The [`guide`] begins with a client and ends with errors.
//!
//! Bodies need not be in memory: [`Client::upload`] sends a [`Source`], and [`Client::open`] gives
//! an answer's body as it arrives. [`Client::events`] gives an answer's events as they arrive, and
//! [`Client::talk`] sends events meanwhile.
//!
//! What happens between a call and its answer is one list of layers, in `transport`; what differs
//! between the clouds is one row each, in `cloud`. Time, sleep and randomness come from a
//! [`Context`].

mod body;
mod buckets;
mod caller;
pub mod checksum;
mod client;
mod cloud;
mod config;
mod configure;
mod context;
mod credentials;
mod customize;
mod discovery;
mod endpoint;
mod error;
mod events;
mod fit;
mod ini;
mod location;
mod oauth;
mod observe;
mod origin;
pub mod oss;
mod paging;
mod path;
mod prepared;
mod presign;
mod proxy;
mod settings;
mod sources;
mod surroundings;
mod talk;
mod transport;
mod upload;
mod waiting;

#[doc = include_str!("../../../docs/library.md")]
pub mod guide {}

pub use body::Body;
pub use caller::Caller;
pub use client::Client;
pub use config::{
    AccountEndpoints, Breaker, BucketStyle, Checksums, Config, Endpoints, Network, Retry,
    RetryMode, Timeouts,
};
pub use configure::{Entry, configure, set, setting};
pub use context::{Context, Sleep, System};
pub use credentials::{Anonymous, Cached, Identity, Provide, Tokens};
pub use endpoint::{
    Addressing, Endpoint, Parameters, Resolved, RuleSet, Scheme, Signing, Wanted, partition,
};
pub use error::{Error, Kind};
pub use events::{EventStream, Streamed};
pub use fit::{Fit, Misfit, Texts, fit};
pub use location::LOCATION;
pub use oauth::{Application, Grant, OAuth};
pub use observe::Observe;
pub use origin::Origin;
pub use paging::Pages;
pub use prepared::Prepared;
pub use proxy::Proxy;
pub use settings::{Found, Overrides, Settings, profiles};
pub use surroundings::{Ask, Finished, Machine, Surroundings};
pub use transport::{Answer, Opened};
pub use upload::{Chunks, Source, Upload};
