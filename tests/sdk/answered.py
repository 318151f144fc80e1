"""What the tests' servers answered: every operation that a local cloud serves is to succeed in some test.

The servers log what they answer. At the end of a run of all tests it is held against the operations that
README.md lists; `never_called.txt` holds exceptions, of which there are none.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEVER = pathlib.Path(__file__).with_name("never_called.txt")
# What has a server tell of each call, beside its warnings.
LEVEL = "warn,isobar_kernel=info"
CLOUDS = {"**AWS**": "aws", "**Alibaba Cloud**": "alibaba", "**DigitalOcean**": "digitalocean"}

_ANSWERED = re.compile(r'cloud="(\w+)" service="([^"]+)" operation="([^"]+)" status=2\d\d')
called = set()


def note(log):
    """Takes what a server's log says."""
    called.update(_ANSWERED.findall(log))


def served():
    """Every operation of the README's table, as (cloud, service, operation)."""
    table = (ROOT / "README.md").read_text().split("<!-- support: begin -->")[1].split("<!-- support: end -->")[0]
    found, cloud = set(), None
    for row in table.strip().splitlines():
        columns = [column.strip() for column in row.strip("|").split("|")]
        cloud = CLOUDS.get(columns[0], cloud)
        if columns[1].startswith("`"):
            service, operations = columns[1].strip("`"), columns[3].split(": ", 1)[1]
            found.update((cloud, service, operation) for operation in operations.split(", "))
    return found


def complaints():
    """What is wrong with what was called in a run of all tests, and what could be better."""
    listed = {tuple(line.split()) for line in NEVER.read_text().splitlines() if line and line[0] != "#"}
    operations = served()
    rows = [
        ("no test had it succeed: call it", operations - called - listed),
        ("it is not served: take it out of never_called.txt", listed - operations),
    ]
    # Some are called by chance, where a fault rule has something undone.
    notes = [("it succeeded: take it out of never_called.txt if it always does", listed & called)]
    said = lambda rows: [f"{' '.join(which)}: {what}" for what, all_of in rows for which in sorted(all_of)]
    return said(rows), said(notes)
