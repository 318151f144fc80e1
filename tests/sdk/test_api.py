"""The control plane's HTTP API against its contract."""

import http.client
import json
import pathlib
import subprocess
import sys
import urllib.parse

import jsonschema
import pytest
from test_control import MANIFEST, deploy, ended, manifest, only


def error(body):
    assert set(body) == {"error"}, body
    assert body["error"]["request_id"] and body["error"]["timestamp"]
    return body["error"]


def fields(body):
    return {d["field"] for d in error(body)["details"]}


def raw(server, method, path, headers=None, body=None):
    control = urllib.parse.urlparse(server.endpoints["control"]["url"])
    connection = http.client.HTTPConnection(control.hostname, control.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def bearer(server, **more):
    return {"Authorization": "Bearer " + server.endpoints["control"]["api_key"], **more}


def test_keys(server):
    status, headers, body = server.api("GET", "/api/v1/deployments", key=False)
    assert status == 401 and error(body)["code"] == "unauthenticated"
    assert headers["WWW-Authenticate"] == "Bearer"
    assert server.api("GET", "/api/v1/deployments", key="isobar_wrong")[0] == 401
    key = server.endpoints["control"]["api_key"]
    status, _, _ = raw(server, "GET", "/api/v1/deployments", {"X-API-Key": key})
    assert status == 200


def test_open_paths(server):
    assert server.api("GET", "/healthz", key=False)[0] == 200
    status, _, body = server.api("GET", "/readyz", key=False)
    assert status == 200 and body["ready"] is True
    assert server.api("GET", "/openapi.json", key=False)[2]["openapi"].startswith("3.1")


def test_web_pages_and_foreign_hosts_are_refused(server):
    status, _, body = server.api("GET", "/api/v1/deployments", headers={"Origin": "https://evil.example"})
    assert status == 403 and error(body)["code"] == "forbidden"
    status, _, body = server.api("GET", "/api/v1/deployments", headers={"Host": "evil.example"})
    assert status == 403 and error(body)["code"] == "forbidden"
    for cloud in ("aws", "alibaba", "digitalocean"):
        url = urllib.parse.urlparse(server.endpoints[cloud]["url"])
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
            connection.request("GET", "/", headers=headers)
            assert connection.getresponse().status == 403, (cloud, headers)
            connection.close()


def test_request_ids(server):
    _, headers, _ = server.api("GET", "/api/v1/deployments", headers={"X-Request-Id": "mine-1"})
    assert headers["X-Request-Id"] == "mine-1"
    _, headers, body = server.api("GET", "/api/v1/nothing")
    assert headers["X-Request-Id"] == error(body)["request_id"]
    assert headers["X-Request-Id"].startswith("req_")


def test_statuses(server):
    assert error(server.api("GET", "/api/v1/nothing")[2])["code"] == "not_found"
    status, _, body = server.api("DELETE", "/api/v1/deployments")
    assert status == 405 and error(body)["code"] == "method_not_allowed"
    for path in ("deployments/dep_none", "operations/op_none", "resources/res_none"):
        status, _, body = server.api("GET", f"/api/v1/{path}")
        assert status == 404 and error(body)["code"] == "not_found", path
    status, _, _ = raw(server, "GET", "/api/v1/deployments", bearer(server, Accept="text/html"))
    assert status == 406
    headers = bearer(server, **{"Content-Type": "text/plain"})
    assert raw(server, "POST", "/api/v1/deployments", headers, b"x")[0] == 415
    headers = bearer(server, **{"Content-Type": "application/json"})
    status, _, body = raw(server, "POST", "/api/v1/deployments", headers, b'{"service": ')
    assert status == 400 and b"line 1 column" in body
    status, _, _ = raw(server, "POST", "/api/v1/deployments", headers, b" " * (2 << 20))
    assert status == 413


def test_problem_details(server):
    headers = bearer(server, Accept="application/problem+json")
    status, headers, body = raw(server, "GET", "/api/v1/deployments/dep_none", headers)
    problem = json.loads(body)
    assert status == 404 and headers["content-type"] == "application/problem+json"
    assert problem["status"] == 404 and problem["code"] == "not_found" and problem["detail"]


def test_rate_limit_headers(server):
    _, headers, _ = server.api("GET", "/api/v1/deployments")
    assert int(headers["X-RateLimit-Limit"]) > int(headers["X-RateLimit-Remaining"]) > 0
    assert int(headers["X-RateLimit-Reset"]) > 0
    assert headers["RateLimit"] and headers["RateLimit-Policy"]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"surprise": 1}, "surprise"),
        ({"version": 7}, "version"),
        ({"run": {"port": 8080}}, "run.script"),
        ({"run": {"script": "#!/bin/sh", "port": 0}}, "run.port"),
        ({"run": {"script": "#!/bin/sh", "port": "http"}}, "run.port"),
        ({"targets": []}, "targets"),
        ({"targets": [{"cloud": "aws", "region": "us-east-1", "count": 0}]}, "targets[0].count"),
        ({"targets": [{"cloud": "aws", "region": "us-east-1", "count": 10000}]}, "targets[0].count"),
        ({"targets": [{"cloud": "mars", "region": "us-east-1"}]}, "targets[0].cloud"),
        ({"targets": [{"cloud": "aws", "region": "mars-1"}]}, "targets[0].region"),
        ({"targets": [{"cloud": "aws", "region": "us-east-1", "size": "x9.huge"}]}, "targets[0].size"),
        ({"targets": [{"cloud": "alibaba", "region": "mars-1"}]}, "targets[0].region"),
        ({"targets": [{"cloud": "alibaba", "region": "cn-hangzhou", "size": "x9"}]}, "targets[0].size"),
        ({"targets": [{"cloud": "digitalocean", "region": "mars1"}]}, "targets[0].region"),
        ({"targets": [{"cloud": "digitalocean", "region": "nyc3", "size": "x9"}]}, "targets[0].size"),
        ({"strategy": {"type": "magic"}}, "strategy.type"),
        ({"expose": {"port": 80, "protocol": "gopher"}}, "expose.protocol"),
    ],
)
def test_bad_manifests(server, change, field):
    status, _, body = server.api("POST", "/api/v1/deployments", {**manifest("1"), **change})
    assert status == 400 and error(body)["code"] == "validation_error", body
    assert field in fields(body), body
    assert all(d["constraint"] for d in body["error"]["details"])


def test_all_violations_at_once(server):
    document = {"service": "Bad Name", "targets": [{"cloud": "mars"}], "extra": True}
    status, _, body = server.api("POST", "/api/v1/deployments", document)
    assert status == 400 and len(fields(body)) >= 5, body


def test_unknown_parameters(server):
    status, _, body = server.api("GET", "/api/v1/deployments?colour=red&limit=0")
    assert status == 400 and fields(body) == {"colour", "limit"}
    status, _, body = server.api("GET", "/api/v1/deployments?status=done")
    assert status == 400 and "rolled_back" in body["error"]["details"][0]["constraint"]
    status, _, body = server.api("GET", "/api/v1/deployments?cursor=made-up")
    assert status == 400 and fields(body) == {"cursor"}


def test_the_life_of_a_deployment_over_http(server):
    """Idempotency, paging, links, ETags, events, conflicts and schemas, on one small deployment."""
    document = only("digitalocean")
    document["service"] = "api-test"
    key = {"Idempotency-Key": "\"api-test-1\""}
    first = deploy(server, document, **key)
    status, headers, again = server.api("POST", "/api/v1/deployments", document, key)
    assert status == 202 and headers["Idempotency-Replayed"] == "true"
    assert again["operation_id"] == first["operation_id"]
    status, _, body = server.api("POST", "/api/v1/deployments", {**document, "version": "9"}, key)
    assert status == 422 and error(body)["code"] == "idempotency_key_reused"
    status, _, body = server.api("POST", "/api/v1/deployments", {**document, "version": "9"})
    assert status == 409 and first["deployment_id"] in error(body)["message"]

    deployment = ended(server, first)
    assert deployment["status"] == "successful", deployment
    events = read_events(server, first["operation_id"])
    assert [e["sequence"] for e in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "finished"
    resumed = read_events(server, first["operation_id"], {"Last-Event-ID": str(len(events) - 1)})
    assert resumed == events[-1:]

    path = f"/api/v1/deployments/{deployment['id']}"
    _, headers, _ = server.api("GET", path)
    assert raw(server, "GET", path, bearer(server, **{"If-None-Match": headers["ETag"]}))[0] == 304
    status, _, body = server.api("POST", path + "/rollback", {}, {"If-Match": '"other"'})
    assert status == 412 and error(body)["code"] == "precondition_failed"
    status, _, body = server.api("POST", path + "/rollback", {"reason": "none"})
    assert status == 409 and error(body)["code"] == "conflict"
    status, _, body = server.api("POST", path + "/cancel")
    assert status == 409 and error(body)["code"] == "conflict"
    status, _, body = server.api("POST", path + "/rollback", {"why": "?"})
    assert status == 400

    second = ended(server, deploy(server, {**document, "version": "2"}))
    assert second["status"] == "successful", second
    _, headers, page = server.api("GET", "/api/v1/deployments?service=api-test&limit=1")
    assert page["data"][0]["id"] == second["id"] and page["pagination"]["has_more"]
    assert 'rel="next"' in headers["Link"]
    target = headers["Link"].split(">")[0].removeprefix("<")
    _, _, rest = server.api("GET", target)
    assert [d["id"] for d in rest["data"]] == [deployment["id"]]
    assert rest["pagination"] == {"next_cursor": None, "has_more": False}
    stolen = target.replace("service=api-test", "service=other")
    assert server.api("GET", stolen)[0] == 400

    check_schemas(server, second)


def read_events(server, operation, headers=None):
    _, _, body = raw(server, "GET", f"/api/v1/operations/{operation}/events", bearer(server, **(headers or {})))
    blocks = [b for b in body.decode().split("\n\n") if "data:" in b]
    return [json.loads(line[5:]) for b in blocks for line in b.splitlines() if line.startswith("data:")]


def check_schemas(server, deployment):
    """Every GET of the OpenAPI document answers with what its schema says."""
    document = server.api("GET", "/openapi.json", key=False)[2]
    ids = {
        "deployments": deployment["id"],
        "operations": deployment["operation_id"],
        "resources": deployment["created_resources"][0]["id"],
        "environments": deployment["environment"],
    }
    checked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods or path.endswith("/events"):
            continue
        noun = path.split("/")[3] if path.startswith("/api/") else None
        path = path.replace("{id}", ids.get(noun, "")).replace("{service}", deployment["service"])
        status, _, body = server.api("GET", path)
        assert status == 200, (path, body)
        content = methods["get"]["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        jsonschema.validate(body, schema)
        checked += 1
    assert checked > 12


def test_every_path_of_the_document_is_routed(server):
    document = server.api("GET", "/openapi.json", key=False)[2]
    for path, methods in document["paths"].items():
        for method in methods:
            headers = bearer(server, **{"Content-Type": "application/json"})
            status, _, body = raw(server, method.upper(), path.replace("{id}", "none"), headers, b"[]" if method != "get" else None)
            assert status != 405, (method, path)
            if status == 404:
                assert b"there is nothing at this path" not in body, (method, path)


def test_fault_rules_and_clock(server):
    status, _, body = server.api("PUT", "/api/v1/local/faults", {"rules": [{"effect": {"error": {"status": 200}}}]})
    assert status == 400, body
    status, _, body = server.api("PUT", "/api/v1/local/faults", {"rules": [{"effect": "boom"}]})
    assert status == 400, body
    status, _, body = server.api("GET", "/api/v1/local/clock")
    assert status == 200 and body["offset_seconds"] == 0


def test_the_manifest_of_the_example_is_complete():
    assert {t["cloud"] for t in MANIFEST["targets"]} == {"aws", "alibaba", "digitalocean"}


def test_requests_that_schemathesis_makes_up(fresh_server, tmp_path):
    """Of the OpenAPI document: examples, the edges of every schema, random values, and chains of calls."""
    server = fresh_server(env={"ISOBAR_LOG": "isobar_server=info"}).start()
    control = server.endpoints["control"]
    tests = pathlib.Path(__file__).parent
    command = [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", tests / "schemathesis.toml", "run"]
    command += [f"{control['url']}/openapi.json", "--header", f"X-API-Key: {control['api_key']}"]
    # A rule that calls stay unanswered would be its own doing.
    command += ["--exclude-operation-id", "faults_replace", "--max-time", "60", "--max-examples", "20", "--seed", "1"]
    # An operation may be waited for, longer than the 10 seconds that are usual for an answer.
    command += ["--request-timeout", "60"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:]
    log = server.log_text()
    assert " ERROR " not in log
    for answered in ('method=POST path="/api/v1/deployments" status=202', "/events\" status=200"):
        assert answered in log, "what should be tried was never reached"
