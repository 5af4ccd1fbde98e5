"""A tree of numbers, strings and arrays as JSON, with its arrays beside it.

What JSON has no word for is a dict of one entry, whose key says what it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

PLAIN = (type(None), bool, int, float, str)


def encode(node: Any, arrays: list[NDArray[Any]]) -> Any:
    """Turn a tree into what JSON can hold.

    Parameters
    ----------
    node : dict, list, tuple, ndarray, number, str or None
    arrays : list
        To which the arrays go.

    Returns
    -------
    encoded : dict, list, number, str or None

    Raises
    ------
    TypeError
        If the tree holds anything else.
    """
    if type(node) in PLAIN:
        return node
    if type(node) is dict:
        pairs = [[encode(key, arrays), encode(node[key], arrays)] for key in node]
        return {"dict": pairs}
    if type(node) is list:
        return {"list": [encode(member, arrays) for member in node]}
    if type(node) is tuple:
        return {"tuple": [encode(member, arrays) for member in node]}
    if isinstance(node, np.ndarray) and node.dtype.kind in "biuf":
        arrays.append(node)
        return {"array": len(arrays) - 1}
    raise TypeError(
        "a tree holds numbers, strings, arrays of numbers, and lists and dicts of "
        f"them, got {type(node).__name__}: {node!r}"
    )


def decode(node: Any, arrays: list[NDArray[Any]]) -> Any:
    """Turn back what `encode` made.

    Parameters
    ----------
    node : dict, list, number, str or None
    arrays : list of ndarray

    Raises
    ------
    KeyError, IndexError, TypeError, ValueError
        If `encode` cannot have made it.
    """
    if type(node) in PLAIN:
        return node
    ((kind, content),) = node.items()
    if kind == "dict":
        return {decode(key, arrays): decode(member, arrays) for key, member in content}
    if kind == "list":
        return [decode(member, arrays) for member in content]
    if kind == "tuple":
        return tuple(decode(member, arrays) for member in content)
    if kind == "array":
        return arrays[content]
    raise ValueError(f"{kind!r} is no kind of node")
