//! Every violation of an input, with its path.

use isobar_catalogue::Cloud;
use isobar_wire::validate;
use serde_json::json;

use crate::{operation, value};

fn check(service: &str, name: &str, input: serde_json::Value, expected: &[&str]) {
    let (service, operation) = operation(Cloud::Aws, service, name);
    let mut found: Vec<_> =
        validate(service, operation, &value(input)).iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn all_are_found_at_once() {
    check(
        "ec2",
        "RunInstances",
        json!({
            "MinCount": "1",
            "MaxCount": 5_000_000_000i64,
            "Colour": "red",
            "TagSpecifications": [{}, {"Tags": [{"Key": 1}]}],
        }),
        &[
            "Colour: is not known",
            "MaxCount: is 5000000000, but must be from -2147483648 to 2147483647",
            "MinCount: must be a whole number, not text",
            "TagSpecifications[1].Tags[0].Key: must be text, not a whole number",
        ],
    );
}

#[test]
fn what_is_required_is_missed() {
    check("ec2", "RunInstances", json!({}), &["MaxCount: is required", "MinCount: is required"]);
    check("ec2", "RunInstances", json!(null), &["MaxCount: is required", "MinCount: is required"]);
    check("ec2", "RunInstances", json!([]), &["must be a structure, not a list"]);
}

#[test]
fn bounds_and_unions_are_checked() {
    check(
        "verifiedpermissions",
        "IsAuthorized",
        json!({
            "policyStoreId": "",
            "context": {"contextMap": {"a": {"boolean": true, "long": 1}, "b": {}}},
        }),
        &[
            "context.contextMap.a: must have exactly one member set, not 2",
            "context.contextMap.b: must have exactly one member set, not 0",
            "policyStoreId: has a length of 0, but must have from 1 to 200",
        ],
    );
}

#[test]
fn text_stands_for_bytes_and_for_moments() {
    check("ec2", "DescribeInstances", json!({"MaxResults": 5}), &[]);
    check(
        "cloudwatch",
        "GetMetricStatistics",
        json!({
            "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Period": 60,
            "StartTime": "2026-01-01T00:00:00Z", "EndTime": "tomorrow",
        }),
        &["EndTime: must be a timestamp, not \"tomorrow\""],
    );
}
