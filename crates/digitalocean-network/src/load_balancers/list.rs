//! The load balancers, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::find;
use super::records::LoadBalancer;
use super::view::{LoadBalancerView, view};
use crate::page::{Links, Meta, Page, Paging};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

/// The input of an operation on one load balancer.
#[derive(Debug, Input)]
pub(super) struct OfBalancer {
    pub(super) lb_id: String,
}

#[derive(Debug, Output)]
struct LoadBalancers {
    load_balancers: Vec<LoadBalancerView>,
    links: Links,
    meta: Meta,
}

/// One load balancer.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) load_balancer: LoadBalancerView,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<LoadBalancers, Fault> {
    let scene = cx.scene();
    let page = paging.cut(scene, "/v2/load_balancers", &[], scene.list::<LoadBalancer>());
    let Page { items, links, meta } = page.map(|balancer| view(scene, balancer));
    Ok(LoadBalancers { load_balancers: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfBalancer) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { load_balancer: view(scene, find(scene, &input.lb_id)?) })
}
