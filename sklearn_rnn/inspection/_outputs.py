"""Which output of each row is explained, and in which units."""

from collections.abc import Callable
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._messages import name_some
from sklearn_rnn._training import Picked
from sklearn_rnn.nn import CRFHead, HeadSum, PooledHead, QuantilesHead, StepsHead
from sklearn_rnn.sequences import Sequences

# Those with an output for each class or number, but for the one logit of two classes
# and quantiles beside a median.
HEADS = {PooledHead, QuantilesHead, StepsHead, CRFHead, HeadSum}


class Output(NamedTuple):
    """One output of the network for each row, and how it becomes what users see.

    That is ``shift + factor * output``, in the units that `unit` names. `targets` and
    `steps` say row by row what was chosen, in the user's words.
    """

    picked: Picked
    factor: np.ndarray
    shift: np.ndarray
    unit: str
    targets: list
    steps: list


def choose_outputs(rnn: Any, sequences: Sequences, target: Any, step: Any) -> Output:
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
    head = type(rnn._head)
    if head not in HEADS:
        raise ValueError(
            f"explain needs a head with one output for each class or number; "
            f"{type(rnn).__name__} has {head.__name__}, whose outputs it does not "
            "know. sklearn.inspection.permutation_importance asks the predictions only."
        )
    steps = _read_steps(rnn, sequences, step)
    if hasattr(rnn, "classes_"):
        columns = _read_classes(rnn, sequences, target, steps)
        targets = rnn.classes_[columns].tolist()
    else:
        columns = _read_columns(target, len(sequences), rnn.n_outputs_, "output")
        targets = columns.tolist() if rnn.n_outputs_ > 1 else [None] * len(columns)
    outputs = columns
    columns, factor, shift, unit = _scale(rnn, columns)
    picked = Picked(columns, steps)
    if getattr(rnn._target, "relative_to", None) is not None:
        origin, size = rnn._target.origins(sequences)
        chosen = picked.places(sequences.lengths), outputs
        factor, shift = factor * size[chosen], shift * size[chosen] + origin[chosen]
    named = [None] * len(sequences) if steps is None else steps.tolist()
    return Output(picked, factor, shift, unit, targets, named)


def _scale(
    rnn: Any, columns: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], str]:
    """Say how the outputs of the network become those of the estimator."""
    factor, shift = np.ones(len(columns)), np.zeros(len(columns))
    if hasattr(rnn, "target_scale_"):
        scale, mean = rnn.target_scale_[columns], rnn.target_mean_[columns]
        if rnn._target.is_logarithm:  # the mean is scale * exp(output)
            return columns, factor, np.log(scale), "log of the mean"
        return rnn._target.place_of(columns), scale, mean, "y"
    if rnn._target.n_outputs < len(rnn.classes_):  # one logit, that of the second class
        sign = np.where(columns == 1, 1.0, -1.0)
        return np.zeros_like(columns), sign, shift, "logit"
    has_crf = getattr(rnn, "transitions_", None) is not None
    return columns, factor, shift, "score" if has_crf else "logit"


# -- the target ----------------------------------------------------------------


def _read_classes(
    rnn: Any, sequences: Sequences, target: Any, steps: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """Give the number of a class or label for each row."""
    n_rows, classes = len(sequences), rnn.classes_.tolist()
    if rnn._target.task == "multilabel":
        return _read_columns(target, n_rows, len(classes), "label")
    if target is not None:
        return per_row(target, n_rows, lambda label: find_class(label, classes))
    predicted = rnn.predict(sequences)
    if steps is not None:
        predicted = [row[step] for row, step in zip(predicted, steps, strict=True)]
    return np.searchsorted(rnn.classes_, predicted)


def find_class(label: Any, classes: list[Any]) -> int:
    """Give the number of a class."""
    if label not in classes:
        raise ValueError(
            f"target must be one of the classes [{name_some(classes)}], or one of "
            f"them for each row of X, got {label!r}; None explains the class that is "
            "predicted."
        )
    return classes.index(label)


def _read_columns(
    target: Any, n_rows: int, n_outputs: int, word: str
) -> NDArray[np.int64]:
    """Give the number of an output for each row."""
    if target is None:
        if n_outputs > 1:
            raise ValueError(
                f"target must say which of the {n_outputs} {word}s to explain, from 0 "
                f"to {n_outputs - 1}, got None."
            )
        target = 0

    def check(column: Any) -> int:
        if not _is_whole(column) or not 0 <= column < n_outputs:
            raise ValueError(
                f"target must be the number of one of the {n_outputs} {word}s, from 0 "
                f"to {n_outputs - 1}, or one for each row of X, got {column!r}."
            )
        return int(column)

    return per_row(target, n_rows, check)


# -- the step ------------------------------------------------------------------


def _read_steps(rnn: Any, sequences: Sequences, step: Any) -> NDArray[np.int64] | None:
    """Give the step that is explained of each row, counted from its beginning."""
    name = type(rnn).__name__
    if rnn._head.rows != "step":
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
    return per_row(step, len(sequences), lambda one: _check_step(one, next(lengths)))


def _check_step(step: Any, length: int) -> int:
    if not _is_whole(step) or not -length <= step < length:
        raise ValueError(
            f"step must be an integer from {-length} to {length - 1} for a row of "
            f"{length} steps, or one for each row of X, got {step!r}."
        )
    return int(step) % length


def per_row(given: Any, n_rows: int, read: Callable[[Any], int]) -> NDArray[np.int64]:
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


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Turn a NumPy scalar into the Python value that compares like any other."""
    return value.item() if isinstance(value, np.generic) else value
