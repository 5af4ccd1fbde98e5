import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn import sliding_windows
from sklearn_rnn.sequences import Sequences, canonical_rows
from sklearn_rnn.sequences import _canonical as canonical
from sklearn_rnn.sequences._numbers import read_table

# Few values and short rows, so that many rows are equal.
numbers = st.lists(
    st.tuples(
        st.lists(st.sampled_from([0.0, 1.0, -1.0, 0.5]), min_size=1, max_size=3),
        st.integers(0, 1),  # target
        st.integers(0, 3),  # weight
    ),
    min_size=1,
    max_size=30,
)


def test_other_static_columns_are_another_row():
    rows = Sequences(np.ones(4), np.arange(5), static=np.array([[1], [2], [1], [3]]))
    indices, weights = canonical_rows(rows, np.zeros(4))
    kept = rows.static[indices, 0].tolist()
    found = dict(zip(kept, weights.tolist(), strict=True))
    assert found == {1: 2.0, 2: 1.0, 3: 1.0}


def test_other_sequences_beside_are_another_row():
    one, other = (Sequences.from_list(part * 2) for part in ([[7], [8]], [[8], [7]]))
    rows = Sequences(np.ones(4), np.arange(5), beside=(one, other))
    assert canonical_rows(rows, np.zeros(4))[1].tolist() == [2.0, 2.0]


def as_arrays(rows):
    values, y, weights = zip(*rows, strict=True)
    sequences = Sequences.from_list([np.array(row, dtype=float) for row in values])
    return sequences, np.array(y), np.array(weights, dtype=float)


def content(sequences, y, indices, weights):
    """List what fit would see."""
    return [
        (sequences[i].tobytes(), y[i].tobytes(), w)
        for i, w in zip(indices, weights, strict=True)
    ]


def brute_force(sequences, y, sample_weight):
    """Collect the weighted set in a dict of bytes."""
    merged = {}
    for row, target, weight in zip(sequences, y, sample_weight, strict=True):
        if weight != 0:
            key = (row.tobytes(), target.tobytes())
            merged[key] = merged.get(key, 0.0) + weight
    return merged


@given(rows=numbers)
def test_the_set_is_that_of_a_dict_of_bytes(rows):
    sequences, y, sample_weight = as_arrays(rows)
    indices, weights = canonical_rows(sequences, y, sample_weight)
    seen = content(sequences, y, indices, weights)
    assert len({key[:2] for key in seen}) == len(seen)
    assert {key[:2]: key[2] for key in seen} == brute_force(sequences, y, sample_weight)


@given(rows=numbers, data=st.data())
def test_the_order_of_the_rows_does_not_matter(rows, data):
    sequences, y, sample_weight = as_arrays(rows)
    shuffled = as_arrays(data.draw(st.permutations(rows)))
    assert content(
        sequences, y, *canonical_rows(sequences, y, sample_weight)
    ) == content(*shuffled[:2], *canonical_rows(*shuffled))


@given(rows=numbers)
def test_weight_k_is_k_copies(rows):
    sequences, y, sample_weight = as_arrays(rows)
    copies = np.repeat(np.arange(len(y)), sample_weight.astype(int))
    if len(copies) == 0:
        return
    repeated, y_repeated = sequences[copies], y[copies]
    assert content(
        sequences, y, *canonical_rows(sequences, y, sample_weight)
    ) == content(repeated, y_repeated, *canonical_rows(repeated, y_repeated))


def test_many_random_rows_are_merged_as_by_a_dict():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 5, 3000)
    sequences = Sequences(
        rng.integers(1, 4, lengths.sum()).astype(np.int32),
        np.concatenate([[0], np.cumsum(lengths)]),
    )
    y = rng.integers(0, 2, (3000, 2)).astype(float)
    indices, weights = canonical_rows(sequences, y)
    assert {
        key[:2]: key[2] for key in content(sequences, y, indices, weights)
    } == brute_force(sequences, y, np.ones(3000))


def test_fractional_weights_are_added_in_an_order_of_their_own():
    # (1e16 + 1) + 1 is 1e16, but 1e16 + (1 + 1) is 1e16 + 2.
    sequences = Sequences.from_list([np.array([5])] * 3)
    totals = {
        canonical_rows(sequences, np.zeros(3), np.array(weights))[1][0]
        for weights in ([1e16, 1.0, 1.0], [1.0, 1e16, 1.0], [1.0, 1.0, 1e16])
    }
    assert len(totals) == 1


def test_the_representative_is_the_first_row_of_its_kind():
    sequences = Sequences.from_list([np.array([5]), np.array([5]), np.array([5])])
    indices, weights = canonical_rows(sequences, np.zeros(3), np.array([0, 3, 1]))
    np.testing.assert_array_equal(indices, [1])
    np.testing.assert_array_equal(weights, [4])
    assert indices.dtype == np.int64
    assert weights.dtype == np.float64


def test_nothing_is_left_of_rows_without_weight():
    sequences = Sequences.from_list([np.array([5]), np.array([6])])
    indices, weights = canonical_rows(sequences, np.zeros(2), np.zeros(2))
    assert len(indices) == len(weights) == 0


def hashes_of(*rows, y=None):
    sequences = Sequences.from_list(rows)
    y = np.zeros(len(rows)) if y is None else y
    return [tuple(column) for column in canonical._hash_rows(sequences, y).T]


def test_equal_numbers_of_another_dtype_or_sign_of_zero_are_equal():
    row = np.array([[0.0, 0.5], [1.0, -2.0]])
    (double,) = hashes_of(row)
    (single,) = hashes_of(row.astype(np.float32))
    (negative_zero,) = hashes_of(np.array([[-0.0, 0.5], [1.0, -2.0]]))
    assert double == single == negative_zero


@pytest.mark.parametrize(
    "rows",
    [
        ([1.0, 2.0], [2.0, 1.0]),  # order
        ([0.0], [0.0, 0.0]),  # length, with zeros as of padding
        ([1.0, 1.0, 2.0], [1.0, 2.0, 2.0]),
        ([1.0], [np.nextafter(1.0, 2.0)]),  # the last bit
        ([1.0], [-1.0]),
    ],
)
def test_another_content_has_another_hash(rows):
    first, second = hashes_of(*[np.array(row) for row in rows])
    # Both streams tell them apart, each 64 bits.
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_value_cannot_trade_places_with_a_target():
    first, second = hashes_of(np.array([1.0]), np.array([2.0]), y=np.array([2.0, 1.0]))
    assert first != second


def test_the_hash_is_the_same_on_every_machine():
    # Computed once with Python integers from the definition; see `by_hand`.
    sequences = Sequences.from_list([np.array([3, 7]), np.array([2])])
    hashes = canonical._hash_segments(sequences.values, sequences.offsets)
    for column, row in zip(hashes.T, ([3.0, 7.0], [2.0]), strict=True):
        assert [int(h) for h in column] == by_hand(row)


def by_hand(row):
    """Hash a row of numbers with Python's integers, one number at a time."""
    weyl, first, second, third = (
        int(c)
        for c in (canonical.WEYL, canonical.FIRST, canonical.SECOND, canonical.THIRD)
    )
    wrap = 2**64

    def mix(bits, factor):
        bits = (bits ^ (bits >> 32)) * factor % wrap
        return bits ^ (bits >> 32)

    sums = [0, 0]
    for position, value in enumerate(row):
        (bits,) = struct.unpack("<Q", struct.pack("<d", value))
        one = mix((mix(bits, first) + (position + 1) * weyl) % wrap, second)
        two = mix((one + weyl) % wrap, third)
        sums = [(sums[0] + one) % wrap, (sums[1] + two) % wrap]
    return sums


@given(chunk=st.integers(1, 20))
def test_the_hash_does_not_depend_on_the_size_of_the_chunks(chunk):
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(length, 3)) for length in (1, 4, 2, 7, 1)]
    whole = hashes_of(*rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "CHUNK", chunk)
        assert hashes_of(*rows) == whole


def test_bits_of_the_hash_are_balanced_on_plain_small_integers():
    # Of 20 000 rows each of the 128 bits is set in half: 10 000 +- 5 * 71.
    X = np.stack(np.meshgrid(np.arange(200.0), np.arange(100.0)), axis=-1)
    hashes = canonical._hash_segments(X.reshape(-1, 1), np.arange(20_001) * 2)
    bits = np.unpackbits(hashes.view(np.uint8).reshape(2, 20_000, 8), axis=2)
    assert np.abs(bits.sum(axis=1).astype(int) - 10_000).max() < 355
    assert len(np.unique(hashes[0])) == len(np.unique(hashes[1])) == 20_000


# --- characters, and targets for each step ------------------------------------------

tokens = st.tuples(st.integers(1, 2), st.sampled_from(["a", "b", "ab", "ba", "aa"]))
word_rows = st.lists(
    st.tuples(st.lists(tokens, min_size=1, max_size=3), st.integers(0, 3)),
    min_size=1,
    max_size=30,
)


def as_sequences(rows):
    words = [[ord(letter) for letter in word] for row in rows for _, word in row]
    return Sequences(
        np.array([id_ for row in rows for id_, _ in row], dtype=np.int32),
        np.cumsum([0, *map(len, rows)]),
        characters=Sequences.from_list(words),
    )


@given(drawn=word_rows)
def test_rows_are_merged_when_their_characters_are_equal_too(drawn):
    rows, weights = zip(*drawn, strict=True)
    expected = {}
    for row, weight in drawn:
        if weight:
            expected[tuple(row)] = expected.get(tuple(row), 0) + weight
    indices, kept = canonical_rows(as_sequences(rows), np.zeros(len(rows)), weights)
    assert len(indices) == len(expected)
    assert {tuple(rows[i]): w for i, w in zip(indices, kept, strict=True)} == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([(2, "ab")], [(2, "ba")]),
        ([(2, "a"), (2, "ba")], [(2, "ab"), (2, "a")]),  # one text, other words
        ([(2, "a"), (2, "b")], [(2, "b"), (2, "a")]),
        ([(2, "a"), (2, "a")], [(2, "b"), (2, "b")]),
        ([(97, "b")], [(98, "a")]),  # an id is not a character
    ],
)
def test_other_characters_have_another_hash(first, second):
    hashes = canonical._hash_rows(as_sequences([first, second]), np.zeros(2))
    assert hashes[0, 0] != hashes[0, 1]
    assert hashes[1, 0] != hashes[1, 1]


def test_no_row_of_words_has_no_hash():
    empty = as_sequences([[(2, "a")]])[:0]
    assert canonical._hash_characters(empty.characters, empty.offsets).shape == (2, 0)


@given(data=st.data(), lengths=st.lists(st.integers(1, 2), min_size=1, max_size=20))
def test_targets_of_each_step_count_with_their_place(data, lengths):
    n_steps = sum(lengths)
    drawn = st.lists(st.integers(1, 2), min_size=n_steps, max_size=n_steps)
    offsets = np.cumsum([0, *lengths])
    X = Sequences(np.array(data.draw(drawn), dtype=np.int32), offsets)
    y = Sequences(np.array(data.draw(drawn)), offsets)
    expected = {}
    for row, target in zip(X, y, strict=True):
        key = (tuple(row), tuple(target))
        expected[key] = expected.get(key, 0) + 1
    indices, weights = canonical_rows(X, y)
    assert len(indices) == len(expected)
    assert {
        (tuple(X[i]), tuple(y[i])): w for i, w in zip(indices, weights, strict=True)
    } == expected


def test_one_target_per_step_counts_as_the_same_row_of_a_table():
    X = Sequences.from_list([np.array([3, 4]), np.array([3, 4])])
    table = np.array([[0.5, 1.5], [1.5, 0.5]])
    ragged = Sequences(table.reshape(-1, 1), np.array([0, 2, 4]))
    np.testing.assert_array_equal(
        canonical._hash_rows(X, ragged), canonical._hash_rows(X, table)
    )


def test_an_int_of_32_bits_changes_nothing(monkeypatch):
    # As on Windows before NumPy 2.0: an array of Python's ints is int32.
    arange = np.arange

    def narrow(*args, dtype=None):
        if dtype is None and all(type(arg) is int for arg in args):
            dtype = np.int32
        return arange(*args, dtype=dtype)

    series = np.random.default_rng(0).normal(size=20)
    X, y = sliding_windows(series, 5)
    monkeypatch.setattr(canonical, "CHUNK", 16)
    expected = canonical_rows(read_table(X.copy())[0], y)
    monkeypatch.setattr(np, "arange", narrow)
    for data in (X, X.copy()):
        sequences, _ = read_table(data)
        assert sequences.starts.dtype == np.int64
        found = canonical_rows(sequences, y)
        np.testing.assert_array_equal(found, expected)
