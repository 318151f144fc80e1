//! What is kept of instances, security groups and key pairs.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lookup::BY_ID;
pub use crate::records::vpc::BY_VPC;
use crate::tagging::tagged;
use crate::tags::Tags;

/// The index of what is in a vSwitch.
pub const BY_VSWITCH: &str = "vswitch";
/// The index of the instances of a security group.
pub const BY_GROUP: &str = "group";
/// The index of the instances of a key pair, by the pair's key.
pub const BY_KEY_PAIR: &str = "key_pair";

/// An instance. Whether it runs is the machine's to say, which has the same id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `account/region/`
    pub scope: String,
    /// Its id, and its machine's.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// The name that it calls itself.
    pub host_name: String,
    /// Its image's id.
    pub image_id: String,
    /// Its type's id.
    pub type_id: String,
    /// Its VPC's id.
    pub vpc_id: String,
    /// Its vSwitch's id.
    pub vswitch_id: String,
    /// Its zone's id.
    pub zone_id: String,
    /// Its security groups' ids.
    pub group_ids: Vec<String>,
    /// Its key pair's name, where it has one.
    pub key_pair: Option<String>,
    /// Whether it has a public address.
    pub public: bool,
    /// `PayByTraffic` or `PayByBandwidth`.
    pub internet_charge_type: String,
    /// Mbit/s into it.
    pub bandwidth_in: i64,
    /// Mbit/s out of it.
    pub bandwidth_out: i64,
    /// `Standard` or `Unlimited`, for types with credits.
    pub credit_specification: String,
    /// It may not be deleted.
    pub deletion_protection: bool,
    /// Its user data as it was given, in base 64.
    pub user_data: String,
    /// What it costs while it is stopped.
    pub stopped_mode: String,
    /// How it is bought on the spot market: `NoSpot` mostly.
    pub spot_strategy: String,
    /// What else is asked of the spot market.
    #[serde(default)]
    pub spot: Spot,
    /// `Open`, `None` or nothing: which private pools it may be of.
    #[serde(default)]
    pub private_pool: String,
    /// Its first disk.
    #[serde(default)]
    pub disk: SystemDisk,
    /// The tags with which it was made, which its disk and its network interface keep.
    #[serde(default)]
    pub first_tags: Tags,
    /// The first network interface's id.
    pub interface_id: String,
    /// That interface's address on the link.
    pub mac_address: String,
    /// Its serial number.
    pub serial_number: String,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last started.
    pub started_at: Option<Timestamp>,
}

/// What is asked of the spot market.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// The most that an hour may cost; 0 for whatever it costs.
    pub price_limit: f64,
    /// Hours for which it is kept.
    pub duration: i64,
    /// `Terminate` or `Stop`, where it is asked for.
    pub interruption: String,
}

/// The disk that an instance starts from. It is no file: it is what was asked for, to be shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SystemDisk {
    /// Its category.
    pub category: String,
    /// GiB.
    pub size: i64,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// `PL0` to `PL3`, for disks of the category `cloud_essd`; else nothing.
    pub performance_level: String,
}

impl Default for SystemDisk {
    fn default() -> Self {
        Self {
            category: "cloud_efficiency".into(),
            size: 40,
            name: String::new(),
            description: String::new(),
            performance_level: String::new(),
        }
    }
}

/// A security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `account/region/`
    pub scope: String,
    /// Its id.
    pub id: String,
    /// Its VPC's id.
    pub vpc_id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// `normal` or `enterprise`.
    pub kind: String,
    /// Its rules, in the order in which they came.
    pub rules: Vec<Rule>,
    /// Whether it was made because an instance needed one.
    pub is_default: bool,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One rule of a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its place among the rules of its call.
    #[serde(default)]
    pub number: usize,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it says about itself.
    pub description: String,
    /// What it allows or forbids.
    pub matching: Matching,
}

/// What a rule allows or forbids; two rules of a group never have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// From outside to an instance, else the other way.
    pub ingress: bool,
    /// `Accept` or `Drop`.
    pub policy: String,
    /// 1 to 100, the most important first.
    pub priority: u8,
    /// `TCP`, `UDP`, `ICMP`, `ICMPv6`, `GRE` or `ALL`.
    pub protocol: String,
    /// The ports at the destination: `80/80`, `-1/-1` for all.
    pub ports: String,
    /// The ports at the source, likewise; empty where they do not matter.
    pub source_ports: String,
    /// Where from, in the form that `source` has.
    pub source: Peer,
    /// Where to.
    pub destination: Peer,
}

/// One end of what a rule is about; the empty strings do not restrict it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Addresses of IPv4.
    pub cidr: String,
    /// Addresses of IPv6.
    pub ipv6_cidr: String,
    /// The instances of a security group.
    pub group_id: String,
}

/// A key pair. The private half is the caller's alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    /// `account/region/`
    pub scope: String,
    /// Its id, which only its making tells.
    #[serde(default)]
    pub pair_id: String,
    /// Its name, by which it is found.
    pub name: String,
    /// Its public half.
    pub public_key: String,
    /// MD5 over the public half.
    pub fingerprint: String,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Record for Instance {
    const KIND: &'static str = "alibaba.instance";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let groups = self.group_ids.iter().map(|id| (BY_GROUP, id.clone()));
        let pair = self.key_pair.iter().map(|name| (BY_KEY_PAIR, format!("{}{name}", self.scope)));
        let own = [
            (BY_ID, self.id.clone()),
            (BY_VPC, self.vpc_id.clone()),
            (BY_VSWITCH, self.vswitch_id.clone()),
        ];
        own.into_iter().chain(groups).chain(pair).collect()
    }
}

impl Record for SecurityGroup {
    const KIND: &'static str = "alibaba.security_group";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![(BY_ID, self.id.clone()), (BY_VPC, self.vpc_id.clone())]
    }
}

impl Record for KeyPair {
    const KIND: &'static str = "alibaba.key_pair";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.name)
    }
}

tagged!(Instance, id);
tagged!(SecurityGroup, id);
tagged!(KeyPair, name);
