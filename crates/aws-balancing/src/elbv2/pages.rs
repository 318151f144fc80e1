//! `PageSize` and `Marker`. Items come in the order of their ARNs.

use isobar_kernel::Fault;

use super::errors;

/// How many items a page has where nobody says.
const USUAL: i64 = 400;
/// The items of the page, and the marker of the next.
pub(super) fn cut<T>(
    mut items: Vec<T>,
    arn: impl Fn(&T) -> &str,
    size: Option<i64>,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Fault> {
    items.sort_unstable_by(|a, b| arn(a).cmp(arn(b)));
    let size = usize::try_from(size.unwrap_or(USUAL)).unwrap_or(usize::MAX);
    let page = isobar_forms::pages::after(items, |item| arn(item).into(), marker, size);
    page.ok_or_else(|| errors::MARKER.with(&[&marker.unwrap_or_default()]))
}
