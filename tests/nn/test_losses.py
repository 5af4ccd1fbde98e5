"""Losses against numbers worked by hand, torch and scikit-learn."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from sklearn import metrics
from sklearn._loss import loss as sklearn_loss
from torch.nn import functional

from sklearn_rnn.nn import LOSSES, OwnLoss, SeveralQuantiles, check_loss, make_loss
from sklearn_rnn.nn._rising import before_rising, rising


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
    loss = make_loss(name)(torch.tensor(output), torch.tensor(target))
    torch.testing.assert_close(loss, torch.tensor(expected))


def test_a_high_quantile_minds_low_predictions_more():
    loss = make_loss("quantile", quantile=0.9)
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
        loss = make_loss(name, **options)(tensor(output), tensor(target))
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
        make_loss(name)(torch.zeros(4, 1), torch.zeros(4))


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_has_the_dtype_of_the_output(name):
    target = torch.zeros(4, dtype=torch.int64)
    if name != "cross_entropy":
        target = torch.zeros(4, 2)
    loss = make_loss(name)(torch.zeros(4, 2, dtype=torch.float64), target)
    assert loss.dtype == torch.float64


def test_an_unknown_loss_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="loss must be one of 'cross_entropy'"):
        make_loss("mse")


# -- the best constant outputs -----------------------------------------------------

RNG = np.random.default_rng(0)
WEIGHT = RNG.uniform(0.1, 3.0, size=41)
TARGETS = {
    "cross_entropy": RNG.integers(3, size=41),
    "binary_cross_entropy": RNG.integers(2, size=(41, 1)).astype(float),
    "poisson": RNG.poisson(2.0, size=(41, 1)).astype(float),
}
# Values far apart, so that Huber's loss has both parts.
NUMBERS = RNG.standard_t(2, size=(41, 1)) * 3


def target_of(name):
    return torch.from_numpy(TARGETS.get(name, NUMBERS))


def best(name, weight=WEIGHT, **options):
    weight = None if weight is None else torch.from_numpy(weight)
    return make_loss(name, **options).fit_intercept_only(target_of(name), weight)


LEVELS = [("quantile", {"quantile": 0.9}), ("quantile", {"quantile": 0.1})]


@pytest.mark.parametrize(("name", "options"), [(n, {}) for n in LOSSES] + LEVELS)
@pytest.mark.parametrize("weight", [WEIGHT, None], ids=["weighted", "unweighted"])
def test_no_other_constant_has_a_smaller_loss(name, options, weight):
    loss, target = make_loss(name, **options), target_of(name)
    found = best(name, weight, **options)
    assert found.dtype == torch.float64

    def mean_loss(constant):
        outputs = torch.as_tensor(constant).expand(len(target), -1)
        return np.average(loss(outputs, target).numpy(), weights=weight)

    searched = minimize(mean_loss, np.zeros(len(found)), method="Powell", tol=1e-10).fun
    assert mean_loss(found) <= searched + 1e-9
    assert mean_loss(found) == pytest.approx(searched, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "their_loss"),
    [
        ("cross_entropy", {}, sklearn_loss.HalfMultinomialLoss(n_classes=3)),
        ("binary_cross_entropy", {}, sklearn_loss.HalfBinomialLoss()),
        ("squared_error", {}, sklearn_loss.HalfSquaredError()),
        ("absolute_error", {}, sklearn_loss.AbsoluteError()),
        ("poisson", {}, sklearn_loss.HalfPoissonLoss()),
        ("quantile", {"quantile": 0.9}, sklearn_loss.PinballLoss(quantile=0.9)),
    ],
)
def test_the_constants_and_the_link_are_those_of_scikit_learn(
    name, options, their_loss
):
    target = target_of(name).double().numpy()
    expected = np.atleast_1d(
        their_loss.fit_intercept_only(target.reshape(-1), sample_weight=WEIGHT)
    )
    found = best(name, **options).numpy()
    if name == "cross_entropy":  # theirs have the mean 0
        found = found - found.mean()
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    link = {"IdentityLink": "identity", "LogLink": "log", "LogitLink": "logit"}
    link["MultinomialLogit"] = "multinomial_logit"
    assert make_loss(name, **options).link == link[type(their_loss.link).__name__]


def test_a_median_of_an_even_number_lies_in_the_middle():
    target = torch.tensor([[1.0, 4.0], [2.0, 3.0], [5.0, 2.0], [9.0, 1.0]])
    loss = make_loss("absolute_error")
    assert loss.fit_intercept_only(target).tolist() == [3.5, 2.5]
    # Weight 2 is the row twice: 1, 2, 5, 9, 9 and 4, 3, 2, 1, 1.
    twice = torch.tensor([1.0, 1.0, 1.0, 2.0])
    assert loss.fit_intercept_only(target, twice).tolist() == [5.0, 2.0]


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy", "poisson"])
def test_what_never_occurs_gets_a_finite_constant(name):
    target = torch.zeros(5, 2) if name != "cross_entropy" else torch.tensor([0, 0, 1])
    found = make_loss(name).fit_intercept_only(target, n_outputs=3)
    assert found.isfinite().all()
    # One in eight million: next to 1, float32 shows no smaller share.
    assert found.min().item() == pytest.approx(math.log(2**-23), rel=1e-6)


# -- a loss of one's own -----------------------------------------------------------


def log_cosh(outputs, target):
    return torch.cosh(target - outputs).log().mean(dim=1)


def test_a_function_or_a_module_is_a_loss():
    loss = make_loss(log_cosh)
    output, target = torch.zeros(4, 2), torch.ones(4, 2)
    assert torch.equal(loss(output, target), log_cosh(output, target))
    assert loss.link == "identity"
    assert loss.fit_intercept_only(target).tolist() == [0.0, 0.0]
    module = torch.nn.CrossEntropyLoss(reduction="none")
    module.link = "multinomial_logit"
    classes = torch.tensor([0, 1, 1, 0])
    loss = make_loss(module)
    assert torch.equal(loss(output, classes), module(output, classes))
    assert loss.link == "multinomial_logit"


def test_a_module_is_copied_so_that_what_the_user_holds_is_not_trained():
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(2.0))

        def forward(self, outputs, target):
            return self.scale * (outputs - target).square().mean(dim=1)

    given = Scaled()
    made = make_loss(given)
    made(torch.zeros(4, 2), torch.ones(4, 2)).sum().backward()
    assert given.scale.grad is None
    assert [p.grad.item() for p in made.parameters()] == [4.0]
    again = make_loss(made)
    assert again is not made
    assert type(again) is type(made)


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (torch.nn.MSELoss(), ValueError, r"shape \(4,\); got \(\) from MSELoss"),
        (lambda *_: torch.ones(4, 2), ValueError, r"shape \(4,\); got \(4, 2\)"),
        (lambda *_: 1.0, TypeError, "must return a Tensor .*got float"),
    ],
)
def test_a_loss_that_is_not_one_number_per_target_is_refused(loss, error, message):
    with pytest.raises(error, match=message):
        OwnLoss(loss)(torch.zeros(4, 2), torch.ones(4, 2))


@pytest.mark.parametrize("loss", [torch.nn.MSELoss, 3])
def test_what_cannot_be_a_loss_is_refused(loss):
    with pytest.raises(TypeError, match=r"loss must be a name, one of 'cross_entropy'"):
        make_loss(loss)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_a_level_is_between_zero_and_one(level):
    with pytest.raises(ValueError, match="quantile must be between 0 and 1"):
        make_loss("quantile", quantile=level)


def test_a_loss_that_is_flat_for_the_first_rows_only_passes():
    outputs = torch.full((3, 1), 9.0)
    check_loss(lambda o, y: (1 - o * y).relu().mean(dim=1), outputs, torch.ones(3, 1))
    of_others = torch.nn.CrossEntropyLoss(reduction="none", ignore_index=0)
    check_loss(of_others, torch.zeros(3, 4), torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match="gives no gradient"):
        check_loss(lambda o, y: 0 * o.sum(dim=1), outputs, torch.ones(3, 1))


def test_quantiles_of_several_targets_stand_side_by_side():
    rng = np.random.default_rng(0)
    levels, target = [0.2, 0.7, 0.9], torch.tensor(rng.normal(size=(50, 2)))
    weight = torch.tensor(rng.uniform(0.5, 2, size=50))
    loss = SeveralQuantiles(levels)
    outputs = torch.tensor(rng.normal(size=(50, 6)))
    expected = [
        metrics.mean_pinball_loss(
            target[:, j], outputs[:, 3 * j + k], alpha=level, sample_weight=weight
        )
        for j in range(2)
        for k, level in enumerate(levels)
    ]
    found = loss(outputs, target) @ weight / weight.sum()
    assert found.item() == pytest.approx(np.mean(expected), rel=1e-6)
    assert loss.n_outputs(2) == 6
    # No other constant among the targets is better than the one that is found.
    best = loss.fit_intercept_only(target, weight)
    for j in range(2):
        for k, level in enumerate(levels):
            tried = [
                metrics.mean_pinball_loss(
                    target[:, j], np.full(50, one), alpha=level, sample_weight=weight
                )
                for one in [best[3 * j + k].item(), *target[:, j].tolist()]
            ]
            assert tried[0] <= min(tried) + 1e-12


@pytest.mark.parametrize("n", [1, 3, 4])
def test_what_rises_is_found_again(n):
    risen = torch.tensor(np.random.default_rng(0).normal(size=(5, n)).cumsum(axis=0))
    risen = risen.sort(dim=1).values
    risen += torch.arange(n) * 0.01
    torch.testing.assert_close(rising(before_rising(risen)), risen)
