"""A trained net as plain NumPy arrays, and back.

Parameters, history and (after ``partial_fit``) the optimiser as arrays, numbers
and strings: a third of a pickled net, readable without torch's pickles, and
indifferent to the device they came from.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn.sequences import UNK


def export_state(
    net: Any, *, with_optimizer: bool, with_history: bool = True
) -> dict[str, Any]:
    """Take the state of a net as a tree of arrays, numbers and strings.

    Parameters
    ----------
    net : SequenceNet
    with_optimizer : bool
        Whether training goes on from here (``partial_fit``).
    with_history : bool, default=True
        Whether the epochs trained so far are part of it.

    Returns
    -------
    state : dict
    """
    state = {
        "module": _to_arrays(dict(net.module_.state_dict())),
        "history": [
            {name: value for name, value in row.items() if name != "batches"}
            for row in (net.history if with_history else ())
        ],
    }
    if with_optimizer:
        schedule = dict(net.callbacks_)["schedule"]
        state["optimizer"] = _to_arrays(net.optimizer_.state_dict())
        state["updates"] = schedule.updates_
        if schedule.scheduler_ is not None:
            state["schedule"] = _to_arrays(schedule.scheduler_.state_dict())
    return state


OF_EVERY_MODULE = set(vars(torch.nn.Module()))


def contents_of(module: torch.nn.Module) -> dict[str, Any]:
    """Give what tells a module from others of its class.

    Parameters
    ----------
    module : Module

    Returns
    -------
    contents : dict of str to object
        The attributes that its author gave to it and its parts, and its tensors as
        arrays.
    """
    attributes = {
        f"{name}.{key}".lstrip("."): value
        for name, part in module.named_modules()
        for key, value in vars(part).items()
        if key not in OF_EVERY_MODULE
    }
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {**attributes, **_to_arrays(tensors)}


# Where the state of a module has the vectors of tokens.
TOKENS = "embedder.tokens."

# Parts of a module whose sizes multiply to the size of a weight.
PRODUCTS = [
    ("hidden_size", "hidden_size"),
    ("hidden_size", "n_features"),
    ("hidden_size", "embedding_dim"),
    ("n_tokens", "embedding_dim"),
    ("n_characters", "characters_dim"),
    ("characters_dim", "characters_dim"),
]

# These do not count where another is None.
ONLY_WITH = {"embedding_dim": "n_tokens", "characters_dim": "n_characters"}

# What belongs to one of several sequences.
OF_INPUT = {"n_features", "n_tokens", "n_characters", "n_static", "patch_length"}


def check_sizes(
    sizes: Mapping[str, Any],
    weights: Mapping[str, NDArray[Any]],
    n_weights_of_head: Callable[[int], int],
) -> None:
    """Refuse a module larger than the weights for it, before it is made.

    A saved file may say any size. The module takes memory of that size when it is
    made, long before its weights turn out not to fit.

    Parameters
    ----------
    sizes : dict
        Keyword arguments of `RecurrentNetwork`.
    weights : dict of str -> ndarray
    n_weights_of_head : callable (n_units) -> int
        Counts the weights that the head has at least.

    Raises
    ------
    TypeError
        If a size is no integer or a weight no array.
    ValueError
        If there are fewer weights than the sizes ask for.
    """
    if not all(isinstance(weight, np.ndarray) for weight in weights.values()):
        raise TypeError("the weights of a net must be arrays")
    # By identity: one array in the place of many is no more than one.
    n_weights = sum({id(w): w.size for w in weights.values()}.values())
    n_layers = _size(sizes, "num_layers")
    in_layer, products = _size(sizes, "hidden_size") ** 2, PRODUCTS
    if not isinstance(sizes.get("cell", "lstm"), str):
        # How many weights it has, only the author of the class knows.
        in_layer, products = 1, [pair for pair in PRODUCTS if "hidden_size" not in pair]
    if n_layers > len(weights) or n_layers * in_layer > n_weights:
        raise ValueError("there are more layers than weights for them")
    if _size(sizes, "n_static") > n_weights:
        raise ValueError("there are more static columns than weights for them")
    if n_weights_of_head(_size(sizes, "hidden_size")) > n_weights:
        raise ValueError("the head is larger than all weights there are")
    for inputs in sizes.get("beside", ()):  # as large as the first, but for the head
        part = {name: size for name, size in sizes.items() if name not in OF_INPUT}
        check_sizes({**part, **inputs, "beside": ()}, weights, lambda n_units: 0)
    n_inputs = _size(sizes, "n_features") * _size(sizes, "patch_length")
    if n_inputs * _size(sizes, "hidden_size") > n_weights:
        raise ValueError("patch_length makes more weights than there are")
    kernel_sizes = sizes.get("kernel_sizes") or ()
    if (
        sum(_size({"kernel_sizes": k}, "kernel_sizes") for k in kernel_sizes)
        > n_weights
    ):
        raise ValueError("kernel_sizes make more weights than there are")
    for one, other in products:
        if _size(sizes, one) * _size(sizes, other) > n_weights:
            raise ValueError(f"{one} times {other} is more than all weights there are")


def _size(sizes: Mapping[str, Any], name: str) -> Any:
    if sizes.get(ONLY_WITH.get(name, name)) is None:
        return 0
    size = sizes[name]
    if not isinstance(size, Integral) or size < 1:
        raise TypeError(f"{name} must be a number of units, got {size!r:.80}")
    return size


def load_state(net: Any, state: dict[str, Any]) -> Any:
    """Put a state of `export_state` into an initialized net of the same shape."""
    net.module_.load_state_dict(_to_tensors(state["module"]))
    net.module_.eval()
    for row in state["history"]:
        net.history.new_epoch()
        for name, value in row.items():
            net.history.record(name, value)
    if "optimizer" in state:
        schedule = dict(net.callbacks_)["schedule"]
        schedule.on_train_begin(net)
        schedule.updates_ = state["updates"]
        if "schedule" in state:
            schedule.scheduler_.load_state_dict(_to_tensors(state["schedule"]))
        # Last, for a torch scheduler sets the first learning rate when it is made.
        load_optimizer(net, state["optimizer"])
    return net


# What estimators share that have the same input, and poolings and heads of their own.
BELOW_HEAD = re.compile(r"(beside\.\d+\.)?(embedder|encoder)\.")


def load_encoder(net: Any, state: dict[str, Any]) -> Any:
    """Put a state of `export_state` into a net: its embedders and encoders.

    Parameters
    ----------
    net : SequenceNet
        Initialized; changed in place.
    state : dict
        Of a net with the same embedders and encoders.

    Returns
    -------
    net : SequenceNet
    """
    taken = {k: v for k, v in state["module"].items() if BELOW_HEAD.match(k)}
    net.module_.load_state_dict({**net.module_.state_dict(), **_to_tensors(taken)})
    return net


@contextmanager
def undone_on_error(net: Any) -> Iterator[None]:
    """Bring a net that is trained on in place back to where it was, on an error."""
    n_epochs = len(net.history)
    state = export_state(net, with_optimizer=True, with_history=False)
    try:
        yield
    except BaseException:
        del net.history[n_epochs:]
        load_state(net, state)
        raise


FUSED = {
    *(torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.Adagrad),
    LazyAdam,
}
"""Whose updates may be fused: they then trust that sizes are those of the weights.

A class made of one of these may keep other things under these names.
"""

LIKE_A_WEIGHT = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "sum")
"""What they keep for each number of a weight."""


def load_optimizer(net: Any, state: dict[str, Any]) -> None:
    """Put the state of an optimiser into that of an initialized net.

    Raises
    ------
    ValueError
        If it is that of weights of other shapes, and updates may be fused.
    """
    groups = [dict(group) for group in net.optimizer_.param_groups]
    net.optimizer_.load_state_dict(_to_tensors(state))
    checked = net.optimizer_.state if type(net.optimizer_) in FUSED else {}
    for parameter, kept in checked.items():
        shapes = {**dict.fromkeys(LIKE_A_WEIGHT, parameter.shape), "step": ()}
        for name in shapes.keys() & kept.keys():
            if kept[name] is not None and np.shape(kept[name]) != shapes[name]:
                raise ValueError(
                    f"{name} of the optimiser has shape {tuple(np.shape(kept[name]))}, "
                    f"but its weight has shape {tuple(parameter.shape)}"
                )
    # How to update depends on this device, not on the one the state came from.
    for group, made in zip(net.optimizer_.param_groups, groups, strict=True):
        group.update({"fused": made["fused"]} if "fused" in made else {})


def grow_embedding(
    state: dict[str, Any], n_tokens: int, place: str = TOKENS, number: int = 0
) -> dict[str, Any]:
    """Make room for token ids that came later.

    New words start as the unknown word, and the optimiser knows nothing of them.

    Parameters
    ----------
    state : dict
        Of `export_state`.
    n_tokens : int
        New number of token ids, at least the present one.
    place : str
        Where the state of the module has the vectors.
    number : int
        Which of the parameters of the module they are, as the optimiser counts them;
        those of the first sequence are the first.

    Returns
    -------
    state : dict
    """
    module = dict(state["module"])
    weight = module[place + "weight"]
    n_new = n_tokens - len(weight)

    def append(array: NDArray[Any], filler: Any) -> NDArray[Any]:
        rows = np.full((n_new, array.shape[1]), filler, dtype=array.dtype)
        return np.concatenate([array, rows])

    module[place + "weight"] = append(weight, weight[UNK])
    module[place + "known"] = np.append(module[place + "known"], [False] * n_new)
    grown = {**state, "module": module}
    if "optimizer" in state:
        moments = {
            name: append(array, 0.0) if np.shape(array) == weight.shape else array
            for name, array in state["optimizer"]["state"].get(number, {}).items()
        }
        states = {**state["optimizer"]["state"], number: moments}
        grown["optimizer"] = {**state["optimizer"], "state": states}
    return grown


def _map_tree(function: Callable[[Any], Any], kind: type, tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _map_tree(function, kind, value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_map_tree(function, kind, value) for value in tree)
    return function(tree) if isinstance(tree, kind) else tree


def _to_arrays(tree: Any) -> Any:
    return _map_tree(lambda t: t.detach().cpu().numpy().copy(), torch.Tensor, tree)


def _to_tensors(tree: Any) -> Any:
    return _map_tree(lambda a: torch.from_numpy(np.array(a)), np.ndarray, tree)
