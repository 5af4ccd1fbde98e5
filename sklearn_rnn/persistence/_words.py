"""The words of a file beyond numbers, strings, arrays, lists and dicts.

Each kind of object is a line of `WRITERS` and one of `READERS`.
"""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from sklearn_rnn._training import encode, key_of
from sklearn_rnn.persistence._kinds import NAMED, class_named, name_of, name_of_class
from sklearn_rnn.persistence._reading import with_state
from sklearn_rnn.persistence._writing import state_of

# An array of strings has room for the longest in the place of each. So much may be
# empty: 64 MB, and 64 bytes for each character that there is.
FREE_ROOM = 2**26
ROOM_PER_CHARACTER = 64


def encode_other(node, inside):
    """Encode an object, as `sklearn_rnn._training.encode` asks.

    Raises
    ------
    TypeError
        If no kind fits.
    """
    if (name := _name_in_table(node)) is not None:
        return {"named": name}
    for kind, (is_one, write) in WRITERS.items():
        if is_one(node):
            return {kind: inside(write(node))}
    raise TypeError(f"{type(node).__name__}: {node!r}")


def decode_other(kind, content, decode):
    """Decode what `encode_other` wrote, and nothing else.

    Raises
    ------
    ValueError, TypeError, KeyError
        If it cannot have written that.
    """
    if kind == "named":
        return NAMED[content]
    if kind not in READERS:
        raise ValueError(f"{kind!r} is no kind of object")
    return READERS[kind](decode(content))


def _name_in_table(node):
    return name_of(node) if callable(node) else None


def _write_estimator(estimator):
    name = name_of_class(type(estimator))
    if name is None:
        raise TypeError(f"{type(estimator).__name__} is none of the kinds it may hold")
    return (name, state_of(estimator, _can_be_written))


def _can_be_written(value):
    try:
        encode(value, [], encode_other)
    except TypeError:
        return False
    return True


def _read_estimator(content):
    name, state = content
    if type(state) is not dict or not all(type(key) is str for key in state):
        raise TypeError("the state of an estimator must be a dict by names")
    return with_state(class_named(name), state)


def _has_too_much_room(dtype, members):
    n_characters = sum(len(member) for member in members if type(member) is str)
    room = np.dtype(dtype).itemsize * len(members)
    return room > FREE_ROOM + ROOM_PER_CHARACTER * n_characters


def _write_strings(array):
    members = array.ravel().tolist()
    if _has_too_much_room(array.dtype, members):
        raise TypeError("an array of short strings with room for very long ones")
    return (array.dtype.str, array.shape, members)


def _read_strings(content):
    dtype, shape, members = content
    if np.dtype(dtype).kind not in "UO" or type(members) is not list:
        raise TypeError("an array of strings or objects was written")
    if _has_too_much_room(dtype, members):
        raise ValueError(f"{dtype!r} is far wider than the strings in it")
    # One by one, or NumPy would make of equally long lists more axes.
    array = np.empty(len(members), dtype=dtype)
    for i, member in enumerate(members):
        array[i] = member
    return array.reshape(shape)


def _write_rows(matrix):
    return (matrix.shape, matrix.data, matrix.indices, matrix.indptr)


def _read_rows(content):
    shape, *parts = content
    matrix = sparse.csr_matrix(tuple(parts), shape=shape)
    matrix.check_format(full_check=True)
    return matrix


def _write_number(number):
    return (number.dtype.str, number.item())


def _read_number(content):
    dtype, value = content
    if np.dtype(dtype).kind not in "biuf" or type(value) not in (bool, int, float):
        raise TypeError("a number of NumPy was written")
    return np.dtype(dtype).type(value)


WRITERS = {
    "estimator": (lambda x: isinstance(x, BaseEstimator), _write_estimator),
    "number": (lambda x: isinstance(x, np.number | np.bool_), _write_number),
    "text": (lambda x: isinstance(x, np.str_), str),
    "strings": (
        lambda x: isinstance(x, np.ndarray) and x.dtype.kind in "UO",
        _write_strings,
    ),
    "rows": (lambda x: sparse.issparse(x) and x.format == "csr", _write_rows),
    "set": (lambda x: isinstance(x, set), lambda x: sorted(x, key=repr)),
    "frozenset": (lambda x: isinstance(x, frozenset), lambda x: sorted(x, key=repr)),
    "slice": (
        lambda x: isinstance(x, slice),
        lambda x: (x.start, x.stop, x.step),
    ),
    "mapping": (lambda x: isinstance(x, dict), dict),
}
READERS = {
    "estimator": _read_estimator,
    "number": _read_number,
    "text": np.str_,
    "strings": _read_strings,
    "rows": _read_rows,
    "set": lambda content: {key_of(member) for member in content},
    "frozenset": lambda content: frozenset(map(key_of, content)),
    "slice": lambda content: slice(*content),
    "mapping": dict,
}
