"""The control plane: deployments onto the three local clouds, through its API and command line."""

import copy
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import yaml
from conftest import ROOT, fetch, wait_until

MANIFEST = yaml.safe_load((ROOT / "examples" / "hello" / "isobar.yaml").read_text())
FINAL = {"successful", "failed", "rolled_back", "cancelled"}


def manifest(version, **changes):
    made = copy.deepcopy(MANIFEST)
    made["version"] = version
    made["health"].update({"interval_seconds": 1, "healthy_after": 2, "deadline_seconds": 90})
    made.update(changes)
    return made


def only(cloud, **changes):
    """The example on one cloud, with one instance."""
    target = next(t for t in MANIFEST["targets"] if t["cloud"] == cloud)
    return manifest("1.0.0", targets=[{**target, "count": 1}], **changes)


def deploy(server, document, **headers):
    status, answer_headers, body = server.api("POST", "/api/v1/deployments", document, headers)
    assert status == 202, body
    assert answer_headers["Location"] == body["status_url"]
    return body


def ended(server, operation, timeout=180):
    """The deployment of an operation, once it is over."""

    def over():
        _, _, deployment = server.api("GET", f"/api/v1/deployments/{operation['deployment_id']}")
        return deployment if deployment["status"] in FINAL else None

    deployment = wait_until(over, timeout=timeout, every=0.1, what="the deployment's end")
    status, _, after = server.api("GET", f"/api/v1/operations/{operation['operation_id']}?wait=30")
    assert status == 200 and after["status"] in ("succeeded", "failed", "cancelled"), after
    return deployment


def reason(deployment):
    return json.dumps({k: deployment[k] for k in ("status", "status_reason", "targets")}, indent=1)


def census(server):
    """What the three clouds hold that deployments make, by the clouds' own APIs."""
    import boto3
    import digitalocean
    from aliyunsdkcore.client import AcsClient
    from test_alibaba import do

    aws = server.endpoints["aws"]
    keys = {
        "endpoint_url": aws["url"],
        "region_name": "us-east-1",
        "aws_access_key_id": aws["access_key_id"],
        "aws_secret_access_key": aws["secret_access_key"],
    }
    ec2, elb = boto3.client("ec2", **keys), boto3.client("elbv2", **keys)
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    reservations = ec2.describe_instances(Filters=alive)["Reservations"]
    alibaba = server.endpoints["alibaba"]
    acs = AcsClient(alibaba["access_key_id"], alibaba["access_key_secret"], "cn-hangzhou")
    for product in ("Ecs", "Slb", "Vpc"):
        acs.add_endpoint("cn-hangzhou", product, alibaba["url"].removeprefix("http://"))
    ocean = server.endpoints["digitalocean"]
    manager = digitalocean.Manager(token=ocean["token"], end_point=ocean["url"] + "/v2/")
    return {
        "aws instances": [i["InstanceId"] for r in reservations for i in r["Instances"]],
        "aws balancers": [b["LoadBalancerArn"] for b in elb.describe_load_balancers()["LoadBalancers"]],
        "aws target groups": [g["TargetGroupArn"] for g in elb.describe_target_groups()["TargetGroups"]],
        "aws groups": [
            g["GroupId"]
            for g in ec2.describe_security_groups()["SecurityGroups"]
            if g["GroupName"] != "default"
        ],
        "aws networks": [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]],
        "alibaba instances": [
            i["InstanceId"] for i in do(acs, "ecs", "DescribeInstances", PageSize=100)["Instances"]["Instance"]
        ],
        "alibaba balancers": [
            b["LoadBalancerId"] for b in do(acs, "slb", "DescribeLoadBalancers")["LoadBalancers"]["LoadBalancer"]
        ],
        "alibaba groups": [
            g["SecurityGroupId"]
            for g in do(acs, "ecs", "DescribeSecurityGroups")["SecurityGroups"]["SecurityGroup"]
        ],
        "alibaba networks": [v["VpcId"] for v in do(acs, "vpc", "DescribeVpcs")["Vpcs"]["Vpc"]],
        "digitalocean instances": [str(d.id) for d in manager.get_all_droplets()],
        "digitalocean balancers": [b.id for b in manager.get_all_load_balancers()],
        "digitalocean groups": [f.id for f in manager.get_all_firewalls()],
    }


def empty(found):
    return not any(found.values())


def owned(server):
    """The cloud ids that the control plane says are there."""
    ids, cursor = set(), ""
    while True:
        status, _, page = server.api("GET", f"/api/v1/resources?limit=100{cursor}")
        assert status == 200, page
        ids |= {r["cloud_id"] for r in page["data"] if r["cloud_id"]}
        if not page["pagination"]["has_more"]:
            return ids
        cursor = "&cursor=" + page["pagination"]["next_cursor"]


def urls(deployment):
    return [target["url"] for target in deployment["targets"]]


class Client:
    """Asks every URL 20 times a second and keeps what went wrong."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.failures = []
        self.answers = 0
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(a,)) for a in addresses]

    def ask(self, address):
        while not self.over.is_set():
            started = time.monotonic()
            try:
                status, body = fetch(address, timeout=5)
                if status != 200 or not body.startswith("hello from"):
                    self.failures.append((address, status, body))
            except OSError as error:
                self.failures.append((address, repr(error)))
            self.answers += 1
            time.sleep(max(0, 0.05 - (time.monotonic() - started)))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_three_versions_and_a_rollback(fresh_server):
    """The whole story: 1 is deployed, 2 rolls out unnoticed, 3 never becomes healthy and is rolled
    back, and a manual rollback returns to 1."""
    server = fresh_server().start()
    first = ended(server, deploy(server, manifest("1.0.0")))
    assert first["status"] == "successful", reason(first)
    assert len(urls(first)) == 3
    for url in urls(first):
        status, text = fetch(url)
        assert status == 200 and "version 1.0.0" in text
    before = census(server)
    assert {i for ids in before.values() for i in ids} <= owned(server)

    with Client(urls(first)) as client:
        second = ended(server, deploy(server, manifest("2.0.0")))
        assert second["status"] == "successful", reason(second)
    assert client.answers > 20 and client.failures == [], client.failures[:5]
    assert urls(second) == urls(first) and second["previous_deployment"] == first["id"]
    for url in urls(second):
        assert {"version 2.0.0" in fetch(url)[1] for _ in range(6)} == {True}
    settled = census(server)
    assert {k: len(v) for k, v in settled.items()} == {k: len(v) for k, v in before.items()}

    broken = manifest("3.0.0")
    broken["run"]["script"] = broken["run"]["script"].replace("send_response(200)", "send_response(503)")
    broken["health"]["deadline_seconds"] = 25
    with Client(urls(first)) as client:
        third = ended(server, deploy(server, broken))
    assert third["status"] == "rolled_back", reason(third)
    assert "503" in third["status_reason"], reason(third)
    assert client.failures == [], client.failures[:5]
    assert census(server) == settled

    status, _, rollback = server.api(
        "POST", f"/api/v1/deployments/{second['id']}/rollback", {"reason": "a test"}
    )
    assert status == 202, rollback
    assert rollback["reason"] == "a test" and rollback["requested_by"]
    assert rollback["rollback_id"] and rollback["initiated_at"]
    with Client(urls(first)) as client:
        back = ended(server, rollback)
    assert back["status"] == "successful" and back["rollback_of"] == second["id"], reason(back)
    assert client.failures == [], client.failures[:5]
    for url in urls(back):
        assert {"version 1.0.0" in fetch(url)[1] for _ in range(6)} == {True}
    assert {i for ids in census(server).values() for i in ids} <= owned(server)


def test_blue_green(fresh_server):
    server = fresh_server().start()
    strategy = {"type": "blue_green"}
    first = ended(server, deploy(server, only("aws", strategy=strategy)))
    assert first["status"] == "successful", reason(first)
    with Client(urls(first)) as client:
        second = ended(server, deploy(server, {**only("aws", strategy=strategy), "version": "2"}))
    assert second["status"] == "successful", reason(second)
    assert client.failures == [], client.failures[:5]


def test_a_failed_first_deployment_leaves_nothing(fresh_server):
    server = fresh_server().start()
    document = manifest("1.0.0")
    document["run"]["script"] = "#!/bin/sh\nexit 1\n"
    document["health"]["deadline_seconds"] = 10
    failed = ended(server, deploy(server, document))
    assert failed["status"] == "rolled_back", reason(failed)
    assert "refused" in failed["status_reason"], reason(failed)
    assert empty(census(server)), census(server)


def test_cancel_undoes(fresh_server):
    server = fresh_server().start()
    document = manifest("1.0.0")
    document["run"]["script"] = "#!/bin/sh\nexec sleep 600\n"
    operation = deploy(server, document)
    wait_until(lambda: not empty(census(server)), what="the first resource")
    status, _, body = server.api("POST", f"/api/v1/deployments/{operation['deployment_id']}/cancel")
    assert status == 202, body
    cancelled = ended(server, operation)
    assert cancelled["status"] == "cancelled", reason(cancelled)
    assert empty(census(server)), census(server)


def test_dry_run_changes_nothing(fresh_server):
    server = fresh_server().start()
    before = census(server)
    status, _, plan = server.api("POST", "/api/v1/deployments?dry_run=true", manifest("1.0.0"))
    assert status == 200, plan
    calls = [c for t in plan["targets"] for s in t["steps"] for c in s["calls"]]
    names = {(c["cloud"], c["operation"]) for c in calls if c["mutates"]}
    assert {("aws", "RunInstances"), ("aws", "CreateLoadBalancer")} <= names
    assert ("alibaba", "CreateVpc") in names and ("alibaba", "RunInstances") in names
    assert any(cloud == "digitalocean" for cloud, _ in names)
    assert census(server) == before
    assert server.api("GET", "/api/v1/deployments")[2]["data"] == []
    assert server.api("GET", "/api/v1/operations")[2]["data"] == []
    writes = [
        e["operation"]
        for e in server.api("GET", "/api/v1/local/journal?limit=100")[2]["data"]
        if not e["operation"].lower().startswith(("describe", "get", "list"))
    ]
    assert writes == []


# A process that dies


def answers(url):
    try:
        return fetch(url, timeout=2)[0] == 200
    except OSError:
        return False


def planned_steps(server, document):
    """The names of the actions that a deployment of the document would carry out."""
    status, _, plan = server.api("POST", "/api/v1/deployments?dry_run=true", document)
    assert status == 200, plan
    steps = [step["name"] for target in plan["targets"] for step in target["steps"]]
    assert steps
    return list(dict.fromkeys(steps))


def killed_and_restarted(server, point, document):
    """Deploys, with the process killed at the point; after a restart it ends, it serves, and what
    the clouds hold is what deployments own."""
    server.stop()
    server.start(env={"ISOBAR_FAULT": point})
    operation = deploy(server, document)
    server.wait_dead(timeout=120)
    server.start()
    deployment = ended(server, operation)
    assert deployment["status"] == "successful", (point, reason(deployment))
    # The machines start again with the process that runs them.
    wait_until(lambda: answers(urls(deployment)[0]), timeout=20, what=f"an answer after {point}")
    held = {i for ids in census(server).values() for i in ids}
    assert held <= owned(server), (point, held - owned(server))


# Deployments mostly wait: for machines to come up, for balancers' checks, for connections to drain.
# So servers of their own, each with its clouds, share the points among them.
KILLED_SERVERS = 8


def points(server, document):
    """Where a deployment of the document can be killed."""
    steps = planned_steps(server, document)
    return [f"{when}:{step}" for step in steps for when in ("before", "after")]


def killed_at_a_share(server, cloud, share):
    """Kills a server at its share of the points: of first deployments, then of updates."""
    server.start()
    document = {**only(cloud), "environment": "kill"}
    killed = []
    for number, point in enumerate(points(server, document)[share::KILLED_SERVERS]):
        # A service of its own, so that every step is in the plan again.
        document = {**document, "service": f"kill-{number}"}
        killed_and_restarted(server, point, document)
        killed.append(("first", point))
    updates = points(server, {**document, "version": "2"})
    for version, point in enumerate(updates[share::KILLED_SERVERS], 2):
        killed_and_restarted(server, point, {**document, "version": str(version)})
        killed.append(("update", point))
    return killed, [("update", point) for point in updates]


@pytest.mark.parametrize("cloud", ["aws", "alibaba", "digitalocean"])
def test_killed_at_every_action(fresh_server, cloud):
    """kill -9 before and after each action of a first deployment, and of one that takes over."""
    first = [("first", point) for point in points(fresh_server().start(), only(cloud))]
    with ThreadPoolExecutor(KILLED_SERVERS) as threads:
        shares = [
            threads.submit(killed_at_a_share, fresh_server(), cloud, share)
            for share in range(KILLED_SERVERS)
        ]
        results = [share.result() for share in shares]
    killed = [point for points, _ in results for point in points]
    assert sorted(killed) == sorted(first + results[0][1])


@pytest.mark.parametrize(
    "effect",
    [{"error": {"status": 500}}, {"error": {"status": 429}}, "silence"],
    ids=["500", "429", "silence"],
)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_cloud_that_fails_a_third_of_all_calls(fresh_server, effect, phase):
    server = fresh_server().start()
    server.set_faults({"probability": 0.33, "effect": effect, "phase": phase})
    document = manifest("1.0.0")
    document["targets"] = [{**t, "count": 1} for t in document["targets"]]
    document["health"]["deadline_seconds"] = 120
    deployment = ended(server, deploy(server, document), timeout=300)
    server.set_faults()
    assert deployment["status"] in ("successful", "rolled_back"), reason(deployment)

    def clean():
        held = {i for ids in census(server).values() for i in ids}
        return held <= owned(server)

    # Three calls each time, of the 250 that DigitalOcean allows a token in a minute.
    wait_until(clean, timeout=240, every=2, what="clouds that hold only what is owned")
    if deployment["status"] == "rolled_back":
        assert empty(census(server)), census(server)


def test_machines_survive_a_kill(fresh_server):
    server = fresh_server().start()
    first = ended(server, deploy(server, only("aws")))
    assert first["status"] == "successful", reason(first)
    address = first["targets"][0]["instances"][0]["address"]
    url = f"http://{address}:8080/"
    assert fetch(url)[0] == 200
    server.kill()

    def gone():
        try:
            fetch(url, timeout=1)
        except OSError:
            return True
        return False

    wait_until(gone, timeout=20, what="the end of machines without an owner")
    server.start()

    def back():
        try:
            return fetch(urls(first)[0], timeout=2)[0] == 200 and fetch(url, timeout=2)[0] == 200
        except OSError:
            return False

    wait_until(back, timeout=60, what="the machine at its old address")


def test_the_clouds_time_moves_and_deployments_go_on(fresh_server):
    """Signatures are held to the real time, so that who signs does not notice."""
    server = fresh_server().start()
    status, _, body = server.api("POST", "/api/v1/local/clock", {"advance_seconds": 7200})
    assert status == 200 and body["offset_seconds"] == 7200
    cloud = server.endpoints["aws"]
    sts = boto3.client(
        "sts",
        endpoint_url=cloud["url"],
        region_name=cloud["region"],
        aws_access_key_id=cloud["access_key_id"],
        aws_secret_access_key=cloud["secret_access_key"],
    )
    assert sts.get_caller_identity()["Account"] == cloud["account_id"]
    deployment = ended(server, deploy(server, only("aws")))
    assert deployment["status"] == "successful", reason(deployment)
