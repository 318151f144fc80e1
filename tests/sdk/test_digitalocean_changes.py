"""pydo against the local DigitalOcean: what exists is changed, looked at again, and taken away."""

import json

import pytest
from conftest import pydo_client, wait_until

# The middle of a public key as ssh-keygen writes it.
BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIA4oQHhhNPO2xT0hVsRyOzbzrqwtp2qfTpbYbYbYbYbY"


@pytest.fixture
def pydo(fresh_server):
    """The vendor's own SDK, with a server of the test's own: an account may ask for 250 things in a minute."""
    endpoint = fresh_server(ephemeral=True).start().endpoints["digitalocean"]
    return pydo_client(endpoint["url"], endpoint["token"])


def answered(call, **arguments):
    """Status and body of an answer. pydo raises no error for a status that is in the operation's description."""
    from azure.core.exceptions import HttpResponseError

    try:
        return call(**arguments, cls=lambda response, body, _: (response.http_response.status_code, body))
    except HttpResponseError as error:
        return error.status_code, json.loads(error.response.text())


def refused(call, **arguments):
    """Status and id of the error."""
    status, body = answered(call, **arguments)
    assert status >= 400 and set(body) == {"id", "message", "request_id"}, body
    return status, body["id"]


def once_it_can(busy, call, **arguments):
    """What a change answers that has the status `busy` as long as what was before it is carried out."""

    def tried():
        status, body = answered(call, **arguments)
        return (status, body) if status != busy else None

    status, body = wait_until(tried, what="the end of what was before")
    assert status < 300, body
    return body


def act(pydo, droplet, **body):
    """Has an action done with a droplet."""
    action = pydo.droplet_actions.post(droplet_id=droplet, body=body)["action"]["id"]
    status = lambda: pydo.actions.get(action_id=action)["action"]["status"]
    wait_until(lambda: status() == "completed", what=f"the action {body}")


def droplets(pydo, *names, **options):
    """Makes droplets with the tag `made`, and waits until they run: their ids."""
    body = {"names": names, "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64", "tags": ["made"]}
    ids = [one["id"] for one in pydo.droplets.create(body={**body, **options})["droplets"]]
    running = lambda: {d["status"] for d in pydo.droplets.list(tag_name="made")["droplets"]} == {"active"}
    wait_until(running, what="the droplets' start")
    return ids


# Droplets


def test_droplets_are_told_something_by_their_tag(pydo):
    ids = droplets(pydo, "told-1", "told-2")

    def tell(**body):
        actions = pydo.droplet_actions.post_by_tag(body=body, tag_name="made")["actions"]
        assert {(a["resource_id"], a["type"]) for a in actions} == {(one, body["type"]) for one in ids}
        wanted = {action["id"] for action in actions}

        def done():
            seen = [a for a in pydo.actions.list(per_page=200)["actions"] if a["id"] in wanted]
            assert {a["id"] for a in seen} == wanted
            return all(action["status"] == "completed" for action in seen)

        wait_until(done, what=f"the actions {body}")

    states = lambda: {d["status"] for d in pydo.droplets.list(tag_name="made")["droplets"]}
    tell(type="power_off")
    assert states() == {"off"}
    tell(type="power_on")
    assert states() == {"active"}
    rename = {"type": "rename", "name": "other"}
    assert refused(pydo.droplet_actions.post_by_tag, body=rename, tag_name="made") == (422, "unprocessable_entity")

    neighbors = pydo.droplets.list_neighbors(droplet_id=ids[0])["droplets"]
    assert ids[1] in {d["id"] for d in neighbors} and ids[0] not in {d["id"] for d in neighbors}
    assert any(set(ids) <= set(group) for group in pydo.droplets.list_neighbors_ids()["neighbor_ids"])
    kernels = pydo.droplets.list_kernels(droplet_id=ids[0])
    assert kernels["meta"]["total"] == len(kernels["kernels"]) > 0
    assert all(kernel.keys() == {"id", "name", "version"} for kernel in kernels["kernels"])
    assert refused(pydo.droplets.list_kernels, droplet_id=1) == (404, "not_found")


def test_snapshots_and_images(pydo):
    (droplet,) = droplets(pydo, "pictured")
    act(pydo, droplet, type="snapshot", name="first")
    taken = pydo.droplets.list_snapshots(droplet_id=droplet)
    assert taken["meta"]["total"] == 1
    image = taken["snapshots"][0]
    assert {"name": "first", "type": "snapshot", "regions": ["nyc3"], "public": False}.items() <= image.items()
    assert pydo.droplets.get(droplet_id=droplet)["droplet"]["snapshot_ids"] == [image["id"]]
    assert pydo.droplets.list_backups(droplet_id=droplet)["backups"] == []

    # The same among the snapshots, where ids are text.
    own = {"snapshot_id": str(image["id"])}
    snapshot = pydo.snapshots.get(**own)["snapshot"]
    wanted = {"id": str(image["id"]), "name": "first", "resource_id": str(droplet), "resource_type": "droplet"}
    assert wanted.items() <= snapshot.items() and snapshot["min_disk_size"] == image["min_disk_size"]
    assert snapshot in pydo.snapshots.list(resource_type="droplet", per_page=200)["snapshots"]
    assert snapshot not in pydo.snapshots.list(resource_type="volume", per_page=200)["snapshots"]

    body = {"name": "renamed", "distribution": "Debian", "description": "of the test"}
    told = pydo.images.update(image_id=image["id"], body=body)["image"]
    assert body.items() <= told.items() and pydo.images.get(image_id=image["id"])["image"] == told
    assert pydo.snapshots.get(**own)["snapshot"]["name"] == "renamed"

    resources = {"resources": [{"resource_id": str(image["id"]), "resource_type": "image"}]}
    pydo.tags.assign_resources(tag_id="made", body=resources)
    counts = {name: pydo.tags.get(tag_id="made")["tag"]["resources"][name]["count"] for name in ("droplets", "images")}
    assert counts == {"droplets": 1, "images": 1}
    assert pydo.images.get(image_id=image["id"])["image"]["tags"] == ["made"]

    pydo.snapshots.delete(**own)
    assert refused(pydo.snapshots.get, **own) == (404, "not_found")
    assert refused(pydo.images.delete, image_id=image["id"]) == (404, "not_found")
    act(pydo, droplet, type="snapshot")
    (image,) = pydo.droplets.list_snapshots(droplet_id=droplet)["snapshots"]
    pydo.images.delete(image_id=image["id"])
    assert refused(pydo.images.get, image_id=image["id"]) == (404, "not_found")
    assert pydo.droplets.list_snapshots(droplet_id=droplet)["snapshots"] == []


def test_backup_policies(pydo):
    (droplet,) = droplets(pydo, "kept", backups=True, backup_policy={"plan": "weekly", "weekday": "TUE", "hour": 8})
    shown = lambda: pydo.droplets.get_backup_policy(droplet_id=droplet)["policy"]
    policy = shown()
    weekly = {"plan": "weekly", "weekday": "TUE", "hour": 8, "window_length_hours": 4, "retention_period_days": 28}
    assert (policy["droplet_id"], policy["backup_enabled"], policy["backup_policy"]) == (droplet, True, weekly)
    assert [policy["next_backup_window"][end][11:16] for end in ("start", "end")] == ["08:00", "12:00"]
    assert pydo.droplets.list_backup_policies(per_page=200)["policies"][str(droplet)] == policy

    offered = {p["name"]: p for p in pydo.droplets.list_supported_backup_policies()["supported_policies"]}
    assert set(offered) == {"weekly", "daily"}
    assert "TUE" in offered["weekly"]["possible_days"] and 8 in offered["weekly"]["possible_window_starts"]
    assert [offered[name]["retention_period_days"] for name in ("weekly", "daily")] == [28, 7]

    act(pydo, droplet, type="change_backup_policy", backup_policy={"plan": "daily", "hour": 20})
    assert {"plan": "daily", "hour": 20, "retention_period_days": 7}.items() <= shown()["backup_policy"].items()
    act(pydo, droplet, type="disable_backups")
    assert shown()["backup_enabled"] is False and shown()["backup_policy"] is None
    assert str(droplet) not in pydo.droplets.list_backup_policies(per_page=200)["policies"]


def test_tags_of_droplets(pydo):
    ids = droplets(pydo, "tagged-1", "tagged-2")
    name = "more"
    pydo.tags.create(body={"name": name})
    resources = [{"resource_id": str(one), "resource_type": "droplet"} for one in ids]
    pydo.tags.assign_resources(tag_id=name, body={"resources": resources})
    assert {d["id"] for d in pydo.droplets.list(tag_name=name)["droplets"]} == set(ids)
    listed = lambda: {t["name"]: t["resources"] for t in pydo.tags.list(per_page=200)["tags"]}
    shown = listed()[name]
    assert (shown["count"], shown["droplets"]["count"]) == (2, 2)
    assert shown["last_tagged_uri"].endswith(f"/v2/droplets/{ids[-1]}")
    pydo.tags.unassign_resources(tag_id=name, body={"resources": resources[:1]})
    assert listed()[name]["count"] == 1
    assert pydo.droplets.get(droplet_id=ids[0])["droplet"]["tags"] == ["made"]
    assert set(pydo.droplets.get(droplet_id=ids[1])["droplet"]["tags"]) == {"made", name}
    missing = {"resources": [{"resource_id": "1", "resource_type": "droplet"}]}
    assert refused(pydo.tags.assign_resources, tag_id=name, body=missing) == (404, "not_found")
    pydo.tags.delete(tag_id=name)
    assert name not in listed()
    assert pydo.droplets.get(droplet_id=ids[1])["droplet"]["tags"] == ["made"]


def test_an_ssh_key_is_renamed(pydo):
    key = pydo.ssh_keys.create(body={"name": "before", "public_key": f"ssh-ed25519 {BLOB} me@home"})["ssh_key"]
    told = pydo.ssh_keys.update(ssh_key_identifier=key["fingerprint"], body={"name": "after"})["ssh_key"]
    assert told == {**key, "name": "after"}
    assert pydo.ssh_keys.get(ssh_key_identifier=key["id"])["ssh_key"] == told
    pydo.ssh_keys.delete(ssh_key_identifier=key["id"])
    gone = refused(pydo.ssh_keys.update, ssh_key_identifier=key["id"], body={"name": "gone"})
    assert gone == (404, "not_found")


# Firewalls and load balancers


def test_a_firewall_is_changed(pydo):
    first, second = droplets(pydo, "walled-1", "walled-2")
    ssh = {"protocol": "tcp", "ports": "22", "sources": {"addresses": ["10.0.0.0/8"]}}
    web = {"protocol": "tcp", "ports": "8000-9000", "sources": {"addresses": ["0.0.0.0/0", "::/0"]}}
    ping = {"protocol": "icmp", "ports": "0", "destinations": {"addresses": ["0.0.0.0/0"]}}
    body = {"name": "wall", "inbound_rules": [ssh], "droplet_ids": [first]}
    own = {"firewall_id": pydo.firewalls.create(body=body)["firewall"]["id"]}
    shown = lambda: pydo.firewalls.get(**own)["firewall"]
    assert (shown()["name"], shown()["inbound_rules"], shown()["droplet_ids"]) == (body["name"], [ssh], [first])

    pydo.firewalls.add_rules(**own, body={"inbound_rules": [web], "outbound_rules": [ping]})
    assert (shown()["inbound_rules"], shown()["outbound_rules"]) == ([ssh, web], [ping])
    pydo.firewalls.delete_rules(**own, body={"inbound_rules": [ssh]})
    assert (shown()["inbound_rules"], shown()["outbound_rules"]) == ([web], [ping])

    of = lambda droplet: [one["id"] for one in pydo.droplets.list_firewalls(droplet_id=droplet)["firewalls"]]
    assert (of(first), of(second)) == ([own["firewall_id"]], [])
    pydo.firewalls.add_tags(**own, body={"tags": ["made"]})
    assert shown()["tags"] == ["made"] and of(second) == [own["firewall_id"]]
    pydo.firewalls.delete_droplets(**own, body={"droplet_ids": [first]})
    assert shown()["droplet_ids"] == []
    assert shown()["pending_changes"] == [{"droplet_id": first, "removing": True, "status": "waiting"}]
    pydo.firewalls.delete_tags(**own, body={"tags": ["made"]})
    assert shown()["tags"] == [] and (of(first), of(second)) == ([], [])

    # An update says all of it: what it leaves out is gone.
    told = pydo.firewalls.update(**own, body={**body, "droplet_ids": [second], "tags": ["made"]})["firewall"]
    assert (told["inbound_rules"], told["outbound_rules"], told["droplet_ids"]) == ([ssh], [], [second])
    assert shown() == told
    unknown = refused(pydo.firewalls.update, **own, body={**body, "droplet_ids": [1]})
    assert unknown == (422, "unprocessable_entity")
    pydo.firewalls.delete(**own)
    assert refused(pydo.firewalls.get, **own) == (404, "not_found")


def test_a_load_balancer_is_changed(pydo):
    ids = droplets(pydo, "balanced-1", "balanced-2")
    rule = lambda entry, target: {
        "entry_protocol": "http", "entry_port": entry, "target_protocol": "http", "target_port": target,
    }  # fmt: skip
    body = {"name": "balancer", "region": "nyc3", "droplet_ids": ids[:1]}
    body["forwarding_rules"] = [rule(80, 8080)]
    own = {"lb_id": pydo.load_balancers.create(body=body)["load_balancer"]["id"]}
    shown = lambda: pydo.load_balancers.get(**own)["load_balancer"]
    ports = lambda: [(one["entry_port"], one["target_port"]) for one in shown()["forwarding_rules"]]
    once_it_can(403, pydo.load_balancers.add_forwarding_rules, **own, body={"forwarding_rules": [rule(81, 8081)]})
    assert ports() == [(80, 8080), (81, 8081)]
    once_it_can(403, pydo.load_balancers.remove_forwarding_rules, **own, body={"forwarding_rules": [rule(80, 8080)]})
    assert ports() == [(81, 8081)]
    wait_until(lambda: shown()["status"] == "active", what="the load balancer")

    change = {**body, "droplet_ids": ids, "algorithm": "least_connections", "http_idle_timeout_seconds": 90}
    change["health_check"] = {"protocol": "tcp", "port": 22, "check_interval_seconds": 7}
    told = once_it_can(403, pydo.load_balancers.update, **own, body=change)["load_balancer"]
    assert (told["algorithm"], told["http_idle_timeout_seconds"]) == ("least_connections", 90)
    assert (told["name"], sorted(told["droplet_ids"]), ports()) == (body["name"], ids, [(80, 8080)])
    assert change["health_check"].items() <= shown()["health_check"].items()
    # What it leaves out is as usual again.
    told = once_it_can(403, pydo.load_balancers.update, **own, body=body)["load_balancer"]
    assert (told["algorithm"], told["http_idle_timeout_seconds"], told["droplet_ids"]) == ("round_robin", 60, ids[:1])
    moved = lambda: refused(pydo.load_balancers.update, **own, body={**body, "region": "sfo3"})
    wait_until(lambda: moved() == (422, "unprocessable_entity"), what="the refusal of another region")

    pydo.load_balancers.delete(**own)
    assert refused(pydo.load_balancers.get, **own) == (404, "not_found")


# Projects and VPCs


def test_projects(pydo):
    (droplet,) = droplets(pydo, "owned")
    urn = f"do:droplet:{droplet}"
    default = pydo.projects.get_default()["project"]
    assert default["is_default"] is True
    held = lambda answer: {one["urn"] for one in answer["resources"]}
    assert urn in held(pydo.projects.list_resources(project_id=default["id"], per_page=200))

    body = {"name": "project", "purpose": "Web Application", "description": "d"}
    body["environment"] = "Staging"
    made = pydo.projects.create(body=body)["project"]
    own = {"project_id": made["id"]}
    assert body.items() <= made.items() and made["is_default"] is False
    assert pydo.projects.get(**own)["project"] == made and made in pydo.projects.list(per_page=200)["projects"]
    assert refused(pydo.projects.create, body=body) == (409, "conflict")

    told = pydo.projects.patch(**own, body={"environment": "Production"})["project"]
    assert {**body, "environment": "Production"}.items() <= told.items()
    whole = {**body, "name": body["name"] + "-2", "description": "", "is_default": False}
    told = pydo.projects.update(**own, body=whole)["project"]
    assert whole.items() <= told.items() and pydo.projects.get(**own)["project"] == told
    wrong = refused(pydo.projects.patch, **own, body={"environment": "Moon"})
    assert wrong == (400, "bad_request")

    pydo.projects.assign_resources(**own, body={"resources": [urn]})
    assert held(pydo.projects.list_resources(**own)) == {urn}
    assert refused(pydo.projects.delete, **own) == (412, "precondition_failed")
    back = pydo.projects.assign_resources_default(body={"resources": [urn]})["resources"]
    assert [(one["urn"], one["status"]) for one in back] == [(urn, "assigned")]
    assert held(pydo.projects.list_resources(**own)) == set()
    assert urn in held(pydo.projects.list_resources_default())

    # What left counts for a moment.
    once_it_can(412, pydo.projects.delete, **own)
    assert refused(pydo.projects.get, **own) == (404, "not_found")


def test_the_default_project(pydo):
    before = pydo.projects.get_default()["project"]
    told = pydo.projects.patch_default(body={"description": "patched"})["project"]
    assert told == {**before, "description": "patched", "updated_at": told["updated_at"]}
    whole = {"name": "renamed", "description": "", "purpose": "Other", "environment": "Development", "is_default": True}
    told = pydo.projects.update_default(body=whole)["project"]
    assert whole.items() <= told.items() and pydo.projects.get_default()["project"] == told
    assert refused(pydo.projects.patch_default, body={"is_default": False}) == (412, "precondition_failed")

    other = pydo.projects.create(body={"name": "other", "purpose": "Other"})["project"]["id"]
    pydo.projects.patch(project_id=other, body={"is_default": True})
    assert pydo.projects.get_default()["project"]["id"] == other
    assert pydo.projects.get(project_id=before["id"])["project"]["is_default"] is False
    assert refused(pydo.projects.delete, project_id=other) == (412, "precondition_failed")
    pydo.projects.delete(project_id=before["id"])
    assert [project["id"] for project in pydo.projects.list()["projects"]] == [other]


def test_vpcs(pydo):
    name = "net"
    body = {"name": name, "region": "nyc3", "ip_range": "10.77.16.0/20", "description": "before"}
    made = pydo.vpcs.create(body=body)["vpc"]
    own = {"vpc_id": made["id"]}
    assert {**body, "default": False, "urn": f"do:vpc:{made['id']}"}.items() <= made.items()
    assert pydo.vpcs.get(**own)["vpc"] == made
    overlapping = {**body, "name": name + "-2", "ip_range": "10.77.20.0/24"}
    assert refused(pydo.vpcs.create, body=overlapping) == (422, "unprocessable_entity")

    told = pydo.vpcs.patch(**own, body={"name": name + "-3"})["vpc"]
    assert told == {**made, "name": name + "-3"} and pydo.vpcs.get(**own)["vpc"] == told
    told = pydo.vpcs.update(**own, body={"name": name, "description": "after"})["vpc"]
    assert told == {**made, "description": "after"} and pydo.vpcs.get(**own)["vpc"] == told

    (droplet,) = droplets(pydo, "inside", vpc_uuid=made["id"])
    members = pydo.vpcs.list_members(**own)
    assert [(one["urn"], one["name"]) for one in members["members"]] == [(f"do:droplet:{droplet}", "inside")]
    assert pydo.vpcs.list_members(**own, resource_type="loadbalancer")["members"] == []
    assert refused(pydo.vpcs.delete, **own) == (409, "conflict")
    default = next(v for v in pydo.vpcs.list(per_page=200)["vpcs"] if v["default"] and v["region"] == "nyc3")
    assert refused(pydo.vpcs.delete, vpc_id=default["id"]) == (403, "forbidden")
    pydo.droplets.destroy_by_tag(tag_name="made")

    # What left counts for a moment.
    once_it_can(409, pydo.vpcs.delete, **own)
    assert refused(pydo.vpcs.get, **own) == (404, "not_found")
