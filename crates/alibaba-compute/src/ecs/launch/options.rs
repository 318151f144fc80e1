//! What a call may ask for beside the instance itself: parameters of which only some values can be had
//! here, the spot market, and the system disk.

use isobar_kernel::{Fault, Row};

use super::{Launch, check::text};
use crate::ecs::errors;
use crate::ecs::image_table;
use crate::ecs::places::DISK_CATEGORIES;
use crate::ecs::records::{Spot, SystemDisk};
use crate::forms::{DESCRIPTION, STRICT_NAME};
use crate::standard;

/// Whether a call asks for something.
type Asks = fn(&Launch) -> bool;

/// What the vendor refuses, in its own words: what is wrong by itself, and what needs something that
/// cannot be made here.
const REFUSED: &[(Asks, Row)] = &[
    (|input| text(&input.io_optimized) == Some("none"), errors::TYPE_IS_IO_OPTIMIZED),
    (|input| input.auto_pay == Some(false), errors::AUTO_PAY),
    // No vSwitch has a block of IPv6.
    (|input| input.ipv6_address_count.is_some_and(|count| count != 0), errors::IPV6_NOT_ON),
    (|input| input.ipv6_address.as_ref().is_some_and(|list| !list.is_empty()), errors::IPV6_NOT_ON),
    (|input| pool(input).is_some_and(|(_, id)| id.is_some()), errors::PRIVATE_POOL_NOT_FOUND),
    (
        |input| pool(input).is_some_and(|(criteria, _)| criteria == Some("Target")),
        errors::PRIVATE_POOL_MISSING,
    ),
];

/// A parameter, where a call has it, and the values that it may have.
type Choice = (&'static str, fn(&Launch) -> &Option<String>, &'static [&'static str]);

/// Parameters with a fixed set of values.
const VALUES: &[Choice] = &[
    ("Affinity", |input| &input.affinity, &["default", "host"]),
    ("Tenancy", |input| &input.tenancy, &["default", "host"]),
    // No image here has the agent that would be left out or put in.
    (
        "SecurityEnhancementStrategy",
        |input| &input.security_enhancement_strategy,
        &["Active", "Deactive"],
    ),
];

fn pool(input: &Launch) -> Option<(Option<&str>, Option<&str>)> {
    let options = input.private_pool_options.as_ref()?;
    Some((text(&options.match_criteria), text(&options.id)))
}

/// Checks what has only some values; `run` is the call that also starts the instances.
pub(super) fn check(input: &Launch, run: bool) -> Result<(), Fault> {
    if text(&input.io_optimized).is_some_and(|asked| !["none", "optimized"].contains(&asked)) {
        let row = if run { errors::IO_OPTIMIZED_RUN } else { errors::IO_OPTIMIZED_CREATE };
        return Err(row.fault());
    }
    for (name, parameter, values) in VALUES {
        if text(parameter(input)).is_some_and(|asked| !values.contains(&asked)) {
            return Err(standard::INVALID_PARAMETER.with(&[name]));
        }
    }
    if let Some((_, row)) = REFUSED.iter().find(|(asks, _)| asks(input)) {
        return Err(row.fault());
    }
    if pool(input).is_some_and(|(criteria, _)| {
        criteria.is_some_and(|criteria| !["Open", "None"].contains(&criteria))
    }) {
        return Err(errors::PRIVATE_POOL_CRITERIA.fault());
    }
    Ok(())
}

/// Which private pools the instance may be of.
pub(super) fn private_pool(input: &Launch) -> String {
    pool(input).and_then(|(criteria, _)| criteria).unwrap_or_default().to_owned()
}

/// What is asked of the spot market, of an instance that is bought there.
pub(super) fn spot(input: &Launch) -> Result<Spot, Fault> {
    if text(&input.spot_strategy).is_none_or(|strategy| strategy == "NoSpot") {
        return Ok(Spot::default());
    }
    let price_limit = input.spot_price_limit.unwrap_or_default();
    if price_limit < 0.0 {
        return Err(errors::SPOT_PRICE_LIMIT.fault());
    }
    let duration = input.spot_duration.unwrap_or(1);
    if !(0..=6).contains(&duration) {
        return Err(errors::SPOT_DURATION.fault());
    }
    let interruption = text(&input.spot_interruption_behavior).unwrap_or("Terminate");
    if !["Terminate", "Stop"].contains(&interruption) {
        return Err(errors::SPOT_INTERRUPTION.fault());
    }
    Ok(Spot { price_limit, duration, interruption: interruption.to_owned() })
}

/// The most GiB of a system disk.
const MOST_DISK: i64 = 2048;
/// The levels of a disk of the category `cloud_essd`. The second is the usual one.
const LEVELS: &[&str] = &["PL0", "PL1", "PL2", "PL3"];

/// The system disk.
pub(super) fn system_disk(input: &Launch) -> Result<SystemDisk, Fault> {
    let mut disk = SystemDisk::default();
    let Some(asked) = &input.system_disk else { return Ok(disk) };
    if let Some(category) = text(&asked.category) {
        if !DISK_CATEGORIES.contains(&category) && category != "cloud" {
            return Err(errors::SYSTEM_DISK_CATEGORY.fault());
        }
        category.clone_into(&mut disk.category);
    }
    disk.size = asked.size.map_or(disk.size, |size| size.0);
    if disk.size < image_table::SIZE {
        return Err(errors::SYSTEM_DISK_TOO_SMALL.fault());
    }
    if disk.size > MOST_DISK {
        return Err(errors::SYSTEM_DISK_TOO_LARGE.fault());
    }
    if let Some(name) = text(&asked.disk_name) {
        if !STRICT_NAME.allows(name) {
            return Err(errors::DISK_NAME.fault());
        }
        name.clone_into(&mut disk.name);
    }
    if let Some(description) = text(&asked.description) {
        if !DESCRIPTION.allows(description) {
            return Err(errors::DISK_DESCRIPTION.fault());
        }
        description.clone_into(&mut disk.description);
    }
    let level = text(&asked.performance_level);
    if level.is_some_and(|level| !LEVELS.contains(&level)) {
        return Err(errors::PERFORMANCE_LEVEL.fault());
    }
    if disk.category == "cloud_essd" {
        level.unwrap_or("PL1").clone_into(&mut disk.performance_level);
    }
    Ok(disk)
}
