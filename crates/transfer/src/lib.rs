//! Files and objects from one place to another: between disk, S3, Spaces and OSS, and from one cloud
//! to another without touching the disk.
//!
//! Large ones travel in parts, several at once; what was interrupted is continued; and what arrived
//! is compared with what was sent, by the checksum that the store keeps of its objects. However
//! large an object is, a running part holds no more than about 2 MiB.
//!
//! | module | is |
//! |---|---|
//! | [`api`] | what each store calls its operations and members, its limits and its checksum: a table |
//! | [`store`] | those operations as functions |
//! | `put` | a file or an object into a store, whole or in parts; the same store copies by itself |
//! | `download` | an object into a file or a stream |
//! | `pipe`, `whole` | a stream of unknown length, or an object in one stream, into a store |
//! | `properties` | media type, metadata and the like |
//! | `local` | what a path leads to: files, devices, pipes, links |
//! | `tree`, `sync` | folders and prefixes as sorted lists, merged |
//! | `state` | what a transfer that was interrupted left behind |
//!
//! A file is written under another name beside its own (`.NAME.isobar-….part`), verified, synced and
//! renamed: under its final name there is never a part of it. What is no regular file (a device, a
//! pipe, `/dev/stdout`) is written into as the bytes come.

pub mod api;
mod download;
mod engine;
mod error;
mod filter;
mod local;
mod names;
mod pipe;
mod progress;
mod properties;
mod put;
mod state;
pub mod store;
mod sync;
mod tree;
mod whole;

pub use engine::{Archived, Done, Engine, Options};
pub use error::Error;
pub use filter::{Filter, Filters};
pub use local::{Target, target};
pub use names::{Place, local_path};
pub use progress::Progress;
pub use properties::Properties;
pub use store::{Begun, Bucket, CustomerKey, Extras, Head, Listed, Remote, Store};
pub use sync::{Action, Ask, Compare, End, Event, MostRemoved, Plan, Tell};
pub use tree::Links;
