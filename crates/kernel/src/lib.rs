//! What every local cloud stands on, with the name of no cloud in it.
//!
//! * [`store`]: typed collections with secondary indexes over a write-ahead log;
//! * [`clock`] and [`random`]: the only sources of time and chance;
//! * [`body`]: bodies that arrive or leave piece by piece;
//! * [`call`]: what a handler sees and gives: typed input, typed output;
//! * [`handlers`]: the kinds of handlers, and how they are found;
//! * [`fault`]: the errors that a cloud declares;
//! * [`authorization`]: whether a caller may do what it asks for;
//! * [`face`]: what is one cloud's own;
//! * [`local`]: the life of a local request, from the listener to the journal;
//! * [`faults`]: rules that make calls fail or wait;
//! * [`followers`]: what one group of services does when rows of another's change;
//! * [`journal`]: every call that was answered;
//! * [`members`]: that no member of an input is accepted and dropped;
//! * [`serve`]: the listener, and whom it refuses.

pub mod authorization;
pub mod body;
pub mod call;
pub mod clock;
pub mod face;
pub mod fault;
pub mod faults;
pub mod followers;
pub mod handlers;
pub mod idempotency;
pub mod journal;
pub mod keys;
pub mod local;
pub mod members;
pub mod random;
pub mod serve;
pub mod store;
mod transaction;

pub use authorization::Rights;
pub use body::Body;
pub use call::{Command, Query, Waiting, Work};
pub use clock::Clock;
pub use face::{Admitted, Face, Refused};
pub use fault::{Fault, Row};
pub use handlers::{Handler, Served, served_operations, writes_on_nothing};
pub use keys::{Caller, Keys};
pub use local::{Local, Shared};
pub use members::{Ignored, Values};
pub use random::Random;
pub use store::{Record, Store, Tables, Tx};

/// Adds the kernel's own collections.
pub fn schema(schema: &mut store::Schema) {
    schema.add::<idempotency::Token>();
}
