"""Single steps of a network, against whole sequences."""

import math

import pytest
import torch

from sklearn_rnn.nn import POOLINGS, RecurrentNetwork

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
