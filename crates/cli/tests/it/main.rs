//! Calls as they are read, made to servers of the tests, and printed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalogue;
mod curl;
mod errors;
mod inputs;
mod outcomes;
mod raw;
mod server;
mod shorthand;
mod shown;
mod talk;
mod terminal;
mod world;
