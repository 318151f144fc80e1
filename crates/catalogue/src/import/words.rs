//! What an operation's name says.

/// First words of operations that change nothing. `Receive` is none of them: a received message is
/// hidden from others. Nor is `Check`: licences are checked in.
const READING: [&str; 10] = [
    "BatchDescribe",
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Query",
    "Scan",
    "Search",
];

/// Whether an operation changes nothing, by its HTTP method or its name.
pub(super) fn reads(name: &str, method: &str) -> bool {
    matches!(method, "GET" | "HEAD") || READING.iter().any(|word| begins_with(name, word))
}

/// Whether the name's first words are these, and not the start of a longer word.
fn begins_with(name: &str, words: &str) -> bool {
    name.strip_prefix(words)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
}
