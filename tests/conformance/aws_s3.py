"""Calls of S3 whose requests depend on more than their shapes: names, ARNs, keys, options, checksums.

Each is (operation, region, botocore's options, Isobar's options, input).
"""

ACCOUNT = "123456789012"
KEYS = ["a", "/a", "//a//b", "a/../b", "./a", ".", "..", "a b+c%20", "é/€😀", "a?b#c", "~-_.!*'()", "a\\b", "a=b&c", "a/"]
BUCKETS = ["plain-bucket", "with.dots", "With-Capitals", "under_score", "192.168.5.4", "xn--x", "abc", "a.b-c.d"]
ARNS = [
    f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/my-point",
    f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint:my-point",
    f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/my-point",
    f"arn:aws:s3-object-lambda:us-east-1:{ACCOUNT}:accesspoint/my-lambda",
    f"arn:aws:s3-outposts:us-east-1:{ACCOUNT}:outpost/op-1234567890123456/accesspoint/my-point",
    f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap",
    f"arn:aws-cn:s3:cn-north-1:{ACCOUNT}:accesspoint/my-point",
    f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket/my-bucket",
    f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue",
]
REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-2"]
# (botocore's, Isobar's)
OPTIONS = [
    ({}, {}),
    ({"s3": {"addressing_style": "path"}}, {"addressing": "path"}),
    ({"s3": {"addressing_style": "virtual"}}, {"addressing": "virtual"}),
    ({"s3": {"use_accelerate_endpoint": True}}, {"accelerate": True}),
    ({"use_dualstack_endpoint": True}, {"dual_stack": True}),
    ({"use_fips_endpoint": True}, {"fips": True}),
    ({"use_fips_endpoint": True, "use_dualstack_endpoint": True}, {"fips": True, "dual_stack": True}),
    ({}, {"endpoint": "https://objects.example.com"}),
    ({}, {"endpoint": "http://127.0.0.1:9000"}),
    ({}, {"endpoint": "https://objects.example.com/base/"}),
    ({"s3": {"addressing_style": "virtual"}}, {"endpoint": "https://objects.example.com", "addressing": "virtual"}),
]
COPY_SOURCES = [
    "source/key",
    "source/a key?versionId=abc",
    "/source/é+%",
    {"Bucket": "source", "Key": "a b/é"},
    {"Bucket": "source", "Key": "key", "VersionId": "v1"},
    {"Bucket": ARNS[0], "Key": "key"},
]
ALGORITHMS = ["CRC32", "SHA1", "SHA256"]


def _cases():
    get = lambda bucket: {"Bucket": bucket, "Key": "a/key"}  # noqa: E731
    for key in KEYS:
        for options in ({}, {"addressing": "path"}):
            botocore_options = {"s3": {"addressing_style": "path"}} if options else {}
            yield "GetObject", "us-west-2", botocore_options, options, {"Bucket": "plain-bucket", "Key": key}
        yield "PutObject", "us-west-2", {}, {}, {"Bucket": "plain-bucket", "Key": key, "Body": b"body"}
    for bucket in [*BUCKETS, *ARNS]:
        for region in REGIONS:
            yield "GetObject", region, {}, {}, get(bucket)
        for operation in ("ListObjectsV2", "GetBucketLocation", "HeadBucket"):
            yield operation, "us-west-2", {}, {}, {"Bucket": bucket}
    for bucket in ("plain-bucket", "with.dots", "under_score", ARNS[0], ARNS[3], ARNS[4]):
        for botocore_options, options in OPTIONS:
            yield "GetObject", "us-east-1", botocore_options, options, get(bucket)
    for botocore_options, options in OPTIONS:
        yield "ListBuckets", "us-east-1", botocore_options, options, {}
        yield "PutObject", "us-east-1", botocore_options, options, {**get("plain-bucket"), "Body": b"0123456789"}
    for source in COPY_SOURCES:
        yield "CopyObject", "us-west-2", {}, {}, {**get("plain-bucket"), "CopySource": source}
        part = {**get("plain-bucket"), "CopySource": source, "UploadId": "u", "PartNumber": 1}
        yield "UploadPartCopy", "us-west-2", {}, {}, part
    for algorithm in ALGORITHMS:
        with_body = {**get("plain-bucket"), "ChecksumAlgorithm": algorithm, "Body": b"0123456789"}
        yield "PutObject", "us-west-2", {}, {}, with_body
        yield "UploadPart", "us-west-2", {}, {}, {**with_body, "UploadId": "u", "PartNumber": 2}
        objects = {"Objects": [{"Key": "a\r\nb"}, {"Key": "<&>\"'"}]}
        yield "DeleteObjects", "us-west-2", {}, {}, {
            "Bucket": "plain-bucket",
            "Delete": objects,
            "ChecksumAlgorithm": algorithm,
        }
    body = {**get("plain-bucket"), "Body": b"0123456789"}
    for more in (
        {"ContentMD5": "eB5eJF1ptWaXm4bijSPyxw=="},
        {"ChecksumCRC32": "pmhKpA=="},
        {"ContentEncoding": "gzip"},
        {"ContentType": "text/html"},
        {"SSECustomerKey": "0" * 32, "SSECustomerAlgorithm": "AES256"},
        {"Metadata": {"name": "value", "Other-Name": "a  b"}},
        {"Metadata": {"name": "é"}},
        {"Tagging": "a=b&c=d e"},
    ):
        yield "PutObject", "us-west-2", {}, {}, {**body, **more}
    yield "PutObject", "us-west-2", {}, {}, {**body, "Body": b"x" * (3 << 20)}
    constraint = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    yield "CreateBucket", "eu-west-1", {}, {}, {"Bucket": "plain-bucket", **constraint}
    yield "ListObjectsV2", "us-west-2", {}, {}, {"Bucket": "plain-bucket", "EncodingType": "url", "Prefix": "é/"}


CASES = list(_cases())
