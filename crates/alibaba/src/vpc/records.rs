//! What is kept of VPCs and vSwitches.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lookup::BY_ID;
use crate::tagging::tagged;
use crate::tags::Tags;

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vpc {
    /// `account/region/`
    pub(crate) scope: String,
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its description.
    pub(crate) description: String,
    /// Its block of addresses.
    pub(crate) cidr: String,
    /// Blocks outside it that its users have.
    pub(crate) user_cidrs: Vec<String>,
    /// Whether it was made because an instance needed one.
    pub(crate) is_default: bool,
    /// Its router's id.
    pub(crate) router_id: String,
    /// Its system route table's id.
    pub(crate) route_table_id: String,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created_at: Timestamp,
}

/// A vSwitch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VSwitch {
    /// `account/region/`
    pub(crate) scope: String,
    /// Its id.
    pub(crate) id: String,
    /// Its VPC's id.
    pub(crate) vpc_id: String,
    /// Its zone's id.
    pub(crate) zone_id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its description.
    pub(crate) description: String,
    /// Its block of addresses.
    pub(crate) cidr: String,
    /// Whether it was made because an instance needed one.
    pub(crate) is_default: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created_at: Timestamp,
}

/// The index of what belongs to a VPC.
pub(crate) const BY_VPC: &str = "vpc";

impl Record for Vpc {
    const KIND: &'static str = "alibaba.vpc";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![(BY_ID, self.id.clone())]
    }
}

impl Record for VSwitch {
    const KIND: &'static str = "alibaba.vswitch";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![(BY_ID, self.id.clone()), (BY_VPC, self.vpc_id.clone())]
    }
}

tagged!(Vpc, id);
tagged!(VSwitch, id);
