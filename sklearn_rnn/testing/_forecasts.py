"""A forecast is made of the past alone, and of a series in a panel as of it alone."""

from typing import Any
from unittest import SkipTest

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.testing._predictions import assert_same, take
from sklearn_rnn.testing._samples import make_series
from sklearn_rnn.testing._subject import Subject

N_PAST, N_FUTURE = 36, 8
ADDED = 4096.0
"""A whole number, which float64 adds to the series without rounding."""


class Panel:
    """Three series as a long table: their number, the time, and two columns.

    Parameters
    ----------
    subject : Subject
        Skips the check where its estimator has no parameters for the two columns.
    """

    def __init__(self, subject: Subject) -> None:
        params = subject.new().get_params(deep=False)
        if not {"series", "time"} <= params.keys():
            raise SkipTest("there are no parameters series and time")
        self.subject = subject
        parts = [make_series(N_PAST + N_FUTURE, seed) for seed in range(3)]
        times = np.arange(N_PAST + N_FUTURE)
        self.X = np.concatenate(
            [
                np.column_stack([np.full(len(times), i), times, np.stack(part.X)])
                for i, part in enumerate(parts)
            ]
        )
        self.y = np.concatenate([part.y for part in parts])
        self.is_past = self.X[:, 1] < N_PAST

    @property
    def past(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """What is learnt from."""
        return self.X[self.is_past], self.y[self.is_past]

    @property
    def future(self) -> NDArray[Any]:
        """What is forecast."""
        return self.X[~self.is_past]

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Any:
        """Fit a clone that knows the two columns."""
        return self.subject.new().set_params(series=0, time=1).fit(X, y)


def _one_series() -> tuple[NDArray[Any], NDArray[Any]]:
    samples = make_series(N_PAST + N_FUTURE)
    return np.stack(samples.X), samples.y


def check_a_forecast_for_each_row(subject: Subject) -> None:
    """`predict` forecasts as many steps as X has rows, and of a few the first ones."""
    X, y = _one_series()
    fitted = subject.fit(X[:N_PAST], y[:N_PAST])
    for n_rows in (1, N_FUTURE):
        predicted = np.asarray(fitted.predict(X[N_PAST : N_PAST + n_rows]))
        assert predicted.shape == (n_rows,), (
            f"predict gave shape {predicted.shape} for {n_rows} rows."
        )
        assert np.isfinite(predicted).all(), "predict gave NaN or infinity."


def check_nothing_of_the_future_is_read(subject: Subject) -> None:
    """`predict` reads nothing of the future: neither y nor what is of the past only."""
    X, y = _one_series()
    new = subject.new()
    has_past_only = "past_only" in new.get_params(deep=False)
    if has_past_only:
        new.set_params(past_only=[1])
    later = y.copy()
    later[N_PAST:] = 1e6
    expected = subject.said(new.fit(X[:N_PAST], y[:N_PAST]), X[N_PAST:])
    new.fit(X[:N_PAST], later[:N_PAST])
    assert_same(subject.said(new, X[N_PAST:]), expected, "Only later steps changed")
    if not has_past_only:
        return
    future = X[N_PAST:].copy()
    for value in (1e6, np.nan):
        future[:, 1] = value
        what = f"A column of the past only became {value} in the future"
        assert_same(subject.said(new, future), expected, what)


def check_what_is_added_to_the_series_is_added_to_the_forecast(
    subject: Subject,
) -> None:
    """Add a number to the series: it is added to the forecast, and that is all."""
    subject.require_repeatable()
    X, y = _one_series()
    past, future = X[:N_PAST], X[N_PAST:]
    expected = subject.said(subject.fit(past, y[:N_PAST]), future)
    moved = subject.said(subject.fit(past, y[:N_PAST] + ADDED), future)
    moved = {name: [row - ADDED for row in rows] for name, rows in moved.items()}
    # The sum itself is rounded.
    allowed = max(subject.rtol, 4 * ADDED * np.finfo(np.float64).eps)
    assert_same(moved, expected, f"{ADDED:g} was added to the series", allowed)


def check_update_makes_the_past_longer(subject: Subject) -> None:
    """`update` with steps one by one is that with all; nothing is trained."""
    X, y = _one_series()
    n_known = N_PAST - 6
    future = X[N_PAST:]
    one_by_one, at_once = (subject.fit(X[:n_known], y[:n_known]) for _ in range(2))
    before = subject.said(at_once, X[n_known : n_known + N_FUTURE])
    for i in range(n_known, N_PAST):
        one_by_one.update(X[i : i + 1], y[i : i + 1])
    at_once.update(X[n_known:N_PAST], y[n_known:N_PAST])
    expected = subject.said(at_once, future)
    said = subject.said(one_by_one, future)
    if subject.is_repeatable:
        assert_same(said, expected, "Steps came one by one", subject.rtol)
    moved = any(
        not np.array_equal(one, other)
        for name in expected
        for one, other in zip(before[name], expected[name], strict=True)
    )
    assert moved, "update changed no forecast, though six steps had come."


def check_update_leaves_other_series_alone(subject: Subject) -> None:
    """`update` of one series leaves the forecasts of the others."""
    panel = Panel(subject)
    fitted = panel.fit(*panel.past)
    others = panel.future[panel.future[:, 0] != 0]
    expected = subject.said(fitted, others)
    first = ~panel.is_past & (panel.X[:, 0] == 0)
    fitted.update(panel.X[first][:4], panel.y[first][:4])
    what = "Another series went on"
    assert_same(subject.said(fitted, others), expected, what, subject.rtol)


def check_a_series_alone_is_as_in_a_panel(subject: Subject) -> None:
    """`predict` gives a series the same forecast alone and beside others."""
    panel = Panel(subject)
    fitted = panel.fit(*panel.past)
    together = subject.said(fitted, panel.future)
    for number in range(3):
        rows = np.flatnonzero(panel.future[:, 0] == number)
        alone = subject.said(fitted, panel.future[rows])
        what = f"Series {number} was forecast alone"
        assert_same(alone, take(together, rows), what, subject.rtol)


def check_the_order_of_series_and_rows_does_not_matter(subject: Subject) -> None:
    """Rows that have their times come in any order, in `fit` and in `predict`."""
    subject.require_repeatable()
    panel = Panel(subject)
    X, y = panel.past
    expected = subject.said(panel.fit(X, y), panel.future)
    order = np.random.default_rng(0).permutation(len(X))
    mixed = panel.fit(X[order], y[order])
    what = "The rows of fit came in another order"
    assert_same(subject.said(mixed, panel.future), expected, what, subject.rtol)
    order = np.random.default_rng(1).permutation(len(panel.future))
    said = subject.said(mixed, panel.future[order])
    what = "The rows of predict came in another order"
    assert_same(said, take(expected, order), what, subject.rtol)
