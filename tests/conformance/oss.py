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
import urllib.parse

import common

import alibabacloud_oss_v2 as v2
import oss2
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


@functools.cache
def operations():
    """All of them, by the SDK's own names."""
    return list(found_operations())


def found_operations():
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
    # Without the second, another operation would be asked for.
    needed = {"delete"} if operation.name == "DeleteMultipleObjects" else {"access_point_name"}
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


# The older package


class Session:
    """Sends nothing."""

    def do_request(self, request, timeout):
        raise Captured(request)


def older(bucket):
    """Functions of `oss2`, each with the operation that it is and that operation's input."""
    page = {"prefix": "p/", "delimiter": "/", "max-keys": 10}
    service = oss2.Service(oss2.AuthV4(common.ACCESS_KEY, common.SECRET_KEY), ENDPOINT, session=Session(), region=REGION)
    it, key = bucket, {"key": KEY}
    tagging = oss2.models.Tagging(oss2.models.TaggingRule())
    tagging.tag_set.add("k", "v")
    tags = {"Tagging": {"TagSet": {"Tag": [{"Key": "k", "Value": "v"}]}}}
    parts = [oss2.models.PartInfo(1, "e1"), oss2.models.PartInfo(2, "e2")]
    part_list = {"Part": [{"PartNumber": 1, "ETag": '"e1"'}, {"PartNumber": 2, "ETag": '"e2"'}]}
    enabled = lambda name: {"PublicAccessBlockConfiguration": {"BlockPublicAccess": name}}  # noqa: E731
    return [
        (lambda: service.list_buckets("p", "m", 5), "ListBuckets", {"prefix": "p", "marker": "m", "max-keys": 5}),
        (lambda: service.describe_regions("oss-cn-hangzhou"), "DescribeRegions", {"regions": "oss-cn-hangzhou"}),
        (lambda: service.get_public_access_block(), "GetPublicAccessBlock", {}),
        (lambda: service.delete_public_access_block(), "DeletePublicAccessBlock", {}),
        (lambda: service.put_public_access_block(True), "PutPublicAccessBlock", enabled(True)),
        (lambda: it.list_objects("p/", "/", "m", 10), "ListObjects", {**page, "marker": "m"}),
        (
            lambda: it.list_objects_v2("p/", "/", "t", "s", True, max_keys=10),
            "ListObjectsV2",
            {**page, "continuation-token": "t", "start-after": "s", "fetch-owner": True},
        ),
        (
            lambda: it.list_object_versions("p/", "/", "m", 10, "v"),
            "ListObjectVersions",
            {**page, "key-marker": "m", "version-id-marker": "v"},
        ),
        (lambda: it.put_object(KEY, b"hello", {"x-oss-meta-a": "1"}), "PutObject", {**key, "x-oss-meta-*": {"a": "1"}, "body": "aGVsbG8="}),
        (lambda: it.append_object(KEY, 7, b"hello"), "AppendObject", {**key, "position": 7, "body": "aGVsbG8="}),
        (lambda: it.get_object(KEY, (0, 9)), "GetObject", {**key, "Range": "bytes=0-9"}),
        (lambda: it.get_object(KEY, process="image/info"), "GetObject", {**key, "x-oss-process": "image/info"}),
        (lambda: it.head_object(KEY), "HeadObject", key),
        (lambda: it.get_object_meta(KEY), "GetObjectMeta", key),
        (lambda: it.copy_object("from", "x y", KEY), "CopyObject", {**key, "x-oss-copy-source": "/from/x%20y"}),
        (lambda: it.delete_object(KEY), "DeleteObject", key),
        (lambda: it.restore_object(KEY), "RestoreObject", key),
        (lambda: it.put_object_acl(KEY, "private"), "PutObjectAcl", {**key, "x-oss-object-acl": "private"}),
        (lambda: it.get_object_acl(KEY), "GetObjectAcl", key),
        (
            lambda: it.batch_delete_objects(["a<b", "c"]),
            "DeleteMultipleObjects",
            {"Delete": {"Quiet": False, "Object": [{"Key": "a<b"}, {"Key": "c"}]}},
        ),
        (lambda: it.init_multipart_upload(KEY), "InitiateMultipartUpload", key),
        (
            lambda: it.upload_part(KEY, "u", 3, b"hello"),
            "UploadPart",
            {**key, "uploadId": "u", "partNumber": 3, "body": "aGVsbG8="},
        ),
        (
            lambda: it.upload_part_copy("from", "x", (0, 9), KEY, "u", 3),
            "UploadPartCopy",
            {
                **key,
                "uploadId": "u",
                "partNumber": 3,
                "x-oss-copy-source": "/from/x",
                "x-oss-copy-source-range": "bytes=0-9",
            },
        ),
        (
            lambda: it.complete_multipart_upload(KEY, "u", parts),
            "CompleteMultipartUpload",
            {**key, "uploadId": "u", "CompleteMultipartUpload": part_list},
        ),
        (lambda: it.abort_multipart_upload(KEY, "u"), "AbortMultipartUpload", {**key, "uploadId": "u"}),
        (
            lambda: it.list_multipart_uploads("p/", "/", "m", "u", 10),
            "ListMultipartUploads",
            {"prefix": "p/", "delimiter": "/", "key-marker": "m", "upload-id-marker": "u", "max-uploads": 10},
        ),
        (
            lambda: it.list_parts(KEY, "u", "3", 10),
            "ListParts",
            {**key, "uploadId": "u", "part-number-marker": "3", "max-parts": 10},
        ),
        (lambda: it.put_symlink("target", KEY), "PutSymlink", {**key, "x-oss-symlink-target": "target"}),
        (lambda: it.get_symlink(KEY), "GetSymlink", key),
        (lambda: it.put_object_tagging(KEY, tagging), "PutObjectTagging", {**key, **tags}),
        (lambda: it.get_object_tagging(KEY), "GetObjectTagging", key),
        (lambda: it.delete_object_tagging(KEY), "DeleteObjectTagging", key),
        (lambda: it.process_object(KEY, "image/resize,w_1"), "ProcessObject", {**key, "x-oss-process": "image/resize,w_1"}),
        (lambda: it.create_bucket("private"), "PutBucket", {"x-oss-acl": "private"}),
        (lambda: it.put_bucket_acl("private"), "PutBucketAcl", {"x-oss-acl": "private"}),
        (lambda: it.put_bucket_tagging(tagging), "PutBucketTags", tags),
        (lambda: it.put_bucket_policy('{"a":1}'), "PutBucketPolicy", {"body": '{"a":1}'}),
        (
            lambda: it.put_bucket_request_payment("Requester"),
            "PutBucketRequestPayment",
            {"RequestPaymentConfiguration": {"Payer": "Requester"}},
        ),
        (
            lambda: it.put_bucket_transfer_acceleration("true"),
            "PutBucketTransferAcceleration",
            {"TransferAccelerationConfiguration": {"Enabled": True}},
        ),
        (lambda: it.get_bucket_inventory_configuration("i"), "GetBucketInventory", {"inventoryId": "i"}),
        (lambda: it.list_bucket_inventory_configurations("t"), "ListBucketInventory", {"continuation-token": "t"}),
        (lambda: it.delete_bucket_inventory_configuration("i"), "DeleteBucketInventory", {"inventoryId": "i"}),
        (
            lambda: it.init_bucket_worm(3),
            "InitiateBucketWorm",
            {"InitiateWormConfiguration": {"RetentionPeriodInDays": 3}},
        ),
        (lambda: it.complete_bucket_worm("w"), "CompleteBucketWorm", {"wormId": "w"}),
        (
            lambda: it.extend_bucket_worm("w", 3),
            "ExtendBucketWorm",
            {"wormId": "w", "ExtendWormConfiguration": {"RetentionPeriodInDays": 3}},
        ),
        (lambda: it.get_bucket_replication_progress("r"), "GetBucketReplicationProgress", {"rule-id": "r"}),
        (lambda: it.get_bucket_style("s"), "GetStyle", {"styleName": "s"}),
        (lambda: it.delete_bucket_style("s"), "DeleteStyle", {"styleName": "s"}),
        (lambda: it.put_bucket_public_access_block(True), "PutBucketPublicAccessBlock", enabled(True)),
        (
            lambda: it.delete_access_point("a"),
            "DeleteAccessPoint",
            {"x-oss-access-point-name": "a"},
        ),
        (
            lambda: it.get_access_point_public_access_block("a"),
            "GetAccessPointPublicAccessBlock",
            {"x-oss-access-point-name": "a"},
        ),
        *[(getattr(it, function), operation, {}) for function, operation in BARE.items()],
    ]


# Functions of `oss2` that take nothing.
BARE = {
    "abort_bucket_worm": "AbortBucketWorm",
    "close_bucket_meta_query": "CloseMetaQuery",
    "delete_bucket": "DeleteBucket",
    "delete_bucket_cors": "DeleteBucketCors",
    "delete_bucket_encryption": "DeleteBucketEncryption",
    "delete_bucket_lifecycle": "DeleteBucketLifecycle",
    "delete_bucket_logging": "DeleteBucketLogging",
    "delete_bucket_policy": "DeleteBucketPolicy",
    "delete_bucket_public_access_block": "DeleteBucketPublicAccessBlock",
    "delete_bucket_tagging": "DeleteBucketTags",
    "delete_bucket_website": "DeleteBucketWebsite",
    "get_bucket_access_monitor": "GetBucketAccessMonitor",
    "get_bucket_acl": "GetBucketAcl",
    "get_bucket_archive_direct_read": "GetBucketArchiveDirectRead",
    "get_bucket_cors": "GetBucketCors",
    "get_bucket_encryption": "GetBucketEncryption",
    "get_bucket_https_config": "GetBucketHttpsConfig",
    "get_bucket_info": "GetBucketInfo",
    "get_bucket_lifecycle": "GetBucketLifecycle",
    "get_bucket_location": "GetBucketLocation",
    "get_bucket_logging": "GetBucketLogging",
    "get_bucket_meta_query_status": "GetMetaQueryStatus",
    "get_bucket_policy": "GetBucketPolicy",
    "get_bucket_public_access_block": "GetBucketPublicAccessBlock",
    "get_bucket_referer": "GetBucketReferer",
    "get_bucket_replication": "GetBucketReplication",
    "get_bucket_replication_location": "GetBucketReplicationLocation",
    "get_bucket_request_payment": "GetBucketRequestPayment",
    "get_bucket_resource_group": "GetBucketResourceGroup",
    "get_bucket_stat": "GetBucketStat",
    "get_bucket_tagging": "GetBucketTags",
    "get_bucket_transfer_acceleration": "GetBucketTransferAcceleration",
    "get_bucket_versioning": "GetBucketVersioning",
    "get_bucket_website": "GetBucketWebsite",
    "get_bucket_worm": "GetBucketWorm",
    "list_bucket_cname": "ListCname",
    "list_bucket_data_redundancy_transition": "ListBucketDataRedundancyTransition",
    "list_bucket_style": "ListStyle",
}

ENDPOINT = f"https://oss-{REGION}.aliyuncs.com"

# The older package gives fewer bodies a type and a hash; both signatures are over these.
UNCOMPARED = common.UNCOMPARED_HEADERS | {"content-md5", "content-type", "date", "x-oss-date"}


def older_cases():
    bucket = oss2.Bucket(
        oss2.AuthV4(common.ACCESS_KEY, common.SECRET_KEY), ENDPOINT, BUCKET, session=Session(), region=REGION
    )
    for call, operation, ours in older(bucket):
        try:
            call()
            raise RuntimeError(f"oss2 sent nothing for {operation}")
        except Captured as captured:
            made = captured.request
        query = urllib.parse.urlencode(made.params, quote_via=urllib.parse.quote)
        headers = {name.lower(): text(it) for name, it in made.headers.items() if name.lower() != "authorization"}
        body = made.data or b""
        body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
        url = made.url + (f"?{query}" if query else "")
        request = next(it.request for it in operations() if it.name == operation)
        needs_bucket = "bucket" in request._attribute_map
        line = {"cloud": "alibaba", "service": "oss", "operation": operation, "region": REGION}
        line["input"] = {**({"bucket": BUCKET} if needs_bucket else {}), **ours}
        yield common.Case("oss", operation, "oss2", line, common.Request(made.method, url, headers, body))


def alike(vendor, made):
    """Takes out of both what the older package only writes in another way: it does not always ask for
    encoded names, escapes an object's slashes, says nothing of a body's type and writes Python's `True`.
    """
    for request in (vendor, made):
        path, mark, query = request.url.partition("?")
        request.url = path.replace("%2F", "/") + mark + query
        request.body = request.body.replace(b">True<", b">true<")
        if request.body.startswith(b"<"):
            request.headers["content-type"] = "application/xml"
        for pair in ("encoding-type=url&", "&encoding-type=url", "encoding-type=url"):
            request.url = request.url.replace(pair, "")
        request.url = request.url.rstrip("?")


def compare_older(part):
    """Adds what the comparison with the older package gives."""
    several = list(older_cases())
    for case, made in zip(several, common.isobar_requests([case.call for case in several])):
        part.compared += 1
        if isinstance(made, common.Request):
            made.headers.pop("authorization", None)
            alike(case.vendor, made)
        for aspect, vendor, isobar in common.differences(case.vendor, made, UNCOMPARED):
            difference = common.Difference(case.service, case.operation, case.variant, aspect, vendor, isobar)
            part.differences.append(difference)


def work(_):
    part = common.compare_service(cases())
    compare_older(part)
    return part


if __name__ == "__main__":
    common.main("oss", ["oss"], work)
