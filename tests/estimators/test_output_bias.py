"""Training starts from the best constant outputs, where the head finds them."""

import numpy as np
import pytest
import torch

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    as_ragged,
)
from sklearn_rnn.nn import HeadSum, Loss, PooledHead, Targets

# One epoch in which nothing is learnt.
STILL = {"hidden_size": 2, "max_epochs": 1, "lr": 1e-12, "random_state": 0}
X = np.random.default_rng(0).normal(size=(6, 3, 2))
CLASSES = np.array(["a", "b", "b", "c", "c", "c"])
COUNTS = np.array([0.0, 1, 1, 2, 5, 9])
TAGS = as_ragged([["a", "b", "b"], *[["b"] * 3] * 2, *[["c"] * 3] * 3])


def bias_of(model):
    return model.net_.module_.head.affine.bias.detach().numpy()


SHARES = np.log([1 / 6, 2 / 6, 3 / 6])
CASES = {
    "classes": (RNNClassifier(), CLASSES, SHARES),
    # 1 * 4, 2 * 1 and 3 * 1 of 9
    "class weights": (
        RNNClassifier(class_weight={"a": 4, "b": 1, "c": 1}),
        CLASSES,
        np.log([4 / 9, 2 / 9, 3 / 9]),
    ),
    "two classes": (RNNClassifier(), CLASSES == "a", [np.log(1 / 5)]),
    "labels": (
        RNNClassifier(),
        np.array([[0, 1], [1, 1], [0, 1], [0, 0], [1, 1], [0, 1]]),
        np.log([2 / 4, 5 / 1]),
    ),
    "mean": (RNNRegressor(standardize=False), COUNTS, [3.0]),
    "standardised mean": (RNNRegressor(), COUNTS, [0.0]),
    # the mean is 3, the variance (9 + 4 + 4 + 1 + 4 + 36) / 6, the median 1.5
    "standardised median": (
        RNNRegressor(loss="absolute_error"),
        COUNTS,
        [(1.5 - 3) / np.sqrt(58 / 6)],
    ),
    "quantile": (
        RNNRegressor(loss="quantile", quantile=0.8, standardize=False),
        COUNTS,
        [5.0],
    ),
    "logarithm": (
        RNNRegressor(loss="poisson", standardize=False),
        COUNTS,
        [np.log(3)],
    ),
    # of 18 steps
    "steps": (RNNTagger(), TAGS, np.log([1 / 18, 8 / 18, 9 / 18])),
    "CRF": (RNNTagger(output="crf"), TAGS, np.log([1 / 18, 8 / 18, 9 / 18])),
    "numbers of steps": (
        RNNStepRegressor(standardize=False),
        as_ragged([[count, 0, 0] for count in COUNTS]),
        [1.0],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fit_starts_at_the_best_constants(name):
    model, y, expected = CASES[name]
    model.set_params(**STILL).fit(X, y)
    np.testing.assert_allclose(bias_of(model), expected, rtol=1e-5, atol=1e-6)


def test_rows_count_by_their_weight_and_validation_data_not_at_all():
    weight = [0, 1, 1, 2, 2, 2]  # 2 of 8 and 6 of 8; the row "a" is none
    model = RNNClassifier(**STILL)
    model.fit(X, CLASSES, sample_weight=weight, X_val=X, y_val=CLASSES)
    expected = [np.log(2**-23), np.log(2 / 8), np.log(6 / 8)]  # finite
    np.testing.assert_allclose(bias_of(model), expected, rtol=1e-5)


def test_a_fit_that_goes_on_keeps_its_bias():
    model = RNNRegressor(standardize=False, warm_start=True, **STILL)
    model.fit(X, COUNTS).fit(X, COUNTS + 100)
    np.testing.assert_allclose(bias_of(model), [3], rtol=1e-6)


def test_partial_fit_starts_at_zero():
    """Its first part may lack classes."""
    model = RNNClassifier(**STILL).partial_fit(X, CLASSES, classes=["a", "b", "c"])
    np.testing.assert_allclose(bias_of(model), 0, atol=1e-6)


class Cubic(Loss):
    def forward(self, outputs, target):
        return (outputs - target).abs().pow(3).mean(dim=1)


def test_a_loss_that_finds_no_constants_starts_at_zero():
    model = RNNRegressor(loss=Cubic(), standardize=False, **STILL).fit(X, COUNTS)
    np.testing.assert_allclose(bias_of(model), 0, atol=1e-6)


def test_each_of_several_heads_starts():
    def make(n_units, **shared):
        return PooledHead(n_units, 2, **shared)

    several = HeadSum(3, heads=[make, make], generator=torch.Generator())
    counts = torch.ones(4, dtype=torch.int64)
    several.start(Targets(torch.tensor([0, 1, 1, 1]), torch.ones(4), counts))
    for head in several.heads:
        assert head.affine.bias.exp().tolist() == pytest.approx([0.25, 0.75])
