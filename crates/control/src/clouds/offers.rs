//! What is the same in how clouds tell what they have on offer.

use serde_json::json;

use crate::error::Violation;

/// The sizes that are the same everywhere, each with a cloud's own name of it.
pub(crate) type Sizes = [(&'static str, &'static str); 3];

/// How many names a message lists.
const SHOWN: usize = 40;

/// A cloud's own name of a size.
pub(crate) fn own_size<'a>(sizes: &'a Sizes, size: &'a str) -> &'a str {
    sizes.iter().find(|(name, _)| *name == size).map_or(size, |(_, own)| own)
}

/// Whether a size is the same everywhere.
pub(crate) fn is_common(sizes: &Sizes, size: &str) -> bool {
    sizes.iter().any(|(name, _)| *name == size)
}

/// A target's field is not what it must be.
pub(crate) fn violation(field: &str, value: &str, constraint: String) -> Violation {
    Violation { field: field.to_owned(), value: json!(value), constraint }
}

/// A target's field is none of these.
pub(crate) fn not_one_of(field: &str, value: &str, valid: &[String]) -> Violation {
    violation(field, value, format!("must be one of {}", valid.join(", ")))
}

/// A target's size is no instance type, as these are.
pub(crate) fn no_instance_type(size: &str, mut known: Vec<String>) -> Violation {
    known.sort_unstable();
    known.truncate(SHOWN);
    let known = known.join(", ");
    let words = format!("must be small, medium, large, or an instance type such as {known}");
    violation("size", size, words)
}
