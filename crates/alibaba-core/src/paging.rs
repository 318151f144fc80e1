//! Pages by number, and pages by token.

use std::sync::Arc;

use isobar_kernel::{Fault, Row};

use crate::standard;
use crate::tagging::Tagged;

/// A page that is asked for by its number.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Which, from 1.
    pub number: i64,
    /// How many items it has.
    pub size: i64,
}

/// How many items a page has where the caller does not say.
const DEFAULT_SIZE: i64 = 10;

impl Page {
    /// The page that a call asks for.
    pub fn new(number: Option<i64>, size: Option<i64>, most: i64) -> Result<Self, Fault> {
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
    pub fn cut<T>(&self, items: Vec<T>) -> (i64, Vec<T>) {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let before = (self.number - 1).saturating_mul(self.size);
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        (total, items.into_iter().skip(before).take(size).collect())
    }
}

/// How many items a call asks for, which pages by token: the default where it does not say.
pub fn results(asked: Option<i64>, default: i64, most: i64, refusal: &Row) -> Result<usize, Fault> {
    let asked = asked.unwrap_or(default);
    let asked = Some(asked).filter(|asked| (1..=most).contains(asked));
    let asked = asked.and_then(|asked| usize::try_from(asked).ok());
    asked.ok_or_else(|| refusal.with(&[&"MaxResults"]))
}

/// A page that is asked for by its number, or by a token and how many items come with it, which wins.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The page's number.
    pub page_number: Option<i64>,
    /// How many items it has.
    pub page_size: Option<i64>,
    /// The token.
    pub next_token: Option<&'a str>,
    /// How many items come with it.
    pub max_results: Option<i64>,
    /// The most items of a page by its number, and of one by a token.
    pub most: (i64, i64),
}

/// What a page holds, and of what.
#[derive(Debug)]
pub struct Part<T> {
    /// The page; the first one where it was asked for by a token.
    pub page: Page,
    /// How many items there are on all pages.
    pub total: i64,
    /// The page's items.
    pub items: Vec<T>,
    /// The next page's token; empty on the last page, and where none was asked for.
    pub next_token: String,
}

impl Asked<'_> {
    /// The page of the items, which come in the order of their keys; `invalid` is about the token.
    pub fn cut<T>(
        &self,
        items: Vec<T>,
        key: impl Fn(&T) -> String,
        invalid: &Row,
    ) -> Result<Part<T>, Fault> {
        let token = self.next_token.filter(|token| !token.is_empty());
        if self.max_results.is_none() && token.is_none() {
            let page = Page::new(self.page_number, self.page_size, self.most.0)?;
            let (total, items) = page.cut(items);
            return Ok(Part { page, total, items, next_token: String::new() });
        }
        let refusal = &standard::INVALID_PARAMETER;
        let most = results(self.max_results, DEFAULT_SIZE, self.most.1, refusal)?;
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let invalid = || invalid.with(&[&"NextToken"]);
        let (items, next_token) = after_token(items, token, most, key, invalid)?;
        let size = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(Part { page: Page { number: 1, size }, total, items, next_token })
    }
}

/// Where a resource stands in a list, which shows the newest first.
pub fn place<T: Tagged>(row: &Arc<T>) -> String {
    // From the far future backwards, so that what is newer has the smaller text.
    let age = i64::MAX - row.created_at().as_microsecond();
    format!("{age:020}/{}", row.id())
}

/// Puts the newest first.
pub fn newest_first<'a, T: Tagged>(rows: impl Iterator<Item = &'a Arc<T>>) -> Vec<&'a Arc<T>> {
    let mut rows: Vec<&Arc<T>> = rows.collect();
    rows.sort_by_cached_key(|row| place(row));
    rows
}

/// Takes the items after the token's, as many as are asked for, and gives the token of the next page:
/// empty on the last one. Items come in the order of their keys, so that a page is right even where
/// items came and went since the one before.
pub fn after_token<T>(
    items: Vec<T>,
    token: Option<&str>,
    most: usize,
    key: impl Fn(&T) -> String,
    invalid: impl Fn() -> Fault,
) -> Result<(Vec<T>, String), Fault> {
    let page = isobar_forms::pages::after(items, |item| key(item).into(), token, most);
    let (items, next) = page.ok_or_else(invalid)?;
    Ok((items, next.unwrap_or_default()))
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
