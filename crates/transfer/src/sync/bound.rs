//! How much may be removed from a target at once.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How many of a target's files or objects may be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MostRemoved {
    /// So many.
    Count(u64),
    /// So many of a hundred.
    Percent(u8),
}

impl Default for MostRemoved {
    /// Half of them: more than that is rather a wrong source than a wish.
    fn default() -> Self {
        Self::Percent(50)
    }
}

impl MostRemoved {
    /// Whether so many may be removed, of so many that are there.
    #[must_use]
    pub fn allows(self, count: u64, of: u64) -> bool {
        match self {
            Self::Count(most) => count <= most,
            Self::Percent(most) => u128::from(count) * 100 <= u128::from(of) * u128::from(most),
        }
    }
}

impl FromStr for MostRemoved {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = match text.strip_suffix('%') {
            Some(number) => {
                number.parse().ok().filter(|percent| *percent <= 100).map(Self::Percent)
            }
            None => text.parse().ok().map(Self::Count),
        };
        read.ok_or_else(|| "a number, or a share as in 20%".to_owned())
    }
}

/// Whoever is asked whether more than that may be removed: how many, and of how many.
#[derive(Clone)]
pub struct Ask(pub Arc<dyn Fn(u64, u64) -> bool + Send + Sync>);

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ask")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_counts_or_shares() {
        for (text, count, of, allowed) in [
            ("50%", 1, 2, true),
            ("50%", 2, 3, false),
            ("50%", 1, 1, false),
            ("100%", 7, 7, true),
            ("0%", 1, 1000, false),
            ("0", 0, 5, true),
            ("3", 3, 3, true),
            ("3", 4, 1000, false),
        ] {
            let most: MostRemoved = text.parse().unwrap();
            assert_eq!(most.allows(count, of), allowed, "{text} {count} {of}");
        }
        for text in ["", "%", "101%", "-1", "half", "1.5"] {
            assert!(text.parse::<MostRemoved>().is_err(), "{text}");
        }
    }
}
