"""A sequence of labels for each sequence, of a length of its own."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sklearn_rnn._messages import name_some
from sklearn_rnn.estimators.targets._target import Target, weight_of_steps
from sklearn_rnn.sequences import (
    Sequences,
    check_target_sequences,
    encode_labels,
    find_classes,
)


class SequenceTarget(Target):
    """A sequence of labels for each sequence, of a length of its own.

    Between `check` and the loss y is `Sequences` of int64 codes: ``k`` for label ``k``
    of ``classes_``, and behind the last label of each row the end. So every row has a
    code, also where it has no labels.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    target_vectorizer : TextVectorizer or None
        As `PairedRNN` has it.

    Attributes
    ----------
    is_text : bool
        Whether y are texts.
    leaves_out : bool
        Whether the texts hold tokens that are not in the vocabulary of
        ``target_vectorizer``. They have one code together, behind that of the end.
    """

    learnt: ClassVar[tuple[str, ...]] = (
        "classes_",
        "target_vectorizer_",
        "is_text",
        "leaves_out",
    )
    public: ClassVar[tuple[str, ...]] = ("classes_", "target_vectorizer_")

    def __init__(self, owner: str, target_vectorizer: Any) -> None:
        super().__init__(owner)
        self.target_vectorizer = target_vectorizer
        self.target_vectorizer_: Any = None
        self.classes_: NDArray[Any] = np.array([])
        self.is_text = self.leaves_out = False

    @property
    def end(self) -> int:
        """The code of the end."""
        return len(self.classes_)

    @property
    def n_outputs(self) -> int:
        """Number of outputs: the labels, the end, and what is left out if there is."""
        return len(self.classes_) + 1 + self.leaves_out

    # -- reading -------------------------------------------------------------------

    def check(
        self,
        y: Any,
        sequences: Sequences,
        *,
        reset: bool,
        classes: Any = None,
        **options: Any,
    ) -> Sequences:
        """Give the codes of the labels of each row, and its end."""
        rows = check_target_sequences(y)
        if reset:
            self.is_text = isinstance(rows[0], str)
            self._know_labels(rows, classes)
        elif classes is not None and set(classes) != set(self.classes_.tolist()):
            raise ValueError(
                f"classes=[{name_some(classes)}] are not those of the first call, "
                f"[{name_some(self.classes_)}]; name every label there, or leave "
                "classes out."
            )
        self._check_kind(rows)
        return self._encode(self._split(rows), to_learn=True, reset=reset)

    def check_answers(self, y: Any) -> Sequences:
        """Give codes as `check` does; labels that were not learnt have one together."""
        return self._encode(self.labels_of(y), to_learn=False)

    def without_unknown(self, y: Sequences) -> tuple[NDArray[np.bool_], Sequences]:
        """Say which rows have learnt labels only, and put some label for the others."""
        is_known = np.maximum.reduceat(y.values, y.offsets[:-1]) <= self.end
        codes = np.where(y.values > self.end, 0, y.values)
        return is_known, Sequences(codes, y.offsets)

    def labels_of(self, y: Any) -> list[Sequence[Any]]:
        """Give the labels of each row of y, of the kind that `fit` saw."""
        rows = check_target_sequences(y)
        self._check_kind(rows)
        return self._split(rows)

    def _check_kind(self, rows: list[Any]) -> None:
        if isinstance(rows[0], str) != self.is_text:
            kinds = ["rows of labels", "texts"]
            raise ValueError(
                f"y holds {kinds[not self.is_text]}, but this {self.owner} was fitted "
                f"on {kinds[self.is_text]}; pass the same kind."
            )

    def _know_labels(self, rows: list[Any], classes: Any) -> None:
        """Find the labels in y, or take those that are named."""
        self.target_vectorizer_ = None
        labels: Any
        if self.target_vectorizer is not None:
            labels = self._fit_vectorizer(rows, classes)
        elif classes is not None:
            labels = list(classes)
        else:
            labels = _join(self._split(rows), dtype=object if self.is_text else None)
        if len(labels) == 0:
            raise ValueError(
                "Every row of y is empty, so that there is no label to learn; give at "
                "least one row with labels."
            )
        self.classes_ = find_classes(labels)
        if self.is_text:
            self.classes_ = self.classes_.astype(object)

    def _fit_vectorizer(self, rows: list[Any], classes: Any) -> list[str]:
        if not self.is_text:
            raise ValueError(
                "target_vectorizer is for texts, but y holds rows of labels; leave it "
                "out, or join the labels of each row to a text."
            )
        if classes is not None:
            raise ValueError(
                "classes was given, but with target_vectorizer the labels are its "
                "words; name them there: TextVectorizer(vocabulary=...)."
            )
        self.target_vectorizer_ = clone(self.target_vectorizer).fit(rows)
        return list(self.target_vectorizer_.vocabulary_)

    def _split(self, rows: list[Any]) -> list[Sequence[Any]]:
        """Part texts into tokens: their characters if there is no vectorizer."""
        if not self.is_text:
            return rows
        if self.target_vectorizer_ is None:
            return [list(text) for text in rows]
        analyze = self.target_vectorizer_.build_analyzer()
        return [list(analyze(text)) for text in rows]

    def _encode(
        self, rows: list[Sequence[Any]], *, to_learn: bool, reset: bool = False
    ) -> Sequences:
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        labels = _join(rows, dtype=self.classes_.dtype if self.is_text else None)
        known = np.isin(labels, self.classes_)
        if reset:
            self.leaves_out = not known.all()
        if to_learn and not (known.all() or self.leaves_out):
            encode_labels(labels, self.classes_, offsets)  # raises
        codes = np.full(len(labels), self.end + 1)
        codes[known] = encode_labels(labels[known], self.classes_)
        # The end belongs in front of where the next row starts.
        codes = np.insert(codes, offsets[1:], self.end)
        return Sequences(codes, offsets + np.arange(len(offsets)))

    # -- what becomes of it --------------------------------------------------------

    def strata(self, y: Any) -> NDArray[Any]:
        """Give nothing to stratify by."""
        return np.zeros(len(y))

    def weigh(self, y: Any, weight: NDArray[Any]) -> NDArray[Any]:
        """Give each label, and the end, the weight of its sequence."""
        return weight_of_steps(y, weight)

    def decode(self, codes: Iterable[NDArray[Any]]) -> NDArray[Any]:
        """Turn the codes of labels into what y was: texts, or arrays of labels.

        Parameters
        ----------
        codes : iterable of int arrays of shape (n_labels_i,)
            Without the end.

        Returns
        -------
        y : object ndarray of shape (n_rows,)
        """
        rows = [self.classes_[row] for row in codes]
        if self.is_text:
            vectorizer = self.target_vectorizer_
            join = "".join if vectorizer is None else vectorizer._join
            rows = [join(labels) for labels in rows]
        return np.fromiter(rows, dtype=object, count=len(rows))

    def structure(self) -> dict[str, Any]:
        """Name the outputs."""
        return {"n_outputs": self.n_outputs}

    def n_weights(self, n_units: int) -> int:
        """Count the weights of the map to the outputs, as far as they are known."""
        return self.n_outputs


def _join(rows: list[Any], dtype: Any = None) -> NDArray[Any]:
    """Put the labels of all rows one behind the other."""
    if dtype is not None:
        flat = [label for row in rows for label in row]
        joined = np.empty(len(flat), dtype=dtype)
        joined[:] = flat
        return joined
    filled = [row for row in rows if len(row)]
    return np.concatenate(filled) if filled else np.array([], dtype=object)
