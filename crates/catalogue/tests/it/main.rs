//! The catalogue's tests.

mod botocore;
mod items;
mod packs;
mod pydo;
mod tea;
