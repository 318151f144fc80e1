//! Checks of what does not depend on where an instance goes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::{Fault, Row};

use super::{Launch, options, tags_of};
use crate::Command;
use crate::ecs::errors;
use crate::ecs::image_table::{self, Image};
use crate::ecs::places::{CHARGE_TYPES, SPOT_STRATEGIES};
use crate::ecs::records::{KeyPair, Spot, SystemDisk};
use crate::ecs::type_table::{self, InstanceType};
use crate::forms::{self, DESCRIPTION};
use crate::tags::Tags;

/// The most bytes of user data.
const MOST_USER_DATA: usize = 32 << 10;
/// The most Mbit/s out of an instance, and into it.
const MOST_BANDWIDTH_OUT: i64 = 100;
const MOST_BANDWIDTH_IN: i64 = 200;

/// What came out of the checks.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) image_id: String,
    pub(super) type_id: String,
    pub(super) credit_specification: String,
    pub(super) script: Vec<u8>,
    pub(super) tags: Tags,
    pub(super) spot: Spot,
    pub(super) disk: SystemDisk,
}

/// What a parameter says, where it says something.
pub(super) fn text(given: &Option<String>) -> Option<&str> {
    given.as_deref().filter(|text| !text.is_empty())
}

/// Where a call has a parameter.
type Parameter = fn(&Launch) -> &Option<String>;

/// Parameters that name something that nothing here makes, and what such a name gets.
const NOWHERE: &[(Parameter, Row)] = &[
    (|input| &input.ram_role_name, errors::RAM_ROLE_NOT_FOUND),
    (|input| &input.hpc_cluster_id, errors::HPC_CLUSTER_NOT_FOUND),
    (|input| &input.deployment_set_id, errors::DEPLOYMENT_SET_NOT_FOUND),
    (|input| &input.dedicated_host_id, errors::DEDICATED_HOST_NOT_FOUND),
    (|input| &input.storage_set_id, errors::STORAGE_SET),
    (|input| &input.launch_template_id, errors::LAUNCH_TEMPLATE_NOT_FOUND),
    (|input| &input.launch_template_name, errors::LAUNCH_TEMPLATE_NOT_FOUND),
];

pub(super) fn check(cx: &Command<'_, '_>, input: &Launch, run: bool) -> Result<Checked, Fault> {
    for (parameter, row) in NOWHERE {
        if parameter(input).as_ref().is_some_and(|given| !given.is_empty()) {
            return Err(row.fault());
        }
    }
    let image = image(input)?;
    let kind = instance_type(input)?;
    if (image.architecture == "arm64") != (kind.family.architecture == "ARM") {
        return Err(errors::IMAGE_TYPE_MISMATCH.fault());
    }
    if input.description.as_deref().is_some_and(|text| !DESCRIPTION.allows(text)) {
        return Err(errors::DESCRIPTION.fault());
    }
    check_money(input)?;
    options::check(input, run)?;
    check_internet(input)?;
    check_login(cx, input)?;
    let group = forms::default_resource_group(&cx.caller.account);
    if input.resource_group_id.as_ref().is_some_and(|asked| *asked != group) {
        return Err(errors::RESOURCE_GROUP_NOT_FOUND.fault());
    }
    Ok(Checked {
        image_id: image.id.to_owned(),
        type_id: kind.id.clone(),
        credit_specification: credit_specification(input, kind)?,
        script: user_data(input.user_data.as_deref().unwrap_or_default())?,
        tags: tags_of(input)?,
        spot: options::spot(input)?,
        disk: options::system_disk(input)?,
    })
}

fn image(input: &Launch) -> Result<&'static Image, Fault> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    match (given(&input.image_id), given(&input.image_family)) {
        (Some(_), Some(_)) => Err(errors::IMAGE_AND_FAMILY.fault()),
        (Some(id), None) => image_table::find(&id).ok_or_else(|| errors::IMAGE_NOT_FOUND.fault()),
        (None, Some(family)) => {
            image_table::newest(&family).ok_or_else(|| errors::IMAGE_FAMILY_EMPTY.fault())
        }
        (None, None) => Err(errors::IMAGE_MISSING.fault()),
    }
}

fn instance_type(input: &Launch) -> Result<&'static InstanceType, Fault> {
    let id = input.instance_type.as_deref().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| errors::TYPE_MISSING.fault())?;
    type_table::find(id).ok_or_else(|| errors::TYPE_UNKNOWN.fault())
}

fn check_money(input: &Launch) -> Result<(), Fault> {
    let charge = input.instance_charge_type.as_deref().unwrap_or("PostPaid");
    if !CHARGE_TYPES.contains(&charge) {
        return Err(errors::CHARGE_TYPE_NOT_FOUND.fault());
    }
    if !SPOT_STRATEGIES.contains(&input.spot_strategy.as_deref().unwrap_or("NoSpot")) {
        return Err(errors::SPOT_STRATEGY.fault());
    }
    Ok(())
}

fn check_internet(input: &Launch) -> Result<(), Fault> {
    let charge = input.internet_charge_type.as_deref().unwrap_or("PayByTraffic");
    if !["PayByTraffic", "PayByBandwidth"].contains(&charge) {
        return Err(errors::INTERNET_CHARGE_TYPE.fault());
    }
    if input.internet_max_bandwidth_out.is_some_and(|out| !(0..=MOST_BANDWIDTH_OUT).contains(&out))
    {
        return Err(errors::BANDWIDTH_OUT.fault());
    }
    if input.internet_max_bandwidth_in.is_some_and(|into| !(1..=MOST_BANDWIDTH_IN).contains(&into))
    {
        return Err(errors::BANDWIDTH_IN.fault());
    }
    Ok(())
}

fn check_login(cx: &Command<'_, '_>, input: &Launch) -> Result<(), Fault> {
    if input.password.as_deref().is_some_and(|password| !is_password(password)) {
        return Err(errors::PASSWORD.fault());
    }
    let pair = input.key_pair_name.as_deref().filter(|name| !name.is_empty());
    if pair.is_some_and(|name| cx.store.get::<KeyPair>(&cx.key(name)).is_none()) {
        return Err(errors::KEY_PAIR_NOT_FOUND.fault());
    }
    Ok(())
}

/// Whether the text has 8 to 30 characters of at least three of the four kinds.
pub(in crate::ecs) fn is_password(text: &str) -> bool {
    const SPECIAL: &str = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/";
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| SPECIAL.contains(c),
    ];
    (8..=30).contains(&text.chars().count())
        && text.chars().all(|c| kinds.iter().any(|kind| kind(c)))
        && kinds.iter().filter(|kind| text.chars().any(**kind)).count() >= 3
}

/// The user data's bytes.
pub(in crate::ecs) fn user_data(text: &str) -> Result<Vec<u8>, Fault> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| errors::USER_DATA_ENCODING.fault())?;
    if bytes.len() > MOST_USER_DATA {
        return Err(errors::USER_DATA_SIZE.fault());
    }
    Ok(bytes)
}

fn credit_specification(input: &Launch, kind: &InstanceType) -> Result<String, Fault> {
    let given = input.credit_specification.as_deref().filter(|text| !text.is_empty());
    match (given, kind.credits()) {
        (Some(text @ ("Standard" | "Unlimited")), Some(_)) => Ok(text.to_owned()),
        (Some(_), _) => Err(errors::CREDIT_SPECIFICATION.fault()),
        (None, Some(_)) => Ok("Standard".into()),
        (None, None) => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        for (text, good) in [
            ("EcsV587!", true),
            ("Test123456", true),
            ("password", false),
            ("Ab1!", false),
            ("Ab1 defgh", false),
        ] {
            assert_eq!(is_password(text), good, "{text}");
        }
    }

    #[test]
    fn data() {
        assert_eq!(user_data("IyEvYmluL3No").unwrap(), b"#!/bin/sh");
        assert_eq!(user_data("???").unwrap_err().code, "InvalidUserData.Base64FormatInvalid");
        let large = STANDARD.encode(vec![0; MOST_USER_DATA + 1]);
        assert_eq!(user_data(&large).unwrap_err().code, "InvalidUserData.SizeExceeded");
    }
}
