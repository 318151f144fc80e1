//! What a region of a new account has: a default network with a subnet in each zone.

use isobar_kernel::{Random, Tx};

use super::records::{Home, Vpc};
use super::{ids, security_groups, subnets, vpcs};
use crate::regions::Region;
use isobar_forms::Cidr;

/// `172.31.0.0/16`, of which each zone's subnet takes 4,096 addresses.
const NETWORK: Cidr = Cidr::new(0xac1f_0000, 16);

/// Gives the region its default network, if it has not been given one before. What was deleted since
/// stays deleted.
pub fn region(tx: &mut Tx<'_>, random: &Random, account: &str, region: &Region) {
    let scope = format!("{account}/{}/", region.name);
    if tx.get::<Home>(&scope).is_some() {
        return;
    }
    let dhcp_options_id = ids::new("dopt-", random);
    tx.put(Home { scope: scope.clone(), dhcp_options_id: dhcp_options_id.clone() });
    let vpc = vpcs::new(scope, NETWORK, dhcp_options_id, random);
    let vpc = tx.put(Vpc {
        default: true,
        dns_hostnames: true,
        internet_gateway_id: Some(ids::new("igw-", random)),
        ..vpc
    });
    security_groups::create_default(tx, random, &vpc);
    for (at, zone) in (0_u32..).zip(region.zones()) {
        let cidr = Cidr::new(0xac1f_0000 + (at << 12), 20);
        let mut subnet = subnets::new(&vpc, cidr, zone, random);
        subnet.default_for_zone = true;
        subnet.map_public_ip = true;
        tx.put(subnet);
    }
}
