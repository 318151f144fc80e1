//! The control plane's HTTP API: REST over `isobar-control`, by the conventions in `docs/api.md`.
//!
//! [`routes`] has one file per noun; [`layers`] is the one list of what every request goes through;
//! [`error`] the one place where an error becomes an answer.

pub mod accept;
mod answers;
mod app;
mod body;
mod cursor;
pub mod error;
mod idempotency;
mod layers;
mod openapi;
mod params;
mod rate;
mod routes;
pub mod serve;
mod write;

pub use app::App;
pub use routes::router;
pub use serve::serve;
