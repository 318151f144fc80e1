"""boto3 and aws-cli against the local AWS."""

import base64
import os
import re
import subprocess
import sys

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from conftest import SCRIPT, fetch, wait_until


def error_of(call, *arguments, **options):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def an_image(ec2):
    images = ec2.describe_images(Owners=["amazon"])["Images"]
    return next(i["ImageId"] for i in images if i["Architecture"] == "x86_64")


def launch(ec2, **options):
    options = {"ImageId": an_image(ec2), "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **options}
    return ec2.run_instances(**options)["Instances"]


def reached(elb, arn, port=80):
    """Where a load balancer's listener is found: the system's tags say it."""
    tags = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
    return next(t["Value"] for t in tags if t["Key"] == f"aws:isobar:listener:{port}")


def test_identity(aws, server):
    identity = aws("sts").get_caller_identity()
    account = server.endpoints["aws"]["account_id"]
    assert identity["Account"] == account
    assert identity["Arn"] == f"arn:aws:iam::{account}:root"


def test_wrong_keys(aws):
    sts = aws("sts", aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    assert error_of(sts.get_caller_identity) == ("InvalidClientTokenId", 403)
    sts = aws("sts", aws_secret_access_key="wrong")
    assert error_of(sts.get_caller_identity) == ("SignatureDoesNotMatch", 403)
    ec2 = aws("ec2", aws_secret_access_key="wrong")
    assert error_of(ec2.describe_instances) == ("AuthFailure", 401)


def test_regions_zones_types_and_images(aws):
    ec2 = aws("ec2")
    regions = {r["RegionName"] for r in ec2.describe_regions()["Regions"]}
    assert {"us-east-1", "eu-central-1", "ap-southeast-2"} <= regions
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    assert all(z["RegionName"] == "us-east-1" and z["State"] == "available" for z in zones)
    types = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert types[0]["VCpuInfo"]["DefaultVCpus"] == 2
    assert types[0]["MemoryInfo"]["SizeInMiB"] == 1024
    pages = list(ec2.get_paginator("describe_instance_types").paginate(PaginationConfig={"PageSize": 5}))
    assert len(pages) > 1
    assert error_of(ec2.describe_images, ImageIds=["ami-00000000000000000"]) == (
        "InvalidAMIID.NotFound",
        400,
    )


def test_default_network(aws):
    ec2 = aws("ec2", region="eu-west-1")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert len(vpcs) == 1 and vpcs[0]["CidrBlock"] == "172.31.0.0/16"
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}])["Subnets"]
    assert len({s["AvailabilityZone"] for s in subnets}) == len(subnets) >= 2


def test_network_dependencies(aws):
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(
        CidrBlock="10.9.0.0/16",
        TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "nine"}]}],
    )["Vpc"]
    assert vpc["Tags"] == [{"Key": "Name", "Value": "nine"}]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.9.1.0/24")["Subnet"]
    assert error_of(ec2.create_subnet, VpcId=vpc["VpcId"], CidrBlock="10.9.1.0/24") == (
        "InvalidSubnet.Conflict",
        400,
    )
    assert error_of(ec2.create_subnet, VpcId=vpc["VpcId"], CidrBlock="10.10.0.0/24") == (
        "InvalidSubnet.Range",
        400,
    )
    assert error_of(ec2.delete_vpc, VpcId=vpc["VpcId"]) == ("DependencyViolation", 400)
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    assert error_of(ec2.describe_vpcs, VpcIds=[vpc["VpcId"]]) == ("InvalidVpcID.NotFound", 400)
    assert error_of(ec2.create_vpc, CidrBlock="10.0.0.0/8") == ("InvalidVpc.Range", 400)


def test_security_groups(aws):
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="web", Description="web servers")["GroupId"]
    assert error_of(ec2.create_security_group, GroupName="web", Description="again") == (
        "InvalidGroup.Duplicate",
        400,
    )
    http = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[http])
    again = error_of(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[http])
    assert again == ("InvalidPermission.Duplicate", 400)
    described = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert described["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "all"}]
    assert described["IpPermissionsEgress"][0]["IpProtocol"] == "-1"
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    assert sorted(r["IsEgress"] for r in rules["SecurityGroupRules"]) == [False, True]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[http])
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []
    ec2.delete_security_group(GroupId=group)
    assert error_of(ec2.delete_security_group, GroupId=group) == ("InvalidGroup.NotFound", 400)


def test_rules_are_changed_in_place(aws):
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="changing", Description="x")["GroupId"]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    added = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh])
    rule = added["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def shown():
        return ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]

    wanted = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54, "CidrIpv4": "10.0.0.0/8", "Description": "names"}
    update = {"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}
    assert ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[update])["Return"] is True
    assert wanted.items() <= shown().items()
    two = {"SecurityGroupRuleId": rule, "SecurityGroupRule": {**wanted, "CidrIpv6": "::/0"}}
    refused = error_of(ec2.modify_security_group_rules, GroupId=group, SecurityGroupRules=[two])
    assert refused == ("InvalidParameterCombination", 400)

    domain = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54}
    domain["IpRanges"] = [{"CidrIp": "10.0.0.0/8", "Description": "domain"}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[domain])
    assert shown()["Description"] == "domain"
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=group, SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule}]
    )
    assert "Description" not in shown()
    out = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "out"}]}
    ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=[out])
    described = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert described["IpPermissionsEgress"][0]["IpRanges"] == out["IpRanges"]
    ec2.delete_security_group(GroupId=group)


def test_an_interface_is_changed(aws):
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="moved-to", Description="x")["GroupId"]
    instance = launch(ec2)[0]
    interface = instance["NetworkInterfaces"][0]
    own = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
    ec2.modify_network_interface_attribute(**own, Groups=[group])
    ec2.modify_network_interface_attribute(**own, Description={"Value": "first"})
    ec2.modify_network_interface_attribute(**own, SourceDestCheck={"Value": False})
    kept = {"AttachmentId": interface["Attachment"]["AttachmentId"], "DeleteOnTermination": False}
    ec2.modify_network_interface_attribute(**own, Attachment=kept)
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=list(own.values()))["NetworkInterfaces"][0]
    assert [g["GroupId"] for g in shown["Groups"]] == [group]
    assert (shown["Description"], shown["SourceDestCheck"]) == ("first", False)
    assert shown["Attachment"]["DeleteOnTermination"] is False
    kept = {**kept, "DeleteOnTermination": True}
    ec2.modify_network_interface_attribute(**own, Attachment=kept)
    both = error_of(
        ec2.modify_network_interface_attribute, **own, Groups=[group], Description={"Value": ""}
    )
    assert both == ("InvalidParameterCombination", 400)
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance["InstanceId"]])
    ec2.delete_security_group(GroupId=group)


def test_key_pairs(aws):
    ec2 = aws("ec2")
    pair = ec2.create_key_pair(KeyName="mine")
    assert pair["KeyMaterial"].startswith("-----BEGIN")
    assert error_of(ec2.create_key_pair, KeyName="mine") == ("InvalidKeyPair.Duplicate", 400)
    found = ec2.describe_key_pairs(KeyNames=["mine"])["KeyPairs"][0]
    assert found["KeyPairId"] == pair["KeyPairId"] and found["KeyFingerprint"] == pair["KeyFingerprint"]
    ec2.delete_key_pair(KeyName="mine")
    assert error_of(ec2.describe_key_pairs, KeyNames=["mine"]) == ("InvalidKeyPair.NotFound", 400)


def test_instance_life(aws):
    ec2 = aws("ec2")
    instance = launch(
        ec2,
        UserData=SCRIPT,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "life"}]}],
    )[0]
    ids = [instance["InstanceId"]]
    assert instance["State"] == {"Code": 0, "Name": "pending"}
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})

    def described():
        return ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]

    running = described()
    address = running["PublicIpAddress"]
    assert address.startswith("127.") and running["PrivateIpAddress"] == address
    wait_until(lambda: answers(f"http://{address}:8080/", "hello"), what="the machine's answer")
    output = ec2.get_console_output(InstanceId=ids[0])
    assert "serving" in output["Output"]

    ec2.create_tags(Resources=ids, Tags=[{"Key": "role", "Value": "test"}])
    found = ec2.describe_instances(Filters=[{"Name": "tag:role", "Values": ["te*"]}])
    assert [i["InstanceId"] for r in found["Reservations"] for i in r["Instances"]] == ids

    ec2.stop_instances(InstanceIds=ids)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    assert not answers(f"http://{address}:8080/", "hello")
    ec2.start_instances(InstanceIds=ids)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    assert described()["PrivateIpAddress"] == address
    ec2.reboot_instances(InstanceIds=ids)
    # User data runs in the first boot alone.
    ran = "its user data ran in its first boot"
    wait_until(
        lambda: ec2.get_console_output(InstanceId=ids[0])["Output"].count(ran) == 2, what="the second boot and the third"
    )
    assert not answers(f"http://{address}:8080/", "hello")
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    assert not answers(f"http://{address}:8080/", "hello")
    assert described()["State"] == {"Code": 48, "Name": "terminated"}
    assert error_of(ec2.start_instances, InstanceIds=ids) == ("IncorrectInstanceState", 400)


def test_a_machine_goes_on_when_its_script_has_ended_and_stops_when_it_is_shut_down(aws):
    ec2 = aws("ec2")
    ends = launch(ec2, UserData="#!/bin/sh\necho done\nexit 3\n")[0]["InstanceId"]
    down = launch(ec2, UserData="#!/bin/sh\nshutdown -h now\n")[0]["InstanceId"]
    gone = launch(ec2, UserData="#!/bin/sh\npoweroff\n", InstanceInitiatedShutdownBehavior="terminate")[0]["InstanceId"]

    def described(instance):
        return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    for instance, state in ((down, "stopped"), (gone, "terminated")):
        wait_until(lambda: described(instance)["State"]["Name"] == state, what="the end of the machine")
        assert described(instance)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    said = "exited with status 3"
    wait_until(lambda: said in ec2.get_console_output(InstanceId=ends).get("Output", ""), what="the end of the script")
    assert described(ends)["State"]["Name"] == "running"
    ec2.terminate_instances(InstanceIds=[ends, down])


def answers(url, text):
    try:
        status, body = fetch(url, timeout=2)
    except OSError:
        return False
    return status == 200 and text in body


def test_run_instances_errors(aws):
    ec2 = aws("ec2")
    image = an_image(ec2)
    once = {"MinCount": 1, "MaxCount": 1}
    assert error_of(ec2.run_instances, ImageId="ami-00000000000000000", **once) == (
        "InvalidAMIID.NotFound",
        400,
    )
    assert error_of(ec2.run_instances, ImageId="nonsense", **once) == ("InvalidAMIID.Malformed", 400)
    assert error_of(ec2.run_instances, ImageId=image, InstanceType="x9.huge", **once) == (
        "InvalidParameterValue",
        400,
    )
    assert error_of(ec2.run_instances, ImageId=image, MinCount=2, MaxCount=1)[1] == 400
    dry = error_of(ec2.run_instances, ImageId=image, DryRun=True, **once)
    assert dry == ("DryRunOperation", 412)
    missing = ["i-00000000000000000"]
    assert error_of(ec2.describe_instances, InstanceIds=missing) == ("InvalidInstanceID.NotFound", 400)
    assert error_of(ec2.describe_instances, InstanceIds=["nonsense"]) == (
        "InvalidInstanceID.Malformed",
        400,
    )
    wrong = [{"Name": "no-such-filter", "Values": ["x"]}]
    assert error_of(ec2.describe_instances, Filters=wrong) == ("InvalidParameterValue", 400)


def test_client_tokens(aws):
    ec2 = aws("ec2")
    first = launch(ec2, ClientToken="once-only")
    second = launch(ec2, ClientToken="once-only")
    assert [i["InstanceId"] for i in first] == [i["InstanceId"] for i in second]
    with pytest.raises(ClientError) as caught:
        launch(ec2, ClientToken="once-only", InstanceType="t3.small")
    assert caught.value.response["Error"]["Code"] == "IdempotentParameterMismatch"
    ec2.terminate_instances(InstanceIds=[first[0]["InstanceId"]])


def test_what_is_not_built_says_so(aws):
    assert error_of(aws("ec2").describe_vpn_gateways) == ("NotImplemented", 501)


def test_load_balancer_serves(aws):
    ec2, elb = aws("ec2"), aws("elbv2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    instances = [i["InstanceId"] for i in launch(ec2, MinCount=2, MaxCount=2, UserData=SCRIPT)]
    ec2.get_waiter("instance_running").wait(InstanceIds=instances, WaiterConfig={"Delay": 1})
    group = elb.create_target_group(
        Name="web",
        Protocol="HTTP",
        Port=8080,
        VpcId=vpc,
        HealthCheckPath="/",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(Name="web", Subnets=[s["SubnetId"] for s in subnets])[
        "LoadBalancers"
    ][0]
    arn = balancer["LoadBalancerArn"]
    again = elb.create_load_balancer(Name="web", Subnets=[s["SubnetId"] for s in subnets])
    assert again["LoadBalancers"][0]["LoadBalancerArn"] == arn
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
    duplicate = error_of(
        elb.create_listener, LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward
    )
    assert duplicate == ("DuplicateListener", 400)
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": i} for i in instances])
    elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, WaiterConfig={"Delay": 1})
    assert error_of(elb.delete_target_group, TargetGroupArn=group) == ("ResourceInUse", 400)
    name = elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["DNSName"]
    assert name == balancer["DNSName"]
    place = reached(elb, arn)
    assert place.startswith(f"{name}:")
    seen = {fetch(f"http://{place}/")[1] for _ in range(10)}
    assert len(seen) == 2 and all(text.startswith("hello from 127.") for text in seen)
    ec2.terminate_instances(InstanceIds=instances)
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_target_group(TargetGroupArn=group)
    assert error_of(elb.describe_load_balancers, LoadBalancerArns=[arn]) == ("LoadBalancerNotFound", 400)


def test_aws_cli(server):
    aws = server.endpoints["aws"]
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": aws["url"],
        "AWS_ACCESS_KEY_ID": aws["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    cli = os.path.join(os.path.dirname(sys.executable), "aws")

    def run(*arguments):
        result = subprocess.run(
            [sys.executable, cli, *arguments], env=environment, capture_output=True, text=True, timeout=60
        )
        return result.returncode, result.stdout + result.stderr

    code, output = run("sts", "get-caller-identity", "--query", "Account", "--output", "text")
    assert (code, output.strip()) == (0, aws["account_id"])
    code, output = run("ec2", "describe-instances", "--instance-ids", "i-00000000000000000")
    assert code == 255 and "InvalidInstanceID.NotFound" in output


def test_background_examples(aws):
    """The EC2 examples of the guides, as written but for the endpoint."""
    ec2 = aws("ec2")
    instances = []
    for reservation in ec2.describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            instances.append(
                {
                    "InstanceId": instance["InstanceId"],
                    "State": instance["State"]["Name"],
                    "InstanceType": instance["InstanceType"],
                }
            )
    ids = [i["InstanceId"] for i in launch(ec2)]
    try:
        ec2.terminate_instances(InstanceIds=ids, DryRun=True)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "DryRunOperation"
    ec2.terminate_instances(InstanceIds=ids, DryRun=False)


def test_user_data_is_what_was_sent(aws):
    ec2 = aws("ec2")
    instance = launch(ec2, UserData="#!/bin/sh\nexec sleep 60\n")[0]["InstanceId"]
    attribute = ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")
    assert base64.b64decode(attribute["UserData"]["Value"]) == b"#!/bin/sh\nexec sleep 60\n"
    ec2.terminate_instances(InstanceIds=[instance])


def reader(server):
    """What makes a client of the user who may only read."""
    key = server.endpoints["aws"]["read_only"]
    return {
        "aws_access_key_id": key["access_key_id"],
        "aws_secret_access_key": key["secret_access_key"],
    }


def test_the_read_only_user(aws, server):
    """One dry run, two answers: it tells whether the caller has the right."""
    account = server.endpoints["aws"]["account_id"]
    arn = f"arn:aws:iam::{account}:user/isobar-read-only"
    identity = aws("sts", **reader(server)).get_caller_identity()
    assert identity["Arn"] == arn and identity["Account"] == account
    assert identity["UserId"].startswith("AIDA") and len(identity["UserId"]) == 21

    ec2 = aws("ec2", **reader(server))
    assert ec2.describe_vpcs()["Vpcs"]
    launch = {"ImageId": an_image(ec2), "MinCount": 1, "MaxCount": 1}
    assert error_of(aws("ec2").run_instances, DryRun=True, **launch) == ("DryRunOperation", 412)
    assert error_of(ec2.run_instances, DryRun=True, **launch) == ("UnauthorizedOperation", 403)
    with pytest.raises(ClientError) as caught:
        ec2.run_instances(**launch)
    assert caught.value.response["Error"]["Message"] == (
        f"You are not authorized to perform this operation. User: {arn} is not authorized to "
        f"perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:{account}:instance/* "
        "because no identity-based policy allows the ec2:RunInstances action"
    )
    # Whether a thing is there is told to those who may touch it.
    missing = "i-00000000000000000"
    refused = error_of(ec2.terminate_instances, InstanceIds=[missing])
    assert refused == ("UnauthorizedOperation", 403)

    elbv2 = aws("elbv2", **reader(server))
    assert elbv2.describe_load_balancers()["LoadBalancers"] is not None
    assert error_of(elbv2.create_target_group, Name="a") == ("AccessDenied", 403)


def documented_filters(ec2, operation):
    """The names of the filters that the vendor's own SDK documents, without those of tags."""
    members = ec2.meta.service_model.operation_model(operation).input_shape.members
    items, depth = [], 0
    for part in re.split(r"(</?ul>)", members["Filters"].documentation):
        if part in ("<ul>", "</ul>"):
            depth += 1 if part == "<ul>" else -1
        elif depth == 1:
            # Lists within are of values.
            items += re.findall(r"<li>\s*<p>(.*?)</p>", part, re.S)
    names = []
    for item in items:
        start = re.match(r"\s*((?:<code>[^<]+</code>(?:\s*(?:\||or|,)\s*)?)+)\s*[-\u2013:]", item)
        names += re.findall(r"<code>([^<]+)</code>", start.group(1)) if start else []
    # Some write `<code>tag</code>:&lt;key&gt;`.
    return [name for name in names if name != "tag" and not name.startswith("tag:")]


def test_documented_filters_are_known(aws):
    """What is not built says so; no name that the vendor documents is an invalid one."""
    ec2 = aws("ec2")
    asked = 0
    # Rules' groups are filtered by ids that have an id's form.
    formed = {("DescribeSecurityGroupRules", "group-id"): "sg-005216b55886f0fdc"}
    for operation in ec2.meta.service_model.operation_names:
        members = ec2.meta.service_model.operation_model(operation).input_shape
        if not operation.startswith("Describe") or members is None or "Filters" not in members.members:
            continue
        call = getattr(ec2, xform_name(operation))
        required = members.required_members
        if required or not is_served(call):
            continue
        for name in documented_filters(ec2, operation):
            try:
                value = formed.get((operation, name), "nothing-has-this")
                call(Filters=[{"Name": name, "Values": [value]}])
            except ClientError as error:
                assert error.response["Error"]["Code"] == "NotImplemented", (operation, name)
                assert "filter" in error.response["Error"]["Message"], (operation, name)
            asked += 1
    assert asked > 400


def is_served(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] != "NotImplemented"
    return True
