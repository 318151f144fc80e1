//! Tags. Their case is kept as it was first written: it is no other tag in another case, but only to be
//! asked for in its own.

mod change;
mod errors;
mod list;
pub(crate) mod records;
mod resources;
mod view;

use isobar_kernel::Fault;

use crate::world::{Command, Look, Served, key};
use records::Tag;

pub(crate) const SERVICE: Served = Served {
    name: "tags",
    operations: &[list::OPERATIONS, change::OPERATIONS, resources::OPERATIONS],
    followers: &[],
};

/// Creates the tags that are not there yet, and gives all of them as they are written.
pub(crate) fn ensure(cx: &mut Command<'_, '_>, names: &[String]) -> Result<Vec<String>, Fault> {
    let mut written: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !is_name(name) {
            return Err(errors::NAME.fault());
        }
        let tag = ensure_one(cx, name);
        if !written.contains(&tag) {
            written.push(tag);
        }
    }
    Ok(written)
}

fn ensure_one(cx: &mut Command<'_, '_>, name: &str) -> String {
    let account = &cx.context.caller.account;
    let found = cx.store.get::<Tag>(&key(account, name.to_ascii_lowercase()));
    if let Some(tag) = found {
        return tag.name.clone();
    }
    let last_tagged = None;
    let tag = Tag { account: account.clone(), name: name.to_owned(), last_tagged };
    cx.store.put(tag).name.clone()
}

/// The tag that is written so, where it is there.
fn find<'a>(cx: &'a impl Look, name: &str) -> Option<&'a Tag> {
    let tag = cx.scene().find::<Tag>(name.to_ascii_lowercase()).map(AsRef::as_ref);
    tag.filter(|tag| tag.name == name)
}

/// Whether the name may be a tag's.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && name.chars().all(is_letter)
}

/// Whether the letter may be in a tag's name.
fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':')
}
