"""Several heads on one encoder, worked out by hand."""

from functools import partial

import pytest
import torch

from sklearn_rnn.nn import (
    Batch,
    Encoded,
    Head,
    HeadSum,
    PooledHead,
    RecurrentNetwork,
    Targets,
)

ONE = torch.ones(2, dtype=torch.int64)


class Fixed(Head):
    """Give the same outputs whatever comes in."""

    def __init__(self, n_units, *, logits, loss, dropout, generator):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.tensor(logits))
        self.loss = PooledHead(1, 1, loss=loss, generator=generator).loss
        self.started = []

    def forward(self, encoded, batch, target=None):
        return self.logits.expand(len(encoded.lengths), -1)

    def losses(self, outputs, target):
        return self.loss(outputs, target.values)

    def start(self, target):
        self.started.append(target)


def make_sum(*logits, loss="cross_entropy"):
    heads = [partial(Fixed, logits=values, loss=loss) for values in logits]
    return HeadSum(3, heads=heads, generator=torch.Generator())


ENCODED = Encoded(torch.zeros(2, 1, 3), ONE)


def test_losses_add():
    # The outputs 1 and 3 miss the target 0 by 1 + 9 (squared), and 3 by 4 + 0.
    heads = make_sum([1.0], [3.0], loss="squared_error")
    targets = Targets(torch.tensor([[0.0], [3.0]]), torch.ones(2), ONE)
    outputs = heads(ENCODED, None, targets)
    assert outputs.tolist() == [[[1.0, 3.0]], [[1.0, 3.0]]]
    assert heads.losses(outputs, targets).tolist() == [10.0, 4.0]


@pytest.mark.parametrize(
    ("loss", "first", "second", "mean"),
    [
        # (1/4 + 1/2) / 2 = 3/8 and (3/4 + 1/2) / 2 = 5/8
        ("cross_entropy", [1 / 4, 3 / 4], [1 / 2, 1 / 2], [3 / 8, 5 / 8]),
        ("binary_cross_entropy", [0.1], [0.5], [0.3]),
        ("poisson", [2.0], [4.0], [3.0]),
        ("squared_error", [-2.0], [6.0], [2.0]),
    ],
)
def test_probabilities_and_means_average(loss, first, second, mean):
    link = {
        "cross_entropy": torch.log,
        "binary_cross_entropy": torch.logit,
        "poisson": torch.log,
        "squared_error": lambda means: means,
    }[loss]
    logits = [link(torch.tensor(means)).tolist() for means in (first, second)]
    found = make_sum(*logits, loss=loss).eval()(ENCODED, None)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, link(torch.tensor([mean, mean])))


@pytest.mark.parametrize(
    ("loss", "logits"),
    [("binary_cross_entropy", [50.0]), ("cross_entropy", [200.0, 0.0])],
)
def test_averages_of_certain_heads_are_finite(loss, logits):
    found = make_sum(logits, logits, loss=loss).eval()(ENCODED, None)
    differences = found - found[:, -1:] if len(logits) > 1 else found
    torch.testing.assert_close(differences, torch.tensor([logits, logits]))


def test_its_vectors_are_those_of_the_heads_side_by_side():
    parts = [
        partial(PooledHead, n_outputs=2, pooling=p) for p in ("last", "final_state")
    ]
    network = RecurrentNetwork(partial(HeadSum, heads=parts), n_features=3).eval()
    batch = Batch(torch.randn(2, 4, 3, generator=torch.Generator()), 4 * ONE)
    found = network.ask(network.head.represent, batch)
    one = network.ask(network.head.heads[0].represent, batch)
    assert network.head.reads_end_only
    assert torch.equal(found, torch.cat([one, one], dim=1))


def test_what_is_scored_in_validation_is_the_average():
    heads = make_sum([0.0, 2.0], [1.0, 1.0]).eval()
    targets = Targets(ONE, torch.ones(2), ONE)
    batch = Batch(torch.zeros(2, 1, 3), ONE)
    outputs = heads(ENCODED, batch, targets)
    assert outputs.shape == (2, 2, 2)
    averaged = heads(ENCODED, batch)
    assert torch.equal(heads.as_predicted(outputs), averaged)
    assert heads.as_predicted(averaged) is averaged


def test_each_head_starts_from_the_targets():
    heads = make_sum([0.0], [0.0])
    heads.start("targets")
    assert [head.started for head in heads.heads] == [["targets"], ["targets"]]


def test_the_heads_share_the_encoder_and_have_weights_of_their_own():
    parts = [partial(PooledHead, n_outputs=2, pooling=p) for p in ("last", "max")]
    network = RecurrentNetwork(partial(HeadSum, heads=parts), n_features=3, dropout=0.5)
    first, second = network.head.heads
    assert not torch.equal(first.affine.weight, second.affine.weight)
    assert first.dropout is second.dropout is network.dropout
    x = torch.randn(2, 4, 3, generator=torch.Generator())
    network(Batch(x, 4 * ONE)).sum().backward()
    assert all((p.grad != 0).any() for p in network.parameters())


def test_it_reads_what_its_heads_read():
    class State(Fixed):
        reads_state = True

    class Steps(Fixed):
        rows = "step"

    def made(kind):
        head = partial(kind, logits=[0.0], loss="poisson")
        return HeadSum(3, heads=[head, head], generator=torch.Generator())

    assert made(State).reads_state
    assert not made(Fixed).reads_state
    assert made(Steps).rows == "step"
