"""What the comparisons share: driving `isobar-conformance`, telling requests apart, exceptions, the summary.

A cloud's file makes `Case`s, each a call with the request that the vendor's SDK makes of it, and
hands them to `main`. `ISOBAR_CONFORMANCE` names the binary; `cargo xtask conformance` sets it.
"""

import argparse
import base64
import collections
import dataclasses
import gzip
import hashlib
import json
import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zlib

import yaml

BINARY = os.environ.get("ISOBAR_CONFORMANCE", "isobar-conformance")
HERE = pathlib.Path(__file__).resolve().parent

# What Isobar's fixed clock and randomness give; the vendors' SDKs are frozen to the same.
NOW = "2026-01-02T03:04:05Z"
UUID = "00000000-0000-4000-8000-000000000000"
ACCESS_KEY = "AKID"
SECRET_KEY = "secret"
TOKEN = "secret"

# The exceptions may be this part of all operations at most.
MOST_EXCEPTIONS = 0.005

# Headers that say who asks and how often, not what is asked.
UNCOMPARED_HEADERS = {
    "accept-encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
}


@dataclasses.dataclass
class Request:
    """A request as it goes over the wire."""

    method: str
    url: str
    headers: dict
    body: bytes

    def header(self, name):
        return self.headers.get(name, "")


@dataclasses.dataclass
class Refusal:
    """The SDK or Isobar does not make a request of the input."""

    text: str


@dataclasses.dataclass
class Case:
    """A call, and what the vendor's SDK makes of it."""

    service: str
    operation: str
    # Which of an operation's inputs it is (`required`, `all`).
    variant: str
    # The line for `isobar-conformance requests`.
    call: dict
    # A `Request` or a `Refusal`.
    vendor: object


@dataclasses.dataclass
class Difference:
    """Where the two requests differ (`method`, `host`, `path`, `query`, `header x`, `body`, `refused`)."""

    service: str
    operation: str
    variant: str
    aspect: str
    vendor: str
    isobar: str


def run_lines(mode, lines):
    """What `isobar-conformance MODE` answers to each line."""
    process = subprocess.Popen(
        [BINARY, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )

    def feed():
        for line in lines:
            process.stdin.write(json.dumps(line, allow_nan=False) + "\n")
        process.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    answers = [json.loads(line) for line in process.stdout]
    feeder.join()
    if process.wait() != 0 or len(answers) != len(lines):
        raise RuntimeError(f"isobar-conformance {mode} ended after {len(answers)} of {len(lines)}")
    return answers


def isobar_requests(calls):
    """The requests that Isobar makes of the calls."""
    made = []
    for answer in run_lines("requests", calls):
        if "error" in answer:
            made.append(Refusal(answer["error"]))
        else:
            body = base64.b64decode(answer["body_base64"])
            made.append(Request(answer["method"], answer["url"], answer["headers"], body))
    return made


# Telling requests apart


def parsed_body(request):
    """The body as a value, where its order or spelling is free; else its bytes."""
    if request.header("content-encoding").endswith("gzip"):
        # What compresses best is the compressor's own affair.
        headers = {**request.headers, "content-encoding": ""}
        return parsed_body(dataclasses.replace(request, headers=headers, body=gzip.decompress(request.body)))
    kind = request.header("content-type").split(";")[0].strip().lower()
    try:
        if "json" in kind or request.body.startswith((b"{", b"[")):
            return json.loads(request.body) if request.body else None
        if kind == "application/x-www-form-urlencoded":
            return sorted(pairs(request.body.decode()))
        if kind.endswith("xml") or request.body.startswith(b"<"):
            return xml_value(ElementTree.fromstring(request.body)) if request.body else None
        if kind == "application/cbor":
            from botocore import parsers  # The vendor's own reader.

            reader = parsers.BaseCBORParser()
            return reader.parse_data_item(reader.get_peekable_stream_from_bytes(request.body))
    except (ValueError, ElementTree.ParseError):
        pass
    return request.body


def xml_value(element):
    return (element.tag, sorted(element.attrib.items()), element.text or "", [xml_value(it) for it in element])


MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d*?)0+Z$")


def plain(value):
    """A value in which moments are written in one way: without zeros at the end of their fractions."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return MOMENT.sub(lambda found: found[1].rstrip(".") + "Z", value) if isinstance(value, str) else value


def pairs(query):
    return urllib.parse.parse_qsl(query, keep_blank_values=True) if query else []


DIGESTS = {
    "content-md5": lambda body: base64.b64encode(hashlib.md5(body).digest()).decode(),
    "x-amz-checksum-crc32": lambda body: base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode(),
    "x-amz-checksum-sha1": lambda body: base64.b64encode(hashlib.sha1(body).digest()).decode(),
    "x-amz-checksum-sha256": lambda body: base64.b64encode(hashlib.sha256(body).digest()).decode(),
    "x-amz-content-sha256": lambda body: hashlib.sha256(body).hexdigest(),
}


def header_value(request, name):
    """A header's value as it is compared; an empty one says what an absent one says."""
    value = " ".join(request.headers.get(name, "").split())
    # Each body has its own.
    if name in DIGESTS and value == DIGESTS[name](request.body):
        return "the body's"
    # JSON in base64 is one value, however its text is written.
    if value.startswith(("ey", "W", "In", "Il")):
        try:
            return json.loads(base64.b64decode(value, validate=True))
        except ValueError:
            pass
    # Lists may have spaces between their items.
    value = value.replace(", ", ",")
    return value.lower().replace(" ", "") if name == "content-type" else value


def differences(vendor, isobar, uncompared=UNCOMPARED_HEADERS):
    """The aspects in which two requests differ, as (aspect, vendor's, Isobar's)."""
    if isinstance(vendor, Refusal) and isinstance(isobar, Refusal):
        return
    if isinstance(vendor, Refusal):
        yield "accepted", f"refuses: {vendor.text}", f"{isobar.method} {isobar.url}"
        return
    if isinstance(isobar, Refusal):
        yield "refused", f"{vendor.method} {vendor.url}", f"refuses: {isobar.text}"
        return
    if vendor.method != isobar.method:
        yield "method", vendor.method, isobar.method
    ours, theirs = urllib.parse.urlsplit(isobar.url), urllib.parse.urlsplit(vendor.url)
    if (theirs.scheme, theirs.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
        yield "host", f"{theirs.scheme}://{theirs.netloc}", f"{ours.scheme}://{ours.netloc}"
    # An empty path and a slash are the same request (RFC 9112, section 3.2.1).
    if (theirs.path or "/") != (ours.path or "/"):
        yield "path", theirs.path, ours.path
    if plain(sorted(pairs(theirs.query))) != plain(sorted(pairs(ours.query))):
        yield "query", theirs.query, ours.query
    same_headers = True
    for name in sorted(set(vendor.headers) | set(isobar.headers)):
        if name in uncompared or name == "authorization":
            continue
        mine, other = isobar.headers.get(name), vendor.headers.get(name)
        same_headers = same_headers and mine == other
        if header_value(isobar, name) != header_value(vendor, name):
            yield f"header {name}", str(other), str(mine)
    same_bytes = vendor.body == isobar.body
    if not same_bytes and plain(parsed_body(vendor)) != plain(parsed_body(isobar)):
        yield "body", repr(vendor.body), repr(isobar.body)
    exactly = same_bytes and same_headers and theirs.query == ours.query
    yield from authorization(vendor, isobar, exactly)


def authorization(vendor, isobar, exactly):
    """Compares the signatures where the signed bytes are the same, and what is signed everywhere."""
    other, mine = vendor.header("authorization"), isobar.header("authorization")
    # A signature with a number drawn for it is never the same; what it is of is compared all the same.
    drawn = other.startswith("AWS4-ECDSA-")
    if exactly and not drawn:
        if other != mine:
            yield "authorization", other, mine
        return
    if without_signature(vendor) != without_signature(isobar):
        yield "authorization", without_signature(vendor), without_signature(isobar)


def without_signature(request):
    """With what and of what a request is signed. An empty header is signed like an absent one."""
    text = request.header("authorization").split("Signature=")[0].replace(" ", "")
    for name, value in request.headers.items():
        if not value:
            text = text.replace(f"{name};", "")
    return text


def shortened(text, other):
    """As much of a long text as shows where it differs from another."""
    at = next((at for at, (one, two) in enumerate(zip(text, other)) if one != two), min(len(text), len(other)))
    start = max(0, at - 100)
    return ("…" if start else "") + text[start : at + 150] + ("…" if at + 150 < len(text) else "")


# Exceptions


class Exceptions:
    """The list of what differs for a reason: `exceptions-CLOUD.yaml`."""

    def __init__(self, path):
        self.path = path
        self.rows = (yaml.safe_load(path.read_text()) or []) if path.exists() else []
        for row in self.rows:
            if not row.get("reason") or not row.get("service") or not row.get("operations"):
                raise SystemExit(f"{path.name}: a row without service, operations or reason: {row}")
        self.reasons = {
            (row["service"], operation): row["reason"] for row in self.rows for operation in row["operations"]
        }
        self.aspects = {
            (row["service"], operation): row.get("aspects") for row in self.rows for operation in row["operations"]
        }
        self.used = set()

    def cover(self, difference):
        """Whether a difference is an exception."""
        key = (difference.service, difference.operation)
        if key not in self.reasons:
            return False
        aspects = self.aspects[key]
        if aspects and difference.aspect not in aspects:
            return False
        self.used.add(key)
        return True

    def needless(self, compared):
        """The exceptions of what was compared that cover nothing."""
        return sorted(key for key in self.reasons if key in compared and key not in self.used)


# The run


@dataclasses.dataclass
class Part:
    """What comparing one service gave."""

    service: str
    operations: list
    compared: int = 0
    refused: int = 0
    differences: list = dataclasses.field(default_factory=list)


def compare_service(cases):
    """The part of a service's cases."""
    cases = list(cases)
    part = Part(cases[0].service if cases else "", sorted({(case.service, case.operation) for case in cases}))
    for case, made in zip(cases, isobar_requests([case.call for case in cases])):
        part.compared += 1
        part.refused += isinstance(case.vendor, Refusal) and isinstance(made, Refusal)
        for aspect, vendor, isobar in differences(case.vendor, made):
            part.differences.append(
                Difference(case.service, case.operation, case.variant, aspect, vendor, isobar)
            )
    return part


def main(cloud, services, work):
    """Compares all services, or those that are asked for, and ends the process.

    `services` are names, the longest work first; `work(service)` makes a `Part`, in one of as many
    processes as there are cores.
    """
    arguments = argparse.ArgumentParser(description=f"compares the requests for {cloud}")
    arguments.add_argument("--services", help="only these, separated by commas")
    arguments.add_argument("--show", type=int, default=3, help="how many differences of a kind are shown")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    options = arguments.parse_args()
    wanted = options.services.split(",") if options.services else None
    unknown = [name for name in wanted or [] if name not in services]
    if unknown:
        raise SystemExit(f"no service: {', '.join(unknown)}")
    names = [name for name in services if wanted is None or name in wanted]
    started = time.monotonic()
    with multiprocessing.Pool(max(1, min(options.jobs, len(names)))) as pool:
        parts = list(pool.imap_unordered(work, names))
    exceptions = Exceptions(HERE / f"exceptions-{cloud}.yaml")
    sys.exit(report(cloud, parts, exceptions, wanted is None, options.show, time.monotonic() - started))


def report(cloud, parts, exceptions, whole, show, seconds):
    """Prints what was found; the exit code."""
    operations = {operation for part in parts for operation in part.operations}
    found = [difference for part in parts for difference in part.differences]
    left = [difference for difference in found if not exceptions.cover(difference)]
    kinds = collections.defaultdict(list)
    for difference in left:
        kinds[difference.aspect].append(difference)
    for aspect, several in sorted(kinds.items(), key=lambda it: len(it[1])):
        differing = {(it.service, it.operation) for it in several}
        print(f"\n{aspect}: {len(several)} inputs of {len(differing)} operations")
        for one in several[:show]:
            print(f"  {one.service} {one.operation} ({one.variant})")
            print(f"    vendor: {shortened(one.vendor, one.isobar)}")
            print(f"    isobar: {shortened(one.isobar, one.vendor)}")
    needless = exceptions.needless(operations)
    for service, operation in needless:
        print(f"\nno longer an exception: {service} {operation}; take it from {exceptions.path.name}")
    excepted = {key for key in exceptions.reasons if key in operations}
    by_reason = collections.Counter(exceptions.reasons[key] for key in excepted)
    many = whole and len(excepted) >= MOST_EXCEPTIONS * max(1, len(operations))
    if many:
        print(f"\nmore exceptions than {MOST_EXCEPTIONS:.1%} of the operations")
    differing = {(it.service, it.operation) for it in left}
    print(
        f"\n{cloud}: {len(parts)} services, {len(operations)} operations, "
        f"{sum(part.compared for part in parts)} inputs compared "
        f"({sum(part.refused for part in parts)} refused by both), "
        f"{len(left)} differences in {len(differing)} operations, "
        f"{len(excepted)} exceptions, {seconds:.0f} s"
    )
    for reason, count in by_reason.most_common():
        print(f"  {count} excepted: {reason}")
    return 1 if left or needless or many or not operations else 0
