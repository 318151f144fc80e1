//! How two of a name are found to differ.

use jiff::Timestamp;

use crate::tree::Entry;

/// How two of a name are found to differ. A different size is always a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// By time. What is uploaded or copied differs when the source is newer: an object's time is
    /// when it was written. What is downloaded differs when the times do, in either direction, since
    /// a download gives a file the object's time.
    #[default]
    Time,
    /// By size alone.
    Size,
    /// By content: checksums, or MD5s where tags are those. What has neither differs.
    Content,
}

impl Compare {
    /// Whether size and time say that nothing is to be done.
    pub(super) fn finds_same(self, downloads: bool, entry: &Entry, there: &Entry) -> bool {
        if entry.size != there.size {
            return false;
        }
        match (self, seconds(entry), seconds(there)) {
            (Self::Size, ..) => true,
            (Self::Time, Some(from), Some(to)) if downloads => to == from,
            (Self::Time, Some(from), Some(to)) => to >= from,
            _ => false,
        }
    }
}

/// Whether what is there is newer.
pub(super) fn is_older(entry: &Entry, there: &Entry) -> bool {
    seconds(entry).zip(seconds(there)).is_some_and(|(from, to)| from < to)
}

/// Stores give whole seconds.
fn seconds(entry: &Entry) -> Option<i64> {
    entry.modified.map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_decide_where_sizes_do_not() {
        let entry = |size, second| Entry {
            name: "f".to_owned(),
            size,
            modified: Timestamp::from_second(second).ok(),
            is_alias: false,
        };
        // Source and target as size and second, and what differs when uploaded, when downloaded, by
        // size, and whether the source is older.
        let rows = [
            ((1, 5), (1, 5), false, false, false, false),
            ((1, 6), (1, 5), true, true, false, false),
            ((1, 4), (1, 5), false, true, false, true),
            ((2, 4), (1, 5), true, true, true, true),
            ((2, 5), (1, 5), true, true, true, false),
        ];
        for (from, to, up, down, size, older) in rows {
            let (from, to) = (entry(from.0, from.1), entry(to.0, to.1));
            assert_eq!(!Compare::Time.finds_same(false, &from, &to), up, "{from:?} {to:?}");
            assert_eq!(!Compare::Time.finds_same(true, &from, &to), down, "{from:?} {to:?}");
            assert_eq!(!Compare::Size.finds_same(true, &from, &to), size, "{from:?} {to:?}");
            assert_eq!(is_older(&from, &to), older, "{from:?} {to:?}");
        }
    }
}
