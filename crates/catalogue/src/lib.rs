//! Every operation of the three clouds as data: one record that drives the client's request, the
//! local cloud's parsing and answer, the command line's arguments, and the tables in the docs.
//!
//! A [`Service`] holds [`Operation`]s and the [`Shape`]s they speak of. Services are decoded once and
//! live as long as the process (`&'static Service`), so names taken from them need no copy.

mod compression;
pub mod import;
mod items;
pub mod manifest;
pub mod model;
pub mod names;
pub mod pack;
mod packs;
mod search;
pub mod shape;

pub use items::{Items, Named};
pub use model::{Cloud, Operation, Protocol, Service};
pub use pack::{Entry, OperationEntry};
pub use packs::{
    Newer, embedded_origin, entry, operation, origin, prefer, service, services, versions,
};
pub use search::{Hit, search};
pub use shape::{Kind, Location, Member, Shape, ShapeId};
