"""Batches and epochs that follow from the data."""

import numpy as np
import pytest

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.callbacks import TimeBudget
from sklearn_rnn.estimators._plan import choose_plan
from sklearn_rnn.inspection import ScheduleDisplay

X = np.random.default_rng(0).normal(size=(20, 3))
Y = np.arange(20) % 2


def plan(n_rows, batch_size="auto", max_epochs="auto"):
    return tuple(choose_plan(batch_size, max_epochs, n_rows).values())


@pytest.mark.parametrize(
    ("n_rows", "expected"),
    [
        (1, (8, 500)),  # 1 update in each epoch
        (28, (8, 125)),  # 4
        (200, (8, 20)),  # 25, and 20 epochs of them are the 500
        (1_000, (8, 20)),  # 125
        (1_001, (32, 50)),
        (None, (32, 50)),
    ],
)
def test_few_rows_get_at_least_500_updates(n_rows, expected):
    assert plan(n_rows) == expected


def test_what_is_given_is_left_and_the_rest_follows():
    assert plan(64, batch_size=32) == (32, 250)
    assert plan(64, max_epochs=3) == (8, 3)
    assert plan(64, 64, 3) == (64, 3)


def test_the_fitted_attributes_say_what_was_chosen():
    model = RNNClassifier(2, random_state=0).fit(X, Y)
    assert (model.batch_size_, model.max_epochs_) == (8, 167)
    assert (model.net_.batch_size, model.net_.max_epochs) == (8, 167)
    # The course of the rate is laid over all that is planned.
    assert model.history_["lr"][[0, -1]] == pytest.approx([0.01, 0.0], abs=1e-5)
    model.set_params(callbacks=[TimeBudget(0.01)])
    model.fit(np.r_[X, X], np.r_[Y, Y])  # the same weighted set
    assert (model.batch_size_, model.max_epochs_) == (8, 167)
    model.set_params(callbacks=None, net_params={"batch_size": 20}, max_epochs=2)
    model.fit(X, Y)
    assert (model.batch_size_, model.max_epochs_, model.n_iter_) == (20, 2, 2)
    early = RNNClassifier(2, early_stopping=True, n_iter_no_change=1, random_state=0)
    assert early.fit(X, Y).max_epochs_ == 167  # 18 rows, 3 updates
    assert early.n_iter_ <= 167


def test_tokens_parts_and_numbers_to_predict_are_learnt_as_before():
    ids = TextVectorizer().fit_transform(["a b", "b"])
    model = RNNClassifier(2, random_state=0).fit(ids, [0, 1])
    assert (model.batch_size_, model.max_epochs_) == (32, 50)
    model = RNNClassifier(2, random_state=0).partial_fit(X, Y, classes=[0, 1])
    assert model.batch_size_ == 32
    model = RNNClassifier(2, max_epochs=1, random_state=0).fit(X, Y).partial_fit(X, Y)
    assert model.net_.batch_size == model.batch_size_ == 8
    params = RNNRegressor().get_params()
    assert (params["batch_size"], params["max_epochs"]) == (32, 50)


def test_the_planned_rates_are_those_of_the_chosen_epochs():
    display = ScheduleDisplay.from_estimator(RNNClassifier(), n_samples=20)
    assert (len(display.lrs), display.updates_per_epoch) == (501, 3)
    tokens = RNNClassifier(input="tokens")
    assert len(ScheduleDisplay.from_estimator(tokens, n_samples=20).lrs) == 50
