//! Who is let in, and how the others are told.

use isobar_auth::Credentials;
use isobar_wire::Request;
use jiff::SignedDuration;
use serde_json::json;

use crate::harness::{ACCOUNT, Cloud, KEY_ID, REGION, SECRET, decoded};

#[tokio::test]
async fn the_caller_is_who_holds_the_key() {
    let cloud = Cloud::new();
    let identity = cloud.ok("sts", "GetCallerIdentity", json!({})).await;
    let arn = format!("arn:aws:iam::{ACCOUNT}:root");
    assert_eq!(identity, json!({ "UserId": ACCOUNT, "Account": ACCOUNT, "Arn": arn }));
}

/// The code, status and message with which a request is refused.
async fn refusal(
    cloud: &Cloud,
    service: &str,
    operation: &str,
    request: &Request,
) -> (String, u16, String) {
    let response = cloud.answer(request).await;
    let error = decoded(service, operation, &response).unwrap_err();
    assert!(error.request_id.is_some());
    (error.code, error.status.as_u16(), error.message)
}

const WRONG: &str = "The request signature we calculated does not match the signature you \
 provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for \
    details.";

#[tokio::test]
async fn refusals_are_those_of_each_protocol() {
    let cloud = Cloud::new();
    let stranger = Credentials::new("AKIASTRANGER00000000", "x");
    let liar = Credentials::new(KEY_ID, "not the secret");
    let invalid = "The security token included in the request is invalid.";
    let refused = "AWS was not able to validate the provided access credentials";
    let missing = "Request is missing Authentication Token";
    for (service, operation, credentials, expected) in [
        ("sts", "GetCallerIdentity", None, ("MissingAuthenticationToken", 403, missing)),
        ("ec2", "DescribeVpcs", None, ("MissingAuthenticationToken", 403, missing)),
        ("elbv2", "DescribeLoadBalancers", None, ("MissingAuthenticationToken", 403, missing)),
        ("sts", "GetCallerIdentity", Some(&stranger), ("InvalidClientTokenId", 403, invalid)),
        ("ec2", "DescribeVpcs", Some(&stranger), ("AuthFailure", 401, refused)),
        ("sts", "GetCallerIdentity", Some(&liar), ("SignatureDoesNotMatch", 403, WRONG)),
        ("elbv2", "DescribeLoadBalancers", Some(&liar), ("SignatureDoesNotMatch", 403, WRONG)),
        ("ec2", "DescribeVpcs", Some(&liar), ("AuthFailure", 401, refused)),
        (
            "dynamodb",
            "ListTables",
            None,
            ("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
        ),
        ("dynamodb", "ListTables", Some(&stranger), ("UnrecognizedClientException", 400, invalid)),
        ("dynamodb", "ListTables", Some(&liar), ("InvalidSignatureException", 400, WRONG)),
    ] {
        let mut request = cloud.unsigned(service, operation, &json!({}));
        if let Some(credentials) = credentials {
            cloud.sign_with(&mut request, service, REGION, credentials);
        }
        let (code, status, message) = refusal(&cloud, service, operation, &request).await;
        assert_eq!((code.as_str(), status, message.as_str()), expected, "{service}");
    }
}

/// Whoever signs goes by the system's time, which the local clouds' clock may be far from.
#[tokio::test]
async fn a_clock_that_was_moved_refuses_nobody() {
    let cloud = Cloud::new();
    for hours in [24 * 365, -24 * 365 * 2] {
        cloud.advance(SignedDuration::from_hours(hours));
        cloud.ok("sts", "GetCallerIdentity", json!({})).await;
    }
}

#[tokio::test]
async fn old_and_broken_signatures_are_refused() {
    let cloud = Cloud::new();
    let now = cloud.local.shared.clock.system();
    let signed_at = |service: &str, operation: &str, time| {
        let mut request = cloud.unsigned(service, operation, &json!({}));
        let key = Credentials::new(KEY_ID, SECRET);
        Cloud::sign_at(&mut request, service, REGION, &key, time);
        request
    };
    let signed = |service: &str, operation: &str| signed_at(service, operation, now);
    let old = now - SignedDuration::from_mins(16);
    let (sts, ec2) =
        (signed_at("sts", "GetCallerIdentity", old), signed_at("ec2", "DescribeVpcs", old));
    let (code, status, message) = refusal(&cloud, "sts", "GetCallerIdentity", &sts).await;
    assert_eq!((code.as_str(), status), ("SignatureDoesNotMatch", 403));
    assert!(message.starts_with("Signature expired: "), "{message}");
    let (code, status, message) = refusal(&cloud, "ec2", "DescribeVpcs", &ec2).await;
    assert_eq!(
        (code.as_str(), status, message.as_str()),
        ("RequestExpired", 400, "Request has expired.")
    );

    let mut cut = signed("sts", "GetCallerIdentity");
    let header =
        cut.header("authorization").unwrap().split(", Signature").next().unwrap().to_owned();
    cut.headers.insert("authorization", header.parse().unwrap());
    let (code, status, _) = refusal(&cloud, "sts", "GetCallerIdentity", &cut).await;
    assert_eq!((code.as_str(), status), ("IncompleteSignature", 400));

    let mut nowhere = cloud.unsigned("ec2", "DescribeVpcs", &json!({}));
    cloud.sign(&mut nowhere, "ec2", "us-east-9");
    let (code, status, _) = refusal(&cloud, "ec2", "DescribeVpcs", &nowhere).await;
    assert_eq!((code.as_str(), status), ("AuthFailure", 401));
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let cloud = Cloud::new();
    let message = cloud.fails("ec2", "CreateInternetGateway", json!({}), "NotImplemented").await;
    assert_eq!(
        message,
        "The operation CreateInternetGateway is catalogued but not implemented here"
    );
    cloud.fails("iam", "ListUsers", json!({}), "NotImplemented").await;
    cloud.fails("dynamodb", "ListTables", json!({}), "NotImplemented").await;
    cloud.fails("lambda", "ListFunctions", json!({}), "NotImplemented").await;
}

#[tokio::test]
async fn unknown_actions_and_parameters_are_refused() {
    let cloud = Cloud::new();
    let mut request = cloud.unsigned("sts", "GetCallerIdentity", &json!({}));
    request.body = "Action=Nonsense&Version=2011-06-15".into();
    cloud.sign(&mut request, "sts", REGION);
    let (code, status, message) = refusal(&cloud, "sts", "GetCallerIdentity", &request).await;
    assert_eq!((code.as_str(), status), ("InvalidAction", 400));
    assert_eq!(message, "Could not find operation Nonsense for version 2011-06-15");

    request.body = "Version=2011-06-15".into();
    cloud.sign(&mut request, "sts", REGION);
    let (code, ..) = refusal(&cloud, "sts", "GetCallerIdentity", &request).await;
    assert_eq!(code, "MissingAction");

    let mut request = cloud.unsigned("ec2", "DescribeVpcs", &json!({}));
    request.body = "Action=DescribeVpcs&Version=2016-11-15&Colour=red".into();
    cloud.sign(&mut request, "ec2", REGION);
    let (code, status, message) = refusal(&cloud, "ec2", "DescribeVpcs", &request).await;
    assert_eq!((code.as_str(), status), ("UnknownParameter", 400));
    assert_eq!(message, "The parameter Colour is not recognized");

    let message = cloud.fails("ec2", "CreateKeyPair", json!({}), "MissingParameter").await;
    assert_eq!(message, "The request must contain the parameter KeyName");
    let message = cloud.fails("elbv2", "DeleteListener", json!({}), "ValidationError").await;
    assert_eq!(
        message,
        "1 validation error detected: Value null at 'listenerArn' failed to satisfy constraint: \
         Member must not be null"
    );
}

#[tokio::test]
async fn a_service_is_found_without_a_signature() {
    let cloud = Cloud::new();
    let mut request = Request::new("GET".parse().unwrap(), "/");
    request.query = "Action=DescribeVpcs&Version=2016-11-15".into();
    let response = cloud.answer(&request).await;
    let error = decoded("ec2", "DescribeVpcs", &response).unwrap_err();
    assert_eq!(error.code, "MissingAuthenticationToken");
    let body = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(body.contains("<Response><Errors><Error>"), "{body}");

    let nothing = Request::new("GET".parse().unwrap(), "/");
    let response = cloud.local.answer(&nothing, "ec2.us-east-1.amazonaws.com").await.unwrap();
    let body = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(body.contains("<Code>MissingAction</Code>"), "{body}");
}

#[tokio::test]
async fn answers_carry_the_services_headers() {
    let cloud = Cloud::new();
    let mut request = cloud.unsigned("ec2", "DescribeRegions", &json!({}));
    cloud.sign(&mut request, "ec2", REGION);
    let response = cloud.answer(&request).await;
    assert_eq!(response.header("server"), Some("AmazonEC2"));
    assert_eq!(response.header("content-type"), Some("text/xml;charset=UTF-8"));
    assert!(response.header("x-amzn-requestid").is_some());
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let cloud = Cloud::new();
    let input = json!({ "CidrBlock": "10.0.0.0/16", "DryRun": true });
    let message = cloud.fails("ec2", "CreateVpc", input, "DryRunOperation").await;
    assert_eq!(message, "Request would have succeeded, but DryRun flag is set.");
    let vpcs = cloud.ok("ec2", "DescribeVpcs", json!({})).await;
    assert_eq!(vpcs["Vpcs"].as_array().unwrap().len(), 1);
    let input = json!({ "CidrBlock": "10.0.0.0/8", "DryRun": true });
    cloud.fails("ec2", "CreateVpc", input, "InvalidVpc.Range").await;
    cloud.fails("ec2", "DescribeVpcs", json!({ "DryRun": true }), "DryRunOperation").await;
}
