"""What a file of skops unpacks to, looked at before skops reads it.

skops looks at the types of a file. It does not look at sizes, at the header of an
array, or at how often an object is named.
"""

import io
import json
import math
import re
import zipfile
from collections import defaultdict
from typing import Any

from numpy.lib import format as npy
from scipy import sparse

# The first protocol of the skops that we ask for; older ones have other, laxer readers.
OLDEST_PROTOCOL = 2

# Arrays may be named several times, and sparse ones are compressed: so many bytes of
# them may come of each byte of the file, and so many of any file.
ROOM_PER_BYTE = 16
FREE_ROOM = 2**26

KEY_TYPE = re.compile(
    r"builtins\.(str|int|float)|numpy\.(str_|u?(int\d+|intc|long|longlong)|float\d+)"
)

HEADERS = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


def check_archive(content: bytes) -> dict[str, set[str]]:
    """Check what a file unpacks to.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    kinds : dict of str -> set of str
        For each type that the file names, the kinds of node it is in.

    Raises
    ------
    Exception
        Of any class, if the file cannot be one that skops wrote, or would take much
        more memory than its own size.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its members must not be compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("it unpacks to more than its size")
        schema = json.loads(archive.read("schema.json"))
        if not schema["protocol"] >= OLDEST_PROTOCOL:
            raise ValueError(f"it has skops' protocol {schema['protocol']!r:.20}")
        nodes = Nodes(archive, FREE_ROOM + ROOM_PER_BYTE * len(content))
        nodes.number(schema)
        return nodes.kinds


class Nodes:
    """The nodes of a schema, each checked.

    Parameters
    ----------
    archive : zipfile.ZipFile
    room : int
        Number of bytes that its arrays may unpack to.

    Attributes
    ----------
    kinds : dict of str -> set of str
        For each type, the kinds of node it was found in.
    """

    def __init__(self, archive: zipfile.ZipFile, room: int) -> None:
        self.archive = archive
        self.room = room
        self.kinds: dict[str, set[str]] = defaultdict(set)
        self.sizes: dict[Any, int] = {}  # of files and kinds already looked at
        # Equal parts of the schema have the same number.
        self.numbers: dict[Any, int] = {}
        self.number_of_id: dict[Any, int] = {}

    def number(self, part: Any) -> int:
        """Give a part of the schema its number, and check all that is in it.

        skops takes nodes of one id for the same object. They must be equal: else a
        short file could name a list of lists of lists, twice each, without end.
        """
        key: Any
        if isinstance(part, list):
            key = ("list", *map(self.number, part))
        elif isinstance(part, dict):
            if isinstance(part.get("__loader__"), str):
                self._check(part)
            key = tuple(
                (name, value if type(value) is str else self.number(value))
                for name, value in part.items()
                if name not in ("__id__", "file") or isinstance(value, dict)
            )
        else:
            key = repr(part)
        number = self.numbers.setdefault(key, len(self.numbers))
        if isinstance(part, dict) and not isinstance(part.get("__id__", {}), dict):
            if self.number_of_id.setdefault(part["__id__"], number) != number:
                raise ValueError("two objects have one id")
        return number

    def _check(self, node: dict[str, Any]) -> None:
        kind = node["__loader__"]
        self.kinds[f"{node['__module__']}.{node['__class__']}"].add(kind)
        if kind == "DictNode":
            _check_keys(node)
        if "file" in node:
            self.room -= self._size(node["file"], node.get("type"))
            if self.room < 0:
                raise ValueError("its arrays unpack to far more than its size")

    def _size(self, name: str, form: str | None) -> int:
        if (name, form) not in self.sizes:
            known: dict[Any, Any] = {"numpy": _size_of_npy, "scipy": _size_of_npz}
            measure = known.get(form, len)
            self.sizes[name, form] = measure(self.archive.read(name))
        return self.sizes[name, form]


def _check_keys(node: dict[str, Any]) -> None:
    """Refuse keys that skops does not give back: bool("False") is True.

    skops calls the type of a key with its text; a file may have other callables there.
    """
    types = node["key_types"]["content"]
    if len(types) != len(node["content"]):
        raise ValueError("a dict has two keys that look the same, as 1 and '1'")
    for kind in types:
        name = f"{kind['__module__']}.{kind['__class__']}"
        if kind["__loader__"] != "TypeNode" or not KEY_TYPE.fullmatch(name):
            raise ValueError(
                f"a dict has a key of the type {name:.80}; skops keeps keys that are "
                "str, int or float (0 and 1 do for False and True)"
            )


def _size_of_npy(content: bytes) -> int:
    """Measure an array by its header, which must fit what follows it."""
    file = io.BytesIO(content)
    shape, _, dtype = HEADERS[npy.read_magic(file)](file)
    size = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or not dtype.itemsize or size != len(content) - file.tell():
        raise ValueError("an array is not as long as its header says")
    return len(content)


def _size_of_npz(content: bytes) -> int:
    """Measure a sparse matrix; its indices must lie inside it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
        if size > FREE_ROOM + ROOM_PER_BYTE * len(content):
            raise ValueError("a sparse matrix unpacks to far more than its size")
        for name in archive.namelist():
            _size_of_npy(archive.read(name))
    matrix = sparse.load_npz(io.BytesIO(content))
    if matrix.format not in ("csr", "csc"):
        raise ValueError(f"a sparse matrix of the format {matrix.format}")
    matrix.check_format(full_check=True)
    return size
