//! Ids, secrets and digests.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

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

/// The hex digest of texts that cannot run into each other.
pub(crate) fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hex digest of bytes.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
