//! The local AWS's EC2, over the kernel and the engines.
//!
//! A service's folder has a file for each noun, with its operations' table on top, and files of fixed
//! names: `errors` (the rows of its errors), `records` (the rows that it stores).

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler takes its input by value, whether it keeps any of it or not"
)]

mod ec2;

use isobar_aws_core::{Command, Query, Work, World, regions};

pub use ec2::{SERVICE as EC2, records::schema, seed::region as seed_region, unbuilt};
