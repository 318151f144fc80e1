//! Calls as they are read and printed; but for those that talk, without a network.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalogue;
mod errors;
mod inputs;
mod shorthand;
mod shown;
mod talk;
mod world;
