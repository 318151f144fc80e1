//! What a request says of its own signature, read but not yet believed.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_wire::Request;
use sha2::{Digest, Sha256};

use super::{ALGORITHM, Error};
use crate::encode::{form_decoded, parameters};

/// Who a request claims to be from and for which service it is signed. Nothing is verified: this is
/// for routing only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The credential: `id/date/region/service/aws4_request`.
    credential: Cow<'a, str>,
    /// The signature is in the query string.
    pub presigned: bool,
}

impl Claim<'_> {
    /// The access key's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.part(4)
    }

    /// The region of the scope.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The service of the scope.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// A part of the credential, counted from its end; the id is all that is left.
    fn part(&self, from_end: usize) -> &str {
        self.credential.rsplitn(5, '/').nth(from_end).unwrap_or_default()
    }
}

/// What a request claims; `None` where it is not signed in this way, or not wholly.
#[must_use]
pub fn claim(request: &Request) -> Option<Claim<'_>> {
    let (credential, presigned) = match request.header("authorization") {
        Some(header) => {
            let rest = header.strip_prefix(ALGORITHM)?;
            let field = fields(rest).find_map(|field| field.strip_prefix("Credential="));
            (Cow::Borrowed(field?), false)
        }
        None => (query_value(&request.query, "X-Amz-Credential")?, true),
    };
    let claim = Claim { credential, presigned };
    (claim.credential.split('/').count() >= 5).then_some(claim)
}

/// A signature with all that it needs, in the order in which it was found.
pub(super) struct Presented<'a> {
    pub(super) algorithm: Cow<'a, str>,
    pub(super) credential: Cow<'a, str>,
    pub(super) signed_headers: Cow<'a, str>,
    pub(super) signature: Cow<'a, str>,
    pub(super) date: Cow<'a, str>,
    pub(super) token: Option<Cow<'a, str>>,
    /// Seconds, for a presigned request.
    pub(super) expires: Option<Cow<'a, str>>,
    pub(super) presigned: bool,
}

impl<'a> Presented<'a> {
    pub(super) fn of(request: &'a Request) -> Result<Self, Error> {
        match request.headers.get("authorization") {
            Some(value) => match value.to_str() {
                Ok(header) => Self::in_header(request, header),
                Err(_) => Err(Error::IncompleteSignature(not_pairs(value.as_bytes()))),
            },
            None if request.query.contains("X-Amz-") => Self::in_query(request),
            None => Err(Error::MissingAuthenticationToken),
        }
    }

    fn in_header(request: &'a Request, header: &'a str) -> Result<Self, Error> {
        let trimmed = header.trim();
        if trimmed.is_empty() {
            return Err(Error::MissingAuthenticationToken);
        }
        let (algorithm, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        let (mut credential, mut signature, mut signed_headers) = (None, None, None);
        for field in fields(rest) {
            let Some((name, value)) = field.split_once('=') else {
                return Err(Error::IncompleteSignature(not_pairs(header.as_bytes())));
            };
            match name {
                "Credential" => credential = Some(value),
                "Signature" => signature = Some(value),
                "SignedHeaders" => signed_headers = Some(value),
                _ => {}
            }
        }
        let date = request.header("x-amz-date").or_else(|| request.header("date"));
        let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
            (credential, signature, signed_headers, date)
        else {
            let missing = [
                (credential.is_none(), "requires 'Credential' parameter."),
                (signature.is_none(), "requires 'Signature' parameter."),
                (signed_headers.is_none(), "requires 'SignedHeaders' parameter."),
                (date.is_none(), "requires existence of either a 'X-Amz-Date' or a 'Date' header."),
            ];
            return Err(Error::IncompleteSignature(incomplete_header(header, missing)));
        };
        Ok(Self {
            algorithm: algorithm.into(),
            credential: credential.into(),
            signed_headers: signed_headers.into(),
            signature: signature.into(),
            date: date.into(),
            token: request.header("x-amz-security-token").map(Into::into),
            expires: None,
            presigned: false,
        })
    }

    fn in_query(request: &'a Request) -> Result<Self, Error> {
        const NAMES: [&str; 5] = [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Signature",
            "X-Amz-SignedHeaders",
            "X-Amz-Date",
        ];
        let values = NAMES.map(|name| query_value(&request.query, name));
        let [Some(algorithm), Some(credential), Some(signature), Some(signed_headers), Some(date)] =
            values
        else {
            if values.iter().all(Option::is_none) {
                return Err(Error::MissingAuthenticationToken);
            }
            let mut text = String::new();
            for (name, _) in NAMES.iter().zip(&values).filter(|(_, value)| value.is_none()) {
                text.push_str("AWS query-string parameters must include '");
                text.push_str(name);
                text.push_str("'. ");
            }
            text.push_str("Re-examine the query-string parameters.");
            return Err(Error::IncompleteSignature(text));
        };
        Ok(Self {
            algorithm,
            credential,
            signed_headers,
            signature,
            date,
            token: query_value(&request.query, "X-Amz-Security-Token"),
            expires: query_value(&request.query, "X-Amz-Expires"),
            presigned: true,
        })
    }
}

/// The fields of the header after the algorithm: commas and spaces both separate them.
fn fields(rest: &str) -> impl Iterator<Item = &str> {
    rest.split([',', ' ']).filter(|field| !field.is_empty())
}

fn query_value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    parameters(query)
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value)
        .filter(|value| !value.is_empty())
        .map(form_decoded)
}

/// The header is hashed, as the vendor does it: it may be another scheme's secret.
fn hashed(header: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(header))
}

fn not_pairs(header: &[u8]) -> String {
    format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 \
         and encoded with Base64): '{}'.",
        hashed(header)
    )
}

fn incomplete_header(header: &str, missing: [(bool, &str); 4]) -> String {
    let mut text = String::new();
    for (_, sentence) in missing.iter().filter(|(missing, _)| *missing) {
        text.push_str("Authorization header ");
        text.push_str(sentence);
        text.push(' ');
    }
    format!(
        "{text}(Hashed with SHA-256 and encoded with Base64) Authorization={}",
        hashed(header.as_bytes())
    )
}
