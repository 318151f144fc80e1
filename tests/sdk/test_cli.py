"""The command line: what it prints where, and how it exits."""

import json
import os
import socket
import stat
import subprocess

import pytest
import yaml
from conftest import BINARY, Server, fetch
from test_control import only


def plain(*arguments, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ISOBAR_")}
    environment.update(options.pop("env", {}))
    return subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, timeout=60, env=environment, **options
    )


def test_help_and_usage():
    assert plain("--help").returncode == 0
    for command in ("up", "down", "env", "deploy", "deployments", "rollback", "operations", "resources"):
        result = plain(command, "--help")
        assert result.returncode == 0 and "Usage:" in result.stdout, command
    assert plain("nonsense").returncode == 2
    assert plain("up", "--port", "99999").returncode == 2


def test_endpoints_file(server):
    path = server.state / "endpoints.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    endpoints = json.loads(path.read_text())
    assert set(endpoints) == {"pid", "control", "aws", "alibaba", "digitalocean"}
    assert set(endpoints["aws"]) == {
        "url", "access_key_id", "secret_access_key", "account_id", "region", "read_only",
    }
    assert set(endpoints["aws"]["read_only"]) == {"access_key_id", "secret_access_key"}
    assert set(endpoints["alibaba"]["read_only"]) == {"access_key_id", "access_key_secret"}
    assert set(endpoints["digitalocean"]["read_only"]) == {"token"}
    for name in ("keys.json", "read-only-keys.json"):
        assert stat.S_IMODE((server.state / name).stat().st_mode) == 0o600


def test_env(server):
    text = server.cli("env").stdout
    for name in (
        "AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_DEFAULT_REGION "
        "ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABA_CLOUD_REGION_ID "
        "ALIBABA_CLOUD_ENDPOINT DIGITALOCEAN_TOKEN DIGITALOCEAN_ACCESS_TOKEN DIGITALOCEAN_API_URL "
        "DIGITALOCEAN_END_POINT ISOBAR_URL ISOBAR_API_KEY"
    ).split():
        assert f"export {name}=" in text, name
    assert "ALIBABA" not in server.cli("env", "aws").stdout
    shell = subprocess.run(["sh", "-c", f"{text}\nprintf %s \"$AWS_SECRET_ACCESS_KEY\""], capture_output=True, text=True)
    assert shell.stdout == server.endpoints["aws"]["secret_access_key"]


def test_env_read_only(server):
    owner = server.cli_json("env")
    reader = server.cli_json("env", "--read-only")
    assert set(owner) - set(reader) == {"ISOBAR_URL", "ISOBAR_API_KEY"}
    keys = [name for name in reader if name.split("_")[-1] in ("ID", "KEY", "SECRET", "TOKEN")]
    keys.remove("ALIBABA_CLOUD_REGION_ID")
    assert len(keys) == 6 and all(reader[name] != owner[name] for name in keys)
    assert all(reader[name] == owner[name] for name in set(reader) - set(keys))
    read_only = server.endpoints["aws"]["read_only"]
    assert reader["AWS_SECRET_ACCESS_KEY"] == read_only["secret_access_key"]


def test_the_environment_finds_the_server(server):
    control = server.endpoints["control"]
    good = {"ISOBAR_URL": control["url"], "ISOBAR_API_KEY": control["api_key"]}
    assert plain("operations", "list", "-o", "json", env=good).returncode == 0
    assert plain("operations", "list", env={**good, "ISOBAR_API_KEY": "isobar_wrong"}).returncode == 3
    assert plain("operations", "list", env={"ISOBAR_URL": control["url"]}, input="").returncode in (2, 4)
    unreachable = {**good, "ISOBAR_URL": "http://127.0.0.1:1"}
    assert plain("operations", "list", env=unreachable).returncode == 4


def test_no_server(tmp_path):
    for command in (["down"], ["env"], ["deployments", "list"]):
        result = plain(*command, "--state", str(tmp_path))
        assert result.returncode == 4 and "not_running" in result.stderr, command
        assert result.stdout == ""


def test_busy_port(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = plain("up", "--state", str(tmp_path), "--port", "0", "--aws-port", port)
        assert result.returncode == 1 and "--aws-port" in result.stderr and "port_in_use" in result.stderr


def test_states_that_cannot_be_used(server, tmp_path):
    result = plain("up", "--state", str(server.state), "--port", "0")
    assert result.returncode == 1 and "state_locked" in result.stderr
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "version").write_text("99\n")
    result = plain("up", "--state", str(newer), "--port", "0")
    assert result.returncode == 1 and "state_newer" in result.stderr
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = plain("up", "--state", str(blocked / "under"), "--port", "0")
    assert result.returncode == 1 and "state_unusable" in result.stderr


@pytest.fixture
def manifest_file(tmp_path):
    document = only("digitalocean")
    document["service"] = "cli-test"

    def write(**changes):
        path = tmp_path / "isobar.yaml"
        path.write_text(yaml.safe_dump({**document, **changes}, sort_keys=False))
        return str(path)

    return write


def test_bad_manifests_are_pointed_at(server, tmp_path, manifest_file):
    path = tmp_path / "bad.yaml"
    path.write_text(
        "service: hello\nversion: '1'\nsurprise: 1\ntargets:\n  - cloud: aws\n"
        "    region: us-east-1\n    count: 0\nrun:\n  port: 8080\n"
    )
    result = server.cli("deploy", str(path), check=False)
    assert result.returncode == 2 and result.stdout == ""
    assert "bad.yaml:7:5: targets[0].count" in result.stderr
    assert "bad.yaml:3:1: surprise" in result.stderr
    assert "run.script" in result.stderr
    path.write_text("service: [")
    result = server.cli("deploy", str(path), check=False)
    assert result.returncode == 2 and "line" in result.stderr
    assert server.cli("deploy", str(tmp_path / "none.yaml"), check=False).returncode == 2


def test_the_life_of_a_deployment(server, manifest_file):
    plan = server.cli_json("deploy", manifest_file(), "--dry-run")
    assert plan["summary"]["create"] > 0
    result = server.cli("deploy", manifest_file(), "--output", "json")
    deployment = json.loads(result.stdout)
    assert deployment["status"] == "successful" and "100%" in result.stderr
    assert fetch(deployment["targets"][0]["url"])[0] == 200

    second = server.cli_json("deploy", manifest_file(), "--version", "2.0.0")
    assert second["version"] == "2.0.0"
    assert "version 2.0.0" in fetch(second["targets"][0]["url"])[1]
    listed = server.cli_json("deployments", "list")
    assert second["id"] in {d["id"] for d in listed}
    assert server.cli_json("deployments", "show", second["id"])["id"] == second["id"]
    assert second["id"] in server.cli("deployments", "list").stdout
    assert server.cli("deployments", "watch", second["id"]).returncode == 0
    assert yaml.safe_load(server.cli("operations", "list", "-o", "yaml").stdout)
    operation = server.cli_json("operations", "show", second["operation_id"])
    assert operation["status"] == "succeeded"
    instances = server.cli_json("resources", "list", "--cloud", "digitalocean", "--kind", "instance")
    assert instances and all(r["kind"] == "instance" for r in instances)

    back = server.cli_json("rollback", second["id"], "--reason", "a test")
    assert back["rollback_of"] == second["id"]
    assert "version 1.0.0" in fetch(back["targets"][0]["url"])[1]

    broken = manifest_file(version="3", run={"script": "#!/bin/sh\nexit 1\n", "port": 8080},
                           health={"deadline_seconds": 5, "interval_seconds": 1})
    result = server.cli("deploy", broken, check=False)
    assert result.returncode == 1 and "rolled_back" in result.stderr
    assert server.cli("deployments", "show", "dep_none", check=False).returncode == 1


def test_up_and_down(tmp_path):
    server = Server(state=tmp_path, ephemeral=True).start()
    assert server.cli("down").returncode == 0
    assert server.process.wait(timeout=10) == 0
    assert not (tmp_path / "endpoints.json").exists()
