//! Attributes of instances, one at a time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_engines::machines::Machine;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, command, query};
use isobar_wire::{Blob, Input, Output};

use super::filters::{Field, Filters, Selection};
use super::ids::GROUP;
use super::instance_states::{self, State};
use super::instances::{self, GroupIdentifier};
use super::pages::{self, Page};
use super::records::{self, Group, Instance};
use super::volumes::InstanceVolume;
use super::{Command, Flag, Query, Text, errors, images, instance_types, launch};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    query!(describe_instance_attribute),
    command!(modify_instance_attribute, on "instance/{InstanceId}"),
    query!(describe_instance_credit_specifications),
];

#[derive(Debug, Input)]
struct DescribeInstanceAttribute {
    attribute: String,
    instance_id: String,
}

#[derive(Debug, Default, Output)]
struct Attribute<'a> {
    block_device_mappings: Option<Vec<InstanceVolume<'a>>>,
    disable_api_termination: Option<Flag>,
    ena_support: Option<Flag>,
    enclave_options: Option<Enclave>,
    ebs_optimized: Option<Flag>,
    instance_id: &'a str,
    instance_initiated_shutdown_behavior: Option<Text>,
    instance_type: Option<Text>,
    kernel_id: Option<Text>,
    product_codes: Option<[(); 0]>,
    ramdisk_id: Option<Text>,
    root_device_name: Option<Text>,
    source_dest_check: Option<Flag>,
    sriov_net_support: Option<Text>,
    user_data: Option<Text>,
    disable_api_stop: Option<Flag>,
    groups: Option<Vec<GroupIdentifier<'a>>>,
}

#[derive(Debug, Output)]
struct Enclave {
    enabled: bool,
}

fn describe_instance_attribute<'a>(
    cx: &Query<'a>,
    input: DescribeInstanceAttribute,
) -> Result<Attribute<'a>, Fault> {
    let seen = instances::chosen(cx, Some(&[input.instance_id]))?;
    let seen = *seen.first().expect("an instance that was asked for was found");
    let instance = seen.instance;
    let mut shown = Attribute { instance_id: &instance.id, ..Attribute::default() };
    match input.attribute.as_str() {
        "blockDeviceMapping" => shown.block_device_mappings = Some(InstanceVolume::all(instance)),
        "disableApiStop" => shown.disable_api_stop = Flag::of(instance.disable_api_stop),
        "disableApiTermination" => {
            shown.disable_api_termination = Flag::of(instance.disable_api_termination);
        }
        "ebsOptimized" => shown.ebs_optimized = Flag::of(instance.ebs_optimized),
        "enaSupport" => shown.ena_support = Flag::of(true),
        "enclaveOptions" => shown.enclave_options = Some(Enclave { enabled: false }),
        "groupSet" => shown.groups = Some(seen.groups(cx.store)),
        "instanceInitiatedShutdownBehavior" => {
            shown.instance_initiated_shutdown_behavior = Text::of(&instance.shutdown_behavior);
        }
        "instanceType" => shown.instance_type = Text::of(&instance.instance_type),
        "kernel" => shown.kernel_id = Some(Text { value: None }),
        "productCodes" => shown.product_codes = Some([]),
        "ramdisk" => shown.ramdisk_id = Some(Text { value: None }),
        "rootDeviceName" => {
            let image = images::find(cx.region, &instance.image_id);
            shown.root_device_name = Text::of(image.map_or("/dev/xvda", |image| image.root_device));
        }
        "sourceDestCheck" => shown.source_dest_check = Flag::of(instance.source_dest_check),
        "sriovNetSupport" => shown.sriov_net_support = Text::of("simple"),
        "userData" => shown.user_data = Some(Text { value: instance.user_data.clone() }),
        other => return Err(errors::ATTRIBUTE.with(&[&other])),
    }
    Ok(shown)
}

#[derive(Debug, Input)]
struct ModifyInstanceAttribute {
    instance_id: String,
    attribute: Option<String>,
    value: Option<String>,
    source_dest_check: Option<Flag>,
    disable_api_stop: Option<Flag>,
    disable_api_termination: Option<Flag>,
    ebs_optimized: Option<Flag>,
    instance_type: Option<Text>,
    user_data: Option<Data>,
    instance_initiated_shutdown_behavior: Option<Text>,
    groups: Option<Vec<String>>,
    block_device_mappings: Option<Vec<DeviceChange>>,
}

#[derive(Debug, Input)]
struct Data {
    value: Option<Blob>,
}

#[derive(Debug, Input)]
struct DeviceChange {
    device_name: Option<String>,
    ebs: Option<DeviceEbs>,
}

#[derive(Debug, Input)]
struct DeviceEbs {
    delete_on_termination: Option<bool>,
}

/// One change of an instance.
enum Change {
    SourceDestCheck(bool),
    DisableApiStop(bool),
    DisableApiTermination(bool),
    ShutdownBehavior(String),
    EbsOptimized(bool),
    InstanceType(String),
    UserData(Option<String>),
    Groups(Vec<String>),
    Devices(Vec<DeviceChange>),
}

impl Change {
    /// Whether the instance must be stopped for it.
    const fn needs_stop(&self) -> bool {
        matches!(self, Self::EbsOptimized(_) | Self::InstanceType(_) | Self::UserData(_))
    }
}

impl ModifyInstanceAttribute {
    /// The change that the request is, in whichever of the two ways it is written.
    fn change(self) -> Result<Change, Fault> {
        if let Some(attribute) = &self.attribute {
            let value = self.value.clone().unwrap_or_default();
            return named_change(attribute, value);
        }
        let mut changes = Vec::new();
        let on = |flag: Option<Flag>| flag.and_then(|flag| flag.value);
        changes.extend(on(self.source_dest_check).map(Change::SourceDestCheck));
        changes.extend(on(self.disable_api_stop).map(Change::DisableApiStop));
        changes.extend(on(self.disable_api_termination).map(Change::DisableApiTermination));
        changes.extend(on(self.ebs_optimized).map(Change::EbsOptimized));
        let text = |text: Option<Text>| text.and_then(|text| text.value);
        changes.extend(text(self.instance_type).map(Change::InstanceType));
        changes
            .extend(text(self.instance_initiated_shutdown_behavior).map(Change::ShutdownBehavior));
        changes.extend(self.user_data.map(|data| {
            let bytes = data.value.map(|value| value.0).filter(|value| !value.is_empty());
            Change::UserData(bytes.map(|bytes| STANDARD.encode(bytes)))
        }));
        changes.extend(self.groups.filter(|groups| !groups.is_empty()).map(Change::Groups));
        let devices = self.block_device_mappings.filter(|devices| !devices.is_empty());
        changes.extend(devices.map(Change::Devices));
        match changes.len() {
            0 => Err(errors::NO_ATTRIBUTE.fault()),
            1 => Ok(changes.remove(0)),
            _ => Err(errors::ONE_ATTRIBUTE.fault()),
        }
    }
}

/// The change of the older way of asking: an attribute's name and its value as text.
fn named_change(attribute: &str, value: String) -> Result<Change, Fault> {
    let flag = |value: &str| match value {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(errors::VALUE.with(&[&other, &attribute, &""])),
    };
    Ok(match attribute {
        "disableApiStop" => Change::DisableApiStop(flag(&value)?),
        "disableApiTermination" => Change::DisableApiTermination(flag(&value)?),
        "ebsOptimized" => Change::EbsOptimized(flag(&value)?),
        "instanceInitiatedShutdownBehavior" => Change::ShutdownBehavior(value),
        "instanceType" => Change::InstanceType(value),
        "sourceDestCheck" => Change::SourceDestCheck(flag(&value)?),
        "userData" => Change::UserData(Some(value).filter(|value| !value.is_empty())),
        other => return Err(errors::ATTRIBUTE_STATE.with(&[&other])),
    })
}

fn modify_instance_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyInstanceAttribute,
) -> Result<Empty, Fault> {
    let ids = [input.instance_id.clone()];
    let found = instance_states::existing(cx.store, &cx.scope(), &ids, cx.now)?;
    let state = found[0].1;
    let change = input.change()?;
    let [id] = ids;
    if matches!(state, State::ShuttingDown | State::Terminated)
        || change.needs_stop() && state != State::Stopped
    {
        return Err(errors::MUST_BE_STOPPED.with(&[&id]));
    }
    check(cx, &id, &change)?;
    if let Change::UserData(data) = &change {
        let script = launch::script(data.as_deref())?;
        cx.store.modify::<Machine>(&id, |machine| machine.script = script);
    }
    let key = cx.key(&id);
    cx.store.modify::<Instance>(&key, |instance| apply(instance, change));
    Ok(Empty {})
}

/// Refuses values that the attribute cannot have.
fn check(cx: &Command<'_, '_>, id: &str, change: &Change) -> Result<(), Fault> {
    match change {
        Change::ShutdownBehavior(value) if !matches!(value.as_str(), "stop" | "terminate") => {
            Err(errors::SHUTDOWN.with(&[value]))
        }
        Change::InstanceType(name) if instance_types::find(name).is_none() => {
            Err(errors::INSTANCE_TYPE_ATTRIBUTE.with(&[name]))
        }
        Change::Devices(devices) => {
            let instance = cx.store.get::<Instance>(&cx.key(id));
            let is_mapped = |name: &str| {
                instance.is_some_and(|row| row.volumes.iter().any(|volume| volume.device == name))
            };
            let names = devices.iter().map(|device| device.device_name.as_deref());
            match names.map(Option::unwrap_or_default).find(|name| !is_mapped(name)) {
                Some(name) => Err(errors::DEVICE_NOT_MAPPED.with(&[&name])),
                None => Ok(()),
            }
        }
        Change::Groups(groups) => {
            let scope = cx.scope();
            let vpc_id =
                cx.store.get::<Instance>(&cx.key(id)).map(|instance| instance.vpc_id.as_str());
            for group in groups {
                let row = records::find::<Group>(cx.store, &scope, &GROUP, group)?;
                if Some(row.vpc_id.as_str()) != vpc_id {
                    return Err(errors::RULE_NETWORKS.fault());
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn apply(instance: &mut Instance, change: Change) {
    match change {
        Change::SourceDestCheck(value) => instance.source_dest_check = value,
        Change::DisableApiStop(value) => instance.disable_api_stop = value,
        Change::DisableApiTermination(value) => instance.disable_api_termination = value,
        Change::ShutdownBehavior(value) => instance.shutdown_behavior = value,
        Change::EbsOptimized(value) => instance.ebs_optimized = value,
        Change::UserData(value) => instance.user_data = value,
        Change::Groups(value) => instance.group_ids = value,
        Change::InstanceType(value) => {
            instance.cpu_credits = instance_types::find(&value)
                .and_then(instance_types::Type::default_credits)
                .map(str::to_owned);
            instance.instance_type = value;
        }
        Change::Devices(devices) => {
            for device in devices {
                let volume = instance
                    .volumes
                    .iter_mut()
                    .find(|volume| device.device_name.as_deref() == Some(volume.device.as_str()));
                // What nobody says is what the service does with volumes that it made.
                let value = device.ebs.and_then(|ebs| ebs.delete_on_termination).unwrap_or(true);
                if let Some(volume) = volume {
                    volume.delete_on_termination = value;
                }
            }
        }
    }
}

#[derive(Debug, Input)]
struct DescribeInstanceCreditSpecifications {
    instance_ids: Option<Vec<String>>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Credits<'a> {
    instance_credit_specifications: Vec<CreditView<'a>>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct CreditView<'a> {
    instance_id: &'a str,
    cpu_credits: &'a str,
}

pub(super) const FILTERS: &[Field] = &[("instance-id", "InstanceId")];

/// Of instances that have credits. Where none are named, only those that may use more than theirs.
fn describe_instance_credit_specifications<'a>(
    cx: &Query<'a>,
    input: DescribeInstanceCreditSpecifications,
) -> Result<Credits<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let ids = input.instance_ids.as_deref();
    let named = ids.is_some_and(|ids| !ids.is_empty());
    let credits = instances::chosen(cx, ids)?
        .into_iter()
        .filter(|seen| seen.state.is_attached())
        .filter_map(|seen| {
            let cpu_credits = seen.instance.cpu_credits.as_deref()?;
            Some(CreditView { instance_id: &seen.instance.id, cpu_credits })
        })
        .filter(|row| (named || row.cpu_credits == "unlimited") && selection.takes(row))
        .collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (instance_credit_specifications, next_token) =
        page.cut(credits, |row| row.instance_id, pages::USUAL, named.then_some("instanceIds"))?;
    Ok(Credits { instance_credit_specifications, next_token })
}
