//! The service's side.
//!
//! The checks run in the vendor's order, which decides the answer to a request with more than one
//! fault: what is missing, the date's form, the clock, the signed host, the algorithm, the
//! credential's form, its scope, the key, the session's token, and the signature last.

use std::borrow::Cow;

use isobar_wire::Request;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use super::canonical::{Canonical, hash};
use super::chunks::{Chunks, Signing};
use super::keys::{Scope, SigningKeys, signature, string_to_sign};
use super::present::Presented;
use super::{ALGORITHM, Error, Mismatch, Style, TERMINATOR, UNSIGNED_PAYLOAD};
use crate::{Key, Keys, time};

/// The header that says what is signed as the payload.
const PAYLOAD_HEADER: &str = "x-amz-content-sha256";
/// Signed chunks; signed chunks and headers behind them; chunks that are not signed, and headers.
const CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const CHUNKS_AND_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED_CHUNKS: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
/// The longest life of a presigned request.
const LONGEST_EXPIRES_SECONDS: i64 = 604_800;

/// For what a request must be signed.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The region; `None` where any will do.
    pub region: Option<&'a str>,
    /// The service's name in the scope.
    pub service: &'a str,
    /// How the path is signed.
    pub style: Style,
    /// `UNSIGNED-PAYLOAD` is taken too. In [`Style::Objects`] it always is.
    pub unsigned_payload: bool,
}

/// Verifies requests. It keeps derived keys, so one is shared by all.
#[derive(Debug)]
pub struct Verifier {
    keys: SigningKeys,
    skew: SignedDuration,
}

impl Default for Verifier {
    /// With a skew of 15 minutes, as the vendor's.
    fn default() -> Self {
        Self::new(SignedDuration::from_mins(15))
    }
}

impl Verifier {
    /// A verifier that takes clocks that are so far apart.
    #[must_use]
    pub fn new(skew: SignedDuration) -> Self {
        Self { keys: SigningKeys::new(), skew }
    }

    /// Who signed the request.
    ///
    /// # Errors
    /// If nobody known did, with what the vendor's answer needs.
    pub fn verify<K: Keys>(
        &self,
        request: &Request,
        host: &str,
        now: Timestamp,
        expected: &Expected<'_>,
        keys: &K,
    ) -> Result<K::Who, Error> {
        let asked = Asked { request, host, now, expected };
        let (who, _) = self.check(asked, keys, payload)?;
        Ok(who)
    }

    /// Who signed the request, whose body comes later, and how that is to be verified: what the head says
    /// of the body is taken as said. Only in [`Style::Objects`].
    ///
    /// # Errors
    /// As those of [`verify`](Self::verify).
    pub fn verify_head<K: Keys>(
        &self,
        request: &Request,
        host: &str,
        now: Timestamp,
        expected: &Expected<'_>,
        keys: &K,
    ) -> Result<(K::Who, Later), Error> {
        let asked = Asked { request, host, now, expected };
        let (who, signing) = self.check(asked, keys, declared)?;
        let form = request.header(PAYLOAD_HEADER).unwrap_or(UNSIGNED_PAYLOAD);
        let later = match form {
            UNSIGNED_PAYLOAD => Later::Unsigned,
            CHUNKS => Later::Chunks(Chunks::new(Some(signing), false).into()),
            CHUNKS_AND_TRAILER => Later::Chunks(Chunks::new(Some(signing), true).into()),
            UNSIGNED_CHUNKS => Later::Chunks(Chunks::new(None, true).into()),
            hash => Later::Hash(hash.to_owned()),
        };
        Ok((who, later))
    }

    /// Makes the checks in their order, and gives what the signatures of a body go on from.
    fn check<K: Keys>(
        &self,
        asked: Asked<'_>,
        keys: &K,
        payload: PayloadOf,
    ) -> Result<(K::Who, Signing), Error> {
        let Asked { request, now, expected, .. } = asked;
        let presented = Presented::of(request)?;
        let time = signed_at(&presented)?;
        self.check_time(&presented, &time, now)?;
        if !presented.signed_headers.split(';').any(|name| name.eq_ignore_ascii_case("host")) {
            return Err(Error::HostNotSigned);
        }
        if presented.algorithm != ALGORITHM {
            return Err(Error::IncompleteSignature(format!(
                "Unsupported AWS 'algorithm': '{}' (only {ALGORITHM} for now). ",
                presented.algorithm
            )));
        }
        let (id, scope) = check_credential(&presented.credential, &time, expected)?;
        let key = keys.find(id).ok_or_else(|| Error::UnknownKey { id: id.to_owned() })?;
        check_token(&presented, &key, now)?;
        let payload = payload(request, &presented, expected)?;
        let signing = self.check_signature(asked, &presented, &time, &scope, id, &key, &payload)?;
        Ok((key.who, signing))
    }

    fn check_time(
        &self,
        presented: &Presented<'_>,
        time: &Moment<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let skew_minutes = self.skew.as_mins();
        let latest = now.saturating_add(self.skew).unwrap_or(Timestamp::MAX);
        if time.at > latest {
            return Err(Error::NotYetCurrent {
                at: time.text.clone().into_owned(),
                latest: time::basic(latest),
                now: time::basic(now),
                skew_minutes,
            });
        }
        if presented.presigned {
            return check_expires(presented, time, now);
        }
        let earliest = now.saturating_sub(self.skew).unwrap_or(Timestamp::MIN);
        if time.at < earliest {
            return Err(Error::Expired {
                at: time.text.clone().into_owned(),
                earliest: time::basic(earliest),
                now: time::basic(now),
                skew_minutes,
            });
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all that a signature covers comes together here"
    )]
    fn check_signature<W>(
        &self,
        asked: Asked<'_>,
        presented: &Presented<'_>,
        time: &Moment<'_>,
        scope: &Scope<'_>,
        id: &str,
        key: &Key<W>,
        payload: &PayloadHash,
    ) -> Result<Signing, Error> {
        let Asked { request, host, expected, .. } = asked;
        let signed_headers = sorted(&presented.signed_headers);
        let canonical = Canonical {
            request,
            host,
            signed_headers: &signed_headers,
            payload: payload.as_bytes(),
            style: expected.style,
        }
        .bytes();
        let hash = hash(&canonical);
        let parts = string_to_sign(ALGORITHM, &time.text, scope, &hash);
        let signing_key = self.keys.get(&presented.credential, scope, &key.secret);
        let computed = signature(signing_key.clone(), &parts);
        if computed.ct_eq(presented.signature.as_bytes()).into() {
            let Scope { date, region, service } = scope;
            return Ok(Signing {
                key: signing_key,
                time: time.text.clone().into_owned(),
                scope: format!("{date}/{region}/{service}/{TERMINATOR}"),
                prior: computed,
            });
        }
        Err(Error::SignatureDoesNotMatch(Box::new(Mismatch {
            id: id.to_owned(),
            signature: presented.signature.clone().into_owned(),
            canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
            string_to_sign: String::from_utf8_lossy(&parts.concat()).into_owned(),
        })))
    }
}

/// A request that is to be verified.
#[derive(Clone, Copy)]
struct Asked<'a> {
    request: &'a Request,
    host: &'a str,
    now: Timestamp,
    expected: &'a Expected<'a>,
}

/// How a body is verified that comes after the head of its request.
#[derive(Debug)]
pub enum Later {
    /// Not at all.
    Unsigned,
    /// Its SHA-256 is this, in hexadecimal.
    Hash(String),
    /// It comes in chunks, which say so themselves.
    Chunks(Box<Chunks>),
}

/// When a request was signed.
struct Moment<'a> {
    at: Timestamp,
    /// In the basic form, which is the one that is signed.
    text: Cow<'a, str>,
}

fn signed_at<'a>(presented: &'a Presented<'_>) -> Result<Moment<'a>, Error> {
    let date = presented.date.as_ref();
    if let Some(at) = time::parse_basic(date) {
        return Ok(Moment { at, text: Cow::Borrowed(date) });
    }
    match time::parse_http(date) {
        Some(at) if !presented.presigned => Ok(Moment { at, text: Cow::Owned(time::basic(at)) }),
        _ => Err(Error::IncompleteSignature(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. See \
             http://en.wikipedia.org/wiki/ISO_8601"
        ))),
    }
}

fn check_expires(
    presented: &Presented<'_>,
    time: &Moment<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let seconds = match &presented.expires {
        // Only S3 demands the parameter; the other services' default is that of the clock's skew.
        None => 900,
        Some(text) => {
            text.parse::<i64>().ok().filter(|seconds| *seconds >= 0).ok_or_else(|| {
                Error::IncompleteSignature("X-Amz-Expires should be a number".to_owned())
            })?
        }
    };
    if seconds > LONGEST_EXPIRES_SECONDS {
        return Err(Error::IncompleteSignature(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires \
             must be less than 604800 seconds"
                .to_owned(),
        ));
    }
    let end = time.at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    if now > end { Err(Error::RequestExpired) } else { Ok(()) }
}

/// The key's id and the scope, once the scope is what it must be.
fn check_credential<'a>(
    credential: &'a str,
    time: &Moment<'_>,
    expected: &Expected<'_>,
) -> Result<(&'a str, Scope<'a>), Error> {
    let mut parts = credential.split('/');
    let (Some(id), Some(date), Some(region), Some(service), Some(terminator), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::IncompleteSignature(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{credential}'"
        )));
    };
    let mut wrong = String::new();
    if expected.region.is_some_and(|expected| expected != region) || region.is_empty() {
        wrong.push_str(&format!("Credential should be scoped to a valid region, not '{region}'. "));
    }
    if service != expected.service {
        wrong.push_str(&format!(
            "Credential should be scoped to correct service: '{}'. ",
            expected.service
        ));
    }
    if terminator != TERMINATOR {
        wrong.push_str(&format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not \
             '{terminator}'. "
        ));
    }
    let day = &time.text[..8];
    if date != day {
        wrong.push_str(&format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{date}' != '{day}', from '{}'.",
            time.text
        ));
    }
    if wrong.is_empty() {
        Ok((id, Scope { date, region, service }))
    } else {
        Err(Error::Scope(wrong))
    }
}

fn check_token<W>(presented: &Presented<'_>, key: &Key<W>, now: Timestamp) -> Result<(), Error> {
    match (&key.session_token, &presented.token) {
        (None, None) => {}
        (Some(token), Some(given)) if token.matches(given) => {}
        _ => return Err(Error::InvalidToken),
    }
    if key.expires.is_some_and(|expires| expires <= now) {
        return Err(Error::ExpiredToken);
    }
    Ok(())
}

/// The payload's hash, or what stands in its place.
enum PayloadHash {
    Computed([u8; 64]),
    Declared(String),
    Unsigned,
}

/// What is signed as the payload.
type PayloadOf = fn(&Request, &Presented<'_>, &Expected<'_>) -> Result<PayloadHash, Error>;

impl PayloadHash {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Computed(hash) => hash,
            Self::Declared(hash) => hash.as_bytes(),
            Self::Unsigned => UNSIGNED_PAYLOAD.as_bytes(),
        }
    }
}

/// What is signed as the payload. The hash that a header may give is never believed: the payload's
/// own is computed, once.
fn payload(
    request: &Request,
    presented: &Presented<'_>,
    expected: &Expected<'_>,
) -> Result<PayloadHash, Error> {
    let objects = expected.style == Style::Objects;
    match request.header(PAYLOAD_HEADER) {
        Some(UNSIGNED_PAYLOAD) if objects || expected.unsigned_payload => Ok(PayloadHash::Unsigned),
        None if presented.presigned && objects => Ok(PayloadHash::Unsigned),
        Some(form) if form.starts_with("STREAMING-") => {
            Err(Error::UnsupportedPayload { form: form.to_owned() })
        }
        given => {
            let computed = hash(&request.body);
            match given {
                Some(given) if objects && given.as_bytes() != computed => {
                    Err(Error::PayloadMismatch {
                        client: given.to_owned(),
                        server: String::from_utf8_lossy(&computed).into_owned(),
                    })
                }
                _ => Ok(PayloadHash::Computed(computed)),
            }
        }
    }
}

/// What the head of a request says that is signed as the payload, which comes later.
fn declared(
    request: &Request,
    presented: &Presented<'_>,
    expected: &Expected<'_>,
) -> Result<PayloadHash, Error> {
    if expected.style != Style::Objects {
        return Err(Error::UnsupportedPayload { form: String::new() });
    }
    let is_hash =
        |form: &str| form.len() == 64 && form.bytes().all(|byte| byte.is_ascii_hexdigit());
    match request.header(PAYLOAD_HEADER) {
        None if presented.presigned => Ok(PayloadHash::Unsigned),
        Some(UNSIGNED_PAYLOAD) => Ok(PayloadHash::Unsigned),
        Some(form @ (CHUNKS | CHUNKS_AND_TRAILER | UNSIGNED_CHUNKS)) => {
            Ok(PayloadHash::Declared(form.to_owned()))
        }
        Some(hash) if is_hash(hash) => Ok(PayloadHash::Declared(hash.to_owned())),
        form => Err(Error::UnsupportedPayload { form: form.unwrap_or_default().to_owned() }),
    }
}

/// The signed headers' names in order, which is how every client sends them.
fn sorted(names: &str) -> Cow<'_, str> {
    if names.split(';').is_sorted() {
        return Cow::Borrowed(names);
    }
    let mut list: Vec<&str> = names.split(';').collect();
    list.sort_unstable();
    Cow::Owned(list.join(";"))
}
