"""Sequences, and beside each of them a row of a table, and further sequences."""

__all__ = ["SequencesWithStatic"]

from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np
from scipy import sparse

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._containers import holds_text
from sklearn_rnn.sequences._frames import frame_to_array, is_frame, names_of
from sklearn_rnn.sequences._values import to_values


class SequencesWithStatic:
    """Sequences with static columns, and with further sequences of the same samples.

    The ``X`` of every estimator of this package, in ``fit`` and afterwards. The
    network reads the static columns, which are known of each sequence as a whole,
    beside what it makes of the sequence. Of each further sequence an encoder of its own
    makes a vector, which is read in the same way. Splitters and searches cut all parts
    together.

    Parameters
    ----------
    sequences : {sparse matrix, array-like, list of arrays, DataFrame}
        The sequences, in any form that an estimator takes as its ``X``.
    static : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns), \
            default=None
        Finite numbers, a row for each sequence. With ``standardize=True`` an estimator
        brings them to mean 0 and variance 1, as it does with the sequences.
    names : list of str, default=None
        The names of the columns; those of a frame are taken from it. An estimator
        refuses other ones than in ``fit``.
    beside : list, default=()
        Further sequences of the same samples, such as the texts beside signals: each
        member holds one of each sample, in any form that an estimator takes as its
        ``X``, and of any length. Numbers are read as such and sparse integers as token
        ids, whatever ``input`` says. `RNNTagger`, `RNNStepRegressor` and the like have
        their targets at the steps of ``sequences``.

    Attributes
    ----------
    shape : tuple of (int,)
        The number of samples.

    Raises
    ------
    ValueError
        If the parts have another number of rows, or ``static`` is no table of finite
        numbers.

    See Also
    --------
    sliding_windows : Makes sequences of one long series.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn import RNNRegressor, SequencesWithStatic
    >>> rng = np.random.default_rng(0)
    >>> signals, ages = rng.normal(size=(40, 5)), rng.uniform(20, 80, size=(40, 1))
    >>> X = SequencesWithStatic(signals, ages, names=["age"])
    >>> X
    SequencesWithStatic(n_samples=40, static=['age'])
    >>> X[[3, 1]].static.shape
    (2, 1)
    >>> model = RNNRegressor(8, max_epochs=2, random_state=0).fit(X, ages[:, 0])
    >>> model.predict(X[:3]).shape
    (3,)

    Two signals of other rates, each with an encoder of its own:

    >>> slow = rng.normal(size=(40, 2))
    >>> X = SequencesWithStatic(signals, beside=[slow])
    >>> X
    SequencesWithStatic(n_samples=40, static=0 columns, beside=1)
    >>> model.fit(X, slow[:, 0]).predict(X[:3]).shape
    (3,)
    """

    def __init__(
        self,
        sequences: Any,
        static: Any = None,
        names: Iterable[Any] | None = None,
        beside: Iterable[Any] = (),
    ) -> None:
        if isinstance(sequences, SequencesWithStatic):
            raise TypeError(
                "sequences have static columns already; put all columns into one "
                "table, such as np.hstack([X.static, more])."
            )
        if names is None and is_frame(static):
            names = names_of(static)
        if static is None:
            static = np.zeros((_count(sequences), 0))
        self.sequences = _with_rows(sequences)
        self.static = _read_table(static)
        self.names = None if names is None else list(names)
        self.beside = _read_beside(beside)
        self._check()

    def _check(self) -> None:
        n_samples, n_columns = self.static.shape
        n_sequences = _count(self.sequences)
        if n_sequences != n_samples:
            raise SequenceError(
                f"static has {n_samples} rows, but there are {n_sequences} sequences; "
                "pass one row for each sequence, in the same order."
            )
        for place, part in enumerate(self.beside):
            if _count(part) != n_sequences:
                raise SequenceError(
                    f"beside[{place}] holds {_count(part)} sequences, but there are "
                    f"{n_sequences} samples; pass one for each, in the same order."
                )
        if self.names is not None and len(self.names) != n_columns:
            raise SequenceError(
                f"names has {len(self.names)} names, but static {n_columns} columns; "
                "pass one for each, or None."
            )
        finite = np.isfinite(self.static)
        if not finite.all():
            row, column = np.unravel_index(np.argmin(finite), finite.shape)
            raise SequenceError(
                f"static holds NaN or infinity, first at row {row} in "
                f"{_describe(column, self.names)}; put a number in its place, such as "
                "with sklearn.impute.SimpleImputer, or drop the row."
            )

    @property
    def shape(self) -> tuple[int]:
        """The number of samples, as the only member."""
        return (len(self.static),)

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.static)

    def __repr__(self) -> str:
        """Say how many samples, and which columns, in one line."""
        n_columns = self.static.shape[1]
        columns = f"{n_columns} columns" if self.names is None else self.names
        if self.names is not None and n_columns > 6:
            columns = f"[{', '.join(map(repr, self.names[:6]))}, ...]"
        beside = f", beside={len(self.beside)}" if self.beside else ""
        return f"SequencesWithStatic(n_samples={len(self)}, static={columns}{beside})"

    def __getitem__(self, key: Any) -> Any:
        """Select samples, the sequences, their rows and what is beside them together.

        Parameters
        ----------
        key : slice, int array, boolean mask of shape (n_samples,), or int
            Also with an ellipsis behind it, as scikit-learn writes it. An int gives
            the sequence and the row of one sample, and then its further sequences.

        Returns
        -------
        selected : SequencesWithStatic, or tuple of (sequence, row, *others)
        """
        if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:
            key = key[0]
        if isinstance(key, int | np.integer):
            others = (safe_indexing(part, int(key)) for part in self.beside)
            return safe_indexing(self.sequences, int(key)), self.static[key], *others
        rows = np.arange(len(self))[key]
        sequences = safe_indexing(self.sequences, rows)
        beside = [safe_indexing(part, rows) for part in self.beside]
        return type(self)(sequences, self.static[rows], self.names, beside)

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to become one array, which could not hold both parts."""
        raise TypeError(
            "SequencesWithStatic holds sequences and a table, which are no single "
            "array; pass it to an estimator of sklearn_rnn, or take X.sequences and "
            "X.static."
        )


def _with_rows(sequences: Any) -> Any:
    """Give what rows can be selected from."""
    return sequences.tocsr() if sparse.issparse(sequences) else sequences


def _read_beside(beside: Iterable[Any]) -> list[Any]:
    """Take the further sequences, each in the container it came in."""
    if not isinstance(beside, list | tuple):
        raise TypeError(
            "beside must be a list of sequences, such as beside=[signals], got "
            f"{type(beside).__name__}."
        )
    for place, part in enumerate(beside):
        if isinstance(part, SequencesWithStatic):
            raise TypeError(
                f"beside[{place}] has static columns; put all columns into one table, "
                "such as np.hstack([X.static, more])."
            )
    return [_with_rows(part) for part in beside]


def _read_table(static: Any) -> np.ndarray:
    """Read the static columns as float64 of two axes."""
    if sparse.issparse(static):
        static = static.toarray()
    recipe = "make a number of it first, such as the year or the days since a date"
    if is_frame(static):
        table = frame_to_array(static, recipe, name="static")
    else:
        table = to_values(static, "static", recipe=recipe)
    if holds_text(table) or table.dtype.kind not in "biufO":
        raise SequenceError(
            "static holds strings, but the network reads numbers; encode them first, "
            "such as with sklearn.preprocessing.OneHotEncoder."
        )
    if table.ndim != 2:
        remedy = "static.reshape(-1, 1)" if table.ndim == 1 else "a table"
        raise SequenceError(
            "static must have shape (n_samples, n_columns), got "
            f"{table.shape}; pass {remedy}."
        )
    try:
        return np.array(table, dtype=np.float64)
    except TypeError as error:
        raise TypeError(
            f"static must hold one number in each cell: {error}; make columns of what "
            "is in it."
        ) from error


def _count(sequences: Any) -> int:
    """Count sequences in any container."""
    shape = getattr(sequences, "shape", None)
    if shape is not None and len(shape):
        return int(shape[0])
    try:
        return len(sequences)
    except TypeError:
        raise TypeError(
            "sequences must be what an estimator takes as X, such as an array or a "
            f"list of arrays, got {type(sequences).__name__}."
        ) from None


def _describe(column: Any, names: list[Any] | None) -> str:
    return f"column {int(column) if names is None else names[column]!r}"


def split_beside(X: Any) -> tuple[Any, list[Any]]:
    """Part X into the first of its sequences with static columns, and the others.

    Parameters
    ----------
    X : object
        `SequencesWithStatic`, or sequences alone.

    Returns
    -------
    X : object
        Without sequences beside.
    beside : list
        Each in the container it came in.
    """
    if not isinstance(X, SequencesWithStatic) or not X.beside:
        return X, []
    return SequencesWithStatic(X.sequences, X.static, X.names), X.beside


def split_static(
    estimator: Any, X: Any, *, reset: bool
) -> tuple[Any, np.ndarray | None]:
    """Part X into sequences and static columns, and hold these against those of `fit`.

    Parameters
    ----------
    estimator : estimator instance
        Gets or has ``n_static_in_``, 0 without static columns, and, where they have
        names, ``static_names_in_``.
    X : object
        `SequencesWithStatic`, or sequences alone.
    reset : bool
        True in ``fit``.

    Returns
    -------
    sequences : object
        In the container they came in.
    static : float64 ndarray of shape (n_samples, n_columns) or None

    Raises
    ------
    SequenceError
        If there is another number of columns than in ``fit``, or they have other names.
    """
    static = names = None
    if isinstance(X, SequencesWithStatic):
        if X.beside:
            raise SequenceError(
                f"X holds several sequences for each sample, but "
                f"{type(estimator).__name__} reads one; pass X.sequences, or one of "
                "X.beside."
            )
        X, static, names = X.sequences, X.static, X.names
    if static is not None and not static.shape[1]:
        static = None
    n_static = 0 if static is None else static.shape[1]
    if reset:
        estimator.n_static_in_ = n_static
        vars(estimator).pop("static_names_in_", None)
        if names is not None:
            estimator.static_names_in_ = np.array(names, dtype=object)
        return X, static
    _check_columns(estimator, n_static, names)
    return X, static


def _check_columns(estimator: Any, n_static: int, names: list[Any] | None) -> None:
    name, expected = type(estimator).__name__, estimator.n_static_in_
    if n_static != expected:
        raise SequenceError(
            f"X has {n_static} static columns, but {name} was fitted with {expected}; "
            + (
                "pass SequencesWithStatic(X, static) with the columns of fit."
                if expected
                else "pass the sequences alone, X.sequences."
            )
        )
    in_fit = getattr(estimator, "static_names_in_", None)
    if names is None or in_fit is None or list(in_fit) == names:
        return
    other = [pair for pair in zip(names, in_fit, strict=True) if pair[0] != pair[1]]
    found, wanted = zip(*other, strict=True)
    raise SequenceError(
        f"X has the static columns {name_some(found)} where {name} was fitted with "
        f"{name_some(wanted)}; pass the columns of fit, in the same order."
    )
