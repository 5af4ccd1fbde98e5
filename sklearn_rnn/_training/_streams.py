"""Streaming: one step of each stream at a time, and the state between steps."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from sklearn_rnn._training._compiled import make_compiled_encoder
from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn.nn import StreamingState, map_state


@dataclass(frozen=True, eq=False)
class StreamState:
    """The state of some streams after the steps read so far.

    Made by ``step`` of an estimator and given back to it with the next step. It is
    never changed, so that one state may be gone on from more than once, and it can be
    pickled: it holds arrays only.

    Parameters
    ----------
    n_streams : int
        Number of streams.
    n_steps : int
        Number of steps read.
    of : str
        The net it comes from, as `name_weights` names it.
    contents : tree of ndarray
        What the net and its reader carry on, a row for each stream.
    """

    n_streams: int
    n_steps: int
    of: str = field(repr=False)
    contents: Any = field(repr=False)

    def take(self, streams: ArrayLike) -> "StreamState":
        """Go on with some of the streams only.

        Parameters
        ----------
        streams : array-like of int or of bool
            Which, by number or by a mask.

        Returns
        -------
        state : StreamState
        """
        chosen = np.arange(self.n_streams)[np.asarray(streams)]
        return replace(
            self, n_streams=len(chosen), contents=_take(chosen, self.contents)
        )


def take_step(
    net: SequenceNet, dataset: SequenceDataset, state: StreamState | None
) -> tuple[NDArray[np.float64], StreamState]:
    """Read one more step of each stream.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode and has one direction.
    dataset : SequenceDataset
        Sequences of one step each.
    state : StreamState or None
        None at the first step.

    Returns
    -------
    outputs : float64 ndarray of shape (n_streams, n_outputs)
        Of the precision of float32.
    state : StreamState
    """
    weights = name_weights(net)
    if state is not None:
        _check_state(state, weights, len(dataset))
    before, memory = (None, ()) if state is None else state.contents
    batch, memory = dataset.step(memory)
    before = None if before is None else _to_tensors(before, net.device)
    encoder, _ = make_compiled_encoder(net)
    with torch.inference_mode():
        outputs, after = net.module_.go_on(batch.to(net.device), before, encoder)
    contents = _to_arrays(after), tuple(map(_read_only, memory))
    n_steps = 1 if state is None else state.n_steps + 1
    state = StreamState(len(dataset), n_steps, weights, contents)
    return outputs.cpu().numpy().astype(np.float64), state


def name_weights(net: SequenceNet) -> str:
    """Name the weights of a net, the same name for the same weights.

    A name is made anew only where they may have changed, for that of a large table of
    vectors takes longer than a step.
    """
    moment, name = vars(net).get("_name_of_weights", (None, None))
    now = _moment_of(net)
    if moment != now:
        name = _digest(net.module_)
        net._name_of_weights = now, name
    return name


def _moment_of(net: SequenceNet) -> tuple[int, list[Any]]:
    """Give something that is another after each update, and each change by hand.

    torch counts what is written to a tensor, but not what its fused optimisers write.
    """
    tensors: list[Any] = []
    _gather_tensors(net.module_, tensors)
    writings = [
        (t.data_ptr(), None if t.is_inference() else t._version)
        for t in tensors
        if t is not None
    ]
    return net.n_updates_, writings


def _gather_tensors(module: Any, tensors: list[Any]) -> None:
    """Add parameters and buffers, without names, which would take most time."""
    tensors += module._parameters.values()
    tensors += module._buffers.values()
    for part in module._modules.values():
        if part is not None:
            _gather_tensors(part, tensors)


def _digest(module: Any) -> str:
    # What tells two networks apart whose weights have the same names and shapes.
    words = [
        f"{type(part).__qualname__} {getattr(part, 'nonlinearity', '')}"
        for part in module.modules()
    ]
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=16)
    for name, tensor in module.state_dict().items():
        digest.update(name.encode())
        array = np.ascontiguousarray(tensor.cpu().numpy())
        digest.update(array)  # type: ignore[arg-type]
    return digest.hexdigest()


def _check_state(state: Any, weights: str, n_streams: int) -> None:
    if not isinstance(state, StreamState):
        raise TypeError(
            "state must be what the step before returned, or None at the first step, "
            f"got {type(state).__name__}; step returns (predictions, state)."
        )
    if state.of != weights:
        raise ValueError(
            "state comes from another fitted estimator, or from before this one was "
            "trained further; begin anew with state=None."
        )
    if state.n_streams != n_streams:
        raise ValueError(
            f"x_t holds a step of {n_streams} streams, but state is that of "
            f"{state.n_streams}; pass one step of each of them, in the same order, or "
            "state.take(...) of those that go on."
        )


def _take(streams: NDArray[Any], contents: Any) -> Any:
    """Select rows of every array of a tree."""
    if contents is None:
        return None
    if isinstance(contents, np.ndarray):
        return contents[streams]
    return tuple(_take(streams, part) for part in contents)


def _to_arrays(state: Any) -> Any:
    return map_state(_frozen, state)


def _frozen(tensor: torch.Tensor) -> NDArray[Any]:
    return _read_only(tensor.cpu().numpy())


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def _to_tensors(contents: Any, device: Any) -> StreamingState:
    """Make tensors of their own, which share no memory with a state."""
    return StreamingState(
        *map_state(lambda array: torch.from_numpy(array.copy()).to(device), contents)
    )
