import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sklearn_rnn.nn import POOLINGS, Batch, Encoded, PooledHead, Targets, length_mask

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import ask, cut, make_batch, make_network


def test_pooled_vectors_and_attention_weights_are_as_documented():
    network = make_network(tokens=True, pooling="attention", hidden_size=5).eval()
    batch = make_batch(4, 6, tokens=True)
    assert ask(network, "represent", batch).shape == (4, network.head.n_units)
    assert ask(network, "represent", batch).dtype == torch.float32
    weights = ask(network, "attention_weights", batch)
    assert weights.shape == (4, 6)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(4))
    assert (weights[~length_mask(batch.lengths, 6)] == 0).all()


def test_only_attention_has_attention_weights():
    network = make_network(tokens=True, pooling="mean")
    with pytest.raises(ValueError, match=r"pooling='attention'.*Mean"):
        ask(network, "attention_weights", make_batch(2, 3, tokens=True))


@pytest.mark.parametrize("pooling", POOLINGS)
@torch.no_grad()
def test_the_outputs_are_those_of_the_pooled_vectors(pooling):
    network = make_network(tokens=False, pooling=pooling, bidirectional=True).double()
    batch = make_batch(4, 6, tokens=False, dtype=torch.float64)
    pooled = ask(network, "represent", batch)
    expected = pooled @ network.head.affine.weight.T + network.head.affine.bias
    for mode in (True, False):
        found = network.train(mode)(batch)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)


def test_a_pooled_vector_is_dropped_once():
    class Doubled(torch.nn.Module):
        def forward(self, vectors):
            return 2 * vectors

    options = {"dropout": Doubled(), "generator": torch.Generator()}
    head = PooledHead(3, 2, pooling="mean", **options)
    encoded = Encoded(torch.ones(1, 2, 3), torch.tensor([2]))
    batch = Batch(*encoded[:2])
    expected = head.affine(torch.full((1, 3), 2.0))
    assert torch.equal(head(encoded, batch), expected)
    expected = head.eval().affine(torch.ones(1, 3))
    torch.testing.assert_close(head(encoded, batch), expected)


def test_each_sequence_has_a_loss_of_its_own():
    head = PooledHead(3, 2, loss="squared_error", generator=torch.Generator())
    y = torch.tensor([[0.0, 2.0], [1.0, 1.0]])
    targets = Targets(y, torch.ones(2), torch.ones(2, dtype=torch.int64))
    # (1 + 1) / 2 and (0 + 9) / 2
    losses = head.losses(torch.tensor([[1.0, 1.0], [1.0, 4.0]]), targets)
    assert losses.tolist() == [1.0, 4.5]


def test_the_outputs_are_read_out_as_they_are():
    network = make_network(tokens=True)
    batch = make_batch(4, 5, tokens=True)
    outputs = network(batch)
    assert network.head.read_out(outputs, batch) is outputs


def test_over_time_is_what_prefixes_give_and_leaves_padding_out():
    network = make_network(tokens=False).eval()
    batch = make_batch(5, 6, tokens=False)
    spoilt = batch.values.clone()
    spoilt[~length_mask(batch.lengths, 6)] = math.nan
    with torch.inference_mode():
        found = ask(network, "over_time", replace(batch, values=spoilt))
        prefixes = [
            cut(replace(batch, lengths=batch.lengths.clamp(max=t + 1)), [i])
            for i in range(5)
            for t in range(batch.lengths[i])
        ]
        expected = torch.cat([network.predict(prefix) for prefix in prefixes])
    assert torch.equal(found, expected)


def test_two_directions_have_nothing_to_say_over_time():
    network = make_network(tokens=False, bidirectional=True).eval()
    with pytest.raises(ValueError, match=r"over_time .*bidirectional=False"):
        ask(network, "over_time", make_batch(2, 3, tokens=False))
