//! The stored row of an SSH key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::Record;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use crate::world::key;

/// An SSH key, which is shown as it is stored but for the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SshKey {
    pub account: String,
    pub id: u64,
    pub public_key: String,
    pub name: String,
    pub fingerprint: String,
}

impl Record for SshKey {
    const KIND: &'static str = "do.ssh_key";

    fn key(&self) -> String {
        key(&self.account, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![("fingerprint", key(&self.account, &self.fingerprint))]
    }
}

/// The MD5 fingerprint (RFC 4716, section 4) of a public key in OpenSSH's one-line form; `None`
/// where it is none.
pub fn fingerprint(public_key: &str) -> Option<String> {
    let mut words = public_key.split_ascii_whitespace();
    let kind = words.next()?;
    let blob = STANDARD.decode(words.next()?).ok()?;
    // The blob begins with the kind's own name (RFC 4253, section 6.6).
    let length = u32::from_be_bytes(blob.get(..4)?.try_into().ok()?);
    let named = blob.get(4..)?.get(..usize::try_from(length).ok()?)?;
    if named != kind.as_bytes() {
        return None;
    }
    let digits: Vec<String> = Md5::digest(&blob).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(digits.join(":"))
}
