"""The requests to DigitalOcean, compared with pydo's: every operation of every group, several inputs each.

Pydo's methods take the parameters of paths, queries and headers by name, and a body that may be
anything; what a body holds comes from the catalogue, which read it in pydo's documentation.
"""

import base64
import datetime
import functools
import inspect

import common
from azure.core import MatchConditions
from azure.core.pipeline.transport import HttpTransport
from pydo import Client

UTC = datetime.timezone.utc
SPECIAL_TEXT = "a b/c+d%20e?f&g=h~é€😀\"'<>;:@$,!*()[]{}|\\^`#.-_"
MOST_DEPTH = 8

# An agent's own base URL, which pydo wants to be told.
AGENT = "https://agent.example.com"

# Base URLs of groups that both are told: an agent's, and the gateway's, which pydo's generated groups
# know nothing of; its own gateway client and the catalogue know it.
GATEWAY = "https://actions.do-ai.run"
BASES = {
    "agent_inference": AGENT,
    "gateway_approvals": GATEWAY,
    "gateway_code": GATEWAY,
    "gateway_session_approvals": GATEWAY,
    "gateway_tools": GATEWAY,
}


class Captured(Exception):
    """Carries the request out of pydo in the place of sending it."""

    def __init__(self, request):
        self.request = request


class Capture(HttpTransport):
    """A transport that sends nothing."""

    def send(self, request, **_):
        raise Captured(request)

    def open(self):
        pass

    def close(self):
        pass

    def __exit__(self, *_):
        pass


@functools.cache
def client(base="https://api.digitalocean.com"):
    return Client(
        token=common.TOKEN, transport=Capture(), endpoint=base, agent_endpoint=AGENT, retry_total=0
    )


def vendor_request(group, method, arguments):
    """What pydo makes of the arguments."""
    try:
        it = client(BASES[group]) if group in BASES else client()
        getattr(getattr(it, group), method)(**arguments)
    except Captured as captured:
        sent = captured.request
        headers = {name.lower(): str(value) for name, value in sent.headers.items()}
        # An id that pydo draws for its own log.
        headers.pop("x-ms-client-request-id", None)
        return common.Request(sent.method, sent.url, headers, body_bytes(sent))
    except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
        return common.Refusal(f"{type(error).__name__}: {error}")
    raise RuntimeError(f"pydo sent nothing for {group}.{method}")


def body_bytes(request):
    body = request.body if request.body is not None else request.data
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)


class Shapes:
    """Makes values of a service's shapes."""

    def __init__(self, service):
        self.shapes = service["shapes"]

    def members(self, shape):
        kind = self.shapes[shape]["kind"]
        return kind["Structure"]["members"] if isinstance(kind, dict) and "Structure" in kind else []

    def value(self, shape, variant, path=()):
        kind = self.shapes[shape]["kind"]
        name, detail = (kind, None) if isinstance(kind, str) else next(iter(kind.items()))
        return getattr(self, name.lower())(shape, detail, variant, path)

    def structure(self, shape, detail, variant, path):
        filled = {}
        for member in detail["members"]:
            inner = member["shape"]
            if not member["required"] and (variant == "required" or inner in path or len(path) > MOST_DEPTH):
                continue
            filled[member["wire_name"] or member["name"]] = self.value(inner, variant, (*path, shape))
        return filled

    def list(self, shape, detail, variant, path):
        low, high = bounds(detail["length"], 0, 3)
        count = {"low": low, "required": max(low, 1), "special": max(low, 1)}.get(variant, max(low, min(high, 2)))
        if shape in path or len(path) > MOST_DEPTH:
            count = low
        return [self.value(detail["item"], variant, (*path, shape)) for _ in range(count)]

    def map(self, shape, detail, variant, path):
        return {"key": self.value(detail["value"], variant, (*path, shape))} if variant != "low" else {}

    def string(self, shape, detail, variant, path):
        low, high = bounds(detail["length"], 0, 60)
        if detail["values"] and variant != "special":
            return detail["values"][-1 if variant == "high" else 0]
        text = {"low": "", "high": "z" * high, "special": SPECIAL_TEXT}.get(variant, "text")
        return text.ljust(low, "a")[: max(high, low)]

    def integer(self, shape, detail, variant, path):
        edge = 2**63 if detail["wide"] else 2**31
        low, high = bounds(detail["range"], -edge, edge - 1)
        return {"low": low, "high": high}.get(variant, max(low, min(high, 7)))

    def float(self, shape, detail, variant, path):
        low, high = bounds(detail["range"], -0.25, 1e21, float)
        return {"low": low, "high": high}.get(variant, max(low, min(high, 1.5)))

    def boolean(self, shape, detail, variant, path):
        return variant != "low"

    def blob(self, shape, detail, variant, path):
        return b"" if variant == "low" else b"blob"

    def timestamp(self, shape, detail, variant, path):
        if variant == "high":
            return datetime.datetime(2038, 1, 19, 3, 14, 8, 123000, tzinfo=UTC)
        return datetime.datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)

    def document(self, shape, detail, variant, path):
        return {"a": [1, None, "text", True, 1.5, {}]}


def bounds(span, low, high, kind=int):
    return (
        low if span["min"] is None else kind(span["min"]),
        high if span["max"] is None else kind(span["max"]),
    )


def as_json(value):
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


# Texts that pydo takes as dates.
DATES = {("billing_insights", "start_date"), ("billing_insights", "end_date")}


def inputs(group, shapes, operation):
    """(variant, Isobar's input, pydo's arguments); what gives the same input is left out."""
    seen = []
    # Pydo calls a body that is no JSON its data.
    known = inspect.signature(getattr(getattr(client(), group), operation["name"])).parameters
    body_name = "data" if "data" in known else "body"
    for variant in ("required", "all", "low", "high", "special"):
        given, arguments, body = {}, {}, {}
        structure = {"payload": None}
        if operation["input"] is not None:
            structure = shapes.shapes[operation["input"]]["kind"]["Structure"]
        for member in structure.get("members", []):
            is_data = body_name == "data" and member["name"] == structure["payload"]
            if variant == "required" and not member["required"] and not is_data:
                # Pydo's own defaults (`per_page=20`) are the service's, and say nothing.
                if member["location"] == "Query":
                    arguments[member["name"]] = None
                continue
            # Lines of headers are plain text, and a path is none without its label.
            plain = member["location"] in ("Header", "Path") and variant in ("low", "special")
            value = shapes.value(member["shape"], "all" if plain else variant)
            if (group, member["name"]) in DATES:
                value = datetime.date(2025, 2, 3)
            if member["name"] in ("if_match", "if_none_match"):
                value = f'"{value}"'
            given[member["name"]] = as_json(value)
            if member["name"] in ("if_match", "if_none_match"):
                # Pydo takes an entity's tag and what to do with it, so there is one of the two.
                given.pop("if_none_match", None)
                arguments.update(etag=value, match_condition=MatchConditions.IfNotModified)
            elif member["location"] in ("Path", "Query", "Header"):
                arguments[member["name"]] = value
            elif member["name"] == structure["payload"]:
                body = value if isinstance(value, bytes) else as_json(value)
            else:
                body[member["wire_name"] or member["name"]] = as_json(value)
        has_body = any(member["location"] == "Body" for member in structure.get("members", []))
        # A body that nothing is said of is left out where it can be.
        if has_body:
            arguments[body_name] = None if not body and operation["method"] == "DELETE" else body
            if body_name == "data":
                arguments["content_type"] = "application/octet-stream"
        if given not in seen:
            seen.append(given)
            yield variant, given, arguments


def cases(group):
    [service] = common.run_lines("catalogue", [{"cloud": "digitalocean", "service": group}])
    shapes = Shapes(service)
    for operation in service["operations"]:
        name = operation["name"]
        for variant, given, arguments in inputs(group, shapes, operation):
            call = {"cloud": "digitalocean", "service": group, "operation": name, "region": "", "input": given}
            if group in BASES:
                call["endpoint"] = BASES[group]
            yield common.Case(group, name, variant, call, vendor_request(group, name, arguments))


def work(group):
    return common.compare_service(cases(group))


# What the catalogue has from elsewhere, since pydo lacks it: there is nothing to compare it with.
LACKING = {"floating_ips", "floating_ips_actions", "oauth"}


if __name__ == "__main__":
    [names] = common.run_lines("catalogue", [{"cloud": "digitalocean"}])
    lacking = {name for name in names["services"] if not hasattr(client(), name)}
    assert lacking == LACKING, f"pydo lacks {sorted(lacking)}"
    common.main("digitalocean", [name for name in names["services"] if name not in LACKING], work)
