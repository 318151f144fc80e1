//! Instances as they are shown.

mod fields;
mod view;

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::filters::{Filters, Selection};
use super::ids::INSTANCE;
use super::instance_states as states;
use super::pages::{self, Page};
use super::records::Instance;
use super::{Query, errors};
use crate::World;
pub(super) use fields::FILTERS;
use fields::TAGS;
pub(super) use view::{GroupIdentifier, InstanceView, Operator, Seen, view};

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_instances)];

/// Instances that were launched together.
#[derive(Debug, Output)]
pub(super) struct Reservation<'a> {
    reservation_id: &'a str,
    owner_id: &'a str,
    groups: [(); 0],
    instances: Vec<InstanceView<'a>>,
}

impl<'a> Reservation<'a> {
    /// The reservation of an instance, with it alone.
    fn of(instance: InstanceView<'a>) -> Self {
        let (reservation_id, owner_id) = (instance.reservation_id, instance.owner_id);
        Self { reservation_id, owner_id, groups: [], instances: vec![instance] }
    }
}

#[derive(Debug, Input)]
struct DescribeInstances {
    instance_ids: Option<Vec<String>>,
    filters: Filters,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    reservations: Vec<Reservation<'a>>,
}

/// The instances of the ids that are shown, in the ids' order; all where none are given.
pub(super) fn chosen<'a>(cx: &Query<'a>, ids: Option<&[String]>) -> Result<Vec<Seen<'a>>, Fault> {
    let (scope, now) = (cx.scope(), cx.now);
    let ids = ids.unwrap_or_default();
    if ids.is_empty() {
        let all = cx.store.list::<Instance>(&scope).filter(|instance| instance.is_shown(now));
        return Ok(all.map(|instance| Seen::new(cx.store, instance)).collect());
    }
    INSTANCE.check_all(ids)?;
    states::existing(cx.store, &scope, ids, now)?;
    let mut sorted: Vec<&String> = ids.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let found = sorted.into_iter().filter_map(|id| cx.store.get(&format!("{scope}{id}")));
    Ok(found.map(|instance: &std::sync::Arc<Instance>| Seen::new(cx.store, instance)).collect())
}

fn describe_instances<'a>(
    cx: &Query<'a>,
    input: DescribeInstances,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let ids = input.instance_ids.as_deref();
    if input.max_results.is_some() && ids.is_some_and(|ids| !ids.is_empty()) {
        return Err(errors::IDS_WITH_MAX_RESULTS.with(&[&"instancesSet"]));
    }
    let instances = chosen(cx, ids)?.into_iter().map(|seen| view(cx.store, seen));
    // Filters look at an instance within its reservation, as they name members of both.
    let instances: Vec<_> = instances
        .map(Reservation::of)
        .filter(|reservation| selection.takes(reservation))
        .flat_map(|reservation| reservation.instances)
        .collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (instances, next_token) =
        page.cut(instances, |instance| instance.instance_id, pages::USUAL, None)?;
    Ok(Described { next_token, reservations: together(instances) })
}

/// The instances by their reservations.
pub(super) fn together(instances: Vec<InstanceView<'_>>) -> Vec<Reservation<'_>> {
    let mut reservations: Vec<Reservation<'_>> = Vec::new();
    for instance in instances {
        let id = instance.reservation_id;
        match reservations.iter_mut().find(|reservation| reservation.reservation_id == id) {
            Some(reservation) => reservation.instances.push(instance),
            None => reservations.push(Reservation::of(instance)),
        }
    }
    reservations
}
