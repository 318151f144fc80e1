//! What a RAM user who may only read is told.

use isobar_auth::Credentials;
use isobar_catalogue::Cloud as Vendor;
use isobar_wire::{Reply, ServiceError, Value};
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, READER, REGION, SECRET, Signing, find};

/// Calls as the user who may only read.
async fn read(
    cloud: &Cloud,
    service: &str,
    operation: &str,
    input: Json,
    signing: Signing,
) -> Result<Json, ServiceError> {
    let (service, operation) = find(service, operation);
    let input: Value = serde_json::from_value(input).unwrap();
    let mut request = isobar_wire::encode_request(service, operation, &input).unwrap();
    let key = Credentials::new(READER, SECRET);
    cloud.sign_with(&mut request, service, operation, signing, &key);
    let response = cloud.answer(&request).await;
    match isobar_wire::decode_response(service, operation, &response).unwrap() {
        Reply::Success { output, .. } => Ok(serde_json::to_value(output).unwrap()),
        Reply::Failure(error) => Err(error),
    }
}

#[tokio::test]
async fn every_write_is_refused() {
    let cloud = Cloud::new();
    let mut refused = 0;
    for (service, operation) in
        isobar_kernel::served_operations(Vendor::Alibaba, isobar_alibaba::SERVICES)
    {
        if find(service, operation).1.read_only {
            continue;
        }
        let (code, message) = match service {
            "ecs" => (
                "Forbidden.RAM",
                "User not authorized to operate on the specified resource, or this API doesn't \
                 support RAM.",
            ),
            _ => ("Forbidden", "User not authorized to operate on the specified resource."),
        };
        for signing in [Signing::Acs3, Signing::Rpc("XML")] {
            let error = read(&cloud, service, operation, json!({}), signing).await.unwrap_err();
            assert_eq!((error.code.as_str(), error.status.as_u16()), (code, 403), "{operation}");
            assert_eq!(error.message, message);
        }
        refused += 1;
    }
    assert!(refused > 40, "{refused} operations write");
}

#[tokio::test]
async fn a_refusal_says_which_right_is_missing() {
    let cloud = Cloud::new();
    for signing in [Signing::Acs3, Signing::Rpc("XML")] {
        let error = read(&cloud, "ecs", "StopInstance", json!({}), signing).await.unwrap_err();
        let fields = serde_json::to_value(&error.fields).unwrap();
        let detail = json!({
            "AuthAction": "ecs:StopInstance",
            "AuthPrincipalDisplayName": "201234567890123456",
            "AuthPrincipalOwnerId": ACCOUNT,
            "AuthPrincipalType": "SubUser",
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
        });
        assert_eq!(fields["AccessDeniedDetail"], detail, "{signing:?}");
    }
}

#[tokio::test]
async fn what_reads_is_allowed() {
    let cloud = Cloud::new();
    let identity =
        read(&cloud, "sts", "GetCallerIdentity", json!({}), Signing::Acs3).await.unwrap();
    assert_eq!(identity["IdentityType"], "RAMUser");
    assert_eq!(identity["AccountId"], ACCOUNT);
    assert_eq!(identity["UserId"], "201234567890123456");
    assert_eq!(identity["Arn"], format!("acs:ram::{ACCOUNT}:user/reader"));
    let input = json!({ "RegionId": REGION });
    read(&cloud, "ecs", "DescribeInstances", input, Signing::Acs3).await.unwrap();
}

/// A dry run tells what the caller may do, and so the same input is told apart by who asks.
#[tokio::test]
async fn a_dry_run_tells_rights_from_none() {
    let cloud = Cloud::new();
    let input = json!({ "RegionId": REGION, "DryRun": true, "CidrBlock": "172.16.0.0/12" });
    cloud.fails("vpc", "CreateVpc", input.clone(), 400, "DryRunOperation").await;
    let refused = read(&cloud, "vpc", "CreateVpc", input, Signing::Acs3).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status.as_u16()), ("Forbidden", 403));
}
