"""What a frame says of its columns, and a panel of its series, is heard."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from sklearn_rnn.exceptions import AmbiguousInputWarning, SequenceError
from sklearn_rnn.sequences import check_one_step, check_sequences


def fitted(X, **options):
    estimator = BaseEstimator()
    return estimator, check_sequences(estimator, X, reset=True, **options)


def values_of(X):
    return fitted(X)[1].values


A = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
B = np.array([[4.0, 40.0], [5.0, 50.0]])
STEPS = np.concatenate([A, B])


class Table:
    """A frame of another library: columns by name, no index."""

    def __init__(self, **columns):
        self.data = {name: np.asarray(column) for name, column in columns.items()}
        self.columns = list(columns)
        self.shape = (len(next(iter(self.data.values()))), len(columns))

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, name):
        return self.data[name]

    def __array__(self, dtype=None, copy=None):
        return np.stack([self.data[name] for name in self.columns], axis=1)


def as_frame(array, order="ab", kind=pd.DataFrame):
    columns = {name: array[:, "ab".index(name)] for name in order}
    return kind(columns) if kind is pd.DataFrame else kind(**columns)


def as_panel(order="ab"):
    series = [as_frame(array, order) for array in (A, B)]
    return pd.concat(series, keys=["p", "q"], names=["series", "time"])


def as_nested(order="ab"):
    columns = {name: "ab".index(name) for name in order}
    return pd.DataFrame(
        {name: [pd.Series(A[:, i]), pd.Series(B[:, i])] for name, i in columns.items()}
    )


def as_list(order="ab"):
    return [as_frame(A, order), as_frame(B, order)]


def as_tables(order="ab"):
    return [as_frame(A, order, Table), as_frame(B, order, Table)]


@pytest.mark.parametrize("make", [as_list, as_tables, as_panel, as_nested])
def test_columns_are_matched_by_name(make):
    estimator, sequences = fitted(make())
    np.testing.assert_array_equal(sequences.values, STEPS)
    np.testing.assert_array_equal(sequences.lengths, [3, 2])
    assert list(estimator.feature_names_in_) == ["a", "b"]
    assert estimator.n_features_in_ == 2
    turned = check_sequences(estimator, make("ba"), reset=False)
    np.testing.assert_array_equal(turned.values, STEPS)
    with pytest.warns(UserWarning, match="valid feature names"):
        check_sequences(estimator, [A, B], reset=False)
    for other in (as_list, as_panel, as_nested):  # one kind of X, however it came
        found = check_sequences(estimator, other("ba"), reset=False)
        np.testing.assert_array_equal(found.values, STEPS)


def test_columns_of_another_order_among_the_rows_are_turned():
    mixed = [as_frame(A, "ab"), as_frame(B, "ba")]
    for X in (mixed, pd.Series(mixed)):
        with pytest.warns(AmbiguousInputWarning, match=r"row 1.*order of row 0, \['a'"):
            np.testing.assert_array_equal(values_of(X), STEPS)
    estimator, sequences = fitted([frame[["a", "b"]] for frame in mixed])
    np.testing.assert_array_equal(sequences.values, STEPS)
    again = check_sequences(estimator, mixed, reset=False)  # fit said the order
    np.testing.assert_array_equal(again.values, STEPS)
    step = pd.DataFrame({"b": [10.0], "a": [1.0]})
    np.testing.assert_array_equal(check_one_step(estimator, step).values, A[:1])


def test_other_columns_are_refused(assert_refused):
    frames = as_list()
    renamed = [frames[0], frames[1].rename(columns={"b": "c"})]
    cases = [
        (renamed, r"row 0 has \['a', 'b'\].*row 1 lacks \['b'\] and has also \['c'\]"),
        ([frames[0], frames[1][["a"]]], r"row 1 lacks \['b'\]; rename or select"),
        ([frames[0], B], "row 0 has columns named.*row 1 is a ndarray"),
        ([frames[0][["a", "a"]]], r"Row 0 of X has several columns named \['a'\]"),
        ([frames[0].assign(c="x")], "strings in column 'c' of row 0"),
    ]
    assert_refused(fitted, cases, SequenceError)

    def predict(other):
        check_sequences(fitted(frames)[0], other, reset=False)

    cases = [
        (renamed, "fit saw .*row 1 lacks"),
        ([frame.assign(c=1) for frame in frames], r"row 0 has also \['c'\]"),
        (as_nested().rename(columns={"b": "c"}), r"columns \['a', 'c'\], but fit saw"),
    ]
    assert_refused(predict, cases, SequenceError)


def test_remedies_for_frames_of_other_libraries_name_their_methods():
    tables = as_tables()
    with pytest.raises(SequenceError, match=r"frame\.select\(\['a', 'b'\]\)"):
        fitted([tables[0], Table(a=A[:, 0])])
    dates = Table(day=np.array(["2024-01-01"], dtype="M8[D]"))
    with pytest.raises(SequenceError, match=r"X = X\.to_pandas\(\), then drop"):
        fitted(dates)
    with pytest.raises(SequenceError, match=r"X = \[frame\.to_pandas\(\) for frame"):
        fitted([dates])


def test_columns_without_text_names_are_matched_too():
    frames = [pd.DataFrame(A), pd.DataFrame(B)]
    estimator, _ = fitted(frames)
    turned = check_sequences(estimator, [f[[1, 0]] for f in frames], reset=False)
    np.testing.assert_array_equal(turned.values, STEPS)
    renamed = [frame.set_axis([2, 3], axis=1) for frame in frames]
    check_sequences(estimator, renamed, reset=False)  # numbers are often no names
    estimator, _ = fitted(as_list())
    check_sequences(estimator, [A, B], reset=True)
    assert not hasattr(estimator, "_column_names")


def test_rows_with_labels_in_several_orders_are_refused():
    rows = [pd.Series(A[:, 0], list("xyz")), pd.Series(A[:, 1], list("zyx"))]
    with pytest.raises(SequenceError, match=r"row 1 \['z', 'y', 'x'\]; put them in"):
        fitted(rows)
    X = values_of([row[rows[0].index] for row in rows])
    np.testing.assert_array_equal(X.ravel(), [*A[:, 0], *A[::-1, 1]])


def test_the_remedy_for_other_columns_works():
    frames = [as_frame(A).assign(c=0.0), as_frame(B)]
    with pytest.raises(SequenceError, match="row 1 lacks"):
        fitted(frames)
    np.testing.assert_array_equal(
        values_of([frame[["a", "b"]] for frame in frames]), STEPS
    )


@pytest.mark.parametrize("cell", [np.asarray, list, pd.Series], ids=str)
def test_a_column_of_sequences_is_sequences(cell):
    frame = pd.DataFrame({"x": [cell(A[:, 0]), cell(B[:, 0])]})
    np.testing.assert_array_equal(values_of(frame).ravel(), STEPS[:, 0])
    for rows in ([A, B], [A.tolist(), B.tolist()], [[*A], [*B]]):  # steps in any form
        np.testing.assert_array_equal(values_of(pd.DataFrame({"x": rows})), STEPS)
    steps = np.fromiter(A, dtype=object, count=3)  # as other libraries give a row
    np.testing.assert_array_equal(values_of([steps, B]), STEPS)
    with pytest.raises(SequenceError, match=r"column 'k' single values.*X\[\['x'\]\]"):
        fitted(frame.assign(k=1.0))
    frame.loc[len(frame)] = [None]
    with pytest.raises(SequenceError, match=r"Column 'x' of X .* at row 2 None; drop"):
        fitted(frame)


def test_a_panel_of_one_variable_and_a_panel_out_of_order():
    panel = as_panel()
    np.testing.assert_array_equal(values_of(panel["a"]), STEPS[:, :1])
    interleaved = panel.iloc[[0, 3, 1, 4, 2]]
    np.testing.assert_array_equal(values_of(interleaved), STEPS)
    with pytest.raises(SequenceError, match=r"the series 'p' of X .*sort_index"):
        fitted(panel.iloc[[1, 0, 2, 3, 4]])
    np.testing.assert_array_equal(values_of(panel.iloc[::-1].sort_index()), STEPS)


def test_a_frame_that_runs_backwards_in_time_is_refused():
    days = pd.date_range("2024", periods=3)
    with pytest.raises(
        SequenceError, match=r"row 0 of X runs backwards: 2024-01-03.*sort"
    ):
        fitted([as_frame(A).set_index(days)[::-1]])
