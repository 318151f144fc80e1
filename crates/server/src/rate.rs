//! How many requests a key may make.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use parking_lot::Mutex;

/// Requests per window and key.
pub(crate) const LIMIT: u32 = 5_000;
/// The window's length.
pub(crate) const WINDOW_SECONDS: i64 = 60;

/// Counts each key's requests in fixed windows. There are as many entries as keys that exist, since
/// only a known key gets here.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    windows: Mutex<HashMap<String, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: i64,
    used: u32,
}

/// Where a key stands after a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) allowed: bool,
    remaining: u32,
    /// Epoch seconds at which the window ends.
    reset: i64,
    pub(crate) seconds_left: u64,
}

impl Limiter {
    /// Counts a request.
    pub(crate) fn take(&self, key: &str, now: Timestamp) -> Standing {
        let now = now.as_second();
        let mut windows = self.windows.lock();
        let window = windows.entry(key.to_owned()).or_insert(Window { ends: 0, used: 0 });
        // A window that ends too late was begun by a clock that has been set back since.
        if window.ends <= now || window.ends > now + WINDOW_SECONDS {
            *window = Window { ends: now + WINDOW_SECONDS, used: 0 };
        }
        let allowed = window.used < LIMIT;
        if allowed {
            window.used += 1;
        }
        Standing {
            allowed,
            remaining: LIMIT - window.used,
            reset: window.ends,
            seconds_left: u64::try_from(window.ends - now).unwrap_or(0),
        }
    }
}

impl Standing {
    /// Says it in the answer's headers, in the old form and in the IETF's.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-ratelimit-limit", LIMIT.to_string());
        set("x-ratelimit-remaining", self.remaining.to_string());
        set("x-ratelimit-reset", self.reset.to_string());
        set("ratelimit-policy", format!("\"default\";q={LIMIT};w={WINDOW_SECONDS}"));
        set("ratelimit", format!("\"default\";r={};t={}", self.remaining, self.seconds_left));
    }
}
