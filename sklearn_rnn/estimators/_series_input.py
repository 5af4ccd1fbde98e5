"""What an estimator reads of series whose rows are steps."""

from numbers import Integral, Number
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import validate_data

from sklearn_rnn._compat import check_feature_names, check_sample_weight
from sklearn_rnn._messages import name_some
from sklearn_rnn.sequences import (
    Calendar,
    FrameSequences,
    Sequences,
    SeriesSteps,
    TableOfSteps,
    lay_out_steps,
    read_table_of_steps,
    to_values,
)
from sklearn_rnn.sequences._containers import to_array
from sklearn_rnn.sequences._padding import row_of
from sklearn_rnn.sequences._series import times_alone, times_of_index
from sklearn_rnn.sequences._time_index import check_order
from sklearn_rnn.sequences._values import is_date, refuse_dates

Floats = NDArray[np.float64]


class SeriesData(NamedTuple):
    """Some series as they were given, one after the other.

    Parameters
    ----------
    steps : SeriesSteps
        Which series there are, and where their steps are.
    targets : float64 ndarray of shape (n_steps_total, n_targets)
        NaN where nothing was observed.
    columns : float64 ndarray of shape (n_steps_total, n_columns)
    weight : float64 ndarray of shape (n_steps_total,)
    """

    steps: SeriesSteps
    targets: Floats
    columns: Floats
    weight: Floats

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of steps of each series."""
        return np.diff(self.steps.offsets)

    def parts(self, n_left_out: Any = 0) -> list[slice]:
        """Say where each series is, without so many steps at its end."""
        ends = self.steps.offsets[1:] - n_left_out
        return [slice(*part) for part in zip(self.steps.offsets, ends, strict=False)]


class SeriesInput:
    """The part of an estimator that reads series."""

    series_: list[Any]
    _past_last: list[Any]

    def _read_series(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Any:
        """Read steps with their targets, in `fit` or in `update`."""
        alone = y is None
        _refuse_no_rows(X, ahead=False)
        table = self._read_table(X, alone, reset=reset)
        if alone:
            targets, titles = table.columns, table.titles or _name_of(X)
            columns = np.empty((table.n_rows, 0))
            ndim = len(getattr(X, "shape", None) or np.shape(X))
        else:
            targets, titles, times, ndim = _read_targets(y)
            check_consistent_length(table.columns, targets)
            table = _with_times(table, times)
            columns = table.columns
        if reset:
            self._ndim, self._target_titles = ndim, titles
            self._n_targets, self._was_alone = targets.shape[1], alone
            self._learn_columns(table, alone)
        else:
            self._check_targets(targets, alone)
            columns = self._in_order_of_fit(table) if not alone else columns
        weight = check_sample_weight(
            sample_weight, table.columns, dtype=np.float64, ensure_non_negative=True
        )
        self._check_order(table, reset)
        steps = self._lay_out(table, reset=reset)
        if reset:
            self._calendar = None if steps.calendar is None else tuple(steps.calendar)
        filled = steps.fill(weight[:, np.newaxis])[:, 0]
        return SeriesData(
            steps,
            steps.fill(targets),
            steps.fill(columns),
            np.where(np.isnan(filled), 0.0, filled),
        )

    def _read_table(self, X: Any, alone: bool, *, reset: bool) -> TableOfSteps:
        series, time = self._setting("series"), self._setting("time")
        _refuse_sequences(X)
        if isinstance(X, np.ma.MaskedArray):  # what is masked is missing
            X = to_values(X)
        is_array = not hasattr(X, "columns")
        if is_array:
            _refuse_dates_as_values(X, "X")
        if is_array and not alone and (reset or not self._lacks_past_only(X)):
            X = validate_data(
                self,
                X,
                reset=reset,
                dtype=np.float64,
                ensure_all_finite="allow-nan",
                ensure_min_features=1 if reset else min(1, self.n_features_in_),
            )
        elif reset and alone:
            vars(self).pop("feature_names_in_", None)
        elif reset:
            check_feature_names(self, X, reset=True)
        return read_table_of_steps(X, series=series, time=time)

    def _lacks_past_only(self, X: Any) -> bool:
        """Say whether an array of the future leaves out the columns of the past only.

        Those of series and time must keep their numbers.
        """
        special = [self._setting(name) for name in ("series", "time")]
        past_only = list(self._setting("past_only"))
        behind = all(c is None or c < min(past_only, default=0) for c in special)
        n_left = self.n_features_in_ - len(past_only)
        shape = np.asarray(X).shape
        return bool(past_only) and behind and len(shape) == 2 and shape[1] == n_left

    def _numbers_of_columns(self) -> list[int]:
        """List the numbers of the columns of an array but those of series and time."""
        special = [self._setting(name) for name in ("series", "time")]
        return [i for i in range(self.n_features_in_) if i not in special]

    def _learn_columns(self, table: TableOfSteps, alone: bool) -> None:
        """Take note of the columns of X, and of those that are of the past only."""
        n_special = sum(column is not None for column in (self.series, self.time))
        self._titles = None if alone else table.titles
        n_columns = 0 if alone else table.columns.shape[1]
        self.n_features_in_ = n_columns + n_special
        names = self._titles
        if names is None:  # of an array the columns keep their numbers
            names = self._numbers_of_columns()
        unknown = [name for name in self.past_only if name not in names]
        if unknown:
            raise ValueError(
                f"past_only names {name_some(unknown)}, which is no column of X; it "
                f"has [{name_some(list(names))}]. Give names of columns of a frame, "
                "numbers of those of an array."
            )
        self._known = tuple(name not in self.past_only for name in names[:n_columns])

    def _check_order(self, table: TableOfSteps, reset: bool) -> None:
        """Refuse an index that goes back in time; of a new series `fit` finds that."""
        alone = table.groups is None and self._setting("time") is None
        if alone and not (reset or table.times is None or self._calendar is None):
            check_order(table.times, "X", "X")

    def _check_targets(self, targets: Floats, alone: bool) -> None:
        if targets.shape[1] != self._n_targets or alone != self._was_alone:
            here, there = (
                f"{n} target{'s' * (n != 1)}{' without X' * one}"
                for n, one in (
                    (targets.shape[1], alone),
                    (self._n_targets, self._was_alone),
                )
            )
            raise ValueError(
                f"{here} came, but this {type(self).__name__} was fitted with {there}; "
                "pass X and y as in fit."
            )

    def _in_order_of_fit(self, table: TableOfSteps, *, future: bool = False) -> Floats:
        """Bring the columns into the order of `fit`, by their names if they have any.

        Of the future, columns of the past only may be missing.
        """
        needed = [known or not future for known in self._known]
        if table.titles is None or self._titles is None:
            return self._by_number(table, needed)
        titles = list(self._titles)
        missing = [
            title
            for title, need in zip(titles, needed, strict=True)
            if need and title not in table.titles
        ]
        more = [title for title in table.titles if title not in titles]
        if missing or more:
            lack = f" It lacks [{name_some(missing)}]." if missing else ""
            raise ValueError(
                f"X has the columns [{name_some(table.titles)}], but fit saw "
                f"[{name_some(titles)}].{lack} Pass X with the columns of fit, in any "
                "order."
            )
        columns = np.full((table.n_rows, len(titles)), np.nan)
        for i, title in enumerate(titles):
            if title in table.titles:
                columns[:, i] = table.columns[:, table.titles.index(title)]
        return columns

    def _by_number(self, table: TableOfSteps, needed: list[bool]) -> Floats:
        n_columns = table.columns.shape[1]
        if n_columns == len(self._known):
            return table.columns
        if n_columns == sum(needed):  # an array of the future, without past_only
            columns = np.full((table.n_rows, len(self._known)), np.nan)
            columns[:, np.array(needed, dtype=bool)] = table.columns
            return columns
        raise ValueError(
            f"X has {n_columns} columns, but fit saw {len(self._known)}; pass X with "
            "the columns of fit."
        )

    def _lay_out(self, table: TableOfSteps, *, reset: bool, name: str = "X") -> Any:
        calendar = (
            None if reset or self._calendar is None else Calendar(*self._calendar)
        )
        if not reset and calendar is None:  # fit saw no dates, so that none count
            table = table._replace(times=None)
        last = None
        if not reset and calendar is not None:
            last = dict(zip(self.series_, self._past_last, strict=True))
        by_column = self._setting("time") is not None
        return lay_out_steps(
            table, calendar=calendar, last=last, by_column=by_column, name=name
        )

    def _read_future(self, X: Any) -> tuple[SeriesSteps, Floats]:
        """Read the rows of steps to come: which series and steps, and what is known."""
        _refuse_no_rows(X, ahead=True)
        _refuse_sequences(X)
        dates = times_alone(X, "X")
        if dates is not None:
            self._check_knows_dates(len(dates))
            X = dates.to_frame().iloc[:, :0]
        table = self._read_table(X, self._was_alone, reset=False)
        columns = np.empty((table.n_rows, 0))
        if not self._was_alone:
            columns = self._in_order_of_fit(table, future=True)
        steps = self._lay_out(table, reset=False)
        self._indices_of(steps.names)
        filled = steps.fill(columns)
        known = np.array(self._known, dtype=bool)
        filled[:, ~known] = np.nan  # nothing of the future is read
        is_row = np.zeros(len(filled), dtype=bool)
        is_row[steps.places] = True
        if known.any() and not is_row.all():
            i, step = row_of(steps.offsets, int(np.argmin(is_row)))
            name = steps.names[i]
            of_series = "" if name is None else f" of the series {name!r}"
            raise ValueError(
                "X of the future lacks rows: there are columns that are known in "
                f"advance, but {np.sum(~is_row)} of the {len(is_row)} steps up to the "
                f"last row have no row, the first of them step {step + 1} "
                f"ahead{of_series}; pass a row for each step, or name the columns in "
                "past_only. Leave a series that has ended out of X."
            )
        return steps, filled

    def _check_knows_dates(self, n_rows: int) -> None:
        """Refuse dates by themselves where they would be rows like others."""
        if self._calendar is None:
            raise ValueError(
                "X holds dates, but fit saw no dates by which steps could be counted; "
                f"pass rows without dates, such as np.empty(({n_rows}, 0)), or fit a "
                "series whose index are dates."
            )

    def _indices_of(self, names: list[Any]) -> NDArray[np.int64]:
        """Find series by their names."""
        known = {name: i for i, name in enumerate(self.series_)}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(
                f"X holds series that are not known: {name_some(unknown)}; pass their "
                "past with update first."
            )
        return np.array([known[name] for name in names])


def _refuse_no_rows(X: Any, *, ahead: bool) -> None:
    """Refuse what has no rows, such as a number of steps."""
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 0:
        X = X.item()
    if X is None or isinstance(X, (Number, str, bytes)) or is_date(X):
        raise TypeError(
            f"X must have a row for each step, got {X!r}; {_cure_of_no_rows(X, ahead)}."
        )
    if (shape[0] if shape else len(X) if hasattr(X, "__len__") else 1) == 0:
        cure = _cure_of_no_rows(None, ahead)
        raise ValueError(f"X must have a row for each step, got none; {cure}.")


def _cure_of_no_rows(X: Any, ahead: bool) -> str:
    is_number = isinstance(X, Number) and not isinstance(X, bool)
    if ahead and is_number and isinstance(X, Integral) and int(X) > 0:
        return f"pass np.empty(({X}, 0)) if nothing is known of so many steps"
    if ahead:
        return "leave X out for the steps of the horizon, or pass their dates or rows"
    if is_number:
        return f"pass a single step as [{X}], or the series alone: fit(y)"
    return "pass the series alone: fit(y), or X with a row for each step of y"


def _refuse_dates_as_values(data: Any, name: str) -> None:
    refuse_dates(
        np.asarray(to_array(data)),
        name,
        recipe="pass numbers with dates as their index, pd.Series(values, index=dates)",
    )


def _refuse_sequences(X: Any) -> None:
    """Refuse rows that are sequences, as other estimators take them."""
    lengths = set()
    if isinstance(X, (list, tuple)):
        rows = (x for x in X if isinstance(x, (list, tuple)) or np.ndim(x) > 0)
        lengths = {len(row) for row in rows}
    if isinstance(X, (FrameSequences, Sequences)) or len(lengths) > 1:
        raise ValueError(
            f"X holds a sequence in each of its {len(X)} rows, but here a row is a "
            "step of time; pass a column for each series, with NaN where one has no "
            "value, or one long table: RNNForecaster(series='name', time='date')."
        )


def _read_targets(y: Any) -> tuple[Floats, list[Any] | None, Any, int]:
    """Read y as columns, with their names, the times of its index and its axes."""
    titles = list(y.columns) if hasattr(y, "columns") else _name_of(y)
    _refuse_dates_as_values(y, "y")
    if isinstance(y, np.ma.MaskedArray):
        y = to_values(y, "y")
    values = check_array(
        y,
        dtype=np.float64,
        ensure_2d=False,
        ensure_all_finite="allow-nan",
        input_name="y",
    )
    if values.ndim > 2:
        raise ValueError(
            f"y must have one axis or two, got shape {values.shape}; pass a column for "
            "each target."
        )
    times = times_of_index(y, "y")
    return values.reshape(len(values), -1), titles, times, values.ndim


def _name_of(series: Any) -> list[Any] | None:
    """Give the name of a single series, None of what has none."""
    name = getattr(series, "name", None)
    return None if name is None else [name]


def _with_times(table: TableOfSteps, times: Any) -> TableOfSteps:
    """Take the times of y where X has none, and refuse others."""
    if times is None:
        return table
    if table.times is None:
        return table._replace(times=times)
    if isinstance(table.times, np.ndarray):  # a column of numbers
        return table
    differ = np.asarray(table.times != times)
    if differ.any():
        i = int(np.argmax(differ))
        raise ValueError(
            f"X and y have other dates: {table.times[i]} and {times[i]} in row {i}; "
            "bring them together, such as with X.loc[y.index]."
        )
    return table
