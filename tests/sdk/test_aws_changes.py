"""boto3 against the local AWS: what exists is changed, looked at again, and taken away."""

import base64
import hashlib
import urllib.error
import urllib.request

import pytest
from test_aws import error_of, launch, reached

# The middle of a public key as ssh-keygen writes it.
BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIPYtZ5JxmBRBLBnJTJPrqGZVgMGRDm2Gtw6QmBbMgWQk"


def test_the_account(aws):
    ec2 = aws("ec2")

    def values(*names):
        found = ec2.describe_account_attributes(AttributeNames=list(names))["AccountAttributes"]
        return {a["AttributeName"]: [v["AttributeValue"] for v in a["AttributeValues"]] for a in found}

    default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    assert values("default-vpc", "supported-platforms") == {"default-vpc": [default], "supported-platforms": ["VPC"]}
    assert {"max-instances", "max-elastic-ips", "vpc-max-security-groups-per-interface"} <= set(values())
    assert error_of(values, "no-such-attribute") == ("InvalidParameterValue", 400)


def test_a_network_is_changed(aws):
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.19.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.19.1.0/24")["Subnet"]
    assert subnet["MapPublicIpOnLaunch"] is False

    def attribute(name):
        member = name[0].upper() + name[1:]
        return ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)[member]["Value"]

    assert (attribute("enableDnsSupport"), attribute("enableDnsHostnames")) == (True, False)
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert (attribute("enableDnsSupport"), attribute("enableDnsHostnames")) == (True, True)
    both = {"EnableDnsHostnames": {"Value": False}, "EnableDnsSupport": {"Value": False}}
    assert error_of(ec2.modify_vpc_attribute, VpcId=vpc, **both) == ("InvalidParameterCombination", 400)
    assert error_of(attribute, "noSuchAttribute") == ("InvalidParameterValue", 400)

    # What is launched in the subnet has a public address from then on, and a public name.
    ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": True})
    shown = ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]
    assert shown == {**subnet, "MapPublicIpOnLaunch": True}
    instance = launch(ec2, SubnetId=subnet["SubnetId"])[0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    running = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert running["PublicIpAddress"] and running["PublicDnsName"]
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)


def test_what_leaves_a_group_is_restricted(aws):
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.29.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="out", Description="x", VpcId=vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    https = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]

    def out():
        return ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]

    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    assert out() == []
    # Elsewhere than in the default network.
    again = error_of(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=everything)
    assert again == ("InvalidPermission.NotFound", 400)
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "why", "Value": "updates"}]}]
    rule = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=https, TagSpecifications=tags)
    rule = rule["SecurityGroupRules"][0]
    wanted = {"IsEgress": True, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "10.0.0.0/8"}
    assert {**wanted, "GroupId": group, "Tags": tags[0]["Tags"]}.items() <= rule.items()
    assert [(p["FromPort"], p["IpRanges"]) for p in out()] == [(443, https[0]["IpRanges"])]
    again = error_of(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=https)
    assert again == ("InvalidPermission.Duplicate", 400)
    ids = [rule["SecurityGroupRuleId"]]
    revoked = ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=ids)
    assert [r["SecurityGroupRuleId"] for r in revoked["RevokedSecurityGroupRules"]] == ids and out() == []
    gone = error_of(ec2.describe_security_group_rules, SecurityGroupRuleIds=ids)
    assert gone == ("InvalidSecurityGroupRuleId.NotFound", 400)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def test_tags_are_taken_off(aws):
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="tagged", Description="x")["GroupId"]
    tags = [{"Key": key, "Value": "1"} for key in ("a", "b", "c", "d")]
    ec2.create_tags(Resources=[group], Tags=tags)

    def kept():
        found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [group]}])["Tags"]
        assert all(tag["ResourceType"] == "security-group" for tag in found)
        return "".join(tag["Key"] for tag in found)

    # A value that is given has to be the tag's.
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "a"}, {"Key": "b", "Value": "1"}, {"Key": "c", "Value": "2"}])
    assert kept() == "cd"
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "c", "Value": ""}])
    assert kept() == "cd"
    ec2.delete_tags(Resources=[group])
    assert kept() == ""
    ec2.delete_security_group(GroupId=group)


def test_a_key_pair_is_imported(aws):
    ec2 = aws("ec2")
    mine = {"KeyName": "imported", "PublicKeyMaterial": f"ssh-ed25519 {BLOB} me@home\n".encode()}
    pair = ec2.import_key_pair(**mine)
    assert pair["KeyFingerprint"] == base64.b64encode(hashlib.sha256(base64.b64decode(BLOB)).digest()).decode()
    assert error_of(ec2.import_key_pair, **mine) == ("InvalidKeyPair.Duplicate", 400)
    nonsense = {"KeyName": "nonsense", "PublicKeyMaterial": b"ssh-ed25519 AAAA"}
    assert error_of(ec2.import_key_pair, **nonsense) == ("InvalidKey.Format", 400)
    found = ec2.describe_key_pairs(KeyPairIds=[pair["KeyPairId"]], IncludePublicKey=True)["KeyPairs"][0]
    assert found["KeyName"] == "imported" and found["KeyType"] == "ed25519"
    assert found["PublicKey"].startswith(f"ssh-ed25519 {BLOB}")
    assert ec2.delete_key_pair(KeyPairId=pair["KeyPairId"])["KeyPairId"] == pair["KeyPairId"]
    missing = error_of(ec2.describe_key_pairs, KeyPairIds=[pair["KeyPairId"]])
    assert missing == ("InvalidKeyPair.NotFound", 400)


def test_an_instance_is_changed(aws):
    ec2 = aws("ec2")
    instance = launch(ec2)[0]["InstanceId"]
    ids, own = [instance], {"InstanceId": instance}
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})

    def described():
        return ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]

    for call, on_the_way, then in (
        (ec2.monitor_instances, "pending", "enabled"),
        (ec2.unmonitor_instances, "disabling", "disabled"),
    ):
        told = call(InstanceIds=ids)["InstanceMonitorings"]
        assert told == [{**own, "Monitoring": {"State": on_the_way}}]
        assert described()["Monitoring"] == {"State": then}

    ec2.modify_instance_attribute(**own, DisableApiTermination={"Value": True})
    shown = ec2.describe_instance_attribute(**own, Attribute="disableApiTermination")
    assert shown["DisableApiTermination"] == {"Value": True}
    assert error_of(ec2.terminate_instances, InstanceIds=ids) == ("OperationNotPermitted", 400)
    ec2.modify_instance_attribute(**own, Attribute="disableApiTermination", Value="false")

    larger = {**own, "InstanceType": {"Value": "t3.small"}}
    assert error_of(ec2.modify_instance_attribute, **larger) == ("IncorrectInstanceState", 400)
    ec2.stop_instances(InstanceIds=ids)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    ec2.modify_instance_attribute(**larger)
    ec2.modify_instance_attribute(**own, UserData={"Value": b"#!/bin/sh\n"})
    assert described()["InstanceType"] == "t3.small"
    data = ec2.describe_instance_attribute(**own, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data) == b"#!/bin/sh\n"
    both = {"SourceDestCheck": {"Value": False}, "EbsOptimized": {"Value": False}}
    assert error_of(ec2.modify_instance_attribute, **own, **both) == ("InvalidParameterCombination", 400)
    ec2.terminate_instances(InstanceIds=ids)


def test_what_an_instance_leaves_is_deleted(aws):
    ec2 = aws("ec2")
    instance = launch(ec2)[0]
    ids = [instance["InstanceId"]]
    interface = instance["NetworkInterfaces"][0]
    own = {"NetworkInterfaceId": interface["NetworkInterfaceId"]}
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})

    def root():
        found = ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]
        return found["BlockDeviceMappings"][0]

    assert root()["Ebs"]["DeleteOnTermination"] is True
    kept = {"DeviceName": root()["DeviceName"], "Ebs": {"DeleteOnTermination": False}}
    ec2.modify_instance_attribute(InstanceId=ids[0], BlockDeviceMappings=[kept])
    assert root()["Ebs"]["DeleteOnTermination"] is False
    attachment = {"AttachmentId": interface["Attachment"]["AttachmentId"], "DeleteOnTermination": False}
    ec2.modify_network_interface_attribute(**own, Attachment=attachment)
    volume = {"VolumeId": root()["Ebs"]["VolumeId"]}
    assert error_of(ec2.delete_volume, **volume) == ("VolumeInUse", 400)
    assert error_of(ec2.delete_network_interface, **own) == ("InvalidParameterValue", 400)

    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
    left = ec2.describe_volumes(VolumeIds=[volume["VolumeId"]])["Volumes"][0]
    assert (left["State"], left["Attachments"]) == ("available", [])
    left = ec2.describe_network_interfaces(NetworkInterfaceIds=list(own.values()))["NetworkInterfaces"][0]
    assert left["Status"] == "available" and "Attachment" not in left
    ec2.delete_volume(**volume)
    ec2.delete_network_interface(**own)
    assert error_of(ec2.delete_volume, **volume) == ("InvalidVolume.NotFound", 400)
    assert error_of(ec2.delete_network_interface, **own) == ("InvalidNetworkInterfaceID.NotFound", 400)


# Load balancers


@pytest.fixture
def default_subnets(aws):
    found = aws("ec2").describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return sorted(found, key=lambda subnet: subnet["AvailabilityZone"])


def values_of(answer):
    return {a["Key"]: a["Value"] for a in answer["Attributes"]}


def test_a_load_balancer_is_changed(aws, default_subnets):
    ec2, elb = aws("ec2"), aws("elbv2")
    first, second, third = [subnet["SubnetId"] for subnet in default_subnets[:3]]
    vpc = default_subnets[0]["VpcId"]
    made = elb.create_load_balancer(Name="changed", Subnets=[first, second])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    own = {"LoadBalancerArn": arn}

    def shown():
        return elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]

    told = elb.set_subnets(**own, Subnets=[third, second])["AvailabilityZones"]
    assert [zone["SubnetId"] for zone in told] == [second, third]
    assert shown()["AvailabilityZones"] == told
    assert error_of(elb.set_subnets, **own, Subnets=[first]) == ("ValidationError", 400)
    missing = error_of(elb.set_subnets, **own, Subnets=[first, "subnet-00000000000000000"])
    assert missing == ("SubnetNotFound", 400)

    group = ec2.create_security_group(GroupName="of-balancer", Description="x", VpcId=vpc)["GroupId"]
    assert made["SecurityGroups"] != [group]
    assert elb.set_security_groups(**own, SecurityGroups=[group])["SecurityGroupIds"] == [group]
    assert shown()["SecurityGroups"] == [group]
    missing = error_of(elb.set_security_groups, **own, SecurityGroups=["sg-00000000000000000"])
    assert missing == ("InvalidSecurityGroup", 400)
    assert elb.set_ip_address_type(**own, IpAddressType="ipv4")["IpAddressType"] == "ipv4"
    assert shown()["IpAddressType"] == "ipv4"
    assert elb.describe_capacity_reservation(**own)["CapacityReservationState"] == []

    elb.add_tags(ResourceArns=[arn], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    elb.add_tags(ResourceArns=[arn], Tags=[{"Key": "a", "Value": "2"}])
    elb.remove_tags(ResourceArns=[arn], TagKeys=["b", "never-there"])
    assert elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == [{"Key": "a", "Value": "2"}]
    reserved = error_of(elb.add_tags, ResourceArns=[arn], Tags=[{"Key": "aws:a"}])
    assert reserved == ("ValidationError", 400)

    before = values_of(elb.describe_load_balancer_attributes(**own))
    assert (before["deletion_protection.enabled"], before["idle_timeout.timeout_seconds"]) == ("false", "60")
    changes = {"deletion_protection.enabled": "true", "idle_timeout.timeout_seconds": "30"}

    def change(**values):
        attributes = [{"Key": key, "Value": value} for key, value in values.items()]
        return values_of(elb.modify_load_balancer_attributes(**own, Attributes=attributes))

    assert change(**changes) == {**before, **changes}
    assert values_of(elb.describe_load_balancer_attributes(**own)) == {**before, **changes}
    assert error_of(change, **{"idle_timeout.timeout_seconds": "4001"}) == ("ValidationError", 400)
    assert error_of(elb.delete_load_balancer, **own) == ("OperationNotPermitted", 400)
    change(**{"deletion_protection.enabled": "false"})
    elb.delete_load_balancer(**own)
    ec2.delete_security_group(GroupId=group)


def test_a_listener_and_its_target_group_are_changed(aws, default_subnets):
    elb = aws("elbv2")
    subnets, vpc = [subnet["SubnetId"] for subnet in default_subnets[:2]], default_subnets[0]["VpcId"]
    balancer = elb.create_load_balancer(Name="listening", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [
        elb.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]
        for name in ("blue", "green")
    ]
    blue, green = [group["TargetGroupArn"] for group in groups]
    to = lambda group: {"DefaultActions": [{"Type": "forward", "TargetGroupArn": group}]}
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, **to(blue))
    own = {"ListenerArn": listener["Listeners"][0]["ListenerArn"]}

    def rule():
        rules = elb.describe_rules(**own)["Rules"]
        assert [(r["IsDefault"], r["Priority"], r["Conditions"]) for r in rules] == [(True, "default", [])]
        assert elb.describe_rules(RuleArns=[rules[0]["RuleArn"]])["Rules"] == rules
        return rules[0]["Actions"][0]["TargetGroupArn"]

    assert rule() == blue
    changed = elb.modify_listener(**own, Port=81, **to(green))["Listeners"][0]
    assert changed["Port"] == 81 and changed["DefaultActions"][0]["TargetGroupArn"] == green
    assert elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"] == [changed]
    assert rule() == green
    other = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, **to(blue))["Listeners"][0]
    assert error_of(elb.modify_listener, **own, Port=80) == ("DuplicateListener", 400)
    elb.delete_listener(ListenerArn=other["ListenerArn"])

    def server():
        """What the listener calls itself where nothing is behind it."""
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"http://{reached(elb, balancer, 81)}/", timeout=5)
        assert caught.value.code == 503
        return caught.value.headers["server"]

    elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer], WaiterConfig={"Delay": 1})
    key = "routing.http.response.server.enabled"
    assert values_of(elb.describe_listener_attributes(**own))[key] == "true"
    assert server() == "awselb/2.0"
    changed = elb.modify_listener_attributes(**own, Attributes=[{"Key": key, "Value": "false"}])
    assert values_of(changed)[key] == "false" and changed == elb.describe_listener_attributes(**own) | {
        "ResponseMetadata": changed["ResponseMetadata"]
    }
    assert server() is None

    check = {"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 10, "Matcher": {"HttpCode": "200-299"}}
    changed = elb.modify_target_group(TargetGroupArn=green, **check)["TargetGroups"]
    assert changed == [{**groups[1], **check, "LoadBalancerArns": [balancer]}]
    assert elb.describe_target_groups(Names=["green"])["TargetGroups"] == changed
    longer = error_of(elb.modify_target_group, TargetGroupArn=green, HealthCheckTimeoutSeconds=11)
    assert longer == ("ValidationError", 400)
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    for group in (blue, green):
        elb.delete_target_group(TargetGroupArn=group)
