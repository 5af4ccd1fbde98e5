"""Which output of each row is explained, and in which units."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from sklearn_rnn._training import Picked
from sklearn_rnn.estimators import RNNClassifier, RNNTagger
from sklearn_rnn.estimators._stepwise import StepwiseRNN


class Output(NamedTuple):
    """One output of the network for each row, and what makes of it what users know.

    That is ``shift + factor * output``, in the units that `unit` names. `targets` and
    `steps` say row by row what was chosen, in the user's words.
    """

    picked: Picked
    factor: np.ndarray
    shift: np.ndarray
    unit: str
    targets: list
    steps: list


def choose_outputs(rnn, sequences, target, step):
    """Read `target` and `step` of `explain`.

    Parameters
    ----------
    rnn : fitted estimator
    sequences : Sequences
    target, step
        As for `explain`.

    Returns
    -------
    output : Output
    """
    steps = _read_steps(rnn, sequences, step)
    if isinstance(rnn, RNNClassifier | RNNTagger):
        columns, unit = _read_classes(rnn, sequences, target, steps)
        targets = rnn.classes_[columns].tolist()
    else:
        n_outputs = rnn.n_outputs_
        columns = _read_columns(target, len(sequences), n_outputs, "output")
        unit = "log of the mean" if _is_count(rnn) else "y"
        targets = columns.tolist() if n_outputs > 1 else [None] * len(columns)
    columns, factor, shift = _scale(rnn, columns)
    named = [None] * len(sequences) if steps is None else steps.tolist()
    return Output(Picked(columns, steps), factor, shift, unit, targets, named)


def _is_count(rnn):
    return rnn._setting("loss") == "poisson"


def _scale(rnn, columns):
    """Say how the outputs of the network become those of the estimator."""
    factor, shift = np.ones(len(columns)), np.zeros(len(columns))
    if isinstance(rnn, RNNTagger):
        return columns, factor, shift
    if isinstance(rnn, RNNClassifier):
        if rnn._task == "binary":  # one logit, that of the second class
            return np.zeros_like(columns), np.where(columns == 1, 1.0, -1.0), shift
        return columns, factor, shift
    scale, mean = rnn.target_scale_[columns], rnn.target_mean_[columns]
    if _is_count(rnn):  # the mean is scale * exp(output)
        return columns, factor, np.log(scale)
    return columns, scale, mean


# -- the target ----------------------------------------------------------------


def _read_classes(rnn, sequences, target, steps):
    """Give the number of a class or label for each row, and the units of its output."""
    if isinstance(rnn, RNNTagger):
        unit = "score" if rnn._setting("output") == "crf" else "logit"
    else:
        unit = "logit"
    if target is None:
        return _predicted(rnn, sequences, steps), unit
    if isinstance(rnn, RNNClassifier) and rnn._task == "multilabel":
        n_labels = len(rnn.classes_)
        return _read_columns(target, len(sequences), n_labels, "label"), unit
    classes = rnn.classes_.tolist()
    return _per_row(target, len(sequences), lambda label: _find(label, classes)), unit


def _predicted(rnn, sequences, steps):
    """Give the number of the class that is predicted for each row."""
    if steps is not None:
        codes = rnn._outputs(sequences, "decode", np.int64)
        return codes[sequences.offsets[:-1] + steps]
    if rnn._task == "multilabel":
        return _read_columns(None, len(sequences), len(rnn.classes_), "label")
    return rnn._decide(rnn._outputs(sequences, dtype=np.float32))


def _find(label, classes):
    if label not in classes:
        raise ValueError(
            f"target must be one of the classes {classes!r}, or one of them for each "
            f"row of X, got {label!r}; None explains the class that is predicted."
        )
    return classes.index(label)


def _read_columns(target, n_rows, n_outputs, word):
    """Give the number of an output for each row."""
    if target is None:
        if n_outputs > 1:
            raise ValueError(
                f"target must say which of the {n_outputs} {word}s to explain, from 0 "
                f"to {n_outputs - 1}, got None."
            )
        target = 0

    def check(column):
        is_whole = isinstance(column, Integral) and not isinstance(column, bool)
        if not is_whole or not 0 <= column < n_outputs:
            raise ValueError(
                f"target must be the number of one of the {n_outputs} {word}s, from 0 "
                f"to {n_outputs - 1}, or one for each row of X, got {column!r}."
            )
        return int(column)

    return _per_row(target, n_rows, check)


# -- the step ------------------------------------------------------------------


def _read_steps(rnn, sequences, step):
    """Give the step that is explained of each row, counted from its beginning."""
    name = type(rnn).__name__
    if not isinstance(rnn, StepwiseRNN):
        if step is not None:
            raise ValueError(
                f"step is for RNNTagger and RNNStepRegressor, whose every step has an "
                f"output, got {step!r} for {name}; leave it out."
            )
        return None
    if step is None:
        raise ValueError(
            f"step must say at which step the output of {name} is explained, got None; "
            "0 is the first, -1 the last."
        )
    lengths = iter(sequences.lengths.tolist())
    return _per_row(step, len(sequences), lambda one: _check_step(one, next(lengths)))


def _check_step(step, length):
    is_whole = isinstance(step, Integral) and not isinstance(step, bool)
    if not is_whole or not -length <= step < length:
        raise ValueError(
            f"step must be an integer from {-length} to {length - 1} for a row of "
            f"{length} steps, or one for each row of X, got {step!r}."
        )
    return int(step) % length


def _per_row(given, n_rows, read):
    """Read one value for all rows, or one for each."""
    if np.ndim(given) == 0:
        given = [given.item() if isinstance(given, np.ndarray) else given] * n_rows
    values = given.tolist() if isinstance(given, np.ndarray) else list(given)
    if len(values) != n_rows:
        raise ValueError(
            f"target and step are one value, or one for each of the {n_rows} rows of "
            f"X, got {len(values)} values."
        )
    return np.array([read(_plain(value)) for value in values], dtype=np.int64)


def _plain(value):
    """Turn a NumPy scalar into the Python value that compares like any other."""
    return value.item() if isinstance(value, np.generic) else value
