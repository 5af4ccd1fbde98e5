"""y as numbers a network can learn: class indices, indicators, reals."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from sklearn_rnn._messages import name_some, repeat_warnings, warn
from sklearn_rnn.exceptions import OneHotTargetWarning
from sklearn_rnn.sequences._containers import holds_text
from sklearn_rnn.sequences._frames import is_frame, names_of
from sklearn_rnn.sequences._padding import row_of
from sklearn_rnn.sequences._values import refuse_dates, to_labels, to_values

COLUMN = (
    "A column-vector y was passed when a 1d array was expected; pass y.ravel(), of "
    "shape (n_samples,)."
)


KINDS_OF_LABELS = {"binary", "multiclass", "multilabel-indicator"}


def check_labels(y: Any) -> tuple[NDArray[Any], bool]:
    """Check the labels of a classification.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or indicator matrix (n_samples, n_labels)

    Returns
    -------
    y : ndarray of shape (n_samples,), or float32 (n_samples, n_labels)
    multilabel : bool
        Whether `y` is an indicator matrix: a 0/1 column for each label.

    Raises
    ------
    ValueError
        If `y` is continuous, has missing values, or mixes types.
    TypeError
        If `y` is sparse.
    """
    _refuse_unordered(y)
    y = _as_given(to_labels(y))
    _check_comparable(y)
    is_asked = not _are_few_plain(y)
    if is_asked and repeat_warnings(_kind_of, y).startswith("multilabel"):
        return check_array(y, input_name="y", dtype=np.float32), True
    if np.asarray(y).shape[1:] == (1,):  # scikit-learn would warn at a line of ours
        warn(COLUMN, DataConversionWarning)
    return column_or_1d(y), False


def _refuse_unordered(y: Any) -> None:
    """Raise for what has no order, or is gone once it is looked at."""
    if isinstance(y, (str, bytes, Mapping, Set)) or isinstance(y, Iterator):
        line = "list(y.values())" if isinstance(y, Mapping) else "list(y)"
        raise TypeError(
            "y must be a list or an array with one target for each sequence, got "
            f"{type(y).__name__}; pass {line}, in the order of X."
        )


def _as_given(y: Any) -> Any:
    """Keep the types that labels have: NumPy would write 1 beside "a" as "1"."""
    if isinstance(y, (list, tuple)) and {str} < set(map(type, y)):
        labels = np.empty(len(y), dtype=object)
        labels[:] = y
        return labels
    is_extension = not isinstance(getattr(y, "dtype", np.dtype(int)), np.dtype)
    if is_extension and hasattr(y, "__array__"):  # nullable numbers, for instance
        labels = np.asarray(y)
        refuse_odd_labels(labels)
        return to_values(labels, "y")
    return y


def _are_few_plain(y: Any) -> bool:
    """Whether scikit-learn has nothing to say of labels: it takes a while for that.

    It warns where more than half of them are different.
    """
    is_plain = isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "biu"
    return is_plain and 0 < 2 * len(np.unique(y)) <= len(y)


def _kind_of(y: Any) -> str:
    kind: str = type_of_target(y, input_name="y")
    if kind not in KINDS_OF_LABELS:
        check_classification_targets(y)  # which asks the same, to refuse it
    return kind


def _check_comparable(y: Any) -> None:
    """Refuse, before scikit-learn stumbles over them, labels without an order."""
    if sparse.issparse(y):
        return
    _refuse_ragged(y, "RNNTagger (for sets of labels, MultiLabelBinarizer)")
    y = np.asarray(y)
    if y.dtype.kind in "fO":
        refuse_missing(y)
    if y.dtype.kind != "M":  # of dates scikit-learn takes these, as classes
        refuse_odd_labels(y)
    if y.dtype.kind == "O":
        find_classes(y)


def refuse_odd_labels(y: NDArray[Any]) -> None:
    """Raise for labels that are dates or bytes, which scikit-learn does not take."""
    refuse_dates(
        y,
        "y",
        recipe="as labels write them as text, such as pd.Series(y).astype(str)",
    )
    is_bytes = y.dtype.kind == "S" or (
        y.dtype.kind == "O" and any(isinstance(label, bytes) for label in y.flat)
    )
    if is_bytes:
        raise ValueError(
            "y holds labels of bytes; decode them: [label.decode() for label in y]."
        )


def _refuse_ragged(y: Any, stepwise: str) -> None:
    """Raise for rows of unequal length: a target for each time step, perhaps."""
    try:
        array = np.asarray(y)
        ragged = array.dtype == object and isinstance(
            next(iter(array.flat), None), (list, tuple, np.ndarray)
        )
    except ValueError:
        ragged = True
    if ragged:
        raise ValueError(
            "y holds rows of unequal length, but one target for each sequence is "
            f"wanted; with one for each time step take {stepwise}."
        )


def refuse_missing(y: NDArray[Any], name: str = "y") -> None:
    """Raise for the first row of `y` that holds NaN, None or infinity."""
    if y.dtype.kind == "f":
        present = np.isfinite(y)
    else:
        present = np.reshape([is_present(label) for label in y.flat], y.shape)
    if not present.all():
        row = np.argmin(present.reshape(len(y), -1).all(axis=1))
        raise ValueError(
            f"Input {name} contains {name_absent(y[row])}, first at row {row}; drop or "
            "impute such rows."
        )


def name_absent(values: Any) -> str:
    """Say in scikit-learn's words what is no value among some."""
    floats = np.asarray(values)
    if floats.dtype.kind == "f" and not np.isnan(floats).any():
        return "infinity or a value too large for dtype('float64')"
    return "NaN or None"


def is_present(label: Any) -> bool:
    missing = label is None or type(label).__name__ in ("NAType", "NaTType")
    return not missing and bool(np.all(label == label))  # NaN is not NaN


def find_classes(y: Any) -> NDArray[Any]:
    """Sort the distinct labels of `y`.

    Raises
    ------
    ValueError
        If the labels mix types without a common order.
    """
    try:
        return np.unique(y)
    except TypeError as error:
        types = sorted({type(label).__name__.rstrip("_") for label in np.ravel(y)})
        raise ValueError(
            f"The labels in y mix types without a common order ({', '.join(types)}); "
            "convert them all to str."
        ) from error


class UnseenLabelsError(ValueError):
    """Says that some labels are not among the classes.

    Parameters
    ----------
    found : str
        Which they are, and the place of the first one.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        """Report it of y; a caller that knows the argument reports more."""
        return f"y holds {self.found}; drop these rows."


def encode_labels(
    y: NDArray[Any], classes: NDArray[Any], offsets: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Replace each label by its index in `classes`.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Or one label for each step, (n_steps_total,), with `offsets`.
    classes : ndarray of shape (n_classes,)
        Sorted.
    offsets : int64 ndarray of shape (n_samples + 1,), default=None
        Where each sequence starts.

    Returns
    -------
    codes : int64 ndarray of shape (n_samples,)

    Raises
    ------
    UnseenLabelsError
        If a label of `y` is not among `classes`.
    """
    codes = np.array([], dtype=np.int64)
    if (y.dtype.kind in "OUS") == (classes.dtype.kind in "OUS"):
        codes = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
    unknown = classes[codes] != y if len(codes) else np.ones(len(y), dtype=bool)
    if unknown.any():
        first = np.argmax(unknown)
        place = f"row {first}"
        if offsets is not None:
            place = "row {}, step {}".format(*row_of(offsets, first))
        raise UnseenLabelsError(
            f"labels that are not among the classes [{name_some(classes)}]: "
            f"[{name_some(np.unique(y[unknown]))}], first at {place}"
        )
    return codes.astype(np.int64)


def warn_if_one_hot(y: NDArray[Any]) -> None:
    """Warn when every row of the indicator matrix `y` has exactly one label."""
    if len(y) > 2 and y.shape[1] > 1 and np.all(y.sum(axis=1) == 1):
        warn(
            f"y of shape {y.shape} looks one-hot encoded. It is learnt as "
            f"{y.shape[1]} independent labels; for classes that exclude each other "
            "pass y.argmax(axis=1).",
            OneHotTargetWarning,
        )


def check_reals(y: Any) -> NDArray[np.float64]:
    """Check regression targets.

    Returns
    -------
    y : float64 ndarray of shape (n_samples,) or (n_samples, n_outputs)

    Raises
    ------
    ValueError
        If `y` holds NaN, infinity or text.
    """
    _refuse_unordered(y)
    if not sparse.issparse(y):
        y = to_labels(y)
        _refuse_ragged(y, "RNNStepRegressor")
        y = _real_columns(y)
        refuse_numbers_as_text(y)
    y = check_array(
        y, input_name="y", dtype=np.float64, ensure_2d=False, ensure_all_finite=False
    )
    refuse_missing(y)
    return y


def refuse_numbers_as_text(y: Any, name: str = "y") -> None:
    """Raise for text, even where it could be read as numbers."""
    if holds_text(np.asarray(y)):
        raise ValueError(
            f"{name} holds strings, where numbers are wanted; convert them: "
            f"np.asarray({name}, dtype=float)."
        )


def _real_columns(y: Any) -> Any:
    """Read numbers of any container, and say which column holds dates."""
    if not is_frame(y):
        return to_values(y, "y")
    columns = [to_values(y[title], "y", f"column {title!r}") for title in names_of(y)]
    return np.stack(columns, axis=1) if columns else np.asarray(y)
