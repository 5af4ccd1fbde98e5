"""Where targets are counted from: the last value of their sequence, or its level."""

__all__ = ["Origins", "find_origins"]

from typing import NamedTuple

import numpy as np

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._gaps import fill_forward
from sklearn_rnn.sequences._own_scales import own_scales
from sklearn_rnn.sequences._sequences import Sequences


class Origins(NamedTuple):
    """From where targets are counted, and in which unit: (n_targets, n_outputs)."""

    origin: np.ndarray
    unit: np.ndarray


def find_origins(
    sequences: Sequences,
    relative_to: str,
    n_outputs: int,
    *,
    by_step: bool,
    by_scale: bool,
) -> Origins:
    r"""Find the origin of each target.

    Parameters
    ----------
    sequences : Sequences
        Numbers; NaN where one is missing.
    relative_to : {"last", "level"}
        The last value that was seen, or the mean of the sequence.
    n_outputs : int
        Number of targets of a sequence or step. Output k is relative to variable k; of
        a single variable all are.
    by_step : bool
        Whether each step has targets: the last value is then that of the step.
    by_scale : bool
        Whether the unit is the scale of the sequence, and not 1.

    Returns
    -------
    origins : Origins

    Raises
    ------
    SequenceError
        If there are more outputs than variables, or a sequence has no value.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import Sequences, find_origins
    >>> sequences = Sequences.from_list([np.array([1.0, 5.0]), np.array([7.0])])
    >>> how = {"n_outputs": 1, "by_step": False, "by_scale": False}
    >>> find_origins(sequences, "last", **how).origin.ravel()
    array([5., 7.])
    >>> find_origins(sequences, "level", **how).origin.ravel()
    array([3., 7.])
    """
    columns = _columns_for(sequences, relative_to, n_outputs)
    lengths = sequences.lengths
    scales = own_scales(sequences)
    origin, unit = scales.level, scales.divisor
    if by_step:
        origin, unit = (np.repeat(part, lengths, axis=0) for part in (origin, unit))
    if relative_to == "last":
        origin = fill_forward(sequences.values.astype(np.float64), lengths).values
        origin = origin if by_step else origin[sequences.offsets[1:] - 1]
    origin = origin[:, columns]
    if np.isnan(origin).any():
        place = int(np.argmax(np.isnan(origin).any(axis=1)))
        row = place
        if by_step:
            row = int(np.searchsorted(sequences.offsets, place, side="right")) - 1
        raise SequenceError(
            f"relative_to={relative_to!r} needs a value of each sequence, but that at "
            f"row {row} of X has none before its target; drop such rows, or leave it "
            "out."
        )
    return Origins(origin, unit[:, columns] if by_scale else np.ones_like(origin))


def _columns_for(sequences: Sequences, relative_to: str, n_outputs: int) -> np.ndarray:
    """Choose the variable of each output."""
    if sequences.is_tokens:
        raise SequenceError(
            f"relative_to={relative_to!r} needs numbers, but X holds token ids, which "
            "have no level; pass relative_to=None."
        )
    n_features = sequences.storage.shape[1]
    if n_features == 1:
        return np.zeros(n_outputs, dtype=np.int64)
    if n_outputs > n_features:
        raise SequenceError(
            f"relative_to={relative_to!r} counts output k from variable k of X, but "
            f"there are {n_outputs} outputs and {n_features} variables; pass "
            "relative_to=None, or X of the one variable that y continues."
        )
    return np.arange(n_outputs)
