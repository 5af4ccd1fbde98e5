"""What a recurrent cell computes on its way: its gates and states at each step."""

import copy
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from sklearn_rnn.nn._batch import Batch
from sklearn_rnn.nn._layer import RecurrentLayer
from sklearn_rnn.nn._lengths import reverse_within_length
from sklearn_rnn.nn._patches import repeat_patches
from sklearn_rnn.nn.kernels import CELLS, run_cell

Trace = dict[str, Tensor]


def trace_cell(cell: Any, x: Tensor) -> Trace:
    r"""Compute the gates and states of one cell at each time step.

    For looking, not for training: the equations of the cell one by one, without
    the shortcuts that make a network fast.

    Parameters
    ----------
    cell : ElmanRNN, GRU, LSTM or another Cell
        As `make_cell` makes it.
    x : Tensor of shape (n_samples, n_timesteps, input_size)
        Read from left to right.

    Returns
    -------
    trace : dict of str to Tensor of shape (n_samples, n_timesteps, hidden_size)
        In the symbols of `LSTM` and `GRU`: "hidden" is :math:`h_t`, for every cell.
        Of an LSTM also "cell" (:math:`c_t`) and the gates "input" (:math:`i_t`),
        "forget" (:math:`f_t`) and "output" (:math:`o_t`), of a GRU the gates "reset"
        (:math:`r_t`) and "update" (:math:`z_t`); and of both the "candidate"
        (:math:`g_t`, :math:`n_t`). Of a cell of your own, "hidden" is its output.

    See Also
    --------
    trace_network : All layers and directions of a network.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import make_cell, trace_cell
    >>> lstm = make_cell("lstm", 3, 5, generator=torch.Generator())
    >>> trace = trace_cell(lstm, torch.zeros(2, 7, 3))
    >>> list(trace)
    ['input', 'forget', 'candidate', 'output', 'cell', 'hidden']
    >>> trace["forget"].shape
    torch.Size([2, 7, 5])
    """
    is_ours = isinstance(cell, tuple(CELLS.values()))
    if not is_ours:
        return {"hidden": run_cell(cell, x)[0]}
    w_ih, w_hh, b_ih, b_hh = cell.weights
    from_inputs = linear(x, w_ih, b_ih)
    zeros = x.new_zeros(len(x), w_hh.shape[1])
    now = {"hidden": zeros, "cell": zeros}
    steps = []
    for from_input in from_inputs.unbind(dim=1):
        from_state = linear(now["hidden"], w_hh, b_hh)
        now = cell.gates(from_input, from_state, now)
        steps.append(now)
    return {name: torch.stack([s[name] for s in steps], dim=1) for name in now}


def trace_network(network: Any, batch: Batch) -> list[Trace]:
    """Compute the gates and states of a network's layers at each time step.

    Parameters
    ----------
    network : RecurrentNetwork
        It is left as it is, in training mode or not; what is computed is what it
        does in evaluation mode.
    batch : Batch
        Sequences, as for its ``forward``.

    Returns
    -------
    layers : list of dict of str to Tensor of shape (n_samples, n_timesteps, n_units)
        For each layer, the lowest first, what `trace_cell` gives. The units of the
        forward direction come first, then those of the backward one, whose steps
        are where they are read; so that "hidden" is the output of the layer.
        Steps at or beyond ``lengths`` hold numbers without a meaning. The steps of a
        patch have all what belongs to it.

    See Also
    --------
    trace_cell : One cell; it has the names.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, PooledHead, RecurrentNetwork, trace_network
    >>> head = partial(PooledHead, n_outputs=2)
    >>> network = RecurrentNetwork(head, n_features=3, cell="gru", bidirectional=True)
    >>> batch = Batch(torch.zeros(1, 4, 3), torch.tensor([4]))
    >>> (layer,) = trace_network(network, batch)
    >>> layer["update"].shape
    torch.Size([1, 4, 128])
    """
    network = copy.deepcopy(network).eval()  # another thread may be using it
    inputs: list[Any] = []
    for layer in network.encoder.layers:
        layer.register_forward_pre_hook(lambda _, given: inputs.append(given[:2]))
    with torch.no_grad():
        network.encode(network.embed(batch), batch)
        layers = [
            _trace_layer(layer, steps, counts)
            for layer, (steps, counts) in zip(
                network.encoder.layers, inputs, strict=True
            )
        ]
    patch_length, n_timesteps = network.embedder.patch_length, batch.values.shape[1]
    return [
        {
            name: repeat_patches(values, patch_length, n_timesteps)
            for name, values in layer.items()
        }
        for layer in layers
    ]


def _trace_layer(layer: RecurrentLayer, x: Tensor, lengths: Tensor) -> Trace:
    """Trace both directions of a layer, side by side."""
    forward = trace_cell(layer.forward_cell, x)
    if layer.backward_cell is None:
        return forward
    backward = trace_cell(layer.backward_cell, reverse_within_length(x, lengths))
    return {
        name: torch.cat([half, reverse_within_length(backward[name], lengths)], dim=2)
        for name, half in forward.items()
    }
