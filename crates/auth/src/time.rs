//! The forms in which times are signed.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// `20150830T123600Z`
pub(crate) fn basic(time: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(time);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `2015-08-30T12:36:00Z`
pub(crate) fn extended(time: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `Sun, 30 Aug 2015 12:36:00 GMT`
pub(crate) fn http(time: Timestamp) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .expect("the time of a request is within the years that RFC 9110 can write")
}

/// Reads `20150830T123600Z`.
pub(crate) fn parse_basic(text: &str) -> Option<Timestamp> {
    match text.as_bytes() {
        [y1, y2, y3, y4, o1, o2, d1, d2, b'T', h1, h2, m1, m2, s1, s2, b'Z'] => moment(
            [*y1, *y2, *y3, *y4],
            [[*o1, *o2], [*d1, *d2], [*h1, *h2], [*m1, *m2], [*s1, *s2]],
        ),
        _ => None,
    }
}

/// Reads `2015-08-30T12:36:00Z`.
pub(crate) fn parse_extended(text: &str) -> Option<Timestamp> {
    match text.as_bytes() {
        [
            y1,
            y2,
            y3,
            y4,
            b'-',
            o1,
            o2,
            b'-',
            d1,
            d2,
            b'T',
            h1,
            h2,
            b':',
            m1,
            m2,
            b':',
            s1,
            s2,
            b'Z',
        ] => moment(
            [*y1, *y2, *y3, *y4],
            [[*o1, *o2], [*d1, *d2], [*h1, *h2], [*m1, *m2], [*s1, *s2]],
        ),
        _ => None,
    }
}

/// Reads `Sun, 30 Aug 2015 12:36:00 GMT`.
pub(crate) fn parse_http(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// The moment of a year and the two-digit month, day, hour, minute and second.
fn moment(year: [u8; 4], rest: [[u8; 2]; 5]) -> Option<Timestamp> {
    let mut number = 0_i16;
    for digit in year {
        number = number * 10 + digit_of(digit)?;
    }
    let mut parts = [0_i8; 5];
    for (part, [tens, ones]) in parts.iter_mut().zip(rest) {
        *part = i8::try_from(digit_of(tens)? * 10 + digit_of(ones)?).ok()?;
    }
    let [month, day, hour, minute, second] = parts;
    let at = DateTime::new(number, month, day, hour, minute, second, 0).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

fn digit_of(byte: u8) -> Option<i16> {
    byte.is_ascii_digit().then(|| i16::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_come_back() {
        let time: Timestamp = "2015-08-30T12:36:00Z".parse().unwrap();
        assert_eq!(basic(time), "20150830T123600Z");
        assert_eq!(extended(time), "2015-08-30T12:36:00Z");
        assert_eq!(http(time), "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(parse_basic(&basic(time)), Some(time));
        assert_eq!(parse_extended(&extended(time)), Some(time));
        assert_eq!(parse_http(&http(time)), Some(time));
        assert_eq!(parse_basic("20150830T123600"), None);
        assert_eq!(parse_basic("20151330T123600Z"), None);
        assert_eq!(parse_extended("2015-08-30 12:36:00"), None);
    }
}
