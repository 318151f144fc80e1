//! Who waits for rows to change, by what the rows are linked to.

use std::collections::HashMap;

use tokio::sync::watch;

use super::Record;

/// How many topics there may be before those that nobody waits for are looked for.
const SWEPT: usize = 64;

/// Rows of a collection that have a value in an index: what a [waiting](crate::call::Wait) call waits
/// for a change of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    pub(super) kind: &'static str,
    pub(super) link: (&'static str, String),
}

impl Topic {
    /// The rows of the collection that have the value in the index.
    #[must_use]
    pub fn of<T: Record>(index: &'static str, value: impl Into<String>) -> Self {
        Self { kind: T::KIND, link: (index, value.into()) }
    }
}

/// The topics of one collection that somebody waits for. One ends when a row of it changes, which wakes
/// all who wait; who still has to wait begins anew.
#[derive(Default)]
pub(super) struct Topics {
    awaited: HashMap<(&'static str, String), watch::Sender<()>>,
    swept_to: usize,
}

impl Topics {
    pub(super) fn is_empty(&self) -> bool {
        self.awaited.is_empty()
    }

    /// Ends with the first change.
    pub(super) fn wait(&mut self, link: &(&'static str, String)) -> watch::Receiver<()> {
        if self.awaited.len() >= SWEPT.max(2 * self.swept_to) {
            self.awaited.retain(|_, topic| topic.receiver_count() > 0);
            self.swept_to = self.awaited.len();
        }
        self.awaited.entry(link.clone()).or_default().subscribe()
    }

    /// Takes out the topic, which wakes its waiters when it is dropped.
    pub(super) fn end(&mut self, link: &(&'static str, String)) -> Option<watch::Sender<()>> {
        self.awaited.remove(link)
    }
}
