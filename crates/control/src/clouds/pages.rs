//! Lists that come in numbered pages.

use serde_json::{Value, json};

use super::failure::Failure;
use super::session::Session;

/// How a cloud pages its lists.
pub(crate) struct Paging {
    /// The member that says which page, from 1.
    pub(crate) number: &'static str,
    /// The member that says how many items a page has.
    pub(crate) size: &'static str,
    /// The largest page.
    pub(crate) per_page: usize,
    /// No list is read beyond this many pages.
    pub(crate) most_pages: usize,
}

impl Paging {
    /// All items of a list, which answers have at a JSON pointer.
    pub(crate) async fn all(
        &self,
        session: &Session,
        service: &str,
        operation: &str,
        mut input: Value,
        pointer: &str,
    ) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        input[self.size] = json!(self.per_page);
        for page in 1..=self.most_pages {
            input[self.number] = json!(page);
            let answer = session.read(service, operation, input.clone()).await?;
            let found = answer.list(pointer);
            items.extend_from_slice(found);
            if found.len() < self.per_page {
                break;
            }
        }
        Ok(items)
    }
}
