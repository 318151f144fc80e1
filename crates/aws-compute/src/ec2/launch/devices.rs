//! The volumes that an instance is launched with.

use isobar_kernel::{Fault, Random};

use super::super::ids::VOLUME;
use super::super::images::Image;
use super::super::records::Volume;
use super::super::{errors, volumes as volume_types};
use super::options::{BlockDevice, Ebs};

const TYPES: [&str; 7] = ["standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"];

/// The image's volume, changed and added to as the request says.
pub(super) fn volumes(
    image: &Image,
    region: &str,
    devices: &[BlockDevice],
    random: &Random,
) -> Result<Vec<Volume>, Fault> {
    let named =
        |name: &str| devices.iter().find(|device| device.device_name.as_deref() == Some(name));
    let none = Ebs::default();
    let root = named(image.root_device).and_then(|device| device.ebs.as_ref()).unwrap_or(&none);
    let mut volumes = vec![volume(image.root_device, root, Some((image, region)), random)?];
    for device in devices {
        let name = device.device_name.as_deref().ok_or_else(|| errors::DEVICE_NAME.fault())?;
        if name == image.root_device || device.no_device.is_some() || device.virtual_name.is_some()
        {
            continue;
        }
        volumes.push(volume(name, device.ebs.as_ref().unwrap_or(&none), None, random)?);
    }
    Ok(volumes)
}

/// A volume; the root's begins as the image's.
fn volume(
    device: &str,
    asked: &Ebs,
    image: Option<(&Image, &str)>,
    random: &Random,
) -> Result<Volume, Fault> {
    let snapshot_id = image.map(|(image, region)| image.snapshot_id(region)).unwrap_or_default();
    if let Some(other) = asked.snapshot_id.as_ref().filter(|id| **id != snapshot_id) {
        return Err(errors::SNAPSHOT.with(&[other]));
    }
    let usual = image.map_or("gp2", |(image, _)| image.volume_kind);
    let kind = asked.volume_type.as_deref().unwrap_or(usual);
    if !TYPES.contains(&kind) {
        return Err(errors::VOLUME_TYPE.with(&[&kind]));
    }
    let least = image.map(|(image, _)| image.volume_gib);
    let size_gib = asked.volume_size.or(least);
    let size_gib = size_gib.ok_or_else(|| errors::MISSING.with(&[&"size/snapshot"]))?;
    if !(1..=16_384).contains(&size_gib) {
        return Err(errors::VOLUME_SIZE.with(&[&size_gib]));
    }
    if let Some(least) = least.filter(|least| size_gib < *least) {
        return Err(errors::DEVICE_SIZE.with(&[&size_gib, &snapshot_id, &least]));
    }
    let (iops, throughput) = volume_types::defaults(kind, size_gib);
    Ok(Volume {
        id: VOLUME.draw(random),
        device: device.to_owned(),
        size_gib,
        kind: kind.to_owned(),
        iops: asked.iops.or(iops),
        throughput: asked.throughput.or(throughput),
        encrypted: asked.encrypted.unwrap_or(false),
        // Only the root goes with its instance where nobody says.
        delete_on_termination: asked.delete_on_termination.unwrap_or(image.is_some()),
        snapshot_id,
    })
}
