//! Signature Version 4A: a signature for several regions at once, made with a private key that is
//! derived from the caller's secret (ECDSA with P-256), so that every region can verify it with the
//! public one.

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HeaderName};
use isobar_wire::Request;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha2::Sha256;

use super::TERMINATOR;
use super::canonical::hash;
use super::sign::{Signing, canonical, prepare, signed_headers};
use crate::credentials::{set_header, set_secret_header};
use crate::{Credentials, Unwritable, time};

/// The algorithm's name.
const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";

const REGIONS: HeaderName = HeaderName::from_static("x-amz-region-set");

/// Puts the signature into the `Authorization` header, and beside it what [`sign`] does and
/// `X-Amz-Region-Set`. The signing's region is that set: regions with commas between them, or `*`.
///
/// # Errors
/// If the credentials, the regions or the host hold characters that no header can carry.
///
/// [`sign`]: super::sign
pub fn sign_for_regions(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    set_header(request, REGIONS, signing.region)?;
    let at = time::basic(signing.time);
    let payload = prepare(request, signing, &at)?;
    let names = signed_headers(request);
    let scope = format!("{}/{}/{TERMINATOR}", &at[..8], signing.service);
    let text = string_to_sign(&at, &scope, &canonical(request, signing, &names, &payload));
    let signature: Signature = key(signing.credentials).sign(text.as_bytes());
    let hex: String = signature.to_der().as_bytes().iter().map(|it| format!("{it:02x}")).collect();
    let id = &signing.credentials.id;
    let header =
        format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={hex}");
    set_secret_header(request, AUTHORIZATION, header)
}

fn string_to_sign(at: &str, scope: &str, canonical: &[u8]) -> String {
    let hash = hash(canonical);
    format!("{ALGORITHM}\n{at}\n{scope}\n{}", String::from_utf8_lossy(&hash))
}

/// The caller's private key: a number out of the secret and the id, by a function in counter mode
/// (NIST SP 800-108), plus one. Of numbers that are no key the next one is taken, which next to never
/// happens.
fn key(credentials: &Credentials) -> SigningKey {
    let secret = ["AWS4A", credentials.secret.expose()].concat();
    let numbers = (1..=u8::MAX).map(|counter| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC takes keys of any length");
        let parts: [&[u8]; 6] = [
            &1_u32.to_be_bytes(),
            ALGORITHM.as_bytes(),
            &[0],
            credentials.id.as_bytes(),
            &[counter],
            &256_u32.to_be_bytes(),
        ];
        for part in parts {
            mac.update(part);
        }
        let mut number: [u8; 32] = mac.finalize().into_bytes().into();
        for byte in number.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        number
    });
    let mut keys = numbers.filter_map(|number| SigningKey::from_slice(&number).ok());
    keys.next().expect("one of so many numbers is a key: each is none with a chance of 2^-32")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    use super::super::{Payload, Style};
    use super::*;

    /// The pair that the vendor's SDKs derive in their own tests.
    #[test]
    fn the_key_is_the_vendors() {
        let credentials =
            Credentials::new("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom");
        let public = VerifyingKey::from(&key(&credentials)).to_sec1_point(false);
        let hex: String = public.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "0415d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb\
             0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0"
        );
    }

    fn bytes_of(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    fn verifies(key: &VerifyingKey, text: &str, signature: &str) -> bool {
        let signature = Signature::from_der(&bytes_of(signature)).unwrap();
        key.verify(text.as_bytes(), &signature).is_ok()
    }

    /// A request, and the vendor's signature of it.
    struct Row<'a> {
        credentials: &'a Credentials,
        service: &'a str,
        region: &'a str,
        host: &'a str,
        method: &'a str,
        target: &'a str,
        headers: &'a [(&'a str, &'a str)],
        body: &'static str,
        theirs: &'a str,
    }

    /// Requests, and the signatures that the vendor's common runtime (awscrt) put on them. It draws a
    /// number for each, so they can be verified and not repeated.
    #[test]
    fn what_is_signed_is_what_the_vendor_signs() {
        let plain = Credentials::new("AKID", "very-secret");
        let session =
            Credentials::new("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")
                .with_session_token("tok/en");
        let json = "application/x-amz-json-1.1";
        let rows = [
            Row {
                credentials: &plain,
                service: "cloudfront-keyvaluestore",
                region: "*",
                host: "1234.cloudfront-kvs.global.api.aws",
                method: "GET",
                target: "/key-value-stores/arn%3Aaws/keys?MaxResults=3&NextToken=a%20b",
                headers: &[("content-type", "application/json")],
                body: "",
                theirs: "304502206c090b7f14c6bc3e21476d34fe50d774eefac1a7445f93929c89b7bab0b2097a022100fd52fc35\
                 da1a2f18f0ad6b7a73e7c05925cc03da10c0f3d63bfd956d11741a8e",
            },
            Row {
                credentials: &session,
                service: "s3",
                region: "*",
                host: "mrap.accesspoint.s3-global.amazonaws.com",
                method: "PUT",
                target: "/a%20b/%C3%BC",
                headers: &[("content-type", "text/plain")],
                body: "content",
                theirs: "3045022041c5897ffc05516984113302a2e458e410bfe7ab5e250a1bb5174e57cf40a598022100fbad1eb9\
                 f71f293f6d42ce9a7b2286ba841395a4bea9a992508ed8c1830748cc",
            },
            Row {
                credentials: &plain,
                service: "events",
                region: "us-east-1,eu-west-1",
                host: "abc.endpoint.events.amazonaws.com",
                method: "POST",
                target: "/",
                headers: &[("content-type", json), ("x-amz-target", "AWSEvents.PutEvents")],
                body: "{}",
                theirs: "304402203d7671bb151ebea5fcf22ffe85902723382eaca338b2d13902c2bb6691b9698402202f28a19a10\
                 e6f44c98eb510674fae4d331efb7ceee8103abd0a4b87302ed46f7",
            },
        ];
        for row in rows {
            let Row { credentials, service, region, host, method, target, .. } = row;
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let mut request = Request::new(method.parse().unwrap(), path);
            query.clone_into(&mut request.query);
            request.body = row.body.into();
            for (name, value) in row.headers {
                request
                    .headers
                    .insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
            }
            let style = if service == "s3" { Style::Objects } else { Style::Standard };
            let time: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
            let payload = Payload::Signed;
            let signing = Signing { credentials, region, service, host, time, style, payload };
            sign_for_regions(&mut request, &signing).unwrap();
            assert_eq!(request.header("x-amz-region-set"), Some(region));
            let header = request.header("authorization").unwrap().to_owned();
            let (head, own) = header.rsplit_once("Signature=").unwrap();
            let names = head.split("SignedHeaders=").nth(1).unwrap().trim_end_matches(", ");
            let scope = format!("20261121/{service}/aws4_request");
            let sent = prepare(&mut request.clone(), &signing, "20261121T000000Z").unwrap();
            request.headers.remove(AUTHORIZATION);
            let canonical = canonical(&request, &signing, names, &sent);
            let text = string_to_sign("20261121T000000Z", &scope, &canonical);
            let public = VerifyingKey::from(&key(credentials));
            assert!(verifies(&public, &text, own), "{service}: own");
            assert!(verifies(&public, &text, row.theirs), "{service}: theirs");
            assert!(!verifies(&public, &format!("{text}x"), row.theirs), "{service}: another text");
        }
    }
}
