//! The local Alibaba Cloud's STS, and the location service, which says where the others are.

mod location;
mod sts;

use isobar_alibaba_core::{Handler, Query, World, forms, regions};

pub use location::SERVICE as LOCATION;
pub use sts::SERVICE as STS;
