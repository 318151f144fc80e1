//! Pages by number, and pages by token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isobar_kernel::Fault;

use crate::standard;
use crate::tagging::Tagged;

/// A page that is asked for by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    /// Which, from 1.
    pub(crate) number: i64,
    /// How many items it has.
    pub(crate) size: i64,
}

/// How many items a page has where the caller does not say.
const DEFAULT_SIZE: i64 = 10;

impl Page {
    /// The page that a call asks for.
    pub(crate) fn new(number: Option<i64>, size: Option<i64>, most: i64) -> Result<Self, Fault> {
        let page = Self { number: number.unwrap_or(1), size: size.unwrap_or(DEFAULT_SIZE) };
        if page.number < 1 {
            return Err(standard::INVALID_PARAMETER.with(&[&"PageNumber"]));
        }
        if !(1..=most).contains(&page.size) {
            return Err(standard::INVALID_PARAMETER.with(&[&"PageSize"]));
        }
        Ok(page)
    }

    /// How many items there are in all, and those of the page.
    pub(crate) fn cut<T>(&self, items: Vec<T>) -> (i64, Vec<T>) {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let before = (self.number - 1).saturating_mul(self.size);
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        (total, items.into_iter().skip(before).take(size).collect())
    }
}

/// Where a resource stands in a list, which shows the newest first.
pub(crate) fn place<T: Tagged>(row: &Arc<T>) -> String {
    // From the far future backwards, so that what is newer has the smaller text.
    let age = i64::MAX - row.created_at().as_microsecond();
    format!("{age:020}/{}", row.id())
}

/// Puts the newest first.
pub(crate) fn newest_first<'a, T: Tagged>(
    rows: impl Iterator<Item = &'a Arc<T>>,
) -> Vec<&'a Arc<T>> {
    let mut rows: Vec<&Arc<T>> = rows.collect();
    rows.sort_by_cached_key(|row| place(row));
    rows
}

/// Takes the items after the token's, as many as are asked for, and gives the token of the next page:
/// empty on the last one. Items come in the order of their keys, so that a page is right even where
/// items came and went since the one before.
pub(crate) fn after_token<T>(
    items: Vec<T>,
    token: Option<&str>,
    most: usize,
    key: impl Fn(&T) -> String,
    invalid: impl Fn() -> Fault,
) -> Result<(Vec<T>, String), Fault> {
    let after = match token.filter(|token| !token.is_empty()) {
        None => None,
        Some(token) => {
            let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
            Some(String::from_utf8(bytes).map_err(|_| invalid())?)
        }
    };
    let mut rest: Vec<T> = items
        .into_iter()
        .skip_while(|item| after.as_ref().is_some_and(|after| key(item) <= *after))
        .collect();
    let more = rest.len() > most;
    rest.truncate(most);
    let next = match rest.last() {
        Some(last) if more => URL_SAFE_NO_PAD.encode(key(last)),
        _ => String::new(),
    };
    Ok((rest, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_number() {
        let items: Vec<i32> = (0..25).collect();
        let page = Page::new(Some(3), None, 50).unwrap();
        assert_eq!(page.cut(items), (25, vec![20, 21, 22, 23, 24]));
        assert_eq!(Page::new(Some(0), None, 50).unwrap_err().code, "InvalidParameter");
        assert_eq!(Page::new(None, Some(51), 50).unwrap_err().code, "InvalidParameter");
    }

    #[test]
    fn by_token() {
        let invalid = || standard::INVALID_PARAMETER.with(&[&"NextToken"]);
        let key = |item: &i32| format!("{item:02}");
        let (page, next) = after_token((0..5).collect(), None, 2, key, invalid).unwrap();
        assert_eq!(page, [0, 1]);
        let (page, next) = after_token((0..5).collect(), Some(&next), 3, key, invalid).unwrap();
        assert_eq!((page.as_slice(), next.as_str()), ([2, 3, 4].as_slice(), ""));
        assert!(after_token((0..5).collect(), Some("?"), 3, key, invalid).is_err());
    }
}
