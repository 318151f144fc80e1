//! How often a token may be used: 5,000 times in any hour, and 250 times in any minute; some paths have
//! limits of their own within these.
//!
//! Each use counts for an hour from when it was made, so that the limits slide; a request that is
//! refused is no use.

use std::collections::{HashMap, VecDeque};

use http::Method;
use jiff::Timestamp;
use parking_lot::Mutex;

/// How many requests there may be in an hour.
pub(super) const PER_HOUR: u32 = 5000;
/// How many of them in a minute.
const PER_MINUTE: usize = 250;

/// Paths that may be asked for less often, and how many times in a minute.
static OWN: [Own; 1] = [Own { method: Method::GET, path: "/v2/account/keys", per_minute: 10 }];

/// A limit of a path's own.
#[derive(Debug)]
pub(super) struct Own {
    method: Method,
    path: &'static str,
    per_minute: usize,
}

/// The limit of the path's own, where it has one.
pub(super) fn own(method: &Method, path: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| own.method == *method && own.path == path)
}

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// The uses of every token. Only tokens that somebody holds are ever counted, so there are few.
#[derive(Default)]
pub(super) struct Limits {
    uses: Mutex<HashMap<String, Uses>>,
}

/// When a token was used within the last hour, and at the paths that have limits of their own.
#[derive(Default)]
struct Uses {
    all: VecDeque<i64>,
    own: HashMap<&'static str, VecDeque<i64>>,
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
    pub(super) fn take(&self, token: &str, own: Option<&'static Own>, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        let mut all = self.uses.lock();
        if !all.contains_key(token) {
            all.insert(token.to_owned(), Uses::default());
        }
        let Some(uses) = all.get_mut(token) else { return false };
        forget(&mut uses.all, now, HOUR_MS);
        let within =
            uses.all.len() < PER_HOUR as usize && burst(&uses.all, PER_MINUTE, now).is_none();
        if !within {
            return false;
        }
        if let Some(own) = own {
            let uses = uses.own.entry(own.path).or_default();
            forget(uses, now, MINUTE_MS);
            if burst(uses, own.per_minute, now).is_some() {
                return false;
            }
            uses.push_back(now);
        }
        uses.all.push_back(now);
        true
    }

    /// How the token stands now, at a path with a limit of its own where one is asked for.
    pub(super) fn standing(
        &self,
        token: &str,
        own: Option<&'static Own>,
        now: Timestamp,
    ) -> Standing {
        let now = now.as_millisecond();
        let all = self.uses.lock();
        let none = Uses::default();
        let uses = all.get(token).unwrap_or(&none);
        let oldest = uses.all.front().map_or(now, |first| *first);
        let used = u32::try_from(uses.all.len()).unwrap_or(PER_HOUR);
        let own = own.and_then(|own| burst(uses.own.get(own.path)?, own.per_minute, now));
        Standing {
            remaining: PER_HOUR.saturating_sub(used),
            reset: (oldest + HOUR_MS).div_euclid(1000),
            retry_after: burst(&uses.all, PER_MINUTE, now).max(own),
        }
    }
}

/// Forgets what does not count any more.
fn forget(uses: &mut VecDeque<i64>, now: i64, window_ms: i64) {
    // The clock may have been moved back; what it says then is all there is to go by.
    while uses.back().is_some_and(|last| *last > now) {
        uses.pop_back();
    }
    while uses.front().is_some_and(|first| *first + window_ms <= now) {
        uses.pop_front();
    }
}

/// After how many seconds a further use is no burst, where it is one now.
fn burst(uses: &VecDeque<i64>, per_minute: usize, now: i64) -> Option<i64> {
    let at = uses.len().checked_sub(per_minute)?;
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
            assert!(limits.take("a", None, at(0)));
        }
        assert!(!limits.take("a", None, at(30_000)));
        let standing = limits.standing("a", None, at(30_000));
        assert_eq!(standing.retry_after, Some(30));
        assert_eq!(standing.remaining, PER_HOUR - 250);
        assert_eq!(standing.reset, 1_800_003_600);
        assert!(limits.take("b", None, at(30_000)), "another token has its own limits");
        assert!(limits.take("a", None, at(60_000)));
    }

    #[test]
    fn an_hour_has_a_limit_of_its_own() {
        let limits = Limits::default();
        for n in 0..i64::from(PER_HOUR) {
            assert!(limits.take("a", None, at(n * 400)), "{n}");
        }
        let end = i64::from(PER_HOUR) * 400;
        assert!(!limits.take("a", None, at(end)));
        assert_eq!(limits.standing("a", None, at(end)).retry_after, None);
        assert_eq!(limits.standing("a", None, at(end)).remaining, 0);
        assert!(limits.take("a", None, at(HOUR_MS)));
    }

    #[test]
    fn a_path_may_have_a_limit_of_its_own() {
        let limits = Limits::default();
        let keys = own(&Method::GET, "/v2/account/keys");
        assert!(keys.is_some() && own(&Method::POST, "/v2/account/keys").is_none());
        for n in 0..10 {
            assert!(limits.take("a", keys, at(n)));
        }
        assert!(!limits.take("a", keys, at(20_000)));
        assert_eq!(limits.standing("a", keys, at(20_000)).retry_after, Some(40));
        assert_eq!(limits.standing("a", None, at(20_000)).retry_after, None);
        assert_eq!(limits.standing("a", None, at(20_000)).remaining, PER_HOUR - 10);
        assert!(limits.take("a", None, at(20_000)) && limits.take("b", keys, at(20_000)));
        assert!(limits.take("a", keys, at(60_000)));
    }
}
