import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_rnn.sequences import PAD, UNK, Sequences
from sklearn_rnn.sequences._sequences import iterate_chunks, step_positions

lengths_lists = st.lists(st.integers(1, 6), min_size=1, max_size=8)


def make_rows(lengths, n_features=2, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(length, n_features)) for length in lengths]


def make_tokens(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(1, 50, length) for length in lengths]


def assert_holds(sequences, rows):
    assert len(sequences) == len(rows)
    for i, row in enumerate(rows):
        np.testing.assert_array_equal(sequences[i], row)


def test_padding_is_0_and_unknown_is_1():
    assert (PAD, UNK) == (0, 1)


def test_values_and_offsets_are_those_of_a_hand_worked_example():
    sequences = Sequences.from_list([np.array([4, 2]), np.array([3, 5, 9])])
    np.testing.assert_array_equal(sequences.values, [4, 2, 3, 5, 9])
    np.testing.assert_array_equal(sequences.offsets, [0, 2, 5])
    np.testing.assert_array_equal(sequences.lengths, [2, 3])
    assert sequences.values.dtype == np.int32
    assert sequences.offsets.dtype == sequences.lengths.dtype == np.int64
    assert sequences.is_tokens
    assert sequences.n_features is None


@pytest.mark.parametrize(
    ("given_dtype", "kept"),
    [(np.float32, np.float32), (np.float64, np.float64), (np.float16, np.float64)],
)
def test_numbers_keep_single_and_double_precision(given_dtype, kept):
    sequences = Sequences.from_list([np.ones((2, 3), given_dtype)])
    assert sequences.values.dtype == kept
    assert not sequences.is_tokens
    assert sequences.n_features == 3


def test_reals_with_one_axis_are_sequences_of_one_feature():
    sequences = Sequences.from_list([np.array([0.5]), np.array([1.5, 2.5])])
    assert sequences.values.shape == (3, 1)


def test_the_representation_is_one_short_line():
    rows = Sequences.from_list(make_rows([2, 3]))
    assert repr(rows) == "Sequences(n_samples=2, n_steps=5, n_features=2)"


@pytest.mark.parametrize("make", [make_rows, make_tokens])
@given(lengths=lengths_lists, data=st.data())
def test_any_selection_is_that_of_a_list(make, lengths, data):
    rows = make(lengths)
    sequences = Sequences.from_list(rows)
    index = st.integers(-len(rows), len(rows) - 1)
    chosen = np.array(data.draw(st.lists(index, max_size=8)), dtype=int)
    assert_holds(sequences[chosen], [rows[i] for i in chosen])
    mask = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    )
    assert_holds(
        sequences[mask], [row for row, kept in zip(rows, mask, strict=True) if kept]
    )
    part = data.draw(st.slices(len(rows)))
    assert_holds(sequences[part], rows[part])


def test_a_contiguous_slice_is_a_view():
    sequences = Sequences.from_list(make_rows([2, 3, 4]))
    assert np.shares_memory(sequences[1:].values, sequences.values)


@pytest.mark.parametrize("make", [make_rows, make_tokens])
@given(lengths=lengths_lists, data=st.data())
def test_padding_is_zero_and_as_long_as_the_longest_chosen(make, lengths, data):
    rows = make(lengths)
    index = st.integers(0, len(rows) - 1)
    chosen = data.draw(st.lists(index, min_size=1, max_size=8))
    padded, counts = Sequences.from_list(rows).pad(chosen)
    assert padded.shape[:2] == (len(chosen), max(lengths[i] for i in chosen))
    assert padded.flags.writeable
    for i, row, count in zip(chosen, padded, counts, strict=True):
        np.testing.assert_array_equal(row[:count], rows[i])
        assert not row[count:].any()


def test_nothing_chosen_gives_an_empty_array():
    padded, lengths = Sequences.from_list(make_rows([2, 3])).pad([])
    assert padded.shape == (0, 0, 2)
    assert lengths.shape == (0,)


def test_the_arrays_cannot_be_changed():
    values = np.ones((3, 1))
    sequences = Sequences(values, np.array([0, 1, 3]))
    with pytest.raises(ValueError, match="read-only"):
        sequences.values[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        sequences.offsets[0] = 5
    with pytest.raises(AttributeError):
        sequences.values = values
    values[0] = 7  # the user's own array stays writable, and is the same memory
    assert sequences.values[0] == 7


def test_a_pickled_copy_holds_the_same():
    rows = make_rows([2, 3])
    assert_holds(pickle.loads(pickle.dumps(Sequences.from_list(rows))), rows)


@pytest.mark.parametrize(
    ("values", "offsets", "match"),
    [
        (np.ones((3, 1)), [0, 2], "from 0 to the 3 steps"),
        (np.ones((3, 1)), [1, 3], "got 1 to 3"),
        (np.ones((3, 1)), [0, 2, 2, 3], "got 0 at row 1"),
        (np.ones((3, 1)), [0, 2, 1, 3], "got -1 at row 1"),
        (np.ones((3, 1, 1)), [0, 3], "shapes"),
        (np.ones((3, 1)), [], "shapes"),
    ],
)
def test_offsets_that_do_not_divide_the_values_are_refused(values, offsets, match):
    with pytest.raises(ValueError, match=match):
        Sequences(values, np.array(offsets))


def test_positions_restart_with_each_sequence():
    np.testing.assert_array_equal(step_positions(np.array([2, 0, 3])), [0, 1, 0, 1, 2])
    assert step_positions(np.array([], dtype=int)).size == 0


@given(lengths=lengths_lists, n_steps=st.integers(1, 9))
def test_chunks_cover_each_step_once(lengths, n_steps):
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    owners = np.repeat(np.arange(len(lengths)), lengths)
    seen = []
    for steps, rows, counts in iterate_chunks(offsets, n_steps):
        assert steps.stop - steps.start <= n_steps
        np.testing.assert_array_equal(
            np.repeat(np.arange(len(lengths))[rows], counts), owners[steps]
        )
        seen.extend(range(steps.start, steps.stop))
    assert seen == list(range(offsets[-1]))


# --- characters -------------------------------------------------------------------

words = st.lists(st.integers(1, 0x10FFFF), min_size=1, max_size=4)
word_rows = st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=5)


def make_words(rows):
    """Give each word of each row an id of its own, and its characters."""
    lengths = [len(row) for row in rows]
    return Sequences(
        np.arange(2, 2 + sum(lengths), dtype=np.int32),
        np.cumsum([0, *lengths]),
        characters=Sequences.from_list([word for row in rows for word in row]),
    )


def words_of(sequences):
    """List the words of each row, by slices."""
    words = [word.tolist() for word in sequences.characters]
    return [words[start:stop] for start, stop in pairwise(sequences.offsets)]


@given(rows=word_rows, data=st.data())
def test_a_selection_takes_the_characters_of_its_tokens_along(rows, data):
    sequences = make_words(rows)
    index = st.integers(-len(rows), len(rows) - 1)
    chosen = np.array(data.draw(st.lists(index, max_size=6)), dtype=int)
    assert words_of(sequences[chosen]) == [rows[i] for i in chosen]
    part = data.draw(st.slices(len(rows)))
    assert words_of(sequences[part]) == rows[part]
    mask = np.arange(len(rows)) % 2 == 0
    assert words_of(sequences[mask]) == rows[::2]
    np.testing.assert_array_equal(sequences[0], sequences.values[: len(rows[0])])


@given(rows=word_rows, data=st.data())
def test_rows_of_words_are_chosen_with_their_characters(rows, data):
    index = st.integers(0, len(rows) - 1)
    chosen = data.draw(st.lists(index, min_size=1, max_size=6))
    assert words_of(make_words(rows)[chosen]) == [rows[i] for i in chosen]


def test_a_slice_of_word_rows_is_a_view():
    sequences = make_words([[[97], [98, 99]], [[100]]])
    part = sequences[1:]
    assert np.shares_memory(part.characters.values, sequences.characters.values)


def test_tokens_with_characters_say_so_and_survive_pickle():
    sequences = make_words([[[97], [98, 99]], [[100]]])
    assert (
        repr(sequences) == "Sequences(n_samples=2, n_steps=3, tokens with characters)"
    )
    copy = pickle.loads(pickle.dumps(sequences))
    assert words_of(copy) == [[[97], [98, 99]], [[100]]]


@pytest.mark.parametrize(
    ("values", "characters", "match"),
    [
        (np.array([2, 3]), Sequences.from_list([[97]]), "each of the 2 tokens"),
        (np.array([2]), Sequences.from_list([[0.5]]), "code points .* n_features=1"),
        (np.array([2]), np.array([97]), "must be Sequences .* got ndarray"),
        (np.ones((1, 1)), Sequences.from_list([[97]]), r"token ids, .* \(1, 1\)"),
    ],
)
def test_characters_that_do_not_go_with_the_tokens_are_refused(
    values, characters, match
):
    with pytest.raises(ValueError, match=match):
        Sequences(values, np.array([0, len(values)]), characters)
