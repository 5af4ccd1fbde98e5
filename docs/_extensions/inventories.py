"""Names of other projects, kept here as text, so that nothing is fetched.

A file of ``docs/inventories`` has the address of a documentation in its first line and
a name in each other: its kind, the name, and its page, where ``{}`` is the name.
"""

import zlib
from pathlib import Path

HEADER = """# Sphinx inventory version 2
# Project: {project}
# Version:
# The remainder of this file is compressed using zlib.
"""


def entries(lines):
    """Give the lines of an inventory, in the form that Sphinx reads."""
    for line in lines:
        kind, name, page = line.split()
        yield f"{name} {kind} 1 {page.format(name, name)} -\n"


def make(texts, made):
    """Write the inventories; give the mapping that intersphinx wants."""
    made.mkdir(parents=True, exist_ok=True)
    mapping = {}
    for text in sorted(Path(texts).glob("*.txt")):
        address, *lines = text.read_text(encoding="utf-8").splitlines()
        inventory = made / f"{text.stem}.inv"
        body = zlib.compress("".join(entries(lines)).encode())
        inventory.write_bytes(HEADER.format(project=text.stem).encode() + body)
        mapping[text.stem] = (address, str(inventory))
    return mapping
