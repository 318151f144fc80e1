//! Keys themselves: drawing, reading and fingerprints.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_engines::keys;
use isobar_kernel::Random;
use md5::Md5;
use rsa::pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};
use sha1::{Digest, Sha1};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::public::{KeyData, RsaPublicKey as SshRsa};
use ssh_key::{HashAlg, Mpint, PrivateKey, PublicKey};

/// The lengths that the service imports.
const IMPORTED_BITS: [u32; 3] = [1024, 2048, 4096];

/// A key pair as it is made or imported.
pub(super) struct Material {
    pub(super) kind: &'static str,
    pub(super) fingerprint: String,
    /// As OpenSSH writes it, without a comment.
    pub(super) public_key: String,
    /// Only of a key that was made here. It is given out and not kept.
    pub(super) private_key: Option<String>,
}

impl Material {
    /// A new RSA key. Its fingerprint is the SHA-1 of the private key in PKCS #8.
    pub(super) fn rsa(random: &Random) -> Self {
        let key = keys::rsa(random);
        Self {
            kind: "rsa",
            fingerprint: with_colons(&Sha1::digest(&key.der)),
            public_key: key.public,
            private_key: Some(key.pem),
        }
    }

    /// A new ED25519 key. Its fingerprint is OpenSSH's.
    pub(super) fn ed25519(random: &Random) -> Self {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        let pair = Ed25519Keypair::from_seed(&seed);
        let public = PublicKey::new(KeyData::Ed25519(pair.public), "");
        let private = PrivateKey::new(KeypairData::Ed25519(pair), "")
            .and_then(|key| key.to_openssh(LineEnding::LF))
            .expect("a key that was drawn can be written");
        Self {
            kind: "ed25519",
            fingerprint: sha256_of(&public),
            public_key: openssh(public.key_data().clone()),
            private_key: Some(private.to_string()),
        }
    }

    /// A public key as it is imported. `None` where it is none that the service takes. An RSA key's
    /// fingerprint is then the MD5 of the public key.
    pub(super) fn imported(text: &[u8]) -> Option<Self> {
        let key = public_key(std::str::from_utf8(text).ok()?.trim())?;
        let (kind, fingerprint) = match key.key_data() {
            KeyData::Ed25519(_) => ("ed25519", sha256_of(&key)),
            KeyData::Rsa(rsa) if IMPORTED_BITS.contains(&rsa.key_size()) => ("rsa", md5_of(rsa)?),
            _ => return None,
        };
        let public_key = openssh(key.key_data().clone());
        Some(Self { kind, fingerprint, public_key, private_key: None })
    }
}

/// A public key in any of the three forms that the service documents: OpenSSH's, RFC 4716's, and
/// base64 of DER.
fn public_key(text: &str) -> Option<PublicKey> {
    if let Ok(key) = PublicKey::from_openssh(text) {
        return Some(key);
    }
    if let Some(bytes) = rfc4716(text) {
        return PublicKey::from_bytes(&bytes).ok();
    }
    let packed: String = text.split_ascii_whitespace().collect();
    let key = RsaPublicKey::from_public_key_der(&STANDARD.decode(packed).ok()?).ok()?;
    let key = ssh_rsa(&key).ok()?;
    Some(PublicKey::new(KeyData::Rsa(key), ""))
}

/// The bytes of a key file of RFC 4716: between two marks, headers, of which a line goes on after a
/// backslash, and base64.
fn rfc4716(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix("---- BEGIN SSH2 PUBLIC KEY ----")?;
    let body = body.strip_suffix("---- END SSH2 PUBLIC KEY ----")?;
    let mut packed = String::new();
    let mut goes_on = false;
    for line in body.lines().map(str::trim_end) {
        let is_header = goes_on || line.contains(": ");
        goes_on = is_header && line.ends_with('\\');
        if !is_header {
            packed.push_str(line.trim());
        }
    }
    STANDARD.decode(packed).ok()
}

fn ssh_rsa(key: &RsaPublicKey) -> ssh_key::Result<SshRsa> {
    SshRsa::new(
        Mpint::from_positive_bytes(&key.e_bytes()),
        Mpint::from_positive_bytes(&key.n_bytes()),
    )
}

fn openssh(key: KeyData) -> String {
    PublicKey::new(key, "").to_openssh().expect("a public key can be written").trim().to_owned()
}

fn sha256_of(key: &PublicKey) -> String {
    STANDARD.encode(key.fingerprint(HashAlg::Sha256).as_bytes())
}

fn md5_of(key: &SshRsa) -> Option<String> {
    let number = |part: &Mpint| Some(BoxedUint::from_be_slice_vartime(part.as_positive_bytes()?));
    let key = RsaPublicKey::new_unchecked(number(key.n())?, number(key.e())?);
    let der = key.to_public_key_der().ok()?;
    Some(with_colons(&Md5::digest(der.as_bytes())))
}

fn with_colons(digest: &[u8]) -> String {
    let mut text = String::with_capacity(digest.len() * 3);
    for (at, byte) in digest.iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        write!(text, "{colon}{byte:02x}").expect("writing to a String does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imported_key_has_the_fingerprint_that_openssl_computes() {
        let key = include_str!("material/example.pub");
        let material = Material::imported(key.as_bytes()).unwrap();
        assert_eq!(material.kind, "rsa");
        assert_eq!(material.fingerprint, include_str!("material/example.fingerprint").trim());
        assert!(Material::imported(b"ssh-rsa AAAA").is_none());
    }

    #[test]
    fn an_ed25519_key_is_written_as_openssh_writes_it() {
        let material = Material::ed25519(&Random::seeded(7));
        let private = material.private_key.unwrap();
        assert!(private.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        let read = PrivateKey::from_openssh(private).unwrap();
        assert_eq!(sha256_of(read.public_key()), material.fingerprint);
        assert!(material.public_key.starts_with("ssh-ed25519 AAAA"));
    }
}
