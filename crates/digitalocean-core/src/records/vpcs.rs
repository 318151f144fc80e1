//! The stored row of a VPC.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    pub account: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub region: String,
    /// In CIDR notation.
    pub ip_range: String,
    pub is_default: bool,
    pub created_at: Timestamp,
    /// When something in it went last.
    #[serde(default)]
    pub left_at: Option<Timestamp>,
}

impl Record for Vpc {
    const KIND: &'static str = "do.vpc";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }
}
