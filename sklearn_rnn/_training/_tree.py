"""A tree of numbers, strings and arrays as JSON, with its arrays beside it.

What JSON has no word for is a dict of one entry, whose key says what it is.
"""

import numpy as np

PLAIN = (type(None), bool, int, float, str)


def refuse(node, encode):
    """Take nothing but what every tree may hold."""
    raise TypeError(
        "a tree holds numbers, strings, arrays of numbers, and lists and dicts of "
        f"them, got {type(node).__name__}: {node!r}"
    )


def encode(node, arrays, encode_other=refuse):
    """Turn a tree into what JSON can hold.

    Parameters
    ----------
    node : dict, list, tuple, ndarray, number, str, None or something else
    arrays : list
        To which the arrays go.
    encode_other : callable (node, encode) -> dict of one entry, default=refuse
        Takes what is none of these; its second argument encodes what is inside.

    Returns
    -------
    encoded : dict, list, number, str or None
    """

    def inside(node):
        return encode(node, arrays, encode_other)

    if type(node) in PLAIN:
        return node
    if type(node) is dict:
        return {"dict": [[inside(key), inside(node[key])] for key in node]}
    if type(node) is list:
        return {"list": [inside(member) for member in node]}
    if type(node) is tuple:
        return {"tuple": [inside(member) for member in node]}
    if isinstance(node, np.ndarray) and node.dtype.kind in "biuf":
        arrays.append(node)
        return {"array": len(arrays) - 1}
    return encode_other(node, inside)


def key_of(value):
    """Take a value as a key, unless finding it could be made to last.

    The hash of an integer is its rest by 2**61 - 1: larger ones can be chosen so that
    all have the same.
    """
    if type(value) not in PLAIN or (type(value) is int and abs(value) >= 2**60):
        raise ValueError(f"{value!r:.80} is no key")
    return value


def decode(node, arrays, decode_other=None):
    """Turn back what `encode` made.

    Parameters
    ----------
    node : dict, list, number, str or None
    arrays : list of ndarray
    decode_other : callable (kind, content, decode) -> object, default=None
        Knows what the other kinds stand for, and raises ValueError for none.

    Raises
    ------
    KeyError, IndexError, TypeError, ValueError
        If `encode` cannot have made it.
    """

    def inside(node):
        return decode(node, arrays, decode_other)

    if type(node) in PLAIN:
        return node
    ((kind, content),) = node.items()
    if kind == "dict":
        return {key_of(inside(key)): inside(member) for key, member in content}
    if kind == "list":
        return [inside(member) for member in content]
    if kind == "tuple":
        return tuple(inside(member) for member in content)
    if kind == "array":
        if type(content) is not int or content < 0:
            raise ValueError(f"array must be the number of one, got {content!r}")
        return arrays[content]
    if decode_other is None:
        raise ValueError(f"{kind!r} is no kind of node")
    return decode_other(kind, content, inside)
