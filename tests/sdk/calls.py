"""Runs `isobar aws|alibaba|do …` against the local clouds, or against nothing."""

import base64
import json
import os
import subprocess

from conftest import BINARY

# What a user's own environment may say must not change what a test sees.
STRANGERS = ("ISOBAR_", "AWS_", "ALIBABA", "DIGITALOCEAN_", "SPACES_", "XDG_", "HTTP", "http", "NO_PROXY", "no_proxy")


def bare(home="/nonexistent"):
    """An environment without any cloud in it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(STRANGERS)}
    return {**clean, "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}


def keys():
    """An environment with keys that nobody accepts."""
    return {
        **bare(),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "the-secret-of-a-test",
        "AWS_REGION": "eu-central-1",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIEXAMPLE",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "the-secret-of-a-test",
        "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou",
        "DIGITALOCEAN_TOKEN": "the-secret-of-a-test",
    }


def local(server):
    """The environment that `isobar env` prints."""
    exports = json.loads(server.cli("env", "-o", "json").stdout)
    clouds = {k: v for k, v in exports.items() if not k.startswith("ISOBAR_")}
    return {**bare(server.state), **clouds}


def isobar(*arguments, env=None, code=0, **options):
    """The finished process, which must have ended with the code, unless that is `None`."""
    done = subprocess.run(
        [BINARY, *arguments], capture_output=True, text=True, timeout=120, env=env or keys(), **options
    )
    assert code is None or done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def prepared(*arguments, **options):
    """The request that a call would send, with its body as bytes."""
    request = json.loads(isobar(*arguments, "--dry-run", **options).stdout)
    request["body"] = base64.b64decode(request.pop("body_base64"))
    return request
