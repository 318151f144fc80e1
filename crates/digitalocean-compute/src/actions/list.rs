//! All actions of the account, the newest first.

use isobar_kernel::{Fault, query};

use super::records::Action;
use crate::Output;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::action::{self, ActionView};
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list)];

/// A page of actions.
#[derive(Debug, Output)]
pub(crate) struct Actions {
    pub(crate) actions: Vec<ActionView>,
    pub(crate) links: Links,
    pub(crate) meta: Meta,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Actions, Fault> {
    let scene = cx.scene();
    let mut all: Vec<_> = scene.list::<Action>().collect();
    all.reverse();
    let page = paging.cut(scene, "/v2/actions", &[], all);
    let Page { items, links, meta } = page.map(|action| action::view(scene, action));
    Ok(Actions { actions: items, links, meta })
}
