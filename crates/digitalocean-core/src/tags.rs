//! Tags, as whatever carries them makes them.

use isobar_kernel::{Fault, Row};

use crate::records::tags::Tag;
use crate::world::{Command, key};

const NAME: Row = Row::new(
    422,
    "unprocessable_entity",
    "Tags can only contain letters, numbers, colons, dashes, and underscores, and at most 255 of them",
);

/// Creates the tags that are not there yet, and gives all of them as they are written.
pub fn ensure(cx: &mut Command<'_, '_>, names: &[String]) -> Result<Vec<String>, Fault> {
    let mut written: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !is_name(name) {
            return Err(NAME.fault());
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

/// Whether the name may be a tag's.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && name.chars().all(is_letter)
}

/// Whether the letter may be in a tag's name.
pub fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':')
}
