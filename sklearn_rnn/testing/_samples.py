"""Small data for each kind of estimator, drawn anew and always the same."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

N_ROWS = 18
N_FEATURES = 2


class Kind(NamedTuple):
    """What an estimator predicts, and the names of the methods that may predict it."""

    of_classes: bool
    is_stepwise: bool
    methods: tuple[str, ...]
    is_paired: bool = False
    has_targets: bool = True


OF_CLASSES = ("predict", "predict_proba", "decision_function")
OF_ANSWERS = ("predict", "predict_n_best")
OF_TOKENS = ("transform", "score_samples", "predict_proba")
KINDS = {
    "classifier": Kind(True, False, (*OF_CLASSES, "transform")),
    "regressor": Kind(False, False, ("predict", "predict_quantiles", "transform")),
    "tagger": Kind(True, True, OF_CLASSES),
    "step_regressor": Kind(False, True, ("predict",)),
    "translator": Kind(True, False, OF_ANSWERS, is_paired=True),
    "transcriber": Kind(True, False, OF_ANSWERS, is_paired=True),
    "vectorizer": Kind(False, False, ("transform",), has_targets=False),
    "tokens": Kind(False, False, OF_TOKENS, has_targets=False),
    "forecaster": Kind(False, False, ("predict", "predict_quantiles")),
}

DOCUMENTS = [
    "the dog barks",
    "the cat sleeps",
    "the old dog sleeps all day",
    "rain",
    "snow and rain and wind",
    "the cat and the dog",
    "wind",
]


# Ids of tokens, each of them more than once.
IDS = [[2, 5, 3], [4, 2, 5, 3, 6, 2], [6], [3, 3], [5, 4, 2], [6, 4, 3, 2, 5], [4]]


class Samples(NamedTuple):
    """Sequences and their targets, one of each for every row.

    `X` is a list of float64 arrays (n_timesteps_i, 2), `y` an array or, for targets of
    steps, a list of arrays (n_timesteps_i,); of answers, of arrays (n_labels_i,).
    """

    X: list
    y: Any


def as_objects(members: Sequence[Any]) -> NDArray[np.object_]:
    """Make an object array of arrays, which splitters accept."""
    return np.fromiter(members, dtype=object, count=len(members))


def pad(X: list[NDArray[Any]], value: float, n_more: int = 0) -> NDArray[Any]:
    """Make a 3-D array of sequences, with `value` behind the end of each."""
    padded = np.full((len(X), max(map(len, X)) + n_more, X[0].shape[1]), value)
    for row, sequence in zip(padded, X, strict=True):
        row[: len(sequence)] = sequence
    return padded


def make_lengths(
    n_rows: int, shortest: int, longest: int, *, ragged: bool
) -> NDArray[np.int64]:
    """Draw lengths; all are the longest unless they may differ."""
    if not ragged:
        return np.full(n_rows, longest)
    lengths = np.random.default_rng(1).integers(shortest, longest + 1, size=n_rows)
    lengths[:2] = longest, shortest
    return lengths


def make_noise(
    kind: str,
    *,
    ragged: bool,
    n_classes: int = 3,
    n_rows: int = N_ROWS,
    longest: int = 7,
) -> Samples:
    """Draw sequences and targets that are independent of each other.

    The values are quarters, the same in float32 and float64, and none of them is zero.
    """
    rng = np.random.default_rng(0)
    lengths = make_lengths(n_rows, 1, longest, ragged=ragged)
    X = [rng.integers(1, 9, (length, N_FEATURES)) / 4 for length in lengths]
    for x in X:
        x *= rng.choice([-1, 1], size=x.shape)
    if kind == "classifier":
        return Samples(X, rng.permutation(np.arange(n_rows) % n_classes))
    if kind == "regressor":
        return Samples(X, rng.normal(size=n_rows))
    if kind == "tagger":
        names = np.array(["a", "b", "c"][:n_classes])
        codes = [rng.integers(n_classes, size=length) for length in lengths]
        for i, member in enumerate(codes):
            member[0] = i % n_classes  # so that none is missing
        return Samples(X, [names[member] for member in codes])
    if KINDS[kind].is_paired:
        # Without labels, with some, and for a translator with more than there are
        # steps; a transcriber needs a step between equal ones.
        most = lengths + 2 if kind == "translator" else (lengths + 1) // 2
        n_labels = rng.integers(0, most + 1)
        n_labels[:2] = most[0], 0
        return Samples(X, [rng.integers(n_classes, size=n) for n in n_labels])
    return Samples(X, [rng.normal(size=length) for length in lengths])


def make_series(n_steps: int = 40, seed: int = 0) -> Samples:
    """Draw steps of one series with two columns, of which the first tells of it.

    The values are sixty-fourths, so that whole numbers are added to them exactly.
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(-8, 9, (n_steps, N_FEATURES)) / 4
    season = 4 * np.sin(np.arange(n_steps) / 2)
    y = np.round((season + X[:, 0] + rng.normal(size=n_steps)) * 64) / 64
    return Samples(list(X), y)


def with_gaps(x: NDArray[Any]) -> NDArray[Any]:
    """Leave out values of a sequence, and whole steps inside it, as its length says."""
    x, length = x.copy(), len(x)
    x[length % 3 : -1 : 3, 0] = np.nan
    x[length % 2 + 1 : -1 : 4] = np.nan
    return x


def make_first_step_tells(
    kind: str, n_rows: int, seed: int, *, ragged: bool, n_classes: int = 2
) -> Samples:
    """Draw sequences whose first step alone tells the target, of a row or of a step.

    It points in one of some directions, as many as there are classes and two for
    numbers, with little noise; the other steps are noise alone. The target is the
    index of the class, or -1 or 1; the only label of an answer.
    """
    n_classes = n_classes if KINDS[kind].of_classes else 2
    rng = np.random.default_rng(seed)
    lengths = make_lengths(n_rows, 3, 5, ragged=ragged)
    X = [rng.normal(scale=0.3, size=(length, N_FEATURES)) for length in lengths]
    tells = rng.permutation(np.arange(n_rows) % n_classes)
    angles = 2 * np.pi * tells / n_classes
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    for x, direction in zip(X, directions, strict=True):
        x[0] = direction + rng.normal(scale=0.1, size=N_FEATURES)
    y: Any = tells if KINDS[kind].of_classes else 2.0 * tells - 1
    if KINDS[kind].is_stepwise:
        y = [np.full(length, one) for length, one in zip(lengths, y, strict=True)]
    return Samples(X, list(y[:, np.newaxis]) if KINDS[kind].is_paired else y)


def make_order_tells(kind: str, n_rows: int = 60, n_timesteps: int = 6) -> Samples:
    """Draw sequences with an upward and a downward pulse; which comes first tells.

    Read from its end, a sequence has the other target.
    """
    rng = np.random.default_rng(2)
    up_first = rng.permutation(np.arange(n_rows) % 2)
    half = n_timesteps // 2
    X = []
    for code in up_first:
        x = np.zeros((n_timesteps, N_FEATURES))
        early, late = rng.integers(half), half + rng.integers(half)
        x[early], x[late] = (1, -1) if code else (-1, 1)
        X.append(x)
    y: Any = up_first if KINDS[kind].of_classes else 2.0 * up_first - 1
    if KINDS[kind].is_stepwise:
        y = [np.full(n_timesteps, one) for one in y]
    return Samples(X, list(y[:, np.newaxis]) if KINDS[kind].is_paired else y)
