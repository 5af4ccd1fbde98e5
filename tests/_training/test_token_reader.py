import numpy as np

from sklearn_rnn._training._token_reader import count_ids, widen_ids
from sklearn_rnn.sequences import Sequences
from sklearn_rnn.sequences._sequences import CHUNK

N_ROWS, N_STEPS = 3, CHUNK // 2 + 1  # in two chunks
IDS = np.random.default_rng(0).integers(2, 50, N_ROWS * N_STEPS, dtype=np.int32)
SEQUENCES = Sequences(IDS, N_STEPS * np.arange(N_ROWS + 1))


def test_ids_are_counted_over_all_chunks():
    rows = np.array([2, 0, 1])
    counts = count_ids(60, SEQUENCES, rows)
    np.testing.assert_array_equal(counts, np.bincount(IDS, minlength=60))
    counts = count_ids(2, SEQUENCES, rows[:2])
    chosen = np.concatenate([SEQUENCES[2], SEQUENCES[0]])
    np.testing.assert_array_equal(counts, np.bincount(chosen))


def test_ids_beyond_given_vectors_are_not_counted():
    counts = count_ids(10, SEQUENCES, np.arange(N_ROWS), grows=False)
    np.testing.assert_array_equal(counts, np.bincount(IDS)[:10])


def test_ids_that_lie_far_apart_are_found_in_all_chunks():
    far = Sequences(IDS * 10**6, SEQUENCES.offsets)
    found = widen_ids(None, 2, far, np.arange(N_ROWS))
    np.testing.assert_array_equal(found, np.arange(2, 50) * 10**6)
    counts = count_ids(len(found) + 2, far, np.arange(N_ROWS), token_ids=found)
    np.testing.assert_array_equal(counts, np.bincount(IDS))
