//! What the describing calls of ECS have in common: lists that are JSON as text, and times of creation.

use isobar_kernel::{Fault, Row};
use jiff::Timestamp;

use crate::forms::{from_json, moment};
use crate::{standard, tags};

/// The most ids of a call.
const MOST: usize = 100;

/// The texts of a parameter that is `["a","b"]`; `None` where it is absent, which means all. An
/// empty list means none.
pub(super) fn ids(json: Option<&str>, parameter: &str) -> Result<Option<Vec<String>>, Fault> {
    let Some(json) = json.filter(|json| !json.is_empty()) else { return Ok(None) };
    let ids = from_json(json).filter(|ids: &Vec<String>| ids.len() <= MOST);
    ids.map(Some).ok_or_else(|| standard::INVALID_PARAMETER.with(&[&parameter]))
}

/// When something was made that is asked for.
#[derive(Debug, Default)]
pub(super) struct Created {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// It is to end some time, which nothing here does.
    ends: bool,
}

impl Created {
    /// Reads pairs like `CreationStartTime` and `2026-11-21T02:34Z`, whose keys are among the known
    /// ones; the refusals are for other keys and for values that are no moments.
    pub(super) fn of(
        pairs: Option<&[tags::Given]>,
        known: &[&str],
        (bad_key, bad_value): (&Row, &Row),
    ) -> Result<Self, Fault> {
        let mut created = Self::default();
        for pair in pairs.unwrap_or_default() {
            let key = pair.key.as_deref().unwrap_or_default();
            let value = pair.value.as_deref().unwrap_or_default();
            if !known.contains(&key) {
                return Err(bad_key.with(&[&key]));
            }
            let moment = moment(value).ok_or_else(|| bad_value.with(&[&value]))?;
            match key {
                "CreationStartTime" => created.from = Some(moment),
                "CreationEndTime" => created.to = Some(moment),
                _ => created.ends = true,
            }
        }
        Ok(created)
    }

    /// Whether what was made then is asked for.
    pub(super) fn fits(&self, made: Timestamp) -> bool {
        !self.ends
            && self.from.is_none_or(|from| made >= from)
            && self.to.is_none_or(|to| made <= to)
    }
}
