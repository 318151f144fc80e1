"""The local clouds over TLS, on the ports where they speak plain HTTP too."""

import json
import shlex
import ssl
import urllib.request

import boto3
import pytest
from botocore.config import Config


@pytest.fixture(scope="module")
def tls_server():
    from conftest import Server

    server = Server().start(flags=["--tls"])
    yield server
    assert server.stop() == 0


def variables(server):
    lines = server.cli("env").stdout.splitlines()
    return dict(shlex.split(line)[1].split("=", 1) for line in lines)


def client(server, url, verify):
    aws = server.endpoints["aws"]
    return boto3.client(
        "ec2",
        endpoint_url=url,
        region_name=aws["region"],
        aws_access_key_id=aws["access_key_id"],
        aws_secret_access_key=aws["secret_access_key"],
        verify=verify,
        config=Config(retries={"max_attempts": 0}),
    )


def test_one_port_speaks_both(tls_server):
    told = variables(tls_server)
    url = tls_server.endpoints["aws"]["url"]
    for host in ("127.0.0.1", "localhost"):
        secure = url.replace("http://127.0.0.1", f"https://{host}")
        found = client(tls_server, secure, told["AWS_CA_BUNDLE"]).describe_regions()
        assert found["Regions"]
    assert client(tls_server, url, None).describe_regions()["Regions"]


def test_the_authority_alone_is_trusted(tls_server):
    from botocore.exceptions import SSLError

    secure = tls_server.endpoints["aws"]["url"].replace("http://", "https://")
    with pytest.raises(SSLError):
        client(tls_server, secure, True).describe_regions()


def test_links_have_the_scheme_that_was_spoken(tls_server):
    told = variables(tls_server)
    cloud = tls_server.endpoints["digitalocean"]
    url = cloud["url"].replace("http://", "https://")
    request = urllib.request.Request(url + "/v2/sizes?per_page=1", headers={"Authorization": f"Bearer {cloud['token']}"})
    context = ssl.create_default_context(cafile=told["NODE_EXTRA_CA_CERTS"])
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        body = json.load(answer)
    assert body["links"]["pages"]["next"].startswith(url + "/"), body["links"]


def test_the_authority_stays_and_its_key_is_the_owners(tls_server):
    own = tls_server.state / "authority.pem"
    before = own.read_bytes()
    assert (tls_server.state / "authority.key").stat().st_mode & 0o077 == 0
    assert tls_server.stop() == 0
    tls_server.start(flags=["--tls"])
    assert own.read_bytes() == before
    secure = tls_server.endpoints["aws"]["url"].replace("http://", "https://")
    assert client(tls_server, secure, variables(tls_server)["AWS_CA_BUNDLE"]).describe_regions()


@pytest.mark.parametrize("name", ["authority.pem", "authority.key"])
def test_a_damaged_authority_is_refused(fresh_server, name):
    server = fresh_server().start(flags=["--tls"])
    assert server.stop() == 0
    content = (server.state / name).read_bytes()
    other = fresh_server().start(flags=["--tls"])
    for damage in (b"", content[: len(content) // 2], b"garbage", (other.state / name).read_bytes()):
        (server.state / name).write_bytes(damage)
        with pytest.raises(RuntimeError) as refused:
            server.start(flags=["--tls"])
        assert "tls_unusable" in str(refused.value) or "state_unusable" in str(refused.value)
    (server.state / name).write_bytes(content)
    server.start(flags=["--tls"])


@pytest.fixture
def older_sdk(tls_server, monkeypatch):
    """A client of Alibaba Cloud's older SDK."""
    from aliyunsdkcore.client import AcsClient

    cloud = tls_server.endpoints["alibaba"]
    authority = variables(tls_server)["REQUESTS_CA_BUNDLE"]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority)
    return AcsClient(cloud["access_key_id"], cloud["access_key_secret"], cloud["region"], verify=authority)


def test_alibabas_older_sdk_speaks_tls(tls_server, older_sdk):
    from aliyunsdkecs.request.v20140526.DescribeRegionsRequest import DescribeRegionsRequest

    request = DescribeRegionsRequest()
    request.set_protocol_type("https")
    request.set_endpoint(tls_server.endpoints["alibaba"]["url"].removeprefix("http://"))
    assert json.loads(older_sdk.do_action_with_exception(request))["Regions"]


def test_alibabas_older_sdk_asks_where_a_product_is(tls_server, older_sdk):
    """It does so of products and regions that are not in its own table, and by TLS alone."""
    from aliyunsdkcore.endpoint.location_service_endpoint_resolver import LocationServiceEndpointResolver
    from aliyunsdkcore.endpoint.resolver_endpoint_request import ResolveEndpointRequest

    host = tls_server.endpoints["alibaba"]["url"].removeprefix("http://")
    resolver = LocationServiceEndpointResolver(older_sdk)
    resolver.set_location_service_endpoint(host)
    asked = lambda region, product: ResolveEndpointRequest(region, product, product.lower(), "openAPI")
    assert resolver.resolve(asked("cn-wulanchabu", "Ecs")) == host
    assert resolver.resolve(asked("cn-wulanchabu", "NoSuchProduct")) is None
    assert resolver.is_product_code_valid(asked("cn-wulanchabu", "Ecs"))
    assert not resolver.is_product_code_valid(asked("cn-wulanchabu", "NoSuchProduct"))
    assert resolver.resolve(asked("mars-north-1", "Ecs")) is None
