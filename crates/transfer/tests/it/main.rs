//! Transfers against a store on loopback that is told what to break.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod kept;
mod links;
mod many;
mod places;
mod properties;
mod server;
mod single;
mod world;
