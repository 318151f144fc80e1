"""The answers of Alibaba Cloud, read by Isobar and by the Tea SDK's classes: every operation of every package."""

import base64
import functools
import json
import math
import typing

import alibaba
import alibaba_inputs
import common

VARIANTS = ("all", "required", "least", "nothing")

ERRORS = [
    ({"RequestId": "r-1", "HostId": "h", "Code": "InvalidParameter", "Message": "no"}, "InvalidParameter", "no"),
    ({"requestId": "r-1", "code": "ErrorClusterNotFound", "message": "gone"}, "ErrorClusterNotFound", "gone"),
]


@functools.cache
def package(service):
    return alibaba.Package(service)


def answer_kind(it, method):
    """The class of a method's answer, and the type of its body."""
    kind = getattr(it.module.Client, method).__annotations__.get("return")
    if isinstance(kind, str):
        kind = eval(kind, vars(it.module))  # noqa: S307 (the vendor's own annotations)
    return kind, alibaba_inputs.attributes(kind).get("body") if kind is not None else None


def differs(vendor, isobar, path=""):
    """Where two values differ, as (aspect, path, vendor's, Isobar's). A null says nothing, and Tea's
    classes have an empty list or map where the answer has none."""
    if isobar is None and (vendor is None or vendor in ([], {})):
        return
    if isinstance(vendor, dict) and isinstance(isobar, dict):
        for key in sorted(set(vendor) | set(isobar)):
            yield from differs(vendor.get(key), isobar.get(key), f"{path}.{key}" if path else key)
    elif isinstance(vendor, list) and isinstance(isobar, list) and len(vendor) == len(isobar):
        for at, (theirs, ours) in enumerate(zip(vendor, isobar)):
            yield from differs(theirs, ours, f"{path}[{at}]")
    elif isinstance(vendor, float) and isinstance(isobar, (int, float)) and math.isclose(vendor, isobar):
        return
    elif vendor != isobar or isinstance(vendor, bool) != isinstance(isobar, bool):
        yield f"{type(vendor).__name__} as {type(isobar).__name__}", path, vendor, isobar


def compare(vendor, answered):
    if "error" in answered:
        yield "not read", "", vendor, answered["error"]
    elif "success" not in answered:
        yield "kind", "", vendor, answered
    else:
        output = answered["success"]["output"]
        # A body that is no object of members is the output's only one.
        if not isinstance(vendor, dict) or (len(output) == 1 and set(output) != set(vendor)):
            output = next(iter(output.values()), None)
        yield from differs(vendor, output)


def compare_error(code, message, answered):
    failure = answered.get("failure", {})
    found = (failure.get("code"), failure.get("message"), failure.get("request_id"))
    if found != (code, message, "r-1"):
        yield "error", "", (code, message, "r-1"), answered


def line(service, operation, status, document):
    return {
        "cloud": "alibaba",
        "service": service,
        "operation": operation,
        "status": status,
        "headers": {"content-type": "application/json;charset=utf-8"},
        "body_base64": base64.b64encode(json.dumps(document).encode()).decode(),
    }


def cases(service):
    """(operation, variant, line, how what Isobar reads is compared)."""
    it = package(service)
    for operation, method in it.operations:
        kind, body = answer_kind(it, method)
        if isinstance(body, type) and hasattr(body, "from_map"):
            for variant in VARIANTS:
                made = {}
                if variant != "nothing":
                    made = alibaba_inputs.as_json(alibaba_inputs.Maker(it, variant).object(body).to_map())
                vendor = body().from_map(json.loads(json.dumps(made))).to_map()
                yield operation, variant, line(service, operation, 200, made), functools.partial(compare, vendor)
        elif body in (dict, typing.Dict):
            made = {"any": ["x", 1, True, {"a": 1.5}]}
            yield operation, "any", line(service, operation, 200, made), functools.partial(compare, made)
        for document, code, message in ERRORS:
            answer = line(service, operation, 400, document)
            yield operation, f"error {code}", answer, functools.partial(compare_error, code, message)


def work(service):
    """A service's part."""
    every = list(cases(service))
    part = common.Part(service, sorted({(service, case[0]) for case in every}))
    for case, answered in zip(every, common.run_lines("answers", [case[2] for case in every])):
        part.compared += 1
        for aspect, path, vendor, isobar in case[3](answered):
            shown = [f"{path}: {value!r}" if path else repr(value) for value in (vendor, isobar)]
            part.differences.append(common.Difference(service, case[0], case[1], aspect, *shown))
    return part


if __name__ == "__main__":
    names = sorted(alibaba.packages(), key=lambda name: alibaba.packages()[name][1], reverse=True)
    common.main("answers-alibaba", names, work)
