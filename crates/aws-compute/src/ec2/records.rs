//! The rows that EC2 keeps. What a machine does is the engine's; an instance's row holds what is
//! EC2's own.
//!
//! Each row begins its key with its scope, `account/region/`, so that a region's rows are a range.

use std::net::Ipv4Addr;

use isobar_kernel::store::Schema;
use isobar_kernel::{Fault, Record, Tables};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tags::TagView;
use super::{errors, ids, images};
use isobar_aws_core::{record, regions};

pub(super) use isobar_aws_core::records::{
    Group, Instance, Interface, MetadataOptions, Subnet, Volume, Vpc, account, holder, region,
    whole_millisecond,
};

/// Adds EC2's collections but for those that others read.
pub fn schema(schema: &mut Schema) {
    schema.add::<Home>();
    schema.add::<Rule>();
    schema.add::<KeyPair>();
    schema.add::<TagRecord>();
    schema.add::<FreeVolume>();
    schema.add::<FreeInterface>();
}

/// The ARN of one of EC2's resources.
pub(super) fn arn(scope: &str, kind: &str, id: &str) -> String {
    let (region, account) = (region(scope), account(scope));
    format!("arn:{}:ec2:{region}:{account}:{kind}/{id}", regions::partition_of(region))
}

/// The moment without what EC2 leaves out of its answers.
pub(super) fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// That a region has been given its default network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Home {
    pub(crate) scope: String,
    pub(crate) dhcp_options_id: String,
}

impl Record for Home {
    const KIND: &'static str = "ec2.home";

    fn key(&self) -> String {
        self.scope.clone()
    }
}

/// A rule of a security group: one source or destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) scope: String,
    pub(crate) id: String,
    pub(crate) group_id: String,
    pub(crate) egress: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub(crate) protocol: String,
    pub(crate) from_port: i64,
    pub(crate) to_port: i64,
    pub(crate) peer: Peer,
    pub(crate) description: Option<String>,
    /// Its place among its group's rules, in the order in which they were made.
    #[serde(default)]
    pub(crate) number: u64,
}

/// Whom a rule lets through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// A block of IPv4 addresses.
    Ipv4(String),
    /// A block of IPv6 addresses.
    Ipv6(String),
    /// The members of a security group, with its account.
    Group(String, String),
}

record!(Rule, "ec2.security_group_rule", |rule| {
    let mut links = vec![("group", rule.group_id.clone())];
    if let Peer::Group(id, _) = &rule.peer {
        links.push(("referenced", id.clone()));
    }
    links
});

/// A key pair, of which the service keeps the public half.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyPair {
    pub(crate) scope: String,
    pub(crate) id: String,
    pub(crate) name: String,
    /// `rsa` or `ed25519`.
    pub(crate) kind: String,
    pub(crate) fingerprint: String,
    /// As OpenSSH writes it.
    pub(crate) public_key: String,
    pub(crate) created_at: Timestamp,
}

record!(KeyPair, "ec2.key_pair", |key| vec![("name", format!("{}{}", key.scope, key.name))]);

/// A tag of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TagRecord {
    pub(crate) scope: String,
    pub(crate) resource_id: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl TagRecord {
    /// The tag as answers show it.
    pub(crate) fn view(&self) -> TagView<'_> {
        TagView { key: &self.key, value: &self.value }
    }
}

impl Record for TagRecord {
    const KIND: &'static str = "ec2.tag";

    fn key(&self) -> String {
        format!("{}{}/{}", self.scope, self.resource_id, self.key)
    }
}

/// A volume that stayed when its instance ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FreeVolume {
    pub(crate) scope: String,
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) volume: Volume,
}

record!(FreeVolume, "ec2.volume", |_volume| Vec::new());

/// A network interface that stayed when its instance ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FreeInterface {
    pub(crate) scope: String,
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) subnet_id: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) group_ids: Vec<String>,
    pub(crate) source_dest_check: bool,
    pub(crate) address: Ipv4Addr,
    pub(crate) interface: Interface,
}

record!(FreeInterface, "ec2.network_interface", |row| {
    let mut links = vec![("vpc", row.vpc_id.clone()), ("subnet", row.subnet_id.clone())];
    links.extend(row.group_ids.iter().map(|id| ("group", id.clone())));
    links
});

/// The row of the id, or the error of its kind.
pub(super) fn find<'a, T: Record>(
    store: &'a Tables,
    scope: &str,
    noun: &ids::Noun,
    id: &str,
) -> Result<&'a T, Fault> {
    noun.check(id)?;
    store.get::<T>(&format!("{scope}{id}")).map(|row| &**row).ok_or_else(|| noun.missing(id))
}

/// The rows of the ids, each once and in the ids' order; all of the region's where none are given.
pub(super) fn chosen<'a, T: Record>(
    store: &'a Tables,
    scope: &str,
    noun: &ids::Noun,
    ids: Option<&[String]>,
) -> Result<Vec<&'a T>, Fault> {
    match ids {
        None | Some([]) => Ok(store.list::<T>(scope).map(|row| &**row).collect()),
        Some(ids) => {
            noun.check_all(ids)?;
            let mut sorted: Vec<&String> = ids.iter().collect();
            sorted.sort_unstable();
            sorted.dedup();
            sorted.into_iter().map(|id| find(store, scope, noun, id)).collect()
        }
    }
}

/// Whether each id is of something that exists.
pub(super) fn check_exist(
    store: &Tables,
    scope: &str,
    ids: &[String],
    now: Timestamp,
) -> Result<(), Fault> {
    for id in ids {
        let noun = ids::ALL.iter().find(|noun| id.starts_with(noun.prefix));
        let noun = noun.ok_or_else(|| errors::TAG_RESOURCE.with(&[id]))?;
        noun.check(id)?;
        if !exists(store, scope, id, now) {
            return Err(noun.missing(id));
        }
    }
    Ok(())
}

fn exists(store: &Tables, scope: &str, id: &str, now: Timestamp) -> bool {
    let key = format!("{scope}{id}");
    match id.split_once('-').map_or("", |(prefix, _)| prefix) {
        "i" => store.get::<Instance>(&key).is_some_and(|instance| instance.is_shown(now)),
        "vpc" => store.get::<Vpc>(&key).is_some(),
        "subnet" => store.get::<Subnet>(&key).is_some(),
        "sg" => store.get::<Group>(&key).is_some(),
        "sgr" => store.get::<Rule>(&key).is_some(),
        "key" => store.get::<KeyPair>(&key).is_some(),
        "eni" => store.get::<FreeInterface>(&key).is_some() || holder(store, scope, id).is_some(),
        "vol" => store.get::<FreeVolume>(&key).is_some() || holder(store, scope, id).is_some(),
        "rtb" => store.list::<Vpc>(scope).any(|vpc| vpc.route_table_id == id),
        "acl" => store.list::<Vpc>(scope).any(|vpc| vpc.network_acl_id == id),
        "ami" => images::find(region(scope), id).is_some(),
        _ => false,
    }
}
