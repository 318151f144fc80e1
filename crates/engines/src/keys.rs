//! RSA keys for key pairs: drawn, and written in the forms that the clouds give out.

use std::convert::Infallible;

use isobar_kernel::Random;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{EncodeRsaPrivateKey, LineEnding};
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Mpint, PublicKey};

const BITS: usize = 2048;

/// A key that was drawn. It is given out and not kept.
pub struct RsaKey {
    /// The private half in PKCS #1, as PEM.
    pub pem: String,
    /// The private half in PKCS #8, as DER, which fingerprints are taken of.
    pub der: Vec<u8>,
    /// The public half as OpenSSH writes it, without a comment.
    pub public: String,
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Draws a key of 2048 bits.
///
/// # Panics
/// Never: such keys can be drawn and written.
#[must_use]
pub fn rsa(random: &Random) -> RsaKey {
    let key = RsaPrivateKey::new(&mut Rng(random), BITS)
        .expect("2048 bits is a length that keys can have");
    let der = key.to_pkcs8_der().expect("a key that was drawn can be written");
    let pem = key.to_pkcs1_pem(LineEnding::LF).expect("a key that was drawn can be written");
    let public = RsaPublicKey::new(
        Mpint::from_positive_bytes(&key.e_bytes()),
        Mpint::from_positive_bytes(&key.n_bytes()),
    )
    .expect("a key that was drawn has a modulus");
    let public = PublicKey::new(KeyData::Rsa(public), "").to_openssh();
    let public = public.expect("a public key can be written").trim().to_owned();
    RsaKey { pem: pem.to_string(), der: der.as_bytes().to_vec(), public }
}

/// The kernel's randomness in the form that the key crates take.
struct Rng<'a>(&'a Random);

impl TryRng for Rng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.number())
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl TryCryptoRng for Rng<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_in_each_form() {
        let key = rsa(&Random::seeded(7));
        assert!(key.pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\nMII"), "{}", key.pem);
        assert!(key.public.starts_with("ssh-rsa AAAAB3NzaC1yc2E"), "{}", key.public);
        let read = PublicKey::from_openssh(&key.public).unwrap();
        assert!(matches!(read.key_data(), KeyData::Rsa(rsa) if rsa.key_size() == 2048));
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }
}
