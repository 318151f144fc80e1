//! The kernel's tests.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod face;
mod faults;
mod followers;
mod kinds;
mod serve;
mod store;
