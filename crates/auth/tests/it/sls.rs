//! The log service's two signatures: what the vendor's package `alibabacloud_gateway_sls` 0.5.1 makes,
//! both directions, and refusals.

use http::Method;
use isobar_auth::alibaba::{Error, sls};
use isobar_auth::{Credentials, Key};
use isobar_wire::Request;
use jiff::SignedDuration;

use crate::at;

const NOW: &str = "2026-01-02T03:04:05Z";
const HOST: &str = "cn-hangzhou.log.aliyuncs.com";
const PROJECT_HOST: &str = "proj.cn-hangzhou.log.aliyuncs.com";

/// Method, target, body, token, host, and the two signatures.
type Vector =
    (Method, &'static str, &'static str, Option<&'static str>, &'static str, [&'static str; 2]);

const VECTORS: [Vector; 3] = [
    (
        Method::GET,
        "/?size=10&offset=0&projectName=a%20b",
        "",
        None,
        HOST,
        [
            "zVCvSX1SkcBEBC1mqA0LDBqHZZXdbiBy1gCKUPgUw18=",
            "afec1480cbdb527f8f0e004a09d0c118be23b46cd5f79e886b303beead880973",
        ],
    ),
    (
        Method::POST,
        "/logstores",
        r#"{"logstoreName":"x"}"#,
        Some("tok"),
        PROJECT_HOST,
        [
            "5yOat4y3ndRuddFu1tfjEEJlIiWIF1jU6FQr7C1Sqno=",
            "1d64a8938c09f0cac757903f258b4e13209d8f11291b51db4c13534bcbb1ce95",
        ],
    ),
    (
        Method::GET,
        "/logstores/x?type=log",
        "",
        None,
        PROJECT_HOST,
        [
            "2ARUsIIntmdciFK304lqp9r9ePfsj2a2TOtky0pdLSg=",
            "3861745f47292f76a0ad734c617cf228f374cb56e9183906ee4f90a000983204",
        ],
    ),
];

fn signed(vector: &Vector, v4: bool) -> Request {
    let (method, target, body, token, host, _) = vector;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::new(method.clone(), path);
    query.clone_into(&mut request.query);
    request.body = (*body).into();
    let mut credentials = Credentials::new("AKID", "secret");
    if let Some(token) = token {
        credentials = credentials.with_session_token(*token);
    }
    if v4 {
        sls::sign_v4(&mut request, &credentials, "cn-hangzhou", host, at(NOW)).unwrap();
    } else {
        sls::sign(&mut request, &credentials, at(NOW)).unwrap();
    }
    request
}

fn verify(request: &Request, vector: &Vector, now: &str) -> Result<&'static str, Error> {
    let keys = |id: &str| {
        (id == "AKID")
            .then(|| Key { session_token: vector.3.map(Into::into), ..Key::new("secret", "me") })
    };
    sls::verify(request, vector.4, at(now), SignedDuration::from_mins(15), &keys)
}

#[test]
fn headers_are_the_vendors_own_and_are_taken() {
    for vector in &VECTORS {
        let [older, newer] = vector.5;
        let request = signed(vector, false);
        assert_eq!(request.header("authorization"), Some(format!("LOG AKID:{older}").as_str()));
        assert_eq!(verify(&request, vector, NOW), Ok("me"));
        let request = signed(vector, true);
        let expected = format!(
            "SLS4-HMAC-SHA256 Credential=AKID/20260102/cn-hangzhou/sls/aliyun_v4_request,\
             Signature={newer}"
        );
        assert_eq!(request.header("authorization"), Some(expected.as_str()));
        assert_eq!(verify(&request, vector, NOW), Ok("me"));
    }
    let request = signed(&VECTORS[1], false);
    assert_eq!(request.header("content-md5"), Some("478B95F69702E7EBDF5C062AD3D9F6D3"));
    assert_eq!(request.header("x-log-bodyrawsize"), Some("20"));
}

#[test]
fn what_is_wrong_is_named() {
    for vector in &VECTORS {
        for v4 in [false, true] {
            let mut request = signed(vector, v4);
            assert_eq!(verify(&request, vector, "2026-01-02T03:19:06Z"), Err(Error::Expired));
            request.query.push_str("&x=y");
            let refusal = verify(&request, vector, NOW).unwrap_err();
            let mismatch = match refusal {
                Error::SignatureDoesNotMatch { .. } => !v4,
                Error::CanonicalMismatch { .. } => v4,
                _ => false,
            };
            assert!(mismatch, "{refusal:?}");
            request.headers.insert("authorization", "LOG Nobody:x".parse().unwrap());
            let expected = if v4 {
                Error::MissingParameter("Date")
            } else {
                Error::UnknownKey { id: "Nobody".into() }
            };
            assert_eq!(verify(&request, vector, NOW), Err(expected));
        }
    }
    let mut request = signed(&VECTORS[1], false);
    request.headers.remove("x-acs-security-token");
    assert_eq!(verify(&request, &VECTORS[1], NOW), Err(Error::MissingSecurityToken));
}
