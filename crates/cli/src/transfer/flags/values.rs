//! What values of flags say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Flags;
use crate::units;

pub(super) fn on(flag: &mut bool) -> Result<(), String> {
    *flag = true;
    Ok(())
}

pub(super) fn text(flag: &mut Option<String>, text: &str) -> Result<(), String> {
    *flag = Some(text.to_owned());
    Ok(())
}

pub(super) fn property(flags: &mut Flags, name: &str, value: &str) -> Result<(), String> {
    flags.properties.set(name, value).map_err(|error| format!("valid: {error}"))
}

/// One of two words, whatever their case.
pub(super) fn choice(text: &str, no: &str, yes: &str) -> Result<bool, String> {
    match text.to_ascii_uppercase().as_str() {
        text if text == no => Ok(false),
        text if text == yes => Ok(true),
        _ => Err(format!("{no} or {yes}")),
    }
}

/// The one word that is taken.
pub(super) fn only(text: &str, word: &str) -> Result<(), String> {
    if text.eq_ignore_ascii_case(word) { Ok(()) } else { Err(format!("{word}: no other is built")) }
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
    let pairs = pairs.ok_or_else(|| "NAME=VALUE,… or a JSON object of texts".to_owned())?;
    for (name, value) in pairs {
        let set = flags.properties.set_metadata(&name, &value);
        set.map_err(|error| format!("valid: {error}"))?;
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
    let (name, to) = found.ok_or_else(|| "read|readacl|writeacl|full=uri|id=WHOM".to_owned())?;
    property(flags, name, to)
}

/// A key: as it is, or `fileb://FILE`.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix("fileb://") {
        Some(path) => std::fs::read(path).map_err(|error| format!("readable: {error}")),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// What copies take along.
pub(super) fn copied(flags: &mut Flags, text: &str) -> Result<(), String> {
    let (properties, tags) = match text {
        "none" => (false, false),
        "metadata-directive" => (true, false),
        "default" => (true, true),
        _ => return Err("none, metadata-directive or default".to_owned()),
    };
    if !properties {
        flags.replaces = Some(true);
    }
    flags.no_tags = !tags;
    Ok(())
}

/// A whole number within bounds.
pub(super) fn number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a number from {least} to {most}"))
}

/// A time of at most so many days, in whole seconds.
pub(super) fn seconds(text: &str, most_days: u32) -> Result<u32, String> {
    let whole = |time: Duration| (time.subsec_nanos() == 0).then_some(time.as_secs());
    units::duration(text)
        .and_then(whole)
        .and_then(|seconds| u32::try_from(seconds).ok())
        .filter(|seconds| (1..=most_days * 86_400).contains(seconds))
        .ok_or_else(|| format!("from 1s to {most_days}d"))
}

/// A time of at most 30 days.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(30 * 86_400);
    let time = units::duration(text).filter(|time| *time <= MOST);
    time.ok_or_else(|| "a time such as 30, 500ms or 5m, of at most 30d".to_owned())
}

/// A number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let words = "a number of bytes, or one with KiB, MiB, GiB or TiB";
    units::size(text).ok_or_else(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_bounds() {
        for (text, expected) in
            [("90", Some(90)), ("1.5m", Some(90)), ("15m", Some(900)), ("7d", Some(604_800))]
        {
            assert_eq!(seconds(text, 7).ok(), expected, "{text}");
        }
        for text in ["8d", "1.5s", "500ms", "99999999999"] {
            assert!(seconds(text, 7).is_err(), "{text}");
        }
        assert!(duration("30d").is_ok() && duration("31d").is_err());
    }
}
