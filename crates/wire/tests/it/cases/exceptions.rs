//! The cases that do not hold, each with its reason. The table only shrinks: a case in it that
//! passes makes the test fail.

use super::Side;

/// One case that does not hold.
pub(crate) struct Exception {
    direction: &'static str,
    file: &'static str,
    id: &'static str,
    side: Side,
    /// Why.
    #[expect(dead_code, reason = "for whoever reads the table")]
    reason: &'static str,
}

impl Exception {
    pub(crate) fn key(&self) -> (&'static str, &'static str, &'static str, Side) {
        (self.direction, self.file, self.id, self.side)
    }
}

pub(crate) const TABLE: &[Exception] = &[];
