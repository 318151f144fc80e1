//! Which droplets are behind a load balancer that names them one by one.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::records::LoadBalancer;
use super::request::check_droplets;
use super::{engine, errors, find_idle};
use crate::Input;
use crate::input::Number;
use crate::world::{Command, Handler, Look};

pub(super) const OPERATIONS: &[Handler] = &[command!(add_droplets), command!(remove_droplets)];

#[derive(Debug, Input)]
struct Change {
    lb_id: String,
    droplet_ids: Option<Vec<Number>>,
}

fn add_droplets(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut balancer, ids) = check(cx, &input)?;
    balancer.droplet_ids.extend(check_droplets(cx.scene(), ids, &balancer.region)?);
    balancer.droplet_ids.sort_unstable();
    balancer.droplet_ids.dedup();
    write(cx, balancer);
    Ok(Empty {})
}

/// Droplets that are not behind it, or nowhere, are passed over.
fn remove_droplets(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut balancer, ids) = check(cx, &input)?;
    balancer.droplet_ids.retain(|id| !ids.contains(&Number(*id)));
    write(cx, balancer);
    Ok(Empty {})
}

fn check<'i>(
    cx: &Command<'_, '_>,
    input: &'i Change,
) -> Result<(LoadBalancer, &'i [Number]), Fault> {
    let balancer = LoadBalancer::clone(find_idle(cx.scene(), &input.lb_id)?);
    if balancer.tag.is_some() {
        return Err(errors::BY_TAG.fault());
    }
    let ids = input.droplet_ids.as_deref().filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| crate::errors::REQUIRED.with(&[&"droplet_ids"]))?;
    Ok((balancer, ids))
}

fn write(cx: &mut Command<'_, '_>, mut balancer: LoadBalancer) {
    balancer.changed_at = Some(cx.now);
    let balancer = cx.store.put(balancer);
    engine::put(cx, &balancer);
}
