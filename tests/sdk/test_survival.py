"""What the server survives: callers that hang up, full disks, damaged files, kills, other users' files."""

import os
import resource
import signal
import socket
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import wait_until


def ec2(server):
    aws = server.endpoints["aws"]
    return boto3.client(
        "ec2",
        endpoint_url=aws["url"],
        region_name=aws["region"],
        aws_access_key_id=aws["access_key_id"],
        aws_secret_access_key=aws["secret_access_key"],
        config=Config(retries={"max_attempts": 1}),
    )


def hang_up(server, path, times, headers=()):
    """Sends requests and closes the connection after ever more of a millisecond."""
    host, port = server.endpoints["control"]["url"].removeprefix("http://").split(":")
    for turn in range(times):
        with socket.create_connection((host, int(port)), timeout=10) as caller:
            lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", *headers, "", ""]
            caller.sendall("\r\n".join(lines).encode())
            time.sleep(turn % 25 / 10_000)


def test_callers_that_hang_up_end_nothing(fresh_server):
    server = fresh_server(ephemeral=True).start()
    assert server.api("GET", "/api/v1/deployments")[0] == 200
    key = f"X-API-Key: {server.endpoints['control']['api_key']}"
    hang_up(server, "/readyz", 250)
    hang_up(server, "/api/v1/deployments", 250, [key])
    hang_up(server, "/api/v1/operations", 250, [key])
    for path in ("/api/v1/deployments", "/api/v1/operations", "/readyz"):
        status, _, body = server.api("GET", path)
        assert status == 200, body
    assert " ERROR " not in server.log_text()


def limit_files(server, size):
    """No file of the server may grow beyond the size: what a full disk does, for one process."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_recovered_from(fresh_server):
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # Python would give the child the default, which ends it.
        server = fresh_server().start(restore_signals=False)
    finally:
        signal.signal(signal.SIGXFSZ, before)
    client = ec2(server)
    kept = [client.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]]
    limit_files(server, 0)
    with pytest.raises(ClientError) as refused:
        client.create_vpc(CidrBlock="10.2.0.0/16")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    status, _, body = server.api("GET", "/readyz")
    assert status == 503, body
    failed = {check["name"] for check in body["checks"] if not check["ok"]}
    assert failed == {"database", "clouds"}, body
    # What can be read is read on.
    assert kept[0] in {vpc["VpcId"] for vpc in client.describe_vpcs()["Vpcs"]}
    limit_files(server, resource.RLIM_INFINITY)
    wait_until(lambda: server.api("GET", "/readyz")[0] == 200, timeout=15, what="readiness")
    kept.append(client.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"])
    server.kill()
    server.start()
    found = {vpc["VpcId"]: vpc["CidrBlock"] for vpc in ec2(server).describe_vpcs()["Vpcs"]}
    assert set(kept) <= set(found)
    assert "10.2.0.0/16" not in found.values(), "a write that failed came back"


def refused(server):
    """What `isobar up` says where it does not start."""
    with pytest.raises(RuntimeError) as error:
        server.start()
    return str(error.value)


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def garble(path):
    path.write_bytes(b"garbage" * 1000)


@pytest.mark.parametrize("damage", [remove, empty, garble])
def test_a_damaged_store_is_refused_and_salvaged(fresh_server, damage):
    server = fresh_server().start()
    ec2(server).create_vpc(CidrBlock="10.1.0.0/16")
    marked = (server.state / "clouds" / "mark").read_text()
    wait_until(lambda: (server.state / "clouds" / "mark").read_text() != marked, what="a flush")
    server.kill()
    for journal in (server.state / "clouds").glob("*.jnl"):
        damage(journal)
    for _ in range(2):
        said = refused(server)
        assert "state_damaged" in said or "state_unusable" in said, said
        assert "--salvage" in said
    server.start(flags=["--salvage"])
    assert "the state as it was found is kept in" in server.log_text()
    assert (server.state / "damaged-1" / "clouds").is_dir()
    ec2(server).create_vpc(CidrBlock="10.2.0.0/16")
    assert server.stop() == 0
    server.start()
    cidrs = {vpc["CidrBlock"] for vpc in ec2(server).describe_vpcs()["Vpcs"]}
    assert "10.2.0.0/16" in cidrs


def test_a_store_that_is_gone_is_refused(fresh_server):
    server = fresh_server().start()
    assert server.stop() == 0
    kept = server.state / "elsewhere"
    (server.state / "clouds").rename(kept)
    assert "state_damaged" in refused(server)
    (server.state / "clouds").symlink_to(kept)
    assert "state_not_trusted" in refused(server)
    (server.state / "clouds").unlink()
    kept.rename(server.state / "clouds")
    server.start()


def test_what_salvage_cannot_save_it_says(fresh_server):
    server = fresh_server().start()
    client = ec2(server)
    for number in range(3):
        client.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    assert server.stop() == 0
    keys = (server.state / "keys.json").read_bytes()
    (server.state / "keys.json").unlink()
    with pytest.raises(RuntimeError) as error:
        server.start(flags=["--salvage"])
    assert "keys.json is missing" in str(error.value)
    (server.state / "keys.json").write_bytes(keys)
    os.chmod(server.state / "keys.json", 0o600)
    with open(server.state / "control.db", "r+b") as database:
        database.seek(100)
        database.write(b"garbage" * 500)
    server.start(flags=["--salvage"])
    assert "the control plane begins anew" in server.log_text()
    assert "the local clouds have all" in server.log_text()
    cidrs = {vpc["CidrBlock"] for vpc in ec2(server).describe_vpcs()["Vpcs"]}
    assert {f"10.{number}.0.0/16" for number in range(3)} <= cidrs


def test_salvage_leaves_a_newer_state_alone(fresh_server):
    import sqlite3

    server = fresh_server().start()
    assert server.stop() == 0
    with sqlite3.connect(server.state / "control.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        [table] = [name for name in tables if "schema" in name or "version" in name]
        [column] = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[2].upper() in ("INTEGER", "BIGINT")][:1]
        database.execute(f"UPDATE {table} SET {column} = 9999")
    before = (server.state / "control.db").read_bytes()
    with pytest.raises(RuntimeError) as error:
        server.start(flags=["--salvage"])
    assert "state_newer" in str(error.value)
    assert (server.state / "control.db").read_bytes() == before


@pytest.mark.parametrize("name, damage", [
    ("control.db", remove), ("control.db", empty), ("control.db", garble), ("keys.json", remove), ("keys.json", empty),
])
def test_a_state_without_its_parts_is_refused(fresh_server, name, damage):
    server = fresh_server().start()
    assert server.stop() == 0
    damage(server.state / name)
    said = refused(server)
    assert "state_damaged" in said or "state_unusable" in said, said
    if name == "control.db":
        server.start(flags=["--salvage"])
        assert server.api("GET", "/api/v1/deployments")[0] == 200


@pytest.mark.parametrize("damage", [remove, empty, lambda path: os.truncate(path, path.stat().st_size // 2)],
                         ids=["removed", "emptied", "cut"])
def test_a_database_that_lost_what_was_acknowledged_is_refused(fresh_server, damage):
    server = fresh_server().start()
    status, _, started = server.api("POST", "/api/v1/deployments", manifest("lost"))
    assert status == 202, started
    server.kill()
    damage(server.state / "control.db-wal")
    for _ in range(2):
        said = refused(server)
        assert "state_damaged" in said and "were acknowledged" in said and "--salvage" in said, said
    server.start(flags=["--salvage"])
    assert (server.state / "damaged-1" / "control.mark").exists()
    assert server.api("GET", "/api/v1/deployments")[0] == 200
    assert server.stop() == 0
    server.start()


def manifest(service):
    return {
        "service": service,
        "version": "1.0.0",
        "environment": "test",
        "targets": [{"cloud": "aws", "region": "us-east-1", "count": 1}],
        "run": {"script": "#!/bin/sh\nexec sleep 600\n", "port": 8000},
        "health": {"path": "/"},
    }


def test_files_of_others_are_not_trusted(fresh_server):
    server = fresh_server().start()
    server.stop()
    os.chmod(server.state, 0o777)
    assert "state_not_trusted" in refused(server)
    assert "chmod go-w" in server.log_text()
    os.chmod(server.state, 0o700)
    os.chmod(server.state / "keys.json", 0o644)
    assert "state_not_trusted" in refused(server)
    os.chmod(server.state / "keys.json", 0o600)
    if os.geteuid() == 0:
        os.chown(server.state / "keys.json", 12345, -1)
        assert "belongs to the user 12345" in refused(server)
        os.chown(server.state / "keys.json", 0, -1)
    server.start()


def test_a_hang_up_of_the_terminal_stops_in_order(fresh_server):
    server = fresh_server().start()
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(timeout=60) == 0
    assert not (server.state / "endpoints.json").exists()


def test_what_a_killed_ephemeral_server_left_is_swept(fresh_server, tmp_path):
    env = {"TMPDIR": str(tmp_path)}
    first = fresh_server(ephemeral=True, env=env).start()
    [left] = tmp_path.iterdir()
    second = fresh_server(ephemeral=True, env=env).start()
    assert left.exists(), "the first server still runs"
    second.stop()
    first.kill()
    assert left.exists()
    third = fresh_server(ephemeral=True, env=env).start()
    assert not left.exists()
    third.stop()
    assert not list(tmp_path.iterdir())
