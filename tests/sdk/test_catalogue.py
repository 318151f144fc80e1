"""`isobar catalogue update` from a folder of packages in the registry's place, and back."""

import base64
import gzip
import hashlib
import json
import zipfile

import pytest
from calls import bare, isobar, keys, prepared

MODEL = {
    "metadata": {
        "apiVersion": "2011-06-15",
        "endpointPrefix": "sts",
        "protocol": "query",
        "serviceId": "STS",
        "signatureVersion": "v4",
        "signingName": "sts",
        "xmlNamespace": "https://sts.amazonaws.com/doc/2011-06-15/",
    },
    "operations": {
        "NameTheStars": {
            "name": "NameTheStars",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "NameTheStarsRequest"},
        }
    },
    "shapes": {
        "NameTheStarsRequest": {"type": "structure", "members": {"Galaxy": {"shape": "Text"}}},
        "Text": {"type": "string"},
    },
}


def botocore(folder, version, spoil=None):
    """A wheel of botocore's form with one service in it."""
    files = {
        "botocore/data/sts/2011-06-15/service-2.json.gz": gzip.compress(json.dumps(MODEL).encode()),
        f"botocore-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: botocore\nVersion: {version}\n".encode(),
        f"botocore-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digest = lambda content: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()  # noqa: E731
    record = "".join(f"{path},sha256={digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"botocore-{version}.dist-info/RECORD"] = record.encode()
    if spoil:
        files["botocore/data/sts/2011-06-15/service-2.json.gz"] = gzip.compress(spoil)
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"botocore-{version}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)


@pytest.fixture
def registry(tmp_path):
    """A folder that pip takes for its registry, and the environment that says so."""
    folder = tmp_path / "registry"
    folder.mkdir()
    env = {**keys(), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return folder, {**env, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache" / "isobar" / "catalogue").glob("*"))


def test_newer_packages_are_taken_and_used(registry, tmp_path):
    folder, env = registry
    botocore(folder, "99.1.0")
    done = isobar("catalogue", "update", "aws", "--output", "json", env=env)
    [row] = json.loads(done.stdout)
    assert (row["package"], row["to"], row["operations"]) == ("botocore", "99.1.0", 1)
    assert row["operations_before"] > 18_000
    [aws] = json.loads(isobar("catalogue", "stats", "aws", "--output", "json", env=env).stdout)
    assert (aws["services"], aws["operations"], aws["source"][0]["version"]) == (1, 1, "99.1.0")
    call = ("aws", "sts", "name-the-stars", "--galaxy", "M31", "--endpoint-url", "https://sts.example.com")
    sent = prepared(*call, env=env)
    assert sent["body"] == b"Action=NameTheStars&Version=2011-06-15&Galaxy=M31"
    assert "--galaxy" in isobar("__complete", "aws", "sts", "name-the-stars", "--ga", env=env).stdout
    # Another user's calls are as they were.
    isobar(*call, "--dry-run", code=10)
    # It is newest now.
    again = isobar("catalogue", "update", "aws", "--output", "json", env=env)
    assert json.loads(again.stdout) == [] and "nothing newer" in again.stderr
    isobar("catalogue", "reset", "aws", env=env)
    assert kept(tmp_path) == []
    prepared("aws", "sts", "get-caller-identity", env=env)


def test_older_packages_are_left(registry, tmp_path):
    folder, env = registry
    botocore(folder, "1.0.0")
    done = isobar("catalogue", "update", "aws", env=env)
    assert "nothing newer" in done.stderr and kept(tmp_path) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(b"{}", "is not what RECORD says"), (None, "smoke-signals")],
    ids=["changed", "unreadable"],
)
def test_packages_that_cannot_be_read_change_nothing(registry, tmp_path, monkeypatch, spoil, words):
    folder, env = registry
    if spoil is None:
        monkeypatch.setitem(MODEL, "metadata", {"protocol": "smoke-signals"})
    botocore(folder, "99.0.0", spoil)
    done = isobar("catalogue", "update", "aws", env=env, code=1)
    assert "botocore" in done.stderr and words in done.stderr, done.stderr
    assert kept(tmp_path) == []
    prepared("aws", "sts", "get-caller-identity", env=env)


def test_a_registry_that_lacks_them_is_said(registry, tmp_path):
    _, env = registry
    done = isobar("catalogue", "update", "digitalocean", env=env, code=4)
    assert "pydo" in done.stderr and "nothing was changed" in done.stderr
    assert kept(tmp_path) == []


def test_python_is_needed(registry):
    _, env = registry
    done = isobar("catalogue", "update", "aws", env={**env, "PATH": "/nonexistent"}, code=1)
    assert "python3" in done.stderr


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    env = {**bare(), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = isobar("catalogue", "update", "aws", env=env, code=18)
    assert str(tmp_path / "cache") in done.stderr


def test_arguments_are_checked(tmp_path):
    assert "clouds" in isobar("catalogue", "update", "clouds", code=10).stderr
    assert "one too many" in isobar("catalogue", "reset", "aws", "do", code=2).stderr
