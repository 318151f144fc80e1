//! What a user who may only read is told: each service's code, and the right that is missing.

use isobar_auth::Credentials;
use isobar_catalogue::Cloud as Vendor;
use isobar_kernel::handlers::On;
use isobar_wire::ServiceError;
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, READER, REGION, SECRET, decoded, find};

/// Calls as the user who may only read.
async fn read(
    cloud: &Cloud,
    service: &str,
    operation: &str,
    input: &Json,
) -> Result<Json, ServiceError> {
    let mut request = cloud.unsigned(service, operation, input);
    cloud.sign_with(&mut request, service, REGION, &Credentials::new(READER, SECRET));
    decoded(service, operation, &cloud.answer(&request).await)
}

const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1";

/// Calls of each form in which a right is on something, and what that is.
fn examples() -> Vec<(&'static str, &'static str, Json, &'static str)> {
    vec![
        ("ec2", "CreateVpc", json!({}), "vpc/*"),
        ("ec2", "RunInstances", json!({ "DryRun": true }), "instance/*"),
        ("ec2", "DeleteVpc", json!({ "VpcId": "vpc-1" }), "vpc/vpc-1"),
        ("ec2", "ImportKeyPair", json!({ "KeyName": "a" }), "key-pair/a"),
        ("ec2", "StopInstances", json!({ "InstanceIds": ["i-1", "i-2"] }), "instance/i-1"),
        ("ec2", "CreateTags", json!({ "Resources": ["vpc-1", "i-1"] }), "vpc/vpc-1"),
        ("ec2", "DeleteTags", json!({ "Resources": ["eni-1"] }), "network-interface/eni-1"),
        ("elbv2", "DeleteTargetGroup", json!({ "TargetGroupArn": GROUP }), "targetgroup/a/1"),
        ("elbv2", "RemoveTags", json!({ "ResourceArns": [GROUP] }), "targetgroup/a/1"),
        ("elbv2", "CreateTargetGroup", json!({ "Name": "a" }), "targetgroup/a/*"),
        ("elbv2", "CreateLoadBalancer", json!({ "Name": "a" }), "loadbalancer/app/a/*"),
        (
            "elbv2",
            "CreateLoadBalancer",
            json!({ "Name": "a", "Type": "network" }),
            "loadbalancer/net/a/*",
        ),
    ]
}

/// The code of a refusal, how its message begins, and the prefix of the service's rights.
fn words(service: &str) -> (&'static str, &'static str, &'static str) {
    match service {
        "ec2" => {
            ("UnauthorizedOperation", "You are not authorized to perform this operation. ", "ec2")
        }
        _ => ("AccessDenied", "", "elasticloadbalancing"),
    }
}

#[tokio::test]
async fn a_refusal_names_the_resource() {
    let cloud = Cloud::new();
    for (service, operation, input, resource) in examples() {
        let (code, opening, prefix) = words(service);
        let error = read(&cloud, service, operation, &input).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status.as_u16()), (code, 403), "{operation}");
        let expected = format!(
            "{opening}User: arn:aws:iam::{ACCOUNT}:user/reader is not authorized to perform: \
             {prefix}:{operation} on resource: arn:aws:{prefix}:{REGION}:{ACCOUNT}:{resource} \
             because no identity-based policy allows the {prefix}:{operation} action"
        );
        assert_eq!(error.message, expected);
    }
}

#[tokio::test]
async fn every_write_is_refused() {
    let cloud = Cloud::new();
    let served = isobar_kernel::served_operations(Vendor::Aws, isobar_aws::SERVICES);
    for (service, operation) in served {
        if find(service, operation).1.read_only {
            continue;
        }
        let (code, opening, prefix) = words(service);
        let error = read(&cloud, service, operation, &json!({})).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status.as_u16()), (code, 403), "{operation}");
        let user = format!("User: arn:aws:iam::{ACCOUNT}:user/reader");
        let expected =
            format!("{opening}{user} is not authorized to perform: {prefix}:{operation}");
        assert!(error.message.starts_with(&expected), "{}", error.message);
    }
}

/// Every operation that writes says on what callers need a right, and in members that it has.
#[test]
fn every_write_has_a_resource() {
    assert_eq!(isobar_kernel::writes_on_nothing(Vendor::Aws, isobar_aws::SERVICES), []);
    for served in isobar_aws::SERVICES {
        for handler in served.operations.iter().copied().flatten() {
            let On::Named(template) = handler.on else { continue };
            let service = isobar_catalogue::service(Vendor::Aws, served.name).unwrap();
            let name = handler.name.replace('_', "");
            let operation = service.operations.iter().find(|one| one.name.to_lowercase() == name);
            let members = service.input_members(operation.unwrap());
            for part in template.split('{').skip(1) {
                let member = part.split('}').next().unwrap();
                assert!(members.iter().any(|one| one.name == member), "{}: {member}", handler.name);
            }
        }
    }
}

#[tokio::test]
async fn what_reads_is_allowed() {
    let cloud = Cloud::new();
    let identity = read(&cloud, "sts", "GetCallerIdentity", &json!({})).await.unwrap();
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/reader");
    let expected = json!({ "UserId": "AIDAISOBARTESTREADER0", "Account": ACCOUNT, "Arn": arn });
    assert_eq!(identity, expected);
    let vpcs = read(&cloud, "ec2", "DescribeVpcs", &json!({})).await.unwrap();
    assert_eq!(vpcs["Vpcs"].as_array().unwrap().len(), 1, "the owner's");
    let dry = read(&cloud, "ec2", "DescribeVpcs", &json!({ "DryRun": true })).await.unwrap_err();
    assert_eq!((dry.code.as_str(), dry.status.as_u16()), ("DryRunOperation", 412));
}

/// A dry run tells what the caller may do, and so the same input is told apart by who asks.
#[tokio::test]
async fn a_dry_run_tells_rights_from_none() {
    let cloud = Cloud::new();
    let input = json!({ "CidrBlock": "10.0.0.0/16", "DryRun": true });
    cloud.fails("ec2", "CreateVpc", input.clone(), "DryRunOperation").await;
    let refused = read(&cloud, "ec2", "CreateVpc", &input).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status.as_u16()), ("UnauthorizedOperation", 403));
}
