"""The horizon head: segments of what follows, from one step of a cell each."""

from functools import partial

import pytest
import torch
from torch import nn

from sklearn_rnn.nn import (
    Affine,
    Batch,
    HorizonHead,
    RecurrentNetwork,
    SeveralQuantiles,
    Targets,
)


def make_network(cell="gru", **options):
    head = partial(HorizonHead, horizon=5, segment=2, cell=cell, **options)
    return RecurrentNetwork(
        head, n_features=3, hidden_size=4, cell=cell, random_state=0
    )


def make_batch(n=3, **parts):
    generator = torch.Generator().manual_seed(1)
    values = torch.randn(n, 6, 3, generator=generator)
    return Batch(values, torch.full((n,), 6), **parts)


def let_it_speak(network):
    """Give the map to the outputs, which is zero at first, some weights."""
    generator = torch.Generator().manual_seed(2)
    nn.init.normal_(network.head.affine.weight, generator=generator)
    return network


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_forecasts_start_at_zero_and_their_gradient_reaches_the_encoder(cell):
    network = make_network(cell)
    outputs = network(make_batch())
    assert outputs.shape == (15, 1)
    assert not outputs.any()
    let_it_speak(network)(make_batch()).sum().backward()
    assert network.encoder.layers[0].forward_cell.weight_hh_l0.grad.abs().sum() > 0


def test_the_outputs_are_those_of_torchs_gru_going_on_from_the_encoder():
    network = let_it_speak(make_network(n_known=2, n_groups=2)).eval()
    head, batch = network.head, make_batch(2, group=torch.tensor([1, 0]))
    future = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(3))
    with torch.random.fork_rng():
        encoder = nn.GRU(3, 4, batch_first=True)
        decoder = nn.GRU(4, 4, batch_first=True)
    encoder.load_state_dict(network.encoder.layers[0].forward_cell.state_dict())
    decoder.load_state_dict(head.cell.state_dict())
    with torch.no_grad():
        _, state = encoder(batch.values)
        for row, group in enumerate([1, 0]):
            forecast = []
            for m in range(3):
                known = head.known.weight @ future[row, m] + head.known.bias
                x = head.position[m] + head.group[group] + known.tanh()
                d, _ = decoder(x.view(1, 1, 4), state[:, [row]])
                forecast.append(head.affine.weight @ d[0, 0] + head.affine.bias)
            said = network(
                Batch(batch.values, batch.lengths, future=future, group=batch.group)
            )
            expected = torch.cat(forecast)[:5]
            torch.testing.assert_close(
                said.view(2, 5)[row].float(), expected, rtol=1e-4, atol=1e-5
            )


def test_a_group_that_is_not_known_is_the_mean_of_those_that_are():
    network = let_it_speak(make_network(n_groups=3)).eval()
    with torch.no_grad():
        unknown = network(make_batch(1, group=torch.tensor([-1])))
        network.head.group[:] = network.head.group.mean(dim=0)
        expected = network(make_batch(1, group=torch.tensor([0])))
    torch.testing.assert_close(unknown, expected, rtol=1e-6, atol=1e-6)


def test_quantiles_never_cross_and_the_middle_one_is_free():
    levels = [0.1, 0.3, 0.5, 0.7, 0.9]
    loss = SeveralQuantiles(levels)
    network = let_it_speak(make_network(n_outputs=5, loss=loss)).eval()
    with torch.no_grad():
        outputs = network(make_batch())
    assert (outputs.diff(dim=1) > 0).all()
    assert (outputs[:, 2] < 0).any()  # where a softplus is positive
    target = Targets(torch.zeros(15, 1), torch.ones(15), torch.full((3,), 5))
    assert network.head.losses(outputs, target).shape == (15,)


@pytest.mark.parametrize("options", [{}, {"n_outputs": 3}, {"n_known": 2}])
def test_a_row_has_the_same_bits_alone_and_in_a_batch(options):
    n = 20
    network = let_it_speak(make_network(**options)).eval()
    future = torch.randn(n, 3, 2, generator=torch.Generator().manual_seed(3))
    batch = make_batch(n, future=future)
    with torch.inference_mode():
        together = network(batch)
        alone = [network(batch.take(slice(i, i + 1))) for i in range(n)]
    assert torch.equal(torch.cat(alone), together)


def test_numbers_of_a_step_become_a_vector_that_is_not_negative():
    head = partial(HorizonHead, horizon=1, segment=1)
    network = RecurrentNetwork(head, n_features=3, numbers_dim=7, hidden_size=4)
    batch = make_batch(2)
    numbers = network.embedder.numbers
    assert isinstance(numbers, Affine)
    expected = torch.relu(batch.values @ numbers.weight.T + numbers.bias)
    for mode in (True, False):
        said = network.train(mode).embed(batch)
        torch.testing.assert_close(said, expected, rtol=1e-5, atol=1e-6)
    assert network.encoder.input_size == 7
