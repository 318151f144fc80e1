//! What the describing calls of ECS have in common: lists that are JSON as text.

use isobar_kernel::Fault;

use crate::forms::texts;
use crate::standard;

/// The most ids of a call.
const MOST: usize = 100;

/// The texts of a parameter that is `["a","b"]`; `None` where it is absent, which means all. An
/// empty list means none.
pub(super) fn ids(json: Option<&str>, parameter: &str) -> Result<Option<Vec<String>>, Fault> {
    let Some(json) = json.filter(|json| !json.is_empty()) else { return Ok(None) };
    let ids = texts(json).filter(|ids| ids.len() <= MOST);
    ids.map(Some).ok_or_else(|| standard::INVALID_PARAMETER.with(&[&parameter]))
}
