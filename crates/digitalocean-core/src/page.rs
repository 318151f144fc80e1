//! Pages: which part of a list is asked for, and the links to its neighbours.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::world::Scene;
use crate::{Input, Output};

const DEFAULT_PER_PAGE: usize = 20;
const MAX_PER_PAGE: usize = 200;
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// Which page is asked for. Flattened into the input of each list.
#[derive(Clone, Copy, Debug, Default, Input)]
pub struct Paging {
    page: Option<i64>,
    per_page: Option<i64>,
}

/// Where a list's neighbouring pages are, those that make sense.
#[derive(Debug, Default, Output)]
pub struct Links {
    #[wire(unless = "Option::is_none")]
    pages: Option<Pages>,
}

#[derive(Debug, Default, Output)]
struct Pages {
    #[wire(unless = "Option::is_none")]
    first: Option<String>,
    #[wire(unless = "Option::is_none")]
    prev: Option<String>,
    #[wire(unless = "Option::is_none")]
    next: Option<String>,
    #[wire(unless = "Option::is_none")]
    last: Option<String>,
}

/// How many items there are on all pages.
#[derive(Clone, Copy, Debug, Output)]
pub struct Meta {
    /// How many.
    pub total: usize,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the other pages are.
    pub links: Links,
    /// How many items there are in all.
    pub meta: Meta,
}

impl<T> Page<T> {
    /// The page with each item as it is shown.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, links, meta } = self;
        Page { items: items.into_iter().map(show).collect(), links, meta }
    }
}

impl Paging {
    /// The page of the items. `path` is the list's own, without what is before `/v2`; `filters` are
    /// the parameters that its links repeat.
    pub fn cut<T>(
        self,
        scene: Scene<'_>,
        path: &str,
        filters: &[(&str, Option<&str>)],
        items: impl IntoIterator<Item = T>,
    ) -> Page<T> {
        let per_page = self
            .per_page
            .and_then(|asked| usize::try_from(asked).ok())
            .filter(|asked| *asked > 0)
            .map_or(DEFAULT_PER_PAGE, |asked| asked.min(MAX_PER_PAGE));
        let page = self.page.and_then(|page| usize::try_from(page).ok()).map_or(1, |p| p.max(1));
        let mut items: Vec<T> = items.into_iter().collect();
        let total = items.len();
        let last = total.div_ceil(per_page).max(1);
        let from = (page - 1).saturating_mul(per_page).min(total);
        items.truncate(from.saturating_add(per_page).min(total));
        let items = items.split_off(from);
        let url = |page: usize| {
            let mut url = format!("{}{path}?page={page}&per_page={per_page}", scene.base_url);
            for (name, value) in filters {
                if let Some(value) = value {
                    url.push_str(&format!("&{name}={}", utf8_percent_encode(value, PLAIN)));
                }
            }
            url
        };
        let pages = Pages {
            first: (page > 1).then(|| url(1)),
            prev: (page > 1).then(|| url((page - 1).min(last))),
            next: (page < last).then(|| url(page + 1)),
            last: (page < last).then(|| url(last)),
        };
        let pages = (last > 1 || page > 1).then_some(pages);
        Page { items, links: Links { pages }, meta: Meta { total } }
    }
}
