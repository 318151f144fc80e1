//! Load balancers.

mod view;

use std::sync::Arc;

use isobar_engines::balancers;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::records::LoadBalancer;
use super::sync::sync;
use crate::forms::{self, FREE_NAME, InOrder, Listed, comma_separated, fits};
use crate::lookup::find;
use crate::paging::{Page, newest_first};
use crate::tags::{self, Tags};
use crate::{Command, Handler, Query, regions, standard};
use isobar_alibaba_core::records::vpc;
use isobar_alibaba_core::records::vpc::{VSwitch, Vpc};
use isobar_forms::{Cidr, is_ipv4};
use view::{Attribute, Summary, shown_address};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_load_balancer),
    query!(describe_load_balancers),
    query!(describe_load_balancer_attribute),
    command!(set_load_balancer_name),
    command!(set_load_balancer_status),
    command!(set_load_balancer_delete_protection),
    command!(delete_load_balancer),
];

const SPECS: &[&str] = &[
    "slb.s1.small",
    "slb.s2.small",
    "slb.s2.medium",
    "slb.s3.small",
    "slb.s3.medium",
    "slb.s3.large",
    "slb.lcu.elastic",
];

#[derive(Debug, Input)]
struct CreateLoadBalancer {
    _region_id: String,
    load_balancer_name: Option<String>,
    address_type: Option<String>,
    #[wire(name = "AddressIPVersion")]
    address_ip_version: Option<String>,
    address: Option<String>,
    vpc_id: Option<String>,
    v_switch_id: Option<String>,
    internet_charge_type: Option<String>,
    bandwidth: Option<i64>,
    load_balancer_spec: Option<String>,
    instance_charge_type: Option<String>,
    pay_type: Option<String>,
    master_zone_id: Option<String>,
    slave_zone_id: Option<String>,
    delete_protection: Option<String>,
    modification_protection_status: Option<String>,
    modification_protection_reason: Option<String>,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct CreatedLoadBalancer {
    vpc_id: String,
    #[wire(name = "AddressIPVersion")]
    address_ip_version: &'static str,
    v_switch_id: String,
    load_balancer_name: String,
    load_balancer_id: String,
    resource_group_id: String,
    address: String,
    network_type: &'static str,
    order_id: i64,
}

fn create_load_balancer(
    cx: &mut Command<'_, '_>,
    input: CreateLoadBalancer,
) -> Result<CreatedLoadBalancer, Fault> {
    check_money(&input)?;
    if input.address_ip_version.as_deref().is_some_and(|version| version != "ipv4") {
        return Err(standard::INVALID_PARAMETER.with(&[&"AddressIPVersion"]));
    }
    let vswitch = network(cx, &input)?;
    let (master_zone, slave_zone) = zones(cx, &input, vswitch.as_deref())?;
    let group = forms::default_resource_group(&cx.caller.account);
    if input.resource_group_id.as_ref().is_some_and(|asked| *asked != group) {
        return Err(standard::INVALID_PARAMETER.with(&[&"ResourceGroupId"]));
    }
    let console_protection = console_protection(&input)?;
    let id = forms::id(forms::LOAD_BALANCER, regions::of_call(cx.region), cx.random);
    let name = input.load_balancer_name.clone().filter(|name| !name.is_empty());
    if name.as_deref().is_some_and(|name| !FREE_NAME.allows(name)) {
        return Err(standard::INVALID_PARAMETER.with(&[&"LoadBalancerName"]));
    }
    let row = LoadBalancer {
        scope: cx.scope(),
        name: name.unwrap_or_else(|| id.clone()),
        id,
        network: vswitch.map(|row| (row.vpc_id.clone(), row.id.clone())),
        internet_charge_type: internet_charge_type(&input)?,
        bandwidth: input.bandwidth,
        spec: input.load_balancer_spec.clone().unwrap_or_else(|| "slb.s1.small".into()),
        instance_charge_type: input.instance_charge_type.unwrap_or_else(|| "PayBySpec".into()),
        master_zone,
        slave_zone,
        delete_protection: on_or_off(input.delete_protection.as_deref(), "DeleteProtection")?,
        console_protection,
        active: true,
        listeners: Vec::new(),
        servers: Vec::new(),
        tags: Tags::given(input.tag, &errors::TAGS)?,
        created_at: cx.now,
    };
    let row = cx.store.put(row);
    let engine = sync(cx, &row.key()).expect("the row was put in");
    let (vpc_id, v_switch_id) = row.network.clone().unwrap_or_default();
    Ok(CreatedLoadBalancer {
        load_balancer_id: row.id.clone(),
        load_balancer_name: row.name.clone(),
        address: engine.shown_address(),
        address_ip_version: "ipv4",
        network_type: if row.network.is_some() { "vpc" } else { "classic" },
        vpc_id,
        v_switch_id,
        resource_group_id: group,
        order_id: 0,
    })
}

fn check_money(input: &CreateLoadBalancer) -> Result<(), Fault> {
    match input.pay_type.as_deref().unwrap_or("PayOnDemand") {
        "PayOnDemand" => {}
        _ => return Err(standard::INVALID_PARAMETER.with(&[&"PayType"])),
    }
    let charge = input.instance_charge_type.as_deref().unwrap_or("PayBySpec");
    if !["PayBySpec", "PayByCLCU"].contains(&charge) {
        return Err(errors::CHARGE_TYPE.fault());
    }
    let spec = input.load_balancer_spec.as_deref().unwrap_or("slb.s1.small");
    if !SPECS.contains(&spec) {
        return Err(standard::INVALID_PARAMETER.with(&[&"LoadBalancerSpec"]));
    }
    if input.bandwidth.is_some_and(|bandwidth| !(1..=5000).contains(&bandwidth)) {
        return Err(errors::BANDWIDTH.fault());
    }
    Ok(())
}

fn internet_charge_type(input: &CreateLoadBalancer) -> Result<String, Fault> {
    let charge = input.internet_charge_type.as_deref().unwrap_or("paybytraffic").to_lowercase();
    match charge.as_str() {
        "paybytraffic" => Ok(charge),
        "paybybandwidth" if input.bandwidth.is_some() => Ok(charge),
        "paybybandwidth" => Err(errors::BANDWIDTH.fault()),
        _ => Err(standard::INVALID_PARAMETER.with(&[&"InternetChargeType"])),
    }
}

fn on_or_off(given: Option<&str>, parameter: &str) -> Result<bool, Fault> {
    match given.unwrap_or("off") {
        "on" => Ok(true),
        "off" | "" => Ok(false),
        _ => Err(standard::INVALID_PARAMETER.with(&[&parameter])),
    }
}

fn console_protection(input: &CreateLoadBalancer) -> Result<Option<String>, Fault> {
    let reason = input.modification_protection_reason.clone().unwrap_or_default();
    if !reason.is_empty() && !(2..=80).contains(&reason.chars().count()) {
        return Err(errors::PROTECTION_REASON.fault());
    }
    match input.modification_protection_status.as_deref().unwrap_or("NonProtection") {
        "ConsoleProtection" => Ok(Some(reason)),
        "NonProtection" | "" => Ok(None),
        _ => Err(errors::PROTECTION_STATUS.fault()),
    }
}

/// The vSwitch of a load balancer for a private network.
fn network(
    cx: &Command<'_, '_>,
    input: &CreateLoadBalancer,
) -> Result<Option<Arc<VSwitch>>, Fault> {
    match input.address_type.as_deref().unwrap_or("internet") {
        "internet" | "" => return Ok(None),
        "intranet" => {}
        _ => return Err(standard::INVALID_PARAMETER.with(&[&"AddressType"])),
    }
    let id = input.v_switch_id.as_deref().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| errors::NEEDS_VSWITCH.fault())?;
    if let Some(vpc) = input.vpc_id.as_deref().filter(|vpc| !vpc.is_empty()) {
        find::<Vpc>(cx, cx.store, vpc, &errors::VPC_NOT_FOUND)?;
    }
    let vswitch = find::<VSwitch>(cx, cx.store, id, &errors::VSWITCH_NOT_FOUND)?;
    if vpc::available(cx.store, vswitch) < 1 {
        return Err(errors::VSWITCH_FULL.fault());
    }
    // An address of one's own choice cannot be had: those of this computer's loopback are drawn.
    if let Some(address) = input.address.as_deref().filter(|address| !address.is_empty()) {
        let host = Cidr::exact(&format!("{address}/32")).filter(|_| is_ipv4(address));
        let block = Cidr::exact(&vswitch.cidr);
        let inside = host.zip(block).is_some_and(|(host, block)| block.contains(host));
        return Err(if inside {
            standard::UNSUPPORTED_PARAMETER.with(&[&"Address"])
        } else {
            errors::ADDRESS_OUTSIDE.fault()
        });
    }
    Ok(Some(Arc::clone(vswitch)))
}

fn zones(
    cx: &Command<'_, '_>,
    input: &CreateLoadBalancer,
    vswitch: Option<&VSwitch>,
) -> Result<(String, String), Fault> {
    let region = regions::of_call(cx.region);
    let given = [(&input.master_zone_id, "MasterZoneId"), (&input.slave_zone_id, "SlaveZoneId")];
    for (zone, parameter) in given {
        if zone.as_deref().is_some_and(|zone| !zone.is_empty() && !region.has_zone(zone)) {
            return Err(standard::INVALID_PARAMETER.with(&[&parameter]));
        }
    }
    let own = vswitch.map_or_else(|| region.default_zone(), |row| row.zone_id.clone());
    let master = input.master_zone_id.clone().filter(|zone| !zone.is_empty()).unwrap_or(own);
    let slave = input.slave_zone_id.clone().filter(|zone| !zone.is_empty());
    let other = || region.zones().find(|zone| *zone != master).unwrap_or_default();
    let slave = slave.unwrap_or_else(other);
    Ok((master, slave))
}

#[derive(Debug, Input)]
struct DescribeLoadBalancers {
    _region_id: String,
    load_balancer_id: Option<String>,
    load_balancer_name: Option<String>,
    load_balancer_status: Option<String>,
    address: Option<String>,
    address_type: Option<String>,
    network_type: Option<String>,
    #[wire(name = "AddressIPVersion")]
    address_ip_version: Option<String>,
    internet_charge_type: Option<String>,
    vpc_id: Option<String>,
    v_switch_id: Option<String>,
    master_zone_id: Option<String>,
    slave_zone_id: Option<String>,
    pay_type: Option<String>,
    resource_group_id: Option<String>,
    server_id: Option<String>,
    server_intranet_address: Option<String>,
    tags: Option<String>,
    tag: Option<Vec<tags::Given>>,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct LoadBalancers {
    page_number: i64,
    page_size: i64,
    total_count: i64,
    load_balancers: Listed<InOrder<Summary>>,
}

impl DescribeLoadBalancers {
    fn fits(&self, cx: &Query<'_>, row: &LoadBalancer, tags: &[tags::Given]) -> bool {
        let is = |asked: &Option<String>, own: &str| {
            asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == own)
        };
        let among = |asked: &Option<String>, fit: &dyn Fn(&str) -> bool| {
            let asked = comma_separated(asked.as_deref().unwrap_or_default());
            asked.is_empty() || asked.into_iter().any(fit)
        };
        let (vpc, vswitch) = row.network.clone().unwrap_or_default();
        let private = row.network.is_some();
        let server_at = |address: &str| {
            row.servers.iter().any(|server| {
                isobar_engines::machines::find(cx.store, &server.id)
                    .is_some_and(|machine| machine.address.to_string() == address)
            })
        };
        among(&self.load_balancer_id, &|id| id == row.id)
            && among(&self.load_balancer_name, &|name| fits(name, &row.name))
            && among(&self.address, &|address| address == shown_address(cx.store, row))
            && among(&self.server_intranet_address, &server_at)
            && is(&self.load_balancer_status, row.status())
            && is(&self.address_type, if private { "intranet" } else { "internet" })
            && is(&self.network_type, if private { "vpc" } else { "classic" })
            && is(&self.address_ip_version, "ipv4")
            && is(&self.internet_charge_type, &row.internet_charge_type)
            && is(&self.vpc_id, &vpc)
            && is(&self.v_switch_id, &vswitch)
            && is(&self.master_zone_id, &row.master_zone)
            && is(&self.slave_zone_id, &row.slave_zone)
            && is(&self.pay_type, "PayOnDemand")
            && is(&self.resource_group_id, &forms::default_resource_group(&cx.caller.account))
            && among(&self.server_id, &|id| row.servers.iter().any(|server| server.id == id))
            && row.tags.fit(self.tag.as_deref())
            && row.tags.fit(Some(tags))
    }
}

fn describe_load_balancers(
    cx: &Query<'_>,
    input: DescribeLoadBalancers,
) -> Result<LoadBalancers, Fault> {
    let page = Page::new(input.page_number.filter(|number| *number != 0), input.page_size, 100)?;
    let tags = tags::in_json(input.tags.as_deref());
    let tags = tags.ok_or_else(|| standard::INVALID_PARAMETER.with(&[&"Tags"]))?;
    let rows = cx.store.list::<LoadBalancer>(&cx.scope()).filter(|row| input.fits(cx, row, &tags));
    let rows = newest_first(rows);
    let (total_count, rows) = page.cut(rows);
    let summaries = rows.into_iter().map(|row| Summary::of(cx, row)).collect();
    Ok(LoadBalancers {
        page_number: page.number,
        page_size: page.size,
        total_count,
        load_balancers: Listed("LoadBalancer", summaries),
    })
}

#[derive(Debug, Input)]
struct LoadBalancerId {
    load_balancer_id: String,
}

fn describe_load_balancer_attribute(
    cx: &Query<'_>,
    input: LoadBalancerId,
) -> Result<InOrder<Attribute>, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    Ok(Attribute::of(cx, row))
}

/// Changes a load balancer and what it does.
pub(super) fn change(
    cx: &mut Command<'_, '_>,
    id: &str,
    change: impl FnOnce(&mut LoadBalancer),
) -> Result<(), Fault> {
    let key = find::<LoadBalancer>(cx, cx.store, id, &errors::NOT_FOUND)?.key();
    cx.store.modify::<LoadBalancer>(&key, change);
    sync(cx, &key);
    Ok(())
}

#[derive(Debug, Input)]
struct SetLoadBalancerName {
    load_balancer_id: String,
    load_balancer_name: String,
}

fn set_load_balancer_name(
    cx: &mut Command<'_, '_>,
    input: SetLoadBalancerName,
) -> Result<Empty, Fault> {
    if !FREE_NAME.allows(&input.load_balancer_name) {
        return Err(standard::INVALID_PARAMETER.with(&[&"LoadBalancerName"]));
    }
    change(cx, &input.load_balancer_id, |row| row.name = input.load_balancer_name)?;
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct SetLoadBalancerStatus {
    load_balancer_id: String,
    load_balancer_status: String,
}

fn set_load_balancer_status(
    cx: &mut Command<'_, '_>,
    input: SetLoadBalancerStatus,
) -> Result<Empty, Fault> {
    let active = match input.load_balancer_status.as_str() {
        "active" => true,
        "inactive" => false,
        _ => return Err(standard::INVALID_PARAMETER.with(&[&"LoadBalancerStatus"])),
    };
    change(cx, &input.load_balancer_id, |row| row.active = active)?;
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct SetLoadBalancerDeleteProtection {
    _region_id: String,
    load_balancer_id: String,
    delete_protection: String,
}

fn set_load_balancer_delete_protection(
    cx: &mut Command<'_, '_>,
    input: SetLoadBalancerDeleteProtection,
) -> Result<Empty, Fault> {
    let on = on_or_off(Some(&input.delete_protection), "DeleteProtection")?;
    change(cx, &input.load_balancer_id, |row| row.delete_protection = on)?;
    Ok(Empty {})
}

fn delete_load_balancer(cx: &mut Command<'_, '_>, input: LoadBalancerId) -> Result<Empty, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    if row.delete_protection {
        return Err(errors::DELETE_PROTECTION.fault());
    }
    let key = row.key();
    cx.store.remove::<LoadBalancer>(&key);
    balancers::remove(cx.store, &input.load_balancer_id);
    Ok(Empty {})
}
