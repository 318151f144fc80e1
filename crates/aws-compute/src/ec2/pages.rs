//! `MaxResults` and `NextToken`.
//!
//! Items come in the order of their ids, and a token holds the id after which the next page begins:
//! what is created or deleted between two pages moves nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// What a token begins with once it is decoded, so that other text is not taken for one.
const MARK: &str = "after:";

impl Page<'_> {
    /// The items of the page, and the token of the next. `ids` says that items were asked for by
    /// id, which excludes paging, with the parameter's name in the message.
    ///
    /// # Errors
    /// Where the request's members are no page's.
    pub(super) fn cut<T>(
        &self,
        mut items: Vec<T>,
        id: impl Fn(&T) -> &str,
        limits: Limits,
        ids: Option<&str>,
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        self.check(limits, ids)?;
        if let Some(token) = self.next_token.filter(|token| !token.is_empty()) {
            let after = read(token).ok_or_else(|| errors::PAGINATION_TOKEN.fault())?;
            items.retain(|item| id(item) > after.as_str());
        }
        let max = self.max_results.unwrap_or(limits.max);
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        if items.len() <= max {
            return Ok((items, None));
        }
        items.truncate(max);
        let token = items.last().map(|last| STANDARD.encode(format!("{MARK}{}", id(last))));
        Ok((items, token))
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

fn read(token: &str) -> Option<String> {
    let bytes = STANDARD.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix(MARK).map(str::to_owned)
}
