"""A store as S3's clients see one, in memory: buckets, objects, lists, uploads in parts."""

import datetime
import hashlib
import http.server
import re
import threading
import urllib.parse
from xml.sax.saxutils import escape

KEPT = ("x-amz-meta-", "x-amz-website", "x-amz-grant", "x-amz-acl", "x-amz-storage-class", "x-amz-server-side", "x-amz-tagging")
KEY = "x-amz-server-side-encryption-customer-key"
KEY_HASH = KEY + "-md5"
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class Object:
    def __init__(self, content, modified, headers=None):
        self.content = content
        self.modified = modified
        self.headers = headers or {}
        self.etag = f'"{hashlib.md5(content).hexdigest()}"'


class Store:
    """Its state. Whatever is written is a minute younger than what was written before."""

    def __init__(self):
        self.buckets = {}
        self.uploads = {}
        self.websites = {}
        self.log = []
        self.refused = set()
        self.ignores_ranges = False
        self.pause = 0
        self.minutes = 0
        self.lock = threading.RLock()

    def put(self, bucket, key, content=b"", modified=None, headers=None):
        with self.lock:
            self.minutes += 1
            modified = modified or START + datetime.timedelta(minutes=self.minutes)
            self.buckets.setdefault(bucket, {})[key] = Object(content, modified, headers)

    def keys(self, bucket):
        return sorted(self.buckets.get(bucket, {}))

    def content(self, bucket, key):
        return self.buckets[bucket][key].content


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = None

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        bucket, _, key = urllib.parse.unquote(url.path).lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = plain(body)
        with self.store.lock:
            self.store.log.append((self.command, bucket, key, self.query, dict(self.headers)))
        if self.store.pause:
            threading.Event().wait(self.store.pause)
        with self.store.lock:
            if (self.command, key) in self.store.refused:
                return self.refuse(403, "AccessDenied")
            if not bucket:
                return self.list_buckets()
            if not key:
                return self.of_bucket(bucket, body)
            return self.of_object(bucket, key, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def send(self, status, body=b"", headers=None):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.send(status, f"<Error><Code>{code}</Code><Message>{code} it is.</Message></Error>")

    def list_buckets(self):
        prefix = self.query.get("prefix", "")
        found = "".join(
            f"<Bucket><Name>{name}</Name><CreationDate>{time(START)}</CreationDate></Bucket>"
            for name in sorted(self.store.buckets)
            if name.startswith(prefix)
        )
        self.send(200, f"<ListAllMyBucketsResult><Buckets>{found}</Buckets></ListAllMyBucketsResult>")

    def of_bucket(self, bucket, body):
        there = bucket in self.store.buckets
        if self.command == "PUT" and "website" in self.query:
            self.store.websites[bucket] = body.decode()
            return self.send(200)
        if self.command == "PUT":
            if there:
                return self.refuse(409, "BucketAlreadyOwnedByYou")
            self.store.buckets[bucket] = {}
            return self.send(200)
        if not there:
            return self.refuse(404, "NoSuchBucket")
        if self.command == "DELETE":
            if self.store.buckets[bucket]:
                return self.refuse(409, "BucketNotEmpty")
            del self.store.buckets[bucket]
            return self.send(204)
        if "uploads" in self.query:
            return self.list_uploads(bucket)
        return self.list_objects(bucket)

    def list_uploads(self, bucket):
        prefix = self.query.get("prefix", "")
        found = "".join(
            f"<Upload><Key>{escape(key)}</Key><UploadId>{id}</UploadId><Initiated>{time(begun)}</Initiated></Upload>"
            for id, (place, key, begun, _) in sorted(self.store.uploads.items())
            if place == bucket and key.startswith(prefix)
        )
        self.send(200, f"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{found}</ListMultipartUploadsResult>")

    def list_objects(self, bucket):
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter")
        after = self.query.get("continuation-token", "")
        most = int(self.query.get("max-keys", 1000))
        quoted = urllib.parse.quote if self.query.get("encoding-type") == "url" else escape
        out, seen, last, more = [], set(), after, False
        for key, entry in sorted(self.store.buckets[bucket].items()):
            if not key.startswith(prefix) or key <= after:
                continue
            common = None
            if delimiter and delimiter in key[len(prefix) :]:
                common = prefix + key[len(prefix) :].split(delimiter)[0] + delimiter
                if common in seen or after.startswith(common):
                    continue
            if len(out) == most:
                more = True
                break
            last = key
            if common:
                seen.add(common)
                out.append(f"<CommonPrefixes><Prefix>{quoted(common)}</Prefix></CommonPrefixes>")
            else:
                out.append(
                    f"<Contents><Key>{quoted(key)}</Key><Size>{len(entry.content)}</Size>"
                    f"<LastModified>{time(entry.modified)}</LastModified><ETag>{escape(entry.etag)}</ETag>"
                    f"<StorageClass>{entry.headers.get('x-amz-storage-class', 'STANDARD')}</StorageClass></Contents>"
                )
        token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>" if more else ""
        coded = "<EncodingType>url</EncodingType>" if quoted is urllib.parse.quote else ""
        self.send(200, f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{coded}{token}{''.join(out)}</ListBucketResult>")

    def of_object(self, bucket, key, body):
        if bucket not in self.store.buckets:
            return self.refuse(404, "NoSuchBucket")
        objects = self.store.buckets[bucket]
        id = self.query.get("uploadId")
        if self.command == "POST" and "uploads" in self.query:
            id = f"upload-{len(self.store.uploads) + 1}"
            self.store.uploads[id] = (bucket, key, START, {})
            return self.send(200, f"<R><UploadId>{id}</UploadId></R>")
        if id and id not in self.store.uploads:
            return self.refuse(404, "NoSuchUpload")
        if id and self.command == "DELETE":
            del self.store.uploads[id]
            return self.send(204)
        if id and self.command == "PUT":
            self.store.uploads[id][3][int(self.query["partNumber"])] = body
            return self.send(200, headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if id and self.command == "POST":
            parts = self.store.uploads.pop(id)[3]
            self.store.put(bucket, key, b"".join(parts[number] for number in sorted(parts)))
            return self.send(200, f"<R><ETag>{escape(objects[key].etag)}</ETag></R>")
        if "tagging" in self.query:
            tags = urllib.parse.parse_qsl(objects[key].headers.get("x-amz-tagging", ""))
            found = "".join(f"<Tag><Key>{escape(k)}</Key><Value>{escape(v)}</Value></Tag>" for k, v in tags)
            return self.send(200, f"<Tagging><TagSet>{found}</TagSet></Tagging>")
        if self.command == "DELETE":
            objects.pop(key, None)
            return self.send(204)
        if self.command == "PUT":
            return self.write(bucket, key, body)
        return self.read(objects, key)

    def write(self, bucket, key, body):
        if self.headers.get("If-None-Match") and key in self.store.buckets[bucket]:
            return self.refuse(412, "PreconditionFailed")
        said = {k.lower(): v for k, v in self.headers.items()}
        source = said.get("x-amz-copy-source")
        if source:
            place, _, name = urllib.parse.unquote(source).lstrip("/").partition("/")
            entry = self.store.buckets[place][name]
            if not self.may_read(entry, "x-amz-copy-source-server-side-encryption-customer-key-md5"):
                return
            tags, own = said.get("x-amz-tagging"), said.get(KEY_HASH)
            if said.get("x-amz-tagging-directive") != "REPLACE":
                tags = entry.headers.get("x-amz-tagging")
            if said.get("x-amz-metadata-directive") != "REPLACE":
                said = {k: v for k, v in entry.headers.items() if not k.startswith("x-amz-server-side")}
            said = {k: v for k, v in {**said, "x-amz-tagging": tags, KEY_HASH: own}.items() if v}
            body = entry.content
        kept = {k: v for k, v in said.items() if (k.startswith(KEPT) or k in ("content-type", "cache-control")) and k not in (KEY, "x-amz-tagging-directive")}
        self.store.put(bucket, key, body, headers=kept)
        etag = self.store.buckets[bucket][key].etag
        text = f"<CopyObjectResult><ETag>{escape(etag)}</ETag></CopyObjectResult>" if source else ""
        self.send(200, text, {"ETag": etag})

    def may_read(self, entry, header):
        """Whether the caller gave the key of an object that is encrypted with one; answers where not."""
        if entry.headers.get(KEY_HASH) == self.headers.get(header):
            return True
        self.refuse(400, "InvalidRequest")
        return False

    def read(self, objects, key):
        if key not in objects:
            return self.refuse(404, "NoSuchKey")
        entry = objects[key]
        if not self.may_read(entry, KEY_HASH):
            return
        if self.command == "GET" and entry.headers.get("x-amz-storage-class") == "GLACIER":
            return self.refuse(403, "InvalidObjectState")
        tags = entry.headers.get("x-amz-tagging")
        headers = {
            **{k: v for k, v in entry.headers.items() if k != "x-amz-tagging"},
            **({"x-amz-tagging-count": str(tags.count("&") + 1)} if tags else {}),
            "ETag": entry.etag,
            "Last-Modified": entry.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted or self.store.ignores_ranges:
            return self.send(200, entry.content, headers)
        first, last = int(wanted[1]), int(wanted[2] or len(entry.content) - 1)
        last = min(last, len(entry.content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(entry.content)}"
        self.send(206, entry.content[first : last + 1], headers)


def time(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def plain(body):
    """The content of what came in chunks with a checksum behind it."""
    content = b""
    while body:
        line, _, body = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            return content
        content, body = content + body[:size], body[size + 2 :]
    return content


def serve(store):
    """A server of a store, which its caller shuts down, and its URL."""
    handler = type("Of", (Handler,), {"store": store})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"
