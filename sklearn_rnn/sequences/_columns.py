"""Tables whose columns are no steps of one variable: what gives them away."""

__all__ = ["BESIDE_TEXT", "describe_mixed_columns", "is_padded_in_front"]

from collections.abc import Iterator
from itertools import chain

import numpy as np

AT_MOST = 200
"""Rows that are looked at, spread over X, which may be a mapped file."""

AT_LEAST = 20
"""Rows without which nothing is said: few rows share many things by chance."""

CHANCE = 1e-6
"""Padding is told from zeros among counts if those do so with this probability."""

SMOOTH = 0.5
"""Neighbours of a series correlate more than this; ids of words do not."""

TOKENS = "look like token ids padded with zeros"

BESIDE_TEXT = (
    "Give the text and the numbers a model each, here the columns 'text' and 'age': "
    "StackingClassifier([('text', make_pipeline(ColumnTransformer([('ids', "
    "TextVectorizer(), 'text')]), RNNClassifier(input='tokens'))), ('numbers', "
    "make_pipeline(ColumnTransformer([('kept', 'passthrough', ['age'])]), "
    "RandomForestClassifier()))])"
)
"""What to write instead of token ids beside other columns."""


def describe_mixed_columns(X: np.ndarray) -> str | None:
    """Say which columns of a table are of another kind than the others.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_columns)
        Finite numbers.

    Returns
    -------
    found : str or None
        Part of a sentence. None where all columns may be one variable over time.

    Notes
    -----
    Two things are looked for. The first is a block of ids: whole numbers, at least 1 in
    its first column, and behind a zero of a row only zeros, up to a column that is not
    so; or all that from right to left, where padding stands in front, beside columns
    without zeros. Counts have zeros too, which other counts follow: the block has so
    many zeros that chance does this with a probability below 1e-6. A smooth series that
    falls to zero, such as the sun of a day, is told by the correlation of neighbours.
    The second are columns of whole numbers, of more than two different ones, beside
    columns of fractions. One series is not rounded at some steps only.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences._columns import describe_mixed_columns
    >>> ages, prices = np.arange(20, 60), np.linspace(0.1, 0.9, 40)
    >>> describe_mixed_columns(np.column_stack([ages, prices]))
    'column 0 holds whole numbers and column 1 fractions'
    """
    X = _some_rows(X)
    if len(X) < AT_LEAST:
        return None
    n_columns = X.shape[1]
    for first, stop in chain(_blocks(X), _blocks_in_front(X)):
        if stop - first < n_columns:
            others = np.delete(np.arange(n_columns), np.arange(first, stop))
            return (
                f"{_name(np.arange(first, stop))} {TOKENS}, and {_name(others)} "
                f"{'does' if len(others) == 1 else 'do'} not"
            )
    return _describe_fractions(X)


def is_padded_in_front(X: np.ndarray) -> bool:
    """Tell whether a table looks like token ids with zeros in front of each row.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_columns)
        Finite numbers.
    """
    X = _some_rows(X)[:, ::-1]
    return len(X) >= AT_LEAST and (0, X.shape[1]) in _blocks(X)


def _some_rows(X: np.ndarray) -> np.ndarray:
    return X[:: max(1, len(X) // AT_MOST)][:AT_MOST]


def _blocks(X: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield first column and end of each block of ids, padded behind."""
    may_be = _are_whole(X) & (X >= 0).all(axis=0)
    zero = X == 0
    resumes = (zero[:, :-1] & ~zero[:, 1:]).any(axis=0)
    ends = np.flatnonzero(resumes | (may_be[1:] != may_be[:-1])) + 1
    for first, stop in zip([0, *ends], [*ends, X.shape[1]], strict=True):
        if not may_be[first] or zero[:, first].any():
            continue
        block = X[:, first:stop]
        padding = zero[:, first:stop]
        n_zeros = np.count_nonzero(padding[:, :-1])
        if n_zeros and padding[:, 1:].mean() ** n_zeros < CHANCE:
            if block.max() > 1 and _correlation(block, padding) < SMOOTH:
                yield int(first), int(stop)


def _blocks_in_front(X: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield each block of ids padded in front, if no other column has zeros."""
    has_zeros = (X == 0).any(axis=0)
    for a, b in _blocks(X[:, ::-1]):
        first, stop = X.shape[1] - b, X.shape[1] - a
        if not has_zeros[:first].any() and not has_zeros[stop:].any():
            yield first, stop


def _correlation(X: np.ndarray, padding: np.ndarray) -> float:
    """Correlate the real numbers of a block with those before them in their rows."""
    real = ~padding[:, 1:]
    before, after = X[:, :-1][real], X[:, 1:][real]
    if len(before) < 2 or before.std() == 0 or after.std() == 0:
        return 0.0
    return float(np.corrcoef(before, after)[0, 1])


def _are_whole(X: np.ndarray) -> np.ndarray:
    """Say which columns hold whole numbers only."""
    whole: np.ndarray = (X == np.rint(X)).all(axis=0)
    return whole


def _describe_fractions(X: np.ndarray) -> str | None:
    """Find varied columns of whole numbers beside columns of fractions."""
    whole = _are_whole(X)
    if whole.all() or not whole.any():
        return None
    fractions = np.mean(X != np.rint(X), axis=0) > 0.5
    varied = np.array([len(np.unique(column)) > 2 for column in X.T]) & whole
    if not (fractions.any() and varied.any()):
        return None
    found, beside = np.flatnonzero(varied), np.flatnonzero(fractions)
    holds = "holds" if len(found) == 1 else "hold"
    return f"{_name(found)} {holds} whole numbers and {_name(beside)} fractions"


def _name(columns: np.ndarray) -> str:
    """Name columns by their places, neighbours together."""
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    names = [
        f"{part[0]}" if len(part) == 1 else f"{part[0]} to {part[-1]}"
        for part in parts[:3]
    ]
    if len(parts) > 3:
        names.append("others")
    return f"column{'s' if len(columns) > 1 else ''} {', '.join(names)}"
