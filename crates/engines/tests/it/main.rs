//! The engines with real processes and sockets on loopback.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

mod balancers;
mod draining;
mod http;
mod machines;
mod site;
mod world;
