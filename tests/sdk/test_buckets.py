"""Where S3's buckets are: calls that go to the wrong region, and sessions for buckets in a zone. boto3 and
Isobar are sent through the same store, and must do the same."""

import datetime
import http.server
import json
import re
import threading
import time

import boto3
import botocore.exceptions
import pytest
from calls import isobar, keys

HERE, THERE = "us-west-2", "eu-north-1"
LISTED = b"<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>"


def refusal(code, extra=""):
    return f"<Error><Code>{code}</Code><Message>no</Message>{extra}</Error>".encode()


# Status, headers and body of an answer to a call for the wrong region.
MALFORMED = (400, {}, refusal("AuthorizationHeaderMalformed", f"<Region>{THERE}</Region>"))
PERMANENT = (301, {"x-amz-bucket-region": THERE}, refusal("PermanentRedirect"))
SILENT = (301, {}, refusal("PermanentRedirect"))
TEMPORARY = (307, {"x-amz-bucket-region": THERE}, refusal("TemporaryRedirect"))
OPTED = (400, {"x-amz-bucket-region": THERE}, refusal("IllegalLocationConstraintException"))
EMPTY = (400, {"x-amz-bucket-region": THERE}, b"")
MOVED = (301, {"x-amz-bucket-region": THERE}, b"")
BARE = (400, {}, b"")
SAME = (301, {"x-amz-bucket-region": HERE}, refusal("PermanentRedirect"))
ODD = (301, {"x-amz-bucket-region": "-odd.example.com/"}, refusal("PermanentRedirect"))
DENIED = (403, {"x-amz-bucket-region": THERE}, refusal("AccessDenied"))


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signature = self.headers.get("Authorization", "")
        key, region, service = re.search(r"Credential=([^/]*)/\d+/([^/]*)/([^/]*)/", signature).groups()
        token = self.headers.get("x-amz-s3session-token")
        signed = re.search(r"SignedHeaders=([^,]*)", signature).group(1).split(";")
        assert token is None or "x-amz-s3session-token" in signed
        path = self.path.split("?")[0].rstrip("/")
        self.log.append((self.command, path, key, region, service, token, self.headers.get("x-amz-security-token")))
        self.sums += [name for name in self.headers if "checksum" in name.lower()]
        status, headers, body = self.decide(region, body)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def decide(self, region, body):
        if "session" in self.path:
            ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.lives)
            keys = "<AccessKeyId>SESSION{}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token{}</SessionToken>"
            self.given.append(1)
            number = len(self.given)
            ends = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
            text = f"<CreateSessionResult><Credentials>{keys.format(number, number)}<Expiration>{ends}</Expiration></Credentials></CreateSessionResult>"
            return 200, {}, text.encode()
        if region != THERE and self.refusal is not None:
            time.sleep(self.pause)
            # Who asks the bucket itself is told.
            if self.command == "HEAD" and self.refusal in (SILENT, BARE) and self.path.count("/") == 1:
                return MOVED
            return self.refusal
        if self.command == "PUT":
            self.stored.append(body)
        # A bucket says where it is.
        if self.command == "HEAD" and self.path.count("/") == 1:
            return 200, {"x-amz-bucket-region": region}, b""
        return 200, {"ETag": '"x"', "Last-Modified": "Fri, 24 Feb 2012 06:07:48 GMT"}, b"" if self.command == "PUT" else LISTED

    def log_message(self, *_):
        pass


@pytest.fixture
def store():
    servers = []

    def serve(refusal=None, lives=300, pause=0):
        names = {"log": [], "stored": [], "given": [], "sums": [], "refusal": refusal, "lives": lives, "pause": pause}
        handler = type("Handler", (Store,), names)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", handler

    yield serve
    for server in servers:
        server.shutdown()


def by_boto3(url, region=HERE):
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name=region)
    return session.client("s3", endpoint_url=url)


def ours(url, region=HERE):
    return {**keys(), "AWS_REGION": region, "AWS_ENDPOINT_URL": url}


LIST = ("list_objects_v2", {"Bucket": "bucket"})
HEAD_OBJECT = ("head_object", {"Bucket": "bucket", "Key": "k"})
HEAD_BUCKET = ("head_bucket", {"Bucket": "bucket"})
CREATE = ("create_bucket", {"Bucket": "bucket"})


@pytest.mark.parametrize(
    "refusal, call",
    [
        (MALFORMED, LIST),
        (PERMANENT, LIST),
        (SILENT, LIST),
        (TEMPORARY, LIST),
        (OPTED, LIST),
        (OPTED, CREATE),
        (EMPTY, HEAD_OBJECT),
        (MOVED, HEAD_OBJECT),
        (BARE, HEAD_OBJECT),
        (EMPTY, HEAD_BUCKET),
        (MOVED, HEAD_BUCKET),
        (BARE, HEAD_BUCKET),
        (DENIED, LIST),
        (None, LIST),
    ],
)
def test_a_bucket_in_another_region(store, refusal, call):
    operation, arguments = call
    url, theirs = store(refusal)
    try:
        getattr(by_boto3(url), operation)(**arguments)
        worked = True
    except botocore.exceptions.ClientError:
        worked = False
    url, own = store(refusal)
    done = isobar("aws", "s3api", operation.replace("_", "-"), "--input", json.dumps(arguments), env=ours(url), code=None)
    assert (done.returncode == 0) == worked, done
    # botocore asks a bucket that was asked already once more where it is.
    asked = [entry for entry in theirs.log if not (refusal in (SILENT, BARE) and entry[0] == "HEAD" and entry[1] == "/bucket" and entry[3] == THERE and operation != "head_bucket")]
    assert own.log == asked


def test_a_region_that_is_none_or_the_same_ends_the_call(store):
    for refusal in (SAME, ODD):
        url, own = store(refusal)
        done = isobar("aws", "s3api", "list-objects-v2", "--bucket", "bucket", env=ours(url), code=None)
        # For the region that is none, the bucket was asked for another.
        assert done.returncode != 0 and len(own.log) == (1 if refusal is SAME else 2)


def test_uploads_and_pages_go_where_the_bucket_is(store, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100_000)
    url, own = store(PERMANENT)
    isobar("cp", str(file), "s3://bucket/k", env=ours(url))
    assert own.stored == [file.read_bytes()]
    assert [entry[3] for entry in own.log] == [HERE, THERE]
    del own.log[:]
    put = ("aws", "s3api", "put-object", "--bucket", "bucket", "--key", "k", "--body", str(file))
    isobar(*put, env=ours(url))
    assert own.stored[1] == file.read_bytes()
    # A folder's files ask once, or as often as they began together.
    for number in range(30):
        (tmp_path / f"f{number}").write_bytes(b"x")
    del own.log[:]
    isobar("sync", str(tmp_path), "s3://bucket/", "--parallel", "2", env=ours(url))
    assert sum(entry[3] == HERE for entry in own.log) <= 2 and len(own.stored) == 2 + 31


def test_calls_that_begin_together_all_follow(store, tmp_path):
    for number in range(8):
        (tmp_path / f"f{number}").write_bytes(b"x")
    # Long enough for all of them to be on their way before the first is answered.
    url, own = store(PERMANENT, pause=0.5)
    isobar("cp", "-r", str(tmp_path), "s3://bucket/", "--parallel", "8", env=ours(url))
    assert len(own.stored) == 8 and sum(entry[3] == HERE for entry in own.log) > 1


def test_stores_that_know_no_checksums(store, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 6_000_000)
    url, own = store()
    isobar("cp", str(file), "s3://bucket/k", env=ours(url))
    assert own.sums
    del own.sums[:]
    isobar("cp", str(file), "s3://bucket/k", env={**ours(url), "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"})
    assert own.stored[1] == file.read_bytes() and not own.sums


ZONAL = "bucket--usw2-az1--x-s3"


@pytest.mark.parametrize("operation", [("list_objects_v2", {}), ("get_object", {"Key": "k"}), ("put_object", {"Key": "k", "Body": b"x"})])
def test_calls_in_a_session(store, operation):
    name, arguments = operation
    url, theirs = store()
    s3 = by_boto3(url)
    getattr(s3, name)(Bucket=ZONAL, **arguments)
    url, own = store()
    given = {"Bucket": ZONAL, **arguments}
    given = {key: "eA==" if key == "Body" else value for key, value in given.items()}
    done = isobar("aws", "s3api", name.replace("_", "-"), *(["/dev/null"] if name == "get_object" else []), "--input", json.dumps(given), "--debug", env=ours(url))
    assert own.log == theirs.log and len(own.log) == 2
    assert own.log[0][4:] == ("s3express", None, None) and own.log[1][2:] == ("SESSION1", HERE, "s3express", "token1", None)
    assert "token1" not in done.stderr and "s3session-token" in done.stderr.lower()


def test_a_session_is_kept_for_its_time(store, tmp_path):
    for number in range(12):
        (tmp_path / f"f{number}").write_bytes(b"x")
    url, own = store()
    isobar("sync", str(tmp_path), f"s3://{ZONAL}/", env=ours(url))
    assert len(own.given) == 1 and len(own.stored) == 12
    # One that nearly ends is replaced before each call.
    url, own = store(lives=20)
    isobar("sync", str(tmp_path), f"s3://{ZONAL}/", "--parallel", "1", env=ours(url))
    assert len(own.given) > 12 and len(own.stored) == 12


def test_sessions_that_are_not_wanted(store, monkeypatch):
    url, own = store()
    env = {**ours(url), "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "true"}
    isobar("aws", "s3api", "list-objects-v2", "--bucket", ZONAL, env=env)
    url, theirs = store()
    monkeypatch.setenv("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "true")
    by_boto3(url).list_objects_v2(Bucket=ZONAL)
    assert own.log == theirs.log
    assert [entry[2:6] for entry in own.log] == [("AKIDEXAMPLE", HERE, "s3express", None)]
    dry = isobar("aws", "s3api", "list-objects-v2", "--bucket", ZONAL, "--dry-run", env=ours(url), code=None)
    assert dry.returncode != 0 and "session" in dry.stderr and len(own.log) == 1
