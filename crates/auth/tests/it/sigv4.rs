//! Signature Version 4: presigned requests, and every refusal in the vendor's words.

use http::Method;
use isobar_auth::sigv4::{
    Error, Expected, Payload, Signing, SigningKeys, Style, Verifier, claim, presign, sign,
};
use isobar_auth::{Credentials, Key};
use isobar_wire::Request;

use crate::at;

const NOW: &str = "2015-08-30T12:36:00Z";
const HOST: &str = "sts.us-east-1.amazonaws.com";
const EXPECTED: Expected<'_> = Expected {
    region: Some("us-east-1"),
    service: "sts",
    style: Style::Standard,
    unsigned_payload: false,
};

fn credentials() -> Credentials {
    Credentials::new("AKID", "secret")
}

fn signing(credentials: &Credentials) -> Signing<'_> {
    Signing {
        credentials,
        region: "us-east-1",
        service: "sts",
        host: HOST,
        time: at(NOW),
        style: Style::Standard,
        payload: Payload::Signed,
    }
}

fn request() -> Request {
    let mut request = Request::new(Method::POST, "/");
    request.body = "Action=GetCallerIdentity&Version=2011-06-15".into();
    request
}

fn signed() -> Request {
    let mut request = request();
    sign(&mut request, &signing(&credentials()), &SigningKeys::new()).unwrap();
    request
}

fn key(id: &str) -> Option<Key<&'static str>> {
    (id == "AKID").then(|| Key::new("secret", "me"))
}

fn verify_at(request: &Request, now: &str) -> Result<&'static str, Error> {
    Verifier::default().verify(request, HOST, at(now), &EXPECTED, &key)
}

fn verify(request: &Request) -> Result<&'static str, Error> {
    verify_at(request, NOW)
}

/// The refusal of a request whose `Authorization` is changed.
fn refusal(change: impl Fn(&str) -> String) -> String {
    let mut request = signed();
    let header = change(request.header("authorization").unwrap());
    request.headers.insert("authorization", header.parse().unwrap());
    verify(&request).unwrap_err().to_string()
}

#[test]
fn a_signed_request_is_taken() {
    assert_eq!(verify(&signed()), Ok("me"));
    let request = signed();
    let claim = claim(&request).unwrap();
    assert_eq!((claim.id(), claim.region(), claim.service()), ("AKID", "us-east-1", "sts"));
}

#[test]
fn what_is_missing_is_named() {
    let mut bare = request();
    assert_eq!(verify(&bare), Err(Error::MissingAuthenticationToken));
    assert_eq!(bare.header("authorization"), None);
    bare.headers.insert("authorization", "AWS4-HMAC-SHA256 Credential=a".parse().unwrap());
    assert_eq!(
        verify(&bare).unwrap_err().to_string(),
        format!(
            "Authorization header requires 'Signature' parameter. Authorization header requires \
             'SignedHeaders' parameter. Authorization header requires existence of either a \
             'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) \
             Authorization={}",
            sha("AWS4-HMAC-SHA256 Credential=a")
        )
    );
    assert_eq!(
        refusal(|_| "Bearer abc".to_owned()),
        format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with \
             SHA-256 and encoded with Base64): '{}'.",
            sha("Bearer abc")
        )
    );
    assert_eq!(
        refusal(|header| header.replace("Credential=AKID/20150830/", "Credential=")),
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got 'us-east-1/sts/aws4_request'"
    );
    assert_eq!(
        refusal(|header| header.replace("host;", "")),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
    assert_eq!(
        refusal(|header| header.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA25")),
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "
    );
}

fn sha(text: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text))
}

#[test]
fn each_wrong_part_of_the_scope_has_a_sentence() {
    assert_eq!(
        refusal(|header| header.replace("20150830/us-east-1/sts/aws4_request", "20150829/x/y/z")),
        "Credential should be scoped to a valid region, not 'x'. Credential should be scoped to \
         correct service: 'sts'. Credential should be scoped with a valid terminator: \
         'aws4_request', not 'z'. Date in Credential scope does not match YYYYMMDD from ISO-8601 \
         version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'."
    );
}

#[test]
fn clocks_may_be_a_quarter_of_an_hour_apart() {
    let request = signed();
    assert_eq!(verify_at(&request, "2015-08-30T12:51:00Z"), Ok("me"));
    assert_eq!(verify_at(&request, "2015-08-30T12:21:00Z"), Ok("me"));
    assert_eq!(
        verify_at(&request, "2015-08-30T12:51:01Z").unwrap_err().to_string(),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
         (20150830T125101Z - 15 min.)"
    );
    assert_eq!(
        verify_at(&request, "2015-08-30T12:20:59Z").unwrap_err().to_string(),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
         (20150830T122059Z + 15 min.)"
    );
    let mut request = request;
    request.headers.insert("x-amz-date", "2015-08-30".parse().unwrap());
    assert_eq!(
        verify(&request).unwrap_err().to_string(),
        "Date must be in ISO-8601 'basic format'. Got '2015-08-30'. See \
         http://en.wikipedia.org/wiki/ISO_8601"
    );
}

#[test]
fn keys_and_sessions_are_looked_up() {
    let request = signed();
    let nobody = |_: &str| None::<Key<()>>;
    let verifier = Verifier::default();
    assert_eq!(
        verifier.verify(&request, HOST, at(NOW), &EXPECTED, &nobody),
        Err(Error::UnknownKey { id: "AKID".to_owned() })
    );
    let session = |expires: &'static str| {
        move |id: &str| {
            key(id).map(|mut key| {
                key.session_token = Some("token".into());
                key.expires = Some(at(expires));
                key
            })
        }
    };
    let verify = |request: &Request, expires| {
        verifier.verify(request, HOST, at(NOW), &EXPECTED, &session(expires))
    };
    assert_eq!(verify(&request, "2015-08-30T13:00:00Z"), Err(Error::InvalidToken));
    let mut request = self::request();
    let credentials = credentials().with_session_token("token");
    sign(&mut request, &signing(&credentials), &SigningKeys::new()).unwrap();
    assert_eq!(verify(&request, "2015-08-30T13:00:00Z"), Ok("me"));
    assert_eq!(verify(&request, "2015-08-30T12:30:00Z"), Err(Error::ExpiredToken));
    assert_eq!(verifier.verify(&request, HOST, at(NOW), &EXPECTED, &key), Err(Error::InvalidToken));
}

#[test]
fn a_changed_request_shows_what_was_expected() {
    let mut request = signed();
    request.body = "Action=Another".into();
    let Err(Error::SignatureDoesNotMatch(mismatch)) = verify(&request) else { panic!() };
    assert!(mismatch.canonical_request.starts_with("POST\n/\n\nhost:sts.us-east-1"));
    assert!(mismatch.string_to_sign.starts_with("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us"));
    assert!(mismatch.to_string().starts_with("The request signature we calculated does not match"));
    let elsewhere = Verifier::default().verify(&signed(), "other", at(NOW), &EXPECTED, &key);
    assert!(matches!(elsewhere, Err(Error::SignatureDoesNotMatch(_))));
}

#[test]
fn a_new_secret_replaces_the_derived_key() {
    let verifier = Verifier::default();
    let with = |secret: &'static str| move |_: &str| Some(Key::new(secret, ()));
    let verify = |secret| verifier.verify(&signed(), HOST, at(NOW), &EXPECTED, &with(secret));
    assert!(verify("secret").is_ok());
    assert!(verify("other").is_err());
    assert!(verify("secret").is_ok());
}

#[test]
fn presigned_requests_live_as_long_as_they_say() {
    let mut request = Request::new(Method::GET, "/");
    request.query = "Action=GetCallerIdentity&Version=2011-06-15".to_owned();
    presign(&mut request, &signing(&credentials()), 60, &SigningKeys::new()).unwrap();
    assert_eq!(verify(&request), Ok("me"));
    assert!(claim(&request).unwrap().presigned);
    assert_eq!(verify_at(&request, "2015-08-30T12:37:00Z"), Ok("me"));
    assert_eq!(verify_at(&request, "2015-08-30T12:37:01Z"), Err(Error::RequestExpired));
    request.query = request.query.replace("Version=2011", "Version=2012");
    assert!(matches!(verify(&request), Err(Error::SignatureDoesNotMatch(_))));
    request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20150830T123600Z".to_owned();
    assert_eq!(
        verify(&request).unwrap_err().to_string(),
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters \
         must include 'X-Amz-Signature'. AWS query-string parameters must include \
         'X-Amz-SignedHeaders'. Re-examine the query-string parameters."
    );
}

#[test]
fn objects_are_signed_by_their_own_rules() {
    let credentials = credentials();
    let expected =
        Expected { style: Style::Objects, service: "s3", unsigned_payload: false, region: None };
    let signing = Signing { style: Style::Objects, service: "s3", ..signing(&credentials) };
    let verify =
        |request: &Request| Verifier::default().verify(request, HOST, at(NOW), &expected, &key);
    let mut put = Request::new(Method::PUT, "/bucket//a%20b/./c");
    put.body = "body".into();
    sign(&mut put, &signing, &SigningKeys::new()).unwrap();
    assert_eq!(verify(&put), Ok("me"));
    put.body = "another".into();
    assert!(matches!(verify(&put), Err(Error::PayloadMismatch { .. })));
    let mut unsigned = Request::new(Method::PUT, "/bucket/key");
    unsigned.body = "body".into();
    sign(&mut unsigned, &Signing { payload: Payload::Unsigned, ..signing }, &SigningKeys::new())
        .unwrap();
    assert_eq!(verify(&unsigned), Ok("me"));
}

#[test]
fn secrets_are_not_shown() {
    let credentials = Credentials::new("AKID", "very secret").with_session_token("hidden");
    let shown = format!("{credentials:?} {:?}", signed());
    assert!(shown.contains("AKID"));
    assert!(!shown.contains("very secret") && !shown.contains("hidden"));
    assert!(!shown.contains("Signature="));
}
