//! Who is let in, how the operation is found, and what the others are told.

use isobar_auth::Credentials;
use isobar_auth::alibaba::{acs3, roa, rpc};
use isobar_wire::{Reply, Request};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, HOST, KEY_ID, SECRET, Signing, find};

async fn refused(cloud: &Cloud, request: &Request, status: u16, code: &str) -> String {
    let (service, operation) = find("sts", "GetCallerIdentity");
    let response = cloud.answer(request).await;
    match isobar_wire::decode_response(service, operation, &response).unwrap() {
        Reply::Success { output, .. } => panic!("{output:?} instead of {code}"),
        Reply::Failure(error) => {
            assert_eq!((error.code.as_str(), error.status.as_u16()), (code, status));
            error.message
        }
    }
}

fn plain() -> Request {
    let (service, operation) = find("sts", "GetCallerIdentity");
    isobar_wire::encode_request(service, operation, &isobar_wire::Value::Null).unwrap()
}

#[tokio::test]
async fn each_signature_is_taken() {
    let cloud = Cloud::new();
    for signing in [Signing::Acs3, Signing::Rpc("JSON"), Signing::Rpc("XML")] {
        let identity =
            cloud.call_signed("sts", "GetCallerIdentity", json!({}), signing).await.unwrap();
        assert_eq!(identity["AccountId"], ACCOUNT, "{signing:?}");
        assert_eq!(identity["IdentityType"], "Account");
        assert_eq!(identity["Arn"], format!("acs:ram::{ACCOUNT}:root"));
        assert_eq!(identity["UserId"], ACCOUNT);
        assert_eq!(identity["PrincipalId"], ACCOUNT);
    }
    assert_eq!(cloud.ok("sts", "GetCallerIdentity", json!({})).await["AccountId"], ACCOUNT);
}

#[tokio::test]
async fn a_signature_in_headers_of_the_first_version_is_taken() {
    let cloud = Cloud::new();
    let mut request = plain();
    let now = cloud.local.shared.clock.now();
    roa::sign(&mut request, &Credentials::new(KEY_ID, SECRET), now, "one").unwrap();
    assert_eq!(cloud.answer(&request).await.status, 200);
}

#[tokio::test]
async fn unknown_keys_are_refused() {
    let cloud = Cloud::new();
    let now = cloud.local.shared.clock.now();
    let stranger = Credentials::new("LTAIstranger", SECRET);
    let mut request = plain();
    acs3::sign(&mut request, &stranger, HOST, now, "one").unwrap();
    let message = refused(&cloud, &request, 404, "InvalidAccessKeyId.NotFound").await;
    assert_eq!(message, "Specified access key is not found.");
    let mut request = cloud.request("sts", "GetCallerIdentity", &json!({}), Signing::Rpc("JSON"));
    request.query = "Action=GetCallerIdentity&Version=2015-04-01&Format=JSON".into();
    rpc::sign(&mut request, &stranger, now, "two");
    refused(&cloud, &request, 404, "InvalidAccessKeyId.NotFound").await;
}

#[tokio::test]
async fn wrong_secrets_are_refused_with_what_was_signed() {
    let cloud = Cloud::new();
    let now = cloud.local.shared.clock.now();
    let wrong = Credentials::new(KEY_ID, "wrong");
    let mut request = plain();
    request.query = "Action=GetCallerIdentity&Version=2015-04-01&Format=JSON".into();
    rpc::sign(&mut request, &wrong, now, "one");
    let message = refused(&cloud, &request, 400, "SignatureDoesNotMatch").await;
    let (start, signed) = message.split_once("server string to sign is:").unwrap();
    assert_eq!(start, "Specified signature is not matched with our calculation. ");
    assert!(signed.starts_with("POST&%2F&AccessKeyId%3DLTAItest%26Action"), "{signed}");
    assert!(!message.contains(SECRET));
    let mut request = plain();
    acs3::sign(&mut request, &wrong, HOST, now, "two").unwrap();
    refused(&cloud, &request, 400, "SignatureDoesNotMatch").await;
    let mut request = plain();
    acs3::sign(&mut request, &Credentials::new(KEY_ID, SECRET), "elsewhere", now, "three").unwrap();
    refused(&cloud, &request, 400, "SignatureDoesNotMatch").await;
}

#[tokio::test]
async fn old_requests_and_repeated_ones_are_refused() {
    let cloud = Cloud::new();
    let now = cloud.local.shared.clock.now();
    let credentials = Credentials::new(KEY_ID, SECRET);
    let mut request = plain();
    let old = now - SignedDuration::from_mins(16);
    acs3::sign(&mut request, &credentials, HOST, old, "one").unwrap();
    refused(&cloud, &request, 400, "InvalidTimeStamp.Expired").await;
    let request = cloud.request("sts", "GetCallerIdentity", &json!({}), Signing::Acs3);
    assert_eq!(cloud.answer(&request).await.status, 200);
    refused(&cloud, &request, 400, "SignatureNonceUsed").await;
    let mut request = plain();
    request.query = "Action=GetCallerIdentity&Version=2015-04-01&Format=JSON".into();
    rpc::sign(&mut request, &credentials, now, "two");
    let timestamp = request.query.find("Timestamp=").unwrap() + "Timestamp=".len();
    request.query.replace_range(timestamp..timestamp + 4, "when");
    refused(&cloud, &request, 400, "IllegalTimestamp").await;
}

#[tokio::test]
async fn a_request_is_not_taken_again_after_a_restart() {
    let cloud = Cloud::new();
    for signing in [Signing::Acs3, Signing::Rpc("JSON")] {
        let request = cloud.request("sts", "GetCallerIdentity", &json!({}), signing);
        assert_eq!(cloud.answer(&request).await.status, 200);
        let again = Cloud::over(cloud.local.shared.store.clone());
        refused(&again, &request, 400, "SignatureNonceUsed").await;
    }
}

#[tokio::test]
async fn client_tokens_are_short_and_of_ascii() {
    let cloud = Cloud::new();
    let longest = "t".repeat(64);
    cloud.ok("vpc", "CreateVpc", json!({"ClientToken": longest})).await;
    for (service, operation, token, code) in [
        ("vpc", "CreateVpc", "t".repeat(65), "IllegalParam.ClientToken"),
        ("ecs", "CreateSecurityGroup", "t".repeat(65), "InvalidClientToken.ValueNotSupported"),
        ("ecs", "CreateSecurityGroup", "ü".into(), "InvalidClientToken.ValueNotSupported"),
        ("slb", "CreateLoadBalancer", "t".repeat(65), "InvalidParameter"),
    ] {
        cloud.fails(service, operation, json!({"ClientToken": token}), 400, code).await;
    }
}

#[tokio::test]
async fn incomplete_requests_are_told_what_is_missing() {
    let cloud = Cloud::new();
    let mut request = Request::new(http::Method::POST, "/");
    refused(&cloud, &request, 400, "MissingVersion").await;
    request.query = "Version=1999-01-01".into();
    refused(&cloud, &request, 400, "InvalidVersion").await;
    request.query = "Version=2014-05-26".into();
    let message = refused(&cloud, &request, 400, "MissingAction").await;
    assert_eq!(message, "Action is mandatory for this action.");
    request.query = "Version=2014-05-26&Action=FlyToTheMoon".into();
    refused(&cloud, &request, 404, "InvalidAction.NotFound").await;
    request.query = "Version=2014-05-26&Action=DescribeRegions".into();
    refused(&cloud, &request, 400, "MissingAccessKeyId").await;
    let mut request = plain();
    request.headers.insert("authorization", "Basic a".parse().unwrap());
    refused(&cloud, &request, 400, "IncompleteSignature").await;
}

#[tokio::test]
async fn errors_are_written_as_the_request_asks() {
    let cloud = Cloud::new();
    let mut request = Request::new(http::Method::POST, "/");
    request.query = "Version=2014-05-26&Action=FlyToTheMoon&Format=XML".into();
    let response = cloud.answer(&request).await;
    let body = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(body.starts_with("<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>"), "{body}");
    assert!(body.contains("<Code>InvalidAction.NotFound</Code>"), "{body}");
    request.query = "Version=2014-05-26&Action=FlyToTheMoon".into();
    let response = cloud.answer(&request).await;
    let body: Json = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["Code"], "InvalidAction.NotFound");
    assert!(body["RequestId"].as_str().unwrap().len() == 36, "{body}");
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let cloud = Cloud::new();
    cloud.fails("ecs", "DescribeSnapshots", json!({}), 501, "NotImplemented").await;
    cloud.fails("ram", "ListUsers", json!({}), 501, "NotImplemented").await;
}

#[tokio::test]
async fn required_parameters_and_types_are_checked() {
    let cloud = Cloud::new();
    let missing = cloud.call("ecs", "StartInstance", json!({})).await.unwrap_err();
    assert_eq!(missing.code, "MissingParameter");
    assert_eq!(
        missing.message,
        "The input parameter \"InstanceId\" that is mandatory for processing this request is not \
         supplied."
    );
    cloud.fails("vpc", "DeleteVpc", json!({}), 400, "MissingVpcId").await;
    cloud.fails("slb", "DeleteLoadBalancer", json!({}), 400, "MissingParameter").await;
    let vpcs = json!({"RegionId": "cn-atlantis"});
    cloud.fails("vpc", "DescribeVpcs", vpcs, 404, "InvalidRegionId.NotFound").await;
    let mut request = plain();
    request.query = "Action=DescribeInstances&Version=2014-05-26&Format=JSON&RegionId=cn-hangzhou\
                     &PageSize=ten"
        .into();
    for name in ["x-acs-action", "x-acs-version"] {
        request.headers.remove(name);
    }
    let now = cloud.local.shared.clock.now();
    rpc::sign(&mut request, &Credentials::new(KEY_ID, SECRET), now, "one");
    let message = refused(&cloud, &request, 400, "InvalidParameter").await;
    assert_eq!(message, "The specified parameter \"PageSize\" is not valid.");
    request.query = "Action=DescribeInstances&Version=2014-05-26&Format=JSON".into();
    rpc::sign(&mut request, &Credentials::new(KEY_ID, SECRET), now, "two");
    refused(&cloud, &request, 400, "MissingParameter").await;
}
