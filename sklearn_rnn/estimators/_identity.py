"""Telling one fit from another, from one process to the next."""

from functools import partial
from types import FunctionType

import joblib
import numpy as np
from sklearn.frozen import FrozenEstimator

from sklearn_rnn._training import (
    Checkpoint,
    TimeBudget,
    contents_of,
    export_state,
    open_checkpoint,
    unnamed,
    why_not_copied,
)
from sklearn_rnn.estimators._pretrained import identify_pretrained
from sklearn_rnn.sequences import Sequences

PLAIN = (type(None), bool, int, float, str, bytes)

# They move no bit of what is learnt, or are said otherwise. Another device or number of
# threads may move the last digits, but a fit must be able to go on on another machine.
LEFT_OUT = {
    "callbacks",
    "device",
    "n_jobs",
    "pretrained",
    "random_state",
    "refit",
    "verbose",
}


def open_saved_fit(estimator, seed, continued, n_epochs=None, **data):
    """Look up what a `Checkpoint` among the callbacks holds of this fit.

    Parameters
    ----------
    estimator : BaseRNN
    seed : int
        The one for a fit that begins now.
    continued : bool
        Whether training starts from the weights there are.
    n_epochs : int, default=None
        That of the training on all rows which ``refit`` asks for.  It has a file of its
        own.
    **data : Part, array-like or None
        All that is fitted on, by the name that a message gives it.

    Returns
    -------
    saved_fit : SavedFit or None
        None without a checkpoint.
    """

    def identify():
        identity = _identify(estimator, seed, continued, data)
        if n_epochs is not None:
            identity["refit"] = f"{n_epochs} epochs with the seed {seed}"
        return identity

    suffix = "" if n_epochs is None else ".refit"
    return open_checkpoint(estimator.callbacks, identify, seed, suffix)


def _identify(estimator, seed, continued, data):
    """Name what is fitted, how, and on which data, as a dict of strings."""
    callbacks = [
        describe(callback)
        for callback in estimator.callbacks or ()
        if not (only_decides_when(callback) or why_not_copied(callback))
    ]
    identity = {
        "estimator": type(estimator).__name__,
        "callbacks": ", ".join(callbacks),
        # With None any seed will do: that of the checkpoint is taken.
        "seed": repr(None if estimator.random_state is None else seed),
        "first weights": "random",
        "pretrained": identify_pretrained(estimator.pretrained),
        "classes": describe(getattr(estimator, "classes_", None)),
    }
    if continued:
        state = export_state(estimator.net_, with_optimizer=False)
        identity["first weights"] = _hash(state["module"])
    for name, value in data.items():
        identity[name] = _hash(_arrays_of(value))
    # A subclass may set ours in an __init__ of its own.
    params = {name: getattr(estimator, name) for name in estimator._parameters}
    params |= estimator.get_params(deep=False)
    for name in sorted(params.keys() - LEFT_OUT):
        identity[name] = describe(params[name])
    return identity


def describe(value):
    """Write a value out so that equal ones read the same in every process.

    A function or a class goes by its name: what it does is the user's word.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(describe, value))}]"
    if isinstance(value, dict):
        return _call("", value)
    if isinstance(value, partial):
        return describe(value.func) + describe(value.args) + _call("", value.keywords)
    if isinstance(value, type | FunctionType):
        return _name(value)
    if hasattr(value, "named_modules"):  # whose pickle is another in each process
        return _call(_name(type(value)), contents_of(value))
    if isinstance(value, FrozenEstimator):  # is used as it was fitted
        return f"FrozenEstimator {_hash(value)}"
    if hasattr(value, "get_params"):
        return _call(type(value).__name__, value.get_params(deep=False))
    return f"{type(value).__name__} {_hash(value)}"


def _call(name, arguments):
    written = (f"{key}={describe(member)}" for key, member in arguments.items())
    return f"{name}({', '.join(written)})"


def _name(value):
    name = f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, FunctionType) and "<" in value.__qualname__:
        raise TypeError(
            f"Checkpoint knows a function by its name, and {name} may be any; define "
            "it by def outside of other functions, and give it values by "
            "functools.partial."
        )
    return name


def _arrays_of(data):
    """Give what a hash can be made of; sequences keep what they once computed."""
    if isinstance(data, Sequences):  # in chunks, for windows are many copies of steps
        values = [_hash(chunk) for chunk in data.iterate_values()]
        beside = [_arrays_of(part) for part in data.beside]
        return [values, data.offsets, _arrays_of(data.characters), data.static, beside]
    if hasattr(data, "sequences"):
        return [_arrays_of(data.sequences), _arrays_of(data.y), data.weight]
    return data


def _hash(value):
    try:
        return joblib.hash(value, coerce_mmap=True)
    except Exception as error:
        raise TypeError(
            "Checkpoint must know this fit again in another process, but cannot tell "
            f"{value!r} from others: {error}. Pass something that can be pickled."
        ) from error


def only_decides_when(callback):
    """Whether a callback, named or not, says when a fit ends and not what it learns."""
    return isinstance(unnamed(callback), Checkpoint | TimeBudget)
