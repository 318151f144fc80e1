"""The requests to AWS, compared with botocore's: every operation of every service, several inputs each."""

import base64
import datetime
import functools
import os
import time
import uuid

import aws_inputs
import aws_s3
import common

# Nothing of the machine's own configuration is read.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
# What botocore does by itself it does by itself, but for what it cannot.
os.environ["BOTO_DISABLE_CRT"] = "true"

import botocore.auth  # noqa: E402
import botocore.config  # noqa: E402
import botocore.crt.auth  # noqa: E402
import botocore.exceptions  # noqa: E402
import botocore.handlers  # noqa: E402
import botocore.session  # noqa: E402
import botocore.tokens  # noqa: E402

REGION = "us-east-1"


class Captured(Exception):
    """Carries the request out of botocore in the place of sending it."""

    def __init__(self, request):
        self.request = request


def capture(request, **_):
    raise Captured(request)


class FrozenTime:
    """What the oldest signature takes from the module `time`."""

    strftime = time.strftime

    @staticmethod
    def gmtime():
        return datetime.datetime.fromisoformat(common.NOW).utctimetuple()


def freeze():
    """Stops botocore's clock and takes its randomness."""
    now = datetime.datetime.fromisoformat(common.NOW)

    def get_current_datetime(remove_tzinfo=True):
        return now.replace(tzinfo=None) if remove_tzinfo else now

    for module in ("auth", "compat", "endpoint", "signers", "utils"):
        setattr(getattr(__import__(f"botocore.{module}"), module), "get_current_datetime", get_current_datetime)
    botocore.crt.auth.get_current_datetime = get_current_datetime
    botocore.auth.time = FrozenTime
    uuid.uuid4 = lambda: uuid.UUID(common.UUID)


freeze()


@functools.cache
def session():
    it = botocore.session.Session()
    it.get_auth_token = lambda **_: botocore.tokens.FrozenAuthToken(common.TOKEN)
    return it


def client(service, region, options, endpoint=None):
    """A client that makes requests and sends none."""
    config = botocore.config.Config(retries={"total_max_attempts": 1}, **options)
    it = session().create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=common.ACCESS_KEY,
        aws_secret_access_key=common.SECRET_KEY,
        config=config,
    )
    it.meta.events.register("before-send", capture)
    # Its two headers are signed, and differ in every attempt.
    it.meta.events.unregister("request-created", botocore.handlers.add_retry_headers)
    return it


def vendor_request(it, operation, params):
    """What botocore makes of an input, with the common runtime's signature for several regions where it
    takes no other."""
    for_regions = {name: botocore.crt.auth.CRT_AUTH_TYPE_MAPS[name] for name in ("v4a", "s3v4a")}
    try:
        return one_request(it, operation, params)
    except botocore.exceptions.MissingDependencyException:
        botocore.auth.AUTH_TYPE_MAPS.update(for_regions)
    try:
        return one_request(it, operation, params)
    finally:
        for name in for_regions:
            del botocore.auth.AUTH_TYPE_MAPS[name]


def one_request(it, operation, params):
    try:
        it._make_api_call(operation, params)
    except Captured as captured:
        sent = captured.request
        headers = {name.lower(): text(value) for name, value in sent.headers.items()}
        return common.Request(sent.method, sent.url, headers, body_bytes(sent.body))
    except botocore.exceptions.MissingDependencyException:
        if "v4a" in botocore.auth.AUTH_TYPE_MAPS:
            raise RuntimeError(f"botocore lacks something for {operation}") from None
        raise
    except (botocore.exceptions.BotoCoreError, AttributeError, ValueError, TypeError) as error:
        return common.Refusal(f"{type(error).__name__}: {error}")
    raise RuntimeError(f"botocore sent nothing for {operation}")


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def body_bytes(body):
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, (bytes, bytearray)) else body.read()


def as_json(value):
    """An input as `isobar-conformance` reads it: blobs as base64, timestamps as RFC 3339."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value


# Where and how each service is called once beside the usual: the region, botocore's options, Isobar's.
ELSEWHERE = [
    ("us-gov-west-1", {}, {}),
    ("cn-north-1", {}, {}),
    ("eu-central-1", {}, {}),
    (REGION, {"use_fips_endpoint": True}, {"fips": True}),
    (REGION, {"use_dualstack_endpoint": True}, {"dual_stack": True}),
    ("us-gov-west-1", {"use_fips_endpoint": True}, {"fips": True}),
]

# These services' endpoints are asked for with a call of its own, so both are given one.
DISCOVERED = {"timestream-query": "https://cell.example.com", "timestream-write": "https://cell.example.com"}


def case(it, service, operation, variant, region, options, params):
    call = {"cloud": "aws", "service": service, "operation": operation, "region": region, **options}
    call["input"] = as_json(params)
    return common.Case(service, operation, variant, call, vendor_request(it, operation, params))


def cases(service):
    options = {"endpoint": DISCOVERED[service]} if service in DISCOVERED else {}
    it = client(service, REGION, {}, options.get("endpoint"))
    model = it.meta.service_model
    fewest = None
    for operation in model.operation_names:
        for variant, params in aws_inputs.of(service, model.operation_model(operation)):
            yield case(it, service, operation, variant, REGION, options, params)
            if fewest is None or (variant == "required" and len(params) < len(fewest[1])):
                fewest = (operation, params)
    if fewest and not options:
        for region, botocore_options, options in ELSEWHERE:
            variant = "-".join([region, *options])
            elsewhere = client(service, region, botocore_options)
            yield case(elsewhere, service, fewest[0], variant, region, options, fewest[1])
    if service == "s3":
        for number, (operation, region, botocore_options, options, params) in enumerate(aws_s3.CASES):
            elsewhere = client(service, region, botocore_options, options.get("endpoint"))
            yield case(elsewhere, service, operation, f"s3-{number}", region, options, params)


def work(service):
    return common.compare_service(cases(service))


def services():
    """All of them; those with the largest models first, so that no core waits for one of them in the end."""
    loader = session().get_component("data_loader")
    names = loader.list_available_services("service-2")
    first = ["ec2", "sagemaker", "quicksight", "iot", "connect", "glue", "rds", "chime", "ssm", "iam", "s3"]
    return [name for name in first if name in names] + [name for name in names if name not in first]


if __name__ == "__main__":
    common.main("aws", services(), work)
