//! One of the two lists that are compared: what takes part, and what could not. What a walk could not
//! look into is never taken for missing.

use std::collections::BTreeSet;

use super::{Action, Event, Tell};
use crate::error::Error;
use crate::filter::Filters;
use crate::tree::{Entries, Entry, Found};

/// Names that took no part, of which nothing is known that lies below them.
#[derive(Debug, Default)]
pub(super) struct LeftOut(BTreeSet<String>);

impl LeftOut {
    fn add(&mut self, name: &str) {
        self.0.insert(name.trim_end_matches('/').to_owned());
    }

    /// Whether a name is one of them, or lies below one.
    pub(super) fn covers(&self, name: &str) -> bool {
        let above = name.match_indices('/').map(|(at, _)| &name[..at]);
        !self.0.is_empty() && above.chain([name, ""]).any(|name| self.0.contains(name))
    }
}

/// A list without the names that take no part.
pub(super) struct Side<'a> {
    entries: Option<Entries>,
    filters: &'a Filters,
    tell: &'a Tell,
    /// What is done with those of this list; nothing where what it lacks is of no matter.
    action: Option<Action>,
    /// The last name, where the names must be in order.
    last: Option<String>,
    is_ordered: bool,
    pub(super) left_out: LeftOut,
    /// What could not be looked into.
    pub(super) failed: u64,
}

impl<'a> Side<'a> {
    pub(super) fn new(entries: Option<Entries>, filters: &'a Filters, tell: &'a Tell) -> Self {
        Self {
            entries,
            filters,
            tell,
            action: None,
            last: None,
            is_ordered: false,
            left_out: LeftOut::default(),
            failed: 0,
        }
    }

    /// Two lists are compared as they come. One without order, as of a bucket in a zone, makes what
    /// is there look missing.
    pub(super) fn ordered(mut self, is_ordered: bool) -> Self {
        self.is_ordered = is_ordered;
        self
    }

    /// Whoever is told learns of what is left out.
    pub(super) fn telling(mut self, action: Option<Action>) -> Self {
        self.action = action;
        self
    }

    pub(super) async fn next(&mut self) -> Result<Option<Entry>, Error> {
        while let Some(entries) = &mut self.entries
            && let Some(found) = entries.next().await
        {
            let entry = match found? {
                Found::Entry(entry) => entry,
                Found::Skipped { name, why } => {
                    self.skipped(&name, why);
                    continue;
                }
                Found::Failed { name, error } => {
                    self.failed(name, error);
                    continue;
                }
            };
            if self.is_ordered {
                if self.last.as_ref().is_some_and(|last| *last >= entry.name) {
                    let text = format!("`{}` is listed out of order: sync needs order", entry.name);
                    return Err(Error::Usage(text));
                }
                self.last = Some(entry.name.clone());
            }
            if self.filters.admits(&entry.name) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// What cannot be looked into is a failure where it is to be transferred. Of a target it says only
    /// that nothing below it can be removed.
    fn failed(&mut self, name: String, error: Error) {
        self.left_out.add(&name);
        match self.action {
            None => {}
            Some(Action::Delete) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let why = cause.map_or_else(|| error.to_string(), |it| format!("{error}: {it}"));
                (self.tell)(Event::Skipped(why));
            }
            Some(action) => {
                self.failed += 1;
                (self.tell)(Event::Failed { action, name, error });
            }
        }
    }

    fn skipped(&mut self, name: &str, why: Option<String>) {
        self.left_out.add(name);
        let takes_part = self.filters.admits(name) && !self.filters.name(&format!("{name}/"));
        if let (true, Some(why), Some(_)) = (takes_part, why, self.action) {
            (self.tell)(Event::Skipped(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_what_was_left_out_is_covered() {
        let mut left_out = LeftOut::default();
        assert!(!left_out.covers("a"));
        left_out.add("a/b/");
        left_out.add("c");
        for (name, covered) in [
            ("a", false),
            ("a/b", true),
            ("a/b/", true),
            ("a/b/c/d", true),
            ("a/bc", false),
            ("c", true),
            ("c/d", true),
            ("", false),
        ] {
            assert_eq!(left_out.covers(name), covered, "{name}");
        }
        left_out.add("");
        assert!(left_out.covers("anything/at all"));
    }
}
