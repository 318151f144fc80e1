//! The engines with real processes and sockets on loopback.

mod balancers;
mod draining;
mod http;
mod machines;
mod site;
mod world;
