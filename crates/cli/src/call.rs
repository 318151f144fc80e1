//! A call: `isobar aws SERVICE OPERATION [members and flags]`.

use isobar_catalogue::Cloud;

use crate::report::Error;
use crate::shell::Shell;

/// Carries out a call.
pub(crate) fn run(cloud: Cloud, _: &Shell, _: Vec<String>) -> Result<(), Error> {
    Err(Error::failed("not_implemented", format!("calls of {cloud} are not implemented")))
}
