//! Object storage's two signatures: what the vendor's package makes, both directions, and every
//! refusal.

mod vectors;

use http::{HeaderName, HeaderValue, Method};
use isobar_auth::alibaba::oss::{Error, Expected, v1, v4, verify};
use isobar_auth::{Credentials, Key};
use isobar_wire::Request;
use jiff::{SignedDuration, Timestamp};

use crate::at;
use vectors::{VECTORS, Vector};

const NOW: &str = "2026-01-02T03:04:05Z";
const HOST: &str = "bkt.oss-cn-hangzhou.aliyuncs.com";

fn credentials(token: Option<&str>) -> Credentials {
    let credentials = Credentials::new("AKID", "secret");
    match token {
        Some(token) => credentials.with_session_token(token.to_owned()),
        None => credentials,
    }
}

fn request(vector: &Vector) -> Request {
    let mut request = Request::new(vector.method.parse().unwrap(), vector.path);
    vector.query.clone_into(&mut request.query);
    if !vector.bucket.is_empty() {
        request.host_prefix = Some(format!("{}.", vector.bucket));
    }
    for (name, value) in vector.headers {
        request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    request
}

fn signing<'a>(credentials: &'a Credentials, additional: &'a [&'a str]) -> v4::Signing<'a> {
    v4::Signing {
        credentials,
        region: "cn-hangzhou",
        product: "oss",
        host: HOST,
        time: at(NOW),
        additional,
    }
}

fn expected(now: Timestamp) -> Expected<'static> {
    Expected {
        region: Some("cn-hangzhou"),
        product: "oss",
        host: HOST,
        now,
        skew: SignedDuration::from_mins(15),
    }
}

fn verify_at(request: &Request, token: Option<&str>, now: &str) -> Result<&'static str, Error> {
    let keys = |id: &str| {
        (id == "AKID").then(|| Key {
            session_token: token.map(|token| token.to_owned().into()),
            expires: Some(at("2026-01-03T00:00:00Z")),
            ..Key::new("secret", "me")
        })
    };
    verify(request, &expected(at(now)), &keys)
}

fn sign(request: &mut Request, vector: &Vector) {
    let credentials = credentials(vector.token);
    if vector.v4 {
        v4::sign(request, &signing(&credentials, &[])).unwrap();
    } else {
        v1::sign(request, &credentials, at(NOW)).unwrap();
    }
}

fn sign_url(request: &mut Request, vector: &Vector) {
    let credentials = credentials(vector.token);
    if vector.v4 {
        v4::sign_url(request, &signing(&credentials, &[]), 3600);
    } else {
        v1::sign_url(request, &credentials, at("2026-01-02T04:04:05Z"));
    }
}

/// The request with its bucket in the path, as one to an address has it.
fn in_path(mut request: Request) -> Request {
    if let Some(prefix) = request.host_prefix.take() {
        request.path = format!("/{}{}", prefix.trim_end_matches('.'), request.path);
    }
    request
}

#[test]
fn headers_are_the_vendors_own_and_are_taken() {
    for vector in &VECTORS {
        let mut request = request(vector);
        sign(&mut request, vector);
        let header = request.header("authorization").unwrap();
        let expected = if vector.v4 {
            let scope = "20260102/cn-hangzhou/oss/aliyun_v4_request";
            format!("OSS4-HMAC-SHA256 Credential=AKID/{scope},Signature={}", vector.signature)
        } else {
            format!("OSS AKID:{}", vector.signature)
        };
        assert_eq!(header, expected, "{request:?}");
        assert_eq!(verify_at(&request, vector.token, NOW), Ok("me"), "{request:?}");
        // The older package writes its fields with spaces.
        let spaced = expected.replace(",Signature", ", Signature").parse().unwrap();
        request.headers.insert("authorization", spaced);
        assert_eq!(verify_at(&in_path(request), vector.token, NOW), Ok("me"));
    }
}

#[test]
fn urls_are_the_vendors_own_and_are_taken_until_they_expire() {
    for vector in &VECTORS {
        let mut request = request(vector);
        sign_url(&mut request, vector);
        let name = if vector.v4 { "x-oss-signature=" } else { "Signature=" };
        let signature = request.query.rsplit(name).next().unwrap();
        let signature = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        assert_eq!(signature, vector.url_signature, "{request:?}");
        assert_eq!(verify_at(&request, vector.token, NOW), Ok("me"), "{request:?}");
        let last = "2026-01-02T04:04:05Z";
        assert_eq!(verify_at(&in_path(request.clone()), vector.token, last), Ok("me"));
        let late = "2026-01-02T04:04:06Z";
        assert_eq!(verify_at(&request, vector.token, late), Err(Error::Expired));
    }
}

#[test]
fn additional_headers_are_signed() {
    let mut request = Request::new(Method::GET, "/k");
    request.host_prefix = Some("bkt.".into());
    request.headers.insert("range", "bytes=0-9".parse().unwrap());
    let credentials = credentials(None);
    let names = ["range", "host", "x-oss-meta-a", "if-match"];
    v4::sign(&mut request, &signing(&credentials, &names)).unwrap();
    let header = request.header("authorization").unwrap();
    assert!(header.contains(",AdditionalHeaders=host;range,Signature="), "{header}");
    assert_eq!(verify_at(&request, None, NOW), Ok("me"));
    request.headers.insert("range", "bytes=0-8".parse().unwrap());
    let Err(Error::SignatureDoesNotMatch { canonical_request, .. }) =
        verify_at(&request, None, NOW)
    else {
        panic!()
    };
    assert_eq!(
        canonical_request.unwrap(),
        format!(
            "GET\n/bkt/k\n\nhost:{HOST}\nrange:bytes=0-8\nx-oss-content-sha256:UNSIGNED-PAYLOAD\n\
             x-oss-date:20260102T030405Z\n\nhost;range\nUNSIGNED-PAYLOAD"
        )
    );
}

#[test]
fn what_is_wrong_is_named() {
    let refused = |v4: bool, change: fn(&mut Request)| {
        let vector = VECTORS.iter().find(|it| it.v4 == v4 && it.token.is_none()).unwrap();
        let mut request = request(vector);
        sign(&mut request, vector);
        change(&mut request);
        verify_at(&request, None, NOW).unwrap_err()
    };
    let set = |request: &mut Request, header: &'static str, value: &'static str| {
        request.headers.insert(header, value.parse().unwrap());
    };
    for v4 in [false, true] {
        assert_eq!(refused(v4, |it| drop(it.headers.remove("authorization"))), Error::Anonymous);
        let changed = refused(v4, |it| it.path.push('x'));
        assert!(matches!(changed, Error::SignatureDoesNotMatch { .. }), "{changed:?}");
    }
    let header = Error::Invalid("Authorization header is invalid.");
    for value in ["Basic x", "OSS AKID", "OSS4-HMAC-SHA256 Credential=AKID"] {
        let mut request = Request::new(Method::GET, "/");
        set(&mut request, "authorization", value);
        set(&mut request, "date", "Fri, 02 Jan 2026 03:04:05 GMT");
        assert_eq!(verify_at(&request, None, NOW), Err(header.clone()), "{value}");
    }
    assert_eq!(refused(false, |it| drop(it.headers.remove("date"))), Error::NoDate);
    assert_eq!(refused(true, |it| drop(it.headers.remove("x-oss-date"))), Error::NoDate);
    let unknown = refused(false, |it| {
        it.headers.insert("authorization", "OSS Nobody:x".parse().unwrap());
    });
    assert_eq!(unknown, Error::UnknownKey { id: "Nobody".into() });
    let elsewhere = refused(true, |it| {
        let header = it.header("authorization").unwrap().replace("cn-hangzhou", "cn-beijing");
        it.headers.insert("authorization", header.parse().unwrap());
    });
    assert_eq!(elsewhere, Error::Invalid("Invalid signing region in Authorization header."));
}

#[test]
fn clocks_and_sessions_are_checked() {
    for vector in &VECTORS {
        let mut request = request(vector);
        sign(&mut request, vector);
        let verify = |token, now| verify_at(&request, token, now);
        assert_eq!(verify(vector.token, "2026-01-02T03:19:05Z"), Ok("me"));
        assert_eq!(verify(vector.token, "2026-01-02T03:19:06Z"), Err(Error::Skewed));
        assert_eq!(verify(vector.token, "2026-01-02T02:49:04Z"), Err(Error::Skewed));
        assert_eq!(verify(Some("other"), NOW), Err(Error::InvalidToken));
        if vector.token.is_some() {
            assert_eq!(verify(None, NOW), Err(Error::InvalidToken));
            let mut late = request.clone();
            let credentials = credentials(vector.token);
            v1::sign(&mut late, &credentials, at("2026-01-03T00:00:00Z")).unwrap();
            let now = "2026-01-03T00:00:00Z";
            late.headers.remove("x-oss-date");
            let refusal = verify_at(&late, vector.token, now).unwrap_err();
            assert_eq!(refusal, Error::ExpiredToken);
        }
    }
}
