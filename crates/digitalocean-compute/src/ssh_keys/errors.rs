//! The errors of SSH keys.

use isobar_kernel::Row;

pub(super) const NO_NAME: Row = Row::new(422, "unprocessable_entity", "Name can't be blank");
pub(super) const NO_KEY: Row = Row::new(422, "unprocessable_entity", "Public key can't be blank");
pub(super) const INVALID: Row = Row::new(
    422,
    "unprocessable_entity",
    "Fingerprint could not be generated, please make sure your key is valid",
);
pub(super) const FORM: Row = Row::new(
    422,
    "unprocessable_entity",
    "Key invalid, key should be of the format `type key [comment]`",
);
pub(super) const TAKEN: Row =
    Row::new(422, "unprocessable_entity", "SSH Key is already in use on your account");
