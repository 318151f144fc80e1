//! Signing keys: derived once a day for each scope, then kept.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit, Mac};
use parking_lot::RwLock;
use sha2::Sha256;

use super::TERMINATOR;
use crate::Secret;

/// How many derived keys are kept. A key is one caller's for one day, region and service.
const MOST: usize = 4096;

/// Derived signing keys. Four of the six hashes over short texts that a signature costs are spent on
/// deriving its key, which is the same all day.
#[derive(Default)]
pub struct SigningKeys {
    kept: RwLock<HashMap<Box<str>, Entry>>,
}

struct Entry {
    secret: Secret,
    key: Hmac<Sha256>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").field("kept", &self.kept.read().len()).finish()
    }
}

impl SigningKeys {
    /// No keys yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The key of a credential (`id/date/region/service/aws4_request`), ready to sign. The secret is
    /// compared too, since a key's secret may change while its id stays.
    pub(crate) fn get(&self, credential: &str, scope: &Scope<'_>, secret: &Secret) -> Hmac<Sha256> {
        if let Some(entry) = self.kept.read().get(credential)
            && entry.secret == *secret
        {
            return entry.key.clone();
        }
        let key = derive(scope, secret);
        let mut kept = self.kept.write();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(credential.into(), Entry { secret: secret.clone(), key: key.clone() });
        key
    }
}

/// For what a signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

fn derive(scope: &Scope<'_>, secret: &Secret) -> Hmac<Sha256> {
    let first = [b"AWS4", secret.expose().as_bytes()].concat();
    let mut key = mac(&first);
    for part in [scope.date, scope.region, scope.service, TERMINATOR] {
        key.update(part.as_bytes());
        key = mac(&key.finalize().into_bytes());
    }
    key
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// The parts of the string to sign, in order: they are signed without being joined. Last comes the hash of
/// what is signed, or what a signature in a chain has in its place.
pub(crate) fn string_to_sign<'a>(
    algorithm: &'a str,
    time: &'a str,
    scope: &Scope<'a>,
    hash: &'a [u8; 64],
) -> [&'a [u8]; 13] {
    [
        algorithm.as_bytes(),
        b"\n",
        time.as_bytes(),
        b"\n",
        scope.date.as_bytes(),
        b"/",
        scope.region.as_bytes(),
        b"/",
        scope.service.as_bytes(),
        b"/",
        TERMINATOR.as_bytes(),
        b"\n",
        hash,
    ]
}

/// The signature of a string's parts.
pub(crate) fn signature(mut key: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 64] {
    for part in parts {
        key.update(part);
    }
    crate::encode::hex256(&key.finalize().into_bytes().into())
}
