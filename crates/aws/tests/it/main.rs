//! The local AWS through its own pipeline: requests are encoded and signed as clients do it, answered
//! without a socket, and decoded again.

#![expect(
    clippy::result_large_err,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong, and its errors are looked at whole"
)]

mod admission;
mod authorization;
mod forms;
mod harness;
mod instances;
mod key_pairs;
mod load_balancers;
mod members;
mod networks;
mod offers;
mod security_groups;
mod tags;
