"""Inputs of the Tea SDK's operations, made from its own classes: the same ones in every run."""

import base64
import collections
import inspect
import io
import re
import sys
import typing

import common

# Only what must be given; everything; everything, and each as little as can be.
VARIANTS = ("required", "all", "least")

TEXT = {"required": "text", "all": "a b/c+é%20?&=~*", "least": ""}
WHOLE = {"required": 1, "all": 7, "least": 0}
REAL = {"required": 1.5, "all": 1.5, "least": -0.25}
BYTES = b"blob"
# Texts that must be one of a few for there to be a request.
MEANT = {"x_log_compresstype": {"required": "zstd", "all": "lz4", "least": ""}}
# How often a class may be within itself, and how deeply classes nest.
MOST_REPEATED = 1
MOST_DEPTH = 9
TOKENS = ("ClientToken", "clientToken", "client_token")


def required_attributes(models):
    """The attributes that each class says must be given, which the texts alone tell."""
    found = {}
    files = {models.__file__}
    for value in vars(models).values():
        if inspect.isclass(value):
            files.add(sys.modules[value.__module__].__file__)
    for file in files:
        if file.endswith("__init__.py"):
            continue
        name, pending = None, False
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("class "):
                    name, pending = re.match(r"class (\w+)", line).group(1), False
                    found[name] = set()
                elif name and line.strip() == "# This parameter is required.":
                    pending = True
                elif pending and line.startswith("        self."):
                    found[name].add(re.match(r"\s+self\.(\w+)", line).group(1))
                    pending = False
                elif "self.validate_required(self." in line:
                    found[name].add(re.search(r"validate_required\(self\.(\w+)", line).group(1))
    return found


class Maker:
    """Makes one input of a variant."""

    def __init__(self, package, variant):
        self.package = package
        self.variant = variant
        self.path = []

    def object(self, kind, more=frozenset(), read=None):
        """An object of a class; `more` are names on the wire of attributes that must be given too, `read`
        says which are looked at."""
        made = kind()
        self.path.append(kind.__name__)
        needed = self.package.required.get(kind.__name__, set())
        for attribute, annotation in attributes(kind).items():
            if attribute == "common_headers" or (read and not read(attribute)):
                continue
            if self.variant == "required" and attribute not in needed and not more:
                continue
            wanted = attribute in needed or self.variant != "required"
            if not wanted:
                setattr(made, attribute, "")
                names = made.to_map()
                setattr(made, attribute, None)
                wanted = any(name in more for name in names if names[name] == "")
            if wanted:
                meant = MEANT.get(attribute)
                setattr(made, attribute, meant[self.variant] if meant else self.value(annotation))
        self.path.pop()
        return made

    def value(self, annotation):
        if annotation is None:
            return None
        origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
        few = 0 if self.variant == "least" else 2 if self.variant == "all" else 1
        if origin is list:
            return [self.value(inside[0]) for _ in range(few)] if self.may(inside[0]) else []
        if origin is dict:
            return {f"key{at}": self.value(inside[1]) for at in range(few)} if self.may(inside[1]) else {}
        if annotation is str:
            return TEXT[self.variant]
        if annotation is bool:
            return self.variant != "least"
        if annotation is int:
            return WHOLE[self.variant]
        if annotation is float:
            return REAL[self.variant]
        if annotation is bytes:
            return BYTES
        if annotation is typing.BinaryIO:
            return io.BytesIO(BYTES)
        if annotation in (dict, typing.Dict):
            return {"any": "text"}
        if annotation in (list, typing.List):
            return ["any"]
        if annotation is typing.Any:
            return {"required": "any", "all": {"any": ["x", 1, True]}, "least": ""}[self.variant]
        return self.object(annotation) if self.may(annotation) else None

    def may(self, annotation):
        """Whether there may be one more of a class within itself."""
        name = getattr(annotation, "__name__", "")
        return self.path.count(name) <= MOST_REPEATED and len(self.path) < MOST_DEPTH


CACHE = {}


def attributes(kind):
    """The attributes of a class with their types."""
    if kind not in CACHE:
        module = sys.modules[kind.__module__]
        package = module.__package__ if module.__package__.endswith(".models") else None
        names = collections.ChainMap(vars(sys.modules[package]) if package else {}, vars(module))
        hints = {}
        for name, annotation in kind.__init__.__annotations__.items():
            hints[name] = resolved(annotation, names)
        CACHE[kind] = hints
    return CACHE[kind]


def resolved(annotation, names):
    """An annotation with the names in it looked up."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            return resolved(eval(annotation, {}, names), names)  # noqa: S307 (the vendor's own annotations)
        except AttributeError:
            return None  # A class that the package names and does not have: it cannot make such a value.
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return typing.List[resolved(inside[0], names)]
    if origin is dict:
        return typing.Dict[resolved(inside[0], names), resolved(inside[1], names)]
    return annotation


def as_json(value):
    """A value as `isobar-conformance` reads it: blobs as base64."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, bytes):
        return value.decode()  # As the SDK sends what its classes hold as bytes.
    if isinstance(value, io.IOBase):
        return base64.b64encode(BYTES).decode()
    return value


def fill(made, region):
    """Gives the SDK what Isobar fills in by itself; what was filled, by name on the wire."""
    filled = set()
    for attribute, annotation in attributes(type(made)).items():
        if annotation not in (str, bytes) or getattr(made, attribute) is not None:
            continue
        setattr(made, attribute, "?")
        name = next((name for name, value in made.to_map().items() if value == "?"), None)
        setattr(made, attribute, None)
        if name in TOKENS or name == "RegionId":
            setattr(made, attribute, common.UUID if name in TOKENS else region)
            filled.add(name)
    return filled


def marked(annotation):
    """A list or map with one thing in it that says nothing."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return [marked(inside[0])]
    if origin is dict:
        return {"?": marked(inside[1])}
    return annotation() if hasattr(annotation, "to_map") else None


def never_set(made):
    """What stands among an object's values, as an empty list or map, although it was never set."""
    names = set()
    before = made.to_map()
    for attribute, annotation in attributes(type(made)).items():
        if typing.get_origin(annotation) in (list, dict) and getattr(made, attribute) is None:
            setattr(made, attribute, marked(annotation))
            names.update(name for name, value in made.to_map().items() if before.get(name) in ([], {}) and value)
            setattr(made, attribute, None)
    return names


def call(package, function, variant, more, region):
    """The arguments of the SDK's function, and the same as an input of Isobar's."""
    arguments, given = {}, {label: f"{{{label}}}" for label in package.unfilled[function.__name__]}
    parameters = list(function.__annotations__.items())
    for name, annotation in parameters:
        if name in ("return", "runtime"):
            continue
        if isinstance(annotation, str):
            annotation = eval(annotation, package.names)  # noqa: S307
        if annotation is str:
            # Some packages leave it to the caller to escape what goes into a path, and a host's name
            # has no room for other characters.
            bare = f"{{{name}}}" in package.text or re.search(rf"host_map\[[^]]*\] ?= ?{name}\b", package.text)
            arguments[name] = "text" if bare else TEXT[variant] or "z"
            if re.search(rf"pathname ?= ?f'\{{{name}\}}'", package.code[function.__name__]):
                arguments[name] = "/text/of/a path"  # It is the whole path.
            # Some functions take what they do not send.
            if package.mentions(function.__name__, name) > 1:
                given[name] = arguments[name]
        elif not hasattr(annotation, "to_map"):
            arguments[name] = {}
        else:
            maker = Maker(package, variant)
            headers = name in ("headers", "tmp_header")
            made = maker.object(annotation, frozenset() if headers else more, package.reads(function.__name__))
            arguments[name] = made
            unset = never_set(made)
            said = {name: value for name, value in as_json(made.to_map()).items() if name not in unset}
            if isinstance(getattr(made, "body", None), bytes) and "body = request.body" in package.code[function.__name__]:
                said["body"] = base64.b64encode(BYTES).decode()  # It is the whole body.
            fill(made, region)
            for key, value in said.items():
                given[f"body.{key}" if key in given else key] = value
    return arguments, given
