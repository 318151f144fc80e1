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

/// The code and message with which a form is refused, signed as the account; `None` where it is not.
pub(crate) async fn asked(
    cloud: &Cloud,
    service: &str,
    operation: &str,
    body: &str,
) -> Option<(String, String)> {
    let mut request = cloud.unsigned("sts", "GetCallerIdentity", &json!({}));
    request.body = body.to_owned().into();
    cloud.sign(&mut request, service, REGION);
    let response = cloud.answer(&request).await;
    let error = decoded(service, operation, &response).err()?;
    assert_eq!(error.status.as_u16(), 400);
    Some((error.code, error.message))
}

#[tokio::test]
async fn versions_are_those_that_were_published() {
    let cloud = Cloud::new();
    for version in ["2016-11-15", "2016-09-15", "2014-10-01", "2013-10-15", "2006-06-26"] {
        let body = format!("Action=DescribeRegions&Version={version}");
        assert_eq!(asked(&cloud, "ec2", "DescribeRegions", &body).await, None, "{version}");
    }
    let ec2 = |version: &str| {
        let message =
            format!("The requested version ({version}) of service AmazonEC2 does not exist");
        ("NoSuchVersion".to_owned(), message)
    };
    let missing = "The request must contain the parameter Version".to_owned();
    let unversioned = ("MissingParameter".to_owned(), missing);
    let other = |action: &str, version: &str| {
        let message = format!("Could not find operation {action} for version {version}");
        ("InvalidAction".to_owned(), message)
    };
    let none = "NO_VERSION_SPECIFIED";
    for (service, operation, version, expected) in [
        ("ec2", "DescribeRegions", "&Version=2015-12-01", ec2("2015-12-01")),
        ("ec2", "DescribeRegions", "&Version=2099-01-01", ec2("2099-01-01")),
        ("ec2", "DescribeRegions", "&Version=latest", ec2("latest")),
        ("ec2", "DescribeRegions", "&Version=", unversioned.clone()),
        ("ec2", "DescribeRegions", "", unversioned),
        (
            "sts",
            "GetCallerIdentity",
            "&Version=2011-06-16",
            other("GetCallerIdentity", "2011-06-16"),
        ),
        ("sts", "GetCallerIdentity", "", other("GetCallerIdentity", none)),
        ("elbv2", "DescribeTargetGroups", "", other("DescribeTargetGroups", none)),
        (
            "elbv2",
            "DescribeTargetGroups",
            "&Version=2010-01-01",
            other("DescribeTargetGroups", "2010-01-01"),
        ),
    ] {
        let body = format!("Action={operation}{version}");
        let refused = asked(&cloud, service, operation, &body).await;
        assert_eq!(refused, Some(expected), "{service} {body}");
    }
}

#[tokio::test]
async fn forms_say_each_thing_once_and_lists_are_counted() {
    let cloud = Cloud::new();
    let ids = cloud.run(1).await;
    let ec2 = "Version=2016-11-15";
    let body = format!("Action=DescribeRegions&Action=DescribeVpcs&{ec2}");
    let (code, message) = asked(&cloud, "ec2", "DescribeRegions", &body).await.unwrap();
    assert_eq!(code, "MalformedQueryString");
    assert_eq!(message, "malformed form: the parameter \"Action\" is there twice");
    for index in ["x", "01", "999999999999"] {
        for action in ["DescribeInstances", "TerminateInstances"] {
            let body = format!("Action={action}&{ec2}&InstanceId.{index}={}", ids[0]);
            let (code, message) = asked(&cloud, "ec2", action, &body).await.unwrap();
            assert_eq!(code, "InvalidParameterValue", "{body}");
            let expected = format!(
                "Value (\"{index}\") for parameter InstanceId is invalid. \
                 It must be numbered from 1 to 10000."
            );
            assert_eq!(message, expected);
        }
    }
    let sparse = format!("Action=TerminateInstances&{ec2}&InstanceId.3={}", ids[0]);
    assert_eq!(asked(&cloud, "ec2", "TerminateInstances", &sparse).await, None);
}

#[tokio::test]
async fn web_pages_are_told_in_whole_sentences() {
    let cloud = Cloud::new();
    let face = isobar_kernel::face::Face::standard(&cloud.local.face);
    let response = cloud.local.turn_away(&face.foreign, "requests from web pages");
    let error = decoded("sts", "GetCallerIdentity", &response).unwrap_err();
    assert_eq!((error.code.as_str(), error.status.as_u16()), ("AccessDenied", 403));
    assert_eq!(error.message, "Access denied: requests from web pages are refused");
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

/// Libcloud signs so in the oldest regions, unless it is told otherwise.
#[tokio::test]
async fn older_signatures_are_called_by_their_version() {
    const VALIDATE: &str = "AWS was not able to validate the provided access credentials. ";
    let cloud = Cloud::new();
    for (service, action, published, code, status, opening) in [
        ("ec2", "DescribeVpcs", "2016-11-15", "AuthFailure", 401, VALIDATE),
        ("sts", "GetCallerIdentity", "2011-06-15", "SignatureDoesNotMatch", 403, ""),
    ] {
        let mut request = Request::new("GET".parse().unwrap(), "/");
        request.query = format!(
            "Action={action}&Version={published}&AWSAccessKeyId={KEY_ID}&SignatureVersion=2&\
             SignatureMethod=HmacSHA256&Timestamp=2026-01-01T00%3A00%3A00Z&Signature=c2lnbmVk"
        );
        let refused = refusal(&cloud, service, action, &request).await;
        let words = "The request is signed with Signature Version 2; use Signature Version 4.";
        assert_eq!(refused, (code.to_owned(), status, format!("{opening}{words}")));
    }
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
    let input = json!({ "VpcIds": ["nonsense"], "DryRun": true });
    cloud.fails("ec2", "DescribeVpcs", input, "InvalidVpcID.Malformed").await;
}

/// Whoever has no keys yet has nothing to sign with.
#[tokio::test]
async fn operations_that_take_no_signature_are_not_asked_for_one() {
    let cloud = Cloud::new();
    for operation in ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"] {
        let mut request = cloud.unsigned("sts", "GetCallerIdentity", &json!({}));
        request.body = format!("Action={operation}&Version=2011-06-15").into();
        let (code, status, message) = refusal(&cloud, "sts", operation, &request).await;
        assert_eq!((code.as_str(), status), ("NotImplemented", 501), "{message}");
    }
    let mut request = cloud.unsigned("sts", "GetCallerIdentity", &json!({}));
    request.body = "Action=AssumeRole&Version=2011-06-15".into();
    let (code, ..) = refusal(&cloud, "sts", "AssumeRole", &request).await;
    assert_eq!(code, "MissingAuthenticationToken");
}
