"""No fold knows what is later than its test part begins."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.model_selection import (
    GridSearchCV,
    TimeSeriesSplit,
    cross_val_score,
)

from sklearn_rnn import TimeBlockSplit


def make_panel(lengths=(10, 7, 12), seed=0):
    """Make series that end on the same day, their rows in any order."""
    end = pd.Timestamp("2024-03-03")
    parts = [
        pd.DataFrame({"day": pd.date_range(end=end, periods=n), "shop": f"s{i}"})
        for i, n in enumerate(lengths)
    ]
    X = pd.concat(parts).sample(frac=1.0, random_state=seed)
    return X.reset_index(drop=True)


@pytest.mark.parametrize(("n_splits", "horizon"), [(2, 1), (3, 4), (5, 7)])
def test_one_series_is_split_as_by_scikit_learn(n_splits, horizon):
    X = np.zeros((40, 2))
    ours = TimeBlockSplit(n_splits, horizon)
    theirs = TimeSeriesSplit(n_splits, test_size=horizon)
    assert ours.get_n_splits() == theirs.get_n_splits() == n_splits
    for found, expected in zip(ours.split(X), theirs.split(X), strict=True):
        for mine, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(mine, other)


def test_all_series_are_cut_at_the_same_time():
    X = make_panel()
    folds = list(TimeBlockSplit(3, 2, time="day", series="shop").split(X))
    assert len(folds) == 3
    for k, (train, test) in enumerate(folds):
        last = pd.Timestamp("2024-03-03") - pd.Timedelta(days=2 * (2 - k))
        first = last - pd.Timedelta(days=1)
        expected = np.flatnonzero(X["day"].between(first, last))
        np.testing.assert_array_equal(test, expected)
        np.testing.assert_array_equal(train, np.flatnonzero(X["day"] < first))


WAYS = {
    "an index of dates": lambda X: X.set_index("day"),
    "a zone": lambda X: X.assign(day=X["day"].dt.tz_localize("Europe/Berlin")),
    "periods": lambda X: X.assign(day=X["day"].dt.to_period("D")),
    "dates as text": lambda X: X.assign(day=X["day"].dt.strftime("%Y-%m-%d")),
    "numbers": lambda X: X.assign(day=X["day"].dt.day_of_year * 0.5),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_times_of_any_kind_give_the_same_folds(way):
    X = make_panel()
    split = TimeBlockSplit(2, 3, time="day", series="shop")
    other = way(X)
    if "day" not in other:
        split = TimeBlockSplit(2, 3, series="shop")
    for found, expected in zip(
        split.split(other),
        TimeBlockSplit(2, 3, time="day", series="shop").split(X),
        strict=True,
    ):
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])


def test_arrays_groups_and_order():
    X = make_panel().sort_values(["day", "shop"], ignore_index=True)
    shop, day = X["shop"].str[1].astype(int), X["day"].dt.day_of_year
    table = np.column_stack([shop, np.zeros(len(X)), day])
    for way in (
        TimeBlockSplit(2, 3, time=2, series=0).split(table),
        TimeBlockSplit(2, 3, series=0).split(table),
        TimeBlockSplit(2, 3).split(table, groups=X["shop"]),
    ):
        expected = TimeBlockSplit(2, 3, time="day", series="shop").split(X)
        for found, right in zip(way, expected, strict=True):
            np.testing.assert_array_equal(found[0], right[0])
            np.testing.assert_array_equal(found[1], right[1])


def test_a_series_without_a_past_is_not_tested():
    X = pd.DataFrame({"day": [1, 2, 3, 3, 4, 4], "shop": list("aaabab")})
    (_, first), (train, second) = TimeBlockSplit(2, 1, time="day", series="shop").split(
        X
    )
    assert first.tolist() == [2]
    assert train.tolist() == [0, 1, 2, 3] and second.tolist() == [4, 5]


class Last(RegressorMixin, BaseEstimator):
    """Repeats the last value of each shop, plus `bias`; refuses to look back."""

    def __init__(self, bias=0.0):
        self.bias = bias

    def fit(self, X, y):
        rows = X.assign(y=np.asarray(y)).sort_values("day")
        self.last_, self.end_ = rows.groupby("shop")["y"].last(), X["day"].max()
        return self

    def predict(self, X):
        assert X["day"].min() > self.end_
        return X["shop"].map(self.last_).to_numpy() + self.bias


def test_it_serves_in_cross_validation_and_in_searches():
    X = make_panel()
    y = np.random.default_rng(0).normal(size=len(X)) + 10 * (X["shop"] == "s1")
    cv = TimeBlockSplit(3, 2, time="day", series="shop")
    scores = cross_val_score(Last(), X, y, cv=cv, error_score="raise")
    by_hand = [
        Last().fit(X.iloc[train], y[train]).score(X.iloc[test], y[test])
        for train, test in cv.split(X)
    ]
    np.testing.assert_array_equal(scores, by_hand)
    search = GridSearchCV(Last(), {"bias": [20.0, 0.0]}, cv=cv, error_score="raise")
    assert search.fit(X, y).best_params_ == {"bias": 0.0}
    assert repr(clone(search).cv) == repr(cv)
    assert (
        repr(cv) == "TimeBlockSplit(horizon=2, n_splits=3, series='shop', time='day')"
    )


def test_what_cannot_be_split_is_refused():
    X = make_panel()
    split = TimeBlockSplit(2, 3, time="day", series="shop")
    with pytest.raises(ValueError, match=r"need 7 times, but X has 6; take fewer"):
        next(split.split(make_panel((6, 4))))
    with pytest.raises(ValueError, match="series='shop' names no column: X has the"):
        next(split.split(X[["day"]]))
    with pytest.raises(ValueError, match="time='day' names no column: X is no frame"):
        next(TimeBlockSplit(time="day").split(np.zeros((20, 2))))
    with pytest.raises(ValueError, match=r"series=2 names no column.*has 2 columns"):
        next(TimeBlockSplit(series=2).split(np.zeros((20, 2))))
    with pytest.raises(
        ValueError, match="time='day' is missing at row 4; drop such rows"
    ):
        next(split.split(X.assign(day=X["day"].mask(X.index == 4))))
    for name in ("n_splits", "horizon"):
        with pytest.raises(ValueError, match=f"{name} == 0, must be >= 1"):
            TimeBlockSplit(**{name: 0})
        with pytest.raises(TypeError, match=f"{name} must be an instance of"):
            TimeBlockSplit(**{name: 1.5})


def test_dates_of_python_in_the_index_are_times():
    days = pd.date_range("2024-01-01", periods=4).date
    X = pd.DataFrame({"shop": list("aaaabb")}, [*days, *days[:2]])
    (_, test), (_, last) = TimeBlockSplit(2, series="shop").split(X)
    assert test.tolist() == [2]
    assert last.tolist() == [3]
