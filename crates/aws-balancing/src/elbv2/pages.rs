//! `PageSize` and `Marker`. Items come in the order of their ARNs, and a marker holds the one after
//! which the next page begins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::Fault;

use super::errors;

/// How many items a page has where nobody says.
const USUAL: i64 = 400;
/// What a marker begins with once it is decoded.
const MARK: &str = "after:";

/// The items of the page, and the marker of the next.
pub(super) fn cut<T>(
    mut items: Vec<T>,
    arn: impl Fn(&T) -> &str,
    size: Option<i64>,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Fault> {
    items.sort_unstable_by(|a, b| arn(a).cmp(arn(b)));
    if let Some(marker) = marker.filter(|marker| !marker.is_empty()) {
        let after = read(marker).ok_or_else(|| errors::MARKER.with(&[&marker]))?;
        items.retain(|item| arn(item) > after.as_str());
    }
    let size = usize::try_from(size.unwrap_or(USUAL)).unwrap_or(usize::MAX);
    if items.len() <= size {
        return Ok((items, None));
    }
    items.truncate(size);
    let marker = items.last().map(|last| STANDARD.encode(format!("{MARK}{}", arn(last))));
    Ok((items, marker))
}

fn read(marker: &str) -> Option<String> {
    let bytes = STANDARD.decode(marker).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix(MARK).map(str::to_owned)
}
