//! What values of flags say: each takes a text in, or says what it must be.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::units;

/// A flag without a value.
///
/// # Errors
/// None.
pub fn on(flag: &mut bool) -> Result<(), String> {
    *flag = true;
    Ok(())
}

/// A text as it is.
///
/// # Errors
/// None.
pub fn text(flag: &mut Option<String>, text: &str) -> Result<(), String> {
    *flag = Some(text.to_owned());
    Ok(())
}

/// One of these words, whatever its case.
///
/// # Errors
/// If it is none of them.
pub fn one_of(words: &'static [&'static str], text: &str) -> Result<&'static str, String> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    found.copied().ok_or_else(|| match words {
        [others @ .., last] if !others.is_empty() => {
            format!("must be {} or {last}", others.join(", "))
        }
        words => format!("must be {}", words.concat()),
    })
}

/// A whole number within bounds.
///
/// # Errors
/// If it is none, or beyond them.
pub fn number<N: FromStr + PartialOrd + Display + Copy>(
    text: &str,
    least: N,
    most: N,
) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| (&least..=&most).contains(&number));
    number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// A whole number that is not too small.
pub(crate) fn at_least<N: FromStr + PartialOrd + Display + Copy>(
    text: &str,
    least: N,
) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("must be a whole number, at least {least}"))
}

/// A time of at most a year: `30`, `500ms`, `5m`, `7d`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(365 * 86_400);
    let time = units::duration(text).filter(|time| *time <= MOST);
    time.ok_or_else(|| "must be a time such as 30, 500ms or 5m, of at most 365d".to_owned())
}

/// A time of at most so many days, in whole seconds.
pub(crate) fn seconds(text: &str, most_days: u32) -> Result<u32, String> {
    let whole = |time: Duration| (time.subsec_nanos() == 0).then_some(time.as_secs());
    units::duration(text)
        .and_then(whole)
        .and_then(|seconds| u32::try_from(seconds).ok())
        .filter(|seconds| (1..=most_days * 86_400).contains(seconds))
        .ok_or_else(|| format!("must be a time from 1s to {most_days}d"))
}

/// A number of bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let words = "must be a number of bytes, or one with KiB, MiB, GiB or TiB";
    units::size(text).ok_or_else(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_bounds() {
        for (text, expected) in
            [("90", Some(90)), ("1.5m", Some(90)), ("15m", Some(900)), ("7d", Some(604_800))]
        {
            assert_eq!(seconds(text, 7).ok(), expected, "{text}");
        }
        for text in ["8d", "1.5s", "500ms", "99999999999"] {
            assert!(seconds(text, 7).is_err(), "{text}");
        }
        assert!(duration("30d").is_ok() && duration("366d").is_err());
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(number("7", 1, 7), Ok(7));
        for text in ["0", "8", "-1", "x", ""] {
            assert_eq!(number(text, 1, 7).unwrap_err(), "must be a whole number from 1 to 7");
        }
    }
}
