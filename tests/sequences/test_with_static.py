import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing

from sklearn_rnn import SequencesWithStatic, as_ragged
from sklearn_rnn.exceptions import SequenceError

TABLE = np.arange(8.0).reshape(4, 2)
LENGTHS = (2, 1, 3, 2)
RAGGED = [np.full((n, 2), float(i)) for i, n in enumerate(LENGTHS)]
CONTAINERS = {
    "list": RAGGED,
    "objects": as_ragged(RAGGED),
    "cube": np.arange(24.0).reshape(4, 3, 2),
    "sparse": sparse.coo_matrix(np.arange(12).reshape(4, 3)),
    "frame": pd.DataFrame(np.arange(12.0).reshape(4, 3)),
}


def same(one, other):
    if sparse.issparse(one):
        one, other = one.toarray(), other.toarray()
    return np.shape(one) == np.shape(other) and np.array_equal(one, other)


@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ([2, 0], [2, 0]),
        (np.array([3, 3]), [3, 3]),
        (np.array([True, False, False, True]), [0, 3]),
        ([False, True, False, False], [1]),
        (slice(1, 3), [1, 2]),
        (pd.Series([1, 2]), [1, 2]),
    ],
)
def test_scikit_learn_cuts_both_parts_alike(kind, key, rows):
    X = SequencesWithStatic(CONTAINERS[kind], TABLE, names=["a", "b"])
    part = _safe_indexing(X, key)
    assert len(part) == part.shape[0] == len(rows)
    assert part.names == ["a", "b"]
    assert part.static.tolist() == TABLE[rows].tolist()
    assert type(part.sequences) is type(X.sequences)
    expected = _safe_indexing(X.sequences, rows)
    if isinstance(expected, list | np.ndarray) and np.ndim(expected[0]) > 1:
        assert all(map(same, part.sequences, expected))
    else:
        assert same(part.sequences, expected)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_other_sequences_are_cut_too(kind):
    X = SequencesWithStatic(RAGGED, beside=[CONTAINERS[kind], RAGGED])
    assert repr(X) == "SequencesWithStatic(n_samples=4, static=0 columns, beside=2)"
    part = pickle.loads(pickle.dumps(_safe_indexing(X, [2, 0])))
    assert part.static.shape == (2, 0)
    assert all(map(same, part.beside[1], [RAGGED[2], RAGGED[0]]))
    expected = list(_safe_indexing(X.beside[0], [2, 0]))
    assert all(map(same, list(part.beside[0]), expected))


def test_one_sample_is_its_sequence_its_row_and_its_other_sequences():
    X = SequencesWithStatic(RAGGED, TABLE)
    sequence, row = X[-1]
    assert same(sequence, RAGGED[-1])
    assert row.tolist() == [6, 7]
    *_, other = SequencesWithStatic(TABLE, TABLE, beside=[RAGGED])[1]
    assert same(other, RAGGED[1])


def test_a_split_and_a_pickle_keep_what_belongs_together():
    X = SequencesWithStatic([[i] for i in range(9)], np.arange(9)[:, np.newaxis])
    for part in train_test_split(pickle.loads(pickle.dumps(X)), random_state=0):
        assert np.ravel(part.sequences).tolist() == part.static.ravel().tolist()


def test_a_table_is_read_from_frames_and_sparse_matrices():
    frame = pd.DataFrame({"age": [1, 2], "is_new": [True, False]})
    X = SequencesWithStatic(RAGGED[:2], frame)
    assert X.names == ["age", "is_new"]
    assert X.static.tolist() == [[1, 1], [2, 0]]
    assert X.static.dtype == np.float64
    assert repr(X) == "SequencesWithStatic(n_samples=2, static=['age', 'is_new'])"
    X = SequencesWithStatic(RAGGED[:2], sparse.csr_matrix([[0, 3], [4, 0]]))
    assert X.static.tolist() == [[0, 3], [4, 0]]
    assert X.names is None
    assert repr(X) == "SequencesWithStatic(n_samples=2, static=2 columns)"


HOLE = np.where(TABLE == 5, np.nan, TABLE)
SHORT = TABLE[:2]


@pytest.mark.parametrize(
    ("static", "names", "error"),
    [
        (SHORT, None, "static has 2 rows, but there are 4 sequences"),
        (HOLE, None, r"first at row 2 in column 1; .*SimpleImputer"),
        (HOLE, ["a", "b"], "at row 2 in column 'b'"),
        (TABLE - np.inf, None, "NaN or infinity, first at row 0"),
        (TABLE[:, 0], None, r"got \(4,\); pass static.reshape\(-1, 1\)"),
        (TABLE[np.newaxis], None, r"shape \(n_samples, n_columns\), got \(1, 4, 2\)"),
        ([["red"], ["blue"]] * 2, None, "static holds strings.*OneHotEncoder"),
        (pd.DataFrame({"c": ["red"] * 4}), None, "static holds strings in column 'c'"),
        (TABLE, ["a"], "names has 1 names, but static 2 columns"),
    ],
)
def test_what_is_no_table_of_numbers_for_the_sequences_is_refused(static, names, error):
    with pytest.raises(SequenceError, match=error):
        SequencesWithStatic(RAGGED, static, names)


def test_what_cannot_be_joined_is_refused():
    X = SequencesWithStatic(RAGGED, TABLE)
    with pytest.raises(TypeError, match=r"static columns already.*np\.hstack"):
        SequencesWithStatic(X, TABLE)
    with pytest.raises(TypeError, match=r"beside\[0\] has static columns.*np\.hstack"):
        SequencesWithStatic(RAGGED, TABLE, beside=[X])
    with pytest.raises(TypeError, match=r"a list of sequences, .* got ndarray"):
        SequencesWithStatic(RAGGED, beside=TABLE)
    with pytest.raises(SequenceError, match=r"beside\[1\] holds 3 .* there are 4"):
        SequencesWithStatic(RAGGED, beside=[RAGGED, RAGGED[:3]])
    with pytest.raises(TypeError, match=r"must be what an estimator takes.*got int"):
        SequencesWithStatic(3, TABLE)
    with pytest.raises(TypeError, match=r"one number in each cell.*not 'dict'"):
        SequencesWithStatic(RAGGED, [[{}]] * 4)
    with pytest.raises(TypeError, match=r"no single array.*X\.static"):
        np.asarray(X)
