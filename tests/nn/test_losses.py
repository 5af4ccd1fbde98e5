"""Losses against numbers worked by hand, torch and scikit-learn."""

import math

import numpy as np
import pytest
import torch
from sklearn import metrics
from torch.nn import functional

from sklearn_rnn.nn import LOSSES, SampleLoss


@pytest.mark.parametrize(
    ("name", "output", "target", "expected"),
    [
        # log(e^0 + e^0) - 0; log(e^log(3) + e^0) - log(3) = log(4 / 3)
        (
            "cross_entropy",
            [[0.0, 0.0], [math.log(3), 0.0]],
            [1, 0],
            [math.log(2), math.log(4 / 3)],
        ),
        # log(1 + e^0) - 0; mean of log(1 + 3) - log(3) and log(1 + 3)
        (
            "binary_cross_entropy",
            [[0.0, 0.0], [math.log(3), math.log(3)]],
            [[1.0, 0.0], [1.0, 0.0]],
            [math.log(2), math.log(4) - math.log(3) / 2],
        ),
        # (1 + 9) / 2; (0 + 0.25) / 2
        ("squared_error", [[1.0, 0.0], [2.0, 1.0]], [[2, 3], [2, 1.5]], [5.0, 0.125]),
        # (1 + 3) / 2; (0 + 0.5) / 2
        ("absolute_error", [[1.0, 0.0], [2.0, 1.0]], [[2, 3], [2, 1.5]], [2.0, 0.25]),
        # (1 / 2 + 3 - 1 / 2) / 2; (0 + 0.25 / 2) / 2
        ("huber", [[1.0, 0.0], [2.0, 1.0]], [[2, 3], [2, 1.5]], [1.5, 0.0625]),
        # e^0 - 5 * 0; e^log(2) - 3 log(2)
        ("poisson", [[0.0], [math.log(2)]], [[5], [3]], [1.0, 2 - 3 * math.log(2)]),
        # 0.5 * |2|; 0.5 * |-2|
        ("quantile", [[1.0], [1.0]], [[3], [-1]], [1.0, 1.0]),
    ],
)
def test_the_loss_agrees_with_work_by_hand(name, output, target, expected):
    loss = SampleLoss(name)(torch.tensor(output), torch.tensor(target))
    torch.testing.assert_close(loss, torch.tensor(expected))


def test_a_high_quantile_minds_low_predictions_more():
    loss = SampleLoss("quantile", quantile=0.9)
    # 0.9 * (3 - 1); (0.9 - 1) * (-1 - 1)
    result = loss(torch.tensor([[1.0], [1.0]]), torch.tensor([[3.0], [-1.0]]))
    torch.testing.assert_close(result, torch.tensor([1.8, 0.2]))


def test_the_mean_loss_agrees_with_torch_and_scikit_learn():
    rng = np.random.default_rng(0)
    output, target = rng.normal(size=(2, 20, 3))
    counts = rng.poisson(2.0, size=(20, 3)).astype(float)
    classes = rng.integers(3, size=20)
    tensor = torch.from_numpy

    def mean(name, target, **options):
        loss = SampleLoss(name, **options)(tensor(output), tensor(target))
        assert loss.shape == (20,)
        return loss.mean().item()

    probabilities = tensor(output).softmax(dim=1).numpy()
    log_likelihood = functional.poisson_nll_loss(tensor(output), tensor(counts))
    huber = functional.huber_loss(tensor(output), tensor(target))
    truth = {
        mean("cross_entropy", classes): metrics.log_loss(classes, probabilities),
        mean("squared_error", target): metrics.mean_squared_error(target, output),
        mean("absolute_error", target): metrics.mean_absolute_error(target, output),
        mean("quantile", target, quantile=0.2): metrics.mean_pinball_loss(
            target, output, alpha=0.2
        ),
        mean("poisson", counts): log_likelihood.item(),
        mean("huber", target): huber.item(),
    }
    assert len(truth) == 6
    for ours, theirs in truth.items():
        assert ours == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "cross_entropy"])
def test_a_target_of_another_shape_is_not_broadcast(name):
    with pytest.raises(ValueError, match=r"got \(4,\)"):
        SampleLoss(name)(torch.zeros(4, 1), torch.zeros(4))


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_has_the_dtype_of_the_output(name):
    target = torch.zeros(4, dtype=torch.int64)
    if name != "cross_entropy":
        target = torch.zeros(4, 2)
    loss = SampleLoss(name)(torch.zeros(4, 2, dtype=torch.float64), target)
    assert loss.dtype == torch.float64


def test_an_unknown_loss_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="loss must be one of 'cross_entropy'"):
        SampleLoss("mse")
