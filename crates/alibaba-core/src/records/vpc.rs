//! What is kept of VPCs and vSwitches.

use isobar_kernel::{Record, Tables};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ecs::{BY_VSWITCH, Instance};
use super::slb::LoadBalancer;
use crate::lookup::BY_ID;
use crate::tagging::tagged;
use crate::tags::Tags;
use isobar_forms::Cidr;

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    /// `account/region/`
    pub scope: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its block of addresses.
    pub cidr: String,
    /// Blocks outside it that its users have.
    pub user_cidrs: Vec<String>,
    /// Whether it was made because an instance needed one.
    pub is_default: bool,
    /// Its router's id.
    pub router_id: String,
    /// Its system route table's id.
    pub route_table_id: String,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A vSwitch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VSwitch {
    /// `account/region/`
    pub scope: String,
    /// Its id.
    pub id: String,
    /// Its VPC's id.
    pub vpc_id: String,
    /// Its zone's id.
    pub zone_id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its block of addresses.
    pub cidr: String,
    /// Whether it was made because an instance needed one.
    pub is_default: bool,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The index of what belongs to a VPC.
pub const BY_VPC: &str = "vpc";

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

/// A vSwitch's first address and its last three are the cloud's own.
const RESERVED_ADDRESSES: i64 = 4;

/// How many addresses of the vSwitch nobody has.
#[must_use]
pub fn available(tables: &Tables, vswitch: &VSwitch) -> i64 {
    let size = Cidr::exact(&vswitch.cidr).map_or(0, Cidr::size);
    let used = tables.by::<Instance>(BY_VSWITCH, &vswitch.id).count()
        + tables.by::<LoadBalancer>(BY_VSWITCH, &vswitch.id).count();
    (size - RESERVED_ADDRESSES - i64::try_from(used).unwrap_or(i64::MAX)).max(0)
}
