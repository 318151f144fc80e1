//! What values of flags say.

use std::collections::BTreeMap;

use isobar_transfer::MostRemoved;

use super::Flags;

pub(super) fn property(flags: &mut Flags, name: &str, value: &str) -> Result<(), String> {
    flags.properties.set(name, value).map_err(|error| format!("is invalid: {error}"))
}

/// The one word that is taken.
pub(super) fn only(text: &str, word: &str) -> Result<(), String> {
    if text.eq_ignore_ascii_case(word) {
        Ok(())
    } else {
        Err(format!("must be {word}; no other is built"))
    }
}

/// What the owner writes on objects: `owner=me,stage=test`, or a JSON object.
pub(super) fn metadata(flags: &mut Flags, text: &str) -> Result<(), String> {
    let pairs = if text.trim_start().starts_with('{') {
        serde_json::from_str::<BTreeMap<String, String>>(text).ok()
    } else {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.to_owned()))
        };
        text.split(',').map(pair).collect()
    };
    let pairs = pairs.ok_or_else(|| "must be NAME=VALUE,… or a JSON object of texts".to_owned())?;
    for (name, value) in pairs {
        let set = flags.properties.set_metadata(&name, &value);
        set.map_err(|error| format!("is invalid: {error}"))?;
    }
    flags.has_metadata = true;
    Ok(())
}

/// Who else may do something with objects: `read=uri=URI`, `full=id=ID,id=ID`.
pub(super) fn grant(flags: &mut Flags, text: &str) -> Result<(), String> {
    const RIGHTS: [(&str, &str); 4] = [
        ("read", "grant-read"),
        ("readacl", "grant-read-acp"),
        ("writeacl", "grant-write-acp"),
        ("full", "grant-full-control"),
    ];
    let granted = text.split_once('=').filter(|(_, to)| to.contains('='));
    let found = granted.and_then(|(right, to)| {
        RIGHTS.iter().find(|(name, _)| *name == right).map(|(_, property)| (*property, to))
    });
    let (name, to) =
        found.ok_or_else(|| "must be read|readacl|writeacl|full=uri|id=WHOM".to_owned())?;
    property(flags, name, to)
}

/// A key: as it is, or `fileb://FILE`.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix("fileb://") {
        Some(path) => std::fs::read(path).map_err(|error| format!("cannot be read: {error}")),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// What copies take along.
pub(super) fn copied(flags: &mut Flags, text: &str) -> Result<(), String> {
    if text == "none" {
        flags.replaces = Some(true);
    }
    flags.no_tags = text != "default";
    Ok(())
}

/// How much may be removed.
pub(super) fn most_removed(text: &str) -> Result<MostRemoved, String> {
    text.parse().map_err(|valid| format!("must be {valid}"))
}
