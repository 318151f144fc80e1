//! Adding, renaming and deleting keys.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::list::{KeyView, OfKey, One};
use super::records::{SshKey, fingerprint};
use super::{errors, find};
use crate::Input;
use crate::errors::NOT_FOUND;
use crate::input::Text;
use crate::world::{Command, Handler, Look, SSH_KEYS, key};

pub(super) const OPERATIONS: &[Handler] = &[command!(create), command!(update), command!(delete)];

#[derive(Debug, Input)]
struct Create {
    name: Option<String>,
    public_key: Option<String>,
}

#[derive(Debug, Input)]
struct Update {
    ssh_key_identifier: Text,
    name: Option<String>,
}

fn create(cx: &mut Command<'_, '_>, input: Create) -> Result<One, Fault> {
    let name = input.name.filter(|name| !name.is_empty()).ok_or(&errors::NO_NAME)?;
    let public_key = input.public_key.filter(|key| !key.is_empty()).ok_or(&errors::NO_KEY)?;
    if public_key.split_ascii_whitespace().nth(1).is_none() {
        return Err(errors::FORM.fault());
    }
    let fingerprint = fingerprint(&public_key).ok_or(&errors::INVALID)?;
    if cx.scene().by::<SshKey>("fingerprint", &fingerprint).next().is_some() {
        return Err(errors::TAKEN.fault());
    }
    let id = SSH_KEYS.next(cx.store);
    let account = cx.caller.account.clone();
    let public_key = public_key.trim().to_owned();
    let key = cx.store.put(SshKey { account, id, public_key, name, fingerprint });
    Ok(One { ssh_key: KeyView::from(key.as_ref()) })
}

fn update(cx: &mut Command<'_, '_>, input: Update) -> Result<One, Fault> {
    let found = find(cx.scene(), &input.ssh_key_identifier).ok_or(&NOT_FOUND)?;
    let mut key = SshKey::clone(found);
    key.name = input.name.filter(|name| !name.is_empty()).ok_or(&errors::NO_NAME)?;
    let key = cx.store.put(key);
    Ok(One { ssh_key: KeyView::from(key.as_ref()) })
}

fn delete(cx: &mut Command<'_, '_>, input: OfKey) -> Result<Empty, Fault> {
    let found = find(cx.scene(), &input.ssh_key_identifier).ok_or(&NOT_FOUND)?;
    let key = key(&found.account, found.id);
    cx.store.remove::<SshKey>(&key);
    Ok(Empty {})
}
