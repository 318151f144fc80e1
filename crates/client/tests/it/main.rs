//! The client against servers on loopback that fail in every way, and the vendors' own endpoint
//! cases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clouds;
mod credentials;
mod discovery;
mod endpoints;
mod events;
mod found;
mod inputs;
mod limits;
mod location;
mod messages;
mod oauth;
mod oss;
mod paging;
mod place;
mod presign;
mod server;
mod sources;
mod streams;
mod talk;
mod transport;
mod waiting;
mod world;
