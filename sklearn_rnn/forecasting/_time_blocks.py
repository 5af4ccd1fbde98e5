"""Folds in time for many series at once."""

__all__ = ["TimeBlockSplit"]

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_scalar, indexable

from sklearn_rnn.forecasting._steps import find_steps

Indices = NDArray[np.intp]


class TimeBlockSplit(BaseCrossValidator):
    """Folds whose test part is a block of time, of all series at once.

    Each test fold holds the rows of `horizon` consecutive times, and its training part
    all rows before them, whatever the order of the rows and the number of series: no
    training row is later than a test row. The last fold ends with the last time, and
    folds do not overlap.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 1.
    horizon : int, default=1
        Times in a test fold, at least 1: as many as the forecaster forecasts.
    time : str or int, default=None
        The column of `X` that says the time of a row: its name or, in an array, its
        number. None takes an index of dates; without one each series is in order, and
        all end at the same time.
    series : str or int, default=None
        The column of `X` that says the series of a row. None takes `groups` of
        `split`; without them all rows are of one series.

    See Also
    --------
    backtest : Trains once, or now and then, and forecasts from many origins.
    sklearn.model_selection.TimeSeriesSplit : The same for one series in order.

    Notes
    -----
    Rows of a series that has no row in the training part are left out of the test fold:
    a forecaster cannot know it. Where the times have gaps that all series share, a fold
    of `horizon` times reaches further than `horizon` steps.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_rnn import TimeBlockSplit
    >>> X = pd.DataFrame({"day": [1, 2, 3, 4, 1, 2, 3, 4], "shop": list("aaaabbbb")})
    >>> for train, test in TimeBlockSplit(2, 1, time="day", series="shop").split(X):
    ...     print(train, test)
    [0 1 4 5] [2 6]
    [0 1 2 4 5 6] [3 7]
    """

    def __init__(
        self,
        n_splits: int = 5,
        horizon: int = 1,
        *,
        time: str | int | None = None,
        series: str | int | None = None,
    ) -> None:
        self.n_splits = check_scalar(n_splits, "n_splits", Integral, min_val=1)
        self.horizon = check_scalar(horizon, "horizon", Integral, min_val=1)
        self.time = time
        self.series = series

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : object
            Not looked at.

        Returns
        -------
        n_splits : int
        """
        return int(self.n_splits)

    def split(
        self, X: Any, y: Any = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[Indices, Indices]]:
        """Give the rows of each fold.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Whose rows are steps; a series by itself, of shape (n_samples,), as well.
        y : array-like, default=None
            As long as `X`; else not looked at.
        groups : array-like of shape (n_samples,), default=None
            The series of each row, where `series` is None.

        Yields
        ------
        train, test : int ndarray of shape (n_train,) and (n_test,)
            Rows, in the order of `X`. The earliest fold comes first.

        Raises
        ------
        ValueError
            If `X` has no such column, if a row has no time or no series, or if there
            are too few times.
        """
        X, y, groups = indexable(X, y, groups)
        steps = find_steps(X, self.time, self.series, groups)
        n_times = len(steps.times)
        first = n_times - self.n_splits * self.horizon
        if first < 1:
            raise ValueError(
                f"n_splits={self.n_splits} folds of horizon={self.horizon} and a "
                f"training part need {self.n_splits * self.horizon + 1} times, but X "
                f"has {n_times}; take fewer folds or a smaller horizon."
            )
        for start in range(first, n_times, self.horizon):
            is_train = steps.time < start
            known = np.isin(steps.series, np.unique(steps.series[is_train]))
            is_test = ~is_train & (steps.time < start + self.horizon) & known
            yield np.flatnonzero(is_train), np.flatnonzero(is_test)
