//! Lists, and the form of inputs.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::session::Session;

/// The largest page.
const PER_PAGE: usize = 200;
/// No list is read beyond this many pages.
const MOST_PAGES: usize = 50;

/// All items of a list, whose answer has them under `root`.
pub(super) async fn all(
    session: &Session,
    service: &str,
    root: &str,
    filter: &[(&str, &str)],
) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    for page in 1..=MOST_PAGES {
        let mut input = json!({ "per_page": PER_PAGE, "page": page });
        for (name, value) in filter {
            input[*name] = json!(value);
        }
        let answer = session.read(service, "list", input).await?;
        let found = answer.list(&format!("/{root}"));
        items.extend_from_slice(found);
        if found.len() < PER_PAGE {
            break;
        }
    }
    Ok(items)
}

/// An input of a body's fields, and a path parameter where one is given.
pub(super) fn with_body(path: Option<(&str, Value)>, body: Value) -> Value {
    let mut input = body;
    if let Some((name, value)) = path {
        input[name] = value;
    }
    input
}

/// Droplet ids are numbers; a placeholder of a dry run stays text.
pub(super) fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number))
}

pub(super) fn numbers(ids: &[String]) -> Value {
    ids.iter().map(|id| number(id)).collect()
}
