"""`isobar whoami` and `isobar configure`: who one is, where that comes from, and the vendors' own files."""

import json
import os
import pty
import select
import signal
import stat
import subprocess
import time

import botocore.session
import pytest
import yaml
from conftest import BINARY, with_default_signals

CLOUDS = ("aws", "alibaba", "digitalocean")


def environment(home, **variables):
    """What a shell without any cloud has."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true",
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **variables}


def run(home, *arguments, input=None, **variables):
    return subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, input=input, timeout=60,
        env=environment(home, **variables), start_new_session=True,
    )


def local(server):
    """The variables of `isobar env`."""
    endpoints = server.endpoints
    return {
        "AWS_ENDPOINT_URL": endpoints["aws"]["url"],
        "AWS_REGION": endpoints["aws"]["region"],
        "AWS_ACCESS_KEY_ID": endpoints["aws"]["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": endpoints["aws"]["secret_access_key"],
        "ALIBABA_CLOUD_ENDPOINT": endpoints["alibaba"]["url"].removeprefix("http://"),
        "ALIBABA_CLOUD_REGION_ID": endpoints["alibaba"]["region"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": endpoints["alibaba"]["access_key_id"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": endpoints["alibaba"]["access_key_secret"],
        "DIGITALOCEAN_API_URL": endpoints["digitalocean"]["url"],
        "DIGITALOCEAN_TOKEN": endpoints["digitalocean"]["token"],
    }


def places(server):
    return {name: value for name, value in local(server).items() if "URL" in name or "ENDPOINT" in name}


def test_all_clouds_say_who_one_is(server, tmp_path):
    result = run(tmp_path, "whoami", "--output", "json", **local(server))
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert tuple(found) == CLOUDS
    assert found["aws"]["account"] == server.endpoints["aws"]["account_id"]
    assert found["aws"]["name"].startswith("arn:aws:")
    assert found["aws"]["credentials"]["from"] == "the environment (AWS_ACCESS_KEY_ID)"
    assert found["aws"]["region"]["from"] == "the environment (AWS_REGION)"
    assert found["alibaba"]["name"].startswith("acs:ram::")
    assert found["alibaba"]["credentials"]["from"] == "the environment (ALIBABA_CLOUD_ACCESS_KEY_ID)"
    assert "@" in found["digitalocean"]["name"]
    assert found["digitalocean"]["credentials"] == {
        "access_key_id": None, "expires": None, "from": "the environment (DIGITALOCEAN_TOKEN)",
    }
    text = run(tmp_path, "whoami", **local(server))
    assert text.returncode == 0 and found["aws"]["name"] in text.stdout
    for secret in ("AWS_SECRET_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "DIGITALOCEAN_TOKEN"):
        assert local(server)[secret] not in result.stdout + result.stderr + text.stdout + text.stderr


def test_failures_have_their_own_exit_codes(server, tmp_path):
    none = run(tmp_path, "whoami")
    assert none.returncode == 15, none.stderr
    assert "error[credentials_missing]" in none.stderr and "isobar configure aws" in none.stderr
    # One is enough, unless another one is asked for.
    aws = {name: value for name, value in local(server).items() if name.startswith("AWS_")}
    assert run(tmp_path, "whoami", **aws).returncode == 0
    assert run(tmp_path, "whoami", "alibaba", **aws).returncode == 15
    assert run(tmp_path, "whoami", "do", **aws).returncode == 15
    rows = [
        (["whoami", "aws", "--profile", "absent"], {}, 14, "profile_wrong"),
        (["whoami", "aws"], {"AWS_SECRET_ACCESS_KEY": "wrong"}, 3, "denied"),
        (["whoami", "aws", "--endpoint-url", "http://127.0.0.1:9"], {}, 4, "unreachable"),
        (["whoami", "aws", "--endpoint-url", "http://example.com"], {}, 2, "configuration_wrong"),
        (["whoami", "mars"], {}, 2, "cloud_unknown"),
        (["whoami", "--profile", "x"], {}, 2, "cloud_missing"),
        (["whoami", "--output", "xml"], {}, 2, "output_unknown"),
        (["whoami", "--nonsense"], {}, 2, "flag_unknown"),
    ]
    for arguments, change, code, name in rows:
        result = run(tmp_path, *arguments, **{**aws, **change})
        assert (result.returncode, f"error[{name}]" in result.stderr) == (code, True), result.stderr
    broken = tmp_path / "broken"
    (broken / ".aws").mkdir(parents=True)
    (broken / ".aws/config").write_text("[profile a\n")
    result = run(broken, "whoami", "aws", **aws)
    assert result.returncode == 14 and "config, line 1" in result.stderr
    (broken / ".aws/config").write_text(
        "[profile a]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=a\n"
    )
    result = run(broken, "whoami", "aws", "--profile", "a", **aws)
    assert result.returncode == 14 and "error[role_loop]" in result.stderr and "a -> b -> a" in result.stderr
    result = run(tmp_path, "whoami", "aws", **aws, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    assert result.returncode == 16 and "error[credentials_expired]" in result.stderr


def test_configure_writes_what_whoami_and_the_vendors_find(server, tmp_path):
    at = server.endpoints
    aws = ["configure", "aws", "--access-key-id", at["aws"]["access_key_id"], "--secret-access-key", "-"]
    result = run(tmp_path, *aws, "--region", "eu-west-1", "--profile", "work", input=at["aws"]["secret_access_key"] + "\n")
    assert result.returncode == 0, result.stderr
    assert at["aws"]["secret_access_key"] not in result.stdout + result.stderr
    alibaba = ["configure", "alibaba", "--access-key-id", at["alibaba"]["access_key_id"], "--region", "cn-beijing"]
    result = run(tmp_path, *alibaba, "--secret-access-key", "-", input=at["alibaba"]["access_key_secret"])
    assert result.returncode == 0, result.stderr
    result = run(tmp_path, "configure", "do", "--token", "-", input=at["digitalocean"]["token"])
    assert result.returncode == 0, result.stderr
    written = [".aws/credentials", ".aws/config", ".aliyun/config.json", ".config/doctl/config.yaml"]
    for name in written:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
        assert [path.name for path in (tmp_path / name).parent.iterdir() if path.name.startswith(".")] == []
    result = run(tmp_path, "whoami", "--output", "json", **places(server), AWS_PROFILE="work")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["aws"]["credentials"]["from"] == f"{tmp_path}/.aws/credentials [work]"
    assert found["aws"]["region"] == {"value": "eu-west-1", "from": f"{tmp_path}/.aws/config [profile work]"}
    assert found["alibaba"]["credentials"]["from"] == f"{tmp_path}/.aliyun/config.json [default]"
    assert found["alibaba"]["region"]["value"] == "cn-beijing"
    assert found["digitalocean"]["credentials"]["from"] == f"{tmp_path}/.config/doctl/config.yaml [access-token]"
    profile = json.loads((tmp_path / ".aliyun/config.json").read_text())
    assert profile["current"] == "default" and profile["profiles"][0]["mode"] == "AK"
    session = botocore.session.Session(profile="work")
    session.set_config_variable("credentials_file", str(tmp_path / ".aws/credentials"))
    session.set_config_variable("config_file", str(tmp_path / ".aws/config"))
    assert session.get_credentials().access_key == at["aws"]["access_key_id"]
    assert session.get_credentials().secret_key == at["aws"]["secret_access_key"]
    assert session.get_config_variable("region") == "eu-west-1"


def test_configure_leaves_everything_else(tmp_path):
    before = {
        ".aws/credentials": "# mine\n[default]\naws_access_key_id=OLD\naws_secret_access_key=OLD\naws_session_token=OLD\nx=y\n\n[b]\naws_access_key_id = B\n",
        ".aws/config": "[default]\ns3 =\n  addressing_style = path\n[profile b]\nregion = rb\n",
        ".aliyun/config.json": '{"current":"b","profiles":[{"name":"b","mode":"EcsRamRole","ram_role_name":"r"},{"name":"default","mode":"AK","language":"en"}],"meta_path":"m"}',
        ".config/doctl/config.yaml": "# mine\naccess-token: old\nauth-contexts:\n  b: other\ncontext: default\noutput: text\n",
    }
    for name, text in before.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    key = ["--access-key-id", "NEW", "--secret-access-key", "SECRET", "--region", "r1"]
    assert run(tmp_path, "configure", "aws", *key).returncode == 0
    assert run(tmp_path, "configure", "alibaba", *key, "--session-token", "T").returncode == 0
    assert run(tmp_path, "configure", "do", "--token", "NEW").returncode == 0
    assert (tmp_path / ".aws/credentials").read_text() == (
        "# mine\n[default]\nx=y\naws_access_key_id = NEW\naws_secret_access_key = SECRET\n\n[b]\naws_access_key_id = B\n"
    )
    assert (tmp_path / ".aws/config").read_text() == (
        "[default]\ns3 =\n  addressing_style = path\nregion = r1\n[profile b]\nregion = rb\n"
    )
    aliyun = json.loads((tmp_path / ".aliyun/config.json").read_text())
    assert aliyun == {
        "current": "b",
        "profiles": [
            {"name": "b", "mode": "EcsRamRole", "ram_role_name": "r"},
            {"name": "default", "mode": "StsToken", "language": "en", "access_key_id": "NEW",
             "access_key_secret": "SECRET", "sts_token": "T", "region_id": "r1"},
        ],
        "meta_path": "m",
    }
    doctl = (tmp_path / ".config/doctl/config.yaml").read_text()
    assert doctl.startswith("# mine\n")
    assert yaml.safe_load(doctl) == {
        "access-token": "NEW", "auth-contexts": {"b": "other"}, "context": "default", "output": "text",
    }


def test_configure_refuses_and_changes_nothing(tmp_path):
    broken = {
        "aws": (".aws/credentials", "[default\n"),
        "alibaba": (".aliyun/config.json", "{"),
        "do": (".config/doctl/config.yaml", "auth-contexts: [\n"),
    }
    key = ["--access-key-id", "A", "--secret-access-key", "S"]
    for cloud, (name, text) in broken.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        flags = ["--token", "T"] if cloud == "do" else key
        result = run(tmp_path, "configure", cloud, *flags)
        assert result.returncode == 14, result.stderr
        assert path.read_text() == text
    empty = tmp_path / "empty"
    empty.mkdir()
    rows = [
        (["configure"], 2, "cloud_missing"),
        (["configure", "aws", "--access-key-id", "A"], 2, "flag_missing"),
        (["configure", "do"], 2, "flag_missing"),
        (["configure", "do", "--region", "x"], 2, "flag_foreign"),
        (["configure", "aws", "--token", "x"], 2, "flag_foreign"),
        (["configure", "aws", *key, "--profile", "a]b"], 12, "invalid_input"),
        (["configure", "aws", "--access-key-id", "A b", "--secret-access-key", "S"], 12, "invalid_input"),
        (["configure", "aws", "--access-key-id", "A", "--secret-access-key", "-"], 12, "invalid_input"),
    ]
    for arguments, code, name in rows:
        result = run(empty, *arguments, input="")
        assert (result.returncode, f"error[{name}]" in result.stderr) == (code, True), result.stderr
    assert list(empty.iterdir()) == []


def terminal(home, *arguments):
    """A command at a terminal of its own: its process id and the terminal."""
    child, master = pty.fork()
    if child == 0:
        with_default_signals()
        os.execve(BINARY, [BINARY, *arguments], environment(home))
    return child, master


def read_until(master, text):
    seen = b""
    deadline = time.monotonic() + 30
    while text not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([master], [], [], 1)[0]:
            seen += os.read(master, 4096)
    return seen


def test_configure_asks_and_does_not_show_secrets(tmp_path):
    child, master = terminal(tmp_path, "configure", "aws")
    seen = read_until(master, b"Access key id: ")
    os.write(master, b"AKID\n")
    seen += read_until(master, b"Secret access key: ")
    os.write(master, b"very-secret\n")
    seen += read_until(master, b"only): ")
    os.write(master, b"\n")
    seen += read_until(master, b"as it is): ")
    os.write(master, b"eu-west-1\n")
    seen += read_until(master, b"isobar whoami aws")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(master)
    assert b"very-secret" not in seen and b"AKID" in seen
    text = (tmp_path / ".aws/credentials").read_text()
    assert text == "[default]\naws_access_key_id = AKID\naws_secret_access_key = very-secret\n"
    assert (tmp_path / ".aws/config").read_text() == "[default]\nregion = eu-west-1\n"


@pytest.mark.parametrize("at_secret", [False, True])
def test_ctrl_c_leaves_terminal_and_files_alone(tmp_path, at_secret):
    import termios

    child, master = terminal(tmp_path, "configure", "aws")
    read_until(master, b"Access key id: ")
    before = termios.tcgetattr(master)
    if at_secret:
        os.write(master, b"AKID\n")
        read_until(master, b"Secret access key: ")
        assert not termios.tcgetattr(master)[3] & termios.ECHO
    os.write(master, b"\x03")
    status = os.waitpid(child, 0)[1]
    if at_secret:
        assert os.waitstatus_to_exitcode(status) == 130
    else:
        assert os.waitstatus_to_exitcode(status) in (130, -signal.SIGINT)
    assert termios.tcgetattr(master)[3] == before[3]
    os.close(master)
    assert not (tmp_path / ".aws").exists()
