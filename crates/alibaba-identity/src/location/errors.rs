//! The errors of the location service. The vendor's SDKs compare code and message, to the letter.

use isobar_kernel::Row;

pub(super) const REGION: Row =
    Row::new(404, "InvalidRegionId", "The specified region does not exist.");
pub(super) const PRODUCT: Row = Row::new(400, "Illegal Parameter", "Please check the parameters");
