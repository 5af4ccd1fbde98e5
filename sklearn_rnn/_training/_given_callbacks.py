"""The callbacks of the user: a copy for each fit, or the one that was given."""

from collections.abc import Mapping
from functools import partial
from numbers import Number
from os import PathLike
from typing import Any

import numpy as np
import torch
from sklearn.base import clone
from skorch.callbacks import Callback, ParamMapper

from sklearn_rnn._training._callbacks import unnamed

# What a copy does as well as the original.
DATA = (
    type(None),
    str,
    bytes,
    Number,
    PathLike,
    np.ndarray,
    np.generic,
    torch.Tensor,
    torch.nn.Module,
)

FILLED = (list, dict, set)
"""What a callback may put things into."""


def take_callbacks(callbacks: Any) -> list[Any]:
    """Take the callbacks for one fit.

    Parameters
    ----------
    callbacks : list of skorch callbacks or (name, callback) pairs, or None

    Returns
    -------
    taken : list
        Clones, which share lists, dicts and sets with those given: what they put into
        one is seen by who holds it. As it was given, one that cannot be cloned, or
        holds what belongs to somebody, such as the run of a logger or the trial of a
        search, whose owner would see nothing of a copy.

    Raises
    ------
    TypeError
        If one is no callback.
    """
    given = list(callbacks or ())
    for callback in given:
        made = unnamed(callback)
        is_class = isinstance(made, type) and issubclass(made, Callback)
        if not (is_class or isinstance(made, Callback)):
            raise TypeError(
                "callbacks must hold skorch callbacks or (name, callback) pairs, got "
                f"{callback!r}; derive it from skorch.callbacks.Callback."
            )
    return [c if why_not_copied(c) else _copy(c) for c in given]


def _copy(callback: Any) -> Any:
    """Clone a callback, named or not, but none of the containers that it holds."""
    made = clone(callback, safe=False)
    if isinstance(unnamed(callback), type):
        return made
    for name, value in unnamed(callback).get_params(deep=False).items():
        if isinstance(value, FILLED):
            setattr(unnamed(made), name, value)
    return made


def check_copies(callbacks: Any) -> None:
    """Refuse callbacks that cannot have a copy in each fit of a search.

    Parameters
    ----------
    callbacks : list of skorch callbacks or (name, callback) pairs, or None

    Raises
    ------
    TypeError
        If one cannot be cloned, or holds what belongs to somebody; the message names
        it.
    """
    for callback in callbacks if isinstance(callbacks, list | tuple) else ():
        reason = why_not_copied(callback)
        if reason is not None:
            name = type(unnamed(callback)).__name__
            raise TypeError(
                f"callbacks holds a {name} {reason}; each fit of a search, a "
                "cross-validation or an ensemble needs one of its own. Pass a callback "
                "that makes what it needs in on_train_begin, or fit this estimator "
                "once, without a search."
            )


def count_epochs_anew(net: Any) -> Any:
    """Let what is frozen at an epoch be frozen at that epoch of a warm start.

    The history of a net goes on from the epochs before, and skorch's `Freezer`,
    `Unfreezer` and `ParamMapper` count epochs in it.

    Parameters
    ----------
    net : SequenceNet
        Initialized, with the history it goes on from; changed in place.

    Returns
    -------
    net : SequenceNet
    """
    for _, callback in net.callbacks_:
        if isinstance(callback, ParamMapper) and isinstance(callback.at, partial):
            epoch = callback.at.keywords["epoch"] + len(net.history)
            callback.at = partial(callback.at.func, epoch=epoch)
    return net


def why_not_copied(callback: Any) -> str | None:
    """Say why a callback is used as it was given, None if it is cloned.

    Parameters
    ----------
    callback : skorch callback, or (name, callback) pair

    Returns
    -------
    reason : str or None
        Numbers, text, arrays, functions, classes, estimators, and containers of these
        can be copied; any other object is somebody's, and so is a list, dict or set
        that is empty, for it can only be there to be filled.
    """
    made = unnamed(callback)
    if isinstance(made, type) or not hasattr(made, "get_params"):
        return None
    for name, value in made.get_params(deep=False).items():
        if _is_owned(value):
            return f"whose {name} belongs to somebody, who would see nothing of a copy"
    try:
        clone(made, safe=False)
    except Exception as error:
        return f"that cannot be cloned ({type(error).__name__}: {error})"
    return None


def _is_owned(value: Any) -> bool:
    if isinstance(value, FILLED) and not value:
        return True
    if isinstance(value, DATA) or callable(value):
        return False
    if isinstance(value, Mapping):
        return any(map(_is_owned, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_is_owned, value))
    return not hasattr(value, "get_params")
