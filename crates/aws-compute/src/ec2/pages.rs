//! `MaxResults` and `NextToken`.

use isobar_kernel::Fault;

use super::errors;

/// The members of a request that ask for a page.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) max_results: Option<i64>,
    pub(super) next_token: Option<&'a str>,
}

/// The fewest and the most items that an operation takes for a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) min: i64,
    pub(super) max: i64,
}

/// Those of most operations.
pub(super) const USUAL: Limits = Limits { min: 5, max: 1000 };

impl Page<'_> {
    /// The items of the page, and the token of the next. `ids` says that items were asked for by
    /// id, which excludes paging, with the parameter's name in the message.
    ///
    /// # Errors
    /// Where the request's members are no page's.
    pub(super) fn cut<T>(
        &self,
        items: Vec<T>,
        id: impl Fn(&T) -> &str,
        limits: Limits,
        ids: Option<&str>,
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        self.check(limits, ids)?;
        let max = self.max_results.unwrap_or(limits.max);
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let page = isobar_forms::pages::after(items, |item| id(item).into(), self.next_token, max);
        page.ok_or_else(|| errors::PAGINATION_TOKEN.fault())
    }

    fn check(&self, limits: Limits, ids: Option<&str>) -> Result<(), Fault> {
        let Some(max) = self.max_results else { return Ok(()) };
        if let Some(ids) = ids {
            return Err(errors::IDS_WITH_MAX_RESULTS.with(&[&ids]));
        }
        if max < limits.min {
            return Err(errors::MAX_RESULTS_SMALL.with(&[&max, &limits.min]));
        }
        if max > limits.max {
            return Err(errors::MAX_RESULTS_LARGE.with(&[&max, &limits.max]));
        }
        Ok(())
    }
}
