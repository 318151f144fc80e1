//! The subnets and security groups of load balancers.

use isobar_kernel::{Fault, Tables};
use isobar_wire::Input;

use super::super::errors;
use super::super::records::{Kind, Zone};
use isobar_aws_core::records::{Group, Subnet};

/// A subnet with what a load balancer may have there.
#[derive(Debug, Input)]
pub(super) struct SubnetMapping {
    subnet_id: Option<String>,
    allocation_id: Option<String>,
}

/// The subnets that are asked for.
pub(super) struct Asked {
    subnets: Vec<String>,
}

impl Asked {
    pub(super) fn new(
        subnets: Option<Vec<String>>,
        mappings: Option<Vec<SubnetMapping>>,
    ) -> Result<Self, Fault> {
        let subnets = subnets.unwrap_or_default();
        let mappings = mappings.unwrap_or_default();
        if !subnets.is_empty() && !mappings.is_empty() {
            return Err(errors::SUBNETS_BOTH.fault());
        }
        let mut asked = subnets;
        for mapping in mappings {
            if let Some(id) = mapping.allocation_id {
                return Err(errors::ALLOCATION_MISSING.with(&[&id]));
            }
            asked.extend(mapping.subnet_id);
        }
        Ok(Self { subnets: asked })
    }

    /// The network and the zones of the subnets, each zone once.
    pub(super) fn zones(
        &self,
        store: &Tables,
        scope: &str,
        kind: Kind,
    ) -> Result<(String, Vec<Zone>), Fault> {
        let mut rows: Vec<&Subnet> = Vec::new();
        for id in &self.subnets {
            let row = store.get::<Subnet>(&format!("{scope}{id}"));
            rows.push(row.ok_or_else(|| errors::SUBNET_MISSING.with(&[id]))?);
        }
        let Some(first) = rows.first() else {
            let row = if kind == Kind::Network { errors::NO_SUBNET } else { errors::TWO_ZONES };
            return Err(row.fault());
        };
        let mut zones: Vec<Zone> = Vec::new();
        for row in &rows {
            if row.vpc_id != first.vpc_id {
                return Err(errors::SUBNET_VPCS.with(&[&row.id]));
            }
            if zones.iter().any(|zone| zone.name == row.zone) {
                return Err(errors::SAME_ZONE.fault());
            }
            zones.push(Zone { name: row.zone.clone(), subnet_id: row.id.clone() });
        }
        if kind == Kind::Application && zones.len() < 2 {
            return Err(errors::TWO_ZONES.fault());
        }
        zones.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok((first.vpc_id.clone(), zones))
    }
}

/// The security groups that are asked for. An application load balancer without any gets the
/// network's default group.
pub(super) fn groups(
    store: &Tables,
    scope: &str,
    kind: Kind,
    vpc_id: &str,
    asked: Option<&[String]>,
) -> Result<Vec<String>, Fault> {
    let asked = asked.unwrap_or_default();
    if asked.is_empty() {
        let default = store.by::<Group>("vpc", vpc_id).find(|group| group.name == "default");
        let default = default.filter(|_| kind == Kind::Application);
        return Ok(default.map(|group| group.id.clone()).into_iter().collect());
    }
    let mut ids: Vec<String> = Vec::new();
    for id in asked {
        let group = store.get::<Group>(&format!("{scope}{id}"));
        if group.is_none_or(|group| group.vpc_id != vpc_id) {
            return Err(errors::SECURITY_GROUPS.fault());
        }
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    Ok(ids)
}
