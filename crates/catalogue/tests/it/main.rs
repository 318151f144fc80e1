//! The catalogue's tests.

mod botocore;
mod items;
mod packs;
mod pydo;
mod share;
mod tea;
