"""Morse code: without noise the letters are read off the lengths of on and off."""

from itertools import groupby

import numpy as np

from sklearn_rnn.datasets import make_morse
from sklearn_rnn.datasets._morse import MORSE

LETTERS = {code: letter for letter, code in MORSE.items()}


def transcribe(signal):
    marks = {(1.0, 1): ".", (1.0, 3): "-", (0.0, 1): "", (0.0, 3): " "}
    runs = [(value, len(list(run))) for value, run in groupby(signal)]
    return "".join(
        LETTERS[code] for code in "".join(map(marks.__getitem__, runs)).split()
    )


def test_a_clear_signal_is_read_off():
    X, y = make_morse(30, noise=0, min_letters=1, max_letters=4, random_state=0)
    assert [transcribe(signal[:, 0]) for signal in X] == y.tolist()
    assert set(map(len, y)) == {1, 2, 3, 4}
    assert len(set("".join(make_morse(200, random_state=0)[1]))) == len(MORSE) == 26


def test_noise_is_added_to_each_step():
    X, y = make_morse(50, noise=0.3, random_state=1)
    again, same = make_morse(50, noise=0.3, random_state=1)
    np.testing.assert_array_equal(np.concatenate(X), np.concatenate(again))
    assert y.tolist() == same.tolist()
    steps = np.concatenate(X)
    off = steps[steps < 0.5]  # half of a normal distribution lies below 0
    assert abs(np.sqrt(np.mean(off[off < 0] ** 2)) - 0.3) < 0.03


def test_more_letters_at_least_than_at_most_are_refused(assert_refused):
    cases = [({"min_letters": 4, "max_letters": 3}, "min_letters must be at most")]
    assert_refused(lambda options: make_morse(**options), cases)
