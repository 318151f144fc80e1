//! The regions, page by page.

use isobar_kernel::{Fault, query};

use crate::Output;
use crate::offer::regions::REGIONS;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::place::RegionView;
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list)];

#[derive(Debug, Output)]
struct Regions {
    regions: Vec<RegionView>,
    links: Links,
    meta: Meta,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Regions, Fault> {
    let page = paging.cut(cx.scene(), "/v2/regions", &[], REGIONS);
    let Page { items, links, meta } = page.map(RegionView::from);
    Ok(Regions { regions: items, links, meta })
}
