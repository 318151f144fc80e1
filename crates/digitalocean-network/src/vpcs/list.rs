//! The VPCs, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::find;
use super::records::Vpc;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::time;
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

/// The input of an operation on one VPC.
#[derive(Debug, Input)]
pub(super) struct OfVpc {
    pub(super) vpc_id: String,
}

#[derive(Debug, Output)]
struct Vpcs {
    vpcs: Vec<VpcView>,
    links: Links,
    meta: Meta,
}

/// One VPC.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) vpc: VpcView,
}

/// A VPC, as it is shown.
#[derive(Debug, Output)]
pub(super) struct VpcView {
    id: String,
    urn: String,
    name: String,
    description: String,
    region: String,
    ip_range: String,
    created_at: String,
    default: bool,
}

impl From<&Vpc> for VpcView {
    fn from(vpc: &Vpc) -> Self {
        Self {
            id: vpc.id.clone(),
            urn: format!("do:vpc:{}", vpc.id),
            name: vpc.name.clone(),
            description: vpc.description.clone(),
            region: vpc.region.clone(),
            ip_range: vpc.ip_range.clone(),
            created_at: time(vpc.created_at),
            default: vpc.is_default,
        }
    }
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Vpcs, Fault> {
    let scene = cx.scene();
    let mut all: Vec<_> = scene.list::<Vpc>().collect();
    all.sort_by_key(|vpc| vpc.created_at);
    let page = paging.cut(scene, "/v2/vpcs", &[], all);
    let Page { items, links, meta } = page.map(|vpc| VpcView::from(vpc.as_ref()));
    Ok(Vpcs { vpcs: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfVpc) -> Result<One, Fault> {
    let vpc = find(cx.scene(), &input.vpc_id)?;
    Ok(One { vpc: VpcView::from(vpc.as_ref()) })
}
