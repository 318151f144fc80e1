//! Members of inputs that no handler reads, and why that is what the cloud does.

use isobar_kernel::Ignored;

/// The rows.
pub const IGNORED: &[Ignored] = &[];
