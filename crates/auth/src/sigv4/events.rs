//! The signatures of a request's events.
//!
//! The request goes first and is signed with [`Chain::PAYLOAD`] in the place of its payload's hash.
//! Each message of its stream then travels within another one, which carries the time and a
//! signature over the message and over the signature before it. The first of these is the request's
//! own. The end is a signed message with nothing in it.

use hmac::Mac;
use isobar_wire::Request;
use isobar_wire::eventstream::{Header, Message};
use jiff::Timestamp;

use super::canonical::hash;
use super::keys::{Scope, SigningKeys, string_to_sign};
use super::{ALGORITHM, TERMINATOR};
use crate::encode::hex256;
use crate::{Credentials, time};

/// What the string to sign begins with.
const EVENT_ALGORITHM: &str = "AWS4-HMAC-SHA256-PAYLOAD";

const DATE: &str = ":date";
const SIGNATURE: &str = ":chunk-signature";

/// `:date` as it is signed: the length of its name, its name, its type, and milliseconds.
const DATE_HEADER: [u8; 7] = [5, b':', b'd', b'a', b't', b'e', 8];

/// Signs messages one after another.
#[derive(Debug)]
pub struct Chain {
    credentials: Credentials,
    region: String,
    service: String,
    keys: SigningKeys,
    /// The last signature, in hexadecimal.
    prior: [u8; 64],
}

impl Chain {
    /// What stands for the payload in the signature of a request whose events are signed.
    pub const PAYLOAD: &str = "STREAMING-AWS4-HMAC-SHA256-EVENTS";

    /// The chain that follows a request; `None` where that is not signed in its header.
    #[must_use]
    pub fn after(
        request: &Request,
        credentials: &Credentials,
        region: &str,
        service: &str,
    ) -> Option<Self> {
        let signed = request.header("authorization")?.strip_prefix(ALGORITHM)?;
        let (_, signature) = signed.rsplit_once("Signature=")?;
        Some(Self {
            credentials: credentials.clone(),
            region: region.to_owned(),
            service: service.to_owned(),
            keys: SigningKeys::new(),
            prior: signature.as_bytes().try_into().ok()?,
        })
    }

    /// The message around another one's bytes; around none at the end.
    #[must_use]
    pub fn sign(&mut self, bytes: Vec<u8>, now: Timestamp) -> Message {
        // The time that is signed has no more than seconds, so the header may not have it either.
        let seconds = now.as_second();
        let millis = seconds.saturating_mul(1000);
        let date = [&DATE_HEADER[..], &millis.to_be_bytes()].concat();
        let at = time::basic(now);
        let scope = Scope { date: &at[..8], region: &self.region, service: &self.service };
        let credential = format!(
            "{}/{}/{}/{}/{TERMINATOR}",
            self.credentials.id, scope.date, scope.region, scope.service
        );
        let mut key = self.keys.get(&credential, &scope, &self.credentials.secret);
        let signed = string_to_sign(EVENT_ALGORITHM, &at, &scope, &self.prior);
        let hashes = [b"\n", &hash(&date)[..], b"\n", &hash(&bytes)];
        for part in signed.into_iter().chain(hashes) {
            key.update(part);
        }
        let signature: [u8; 32] = key.finalize().into_bytes().into();
        self.prior = hex256(&signature);
        Message {
            headers: vec![
                (DATE.to_owned(), Header::Timestamp(millis)),
                (SIGNATURE.to_owned(), Header::Bytes(signature.to_vec().into())),
            ],
            payload: bytes.into(),
        }
    }
}
