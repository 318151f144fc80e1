"""The requests to AWS, compared with botocore's: every operation of every service, several inputs each."""

import base64
import datetime
import functools
import os
import uuid

import aws_inputs
import common

# Nothing of the machine's own configuration is read.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import botocore.config  # noqa: E402
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


def freeze():
    """Stops botocore's clock and takes its randomness."""
    now = datetime.datetime.fromisoformat(common.NOW)

    def get_current_datetime(remove_tzinfo=True):
        return now.replace(tzinfo=None) if remove_tzinfo else now

    for module in ("auth", "compat", "endpoint", "signers", "utils"):
        setattr(getattr(__import__(f"botocore.{module}"), module), "get_current_datetime", get_current_datetime)
    uuid.uuid4 = lambda: uuid.UUID(common.UUID)


freeze()


@functools.cache
def session():
    it = botocore.session.Session()
    it.get_auth_token = lambda **_: botocore.tokens.FrozenAuthToken(common.TOKEN)
    return it


def client(service, region, options):
    """A client that makes requests and sends none."""
    config = botocore.config.Config(retries={"total_max_attempts": 1}, **options)
    it = session().create_client(
        service,
        region_name=region,
        aws_access_key_id=common.ACCESS_KEY,
        aws_secret_access_key=common.SECRET_KEY,
        config=config,
    )
    it.meta.events.register("before-send", capture)
    # Its two headers are signed, and differ in every attempt.
    it.meta.events.unregister("request-created", botocore.handlers.add_retry_headers)
    return it


def vendor_request(it, operation, params):
    """What botocore makes of an input."""
    try:
        it._make_api_call(operation, params)
    except Captured as captured:
        sent = captured.request
        headers = {name.lower(): text(value) for name, value in sent.headers.items()}
        return common.Request(sent.method, sent.url, headers, body_bytes(sent.body))
    except (botocore.exceptions.BotoCoreError, ValueError, TypeError) as error:
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


def cases(service):
    it = client(service, REGION, {})
    model = it.meta.service_model
    for operation in model.operation_names:
        for variant, params in aws_inputs.of(service, model.operation_model(operation)):
            call = {"cloud": "aws", "service": service, "operation": operation, "region": REGION}
            call["input"] = as_json(params)
            yield common.Case(service, operation, variant, call, vendor_request(it, operation, params))


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
