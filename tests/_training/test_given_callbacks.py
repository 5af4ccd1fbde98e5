"""The callbacks of the user do what the documentation of skorch says."""

import threading

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    Freezer,
    LRScheduler,
    TrainEndCheckpoint,
)

from sklearn_rnn import RNNClassifier, RNNForecaster, RNNRegressor, RNNTagger
from sklearn_rnn.callbacks import TimeBudget

rng = np.random.default_rng(0)
X = rng.normal(size=(80, 5))
UP = np.where(X.sum(axis=1) > 0, "up", "down")
STEPS = np.where(X > 0, "up", "down")
SMALL = {"hidden_size": 4, "max_epochs": 3, "random_state": 0, "batch_size": 16}


class Run:
    """A logger's run, which its owner looks at."""

    def __init__(self):
        self.losses = []
        self.lock = threading.Lock()  # which cannot be copied


class Logger(Callback):
    def __init__(self, run):
        self.run = run

    def on_epoch_end(self, net, **kwargs):
        self.run.losses.append(net.history[-1, "train_loss"])


class Count(Callback):
    def __init__(self, at=0):
        self.at = at
        self.n_epochs_ = 0

    def on_epoch_end(self, net, **kwargs):
        self.n_epochs_ += 1


class Unusual(Callback):
    """Has an attribute without an underscore, which skorch takes for a parameter."""

    def __init__(self):
        self.n_epochs = 0

    def on_epoch_end(self, net, **kwargs):
        self.n_epochs += 1


# -- whose they are ----------------------------------------------------------------


def test_the_owner_of_a_run_sees_each_epoch():
    run = Run()
    model = RNNClassifier(**SMALL, callbacks=[("log", Logger(run))]).fit(X, UP)
    assert run.losses == model.history_["train_loss"].tolist()


class Log(Callback):
    def __init__(self, losses):
        self.losses = losses

    def on_epoch_end(self, net, **kwargs):
        self.losses.append(net.history[-1, "train_loss"])


def test_the_owner_of_a_list_sees_what_each_fit_puts_into_it():
    losses = []
    model = RNNClassifier(**SMALL, callbacks=[Log(losses), ("again", Log(losses))])
    for n_fits in (1, 2):  # empty in the first only
        model.fit(X, UP)
        assert len(losses) == n_fits * 6
    assert losses[::2] == [*model.history_["train_loss"]] * 2


def test_a_search_refuses_a_list_that_waits_to_be_filled():
    with pytest.raises(TypeError, match=r"Log whose losses .* in on_train_begin"):
        clone(RNNClassifier(callbacks=[Log([])]))


def test_what_can_be_copied_is_copied_for_each_fit():
    count = Count()
    model = RNNClassifier(**SMALL, callbacks=[count])
    for _ in range(2):
        (used,) = [c for _, c in model.fit(X, UP).net_.callbacks_ if type(c) is Count]
        assert used.n_epochs_ == 3
    assert count.n_epochs_ == 0


def test_what_cannot_be_cloned_is_used_as_it_is():
    count = Unusual()
    RNNClassifier(**SMALL, callbacks=[count]).fit(X, UP)
    assert count.n_epochs == 3
    with pytest.raises(TypeError, match=r"Unusual that cannot be cloned .*'n_epochs'"):
        clone(RNNClassifier(callbacks=[count]))


@pytest.mark.parametrize(
    "use",
    [
        clone,
        lambda model: GridSearchCV(model, {"hidden_size": [2, 3]}, cv=2).fit(X, UP),
    ],
)
def test_a_search_refuses_what_belongs_to_somebody(use):
    model = RNNClassifier(**SMALL, callbacks=[Count(), ("log", Logger(Run()))])
    with pytest.raises(TypeError, match=r"Logger whose run .* in on_train_begin"):
        use(model)


@pytest.mark.parametrize(
    "callback",
    [
        EarlyStopping(),
        EarlyStopping,
        EpochScoring(make_scorer(f1_score, average="macro"), name="f1"),
        Freezer("encoder.*"),
        LRScheduler("StepLR", step_size=1),
        TimeBudget(9),
        Count(at=[{"a": (1, np.ones(2))}]),
    ],
)
def test_usual_callbacks_may_be_searched_with(callback):
    clone(RNNClassifier(callbacks=[callback, ("named", callback)]))


# -- what skorch's do --------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (RNNClassifier(**SMALL), UP),
        (RNNClassifier(**SMALL), np.arange(80) % 3),
        (RNNTagger(**SMALL), STEPS),
        (RNNClassifier(**SMALL, kernel_sizes=(3,)), np.arange(80) % 3),
        (RNNClassifier(**SMALL, kernel_sizes=(3,)), UP),
    ],
)
def test_the_accuracy_of_skorch_is_that_of_the_history(model, y):
    scoring = EpochScoring("accuracy", lower_is_better=False)
    model.set_params(callbacks=[scoring], early_stopping=True).fit(X, y)
    found = model.net_.history[:, "accuracy"]
    np.testing.assert_allclose(found, model.history_["valid_score"])


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"quantiles": [0.1, 0.9]},
        {"loss": "poisson"},
        {"quantiles": [0.1, 0.9], "kernel_sizes": (3,)},
    ],
)
def test_a_regressor_is_scored_by_skorch(params):
    scorings = [
        EpochScoring("r2", lower_is_better=False, name="cached"),
        EpochScoring("r2", lower_is_better=False, name="seen", on_train=True),
    ]
    model = RNNRegressor(**SMALL, callbacks=scorings, early_stopping=True, **params)
    model.fit(X, np.exp(X.sum(axis=1) / 4))
    found = model.net_.history[:, "cached"]
    np.testing.assert_allclose(found, model.history_["valid_score"], rtol=1e-4)
    assert np.isfinite(model.net_.history[:, "seen"]).all()


def test_a_forecaster_is_scored_by_skorch():
    scoring = EpochScoring("neg_mean_absolute_error", lower_is_better=False, name="e")
    params = {**SMALL, "callbacks": [scoring], "batches_per_epoch": 2, "window": 5}
    model = RNNForecaster(3, quantiles=[0.1, 0.9], **params).fit(X[:, 0])
    assert np.isfinite(model.net_.history[:, "e"]).all()


def test_a_warm_start_freezes_what_it_is_told_to():
    model = RNNClassifier(**SMALL, warm_start=True).fit(X, UP)
    before = {k: w.clone() for k, w in model.net_.module_.state_dict().items()}
    model.set_params(callbacks=[Freezer("encoder.*")]).fit(X, UP)
    moved = {
        name.partition(".")[0]
        for name, weight in model.net_.module_.state_dict().items()
        if not weight.equal(before[name])
    }
    assert moved == {"head"}
    assert len(model.net_.history) == 6


class Rates(Callback):
    def on_batch_end(self, net, training, **kwargs):
        if training:
            rate = net.optimizer_.param_groups[0]["lr"]
            net.history.record_batch("rate", rate)


def test_a_rate_may_change_with_each_batch():
    halve = LRScheduler("StepLR", step_size=1, gamma=0.5, step_every="batch")
    model = RNNClassifier(**SMALL, lr=0.8, lr_schedule=None, early_stopping=False)
    model.set_params(max_epochs=1, callbacks=[Rates(), halve]).fit(X, UP)
    assert model.net_.history[-1, "batches", :, "rate"] == [0.8, 0.4, 0.2, 0.1, 0.05]


def test_checkpoints_of_skorch_are_written_and_read(tmp_path):
    best = Checkpoint(dirname=tmp_path, load_best=True)
    end = TrainEndCheckpoint(dirname=tmp_path, fn_prefix="end_")
    model = RNNClassifier(**SMALL, callbacks=[best, end], early_stopping=True)
    model.fit(X, UP)
    expected = model.predict_proba(X)
    for name in ("params.pt", "end_params.pt"):
        assert (tmp_path / name).exists()
    model.net_.load_params(f_params=tmp_path / "params.pt")
    np.testing.assert_array_equal(model.predict_proba(X), expected)
