import numpy as np

from sklearn_rnn.forecasting import mixture_share


def test_the_share_by_hand():
    # Differences 3 and 1; what is left of the second is 1 and 1: (3 + 1) / (9 + 1).
    y, first, second = np.array([[1.0, 2.0], [3.0, 2.0], [0.0, 1.0]])
    assert mixture_share(y, first, second) == 0.4


def test_the_share_is_the_best_of_all_shares():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(40, 6))
    first, second = (y + rng.normal(scale=s, size=y.shape) for s in (1.0, 0.7))
    share = mixture_share(y, first, second)
    tried = np.linspace(0, 1, 10001)
    errors = [np.square(y - a * first - (1 - a) * second).mean() for a in tried]
    assert abs(share - tried[np.argmin(errors)]) < 1e-4
    assert 0.2 < share < 0.5


def test_the_share_stays_between_0_and_1():
    y, zero = np.array([1.0, 1.0]), np.zeros(2)
    assert mixture_share(y, -y, zero) == 0.0
    assert mixture_share(2 * y, y, zero) == 1.0
    assert mixture_share(y, zero, zero) == 1.0


def test_what_was_not_observed_does_not_count():
    nothing = np.full(2, np.nan)
    assert mixture_share(nothing, np.zeros(2), np.ones(2)) == 0.5
    y, first, second = np.array([[1.0, 2.0, np.nan], [3.0, 2.0, 9.0], [0.0, 1.0, 0.0]])
    assert mixture_share(y, first, second) == 0.4
