"""What the environment and the profile say of how AWS is called: boto3 and Isobar must make the same of
it."""

import gzip
import hashlib
import json
import urllib.parse

import boto3
import botocore.credentials
import botocore.exceptions
import botocore.tokens
import pytest
from calls import bare, isobar, prepared

ACCOUNT = "123456789012"
ACCESS_POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/point"

# What is set, in the environment or in the profile's lines, and the call.
TABLE = ("dynamodb", "describe_table", {"TableName": "t"})
BY_ARN = ("dynamodb", "describe_table", {"TableName": "arn:aws:dynamodb:us-east-1:210987654321:table/t"})
LIST = ("s3", "list_objects_v2", {"Bucket": "bucket"})
PUT = ("s3", "put_object", {"Bucket": "bucket", "Key": "k", "Body": b"content"})
NAMED = ("s3", "put_object", {"Bucket": "bucket", "Key": "k", "Body": b"content", "ChecksumAlgorithm": "SHA256"})
DELETE = ("s3", "delete_objects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "k"}]}})
GET = ("s3", "get_object", {"Bucket": "bucket", "Key": "k"})
BY_POINT = ("s3", "get_object", {"Bucket": ACCESS_POINT, "Key": "k"})

ROWS = [
    ({}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT}, "", BY_ARN),
    ({"AWS_ACCOUNT_ID": ACCOUNT}, "account_id_endpoint_mode = disabled", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "Required"}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT, "AWS_USE_DUALSTACK_ENDPOINT": "true"}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT, "AWS_USE_FIPS_ENDPOINT": "true"}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT, "AWS_ENDPOINT_URL": "https://elsewhere.example.com"}, "", TABLE),
    ({"AWS_ACCOUNT_ID": ACCOUNT}, "", LIST),
    ({}, "", LIST),
    ({"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"}, "", LIST),
    ({}, "s3 =\n  us_east_1_regional_endpoint = regional", LIST),
    ({}, "s3 =\n  use_accelerate_endpoint = true", LIST),
    ({}, "s3 =\n  use_accelerate_endpoint = true\n  addressing_style = path", LIST),
    ({}, "", BY_POINT),
    ({"AWS_S3_USE_ARN_REGION": "true"}, "", BY_POINT),
    ({}, "", PUT),
    ({"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}, "", PUT),
    ({}, "request_checksum_calculation = WHEN_REQUIRED", PUT),
    ({"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}, "", NAMED),
    ({"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}, "", DELETE),
    ({}, "", GET),
    ({"AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}, "", GET),
]


class Seen(Exception):
    """Carries a request out of boto3."""


@pytest.fixture
def around(monkeypatch, tmp_path):
    """Makes a row's environment, for boto3 in this process and as a dictionary."""

    def make(variables, lines):
        config = tmp_path / ".aws" / "config"
        config.parent.mkdir()
        config.write_text(f"[default]\nregion = us-east-1\n{lines}\n")
        given = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", **variables}
        env = {**bare(tmp_path), **given}
        monkeypatch.setattr("os.environ", dict(env))
        return env

    return make


def by_boto3(service, operation, arguments):
    client = boto3.Session().client(service)

    def stop(request, **_):
        raise Seen(request)

    client.meta.events.register("before-send", stop)
    with pytest.raises(Seen) as seen:
        getattr(client, operation)(**arguments)
    return seen.value.args[0]


METRICS = ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": [{"MetricName": "m" * 200}] * 20})
MORE_METRICS = ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": [{"MetricName": "m" * 200}] * 80})


@pytest.mark.parametrize(
    "variables, lines, call",
    [
        ({}, "", METRICS),
        ({}, "", MORE_METRICS),
        ({"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "1"}, "", METRICS),
        ({"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "1048576"}, "request_min_compression_size_bytes = 1", MORE_METRICS),
        ({}, "request_min_compression_size_bytes = 100", METRICS),
        ({"AWS_DISABLE_REQUEST_COMPRESSION": "true"}, "", MORE_METRICS),
        ({}, "disable_request_compression = true", MORE_METRICS),
        ({"AWS_DISABLE_REQUEST_COMPRESSION": "false"}, "disable_request_compression = true", MORE_METRICS),
    ],
)
def test_compression(around, variables, lines, call):
    env = around(variables, lines)
    service, operation, arguments = call
    vendor = by_boto3(service, operation, arguments)
    own = prepared("aws", service, operation.replace("_", "-"), "--input", json.dumps(arguments), env=env)
    own_encoding, vendor_encoding = own["headers"].get("content-encoding"), vendor.headers.get("Content-Encoding")
    assert own_encoding == (vendor_encoding and vendor_encoding.decode())
    own_body, vendor_body = (gzip.decompress(body) if own_encoding else body for body in (own["body"], vendor.body))
    assert json.loads(own_body) == json.loads(vendor_body) == arguments


@pytest.mark.parametrize("size", ["0", "-1", "1048577", "much"])
def test_compression_from_a_size_that_is_none(around, size):
    env = around({"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": size}, "")
    with pytest.raises(botocore.exceptions.InvalidConfigError):
        by_boto3(*METRICS)
    done = isobar("aws", "cloudwatch", "list-metrics", "--dry-run", env=env, code=14)
    assert size in done.stderr and "from 1 to 1048576" in done.stderr


def shape(url, headers):
    """What the settings decide on: the place and what is said of checksums."""
    parts = urllib.parse.urlsplit(url)
    headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    about = {name: value for name, value in headers.items() if "checksum" in name or name in ("x-amz-trailer", "x-amz-content-sha256")}
    return parts.scheme, parts.netloc, parts.path, about


@pytest.mark.parametrize("variables, lines, call", ROWS)
def test_boto3_makes_the_same_of_it(around, variables, lines, call):
    env = around(variables, lines)
    service, operation, arguments = call
    vendor = by_boto3(service, operation, arguments)
    body = {name: "Y29udGVudA==" if name == "Body" else value for name, value in arguments.items()}
    command = ("aws", service, operation.replace("_", "-"))
    own = prepared(*command, "--input", json.dumps(body), env=env)
    assert shape(own["url"], own["headers"]) == shape(vendor.url, vendor.headers)


SESSION = """
sso_session = s
[sso-session s]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
"""


@pytest.mark.parametrize(
    "variables, lines, call",
    [
        ({"AWS_BEARER_TOKEN_BEDROCK": "token-of-a-test"}, "", ("bedrock", "list_foundation_models", {})),
        ({"AWS_BEARER_TOKEN_BEDROCK": "token-of-a-test"}, "", ("bedrock-runtime", "list_async_invokes", {})),
        # Signs by the same name, and takes keys alone.
        ({"AWS_BEARER_TOKEN_BEDROCK": "token-of-a-test"}, "", ("bedrock-agent", "list_agents", {})),
        ({}, "", ("bedrock", "list_foundation_models", {})),
        ({"AWS_BEARER_TOKEN_CODECATALYST": "token-of-a-test"}, "", ("codecatalyst", "list_spaces", {})),
        ({}, SESSION, ("codecatalyst", "list_spaces", {})),
        ({"AWS_BEARER_TOKEN_S3": "token-of-a-test"}, "", LIST),
    ],
)
def test_bearer_tokens(around, monkeypatch, tmp_path, variables, lines, call):
    env = around(variables, lines)
    cache = tmp_path / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    name = hashlib.sha1(b"s").hexdigest()
    (cache / f"{name}.json").write_text('{"accessToken": "signed-on", "expiresAt": "2999-01-01T00:00:00Z"}')
    for provider in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    service, operation, arguments = call
    vendor = by_boto3(service, operation, arguments).headers["Authorization"]
    vendor = vendor.decode() if isinstance(vendor, bytes) else vendor
    command = ("aws", service, operation.replace("_", "-"), "--input", json.dumps(arguments))
    own = prepared(*command, env=env)["headers"]["authorization"]
    # What is signed differs by the time.
    assert own.split(",")[0].split("/20")[0] == vendor.split(",")[0].split("/20")[0]
    assert own.startswith("Bearer ") == vendor.startswith("Bearer ")


def test_a_token_that_is_nowhere(around):
    env = around({}, "")
    done = isobar("aws", "codecatalyst", "list-spaces", "--dry-run", env=env, code=None)
    assert done.returncode != 0 and "bearer token" in done.stderr
    env.update(AWS_BEARER_TOKEN_BEDROCK="token-of-a-test")
    unsigned = prepared("aws", "bedrock", "list-foundation-models", "--no-sign-request", env=env)
    assert "authorization" not in unsigned["headers"]


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "always"},
        {"AWS_REQUEST_CHECKSUM_CALCULATION": "never"},
        {"AWS_RESPONSE_CHECKSUM_VALIDATION": "never"},
    ],
)
def test_values_that_do_not_exist(around, variables):
    env = around(variables, "")
    with pytest.raises((botocore.exceptions.InvalidConfigError, botocore.exceptions.InvalidChecksumConfigError)):
        boto3.Session().client("dynamodb")
    isobar("aws", "dynamodb", "list-tables", "--dry-run", env=env, code=14)


def test_an_account_that_is_required_and_not_known(around):
    env = around({"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"}, "")
    with pytest.raises(botocore.exceptions.EndpointProviderError) as theirs:
        boto3.Session().client("dynamodb").list_tables()
    done = isobar("aws", "dynamodb", "list-tables", "--dry-run", env=env, code=2)
    assert str(theirs.value) in done.stderr
