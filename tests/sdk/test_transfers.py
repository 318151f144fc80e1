"""Files and objects by the command line, over a store on loopback; and beside aws-cli, which must do the same."""

import base64
import datetime
import hashlib
import json
import os
import pathlib
import pty
import stat
import subprocess
import sys
import threading
import time
import urllib.parse

import pytest
from calls import isobar, keys
from conftest import BINARY
from store import KEY_HASH, START, Store, serve

AWS = os.path.join(os.path.dirname(sys.executable), "aws")
NOBODY = 65534


@pytest.fixture
def store():
    """Makes stores with their URLs."""
    servers = []

    def make():
        own = Store()
        server, own.url = serve(own)
        servers.append(server)
        return own

    yield make
    for server in servers:
        server.shutdown()


def env(store, home):
    found = {**keys(), "HOME": str(home), "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "TZ": "UTC"}
    return {**found, "AWS_ENDPOINT_URL": store.url, "AWS_ENDPOINT_URL_S3": store.url}


def fill(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


CUSTOMER_KEY = "a-key-of-thirty-two-bytes-exactly"[:32]


# What is set up in both, the command, and what must be alike: the exit code, the store, the disk, and where it is
# said, what is printed.
LINES = [
    ("ls", True),
    ("ls s3://", True),
    ("ls b", True),
    ("ls s3://b/", True),
    ("ls s3://b/d", True),
    ("ls s3://b/d/", True),
    ("ls s3://b/none", True),
    ("ls s3://none/", False),
    ("ls s3://b --recursive", True),
    ("ls s3://b --recursive --human-readable --summarize", True),
    ("ls s3://b --recursive --summarize --page-size 2", True),
    ("ls --bucket-name-prefix em", True),
    ("cp f s3://b/", False),
    ("cp f s3://b/new --content-type a/b --metadata x=1,y=2", False),
    ("cp f s3://b/new --sse", False),
    ("cp f s3://b/new --grants read=uri=http://u full=id=1,id=2", False),
    ("cp f s3://b/new --website-redirect /there --storage-class STANDARD_IA --acl public-read", False),
    ("cp s3://b/top .", False),
    ("cp s3://b/top new/", False),
    ("cp s3://b/top -", True),
    ("cp s3://b/none .", False),
    ("cp tree s3://b/up --recursive", False),
    ("cp tree s3://b/up --recursive --exclude * --include *.txt", False),
    ("cp tree s3://b/up --recursive --dryrun", False),
    ("cp tree s3://b/up --recursive --no-follow-symlinks", False),
    ("cp s3://b/d down --recursive --quiet", True),
    ("cp s3://b/d/ s3://empty/ --recursive --only-show-errors", True),
    ("cp s3://b/top s3://empty/top --metadata z=1", False),
    ("cp s3://b/top s3://empty/top --metadata-directive REPLACE --cache-control no-store", False),
    ("cp s3://b/top s3://empty/top", False),
    ("cp dangling s3://b/x", False),
    ("cp tree-with-dangling s3://b/x --recursive", False),
    ("mv f s3://b/moved", False),
    ("mv s3://b/d s3://empty/d --recursive", False),
    ("mv s3://b/top .", False),
    ("rm s3://b/top", True),
    ("rm s3://b/none", True),
    ("rm s3://b/d --recursive", False),
    ("rm s3://b --recursive --exclude * --include d/*", False),
    ("rm s3://b/d --recursive --dryrun", False),
    ("sync tree s3://b/synced", False),
    ("sync here s3://b/d --delete", False),
    ("sync s3://b/d here --delete", False),
    ("sync s3://b/d s3://empty --exclude *1", False),
    ("sync tree s3://b/synced --size-only --dryrun", False),
    ("sync s3://b/d stale --exact-timestamps", False),
    ("sync s3://b/d stale --size-only", False),
    ("mb s3://new", True),
    ("mb s3://b", False),
    ("rb s3://empty", True),
    ("rb s3://b", False),
    ("rb s3://none", False),
    ("rb s3://b --force", False),
    (f"cp f s3://b/new --sse-c AES256 --sse-c-key {CUSTOMER_KEY}", False),
    (f"cp s3://b/secret . --sse-c --sse-c-key {CUSTOMER_KEY}", False),
    (f"cp s3://b/secret s3://b/plain --sse-c-copy-source AES256 --sse-c-copy-source-key {CUSTOMER_KEY}", False),
    (f"cp s3://b/secret s3://b/both --sse-c --sse-c-key {CUSTOMER_KEY[::-1]} --sse-c-copy-source AES256 --sse-c-copy-source-key {CUSTOMER_KEY}", False),
    ("cp s3://b/secret .", False),
    ("cp f s3://b/new --sse-c AES256", False),
    ("cp f s3://b/new --sse bogus", False),
    ("cp f s3://b/new --acl bogus", False),
    ("cp f s3://b/new --storage-class bogus", False),
    ("cp f s3://b/new --request-payer --expires 1900000000", False),
    ("cp f s3://b/new --exclude *", True),
    ("mv f s3://b/new --exclude f", True),
    ("mv s3://b/d/1 s3://empty/ --exclude ?", True),
    ("cp s3://b/d/1 . --exclude * --include 1", False),
    ("rm s3://b/top --exclude *", True),
    ("rm s3://b/top --dryrun --exclude t*", True),
    ("cp tree s3://b/up --recursive --exclude {here}/tree/b/*", False),
    (f"cp f s3://b/new --sse-c-key {CUSTOMER_KEY}", False),
    ("cp s3://b/cold .", False),
    ("cp s3://b/cold . --ignore-glacier-warnings", False),
    ("cp s3://b/cold . --force-glacier-transfer", False),
    ("cp s3://b/cold s3://empty/", False),
    ("mv s3://b/cold s3://empty/", False),
    ("cp s3://b down --recursive --exclude secret", False),
    ("sync s3://b down --exclude secret", False),
    ("sync s3://b down --exclude secret --ignore-glacier-warnings", False),
    ("sync s3://b s3://empty --exclude secret --force-glacier-transfer", False),
    ("rm s3://b/cold", False),
    ("website s3://b --index-document i.html --error-document e.html", True),
    ("website b/ --index-document i.html", True),
]


def scene(store, folder):
    for name, content in {"top": b"top", "d/1": b"one", "d/2": b"two!", "d/deep/3": b"3" * 2000}.items():
        store.put("b", name, content, headers={"content-type": "text/css", "x-amz-meta-a": "1"})
    store.put("b", "secret", b"secret", headers={KEY_HASH: base64.b64encode(hashlib.md5(CUSTOMER_KEY.encode()).digest()).decode()})
    store.put("b", "cold", b"cold", headers={"x-amz-storage-class": "GLACIER", "content-type": "text/css"})
    store.buckets["empty"] = {}
    fill(folder, f="file", tree__a__txt="a", tree__b__c="c", here__1="one", here__2="two!", here__gone="x", here__stays="x", stale__1="old")
    (folder / "tree" / "a" / "txt").rename(folder / "tree" / "a.txt")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "linked").write_text("linked")
    (folder / "tree" / "link").symlink_to(folder / "elsewhere" / "linked")
    (folder / "dangling").symlink_to("nowhere")
    fill(folder / "tree-with-dangling", x="x")
    (folder / "tree-with-dangling" / "y").symlink_to("nowhere")
    old = START.timestamp() - 1000
    for path in folder.rglob("*"):
        os.utime(path, (old, old), follow_symlinks=False)
    return folder


def disk(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


@pytest.mark.parametrize("line, prints", LINES, ids=[line for line, _ in LINES])
def test_commands_as_aws_cli_has_them(store, tmp_path, line, prints):
    ends = []
    for command in ([AWS, "s3"], [BINARY, "aws", "s3"]):
        own, home = store(), tmp_path / f"home-{len(ends)}"
        folder = home / "work"
        folder.mkdir(parents=True)
        scene(own, folder)
        done = subprocess.run([*command, *line.replace("{here}", str(folder)).split()], capture_output=True, timeout=120, cwd=folder, env=env(own, home))
        objects = {
            (bucket, key): (entry.content, {k: v for k, v in entry.headers.items() if v != "binary/octet-stream"})
            for bucket, entries in own.buckets.items()
            for key, entry in entries.items()
        }
        ends.append((done, objects, sorted(own.buckets), own.websites, disk(folder)))
    (theirs, *their_end), (ours, *our_end) = ends
    assert (ours.returncode == 0) == (theirs.returncode == 0), (theirs, ours)
    if theirs.returncode in (0, 2):
        assert ours.returncode == theirs.returncode, (theirs, ours)
    assert our_end[:2] == their_end[:2] and our_end[3] == their_end[3], (theirs, ours)
    assert [words(text) for text in our_end[2].values()] == [words(text) for text in their_end[2].values()]
    if prints:
        assert ours.stdout == theirs.stdout, (theirs, ours)


def words(xml):
    """A document without what it declares."""
    return xml.replace(' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"', "").replace('<?xml version="1.0" encoding="UTF-8"?>', "").strip()


def at(store, home):
    """Runs `isobar` at a store."""
    return lambda *arguments, **options: isobar(*arguments, env=env(store, home), **options)


def test_what_is_no_file_is_written_into(store, tmp_path):
    own = store()
    own.put("b", "k", b"x" * 100_000)
    run = at(own, tmp_path)
    before = os.stat("/dev/null")
    run("cp", "s3://b/k", "/dev/null")
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode) and after.st_ino == before.st_ino
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    run("cp", "s3://b/k", str(fifo))
    reader.join(timeout=30)
    assert read == [b"x" * 100_000] and stat.S_ISFIFO(os.stat(fifo).st_mode)
    # What is redirected keeps what was in it, and its file.
    out = tmp_path / "out"
    script = f"(echo before; '{BINARY}' cp s3://b/k /dev/stdout --quiet; echo after) >> out; '{BINARY}' cp <(printf hello) s3://b/substituted"
    script += f"; printf piped | '{BINARY}' cp /dev/stdin s3://b/stdin; '{BINARY}' cp s3://b/stdin >(cat > copied)"
    subprocess.run(["bash", "-c", script], check=True, cwd=tmp_path, env=env(own, tmp_path), timeout=60)
    assert out.read_bytes() == b"before\n" + b"x" * 100_000 + b"after\n"
    assert own.content("b", "substituted") == b"hello" and own.content("b", "stdin") == b"piped"
    deadline = time.monotonic() + 10
    while (tmp_path / "copied").read_bytes() != b"piped" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (tmp_path / "copied").read_bytes() == b"piped"
    done = run("mv", "s3://b/k", "/dev/null", code=2)
    assert "no file" in done.stderr and "k" in own.keys("b")


@pytest.mark.parametrize(
    "arguments",
    [
        ("cp", "s3://b/k", "-"),
        ("cp", "s3://b/k", "/dev/full"),
        ("cp", "s3://b/k", "/dev/stdout"),
        ("cp", "FILE", "s3://b/other"),
        ("cp", "-r", "s3://b", "down"),
        ("sync", "s3://b", "down"),
        ("ls", "s3://b"),
        ("ls", "s3://b", "--output", "json"),
        ("ls", "s3://"),
        ("presign", "s3://b/k"),
        ("mb", "s3://new"),
        ("cp", "--help"),
        ("help", "cp"),
        ("--help",),
        ("aws", "s3", "ls", "b"),
    ],
)
def test_a_full_device_is_an_error(store, tmp_path, arguments):
    own = store()
    own.put("b", "k", b"content")
    file = tmp_path / "f"
    file.write_text("x")
    arguments = [str(file) if argument == "FILE" else argument for argument in arguments]
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, env=env(own, tmp_path), cwd=tmp_path, timeout=60)
    assert done.returncode == 18, done


def test_what_was_left_out_shows(store, tmp_path):
    own = store()
    tree = fill(tmp_path / "tree", a="a")
    (tree / "dangling").symlink_to("nowhere")
    os.mkfifo(tree / "pipe")
    (pathlib.Path(os.fsdecode(os.fsencode(tree) + b"/\xff"))).write_text("x")
    run = at(own, tmp_path)
    for command in (("cp", "-r"), ("sync",)):
        own.buckets["b"] = {}
        done = run(*command, str(tree), "s3://b", code=2)
        assert own.keys("b") == ["a"] and done.stderr.count("warning:") == 3, done
    own.buckets["b"] = {}
    run("sync", str(tree), "s3://b", "--exclude", "*", "--include", "a")
    # Nothing below what could not be seen is missing.
    for key in ("dangling/x", "pipe", "old", "older", "a"):
        own.put("b", key, b"a")
    run("sync", str(tree), "s3://b", "--delete", code=2)
    assert own.keys("b") == ["a", "dangling/x", "pipe"]


def test_no_more_is_removed_than_may_be(store, tmp_path):
    own = store()
    tree = fill(tmp_path / "tree", a="a")
    run = at(own, tmp_path)

    def again():
        own.buckets["b"] = {}
        for key in ("a", "x", "y"):
            own.put("b", key, b"a")

    for flags, removes in (((), False), (("--max-delete", "1"), False), (("--max-delete", "67%"), True), (("--max-delete", "2"), True)):
        again()
        done = run("sync", str(tree), "s3://b", "--delete", *flags, code=0 if removes else 1)
        assert own.keys("b") == (["a"] if removes else ["a", "x", "y"]), done
        assert removes or "--max-delete 100%" in done.stderr
    again()
    done = run("sync", str(tree), "s3://b", "--delete", "--dry-run")
    assert done.stdout.count("(dry run) delete") == 2 and "note:" in done.stderr
    # At a terminal, whoever sits there is asked.
    for answer, kept in ((b"n\n", 3), (b"y\n", 1)):
        again()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(BINARY, [BINARY, "sync", str(tree), "s3://b", "--delete"], env(own, tmp_path))
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, answer)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        assert len(own.keys("b")) == kept and os.waitstatus_to_exitcode(status) == (0 if kept == 1 else 1), shown


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be become by root alone")
def test_a_folder_that_cannot_be_read_is_one_failure(store, tmp_path):
    own = store()
    own.put("b", "locked/x", b"x")
    own.put("b", "old", b"x")
    base = pathlib.Path("/tmp") / f"isobar-unreadable-{os.getpid()}"
    tree = fill(base / "tree", a="a", locked__x="x", z="z")
    try:
        for path in [base, *base.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        (tree / "locked").chmod(0)
        binary = base / "isobar"
        os.link(BINARY, binary) if os.stat(BINARY).st_dev == os.stat(base).st_dev else binary.write_bytes(pathlib.Path(BINARY).read_bytes())
        binary.chmod(0o755)

        def run(*arguments):
            return subprocess.run(
                [binary, *arguments], capture_output=True, text=True, env=env(own, base), user=NOBODY, group=NOBODY, extra_groups=[], timeout=60
            )

        done = run("sync", str(tree), "s3://b", "--delete")
        assert done.returncode == 1 and "1 of" in done.stderr, done
        assert own.keys("b") == ["a", "locked/x", "old", "z"]
        assert "nothing is removed" in done.stderr
        done = run("sync", str(tree), "s3://b", "--delete", "--exclude", "locked/*")
        assert done.returncode == 0 and own.keys("b") == ["a", "locked/x", "z"], done
        # Of a target it is of no matter, but where something is to be removed.
        own.put("c", "new", b"new")
        done = run("sync", "s3://c", str(tree))
        assert done.returncode == 0 and (tree / "new").read_text() == "new", done
        done = run("sync", "s3://c", str(tree), "--delete", "--max-delete", "100%")
        assert done.returncode == 2 and sorted(os.listdir(tree)) == ["locked", "new"], done
    finally:
        (tree / "locked").chmod(0o700)
        subprocess.run(["rm", "-rf", str(base)])


def test_ranges_may_be_ignored(store, tmp_path):
    own = store()
    own.ignores_ranges = True
    content = os.urandom(3_000_000)
    own.put("b", "k", content)
    run = at(own, tmp_path)
    run("cp", "s3://b/k", str(tmp_path / "k"), "--part-size", "1MiB")
    assert (tmp_path / "k").read_bytes() == content
    out = subprocess.run([BINARY, "cp", "s3://b/k", "-"], capture_output=True, env=env(own, tmp_path), timeout=60)
    assert out.stdout == content


def test_names_do_not_speak_to_terminals(store, tmp_path):
    own = store()
    evil = "a\x1b]0;title\x07\x9b31m\nb"
    own.put("b", evil, b"x")
    own.put("b", f"{evil}/below", b"x")
    run = at(own, tmp_path)
    lines = [
        run("ls", "s3://b"),
        run("ls", "-r", "s3://b"),
        run("cp", "-r", "s3://b", "s3://c", code=None),
        run("rm", f"s3://b/{evil}-none"),
        run("cp", f"s3://b/{evil}-none", "s3://b/x", code=None),
        run("aws", "s3", "ls", "b"),
    ]
    for done in lines[:4] + lines[5:]:
        text = done.stdout.replace("\n", "")
        assert not [c for c in text if ord(c) < 32 or 127 <= ord(c) < 160], done
    listed = json.loads(run("ls", "-r", "s3://b", "--output", "json").stdout)
    assert [entry["Key"] for entry in listed] == sorted([evil, f"{evil}/below"])


def test_uploads_that_never_ended(store, tmp_path):
    own = store()
    own.buckets["b"] = {}
    for number, key in enumerate(("p/1", "p/2", "q")):
        own.uploads[f"upload-{number}"] = ("b", key, START, {})
    own.uploads["young"] = ("b", "p/3", datetime.datetime.now(datetime.timezone.utc), {})
    run = at(own, tmp_path)
    assert len(run("ls", "--uploads", "s3://b").stdout.splitlines()) == 4
    listed = json.loads(run("ls", "--uploads", "s3://b/p/", "--older-than", "1h", "--output", "json").stdout)
    assert [(entry["Key"], entry["UploadId"]) for entry in listed] == [("p/1", "upload-0"), ("p/2", "upload-1")]
    run("rm", "--uploads", "s3://b/p/1", "--dry-run")
    assert len(own.uploads) == 4
    run("rm", "--uploads", "s3://b/p/1")
    run("rm", "--uploads", "s3://b", code=2)
    run("rm", "--uploads", "-r", "s3://b/p/", "--older-than", "1h")
    assert sorted(own.uploads) == ["upload-2", "young"]
    run("rm", "--uploads", "-r", "s3://b")
    assert not own.uploads


def test_modes_and_links_are_kept(store, tmp_path):
    own = store()
    own.put("b", "k", b"new")
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to("file")
    at(own, tmp_path)("cp", "s3://b/k", str(link))
    assert file.read_text() == "new" and stat.S_IMODE(os.stat(file).st_mode) == 0o640 and link.is_symlink()


def test_data_instead_of_lines(store, tmp_path):
    own = store()
    run = at(own, tmp_path)
    tree = fill(tmp_path / "tree", a="a", b="bb")
    assert json.loads(run("mb", "s3://b", "--output", "json").stdout) == {"Bucket": "b"}
    done = json.loads(run("sync", str(tree), "s3://b", "--output", "json").stdout)
    assert sorted(entry["Target"] for entry in done) == ["s3://b/a", "s3://b/b"] and {entry["Action"] for entry in done} == {"upload"}
    assert json.loads(run("sync", str(tree), "s3://b", "--size-only", "--output", "json").stdout) == []
    listed = json.loads(run("ls", "s3://b", "--output", "json").stdout)
    assert [(entry["Key"], entry["Size"]) for entry in listed] == [("a", 1), ("b", 2)]
    assert "Key" in run("ls", "s3://b", "--output", "yaml").stdout
    assert json.loads(run("presign", "s3://b/a", "--output", "json").stdout)["Url"].startswith("http")
    assert json.loads(run("rb", "s3://b", "--force", "--output", "json").stdout)[-1] == {"Bucket": "b"}


def test_tags_go_with_copies(store, tmp_path):
    """aws-cli of PyPI has no such flags; these are those of its second version."""
    tags = "of=a%20test&b=%26"
    said = {"x-amz-tagging": tags, "x-amz-meta-a": "1", "content-type": "text/css"}
    one, other = store(), store()
    one.put("b", "k", b"x", headers=said)
    one.buckets["c"] = {}
    other.buckets["c"] = {}
    run = at(one, tmp_path)
    across = ("--endpoint-url", other.url, "--source-endpoint-url", one.url)
    for target, where in ((one, ()), (other, across)):
        kept = lambda name: target.buckets["c"][name].headers
        run("cp", "s3://b/k", "s3://c/default", *where)
        assert urllib.parse.parse_qsl(kept("default")["x-amz-tagging"]) == [("of", "a test"), ("b", "&")]
        run("cp", "s3://b/k", "s3://c/all", "--copy-props", "default", *where)
        assert kept("all") == kept("default") and kept("all")["x-amz-meta-a"] == "1"
        run("cp", "s3://b/k", "s3://c/some", "--copy-props", "metadata-directive", *where)
        assert kept("some")["x-amz-meta-a"] == "1" and "x-amz-tagging" not in kept("some")
        run("cp", "s3://b/k", "s3://c/none", "--copy-props", "none", *where)
        assert "x-amz-meta-a" not in kept("none") and "x-amz-tagging" not in kept("none")
        run("cp", "s3://b/k", "s3://c/own", "--tagging", "x=y", *where)
        assert kept("own")["x-amz-tagging"] == "x=y"
    read = [query for command, _, key, query, _ in one.log if "tagging" in query]
    assert len(read) == 2, "the store copies tags itself where it can"


def test_keys_of_customers_are_not_told(store, tmp_path):
    own = store()
    own.buckets["b"] = {}
    (tmp_path / "key").write_bytes(CUSTOMER_KEY.encode())
    (tmp_path / "f").write_bytes(b"x")
    run = at(own, tmp_path)
    done = run("cp", str(tmp_path / "f"), "s3://b/f", "--sse-c", "--sse-c-key", f"fileb://{tmp_path}/key", "--debug")
    sent = base64.b64encode(CUSTOMER_KEY.encode()).decode()
    headers = {name.lower(): value for name, value in own.log[-1][4].items()}
    assert headers["x-amz-server-side-encryption-customer-key"] == sent
    assert sent not in done.stderr and CUSTOMER_KEY not in done.stderr
    assert "customer" in run("cp", str(tmp_path / "f"), "oss://b/f", "--sse-c", "--sse-c-key", CUSTOMER_KEY, "--region", "cn-hangzhou", code=2).stderr


def test_flags_of_calls(store, tmp_path):
    own = store()
    own.put("b", "k", b"x")
    run = at(own, tmp_path)
    done = run("ls", "s3://b", "--debug")
    assert "> GET" in done.stderr and "< 200" in done.stderr and "the-secret-of-a-test" not in done.stderr
    own.pause = 3
    begun = time.monotonic()
    for arguments in (("ls", "s3://b"), ("cp", "s3://b/k", str(tmp_path / "k")), ("sync", "s3://b", str(tmp_path / "t"))):
        done = run(*arguments, "--timeout", "300ms", code=19)
        assert "in time" in done.stderr
    assert time.monotonic() - begun < 6
    closed = {**env(own, tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}
    begun = time.monotonic()
    isobar("ls", "s3://b", "--retries", "0", env=closed, code=4)
    assert time.monotonic() - begun < 2


def test_help_and_habits(store, tmp_path):
    own = store()
    own.put("b", "k", b"x")
    run = at(own, tmp_path)
    for command in ("cp", "mv", "sync", "ls", "rm", "mb", "rb", "presign", "whoami", "configure", "aws", "do"):
        assert run("help", command).stdout == run(command, "--help").stdout != ""
    assert run("help", "aws", "ec2").stdout == run("aws", "ec2", "--help").stdout
    assert "recursive" in run("man", "cp").stdout
    assert run("__complete", "cp", "--rec").stdout.startswith("--recursive\t")
    assert "isobar aws s3 cp FROM TO" in run("aws", "s3", "cp", "help").stdout
    assert "did you mean --recursive?" in run("cp", "a", "b", "--recusive", code=2).stderr
    assert "not implemented" in run("aws", "s3", "cp", "a", "s3://b", "--query", "k", code=2).stderr
    oss = {**env(own, tmp_path), "ALIBABA_CLOUD_ENDPOINT_URL": own.url}
    done = isobar("alibaba", "oss", "ls", "oss://b", "--endpoint-url", own.url, env=oss)
    assert done.stdout.endswith(" k\n"), done
    assert "isobar cp oss://BUCKET/KEY -" in isobar("alibaba", "oss", "cat", "oss://b/k", env=oss, code=10).stderr


def test_doctls_words(server):
    from calls import local

    ours = local(server)
    assert isobar("do", "compute", "droplet", "list", env=ours).stdout == isobar("do", "droplets", "list", env=ours).stdout
    isobar("do", "compute", "region", "list", env=ours)
    isobar("do", "compute", "ssh-key", "list", env=ours)
    isobar("do", "compute", "load-balancer", "list", env=ours)


def test_sync_through_links_and_slashes(store, tmp_path):
    own = store()
    outside = fill(tmp_path / "outside", keep="keep", x="old")
    target = tmp_path / "target"
    target.mkdir()
    (target / "out").symlink_to(outside)
    own.put("b", "in", b"in")
    own.put("b", "also", b"in")
    run = at(own, tmp_path)
    run("sync", "s3://b", str(target), "--delete", code=2)
    assert sorted(os.listdir(outside)) == ["keep", "x"]
    own.put("b", "out/x", b"new")
    run("sync", "s3://b", str(target), "--delete", code=1)
    assert (outside / "x").read_text() == "old"
    run("sync", "s3://b", str(target), "--delete", "--follow-symlinks", "--max-delete", "1")
    assert (outside / "x").read_text() == "new" and not (outside / "keep").exists()
    # Objects whose keys end with a slash.
    own.put("s", "d/", b"")
    own.put("s", "e/", b"content")
    run("cp", "-r", "s3://s", "s3://t", code=None)
    own.buckets["t"] = {}
    run("cp", "-r", "s3://s", "s3://t")
    assert own.keys("t") == ["d/", "e/"] and own.content("t", "e/") == b"content"
    run("cp", "s3://s/e/", str(tmp_path / "e"))
    assert (tmp_path / "e").read_bytes() == b"content"
    run("cp", "s3://s/d/", "s3://t/again/")
    run("rm", "s3://t/d/")
    assert "--recursive" in run("rm", "s3://t/none/", code=1).stderr
    run("rm", "-r", "s3://t")
    assert own.keys("t") == []
    run("mv", "-r", "s3://s", "s3://t")
    assert own.keys("t") == ["d/", "e/"] and own.keys("s") == []


def test_what_is_there_is_not_written_over(store, tmp_path):
    own = store()
    own.put("b", "k", b"object")
    file = tmp_path / "k"
    file.write_text("file")
    run = at(own, tmp_path)
    done = run("cp", str(file), "s3://b/k", "--no-overwrite")
    assert own.content("b", "k") == b"object" and "is there" in done.stderr and done.stdout == ""
    run("cp", "s3://b/k", str(file), "--no-overwrite")
    run("cp", "-r", "s3://b", str(tmp_path), "--no-overwrite")
    run("sync", "s3://b", str(tmp_path), "--no-overwrite")
    assert file.read_text() == "file"
    run("cp", str(file), "s3://b/new", "--no-overwrite")
    assert [headers.get("if-none-match") for method, *_, headers in own.log if method == "PUT"] in ([None], ["*"])
    # An object that is newer is taken, though it is as long.
    os.utime(file, (0, 0))
    file.write_text("older!")
    os.utime(file, (1, 1))
    run("sync", "s3://b", str(tmp_path), "--exclude", "*", "--include", "k")
    assert file.read_text() == "object"
    os.utime(file, (4_000_000_000, 4_000_000_000))
    file_time = file.stat().st_mtime
    run("sync", "s3://b", str(tmp_path), "--exclude", "*", "--include", "k", "--update")
    assert file.stat().st_mtime == file_time


def test_what_calls_stream_goes_where_it_is_told(store, tmp_path):
    own = store()
    own.put("b", "k", b"object")
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to("file")
    get = ("aws", "s3api", "get-object", "--bucket", "b", "--key", "k")
    at(own, tmp_path)(*get, str(link))
    assert file.read_bytes() == b"object" and stat.S_IMODE(os.stat(file).st_mode) == 0o600 and link.is_symlink()
    before = os.lstat("/dev/stdout")
    out = tmp_path / "out"
    out.write_text("before ")
    with open(out, "ab") as appended:
        subprocess.run([BINARY, *get, "/dev/stdout", "--output", "text"], stdout=appended, check=True, env=env(own, tmp_path), timeout=60)
    assert out.read_bytes().startswith(b"before object") and os.lstat("/dev/stdout").st_ino == before.st_ino


def test_places_are_completed(store, tmp_path):
    own = store()
    for bucket, key in (("site", "a/1"), ("site", "a/2"), ("site", "about"), ("site", "a\x1b[31m"), ("site", "a\nb"), ("side", "x"), ("other", "y")):
        own.put(bucket, key, b"x")
    run = at(own, tmp_path)
    complete = lambda *words: run("__complete", *words).stdout.splitlines()
    assert complete("cp", "s3://si") == ["s3://side/", "s3://site/"]
    assert complete("cp", "./x", "s3://site/a") == ["s3://site/a/", "s3://site/about"]
    assert complete("aws", "s3", "ls", "s3://ot") == ["s3://other/"]
    assert complete("cp", "./x") == complete("cp", "nowhere://x") == complete("cp", "s3://none/x") == []
    own.pause = 10
    begun = time.monotonic()
    assert complete("cp", "s3://si") == [] and time.monotonic() - begun < 8
    own.pause = 0
    # As bash takes the words apart.
    script = """
        source <("$0" completion bash)
        COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; _isobar; printf '%s\\n' "${COMPREPLY[@]}"
    """
    for words, found in (
        (["cp", "s3", ":", "//si"], ["//side/", "//site/"]),
        (["cp", "./a", "s3", ":", "//site/a/"], ["//site/a/1", "//site/a/2"]),
        (["aws", "ec2", "describe-vpcs", "--output", "=", "js"], ["json"]),
        (["aws", "ec2", "describe-vp"], None),
        (["cp", "--metadata-dir"], ["--metadata-directive"]),
    ):
        done = subprocess.run(["bash", "-c", script, BINARY, *words], capture_output=True, text=True, timeout=60, env={**env(own, tmp_path), "PATH": os.environ["PATH"]})
        lines = done.stdout.split()
        assert lines == found if found else "describe-vpcs" in lines, (words, done)
