from dataclasses import replace
from functools import partial

import pytest
import torch

from sklearn_rnn.nn import Batch, Head, PooledHead, RecurrentNetwork, pool

LENGTHS = torch.tensor([3, 1])
WORDS = Batch(torch.tensor([[5, 7, 9, 4], [8, 3, 0, 0]]), torch.tensor([4, 2]))
SIGNAL = Batch(torch.linspace(-1, 1, 6).view(2, 3, 1), LENGTHS, beside=(WORDS,))


def make(**params):
    head = partial(PooledHead, n_outputs=2, pooling="last")
    beside = [{"n_tokens": 10}]
    params = {"hidden_size": 4, "embedding_dim": 3, "beside": beside, **params}
    return RecurrentNetwork(head, n_features=1, **params)


def test_a_second_sequence_joins_each_step_and_the_pooled_vector():
    network = make().eval()
    (branch,) = network.beside
    of_words = pool(
        branch.pooling, branch.encoder(branch.embedder(WORDS), WORDS.lengths)
    )
    steps = torch.cat([SIGNAL.values, of_words.unsqueeze(1).expand(-1, 3, -1)], dim=2)
    last = network.encoder(steps, LENGTHS).outputs[[0, 1], LENGTHS - 1]
    expected = network.head.affine(torch.cat([last, of_words], dim=1))
    torch.testing.assert_close(network(SIGNAL).float(), expected)
    column = torch.ones(2, 1)
    joined = make(n_static=1).eval().join_beside(replace(SIGNAL, static=column))
    assert joined.static.shape == (2, 5)
    assert torch.equal(joined.static[:, :1], column)
    assert joined.beside == ()


def test_the_gradient_reaches_every_weight():
    network = make().train()
    network(SIGNAL).sum().backward()
    without = [name for name, p in network.named_parameters() if p.grad is None]
    assert without == []


def test_rows_are_taken_and_cut_with_their_other_sequences():
    network = make().eval()
    alone = SIGNAL.take(torch.tensor([1])).without_padding()
    assert alone.values.shape == (1, 1, 1)
    assert alone.beside[0].values.tolist() == [[8, 3]]
    assert torch.equal(network(alone), network(SIGNAL)[1:])


def test_a_head_without_static_columns_says_what_it_lacks():
    class Own(Head):
        def __init__(self, n_units, *, dropout, generator):
            super().__init__()

    error = r"head of this network does not take n_static.*Give it .* n_static=0"
    for more in ({"n_static": 2}, {"beside": [{"n_features": 1}]}):
        with pytest.raises(TypeError, match=error):
            RecurrentNetwork(Own, n_features=1, **more)
