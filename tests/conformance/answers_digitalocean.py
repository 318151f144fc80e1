"""The answers of DigitalOcean, read by Isobar and by pydo: every operation that documents one.

pydo gives an answer's JSON as it is. What answers look like stands in its methods' documentation, as
templates; an answer is made of each, with and without what is optional, and with nulls.
"""

import ast
import base64
import inspect
import json
import re

import common
import pydo

HEADS = re.compile(r"# response body for status code\(s\): ([0-9, ]+)\n\s*response == ")

TEXTS = {"str": ["a", "a b", "é漢"], "2020-02-20 00:00:00": ["2026-01-02T03:04:05Z"], "2020-02-20": ["2026-01-02"]}


def groups():
    """The groups of operations: attributes of the client."""
    client = pydo.Client("secret")
    for name in sorted(vars(client)):
        group = getattr(client, name)
        if type(group).__name__.endswith("Operations"):
            yield name, type(group)


def operations(group):
    for name, method in inspect.getmembers(group, inspect.isfunction):
        if not name.startswith("_") and method.__doc__:
            yield name, method


def templates(text):
    """The answers that a method's documentation shows: (status, template)."""
    for head in HEADS.finditer(text):
        statuses = [int(status) for status in head[1].split(",")]
        template = parsed(text[head.end() :])
        if template is not None:
            for status in statuses:
                yield status, template


def parsed(text):
    """The expression that a text begins with: up to where its brackets are closed."""
    chunk, depth = [], 0
    for line in text.split("\n"):
        # A comment goes on two columns further in than what it stands beside.
        if (len(line) - len(line.lstrip())) % 4 and chunk:
            continue
        line = line.split("  #")[0]
        if line.strip().startswith("#"):
            continue
        chunk.append(line.strip())
        depth += sum(line.count(it) for it in "{[(") - sum(line.count(it) for it in "}])")
        if depth <= 0:
            break
    try:
        return ast.parse("\n".join(chunk), mode="eval").body
    except SyntaxError:
        return None


class Maker:
    """Makes JSON of templates; each scalar is another one."""

    def __init__(self, variant):
        self.variant = variant
        self.turn = 0

    def next(self, choices):
        self.turn += 1
        return choices[self.turn % len(choices)]

    def value(self, node):
        if isinstance(node, ast.Dict):
            pairs = [(key.value, item) for key, item in zip(node.keys, node.values) if isinstance(key, ast.Constant)]
            if self.variant == "nulls":
                return {key: None if self.next([0, 1]) else self.value(item) for key, item in pairs}
            return {key: self.value(item) for key, item in pairs}
        if isinstance(node, ast.List):
            return [self.value(item) for item in node.elts for _ in range(2)][:2]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.next(TEXTS.get(node.value, [node.value]))
        if isinstance(node, ast.UnaryOp):
            node = node.operand
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            return self.next([1.5, 3, 0.25])
        if isinstance(node, ast.Name) and node.id == "bool" or isinstance(getattr(node, "value", None), bool):
            return self.next([True, False])
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return self.next([1, 42, 9_007_199_254_740_991])
        if isinstance(node, ast.Call):
            return "AAEC"  # Bytes.
        return {"any": 1}


def differs(vendor, isobar, path=""):
    """Where two values differ, as (aspect, path, vendor's, Isobar's). A null says nothing."""
    if vendor is None and isobar is None:
        return
    if isinstance(vendor, dict) and isinstance(isobar, dict):
        for key in sorted(set(vendor) | set(isobar)):
            yield from differs(vendor.get(key), isobar.get(key), f"{path}.{key}" if path else key)
    elif isinstance(vendor, list) and isinstance(isobar, list) and len(vendor) == len(isobar):
        for at, (theirs, ours) in enumerate(zip(vendor, isobar)):
            yield from differs(theirs, ours, f"{path}[{at}]")
    elif vendor != isobar or isinstance(vendor, bool) != isinstance(isobar, bool):
        yield f"{type(vendor).__name__} as {type(isobar).__name__}", path, vendor, isobar


def compare(status, document, answered):
    if "error" in answered:
        yield "not read", "", document, answered["error"]
    elif status < 300:
        if "success" not in answered:
            yield "kind", "", document, answered
            return
        output = answered["success"]["output"]
        # An answer that is no object is the output's only member.
        if not isinstance(document, dict) and len(output) == 1:
            output = next(iter(output.values()))
        yield from differs(document, output)
    else:
        failure = answered.get("failure")
        if failure is None:
            yield "kind", "", document, answered
            return
        wanted = (document.get("id") or str(status), document.get("request_id"))
        found = (failure["code"], failure["request_id"])
        if wanted != found:
            yield "error", "", wanted, found
        yield from differs(document, failure["fields"])


def work(name):
    """A group's part."""
    lines, cases = [], []
    for operation, method in operations(dict(groups())[name]):
        seen = set()
        for status, template in templates(method.__doc__):
            for variant in ("all", "nulls"):
                document = Maker(variant).value(template)
                if (status, variant) in seen:
                    continue
                seen.add((status, variant))
                cases.append((operation, f"{status} {variant}", status, document))
                lines.append(
                    {
                        "cloud": "digitalocean",
                        "service": name,
                        "operation": operation,
                        "status": status,
                        "headers": {"content-type": "application/json"},
                        "body_base64": base64.b64encode(json.dumps(document).encode()).decode(),
                    }
                )
    part = common.Part(name, sorted({(name, case[0]) for case in cases}))
    for (operation, variant, status, document), answered in zip(cases, common.run_lines("answers", lines)):
        part.compared += 1
        for aspect, path, vendor, isobar in compare(status, document, answered):
            shown = [f"{path}: {it!r}" if path else repr(it) for it in (vendor, isobar)]
            part.differences.append(common.Difference(name, operation, variant, aspect, *shown))
    return part


if __name__ == "__main__":
    common.main("answers-digitalocean", [name for name, _ in groups()], work)
