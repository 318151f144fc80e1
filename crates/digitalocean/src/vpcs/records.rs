//! The stored row of a VPC.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vpc {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) region: String,
    /// In CIDR notation.
    pub(crate) ip_range: String,
    pub(crate) is_default: bool,
    pub(crate) created_at: Timestamp,
    /// When something in it went last.
    #[serde(default)]
    pub(crate) left_at: Option<Timestamp>,
}

impl Record for Vpc {
    const KIND: &'static str = "do.vpc";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }
}
