//! Moments in the three forms in which the vendors write them.

use std::fmt::Write as _;

use isobar_catalogue::shape::TimestampFormat;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::error::Violation;
use crate::value::Value;

/// Appends the moment in the format.
pub(crate) fn write(out: &mut String, moment: Timestamp, format: TimestampFormat) {
    match format {
        TimestampFormat::Iso8601 => {
            write!(out, "{moment}").expect("writing to a String does not fail");
        }
        TimestampFormat::UnixTimestamp => write_epoch(out, moment),
        TimestampFormat::Rfc822 => {
            let printed =
                rfc2822::DateTimePrinter::new().print_timestamp_rfc9110(&moment, &mut *out).is_ok();
            if !printed {
                // Only years that RFC 9110 cannot write, which are before 0.
                write!(out, "{moment}").expect("writing to a String does not fail");
            }
        }
    }
}

/// The moment without its fraction of a second, which headers do not carry.
pub(crate) fn whole(moment: Timestamp) -> Timestamp {
    let seconds = moment.as_microsecond().div_euclid(1_000_000);
    Timestamp::from_second(seconds).unwrap_or(moment)
}

/// Appends seconds since 1970, with a fraction of at most microseconds where there is one.
fn write_epoch(out: &mut String, moment: Timestamp) {
    let micros = moment.as_microsecond();
    let sign = if micros < 0 { "-" } else { "" };
    let (seconds, fraction) =
        (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    write!(out, "{sign}{seconds}").expect("writing to a String does not fail");
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// The moment as seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "microseconds of this era fit into 53 bits")]
pub(crate) fn epoch(moment: Timestamp) -> f64 {
    moment.as_microsecond() as f64 / 1_000_000.0
}

/// The moment of seconds since 1970, exact to the microsecond.
pub(crate) fn from_epoch(seconds: f64) -> Option<Timestamp> {
    let micros = (seconds * 1_000_000.0).round();
    if !micros.is_finite() || micros.abs() > 9.0e18 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    Timestamp::from_microsecond(micros as i64).ok()
}

/// Reads any of the three forms; which one it is shows in its first character.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return parse_http_date(text);
    }
    if text.contains('T') || text.contains(' ') || text.matches('-').count() > 1 {
        return text.parse().ok();
    }
    from_epoch(text.parse().ok()?)
}

/// RFC 9110's date, with a fraction of a second that some services write although it has none.
fn parse_http_date(text: &str) -> Option<Timestamp> {
    let parser = rfc2822::DateTimeParser::new();
    let Some((before, after)) = text.split_once('.') else {
        return parser.parse_timestamp(text).ok();
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let whole = parser.parse_timestamp(format!("{before}{}", &after[digits..])).ok()?;
    let fraction: f64 = format!("0.{}", &after[..digits]).parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second")]
    let nanos = (fraction * 1e9).round() as i64;
    whole.checked_add(jiff::SignedDuration::from_nanos(nanos)).ok()
}

/// The moment that a value stands for: itself, text in any of the forms, or seconds since 1970.
pub(crate) fn from_value(value: &Value) -> Result<Timestamp, Violation> {
    let moment = match value {
        Value::Timestamp(moment) => return Ok(*moment),
        Value::String(text) => parse(text),
        Value::Integer(seconds) => Timestamp::from_second(*seconds).ok(),
        Value::Float(seconds) => from_epoch(*seconds),
        other => return Err(Violation::wrong_type("a timestamp", other.type_name())),
    };
    moment.ok_or_else(|| {
        let found = match value {
            Value::String(text) => format!("{text:?}"),
            _ => value.type_name().to_owned(),
        };
        Violation::wrong_type("a timestamp", found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, micros: i64) {
        assert_eq!(parse(text).map(Timestamp::as_microsecond), Some(micros), "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("2014-04-29T18:30:38Z", 1_398_796_238_000_000);
        check("2019-12-17T00:48:18+01:00", 1_576_540_098_000_000);
        check("2000-01-02T20:34:56.123Z", 946_845_296_123_000);
        check("2017-12-10T04:04Z", 1_512_878_640_000_000);
        check("Tue, 29 Apr 2014 18:30:38 GMT", 1_398_796_238_000_000);
        check("Sun, 02 Jan 2000 20:34:56.456 GMT", 946_845_296_456_000);
        check("1398796238", 1_398_796_238_000_000);
        check("-1.5", -1_500_000);
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("1e300"), None);
    }

    #[test]
    fn every_form_is_written() {
        let moment = Timestamp::from_millisecond(1_398_796_238_120).expect("in range");
        let mut out = String::new();
        for format in
            [TimestampFormat::Iso8601, TimestampFormat::Rfc822, TimestampFormat::UnixTimestamp]
        {
            write(&mut out, moment, format);
            out.push('|');
        }
        assert_eq!(out, "2014-04-29T18:30:38.12Z|Tue, 29 Apr 2014 18:30:38 GMT|1398796238.12|");
    }
}
