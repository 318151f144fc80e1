//! What one group of services does when rows of another's change: the other does not know it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::call::Command;
use crate::store::Change;
use crate::{Record, Served, Tables};

/// What a service does about the rows of a collection that is not its own. Made by
/// [`follow!`](crate::follow).
#[derive(Debug)]
pub struct Follower<W: 'static> {
    /// The collection.
    pub kind: &'static str,
    /// When, and what.
    pub act: Act<W>,
}

/// When a follower acts, and what it does.
pub enum Act<W: 'static> {
    /// A row was put in, changed or taken out. It runs in the same transaction, after the handler.
    Changed(fn(&mut Command<'_, '_, W>, &Change)),
    /// A row is about to be taken out: whether it is held, and so must stay.
    Held(fn(&Tables, &dyn std::any::Any) -> bool),
}

impl<W> std::fmt::Debug for Act<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Changed(_) => "Changed",
            Self::Held(_) => "Held",
        })
    }
}

/// The most changes that followers may make of one call's: more would mean that they follow each other in
/// a circle.
const MOST: usize = 100_000;

/// The followers of all services of a face, by collection.
#[derive(Debug)]
pub struct Followers<W: 'static> {
    by_kind: HashMap<&'static str, Vec<&'static Act<W>>>,
}

impl<W> Followers<W> {
    pub(crate) fn of(services: &'static [Served<W>]) -> Self {
        let mut by_kind: HashMap<_, Vec<_>> = HashMap::new();
        for follower in services.iter().flat_map(|served| served.followers) {
            by_kind.entry(follower.kind).or_default().push(&follower.act);
        }
        Self { by_kind }
    }

    /// Runs those who follow what the call changed, and what they change in turn.
    ///
    /// # Panics
    /// If they follow each other in a circle, which is a mistake in the program.
    pub(crate) fn run(&self, cx: &mut Command<'_, '_, W>) {
        if self.by_kind.is_empty() {
            return;
        }
        let mut seen = 0;
        loop {
            let changes = cx.store.changes_from(seen);
            if changes.is_empty() {
                return;
            }
            seen += changes.len();
            assert!(seen < MOST, "followers follow each other in a circle");
            let followed = changes.iter().filter(|change| self.by_kind.contains_key(change.kind));
            for change in followed.cloned().collect::<Vec<_>>() {
                for act in &self.by_kind[change.kind] {
                    if let Act::Changed(run) = act {
                        run(cx, &change);
                    }
                }
            }
        }
    }

    pub(crate) fn hold<T: Record>(&self, tables: &Tables, row: &T) -> bool {
        self.by_kind.get(T::KIND).into_iter().flatten().any(|act| match act {
            Act::Held(held) => held(tables, row),
            Act::Changed(_) => false,
        })
    }
}

/// The rows of a change, for [`follow!`](crate::follow).
#[must_use]
pub fn rows<T: Record>(change: &Change) -> (Option<Arc<T>>, Option<Arc<T>>) {
    (change.before(), change.after())
}

/// The table entry of a follower:
///
/// ```ignore
/// follow!(Changed Instance, forget_instance) // fn(&mut Command, Option<&Instance>, Option<&Instance>)
/// follow!(Ended Droplet, forget_droplet)     // fn(&mut Command, &Droplet)
/// follow!(Held Subnet, uses_subnet)          // fn(&Tables, &Subnet) -> bool
/// ```
#[macro_export]
macro_rules! follow {
    (Changed $record:ty, $function:path) => {
        $crate::followers::Follower {
            kind: <$record as $crate::Record>::KIND,
            act: $crate::followers::Act::Changed(|cx, change| {
                let (before, after) = $crate::followers::rows::<$record>(change);
                $function(cx, before.as_deref(), after.as_deref());
            }),
        }
    };
    (Ended $record:ty, $function:path) => {
        $crate::followers::Follower {
            kind: <$record as $crate::Record>::KIND,
            act: $crate::followers::Act::Changed(|cx, change| {
                if let (Some(before), None) = $crate::followers::rows::<$record>(change) {
                    $function(cx, &before);
                }
            }),
        }
    };
    (Held $record:ty, $function:path) => {
        $crate::followers::Follower {
            kind: <$record as $crate::Record>::KIND,
            act: $crate::followers::Act::Held(|tables, row| {
                row.downcast_ref::<$record>().is_some_and(|row| $function(tables, row))
            }),
        }
    };
}
