"""Single steps of cells and networks, against whole sequences."""

import math

import pytest
import torch

from sklearn_rnn.nn import (
    CELLS,
    NONLINEARITIES,
    POOLINGS,
    ElmanRNN,
    RecurrentNetwork,
    make_cell,
)
from sklearn_rnn.nn import _recurrence as recurrence
from sklearn_rnn.nn._recurrence import start_of, step_cell

# -- cells -------------------------------------------------------------------------

EVERY_CELL = [("rnn", name) for name in NONLINEARITIES]
EVERY_CELL += [(cell, "tanh") for cell in CELLS if cell != "rnn"]


def random_cell(cell, nonlinearity, hidden_size=5):
    generator = torch.Generator().manual_seed(0)
    module = make_cell(
        cell, 3, hidden_size, generator=generator, nonlinearity=nonlinearity
    )
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) / 8)
    return module.eval()


@pytest.mark.parametrize(
    ("cell", "nonlinearity", "way"),
    [
        *((*cell, "fast") for cell in EVERY_CELL),
        *((cell, "tanh", "no library") for cell in CELLS),
        *((cell, "tanh", "few entries") for cell in CELLS),
    ],
)
def test_steps_are_those_of_the_module(cell, nonlinearity, way, monkeypatch):
    if way == "no library":
        monkeypatch.setattr(recurrence, "has_mkl", lambda: False)
        monkeypatch.setattr(recurrence, "has_onednn", lambda: False)
    if way == "few entries":  # rows go in groups of eight
        monkeypatch.setattr(recurrence, "ENTRIES", 256)
    module = random_cell(cell, nonlinearity)
    x = torch.randn(16, 6, 3, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = module(x)[0]
    state = start_of(module, 16)
    for t in range(6):
        before = [part.clone() for part in state]
        given, state = state, step_cell(module, x[:, t], state)
        assert all(map(torch.equal, given, before))
        torch.testing.assert_close(state[0], expected[:, t], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_an_elman_rnn_goes_on_from_a_state(nonlinearity):
    module = ElmanRNN(3, 4, nonlinearity)
    torch.nn.init.constant_(module.weight_hh_l0, 0.1)
    for name in ("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"):
        torch.nn.init.constant_(getattr(module, name), 0.2)
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1))
    whole, last = module(x)
    first, middle = module(x[:, :4])
    second, end = module(x[:, 4:], middle)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(end, last)


def test_an_lstm_begins_with_two_zeros_and_a_gru_with_one():
    assert [part.shape for part in start_of(random_cell("lstm", "tanh"), 2)] == [
        (2, 5),
        (2, 5),
    ]
    (start,) = start_of(random_cell("gru", "tanh"), 2)
    assert not start.any()


# -- the network -------------------------------------------------------------------


def make_network(**params):
    return RecurrentNetwork(2, n_features=3, hidden_size=4, **params).eval()


X = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(2))


def test_over_time_leaves_padding_out():
    network = make_network()
    x, lengths = X.clone(), torch.tensor([5, 2, 3])
    x[1, 2:], x[2, 3:] = math.nan, math.inf
    with torch.inference_mode():
        found = network.predict_over_time(x, lengths)
        expected = [
            network.predict(X[i : i + 1, : t + 1], torch.tensor([t + 1]))
            for i in range(3)
            for t in range(lengths[i])
        ]
    assert torch.equal(found, torch.cat(expected))


@pytest.mark.parametrize("pooling", [*POOLINGS, None])
def test_steps_of_a_network_without_the_estimator(pooling):
    network = make_network(pooling=pooling, num_layers=2, cell="gru")
    state = None
    for t in range(5):
        outputs, state = network.step(X[:, t], state)
    lengths = torch.full((3,), 5)
    with torch.inference_mode():
        expected = network.predict(X, lengths)
    if pooling is None:
        expected = expected.view(3, 5, 2)[:, -1]
    torch.testing.assert_close(outputs, expected)
    assert not outputs.requires_grad


@pytest.mark.parametrize("method", ["predict_over_time", "step"])
def test_two_directions_cannot_go_on(method):
    network = make_network(bidirectional=True)
    arguments = (X, torch.full((3,), 5)) if method != "step" else (X[:, 0],)
    with pytest.raises(ValueError, match=f"{method} .*bidirectional=False"):
        getattr(network, method)(*arguments)
