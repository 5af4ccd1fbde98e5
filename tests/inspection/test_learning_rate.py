import sys
import warnings
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Callback, EarlyStopping

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
)
from sklearn_rnn.callbacks import Checkpoint, TimeBudget
from sklearn_rnn.inspection import LearningRateDisplay, find_lr
from sklearn_rnn.inspection._learning_rate import suggest

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 5))
y = (X[:, 0] > 0).astype(int)
TEXTS = np.array(
    [f"{'good' if label else 'bad'} w{i % 7}" for i, label in enumerate(y)]
)
N_UPDATES = 20


def make_classifier(**params):
    params = {"cell": "rnn", "batch_size": 8, "random_state": 0, **params}
    return RNNClassifier(4, **params)


def range_test(estimator=None, X=X, y=y, **params):
    estimator = make_classifier() if estimator is None else estimator
    return find_lr(estimator, X, y, **{"n_updates": N_UPDATES, **params})


def assert_same(one, other):
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, getattr(other, name), err_msg=name)


def bytes_of(random_state):
    name, keys, *rest = random_state.get_state()
    return name, keys.tobytes(), *rest


# -- the suggestion ------------------------------------------------------------


def test_the_suggestion_lies_between_most_of_the_fall_and_the_lowest_loss():
    lrs = np.array([0.1, 0.2, 0.4, 0.8, 1.6, 3.2])
    # A fall from 2.0 to 1.0: three quarters of it are reached below 1.25, at 0.8. The
    # lowest is at 1.6, a third of it is 0.5333, and sqrt(0.8 * 0.5333) = 0.6532.
    smoothed = np.array([2.0, 2.1, 1.3, 1.2, 1.0, 9.0])
    assert suggest(lrs, smoothed) == pytest.approx(0.6532, abs=5e-5)


def test_a_loss_that_only_rises_suggests_the_lowest_rate():
    assert suggest(np.array([0.1, 0.2, 0.4]), np.array([1.0, 2.0, 3.0])) == 0.1


def test_the_suggestion_is_a_number_within_the_range_and_learns():
    display = range_test(n_updates=60)
    assert isinstance(display.suggestion, float)
    assert display.lrs[0] <= display.suggestion <= display.lrs[-1]
    model = make_classifier(lr=display.suggestion).fit(X, y)
    assert model.loss_curve_[-1] < 0.5 * model.loss_curve_[0]


# -- what is trained -----------------------------------------------------------

LABELS = np.array([["a"] * 5 if label else ["b"] * 5 for label in y])


@pytest.mark.parametrize(
    ("estimator", "X", "y"),
    [
        (RNNClassifier(4, random_state=0), X, y),
        (RNNRegressor(4, random_state=0), X, X[:, 1]),
        (RNNTagger(4, random_state=0), X, LABELS),
        (RNNStepRegressor(4, random_state=0), X, X),
        (make_pipeline(TextVectorizer(), RNNClassifier(4, random_state=0)), TEXTS, y),
        (make_pipeline(RNNClassifier(4, random_state=0)), X, y),
    ],
)
def test_every_estimator_can_be_tested_and_stays_as_it_is(estimator, X, y):
    params, attributes = repr(estimator.get_params()), set(vars(estimator))
    display = range_test(estimator, X, y)
    assert repr(estimator.get_params()) == params
    assert set(vars(estimator)) == attributes
    assert len(display.lrs) == len(display.losses) == len(display.smoothed)
    assert np.isfinite(display.losses).all()
    assert display.lrs[0] == pytest.approx(1e-5)
    assert np.all(np.diff(display.lrs) > 0)


def test_a_fitted_estimator_stays_as_it_is():
    model = make_classifier(max_epochs=1).fit(X, y)
    net, before = model.net_, model.predict_proba(X)
    range_test(model)
    assert model.net_ is net
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_the_other_steps_of_a_pipeline_are_fitted_as_in_its_fit():
    def halve(X):
        return X / 2

    scaled = FunctionTransformer(halve)
    alone = range_test(make_classifier(standardize=False), X / 2)
    model = make_pipeline("passthrough", scaled, make_classifier(standardize=False))
    assert_same(range_test(model), alone)


def test_the_same_seed_gives_the_same_test():
    assert_same(range_test(), range_test())
    other = range_test(make_classifier(random_state=1))
    assert other.losses[0] != range_test().losses[0]


def test_a_random_state_is_not_moved():
    random_state = np.random.RandomState(0)
    before = bytes_of(random_state)
    model = make_classifier(random_state=random_state)
    assert_same(range_test(model), range_test(model))
    assert bytes_of(random_state) == before


def test_weight_two_is_the_row_twice():
    weight = np.ones(len(X))
    weight[:5] = 2.0
    twice = range_test(X=np.vstack([X, X[:5]]), y=np.append(y, y[:5]))
    assert_same(range_test(sample_weight=weight), twice)


class FirstLoss(Callback):
    """Keep the first loss of each training for the test that asks."""

    seen: ClassVar[list] = []

    def on_train_begin(self, net, **kwargs):
        self.waits_ = True

    def on_batch_end(self, net, training=False, loss=None, **kwargs):
        if self.waits_:
            self.seen.append(loss.item())
        self.waits_ = False


@pytest.mark.parametrize(
    "params",
    [
        {"batch_size": 5},
        {"dropout": 0.5},
        {"class_weight": {0: 1.0, 1: 20.0}},
        {"early_stopping": True, "validation_fraction": 0.5},
        {"standardize": False},
        {"net_params": {"batch_size": 3, "optimizer__momentum": 0.9}},
    ],
    ids=str,
)
def test_the_first_batch_is_that_of_a_fit(params, monkeypatch):
    monkeypatch.setattr(FirstLoss, "seen", [])
    optimizer = "sgd" if "net_params" in params else "adam"
    model = make_classifier(**params, optimizer=optimizer, callbacks=[FirstLoss()])
    clone(model).set_params(max_epochs=1).fit(X, y)
    display = range_test(model)
    assert FirstLoss.seen == [display.losses[0]] * 2
    assert display.losses[0] != range_test().losses[0]


@pytest.mark.parametrize(
    "params",
    [
        {"lr": 100.0, "lr_schedule": None, "max_epochs": 1},
        {"lr_schedule": "plateau", "warm_start": True, "verbose": 2},
        {"net_params": {"max_epochs": 1, "verbose": 1, "lr": 5.0}},
    ],
    ids=str,
)
def test_some_parameters_do_not_count(params, capsys):
    assert_same(range_test(make_classifier(**params)), range_test())
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_early_stopping_does_not_stop():
    stopping = {"early_stopping": True, "n_iter_no_change": 1, "tol": 10.0}
    display = range_test(make_classifier(**stopping), lr_max=1e-3)
    assert len(display.lrs) == N_UPDATES


class Poison(Callback):
    """Make a weight NaN after some updates."""

    def __init__(self, n_updates):
        self.n_updates = n_updates

    def on_train_begin(self, net, **kwargs):
        self.left_ = self.n_updates

    def on_batch_end(self, net, training=False, **kwargs):
        self.left_ -= 1
        if not self.left_:
            next(net.module_.parameters()).data.fill_(np.nan)


def test_no_warning_of_divergence_escapes():
    # Warnings are errors here.
    display = range_test(make_classifier(callbacks=[Poison(14)]))
    assert len(display.lrs) == 14
    assert np.isfinite(display.losses).all()


def test_other_warnings_are_seen():
    def warn(X):
        warnings.warn("look here", UserWarning, stacklevel=1)
        return X

    with pytest.warns(UserWarning, match="look here"):
        range_test(make_pipeline(FunctionTransformer(warn), make_classifier()))


# -- what is refused -----------------------------------------------------------


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        RNNClassifier,
        make_pipeline(TextVectorizer()),
        make_pipeline(FunctionTransformer(), LogisticRegression()),
        GridSearchCV(RNNClassifier(), {"lr": [0.1]}),
    ],
)
def test_other_estimators_are_refused(estimator):
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        find_lr(estimator, X, y)


def test_bad_parameters_are_refused(assert_refused):
    cases = [
        ({"lr_min": 0.0}, "lr_min == 0.0, must be > 0"),
        ({"lr_max": -1.0}, "lr_max == -1.0, must be > 0"),
        ({"lr_max": "high"}, "lr_max must be an instance of"),
        ({"n_updates": 19}, "n_updates == 19, must be >= 20"),
        ({"n_updates": 50.0}, "n_updates must be an instance of int"),
        ({"lr_min": 0.1, "lr_max": 0.1}, r"lr_min must be lower .*lr_max=0.1"),
        ({"lr_max": np.inf}, r"both finite, .*lr_max=inf"),
        ({"lr_min": np.nan}, r"both finite, got lr_min=nan"),
    ]
    model = make_classifier()
    refused = (TypeError, ValueError)
    assert_refused(lambda params: find_lr(model, X, y, **params), cases, refused)


def test_a_bad_parameter_of_the_estimator_is_refused():
    with pytest.raises(ValueError, match="'hidden_size' parameter of RNNClassifier"):
        range_test(make_classifier().set_params(hidden_size=0))


def test_a_loss_that_explodes_at_once_is_an_error():
    model = RNNRegressor(4, cell="rnn", random_state=0)
    with pytest.raises(ValueError, match=r"exploded after \d+ of 20 .*lower lr_min"):
        range_test(model, y=X[:, 1], lr_min=1e3, lr_max=1e6)


def test_what_keeps_or_ends_a_fit_is_left_out(tmp_path):
    callbacks = [Checkpoint(tmp_path / "a.checkpoint"), ("time", TimeBudget(1e-9))]
    assert_same(range_test(make_classifier(callbacks=callbacks)), range_test())
    assert list(tmp_path.iterdir()) == []


def test_callbacks_of_scikit_learn_hear_nothing_of_it():
    callback = pytest.importorskip("sklearn.callback")
    monitor = callback.ScoringMonitor(scoring="accuracy")
    range_test(make_classifier().set_callbacks(monitor))
    with pytest.raises(ValueError, match="No logs"):
        monitor.get_logs()


def test_a_callback_that_ends_training_is_an_error():
    stop = EarlyStopping(monitor="train_loss", patience=2, sink=lambda message: None)
    model = make_classifier(callbacks=[stop], batch_size=24)
    stop.set_params(threshold=10.0)
    with pytest.raises(ValueError, match=r"callback ended .* of 20 updates; leave out"):
        range_test(model)


# -- the picture ---------------------------------------------------------------


def test_from_estimator_draws_what_find_lr_finds():
    display = LearningRateDisplay.from_estimator(
        make_classifier(), X, y, n_updates=N_UPDATES, lr_max=0.5
    )
    assert_same(range_test(lr_max=0.5), display)
    np.testing.assert_array_equal(display.losses_line_.get_ydata(), display.losses)
    np.testing.assert_array_equal(display.line_.get_ydata(), display.smoothed)
    np.testing.assert_array_equal(display.line_.get_xdata(), display.lrs)
    assert display.suggestion_line_.get_xdata()[0] == display.suggestion
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_xlabel() == "learning rate"
    assert display.ax_.get_ylabel() == "loss"


def test_plot_draws_on_the_axes_given_and_returns_itself():
    _, (ax, _) = plt.subplots(1, 2)
    lrs = np.geomspace(1e-3, 1.0, 4)
    losses = np.array([1.0, 0.6, 0.4, 40.0])
    display = LearningRateDisplay(
        lrs=lrs, losses=losses, smoothed=losses, suggestion=0.012345
    )
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "suggested: 0.012" in texts
    bottom, top = ax.get_ylim()
    assert bottom < 0.4 and 1.0 < top < 4.0  # the fall is to be seen


def test_without_matplotlib_the_error_says_how_to_install_it(monkeypatch):
    display = range_test()
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        display.plot()
