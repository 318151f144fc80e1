//! The keys, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::find;
use super::records::SshKey;
use crate::errors::NOT_FOUND;
use crate::input::Text;
use crate::page::{Links, Meta, Page, Paging};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

/// The input of an operation on one key.
#[derive(Debug, Input)]
pub(super) struct OfKey {
    pub(super) ssh_key_identifier: Text,
}

#[derive(Debug, Output)]
struct Keys {
    ssh_keys: Vec<KeyView>,
    links: Links,
    meta: Meta,
}

/// One key.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) ssh_key: KeyView,
}

/// A key, as it is shown.
#[derive(Debug, Output)]
pub(super) struct KeyView {
    id: u64,
    public_key: String,
    name: String,
    fingerprint: String,
}

impl From<&SshKey> for KeyView {
    fn from(key: &SshKey) -> Self {
        Self {
            id: key.id,
            public_key: key.public_key.clone(),
            name: key.name.clone(),
            fingerprint: key.fingerprint.clone(),
        }
    }
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Keys, Fault> {
    let scene = cx.scene();
    let page = paging.cut(scene, "/v2/account/keys", &[], scene.list::<SshKey>());
    let Page { items, links, meta } = page.map(|key| KeyView::from(key.as_ref()));
    Ok(Keys { ssh_keys: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfKey) -> Result<One, Fault> {
    let key = find(cx.scene(), &input.ssh_key_identifier).ok_or(&NOT_FOUND)?;
    Ok(One { ssh_key: KeyView::from(key.as_ref()) })
}
