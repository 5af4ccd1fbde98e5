"""A long frame becomes sequences and targets, and predictions its rows again."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict

from sklearn_rnn import (
    RNNClassifier,
    RNNStepRegressor,
    SequencesWithStatic,
    rows_from_sequences,
    sequences_from_frame,
)
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.inspection import explain

rng = np.random.default_rng(0)
HOURS = pd.date_range("2024", periods=4, freq="h")
# Machine "b" comes second, and the rows of both are mixed.
FRAME = pd.DataFrame(
    {
        "machine": ["a", "b", "a", "a", "b", "a", "b"],
        "hour": [0, 3, 1, 2, 4, 3, 5],
        "heat": [1.0, 10, 2, 3, 20, 4, 30],
        "wind": [5.0, 50, 6, 7, 60, np.nan, 70],
        "fails": [1, 0, 1, 1, 0, 1, 0],
    }
)
A, B = np.array([0, 2, 3, 5]), np.array([1, 4, 6])


def to_library(frame, library):
    if library == "pandas":
        return frame
    module = pytest.importorskip(library)
    return (
        module.DataFrame(frame.to_dict("series"))
        if library == "polars"
        else (module.Table.from_pandas(frame, preserve_index=False))
    )


def read(frame=FRAME, **how):
    return sequences_from_frame(frame, series="machine", **{"time": "hour", **how})


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("machine", ["text", "integers"])
def test_a_series_is_its_rows_in_their_order(library, machine):
    frame = FRAME
    if machine == "integers":
        frame = frame.assign(machine=np.where(frame["machine"] == "a", 9, 4))
    X, y = read(to_library(frame, library), target="fails")
    assert X.lengths.tolist() == [4, 3]
    assert X.series_names.tolist() == (["a", "b"] if machine == "text" else [9, 4])
    assert X.feature_names == ["heat", "wind"]
    for row, places in enumerate((A, B)):
        np.testing.assert_array_equal(
            X[row], FRAME[["heat", "wind"]].to_numpy()[places]
        )
    assert y.tolist() == [1, 0]
    X, y = read(
        to_library(frame, library),
        columns=["wind"],
        target=["heat", "fails"],
        target_per="step",
    )
    np.testing.assert_array_equal(X[1], [[50], [60], [70]])
    np.testing.assert_array_equal(y[0], FRAME[["heat", "fails"]].to_numpy()[A])
    back = rows_from_sequences(y, to_library(frame, library), series="machine")
    np.testing.assert_array_equal(back, FRAME[["heat", "fails"]])
    one = rows_from_sequences([0.5, 0.25], to_library(frame, library), series="machine")
    np.testing.assert_array_equal(one, np.where(FRAME["machine"] == "a", 0.5, 0.25))


def with_times(a, b=HOURS[:3]):
    times = pd.Series(index=range(7), dtype=object)
    times[A], times[B] = list(a), list(b)
    return FRAME.assign(hour=times.infer_objects())


GAP = "has steps of unequal length: {} is followed by {}; put in the missing rows"
BACK = "goes back in time: {} is followed by {}; sort it, frame.sort_values"
TWICE = "has {} twice; keep one row of each time, such as frame.drop_duplicates"
WRONG = {
    "a gap": (with_times([0, 1, 3, 4], [0, 1, 2]), "'a'", GAP.format("1", "3")),
    "a gap of dates": (
        with_times(HOURS[[0, 1, 3, 3]] + pd.to_timedelta([0, 0, 0, 1], "h")),
        "'a'",
        GAP.format(HOURS[1], HOURS[3]),
    ),
    "a doubled time": (with_times(HOURS[[0, 1, 1, 2]]), "'a'", TWICE.format(HOURS[1])),
    "an unsorted time": (
        with_times(HOURS, HOURS[[1, 0, 2]]),
        "'b'",
        BACK.format(HOURS[1], HOURS[0]),
    ),
    "texts": (
        with_times(map(str, HOURS), map(str, HOURS[[0, 2, 3]])),
        "'b'",
        GAP.format(HOURS[0], HOURS[2]),
    ),
    "days of business with a hole": (
        with_times(pd.bdate_range("2024-01-03", periods=5)[[0, 1, 3, 4]]),
        "'a'",
        GAP.format("2024-01-04.*", "2024-01-08.*"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_times_that_are_no_clock_are_named(name):
    frame, series, message = WRONG[name]
    with pytest.raises(SequenceError, match=f"series {series} of frame {message}"):
        read(frame)
    assert read(frame, time=None, columns=["heat"]).lengths.tolist() == [4, 3]


REGULAR = {
    "hours": HOURS,
    "months": pd.date_range("2024-01-31", periods=4, freq="ME"),
    "the same day of each month": pd.date_range("2024-01-01", periods=4, freq="MS"),
    "days of business": pd.bdate_range("2024-01-04", periods=4),
    "days over a change of the clock": pd.date_range(
        "2024-03-30", periods=4, tz="Europe/Berlin"
    ),
    "periods": pd.period_range("2024-01", periods=4, freq="M"),
    "durations": pd.to_timedelta([1, 2, 3, 4], "h"),
    "decimals": 0.1 * np.arange(4),
    "texts": [str(day) for day in pd.date_range("2024", periods=4)],
}


@pytest.mark.parametrize("name", REGULAR)
def test_times_by_a_clock_or_a_calendar_are_regular(name):
    assert len(read(with_times(REGULAR[name], REGULAR[name][:3]))) == 2


MISTAKES = {
    "no such column": ({"target": "x"}, "no column 'x'"),
    "differs": ({"target": "heat"}, "'heat' differs within the series 'a': 1.0.*2.0"),
    "of a number": (
        {"frame": FRAME.replace({"machine": {"a": 7, "b": 8}}), "target": "heat"},
        "differs within the series 7: ",
    ),
    "how many": ({"target": "fails", "target_per": "row"}, "target_per must be one of"),
    "nothing left": ({"columns": []}, "no column to read"),
    "times left": ({"time": None, "frame": with_times(HOURS)}, "'hour'.*name it as"),
    "text": ({"columns": ["machine"]}, "'machine'.*leave it out of columns"),
    "no name": ({"frame": FRAME.replace("b", None)}, "names no series in row 1"),
    "no time": ({"frame": FRAME.replace({"hour": {5: np.nan}})}, "no time in row 6"),
    "no times": ({"frame": FRAME.assign(hour="noon")}, "holds no times, but"),
    "index": ({"frame": FRAME.set_index("machine")}, "reset_index"),
    "empty": ({"frame": FRAME[:0]}, "has no rows"),
}


@pytest.mark.parametrize("values", [[1.0, 0.0], ["yes", "no"]])
def test_a_row_that_fills_a_gap_needs_no_target(values):
    fails = FRAME["fails"].map(dict(zip([1, 0], values, strict=True)))
    gaps = FRAME.assign(fails=fails.where(~FRAME.index.isin([0, 4])))
    _, y = read(gaps, target="fails")
    assert y.tolist() == values
    if isinstance(values[0], str):
        for absent, dtype in ((None, object), (pd.NA, "string"), (pd.NA, object)):
            gaps["fails"] = fails.astype(dtype)
            gaps.loc[[0, 4], "fails"] = absent
            assert read(gaps, target="fails")[1].tolist() == values
    else:
        gaps["cost"] = 2 * fails.where(~FRAME.index.isin([1, 4]))
        _, y = read(gaps, target=["fails", "cost"])
        assert y.tolist() == [[value, 2 * value] for value in values]
        gaps["fails"] = gaps["fails"].astype("Float64")
        assert read(gaps, target="fails")[1].tolist() == values


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(name):
    how, message = MISTAKES[name]
    with pytest.raises(ValueError, match=message):
        read(**how)


def test_predictions_of_another_frame_are_refused():
    with pytest.raises(ValueError, match=r"each of the 2 series.*got 3"):
        rows_from_sequences([1, 2, 3], FRAME, series="machine")
    with pytest.raises(ValueError, match=r"got 1 for the 3 steps of the series 'b'"):
        rows_from_sequences([np.ones(4), np.ones(1)], FRAME, series="machine")
    with pytest.raises(TypeError, match="frame must be a frame of pandas"):
        rows_from_sequences([1, 2], FRAME.to_numpy(), series="machine")


def test_a_frame_is_searched_by_groups_and_its_columns_are_matched_by_name():
    n = 24
    frame = pd.DataFrame(
        {
            "machine": np.repeat(np.arange(n), 5),
            "hour": np.tile(np.arange(5), n),
            "heat": rng.normal(size=5 * n),
            "wind": rng.normal(size=5 * n),
            "fails": np.repeat(np.arange(n) % 2, 5),
        }
    ).sort_values("hour")
    X, y = read(frame, target="fails")
    small = RNNClassifier(4, max_epochs=2, random_state=0)
    groups = X.series_names // 4
    search = GridSearchCV(small, {"hidden_size": [2, 3]}, cv=GroupKFold(3))
    model = search.fit(X, y, groups=groups).best_estimator_
    assert model.feature_names_in_.tolist() == ["heat", "wind"]
    turned = read(frame, columns=["wind", "heat"])
    names = model.feature_names_in_
    frames = [pd.DataFrame(X[i], columns=names) for i in range(n)]
    expected = model.predict_proba(frames)
    for same in (X, turned, pickle.loads(pickle.dumps(X))):
        np.testing.assert_array_equal(model.predict_proba(same), expected)
    with pytest.raises(SequenceError, match=r"fit saw.*columns=\['heat', 'wind'\]"):
        model.predict(read(frame, columns=["heat"]))
    ages = np.arange(n)[:, np.newaxis]
    beside = RNNClassifier(4, max_epochs=2, random_state=0)
    beside.fit(SequencesWithStatic(X, ages), y)
    one, *_ = explain(beside, SequencesWithStatic(X, ages)[[3]])
    np.testing.assert_array_equal(one.series, X[3])
    # out of fold, and back beside the steps they were made for
    X, y = read(frame, columns=["wind"], target="heat", target_per="step")
    steps = RNNStepRegressor(4, max_epochs=1, random_state=0)
    predicted = cross_val_predict(steps, X, y, groups=groups, cv=GroupKFold(3))
    rows = rows_from_sequences(predicted, frame, series="machine")
    np.testing.assert_array_equal(rows[frame["machine"] == 7], predicted[7])
