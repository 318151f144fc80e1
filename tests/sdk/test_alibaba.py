"""Alibaba Cloud's SDKs, the old one and the Tea ones, against the local Alibaba Cloud."""

import base64
import hashlib
import hmac
import json
import time
import urllib.parse
import uuid

import pytest
from conftest import SCRIPT, fetch, wait_until

REGION = "cn-hangzhou"


# The old SDK


@pytest.fixture(scope="session")
def acs(server):
    """Makes the old SDK's clients; every product at the local endpoint."""
    from aliyunsdkcore.client import AcsClient

    def client(key=None, secret=None):
        alibaba = server.endpoints["alibaba"]
        made = AcsClient(
            key or alibaba["access_key_id"],
            secret or alibaba["access_key_secret"],
            REGION,
            auto_retry=False,
        )
        host = alibaba["url"].removeprefix("http://")
        for product in ("Ecs", "Sts", "Slb", "Vpc"):
            made.add_endpoint(REGION, product, host)
        return made

    return client


def request_of(module, name, **parameters):
    package = {"ecs": "aliyunsdkecs.request.v20140526", "sts": "aliyunsdksts.request.v20150401",
               "slb": "aliyunsdkslb.request.v20140515", "vpc": "aliyunsdkvpc.request.v20160428"}[module]
    kind = getattr(__import__(f"{package}.{name}Request", fromlist=[name]), f"{name}Request")
    request = kind()
    request.set_protocol_type("http")
    for key, value in parameters.items():
        getattr(request, f"set_{key}")(value)
    return request


def do(client, module, name, **parameters):
    return json.loads(client.do_action_with_exception(request_of(module, name, **parameters)))


def refused(client, module, name, **parameters):
    from aliyunsdkcore.acs_exception.exceptions import ServerException

    with pytest.raises(ServerException) as caught:
        do(client, module, name, **parameters)
    return caught.value.get_error_code(), caught.value.get_http_status()


def test_identity(acs, server):
    identity = do(acs(), "sts", "GetCallerIdentity")
    assert identity["AccountId"] == server.endpoints["alibaba"]["account_id"]
    assert identity["IdentityType"] == "Account"


def signed_query(alibaba, **parameters):
    """A query string with the signature of the older scheme, which covers no host."""
    parameters = {
        "AccessKeyId": alibaba["access_key_id"], "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()), "Format": "JSON",
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **parameters,
    }
    quote = lambda text: urllib.parse.quote(text, safe="~")
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(parameters.items()))
    key = (alibaba["access_key_secret"] + "&").encode()
    signature = hmac.new(key, f"GET&%2F&{quote(query)}".encode(), hashlib.sha1).digest()
    return f"{query}&Signature={quote(base64.b64encode(signature).decode())}"


def test_a_request_is_not_taken_again_after_a_kill(fresh_server):
    server = fresh_server().start()
    query = signed_query(server.endpoints["alibaba"], Action="GetCallerIdentity", Version="2015-04-01")
    status, text = fetch(f"{server.endpoints['alibaba']['url']}/?{query}")
    assert status == 200, text
    server.kill()
    server.start()
    status, text = fetch(f"{server.endpoints['alibaba']['url']}/?{query}")
    assert (status, json.loads(text)["Code"]) == (400, "SignatureNonceUsed")


def test_lists_with_single_quotes_as_the_older_sdk_writes_them(acs):
    """It makes text of Python's lists."""
    client = acs()
    for request in ("DescribeInstances", "DescribeDisks"):
        parameter = "InstanceIds" if request == "DescribeInstances" else "DiskIds"
        answer = do(client, "ecs", request, **{parameter: ["i-none", "i-other"]})
        assert answer["TotalCount"] == 0


def test_wrong_keys(acs):
    assert refused(acs(key="LTAInobody"), "ecs", "DescribeRegions") == (
        "InvalidAccessKeyId.NotFound",
        404,
    )
    # The old SDK compares the server's string to sign with its own, and renames the error then.
    code, status = refused(acs(secret="wrong"), "ecs", "DescribeRegions")
    assert code in ("SignatureDoesNotMatch", "InvalidAccessKeySecret") and status == 400


def test_regions_zones_types_images(acs):
    client = acs()
    regions = {r["RegionId"] for r in do(client, "ecs", "DescribeRegions")["Regions"]["Region"]}
    assert {"cn-hangzhou", "cn-beijing", "eu-central-1"} <= regions
    assert do(client, "ecs", "DescribeZones")["Zones"]["Zone"]
    assert do(client, "ecs", "DescribeInstanceTypes")["InstanceTypes"]["InstanceType"]
    images = do(client, "ecs", "DescribeImages", PageSize=1)
    assert len(images["Images"]["Image"]) == 1 and images["TotalCount"] > 1


def network(client):
    """A VPC with a vSwitch and a security group in it."""
    zone = do(client, "ecs", "DescribeZones")["Zones"]["Zone"][0]["ZoneId"]
    vpc = do(client, "vpc", "CreateVpc", CidrBlock="10.0.0.0/8", VpcName="test")["VpcId"]
    wait_until(
        lambda: do(client, "vpc", "DescribeVpcs", VpcId=vpc)["Vpcs"]["Vpc"][0]["Status"] == "Available"
    )
    switch = do(client, "vpc", "CreateVSwitch", VpcId=vpc, ZoneId=zone, CidrBlock="10.1.0.0/16")
    group = do(client, "ecs", "CreateSecurityGroup", VpcId=vpc, SecurityGroupName="test")
    return vpc, switch["VSwitchId"], group["SecurityGroupId"]


def state_of(client, instance):
    found = do(client, "ecs", "DescribeInstances", InstanceIds=json.dumps([instance]))
    instances = found["Instances"]["Instance"]
    return instances[0]["Status"] if instances else None


def test_instance_life(acs):
    client = acs()
    vpc, switch, group = network(client)
    image = do(client, "ecs", "DescribeImages")["Images"]["Image"][0]["ImageId"]
    made = do(
        client, "ecs", "RunInstances",
        ImageId=image, InstanceType="ecs.g6.large", SecurityGroupId=group, VSwitchId=switch,
        InstanceName="life", Amount=1, InternetMaxBandwidthOut=5, ClientToken="life-1",
        UserData=base64.b64encode(SCRIPT.encode()).decode(),
        Tags=[{"Key": "role", "Value": "test"}],
    )  # fmt: skip
    instance = made["InstanceIdSets"]["InstanceIdSet"][0]
    wait_until(lambda: state_of(client, instance) == "Running", what="the instance's start")
    found = do(client, "ecs", "DescribeInstances", Tags=[{"Key": "role", "Value": "test"}])
    described = found["Instances"]["Instance"][0]
    assert described["InstanceId"] == instance and found["TotalCount"] == 1
    address = described["PublicIpAddress"]["IpAddress"][0]
    assert described["VpcAttributes"]["PrivateIpAddress"]["IpAddress"] == [address]
    wait_until(lambda: answers(f"http://{address}:8080/"), what="the machine's answer")

    output = do(client, "ecs", "GetInstanceConsoleOutput", InstanceId=instance)
    assert "serving" in base64.b64decode(output["ConsoleOutput"]).decode()
    assert refused(client, "ecs", "DeleteInstance", InstanceId=instance)[0].startswith(
        "IncorrectInstanceStatus"
    )
    assert refused(client, "ecs", "DeleteSecurityGroup", SecurityGroupId=group)[0] == (
        "DependencyViolation"
    )
    assert refused(client, "vpc", "DeleteVSwitch", VSwitchId=switch)[0].startswith(
        "DependencyViolation"
    )
    assert refused(client, "vpc", "DeleteVpc", VpcId=vpc)[0].startswith("DependencyViolation")
    do(client, "ecs", "StopInstance", InstanceId=instance)
    wait_until(lambda: state_of(client, instance) == "Stopped", what="the instance's stop")
    assert not answers(f"http://{address}:8080/")
    do(client, "ecs", "StartInstance", InstanceId=instance)
    wait_until(lambda: state_of(client, instance) == "Running", what="the instance's start")
    # User data runs in the first boot alone.
    assert not answers(f"http://{address}:8080/")
    do(client, "ecs", "RebootInstance", InstanceId=instance)
    wait_until(lambda: state_of(client, instance) == "Running", what="the instance's restart")
    do(client, "ecs", "DeleteInstance", InstanceId=instance, Force=True)
    wait_until(lambda: state_of(client, instance) is None, what="the instance's end")
    do(client, "ecs", "DeleteSecurityGroup", SecurityGroupId=group)
    do(client, "vpc", "DeleteVSwitch", VSwitchId=switch)
    do(client, "vpc", "DeleteVpc", VpcId=vpc)


def answers(url):
    try:
        status, body = fetch(url, timeout=2)
    except OSError:
        return False
    return status == 200 and body.startswith("hello from 127.")


def test_errors(acs):
    client = acs()
    assert refused(client, "ecs", "StartInstance", InstanceId="i-nothere") == (
        "InvalidInstanceId.NotFound",
        404,
    )
    assert refused(client, "ecs", "RunInstances", ImageId="m-nothere", InstanceType="ecs.g6.large")[
        1
    ] in (400, 403, 404)
    assert refused(client, "ecs", "DeleteSecurityGroup", SecurityGroupId="sg-nothere")[0] == (
        "InvalidSecurityGroupId.NotFound"
    )
    from aliyunsdkcore.request import CommonRequest
    from aliyunsdkcore.acs_exception.exceptions import ServerException

    request = CommonRequest(version="2014-05-26", action_name="NoSuchAction")
    request.set_domain("unused")
    request.set_protocol_type("http")
    request.set_product("Ecs")
    request.set_endpoint(client_host(client))
    with pytest.raises(ServerException) as caught:
        client.do_action_with_exception(request)
    assert caught.value.get_error_code() == "InvalidAction.NotFound"
    request.set_action_name("DescribeSnapshots")
    with pytest.raises(ServerException) as caught:
        client.do_action_with_exception(request)
    assert caught.value.get_http_status() == 501


def client_host(client):
    request = request_of("ecs", "DescribeRegions")
    return client._resolve_endpoint(request)


def test_background_examples(acs, server):
    """The ECS examples of the guides, as written but for the endpoint."""
    from aliyunsdkcore.acs_exception.exceptions import ServerException
    from aliyunsdkcore.auth.credentials import AccessKeyCredential
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkecs.request.v20140526 import (
        CreateInstanceRequest,
        DeleteInstanceRequest,
        DescribeInstancesRequest,
    )

    alibaba = server.endpoints["alibaba"]
    credentials = AccessKeyCredential(alibaba["access_key_id"], alibaba["access_key_secret"])
    client = AcsClient(region_id="cn-hangzhou", credential=credentials)
    client.add_endpoint(REGION, "Ecs", alibaba["url"].removeprefix("http://"))

    request = DescribeInstancesRequest.DescribeInstancesRequest()
    request.set_PageSize(10)
    instances = json.loads(client.do_action_with_exception(request))
    assert instances["PageSize"] == 10

    request = CreateInstanceRequest.CreateInstanceRequest()
    request.set_ImageId("ubuntu_18_04_64_20G_alibase_20190624.vhd")
    request.set_InstanceType("ecs.t5-lc1m1.small")
    request.set_SecurityGroupId("sg-bp1fg655nh68xyz")
    with pytest.raises(ServerException) as caught:
        client.do_action_with_exception(request)
    assert caught.value.get_error_code() == "InvalidSecurityGroupId.NotFound"

    request = DescribeInstancesRequest.DescribeInstancesRequest()
    request.set_Status("Stopped")
    instances = json.loads(client.do_action_with_exception(request))
    for instance in instances["Instances"]["Instance"]:
        delete_request = DeleteInstanceRequest.DeleteInstanceRequest()
        delete_request.set_InstanceId(instance["InstanceId"])
        client.do_action_with_exception(delete_request)


# The Tea SDKs


def tea_error(call, *arguments):
    with pytest.raises(Exception) as caught:
        call(*arguments)
    return caught.value.code, caught.value.status_code


def test_tea_identity_and_errors(tea, server):
    identity = tea("alibabacloud_sts20150401").get_caller_identity().body
    assert identity.account_id == server.endpoints["alibaba"]["account_id"]
    wrong = tea("alibabacloud_sts20150401", access_key_id="LTAInobody")
    assert tea_error(wrong.get_caller_identity) == ("InvalidAccessKeyId.NotFound", 404)
    wrong = tea("alibabacloud_sts20150401", access_key_secret="wrong")
    assert tea_error(wrong.get_caller_identity) == ("SignatureDoesNotMatch", 400)


def test_tea_signs_with_sm3(tea, server):
    client = tea("alibabacloud_sts20150401", signature_algorithm="ACS3-HMAC-SM3")
    identity = client.get_caller_identity().body
    assert identity.account_id == server.endpoints["alibaba"]["account_id"]


def test_tea_reads_what_belongs_to_an_instance(tea, acs):
    """What programs look at beside an instance itself, Terraform's provider above all."""
    from alibabacloud_ecs20140526 import models
    from alibabacloud_vpc20160428 import models as vpc_models

    ecs = tea("alibabacloud_ecs20140526")
    client = acs()
    vpc, vswitch, group = network(client)
    image = do(client, "ecs", "DescribeImages")["Images"]["Image"][0]["ImageId"]
    where = {"image_id": image, "instance_type": "ecs.g6.large", "security_group_id": group, "v_switch_id": vswitch}
    pair = ecs.create_key_pair(
        models.CreateKeyPairRequest(region_id=REGION, key_pair_name="tea-pair")
    ).body
    assert pair.private_key_body.startswith("-----BEGIN RSA PRIVATE KEY-----")
    disk = models.RunInstancesRequestSystemDisk(category="cloud_essd", size="40", disk_name="root")
    made = ecs.run_instances(
        models.RunInstancesRequest(
            region_id=REGION, system_disk=disk, io_optimized="optimized", auto_pay=True, **where
        )
    ).body.instance_id_sets.instance_id_set[0]
    ids = json.dumps([made])
    ecs.attach_key_pair(
        models.AttachKeyPairRequest(region_id=REGION, key_pair_name="tea-pair", instance_ids=ids)
    )
    disks = ecs.describe_disks(models.DescribeDisksRequest(region_id=REGION, instance_id=made)).body
    assert [(d.disk_name, d.category) for d in disks.disks.disk] == [("root", "cloud_essd")]
    interfaces = ecs.describe_network_interfaces(
        models.DescribeNetworkInterfacesRequest(region_id=REGION, instance_id=made)
    ).body.network_interface_sets.network_interface_set
    assert interfaces[0].v_switch_id == vswitch
    kept = ecs.describe_instance_maintenance_attributes(
        models.DescribeInstanceMaintenanceAttributesRequest(region_id=REGION, instance_id=[made])
    ).body.maintenance_attributes.maintenance_attribute
    assert kept[0].action_on_maintenance.value == "AutoRecover"
    roles = ecs.describe_instance_ram_role(
        models.DescribeInstanceRamRoleRequest(region_id=REGION, instance_ids=ids)
    ).body
    assert roles.instance_ram_role_sets.instance_ram_role_set[0].instance_id == made
    tables = tea("alibabacloud_vpc20160428").describe_route_table_list(
        vpc_models.DescribeRouteTableListRequest(region_id=REGION, vpc_id=vpc)
    ).body.router_table_list.router_table_list_type
    assert tables[0].route_table_type == "System"
    unbuilt = models.RunInstancesRequest(region_id=REGION, http_tokens="required", **where)
    assert tea_error(ecs.run_instances, unbuilt) == ("NotImplemented", 501)
    wait_until(lambda: state_of(client, made) == "Running", what="the instance's start")
    ecs.delete_instance(models.DeleteInstanceRequest(instance_id=made, force=True))


def test_tea_tags_and_dry_run(tea, acs):
    from alibabacloud_ecs20140526 import models

    ecs = tea("alibabacloud_ecs20140526")
    vpc, _, _ = network(acs())
    group = ecs.create_security_group(
        models.CreateSecurityGroupRequest(
            region_id=REGION, security_group_name="tea", vpc_id=vpc
        )
    ).body.security_group_id
    tag = models.TagResourcesRequestTag(key="k", value="v")
    ecs.tag_resources(
        models.TagResourcesRequest(
            region_id=REGION, resource_type="securitygroup", resource_id=[group], tag=[tag]
        )
    )
    listed = ecs.list_tag_resources(
        models.ListTagResourcesRequest(
            region_id=REGION, resource_type="securitygroup", resource_id=[group]
        )
    ).body.tag_resources.tag_resource
    assert [(t.tag_key, t.tag_value) for t in listed] == [("k", "v")]
    dry = models.DescribeInstancesRequest(region_id=REGION, dry_run=True)
    assert tea_error(ecs.describe_instances, dry)[0] == "DryRunOperation"
    ecs.delete_security_group(
        models.DeleteSecurityGroupRequest(region_id=REGION, security_group_id=group)
    )


def test_tea_load_balancer_serves(tea, acs):
    from alibabacloud_ecs20140526 import models as ecs_models
    from alibabacloud_slb20140515 import models

    old = acs()
    vpc, switch, group = network(old)
    ecs, slb = tea("alibabacloud_ecs20140526"), tea("alibabacloud_slb20140515")
    image = do(old, "ecs", "DescribeImages")["Images"]["Image"][0]["ImageId"]
    instances = ecs.run_instances(
        ecs_models.RunInstancesRequest(
            region_id=REGION,
            image_id=image,
            instance_type="ecs.g6.large",
            security_group_id=group,
            v_switch_id=switch,
            amount=2,
            user_data=base64.b64encode(SCRIPT.encode()).decode(),
        )
    ).body.instance_id_sets.instance_id_set
    for instance in instances:
        wait_until(lambda i=instance: state_of(old, i) == "Running", what="the instance's start")
    balancer = slb.create_load_balancer(
        models.CreateLoadBalancerRequest(
            region_id=REGION, load_balancer_name="tea", address_type="internet"
        )
    ).body
    slb.create_load_balancer_httplistener(
        models.CreateLoadBalancerHTTPListenerRequest(
            region_id=REGION,
            load_balancer_id=balancer.load_balancer_id,
            listener_port=80,
            backend_server_port=8080,
            bandwidth=-1,
            sticky_session="off",
            health_check="on",
            health_check_uri="/",
            health_check_method="get",
            health_check_interval=1,
            health_check_timeout=1,
            healthy_threshold=2,
            unhealthy_threshold=2,
        )
    )
    servers = json.dumps([{"ServerId": i, "Weight": "100", "Type": "ecs"} for i in instances])
    slb.add_backend_servers(
        models.AddBackendServersRequest(
            region_id=REGION, load_balancer_id=balancer.load_balancer_id, backend_servers=servers
        )
    )
    slb.start_load_balancer_listener(
        models.StartLoadBalancerListenerRequest(
            region_id=REGION, load_balancer_id=balancer.load_balancer_id, listener_port=80
        )
    )

    def health():
        body = slb.describe_health_status(
            models.DescribeHealthStatusRequest(
                region_id=REGION, load_balancer_id=balancer.load_balancer_id
            )
        ).body
        return [s.server_health_status for s in body.backend_servers.backend_server]

    wait_until(lambda: health() == ["normal", "normal"], what="healthy backends")
    seen = {fetch(f"http://{balancer.address}/")[1] for _ in range(10)}
    assert len(seen) == 2
    slb.delete_load_balancer(
        models.DeleteLoadBalancerRequest(
            region_id=REGION, load_balancer_id=balancer.load_balancer_id
        )
    )
    ecs.delete_instances(
        ecs_models.DeleteInstancesRequest(region_id=REGION, instance_id=instances, force=True)
    )
    for instance in instances:
        wait_until(lambda i=instance: state_of(old, i) is None, what="the instance's end")


def test_the_read_only_user(tea, acs, server):
    from alibabacloud_ecs20140526 import models
    from alibabacloud_slb20140515 import models as slb_models
    from aliyunsdkcore.acs_exception.exceptions import ServerException

    alibaba = server.endpoints["alibaba"]
    key = alibaba["read_only"]
    identity = tea("alibabacloud_sts20150401", **key).get_caller_identity().body
    assert identity.identity_type == "RAMUser"
    assert identity.account_id == alibaba["account_id"]
    assert identity.arn == f"acs:ram::{alibaba['account_id']}:user/isobar-read-only"

    ecs = tea("alibabacloud_ecs20140526", **key)
    ecs.describe_instances(models.DescribeInstancesRequest(region_id=REGION))
    create = models.CreateSecurityGroupRequest(region_id=REGION, security_group_name="no")
    with pytest.raises(Exception) as caught:
        ecs.create_security_group(create)
    assert (caught.value.code, caught.value.status_code) == ("Forbidden.RAM", 403)
    detail = caught.value.access_denied_detail
    assert detail["AuthAction"] == "ecs:CreateSecurityGroup"
    assert detail["AuthPrincipalDisplayName"] == identity.user_id
    assert detail["NoPermissionType"] == "ImplicitDeny"

    slb = tea("alibabacloud_slb20140515", **key)
    create = slb_models.CreateLoadBalancerRequest(region_id=REGION)
    assert tea_error(slb.create_load_balancer, create) == ("Forbidden", 403)

    from aliyunsdkecs.request.v20140526.StopInstanceRequest import StopInstanceRequest

    request = StopInstanceRequest()
    request.set_InstanceId("i-nobody")
    with pytest.raises(ServerException) as caught:
        acs(key["access_key_id"], key["access_key_secret"]).do_action_with_exception(request)
    assert (caught.value.get_error_code(), caught.value.get_http_status()) == ("Forbidden.RAM", 403)
    assert caught.value.get_error_msg() == (
        "User not authorized to operate on the specified resource, or this API doesn't support RAM."
    )
