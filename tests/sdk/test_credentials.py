"""Where credentials and settings come from: environments and homes, in which botocore and Isobar must
find the same. Calls to STS, SSO and the metadata services go to a stand-in here."""

import hashlib
import http.server
import json
import os
import pathlib
import stat
import subprocess
import threading
import urllib.parse

import botocore.configloader
import botocore.credentials
import botocore.exceptions
import botocore.session
import botocore.tokens
import botocore.utils
import pytest
from conftest import BINARY

CONFORMANCE = os.environ.get(
    "ISOBAR_CONFORMANCE", str(pathlib.Path(BINARY).with_name("isobar-conformance"))
)
LATER = "2099-01-01T00:00:00Z"


class Stand(http.server.BaseHTTPRequestHandler):
    """STS, SSO, SSO's tokens and the metadata services. What it gives says what it was asked."""

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_PUT(self):
        if self.path == "/v1only/latest/api/token":
            return self.answer(404, "")
        if self.path.endswith("/latest/api/token"):
            return self.answer(200, f"token-of-{self.headers['x-aws-ec2-metadata-token-ttl-seconds']}")
        return self.answer(404, "")

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        token = self.headers.get("x-aws-ec2-metadata-token", "none")
        if path.endswith("/norole/latest/meta-data/iam/security-credentials/"):
            return self.answer(404, "")
        if path.endswith("/latest/meta-data/iam/security-credentials/"):
            return self.answer(200, "the-role")
        if path.endswith("/refused/latest/meta-data/iam/security-credentials/the-role"):
            return self.answer(200, json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}))
        if path.endswith("/latest/meta-data/iam/security-credentials/the-role"):
            key = {"AccessKeyId": f"IMDS-{token}", "SecretAccessKey": "s", "Token": "t", "Expiration": LATER}
            return self.answer(200, json.dumps({"Code": "Success", **key}))
        if path == "/container":
            authorization = self.headers.get("Authorization", "none")
            key = {"AccessKeyId": f"ECS-{authorization}", "SecretAccessKey": "s", "Token": "t"}
            return self.answer(200, json.dumps({**key, "Expiration": LATER, "AccountId": "77"}))
        if path == "/federation/credentials":
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            bearer = self.headers["x-amz-sso_bearer_token"]
            name = f"SSO-{query['role_name'][0]}-{query['account_id'][0]}-{bearer}"
            if bearer == "unknown":
                self.send_response(401)
                self.send_header("x-amzn-ErrorType", "UnauthorizedException")
                self.send_header("Content-Length", "2")
                self.end_headers()
                return self.wfile.write(b"{}")
            key = {"accessKeyId": name, "secretAccessKey": "s", "sessionToken": "t", "expiration": 4070908800000}
            return self.answer(200, json.dumps({"roleCredentials": key}))
        return self.answer(404, "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/token":
            asked = json.loads(body)
            return self.answer(
                200,
                json.dumps({"accessToken": f"new-{asked['refreshToken']}", "expiresIn": 3600, "refreshToken": "r2"}),
            )
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        action = form["Action"]
        if form.get("RoleArn", "").endswith("forbidden"):
            error = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
            return self.answer(403, error, "text/xml")
        signer = "nobody"
        if "Credential=" in self.headers.get("Authorization", ""):
            signer = self.headers["Authorization"].split("Credential=")[1].split("/")[0]
        extra = [form.get(name, "-") for name in ("ExternalId", "SerialNumber", "TokenCode", "DurationSeconds")]
        session = form["RoleSessionName"]
        session = "generated" if "-session-" in session else session
        name = "+".join([action, form["RoleArn"].split("/")[-1], signer, session, form.get("WebIdentityToken", "-"), *extra])
        self.answer(
            200,
            f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
            f"<Credentials><AccessKeyId>{name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
            f"<SessionToken>t</SessionToken><Expiration>{LATER}</Expiration></Credentials>"
            "<AssumedRoleUser><Arn>arn:aws:sts::42:assumed-role/r/s</Arn><AssumedRoleId>x:s</AssumedRoleId>"
            f"</AssumedRoleUser></{action}Result></{action}Response>",
            "text/xml",
        )


@pytest.fixture(scope="module")
def stand():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stand)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def looking():
    process = subprocess.Popen(
        [CONFORMANCE, "credentials"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.stdin.close()
    assert process.wait(timeout=30) == 0


ROLE = "role_arn = arn:aws:iam::42:role/the-role"
KEYS = "aws_access_key_id = AKID\naws_secret_access_key = secret"
SSO_HASH = hashlib.sha1(b"https://start").hexdigest()
SESSION_HASH = hashlib.sha1(b"corp").hexdigest()
TOKEN = {"startUrl": "https://start", "region": "eu-west-1", "accessToken": "tok", "expiresAt": LATER}
OLD = {
    **TOKEN,
    "expiresAt": "2020-01-01T00:00:00Z",
    "refreshToken": "r1",
    "clientId": "c",
    "clientSecret": "cs",
    "registrationExpiresAt": LATER,
}
SSO = "sso_start_url = https://start\nsso_region = eu-west-1\nsso_account_id = 99\nsso_role_name = Dev"
ENV = {"AWS_ACCESS_KEY_ID": "ENVID", "AWS_SECRET_ACCESS_KEY": "ENVSECRET"}
SCRIPT = """#!/bin/sh
printf '{"Version": %s, "AccessKeyId": "P-%s", "SecretAccessKey": "s", "SessionToken": "t"%s}' "$1" "$2" "$3"
"""


def world(name, env=None, config=None, credentials=None, profile=None, region=None, files=None, metadata=None):
    """A row: `config` and `credentials` are the two files' texts; `metadata` the path of the instance's
    metadata at the stand-in, without which there is none."""
    return pytest.param(
        {
            "environment": env or {},
            "files": {
                **({".aws/config": config} if config is not None else {}),
                **({".aws/credentials": credentials} if credentials is not None else {}),
                **(files or {}),
            },
            "profile": profile,
            "region": region,
            "metadata": metadata,
        },
        id=name,
    )


WORLDS = [
    world("nothing"),
    world("environment", ENV),
    world("environment with a token", {**ENV, "AWS_SESSION_TOKEN": "T"}),
    world("the older name of the token first", {**ENV, "AWS_SESSION_TOKEN": "T", "AWS_SECURITY_TOKEN": "S"}),
    world("environment with account and end", {**ENV, "AWS_ACCOUNT_ID": "12", "AWS_CREDENTIAL_EXPIRATION": LATER}),
    world("environment without secret", {"AWS_ACCESS_KEY_ID": "ENVID"}),
    world("secret without id", {"AWS_SECRET_ACCESS_KEY": "x"}, credentials=f"[default]\n{KEYS}"),
    world("credentials file", credentials=f"[default]\n{KEYS}\naws_session_token = T\naws_account_id = 5"),
    world("config file", config=f"[default]\nregion = eu-west-3\n{KEYS}"),
    world("credentials before config", config=f"[default]\n{KEYS}".replace("AKID", "OTHER"), credentials=f"[default]\n{KEYS}"),
    world("id without secret in credentials", credentials="[default]\naws_access_key_id = A"),
    world("id without secret in config", config="[default]\naws_access_key_id = A"),
    world("environment before files", ENV, credentials=f"[default]\n{KEYS}"),
    world("profile by argument before environment", ENV, credentials=f"[work]\n{KEYS}", profile="work"),
    world("profile by variable after environment", {**ENV, "AWS_PROFILE": "work"}, credentials=f"[work]\n{KEYS}"),
    world("profile by variable", {"AWS_PROFILE": "work"}, config=f"[profile work]\n{KEYS}\nregion=r1\n[default]\nregion=r2"),
    world("profile by both variables", {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, config="[profile a]\nregion=ra\n[profile b]\nregion=rb"),
    world("profile that is not there", {"AWS_PROFILE": "absent"}, config="[default]\nregion = x"),
    world("profile that is not there, by argument", ENV, profile="absent"),
    world("profile with spaces", config=f"[profile 'my work']\n{KEYS}", profile="my work"),
    world("profile without its word", config=f"[work]\n{KEYS}", profile="work"),
    world("profile default, twice", config=f"[default]\nregion = a\n[profile default]\n{KEYS}"),
    world("another home of the files", {"AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "$HOME/${X}/k", "X": "d"}, files={"c": "[default]\nregion = rx", "d/k": f"[default]\n{KEYS}"}),
    world("region by variable", {"AWS_DEFAULT_REGION": "rv"}, config="[default]\nregion = rf"),
    world("region by argument", {"AWS_DEFAULT_REGION": "rv"}, config="[default]\nregion = rf", region="ra"),
    world("role", config=f"[profile r]\n{ROLE}\nsource_profile = base\nregion = eu-west-1\n[profile base]\n{KEYS}", profile="r"),
    world("role with everything", config=f"[profile r]\n{ROLE}\nsource_profile = base\nrole_session_name = me\nexternal_id = e1\nduration_seconds = 1800\nmfa_serial = arn:aws:iam::42:mfa/me\n", credentials=f"[base]\n{KEYS}", profile="r"),
    world("role with an odd duration", config=f"[profile r]\n{ROLE}\nsource_profile = base\nduration_seconds = long\n", credentials=f"[base]\n{KEYS}", profile="r"),
    world("role of a role", config=f"[profile a]\n{ROLE}-a\nsource_profile = b\n[profile b]\n{ROLE}-b\nsource_profile = c", credentials=f"[c]\n{KEYS}", profile="a"),
    world("role with its own keys", config=f"[profile a]\n{ROLE}\nsource_profile = a\n{KEYS}", profile="a"),
    world("role with itself", config=f"[profile a]\n{ROLE}\nsource_profile = a", profile="a"),
    world("roles in a circle", config=f"[profile a]\n{ROLE}\nsource_profile = b\n[profile b]\n{ROLE}\nsource_profile = c\n[profile c]\n{ROLE}\nsource_profile = a", profile="a"),
    world("role of an absent profile", config=f"[profile a]\n{ROLE}\nsource_profile = b", profile="a"),
    world("role of a profile without keys", config=f"[profile a]\n{ROLE}\nsource_profile = b\n[profile b]\nregion = x", profile="a"),
    world("role without source", config=f"[profile a]\n{ROLE}", profile="a"),
    world("role with two sources", config=f"[profile a]\n{ROLE}\nsource_profile = b\ncredential_source = Environment\n[profile b]\n{KEYS}", profile="a"),
    world("role of the environment", ENV, config=f"[profile a]\n{ROLE}\ncredential_source = Environment", profile="a"),
    world("role of an empty environment", config=f"[profile a]\n{ROLE}\ncredential_source = Environment", profile="a"),
    world("role of an odd source", ENV, config=f"[profile a]\n{ROLE}\ncredential_source = environment", profile="a"),
    world("role of the container", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "STAND/container"}, config=f"[profile a]\n{ROLE}\ncredential_source = EcsContainer", profile="a"),
    world("role of the instance", config=f"[profile a]\n{ROLE}\ncredential_source = Ec2InstanceMetadata", profile="a", metadata=""),
    world("role that is refused", config="[profile a]\nrole_arn = arn:aws:iam::1:role/forbidden\nsource_profile = b\n[profile b]\n" + KEYS, profile="a"),
    world("role before the profile's own keys", credentials=f"[default]\n{KEYS}\n[b]\n{KEYS}".replace("AKID", "BASE", 2), config=f"[default]\n{ROLE}\nsource_profile = b"),
    world("web identity by variables", {"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token", "AWS_ROLE_ARN": "arn:aws:iam::42:role/web", "AWS_ROLE_SESSION_NAME": "pod"}, files={"token": "a token"}),
    world("web identity without role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token"}, files={"token": "a token"}),
    world("web identity by profile", config=f"[profile w]\n{ROLE}\nweb_identity_token_file = HOME/token", files={"token": "a token"}, profile="w"),
    world("web identity under a role", config=f"[profile a]\n{ROLE}-a\nsource_profile = w\n[profile w]\n{ROLE}-w\nweb_identity_token_file = HOME/token", files={"token": "a token"}, profile="a"),
    world("web identity's variables and a named profile", {"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token", "AWS_ROLE_ARN": "arn:aws:iam::42:role/web"}, files={"token": "a token"}, credentials=f"[p]\n{KEYS}", profile="p"),
    world("process", config="[default]\ncredential_process = HOME/run 1 'a b'", files={"run": SCRIPT}),
    world("process with an end", config=f"[default]\ncredential_process = HOME/run 1 x ', \"Expiration\": \"{LATER}\", \"AccountId\": \"8\"'", files={"run": SCRIPT}),
    world("process of another version", config="[default]\ncredential_process = HOME/run 2 x", files={"run": SCRIPT}),
    world("process that fails", config="[default]\ncredential_process = /bin/false"),
    world("process after the credentials file", config="[default]\ncredential_process = HOME/run 1 x", credentials=f"[default]\n{KEYS}", files={"run": SCRIPT}),
    world("process before the config's keys", config=f"[default]\ncredential_process = HOME/run 1 x\n{KEYS}", files={"run": SCRIPT}),
    world("process under a role", config=f"[profile a]\n{ROLE}\nsource_profile = p\n[profile p]\ncredential_process = HOME/run 1 x", files={"run": SCRIPT}, profile="a"),
    world("sso", config=f"[default]\n{SSO}", files={f".aws/sso/cache/{SSO_HASH}.json": json.dumps(TOKEN)}),
    world("sso session", config="[default]\nsso_session = corp\nsso_account_id = 99\nsso_role_name = Dev\n[sso-session corp]\nsso_start_url = https://start\nsso_region = eu-west-1", files={f".aws/sso/cache/{SESSION_HASH}.json": json.dumps(TOKEN)}),
    world("sso session that is renewed", config="[default]\nsso_session = corp\nsso_account_id = 99\nsso_role_name = Dev\n[sso-session corp]\nsso_start_url = https://start\nsso_region = eu-west-1", files={f".aws/sso/cache/{SESSION_HASH}.json": json.dumps(OLD)}),
    world("sso that is over", config=f"[default]\n{SSO}", files={f".aws/sso/cache/{SSO_HASH}.json": json.dumps(OLD)}),
    world("sso that the service does not know", config=f"[default]\n{SSO}", files={f".aws/sso/cache/{SSO_HASH}.json": json.dumps({**TOKEN, "accessToken": "unknown"})}),
    world("sso without a token", config=f"[default]\n{SSO}"),
    world("sso that lacks something", config="[default]\nsso_account_id = 99"),
    world("sso session that is not there", config="[default]\nsso_session = none\nsso_account_id = 99\nsso_role_name = Dev"),
    world("sso session that contradicts", config=f"[default]\nsso_session = corp\n{SSO}\n[sso-session corp]\nsso_start_url = https://other\nsso_region = eu-west-1"),
    world("container", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "STAND/container?x=1"}),
    world("container with a token", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "STAND/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth"}),
    world("container with a token's file", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "STAND/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "HOME/token"}, files={"token": "filed"}),
    world("container at another host", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/x"}),
    world("container that has nothing", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "STAND/absent"}),
    world("instance", metadata=""),
    world("instance without tokens", metadata="/v1only"),
    world("instance without tokens, which are demanded", {"AWS_EC2_METADATA_V1_DISABLED": "true"}, metadata="/v1only"),
    world("instance without a role", metadata="/norole"),
    world("instance whose role is refused", metadata="/refused"),
    world("instance that is switched off", {"AWS_EC2_METADATA_DISABLED": "true"}, metadata=""),
    world("files before the instance", credentials=f"[default]\n{KEYS}", metadata=""),
    world("broken config", config="[default\nregion = x"),
    world("broken credentials", credentials="aws_access_key_id = x"),
    world("behaviour by profile", config="[default]\nretry_mode = adaptive\nmax_attempts = 7\nuse_fips_endpoint = true\nuse_dualstack_endpoint = TRUE\nsts_regional_endpoints = legacy\ns3 =\n  addressing_style = path\n  x = y\n" + KEYS),
    world("behaviour by variables", {**ENV, "AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "2", "AWS_USE_FIPS_ENDPOINT": "false", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_STS_REGIONAL_ENDPOINTS": "regional"}, config="[default]\nretry_mode = adaptive\nuse_fips_endpoint = true"),
    world("endpoints by variables", {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://127.0.0.1:2", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:3"}, config="[default]\nendpoint_url = http://127.0.0.1:4"),
    world("endpoints by profile", ENV, config="[default]\nendpoint_url = http://127.0.0.1:4\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = http://127.0.0.1:5\nsfn =\n  endpoint_url = http://127.0.0.1:6"),
    world("endpoints that are ignored", {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
    world("endpoints of an absent section", ENV, config="[default]\nservices = absent"),
]

SERVICES = ["ec2", "s3", "elbv2", "stepfunctions"]

# What botocore says, and the kind that Isobar has for it. `None` means that there are no credentials.
KINDS = [
    (botocore.exceptions.InfiniteLoopConfigError, {"RoleLoop"}),
    (botocore.exceptions.ProfileNotFound, {"Profile"}),
    (botocore.exceptions.ConfigParseError, {"Profile"}),
    (botocore.exceptions.PartialCredentialsError, {"Profile", "NoCredentials"}),
    (botocore.exceptions.InvalidConfigError, {"Profile"}),
    (botocore.exceptions.SSOError, {"Expired"}),
    (botocore.exceptions.CredentialRetrievalError, {"Source"}),
    (botocore.exceptions.MetadataRetrievalError, {"Source"}),
    (botocore.exceptions.ClientError, {"Source"}),
    (ValueError, {"Config"}),
]


def kinds(error):
    for kind, names in KINDS:
        if isinstance(error, kind):
            return {"error": names}
    raise error


def by_botocore(monkeypatch, home, given):
    """What botocore finds."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name in ("HOME", "X"):
            monkeypatch.delenv(name)
    for name, value in given["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home))
    cache = str(home / ".aws/sso/cache")
    for provider in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", cache)
    monkeypatch.setattr(botocore.utils.ContainerMetadataFetcher, "SLEEP_TIME", 0)
    found = {}
    session = botocore.session.Session(profile=given["profile"])
    try:
        region = given["region"] or session.get_config_variable("region")
        if region:
            session.set_config_variable("region", region)
        prompt = session.get_component("credential_provider")
        for provider in prompt.providers:
            if hasattr(provider, "_prompter"):
                provider._prompter = lambda question: "123456"
        credentials = session.get_credentials()
        frozen = credentials and credentials.get_frozen_credentials()
        scoped = session.get_scoped_config()
        found["region"] = region
        found["settings"] = {
            name: session.get_config_variable(name) or default
            for name, default in [
                ("use_fips_endpoint", False),
                ("use_dualstack_endpoint", False),
                ("max_attempts", None),
            ]
        }
        found["settings"]["addressing_style"] = dict(scoped.get("s3") or {}).get("addressing_style")
        found["endpoints"] = {}
        for name in given["services"]:
            url = session.create_client(name, region_name="us-east-1").meta.endpoint_url
            vendors = "amazonaws" in url or "api.aws" in url
            found["endpoints"][name] = None if vendors else url
    except Exception as error:
        return kinds(error)
    if frozen is None:
        found["credentials"] = {"error": {"NoCredentials"}}
        return found
    found["credentials"] = {
        "id": frozen.access_key,
        "secret": frozen.secret_key,
        "token": frozen.token,
        "account": frozen.account_id,
    }
    return found


def by_isobar(looking, home, given):
    line = {key: given[key] for key in ("environment", "profile", "region", "services")}
    line["environment"] = {"HOME": str(home), **line["environment"]}
    print(json.dumps({"cloud": "aws", "home": str(home), **line}), file=looking.stdin, flush=True)
    found = json.loads(looking.stdout.readline())
    if "error" in found:
        return {"error": found["error"].split(":")[0], "message": found["error"]}
    return found


@pytest.mark.parametrize("given", WORLDS)
def test_botocore_finds_the_same(monkeypatch, tmp_path, stand, looking, given):
    given = json.loads(json.dumps(given).replace("HOME/", f"{tmp_path}/").replace("$" + f"{tmp_path}/", "$HOME/"))
    given = json.loads(json.dumps(given).replace("STAND/", f"{stand}/"))
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for home in (ours, theirs):
        home.mkdir()
        for name, text in given["files"].items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            # What the world names by its whole path.
            shared = tmp_path / name
            shared.parent.mkdir(parents=True, exist_ok=True)
            shared.write_text(text)
            shared.chmod(0o700)
    endpoints = any("endpoint" in name.lower() for name in given["environment"]) or "endpoint_url" in str(given) or "services" in str(given)
    given["services"] = SERVICES if endpoints else []
    environment = given["environment"]
    if not endpoints:
        environment["AWS_ENDPOINT_URL"] = stand
    # botocore makes no call at a base URL without a region.
    if "role_arn" in str(given) or "AWS_ROLE_ARN" in environment:
        given["region"] = given["region"] or "us-east-1"
    metadata = given["metadata"]
    # Where there is no instance, nothing listens.
    environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:9" if metadata is None else stand + metadata
    vendor = by_botocore(monkeypatch, theirs, given)
    found = by_isobar(looking, ours, given)
    if "error" in vendor:
        kind = found.get("error") or found["credentials"].get("error")
        assert kind in vendor["error"], (vendor, found)
        return
    credentials = found["credentials"]
    if "error" in vendor["credentials"]:
        assert credentials.get("error") in vendor["credentials"]["error"], credentials
        assert "isobar configure aws" in credentials["message"] or "AWS_SECRET" in credentials["message"]
    else:
        assert {key: credentials.get(key) for key in vendor["credentials"]} == vendor["credentials"], credentials
        assert found["origin"]
    # Isobar asks the instance for its region; botocore does not.
    if metadata is None:
        assert found["region"] == vendor["region"]
    assert {key: found["settings"][key] for key in vendor["settings"]} == vendor["settings"]
    if given["services"]:
        assert found["endpoints"] == vendor["endpoints"]
    for path in (theirs / ".aws/sso/cache").glob("*.json"):
        left = json.loads(path.read_text())
        mine = json.loads((ours / path.relative_to(theirs)).read_text())
        left.pop("expiresAt"), mine.pop("expiresAt")
        assert mine == left
        assert not left.get("accessToken", "").startswith("new-") or stat.S_IMODE(
            (ours / path.relative_to(theirs)).stat().st_mode
        ) == 0o600


# Files, as texts, that are read in the same way or refused by both.
TEXTS = [
    "",
    "# nothing\n; nothing\n",
    "[default]\nregion = a",
    "[default]\r\nregion = a\r\n",
    "[default]\rregion = a\r",
    "[default]\nregion=a\n\n\n",
    "[default]\nregion : a",
    "[default]\nregion = a = b : c",
    "[default]\n  region = a\n",
    "[default]\nREGION = a",
    "[default]\nregion = a ; no comment\n",
    "[default]\nregion = a # no comment\n",
    "[default]\nregion =\n",
    "[default]\nregion",
    "[default]\n= a",
    "region = a",
    "[default]\n[default]\n",
    "[default]\nregion = a\nregion = b",
    "[default]\nregion = a\nRegion = b",
    "[DEFAULT]\nregion = d\n[default]\n[profile x]\nregion = x",
    "[ default ]\nregion = a",
    "[default] what follows\nregion = a",
    "[profile x] ]\nregion = a",
    "[]\nregion = a",
    "[default\nregion = a",
    "[default]\nregion = a\n  b\n  c\n",
    "[default]\nregion = a\n\n  b\n",
    "[default]\nregion = a\n  # a comment\n  b\n",
    "[default]\ns3 =\n  region = a\n  x = y = z\n",
    "[default]\ns3 =\n  region = a\n\n  x=y\n",
    "[default]\ns3 =\n  region\n",
    "[default]\ns3 = \n    x = 1\n  x = 2\n",
    "[default]\ns3 =\n  x = 1\n region = a\n",
    "[default]\n  s3 =\n    x = 1\n  region = a\n",
    "[profile x]\nregion = a\n[profile  x]\nregion = b",
    "[profile x]\nregion = a\n[profile 'x']\nregion = b",
    '[profile "a b"]\nregion = a',
    "[profile a b]\nregion = a",
    "[profile it's]\nregion = a",
    "[profilex y]\nregion = a",
    "[profile]\nregion = a",
    "[profile \\x]\nregion = a",
    "[default]\nregion = a\n[profile default]\nregion = b",
    "[profile default]\nregion = a\n[default]\nregion = b",
    "[services x]\ns3 =\n  endpoint_url = u\n",
    "[default]\nregion = \u00e4\u00f6\u00fc \u2603",
    "\ufeff[default]\nregion = a",
    "[default]\nregion = a\x0b\n",
    "[default]\n\tregion = a\n\t\tb\n",
]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_files_are_read_as_botocore_reads_them(monkeypatch, tmp_path, looking, number):
    """Every profile's region, nested setting and names; or a refusal."""
    path = tmp_path / ".aws" / "config"
    path.parent.mkdir()
    path.write_bytes(TEXTS[number].encode())
    try:
        loaded = botocore.configloader.load_config(str(path))["profiles"]
    except botocore.exceptions.ConfigParseError:
        loaded = None
    environment = {"AWS_EC2_METADATA_DISABLED": "true", **ENV}
    for profile in ["default", "x", "a b", "y", "\\x", "it's"]:
        given = {"environment": environment, "profile": profile, "region": None, "services": []}
        found = by_isobar(looking, tmp_path, given)
        if loaded is None or profile not in loaded:
            assert found.get("error") == "Profile", (profile, loaded, found)
            if loaded is None:
                assert "line " in found["message"], found
            continue
        region = loaded[profile].get("region")
        assert found.get("region") == (region if isinstance(region, str) and region else None), (profile, loaded, found)
