//! How things look in answers. Each is complete: clients read nested members without asking whether
//! they are there.

pub(crate) mod action;
pub(crate) mod droplet;
pub(crate) mod image;
pub(crate) mod place;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment to the second, as the vendor writes it.
pub(crate) fn time(moment: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(moment);
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
