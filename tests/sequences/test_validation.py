import tracemalloc

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from sklearn_rnn.exceptions import AmbiguousInputWarning, SequenceError
from sklearn_rnn.sequences import _numbers as numbers
from sklearn_rnn.sequences import check_sequences


class Reader(RegressorMixin, BaseEstimator):
    """The door and nothing behind it: predicts the mean of y."""

    def __init__(self, input="auto"):
        self.input = input

    def fit(self, X, y=None):
        self.sequences_ = check_sequences(self, X, reset=True, input=self.input)
        if y is not None:
            y = check_array(column_or_1d(y, warn=True), ensure_2d=False)
            check_consistent_length(self.sequences_, y)
            self.mean_ = y.mean()
        return self

    def read(self, X):
        return check_sequences(self, X, reset=False, input=self.input)

    def predict(self, X):
        check_is_fitted(self)
        return np.full(len(self.read(X)), self.mean_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # It predicts a mean, whatever X is: what is checked here is the door.
        tags.regressor_tags.poor_score = True
        tags.target_tags.required = False
        return tags


@pytest.mark.changes_global_state  # one of the checks permutes with NumPy's own
def test_scikit_learns_checks_pass_through_the_door():
    results = check_estimator(Reader(), on_fail=None, on_skip=None)
    failed = [r for r in results if r["status"] not in ("passed", "skipped")]
    assert failed == [] and len(results) > 40


def read(X, input="auto"):
    """Read X, and hold that doing so changes nothing of it."""
    before = joblib.hash(X)
    try:
        return Reader(input).fit(X).sequences_
    finally:
        assert joblib.hash(X) == before


def assert_same(first, second):
    np.testing.assert_array_equal(first.offsets, second.offsets)
    np.testing.assert_array_equal(first.values, second.values)
    assert first.values.dtype == second.values.dtype


def objects(rows):
    """Put arrays of any shape in an array of object."""
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


def pad_with(value, rows, dtype):
    longest = max(len(row) for row in rows)
    shape = (len(rows), longest, *np.shape(rows[0])[1:])
    padded = np.full(shape, value, dtype)
    for row, array in zip(padded, rows, strict=True):
        row[: len(array)] = array
    return padded


# --- any container, the same sequences -------------------------------------------

finite = st.floats(-1e6, 1e6)


@st.composite
def ragged_numbers(draw):
    n_features = draw(st.integers(1, 3))
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    return [
        draw(hnp.arrays(np.float64, (length, n_features), elements=finite))
        for length in lengths
    ]


@given(rows=ragged_numbers())
def test_ragged_numbers_are_the_same_in_any_container(rows):
    expected = read(rows)
    for i, row in enumerate(rows):
        np.testing.assert_array_equal(expected[i], row)
    assert_same(read(tuple(rows)), expected)
    assert_same(read([row.tolist() for row in rows]), expected)
    assert_same(read(objects(rows)), expected)
    assert_same(read(pd.Series(rows)), expected)
    assert_same(read([pd.DataFrame(row) for row in rows]), expected)
    assert_same(read(pad_with(np.nan, rows, float)), expected)
    assert_same(read([torch.from_numpy(row.copy()) for row in rows]), expected)


@st.composite
def ragged_tokens(draw):
    ids = st.lists(st.integers(1, 99), min_size=1, max_size=6)
    return [np.array(row) for row in draw(st.lists(ids, min_size=1, max_size=6))]


@given(rows=ragged_tokens())
def test_tokens_are_the_same_in_any_container(rows):
    padded = pad_with(0, rows, np.int64)
    expected = read(sparse.csr_array(padded))
    assert expected.values.dtype == np.int32
    for i, row in enumerate(rows):
        np.testing.assert_array_equal(expected[i], row)
    for X in (
        *(sparse.csr_matrix(padded).asformat(name) for name in ("csr", "csc", "coo")),
        *(sparse.coo_array(padded).asformat(name) for name in ("lil", "dok", "bsr")),
        sparse.csr_array(padded.astype(np.float64)),
    ):
        assert_same(read(X), expected)
    for X in (
        padded,
        padded.astype(np.float32),
        np.pad(padded, ((0, 0), (0, 2))),
        pd.DataFrame(padded),
        torch.from_numpy(padded.copy()),
        rows,
        [row.tolist() for row in rows],
        [[*row.tolist(), 0] for row in rows],
        objects(rows),
        pd.Series(rows),
        [torch.from_numpy(row.copy()) for row in rows],
    ):
        assert_same(read(X, "tokens"), expected)


def test_two_axes_are_one_variable_per_step():
    X = np.arange(6.0).reshape(2, 3)
    reader = Reader().fit(X)
    assert (reader.input_kind_, reader.n_features_in_) == ("univariate", 3)
    np.testing.assert_array_equal(reader.sequences_.values, X.reshape(6, 1))
    np.testing.assert_array_equal(reader.sequences_.offsets, [0, 3, 6])
    assert_same(read(X.tolist()), read(X))
    assert_same(read(objects(list(X))), read(X))
    assert_same(read(X.astype(object)), read(X))
    assert_same(read(pd.DataFrame(X)), read(X))
    assert_same(read(torch.from_numpy(X.copy())), read(X))


def test_three_axes_are_features_of_each_step():
    X = np.arange(24.0).reshape(2, 3, 4)
    reader = Reader().fit(X)
    assert (reader.input_kind_, reader.n_features_in_) == ("multivariate", 4)
    np.testing.assert_array_equal(reader.sequences_[1], X[1])
    assert_same(read(X.tolist()), read(X))
    assert_same(read(X.astype(object)), read(X))
    assert_same(read(torch.from_numpy(X.copy()).requires_grad_()), read(X))


def test_ragged_single_numbers_are_steps_of_one_feature():
    reader = Reader().fit([[0.5, 1.5], [2.5]])
    assert (reader.input_kind_, reader.n_features_in_) == ("multivariate", 1)
    np.testing.assert_array_equal(reader.sequences_.values, [[0.5], [1.5], [2.5]])
    # One row alone has "equal lengths", and is still read as it was in fit.
    assert_same(reader.read([[0.5, 1.5]]), reader.sequences_[:1])
    assert_same(reader.read([[1, 2, 3]]), reader.read([[1.0, 2.0, 3.0]]))


def test_integers_are_numbers_when_said_so():
    sequences = read([[1, 2], [3]], "numbers")
    np.testing.assert_array_equal(sequences.values, [[1.0], [2.0], [3.0]])


def test_single_and_double_precision_are_kept():
    for given_dtype, kept in [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (">f8", np.float64),
        (np.float16, np.float64),
        (np.int8, np.float64),
        (bool, np.float64),
    ]:
        for shape in ((4, 3), (4, 3, 2)):
            X = np.ones(shape, given_dtype)
            assert read(X).values.dtype == kept, (shape, given_dtype)
            assert read(list(X)).values.dtype == kept, (shape, given_dtype)


def test_memory_is_shared_where_it_can_be():
    X = np.ones((3, 4, 2))
    assert np.shares_memory(read(X).values, X)
    assert np.shares_memory(read(X[..., 0].copy()).values, X) is False
    indptr = np.array([0, 2, 3])
    ids = sparse.csr_array(
        (np.array([5, 6, 7], np.int32), np.array([0, 1, 0]), indptr), shape=(2, 2)
    )
    ids.indptr = indptr  # int64; the constructor chose int32
    sequences = read(ids)
    assert np.shares_memory(sequences.values, ids.data)
    assert np.shares_memory(sequences.offsets, ids.indptr)


def test_unsorted_indices_are_put_in_order():
    X = sparse.csr_array(
        (np.array([7, 5, 6]), np.array([2, 0, 1]), np.array([0, 3])), shape=(1, 3)
    )
    np.testing.assert_array_equal(read(X).values, [5, 6, 7])


def test_trailing_stored_zeros_are_padding():
    X = sparse.csr_array(
        (np.array([5, 0, 6, 7]), np.array([0, 1, 0, 1]), np.array([0, 2, 4])), (2, 2)
    )
    sequences = read(X)
    np.testing.assert_array_equal(sequences.values, [5, 6, 7])
    np.testing.assert_array_equal(sequences.lengths, [1, 2])


def test_names_of_columns_are_learnt_and_checked():
    X = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    reader = Reader().fit(X)
    np.testing.assert_array_equal(reader.feature_names_in_, ["a", "b"])
    with pytest.raises(ValueError, match="feature names should match"):
        reader.read(X[["b", "a"]])
    with pytest.warns(UserWarning, match="valid feature names") as record:
        reader.read(X.to_numpy())
    assert len(record) == 1
    assert not hasattr(reader.fit(X.to_numpy()), "feature_names_in_")


def test_frames_of_mixed_and_nullable_columns_are_numbers():
    X = pd.DataFrame({"a": pd.array([1, 2], dtype="Int64"), "b": [0.5, 1.5]})
    sequences = Reader().fit(X).sequences_
    np.testing.assert_array_equal(sequences.values.ravel(), [1, 0.5, 2, 1.5])


# --- another kind or width than in fit --------------------------------------------

TABLE = np.ones((2, 3))
CUBE = np.ones((2, 4, 3))
IDS = sparse.csr_array([[5, 6, 0], [7, 0, 0]])


def test_another_kind_or_width_than_in_fit_is_refused(assert_refused):
    def read_after(fitted, other):
        reader = Reader().fit(fitted)
        try:
            reader.read(other)
        finally:
            assert_same(reader.read(fitted), reader.sequences_)

    cases = [
        (TABLE, CUBE, "fitted on numbers of shape .n_samples, n_timesteps., one"),
        (TABLE, IDS, "got token ids"),
        (TABLE, [[1.0], [1.0, 2.0]], "got .* a list of sequences of any length"),
        (CUBE, TABLE, "got numbers of shape .n_samples, n_timesteps., one"),
        (IDS, TABLE, "fitted on token ids"),
        (TABLE, TABLE[:, :2], "X has 2 features, but Reader is expecting 3 features"),
        (CUBE, CUBE[..., :2], r"X has 2 features.*from_channels_first\(X\)"),
        (CUBE, np.ones((2, 3, 9)), r"channels, time\).*from_channels_first\(X\)"),
        (CUBE, [np.ones((2, 5))], "X has 5 features, but Reader is expecting 3"),
    ]
    assert_refused(read_after, cases, SequenceError)


def test_numbers_with_features_may_have_any_length():
    reader = Reader().fit(CUBE)
    assert len(reader.read(CUBE[:, :1])) == 2
    assert len(reader.read([np.ones((9, 3))])) == 1


@pytest.mark.parametrize("fitted", [IDS, IDS.toarray(), [[5, 6], [7]]], ids=str)
def test_token_ids_may_have_any_length(fitted):
    reader = Reader("tokens").fit(fitted)
    assert reader.input_kind_ == "tokens"
    assert reader.n_features_in_ == (1 if isinstance(fitted, list) else 3)
    for same in (IDS, IDS[:, :2], IDS.toarray()[:, :2], [[5, 6], [7]]):
        assert_same(reader.read(same), reader.sequences_)
    for longer in ([[1, 2, 3, 4]], sparse.csr_array([[1, 2, 3, 4]])):
        assert reader.read(longer).lengths == [4]


# --- tokens with their characters -------------------------------------------------

words = st.lists(st.integers(1, 0x10FFFF), min_size=1, max_size=4)
token_with_characters = st.tuples(st.integers(1, 2**31 - 1), words)
rows_with_characters = st.lists(
    st.lists(token_with_characters, min_size=1, max_size=4), min_size=1, max_size=5
)


def as_matrix_with_characters(rows, dtype=np.int64):
    """Write characters behind ids one by one."""
    flat = [
        np.array([n for id_, word in row for n in (id_, *(-c for c in word))], dtype)
        for row in rows
    ]
    return sparse.csr_array(pad_with(0, flat, dtype))


def test_characters_are_parted_from_ids_in_a_hand_worked_example():
    # "dog" has id 7, "a" id 2
    X = sparse.csr_array([[7, -100, -111, -103, 0, 0], [2, -97, 7, -100, -111, -103]])
    sequences = read(X)
    assert sequences.values.tolist() == [7, 2, 7]
    assert sequences.offsets.tolist() == [0, 1, 3]
    assert sequences.characters.values.tolist() == [100, 111, 103, 97, 100, 111, 103]
    assert sequences.characters.offsets.tolist() == [0, 3, 4, 7]
    assert sequences.values.dtype == sequences.characters.values.dtype == np.int32
    assert sequences.offsets.dtype == np.int64


@given(rows=rows_with_characters)
def test_every_token_gets_its_own_characters(rows):
    X = as_matrix_with_characters(rows)
    for matrix in (X, X.astype(np.int32), X.tocsc(), X.tocoo(), sparse.csr_matrix(X)):
        sequences = read(matrix)
        pairs = zip(sequences.values, sequences.characters, strict=True)
        tokens = [(id_, word.tolist()) for id_, word in pairs]
        assert tokens == [token for row in rows for token in row]
        assert sequences.lengths.tolist() == [len(row) for row in rows]


def test_a_gap_in_a_large_sparse_matrix_is_found():
    n_rows, n_steps = 700, 100  # in two chunks
    positions = np.tile(np.arange(n_steps), n_rows)
    ids, offsets = positions + 2, n_steps * np.arange(n_rows + 1)
    unsorted = positions.copy()
    unsorted[-n_steps:] = unsorted[-n_steps:][::-1]
    wide = sparse.csr_matrix((ids, unsorted, offsets), shape=(n_rows, n_steps + 1))
    sequences = check_sequences(BaseEstimator(), wide, reset=True)
    assert sequences[n_rows - 2].tolist() == ids[:n_steps].tolist()
    assert sequences[n_rows - 1].tolist() == ids[:n_steps][::-1].tolist()
    positions[-1] += 1
    gap = sparse.csr_matrix((ids, positions, offsets), shape=(n_rows, n_steps + 1))
    with pytest.raises(SequenceError, match="row 699 does not"):
        check_sequences(BaseEstimator(), gap, reset=True)


@pytest.mark.parametrize("lowest", [-128, -127])
def test_the_smallest_of_the_small_integers_is_a_character(lowest):
    X = sparse.csr_array(np.array([[3, lowest]], dtype=np.int8))
    assert read(X).characters.values == [-lowest]


def test_ids_alone_have_no_characters():
    for X in (IDS, IDS.toarray(), [[5, 6], [7]]):
        assert read(X, "tokens").characters is None


def test_zeros_stored_behind_characters_are_padding():
    X = sparse.csr_array(([3, -97, 0, 4, -98], [0, 1, 2, 0, 1], [0, 3, 5]), (2, 3))
    assert read(X).characters.values.tolist() == [97, 98]


def test_tokens_with_characters_may_have_any_width():
    reader = Reader().fit(sparse.csr_array([[7, -100]]))
    assert (reader.input_kind_, reader.n_features_in_) == ("tokens", 2)
    assert reader.read(sparse.csr_array([[7, -100, -101, 8, -102]])).lengths == [2]


# --- bad input, each with its message ---------------------------------------------

WORDS = ["the cat sat", "the dog", "a cat"]
NAN, INF = np.nan, np.inf
HUGE = np.full((1, 1), 2**31)


def with_value(shape, place, value):
    X = np.ones(shape)
    X[place] = value
    return X


BAD = {
    "a lone string": ("text", "auto", "TextVectorizer"),
    "strings": (WORDS, "auto", "TextVectorizer"),
    "bytes": ([b"text"], "auto", "TextVectorizer"),
    "an array of strings": (np.array(WORDS), "auto", "TextVectorizer"),
    "objects of strings": (np.array(WORDS, object), "tokens", "TextVectorizer"),
    "a series of strings": (pd.Series(WORDS), "auto", "TextVectorizer"),
    "a frame of strings": (pd.DataFrame({"t": WORDS}), "numbers", "TextVectorizer"),
    "lists of words": ([["a", "b"], ["c"]], "tokens", "TextVectorizer"),
    "no rows": (np.ones((0, 3)), "auto", "0 sample"),
    "no rows of three axes": (np.ones((0, 3, 2)), "auto", "0 sample"),
    "an empty list": ([], "auto", "0 sample"),
    "a sparse matrix without rows": (IDS[:0], "auto", "0 sample"),
    "no columns": (np.ones((2, 0)), "auto", "0 feature"),
    "no features": (np.ones((2, 3, 0)), "auto", "0 feature"),
    "no features in a list": ([np.ones((2, 0))], "auto", "0 feature"),
    "one axis": (np.ones(3), "auto", "Reshape your data"),
    "a list of numbers": ([1.0, 2.0], "auto", "Reshape your data"),
    "a number": (3.0, "auto", "Expected 2D array"),
    "four axes": (np.ones((2, 2, 2, 2)), "auto", r"X\.reshape\(\*X.shape"),
    "one sparse axis": (  # which SciPy before 1.13 makes two axes, with a gap
        sparse.coo_array(np.arange(3)),
        "auto",
        "sparse.*(two axes|without a gap)",
    ),
    "NaN in a table": (with_value((2, 3), (1, 1), NAN), "auto", "X contains NaN"),
    "inf in a table": (with_value((2, 3), (1, 1), INF), "auto", "NaN or inf"),
    "NaN inside": (
        with_value((3, 4, 2), (2, 1, 0), NAN),
        "auto",
        "NaN or inf inside a sequence: sample 2, step 1",
    ),
    "a NaN step inside": (
        with_value((3, 4, 2), (2, 1), NAN),
        "auto",
        "NaN or inf inside a sequence: sample 2, step 1",
    ),
    "half a NaN step at the end": (
        with_value((3, 4, 2), (0, 3, 1), NAN),
        "auto",
        "NaN or inf inside a sequence: sample 0, step 3",
    ),
    "inf at the end": (
        with_value((3, 4, 2), (1, 3), INF),
        "auto",
        "NaN or inf inside a sequence: sample 1, step 3",
    ),
    "NaN in a list": (
        [np.ones((2, 1)), np.array([[NAN], [1]])],
        "auto",
        "NaN or inf inside a sequence: sample 1, step 0",
    ),
    "a missing last number": ([[1.0, NAN], [1.0]], "auto", "sample 0, step 1"),
    "nothing but NaN": (with_value((3, 4, 2), 1, NAN), "auto", "row 1.*zero length"),
    "no steps": (np.ones((2, 0, 3)), "auto", "row 0.*zero length"),
    "an empty sequence": ([[1.0], []], "auto", "row 1.*zero length"),
    "an empty document": ([[5], []], "tokens", "row 1.*zero length"),
    "an empty sparse row": (
        sparse.csr_array([[5, 0], [0, 0]]),
        "auto",
        "row 1.*zero length.*TextVectorizer",
    ),
    "a row of zeros": (np.array([[5, 0], [0, 0]]), "tokens", "row 1.*zero length"),
    "unequal widths": (
        [np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 3))],
        "auto",
        "different width.*2 at row 0 and 3 at row 2.*from_channels_first",
    ),
    "unequal widths in a row": ([[[1, 2], [3]]], "auto", "Row 0.*different width"),
    "unequal axes": ([np.ones((2, 2)), np.ones(2)], "auto", r"\(2,\) at row 1"),
    "a number among lists": ([[1.0], 2.0], "auto", r"\(\) at row 1"),
    "four axes in a list": ([np.ones((1, 2, 3))] * 2, "auto", "reshape"),
    "ragged integers": ([[1, 2], [3]], "auto", "'tokens' or input='numbers'"),
    "tokens and numbers": (
        [[1, 2], [0.5]],
        "auto",
        "tokens mixed with numbers: row 0 holds int64.*row 1 holds float64",
    ),
    "numbers and tokens": ([np.ones((2, 2)), [3]], "auto", "mixed.*row 1.*row 0"),
    "tokens and numbers, said to be tokens": (
        [[1, 2], [0.5]],
        "tokens",
        "tokens mixed with numbers",
    ),
    "features said to be tokens": ([np.ones((2, 2))], "tokens", "one-dimensional"),
    "three axes said to be tokens": (CUBE, "tokens", "input='numbers'"),
    "fractional ids": (np.array([[1.5]]), "tokens", "integers, got 1.5 at row 0"),
    "fractional ids in a list": ([[2.0], [1.5]], "tokens", "1.5 at row 1"),
    "a missing id": ([[NAN, 2.0]], "tokens", "a missing value, is padding .* row 0"),
    "negative ids": (np.array([[1, 2], [3, -4]]), "tokens", "-4 at row 1, position 1"),
    "negative ids in a list": ([[3, -4]], "tokens", "negative, got -4 at row 0"),
    "negative real ids": (sparse.csr_array([[3.0, -4.0]]), "auto", "negative, got -4"),
    "a row of characters": (
        sparse.csr_array([[3, -4], [-5, 6]]),
        "auto",
        "negative, got -5 at row 1, position 0; .* a row must start with an id",
    ),
    "nothing but characters": (sparse.csr_array([[-3, -4]]), "auto", "got -3 at row 0"),
    "a bare token": (
        sparse.csr_array([[3, -4, 0, 0], [3, -4, 5, 0], [6, 7, -4, -4]]),
        "auto",
        "row 1, step 1 has none and others have.*TextVectorizer",
    ),
    "a bare token at the end of a row": (
        sparse.csr_array([[3, -4, 5], [3, -4, 0]]),
        "auto",
        "row 0, step 1 has none",
    ),
    "a character beyond Unicode": (
        sparse.csr_array([[3, -4, 5, -0x110000]]),
        "auto",
        "at least -1114111, got -1114112 at row 0, position 3",
    ),
    "a huge id with characters": (
        sparse.csr_array([[2**31, -4]]),
        "auto",
        "at most 2147483647",
    ),
    "a stored zero among characters": (
        sparse.csr_array(([3, -4, 0, -5], [0, 1, 2, 3], [0, 4]), (1, 4)),
        "auto",
        "0 at row 0, position 2",
    ),
    "huge ids": (HUGE, "tokens", "at most 2147483647"),
    "huge sparse ids": (sparse.csr_array(HUGE), "auto", "at most 2147483647"),
    "boolean ids": (np.array([[True]]), "tokens", "dtype bool"),
    "boolean sparse ids": (sparse.csr_array([[True]]), "auto", "sparse.*bool"),
    "a zero among ids": (np.array([[5, 0, 6]]), "tokens", "0 at row 0, position 1"),
    "a stored zero among ids": (
        sparse.csr_array(
            (np.array([5, 0, 6]), np.array([0, 1, 2]), np.array([0, 3])), (1, 3)
        ),
        "auto",
        "0 at row 0, position 1",
    ),
    "tf-idf": (TfidfVectorizer().fit_transform(WORDS), "auto", "sparse.*Tfidf"),
    "counts": (
        CountVectorizer().fit_transform(WORDS),
        "auto",
        "CountVectorizer, TfidfVectorizer.*TextVectorizer",
    ),
    "sparse one-hot columns": (
        OneHotEncoder().fit_transform([["a"], ["b"]]),
        "auto",
        "row 1 does not.*OneHotEncoder",
    ),
    "sparse said to be numbers": (IDS, "numbers", r"sparse.*X\.toarray"),
    "complex numbers": (np.ones((2, 2)) * 1j, "auto", "Complex data not supported"),
    "complex steps": (np.ones((2, 2, 2)) * 1j, "auto", "Complex data not supported"),
    "complex rows": ([np.ones(2) * 1j, [1.0]], "auto", "Complex data not supported"),
    "an unknown input": (TABLE, "words", "'auto', 'tokens', 'numbers'.*'words'"),
}


def test_bad_values_are_refused_with_a_reason(assert_refused):
    assert_refused(read, BAD)


def test_what_is_no_array_is_a_type_error(assert_refused):
    cases = [(X, f"got {type(X).__name__}") for X in (None, {"a": [1]}, {1}, object())]
    cases += [([{"a": 1}, {"a": 2}], "'dict'")]
    assert_refused(Reader().fit, cases, TypeError)


def test_a_refused_x_leaves_no_mark_on_a_fitted_estimator():
    reader = Reader().fit(TABLE)
    with pytest.raises(SequenceError):
        reader.fit([[1, 2], [3]])
    assert (reader.input_kind_, reader.n_features_in_) == ("univariate", 3)


# --- dense numbers that may be tokens ---------------------------------------------


def test_ids_made_dense_are_warned_about_and_read_with_tokens():
    columns = ColumnTransformer([("ids", "passthrough", [0, 1, 2])])
    dense = columns.fit_transform(IDS.toarray())
    with pytest.warns(AmbiguousInputWarning, match=r"ColumnTransformer.*'tokens'"):
        read(dense)
    assert_same(read(dense, "tokens"), read(IDS))
    assert not read(dense, "numbers").is_tokens


def test_the_warning_is_given_in_fit_only():
    reader = Reader().fit(TABLE)
    assert len(reader.read(IDS.toarray())) == 2


def test_ordinary_numbers_are_not_warned_about():
    for X in [
        [[3, 0, 2], [4, 1, 0]],  # counts: a zero between
        [[1, 0, 0], [0, 1, 0]],  # one-hot
        [[1, 0], [1, 1]],  # binary
        [[0, 0], [0, 0]],
        [[3, 0], [0, 0]],  # no id in a row
        [[3.5, 0], [4, 2]],
        [[-3, 0], [4, 2]],
        [[3, 2], [4, 5]],  # no padding
        [[3], [0]],
    ]:
        assert read(np.array(X)).n_features == 1, X


# -- words with characters that were made dense -------------------------------------

WITH_CHARACTERS = np.array([[2, -97, 3, -98, -99, 0], [3, -98, -99, 2, -97, -97]])


def test_dense_characters_are_read_as_tokens_where_that_is_said():
    sequences = check_sequences(
        BaseEstimator(), WITH_CHARACTERS, reset=True, input="tokens"
    )
    assert sequences.values.tolist() == [2, 3, 3, 2]
    assert sequences.characters.lengths.tolist() == [1, 2, 2, 2]
    assert sequences.lengths.tolist() == [2, 2]


def test_dense_characters_are_warned_about():
    with pytest.warns(AmbiguousInputWarning, match="input='tokens'"):
        check_sequences(BaseEstimator(), WITH_CHARACTERS, reset=True)


@pytest.mark.parametrize("shape", [(4000, 100, 8), (4000, 800)])
def test_reading_numbers_takes_little_beside_them(shape):
    X = np.random.default_rng(0).random(shape, dtype=np.float32)
    tracemalloc.start()
    try:
        check_sequences(BaseEstimator(), X, reset=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes / 8  # X may be a mapped file, larger than memory


def test_a_missing_value_is_found_in_whichever_chunk_it_is(monkeypatch, assert_refused):
    monkeypatch.setattr(numbers, "CHUNK", 2)
    places = [(1, step, 1) for step in range(7)]
    cases = [
        (with_value((3, 7, 2), place, np.nan), rf"sample 1, step {place[1]}\.")
        for place in places
    ]
    assert_refused(read, cases, SequenceError)
