"""Morse code under noise, whose best possible transcription is known."""

__all__ = ["MORSE", "make_morse"]

from numbers import Integral, Real

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from sklearn_rnn._compat import Interval, validate_params
from sklearn_rnn.datasets._generators import _private_random_state

CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - "
    "..- ...- .-- -..- -.-- --.."
)
MORSE = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", CODES.split(), strict=True))
"""The code of each letter, by ITU-R M.1677."""

ON = {".": [1.0], "-": [1.0, 1.0, 1.0]}
BETWEEN_LETTERS = [0.0, 0.0, 0.0]


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left")],
        "min_letters": [Interval(Integral, 1, None, closed="left")],
        "max_letters": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_morse(
    n_samples: int = 100,
    *,
    noise: float = 0.2,
    min_letters: int = 3,
    max_letters: int = 8,
    random_state: RandomState | int | None = None,
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Make signals of Morse code whose letters are to be transcribed.

    A task for `RNNTranscriber`: the letters are of unequal length, and nothing says
    where in the signal each one is.

    Parameters
    ----------
    n_samples : int, default=100
        Number of signals.
    noise : float, default=0.2
        Standard deviation of the Gaussian noise at each step; the signal itself is 0
        or 1.
    min_letters, max_letters : int, default=3 and 8
        The fewest and the most letters of a signal; each number is as likely.
    random_state : int, RandomState instance or None, default=None
        Seed for the same data on each call. None draws a fresh seed and leaves
        the global random state of NumPy alone.

    Returns
    -------
    X : ndarray of object, shape (n_samples,)
        Signals, float64 arrays of shape (n_timesteps_i, 1).
    y : ndarray of object, shape (n_samples,)
        Texts of capital letters, each letter as likely.

    Raises
    ------
    ValueError
        If ``min_letters`` is more than ``max_letters``.

    See Also
    --------
    make_activities : A label for each step.

    Notes
    -----
    A dot is on for one step and a dash for three; one step is off between them, and
    three are off behind each letter.

    Known solution: with the noise s the most probable letters are those whose signal is
    nearest, for all letters are as likely. They are found by dynamic programming over
    the ends of letters: the smallest squared distance up to step t is that up to the
    start of a letter, that of the letter, and 2 s² log 26 for choosing it.

    Examples
    --------
    >>> from sklearn_rnn.datasets import make_morse
    >>> X, y = make_morse(2, noise=0, max_letters=3, random_state=0)
    >>> y
    array(['MPV', 'KYB'], dtype=object)
    >>> X[0][:, 0].astype(int)[:10]  # M is two dashes
    array([1, 1, 1, 0, 1, 1, 1, 0, 0, 0])
    """
    if min_letters > max_letters:
        raise ValueError(
            f"min_letters must be at most max_letters, got min_letters={min_letters} "
            f"and max_letters={max_letters}."
        )
    random = _private_random_state(random_state)
    X, y = np.empty((2, n_samples), dtype=object)
    for row in range(n_samples):
        n_letters = random.randint(min_letters, max_letters + 1)
        y[row] = "".join(random.choice([*MORSE], size=n_letters))
        signal = np.array([value for letter in y[row] for value in _signal_of(letter)])
        noisy = signal + noise * random.standard_normal(len(signal))
        X[row] = noisy[:, np.newaxis]
    return X, y


def _signal_of(letter: str) -> list[float]:
    """Switch the signal on and off for one letter and the pause behind it."""
    parts = [[*ON[mark], 0.0] for mark in MORSE[letter]]
    return [value for part in parts for value in part][:-1] + BETWEEN_LETTERS
