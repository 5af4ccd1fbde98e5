"""A tree of arrays, numbers and strings in a file: written whole or not at all.

One line of text (what it is, the number of the format, a checksum of all that follows)
and then the arrays in NumPy's own format, the tree around them as JSON. Nothing of it
is run when it is read, and nothing is read before the checksum is right.
"""

import hashlib
import io
import json
import os
import threading
import time
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._training._tree import decode, encode
from sklearn_rnn.exceptions import CheckpointError

KIND = b"sklearn_rnn checkpoint"
FORMAT = 1

# What a process left behind that was killed while writing; no writing takes as long.
SECONDS_OF_ANY_WRITING = 600


def write_tree(path: Path, tree: Any) -> None:
    """Write a tree to a file, replacing what is there at one stroke.

    Parameters
    ----------
    path : pathlib.Path
    tree : dict, list, tuple, ndarray, number, str or None
        The keys of dicts are strings or integers.

    Raises
    ------
    TypeError
        If the tree holds anything else.
    OSError
        If the file cannot be written; what was there before then stays.
    """
    arrays: list[NDArray[Any]] = []
    text = json.dumps(encode(_plain(tree), arrays)).encode()
    named: dict[str, Any] = {f"array_{i}": array for i, array in enumerate(arrays)}
    buffer = io.BytesIO()
    np.savez(buffer, tree=np.frombuffer(text, np.uint8), **named)
    body = buffer.getvalue()
    replace_file(path, _head(FORMAT, body) + body)


def read_tree(path: Path) -> Any:
    """Read a tree that `write_tree` wrote.

    Raises
    ------
    CheckpointError
        If the file is something else, damaged, or of a later format.
    """
    content = path.read_bytes()
    head, _, body = content.partition(b"\n")
    if not head.startswith(KIND + b" "):
        raise CheckpointError(
            f"{path} is no checkpoint of sklearn_rnn; give Checkpoint another path, or "
            "remove the file."
        )
    version = head[len(KIND) + 1 :].partition(b" ")[0]
    if version.isdigit() and int(version) > FORMAT:
        raise CheckpointError(
            f"{path} was written by a later sklearn_rnn, in format {int(version)}, and "
            f"this one reads up to {FORMAT}; update sklearn_rnn, or give Checkpoint "
            "another path."
        )
    if content != _head(FORMAT, body) + body:
        raise CheckpointError(
            f"{path} is damaged: its checksum is wrong. Remove the file, and the fit "
            "begins anew."
        )
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        tree = json.loads(arrays["tree"].tobytes())
        named = [arrays[f"array_{i}"] for i in range(len(arrays.files) - 1)]
    return decode(tree, named)


def _head(version: int, body: bytes) -> bytes:
    checksum = hashlib.sha256(b"%d\n" % version + body).hexdigest().encode()
    return b"%b %d %b\n" % (KIND, version, checksum)


def _plain(tree: Any) -> Any:
    """Turn the scalars of NumPy into numbers; those of a history need no more."""
    if isinstance(tree, np.generic):
        return tree.item()
    if isinstance(tree, dict):
        return {key: _plain(member) for key, member in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(_plain(member) for member in tree)
    return tree


def replace_file(path: Path, content: bytes) -> None:
    """Write beside a file, all of it, and then put the new one in its place."""
    name = f".{path.name}.{os.getpid()}-{threading.get_ident()}.part"
    part = path.with_name(name)
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def remove_leftovers(path: Path) -> None:
    """Remove what was left of writings to `path` that never ended."""
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > SECONDS_OF_ANY_WRITING:
                part.unlink()
