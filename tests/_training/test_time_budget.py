import numpy as np
import pytest
from skorch.callbacks import Callback

from sklearn_rnn import RNNRegressor
from sklearn_rnn._training import _time_budget
from sklearn_rnn.callbacks import TimeBudget, WeightAverage

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 4))
y = X.sum(axis=1)


@pytest.fixture
def clock(monkeypatch):
    """Let the clock stand still, but for what the test adds to it."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(_time_budget, "time", clock)
    return clock


class Takes(Callback):
    """Let each update take so many seconds."""

    def __init__(self, clock, seconds):
        self.clock = clock
        self.seconds = seconds

    def __sklearn_clone__(self):
        return self

    def on_batch_end(self, net, training=False, **kwargs):
        if training:
            self.clock.now += self.seconds


def make(*callbacks, **params):
    # Three updates in each epoch.
    defaults = {"batch_size": 4, "max_epochs": 5, "random_state": 0}
    defaults.update(cell="rnn", lr_schedule=None)
    return RNNRegressor(3, callbacks=callbacks, **{**defaults, **params})


@pytest.mark.parametrize(
    ("seconds", "n_updates", "n_epochs"),
    # An update takes a second. The epoch that it ends has no row either.
    [(0.5, 1, 0), (2.5, 3, 0), (5.9, 6, 1), (6.1, 7, 2), (14.5, 15, 4), (100, 15, 5)],
)
def test_training_ends_with_the_update_that_goes_over_the_time(
    clock, seconds, n_updates, n_epochs
):
    model = make(Takes(clock, 1), TimeBudget(seconds)).fit(X, y)
    assert clock.now - 100 == n_updates
    assert model.n_iter_ == n_epochs
    assert np.isfinite(model.predict(X)).all()


def test_what_was_learnt_amid_an_epoch_is_kept(clock):
    model = make(Takes(clock, 1), TimeBudget(3.5)).fit(X, y)
    one, two = (make(max_epochs=n).fit(X, y).predict(X) for n in (1, 2))
    assert model.n_iter_ == 1
    assert not np.array_equal(model.predict(X), one)
    assert not np.array_equal(model.predict(X), two)


def test_the_best_weights_come_back_when_training_stops_early(clock):
    params = {"early_stopping": True, "n_iter_no_change": 100, "lr": 0.3}
    params |= {"validation_fraction": 0.25, "max_epochs": 40}
    long = make(Takes(clock, 0), **params).fit(X, y)
    best = long.best_epoch_
    assert best < 40
    # Nine rows are left to train on: three updates an epoch.
    late = make(Takes(clock, 1), TimeBudget(3 * (best + 2) - 0.5), **params).fit(X, y)
    assert late.n_iter_ > best
    assert late.best_epoch_ == best
    np.testing.assert_array_equal(late.predict(X), long.predict(X))


def test_the_average_of_the_weights_is_what_stays(clock):
    def weights(*callbacks):
        model = make(Takes(clock, 1), *callbacks, TimeBudget(3.5)).fit(X, y)
        return model.predict(X)

    assert not np.array_equal(weights(), weights(WeightAverage(0.9)))


def test_each_fit_has_its_own_time(clock):
    model = make(Takes(clock, 1), TimeBudget(6.5))
    assert [model.fit(X, y).n_iter_ for _ in range(3)] == [2, 2, 2]


def test_it_is_the_time_on_the_wall_that_counts():
    model = make(TimeBudget(0.3), max_epochs=100_000).fit(X, y)
    assert 0 < model.n_iter_ < 100_000
    assert model.history_["seconds"].sum() < 5


@pytest.mark.parametrize("seconds", [0, -1, "soon", None, float("nan")])
def test_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds must be a number above 0"):
        make(TimeBudget(seconds)).fit(X, y)
