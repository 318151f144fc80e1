"""Runs the built binary and points the vendors' SDKs at it.

`ISOBAR_BIN` names the binary; `cargo xtask test` sets it.
"""

import http.client
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import answered
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ISOBAR_BIN", str(ROOT / "target" / "debug" / "isobar"))
START_SECONDS = 60

# How long a test may take, and its fixtures each. `ISOBAR_TEST_SECONDS` says otherwise, on a slow machine.
TEST_SECONDS = int(os.environ.get("ISOBAR_TEST_SECONDS", "600"))


class TooLong(BaseException):
    """A test that does not end. No test catches it by accident."""


def _bounded(item, phase):
    def ring(*_):
        raise TooLong(f"{item.nodeid}: {phase} took longer than {TEST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(TEST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from _bounded(item, "its fixtures")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from _bounded(item, "the test")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from _bounded(item, "the end of its fixtures")


def with_default_signals():
    """For `preexec_fn`: a child that is to be interrupted begins as from a terminal, even where the tests
    run in the background of a script, which has SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def pytest_sessionfinish(session, exitstatus):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["called"] = sorted(answered.called)
        return
    tests = session.config.args == [str(pathlib.Path(__file__).parent)]
    is_whole = tests and not session.config.option.keyword and exitstatus == 0
    complaints, notes = answered.complaints() if is_whole else ([], [])
    session.config.complaints = complaints + notes
    if complaints:
        session.exitstatus = 1


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    answered.called.update(map(tuple, getattr(node, "workeroutput", {}).get("called", ())))


def pytest_terminal_summary(terminalreporter, config):
    for line in getattr(config, "complaints", ()):
        terminalreporter.write_line(line, red=True)


class Server:
    """One `isobar up` with a state directory of its own."""

    def __init__(self, state=None, ephemeral=False, env=None):
        self.own = None if state else tempfile.TemporaryDirectory(prefix="isobar-test-", ignore_cleanup_errors=True)
        self.state = pathlib.Path(state or self.own.name)
        self.ephemeral = ephemeral
        self.env = env or {}
        self.process = None
        self.endpoints = None

    def start(self, env=None, flags=(), restore_signals=True):
        (self.state / "endpoints.json").unlink(missing_ok=True)
        arguments = ["up", "--state", str(self.state)]
        for flag in ("--port", "--aws-port", "--alibaba-port", "--digitalocean-port"):
            arguments += [flag, "0"]
        if self.ephemeral:
            arguments.append("--ephemeral")
        arguments += flags
        self.log = open(self.state / "test.log", "ab")
        self.process = subprocess.Popen(
            [BINARY, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env={"ISOBAR_LOG": answered.LEVEL, **os.environ, **self.env, **(env or {})},
            restore_signals=restore_signals,
        )
        deadline = time.monotonic() + START_SECONDS
        path = self.state / "endpoints.json"
        while not path.exists():
            if self.process.poll() is not None:
                raise RuntimeError(f"isobar up ended: {self.log_text()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"isobar up is not ready: {self.log_text()}")
            time.sleep(0.02)
        self.endpoints = json.loads(path.read_text())
        return self

    def log_text(self):
        return (self.state / "test.log").read_text(errors="replace")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        self.told()
        return self.process.returncode if self.process else None

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=10)
        self.told()

    def told(self):
        """Notes which operations it answered."""
        path = self.state / "test.log"
        if path.exists():
            answered.note(path.read_text(errors="replace"))

    def wait_dead(self, timeout=120):
        self.process.wait(timeout=timeout)

    def cli(self, *arguments, check=True, input=None, timeout=300, env=None):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ISOBAR_")}
        result = subprocess.run(
            [BINARY, *arguments, "--state", str(self.state)],
            capture_output=True,
            text=True,
            input=input,
            timeout=timeout,
            env={**clean, **(env or {})},
        )
        if check and result.returncode != 0:
            raise AssertionError(
                f"isobar {' '.join(arguments)}: exit {result.returncode}\n"
                f"{result.stdout}\n{result.stderr}\n{self.log_text()[-4000:]}"
            )
        return result

    def cli_json(self, *arguments, **options):
        return json.loads(self.cli(*arguments, "--output", "json", **options).stdout)

    def api(self, method, path, body=None, headers=None, key=None):
        """Status, headers and parsed body of a call to the control plane."""
        control = self.endpoints["control"]
        request = urllib.request.Request(control["url"] + path, method=method)
        if key is not False:
            request.add_header("Authorization", f"Bearer {key or control['api_key']}")
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.remove_header(name.capitalize())
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, data=data, timeout=120) as answer:
                return answer.status, answer.headers, _parsed(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, _parsed(error.read())

    def set_faults(self, *rules):
        status, _, body = self.api("PUT", "/api/v1/local/faults", {"rules": list(rules)})
        assert status == 200, body


def _parsed(data):
    try:
        return json.loads(data)
    except ValueError:
        return data


def wait_until(check, timeout=60, every=0.05, what="the condition"):
    """The first truthy value of the check."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {timeout} s")
        time.sleep(every)


def fetch(url, timeout=5):
    """Status and text of a GET; an answer that is cut short, as by a machine that is stopped
    while it answers, is a `ConnectionError` too."""
    try:
        try:
            with urllib.request.urlopen(url, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
    except http.client.HTTPException as error:
        raise ConnectionError(f"{url}: {error!r}") from error


@pytest.fixture(scope="session")
def server():
    """A server that all tests of the session share."""
    server = Server().start()
    yield server
    code = server.stop()
    assert code == 0, server.log_text()[-4000:]
    leftovers = [
        line for line in server.log_text().splitlines() if " ERROR " in line or " WARN " in line
    ]
    assert not leftovers, "unexpected warnings and errors in the log: " + "\n".join(leftovers[:20])


@pytest.fixture
def fresh_server():
    """A server of the test's own."""
    servers = []

    def make(**options):
        server = Server(**options)
        servers.append(server)
        return server

    yield make
    for server in servers:
        if server.process and server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def aws(server):
    """Makes boto3 clients."""
    import boto3
    from botocore.config import Config

    def client(service, region=None, **overrides):
        aws = server.endpoints["aws"]
        options = {
            "endpoint_url": aws["url"],
            "region_name": region or aws["region"],
            "aws_access_key_id": aws["access_key_id"],
            "aws_secret_access_key": aws["secret_access_key"],
            "config": Config(retries={"max_attempts": 1}),
        }
        return boto3.client(service, **{**options, **overrides})

    return client


@pytest.fixture(scope="session")
def tea(server):
    """Makes clients of Alibaba Cloud's Tea SDKs."""
    from alibabacloud_tea_openapi import utils_models

    def client(package, **overrides):
        alibaba = server.endpoints["alibaba"]
        options = {
            "access_key_id": alibaba["access_key_id"],
            "access_key_secret": alibaba["access_key_secret"],
            "endpoint": alibaba["url"].removeprefix("http://"),
            "protocol": "HTTP",
            "region_id": "cn-hangzhou",
        }
        config = utils_models.Config(**{**options, **overrides})
        return __import__(f"{package}.client", fromlist=["Client"]).Client(config)

    return client


def pydo_client(url, token):
    """pydo, whose bearer policy refuses plain HTTP, with the header set by hand."""
    from azure.core.pipeline.policies import HeadersPolicy
    from pydo import Client

    header = HeadersPolicy({"Authorization": f"Bearer {token}"})
    return Client(token, endpoint=url, authentication_policy=header)


SCRIPT = """#!/usr/bin/env python3
import http.server, os
class Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        text = ("hello from " + os.environ["HOST"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *arguments):
        print("request", self.path, flush=True)
print("serving", flush=True)
http.server.ThreadingHTTPServer((os.environ["HOST"], 8080), Hello).serve_forever()
"""
