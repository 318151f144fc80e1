//! The engines with real processes and sockets on loopback.

mod machines;
mod world;
