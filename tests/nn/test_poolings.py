"""Poolings on two sequences small enough to pool by hand."""

import math

import pytest
import torch

from sklearn_rnn.nn import (
    POOLINGS,
    AdditiveAttention,
    final_and_max,
    final_state,
    last_and_max,
    last_step,
    make_pooling,
    masked_max,
    masked_mean,
)

NAN = float("nan")
LENGTHS = torch.tensor([2, 3])
# Two units; the third step of the first sequence is padding.
OUTPUTS = torch.tensor(
    [[[1.0, -4.0], [3.0, -2.0], [NAN, NAN]], [[5.0, 0.0], [1.0, 1.0], [3.0, 2.0]]]
)


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        (last_step, [[3.0, -2.0], [3.0, 2.0]]),
        # unit 0 looks forward: its last step; unit 1 looks back: its first step
        (final_state, [[3.0, -4.0], [3.0, 0.0]]),
        # (1 + 3) / 2, (-4 - 2) / 2; (5 + 1 + 3) / 3, (0 + 1 + 2) / 3
        (masked_mean, [[2.0, -3.0], [3.0, 1.0]]),
        (masked_max, [[3.0, -2.0], [5.0, 2.0]]),
        (final_and_max, [[3.0, -4.0, 3.0, -2.0], [3.0, 0.0, 5.0, 2.0]]),
        (last_and_max, [[3.0, -2.0, 3.0, -2.0], [3.0, 2.0, 5.0, 2.0]]),
    ],
)
def test_pooling_agrees_with_work_by_hand(pooling, expected):
    assert pooling(OUTPUTS, LENGTHS).tolist() == expected


def test_attention_agrees_with_work_by_hand():
    attention = AdditiveAttention(1, generator=torch.Generator())
    with torch.no_grad():
        attention.hidden.weight.fill_(1.0)
        attention.hidden.bias.fill_(0.0)
        attention.score.weight.fill_(2.0)
    # h = 0 and h = artanh(log(3) / 2) score 2 tanh(0) = 0 and log(3), so that
    # the weights are 1 / (1 + 3) and 3 / (1 + 3); the third step is padding.
    h = math.atanh(math.log(3) / 2)
    outputs, lengths = torch.tensor([[[0.0], [h], [NAN]]]), torch.tensor([2])
    weights = attention.weights(outputs, lengths)
    torch.testing.assert_close(weights, torch.tensor([[0.25, 0.75, 0.0]]))
    assert attention(outputs, lengths).item() == pytest.approx(0.75 * h, rel=1e-6)


def test_attention_weights_sum_to_one_over_real_steps():
    generator = torch.Generator().manual_seed(0)
    attention = AdditiveAttention(4, generator=generator)
    outputs = torch.randn(3, 5, 4, generator=generator)
    weights = attention.weights(outputs, torch.tensor([1, 3, 5]))
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3))
    assert weights[0].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert (weights[1, 3:] == 0).all()
    assert (weights[1, :3] > 0).all()


@pytest.mark.parametrize("name", POOLINGS)
def test_nan_in_the_padding_reaches_neither_result_nor_gradient(name):
    results = []
    for padding in (0.0, NAN, math.inf):
        pooling = make_pooling(
            name, 2, bidirectional=True, generator=torch.Generator().manual_seed(0)
        )
        outputs = OUTPUTS.nan_to_num(nan=padding, posinf=padding).requires_grad_()
        pooled = pooling(outputs, LENGTHS)
        pooled.square().sum().backward()
        assert outputs.grad[0, 2].tolist() == [0.0, 0.0]
        parameters = pooling.parameters() if name == "attention" else ()
        results.append([pooled, outputs.grad, *(p.grad for p in parameters)])
    for result in results[1:]:
        assert all(map(torch.equal, result, results[0]))
        assert all(values.isfinite().all() for values in result)


@pytest.mark.parametrize(
    ("name", "expected"), [("final_state", last_step), ("final_max", last_and_max)]
)
def test_with_one_direction_the_final_state_is_the_last_step(name, expected):
    pooling = make_pooling(name, 2, bidirectional=False, generator=torch.Generator())
    assert pooling is expected


def test_an_unknown_pooling_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"pooling must be one of .*'attention'.*'sum'"
    ):
        make_pooling("sum", 2, bidirectional=False, generator=torch.Generator())
