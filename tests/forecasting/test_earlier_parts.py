"""Before what is held out, the last value and a linear forecast are compared."""

import numpy as np

from sklearn_rnn.forecasting import better_before, choose_ridge


def errors(piece, coef, origins):
    """Give the squared errors of the last value and of a linear map, by hand."""
    window, horizon = coef.shape
    found = []
    for i in origins:
        read = piece[i - window : i] - piece[i - 1]
        came = piece[i : i + horizon] - piece[i - 1]
        found.append([np.mean(came**2), np.mean((came - read @ coef) ** 2)])
    return np.mean(found, axis=0)


def test_each_block_is_that_of_its_windows_by_hand():
    x = np.random.default_rng(0).normal(size=90)
    found = better_before([x], 10, 4, 3)
    expected = []
    for end in (80, 70):  # where 80 to 89 is held out
        coef = choose_ridge([x[:end]], 10, 4, 3).coef
        # The eight origins of ten steps, in blocks of three: 2, 3 and 3.
        for first, stop in ((0, 2), (2, 5), (5, 8)):
            origins = range(end - 10 + first, end - 10 + stop)
            last, linear = errors(x[:end], coef, origins)
            expected.append(last - linear)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_half_of_a_series_is_left_to_learn_from():
    x = np.random.default_rng(0).normal(size=60)
    assert len(better_before([x], 12, 4, 12)) == 1  # of 60: 36 before, 24 are too few
    assert len(better_before([x], 20, 4, 12)) == 0
    assert len(better_before([x[:20], x], [4, 0], 4, 12)) == 0
