//! Who calls the local AWS: STS.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler takes its input by value, whether it keeps any of it or not"
)]

mod sts;

use isobar_aws_core::{Query, World, regions};

pub use sts::SERVICE as STS;
