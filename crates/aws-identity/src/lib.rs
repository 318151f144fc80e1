//! Who calls the local AWS: STS.

mod sts;

use isobar_aws_core::{Query, World, regions};

pub use sts::SERVICE as STS;
