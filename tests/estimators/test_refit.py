"""After early stopping a second training on all rows, and what may cut it short."""

import copy
import signal

import numpy as np
import pytest
import torch
from sklearn.base import clone
from skorch.callbacks import Callback

from sklearn_rnn import (
    RNNClassifier,
    RNNForecaster,
    RNNRegressor,
    SequencesWithStatic,
)
from sklearn_rnn._training import _checkpoint, _time_budget
from sklearn_rnn._training._tree_file import read_tree, write_tree
from sklearn_rnn.callbacks import Checkpoint, TimeBudget
from sklearn_rnn.estimators import _plan
from sklearn_rnn.exceptions import DivergenceWarning, RefitWarning

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 4))
y = X.sum(axis=1) + rng.normal(size=24)
# With these the best epoch is neither the first nor the last of those trained.
SETTINGS = {"cell": "rnn", "batch_size": 8, "max_epochs": 12, "lr": 0.1}
STOPS = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 3}


def make(*callbacks, refit=True, **params):
    params = {"random_state": 0, **SETTINGS, **STOPS, **params}
    return RNNRegressor(4, callbacks=callbacks, refit=refit, **params)


def assert_same_weights(one, other):
    theirs = other.net_.module_.state_dict()
    for name, weight in one.net_.module_.state_dict().items():
        assert torch.equal(weight, theirs[name]), name


class AtEpoch(Callback):
    """Do something when an epoch of the training on all rows ends."""

    def __init__(self, do, n_epochs=1):
        self.do = do
        self.n_epochs = n_epochs

    def __sklearn_clone__(self):
        return self

    def on_epoch_end(self, net, **kwargs):
        on_all = "valid_loss" not in net.history[-1]
        if on_all and len(net.history) == self.n_epochs:
            self.do(net)


def test_the_training_that_found_the_epochs_can_still_be_looked_at():
    part, whole = make(refit=False).fit(X, y), make().fit(X, y)
    assert 1 < whole.best_epoch_ == part.best_epoch_ == whole.n_iter_ < part.n_iter_
    for name, values in part.history_.items():
        if name != "seconds":
            found = whole.validation_history_[name]
            np.testing.assert_array_equal(found, values)
    assert "valid_loss" not in whole.history_
    assert part.validation_history_ is None


def test_the_schedule_ends_with_the_last_epoch():
    part, whole = (
        make(refit=refit, net_params={"max_epochs": 9}).fit(X, y)
        for refit in (False, True)
    )
    # The course of a cosine over so many updates, three for each epoch.
    n = part.best_epoch_
    assert n < 9
    expected = 0.1 * (1 + np.cos(np.pi * np.arange(n) / n)) / 2
    np.testing.assert_allclose(whole.history_["lr"], expected, rtol=1e-6)


def test_a_warm_start_refits_from_the_weights_before():
    before = make(refit=False, early_stopping=False, max_epochs=2, warm_start=True)
    before.fit(X, y)
    stops = copy.deepcopy(before).set_params(max_epochs=12, refit=True, **STOPS)
    part = copy.deepcopy(stops).set_params(refit=False).fit(X, y)
    whole = stops.fit(X, y)
    n = part.best_epoch_ - 2  # counted on from the two epochs before
    assert n > 0
    assert_same_weights(whole, before.set_params(max_epochs=n).fit(X, y))


def test_without_early_stopping_there_is_one_training():
    one = make(early_stopping="auto").fit(X, y)
    assert_same_weights(one, make(early_stopping=False, refit=False).fit(X, y))
    assert one.validation_history_ is None


def test_partial_fit_goes_on_from_the_refit():
    whole = make().fit(X, y)
    again = clone(whole).set_params(early_stopping=False, max_epochs=whole.n_iter_)
    again.fit(X, y)
    assert_same_weights(whole.partial_fit(X, y), again.partial_fit(X, y))


def test_validation_data_beside_x_are_refused_and_the_remedy_trains_on_them():
    model = make(max_epochs=2)
    with pytest.raises(ValueError, match=r"X_val was given.*validation_fraction="):
        model.fit(X[:16], y[:16], X_val=X[16:], y_val=y[16:])
    pair = (np.arange(16), np.arange(16, 24))
    whole = model.set_params(validation_fraction=[pair]).fit(X, y)
    last = clone(model).set_params(early_stopping=False, max_epochs=whole.n_iter_)
    assert_same_weights(whole, last.fit(X, y))


def test_what_the_data_decide_stays_as_the_first_training_has_found_it(monkeypatch):
    # 14 rows are trained on first, and most of the long ones are held out.
    monkeypatch.setattr(_plan, "FEW_ROWS", 18)
    long = [rng.normal(size=300 if i < 13 else 20) for i in range(24)]
    pair = (np.r_[:3, 13:24], np.r_[3:13])
    params = {"early_stopping": True, "validation_fraction": [pair], "max_epochs": 2}
    params |= {"kernel_sizes": (3, 3), "random_state": 0, "cell": "rnn"}
    beside = SequencesWithStatic(long, beside=[long])
    labels = np.arange(24) % 2
    part, whole = (
        RNNClassifier(2, refit=refit, **params).fit(beside, labels)
        for refit in (False, True)
    )
    assert whole.validation_history_ is not None
    assert whole.batch_size_ == part.batch_size_ == 8
    assert whole.patch_length_ == part.patch_length_ == 1
    sizes, expected = (m.net_.get_params_for("module") for m in (whole, part))
    for name in ("patch_length", "beside", "stride", "dilations"):
        assert sizes[name] == expected[name], name
    whole.predict(beside)


def test_verbose_does_not_advise_what_is_done(capsys):
    many = rng.normal(size=(2000, 2))
    params = {"max_epochs": 1, "batch_size": 1000, "cell": "rnn", "verbose": 1}
    RNNRegressor(1, refit=True, **params).fit(many, many[:, 0])
    said = capsys.readouterr().out
    assert "refit=True then trains on all rows" in said
    assert "early_stopping=False" not in said


# -- cut short ---------------------------------------------------------------------


def test_ctrl_c_leaves_what_was_found_before():
    model = make(AtEpoch(lambda net: signal.raise_signal(signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    part = make(refit=False).fit(X, y)
    assert_same_weights(model, part)
    assert model.n_iter_ == part.n_iter_
    np.testing.assert_array_equal(model.target_mean_, part.target_mean_)
    np.testing.assert_array_equal(model.predict(X), part.predict(X))


def test_a_divergence_leaves_what_was_found_before():
    def ruin(net):
        net.module_.head.affine.bias.data[0] = torch.nan

    with (
        pytest.warns(DivergenceWarning),
        pytest.warns(RefitWarning, match="cut short"),
    ):
        model = make(AtEpoch(ruin)).fit(X, y)
    np.testing.assert_array_equal(
        model.predict(X), make(refit=False).fit(X, y).predict(X)
    )


def test_both_trainings_share_one_time_budget(monkeypatch):
    now = [100.0]
    clock = type("Clock", (), {"monotonic": staticmethod(lambda: now[0])})
    monkeypatch.setattr(_time_budget, "time", clock)

    class Takes(Callback):
        def on_batch_end(self, net, training=False, **kwargs):
            now[0] += training

    part = make(refit=False).fit(X, y)
    n_first = 3 * part.n_iter_  # updates of a second each, of 18 rows in batches of 8
    n_second = 3 * part.best_epoch_
    budgets = {}
    for seconds in (n_first + n_second + 0.5, n_first + n_second - 1.5):
        now[0] = 100.0
        model = make(Takes(), TimeBudget(seconds))
        if seconds < n_first + n_second:
            with pytest.warns(RefitWarning):
                model.fit(X, y)
        else:
            model.fit(X, y)
        budgets[seconds] = model.validation_history_ is not None
    assert list(budgets.values()) == [True, False]
    assert_same_weights(model, part)


def test_a_time_budget_that_cuts_the_first_training_is_told():
    budget = TimeBudget(1e-9)
    with pytest.warns(RefitWarning, match=r"finds the number.*refit=True has no"):
        make(budget).fit(X, y)


def test_a_killed_refit_goes_on_from_a_file_of_its_own(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def write_and_die(path, tree):
        write_tree(path, tree)
        if path.suffix == ".refit":
            raise Killed

    path = tmp_path / "fit.checkpoint"
    monkeypatch.setattr(_checkpoint, "write_tree", write_and_die)
    with pytest.raises(Killed):
        make(Checkpoint(path)).fit(X, y)
    monkeypatch.setattr(_checkpoint, "write_tree", write_tree)
    assert not read_tree(path.with_name("fit.checkpoint.refit"))["finished"]
    expected = make().fit(X, y)
    for _ in range(2):  # the second time both trainings are read
        model = make(Checkpoint(path)).fit(X, y)
        assert_same_weights(model, expected)
        assert model.validation_history_["valid_loss"][0] > 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "fit.checkpoint",
        "fit.checkpoint.refit",
    ]


# -- a forecaster ------------------------------------------------------------------

SERIES = np.sin(np.arange(80) / 3) + rng.normal(scale=0.3, size=80)
QUICK = {"batches_per_epoch": 4, "max_epochs": 2, "random_state": 0, "window": 8}


def test_a_forecaster_learns_from_the_ends_and_keeps_its_rule():
    params = {"quantiles": [0.1, 0.9], **QUICK, "batches_per_epoch": 15, "lr": 0.02}
    part, whole = (
        RNNForecaster(4, hidden_size=4, refit=refit, **params).fit(SERIES)
        for refit in (False, True)
    )
    for name in ("share_", "chosen_", "ridge_alpha_", "held_out_error_"):
        assert getattr(whole, name) == getattr(part, name)
    np.testing.assert_array_equal(whole.conformal_width_, part.conformal_width_)
    assert part.best_epoch_ > 0
    params |= {"max_epochs": part.best_epoch_, "early_stopping": False}
    assert_same_weights(whole, RNNForecaster(4, hidden_size=4, **params).fit(SERIES))
    assert not np.array_equal(whole.predict(), part.predict())


def test_no_epoch_may_be_the_best():
    params = {"lr": 5.0, "n_iter_no_change": 1, "linear": "start", "refit": True}
    whole = RNNForecaster(4, hidden_size=4, **QUICK, **params).fit(SERIES)
    assert whole.best_epoch_ == whole.n_iter_ == 0
    assert len(whole.validation_history_["valid_loss"]) == 1
    assert np.isfinite(whole.predict()).all()
