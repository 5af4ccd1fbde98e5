"""Holding out the rows that early stopping watches."""

import copy
import numbers
import reprlib

import numpy as np
from sklearn.model_selection import (
    GroupShuffleSplit,
    ShuffleSplit,
    StratifiedShuffleSplit,
    check_cv,
)

from sklearn_rnn._messages import write_line

# From this many training rows on, early_stopping="auto" is on: small data needs
# all rows and many epochs, large data few epochs.
AUTO_EARLY_STOPPING_ROWS = 2000


# So many ways to hold out a share of the groups are looked at, for one in which the
# classes have the shares they have in all rows. scikit-learn's splitter that does so,
# StratifiedGroupKFold, knows no share but one of so many folds.
TRIALS = 30


def wants_early_stopping(early_stopping, n_rows):
    """Say whether to stop early: "auto" is a question of size."""
    if early_stopping == "auto":
        return n_rows >= AUTO_EARLY_STOPPING_ROWS
    return early_stopping


def tell_held_out(estimator):
    """Print that early stopping began by itself, where ``verbose`` asks for it."""
    if estimator.verbose > 0 and estimator.early_stopping == "auto":
        held_out, n_rows = estimator._held_out
        then = "early_stopping=False trains on all rows, refit=True does so afterwards."
        if estimator.refit:
            then = "refit=True then trains on all rows."
        write_line(
            f"early_stopping='auto' holds out {held_out} of {n_rows} rows and keeps "
            f"the weights that are best there. {then}"
        )


def hold_out(y, *, early_stopping, validation_fraction, stratify, seed, groups=None):
    """Split off a validation part, in the order given.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Encoded targets.
    early_stopping : bool or "auto"
        "auto" holds out from 2 000 rows on, if each class then has a row in
        both parts.
    validation_fraction : float, splitter or iterable of (train, valid) pairs
        Of a splitter the last split is used: of ``TimeSeriesSplit`` it is the
        one that holds out the most recent rows.
    stratify : bool
        Whether y holds a class for each row; the shares are then kept.
    seed : int
    groups : array-like of shape (n_samples,), default=None
        Stay together; a splitter receives them.

    Returns
    -------
    train, valid : int ndarrays, or (all rows, None)

    Raises
    ------
    ValueError
        If early stopping is asked for and a part would lack a class, or if the
        splitter given cannot split.
    """
    rows = np.arange(len(y))
    if not wants_early_stopping(early_stopping, len(y)):
        return rows, None
    may_go_without = early_stopping == "auto"
    try:
        train, valid = _split(y, validation_fraction, stratify, seed, groups)
    except (IndexError, TypeError, ValueError) as error:
        problem = str(error).rstrip(".")
        # A splitter of the user's that fails is a mistake, not a lack of rows.
        may_go_without &= isinstance(validation_fraction, numbers.Real)
    else:
        problem = _missing_class(y, train, valid) if stratify else None
    if problem is None:
        return train, valid
    if may_go_without:
        return rows, None
    how = repr(validation_fraction)
    if isinstance(validation_fraction, list):  # of arrays, which may be long
        how = reprlib.repr(validation_fraction)
    raise ValueError(
        f"early_stopping={early_stopping!r} cannot hold out a validation part of "
        f"{len(y)} rows with validation_fraction={how}: {problem}. "
        "Raise validation_fraction, merge rare classes, pass to fit the groups that a "
        "splitter asks for, pass [(train, valid)] or X_val and y_val, or set "
        "early_stopping=False."
    )


def _split(y, validation_fraction, stratify, seed, groups):
    if isinstance(validation_fraction, numbers.Real):
        splitter = _splitter_of(validation_fraction, stratify, seed, groups)
    else:
        splitter = check_cv(validation_fraction)
        if getattr(splitter, "random_state", seed) is None:
            # Or it would draw from NumPy's global generator.
            splitter = copy.copy(splitter)
            splitter.random_state = seed
    parts = list(splitter.split(np.zeros(len(y)), y, groups))
    if not parts:
        raise ValueError("it gives no split")
    by_groups = groups is not None and isinstance(validation_fraction, numbers.Real)
    train, valid = _nearest(y, parts) if by_groups and stratify else parts[-1]
    rows = np.arange(len(y))
    return rows[train], rows[valid]


def _splitter_of(fraction, stratify, seed, groups):
    """Build what splits off a share of the rows, or of the groups."""
    if groups is None:
        splitter_class = StratifiedShuffleSplit if stratify else ShuffleSplit
        return splitter_class(1, test_size=fraction, random_state=seed)
    n_trials = TRIALS if stratify else 1
    return GroupShuffleSplit(n_trials, test_size=fraction, random_state=seed)


def _nearest(y, parts):
    """Choose the split whose parts have all classes, in the most similar shares."""

    def distance(part):
        if _missing_class(y, *part) is not None:
            return np.inf
        train, valid = (np.bincount(y[rows], minlength=y.max() + 1) for rows in part)
        return np.abs(train / train.sum() - valid / valid.sum()).sum()

    return min(parts, key=distance)


def _missing_class(y, train, valid):
    classes = np.unique(y)
    for name, part in (("validation", valid), ("training", train)):
        absent = np.setdiff1d(classes, y[part])
        if len(absent):
            return f"the {name} part lacks {len(absent)} of {len(classes)} classes"
    return None
