//! The catalogue's tests.

mod botocore;
mod packs;
mod pydo;
mod tea;
