//! What arguments make of an operation's input.

use isobar_catalogue::Cloud;
use serde_json::json;

use crate::world::input;

/// Arguments, and the input that they make.
#[track_caller]
fn aws(arguments: &str, expected: &serde_json::Value) {
    assert_eq!(input(Cloud::Aws, &words(arguments), ""), *expected, "{arguments}");
}

#[track_caller]
fn alibaba(arguments: &str, expected: &serde_json::Value) {
    assert_eq!(input(Cloud::Alibaba, &words(arguments), ""), *expected, "{arguments}");
}

#[track_caller]
fn digitalocean(arguments: &str, expected: &serde_json::Value) {
    assert_eq!(input(Cloud::DigitalOcean, &words(arguments), ""), *expected, "{arguments}");
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

#[test]
fn names_in_any_spelling() {
    let expected = json!({"DBInstanceIdentifier": "x"});
    aws("rds describe-db-instances --db-instance-identifier x", &expected);
    aws("rds DescribeDBInstances --DBInstanceIdentifier x", &expected);
    aws("rds describe_db_instances --db_instance_identifier=x", &expected);
    aws("s3api list-objects-v2 --bucket b", &json!({"Bucket": "b"}));
    aws("deploy get-application --application-name a", &json!({"applicationName": "a"}));
    aws("configservice describe-config-rules", &json!({}));
    aws("stepfunctions ListStateMachines", &json!({}));
    alibaba("ECS describe-instances --PageSize 5", &json!({"PageSize": 5}));
    digitalocean("droplet get 12", &json!({"droplet_id": 12}));
    digitalocean("compute droplet list --tag-name web", &json!({"tag_name": "web"}));
    digitalocean("droplets delete 12", &json!({"droplet_id": 12}));
    digitalocean("kubernetes cluster list", &json!({}));
    digitalocean("domains records list example.com", &json!({"domain_name": "example.com"}));
}

#[test]
fn scalars_by_their_shapes() {
    aws(
        "ec2 run-instances --min-count 1 --max-count 2 --ebs-optimized",
        &json!({
            "MinCount": 1, "MaxCount": 2, "EbsOptimized": true,
        }),
    );
    aws(
        "ec2 run-instances --min-count 1 --max-count 2 --no-ebs-optimized --enable-api-termination",
        &json!({
            "MinCount": 1, "MaxCount": 2, "EbsOptimized": false, "DisableApiTermination": false,
        }),
    );
    aws(
        "ec2 run-instances --min-count 1 --max-count 2 --ebs-optimized false --DryRun",
        &json!({
            "MinCount": 1, "MaxCount": 2, "EbsOptimized": false, "DryRun": true,
        }),
    );
    aws(
        "ec2 describe-spot-price-history --start-time 2026-01-31 --end-time 2026-02-01T10:00:00",
        &json!({
            "StartTime": "2026-01-31T00:00:00Z", "EndTime": "2026-02-01T10:00:00Z",
        }),
    );
    aws(
        "kms encrypt --key-id k --plaintext aGVsbG8",
        &json!({"KeyId": "k", "Plaintext": "aGVsbG8="}),
    );
    aws(
        "kms encrypt --key-id k --plaintext hello --cli-binary-format raw-in-base64-out",
        &json!({
            "KeyId": "k", "Plaintext": "aGVsbG8=",
        }),
    );
    aws(
        "lambda invoke --function-name f --payload e30= out.json",
        &json!({
            "FunctionName": "f", "Payload": "e30=",
        }),
    );
}

#[test]
fn members_before_flags_of_the_same_name() {
    let image = json!({"MemorySize": 128, "Timeout": 30, "FunctionName": "f"});
    aws(
        "lambda update-function-configuration --memory-size 128 --timeout 30 --function-name f",
        &image,
    );
    // Before the service it is Isobar's own.
    aws("--timeout 5 lambda get-function --function-name f", &json!({"FunctionName": "f"}));
    aws(
        "stepfunctions start-execution --state-machine-arn a --input {}",
        &json!({
            "stateMachineArn": "a", "input": "{}",
        }),
    );
    aws(
        "eks create-cluster --name n --role-arn r --resources-vpc-config subnetIds=s --kubernetes-version 1.30",
        &json!({
            "name": "n", "roleArn": "r", "resourcesVpcConfig": {"subnetIds": ["s"]}, "version": "1.30",
        }),
    );
    aws("iam list-users --max-items 3", &json!({}));
    digitalocean(
        "droplets create --name a --region nyc1 --size s-1vcpu-1gb --image ubuntu-24-04-x64 --tags a b --backups",
        &json!({
            "name": "a", "region": "nyc1", "size": "s-1vcpu-1gb", "image": "ubuntu-24-04-x64",
            "tags": ["a", "b"], "backups": true,
        }),
    );
}

#[test]
fn lists_and_structures() {
    aws(
        "ec2 describe-instances --instance-ids i-1 i-2 --instance-ids i-3",
        &json!({
            "InstanceIds": ["i-1", "i-2", "i-3"],
        }),
    );
    aws(
        r#"ec2 describe-instances --instance-ids ["i-1","i-2"]"#,
        &json!({"InstanceIds": ["i-1", "i-2"]}),
    );
    let filters =
        json!({"Filters": [{"Name": "a", "Values": ["b", "c"]}, {"Name": "d", "Values": ["e"]}]});
    aws("ec2 describe-instances --filters Name=a,Values=b,c Name=d,Values=e", &filters);
    aws(
        r#"ec2 describe-instances --filters [{"Name":"a","Values":["b","c"]},{"Name":"d","Values":["e"]}]"#,
        &filters,
    );
    aws(
        r#"ec2 describe-instances --filters {"Name":"a","Values":["b","c"]} --filters name=d,values=e"#,
        &filters,
    );
    aws(
        "elb describe-instance-health --load-balancer-name l --instances i-1 i-2",
        &json!({
            "LoadBalancerName": "l", "Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}],
        }),
    );
    aws(
        "ec2 modify-instance-attribute --instance-id i --disable-api-stop Value=true",
        &json!({
            "InstanceId": "i", "DisableApiStop": {"Value": true},
        }),
    );
    aws(
        "ec2 modify-instance-attribute --instance-id i --instance-type m5.large",
        &json!({
            "InstanceId": "i", "InstanceType": {"Value": "m5.large"},
        }),
    );
}

#[test]
fn alibabas_flattened_members() {
    alibaba(
        "ecs RunInstances --Tag.1.Key a --Tag.1.Value b --Tag.2.Key c --SecurityGroupIds.1 sg-1",
        &json!({
            "Tag": [{"Key": "a", "Value": "b"}, {"Key": "c"}], "SecurityGroupIds": ["sg-1"],
        }),
    );
    alibaba(
        "ecs RunInstances --SystemDisk.Size 40 --Tag Key=a,Value=b",
        &json!({
            "SystemDisk": {"Size": "40"}, "Tag": [{"Key": "a", "Value": "b"}],
        }),
    );
}

#[test]
fn documents_files_and_stdin() {
    let expected = json!({"TableName": "t", "Item": {"id": {"S": "1"}}});
    let call = ["dynamodb", "put-item", "--input", "-"];
    assert_eq!(input(Cloud::Aws, &call, r#"{"TableName":"t","Item":{"id":{"S":"1"}}}"#), expected);
    assert_eq!(input(Cloud::Aws, &call, "table-name: t\nItem:\n  id: {S: '1'}\n"), expected);
    let call = ["dynamodb", "put-item", "--table-name", "t", "--item", "-"];
    assert_eq!(input(Cloud::Aws, &call, "id: {S: '1'}"), expected);
    let call = ["dynamodb", "put-item", "--table-name", "t", "--item", "{id: {S: '1'}}"];
    assert_eq!(input(Cloud::Aws, &call, ""), expected);
    // Single arguments win over the whole.
    let call = [
        "dynamodb",
        "put-item",
        "--cli-input-json",
        r#"{"TableName":"x","Item":{"id":{"S":"1"}}}"#,
        "--table-name",
        "t",
    ];
    assert_eq!(input(Cloud::Aws, &call, ""), expected);
    let call = ["ec2", "describe-instances", "--instance-ids", "-"];
    assert_eq!(input(Cloud::Aws, &call, "i-1\ni-2\n"), json!({"InstanceIds": ["i-1", "i-2"]}));
    let call = ["sns", "publish", "--message", "@-"];
    assert_eq!(input(Cloud::Aws, &call, "hello\n"), json!({"Message": "hello\n"}));
    let call = ["sns", "publish", "--message", "@@here"];
    assert_eq!(input(Cloud::Aws, &call, ""), json!({"Message": "@here"}));
    let call = ["sns", "publish", "--message", "-"];
    assert_eq!(input(Cloud::Aws, &call, ""), json!({"Message": "-"}));
}

#[test]
fn files_as_they_are_named() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("files");
    std::fs::create_dir_all(&folder).unwrap();
    let (text, bytes) = (folder.join("input.yaml"), folder.join("bytes"));
    std::fs::write(&text, "TableName: t\nItem: {id: {B: AAH/}}\n").unwrap();
    std::fs::write(&bytes, [0, 1, 255]).unwrap();
    let whole = format!("@{}", text.display());
    let expected = json!({"TableName": "t", "Item": {"id": {"B": "AAH/"}}});
    assert_eq!(input(Cloud::Aws, &["dynamodb", "put-item", "--input", &whole], ""), expected);
    for form in ["fileb://", "@"] {
        let call = [
            "kms",
            "encrypt",
            "--key-id",
            "k",
            "--plaintext",
            &format!("{form}{}", bytes.display()),
        ];
        assert_eq!(input(Cloud::Aws, &call, ""), json!({"KeyId": "k", "Plaintext": "AAH/"}));
    }
    let body = bytes.display().to_string();
    let call = ["s3api", "put-object", "--bucket", "b", "--key", "k", "--body", &body, "--dry-run"];
    assert_eq!(input(Cloud::Aws, &call, "")["Body"], json!("AAH/"));
    let code = format!("ZipFile@=fileb://{}", bytes.display());
    let call =
        ["lambda", "create-function", "--function-name", "f", "--role", "r", "--code", &code];
    assert_eq!(input(Cloud::Aws, &call, "")["Code"], json!({"ZipFile": "AAH/"}));
}

#[test]
fn flags_that_aws_cli_adds() {
    aws("ec2 run-instances --count 2:5", &json!({"MaxCount": 5, "MinCount": 2}));
    aws(
        "ec2 run-instances --image-id ami-1",
        &json!({"ImageId": "ami-1", "MaxCount": 1, "MinCount": 1}),
    );
    let rule = |ports: serde_json::Value, mut rest: serde_json::Value| {
        let mut rule = ports;
        rule.as_object_mut().unwrap().append(rest.as_object_mut().unwrap());
        json!({"GroupId": "sg-1", "IpPermissions": [rule]})
    };
    aws(
        "ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 80-90 --cidr 10.0.0.0/8",
        &rule(
            json!({"FromPort": 80, "ToPort": 90}),
            json!({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}),
        ),
    );
    aws(
        "ec2 revoke-security-group-egress --group-id sg-1 --protocol all --source-group sg-2 --group-owner 1",
        &rule(
            json!({}),
            json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}]}),
        ),
    );
}
