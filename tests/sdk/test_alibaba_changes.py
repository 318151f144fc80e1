"""Alibaba Cloud's Tea SDKs against the local Alibaba Cloud: what exists is changed, looked at again, and taken away."""

import base64
import hashlib
import json

import pytest
from conftest import fetch, wait_until

REGION = "cn-hangzhou"


@pytest.fixture(scope="session")
def product(tea):
    """Makes a function that calls a product's operations. What it takes and gives is as on the wire, and goes
    through the SDK's models."""

    def calls(package):
        client = tea(package)
        models = __import__(f"{package}.models", fromlist=["models"])
        methods = {name.replace("_", ""): getattr(client, name) for name in dir(client)}

        def call(operation, **members):
            kind = getattr(models, f"{operation}Request")
            if hasattr(kind(), "region_id"):
                members = {"RegionId": REGION, **members}
            request = kind().from_map(members)
            known = {name for name, value in request.to_map().items() if value != []}
            assert known == set(members), "the SDK does not know all of them"
            return methods[operation.lower()](request).body.to_map()

        return call

    return calls


@pytest.fixture(scope="session")
def ecs(product):
    return product("alibabacloud_ecs20140526")


@pytest.fixture(scope="session")
def vpc(product):
    return product("alibabacloud_vpc20160428")


@pytest.fixture(scope="session")
def slb(product):
    return product("alibabacloud_slb20140515")


def refused(call, operation, **members):
    with pytest.raises(Exception) as caught:
        call(operation, **members)
    return caught.value.code, caught.value.status_code


def with_status(call, operation, noun, status="Available", **members):
    """Waits until the first of what is described has the status."""

    def seen():
        found = call(operation, **members)[f"{noun}s"][noun][0]
        return found if found["Status"] == status else None

    return wait_until(seen, what=f"the status {status}")


@pytest.fixture
def network(ecs, vpc):
    """A VPC with a vSwitch: their ids."""
    zone = ecs("DescribeZones")["Zones"]["Zone"][0]["ZoneId"]
    made = vpc("CreateVpc", CidrBlock="10.0.0.0/8")["VpcId"]
    with_status(vpc, "DescribeVpcs", "Vpc", VpcId=made)
    vswitch = vpc("CreateVSwitch", VpcId=made, ZoneId=zone, CidrBlock="10.1.0.0/16")["VSwitchId"]
    yield made, vswitch
    vpc("DeleteVSwitch", VSwitchId=vswitch)
    vpc("DeleteVpc", VpcId=made)


# Places and types


def test_places_of_all_products(ecs, vpc, slb):
    for name, call in (("vpc", vpc), ("slb", slb)):
        regions = {r["RegionId"]: r for r in call("DescribeRegions", AcceptLanguage="en-US")["Regions"]["Region"]}
        assert regions[REGION]["LocalName"] == "China (Hangzhou)"
        assert regions[REGION]["RegionEndpoint"] == f"{name}.{REGION}.aliyuncs.com"
        assert set(regions) == {r["RegionId"] for r in ecs("DescribeRegions")["Regions"]["Region"]}
    zones = {z["ZoneId"] for z in ecs("DescribeZones")["Zones"]["Zone"]}
    assert {z["ZoneId"] for z in vpc("DescribeZones")["Zones"]["Zone"]} == zones
    masters = slb("DescribeZones")["Zones"]["Zone"]
    assert {z["ZoneId"] for z in masters} == zones
    for master in masters:
        slaves = {z["ZoneId"] for z in master["SlaveZones"]["SlaveZone"]}
        assert slaves and slaves <= zones - {master["ZoneId"]}
    assert refused(vpc, "DescribeZones", RegionId="mars-north-1")[0] == "InvalidRegionId.NotFound"


def test_what_can_be_had_where(ecs):
    def available(**members):
        zones = ecs("DescribeAvailableResource", **members)["AvailableZones"].get("AvailableZone", [])
        return {
            zone["ZoneId"]: [
                supported["Value"]
                for resource in zone["AvailableResources"]["AvailableResource"]
                for supported in resource["SupportedResources"]["SupportedResource"]
            ]
            for zone in zones
        }

    zones = {z["ZoneId"] for z in ecs("DescribeZones")["Zones"]["Zone"]}
    found = available(DestinationResource="InstanceType", InstanceType="ecs.g6.large")
    assert found and set(found) <= zones and all(values == ["ecs.g6.large"] for values in found.values())
    assert available(DestinationResource="InstanceType", InstanceType="ecs.x9.huge") == {}
    zone = sorted(found)[0]
    disks = available(DestinationResource="SystemDisk", InstanceType="ecs.g6.large", ZoneId=zone)
    assert set(disks) == {zone} and "cloud_essd" in disks[zone]
    assert refused(ecs, "DescribeAvailableResource", DestinationResource="Moon")[0] == "Invalid.DestinationResource"

    families = lambda **members: {
        family["InstanceTypeFamilyId"]: family["Generation"]
        for family in ecs("DescribeInstanceTypeFamilies", **members)["InstanceTypeFamilies"]["InstanceTypeFamily"]
    }
    everything = families()
    types = ecs("DescribeInstanceTypes")["InstanceTypes"]["InstanceType"]
    assert {t["InstanceTypeFamily"] for t in types} == set(everything)
    generation = everything["ecs.g6"]
    assert families(Generation=generation) == {k: v for k, v in everything.items() if v == generation}


# Networks


@pytest.mark.parametrize("product_name", ["ecs", "vpc"])
def test_a_network_is_changed(request, product_name):
    """ECS has VPCs and vSwitches too, of before they were a product of their own."""
    call = request.getfixturevalue(product_name)
    zone = call("DescribeZones")["Zones"]["Zone"][0]["ZoneId"]
    made = call("CreateVpc", CidrBlock="192.168.0.0/16", VpcName="before", Description="d")
    own = {"VpcId": made["VpcId"]}
    shown = with_status(call, "DescribeVpcs", "Vpc", **own)
    wanted = {**own, "VpcName": "before", "Description": "d", "CidrBlock": "192.168.0.0/16", "RegionId": REGION}
    assert {**wanted, "VRouterId": made["VRouterId"], "IsDefault": False}.items() <= shown.items()
    call("ModifyVpcAttribute", **own, VpcName="after")
    shown = call("DescribeVpcs", **own)["Vpcs"]["Vpc"][0]
    assert (shown["VpcName"], shown["Description"]) == ("after", "d")

    block = {**own, "ZoneId": zone, "CidrBlock": "192.168.1.0/24"}
    vswitch = {"VSwitchId": call("CreateVSwitch", **block, VSwitchName="before")["VSwitchId"]}
    shown = call("DescribeVSwitches", **vswitch)["VSwitches"]["VSwitch"][0]
    # The vendor keeps the first address and the last three.
    wanted = {**block, **vswitch, "VSwitchName": "before", "AvailableIpAddressCount": 252}
    assert wanted.items() <= shown.items()
    assert refused(call, "CreateVSwitch", **block) == ("InvalidCidrBlock.Overlapped", 400)
    call("ModifyVSwitchAttribute", **vswitch, VSwitchName="after", Description="e")
    shown = call("DescribeVSwitches", **vswitch)["VSwitches"]["VSwitch"][0]
    assert (shown["VSwitchName"], shown["Description"]) == ("after", "e")
    assert call("DescribeVpcs", **own)["Vpcs"]["Vpc"][0]["VSwitchIds"] == {"VSwitchId": [vswitch["VSwitchId"]]}

    assert refused(call, "DeleteVpc", **own) == ("DependencyViolation.VSwitch", 400)
    call("DeleteVSwitch", **vswitch)
    assert call("DescribeVSwitches", **vswitch)["TotalCount"] == 0
    call("DeleteVpc", **own)
    assert call("DescribeVpcs", **own)["TotalCount"] == 0
    assert refused(call, "DeleteVpc", **own) == ("InvalidVpcId.NotFound", 404)


def test_what_only_the_younger_product_says_of_a_network(vpc, network):
    own, vswitch = {"VpcId": network[0]}, {"VSwitchId": network[1]}
    vpc("ModifyVpcAttribute", **own, Description="said")
    attribute = vpc("DescribeVpcAttribute", **own)
    assert {**own, "Description": "said", "CidrBlock": "10.0.0.0/8", "Status": "Available"}.items() <= attribute.items()
    counts = {r["ResourceType"]: r["ResourceCount"] for r in attribute["CloudResources"]["CloudResourceSetType"]}
    assert counts["VSwitch"] == 1 and counts["VRouter"] == 1
    assert refused(vpc, "ModifyVpcAttribute", **own, CidrBlock="10.2.0.0/16") == ("IllegalCidrBlock", 400)
    vpc("ModifyVpcAttribute", **own, CidrBlock="10.0.0.0/12")
    assert vpc("DescribeVpcAttribute", **own)["CidrBlock"] == "10.0.0.0/12"

    vpc("ModifyVSwitchAttribute", **vswitch, VSwitchName="said")
    attribute = vpc("DescribeVSwitchAttributes", **vswitch)
    assert {**own, **vswitch, "VSwitchName": "said", "CidrBlock": "10.1.0.0/16"}.items() <= attribute.items()
    missing = refused(vpc, "DescribeVSwitchAttributes", VSwitchId="vsw-nothere")
    assert missing == ("InvalidVSwitchId.NotFound", 404)

    router = vpc("DescribeVpcAttribute", **own)["VRouterId"]
    table = vpc("DescribeRouteTables", VRouterId=router)["RouteTables"]["RouteTable"]
    assert [(t["RouteTableType"], t["VSwitchIds"]["VSwitchId"]) for t in table] == [("System", [network[1]])]
    assert table[0]["RouteTableId"] == attribute["RouteTable"]["RouteTableId"]
    routes = {e["DestinationCidrBlock"]: e["NextHopType"] for e in table[0]["RouteEntrys"]["RouteEntry"]}
    assert routes == {"10.1.0.0/16": "local", "100.64.0.0/10": "local"}
    missing = refused(vpc, "DescribeRouteTables", VRouterId="vrt-nothere")
    assert missing == ("InvalidVRouterId.NotFound", 400)


def tags_of(call, kind, resource):
    listed = call("ListTagResources", ResourceType=kind, ResourceId=[resource])["TagResources"].get("TagResource", [])
    assert all(tag["ResourceId"] == resource for tag in listed)
    return {tag["TagKey"]: tag["TagValue"] for tag in listed}


def test_tags_of_a_network(vpc, network):
    for kind, resource in zip(("VPC", "VSWITCH"), network):
        own = {"ResourceType": kind, "ResourceId": [resource]}
        vpc("TagResources", **own, Tag=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        vpc("TagResources", **own, Tag=[{"Key": "a", "Value": "3"}])
        assert tags_of(vpc, kind, resource) == {"a": "3", "b": "2"}
        vpc("UnTagResources", **own, TagKey=["a"])
        assert tags_of(vpc, kind, resource) == {"b": "2"}
    found = vpc("DescribeVSwitches", Tag=[{"Key": "b", "Value": "2"}])["VSwitches"]["VSwitch"]
    assert [s["VSwitchId"] for s in found] == [network[1]]
    vpc("UnTagResources", **own, All=True)
    assert tags_of(vpc, kind, resource) == {}
    missing = {"ResourceType": "VPC", "ResourceId": ["vpc-nothere"], "Tag": [{"Key": "a", "Value": "1"}]}
    assert refused(vpc, "TagResources", **missing)[0] == "InvalidInstanceIds.NotFound"


# Security groups


def test_security_groups_name_each_other(ecs, network):
    web, database = [
        ecs("CreateSecurityGroup", VpcId=network[0], SecurityGroupName=name)["SecurityGroupId"]
        for name in ("web", "database")
    ]
    own = {"SecurityGroupId": database}

    def rules(direction):
        found = ecs("DescribeSecurityGroupAttribute", **own, Direction=direction)
        return found["Permissions"].get("Permission", [])

    from_web = {"IpProtocol": "tcp", "PortRange": "5432/5432", "SourceGroupId": web}
    ecs("AuthorizeSecurityGroup", **own, **from_web)
    assert [(r["SourceGroupId"], r["SourceGroupName"], r["PortRange"]) for r in rules("ingress")] == [
        (web, "web", "5432/5432")
    ]
    references = ecs("DescribeSecurityGroupReferences", SecurityGroupId=[web, database])
    references = references["SecurityGroupReferences"]["SecurityGroupReference"]
    assert [r["SecurityGroupId"] for r in references] == [web]
    assert [r["SecurityGroupId"] for r in references[0]["ReferencingSecurityGroups"]["ReferencingSecurityGroup"]] == [
        database
    ]
    assert refused(ecs, "DeleteSecurityGroup", SecurityGroupId=web) == ("DependencyViolation", 403)
    ecs("RevokeSecurityGroup", **own, **from_web)
    assert rules("ingress") == []
    references = ecs("DescribeSecurityGroupReferences", SecurityGroupId=[web])["SecurityGroupReferences"]
    assert references.get("SecurityGroupReference", []) == []

    out = {"IpProtocol": "udp", "PortRange": "53/53", "DestCidrIp": "10.0.0.0/8"}
    ecs("AuthorizeSecurityGroupEgress", **own, Permissions=[{**out, "Policy": "drop", "Priority": "7"}])
    rule = rules("egress")[0]
    wanted = {"Policy": "Drop", "Priority": "7", "PortRange": "53/53", "DestCidrIp": "10.0.0.0/8", "IpProtocol": "UDP"}
    assert wanted.items() <= rule.items() and rules("ingress") == []
    ids = [rule["SecurityGroupRuleId"]]
    # It is one of the other direction.
    missing = refused(ecs, "RevokeSecurityGroup", **own, SecurityGroupRuleId=ids)
    assert missing == ("InvalidSecurityGroupRuleId.NotFound", 404)
    ecs("RevokeSecurityGroupEgress", **own, SecurityGroupRuleId=ids)
    assert rules("egress") == []

    ecs("ModifySecurityGroupAttribute", **own, SecurityGroupName="changed", Description="for data")
    shown = ecs("DescribeSecurityGroupAttribute", **own)
    assert (shown["SecurityGroupName"], shown["Description"]) == ("changed", "for data")
    malformed = refused(ecs, "ModifySecurityGroupAttribute", **own, SecurityGroupName="http://no")
    assert malformed[0] == "InvalidSecurityGroupName.Malformed"

    tags = {"ResourceType": "securitygroup", "ResourceId": [database]}
    ecs("TagResources", **tags, Tag=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ecs("UntagResources", **tags, TagKey=["a"])
    assert tags_of(ecs, "securitygroup", database) == {"b": "2"}
    ecs("UntagResources", **tags, All=True)
    assert tags_of(ecs, "securitygroup", database) == {}
    for group in (web, database):
        ecs("DeleteSecurityGroup", SecurityGroupId=group)


# Instances


def test_instances_are_changed(ecs, network):
    first, second = [
        ecs("CreateSecurityGroup", VpcId=network[0], SecurityGroupName=name)["SecurityGroupId"]
        for name in ("first", "second")
    ]
    image = ecs("DescribeImages")["Images"]["Image"][0]["ImageId"]
    script = base64.b64encode(b"#!/bin/sh\n").decode()
    ids = ecs(
        "RunInstances", ImageId=image, InstanceType="ecs.g6.large", SecurityGroupId=first, VSwitchId=network[1],
        InstanceName="changed", Amount=2, UserData=script,
    )["InstanceIdSets"]["InstanceIdSet"]  # fmt: skip
    own = {"InstanceId": ids[0]}

    def statuses():
        found = ecs("DescribeInstanceStatus", InstanceId=ids)["InstanceStatuses"]["InstanceStatus"]
        assert {status["InstanceId"] for status in found} == set(ids)
        return {status["Status"] for status in found}

    def shown():
        return ecs("DescribeInstanceAttribute", **own)

    wait_until(lambda: statuses() == {"Running"}, what="the instances' start")
    attached = ecs("DescribeInstanceAttachmentAttributes", InstanceIds=json.dumps(ids))["Instances"]["Instance"]
    assert {a["InstanceId"]: a["PrivatePoolOptionsMatchCriteria"] for a in attached} == dict.fromkeys(ids, "Open")
    data = ecs("DescribeUserData", **own)
    assert {**own, "RegionId": REGION, "UserData": script}.items() <= data.items()

    ecs("JoinSecurityGroup", **own, SecurityGroupId=second)
    assert set(shown()["SecurityGroupIds"]["SecurityGroupId"]) == {first, second}
    again = refused(ecs, "JoinSecurityGroup", **own, SecurityGroupId=second)
    assert again == ("InvalidInstanceId.AlreadyExists", 403)
    ecs("LeaveSecurityGroup", **own, SecurityGroupId=first)
    assert shown()["SecurityGroupIds"]["SecurityGroupId"] == [second]
    last = refused(ecs, "LeaveSecurityGroup", **own, SecurityGroupId=second)
    assert last == ("InstanceLastSecurityGroup", 403)

    changes = {"InstanceName": "renamed", "Description": "d", "HostName": "host"}
    ecs("ModifyInstanceAttribute", **own, **changes, DeletionProtection=True)
    assert {**own, **changes, "InstanceType": "ecs.g6.large"}.items() <= shown().items()
    protected = refused(ecs, "DeleteInstance", **own, Force=True)
    assert protected == ("InvalidOperation.DeletionProtection", 403)
    other = base64.b64encode(b"#!/bin/sh\ntrue\n").decode()
    running = refused(ecs, "ModifyInstanceAttribute", **own, UserData=other)
    assert running == ("IncorrectInstanceStatus", 403)

    def each(operation, before, **members):
        responses = ecs(operation, InstanceId=ids, **members)["InstanceResponses"]["InstanceResponse"]
        assert [r["InstanceId"] for r in responses] == ids
        assert {(r["Code"], r["PreviousStatus"]) for r in responses} == {("200", before)}
        return {r["CurrentStatus"] for r in responses}

    assert each("StopInstances", "Running") == {"Stopping"}
    wait_until(lambda: statuses() == {"Stopped"}, what="the instances' stop")
    assert refused(ecs, "StopInstances", InstanceId=ids) == ("IncorrectInstanceStatus", 403)
    ecs("ModifyInstanceAttribute", **own, UserData=other, DeletionProtection=False)
    assert ecs("DescribeUserData", **own)["UserData"] == other
    assert each("StartInstances", "Stopped") == {"Starting"}
    wait_until(lambda: statuses() == {"Running"}, what="the instances' second start")
    each("RebootInstances", "Running")
    console = lambda: base64.b64decode(ecs("GetInstanceConsoleOutput", **own)["ConsoleOutput"]).decode()
    ran = "its user data ran in its first boot"
    wait_until(lambda: console().count(ran) == 2, what="the second boot and the third")
    wait_until(lambda: statuses() == {"Running"}, what="the instances' reboot")

    ecs("DeleteInstances", InstanceId=ids, Force=True)
    found = lambda: ecs("DescribeInstances", InstanceIds=json.dumps(ids))["TotalCount"]
    wait_until(lambda: found() == 0, what="the instances' end")
    for group in (first, second):
        ecs("DeleteSecurityGroup", SecurityGroupId=group)


def test_a_public_address_and_a_key_pair_for_an_instance(ecs, network):
    group = ecs("CreateSecurityGroup", VpcId=network[0], SecurityGroupName="public")["SecurityGroupId"]
    image = ecs("DescribeImages")["Images"]["Image"][0]["ImageId"]
    # One that is created, in contrast to one that is run, has no public address yet.
    instance = ecs(
        "CreateInstance", ImageId=image, InstanceType="ecs.g6.large", SecurityGroupId=group, VSwitchId=network[1],
        InternetMaxBandwidthOut=5,
    )["InstanceId"]  # fmt: skip
    own, ids = {"InstanceId": instance}, json.dumps([instance])
    shown = lambda: ecs("DescribeInstances", InstanceIds=ids)["Instances"]["Instance"][0]
    wait_until(lambda: shown()["Status"] == "Stopped", what="the instance")
    assert shown()["PublicIpAddress"]["IpAddress"] == []
    address = ecs("AllocatePublicIpAddress", **own)["IpAddress"]
    assert shown()["PublicIpAddress"]["IpAddress"] == [address]
    assert refused(ecs, "AllocatePublicIpAddress", **own) == ("AllocatedAlready", 403)

    # A pair goes to another region, where only its public half is known.
    made = ecs("CreateKeyPair", KeyPairName="made")
    pairs = lambda **members: ecs("DescribeKeyPairs", **members)["KeyPairs"].get("KeyPair", [])
    found = pairs(KeyPairName="made", IncludePublicKey=True)
    public = found[0]["PublicKey"]
    assert found[0]["KeyPairFingerPrint"] == made["KeyPairFingerPrint"] and public.startswith("ssh-rsa ")
    there = {"RegionId": "cn-beijing", "KeyPairName": "imported"}
    imported = ecs("ImportKeyPair", **there, PublicKeyBody=public)
    digest = hashlib.md5(base64.b64decode(public.split()[1])).digest()
    assert imported == {**imported, "KeyPairName": "imported", "KeyPairFingerPrint": digest.hex(":")}
    assert refused(ecs, "ImportKeyPair", **there, PublicKeyBody=public) == ("KeyPair.AlreadyExist", 400)
    nonsense = {**there, "KeyPairName": "nonsense", "PublicKeyBody": "ssh-rsa nonsense"}
    assert refused(ecs, "ImportKeyPair", **nonsense) == ("InvalidPublicKeyBody.Malformed", 400)
    assert [p["KeyPairFingerPrint"] for p in pairs(**there)] == [digest.hex(":")]
    ecs("DeleteKeyPairs", RegionId="cn-beijing", KeyPairNames='["imported"]')
    assert pairs(**there) == []

    ecs("AttachKeyPair", KeyPairName="made", InstanceIds=ids)
    assert shown()["KeyPairName"] == "made"
    used = refused(ecs, "DeleteKeyPairs", KeyPairNames='["made"]')
    assert used == ("InvalidParameter.KeypairAlreadyAttachedInstance", 400)
    outcome = ecs("DetachKeyPair", KeyPairName="made", InstanceIds=json.dumps([instance, "i-nothere"]))
    assert (outcome["TotalCount"], outcome["FailCount"]) == ("2", "1")
    successes = {r["InstanceId"]: r["Success"] for r in outcome["Results"]["Result"]}
    assert successes == {instance: "true", "i-nothere": "false"}
    assert shown().get("KeyPairName", "") == ""
    ecs("DeleteKeyPairs", KeyPairNames='["made"]')
    assert pairs(KeyPairName="made") == []

    ecs("DeleteInstance", **own)
    found = lambda: ecs("DescribeInstances", InstanceIds=ids)["TotalCount"]
    wait_until(lambda: found() == 0, what="the instance's end")
    ecs("DeleteSecurityGroup", SecurityGroupId=group)


# Load balancers


@pytest.fixture
def balancer(slb):
    """A load balancer for the internet: its id and address."""
    made = slb("CreateLoadBalancer", LoadBalancerName="before", AddressType="internet")
    yield made["LoadBalancerId"], made["Address"]
    slb("DeleteLoadBalancer", LoadBalancerId=made["LoadBalancerId"])


def test_a_load_balancer_is_changed(slb, balancer):
    own = {"LoadBalancerId": balancer[0]}
    shown = lambda: slb("DescribeLoadBalancerAttribute", **own)
    slb("SetLoadBalancerName", **own, LoadBalancerName="after")
    assert shown()["LoadBalancerName"] == "after"
    slb("SetLoadBalancerDeleteProtection", **own, DeleteProtection="on")
    assert shown()["DeleteProtection"] == "on"
    assert refused(slb, "DeleteLoadBalancer", **own) == ("OperationDenied.DeleteProtectionIsOn", 400)
    slb("SetLoadBalancerDeleteProtection", **own, DeleteProtection="off")
    assert shown()["DeleteProtection"] == "off"
    missing = refused(slb, "SetLoadBalancerName", LoadBalancerId="lb-nothere", LoadBalancerName="after")
    assert missing == ("InvalidLoadBalancerId.NotFound", 404)

    kind = {"ResourceType": "instance", "ResourceId": [balancer[0]]}
    slb("TagResources", **kind, Tag=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    slb("AddTags", **own, Tags='[{"TagKey": "c", "TagValue": "3"}]')
    assert tags_of(slb, "instance", balancer[0]) == {"a": "1", "b": "2", "c": "3"}
    found = slb("DescribeLoadBalancers", Tags='[{"TagKey": "c", "TagValue": "3"}]')["LoadBalancers"]["LoadBalancer"]
    assert [one["LoadBalancerId"] for one in found] == [balancer[0]]
    slb("RemoveTags", **own, Tags='[{"TagKey": "a", "TagValue": "1"}]')
    slb("UntagResources", **kind, TagKey=["b"])
    assert tags_of(slb, "instance", balancer[0]) == {"c": "3"}


def answers(address):
    """Whether something listens there; no server is behind it."""
    try:
        status, _ = fetch(f"http://{address}/", timeout=2)
    except OSError:
        return False
    assert status in (502, 503)
    return True


def test_http_listeners_are_changed(slb, balancer):
    own = {"LoadBalancerId": balancer[0]}
    port = {**own, "ListenerPort": 80}
    slb(
        "CreateLoadBalancerHTTPListener", **port, BackendServerPort=8080, Bandwidth=-1, StickySession="off",
        HealthCheck="off", Description="before",
    )  # fmt: skip
    shown = lambda: slb("DescribeLoadBalancerHTTPListenerAttribute", **port)
    place = lambda: slb("DescribeLoadBalancerAttribute", **own)["Address"]
    assert shown()["Status"] == "stopped" and not answers(place())
    slb("StartLoadBalancerListener", **port)
    wait_until(lambda: answers(place()), what="the listener")
    assert shown()["Status"] == "running"

    check = {"HealthCheck": "on", "HealthCheckURI": "/health", "HealthCheckInterval": 7, "HealthyThreshold": 4}
    changes = {"Description": "after", "Bandwidth": 10, "IdleTimeout": 30, "RequestTimeout": 90, "Gzip": "off"}
    before = shown()
    slb("SetLoadBalancerHTTPListenerAttribute", **port, **changes, **check)
    assert (changes | check).items() <= shown().items()
    kept = ("Status", "Scheduler", "BackendServerPort", "StickySession", "XForwardedFor")
    assert [shown()[name] for name in kept] == [before[name] for name in kept]
    beyond = refused(slb, "SetLoadBalancerHTTPListenerAttribute", **port, IdleTimeout=61)
    assert beyond == ("InvalidParameter", 400)

    slb("StopLoadBalancerListener", **port)
    wait_until(lambda: not answers(place()), what="the listener's stop")
    assert shown()["Status"] == "stopped"
    slb("StartLoadBalancerListener", **port)
    wait_until(lambda: answers(place()), what="the listener's return")
    slb("SetLoadBalancerStatus", **own, LoadBalancerStatus="inactive")
    wait_until(lambda: not answers(place()), what="the load balancer's stop")
    assert slb("DescribeLoadBalancerAttribute", **own)["LoadBalancerStatus"] == "inactive"
    slb("SetLoadBalancerStatus", **own, LoadBalancerStatus="active")
    wait_until(lambda: answers(place()), what="the load balancer's return")
    slb("DeleteLoadBalancerListener", **port)
    wait_until(lambda: not answers(place()), what="the listener's end")
    assert refused(slb, "DeleteLoadBalancerListener", **port) == ("ResourceNotFound.Listener", 404)


def test_tcp_listeners_are_changed(slb, balancer):
    own = {"LoadBalancerId": balancer[0]}
    port = {**own, "ListenerPort": 8443}
    told = {"BackendServerPort": 443, "Bandwidth": -1, "Description": "before", "Scheduler": "rr"}
    told["HealthCheckType"] = "tcp"
    slb("CreateLoadBalancerTCPListener", **port, **told)
    assert refused(slb, "CreateLoadBalancerTCPListener", **port, **told) == ("ListenerAlreadyExists", 400)
    shown = lambda: slb("DescribeLoadBalancerTCPListenerAttribute", **port)
    # What is not said is as the vendor documents it.
    usual = {"Status": "stopped", "EstablishedTimeout": 900, "HealthCheck": "on", "HealthCheckConnectPort": 443}
    usual |= {"HealthCheckConnectTimeout": 5, "HealthCheckInterval": 2, "HealthyThreshold": 3, "UnhealthyThreshold": 3}
    assert (port | told | usual).items() <= shown().items()
    changes = {"Description": "after", "Scheduler": "wlc", "EstablishedTimeout": 500, "ConnectionDrain": "on"}
    changes |= {"ConnectionDrainTimeout": 60, "HealthCheckConnectPort": 444, "UnhealthyThreshold": 5}
    slb("SetLoadBalancerTCPListenerAttribute", **port, **changes)
    assert (port | told | usual | changes).items() <= shown().items()
    slb("SetLoadBalancerTCPListenerAttribute", **port, HealthCheckSwitch="off")
    assert shown()["HealthCheck"] == "off"

    http = {**own, "ListenerPort": 8080}
    slb("CreateLoadBalancerHTTPListener", **http, BackendServerPort=80, StickySession="off", HealthCheck="off")

    def listed(**members):
        found = slb("DescribeLoadBalancerListeners", LoadBalancerId=[balancer[0]], **members)
        assert found["TotalCount"] == len(found["Listeners"])
        return [(one["ListenerPort"], one["ListenerProtocol"]) for one in found["Listeners"]]

    assert listed() == [(8080, "http"), (8443, "tcp")]
    assert listed(ListenerProtocol="tcp") == [(8443, "tcp")]
    one = slb("DescribeLoadBalancerListeners", LoadBalancerId=[balancer[0]], ListenerProtocol="tcp")["Listeners"][0]
    assert (one["Description"], one["Scheduler"]) == ("after", "wlc")
    assert {"EstablishedTimeout": 500, "ConnectionDrainTimeout": 60}.items() <= one["TCPListenerConfig"].items()
    slb("DeleteLoadBalancerListener", **port, ListenerProtocol="tcp")
    assert listed() == [(8080, "http")]
    missing = refused(slb, "DescribeLoadBalancerTCPListenerAttribute", **port)
    assert missing == ("InvalidParameter", 400)
