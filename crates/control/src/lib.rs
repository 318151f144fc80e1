//! The control plane's domain: deployments of services onto clouds, the operations that carry them
//! out, and the resources that they create. It knows nothing of HTTP.
//!
//! [`Control`] is the way in. What it shows is in [`model`], what can go wrong in [`error`], and
//! what it must be given in [`config`].
//!
//! Each part knows only those before it: `model`, `store`, `report` (what an operation tells),
//! `clouds` (adapters over [`caller`]), `saga`, [`Control`].

pub mod caller;
mod clouds;
pub mod config;
pub mod control;
pub mod error;
pub mod faults;
mod hub;
mod ids;
pub mod model;
pub mod probe;
mod report;
mod saga;
mod store;

pub use config::Config;
pub use control::Control;
pub use error::Error;
pub use store::forget_mark;
