"""Outputs made from AWS's models, and answers that say them, in every protocol.

Values are Python's own, but for moments, which are `Moment`s. Botocore has no writer of answers, so
these are written here, after the protocols' specifications; that they are written right shows in
that botocore reads them.
"""

import base64
import datetime
import email.utils
import json
import struct
import xml.sax.saxutils
import zlib

# How deeply values go, and how many an answer has at most: some shapes hold themselves.
DEPTH = 7
BUDGET = 600

VARIANTS = ("none", "all", "boundary", "nulls")


class Moment(int):
    """Microseconds since 1970."""

    def seconds(self):
        return int(self) // 1_000_000 if self % 1_000_000 == 0 else int(self) / 1_000_000

    def iso8601(self):
        moment = datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(microseconds=int(self))
        text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
        return text + (f".{self % 1_000_000:06}" if self % 1_000_000 else "") + "Z"

    def rfc822(self):
        return email.utils.formatdate(int(self) // 1_000_000, usegmt=True)


USUAL = {
    "string": ["a", "a b", "x-1.y_z"],
    "integer": [1, 42],
    "long": [7, 1_700_000_000_000],
    "float": [1.5, 100.25],
    "boolean": [True, False],
    "blob": [b"bytes", b"more text"],
    "timestamp": [Moment(1_767_323_045_000_000), Moment(1_700_000_000_000_000)],
}
BOUNDARY = {
    "string": ["", " ", " a ", "<&>\"'", "é漢\U0001f600", "one\ntwo\tthree", "\\u0041%41+", "null", "0"],
    "integer": [0, -1, 2**31 - 1, -(2**31)],
    "long": [0, 2**63 - 1, -(2**63), 2**53 + 1],
    "float": [0.0, -0.5, 1e-7, 1.7976931348623157e308, 3.0, 1e20],
    "boolean": [False, True],
    "blob": [b"", b"\x7f", "é".encode()],
    "timestamp": [
        Moment(0),
        Moment(1_767_323_045_250_000),
        Moment(-1_500_000),
        Moment(4_102_444_800_000_000),
        Moment(1_767_323_045_999_000),
    ],
}
KINDS = {"double": "float", "character": "string", "jsonvalue": "string"}

# What travels in headers: one line of ASCII, without space around it.
HEADER_TEXTS = ["a", "a b", "text/x; y=1", "-"]


class Maker:
    """Makes values of shapes; each scalar is another one of its kind's."""

    def __init__(self, variant):
        self.variant = variant
        self.left = BUDGET
        self.turn = 0

    def next(self, choices):
        self.turn += 1
        return choices[self.turn % len(choices)]

    def output(self, shape):
        """A structure that is the whole output, or a whole error."""
        if shape is None:
            return {}
        names = list(shape.members)
        if self.variant == "none":
            return {}
        return {name: value for name in names if (value := self.member(shape.members[name], 1)) is not OMITTED}

    def member(self, shape, depth):
        if self.variant == "nulls" and shape.serialization.get("location") is None and self.next([0, 1]):
            return None
        return self.value(shape, depth)

    def value(self, shape, depth):
        self.left -= 1
        kind = shape.type_name
        location = shape.serialization.get("location")
        if location == "statusCode":
            return 200
        if getattr(shape, "is_document_type", False):
            return self.next([{"a": [1, "x", None, True]}, "text", [1.5], 3, True])
        if location in ("header", "headers"):
            return self.in_header(shape)
        if kind in ("structure", "list", "map") and (depth >= DEPTH or self.left < 0):
            return OMITTED
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            items = [self.value(shape.member, depth + 1) for _ in range(self.next([0, 1, 2]) if self.bounds() else 2)]
            return [item for item in items if item is not OMITTED]
        if kind == "map":
            count = self.next([0, 1, 2]) if self.bounds() else 2
            items = {self.key(at): self.value(shape.value, depth + 1) for at in range(count)}
            return {key: item for key, item in items.items() if item is not OMITTED}
        choices = BOUNDARY if self.bounds() else USUAL
        return self.next(choices[KINDS.get(kind, kind)])

    def bounds(self):
        return self.variant == "boundary"

    def key(self, at):
        return ["key", "a key: é"][at % 2] if self.bounds() else f"key{at}"

    def structure(self, shape, depth):
        names = list(shape.members)
        if shape.is_tagged_union or shape.serialization.get("eventstream"):
            names = [self.next(names)] if names else []
        found = {}
        for name in names:
            value = self.value(shape.members[name], depth + 1)
            if value is not OMITTED:
                found[name] = value
        return OMITTED if shape.is_tagged_union and not found else found

    def in_header(self, shape):
        kind = shape.type_name
        if kind == "map":
            return {f"key{at}": self.next(HEADER_TEXTS) for at in range(2)}
        if kind == "list":
            member = shape.member
            if member.type_name == "string":
                return ["a", "b-c"]
            return [self.value(member, DEPTH) for _ in range(2)]
        if shape.serialization.get("jsonvalue"):
            return {"a": [1, "x"]}
        if kind == "string":
            return self.next(HEADER_TEXTS)
        if kind == "timestamp" and shape.serialization.get("timestampFormat", "rfc822") == "rfc822":
            return self.next(USUAL["timestamp"])
        return self.next((BOUNDARY if self.bounds() else USUAL)[KINDS.get(kind, kind)])


OMITTED = object()


def wire_name(shape, name):
    return shape.serialization.get("name", name)


def moment_text(shape, value, default):
    """A moment as its shape has it written."""
    form = shape.serialization.get("timestampFormat", default)
    if form in ("unixtimestamp", "unixTimestamp"):
        return str(value.seconds())
    return value.iso8601() if form.lower() == "iso8601" else value.rfc822()


# JSON


def json_value(shape, value):
    kind = shape.type_name
    if value is None or getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        return {wire_name(shape.members[name], name): json_value(shape.members[name], it) for name, it in value.items()}
    if kind == "list":
        return [json_value(shape.member, it) for it in value]
    if kind == "map":
        return {key: json_value(shape.value, it) for key, it in value.items()}
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind == "timestamp":
        form = shape.serialization.get("timestampFormat", "unixTimestamp")
        return value.seconds() if form.lower() == "unixtimestamp" else moment_text(shape, value, form)
    return value


def json_body(shape, value):
    return json.dumps(json_value(shape, value), allow_nan=False).encode()


# XML


def escaped(text):
    return xml.sax.saxutils.escape(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;", '"': "&quot;"})


def xml_text(shape, value):
    kind = shape.type_name
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind == "timestamp":
        return moment_text(shape, value, "iso8601")
    return escaped(str(value))


def xml_element(shape, name, value):
    """An element, or several where the list or map is flattened."""
    kind = shape.type_name
    if kind == "list":
        item = shape.member.serialization.get("name")
        if shape.serialization.get("flattened"):
            return "".join(xml_element(shape.member, item or name, it) for it in value)
        inner = "".join(xml_element(shape.member, item or "member", it) for it in value)
        return f"<{name}>{inner}</{name}>"
    if kind == "map":
        flat = shape.serialization.get("flattened")
        outer = name if flat else "entry"
        key_name = shape.key.serialization.get("name") or "key"
        value_name = shape.value.serialization.get("name") or "value"
        inner = "".join(
            f"<{outer}><{key_name}>{escaped(key)}</{key_name}>{xml_element(shape.value, value_name, it)}</{outer}>"
            for key, it in value.items()
        )
        return inner if flat else f"<{name}>{inner}</{name}>"
    if kind == "structure":
        attributes = "".join(
            f" {wire_name(member, key)}=\"{escaped(str(value[key]))}\""
            for key, member in shape.members.items()
            if member.serialization.get("xmlAttribute") and value.get(key) is not None
        )
        namespace = ""
        if ":" in attributes:
            prefix = attributes.split(":")[0].strip()
            namespace = f' xmlns:{prefix}="http://www.w3.org/2001/XMLSchema-instance"'
        return f"<{name}{namespace}{attributes}>{xml_members(shape, value)}</{name}>"
    return f"<{name}>{xml_text(shape, value)}</{name}>"


def xml_members(shape, value, is_here=lambda member: True):
    return "".join(
        xml_element(shape.members[name], wire_name(shape.members[name], name), it)
        for name, it in value.items()
        if it is not None
        and is_here(shape.members[name])
        and not shape.members[name].serialization.get("xmlAttribute")
    )


# CBOR (RFC 8949)


def cbor_head(major, number):
    for width, limit in ((0, 24), (1, 1 << 8), (2, 1 << 16), (4, 1 << 32), (8, 1 << 64)):
        if number < limit:
            if not width:
                return bytes([major << 5 | number])
            return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")
    raise ValueError(number)


def cbor_value(shape, value, open_ended):
    kind = shape.type_name
    if value is None:
        return b"\xf6"
    if kind == "structure":
        items = [(wire_name(shape.members[name], name), shape.members[name], it) for name, it in value.items()]
        return cbor_items(5, [cbor_text(key) + cbor_value(own, it, open_ended) for key, own, it in items], open_ended)
    if kind == "map":
        items = [cbor_text(key) + cbor_value(shape.value, it, open_ended) for key, it in value.items()]
        return cbor_items(5, items, open_ended)
    if kind == "list":
        return cbor_items(4, [cbor_value(shape.member, it, open_ended) for it in value], open_ended)
    if kind == "timestamp":
        seconds = value.seconds()
        return b"\xc1" + (cbor_integer(seconds) if isinstance(seconds, int) else b"\xfb" + struct.pack(">d", seconds))
    if kind == "blob":
        return cbor_head(2, len(value)) + value
    if kind == "boolean":
        return b"\xf5" if value else b"\xf4"
    if kind in ("integer", "long"):
        return cbor_integer(value)
    if kind in ("float", "double"):
        if open_ended and struct.unpack(">e", struct.pack(">e", min(value, 1000.0)))[0] == value:
            return b"\xf9" + struct.pack(">e", value)
        return b"\xfb" + struct.pack(">d", value)
    if open_ended and len(value) > 1 and value.isascii():
        return b"\x7f" + cbor_text(value[:1]) + cbor_text(value[1:]) + b"\xff"
    return cbor_text(value)


def cbor_integer(value):
    return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)


def cbor_text(text):
    encoded = text.encode()
    return cbor_head(3, len(encoded)) + encoded


def cbor_items(major, items, open_ended):
    if open_ended:
        return bytes([major << 5 | 31]) + b"".join(items) + b"\xff"
    return cbor_head(major, len(items)) + b"".join(items)


# Streams of events


def event_message(headers, payload):
    block = b""
    for name, value in headers.items():
        if isinstance(value, bool):
            encoded = b"\x00" if value else b"\x01"
        elif isinstance(value, Moment):
            encoded = b"\x08" + struct.pack(">q", int(value) // 1000)
        elif isinstance(value, int):
            encoded = b"\x04" + struct.pack(">i", value) if -(2**31) <= value < 2**31 else b"\x05" + struct.pack(">q", value)
        elif isinstance(value, bytes):
            encoded = b"\x06" + struct.pack(">H", len(value)) + value
        else:
            encoded = b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()
        block += bytes([len(name)]) + name.encode() + encoded
    start = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    start += struct.pack(">I", zlib.crc32(start))
    whole = start + block + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def event(protocol, stream, name, value):
    """One event of a stream, or one of its exceptions."""
    shape = stream.members[name]
    is_error = shape.metadata.get("exception", False)
    headers = {":message-type": "exception" if is_error else "event"}
    headers[":exception-type" if is_error else ":event-type"] = name
    payload, body = None, {}
    for key, it in value.items():
        member = shape.members[key]
        if member.serialization.get("eventheader"):
            headers[key] = it
        elif member.serialization.get("eventpayload"):
            if member.type_name in ("blob", "string"):
                payload = it if isinstance(it, bytes) else it.encode()
            else:
                payload = structured(protocol, member, key, it)
        else:
            body[key] = it
    if payload is None:
        has_payload = any(member.serialization.get("eventpayload") for member in shape.members.values())
        payload = b"" if has_payload else structured(protocol, shape, name, body)
    return event_message(headers, payload)


def structured(protocol, shape, name, value):
    if protocol == "rest-xml":
        return xml_element(shape, name, value).encode()
    if protocol == "smithy-rpc-v2-cbor":
        return cbor_value(shape, value, False)
    return json_body(shape, value)


# Answers


class Answer:
    """An answer as it comes over the wire."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


REQUEST_ID = "4442587f-0000-4000-8000-000000000000"
XMLNS = "https://service.amazonaws.com/doc/2020-01-01/"


def header_text(shape, value):
    kind = shape.type_name
    if kind == "list":
        return ", ".join(header_text(shape.member, it) for it in value)
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(json.dumps(value).encode()).decode()
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        return moment_text(shape, value, "rfc822")
    if kind == "blob":
        return base64.b64encode(value).decode()
    return str(value)


def rest_head(shape, value):
    """The headers and the status that members of a structure are."""
    headers, status = {}, None
    for name, it in value.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        if it is None:
            continue
        if location == "header":
            headers[wire_name(member, name).lower()] = header_text(member, it)
        elif location == "headers":
            headers.update({(wire_name(member, "") + key).lower(): text for key, text in it.items()})
        elif location == "statusCode":
            status = it
    return headers, status


def in_body(member):
    return member.serialization.get("location") not in ("header", "headers", "statusCode")


def rest_body(protocol, shape, value, root):
    payload = shape.serialization.get("payload")
    if payload:
        it = value.get(payload)
        member = shape.members[payload]
        if it is None:
            return b""
        if member.type_name in ("blob", "string"):
            return it if isinstance(it, bytes) else it.encode()
        name = wire_name(member, member.name if protocol == "rest-xml" else payload)
        return xml_element(member, name, it).encode() if protocol == "rest-xml" else json_body(member, it)
    own = {name: it for name, it in value.items() if in_body(shape.members[name])}
    if protocol == "rest-xml":
        return f'<?xml version="1.0"?>\n<{root} xmlns="{XMLNS}">{xml_members(shape, own)}</{root}>'.encode()
    return json_body(shape, own)


def success(protocol, operation, value, variant):
    """An answer with an output, in a protocol."""
    shape = operation.output_shape
    status = operation.http.get("responseCode", 200)
    headers = {"x-amzn-requestid": REQUEST_ID}
    name = operation.name
    if protocol in ("query", "ec2"):
        inner = xml_members(shape, value) if shape is not None else ""
        if protocol == "query":
            wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
            inner = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
            inner += f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
        else:
            inner = f"<requestId>{REQUEST_ID}</requestId>{inner}"
        body = f'<{name}Response xmlns="{XMLNS}">\n{inner}\n</{name}Response>'.encode()
        return Answer(status, headers, body)
    if protocol in ("rest-json", "rest-xml"):
        if shape is None:
            return Answer(status, headers, b"")
        more, own = rest_head(shape, value)
        return Answer(own or status, headers | more, rest_body(protocol, shape, value, f"{name}Result"))
    if protocol == "smithy-rpc-v2-cbor":
        body = cbor_value(shape, value, variant == "boundary") if shape is not None else b""
        return Answer(status, headers, body)
    return Answer(status, headers, json_body(shape, value) if shape is not None else b"{}")


def streamed(protocol, operation, rest, events):
    """An answer whose body is a stream of events."""
    shape = operation.output_shape
    stream = operation.get_event_stream_output()
    headers = {"x-amzn-requestid": REQUEST_ID, "content-type": "application/vnd.amazon.eventstream"}
    body = b""
    if protocol in ("json", "smithy-rpc-v2-cbor"):
        start = structured(protocol, shape, "", rest)
        body = event_message({":message-type": "event", ":event-type": "initial-response"}, start)
    else:
        more, _ = rest_head(shape, rest)
        headers |= more
    for name, value in events:
        body += event(protocol, stream, name, value)
    return Answer(operation.http.get("responseCode", 200), headers, body)


def failure(protocol, code, message, shape, value, status):
    """An answer that is an error: a declared one with its members, or any other."""
    headers = {"x-amzn-requestid": REQUEST_ID}
    own = dict(value)
    message_name = next((name for name in own if name.lower() == "message"), None)
    if message_name:
        own[message_name] = message
    if protocol in ("query", "ec2", "rest-xml"):
        inner = f"<Code>{code}</Code><Message>{escaped(message)}</Message>"
        if shape is not None:
            always = ("Code", message_name)
            inner += xml_members(shape, {name: it for name, it in own.items() if name not in always}, in_body)
            headers |= rest_head(shape, own)[0]
        if protocol == "ec2":
            text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        else:
            text = (
                f'<ErrorResponse xmlns="{XMLNS}"><Error><Type>Sender</Type>{inner}</Error>'
                f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
            )
        return Answer(status, headers, text.encode())
    members = {name: it for name, it in own.items() if shape is None or in_body(shape.members[name])}
    if shape is not None:
        headers |= rest_head(shape, own)[0]
    if protocol == "smithy-rpc-v2-cbor":
        pairs = [cbor_text("__type") + cbor_text(f"com.amazonaws.service#{code}")]
        if shape is not None:
            for name, it in members.items():
                pairs.append(cbor_text(wire_name(shape.members[name], name)) + cbor_value(shape.members[name], it, False))
        if not message_name:
            pairs.append(cbor_text("message") + cbor_text(message))
        return Answer(status, headers, cbor_items(5, pairs, False))
    body = json_value(shape, members) if shape is not None else {}
    if not message_name:
        body["message"] = message
    if protocol == "json":
        body["__type"] = f"com.amazonaws.service#{code}"
    else:
        headers["x-amzn-errortype"] = f"{code}:http://internal.amazon.com/coral/com.amazon.service/"
    return Answer(status, headers, json.dumps(body).encode())
