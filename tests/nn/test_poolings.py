"""Poolings on two sequences small enough to pool by hand."""

import math
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from sklearn_rnn.nn import (
    POOLINGS,
    Attention,
    Encoded,
    check_pooling,
    length_mask,
    make_pooling,
    pool,
    pool_prefixes,
    pool_step,
)

sys.path.insert(0, str(Path(__file__).parent))

from networks import ask, cut, make_batch, make_network

NAN = float("nan")
LENGTHS = torch.tensor([2, 3])
# Two units; the third step of the first sequence is padding.
OUTPUTS = torch.tensor(
    [[[1.0, -4.0], [3.0, -2.0], [NAN, NAN]], [[5.0, 0.0], [1.0, 1.0], [3.0, 2.0]]]
)


def make(pooling, n_units=2):
    return make_pooling(pooling, n_units, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("name", "bidirectional", "expected"),
    [
        ("last", True, [[3.0, -2.0], [3.0, 2.0]]),
        # unit 0 looks forward: its last step; unit 1 looks back: its first step
        ("final_state", True, [[3.0, -4.0], [3.0, 0.0]]),
        ("final_state", False, [[3.0, -2.0], [3.0, 2.0]]),
        # (1 + 3) / 2, (-4 - 2) / 2; (5 + 1 + 3) / 3, (0 + 1 + 2) / 3
        ("mean", True, [[2.0, -3.0], [3.0, 1.0]]),
        ("max", True, [[3.0, -2.0], [5.0, 2.0]]),
        ("final_max", True, [[3.0, -4.0, 3.0, -2.0], [3.0, 0.0, 5.0, 2.0]]),
        ("final_max", False, [[3.0, -2.0, 3.0, -2.0], [3.0, 2.0, 5.0, 2.0]]),
    ],
)
def test_pooling_agrees_with_work_by_hand(name, bidirectional, expected):
    pooling = make(name)
    pooled = pooling(Encoded(OUTPUTS, LENGTHS, bidirectional=bidirectional))
    assert pooled.tolist() == expected
    assert pooled.shape == (2, pooling.n_units)


def test_attention_agrees_with_work_by_hand():
    attention = Attention(1, generator=torch.Generator())
    with torch.no_grad():
        attention.hidden.weight.fill_(1.0)
        attention.hidden.bias.fill_(0.0)
        attention.score.weight.fill_(2.0)
    # h = 0 and h = artanh(log(3) / 2) score 2 tanh(0) = 0 and log(3), so that
    # the weights are 1 / (1 + 3) and 3 / (1 + 3); the third step is padding.
    h = math.atanh(math.log(3) / 2)
    encoded = Encoded(torch.tensor([[[0.0], [h], [NAN]]]), torch.tensor([2]))
    weights = attention.weights(encoded)
    torch.testing.assert_close(weights, torch.tensor([[0.25, 0.75, 0.0]]))
    assert attention(encoded).item() == pytest.approx(0.75 * h, rel=1e-6)


def test_attention_weights_sum_to_one_over_real_steps():
    generator = torch.Generator().manual_seed(0)
    attention = Attention(4, generator=generator)
    outputs = torch.randn(3, 5, 4, generator=generator)
    weights = attention.weights(Encoded(outputs, torch.tensor([1, 3, 5])))
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3))
    assert weights[0].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert (weights[1, 3:] == 0).all()
    assert (weights[1, :3] > 0).all()


@pytest.mark.parametrize("name", POOLINGS)
def test_nan_in_the_padding_reaches_neither_result_nor_gradient(name):
    results = []
    for padding in (0.0, NAN, math.inf):
        pooling = make(name)
        outputs = OUTPUTS.nan_to_num(nan=padding, posinf=padding).requires_grad_()
        pooled = pooling(Encoded(outputs, LENGTHS, bidirectional=True))
        pooled.square().sum().backward()
        assert outputs.grad[0, 2].tolist() == [0.0, 0.0]
        gradients = [p.grad for p in pooling.parameters()]
        results.append([pooled, outputs.grad, *gradients])
    for result in results[1:]:
        assert all(map(torch.equal, result, results[0]))
        assert all(values.isfinite().all() for values in result)


def test_an_unknown_pooling_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"pooling must be one of .*'attention'.*'sum'"
    ):
        make("sum")


def test_in_evaluation_the_order_of_sums_does_not_show():
    # 2**24 + 1 - 2**24 is 0 in float32, for 2**24 + 1 rounds to 2**24.
    outputs = torch.tensor([[[2.0**24] * 2, [1.0] * 2, [-(2.0**24)] * 2]])
    mean = make("mean").eval()
    pooled = pool(mean, Encoded(outputs, torch.tensor([3])))
    assert torch.equal(pooled, torch.full((1, 2), 1 / 3))
    assert torch.equal(pool_prefixes(mean, outputs)[:, -1], pooled)


# -- step by step ------------------------------------------------------------------

STEPS = torch.randn(
    3, 7, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64
)


@pytest.mark.parametrize("name", POOLINGS)
def test_each_prefix_is_pooled_as_a_sequence_of_its_own(name):
    pooling = make(name, 4)
    found = pool_prefixes(pooling, STEPS)
    for t in range(7):
        expected = pooling(Encoded(STEPS[:, : t + 1], torch.full((3,), t + 1)))
        torch.testing.assert_close(found[:, t], expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_memory_is_not_changed(name):
    pooling = make(name, 4)
    _, memory = pool_step(pooling, (), STEPS[:, 0])
    before = [part.clone() for part in memory]
    one, _ = pool_step(pooling, memory, STEPS[:, 1])
    assert all(map(torch.equal, memory, before))
    again, _ = pool_step(pooling, memory, STEPS[:, 1])
    assert torch.equal(one, again)


def test_attention_bears_scores_of_any_size():
    # Scores e = v tanh(h) with v = 2000 and one unit: h = -9, 9, 9 gives weights 0,
    # 1/2 and 1/2, though exp(2000) overflows and exp(-2000) vanishes.
    attention = Attention(1, generator=torch.Generator())
    with torch.no_grad():
        attention.hidden.weight.fill_(1.0)
        attention.hidden.bias.fill_(0.0)
        attention.score.weight.fill_(2000.0)
    outputs = torch.tensor([[[-9.0], [9.0], [9.0], [-9.0]]], dtype=torch.float64)
    pooled = pool_prefixes(attention, outputs)
    assert pooled.flatten().tolist() == [-9.0, 9.0, 9.0, 9.0]


# -- a pooling of one's own --------------------------------------------------------


class SumOfThree(nn.Module):
    """Sum the real steps, of three units made of those that are read."""

    def __init__(self, n_units):
        super().__init__()
        self.n_units = 3
        self.linear = nn.Linear(n_units, 3)

    def forward(self, encoded):
        mask = length_mask(encoded.lengths, encoded.outputs.shape[1]).unsqueeze(2)
        return self.linear(encoded.outputs.masked_fill(~mask, 0.0).sum(dim=1))


class RunningSumOfThree(SumOfThree):
    def step(self, memory, output):
        total = memory[0] + output if memory else output
        return self.linear(total), (total,)


def test_a_pooling_of_ones_own_takes_part_in_a_network():
    batch = make_batch(9, 5, tokens=False)
    before = torch.get_rng_state()
    one, two = (
        make_network(tokens=False, hidden_size=4, pooling=RunningSumOfThree)
        for _ in range(2)
    )
    assert torch.equal(torch.get_rng_state(), before)
    linear = one.head.pooling.linear
    assert torch.equal(linear.weight, two.head.pooling.linear.weight)
    assert one.head.n_units == 3
    one(batch).sum().backward()
    assert (linear.weight.grad != 0).all()
    one.eval()
    with torch.no_grad():
        whole = one.predict(batch)
        alone = one.predict(cut(batch, [3]))
        over_time = ask(one, "over_time", batch)
    assert torch.equal(whole[3:4], alone)
    assert torch.equal(over_time[batch.lengths.cumsum(0) - 1], whole)
    assert linear.weight.dtype == torch.float32


def test_a_pooling_without_steps_needs_whole_sequences():
    network = make_network(tokens=False, hidden_size=4, pooling=SumOfThree).eval()
    batch = make_batch(1, 1, tokens=False)
    for ask_by_steps in (network.step, partial(ask, network, "over_time")):
        with pytest.raises(ValueError, match=r"SumOfThree.* has no method step"):
            ask_by_steps(batch)


def class_of(forward, step=None):
    """Make a class of poolings; ``forward`` is called with what the network encodes."""
    members = {
        "__init__": lambda self, n_units: nn.Module.__init__(self),
        "forward": lambda self, encoded: forward(encoded),
    }
    if step is not None:
        members["step"] = lambda self, memory, output: step(memory, output)
    return type("Own", (nn.Module,), members)


OwnAttention = type("OwnAttention", (Attention,), {})


@pytest.mark.parametrize(
    "pooling", ["mean", OwnAttention, SumOfThree, RunningSumOfThree]
)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_good_pooling_is_accepted(pooling, bidirectional):
    before = torch.get_rng_state()
    check_pooling(pooling, bidirectional=bidirectional)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("pooling", "error", "message"),
    [
        ("sum", ValueError, "pooling must be one of .*'sum'"),
        (torch.sum, TypeError, "pooling must be a name, .*torch.nn.Module; got"),
        (class_of(lambda _: None), TypeError, "Own must return a Tensor.*NoneType"),
        (
            class_of(lambda encoded: encoded.outputs),
            ValueError,
            r"Own must return .*\(3, 4\) for 3 sequences; got \(3, 3, 4\)",
        ),
        (
            class_of(lambda encoded: encoded.outputs[:, 1]),
            ValueError,
            "Own reads padding",
        ),
        (
            class_of(lambda encoded: encoded.values),
            ValueError,
            "Own failed .*AttributeError.*'values'.*called with n_units",
        ),
        (
            class_of(lambda e: e.outputs[:, 0], lambda memory, output: (output, ())),
            ValueError,
            "Own gives other numbers step by step",
        ),
    ],
)
def test_a_pooling_that_cannot_work_is_refused_before_a_fit(pooling, error, message):
    with pytest.raises(error, match=message):
        check_pooling(pooling)
