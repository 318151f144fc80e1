//! Forms as clients of all ages write them: empty members, lists, versions.

use serde_json::json;

use crate::admission::asked;
use crate::harness::{Cloud, REGION, count, decoded, text};

/// The body of a form's answer, signed as the account.
async fn answered(cloud: &Cloud, service: &str, body: &str) -> String {
    let mut request = cloud.unsigned("sts", "GetCallerIdentity", &json!({}));
    request.body = body.to_owned().into();
    cloud.sign(&mut request, service, REGION);
    String::from_utf8(cloud.answer(&request).await.body.to_vec()).unwrap()
}

const ELB: &str = "Version=2015-12-01";
const EC2: &str = "Version=2016-11-15";

#[tokio::test]
async fn empty_members_are_left_out() {
    let cloud = Cloud::new();
    let vpcs = cloud.ok("ec2", "DescribeVpcs", json!({})).await;
    let vpc = text(&vpcs, "/Vpcs/0/VpcId");
    let subnets = cloud.ok("ec2", "DescribeSubnets", json!({})).await;
    let (one, two) = (text(&subnets, "/Subnets/0/SubnetId"), text(&subnets, "/Subnets/1/SubnetId"));
    let image = cloud.image().await;
    for (service, operation, members) in [
        (
            "elbv2",
            "CreateTargetGroup",
            format!(
                "{ELB}&Name=web&Protocol=TCP&Port=80&VpcId={vpc}&ProtocolVersion=&IpAddressType=\
                 &TargetType=&HealthCheckPath=&HealthCheckProtocol=&Matcher.HttpCode="
            ),
        ),
        (
            "elbv2",
            "CreateLoadBalancer",
            format!(
                "{ELB}&Name=web&Subnets.member.1={one}&Subnets.member.2={two}&Scheme=&Type=\
                 &IpAddressType=&CustomerOwnedIpv4Pool=&Tags.member.1.Key=k&Tags.member.1.Value="
            ),
        ),
        ("elbv2", "DescribeTargetGroups", format!("{ELB}&LoadBalancerArn=&Marker=&Names=")),
        (
            "ec2",
            "CreateVpc",
            format!("{EC2}&CidrBlock=10.0.0.0/16&InstanceTenancy=&Ipv4IpamPoolId="),
        ),
        (
            "ec2",
            "CreateSubnet",
            format!("{EC2}&CidrBlock=172.31.128.0/20&VpcId={vpc}&AvailabilityZone=&OutpostArn="),
        ),
        (
            "ec2",
            "RunInstances",
            format!(
                "{EC2}&ImageId={image}&MinCount=1&MaxCount=1&InstanceType=t3.micro&KeyName=\
                 &SubnetId=&UserData=&KernelId=&Placement.Tenancy=&Placement.GroupName=\
                 &InstanceInitiatedShutdownBehavior=&CreditSpecification.CpuCredits=standard\
                 &MetadataOptions.HttpTokens=&PrivateIpAddress="
            ),
        ),
        ("ec2", "DescribeVpcs", format!("{EC2}&NextToken=")),
    ] {
        let body = format!("Action={operation}&{members}");
        assert_eq!(asked(&cloud, service, operation, &body).await, None, "{body}");
    }
    let groups = cloud.ok("elbv2", "DescribeTargetGroups", json!({})).await;
    assert_eq!(groups["TargetGroups"][0]["TargetType"], "instance");
    assert!(groups["TargetGroups"][0].get("ProtocolVersion").is_none());
    let reservations = cloud.ok("ec2", "DescribeInstances", json!({})).await;
    let instance = &reservations["Reservations"][0]["Instances"][0];
    assert_eq!(instance["MetadataOptions"]["HttpTokens"], "required");
    assert_eq!(instance["Placement"]["Tenancy"], "default");
}

#[tokio::test]
async fn empty_members_that_mean_something_are_kept() {
    let cloud = Cloud::new();
    let id = cloud.run(1).await.remove(0);
    let tag =
        |value: &str| json!({ "Resources": [id], "Tags": [{ "Key": "stage", "Value": value }] });
    cloud.ok("ec2", "CreateTags", tag("live")).await;
    // Only a tag whose value is empty is meant.
    let body = format!("{EC2}&Action=DeleteTags&ResourceId.1={id}&Tag.1.Key=stage&Tag.1.Value=");
    assert_eq!(asked(&cloud, "ec2", "DeleteTags", &body).await, None);
    let tags = cloud.ok("ec2", "DescribeTags", json!({})).await;
    assert_eq!(tags["Tags"][0]["Value"], "live");
    // Nothing is looked for under an empty name, and an empty text is one to look for.
    let body = format!("{EC2}&Action=DescribeVpcAttribute&VpcId=&Attribute=enableDnsSupport");
    let refused = asked(&cloud, "ec2", "DescribeVpcAttribute", &body).await.unwrap();
    assert_eq!(refused.0, "InvalidVpcID.Malformed");
    let body = format!("{EC2}&Action=DescribeTags&Filter.1.Name=value&Filter.1.Value.1=");
    assert!(!answered(&cloud, "ec2", &body).await.contains("live"));
    let body = format!("{ELB}&Action=CreateTargetGroup&Name=&Protocol=HTTP&Port=80");
    let refused = asked(&cloud, "elbv2", "CreateTargetGroup", &body).await.unwrap();
    assert_eq!(refused.1, "Target group name cannot be blank");
    // A number has no empty form.
    let body = format!("{EC2}&Action=DescribeVpcs&MaxResults=");
    let refused = asked(&cloud, "ec2", "DescribeVpcs", &body).await.unwrap();
    assert_eq!(refused.0, "InvalidParameterValue");
}

#[tokio::test]
async fn lists_may_have_no_numbers_or_begin_with_zero() {
    let cloud = Cloud::new();
    let ids = cloud.run(2).await;
    cloud.ok("ec2", "CreateKeyPair", json!({ "KeyName": "mine" })).await;
    for (action, members) in [
        ("DescribeKeyPairs", "KeyName=mine".to_owned()),
        ("DescribeInstances", format!("InstanceId={}", ids[0])),
        ("DescribeInstances", format!("InstanceId.0={}&InstanceId.1={}", ids[0], ids[1])),
        ("CreateTags", format!("ResourceId.0={}&Tag.0.Key=a&Tag.0.Value=b", ids[0])),
    ] {
        let body = format!("Action={action}&{EC2}&{members}");
        assert_eq!(asked(&cloud, "ec2", action, &body).await, None, "{body}");
    }
    let body = format!("Action=DescribeKeyPairs&{EC2}&KeyName=other");
    let refused = asked(&cloud, "ec2", "DescribeKeyPairs", &body).await.unwrap();
    assert_eq!(refused.0, "InvalidKeyPair.NotFound");
    let tags = cloud.ok("ec2", "DescribeTags", json!({})).await;
    assert_eq!((count(&tags, "/Tags"), text(&tags, "/Tags/0/ResourceId")), (1, ids[0].clone()));
    let body = format!("Action=DescribeLoadBalancers&{ELB}&Names=absent");
    let refused = asked(&cloud, "elbv2", "DescribeLoadBalancers", &body).await.unwrap();
    assert_eq!(refused.0, "LoadBalancerNotFound");
    // What is a structure is none because of it.
    let body = format!("Action=DescribeVpcs&{EC2}&Filter=x");
    let refused = asked(&cloud, "ec2", "DescribeVpcs", &body).await.unwrap();
    assert_eq!(refused.0, "InvalidParameterValue");
}

#[tokio::test]
async fn answers_are_in_the_namespace_of_the_version_that_was_asked_in() {
    let cloud = Cloud::new();
    for version in ["2016-11-15", "2013-10-15", "2010-08-31"] {
        let body = format!("Action=DescribeRegions&Version={version}");
        let answer = answered(&cloud, "ec2", &body).await;
        let root =
            format!("<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/{version}/\">");
        assert!(answer.contains(&root), "{answer}");
    }
    let body = "Action=CreateVpc&Version=2013-10-15&CidrBlock=10.1.0.0/16";
    let answer = answered(&cloud, "ec2", body).await;
    assert!(answer.contains("http://ec2.amazonaws.com/doc/2013-10-15/\""), "{answer}");
    let answer = answered(&cloud, "elbv2", &format!("Action=DescribeLoadBalancers&{ELB}")).await;
    assert!(answer.contains("http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\""));
    let mut request = cloud.unsigned("ec2", "DescribeRegions", &json!({}));
    cloud.sign(&mut request, "ec2", REGION);
    assert!(decoded("ec2", "DescribeRegions", &cloud.answer(&request).await).is_ok());
}

/// What asks for what is so anyway is taken; what asks for more is not accepted and dropped.
#[tokio::test]
async fn members_that_change_nothing_are_taken_and_others_refused() {
    let cloud = Cloud::new();
    let subnets = cloud.ok("ec2", "DescribeSubnets", json!({})).await;
    let (one, two) = (text(&subnets, "/Subnets/0/SubnetId"), text(&subnets, "/Subnets/1/SubnetId"));
    let vpc = text(&subnets, "/Subnets/0/VpcId");
    let image = cloud.image().await;
    let launch = |member: &str, value: &str| {
        format!(
            "Action=RunInstances&{EC2}&ImageId={image}&InstanceType=t3.micro&MinCount=1&MaxCount=1\
             &{member}={value}"
        )
    };
    let subnet = |member: &str, value: &str| {
        format!("Action=ModifySubnetAttribute&{EC2}&SubnetId={one}&{member}.Value={value}")
    };
    let balancer = |member: &str, value: &str| {
        format!(
            "Action=CreateLoadBalancer&{ELB}&Name=a&Subnets.member.1={one}&Subnets.member.2={two}\
             &{member}={value}"
        )
    };
    let group = |member: &str, value: &str| {
        format!(
            "Action=CreateTargetGroup&{ELB}&Name=a&Protocol=HTTP&Port=80&VpcId={vpc}&{member}={value}"
        )
    };
    for (service, request, member, taken, refused) in [
        (
            "ec2",
            &launch as &dyn Fn(&str, &str) -> String,
            "HibernationOptions.Configured",
            "false",
            "true",
        ),
        ("ec2", &launch, "EnclaveOptions.Enabled", "false", "true"),
        ("ec2", &launch, "Ipv6AddressCount", "0", "1"),
        ("ec2", &launch, "PrivateDnsNameOptions.HostnameType", "ip-name", "resource-name"),
        (
            "ec2",
            &launch,
            "CapacityReservationSpecification.CapacityReservationPreference",
            "open",
            "none",
        ),
        ("ec2", &subnet, "EnableDns64", "false", "true"),
        ("ec2", &subnet, "AssignIpv6AddressOnCreation", "false", "true"),
        ("elbv2", &balancer, "IpAddressType", "ipv4", "dualstack"),
        ("elbv2", &balancer, "Type", "application", "gateway"),
        ("elbv2", &group, "ProtocolVersion", "HTTP1", "GRPC"),
        ("elbv2", &group, "HealthCheckProtocol", "HTTP", "HTTPS"),
        ("elbv2", &group, "TargetType", "instance", "lambda"),
    ] {
        let answer = answered(&cloud, service, &request(member, taken)).await;
        assert!(!answer.contains("<Error>"), "{member}={taken}: {answer}");
        let answer = answered(&cloud, service, &request(member, refused)).await;
        assert!(answer.contains("<Code>NotImplemented</Code>"), "{member}={refused}: {answer}");
    }
}
