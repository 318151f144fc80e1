//! The control plane's HTTP API, without sockets where none are needed, over a control plane in
//! memory whose clouds cannot be reached.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bodies;
mod idempotency;
mod limits;
mod lists;
mod local;
mod requests;
mod streams;
mod world;
