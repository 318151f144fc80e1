//! The control plane against three clouds in memory: what the saga does when everything works, and
//! when anything fails.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
mod layers;
mod lifecycle;
mod manifest;
mod mishaps;
mod records;
mod world;
