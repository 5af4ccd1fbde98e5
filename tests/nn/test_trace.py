"""Gates and states against torch's own modules and the equations in NumPy."""

from functools import partial

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import (
    NONLINEARITIES,
    Batch,
    PooledHead,
    RecurrentNetwork,
    make_cell,
    trace_cell,
    trace_network,
)

N_SAMPLES, N_TIMESTEPS, N_FEATURES, HIDDEN = 3, 6, 4, 5
TORCH_CELLS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
CELLS = [("rnn", phi) for phi in NONLINEARITIES] + [("gru", "tanh"), ("lstm", "tanh")]


def random_cell(cell, nonlinearity="tanh"):
    generator = torch.Generator().manual_seed(0)
    module = make_cell(
        cell, N_FEATURES, HIDDEN, generator=generator, nonlinearity=nonlinearity
    )
    for parameter in module.parameters():  # biases too
        torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    x = torch.randn(N_SAMPLES, N_TIMESTEPS, N_FEATURES, generator=generator)
    return module.requires_grad_(False), x


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.parametrize(("cell", "nonlinearity"), CELLS)
def test_the_hidden_state_is_what_torch_computes(cell, nonlinearity):
    module, x = random_cell(cell, nonlinearity)
    trace = trace_cell(module, x)
    outputs, last = module(x)
    torch.testing.assert_close(trace["hidden"], outputs, rtol=0, atol=1e-6)
    if cell == "lstm":
        torch.testing.assert_close(trace["cell"][:, -1], last[1], rtol=0, atol=1e-6)


def test_of_an_own_cell_the_output_is_the_hidden_state():
    class Sums(torch.nn.Module):
        def forward(self, x, state=None):
            return x.cumsum(dim=1), (x.sum(dim=1),)

    x = torch.ones(1, 3, 2)
    assert trace_cell(Sums().eval(), x)["hidden"][0, :, 0].tolist() == [1, 2, 3]


def before(states):
    """Give the state before each step: zero, then what the steps left."""
    return np.concatenate([np.zeros((N_SAMPLES, 1, HIDDEN)), states[:, :-1]], axis=1)


def arrays_of(module, x):
    """Give the trace, and for all steps what the gates take from input and state."""
    trace = {name: v.double().numpy() for name, v in trace_cell(module, x).items()}
    W, U, b, d = (p.double().numpy() for p in module.parameters())
    from_input = x.double().numpy() @ W.T + b
    from_state = before(trace["hidden"]) @ U.T + d
    return trace, from_input, from_state


def test_the_gates_of_the_lstm_are_those_of_the_textbook():
    trace, from_input, from_state = arrays_of(*random_cell("lstm"))
    i, f, g, o = np.split(from_input + from_state, 4, axis=2)
    cell = sigmoid(f) * before(trace["cell"]) + sigmoid(i) * np.tanh(g)
    expected = {
        "input": sigmoid(i),
        "forget": sigmoid(f),
        "candidate": np.tanh(g),
        "output": sigmoid(o),
        "cell": cell,
        "hidden": sigmoid(o) * np.tanh(cell),
    }
    assert list(trace) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(trace[name], values, rtol=0, atol=1e-6)


def test_the_gates_of_the_gru_are_those_of_the_textbook():
    trace, from_input, from_state = arrays_of(*random_cell("gru"))
    in_r, in_z, in_n = np.split(from_input, 3, axis=2)
    re_r, re_z, re_n = np.split(from_state, 3, axis=2)
    r, z = sigmoid(in_r + re_r), sigmoid(in_z + re_z)
    n = np.tanh(in_n + r * re_n)
    hidden = (1 - z) * n + z * before(trace["hidden"])
    expected = {"reset": r, "update": z, "candidate": n, "hidden": hidden}
    assert list(trace) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(trace[name], values, rtol=0, atol=1e-6)


def network_and_rows(cell, **params):
    head = partial(PooledHead, n_outputs=2)
    network = RecurrentNetwork(
        head, n_features=N_FEATURES, hidden_size=HIDDEN, cell=cell, **params
    )
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(N_SAMPLES, N_TIMESTEPS, N_FEATURES, generator=generator)
    return network, x, torch.tensor([6, 1, 4])


@pytest.mark.changes_global_state  # torch's modules draw their first weights
@pytest.mark.parametrize("cell", TORCH_CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_layer_and_direction_agrees_with_torchs_packed_stack(cell, bidirectional):
    network, x, lengths = network_and_rows(
        cell, num_layers=3, bidirectional=bidirectional
    )
    below = x
    for layer, trace in zip(
        network.encoder.layers, trace_network(network, Batch(x, lengths)), strict=True
    ):
        torchs = TORCH_CELLS[cell](
            below.shape[2], HIDDEN, batch_first=True, bidirectional=bidirectional
        )
        weights = layer.forward_cell.state_dict()
        if bidirectional:
            backward = layer.backward_cell.state_dict()
            weights |= {f"{name}_reverse": value for name, value in backward.items()}
        torchs.load_state_dict(weights)
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            below, lengths, batch_first=True, enforce_sorted=False
        )
        with torch.no_grad():
            outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(
                torchs(packed)[0], batch_first=True
            )
        for row, length in enumerate(lengths):
            torch.testing.assert_close(
                trace["hidden"][row, :length], outputs[row, :length], rtol=0, atol=2e-6
            )
        below = outputs


def test_the_gates_of_the_backward_half_stand_where_they_are_read():
    network, x, lengths = network_and_rows("lstm", bidirectional=True)
    (trace,) = trace_network(network, Batch(x, lengths))
    length = int(lengths[2])
    backward = trace_cell(
        network.encoder.layers[0].backward_cell, x[2:, :length].flip(1)
    )
    for name, values in backward.items():
        torch.testing.assert_close(
            trace[name][2, :length, HIDDEN:],
            values[0].flip(0).detach(),
            rtol=0,
            atol=1e-6,
        )


def test_a_network_in_training_is_traced_without_dropout_and_left_as_it_is():
    network, x, lengths = network_and_rows("gru", num_layers=2, dropout=0.9)
    network.train()
    found = trace_network(network, Batch(x, lengths))
    assert network.training
    hooks = [layer._forward_pre_hooks for layer in network.encoder.layers]
    assert hooks == [{}, {}]
    with torch.no_grad():
        outputs = network.eval().encoder(x, lengths).outputs
    torch.testing.assert_close(found[-1]["hidden"][0], outputs[0], rtol=0, atol=1e-6)
