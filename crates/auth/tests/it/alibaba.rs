//! Alibaba Cloud's three schemes: the documentation's own examples, both directions, and every
//! refusal in the vendor's words.

use http::Method;
use isobar_auth::alibaba::{Error, Verifier, acs3, roa, rpc};
use isobar_auth::{Credentials, Key};
use isobar_wire::Request;

use crate::at;

const HOST: &str = "ecs.cn-shanghai.aliyuncs.com";
const NOW: &str = "2023-10-26T10:22:32Z";

fn credentials() -> Credentials {
    Credentials::new("YourAccessKeyId", "YourAccessKeySecret")
}

fn key(id: &str) -> Option<Key<&'static str>> {
    (id == "YourAccessKeyId").then(|| Key::new("YourAccessKeySecret", "me"))
}

fn verify_at(request: &Request, now: &str) -> Result<&'static str, Error> {
    Verifier::default().verify(request, HOST, at(now), &key)
}

fn verify(request: &Request) -> Result<&'static str, Error> {
    verify_at(request, NOW)
}

/// The request of the documentation's example of ACS3.
fn acs3_request() -> Request {
    let mut request = Request::new(Method::POST, "/");
    request.query =
        "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd".into();
    request.headers.insert("x-acs-action", "RunInstances".parse().unwrap());
    request.headers.insert("x-acs-version", "2014-05-26".parse().unwrap());
    request
}

fn acs3_signed() -> Request {
    let mut request = acs3_request();
    let nonce = "3156853299f313e23d1673dc12e1703d";
    acs3::sign(&mut request, &credentials(), HOST, at(NOW), nonce).unwrap();
    request
}

fn rpc_signed(body: &str) -> Request {
    let mut request = Request::new(Method::POST, "/");
    request.query = "Action=DescribeRegions&Version=2014-05-26&SignatureType=".into();
    if !body.is_empty() {
        let form = "application/x-www-form-urlencoded; charset=utf-8".parse().unwrap();
        request.headers.insert("content-type", form);
        request.body = body.to_owned().into();
    }
    rpc::sign(&mut request, &credentials(), at(NOW), "n1");
    request
}

#[test]
fn the_example_of_acs3_is_signed_and_taken() {
    let request = acs3_signed();
    assert_eq!(
        request.header("authorization").unwrap(),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
         x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
    assert_eq!(verify(&request), Ok("me"));
}

/// The same request, signed with SM3 by a program of its own.
#[test]
fn signatures_with_sm3_are_taken() {
    for (header, signature) in [
        (
            "x-acs-content-sha256",
            "9a58e20b5b37435e8522757ed5ae72275fecb90f8a91b24160ca840322c2a714",
        ),
        ("x-acs-content-sm3", "339271738bdaa8057ca5edbeb0b7f8e0acd57c8b09dc227a8c5b008477ce7e9c"),
    ] {
        let mut request = acs3_request();
        let authorization = format!(
            "ACS3-HMAC-SM3 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;{header};\
             x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={signature}"
        );
        for (name, value) in [
            ("authorization", authorization.as_str()),
            (header, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
            ("x-acs-date", NOW),
            ("x-acs-signature-nonce", "n5"),
        ] {
            request.headers.insert(name, value.parse().unwrap());
        }
        assert_eq!(verify(&request), Ok("me"));
        request.body = "more".into();
        assert!(matches!(verify(&request), Err(Error::CanonicalMismatch { .. })));
    }
}

#[test]
fn the_hash_of_the_body_must_be_said() {
    let mut request = acs3_signed();
    request.headers.remove("x-acs-content-sha256");
    assert_eq!(verify(&request), Err(Error::MissingParameter("x-acs-content-sha256")));
    let sm2 = acs3_signed().header("authorization").unwrap().replace("SHA256", "SM2");
    let mut request = acs3_signed();
    request.headers.insert("authorization", sm2.parse().unwrap());
    assert_eq!(verify(&request), Err(Error::InvalidParameter("SignatureMethod")));
}

#[test]
fn the_example_of_rpc_is_signed() {
    let mut request = Request::new(Method::GET, "/");
    request.query = "Format=XML&Version=2014-05-26&Action=DescribeRegions".into();
    let nonce = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf";
    let credentials = Credentials::new("testid", "testsecret");
    rpc::sign(&mut request, &credentials, at("2016-02-23T12:46:24Z"), nonce);
    assert!(request.query.ends_with("&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D"), "{request:?}");
}

#[test]
fn a_query_with_plus_signs_is_signed_with_spaces() {
    let mut request = acs3_request();
    request.query = "Description=a%20b%2Ac&DryRun=False".into();
    acs3::sign(&mut request, &credentials(), HOST, at(NOW), "n2").unwrap();
    request.query = "DryRun=False&Description=a+b*c".into();
    assert_eq!(verify(&request), Ok("me"));
}

#[test]
fn parameters_may_be_in_the_form_alone() {
    let mut request = rpc_signed("Name=a+b&Empty=");
    assert_eq!(verify(&request), Ok("me"));
    let body = format!("{}&Name=a%20b&Empty=", request.query);
    request.query.clear();
    request.body = body.into();
    assert_eq!(verify(&request), Ok("me"));
}

#[test]
fn a_member_called_like_a_parameter_of_the_signature_gives_way() {
    let mut request = Request::new(Method::POST, "/");
    request.query = "Action=CreateSchedule&SignatureVersion=7&AccessKeyId=x&Name=a".into();
    rpc::sign(&mut request, &credentials(), at(NOW), "n4");
    let named = |name: &str| {
        let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(named("SignatureVersion"), ["1.0"]);
    assert_eq!(named("AccessKeyId").len(), 1);
    assert_eq!(named("Name"), ["a"]);
    assert_eq!(verify(&request), Ok("me"));
}

#[test]
fn roa_goes_both_ways() {
    let mut request = Request::new(Method::GET, "/api/v1/clusters");
    request.query = "RegionId=cn-hangzhou&name=a%20b".into();
    request.headers.insert("accept", "application/json".parse().unwrap());
    request.headers.insert("x-acs-version", "2015-12-15".parse().unwrap());
    roa::sign(&mut request, &credentials(), at(NOW), "n3").unwrap();
    assert_eq!(verify(&request), Ok("me"));
    request.path = "/api/v1/others".into();
    let Err(Error::SignatureDoesNotMatch { string_to_sign }) = verify(&request) else { panic!() };
    assert_eq!(
        string_to_sign,
        "GET\napplication/json\n\n\nThu, 26 Oct 2023 10:22:32 GMT\nx-acs-signature-method:HMAC-\
         SHA1\nx-acs-signature-nonce:n3\nx-acs-signature-version:1.0\nx-acs-version:2015-12-15\n\
         /api/v1/others?RegionId=cn-hangzhou&name=a b"
    );
    request.headers.insert("authorization", "acs nothing".parse().unwrap());
    assert_eq!(verify(&request), Err(Error::IncompleteSignature));
    request.headers.insert("authorization", "acs Nobody:x".parse().unwrap());
    assert_eq!(verify(&request), Err(Error::UnknownKey { id: "Nobody".into() }));
}

#[test]
fn a_wrong_signature_shows_the_string_to_sign() {
    let mut request = rpc_signed("");
    request.query = request.query.replace("Version=2014", "Version=2015");
    let message = verify(&request).unwrap_err().to_string();
    assert!(
        message.starts_with(
            "Specified signature is not matched with our calculation. server string to sign \
             is:POST&%2F&AccessKeyId%3DYourAccessKeyId%26Action%3DDescribeRegions%26"
        ),
        "{message}"
    );
    assert!(message.contains("%26SignatureType%3D%26"), "{message}");
    let mut request = acs3_signed();
    request.body = "changed".into();
    assert!(matches!(verify(&request), Err(Error::CanonicalMismatch { .. })));
}

#[test]
fn what_is_missing_is_named() {
    for name in ["AccessKeyId", "Signature", "Timestamp", "SignatureMethod", "SignatureNonce"] {
        let mut request = rpc_signed("");
        request.query = request.query.replace(&format!("&{name}="), "&Other=");
        assert_eq!(
            verify(&request).unwrap_err().to_string(),
            format!(
                "The input parameter \"{name}\" that is mandatory for processing this request is \
                 not supplied."
            )
        );
    }
    let mut request = rpc_signed("");
    request.query = request.query.replace("HMAC-SHA1", "HMAC-MD5");
    assert_eq!(verify(&request), Err(Error::InvalidParameter("SignatureMethod")));
    let mut request = acs3_signed();
    request.headers.insert("authorization", "ACS3-HMAC-SHA256 Credential=a".parse().unwrap());
    assert_eq!(verify(&request), Err(Error::IncompleteSignature));
    let mut request = acs3_signed();
    let header = request.header("authorization").unwrap().replace("x-acs-signature-nonce;", "");
    request.headers.insert("authorization", header.parse().unwrap());
    assert_eq!(verify(&request), Err(Error::IncompleteSignature));
}

#[test]
fn clocks_may_be_a_quarter_of_an_hour_apart() {
    for request in [rpc_signed(""), acs3_signed()] {
        assert_eq!(verify_at(&request, "2023-10-26T10:37:32Z"), Ok("me"));
        assert_eq!(verify_at(&request, "2023-10-26T10:37:33Z"), Err(Error::Expired));
        assert_eq!(verify_at(&request, "2023-10-26T10:07:31Z"), Err(Error::Expired));
    }
    let mut request = rpc_signed("");
    request.query = request.query.replace("2023-10-26T10", "yesterday");
    assert_eq!(verify(&request), Err(Error::IllegalTimestamp));
}

#[test]
fn a_nonce_is_used_once_and_only_by_a_right_signature() {
    let verifier = Verifier::default();
    let verify = |request: &Request| verifier.verify(request, HOST, at(NOW), &key);
    let mut wrong = rpc_signed("");
    wrong.query = wrong.query.replace("DescribeRegions", "DescribeZones");
    assert!(matches!(verify(&wrong), Err(Error::SignatureDoesNotMatch { .. })));
    assert_eq!(verify(&rpc_signed("")), Ok("me"));
    assert_eq!(verify(&rpc_signed("")), Err(Error::NonceUsed));
    assert_eq!(verify(&acs3_signed()), Ok("me"));
    assert_eq!(verify(&acs3_signed()), Err(Error::NonceUsed));
}

#[test]
fn sessions_need_their_token() {
    let session = |id: &str| {
        key(id).map(|mut key| {
            key.session_token = Some("token".into());
            key.expires = Some(at("2023-10-26T11:00:00Z"));
            key
        })
    };
    let verify =
        |request: &Request, now: &str| Verifier::default().verify(request, HOST, at(now), &session);
    assert_eq!(verify(&acs3_signed(), NOW), Err(Error::MissingSecurityToken));
    assert_eq!(verify(&rpc_signed(""), NOW), Err(Error::MissingSecurityToken));
    let signed = |token: &'static str, now: &str| {
        let credentials = credentials().with_session_token(token);
        let mut request = acs3_request();
        acs3::sign(&mut request, &credentials, HOST, at(now), "n4").unwrap();
        request
    };
    assert_eq!(verify(&signed("token", NOW), NOW), Ok("me"));
    assert_eq!(verify(&signed("other", NOW), NOW), Err(Error::InvalidSecurityToken));
    let late = "2023-10-26T11:00:00Z";
    assert_eq!(verify(&signed("token", late), late), Err(Error::ExpiredSecurityToken));
}
