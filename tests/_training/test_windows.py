"""Windows are cut from shared steps when they are needed."""

import numpy as np
import pytest

from sklearn_rnn._training import (
    SharedSteps,
    WindowDataset,
    WindowRows,
    WindowShape,
)

NAN = np.nan


def make_steps(*series, window, columns=None):
    """Lay out series of one target, each behind an empty window."""
    front = np.full(window, NAN)
    flat = np.concatenate([part for one in series for part in (front, one)])
    lengths = np.array([len(one) for one in series])
    firsts = np.cumsum(lengths + window) - lengths
    seen = np.isfinite(flat)
    if columns is None:
        columns = np.zeros((0, len(flat)))
    parts = [np.where(seen, flat, 0)[None], seen[None], seen[None], columns]
    return SharedSteps(*(part.astype(np.float32) for part in parts), firsts, lengths)


def make_rows(series, start):
    zeros = np.zeros(len(start), dtype=int)
    return WindowRows(np.array(series), zeros, np.array(start), np.array(series))


def test_a_window_is_less_its_last_observed_value_and_may_begin_before_its_series():
    one, other = np.array([1.0, 2, 4, 8, NAN, 32]), np.array([5.0, 6, 7])
    steps = make_steps(one, other, window=3)
    shape = WindowShape(3, 2, 3, True, ())
    data = WindowDataset(steps, make_rows([0, 0, 1], [0, 1, -2]), shape)
    cut = data.cut(np.arange(3))
    # 1 2 4 | 8 NaN, less 4; 2 4 8 | NaN 32, less 8; - - 5 | 6 7, less 5
    np.testing.assert_array_equal(cut.values, [[-3, -2, 0], [-6, -4, 0], [0, 0, 0]])
    np.testing.assert_array_equal(cut.observed, [[1, 1, 1], [1, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(cut.level, [4, 8, 5])
    np.testing.assert_array_equal(cut.weight, [[1, 0], [0, 1], [1, 1]])
    np.testing.assert_array_equal(cut.target[cut.weight > 0], [4, 24, 1, 2])
    batch, targets = data.batch(np.array([2, 0]))
    # A step of the network is a segment: value and mask of each of its three steps.
    np.testing.assert_array_equal(
        batch.values, [[[0, 0, 0, 0, 0, 1]], [[-3, 1, -2, 1, 0, 1]]]
    )
    assert batch.group.tolist() == [1, 0]
    assert targets.counts.tolist() == [2, 2]
    # Four observed targets for three rows: each counts three quarters.
    np.testing.assert_allclose(targets.weight, [0.75, 0.75, 0.75, 0])


def test_segments_that_are_not_full_have_zeros_in_front_and_behind_the_future():
    columns = np.arange(2 * 9).reshape(2, 9)  # three empty steps and six
    steps = make_steps(np.arange(6.0), window=3, columns=columns)
    shape = WindowShape(3, 3, 2, False, (True, False))
    batch, _ = WindowDataset(steps, make_rows([0], [0]), shape).batch(np.array([0]))
    # Both columns of the window, (value, known, past only): nothing, then steps 0 to 2.
    np.testing.assert_array_equal(
        batch.values[0], [[0, 0, 0, -2, 3, 12], [-1, 4, 13, 0, 5, 14]]
    )
    # Of the future the first column alone.
    np.testing.assert_array_equal(batch.future[0], [[6, 7], [8, 0]])


def test_an_epoch_has_so_many_batches_of_distinct_windows_as_long_as_there_are_some():
    steps = make_steps(np.arange(30.0), window=3)
    rows = make_rows([0] * 20, np.arange(20))
    data = WindowDataset(steps, rows, WindowShape(3, 1, 1, False, ()), n_batches=3)
    plan = data.training_plan(4, np.random.default_rng(0))
    assert [len(batch) for batch in plan] == [4, 4, 4]
    assert len(set(np.concatenate(plan))) == 12
    few = WindowDataset(steps, rows.take(slice(2)), data.shape, n_batches=5)
    plan = few.training_plan(4, np.random.default_rng(0))
    assert [sorted(batch) for batch in plan] == [[0, 1]] * 5


def test_what_is_known_already_is_taken_from_the_targets():
    steps = make_steps(np.array([1.0, 2, 3, 5]), window=2)
    data = WindowDataset(
        steps,
        make_rows([0], [0]),
        WindowShape(2, 2, 1, False, ()),
        baseline=lambda values: -values,  # (1, 0)
    )
    _, targets = data.batch(np.array([0]))
    np.testing.assert_array_equal(targets.values[:, 0], [0, 3])


@pytest.mark.parametrize(("start", "useful"), [(-2, False), (0, True), (3, False)])
def test_a_row_is_useful_with_something_to_read_and_something_to_learn(start, useful):
    steps = make_steps(np.array([1.0, 2, 3, 4, NAN, NAN, 5]), window=2)
    shape = WindowShape(2, 1, 1, False, ())
    data = WindowDataset(steps, make_rows([0], [start]), shape)
    assert data.is_useful().tolist() == [useful]
