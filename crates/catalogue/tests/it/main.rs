//! The catalogue's tests.

mod packs;
