//! Creating a load balancer.

use isobar_kernel::{Fault, command};

use super::list::One;
use super::records::LoadBalancer;
use super::request::{Request, check_droplets};
use super::view::view;
use super::{engine, errors};
use crate::errors::{INVALID_VPC, REGION_NOT_AVAILABLE};
use crate::input::on;
use crate::offer;
use crate::world::{Command, Handler, Look, Scene};
use crate::{projects, tags, vpcs};
use isobar_digitalocean_core::records::vpcs::Vpc;

pub(super) const OPERATIONS: &[Handler] = &[command!(create)];

fn create(cx: &mut Command<'_, '_>, input: Request) -> Result<One, Fault> {
    let name = input.checked_name()?;
    let region = input.region.as_deref().filter(|slug| !slug.is_empty());
    let region = offer::region(region.ok_or(&errors::NO_REGION)?)
        .filter(|region| region.available)
        .ok_or(&REGION_NOT_AVAILABLE)?
        .slug;
    input.check_supported()?;
    is_free(cx.scene(), name, None)?;
    let (size, size_unit) = size(&input)?;
    let project = projects::named(cx.scene(), input.project_id.as_deref())?;
    let vpc_uuid = vpc(cx.scene(), input.vpc_uuid.as_deref(), region)?;
    let tag = input.checked_tag()?;
    let balancer = LoadBalancer {
        account: cx.caller.account.clone(),
        id: cx.random.uuid(),
        name: name.to_owned(),
        region: region.to_owned(),
        created_at: cx.now,
        size,
        size_unit,
        algorithm: input.checked_algorithm()?,
        rules: input.checked_rules()?,
        health_check: input.checked_health()?,
        droplet_ids: check_droplets(
            cx.scene(),
            input.droplet_ids.as_deref().unwrap_or_default(),
            region,
        )?,
        tag: tags::ensure(cx, tag.map(str::to_owned).as_slice())?.pop(),
        enable_backend_keepalive: on(input.enable_backend_keepalive),
        disable_lets_encrypt_dns_records: on(input.disable_lets_encrypt_dns_records),
        http_idle_timeout_seconds: input.checked_idle()?,
        vpc_uuid,
        tls_cipher_policy: tls(&input)?,
        resized_at: None,
        changed_at: None,
    };
    let balancer = cx.store.put(balancer);
    projects::adopt(cx, &balancer.urn(), project);
    engine::put(cx, &balancer);
    Ok(One { load_balancer: view(cx.scene(), &balancer) })
}

/// Refuses a name that another load balancer has.
pub(super) fn is_free(scene: Scene<'_>, name: &str, own: Option<&str>) -> Result<(), Fault> {
    let mut others = scene
        .by::<LoadBalancer>("name", name.to_lowercase())
        .filter(|other| own.is_none_or(|own| own != other.id));
    if others.next().is_some() { Err(errors::TAKEN.with(&[&name])) } else { Ok(()) }
}

/// The size by its name, where that is asked for, and in units.
pub(super) fn size(input: &Request) -> Result<(Option<String>, i64), Fault> {
    const NAMES: [(&str, i64); 3] = [("lb-small", 1), ("lb-medium", 3), ("lb-large", 6)];
    if let Some(unit) = input.size_unit.filter(|unit| *unit != 0) {
        return match unit {
            1..=100 => Ok((None, unit)),
            _ => Err(errors::RANGE.with(&[&"size_unit", &1, &100])),
        };
    }
    let name = input.size.as_deref().filter(|name| !name.is_empty()).unwrap_or("lb-small");
    match NAMES.iter().find(|(one, _)| *one == name) {
        Some((name, unit)) => Ok((Some((*name).to_owned()), *unit)),
        None => Err(errors::CHOICE.with(&[&"size", &"lb-small, lb-medium, lb-large"])),
    }
}

/// The TLS cipher policy.
pub(super) fn tls(input: &Request) -> Result<String, Fault> {
    let policy = input.tls_cipher_policy.as_deref().filter(|policy| !policy.is_empty());
    match policy.unwrap_or("DEFAULT") {
        policy @ ("DEFAULT" | "STRONG") => Ok(policy.to_owned()),
        _ => Err(errors::CHOICE.with(&[&"tls_cipher_policy", &"DEFAULT, STRONG"])),
    }
}

fn vpc(scene: Scene<'_>, id: Option<&str>, region: &str) -> Result<String, Fault> {
    let vpc = match id.filter(|id| !id.is_empty()) {
        Some(id) => scene.find::<Vpc>(id).map(AsRef::as_ref),
        None => vpcs::default_of(scene, region),
    };
    let vpc = vpc.ok_or(&INVALID_VPC)?;
    if vpc.region == region { Ok(vpc.id.clone()) } else { Err(errors::VPC_REGION.fault()) }
}
