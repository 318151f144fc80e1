//! The local Alibaba Cloud from request to answer, without sockets: requests are encoded and signed as
//! a client does, answers decoded as a client does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admission;
mod authorization;
mod groups;
mod harness;
mod instances;
mod launch;
mod load_balancers;
mod members;
mod networks;
mod offers;
mod orders;
mod reads;
