//! Network ACLs: the default one that each network has, which lets everything through.

use isobar_kernel::{Fault, Handler, Tables, query};
use isobar_wire::{Input, Output};

use super::Query;
use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::NETWORK_ACL;
use super::pages::{self, Page};
use super::records::{self, Subnet, Vpc};
use super::tags::{self, TagView};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_network_acls)];

#[derive(Debug, Output)]
struct AclView<'a> {
    associations: Vec<Association<'a>>,
    entries: [Entry; 4],
    is_default: bool,
    network_acl_id: &'a str,
    tags: Vec<TagView<'a>>,
    vpc_id: &'a str,
    owner_id: &'a str,
}

#[derive(Debug, Output)]
struct Association<'a> {
    network_acl_association_id: &'a str,
    network_acl_id: &'a str,
    subnet_id: &'a str,
}

#[derive(Debug, Output)]
struct Entry {
    cidr_block: &'static str,
    egress: bool,
    protocol: &'static str,
    rule_action: &'static str,
    rule_number: i64,
}

/// The entry that is looked at when no other has matched.
const LAST: i64 = 32767;

const fn entry(egress: bool, rule_action: &'static str, rule_number: i64) -> Entry {
    Entry { cidr_block: "0.0.0.0/0", egress, protocol: "-1", rule_action, rule_number }
}

fn view<'a>(store: &'a Tables, vpc: &'a Vpc) -> AclView<'a> {
    let associations = store.by::<Subnet>("vpc", &vpc.id).map(|subnet| Association {
        network_acl_association_id: &subnet.network_acl_association_id,
        network_acl_id: &vpc.network_acl_id,
        subnet_id: &subnet.id,
    });
    AclView {
        associations: associations.collect(),
        entries: [
            entry(true, "allow", 100),
            entry(true, "deny", LAST),
            entry(false, "allow", 100),
            entry(false, "deny", LAST),
        ],
        is_default: true,
        network_acl_id: &vpc.network_acl_id,
        tags: tags::of(store, &vpc.scope, &vpc.network_acl_id),
        vpc_id: &vpc.id,
        owner_id: records::account(&vpc.scope),
    }
}

#[derive(Debug, Input)]
struct DescribeNetworkAcls {
    filters: Filters,
    network_acl_ids: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    network_acls: Vec<AclView<'a>>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("association.association-id", "Associations.NetworkAclAssociationId"),
    ("association.network-acl-id", "Associations.NetworkAclId"),
    ("association.subnet-id", "Associations.SubnetId"),
    ("default", "IsDefault"),
    ("entry.cidr", "Entries.CidrBlock"),
    ("entry.egress", "Entries.Egress"),
    ("entry.icmp.code", "Entries.IcmpTypeCode.Code"),
    ("entry.icmp.type", "Entries.IcmpTypeCode.Type"),
    ("entry.ipv6-cidr", "Entries.Ipv6CidrBlock"),
    ("entry.port-range.from", "Entries.PortRange.From"),
    ("entry.port-range.to", "Entries.PortRange.To"),
    ("entry.protocol", "Entries.Protocol"),
    ("entry.rule-action", "Entries.RuleAction"),
    ("entry.rule-number", "Entries.RuleNumber"),
    ("network-acl-id", "NetworkAclId"),
    ("owner-id", "OwnerId"),
    ("vpc-id", "VpcId"),
];

fn describe_network_acls<'a>(
    cx: &Query<'a>,
    input: DescribeNetworkAcls,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let ids = input.network_acl_ids.unwrap_or_default();
    NETWORK_ACL.check_all(&ids)?;
    let mut acls: Vec<_> =
        cx.store.list::<Vpc>(&cx.scope()).map(|vpc| view(cx.store, vpc)).collect();
    if let Some(id) = ids.iter().find(|id| acls.iter().all(|acl| acl.network_acl_id != *id)) {
        return Err(NETWORK_ACL.missing(id));
    }
    acls.retain(|acl| {
        (ids.is_empty() || ids.iter().any(|id| id == acl.network_acl_id)) && selection.takes(acl)
    });
    acls.sort_unstable_by_key(|acl| acl.network_acl_id);
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (network_acls, next_token) =
        page.cut(acls, |acl| acl.network_acl_id, pages::USUAL, None)?;
    Ok(Described { network_acls, next_token })
}
