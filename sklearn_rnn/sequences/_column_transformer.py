"""A table with a column of sequences, as sequences beside static columns."""

__all__ = ["SequenceColumnTransformer"]

from collections.abc import Callable, Sequence
from numbers import Number
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import (
    BaseComposition,
    DocumentationLinkMixin,
    name_estimators,
    safe_indexing,
)
from sklearn_rnn._messages import name_some
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences._frames import is_frame, names_of
from sklearn_rnn.sequences._values import MISSING
from sklearn_rnn.sequences._with_static import SequencesWithStatic

Columns: TypeAlias = (
    str | int | Sequence[str] | Sequence[int] | slice | Callable[[Any], Any]
)
"""Which columns of a table, as `ColumnTransformer` takes them."""

NOT_A_SEQUENCE = {"nothing", "a single number"}


# No TransformerMixin, as TextVectorizer has none: it would make frames of the output.
class SequenceColumnTransformer(DocumentationLinkMixin, BaseComposition):
    """Turn a table with columns of sequences into sequences with static columns.

    A network behind it reads the sequences step by step and the other columns once, and
    learns from all together. `ColumnTransformer` puts columns side by side in one
    table, where a network would read all of them as steps.

    Parameters
    ----------
    sequence : tuple of (columns, transformer), or list of such tuples
        The column that holds a sequence in each cell, and what turns it into what the
        network reads: ``("text", TextVectorizer())``, or ``("signal", "passthrough")``
        for a column of arrays. With several columns, such as
        ``(["day 1", "day 2"], "passthrough")``, each of them is a step. A list joins
        several sequences of each sample, such as a text and a signal; a network has an
        encoder for each. The first one gives the steps where there is a target for
        each step.
    static : list of (transformer, columns), default=()
        What is done with the columns that are known of each sequence as a whole, as
        `make_column_transformer` takes it: "passthrough" and "drop" are transformers as
        well. Columns that are not named are left out.

    Attributes
    ----------
    sequence_ : transformer or "passthrough", or list of these
        Fitted; a list where ``sequence`` is one.
    static_ : ColumnTransformer
        Fitted.
    n_features_in_ : int
        Number of columns of X in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names; only where all of them are strings.

    Raises
    ------
    ValueError
        In ``fit`` and ``transform``, if a column is missing, or a cell of a sequence
        column holds no sequence or one of another kind than the others.

    See Also
    --------
    SequencesWithStatic : What ``transform`` gives, and every estimator takes.
    sklearn.compose.ColumnTransformer : For tables without sequences.

    Notes
    -----
    Parameters of the transformers are searched under the names of their types in lower
    case, ``textvectorizer__max_length`` or ``onehotencoder__min_frequency``, as in
    `make_column_transformer`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> from sklearn_rnn import (
    ...     RNNClassifier,
    ...     SequenceColumnTransformer,
    ...     TextVectorizer,
    ... )
    >>> tickets = pd.DataFrame(
    ...     {
    ...         "text": ["it broke", "how do I pay", "it broke again", "pay how"],
    ...         "product": ["lamp", "lamp", "tent", "tent"],
    ...         "days": [3, 10, 2, 40],
    ...     }
    ... )
    >>> join = SequenceColumnTransformer(
    ...     sequence=("text", TextVectorizer()),
    ...     static=[(OneHotEncoder(), ["product"]), ("passthrough", ["days"])],
    ... )
    >>> join.fit_transform(tickets)[:2].static
    array([[ 1.,  0.,  3.],
           [ 1.,  0., 10.]])
    >>> join.get_feature_names_out().tolist()
    ['onehotencoder__product_lamp', 'onehotencoder__product_tent', 'passthrough__days']
    >>> model = make_pipeline(join, RNNClassifier(8, max_epochs=2, random_state=0))
    >>> y = ["broken", "money", "broken", "money"]
    >>> model.fit(tickets, y).predict(tickets).shape
    (4,)

    A text and a signal in one network:

    >>> tickets["load"] = [[0.1, 0.4], [0.3], [0.2, 0.9, 1.0], [0.5, 0.5]]
    >>> join.set_params(
    ...     sequence=[("text", TextVectorizer()), ("load", "passthrough")], static=[]
    ... ).fit_transform(tickets)
    SequencesWithStatic(n_samples=4, static=[], beside=1)
    """

    def __init__(
        self,
        sequence: tuple[Columns, Any] | list[tuple[Columns, Any]],
        static: Sequence[tuple[Any, Columns]] = (),
    ) -> None:
        self.sequence = sequence
        self.static = static

    def fit(self, X: Any, y: Any = None) -> "SequenceColumnTransformer":
        """Fit all transformers.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_columns)
        y : array-like of shape (n_samples,), default=None
            Given to the transformers.

        Returns
        -------
        self : SequenceColumnTransformer
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> SequencesWithStatic:
        """Fit all transformers, and transform X with them.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_columns)
        y : array-like of shape (n_samples,), default=None
            Given to the transformers.

        Returns
        -------
        X_joined : SequencesWithStatic
        """
        self._check_parts()
        X = _check_table(X)
        self._check_columns(X)
        cells = self._all_cells_of(X)
        static = self._parts[len(self._pairs) :]
        parts = [(*part, of) for part, (_, of) in zip(static, self.static, strict=True)]
        self.static_ = ColumnTransformer(parts, sparse_threshold=0)
        table = self.static_.fit_transform(X, y)
        self.n_features_in_ = X.shape[1]
        if hasattr(self.static_, "feature_names_in_"):
            self.feature_names_in_ = self.static_.feature_names_in_
        fitted = [clone(transformer, safe=False) for _, transformer in self._pairs]
        self.sequence_ = fitted if isinstance(self.sequence, list) else fitted[0]
        sequences = [
            part if isinstance(transformer, str) else transformer.fit_transform(part, y)
            for transformer, part in zip(fitted, cells, strict=True)
        ]
        return self._joined(sequences, table)

    def transform(self, X: Any) -> SequencesWithStatic:
        """Transform the sequences and the static columns.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_columns)
            With the columns of ``fit``.

        Returns
        -------
        X_joined : SequencesWithStatic
        """
        check_is_fitted(self, "sequence_")
        X = _check_table(X)
        self._check_columns(X)
        cells = self._all_cells_of(X)
        table = self._transform_static(X)
        sequences = [
            part if isinstance(transformer, str) else transformer.transform(part)
            for transformer, part in zip(self._fitted, cells, strict=True)
        ]
        return self._joined(sequences, table)

    def _joined(self, sequences: list[Any], table: Any) -> SequencesWithStatic:
        first, *beside = sequences
        names = self.get_feature_names_out()
        return SequencesWithStatic(first, table, names, beside)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Give the names of the static columns.

        Parameters
        ----------
        input_features : None
            Not used: the names of ``fit`` are.

        Returns
        -------
        names : object ndarray of shape (n_columns,)
        """
        check_is_fitted(self, "static_")
        return np.asarray(self.static_.get_feature_names_out(), dtype=object)

    def set_output(self, *, transform: Any = None) -> "SequenceColumnTransformer":
        """Do nothing: the output is `SequencesWithStatic` whatever a pipeline asks for.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            Not used.

        Returns
        -------
        self : SequenceColumnTransformer
        """
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the parameters, those of the transformers included.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict
        """
        params: dict[str, Any] = self._get_params("_parts", deep=deep)
        return params

    def set_params(self, **params: Any) -> "SequenceColumnTransformer":
        """Set parameters, those of the transformers included.

        Parameters
        ----------
        **params : dict

        Returns
        -------
        self : SequenceColumnTransformer
        """
        for name in {"sequence", "static"} & set(params):
            setattr(self, name, params.pop(name))
        self._set_params("_parts", **params)
        return self

    @property
    def _parts(self) -> list[tuple[str, Any]]:
        """The transformers with their names, those of the sequences first."""
        try:
            sequences = [transformer for _, transformer in self._pairs]
            static = [transformer for transformer, _ in self.static]
            return name_estimators([*sequences, *static])
        except (IndexError, KeyError, TypeError, ValueError):  # `fit` says why
            return []

    @_parts.setter
    def _parts(self, parts: list[tuple[str, Any]]) -> None:
        n_sequences = len(self._pairs)
        changed = [
            (columns, part)
            for (_, part), (columns, _) in zip(parts, self._pairs, strict=False)
        ]
        self.sequence = changed if isinstance(self.sequence, list) else changed[0]
        pairs = zip(parts[n_sequences:], self.static, strict=True)
        self.static = [(part, columns) for (_, part), (_, columns) in pairs]

    @property
    def _pairs(self) -> list[tuple[Columns, Any]]:
        """The columns of each sequence with their transformer."""
        return self.sequence if isinstance(self.sequence, list) else [self.sequence]

    @property
    def _fitted(self) -> list[Any]:
        """The fitted transformer of each sequence."""
        return self.sequence_ if isinstance(self.sequence_, list) else [self.sequence_]

    def _check_parts(self) -> None:
        """Refuse what is not given as it should be, before any data are looked at."""
        pairs: list[Any] = [*self._pairs] or [None]
        for pair in pairs:
            _check_pair(pair)
        for pair in self.static:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ValueError(
                    "static must hold pairs (transformer, columns), such as "
                    f"(StandardScaler(), ['age']), got {pair!r}."
                )

    def _check_columns(self, X: Any) -> None:
        """Name the columns that X does not have."""
        asked = [columns for columns, _ in self._pairs]
        asked += [columns for _, columns in self.static]
        names = dict.fromkeys(name for columns in asked for name in _names_in(columns))
        if not names:
            return
        if not is_frame(X):
            raise SequenceError(
                f"X must be a frame, for columns are asked for by name "
                f"({name_some(names)}), got {type(X).__name__}; pass a DataFrame, or "
                "name columns by number."
            )
        there = names_of(X)
        missing = [name for name in names if name not in there]
        if missing:
            raise SequenceError(
                f"X has no column {name_some(missing)}; it has {name_some(there)}."
            )

    def _all_cells_of(self, X: Any) -> list[Any]:
        return [_cells_of(X, columns) for columns, _ in self._pairs]

    def _transform_static(self, X: Any) -> Any:
        """Transform the static columns; say which transformer could not."""
        try:
            return self.static_.transform(X)
        except ValueError as error:
            for name, transformer, columns in self.static_.transformers_:
                problem = _try_part(transformer, X, columns)
                if problem is not None:
                    raise ValueError(
                        f"{name} cannot transform {_write(columns)}: {problem}"
                    ) from error
            raise

    def _read_sequences(self, X: Any) -> tuple[Any, Any]:
        """Give the fitted transformer of the first sequence, and what it reads of X."""
        return self._fitted[0], _cells_of(_check_table(X), self._pairs[0][0])


def _check_pair(pair: Any) -> None:
    """Refuse what names no sequence and its transformer."""
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise ValueError(
            "sequence must be a pair (columns, transformer), such as "
            "('text', TextVectorizer()), or a list of such pairs, one for each "
            f"sequence, got {pair!r}."
        )
    transformer = pair[1]
    is_given = isinstance(transformer, str) and transformer == "passthrough"
    works = all(hasattr(transformer, name) for name in ("fit_transform", "get_params"))
    if isinstance(transformer, type) or not (is_given or works):
        several = isinstance(transformer, tuple)
        hint = "; pass several sequences as a list of pairs" if several else ""
        raise TypeError(
            "The transformer of sequence must be 'passthrough' or an estimator "
            f"with fit_transform, such as TextVectorizer(), got {transformer!r}{hint}."
        )


def _cells_of(X: Any, columns: Any) -> Any:
    """Give a column of sequences; several columns as a table of steps."""
    columns = columns(X) if callable(columns) else columns
    cells = safe_indexing(X, columns, axis=1)
    if len(cells.shape) == 1:
        return _check_cells(list(cells), columns)
    return cells


def _try_part(transformer: Any, X: Any, columns: Any) -> str | None:
    """Say why a transformer fails, None if it does not."""
    if isinstance(transformer, str):
        return None
    try:
        transformer.transform(safe_indexing(X, columns, axis=1))
    except ValueError as error:
        problem = str(error).rstrip(".")
        if getattr(transformer, "handle_unknown", None) == "error":
            problem += "; drop these rows, or set handle_unknown='ignore'"
        return f"{problem}."
    return None


def _check_table(X: Any) -> Any:
    """Read lists as a table, and refuse what is none."""
    if sparse.issparse(X):
        raise TypeError(
            "X must be a frame or an array with a column of sequences, got a sparse "
            "matrix; convert it with X.toarray()."
        )
    if is_frame(X) and hasattr(X, "to_pylist"):
        raise TypeError(
            "X must be a frame of pandas or polars, as ColumnTransformer takes it, got "
            "a table of pyarrow; convert it with X.to_pandas()."
        )
    if is_frame(X):
        return X
    return check_array(X, dtype=None, ensure_all_finite=False)


def _names_in(columns: Any) -> list[str]:
    """List the names among what selects columns."""
    if isinstance(columns, str):
        return [columns]
    if isinstance(columns, slice):
        return [end for end in (columns.start, columns.stop) if isinstance(end, str)]
    if callable(columns):
        return []
    return [name for name in np.ravel(columns).tolist() if isinstance(name, str)]


def _check_cells(cells: list[Any], columns: Any) -> list[Any]:
    """Refuse cells that hold no sequence, or are of several kinds."""
    kinds = [_kind_of(cell) for cell in cells]
    others = [row for row, kind in enumerate(kinds) if kind != kinds[0]]
    where = _write(columns)
    if others:
        row = others[0]
        raise SequenceError(
            f"{where} holds {kinds[0]} at row 0 and {kinds[row]} at row {row}; make "
            "each cell a sequence of the same kind, or drop these rows."
        )
    if kinds and kinds[0] in NOT_A_SEQUENCE:
        raise SequenceError(
            f"{where} holds {kinds[0]} in each cell, where a sequence is expected: a "
            "text, or an array of shape (n_timesteps,) or (n_timesteps, n_features). "
            "If each column is a step, list them: (['step 1', 'step 2'], "
            "'passthrough')."
        )
    return cells


def _kind_of(cell: Any) -> str:
    """Say what a cell holds, in words."""
    if isinstance(cell, str):
        return "a text"
    if type(cell).__name__ in MISSING or (isinstance(cell, Number) and cell != cell):
        return "nothing"
    if isinstance(cell, Number) or np.shape(cell) == ():
        return "a single number"
    n_axes = getattr(cell, "ndim", 1)
    return f"an array of {n_axes} {'axis' if n_axes == 1 else 'axes'}"


def _write(columns: Any) -> str:
    if isinstance(columns, str | int):
        return f"column {columns!r}"
    return f"the columns {columns!r}"
