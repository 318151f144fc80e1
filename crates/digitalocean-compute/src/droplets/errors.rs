//! The errors of creating droplets.

use isobar_kernel::Row;

pub(super) const NAME: Row = Row::new(
    422,
    "unprocessable_entity",
    "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
);
pub(super) const NO_NAME: Row = Row::new(422, "unprocessable_entity", "Name can't be blank");
pub(super) const NAME_AND_NAMES: Row =
    Row::new(422, "unprocessable_entity", "You can only specify either name or names.");
pub(super) const TOO_MANY: Row =
    Row::new(422, "unprocessable_entity", "You can only create up to {} Droplets at a time.");
pub(super) const LIMIT: Row = Row::new(
    422,
    "unprocessable_entity",
    "creating this/these droplet(s) will exceed your droplet limit",
);
pub(super) const SIZE: Row =
    Row::new(422, "unprocessable_entity", "You specified an invalid size for Droplet creation.");
pub(super) const IMAGE: Row =
    Row::new(422, "unprocessable_entity", "You specified an invalid image for Droplet creation.");
pub(super) const IMAGE_REGION: Row = Row::new(
    422,
    "unprocessable_entity",
    "The image you specified is not available in the selected region, you can transfer it to this region from your control panel.",
);
pub(super) const IMAGE_DISK: Row = Row::new(
    422,
    "unprocessable_entity",
    "The image you specified requires a larger disk than the size you specified.",
);
pub(super) const KEYS: Row =
    Row::new(422, "unprocessable_entity", "{} are invalid key identifiers for Droplet creation.");
pub(super) const VOLUMES: Row =
    Row::new(422, "unprocessable_entity", "failed to resolve volume: volume {} not found");
pub(super) const VPC_REGION: Row = Row::new(
    422,
    "unprocessable_entity",
    "Failed to resolve VPC: VPC is not in the same region as the Droplet",
);
pub(super) const USER_DATA: Row =
    Row::new(422, "unprocessable_entity", "User data must be smaller than 64 KiB");
pub(super) const TAG: Row = Row::new(422, "unprocessable_entity", "tag_name is required");
