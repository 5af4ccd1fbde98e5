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

import numpy as np

from sklearn_rnn.exceptions import CheckpointError

KIND = b"sklearn_rnn checkpoint"
FORMAT = 1

# What a process left behind that was killed while writing; no writing takes as long.
SECONDS_OF_ANY_WRITING = 600

PLAIN = (type(None), bool, int, float, str)


def write_tree(path, tree):
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
    arrays = []
    text = json.dumps(_encode(tree, arrays)).encode()
    named = {f"array_{i}": array for i, array in enumerate(arrays)}
    buffer = io.BytesIO()
    np.savez(buffer, tree=np.frombuffer(text, np.uint8), **named)
    body = buffer.getvalue()
    _replace(path, _head(FORMAT, body) + body)


def read_tree(path):
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
        return _decode(json.loads(arrays["tree"].tobytes()), arrays)


def _head(version, body):
    checksum = hashlib.sha256(b"%d\n" % version + body).hexdigest().encode()
    return b"%b %d %b\n" % (KIND, version, checksum)


def _encode(node, arrays):
    """Turn a tree into what JSON can hold; its arrays go to `arrays`."""
    if isinstance(node, np.generic):
        node = node.item()
    if isinstance(node, PLAIN):
        return node
    if isinstance(node, dict):
        return {"dict": [[key, _encode(node[key], arrays)] for key in node]}
    if isinstance(node, list | tuple):
        kind = "list" if isinstance(node, list) else "tuple"
        return {kind: [_encode(value, arrays) for value in node]}
    if isinstance(node, np.ndarray) and not node.dtype.hasobject:
        arrays.append(node)
        return {"array": len(arrays) - 1}
    raise TypeError(
        "a checkpoint holds numbers, strings, arrays, and lists and dicts of them, got "
        f"{type(node).__name__}: {node!r}"
    )


def _decode(node, arrays):
    if not isinstance(node, dict):
        return node
    ((kind, value),) = node.items()
    if kind == "array":
        return arrays[f"array_{value}"]
    if kind == "dict":
        return {key: _decode(member, arrays) for key, member in value}
    members = [_decode(member, arrays) for member in value]
    return members if kind == "list" else tuple(members)


def _replace(path, content):
    """Write beside the file and then put the new one in its place."""
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


def remove_leftovers(path):
    """Remove what was left of writings to `path` that never ended."""
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > SECONDS_OF_ANY_WRITING:
                part.unlink()
