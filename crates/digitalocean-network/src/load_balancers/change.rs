//! Updating and deleting load balancers.

use isobar_engines::balancers;
use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};
use jiff::{SignedDuration, Timestamp};

use super::create::{is_free, size, tls};
use super::list::{OfBalancer, One};
use super::records::LoadBalancer;
use super::request::{Request, check_droplets};
use super::view::view;
use super::{engine, errors, find, find_idle};
use crate::input::on;
use crate::show::time;
use crate::world::{Command, Handler, Look, key};
use crate::{projects, tags};

pub(super) const OPERATIONS: &[Handler] = &[command!(update), command!(delete)];

/// How long after its creation, or after its size was changed, the size stays.
const RESIZES_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Makes the load balancer what the request says: what it leaves out becomes the usual again, as the
/// vendor has it.
fn update(
    cx: &mut Command<'_, '_>,
    Both(of, request): Both<OfBalancer, Request>,
) -> Result<One, Fault> {
    let before = LoadBalancer::clone(find_idle(cx.scene(), &of.lb_id)?);
    let name = request.checked_name()?;
    let other = |given: &Option<String>, own: &str| {
        given.as_deref().is_some_and(|given| !given.is_empty() && given != own)
    };
    if other(&request.region, &before.region) {
        return Err(errors::REGION_FIXED.fault());
    }
    if other(&request.vpc_uuid, &before.vpc_uuid) {
        return Err(errors::VPC_FIXED.fault());
    }
    request.check_supported()?;
    is_free(cx.scene(), name, Some(&before.id))?;
    let (size, size_unit) = size(&request)?;
    let resized_at = resized(&before, size_unit, cx.now)?;
    let project = projects::named(cx.scene(), request.project_id.as_deref())?;
    let tag = request.checked_tag()?;
    let balancer = LoadBalancer {
        name: name.to_owned(),
        size,
        size_unit,
        resized_at,
        algorithm: request.checked_algorithm()?,
        rules: request.checked_rules()?,
        health_check: request.checked_health()?,
        droplet_ids: check_droplets(
            cx.scene(),
            request.droplet_ids.as_deref().unwrap_or_default(),
            &before.region,
        )?,
        tag: tags::ensure(cx, tag.map(str::to_owned).as_slice())?.pop(),
        enable_backend_keepalive: on(request.enable_backend_keepalive),
        disable_lets_encrypt_dns_records: on(request.disable_lets_encrypt_dns_records),
        http_idle_timeout_seconds: request.checked_idle()?,
        tls_cipher_policy: tls(&request)?,
        changed_at: Some(cx.now),
        ..before
    };
    let balancer = cx.store.put(balancer);
    if project.is_some() {
        projects::adopt(cx, &balancer.urn(), project);
    }
    engine::put(cx, &balancer);
    Ok(One { load_balancer: view(cx.scene(), &balancer) })
}

/// When it was resized last, with this change. Its creation counts too.
fn resized(
    before: &LoadBalancer,
    size_unit: i64,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    if size_unit == before.size_unit {
        return Ok(before.resized_at);
    }
    let last = before.resized_at.unwrap_or(before.created_at);
    if now.duration_since(last) < RESIZES_EVERY {
        return Err(errors::RESIZED.with(&[&time(last)]));
    }
    Ok(Some(now))
}

fn delete(cx: &mut Command<'_, '_>, input: OfBalancer) -> Result<Empty, Fault> {
    let balancer = LoadBalancer::clone(find(cx.scene(), &input.lb_id)?);
    balancers::remove(cx.store, &balancer.balancer());
    cx.store.remove::<LoadBalancer>(&key(&balancer.account, &balancer.id));
    Ok(Empty {})
}
