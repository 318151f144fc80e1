//! What is in a VPC.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::find;
use super::records::Vpc;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::time;
use crate::world::{Handler, Look, Query, Scene};
use crate::{Input, Output};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;

pub(super) const OPERATIONS: &[Handler] = &[query!(list_members)];

#[derive(Debug, Input)]
struct List {
    vpc_id: String,
    resource_type: Option<String>,
}

#[derive(Debug, Output)]
struct Members {
    members: Vec<Member>,
    links: Links,
    meta: Meta,
}

/// Something in a VPC, as it is shown.
#[derive(Debug, Output)]
pub(super) struct Member {
    urn: String,
    name: String,
    created_at: String,
}

fn list_members(cx: &Query<'_>, Both(input, paging): Both<List, Paging>) -> Result<Members, Fault> {
    let scene = cx.scene();
    let vpc = find(scene, &input.vpc_id)?;
    let kind = input.resource_type.as_deref().filter(|kind| !kind.is_empty());
    let mut members = of(scene, vpc);
    if let Some(kind) = kind {
        members.retain(|member| member.urn.split(':').nth(1) == Some(kind));
    }
    let path = format!("/v2/vpcs/{}/members", vpc.id);
    let page = paging.cut(scene, &path, &[("resource_type", kind)], members);
    let Page { items, links, meta } = page;
    Ok(Members { members: items, links, meta })
}

/// Everything in the VPC.
pub(super) fn of(scene: Scene<'_>, vpc: &Vpc) -> Vec<Member> {
    let member = |urn, name: &str, created_at| Member {
        urn,
        name: name.to_owned(),
        created_at: time(created_at),
    };
    let droplets = scene
        .by::<Droplet>("vpc", &vpc.id)
        .map(|droplet| member(droplet.urn(), &droplet.name, droplet.created_at));
    let balancers = scene
        .by::<LoadBalancer>("vpc", &vpc.id)
        .map(|balancer| member(balancer.urn(), &balancer.name, balancer.created_at));
    droplets.chain(balancers).collect()
}
