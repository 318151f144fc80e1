//! The sizes, page by page.

use isobar_kernel::{Fault, query};

use crate::Output;
use crate::offer::sizes::SIZES;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::place::SizeView;
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list)];

#[derive(Debug, Output)]
struct Sizes {
    sizes: Vec<SizeView>,
    links: Links,
    meta: Meta,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Sizes, Fault> {
    let page = paging.cut(cx.scene(), "/v2/sizes", &[], SIZES);
    let Page { items, links, meta } = page.map(SizeView::from);
    Ok(Sizes { sizes: items, links, meta })
}
