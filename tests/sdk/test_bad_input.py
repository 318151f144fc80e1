"""What is malformed, too large or unsigned, to each local cloud: its own error, and nothing changed."""

import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def send(server, cloud, method, path, headers=None, body=None):
    url = urllib.parse.urlparse(server.endpoints[cloud]["url"])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def signed(server, service, body, headers=FORM):
    aws = server.endpoints["aws"]
    request = AWSRequest("POST", aws["url"] + "/", headers=dict(headers), data=body)
    key = Credentials(aws["access_key_id"], aws["secret_access_key"])
    SigV4Auth(key, service, aws["region"]).add_auth(request)
    return send(server, "aws", "POST", "/", dict(request.headers.items()), body)


def aws_code(body):
    root = ElementTree.fromstring(body)
    return next(element.text for element in root.iter() if element.tag.endswith("Code"))


def test_aws_without_a_signature(server):
    status, _, body = send(server, "aws", "POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (status, aws_code(body)) == (403, "MissingAuthenticationToken")


def test_aws_with_half_a_signature(server):
    headers = {**FORM, "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request"}
    status, _, body = send(server, "aws", "POST", "/", headers, b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (status, aws_code(body)) == (400, "IncompleteSignature")


@pytest.mark.parametrize(
    "service, body, codes",
    [
        ("sts", b"Action=NoSuchThing&Version=2011-06-15", {"InvalidAction"}),
        ("ec2", b"Action=NoSuchThing&Version=2016-11-15", {"InvalidAction"}),
        ("ec2", b"Version=2016-11-15", {"MissingAction", "MissingParameter", "InvalidAction"}),
        ("ec2", b"Action=RunInstances&Version=2016-11-15&MinCount=x&MaxCount=1", {"InvalidParameterValue", "MalformedQueryString", "InvalidParameter"}),
        ("ec2", b"Action=RunInstances&Version=2016-11-15", {"MissingParameter"}),
        ("ec2", b"Action=CreateVpc&Version=2016-11-15&CidrBlock=%ff%fe", {"InvalidParameterValue", "InvalidVpc.Range", "MalformedQueryString", "InvalidCharacter"}),
        ("elasticloadbalancing", b"Action=CreateTargetGroup&Version=2015-12-01", {"ValidationError"}),
    ],
)  # fmt: skip
def test_aws_malformed(server, service, body, codes):
    status, _, answer = signed(server, service, body)
    assert 400 <= status < 500 and aws_code(answer) in codes, answer


def test_aws_too_large(server):
    status, _, body = signed(server, "ec2", b"Action=CreateVpc&Version=2016-11-15&X=" + b"x" * (17 << 20))
    assert status == 413 and aws_code(body), body


def test_aws_old_request(server):
    """A signature from long ago."""
    import datetime
    from unittest import mock

    import botocore.compat

    past = datetime.datetime(2020, 1, 1)
    with mock.patch("botocore.auth.get_current_datetime", return_value=past):
        status, _, body = signed(server, "sts", b"Action=GetCallerIdentity&Version=2011-06-15")
    assert botocore.compat
    assert status in (400, 403)
    assert aws_code(body) in ("SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed"), body


def test_alibaba_malformed(server):
    status, _, body = send(server, "alibaba", "GET", "/?Action=DescribeRegions&Version=2014-05-26")
    error = json.loads(body)
    assert 400 <= status < 500 and re.match(r"Missing|Invalid|Incomplete", error["Code"]), body
    assert error["RequestId"] and error["HostId"] and error["Message"]
    status, _, body = send(server, "alibaba", "GET", "/?Action=DescribeRegions&Version=2014-05-26&Format=XML")
    assert ElementTree.fromstring(body).tag == "Error"
    status, _, body = send(server, "alibaba", "POST", "/", FORM, b"%%%=&&&")
    assert 400 <= status < 500 and json.loads(body)["Code"], body


def test_alibaba_too_large(server):
    status, _, body = send(server, "alibaba", "POST", "/", FORM, b"x=" + b"x" * (17 << 20))
    assert status == 413 and json.loads(body)["Code"]


def ocean(server, method, path, body=None, kind="application/json"):
    token = server.endpoints["digitalocean"]["token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    status, headers, body = send(server, "digitalocean", method, path, headers, body)
    return status, json.loads(body) if body else None


@pytest.mark.parametrize("body", [b"{", b"[1", b"\xff\xfe", b'{"name": }', b'"' + b"[" * 100_000])
def test_digitalocean_malformed(server, body):
    status, error = ocean(server, "POST", "/v2/droplets", body)
    assert status == 400 and error["id"] and error["message"], error


def test_digitalocean_wrong_types(server):
    good = {"name": "a", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64"}
    for change in ({"name": {"a": 1}}, {"tags": "x"}, {"backups": "maybe"}, {"image": []}):
        status, error = ocean(server, "POST", "/v2/droplets", json.dumps({**good, **change}).encode())
        assert status in (400, 422) and error["message"], (change, error)
    status, error = ocean(server, "POST", "/v2/droplets", b"{}")
    assert status == 422, error


def test_digitalocean_too_large(server):
    status, error = ocean(server, "POST", "/v2/droplets", b'{"name": "' + b"x" * (17 << 20) + b'"}')
    assert status == 413 and error["id"]


def test_every_endpoint_of_the_control_plane_wants_a_key(server):
    document = server.api("GET", "/openapi.json", key=False)[2]
    for path, methods in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method in methods:
            status, _, body = server.api(method.upper(), path.replace("{id}", "x"), key=False)
            assert status == 401 and body["error"]["code"] == "unauthenticated", (method, path)
