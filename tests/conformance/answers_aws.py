"""The answers of AWS, read by Isobar and by botocore: every operation of every service, with several
outputs, declared and other errors, streams of events, and what proxies answer."""

import base64
import datetime
import functools
import json
import math
import os

import aws_outputs
import common

os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

import botocore.exceptions  # noqa: E402
import botocore.loaders  # noqa: E402
import botocore.model  # noqa: E402
import botocore.parsers  # noqa: E402
from botocore.awsrequest import HeadersDict  # noqa: E402

EPOCH = datetime.datetime.fromtimestamp(0, datetime.UTC)

# How many of an operation's declared errors are read.
MOST_ERRORS = 6


@functools.cache
def loader():
    return botocore.loaders.create_loader()


class Said:
    """What an answer says: an output, an error, or that it cannot be read."""

    def __init__(self, kind, value, code=None, message=None):
        self.kind = kind
        self.value = value
        self.code = code
        self.message = message


class Case:
    """An answer, and what botocore reads in it."""

    def __init__(self, service, protocol, operation, variant, answer, vendor, shape, lenient):
        self.service = service
        self.operation = operation
        self.variant = variant
        self.vendor = vendor
        self.shape = shape
        # Where botocore gives up, Isobar may still tell an error by its status.
        self.lenient = lenient
        self.line = {
            "cloud": "aws",
            "service": service,
            "operation": operation,
            "protocol": protocol,
            "status": answer.status,
            "headers": answer.headers,
            "body_base64": base64.b64encode(answer.body).decode(),
        }


class Stream:
    """A body that is a stream, as urllib3 has it."""

    def __init__(self, body):
        self.body = body

    def stream(self):
        for at in range(0, len(self.body), 50):
            yield self.body[at : at + 50]

    def close(self):
        pass


def vendor_reads(model, protocol, operation, answer):
    """What botocore reads in an answer; as its client does, an error is read twice."""
    parser = botocore.parsers.create_parser(protocol)
    is_stream = operation.has_event_stream_output and answer.status < 300
    response = {
        "status_code": answer.status,
        "headers": HeadersDict(answer.headers),
        "body": Stream(answer.body) if is_stream else answer.body,
        "context": {"operation_name": operation.name},
    }
    shape = operation.output_shape
    try:
        parsed = parser.parse(response, shape)
        if answer.status >= 300:
            error = parsed.get("Error", {})
            code, fields = error.get("Code", ""), {}
            declared = model.shape_for_error_code(error.get("QueryErrorCode") or code)
            if declared is not None:
                fields = parser.parse(response, declared)
            return Said("failure", fields, code, error.get("Message") or ""), declared
        parsed.pop("ResponseMetadata", None)
        if is_stream:
            name = shape.event_stream_name
            parsed[name] = list(parsed[name])
        return Said("success", parsed), shape
    except botocore.exceptions.EventStreamError as error:
        said = error.response["Error"]
        return Said("failure", {}, said["Code"], said["Message"]), None
    except Exception as error:  # noqa: BLE001 (botocore lets through whatever its parsers raise)
        return Said("unreadable", f"{type(error).__name__}: {error}"), None


# Comparing along the shape


def micros(value):
    """A moment of botocore's or of Isobar's, in microseconds since 1970."""
    if isinstance(value, datetime.datetime):
        return round((value - EPOCH) / datetime.timedelta(microseconds=1))
    return round((datetime.datetime.fromisoformat(value) - EPOCH) / datetime.timedelta(microseconds=1))


def differs(shape, vendor, isobar, path=""):
    """Where two values of a shape differ, as (aspect, path, vendor's, Isobar's)."""
    if vendor is None and isobar is None:
        return
    kind = shape.type_name if shape is not None else "anything"
    if shape is not None and getattr(shape, "is_document_type", False):
        kind = "document"
    if vendor is None or isobar is None:
        # JSON has no number for these: Isobar's output is null.
        if kind in ("float", "double") and isobar is None and not math.isfinite(float(vendor)):
            return
        yield f"{'more' if vendor is None else 'missing'} {kind}", path, vendor, isobar
    elif kind == "structure":
        yield from members_differ(shape, vendor, isobar, path)
    elif kind == "list":
        if not isinstance(isobar, list) or len(vendor) != len(isobar):
            yield "list's length", path, vendor, isobar
            return
        item = shape if shape.serialization.get("eventstream") else shape.member
        for at, (theirs, ours) in enumerate(zip(vendor, isobar)):
            yield from differs(item, theirs, ours, f"{path}[{at}]")
    elif kind == "map":
        for key in sorted(set(vendor) | set(isobar)):
            yield from differs(shape.value, vendor.get(key), isobar.get(key), f"{path}[{key!r}]")
    elif not same(kind, shape, vendor, isobar):
        yield kind, path, vendor, isobar


def same(kind, shape, vendor, isobar):
    """Whether two scalars are the same."""
    try:
        if kind == "timestamp":
            return abs(micros(vendor) - micros(isobar)) <= 1
        if kind == "blob":
            return base64.b64decode(isobar) == (vendor.encode() if isinstance(vendor, str) else vendor)
        if kind == "string" and shape.serialization.get("jsonvalue") and not isinstance(vendor, str):
            # Botocore reads the JSON that a header carries; Isobar gives its text.
            return json.loads(isobar) == vendor
    except (TypeError, ValueError):
        return False
    return vendor == isobar


def members_differ(shape, vendor, isobar, path):
    if not isinstance(isobar, dict):
        yield "structure", path, vendor, isobar
        return
    for name in sorted(set(vendor) | set(isobar)):
        if name == "ResponseMetadata":
            continue
        theirs, ours = vendor.get(name), isobar.get(name)
        member = shape.members.get(name)
        where = f"{path}.{name}" if path else name
        if name == shape.serialization.get("payload") and theirs in ("", b"") and ours is None:
            # The protocols' own cases have no member where there is no body.
            continue
        if member is None:
            yield "unknown member", where, theirs, ours
        elif member.serialization.get("eventstream"):
            yield from events_differ(member, theirs, ours, where)
        else:
            yield from differs(member, theirs, ours, where)


def events_differ(stream, vendor, isobar, path):
    if len(vendor or []) != len(isobar or []):
        yield "events", path, vendor, isobar
        return
    for at, (theirs, ours) in enumerate(zip(vendor, isobar)):
        yield from members_differ(stream, theirs, ours, f"{path}[{at}]")


def compare(case, answered):
    """The differences between what botocore and what Isobar reads."""
    vendor = case.vendor
    if "error" in answered:
        if vendor.kind != "unreadable":
            yield f"{vendor.kind} is not read", "", vendor.value, answered["error"]
    elif vendor.kind == "unreadable":
        if not case.lenient:
            yield "is read", "", vendor.value, answered
    elif vendor.kind not in answered:
        yield "kind", "", vendor.__dict__, answered
    elif vendor.kind == "success":
        output = answered["success"]["output"]
        if case.shape is None:
            if output:
                yield "output", "", vendor.value, output
        else:
            yield from differs(case.shape, vendor.value, output)
    else:
        failure = answered["failure"]
        for name in ("code", "message"):
            if getattr(vendor, name) != failure[name]:
                yield f"error's {name}", "", getattr(vendor, name), failure[name]
        if case.shape is not None:
            yield from differs(case.shape, vendor.value, failure["fields"])


# The cases


def cases(name):
    model = botocore.model.ServiceModel(loader().load_service_model(name, "service-2"), name)
    for protocol in model.metadata.get("protocols") or [model.resolved_protocol]:
        for operation_name in model.operation_names:
            operation = model.operation_model(operation_name)
            for variant, answer, lenient in answers(model, protocol, operation):
                vendor, shape = vendor_reads(model, protocol, operation, answer)
                variant = f"{protocol}, {variant}"
                yield Case(name, protocol, operation_name, variant, answer, vendor, shape, lenient)


def answers(model, protocol, operation):
    """An operation's answers: (variant, answer, whether botocore need not read it)."""
    has_nulls = protocol in ("json", "rest-json", "smithy-rpc-v2-cbor")
    for variant in aws_outputs.VARIANTS:
        if variant == "nulls" and not has_nulls:
            continue
        maker = aws_outputs.Maker(variant)
        if operation.has_event_stream_output:
            if variant != "nulls":
                yield from streams(protocol, operation, maker, variant)
            continue
        value = maker.output(operation.output_shape)
        yield variant, aws_outputs.success(protocol, operation, value, variant), False
    for shape in operation.error_shapes[:MOST_ERRORS]:
        value = aws_outputs.Maker("all").output(shape)
        status = shape.metadata.get("error", {}).get("httpStatusCode", 400)
        code = shape.error_code
        # Where a service once spoke the query protocol, the header has the old code.
        answer = aws_outputs.failure(protocol, code, "what is wrong", shape, value, status)
        yield f"error {shape.name}", answer, False
    yield "another error", aws_outputs.failure(protocol, "Unheard", "of", None, {}, 400), False
    yield from pages()


def streams(protocol, operation, maker, variant):
    """Streams with each event, and with an exception or an error after one."""
    stream = operation.get_event_stream_output()
    name = operation.output_shape.event_stream_name
    rest = {key: it for key, it in maker.output(operation.output_shape).items() if key != name}
    events, errors = [], []
    for key, shape in stream.members.items():
        value = maker.output(shape)
        (errors if shape.metadata.get("exception") else events).append((key, value))
    yield f"stream {variant}", aws_outputs.streamed(protocol, operation, rest, events), False
    for error in errors:
        answer = aws_outputs.streamed(protocol, operation, rest, [*events[:1], error])
        yield f"stream {variant} {error[0]}", answer, False
    answer = aws_outputs.streamed(protocol, operation, rest, events[:1])
    answer.body += aws_outputs.event_message(
        {":message-type": "error", ":error-code": "Unheard", ":error-message": "of"}, b""
    )
    yield f"stream {variant} error", answer, False


PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n"


def pages():
    """What stands between a client and a service answers."""
    html = {"content-type": "text/html"}
    yield "a proxy's page", aws_outputs.Answer(502, html, PAGE), False
    yield "nothing", aws_outputs.Answer(503, {}, b""), False
    yield "a proxy's refusal", aws_outputs.Answer(403, html, b"<html><body><p>Forbidden</body></html>"), True


def work(name):
    """A service's part."""
    every = list(cases(name))
    part = common.Part(name, sorted({(case.service, case.operation) for case in every}))
    for case, answered in zip(every, common.run_lines("answers", [case.line for case in every])):
        part.compared += 1
        for aspect, path, vendor, isobar in compare(case, answered):
            shown = [f"{path}: {it!r}" if path else repr(it) for it in (vendor, isobar)]
            part.differences.append(common.Difference(case.service, case.operation, case.variant, aspect, *shown))
    return part


def services():
    """The services with the most operations first."""
    names = loader().list_available_services("service-2")
    size = {name: len(loader().load_service_model(name, "service-2")["operations"]) for name in names}
    return sorted(names, key=size.get, reverse=True)


if __name__ == "__main__":
    common.main("answers-aws", services(), work)
