//! Whether a caller may do what it asks for. This is the one place that decides it: [`authorize`]
//! stands in every request's way, and whatever knows more than [`Rights`] (the clouds' policies) comes
//! to stand here. How a refusal reads is the face's.

use isobar_catalogue::Operation;
use isobar_wire::Value;

use crate::Fault;
use crate::face::{Admitted, Face};
use crate::handlers::On;

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything, as an account's owner may.
    All,
    /// What changes nothing, as the clouds' own policies for reading allow it.
    Reading,
}

impl Rights {
    /// Whether they allow the operation.
    #[must_use]
    pub const fn allow(self, operation: &Operation) -> bool {
        match self {
            Self::All => true,
            Self::Reading => operation.read_only,
        }
    }
}

/// Lets the call through, or gives the cloud's refusal. It comes after the input is read, since what
/// a refusal names is in it, and before anything else is made of the input: whoever may not do
/// something learns nothing of what is there.
pub(crate) fn authorize<F: Face>(
    face: &F,
    admitted: &Admitted,
    on: On,
    input: &Value,
) -> Result<(), Fault> {
    if admitted.caller.rights.allow(admitted.operation) {
        return Ok(());
    }
    Err(face.denied(admitted, on.of(input)))
}
