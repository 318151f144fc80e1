"""The requests to Alibaba Cloud, compared with the Tea SDK's: every operation of every package, several inputs each."""

import datetime
import functools
import importlib
import io
import json
import re
import types
import urllib.parse

import requests
import yaml

import alibaba_inputs
import common

import alibabacloud_gateway_sls.client
import alibabacloud_gateway_sls_util.client
import alibabacloud_tea_openapi.client
import alibabacloud_tea_openapi.utils
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.core import DaraCore
from darabonba.request import DaraRequest
from darabonba.runtime import RuntimeOptions

ROOT = common.HERE.parent.parent
REGION = "cn-hangzhou"
ALGORITHM = "ACS3-HMAC-SHA256"
# Says which source the key came from, for the vendor's statistics.
UNCOMPARED_HEADERS = common.UNCOMPARED_HEADERS | {"x-acs-credentials-provider"}
# What the signature must cover by the vendor's description of it.
MUST_BE_SIGNED = {"host", "content-type"}


class Captured(BaseException):
    """Carries the request out of the SDK in the place of sending it; the SDK retries over `Exception`s."""

    def __init__(self, request):
        self.request = request


def capture(request, *_, **__):
    raise Captured(request)


def freeze():
    """Stops the SDK's clock, takes its randomness and its way to the network."""
    now = datetime.datetime.fromisoformat(common.NOW)
    Utils.get_timestamp = staticmethod(lambda: now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    Utils.get_date_utcstring = staticmethod(lambda: now.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    Utils.get_nonce = staticmethod(lambda: common.UUID)
    DaraCore.do_action = staticmethod(capture)
    from alibabacloud_tea_util.client import Client as UtilClient

    UtilClient.get_timestamp = Utils.get_timestamp
    UtilClient.get_date_utcstring = Utils.get_date_utcstring
    UtilClient.get_nonce = Utils.get_nonce


freeze()


@functools.cache
def packages():
    """The packages by their services' names: (package, number of operations)."""
    manifest = json.loads((ROOT / "crates/catalogue/packs/manifest.json").read_text())
    found = {}
    for package in manifest["alibaba"]["packages"]:
        # The package of object storage has a comparison of its own.
        if package["name"] == "alibabacloud_oss_v2":
            continue
        for name, facts in package["services"].items():
            found[f"{name}@{facts['version']}"] = (package["name"], facts["operations"])
    return found


@functools.cache
def overlay():
    return yaml.safe_load((ROOT / "crates/catalogue/overlay/alibaba.yaml").read_text())


class Package:
    """A package of the SDK, with its client."""

    def __init__(self, service):
        self.service = service
        self.name, _ = packages()[service]
        self.module = importlib.import_module(f"{self.name}.client")
        self.models = importlib.import_module(f"{self.name}.models")
        self.required = alibaba_inputs.required_attributes(self.models)
        self.text = open(self.module.__file__, encoding="utf-8").read()
        # By method, what its path names and the method does not fill, a slip of the SDK's generator:
        # it sends `{VersionId}` as it stands.
        self.unfilled = {}
        self.code = {}
        # What annotations that are texts speak of.
        self.names = {**vars(self.module), **vars(self.models)}
        self.operations = list(self._operations())

    def client(self, region=REGION, network=None):
        config = Config(access_key_id=common.ACCESS_KEY, access_key_secret=common.SECRET_KEY, region_id=region)
        config.network = network
        if "get_endpoint" not in vars(self.module.Client):
            config.endpoint = "service.example.com"
        return self.module.Client(config)

    def mentions(self, method, name):
        """How often a method's code speaks of a name."""
        return len(re.findall(rf"\b{name}\b", self.code[method]))

    def reads(self, method):
        """Says whether a method sends an attribute of its request: some have attributes that are never sent."""
        code = self.code[method]
        whole = "to_map(" in code
        return lambda attribute: whole or re.search(rf"\.{attribute}\b", code) is not None

    def _operations(self):
        """(action, method) of each operation."""
        for part in re.split(r"\n    (?=async def |def )", self.text):
            named = re.match(r"def (\w+with_options)\(", part)
            action = re.search(r"\baction ?= ?'(\w+)'", part) or re.search(r"do_rpcrequest\('(\w+)'", part)
            if named and action:
                path = re.search(r"pathname ?= ?f'([^']*)'", part)
                self.code[named.group(1)] = re.sub(r'""".*?"""', "", part, flags=re.DOTALL)
                self.unfilled[named.group(1)] = re.findall(r"\{\{(\w+)\}\}", path.group(1)) if path else []
                yield action.group(1), named.group(1)


def send(client, method, arguments):
    """What the SDK makes of a call."""
    try:
        getattr(client, method)(**arguments, runtime=RuntimeOptions())
    except Captured as captured:
        return captured.request
    except Exception as error:  # noqa: BLE001 (whatever the SDK refuses with)
        return common.Refusal(f"{type(error).__name__}: {error}")
    return common.Refusal("the SDK sent nothing")


def wire_request(sent):
    """A request of the SDK's as it goes over the wire."""
    headers = {name.lower(): str(value) for name, value in sent.headers.items()}
    body = sent.body if sent.body is not None else b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = body.read()
    query = urllib.parse.urlencode({name: str(value) for name, value in (sent.query or {}).items() if value is not None})
    # The HTTP library that the SDK sends with escapes what a path cannot have.
    url = requests.utils.requote_uri(f"{sent.protocol.lower()}://{headers['host']}{sent.pathname}")
    if query:
        url += ("&" if "?" in url else "?") + query
    return common.Request(sent.method, url, headers, body)


# Telling requests apart

# How the log service's bodies may be compressed.
COMPRESSED = ("deflate", "gzip", "lz4", "zstd")


def plain(pair):
    """A parameter whose spelling is free: Python's booleans, and JSON as text."""
    name, value = pair
    if value in ("True", "False"):
        # The SDKs in other languages write them in lower case, and the services take both.
        return name, value.lower()
    if value[:1] in ("{", "["):
        try:
            return name, json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            pass
    return name, value


def comparable(request):
    """The request with its free spellings made one."""
    if isinstance(request, common.Refusal):
        return request
    parts = urllib.parse.urlsplit(request.url)
    query = sorted(plain(pair) for pair in common.pairs(parts.query))
    older = any(name == "SignatureMethod" for name, _ in query)
    url = parts._replace(query=urllib.parse.urlencode([it for it in query if not older or it[0] != "Signature"])).geturl()
    headers = {name: plain((name, value))[1] for name, value in request.headers.items()}
    headers.pop("authorization", None)
    # Of the body as it is spelled; the signature's comparison checks it.
    headers.pop("x-acs-content-sha256", None)
    body = request.body
    if body and request.header("x-log-compresstype") in COMPRESSED:
        # Compressors differ; what they make smaller must not.
        size = request.header("x-log-bodyrawsize")
        body = alibabacloud_gateway_sls_util.client.Client.read_and_uncompress_block(
            body, request.header("x-log-compresstype"), size
        ).read()
        # Of the compressed body; the signature's comparison checks it.
        headers.pop("content-md5", None)
    if request.header("content-type").startswith("application/x-www-form-urlencoded"):
        body = urllib.parse.urlencode(sorted(plain(pair) for pair in common.pairs(body.decode()))).encode()
    if older:
        headers.pop("accept", None)
    return common.Request(request.method, url, headers, body)


def signature(vendor, isobar):
    """Whether Isobar's signature is what the SDK's own function gives for Isobar's request."""
    parts = urllib.parse.urlsplit(isobar.url)
    query = dict(common.pairs(parts.query))
    if "SignatureMethod" in query:
        found = query.pop("Signature")
        form = dict(common.pairs(isobar.body.decode()))
        return Utils.get_rpcsignature({**query, **form}, isobar.method, common.SECRET_KEY), found
    found = isobar.header("authorization")
    if not vendor.header("authorization"):
        return "", found
    if found.startswith("LOG "):
        gateway = alibabacloud_gateway_sls.client.Client()
        text = gateway.get_authorization(
            parts.path, isobar.method, query, isobar.headers, common.ACCESS_KEY, common.SECRET_KEY
        )
        return text, found
    if not found.startswith(ALGORITHM):
        request = DaraRequest()
        request.method, request.pathname, request.query = isobar.method, parts.path, query
        request.headers = isobar.headers
        text = Utils.get_string_to_sign(request)
        return f"acs {common.ACCESS_KEY}:{Utils.get_roasignature(text, common.SECRET_KEY)}", found
    listed = re.search(r"SignedHeaders=([^,]*)", found)
    names = set(listed.group(1).split(";")) if listed else set()
    headers = {**isobar.headers, "host": parts.netloc}
    must = {name for name in headers if name in MUST_BE_SIGNED or name.startswith("x-acs-")}
    if not must <= names:
        return f"signs {sorted(must)}", found
    request = DaraRequest()
    request.method, request.pathname, request.query = isobar.method, parts.path, query
    request.headers = {name: headers[name] for name in names}
    payload = Utils.hash(isobar.body, ALGORITHM).hex()
    if isobar.header("x-acs-content-sha256") != payload:
        return payload, isobar.header("x-acs-content-sha256")
    return Utils.get_authorization(request, ALGORITHM, payload, common.ACCESS_KEY, common.SECRET_KEY), found


def differences(vendor, isobar):
    yield from common.differences(comparable(vendor), comparable(isobar), UNCOMPARED_HEADERS)
    if isinstance(vendor, common.Request) and isinstance(isobar, common.Request):
        expected, found = signature(vendor, isobar)
        if expected != found:
            yield "authorization", expected, found


# The cases


def cases(package):
    client = package.client()
    has_endpoint = "get_endpoint" in vars(package.module.Client)
    required = overlay().get(package.service.split("@")[0], {})
    for action, method in package.operations:
        function = getattr(package.module.Client, method)
        for variant in alibaba_inputs.VARIANTS:
            more = set(required.get(action, {}).get("required", []))
            arguments, given = alibaba_inputs.call(package, function, variant, more, REGION)
            call = {"cloud": "alibaba", "service": package.service, "operation": action, "region": REGION}
            call["input"] = given
            if not has_endpoint:
                call["endpoint"] = "https://service.example.com"
            yield common.Case(package.service, action, variant, call, send(client, method, arguments))


def hosts(package):
    """The first operation in every region that the client knows, and in one that it does not."""
    if "get_endpoint" not in vars(package.module.Client):
        return
    action, method = package.operations[0]
    function = getattr(package.module.Client, method)
    known = package.client()._endpoint_map or {}
    for region in [*sorted(known), "cn-nowhere-1"]:
        arguments, given = alibaba_inputs.call(package, function, "required", set(), region)
        call = {"cloud": "alibaba", "service": package.service, "operation": action, "region": region, "input": given}
        yield common.Case(package.service, action, region, call, send(package.client(region), method, arguments))


def work(service):
    package = Package(service)
    several = [*cases(package), *hosts(package)]
    part = common.Part(service, sorted({(case.service, case.operation) for case in several}))
    made = common.isobar_requests([case.call for case in several])
    for case, isobar in zip(several, made):
        vendor = case.vendor
        if not isinstance(vendor, common.Refusal):
            vendor = wire_request(vendor)
        part.compared += 1
        part.refused += isinstance(vendor, common.Refusal) and isinstance(isobar, common.Refusal)
        for aspect, other, mine in differences(vendor, isobar):
            found = common.Difference(case.service, case.operation, case.variant, aspect, other, mine)
            part.differences.append(found)
    return part


def services():
    """All of them, those with the most operations first."""
    return sorted(packages(), key=lambda name: -packages()[name][1])


if __name__ == "__main__":
    common.main("alibaba", services(), work)
