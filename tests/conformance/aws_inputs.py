"""Inputs of AWS's operations, made from botocore's models: the same ones in every run."""

import datetime

# What a text is where it decides where a request goes, or which checksum it carries, by variant.
PLAIN = {
    ("cloudfront-keyvaluestore", "KvsARN"): {"": "arn:aws:cloudfront::123456789012:key-value-store/label"},
    ("machinelearning", "PredictEndpoint"): {"": "https://realtime.machinelearning.us-east-1.amazonaws.com"},
    ("s3", "Bucket"): {"": "example-bucket"},
    ("s3", "ChecksumAlgorithm"): {"": "SHA256", "low": "CRC32", "high": "SHA1"},
}

# Members that are names of places and travel like any other text.
FREE = {("s3", "Key"), ("s3", "Prefix"), ("s3", "CopySource")}

# Members with which a request wants SigV4a: given in one of the variants.
RARE = {("events", "EndpointId"), ("sesv2", "EndpointId")}

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/label"

SPECIAL_TEXT = "a b/c+d%20e?f&g=h~é€😀\"'<>;:@$,!*()[]{}|\\^`#.-_"
UTC = datetime.timezone.utc
MOST_CHARACTERS = 120
# How often a structure may be within itself.
MOST_REPEATED = 1
MOST_DEPTH = 8
SCALARS = {"string", "character", "integer", "long", "float", "double", "boolean", "blob", "timestamp"}


class Kind:
    """One way to fill an operation's members."""

    name = ""
    optional = True
    union = 0
    items = 2

    def text(self, shape, member):
        return fit(shape, "text")

    def header(self, shape, member):
        return self.text(shape, member)

    def enum(self, values):
        return values[0]

    def number(self, low, high, wide):
        return max(low, min(high, 7))

    def real(self):
        return 1.5

    def boolean(self):
        return True

    def blob(self, low):
        return b"blob".ljust(low, b"b")

    def timestamp(self):
        return datetime.datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)

    def count(self, low, high):
        return max(low, min(high, self.items))

    def document(self):
        return {"a": [1, None, "text", True, 1.5, {}], "b": {}}


class Required(Kind):
    name = "required"
    optional = False
    items = 1


class All(Kind):
    name = "all"


class Low(Kind):
    name = "low"
    union = -1

    def text(self, shape, member):
        low = shape.metadata.get("min") or 0
        return "" if low <= 0 else "a" * int(low)

    def number(self, low, high, wide):
        return low

    def real(self):
        return -0.25

    def boolean(self):
        return False

    def blob(self, low):
        return b"b" * low

    def timestamp(self):
        return datetime.datetime(1970, 1, 1, tzinfo=UTC)

    def count(self, low, high):
        return low

    def document(self):
        return ""


class High(Kind):
    name = "high"
    union = 1
    items = 3

    def text(self, shape, member):
        return "z" * int(min(shape.metadata.get("max", MOST_CHARACTERS), MOST_CHARACTERS))

    def enum(self, values):
        return values[-1]

    def number(self, low, high, wide):
        return high

    def real(self):
        return 1e21

    def blob(self, low):
        return bytes(range(256)) * (1 + low // 256)

    def timestamp(self):
        return datetime.datetime(2038, 1, 19, 3, 14, 8, 123000, tzinfo=UTC)

    def document(self):
        return [1e21, -1, None]


class Special(Kind):
    name = "special"
    items = 1

    def text(self, shape, member):
        return fit(shape, SPECIAL_TEXT + "\t\n\u2028")

    def header(self, shape, member):
        return fit(shape, "a b/c+d%20e?f&g=h~\"'<>;:@$,!*()[]{}|\\^`#.-_")

    def enum(self, values):
        return "unheard-of"

    def real(self):
        return 0.1

    def timestamp(self):
        offset = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
        return datetime.datetime(1969, 12, 31, 12, 0, 0, 500000, tzinfo=offset)

    def document(self):
        return {SPECIAL_TEXT: SPECIAL_TEXT}


KINDS = [Required(), All(), Low(), High(), Special()]


def fit(shape, value):
    low, high = int(shape.metadata.get("min") or 0), int(shape.metadata.get("max", MOST_CHARACTERS))
    return (value * (1 + low // len(value)) if len(value) < low else value)[: max(high, low)]


def of(service, operation):
    """The inputs of an operation, as (variant, input); what gives the same input is left out."""
    seen = []
    for kind in KINDS:
        shape = operation.input_shape
        params = structure(service, shape, kind, [], top=True) if shape else {}
        if params not in seen:
            seen.append(params)
            yield kind.name, params


def value(service, shape, kind, path, member="", location=None):
    handler = HANDLERS[shape.type_name]
    return handler(service, shape, kind, [*path, shape.name], member, location)


def structure(service, shape, kind, path, member="", location=None, top=False):
    if getattr(shape, "is_document_type", False):
        return kind.document()
    names = list(shape.members)
    required = set(shape.required_members)
    if getattr(shape, "is_tagged_union", False):
        # One that does not lead back here, if there is one.
        new = [name for name in names if shape.members[name].name not in path]
        plain = new if len(path) <= MOST_DEPTH else []
        plain = plain or [name for name in names if shape.members[name].type_name in SCALARS]
        plain = plain or [name for name in new if shape.members[name].type_name == "structure"]
        plain = plain or [name for name in names if shape.members[name].type_name == "structure"]
        names = plain or names
        names = [names[kind.union % len(names)]] if names else []
        required = set(names)
    elif not kind.optional:
        names = [name for name in names if name in required]
    filled = {}
    for name in names:
        inner = shape.members[name]
        if (service, name) in RARE and kind.name != "high":
            continue
        too_deep = path.count(inner.name) > MOST_REPEATED or len(path) > MOST_DEPTH
        if name not in required and (too_deep or (inner.type_name == "structure" and inner.name in path)):
            continue
        location = inner.serialization.get("location") if top else None
        filled[name] = value(service, inner, kind, path, name, location)
    return filled


def text_of(service, shape, kind, path, member, location):
    if shape.serialization.get("jsonvalue"):
        return kind.document() or {}
    plain = PLAIN.get((service, member))
    if plain:
        return plain.get(kind.name, plain[""])
    is_place = shape.serialization.get("hostLabel") or shape.metadata.get("contextParam")
    if is_place and (service, member) not in FREE:
        return ARN if service == "kinesis" and member.endswith("ARN") else fit(shape, "label")
    if shape.enum:
        return kind.enum(shape.enum)
    if location in ("header", "headers"):
        return kind.header(shape, member)
    found = kind.text(shape, member)
    # A path without its label would be another path.
    return found or (fit(shape, "label") if location == "uri" else found)


def list_of(service, shape, kind, path, member, location):
    low, high = length(shape)
    count = several(kind, path, low, high)
    return [value(service, shape.member, kind, path, member, location) for _ in range(count)]


def map_of(service, shape, kind, path, member, location):
    low, high = length(shape)
    count = several(kind, path, low, high)
    key = value(service, shape.key, kind, path, member, location)
    if location == "headers":
        key = "label"
    keys = [key, *(f"{key}{at}" for at in range(1, count))][:count]
    if shape.key.enum and kind.name != "special":
        keys = shape.key.enum[:count]
    high_key = int(shape.key.metadata.get("max") or MOST_CHARACTERS)
    keys = [one[-high_key:] for one in keys]
    return {one: value(service, shape.value, kind, path, member, location) for one in keys}


def several(kind, path, low, high):
    """How many items; far down as few as possible, for the inputs not to grow without end."""
    if path.count(path[-1]) > MOST_REPEATED or len(path) > MOST_DEPTH:
        return low
    return kind.count(low, high) if len(path) < 4 else max(low, min(kind.count(low, high), 1))


def length(shape):
    low = int(shape.metadata.get("min") or 0)
    return min(low, 1000), max(low, int(shape.metadata.get("max") or 1000))


def whole(wide):
    def make(service, shape, kind, path, member, location):
        bits = 63 if wide else 31
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        low = int(low) if low is not None else -(2**bits)
        high = int(high) if high is not None else 2**bits - 1
        return kind.number(max(low, -(2**bits)), min(high, 2**bits - 1), wide)

    return make


def real(service, shape, kind, path, member, location):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    found = kind.real()
    found = found if low is None else max(found, float(low))
    return found if high is None else min(found, float(high))


def blob(service, shape, kind, path, member, location):
    found = kind.blob(int(shape.metadata.get("min") or 0))
    return found[: int(shape.metadata.get("max") or len(found))]


HANDLERS = {
    "structure": structure,
    "list": list_of,
    "map": map_of,
    "string": text_of,
    "character": text_of,
    "integer": whole(False),
    "long": whole(True),
    "float": real,
    "double": real,
    "boolean": lambda service, shape, kind, path, member, location: kind.boolean(),
    "blob": blob,
    "timestamp": lambda service, shape, kind, path, member, location: kind.timestamp(),
}
