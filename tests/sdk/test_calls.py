"""Calls from the command line: against the local clouds, beside aws-cli, and where things go wrong."""

import base64
import http.server
import json
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib

import boto3
import botocore.config
import botocore.exceptions
import pytest
import yaml
from calls import bare, isobar, keys, local, prepared
from conftest import BINARY, wait_until, with_default_signals


@pytest.fixture(scope="module")
def env(server):
    return local(server)


@pytest.fixture(scope="module")
def instances(env):
    """Reservations of three, two and one instances."""
    ids = []
    images = isobar("aws", "ec2", "describe-images", "--query", "Images[0].ImageId", "--output", "text", env=env)
    for count in (3, 2, 1):
        done = isobar(
            *("aws", "ec2", "run-instances", "--image-id", images.stdout.strip(), "--instance-type", "t3.micro"),
            *("--min-count", "1", "--max-count", str(count), "--tag-specifications"),
            f"ResourceType=instance,Tags=[{{Key=of,Value=calls}},{{Key=count,Value={count}}}]",
            "--wait",
            env=env,
        )
        ids += [instance["InstanceId"] for instance in json.loads(done.stdout)["Instances"]]
    yield ids
    isobar("aws", "ec2", "terminate-instances", "--instance-ids", *ids, "--wait", env=env)


OURS = ("--filters", "Name=tag:of,Values=calls")


def beside_aws_cli(env, *arguments, all=True):
    """What both print, with times in one form."""
    theirs = subprocess.run(
        [os.path.join(os.path.dirname(sys.executable), "aws"), *arguments], capture_output=True, text=True, env=env, timeout=120
    )
    assert theirs.returncode == 0, theirs.stderr
    ours = isobar("aws", *arguments, *(["--all"] if all else []), env=env)
    times = lambda text: re.sub(r"(\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)", r"\1Z", text)  # noqa: E731
    return times(ours.stdout), times(theirs.stdout)


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["ec2", "describe-instances", *OURS],
        ["ec2", "describe-instances", *OURS, "--page-size", "5"],
        ["ec2", "describe-instances", *OURS, "--max-items", "2"],
        ["ec2", "describe-instances", *OURS, "--query", "Reservations[].Instances[].[InstanceId,State.Name]"],
        ["ec2", "describe-instance-types", "--page-size", "10", "--query", "InstanceTypes[].InstanceType"],
        ["ec2", "describe-vpcs"],
        ["ec2", "describe-regions"],
        ["ec2", "describe-images", "--owners", "self"],
        ["elbv2", "describe-load-balancers"],
        ["sts", "get-caller-identity"],
    ],
    ids=" ".join,
)
def test_prints_what_aws_cli_prints(env, instances, arguments, form):
    ours, theirs = beside_aws_cli(env, *arguments, "--output", form)
    assert ours == theirs


def test_resume_tokens_are_aws_clis(env, instances):
    listed, token = [], []
    while True:
        ours, theirs = beside_aws_cli(env, "ec2", "describe-instances", *OURS, "--max-items", "1", *token, all=False)
        assert ours == theirs
        page = json.loads(ours)
        listed += [instance["InstanceId"] for one in page["Reservations"] for instance in one["Instances"]]
        if "NextToken" not in page:
            break
        token = ["--starting-token", page["NextToken"]]
    assert sorted(listed) == sorted(instances)


def test_formats(env, instances):
    call = ("aws", "ec2", "describe-instances", *OURS, "--all")
    as_json = json.loads(isobar(*call, env=env).stdout)
    assert yaml.safe_load(isobar(*call, "--output", "yaml", env=env).stdout) == yaml.safe_load(json.dumps(as_json))
    table = isobar(*call, "--output", "table", env=env).stdout.splitlines()
    assert table[0].split()[:2] == ["InstanceId", "State.Name"] and len(table) == 7
    table = isobar(*call, "--columns", "InstanceId, Placement.AvailabilityZone", env=env).stdout.splitlines()
    assert table[0].split() == ["InstanceId", "Placement.AvailabilityZone"] and len(table[1].split()) == 2
    found = isobar(*call, "--jq", ".Reservations[].Instances[].InstanceId", env=env).stdout.split()
    assert sorted(found) == sorted(instances)


def test_waiters(env, instances):
    done = isobar("aws", "wait", "ec2", "instance-running", "--instance-ids", "-", env=env, input="\n".join(instances))
    assert done.stdout == ""
    isobar("aws", "ec2", "wait", "instance-exists", "--instance-ids", *instances[:2], env=env)
    wrong = isobar("aws", "wait", "ec2", "vpc-exists", "--vpc-ids", "malformed", env=env, code=1)
    assert "(InvalidVpcID.Malformed)" in wrong.stderr


def test_waiters_of_alibaba(env):
    def call(*words):
        done = isobar("alibaba", *words, "--region", "cn-hangzhou", env=env)
        return json.loads(done.stdout)

    def statuses():
        found = call("ecs", "DescribeInstances", "--VpcId", vpc)
        return [instance["Status"] for instance in found["Instances"]["Instance"]]

    vpc = call("vpc", "CreateVpc", "--CidrBlock", "172.16.0.0/12", "--wait")["VpcId"]
    network = ("--VpcId", vpc, "--ZoneId", "cn-hangzhou-h", "--CidrBlock", "172.16.0.0/24")
    vswitch = call("vpc", "CreateVSwitch", *network, "--wait")["VSwitchId"]
    group = call("ecs", "CreateSecurityGroup", "--VpcId", vpc)["SecurityGroupId"]
    image = call("ecs", "DescribeImages")["Images"]["Image"][0]["ImageId"]
    what = ("--ImageId", image, "--InstanceType", "ecs.g6.large", "--SecurityGroupId", group, "--VSwitchId", vswitch)
    ran = call("ecs", "RunInstances", *what, "--Amount", "2", "--wait")
    ids = ran["InstanceIdSets"]["InstanceIdSet"]
    assert statuses() == ["Running", "Running"]
    isobar("alibaba", "wait", "ecs", "instance-running", "--InstanceIds", json.dumps(ids), "--region", "cn-hangzhou", env=env)
    for id in ids:
        call("ecs", "StopInstance", "--InstanceId", id, "--wait")
    assert statuses() == ["Stopped", "Stopped"]
    # An instance that is made by itself is not started.
    alone = call("ecs", "CreateInstance", *what, "--wait")["InstanceId"]
    assert sorted(statuses()) == ["Stopped"] * 3
    for id in (*ids, alone):
        call("ecs", "DeleteInstance", "--InstanceId", id, "--wait")
    assert statuses() == []
    call("ecs", "DeleteSecurityGroup", "--SecurityGroupId", group)
    call("vpc", "DeleteVSwitch", "--VSwitchId", vswitch, "--wait")
    call("vpc", "DeleteVpc", "--VpcId", vpc, "--wait")
    missing = isobar("alibaba", "wait", "ecs", env=env, code=2)
    assert "isobar alibaba wait ecs --help" in missing.stderr


def test_all_pages_of_digitalocean(env):
    sizes = [json.loads(isobar("do", "sizes", "list", "--all", *more, env=env).stdout) for more in ([], ["--page-size", "7"])]
    assert sizes[0] == sizes[1] and len(sizes[0]["sizes"]) > 20 and list(sizes[0]) == ["sizes"]


def test_droplets(env):
    manifest = yaml.safe_dump({"name": "calls", "region": "nyc1", "size": "s-1vcpu-1gb", "image": "ubuntu-24-04-x64", "tags": ["calls"]})
    made = json.loads(isobar("do", "droplets", "create", "--input", "-", "--wait", env=env, input=manifest).stdout)
    id = str(made["droplet"]["id"])
    shown = json.loads(isobar("do", "droplets", "get", id, env=env).stdout)["droplet"]
    assert shown["status"] == "active" and shown["tags"] == ["calls"]
    table = isobar("do", "droplets", "list", "--tag-name", "calls", "--output", "table", env=env).stdout
    assert id in table and "active" in table
    assert isobar("do", "droplets", "delete", id, env=env).stdout == ""
    wait_until(lambda: isobar("do", "droplets", "get", id, env=env, code=None).returncode == 1, what="the droplet's end")


def test_methods_and_paths(env):
    made = isobar("do", "POST", "/v2/tags", "--input", "{name: by-path}", env=env)
    assert json.loads(made.stdout)["tag"]["name"] == "by-path"
    assert isobar("do", "GET", "/v2/tags/by-path", "--jq", ".tag.name", env=env).stdout == "by-path\n"
    page = json.loads(isobar("do", "GET", "/v2/sizes?per_page=1&page=2", env=env).stdout)
    assert len(page["sizes"]) == 1 and "next" in page["links"]["pages"]
    assert isobar("do", "DELETE", "/v2/tags/by-path", env=env).stdout == ""
    assert "(not_found)" in isobar("do", "GET", "/v2/tags/by-path", env=env, code=1).stderr
    assert "begins with a slash" in isobar("do", "GET", "v2/tags", env=env, code=2).stderr


def test_debug_masks_secrets(env):
    done = isobar("aws", "sts", "get-caller-identity", "--debug", env=env)
    assert json.loads(done.stdout)["Account"] and "\n< 200 OK\n" in done.stderr
    assert "> Action=GetCallerIdentity&Version=2011-06-15\n" in done.stderr and "Signature=****\n" in done.stderr
    assert env["AWS_SECRET_ACCESS_KEY"] not in done.stderr
    done = isobar("do", "account", "get", "--debug", env=env)
    assert "> authorization: Bearer ****\n" in done.stderr and env["DIGITALOCEAN_TOKEN"] not in done.stderr
    secret = ("aws", "iam", "create-login-profile", "--user-name", "u", "--password", "hunter2-of-calls")
    done = isobar(*secret, "--debug", env=env, code=None)
    assert "Password=****" in done.stderr and "hunter2" not in done.stderr


def test_alibaba(env):
    regions = isobar("alibaba", "ecs", "DescribeRegions", "--jq", ".Regions.Region[].RegionId", env=env).stdout.split()
    assert "cn-hangzhou" in regions
    page = isobar("alibaba", "ecs", "DescribeImages", "--PageSize", "2", "--RegionId", "cn-hangzhou", env=env)
    assert len(json.loads(page.stdout)["Images"]["Image"]) == 2
    every = json.loads(isobar("alibaba", "ecs", "describe-images", "--all", env=env).stdout)
    assert len(every["Images"]["Image"]) > 10


def test_errors_of_the_service(env):
    done = isobar("aws", "ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0", env=env, code=1)
    assert done.stdout == ""
    assert done.stderr.startswith("error[not_found]: aws ec2 DescribeInstances: not found (InvalidInstanceID.NotFound): ")
    assert "the request's id is " in done.stderr
    wrong = {**env, "AWS_SECRET_ACCESS_KEY": "wrong"}
    done = isobar("aws", "sts", "get-caller-identity", env=wrong, code=3)
    assert "(SignatureDoesNotMatch)" in done.stderr and "wrong" not in done.stderr.replace("is wrong", "")
    done = isobar("aws", "s3api", "list-buckets", env=env, code=1)
    assert done.stderr.startswith("error[")


def test_curl_sends_the_same(env, instances):
    command = isobar("aws", "ec2", "describe-instances", *OURS, "--curl", env=env).stdout
    assert env["AWS_SECRET_ACCESS_KEY"] not in command
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0 and instances[0] in answer.stdout, answer.stderr


def test_dry_runs_send_nothing(env):
    nowhere = {**env, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    done = isobar("aws", "ec2", "create-vpc", "--cidr-block", "10.9.0.0/16", "--dry-run", env=nowhere)
    assert json.loads(done.stdout)["url"] == "http://127.0.0.1:1/"
    done = isobar("aws", "ec2", "create-vpc", "--cidr-block", "10.9.0.0/16", "--DryRun", env=env)
    assert done.stderr.startswith("note: aws ec2 CreateVpc: it would have succeeded (DryRunOperation)")


# Where things go wrong.


def test_no_credentials():
    done = isobar("aws", "sts", "get-caller-identity", "--region", "us-east-1", env=bare(), code=15)
    assert done.stderr.startswith("error[credentials_missing]: ")
    assert isobar("do", "account", "get", env=bare(), code=15).stderr.startswith("error[credentials_missing]: ")


def test_a_broken_profile(tmp_path):
    done = isobar("aws", "sts", "get-caller-identity", "--profile", "nobody", "--region", "us-east-1", env=bare(), code=14)
    assert "nobody" in done.stderr
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default\nregion = x\n")
    isobar("aws", "sts", "get-caller-identity", env=bare(tmp_path), code=14)


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers each request with what the test says."""

    status, body, said, pause = 200, b"", {}, 0

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        time.sleep(self.pause)
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.said}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def answers():
    servers = []

    def serve(certificate=None, **said):
        handler = type("Handler", (Answers,), {"bodies": [], **said})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()


def test_expired_credentials(answers):
    body = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>"
    url = answers(status=403, body=body)
    done = isobar("aws", "sts", "get-caller-identity", "--endpoint-url", url, code=16)
    assert done.stderr.startswith("error[credentials_expired]: ") and "hint: " in done.stderr


def test_unreachable():
    call = ("aws", "sts", "get-caller-identity", "--retries", "0", "--endpoint-url")
    assert isobar(*call, "http://127.0.0.1:1", code=4).stderr.startswith("error[unreachable]: ")
    assert isobar(*call, "https://nowhere.invalid", code=4).stderr.startswith("error[unreachable]: ")


IDENTITY = b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"


def certificate_of(name, folder):
    """A certificate with its key; the certificate alone is beside it as `.crt`."""
    path = folder / "server.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=server", "-addext", f"subjectAltName={name}", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", str(path), "-out", str(path) + ".crt"],
        capture_output=True,
    )
    if made.returncode != 0:
        pytest.skip("there is no openssl")
    path.write_bytes(path.read_bytes() + (folder / "server.pem.crt").read_bytes())
    return path


def test_a_certificate_that_does_not_verify(answers, tmp_path):
    path = certificate_of("IP:127.0.0.1", tmp_path)
    url = answers(certificate=str(path), body=IDENTITY)
    call = ("aws", "sts", "get-caller-identity", "--endpoint-url", url)
    done = isobar(*call, "--retries", "0", code=17)
    assert done.stderr.startswith("error[certificate_untrusted]: ")
    trusting = {**keys(), "AWS_CA_BUNDLE": str(path) + ".crt"}
    assert json.loads(isobar(*call, env=trusting).stdout) == {"Account": "1"}


def test_certificates_to_trust(answers, tmp_path):
    path = certificate_of("IP:127.0.0.1", tmp_path)
    crt, url = str(path) + ".crt", answers(certificate=str(path), body=IDENTITY)
    site = answers(certificate=str(path), body=b"{}")
    aws = ("aws", "sts", "get-caller-identity", "--endpoint-url", url)
    alibaba = ("alibaba", "ecs", "DescribeRegions", "--endpoint-url", site)
    do = ("do", "GET", "/v2/account", "--endpoint-url", site)
    oauth = ("do", "oauth", "info", "--endpoint-url", site)
    # What programs in Go read, for all clouds; a flag goes before it.
    env = {**keys(), "SSL_CERT_FILE": crt}
    for call in (aws, alibaba, do, oauth):
        isobar(*call, env=env)
        assert isobar(*call, code=17).stderr.startswith("error[certificate_untrusted]: ")
    for call in (aws, alibaba, do):
        isobar(*call, "--ca-bundle", crt, env={**keys(), "SSL_CERT_FILE": str(path.parent / "none")})
    known = isobar("whoami", "aws", "--endpoint-url", url, "--ca-bundle", crt, code=1)
    assert "the answer does not say who" in known.stderr
    # A certificate that nobody can read is none.
    odd = tmp_path / "odd.pem"
    odd.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + open(crt).read() + "#" * (2 << 20))
    isobar(*aws, env={**keys(), "AWS_CA_BUNDLE": str(odd)})
    # AWS's own name goes before the common one.
    isobar(*aws, env={**keys(), "SSL_CERT_FILE": "/nope.pem", "AWS_CA_BUNDLE": crt})
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate is here")
    for call in (aws, alibaba, do, oauth):
        for bundle, what in (("/nope.pem", "/nope.pem"), (str(empty), "there are none in the bundle")):
            done = isobar(*call, env={**keys(), "SSL_CERT_FILE": bundle}, code=2)
            assert done.stderr.startswith("error[configuration_wrong]: ") and what in done.stderr
    # Whoever gives the credentials is held to the same certificates.
    role = b"""<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>"""
    config = tmp_path / "config"
    config.write_text("[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n")
    env = {**keys(), "AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL_STS": answers(certificate=str(path), body=role)}
    call = ("aws", "ec2", "describe-vpcs", "--profile", "r", "--endpoint-url", "http://127.0.0.1:9", "--dry-run")
    assert "ASIAROLE" in isobar(*call, "--ca-bundle", crt, env=env).stdout
    assert "the server's certificate does not verify" in isobar(*call, env=env, code=15).stderr


def relay(source, target):
    """Passes on what comes, until it ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


@pytest.fixture
def proxy():
    """A proxy that leads wherever the test says, whatever it is asked for. It keeps what it was asked
    for, and by whom."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)
    asked = []

    def serve(port, certificate):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                try:
                    client = context.wrap_socket(client, server_side=True)
                except OSError:
                    continue
            head = b""
            while b"\r\n\r\n" not in head and (data := client.recv(4096)):
                head += data
            line, *headers = head.decode().split("\r\n")
            headers = dict(header.lower().split(": ", 1) for header in headers if ": " in header)
            asked.append((line.rsplit(" ", 1)[0], headers.get("proxy-authorization")))
            # `me` and `pass word`, as they stand in the URL.
            if headers.get("proxy-authorization") != "basic " + base64.b64encode(b"me:pass word").decode().lower():
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", port))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for ends in ((client, server), (server, client)):
                threading.Thread(target=relay, args=ends, daemon=True).start()

    def start(port, certificate=None):
        threading.Thread(target=serve, args=(port, certificate), daemon=True).start()
        return f"127.0.0.1:{listener.getsockname()[1]}", asked

    yield start
    listener.close()


def test_a_proxy_on_the_way(answers, proxy, tmp_path):
    name = "sts.eu-west-1.amazonaws.com"
    path = certificate_of(f"DNS:{name}", tmp_path)
    url = answers(certificate=str(path), body=IDENTITY)
    place, asked = proxy(int(url.rsplit(":", 1)[1]))
    ours = {**keys(), "AWS_CA_BUNDLE": str(path) + ".crt", "AWS_REGION": "eu-west-1"}
    call = ("aws", "sts", "get-caller-identity", "--retries", "0")
    through = {**ours, "HTTPS_PROXY": f"http://me:pass%20word@{place}"}
    assert json.loads(isobar(*call, env=through).stdout) == {"Account": "1"}
    proxies = {"https": through["HTTPS_PROXY"]}
    session = boto3.Session("AKID", "secret", region_name="eu-west-1")
    sts = session.client("sts", verify=ours["AWS_CA_BUNDLE"], config=botocore.config.Config(proxies=proxies))
    assert sts.get_caller_identity()["Account"] == "1"
    assert asked[0] == asked[1] and asked[0][0] == f"CONNECT {name}:443", asked
    # What the environment says of it in other ways.
    assert isobar(*call, env={**ours, "https_proxy": through["HTTPS_PROXY"], "HTTPS_PROXY": "http://nowhere.invalid"}).stdout
    del asked[:]
    done = isobar(*call, env={**ours, "HTTPS_PROXY": f"http://{place}"}, code=4)
    assert "the proxy cannot be passed" in done.stderr and "authorization required" in done.stderr
    assert len(asked) == 1
    # Hosts that are nowhere: what does not go through the proxy cannot be reached.
    nowhere = (*call, "--endpoint-url", "https://sts.nowhere.invalid")
    isobar(*nowhere, env={**through, "NO_PROXY": "sts.nowhere.invalid:8443"}, code=17)
    assert asked[1:] == [("CONNECT sts.nowhere.invalid:443", asked[1][1])]
    for exceptions in ("invalid", ".nowhere.invalid,other", "*", "sts.nowhere.invalid:443"):
        around = isobar(*nowhere, "--cli-connect-timeout", "2", env={**through, "NO_PROXY": exceptions}, code=4)
        assert "proxy" not in around.stderr and len(asked) == 2
    assert "proxy" not in isobar(*nowhere, "--cli-connect-timeout", "2", env={**through, "https_proxy": ""}, code=4).stderr
    # One that cannot be used is in the way of what leads through it alone.
    here = answers(body=IDENTITY)
    for url, why in (("socks4://me:hidden@proxy:1080", "older SOCKS"), ("hidden proxy", "no URL")):
        barred = {**ours, "HTTPS_PROXY": url}
        secret = isobar(*nowhere, env=barred, code=2)
        assert "HTTPS_PROXY" in secret.stderr and why in secret.stderr and "hidden" not in secret.stderr
        site = ("do", "oauth", "info", "--token", "t", "--endpoint-url")
        secret = isobar(*site, "https://oauth.nowhere.invalid", env=barred, code=2)
        assert "HTTPS_PROXY" in secret.stderr and why in secret.stderr and "hidden" not in secret.stderr
        assert isobar(*call, "--endpoint-url", here, env=barred).stdout
        assert "proxy" not in isobar(*nowhere, "--cli-connect-timeout", "2", env={**barred, "NO_PROXY": "invalid"}, code=4).stderr
    # Loopback is here, whatever stands between here and elsewhere.
    assert isobar(*call, "--endpoint-url", here, env=through).stdout and len(asked) == 2


def test_a_proxy_over_tls(answers, proxy, tmp_path):
    name = "sts.eu-west-1.amazonaws.com"
    path = certificate_of(f"IP:127.0.0.1,DNS:{name}", tmp_path)
    url = answers(certificate=str(path), body=IDENTITY)
    place, asked = proxy(int(url.rsplit(":", 1)[1]), str(path))
    call = ("aws", "sts", "get-caller-identity", "--retries", "0", "--region", "eu-west-1")
    env = {**keys(), "HTTPS_PROXY": f"https://me:pass%20word@{place}"}
    assert json.loads(isobar(*call, "--ca-bundle", str(path) + ".crt", env=env).stdout) == {"Account": "1"}
    assert asked[0][0] == f"CONNECT {name}:443"
    done = isobar(*call, env=env, code=17)
    assert "the proxy cannot be passed" in done.stderr and len(asked) == 1


def received(connection, length):
    data = b""
    while len(data) < length:
        data += connection.recv(length - len(data)) or pytest.fail("the connection ended")
    return data


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_proxy_of_socks(answers, tmp_path, scheme):
    """RFC 1928 and, for the password, RFC 1929; names are looked up by the proxy, as from Go."""
    name = "sts.eu-west-1.amazonaws.com"
    path = certificate_of(f"DNS:{name}", tmp_path)
    port = int(answers(certificate=str(path), body=IDENTITY).rsplit(":", 1)[1])
    asked = []

    def serve(listener, answer):
        client, _ = listener.accept()
        with client:
            version, count = received(client, 2)
            methods = received(client, count)
            client.sendall(b"\x05" + methods[-1:])
            if methods[-1] == 2:
                _, length = received(client, 2)
                user = received(client, length)
                asked.append((user, received(client, received(client, 1)[0])))
                client.sendall(b"\x01\x00")
            _, command, _, kind, length = received(client, 5)
            asked.append((version, command, kind, received(client, length), int.from_bytes(received(client, 2), "big")))
            client.sendall(bytes([5, answer, 0, 1, 0, 0, 0, 0, 0, 0]))
            if answer:
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=relay, args=(server, client), daemon=True)
                back.start()
                relay(client, server)

    call = ("aws", "sts", "get-caller-identity", "--retries", "0", "--region", "eu-west-1", "--ca-bundle", str(path) + ".crt")
    for user, answer in (("", 0), ("me:pass%20word@", 0), ("", 2)):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(60)
            threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
            env = {**keys(), "HTTPS_PROXY": f"{scheme}://{user}127.0.0.1:{listener.getsockname()[1]}"}
            done = isobar(*call, env=env, code=4 if answer else 0)
        if answer:
            assert "the proxy cannot be passed" in done.stderr and "not allowed" in done.stderr.lower()
        else:
            assert json.loads(done.stdout) == {"Account": "1"}
    wanted = (5, 1, 3, name.encode(), 443)
    assert asked == [wanted, (b"me", b"pass word"), wanted, wanted]


def test_oauth_of_digitalocean(answers):
    env = {**keys(), "DIGITALOCEAN_CLIENT_ID": "the-id", "DIGITALOCEAN_CLIENT_SECRET": "the-secret"}
    url = isobar("do", "oauth", "authorize", "--redirect-uri", "https://me/back", "--scope", "read write", "--state", "s", env=env)
    assert url.stdout == (
        "https://cloud.digitalocean.com/v1/oauth/authorize?client_id=the%2Did&redirect_uri=https%3A%2F%2Fme%2Fback"
        "&response_type=code&scope=read%20write&state=s\n"
    )
    drawn = [isobar("do", "oauth", "authorize", "--redirect-uri", "https://me/back", env=env).stdout for _ in range(2)]
    assert drawn[0] != drawn[1] and re.search(r"state=[0-9a-f]{32}$", drawn[0])
    bodies = []
    grant = json.dumps({"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "read"}).encode()
    site = answers(body=grant, bodies=bodies)
    oauth = ("do", "oauth")
    done = isobar(*oauth, "token", "--code", "c", "--redirect-uri", "https://me/back", "--endpoint-url", site, env=env)
    token = json.loads(done.stdout)
    assert (token["access_token"], token["refresh_token"], token["scope"]) == ("a", "r", "read") and token["expires_at"]
    assert b"code=c" in bodies[0] and b"client_secret=the%2Dsecret" in bodies[0] and b"authorization%5Fcode" in bodies[0]
    isobar(*oauth, "refresh", "--refresh-token", "-", "--endpoint-url", site, env=env, input="old\n")
    assert b"refresh_token=old" in bodies[1]
    site = answers(body=b"{}", bodies=bodies)
    assert isobar(*oauth, "revoke", "--endpoint-url", site, env=env).stdout == "{}\n"
    assert bodies[2] == b"token=the%2Dsecret%2Dof%2Da%2Dtest"
    site = answers(status=401, body=b'{"error": "invalid_grant", "error_description": "it is over"}')
    done = isobar(*oauth, "info", "--endpoint-url", site, env=env, code=None)
    assert done.returncode not in (0, 101) and "it is over" in done.stderr and "the-secret" not in done.stderr
    for wrong in ([], ["dance"], ["token"], ["token", "--code", "c"], ["refresh"], ["info", "extra"]):
        assert isobar(*oauth, *wrong, env=env, code=2).stderr.startswith("error[")
    shown = isobar(*oauth, "--help").stdout
    assert "--refresh-token" in shown and "`revoke` ends" in shown
    # Secrets travel over TLS, and are there.
    for site in ("http://oauth.example.invalid", "oauth.example.invalid"):
        assert isobar(*oauth, "info", "--endpoint-url", site, env=env, code=2).stderr.startswith("error[configuration_wrong]: ")
    redeem = (*oauth, "token", "--code", "c", "--redirect-uri", "https://me/back", "--endpoint-url", "http://127.0.0.1:9")
    renew = (*oauth, "refresh", "--endpoint-url", "http://127.0.0.1:9")
    for wrong, said in (
        ((*renew, "--refresh-token", "-", "--client-secret", "-"), "stdin can be read only once"),
        ((*renew, "--refresh-token", ""), "--refresh-token is empty"),
        ((*renew, "--refresh-token", "-"), "--refresh-token: stdin"),
        ((*redeem, "--client-secret", ""), "--client-secret is empty"),
        ((*redeem, "--client-secret", "-"), "--client-secret: stdin"),
        ((*oauth, "revoke", "--token", "-"), "--token: stdin"),
        ((*oauth, "revoke", "--token", "t", "--profile", "other"), "--token and --profile"),
    ):
        assert said in isobar(*wrong, env=env, code=2, input="\n").stderr, wrong
    # A site that nobody is at, and one that is told no token.
    for verb in (["info"], ["revoke", "--token", "t"], ["refresh", "--refresh-token", "r"]):
        gone = isobar(*oauth, *verb, "--endpoint-url", "http://127.0.0.1:9", env=env, code=4)
        assert gone.stderr.startswith("error[unreachable]: ") and "the-secret" not in gone.stderr


def test_oauth_of_a_context(answers, tmp_path):
    (tmp_path / "doctl").mkdir()
    contexts = {"access-token": "mine", "auth-contexts": {"other": "theirs"}}
    (tmp_path / "doctl" / "config.yaml").write_text(yaml.safe_dump(contexts))
    env = {**bare(), "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    bodies = []
    site = answers(body=b"{}", bodies=bodies)
    revoke = ("do", "oauth", "revoke", "--endpoint-url", site)
    isobar(*revoke, "--profile", "other", env={**env, "DIGITALOCEAN_TOKEN": "the-environments"})
    isobar(*revoke, env=env)
    assert bodies == [b"token=theirs", b"token=mine"]
    assert "absent" in isobar(*revoke, "--profile", "absent", env=env, code=14).stderr and len(bodies) == 2


def test_no_answer_in_time(answers):
    url = answers(pause=5)
    done = isobar("aws", "sts", "get-caller-identity", "--endpoint-url", url, "--timeout", "300ms", "--retries", "0", code=4)
    assert done.stderr.startswith("error[timed_out]: ")


def test_answers_that_cannot_be_read(answers):
    for body in (b"<html>proxy</html>", b"<GetCallerIdentityResponse", b"\xff\xfe"):
        url = answers(body=body, said={"Content-Type": "text/xml"})
        done = isobar("aws", "sts", "get-caller-identity", "--endpoint-url", url, code=None)
        assert "panicked" not in done.stderr and done.returncode in (0, 1)


@pytest.mark.parametrize(
    "said, right",
    [
        ({"x-amz-checksum-crc32": "tUrzJA=="}, True),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, False),
        ({"x-amz-checksum-sha256": "oOoABdjylg/PDSrJHtMlrN5mhVadmsNrDYFHwIaKVHk="}, True),
        ({"x-amz-checksum-sha256": "AAAA"}, False),
        # Of the checksums of parts.
        ({"x-amz-checksum-crc32": "AAAAAA==-2"}, True),
        # The first that is known and is the whole's decides.
        ({"x-amz-checksum-crc32": "AAAAAA==-2", "x-amz-checksum-sha1": "AAAA"}, False),
        ({"x-amz-checksum-unheard-of": "AAAA"}, True),
    ],
)
def test_an_object_is_held_to_its_checksum(answers, tmp_path, said, right):
    url = answers(body=b"the object", said={"ETag": '"x"', **said})
    out = tmp_path / "object"
    get = ("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", str(out), "--endpoint-url", url)
    done = isobar(*get, code=None)
    assert (done.returncode == 0) == right == out.exists(), done
    assert right or done.stderr.startswith("error[answer_unreadable]: ") and not list(tmp_path.iterdir())
    s3 = boto3.client("s3", "eu-west-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b")
    vendor = s3.get_object(Bucket="b", Key="k")["Body"]
    if right:
        assert vendor.read() == out.read_bytes() == b"the object"
        return
    with pytest.raises(botocore.exceptions.FlexibleChecksumError):
        vendor.read()
    lenient = {**keys(), "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}
    isobar(*get, env=lenient)
    assert out.read_bytes() == b"the object"


def test_an_answer_that_broke_on_its_way_is_asked_for_again(answers):
    bodies = []
    url = answers(body=b'{"TableNames":["t"]}', said={"x-amz-crc32": "1"}, bodies=bodies)
    lists = ("aws", "dynamodb", "list-tables", "--endpoint-url", url)
    done = isobar(*lists, "--retries", "2", code=None)
    assert done.returncode != 0 and "CRC32" in done.stderr and len(bodies) == 3
    right = zlib.crc32(b'{"TableNames":["t"]}')
    url = answers(body=b'{"TableNames":["t"]}', said={"x-amz-crc32": str(right)})
    assert json.loads(isobar("aws", "dynamodb", "list-tables", "--endpoint-url", url).stdout) == {"TableNames": ["t"]}


def test_an_object_gets_its_name_when_it_is_whole(answers, tmp_path):
    url = answers(body=b"the object", said={"ETag": '"x"'})
    out = tmp_path / "object"
    done = isobar("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", str(out), "--endpoint-url", url)
    assert out.read_bytes() == b"the object" and json.loads(done.stdout)["ETag"] == '"x"'
    assert isobar("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", "-", "--endpoint-url", url).stdout == "the object"
    cut = answers(body=b"the obj", said={"Content-Length": "10"})
    out = tmp_path / "cut"
    isobar("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", str(out), "--endpoint-url", cut, "--retries", "0", code=4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["object"]
    nowhere = str(tmp_path / "no" / "folder")
    isobar("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", nowhere, "--endpoint-url", url, code=18)


def test_a_file_is_the_body(answers, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3_000_000))
    bodies = []
    url = answers(bodies=bodies, said={"ETag": '"x"'})
    call = ("aws", "s3api", "put-object", "--bucket", "b", "--key", "k", "--body", str(path))
    done = isobar(*call, "--endpoint-url", url)
    assert json.loads(done.stdout)["ETag"] == '"x"' and len(bodies) == 1
    assert path.read_bytes()[:1000] in bodies[0] and path.read_bytes()[-1000:] in bodies[0]
    assert isobar(*call[:-1], str(tmp_path / "none"), "--endpoint-url", url, code=13).stderr.startswith("error[file_unreadable]: ")
    # Over HTTPS the body goes in chunks, with its checksum behind them.
    rest, parts = prepared(*call)["body"], []
    while (size := int(rest.partition(b"\r\n")[0], 16)) > 0:
        rest = rest.partition(b"\r\n")[2]
        parts.append(rest[:size])
        rest = rest[size + 2:]
    assert b"".join(parts) == path.read_bytes()
    assert rest.startswith(b"0\r\nx-amz-checksum-crc32:")


def test_a_full_disk(answers):
    url = answers(body=b"x" * 100_000)
    done = isobar("aws", "s3api", "get-object", "--bucket", "b", "--key", "k", "/dev/full", "--endpoint-url", url, code=18)
    assert "the disk is full" in done.stderr
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "aws", "ec2", "help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 18 and "the disk is full" in done.stderr


def test_interrupted(answers, tmp_path):
    url = answers(pause=30)
    call = [BINARY, "aws", "s3api", "get-object", "--bucket", "b", "--key", "k", str(tmp_path / "object"), "--endpoint-url", url]
    process = subprocess.Popen(
        call, env=keys(), stderr=subprocess.PIPE, text=True, preexec_fn=with_default_signals
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130 and stderr.startswith("error[interrupted]: ")
    assert list(tmp_path.iterdir()) == []


def at_terminal(env, *arguments):
    """The exit code and all that a terminal shows of a command."""
    child, master = pty.fork()
    if child == 0:
        with_default_signals()
        os.execve(BINARY, [BINARY, *arguments], env)
    seen = b""
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen


def test_a_terminal_has_colours_and_a_pager(env):
    call = ("aws", "ec2", "describe-regions", "--query", "Regions[0].RegionName")
    base = {**env, "TERM": "xterm", "PAGER": "sed s/^/paged:/"}
    code, seen = at_terminal(base, *call)
    assert (code, seen.startswith(b"paged:\x1b[32m\"")) == (0, True), seen
    for more, variables in ((["--no-pager"], {}), ([], {"PAGER": ""}), ([], {"AWS_PAGER": ""})):
        code, seen = at_terminal({**base, **variables}, *call, *more)
        assert (code, seen.startswith(b"\x1b[32m\"")) == (0, True), seen
    for more, variables in ((["--color", "off"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
        code, seen = at_terminal({**base, **variables}, *call, "--no-pager", *more)
        assert (code, b"\x1b" in seen) == (0, False), seen
    code, seen = at_terminal(base, "aws", "ec2", "describe-region")
    assert (code, seen.startswith(b"\x1b[31;1merror[unknown_operation]\x1b[0m: ")) == (10, True), seen


def test_a_reader_that_has_seen_enough(env, instances):
    command = f"{BINARY} aws ec2 describe-instance-types --all | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env=env, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


def test_flags_may_stand_anywhere():
    for arguments in (
        ["-o", "yaml", "aws", "sts", "get-caller-identity", "--dry-run"],
        ["aws", "--output", "yaml", "sts", "get-caller-identity", "--dry-run"],
        ["aws", "sts", "get-caller-identity", "--dry-run", "-o", "yaml"],
    ):
        assert isobar(*arguments).stdout.startswith("method: POST\n"), arguments


def test_regions_of_services_that_have_none():
    env = {k: v for k, v in keys().items() if k != "AWS_REGION"}
    assert prepared("aws", "iam", "list-users", env=env)["url"] == "https://iam.amazonaws.com/"
    done = isobar("aws", "ec2", "describe-vpcs", env=env, code=2)
    assert done.stderr.startswith("error[region_missing]: ")


def test_calls_without_credentials(env):
    bare = {name: value for name, value in env.items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    get = ("aws", "s3api", "get-object", "--bucket", "public", "--key", "k", "-", "--region", "us-east-1", "--dry-run")
    request = json.loads(isobar(*get, "--no-sign-request", env=bare).stdout)
    assert "authorization" not in request["headers"]
    absent = isobar("aws", "sts", "get-caller-identity", "--ca-bundle", "/nope.pem", env=env, code=13)
    assert "/nope.pem cannot be read" in absent.stderr
