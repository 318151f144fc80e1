"""The requests to Alibaba Cloud's object storage, compared with those of the vendor's own packages.

Every operation of `alibabacloud-oss-v2`, which the catalogue is made from, with several inputs each
and both signatures; and every function of the older `oss2`, whose requests are the same but for what
the table below says.
"""

import datetime
import functools
import importlib
import inspect
import pathlib
import re
import typing

import common

import alibabacloud_oss_v2 as v2
from alibabacloud_oss_v2 import models, serde
from alibabacloud_oss_v2.types import HttpClient

REGION = "cn-hangzhou"
BUCKET = "examplebucket"
# Without an ending that tells the type of what is in it: guessing that is left to whoever has the file.
KEY = "a b/ü+c"
# Text for each place where some texts would not do.
TEXTS = {"bucket": BUCKET, "key": KEY, "list-type": "2", "VersionId": "v1"}
MOMENT = datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=datetime.timezone.utc)
DEPTH = 6


class Captured(Exception):
    """Carries the request out of the SDK in the place of sending it."""

    def __init__(self, request):
        super().__init__()
        self.request = request


class Catcher(HttpClient):
    """Sends nothing."""

    def send(self, request, **_):
        raise Captured(request)

    def open(self):
        pass

    def close(self):
        pass


class Frozen(datetime.datetime):
    """The clock of the comparison."""

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromisoformat(common.NOW).astimezone(tz)


def freeze():
    """Stops the clock of the SDK's signers."""
    for name in ("v1", "v4"):
        signer = importlib.import_module(f"alibabacloud_oss_v2.signer.{name}")
        clock = type("clock", (), {"datetime": Frozen, "timezone": datetime.timezone, "timedelta": datetime.timedelta})
        signer.datetime = clock


freeze()


@functools.cache
def client():
    config = v2.config.load_default()
    config.credentials_provider = v2.credentials.StaticCredentialsProvider(common.ACCESS_KEY, common.SECRET_KEY)
    config.region = REGION
    config.http_client = Catcher()
    config.retry_max_attempts = 1
    return v2.Client(config)


# What the SDK has for each operation


class Operation(typing.NamedTuple):
    """An operation's function, with the class of its request."""

    name: str
    function: object
    request: type


def operations():
    """All of them, by the SDK's own names."""
    folder = pathlib.Path(v2.__file__).parent / "operations"
    for file in sorted(folder.glob("*.py")):
        module = importlib.import_module(f"alibabacloud_oss_v2.operations.{file.stem}")
        for _, function in sorted(inspect.getmembers(module, inspect.isfunction)):
            source = inspect.getsource(function)
            name = re.search(r"op_name='(\w+)'", source)
            if name and function.__module__ == module.__name__:
                yield Operation(name[1], function, function.__annotations__["request"])


# Inputs, twice: for the SDK and for Isobar


def fields(kind):
    """The attributes of a model that travel, each with what is said of it."""
    # The SDK calls this element by its class; the vendor's reference and `oss2` call it `Options`.
    wrong = kind is models.SelectRequest and "options"
    return {name: says for name, says in kind._attribute_map.items() if says.get("tag") and name != wrong}


def annotated(kind, name):
    """The class or type that the constructor names for an attribute, and whether it is a list of it."""
    hint = typing.get_type_hints(kind.__init__).get(name, str)
    while typing.get_origin(hint) is typing.Union:
        choices = [it for it in typing.get_args(hint) if it is not type(None)]
        hint = choices[-1] if len(choices) > 1 and bool in choices else choices[0]
    if typing.get_origin(hint) in (list, typing.List):
        return typing.get_args(hint)[0], True
    return hint, False


def scalar(hint, says, wire):
    """A value for the SDK and the same as Isobar takes it."""
    said = says.get("type", "").split(",")[0].strip("[]")
    if "datetime" in said or hint is datetime.datetime:
        day = "ios8601date" in says.get("type", "")
        return MOMENT, MOMENT.strftime("%Y-%m-%dT00:00:00.000Z" if day else "%Y-%m-%dT%H:%M:%SZ")
    if said == "int" or hint is int:
        return 7, 7
    if said == "float" or hint is float:
        return 1.5, 1.5
    if said == "bool" or hint is bool:
        return True, True
    text = TEXTS.get(wire, f"{wire.strip('.')} <&>ü" if says.get("tag") == "xml" else f"{wire} /+?")
    if says.get("position") == "header":
        text = f"{wire} text"
    return text, text


def value(kind, name, says, depth, wire=None):
    """A value for an attribute."""
    wire = wire or says.get("rename", name)
    hint, several = annotated(kind, name)
    if inspect.isclass(hint) and issubclass(hint, serde.Model):
        if depth > DEPTH:
            return None
        made = model(hint, depth + 1)
    else:
        made = scalar(hint, says, wire)
    return ([made[0], made[0]], [made[1], made[1]]) if several and made else made


def model(kind, depth):
    """A model with all that it can hold."""
    theirs, ours = {}, {}
    for name, says in fields(kind).items():
        made = value(kind, name, says, depth)
        if made is not None:
            theirs[name] = made[0]
            ours[says.get("rename", name)] = made[1]
    return kind(**theirs), ours


def place(operation, name, says):
    """One attribute of a request, as (the SDK's, Isobar's name, Isobar's)."""
    wire = says.get("rename", name)
    position = says.get("position")
    if says.get("type") == "dict,usermeta":
        return {"owner": "me", "x": "y z"}, "x-oss-meta-*", {"owner": "me", "x": "y z"}
    if wire == "":
        made, _ = model(annotated(operation.request, name)[0], 0)
        return made, "body", serde.serialize_xml(made).decode()
    if position == "body" and "xml" not in says.get("type", ""):
        hint, _ = annotated(operation.request, name)
        if inspect.isclass(hint) and issubclass(hint, serde.Model):
            made = model(hint, 0)
            # This one is written by hand, with the flag first.
            ours = {"Quiet": made[1].pop("Quiet"), **made[1]}
            return made[0], hint._xml_map["name"], ours
        if "key" in operation.request._attribute_map:
            return b"some bytes", "body", "c29tZSBieXRlcw=="
        return b'{"Version":"1"}', "body", '{"Version":"1"}'
    made = value(operation.request, name, says, 0)
    return made[0], wire, made[1]


# What only the older parameters of a request set.
OLDER = {"objects", "quiet"}


def inputs(operation):
    """Inputs of an operation: what it cannot do without, and everything."""
    needed = {"delete"} if operation.name == "DeleteMultipleObjects" else set()
    for variant in ("required", "all"):
        theirs, ours = {}, {}
        for name, says in fields(operation.request).items():
            wanted = variant == "all" or says.get("required") or name in needed
            if not wanted or name in OLDER or name == "encoding_type":
                continue
            if says.get("position") == "nop" and name.startswith("source_"):
                continue
            theirs[name], wire, ours[wire] = place(operation, name, says)
        if "source_key" in operation.request._attribute_map:
            theirs |= {"source_bucket": "from", "source_key": "x y/ü", "source_version_id": "v1"}
            ours["x-oss-copy-source"] = "/from/x%20y/%C3%BC?versionId=v1"
        yield variant, theirs, ours


def vendor_request(operation, theirs):
    """What the SDK makes of an input."""
    try:
        operation.function(client()._client, operation.request(**theirs))
    except v2.exceptions.OperationError as error:
        if isinstance(error.unwrap(), Captured):
            return sent(error.unwrap().request)
        return common.Refusal(str(error))
    raise RuntimeError(f"the SDK sent nothing for {operation.name}")


def sent(request):
    headers = {name.lower(): text(it) for name, it in request.headers.items()}
    body = request.body or b""
    if not isinstance(body, (bytes, str)):
        body = b"".join(body)
    return common.Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else body)


def text(it):
    return it.decode() if isinstance(it, bytes) else str(it)


def cases():
    for operation in operations():
        for variant, theirs, ours in inputs(operation):
            call = {"cloud": "alibaba", "service": "oss", "operation": operation.name, "region": REGION}
            call["input"] = ours
            yield common.Case("oss", operation.name, variant, call, vendor_request(operation, theirs))


def work(_):
    return common.compare_service(cases())


if __name__ == "__main__":
    common.main("oss", ["oss"], work)
