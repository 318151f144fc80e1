//! The errors of droplet actions.

use isobar_kernel::Row;

pub(super) const NO_TYPE: Row = Row::new(422, "unprocessable_entity", "Type can't be blank");
pub(super) const UNKNOWN_TYPE: Row =
    Row::new(422, "unprocessable_entity", "The action type '{}' is invalid.");
pub(super) const NOT_BY_TAG: Row =
    Row::new(422, "unprocessable_entity", "The action type '{}' cannot be performed by tag.");
pub(super) const IS_ON: Row = Row::new(
    422,
    "unprocessable_entity",
    "Droplet is currently on. Please power it off to run this event.",
);
pub(super) const IS_OFF: Row = Row::new(
    422,
    "unprocessable_entity",
    "Droplet is currently off. Please power it on to run this event.",
);
pub(super) const ALREADY_OFF: Row =
    Row::new(422, "unprocessable_entity", "Droplet is already powered off");
pub(super) const NAME: Row = Row::new(
    422,
    "unprocessable_entity",
    "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
);
pub(super) const SIZE: Row =
    Row::new(422, "unprocessable_entity", "You specified an invalid size for Droplet resize.");
pub(super) const SAME_SIZE: Row =
    Row::new(422, "unprocessable_entity", "Droplet already has the size {}");
pub(super) const SMALLER_DISK: Row = Row::new(
    422,
    "unprocessable_entity",
    "This size is not available because it has a smaller disk.",
);
pub(super) const IMAGE: Row =
    Row::new(422, "unprocessable_entity", "You specified an invalid image for Droplet {}.");
pub(super) const KERNEL: Row =
    Row::new(422, "unprocessable_entity", "You specified an invalid kernel.");
pub(super) const BACKUPS_ON: Row =
    Row::new(422, "unprocessable_entity", "Backups are already enabled for this Droplet.");
pub(super) const BACKUPS_OFF: Row =
    Row::new(422, "unprocessable_entity", "Backups are not enabled for this Droplet.");
pub(super) const IPV6_ON: Row =
    Row::new(422, "unprocessable_entity", "IPv6 is already enabled for this Droplet.");
pub(super) const NO_TAG: Row = Row::new(422, "unprocessable_entity", "tag_name is required");
