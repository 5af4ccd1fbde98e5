"""Frames and columns of polars and pyarrow are read as those of pandas, by name."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    SequenceColumnTransformer,
    TextVectorizer,
    as_ragged,
    sliding_windows,
)
from sklearn_rnn.exceptions import SequenceError

polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.slow

FRAMES = {"polars": polars.DataFrame, "pyarrow": pyarrow.table}
COLUMNS = {
    "polars": polars.Series,
    "pyarrow": pyarrow.array,
    "chunks of pyarrow": lambda values: pyarrow.chunked_array([values]),
}
SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}

rng = np.random.default_rng(0)
N = 30
LENGTHS = rng.integers(3, 9, N)
PAIRS = [rng.normal(size=(length, 2)) for length in LENGTHS]
SERIES = [pair[:, 0].tolist() for pair in PAIRS]
TABLE = rng.normal(size=(N, 5))
IDS = [rng.integers(2, 20, length).tolist() for length in LENGTHS]
Y = rng.normal(size=N)
TEXTS = ["a good film", "a bad film"] * (N // 2)
DAYS = [datetime(2024, 1, 1) + timedelta(days=k) for k in range(N)]


def two(pair, order="ab"):
    return {name: pair[:, "ab".index(name)].tolist() for name in order}


def predictions(X, y=Y, estimator=RNNRegressor, **params):
    """Predict what was fitted."""
    return estimator(**SMALL, **params).fit(X, y).predict(X)


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_are_read_by_the_names_of_their_columns(kind):
    frame = FRAMES[kind]
    frames = [frame(two(pair)) for pair in PAIRS]
    model = RNNRegressor(**SMALL).fit(frames, Y)
    expected = predictions(PAIRS)
    np.testing.assert_array_equal(model.predict(frames), expected)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    turned = [frame(two(pair, "ba")) for pair in PAIRS]
    np.testing.assert_array_equal(model.predict(turned), expected)
    assert cross_val_score(model, frames, Y, cv=2).shape == (2,)
    renamed = [frame({"a": [1.0], "c": [2.0]})]
    with pytest.raises(SequenceError, match=r"lacks \['b'\].*frame\.select\(\['a'"):
        model.predict(renamed)
    table = frame({f"t{i}": TABLE[:, i].tolist() for i in range(5)})
    np.testing.assert_array_equal(predictions(table), predictions(TABLE))


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_of_sequences_are_read(kind):
    frame = FRAMES[kind]
    one = frame({"x": SERIES})
    np.testing.assert_array_equal(predictions(one), predictions(SERIES))
    both = frame({name: [two(pair)[name] for pair in PAIRS] for name in "ab"})
    np.testing.assert_array_equal(predictions(both), predictions(PAIRS))
    ids = frame({"ids": IDS})
    np.testing.assert_array_equal(
        predictions(ids, input="tokens"), predictions(IDS, input="tokens")
    )
    tags = [["a", "b"] * 9 for _ in PAIRS]
    tags = [row[:length] for row, length in zip(tags, LENGTHS, strict=True)]
    found = predictions(PAIRS, frame({"tags": tags}), RNNTagger)
    assert [len(row) for row in found] == LENGTHS.tolist()
    with pytest.raises(ValueError, match=f"{LENGTHS[0]} steps of row 0"):
        RNNTagger().fit(PAIRS, frame({"tags": [[*tags[0], "a"], *tags[1:]]}))


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_are_read_wherever_they_are_given(kind):
    column = COLUMNS[kind]
    expected = predictions(TABLE)
    np.testing.assert_array_equal(predictions(TABLE, column(Y.tolist())), expected)
    weighted = RNNRegressor(**SMALL).fit(TABLE, Y, sample_weight=column([1] * N))
    np.testing.assert_array_equal(weighted.predict(TABLE), expected)
    for X in (column(SERIES), [column(row) for row in SERIES]):
        np.testing.assert_array_equal(predictions(X), predictions(SERIES))
    matrices = column([pair.tolist() for pair in PAIRS])
    np.testing.assert_array_equal(predictions(matrices), predictions(PAIRS))
    classifier = RNNClassifier(**SMALL)
    labels = column(["a", "b"] * (N // 2))
    classifier.partial_fit(TABLE, labels, classes=column(["a", "b"]))
    assert classifier.classes_.tolist() == ["a", "b"]
    assert predictions(column(TEXTS), labels, WORDS).shape == (N,)
    words = column([text.split() for text in TEXTS])
    assert predictions(words, labels, WORDS, analyzer=list).shape == (N,)
    stepwise = column(SERIES)
    for y in (stepwise, as_ragged(stepwise), [column(row) for row in SERIES]):
        found = predictions(PAIRS, y, RNNStepRegressor)
        assert [len(row) for row in found] == LENGTHS.tolist()
    X, _ = sliding_windows(column([1.0, 2.0, 3.0, 4.0]), 2)
    assert X.tolist() == [[1, 2], [2, 3]]


def WORDS(analyzer="word", **params):  # noqa: N802
    return make_pipeline(TextVectorizer(analyzer=analyzer), RNNClassifier(**params))


@pytest.mark.parametrize("kind", COLUMNS)
def test_missing_values_and_dates_of_columns_are_refused(kind, assert_refused):
    column = COLUMNS[kind]
    numbers = column([None, *Y.tolist()[1:]])

    def fit(X, y, **options):
        RNNRegressor(**SMALL).fit(X, y)

    def weigh(weight):
        RNNRegressor(**SMALL).fit(TABLE, Y, sample_weight=weight)

    cases = [
        (TABLE, numbers, "Input y contains NaN or None, first at row 0"),
        (TABLE, column(DAYS), "y holds dates"),
        ([column([None, 1.0])] * N, Y, "NaN"),
        ([column(DAYS)] * N, Y, "X holds dates .* in row 0"),
    ]
    assert_refused(fit, cases)
    cases = [(numbers, "sample_weight .* first at row 0"), (column(DAYS), "dates")]
    assert_refused(weigh, cases)


@pytest.mark.parametrize("kind", FRAMES)
def test_the_remedies_for_frames_with_dates_work(kind):
    frame = FRAMES[kind]
    X = frame({"v": Y.tolist(), "day": DAYS})
    with pytest.raises(SequenceError, match=r"'day'.*X = X\.to_pandas\(\), then drop"):
        RNNRegressor().fit(X, Y)
    X = X.to_pandas()
    assert len(predictions(X.drop(columns="day"))) == N
    assert len(sliding_windows(X.set_index("day"), 4)[0]) == N - 4
    X = [frame({"v": row, "day": DAYS[: len(row)]}) for row in SERIES]
    with pytest.raises(SequenceError, match=r"X = \[frame\.to_pandas\(\) for frame"):
        RNNRegressor().fit(X, Y)
    X = [member.to_pandas() for member in X]
    assert len(predictions([member.set_index("day") for member in X])) == N
    X = frame(
        {"shop": np.repeat(range(6), 5).tolist(), "t": [*range(5)] * 6, "v": Y.tolist()}
    )
    with pytest.raises(SequenceError, match=r"long table.*X = X\.to_pandas\(\), then"):
        RNNRegressor().fit(X, Y)
    X = X.to_pandas()
    assert len(predictions(X.set_index(["shop", "t"]), Y[:6])) == 6


def test_columns_of_pandas_may_be_of_pyarrow():
    def arrow(values):
        values = pyarrow.array(values)
        return pd.Series(values.to_pylist(), dtype=pd.ArrowDtype(values.type))

    frames = [pd.DataFrame({k: arrow(v) for k, v in two(p).items()}) for p in PAIRS]
    np.testing.assert_array_equal(predictions(frames), predictions(PAIRS))
    np.testing.assert_array_equal(predictions(arrow(SERIES)), predictions(SERIES))
    np.testing.assert_array_equal(
        predictions(TABLE, arrow(Y.tolist())), predictions(TABLE)
    )
    with pytest.raises(SequenceError, match=r"dates .* in column 'd', .*; drop"):
        days = arrow([date(2024, 1, 1)] * N)
        RNNRegressor().fit(pd.DataFrame({"v": arrow(Y.tolist()), "d": days}), Y)


def test_columns_beside_sequences_come_in_frames_of_polars():
    columns = {"text": TEXTS, "load": SERIES, "day": list("abc") * 10, "y": Y.tolist()}
    join = SequenceColumnTransformer(
        [("text", TextVectorizer()), ("load", "passthrough")],
        [(OneHotEncoder(sparse_output=False), ["day"]), (StandardScaler(), ["y"])],
    )
    model = make_pipeline(join, RNNRegressor(**SMALL))
    frame, expected = polars.DataFrame(columns), pd.DataFrame(columns)
    found = model.fit(frame, Y).predict(frame)
    assert model[0].feature_names_in_.tolist() == list(columns)
    np.testing.assert_array_equal(found, model.fit(expected, Y).predict(expected))
    assert cross_val_score(model, frame, Y, cv=2).shape == (2,)
    with pytest.raises(SequenceError, match="no column 'y'; it has 'text', 'load'"):
        model.predict(frame.drop("y"))
    table = pyarrow.table(columns)
    with pytest.raises(TypeError, match=r"table of pyarrow; convert it with X\.to_p"):
        model.fit(table, Y)
    np.testing.assert_array_equal(model.predict(table.to_pandas()), found)
