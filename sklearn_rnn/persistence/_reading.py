"""Making an estimator of a state that anybody may have written."""

import numpy as np

from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.sequences import UNK, Sequences
from sklearn_rnn.text import TextVectorizer

# What a file may say to skorch's net: nothing that names code, a path or a process.
NET_PARAMS = ("batch_size", "lr", "max_epochs", "optimizer__")

# Parts of a net whose sizes multiply: as many weights as their product must be there.
PRODUCTS = (
    ("hidden_size", "hidden_size"),
    ("hidden_size", "n_features"),
    ("hidden_size", "n_outputs"),
    ("n_outputs", "n_outputs"),
    ("n_tokens", "embedding_dim"),
    ("hidden_size", "embedding_dim"),
    ("n_characters", "spelling_dim"),
    ("spelling_dim", "spelling_dim"),
)


def with_state(kind, state):
    """Make an estimator of its state, if that can be one of its kind.

    Raises
    ------
    ValueError, TypeError, KeyError
        If it cannot.
    """
    estimator = kind.__new__(kind)
    parameters = {name: state[name] for name in kind._get_param_names()}
    plain = {name: value for name, value in state.items() if name != "_net_state"}
    vars(estimator).update(plain)
    if hasattr(kind, "_parameter_constraints"):
        estimator._validate_params()
    if issubclass(kind, BaseRNN):
        _check_parameters(parameters)
        if "_net_state" in state:
            _check_net(kind, state)
    estimator.__setstate__(state)
    _try(estimator)
    return estimator


def _check_parameters(parameters):
    if parameters["callbacks"]:
        raise ValueError("callbacks name code, which no file may hold")
    for key in parameters["net_params"] or ():
        if not key.startswith(NET_PARAMS):
            raise ValueError(f"net_params may not hold {key!r} in a file")


def _check_net(kind, state):
    """Refuse a net larger than its weights, before anything of its size is made."""
    settings = state["_settings"]
    view = kind.__new__(kind)
    vars(view).update(settings, embedding=None)
    view._validate_params()
    _check_parameters(settings)
    weights = state["_net_state"]["module"]
    if not all(isinstance(w, np.ndarray) for w in weights.values()):
        raise TypeError("the weights of a net must be arrays")
    if len({id(weight) for weight in weights.values()}) < len(weights):
        raise ValueError("one array cannot be two weights")
    n_weights = sum(weight.size for weight in weights.values())
    sizes = state["_net_spec"]["module_params"]
    n_layers = _size(sizes, "num_layers")
    if n_layers * max(1, _size(sizes, "hidden_size") ** 2) > n_weights:
        raise ValueError("there are more layers than weights for them")
    for one, other in PRODUCTS:
        size = _size(sizes, one) * _size(sizes, other)
        unused = "spelling" in one + other and not sizes.get("n_characters")
        unused |= "embedding" in other and not sizes.get("n_tokens")
        unused |= one == other == "n_outputs" and not sizes.get("crf")
        if size > n_weights and not unused:
            raise ValueError(f"{one} times {other} is more than all weights there are")


def _size(sizes, name):
    size = sizes.get(name) or 0
    if type(size) is not int or size < 0:
        raise TypeError(f"{name} must be a number of units, got {size!r}")
    return size


def _try(estimator):
    """Compute one answer, so that parts that do not fit are found now."""
    if isinstance(estimator, TextVectorizer) and hasattr(estimator, "vocabulary_"):
        estimator.transform(["a"])
    if isinstance(estimator, BaseRNN) and hasattr(estimator, "net_"):
        estimator.predict(_one_step(estimator))


def _one_step(estimator):
    """Make a sequence of one step, as the estimator reads it."""
    if estimator.token_counts_ is None:
        n_features = len(estimator.input_mean_)
        return Sequences(np.zeros((1, n_features)), np.array([0, 1]))
    spelling = None
    if estimator.characters_ is not None:
        spelling = Sequences(estimator.characters_[:1], np.array([0, 1]))
    tokens = np.array([UNK], dtype=np.int32)
    return Sequences(tokens, np.array([0, 1]), spelling=spelling)
