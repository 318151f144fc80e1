//! The local Alibaba Cloud's SLB, over the kernel and the engines.
#![expect(clippy::needless_pass_by_value, reason = "a handler owns its input")]

mod slb;

use isobar_alibaba_core::{
    Command, Handler, Query, World, forms, lookup, paging, regions, standard, tagging, tags,
};

pub use slb::SERVICE as SLB;
