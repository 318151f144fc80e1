//! Making instances: what both calls that do it check, and how it is done.

mod check;
mod name;
mod options;
mod place;

pub(super) use check::{is_password, user_data};
pub(super) use name::is_host_name;

use isobar_engines::machines::{self, Spec};
use isobar_kernel::Fault;
use isobar_kernel::call::Empty;
use isobar_wire::input::Place;
use isobar_wire::value::Error;
use isobar_wire::{Input, Value};

use super::records::Instance;
use crate::tags::{self, Tags};
use crate::{Command, forms, regions};

/// What is asked of a new instance.
#[derive(Debug, Default, Input)]
pub(super) struct Launch {
    pub(super) instance_type: Option<String>,
    image_id: Option<String>,
    image_family: Option<String>,
    security_group_id: Option<String>,
    security_group_ids: Option<Vec<String>>,
    v_switch_id: Option<String>,
    zone_id: Option<String>,
    private_ip_address: Option<String>,
    network_interface: Option<Vec<NetworkInterface>>,
    instance_name: Option<String>,
    unique_suffix: Option<bool>,
    host_name: Option<String>,
    host_names: Option<Vec<String>>,
    description: Option<String>,
    password: Option<String>,
    key_pair_name: Option<String>,
    user_data: Option<String>,
    internet_charge_type: Option<String>,
    internet_max_bandwidth_in: Option<i64>,
    internet_max_bandwidth_out: Option<i64>,
    instance_charge_type: Option<String>,
    auto_pay: Option<bool>,
    spot_strategy: Option<String>,
    spot_price_limit: Option<f64>,
    spot_duration: Option<i64>,
    spot_interruption_behavior: Option<String>,
    private_pool_options: Option<PrivatePool>,
    io_optimized: Option<String>,
    security_enhancement_strategy: Option<String>,
    affinity: Option<String>,
    tenancy: Option<String>,
    // Nothing in them is built; the face's table says what they may say.
    _hibernation_options: Option<Empty>,
    _image_options: Option<Empty>,
    ipv6_address: Option<Vec<String>>,
    ipv6_address_count: Option<i64>,
    credit_specification: Option<String>,
    deletion_protection: Option<bool>,
    system_disk: Option<AskedDisk>,
    resource_group_id: Option<String>,
    ram_role_name: Option<String>,
    hpc_cluster_id: Option<String>,
    deployment_set_id: Option<String>,
    dedicated_host_id: Option<String>,
    storage_set_id: Option<String>,
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

/// What is asked of the first disk.
#[derive(Debug, Default, Input)]
struct AskedDisk {
    category: Option<String>,
    size: Option<WholeNumber>,
    disk_name: Option<String>,
    description: Option<String>,
    performance_level: Option<String>,
}

/// Which private pools an instance may be of.
#[derive(Debug, Default, Input)]
struct PrivatePool {
    match_criteria: Option<String>,
    id: Option<String>,
}

/// What is asked of a network interface.
#[derive(Clone, Debug, Default, Input)]
struct NetworkInterface {
    v_switch_id: Option<String>,
    security_group_id: Option<String>,
    security_group_ids: Option<Vec<String>>,
}

/// RunInstances has the size as text, CreateInstance as a number.
#[derive(Clone, Copy, Debug)]
struct WholeNumber(i64);

impl Input for WholeNumber {
    fn blank() -> Self {
        Self(0)
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        Ok(Self(match value.as_str() {
            // What is no number is out of every range.
            Some(text) => text.parse().unwrap_or(-1),
            None => i64::read(value, place)?,
        }))
    }
}

/// Makes the instances and returns their ids: all of them or none.
pub(super) fn launch(
    cx: &mut Command<'_, '_>,
    input: &Launch,
    amount: usize,
    start: bool,
) -> Result<Vec<String>, Fault> {
    let checked = check::check(cx, input, start)?;
    let place = place::choose(cx, input, amount)?;
    let names = name::Names::new(input, amount)?;
    let mut ids = Vec::with_capacity(amount);
    for at in 0..amount {
        let region = regions::of_call(cx.region);
        let id = forms::id(forms::INSTANCE, region, cx.random);
        let name = names.instance(at).unwrap_or_else(|| id.clone());
        let host_name = names.host(at).unwrap_or_else(|| default_host_name(&id));
        let machine =
            Spec { id: id.clone(), script: checked.script.clone(), start, ..Spec::default() };
        machines::create(cx.store, cx.context.random, cx.context.now, machine);
        let row = row(cx, input, &checked, &place, start);
        cx.store.put(Instance { id: id.clone(), name, host_name, ..row });
        ids.push(id);
    }
    Ok(ids)
}

/// `iZbp1…Z`, which is what a host calls itself where nobody says.
fn default_host_name(id: &str) -> String {
    format!("iZ{}Z", id.trim_start_matches("i-"))
}

fn row(
    cx: &Command<'_, '_>,
    input: &Launch,
    checked: &check::Checked,
    place: &place::Place,
    start: bool,
) -> Instance {
    let region = regions::of_call(cx.region);
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let or =
        |given: &Option<String>, default: &str| given.clone().unwrap_or_else(|| default.into());
    let bandwidth_out = input.internet_max_bandwidth_out.unwrap_or(0);
    Instance {
        scope: cx.scope(),
        id: String::new(),
        name: String::new(),
        description: text(&input.description),
        host_name: String::new(),
        image_id: checked.image_id.clone(),
        type_id: checked.type_id.clone(),
        vpc_id: place.vpc_id.clone(),
        vswitch_id: place.vswitch_id.clone(),
        zone_id: place.zone_id.clone(),
        group_ids: place.group_ids.clone(),
        key_pair: input.key_pair_name.clone().filter(|name| !name.is_empty()),
        // CreateInstance leaves the address to AllocatePublicIpAddress.
        public: start && bandwidth_out > 0,
        internet_charge_type: or(&input.internet_charge_type, "PayByTraffic"),
        bandwidth_in: input.internet_max_bandwidth_in.unwrap_or_else(|| bandwidth_out.max(10)),
        bandwidth_out,
        credit_specification: checked.credit_specification.clone(),
        deletion_protection: input.deletion_protection.unwrap_or(false),
        user_data: text(&input.user_data),
        stopped_mode: "Not-applicable".into(),
        spot_strategy: or(&input.spot_strategy, "NoSpot"),
        spot: checked.spot.clone(),
        private_pool: options::private_pool(input),
        disk: checked.disk.clone(),
        first_tags: checked.tags.clone(),
        interface_id: forms::id(forms::NETWORK_INTERFACE, region, cx.random),
        mac_address: mac_address(cx.random.number()),
        serial_number: cx.random.uuid(),
        tags: checked.tags.clone(),
        created_at: cx.now,
        started_at: start.then_some(cx.now),
    }
}

/// An address of the vendor's block.
fn mac_address(chance: u64) -> String {
    let [a, b, c, ..] = chance.to_le_bytes();
    format!("00:16:3e:{a:02x}:{b:02x}:{c:02x}")
}

/// The tags of a call.
fn tags_of(input: &Launch) -> Result<Tags, Fault> {
    Tags::given(input.tag.clone(), &super::errors::TAGS)
}
