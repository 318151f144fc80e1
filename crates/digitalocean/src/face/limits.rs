//! How often a token may be used: 5,000 times in any hour, and 250 times in any minute.
//!
//! Each use counts for an hour from when it was made, so that the limits slide; a request that is
//! refused is no use.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use parking_lot::Mutex;

/// How many requests there may be in an hour.
pub(super) const PER_HOUR: u32 = 5000;
/// How many of them in a minute.
pub(super) const PER_MINUTE: u32 = 250;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// The uses of every token. Only tokens that somebody holds are ever counted, so there are few.
#[derive(Default)]
pub(super) struct Limits {
    uses: Mutex<HashMap<String, VecDeque<i64>>>,
}

/// Tokens are secret.
impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

/// How a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many uses are left in the hour.
    pub(super) remaining: u32,
    /// When the oldest use stops to count, in seconds since the epoch.
    pub(super) reset: i64,
    /// After how many seconds a burst is over; absent where there is none.
    pub(super) retry_after: Option<i64>,
}

impl Limits {
    /// Counts a use, if it is within the limits.
    pub(super) fn take(&self, token: &str, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        let mut all = self.uses.lock();
        if !all.contains_key(token) {
            all.insert(token.to_owned(), VecDeque::new());
        }
        let Some(uses) = all.get_mut(token) else { return false };
        // The clock may have been moved back; what it says then is all there is to go by.
        while uses.back().is_some_and(|last| *last > now) {
            uses.pop_back();
        }
        while uses.front().is_some_and(|first| *first + HOUR_MS <= now) {
            uses.pop_front();
        }
        let within = uses.len() < PER_HOUR as usize && burst(uses, now).is_none();
        if within {
            uses.push_back(now);
        }
        within
    }

    /// How the token stands now.
    pub(super) fn standing(&self, token: &str, now: Timestamp) -> Standing {
        let now = now.as_millisecond();
        let all = self.uses.lock();
        let none = VecDeque::new();
        let uses = all.get(token).unwrap_or(&none);
        let oldest = uses.front().map_or(now, |first| *first);
        let used = u32::try_from(uses.len()).unwrap_or(PER_HOUR);
        Standing {
            remaining: PER_HOUR.saturating_sub(used),
            reset: (oldest + HOUR_MS).div_euclid(1000),
            retry_after: burst(uses, now),
        }
    }
}

/// After how many seconds a further use is no burst, where it is one now.
fn burst(uses: &VecDeque<i64>, now: i64) -> Option<i64> {
    let at = uses.len().checked_sub(PER_MINUTE as usize)?;
    let wait = uses.get(at)? + MINUTE_MS - now;
    (wait > 0).then_some((wait + 999) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    #[test]
    fn bursts_end_after_a_minute() {
        let limits = Limits::default();
        for _ in 0..PER_MINUTE {
            assert!(limits.take("a", at(0)));
        }
        assert!(!limits.take("a", at(30_000)));
        let standing = limits.standing("a", at(30_000));
        assert_eq!(standing.retry_after, Some(30));
        assert_eq!(standing.remaining, PER_HOUR - PER_MINUTE);
        assert_eq!(standing.reset, 1_800_003_600);
        assert!(limits.take("b", at(30_000)), "another token has its own limits");
        assert!(limits.take("a", at(60_000)));
    }

    #[test]
    fn an_hour_has_a_limit_of_its_own() {
        let limits = Limits::default();
        for n in 0..i64::from(PER_HOUR) {
            assert!(limits.take("a", at(n * 400)), "{n}");
        }
        let end = i64::from(PER_HOUR) * 400;
        assert!(!limits.take("a", at(end)));
        assert_eq!(limits.standing("a", at(end)).retry_after, None);
        assert_eq!(limits.standing("a", at(end)).remaining, 0);
        assert!(limits.take("a", at(HOUR_MS)));
    }
}
