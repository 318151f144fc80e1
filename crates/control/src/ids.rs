//! Ids and secrets.

use std::sync::Arc;

use crate::config::Random;

/// Makes ids: a prefix and 24 characters.
#[derive(Clone)]
pub(crate) struct Ids(pub(crate) Arc<dyn Random>);

impl Ids {
    /// Letters and digits without those that look like others; 32 of them, so that a byte's low
    /// five bits choose one without bias.
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

    /// A new id of 120 random bits.
    pub(crate) fn make(&self, prefix: &str) -> String {
        self.text(prefix, 24)
    }

    /// A new secret of 240 random bits.
    pub(crate) fn secret(&self, prefix: &str) -> String {
        self.text(prefix, 48)
    }

    fn text(&self, prefix: &str, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.0.fill(&mut bytes);
        let letters = bytes.iter().map(|byte| char::from(Self::ALPHABET[usize::from(byte & 31)]));
        prefix.chars().chain(letters).collect()
    }
}
