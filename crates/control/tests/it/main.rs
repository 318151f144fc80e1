//! The control plane against three clouds in memory: what the saga does when everything works, and
//! when anything fails.
#![allow(missing_docs, reason = "a test has no public items")]

mod bench;
mod lifecycle;
mod manifest;
mod mishaps;
mod records;
mod world;
