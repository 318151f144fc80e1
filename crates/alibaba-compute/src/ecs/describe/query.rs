//! Which instances a call asks for.

use isobar_kernel::Fault;

use super::Selection;
use crate::Query;
use crate::ecs::errors;
use crate::ecs::filters::{Created, ids};
use crate::ecs::instances::{Found, Status};
use crate::ecs::places::CHARGE_TYPES;
use crate::forms::{self, fits};
use crate::standard;

/// The filters of a call, checked.
pub(super) struct Filters<'a> {
    asked: &'a Selection,
    ids: Option<Vec<String>>,
    private: Option<Vec<String>>,
    public: Option<Vec<String>>,
    status: Option<Status>,
    created: Created,
    /// Something is asked for that no instance here has.
    none: bool,
}

/// What a call may ask for beside what is always shown; here it is shown always.
const ADDITIONAL: &[&str] =
    &["META_OPTIONS", "DDH_CLUSTER", "NETWORK_PRIMARY_ENI_IP", "CPU_OPTIONS_TOPOLOGY_TYPE"];

/// Why an instance or a disk may be locked.
pub(in crate::ecs) const LOCK_REASONS: &[&str] =
    &["financial", "security", "recycling", "dedicatedhostfinancial", "refunded"];

impl<'a> Filters<'a> {
    pub(super) fn new(cx: &Query<'_>, asked: &'a Selection) -> Result<Self, Fault> {
        let status = asked.status.as_deref().filter(|status| !status.is_empty());
        let status = status
            .map(|status| Status::named(status).ok_or_else(|| errors::STATUS_FILTER.fault()))
            .transpose()?;
        let created = Created::of(
            asked.filter.as_deref(),
            &["CreationStartTime", "CreationEndTime", "ExpiredStartTime", "ExpiredEndTime"],
            (&errors::FILTER_KEY, &errors::FILTER_VALUE),
        )?;
        Ok(Self {
            asked,
            ids: ids(asked.instance_ids.as_deref(), "InstanceIds")?,
            private: ids(asked.private_ip_addresses.as_deref(), "PrivateIpAddresses")?,
            public: ids(asked.public_ip_addresses.as_deref(), "PublicIpAddresses")?,
            status,
            created,
            none: none(cx, asked)?,
        })
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
            && is(&asked.instance_type_family, found.family())
            && is(&asked.key_pair_name, row.key_pair.as_deref().unwrap_or_default())
            && is(&asked.internet_charge_type, &row.internet_charge_type)
            && group.is_none_or(|id| row.group_ids.contains(id))
            && name.is_none_or(|name| fits(name, &row.name))
            && self.created.fits(row.created_at)
            && row.tags.fit(asked.tag.as_deref())
    }
}

/// Whether something is asked for that no instance here has; and whether it is asked for rightly.
fn none(cx: &Query<'_>, asked: &Selection) -> Result<bool, Fault> {
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
    let additional = asked.additional_attributes.as_deref().unwrap_or_default();
    if additional.iter().any(|name| !ADDITIONAL.contains(&name.as_str())) {
        return Err(standard::INVALID_PARAMETER.with(&[&"AdditionalAttributes"]));
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
