//! The local AWS's Elastic Load Balancing, over the kernel and the engines.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler takes its input by value, whether it keeps any of it or not"
)]

mod elbv2;

use isobar_aws_core::{Command, Query, World, regions};

pub use elbv2::{SERVICE as ELBV2, records::schema, unbuilt};
