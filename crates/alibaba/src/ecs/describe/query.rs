//! Which instances a call asks for.

use isobar_kernel::Fault;
use jiff::Timestamp;

use super::Asked;
use crate::Query;
use crate::ecs::errors;
use crate::ecs::filters::ids;
use crate::ecs::instances::{Found, Status};
use crate::ecs::places::CHARGE_TYPES;
use crate::forms::{self, fits};

/// The filters of a call, checked.
pub(super) struct Filters<'a> {
    asked: &'a Asked,
    ids: Option<Vec<String>>,
    private: Option<Vec<String>>,
    public: Option<Vec<String>>,
    status: Option<Status>,
    created_from: Option<Timestamp>,
    created_to: Option<Timestamp>,
    /// Something is asked for that no instance here has.
    none: bool,
}

const LOCK_REASONS: &[&str] =
    &["financial", "security", "recycling", "dedicatedhostfinancial", "refunded"];

impl<'a> Filters<'a> {
    pub(super) fn new(cx: &Query<'_>, asked: &'a Asked) -> Result<Self, Fault> {
        let status = asked.status.as_deref().filter(|status| !status.is_empty());
        let status = status
            .map(|status| Status::named(status).ok_or_else(|| errors::STATUS_FILTER.fault()))
            .transpose()?;
        let mut filters = Self {
            asked,
            ids: ids(asked.instance_ids.as_deref(), "InstanceIds")?,
            private: ids(asked.private_ip_addresses.as_deref(), "PrivateIpAddresses")?,
            public: ids(asked.public_ip_addresses.as_deref(), "PublicIpAddresses")?,
            status,
            created_from: None,
            created_to: None,
            none: none(cx, asked)?,
        };
        filters.add_pairs()?;
        Ok(filters)
    }

    fn add_pairs(&mut self) -> Result<(), Fault> {
        for pair in self.asked.filter.as_deref().unwrap_or_default() {
            let (key, value) = (pair.key.as_deref().unwrap_or_default(), pair.value.as_deref());
            let moment = || {
                let moment = value.and_then(forms::moment);
                moment.ok_or_else(|| errors::FILTER_VALUE.with(&[&value.unwrap_or_default()]))
            };
            match key {
                "CreationStartTime" => self.created_from = Some(moment()?),
                "CreationEndTime" => self.created_to = Some(moment()?),
                // Pay-as-you-go instances never expire.
                "ExpiredStartTime" | "ExpiredEndTime" => {
                    moment()?;
                    self.none = true;
                }
                _ => return Err(errors::FILTER_KEY.with(&[&key])),
            }
        }
        Ok(())
    }

    /// Whether the instance is one that is asked for.
    pub(super) fn fit(&self, found: &Found<'_>) -> bool {
        let row = found.row;
        let asked = self.asked;
        let is = |asked: &Option<String>, value: &str| {
            asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == value)
        };
        let within = |texts: &Option<Vec<String>>, value: &str| {
            texts.as_ref().is_none_or(|texts| texts.iter().any(|text| text == value))
        };
        let group = asked.security_group_id.as_ref().filter(|id| !id.is_empty());
        let name = asked.instance_name.as_deref().filter(|name| !name.is_empty());
        !self.none
            && within(&self.ids, &row.id)
            && within(&self.private, &found.address())
            && (self.public.is_none() || row.public && within(&self.public, &found.address()))
            && self.status.is_none_or(|status| status == found.status())
            && is(&asked.vpc_id, &row.vpc_id)
            && is(&asked.v_switch_id, &row.vswitch_id)
            && is(&asked.zone_id, &row.zone_id)
            && is(&asked.image_id, &row.image_id)
            && is(&asked.instance_type, &row.type_id)
            && is(&asked.instance_type_family, found.instance_type().family.name)
            && is(&asked.key_pair_name, row.key_pair.as_deref().unwrap_or_default())
            && is(&asked.internet_charge_type, &row.internet_charge_type)
            && group.is_none_or(|id| row.group_ids.contains(id))
            && name.is_none_or(|name| fits(name, &row.name))
            && self.created_from.is_none_or(|from| row.created_at >= from)
            && self.created_to.is_none_or(|to| row.created_at <= to)
            && row.tags.fit(asked.tag.as_deref())
    }
}

/// Whether something is asked for that no instance here has; and whether it is asked for rightly.
fn none(cx: &Query<'_>, asked: &Asked) -> Result<bool, Fault> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let network = given(&asked.instance_network_type).unwrap_or_else(|| "vpc".into());
    if !["vpc", "classic"].contains(&network.as_str()) {
        return Err(errors::NETWORK_TYPE_FILTER.fault());
    }
    let charge = given(&asked.instance_charge_type).unwrap_or_else(|| "PostPaid".into());
    if !CHARGE_TYPES.contains(&charge.as_str()) {
        return Err(errors::CHARGE_TYPE_NOT_FOUND.fault());
    }
    let internet = given(&asked.internet_charge_type).unwrap_or_else(|| "PayByTraffic".into());
    if !["PayByTraffic", "PayByBandwidth"].contains(&internet.as_str()) {
        return Err(errors::INTERNET_CHARGE_TYPE_FILTER.fault());
    }
    let lock = given(&asked.lock_reason);
    if lock.as_ref().is_some_and(|lock| !LOCK_REASONS.contains(&lock.to_lowercase().as_str())) {
        return Err(errors::LOCK_REASON_FILTER.fault());
    }
    if given(&asked.hpc_cluster_id).is_some() {
        return Err(errors::HPC_CLUSTER_NOT_FOUND.fault());
    }
    let elsewhere = [
        ids(asked.inner_ip_addresses.as_deref(), "InnerIpAddresses")?,
        ids(asked.eip_addresses.as_deref(), "EipAddresses")?,
        ids(asked.rdma_ip_addresses.as_deref(), "RdmaIpAddresses")?,
    ];
    let group = forms::default_resource_group(&cx.caller.account);
    Ok(network == "classic"
        || charge == "PrePaid"
        || lock.is_some()
        || asked.io_optimized == Some(false)
        || asked.device_available == Some(false)
        || asked.ipv6_address.as_ref().is_some_and(|addresses| !addresses.is_empty())
        || given(&asked.resource_group_id).is_some_and(|asked| asked != group)
        || elsewhere.iter().any(Option::is_some))
}
