//! Times and sizes on the command line, read in one way everywhere.

use std::time::Duration;

/// A time: seconds, or a number with its unit (`500ms`, `30s`, `1.5m`, `12h`, `7d`). Nothing where it is none,
/// or no time at all.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = parted(text);
    let length = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * length;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}

/// A number of bytes, or one with KiB, MiB, GiB or TiB. KB, MB, GB and TB are the same, as in aws-cli's
/// settings. Nothing where it is none, or no bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = parted(text);
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" => 0,
        "KIB" | "KB" => 10,
        "MIB" | "MB" => 20,
        "GIB" | "GB" => 30,
        "TIB" | "TB" => 40,
        _ => return None,
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0)?;
    number.checked_mul(1 << shift)
}

fn parted(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, millis) in [
            ("30", 30_000),
            ("500ms", 500),
            ("1.5s", 1_500),
            ("5m", 300_000),
            ("12h", 43_200_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "5x", "-1", "0", "0ms", "xms", "1e999", "1 s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("7", 7),
            ("16MiB", 16 << 20),
            ("16mb", 16 << 20),
            ("64 KiB", 64 << 10),
            ("2TB", 2 << 40),
        ] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "0", "1.5GiB", "-1", "MiB", "5 bananas", "99999999999TiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
