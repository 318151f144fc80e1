//! How things look in answers. Each is complete: clients read nested members without asking whether
//! they are there.

#![expect(missing_docs, reason = "fields are named as the vendor names the members that show them")]

pub mod action;
pub mod droplet;
pub mod firewall;
pub mod image;
pub mod place;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment to the second, as the vendor writes it.
pub fn time(moment: Timestamp) -> String {
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
