//! Volumes: those that instances were launched with, which may stay when those end.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, command, query};
use isobar_wire::{Input, Output};
use jiff::Timestamp;

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::VOLUME;
use super::instances::{self, Operator};
use super::pages::{self, Page};
use super::records::{self, FreeVolume, Instance, Volume};
use super::tags::{self, TagView};
use super::{Command, Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] =
    &[query!(describe_volumes), command!(delete_volume, on "volume/{VolumeId}")];

/// A volume as its instance shows it.
#[derive(Debug, Output)]
pub(super) struct InstanceVolume<'a> {
    device_name: &'a str,
    ebs: Ebs<'a>,
}

#[derive(Debug, Output)]
struct Ebs<'a> {
    attach_time: Timestamp,
    delete_on_termination: bool,
    status: &'static str,
    volume_id: &'a str,
    ebs_card_index: i64,
}

impl<'a> InstanceVolume<'a> {
    /// All volumes of the instance.
    pub(super) fn all(instance: &'a Instance) -> Vec<Self> {
        let shown = |volume: &'a Volume| Self {
            device_name: &volume.device,
            ebs: Ebs {
                attach_time: instance.created_at,
                delete_on_termination: volume.delete_on_termination,
                status: "attached",
                volume_id: &volume.id,
                ebs_card_index: 0,
            },
        };
        instance.volumes.iter().map(shown).collect()
    }
}

/// A volume by itself.
#[derive(Debug, Output)]
struct VolumeView<'a> {
    availability_zone_id: &'a str,
    iops: Option<i64>,
    tags: Vec<TagView<'a>>,
    volume_type: &'a str,
    multi_attach_enabled: bool,
    throughput: Option<i64>,
    operator: Operator,
    volume_id: &'a str,
    size: i64,
    snapshot_id: &'a str,
    availability_zone: &'a str,
    state: &'static str,
    create_time: Timestamp,
    attachments: Vec<Attachment<'a>>,
    encrypted: bool,
}

#[derive(Debug, Output)]
struct Attachment<'a> {
    delete_on_termination: bool,
    ebs_card_index: i64,
    volume_id: &'a str,
    instance_id: &'a str,
    device: &'a str,
    state: &'static str,
    attach_time: Timestamp,
}

/// A volume with the instance that has it, if one does.
struct Seen<'a> {
    volume: &'a Volume,
    scope: &'a str,
    zone: &'a str,
    zone_id: &'a str,
    created_at: Timestamp,
    instance_id: Option<&'a str>,
}

fn attached<'a>(instance: &'a Instance, volume: &'a Volume) -> Seen<'a> {
    Seen {
        volume,
        scope: &instance.scope,
        zone: &instance.zone,
        zone_id: &instance.zone_id,
        created_at: instance.created_at,
        instance_id: Some(&instance.id),
    }
}

fn free(row: &FreeVolume) -> Seen<'_> {
    Seen {
        volume: &row.volume,
        scope: &row.scope,
        zone: &row.zone,
        zone_id: &row.zone_id,
        created_at: row.created_at,
        instance_id: None,
    }
}

fn view<'a>(cx: &Query<'a>, seen: Seen<'a>) -> VolumeView<'a> {
    let volume = seen.volume;
    VolumeView {
        availability_zone_id: seen.zone_id,
        iops: volume.iops,
        tags: tags::of(cx.store, seen.scope, &volume.id),
        volume_type: &volume.kind,
        multi_attach_enabled: false,
        throughput: volume.throughput,
        operator: Operator::NONE,
        volume_id: &volume.id,
        size: volume.size_gib,
        snapshot_id: &volume.snapshot_id,
        availability_zone: seen.zone,
        state: if seen.instance_id.is_some() { "in-use" } else { "available" },
        create_time: seen.created_at,
        attachments: seen
            .instance_id
            .map(|instance_id| Attachment {
                delete_on_termination: volume.delete_on_termination,
                ebs_card_index: 0,
                volume_id: &volume.id,
                instance_id,
                device: &volume.device,
                state: "attached",
                attach_time: seen.created_at,
            })
            .into_iter()
            .collect(),
        encrypted: volume.encrypted,
    }
}

#[derive(Debug, Input)]
struct DescribeVolumes {
    volume_ids: Option<Vec<String>>,
    filters: Filters,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    volumes: Vec<VolumeView<'a>>,
}

pub(super) const FILTERS: &[Field] = &[
    ("attachment.attach-time", "Attachments.AttachTime"),
    ("attachment.delete-on-termination", "Attachments.DeleteOnTermination"),
    ("attachment.device", "Attachments.Device"),
    ("attachment.instance-id", "Attachments.InstanceId"),
    ("attachment.status", "Attachments.State"),
    ("availability-zone", "AvailabilityZone"),
    ("availability-zone-id", "AvailabilityZoneId"),
    ("create-time", "CreateTime"),
    ("encrypted", "Encrypted"),
    ("fast-restored", "FastRestored"),
    ("multi-attach-enabled", "MultiAttachEnabled"),
    ("operator.managed", "Operator.Managed"),
    ("operator.principal", "Operator.Principal"),
    ("size", "Size"),
    ("snapshot-id", "SnapshotId"),
    ("status", "State"),
    ("volume-id", "VolumeId"),
    ("volume-type", "VolumeType"),
];

fn describe_volumes<'a>(cx: &Query<'a>, input: DescribeVolumes) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let ids = input.volume_ids.unwrap_or_default();
    VOLUME.check_all(&ids)?;
    let mut volumes: Vec<_> = cx
        .store
        .list::<Instance>(&cx.scope())
        .filter(|instance| instances::Seen::new(cx.store, instance).state.is_attached())
        .flat_map(|instance| instance.volumes.iter().map(move |volume| (instance, volume)))
        // Those that stay when their instance ends are rows of their own from then on.
        .filter(|(instance, volume)| instance.is_live() || volume.delete_on_termination)
        .map(|(instance, volume)| attached(instance, volume))
        .chain(cx.store.list::<FreeVolume>(&cx.scope()).map(|row| free(row)))
        .map(|seen| view(cx, seen))
        .collect();
    let exists = |id: &str| volumes.iter().any(|row| row.volume_id == id);
    if let Some(id) = ids.iter().find(|id| !exists(id)) {
        return Err(VOLUME.missing(id));
    }
    volumes.retain(|row| {
        (ids.is_empty() || ids.iter().any(|id| id == row.volume_id)) && selection.takes(row)
    });
    volumes.sort_unstable_by_key(|row| row.volume_id);
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let asked = (!ids.is_empty()).then_some("volumesSet");
    let (volumes, next_token) = page.cut(volumes, |row| row.volume_id, pages::USUAL, asked)?;
    Ok(Described { next_token, volumes })
}

#[derive(Debug, Input)]
struct DeleteVolume {
    volume_id: String,
}

fn delete_volume(cx: &mut Command<'_, '_>, input: DeleteVolume) -> Result<Empty, Fault> {
    let (id, scope) = (input.volume_id, cx.scope());
    VOLUME.check(&id)?;
    if cx.store.remove::<FreeVolume>(&format!("{scope}{id}")).is_some() {
        tags::clear(cx, &id);
        return Ok(Empty {});
    }
    Err(records::holder(cx.store, &scope, &id).map_or_else(
        || VOLUME.missing(&id),
        |instance| errors::VOLUME_IN_USE.with(&[&id, &instance.id]),
    ))
}

/// The operations and the MiB that a volume does each second where nobody says.
pub(super) fn defaults(kind: &str, size_gib: i64) -> (Option<i64>, Option<i64>) {
    match kind {
        "gp3" => (Some(3000), Some(125)),
        // Three for each GiB, from 100 to 16,000.
        "gp2" => (Some((3 * size_gib).clamp(100, 16_000)), None),
        _ => (None, None),
    }
}
