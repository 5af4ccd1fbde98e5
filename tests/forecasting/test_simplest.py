import numpy as np

from sklearn_rnn.forecasting import (
    block_means,
    is_clearly_better,
    simplest_within_one_error,
)


def test_blocks_by_hand():
    errors = np.array([[1.0, 3.0, 5.0, np.nan, 7.0], [2.0, 2.0, 4.0, 1.0, 0.0]])
    means = block_means(errors, np.array([10, 11, 13, 14, 18]), 3)
    # Nine steps from 10 to 18: 10 to 12, 13 to 15 and 16 to 18; what one candidate
    # lacks counts for none.
    np.testing.assert_array_equal(means, [[2.0, 5.0, 7.0], [2.0, 4.0, 0.0]])
    nothing = np.full((2, 3), np.nan)
    assert block_means(nothing, np.arange(3), 1).shape == (2, 0)


def test_no_block_is_a_part_of_one():
    # Eleven steps and blocks of four: three would be of 4, 4 and 3 steps, whatever step
    # the first is; here they are as equal as can be. Of 9 steps there are two blocks.
    for first in (0, 3, 50):
        errors = np.arange(11.0)[np.newaxis]
        (means,) = block_means(errors, first + np.arange(11), 4)
        np.testing.assert_array_equal(means, [1.5, 5.5, 9.0])
        (means,) = block_means(errors[:, :9], first + np.arange(9), 4)
        np.testing.assert_array_equal(means, [2.0, 6.5])


def test_the_simplest_within_one_standard_error_is_chosen():
    # Differences from the best: mean 1 in the first, standard error sqrt(4 / 3 / 4);
    # mean 0.5 in the second, standard error sqrt(0.75 / 4) < 0.5, then sqrt(1 / 3).
    best = np.array([5.0, 1.0, 9.0, 3.0])
    first = best + np.array([0.0, 0.0, 2.0, 2.0])
    second = best + np.array([-0.25, 1.25, -0.25, 1.25])
    assert simplest_within_one_error(np.array([first, second, best])) == 2
    second = best + np.array([-0.5, 1.5, -0.5, 1.5])
    assert simplest_within_one_error(np.array([first, second, best])) == 1


def test_what_makes_a_block_hard_for_all_does_not_count():
    best = np.array([1.0, 100.0, 3.0, 50.0])
    simple = best + np.array([1.0, 1.1, 0.9, 1.0])
    assert simplest_within_one_error(np.array([simple, best])) == 1


def test_few_blocks():
    assert simplest_within_one_error(np.array([[2.0], [1.0], [3.0]])) == 1
    assert simplest_within_one_error(np.empty((3, 0))) == 0
    assert simplest_within_one_error(np.ones((3, 4))) == 0


def test_two_standard_errors_are_clear():
    # Mean 3; squares of the distances are 4 + 1 + 1 + 4 = 10 and 9 + 1 + 1 + 9 = 20,
    # so that the standard errors are sqrt(10 / 12) = 0.91 and sqrt(20 / 12) = 1.29.
    assert is_clearly_better(np.array([1.0, 2.0, 4.0, 5.0]))
    assert is_clearly_better(np.array([0.0, 2.0, 4.0, 6.0]))
    assert not is_clearly_better(np.array([-1.0, 2.0, 4.0, 7.0]))  # sqrt(34 / 12)
    assert is_clearly_better(np.array([0.1]))
    assert not is_clearly_better(np.array([-0.1]))
    assert not is_clearly_better(np.empty(0))
