//! The kinds of things that EC2 has ids for, and what it says of an id that is none.

use isobar_kernel::{Fault, Random, Row};

/// A kind of thing with an id.
#[derive(Debug)]
pub(super) struct Noun {
    /// What the ids begin with, with the dash.
    pub(super) prefix: &'static str,
    /// What tags call it.
    pub(super) resource_type: &'static str,
    /// There is none with the id.
    pub(super) not_found: Row,
    /// The code for text that is no id. The vendor's spelling varies from kind to kind.
    malformed: &'static str,
}

const fn noun(
    prefix: &'static str,
    resource_type: &'static str,
    not_found: &'static str,
    message: &'static str,
    malformed: &'static str,
) -> Noun {
    Noun { prefix, resource_type, not_found: Row::new(400, not_found, message), malformed }
}

pub(super) const INSTANCE: Noun = noun(
    "i-",
    "instance",
    "InvalidInstanceID.NotFound",
    "The instance ID '{}' does not exist",
    "InvalidInstanceID.Malformed",
);
pub(super) const VPC: Noun = noun(
    "vpc-",
    "vpc",
    "InvalidVpcID.NotFound",
    "The vpc ID '{}' does not exist",
    "InvalidVpcID.Malformed",
);
pub(super) const SUBNET: Noun = noun(
    "subnet-",
    "subnet",
    "InvalidSubnetID.NotFound",
    "The subnet ID '{}' does not exist",
    "InvalidSubnetID.Malformed",
);
pub(super) const GROUP: Noun = noun(
    "sg-",
    "security-group",
    "InvalidGroup.NotFound",
    "The security group '{}' does not exist",
    "InvalidGroupId.Malformed",
);
pub(super) const RULE: Noun = noun(
    "sgr-",
    "security-group-rule",
    "InvalidSecurityGroupRuleId.NotFound",
    "The security group rule ID '{}' does not exist",
    "InvalidSecurityGroupRuleId.Malformed",
);
pub(super) const KEY_PAIR: Noun = noun(
    "key-",
    "key-pair",
    "InvalidKeyPair.NotFound",
    "The key pair ID '{}' does not exist",
    "InvalidKeyPair.Malformed",
);
pub(super) const INTERFACE: Noun = noun(
    "eni-",
    "network-interface",
    "InvalidNetworkInterfaceID.NotFound",
    "The networkInterface ID '{}' does not exist",
    "InvalidNetworkInterfaceId.Malformed",
);
pub(super) const VOLUME: Noun = noun(
    "vol-",
    "volume",
    "InvalidVolume.NotFound",
    "The volume '{}' does not exist.",
    "InvalidVolumeID.Malformed",
);
pub(super) const ROUTE_TABLE: Noun = noun(
    "rtb-",
    "route-table",
    "InvalidRouteTableID.NotFound",
    "The routeTable ID '{}' does not exist",
    "InvalidRouteTableId.Malformed",
);
pub(super) const NETWORK_ACL: Noun = noun(
    "acl-",
    "network-acl",
    "InvalidNetworkAclID.NotFound",
    "The networkAcl ID '{}' does not exist",
    "InvalidNetworkAclID.Malformed",
);
pub(super) const IMAGE: Noun = noun(
    "ami-",
    "image",
    "InvalidAMIID.NotFound",
    "The image id '[{}]' does not exist",
    "InvalidAMIID.Malformed",
);

/// Those that can have tags. No prefix begins another.
pub(super) const ALL: &[&Noun] = &[
    &INSTANCE,
    &VPC,
    &SUBNET,
    &GROUP,
    &RULE,
    &KEY_PAIR,
    &INTERFACE,
    &VOLUME,
    &ROUTE_TABLE,
    &NETWORK_ACL,
    &IMAGE,
];

/// What tags and ARNs call the kind of thing that has the id.
pub(crate) fn resource_type(id: &str) -> Option<&'static str> {
    ALL.iter().find(|noun| id.starts_with(noun.prefix)).map(|noun| noun.resource_type)
}

impl Noun {
    /// A new id.
    pub(super) fn draw(&self, random: &Random) -> String {
        new(self.prefix, random)
    }

    /// Says whether the text has an id's form.
    pub(super) fn check(&self, id: &str) -> Result<(), Fault> {
        const MALFORMED: Row = Row::new(400, "", "Invalid id: \"{}\" (expecting \"{}...\")");
        const NOT_HEX: Row = Row::new(400, "", "Invalid id: \"{}\"");
        let hex = |rest: &str| {
            matches!(rest.len(), 8 | 17) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let row = match id.strip_prefix(self.prefix) {
            Some(rest) if hex(rest) => return Ok(()),
            Some(_) => NOT_HEX,
            None => MALFORMED,
        };
        Err(Row::new(row.status, self.malformed, row.message).with(&[&id, &self.prefix]))
    }

    /// Says whether all texts have an id's form: the vendor checks that before it looks any up.
    pub(super) fn check_all(&self, ids: &[String]) -> Result<(), Fault> {
        ids.iter().try_for_each(|id| self.check(id))
    }

    /// The error for an id that nothing has.
    pub(super) fn missing(&self, id: &str) -> Fault {
        self.not_found.with(&[&id])
    }
}

/// A new id with the prefix.
pub(super) fn new(prefix: &str, random: &Random) -> String {
    format!("{prefix}0{}", random.hex(16))
}
