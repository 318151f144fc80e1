//! RunInstances.

mod devices;
mod options;
mod place;

use isobar_engines::machines;
use isobar_kernel::{Fault, Handler, Tables, command};

use super::ids::{self, IMAGE, INSTANCE, INTERFACE};
use super::images::{self, Image};
use super::instance_types::{self, Type};
use super::instances::{self, Reservation, Seen};
use super::records::{self, Instance, Interface};
use super::tags::Wanted;
use super::{Command, errors, instance_states, key_pairs};
use crate::World;
use options::RunInstances;
pub(super) use options::script;
use place::Place;

pub(super) const OPERATIONS: &[Handler<World>] = &[command!(run_instances, on "instance/*")];

/// How many virtual processors a region's instances may have together.
const MOST_VCPUS: i64 = 256;
/// What kinds of resources a launch can tag.
const TAGGED: &[&str] = &["instance", "volume", "network-interface"];
/// What the service launches where no type is given.
const DEFAULT_TYPE: &str = "m1.small";

/// What all instances of a launch share, all of it checked.
struct Plan {
    image: &'static Image,
    image_id: String,
    kind: &'static Type,
    place: Place,
    key_name: Option<String>,
    /// What the machine runs.
    script: Vec<u8>,
}

fn run_instances<'c>(
    cx: &'c mut Command<'_, '_>,
    input: RunInstances,
) -> Result<Reservation<'c>, Fault> {
    instance_states::sweep(cx);
    let wanted = Wanted::new(&input.tag_specifications, TAGGED, &errors::TAGGABLE)?;
    let plan = plan(cx, &input)?;
    let count = count(cx, &input, &plan)?;
    let reservation_id = ids::new("r-", cx.random);
    let mut ids = Vec::new();
    for index in 0..count {
        let instance = new(cx, &input, &plan, &reservation_id, index)?;
        let spec = machines::Spec {
            id: instance.id.clone(),
            script: plan.script.clone(),
            environment: std::collections::BTreeMap::new(),
            start: true,
        };
        machines::create(cx.store, cx.context.random, cx.context.now, spec);
        let instance = cx.store.put(instance);
        wanted.put(cx, "instance", &instance.id);
        wanted.put(cx, "network-interface", &instance.interface.id);
        for volume in &instance.volumes {
            wanted.put(cx, "volume", &volume.id);
        }
        ids.push(instance.id.clone());
    }
    let scope = cx.scope();
    let store: &Tables = cx.store;
    let rows = ids.iter().filter_map(|id| store.get::<Instance>(&format!("{scope}{id}")));
    let views = rows.map(|row| instances::view(store, Seen::new(store, row))).collect();
    let reservation = instances::together(views).into_iter().next();
    Ok(reservation.expect("a launch has at least one instance"))
}

/// Checks what was asked for, in the service's order.
fn plan(cx: &Command<'_, '_>, input: &RunInstances) -> Result<Plan, Fault> {
    input.check()?;
    let image_id = input.image_id.clone().filter(|id| !id.is_empty());
    let image_id = image_id.ok_or_else(|| errors::MISSING.with(&[&"ImageId"]))?;
    IMAGE.check(&image_id)?;
    let image = images::find(cx.region, &image_id).ok_or_else(|| IMAGE.missing(&image_id))?;
    let name = input.instance_type.as_deref().unwrap_or(DEFAULT_TYPE);
    let kind = instance_types::find(name).ok_or_else(|| errors::INSTANCE_TYPE.with(&[&name]))?;
    if !kind.architectures.iter().any(|known| known == image.architecture) {
        let shown = kind.architectures.join(",");
        return Err(errors::ARCHITECTURE.with(&[&shown, &image.architecture]));
    }
    let key_name = input.key_name.clone().filter(|name| !name.is_empty());
    if let Some(name) = &key_name {
        key_pairs::named(cx.store, &cx.scope(), name)
            .ok_or_else(|| errors::KEY_NAME_MISSING.with(&[name]))?;
    }
    let place = Place::find(cx, input, kind)?;
    let script = script(input.user_data.as_deref())?;
    Ok(Plan { image, image_id, kind, place, key_name, script })
}

/// How many instances there will be: as many as there is room for, within what was asked for.
fn count(cx: &Command<'_, '_>, input: &RunInstances, plan: &Plan) -> Result<i64, Fault> {
    let (min, max) = (input.min_count, input.max_count);
    for (name, value) in [("minCount", min), ("maxCount", max)] {
        if value < 1 {
            return Err(errors::INSTANCE_COUNT.with(&[&value, &name]));
        }
    }
    if min > max {
        return Err(errors::INSTANCE_COUNTS.with(&[&max, &min]));
    }
    // A dry run looks at no limit: it says nothing of how many there is room for.
    if input.dry_run == Some(true) {
        return Ok(1);
    }
    let scope = cx.scope();
    let live = cx.store.list::<Instance>(&scope).filter(|instance| instance.is_live());
    let used: i64 = live
        .filter_map(|instance| instance_types::find(&instance.instance_type))
        .map(|kind| kind.vcpus)
        .sum();
    let by_vcpus = (MOST_VCPUS - used) / plan.kind.vcpus;
    if by_vcpus < min {
        return Err(errors::VCPU_LIMIT.with(&[&MOST_VCPUS]));
    }
    if plan.place.free_addresses < min {
        return Err(errors::SUBNET_FULL.with(&[&plan.place.subnet_id]));
    }
    Ok(max.min(by_vcpus).min(plan.place.free_addresses))
}

fn new(
    cx: &Command<'_, '_>,
    input: &RunInstances,
    plan: &Plan,
    reservation_id: &str,
    launch_index: i64,
) -> Result<Instance, Fault> {
    let (random, now) = (cx.random, records::whole_second(cx.now));
    let place = &plan.place;
    let devices = input.block_device_mappings.as_deref().unwrap_or_default();
    let volumes = devices::volumes(plan.image, cx.region, devices, random)?;
    Ok(Instance {
        scope: cx.scope(),
        id: INSTANCE.draw(random),
        reservation_id: reservation_id.to_owned(),
        launch_index,
        created_at: now,
        launched_at: now,
        client_token: input.client_token.clone().unwrap_or_default(),
        image_id: plan.image_id.clone(),
        instance_type: plan.kind.name.clone(),
        key_name: plan.key_name.clone(),
        vpc_id: place.vpc_id.clone(),
        subnet_id: place.subnet_id.clone(),
        zone: place.zone.clone(),
        zone_id: place.zone_id.clone(),
        tenancy: place.tenancy.clone(),
        public: place.public,
        group_ids: place.group_ids.clone(),
        interface: Interface {
            id: INTERFACE.draw(random),
            attachment_id: ids::new("eni-attach-", random),
            mac: mac(random),
            description: place.description.clone(),
            delete_on_termination: place.delete_interface,
        },
        volumes,
        user_data: input.user_data.clone().filter(|data| !data.is_empty()),
        monitoring: input.monitoring.as_ref().is_some_and(|monitoring| monitoring.enabled),
        ebs_optimized: input.ebs_optimized.unwrap_or(false),
        source_dest_check: true,
        disable_api_termination: input.disable_api_termination.unwrap_or(false),
        disable_api_stop: input.disable_api_stop.unwrap_or(false),
        shutdown_behavior: input.shutdown_behavior()?,
        cpu_credits: input.cpu_credits(plan.kind)?,
        auto_recovery: input.auto_recovery(),
        metadata: input.metadata(plan.image),
        transition: String::new(),
        reason: None,
        terminated_at: None,
    })
}

/// A locally administered address, as the service's are.
fn mac(random: &isobar_kernel::Random) -> String {
    let mut bytes = [0; 5];
    random.fill(&mut bytes);
    let rest: String = bytes.iter().map(|byte| format!(":{byte:02x}")).collect();
    format!("02{rest}")
}
