//! Balancers: proxies that spread connections or requests over targets.
//!
//! A balancer is a record in the store. Handlers write it whole ([`put`], [`remove`]); the runner
//! binds its listeners, checks its targets' health, and follows changes in place: connections under
//! way are not dropped because a target came or a weight changed. The live side, the targets' health,
//! is kept in memory: [`Balancers::health`].
//!
//! HTTP listeners choose a target for each request (weighted round robin or least connections), TCP
//! listeners for each connection. A target that leaves drains: it gets nothing new, and what is under
//! way has its time to end. A port that may not be bound gets a free one in its place, which is kept in
//! the record and taken again after a restart.

mod accept;
mod change;
mod choose;
mod health;
mod http;
mod listener;
mod probe;
mod record;
mod relay;
mod runner;
mod target;
mod tcp;

pub use change::{find, put, remove, settle};
pub use health::{Cause, Health, State};
pub use record::{
    Algorithm, Balancer, HealthCheck, Listener, Manner, Method, Pool, Probe, Protocol, StatusRange,
    Target,
};
pub use runner::Balancers;
