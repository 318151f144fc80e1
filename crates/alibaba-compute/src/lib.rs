//! The local Alibaba Cloud's ECS and VPC, over the kernel and the engines, a folder for each.
//!
//! A product's folder has `errors.rs` (what it answers to mistakes) and a file per noun with the noun's
//! operations. ECS serves operations of networks too, by VPC's functions.
#![expect(clippy::needless_pass_by_value, reason = "a handler owns its input")]

mod ecs;
mod vpc;

use isobar_alibaba_core::{
    Command, Handler, Query, Work, World, forms, lookup, paging, regions, standard, tagging, tags,
};

pub use ecs::SERVICE as ECS;
pub use vpc::SERVICE as VPC;
