"""python-digitalocean and pydo against the local DigitalOcean."""

import json
import urllib.error
import urllib.request

import digitalocean
import pytest
from conftest import SCRIPT, fetch, pydo_client, wait_until


@pytest.fixture
def token(server, monkeypatch):
    """The token; python-digitalocean finds the endpoint in the environment."""
    endpoint = server.endpoints["digitalocean"]
    monkeypatch.setenv("DIGITALOCEAN_END_POINT", endpoint["url"] + "/v2/")
    return endpoint["token"]


@pytest.fixture
def manager(token):
    return digitalocean.Manager(token=token)


@pytest.fixture
def client(server):
    endpoint = server.endpoints["digitalocean"]
    return pydo_client(endpoint["url"], endpoint["token"])


def call(server, method, path, body=None, token=None):
    endpoint = server.endpoints["digitalocean"]
    request = urllib.request.Request(endpoint["url"] + path, method=method)
    request.add_header("Authorization", f"Bearer {token or endpoint['token']}")
    data = None
    if body is not None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, data=data) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def droplet(token, name, **options):
    options = {
        "token": token,
        "name": name,
        "region": "nyc3",
        "image": "ubuntu-22-04-x64",
        "size_slug": "s-1vcpu-1gb",
        **options,
    }
    made = digitalocean.Droplet(**options)
    made.create()
    return made


def active(made):
    made.load()
    return made.status == "active"


def test_account_and_limits(server, manager):
    assert manager.get_account().status == "active"
    status, body, headers = call(server, "GET", "/v2/account")
    assert status == 200 and body["account"]["uuid"]
    assert int(headers["ratelimit-limit"]) == 5000
    assert 0 < int(headers["ratelimit-remaining"]) < 5000
    assert int(headers["ratelimit-reset"]) > 0


def test_wrong_token(server):
    status, body, _ = call(server, "GET", "/v2/account", token="dop_v1_wrong")
    assert (status, body["id"]) == (401, "unauthorized")
    with pytest.raises(digitalocean.baseapi.Error):
        endpoint = server.endpoints["digitalocean"]["url"] + "/v2/"
        digitalocean.Account(token="wrong", end_point=endpoint).load()


def test_regions_sizes_images(manager):
    assert "nyc3" in {r.slug for r in manager.get_all_regions()}
    sizes = {s.slug: s for s in manager.get_all_sizes()}
    assert sizes["s-1vcpu-1gb"].memory == 1024
    slugs = {i.slug for i in manager.get_global_images()}
    assert {"ubuntu-20-04-x64", "ubuntu-22-04-x64", "debian-12-x64"} <= slugs
    assert manager.get_image("ubuntu-22-04-x64").distribution == "Ubuntu"


def test_droplet_life(token, manager):
    made = droplet(token, "life", user_data=SCRIPT, tags=["life"])
    action = made.get_actions()[0]
    assert action.type == "create"
    wait_until(lambda: active(made), what="the droplet's start")
    action.load()
    assert action.status == "completed"
    assert made.ip_address.startswith("127.") and made.private_ip_address == made.ip_address
    url = f"http://{made.ip_address}:8080/"
    wait_until(lambda: answers(url), what="the machine's answer")
    assert [d.id for d in manager.get_all_droplets(tag_name="life")] == [made.id]

    def done(answer):
        ended = digitalocean.Action.get_object(token, answer["action"]["id"])
        ended.load_directly()
        assert ended.status != "errored"
        return ended.status == "completed"

    answer = made.power_off()
    wait_until(lambda: done(answer), what="the power off")
    made.load()
    assert made.status == "off" and not answers(url)
    answer = made.power_on()
    wait_until(lambda: done(answer), what="the power on")
    # User data runs in the first boot alone.
    assert not answers(url)
    answer = made.rename("renamed")
    wait_until(lambda: done(answer), what="the new name")
    made.load()
    assert made.name == "renamed"
    answer = made.reboot()
    wait_until(lambda: done(answer), what="the reboot")
    assert made.destroy()
    with pytest.raises(digitalocean.NotFoundError):
        manager.get_droplet(made.id)
    wait_until(lambda: not answers(url), what="the machine's end")


def answers(url):
    try:
        status, body = fetch(url, timeout=2)
    except OSError:
        return False
    return status == 200 and body.startswith("hello from 127.")


def test_droplet_errors(server):
    good = {"name": "a", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64"}
    for field, value in (("region", "mars1"), ("size", "s-900vcpu"), ("image", "no-such"), ("name", "a b")):
        status, body, _ = call(server, "POST", "/v2/droplets", {**good, field: value})
        assert (status, body["id"]) == (422, "unprocessable_entity"), field
        assert body["message"] and body["request_id"]
    assert call(server, "GET", "/v2/droplets/1")[:1] == (404,)
    assert call(server, "GET", "/v2/droplets/1")[1]["id"] == "not_found"
    assert call(server, "DELETE", "/v2/droplets/1")[0] == 404
    assert call(server, "GET", "/v2/no/such/path")[0] == 404
    assert call(server, "POST", "/v2/droplets", b"{not json")[0] == 400
    status, body, _ = call(server, "GET", "/v2/kubernetes/clusters")
    assert status == 501 and body["id"] == "not_implemented"


def test_paging(server, token):
    made = [droplet(token, f"page-{n}", tags=["paged"]) for n in range(3)]
    status, body, _ = call(server, "GET", "/v2/droplets?tag_name=paged&per_page=2")
    assert status == 200 and len(body["droplets"]) == 2 and body["meta"]["total"] == 3
    pages = body["links"]["pages"]
    assert "page=2" in pages["next"] and "page=2" in pages["last"] and "prev" not in pages
    rest = pages["next"].removeprefix(server.endpoints["digitalocean"]["url"])
    _, body, _ = call(server, "GET", rest)
    assert len(body["droplets"]) == 1 and "next" not in body["links"]["pages"]
    status, _, _ = call(server, "DELETE", "/v2/droplets?tag_name=paged")
    assert status == 204
    assert made


def test_pydo(client):
    assert client.account.get()["account"]["status"] == "active"
    made = client.droplets.create(
        body={
            "names": ["pydo-1", "pydo-2"],
            "region": "nyc3",
            "size": "s-1vcpu-1gb",
            "image": "ubuntu-22-04-x64",
            "tags": ["pydo"],
        }
    )
    assert [d["name"] for d in made["droplets"]] == ["pydo-1", "pydo-2"]
    assert len(made["links"]["actions"]) == 2
    listed = client.droplets.list(tag_name="pydo")
    assert listed["meta"]["total"] == 2
    vpcs = client.vpcs.list()["vpcs"]
    assert any(v["default"] and v["region"] == "nyc3" for v in vpcs)
    client.droplets.destroy_by_tag(tag_name="pydo")
    missing = client.droplets.get(droplet_id=1)
    assert missing["id"] == "not_found"


def test_ssh_keys(token, manager):
    public = (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYtZ5JxmBRBLBnJTJPrqGZVgMGRDm2Gtw6QmBbMgWQk test"
    )
    key = digitalocean.SSHKey(token=token, name="mine", public_key=public)
    key.create()
    key.load()
    assert key.fingerprint and manager.get_ssh_key(key.id).name == "mine"
    with pytest.raises(digitalocean.DataReadError):
        digitalocean.SSHKey(token=token, name="again", public_key=public).create()
    key.destroy()


def test_a_droplet_that_runs_is_powered_on(token):
    """Ansible's module posts it after each creation."""
    made = droplet(token, "already-on")
    wait_until(lambda: active(made), what="the droplet's start")
    answer = made.power_on()
    assert answer["action"]["type"] == "power_on" and answer["action"]["id"] > 2**31
    ended = lambda: digitalocean.Action.get_object(token, answer["action"]["id"])
    wait_until(lambda: ended().status == "completed", what="the power on")
    made.load()
    assert made.status == "active"
    made.destroy()


def test_a_load_balancer_is_busy_for_a_moment(server, token):
    made = droplet(token, "behind")
    body = {
        "name": "busy", "region": "nyc3", "droplet_ids": [str(made.id)],
        "forwarding_rules": [
            {"entry_protocol": "tcp", "entry_port": 8022, "target_protocol": "tcp", "target_port": 22}
        ],
        "health_check": {"protocol": "tcp", "port": 22},
    }  # fmt: skip
    status, answer, _ = call(server, "POST", "/v2/load_balancers", body)
    assert status == 202, answer
    balancer = answer["load_balancer"]
    assert balancer["droplet_ids"] == [made.id] and balancer["health_check"]["path"] == ""
    path = f"/v2/load_balancers/{balancer['id']}"
    change = {"droplet_ids": [made.id]}
    wait_until(lambda: call(server, "DELETE", path + "/droplets", change)[0] == 204, what="the change")
    status, answer, _ = call(server, "POST", path + "/droplets", change)
    assert (status, answer["id"]) == (403, "forbidden")
    assert answer["message"] == "Load Balancer can't be updated while it processes previous actions"
    wait_until(lambda: call(server, "POST", path + "/droplets", change)[0] == 204, what="its end")
    status, answer, _ = call(server, "POST", "/v2/load_balancers", {**body, "name": "no", "redirect_http_to_https": True})
    assert (status, answer["id"]) == (501, "not_implemented")
    assert call(server, "DELETE", path)[0] == 204
    made.destroy()


def test_what_pydo_lacks_is_catalogued(server):
    for method, path in (
        ("GET", "/v2/floating_ips"),
        ("DELETE", "/v2/floating_ips/192.0.2.1"),
        ("GET", "/v2/floating_ips/192.0.2.1/actions/1"),
    ):
        status, body, _ = call(server, method, path)
        assert (status, body["id"]) == (501, "not_implemented"), path
    status, body, _ = call(server, "GET", "/v1/oauth/token/info")
    assert status == 200 and body["scopes"] == ["read", "write"]
    reader = server.endpoints["digitalocean"]["read_only"]["token"]
    assert call(server, "GET", "/v1/oauth/token/info", token=reader)[1]["scopes"] == ["read"]


def test_load_balancer_follows_a_tag(token):
    made = [droplet(token, f"web-{n}", user_data=SCRIPT, tags=["balanced"]) for n in range(2)]
    for one in made:
        wait_until(lambda one=one: active(one), what="the droplet's start")
    rule = digitalocean.ForwardingRule(
        entry_protocol="http", entry_port=80, target_protocol="http", target_port=8080
    )
    check = digitalocean.HealthCheck(
        protocol="http", port=8080, path="/", check_interval_seconds=3,
        response_timeout_seconds=3, healthy_threshold=2, unhealthy_threshold=2,
    )  # fmt: skip
    balancer = digitalocean.LoadBalancer(
        token=token, name="web", region="nyc3", tag="balanced",
        forwarding_rules=[rule], health_check=check,
    )  # fmt: skip
    balancer.create()
    wait_until(lambda: balancer.load().status == "active", what="the load balancer")
    assert sorted(balancer.droplet_ids) == sorted(d.id for d in made)
    url = f"http://{balancer.ip}/"
    wait_until(lambda: len({fetch(url)[1] for _ in range(6)}) == 2, what="both droplets behind it")
    balancer.destroy()
    for one in made:
        one.destroy()


def test_background_examples(token):
    """The examples of the guides, as written but for the endpoint, and but for what the library does
    not have: it wants its own objects where the guide gives the load balancer dicts, and calls a
    project's methods `create_project` and `assign_resource`."""
    manager = digitalocean.Manager(token=token)
    droplet = digitalocean.Droplet(
        token=token,
        name="web-server",
        region="nyc3",
        image="ubuntu-20-04-x64",
        size_slug="s-1vcpu-1gb",
        backups=False,
    )
    droplet.create()
    assert droplet.id in {one.id for one in manager.get_all_droplets()}
    load_balancer = digitalocean.LoadBalancer(
        token=token,
        name="web-lb",
        region="nyc3",
        forwarding_rules=[
            digitalocean.ForwardingRule(
                entry_protocol="http", entry_port=80, target_protocol="http", target_port=80
            )
        ],
        health_check=digitalocean.HealthCheck(
            protocol="http", port=80, path="/", check_interval_seconds=10
        ),
        droplet_ids=[droplet.id],
    )
    load_balancer.create()
    assert load_balancer.id
    project = digitalocean.Project(
        token=token, name="secure-project", purpose="Service Deployment", environment="Production"
    )
    project.create_project()
    project.assign_resource(
        [f"do:droplet:{droplet.id}", f"do:loadbalancer:{load_balancer.id}"]
    )
    assert len(project.get_all_resources()) == 2
    firewall = digitalocean.Firewall(
        token=token,
        name="web-firewall",
        inbound_rules=[
            {"protocol": "tcp", "ports": "80", "sources": {"addresses": ["0.0.0.0/0"]}}
        ],
        outbound_rules=[
            {"protocol": "tcp", "ports": "all", "destinations": {"addresses": ["0.0.0.0/0"]}}
        ],
    )
    firewall.create()
    assert firewall.id in {one.id for one in manager.get_all_firewalls()}
    wait_until(lambda: active(droplet), what="the droplet's start")
    answer = droplet.power_off()
    ended = lambda: digitalocean.Action.get_object(token, answer["action"]["id"])
    wait_until(lambda: ended().status == "completed", what="the power off")
    for one in manager.get_all_droplets():
        if one.status == "off":
            one.destroy()
    assert droplet.id not in {one.id for one in manager.get_all_droplets()}
    firewall.destroy()
    load_balancer.destroy()


def test_the_read_only_token(server, manager):
    from azure.core.exceptions import HttpResponseError

    endpoint = server.endpoints["digitalocean"]
    token = endpoint["read_only"]["token"]
    reader = pydo_client(endpoint["url"], token)
    assert reader.account.get()["account"]["status"] == "active"
    assert reader.droplets.list()["droplets"] is not None
    for write in (
        lambda: reader.vpcs.create(body={"name": "no", "region": "nyc3"}),
        lambda: reader.droplets.destroy(droplet_id=1),
    ):
        with pytest.raises(HttpResponseError) as caught:
            write()
        assert caught.value.status_code == 403
        error = json.loads(caught.value.response.text())
        assert error["id"] == "Forbidden"
        assert error["message"] == "You are not authorized to perform this operation"
    with pytest.raises(digitalocean.baseapi.DataReadError, match="You are not authorized"):
        digitalocean.Tag(name="no", token=token).create()
