"""Tasks made at random whose best possible score is known."""

__all__ = [
    "make_activities",
    "make_adding_problem",
    "make_first_symbol",
    "make_sine_waves",
]

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.utils import check_random_state

from sklearn_rnn._compat import Interval, validate_params
from sklearn_rnn.sequences import UNK, as_ragged

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_AT_LEAST_1 = [Interval(Integral, 1, None, closed="left")]
_AT_LEAST_2 = [Interval(Integral, 2, None, closed="left")]

_ACTIVITIES = np.array(["walk", "rest", "stairs", "run"])
_PERIODS = np.array([12, 1, 16, 6])
_AMPLITUDES = np.array([1.0, 0.0, 1.0, 1.5])
"""Each activity, how many steps one swing of it takes, and how wide it is."""


@validate_params(
    {
        "n_samples": _AT_LEAST_1,
        "n_timesteps": _AT_LEAST_1,
        "min_timesteps": [*_AT_LEAST_1, None],
        "mean_duration": [Interval(Real, 1, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_activities(
    n_samples: int = 100,
    n_timesteps: int = 200,
    *,
    min_timesteps: int | None = None,
    mean_duration: float = 40,
    noise: float = 0.5,
    random_state: RandomState | int | None = None,
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Make sensor series of a person who walks, climbs stairs, runs and rests.

    A task with a label for every step: two accelerations show the activity.
    Walking and climbing differ in their pace only, so that no single step tells
    them apart; and from one activity to another the way leads by walking, so
    that some labels never follow each other.

    Parameters
    ----------
    n_samples : int, default=100
        Number of series.
    n_timesteps : int, default=200
        Number of steps of each series.
    min_timesteps : int, default=None
        If given, the lengths are drawn evenly between it and `n_timesteps`, both
        included.
    mean_duration : float, default=40
        Number of steps that an activity lasts on average, at least 1. The shorter
        it is, the more steps are near a change, and the harder the task.
    noise : float, default=0.5
        Standard deviation of the Gaussian noise added to each acceleration;
        walking has amplitude 1.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves
        the global random state of NumPy alone.

    Returns
    -------
    X : object ndarray of shape (n_samples,)
        Of float64 arrays (length, 2), the accelerations upwards and forwards.
    y : object ndarray of shape (n_samples,)
        Of arrays (length,) of "rest", "run", "stairs" or "walk".

    See Also
    --------
    make_sine_waves : One class for a whole wave.

    Notes
    -----
    A series begins with walking half of the time, else with one of the other
    three. After each step the activity ends with probability 1 / mean_duration;
    walking is followed by one of the other three, all alike, and each of them by
    walking. While an activity goes on, with amplitude a, period p, a whole
    number s drawn at its beginning and step t = 0, 1, ...::

        X[t, 0] = a sin(2 pi (t + s) / p) + noise * Normal(0, 1)
        X[t, 1] = a cos(2 pi (t + s) / p) + noise * Normal(0, 1)

    ======== === ===
    activity   a   p
    ======== === ===
    walk     1    12
    stairs   1    16
    run      1.5   6
    rest     0
    ======== === ===

    Known solution: always predicting "walk" is right at half of the steps. The
    series are a hidden Markov model of 35 states, activity and phase, so that
    the best prediction for each step can be computed [1]_: with the defaults
    it is right at 98.0 % of them.

    References
    ----------
    .. [1] L. R. Rabiner, "A Tutorial on Hidden Markov Models and Selected
       Applications in Speech Recognition", Proceedings of the IEEE 77(2), 1989.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_activities
    >>> X, y = make_activities(n_samples=3, min_timesteps=100, random_state=0)
    >>> [x.shape for x in X]
    [(144, 2), (147, 2), (164, 2)]
    >>> y[0][-2:]
    array(['walk', 'walk'], dtype='<U6')
    """
    random = _private_random_state(random_state)
    lengths = _draw_lengths(n_samples, n_timesteps, min_timesteps, random)
    shape = (n_samples, n_timesteps)
    bouts = np.cumsum(random.uniform(size=shape) * mean_duration < 1.0, axis=1)
    codes = _draw_activities(bouts, random)
    # The periods divide their common multiple: all phases are alike.
    shifts = _draw_for_bouts(bouts, 0, np.lcm.reduce(_PERIODS), random)

    angles = 2.0 * np.pi * (np.arange(n_timesteps) + shifts) / _PERIODS[codes]
    X = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    X *= _AMPLITUDES[codes][..., np.newaxis]
    X += noise * random.standard_normal(X.shape)
    y = _ACTIVITIES[codes]
    return _cut(X, lengths), _cut(y, lengths)


@validate_params(
    {
        "n_samples": _AT_LEAST_1,
        "n_timesteps": _AT_LEAST_2,
        "min_timesteps": [*_AT_LEAST_2, None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_adding_problem(
    n_samples: int = 1000,
    n_timesteps: int = 50,
    *,
    min_timesteps: int | None = None,
    random_state: RandomState | int | None = None,
) -> tuple[Floats | list[Floats], Floats]:
    """Make the adding problem: two marked numbers of a long sequence, summed.

    A regression task that needs memory: every step holds a random number and
    a marker, and all but two steps are to be ignored. Choose it over
    `make_first_symbol` for targets that are numbers.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_timesteps : int, default=50
        Number of steps of each sequence, at least 2. More of them ask for a
        longer memory.
    min_timesteps : int, default=None
        If given, the lengths are drawn evenly between it and `n_timesteps`, both
        included.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves
        the global random state of NumPy alone.

    Returns
    -------
    X : ndarray of shape (n_samples, n_timesteps, 2), dtype float64, or list
        The numbers, uniform in [0, 1), and their markers, 1 at one step of the
        first half and one step of the second, 0 elsewhere. With `min_timesteps`
        a list of `n_samples` arrays of shape (length, 2).
    y : ndarray of shape (n_samples,), dtype float64
        The sum of the two marked numbers.

    See Also
    --------
    make_first_symbol : One symbol to be remembered, as tokens.

    Notes
    -----
    Known solution: y has mean 1 and variance 2/12, so that always predicting 1
    has a mean squared error of 1/6, and a network that remembers one of the two
    numbers 1/12; the task can be solved without error. It is that of [1]_
    in the simpler form of [2]_: numbers in [0, 1), markers 0 and 1, a plain sum.

    References
    ----------
    .. [1] S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", Neural
       Computation 9(8), 1997, section 5.4.
    .. [2] M. Arjovsky, A. Shah, Y. Bengio, "Unitary Evolution Recurrent Neural
       Networks", ICML 2016.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(random_state=0)
    >>> X.shape, y.shape
    ((1000, 50, 2), (1000,))
    >>> numbers, markers = X[0].T
    >>> bool(y[0] == numbers[markers == 1].sum())
    True
    """
    random = _private_random_state(random_state)
    lengths = _draw_lengths(n_samples, n_timesteps, min_timesteps, random)
    halves = lengths // 2
    first = random.randint(0, halves)
    second = random.randint(halves, lengths)

    rows = np.arange(n_samples)
    X = np.zeros((n_samples, n_timesteps, 2))
    X[..., 0] = random.uniform(size=(n_samples, n_timesteps))
    X[rows, first, 1] = 1.0
    X[rows, second, 1] = 1.0
    y = X[rows, first, 0] + X[rows, second, 0]
    if min_timesteps is None:
        return X, y
    return [x[:length].copy() for x, length in zip(X, lengths, strict=True)], y


@validate_params(
    {
        "n_samples": _AT_LEAST_1,
        "n_timesteps": _AT_LEAST_1,
        "n_symbols": _AT_LEAST_2,
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_first_symbol(
    n_samples: int = 1000,
    n_timesteps: int = 50,
    *,
    n_symbols: int = 2,
    random_state: RandomState | int | None = None,
) -> tuple[csr_matrix, Integers]:
    """Make sequences of symbols of which only the first one counts.

    A classification task that needs memory: the class is the first symbol,
    and noise of the same symbols follows. It shows at once whether a
    network reads the early steps at all.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_timesteps : int, default=50
        Number of steps of each sequence. More of them ask for a longer memory.
    n_symbols : int, default=2
        Number of symbols, and of classes, at least 2.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves
        the global random state of NumPy alone.

    Returns
    -------
    X : CSR matrix of shape (n_samples, n_timesteps), dtype int32
        Token ids, as `~sklearn_rnn.text.TextVectorizer` makes them: symbol k is
        id k + 2, for 0 is padding and 1 unknown. Symbols have no order, so that
        tokens say what they are, and `~sklearn_rnn.RNNClassifier` takes them as
        they come.
    y : ndarray of shape (n_samples,), dtype int64
        The first symbol, 0 to n_symbols - 1. All classes are of the same size,
        but for one sample where `n_samples` cannot be divided.

    See Also
    --------
    make_adding_problem : Two numbers to be remembered and summed.

    Notes
    -----
    Known solution: the task can be solved without error; without the first step
    no classifier is right more often than 1 / n_symbols of the time. It is akin
    to the two-sequence problem in section 5.3 of [1]_.

    References
    ----------
    .. [1] S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", Neural
       Computation 9(8), 1997.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_first_symbol
    >>> X, y = make_first_symbol(n_samples=3, n_timesteps=8, random_state=0)
    >>> X.toarray()[:, 0] - 2 == y
    array([ True,  True,  True])
    """
    random = _private_random_state(random_state)
    symbols = random.randint(n_symbols, size=(n_samples, n_timesteps))
    y = _balanced_classes(n_samples, n_symbols, random)
    symbols[:, 0] = y
    # Built from its parts: each row holds the positions 0 to n_timesteps - 1.
    ids = (symbols + UNK + 1).astype(np.int32).ravel()
    positions = np.tile(np.arange(n_timesteps, dtype=np.int32), n_samples)
    row_starts = np.arange(n_samples + 1, dtype=np.int32) * n_timesteps
    return csr_matrix((ids, positions, row_starts), shape=symbols.shape), y


@validate_params(
    {
        "n_samples": _AT_LEAST_1,
        "n_timesteps": _AT_LEAST_1,
        "n_classes": _AT_LEAST_2,
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_sine_waves(
    n_samples: int = 300,
    n_timesteps: int = 50,
    *,
    n_classes: int = 3,
    noise: float = 0.1,
    random_state: RandomState | int | None = None,
) -> tuple[Floats, Integers]:
    """Make sine waves whose class is their frequency.

    A classification task of numbers: the phase is random, so that no single
    step shows the class, only the course of the wave.

    Parameters
    ----------
    n_samples : int, default=300
        Number of waves.
    n_timesteps : int, default=50
        Number of steps of each wave, more than twice `n_classes`.
    n_classes : int, default=3
        Number of frequencies, at least 2. A wave of class k has k + 1 periods.
    noise : float, default=0.1
        Standard deviation of the Gaussian noise added to each step; the waves
        themselves have amplitude 1.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves
        the global random state of NumPy alone.

    Returns
    -------
    X : ndarray of shape (n_samples, n_timesteps, 1), dtype float64
        The waves.
    y : ndarray of shape (n_samples,), dtype int64
        The class of each wave, 0 to n_classes - 1. All classes are of the same
        size, but for one sample where `n_samples` cannot be divided.

    See Also
    --------
    make_first_symbol : Classes of sequences of symbols.

    Notes
    -----
    With class k, phase p uniform in [0, 2 pi) and step t = 0, 1, ...::

        X[t] = sin(2 pi (k + 1) t / n_timesteps + p) + noise * Normal(0, 1)

    Known solution: without noise the classes are separated, for each wave has all
    its power in entry k + 1 of its discrete Fourier transform.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.datasets import make_sine_waves
    >>> X, y = make_sine_waves(noise=0.0, random_state=0)
    >>> power = np.abs(np.fft.rfft(X[..., 0])) ** 2
    >>> bool((power.argmax(axis=1) == y + 1).all())
    True
    """
    if n_timesteps <= 2 * n_classes:
        raise ValueError(
            f"n_timesteps must be more than twice n_classes, got n_timesteps="
            f"{n_timesteps} and n_classes={n_classes}; the highest frequency "
            f"could not be told from a lower one."
        )
    random = _private_random_state(random_state)
    y = _balanced_classes(n_samples, n_classes, random)
    phases = random.uniform(0.0, 2.0 * np.pi, size=n_samples)
    angles = 2.0 * np.pi * np.outer(y + 1, np.arange(n_timesteps)) / n_timesteps
    waves = np.sin(angles + phases[:, np.newaxis])
    waves += noise * random.standard_normal(waves.shape)
    return waves[..., np.newaxis], y


def _draw_activities(bouts: NDArray[Any], random: RandomState) -> Integers:
    """Return the activity of each step: walking in every other bout."""
    walks = (bouts + random.randint(2, size=(len(bouts), 1))) % 2 == 0
    return np.where(walks, 0, _draw_for_bouts(bouts, 1, len(_ACTIVITIES), random))


def _draw_for_bouts(
    bouts: NDArray[Any], low: int, high: int, random: RandomState
) -> Integers:
    """Return an integer in [low, high) for each step, the same for a whole bout."""
    n_samples, n_timesteps = bouts.shape
    drawn = random.randint(low, high, size=(n_samples, n_timesteps + 1))
    return np.take_along_axis(drawn, bouts, axis=1)


def _cut(table: NDArray[Any], lengths: Integers) -> NDArray[np.object_]:
    """Return the first steps of each row, as an array of arrays."""
    pairs = zip(table, lengths, strict=True)
    return as_ragged([row[:length].copy() for row, length in pairs])


def _draw_lengths(
    n_samples: int, n_timesteps: int, min_timesteps: int | None, random: RandomState
) -> Integers:
    """Return the length of each sample, int64 of shape (n_samples,)."""
    if min_timesteps is not None and min_timesteps > n_timesteps:
        raise ValueError(
            f"min_timesteps must be at most n_timesteps, got min_timesteps="
            f"{min_timesteps} and n_timesteps={n_timesteps}."
        )
    shortest = n_timesteps if min_timesteps is None else min_timesteps
    return random.randint(shortest, n_timesteps + 1, size=n_samples)


def _balanced_classes(n_samples: int, n_classes: int, random: RandomState) -> Integers:
    """Return shuffled classes of equal size, int64 of shape (n_samples,)."""
    return random.permutation(np.arange(n_samples, dtype=np.int64) % n_classes)


def _private_random_state(random_state: RandomState | int | None) -> RandomState:
    """Return a RandomState; unlike scikit-learn's never the global one for None."""
    if random_state is None:
        return np.random.RandomState()
    return check_random_state(random_state)
