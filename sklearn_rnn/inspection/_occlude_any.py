"""What any classifier predicts where a word or a step is hidden from it."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn.inspection._estimators import flat_steps
from sklearn_rnn.inspection._outputs import find_class, per_row
from sklearn_rnn.sequences import UNK, check_sequences
from sklearn_rnn.text._spans import make_follower, why_no_spans
from sklearn_rnn.text._vectorizer import TextVectorizer

HIDDEN = "\N{REPLACEMENT CHARACTER}"
"""What stands in a text for a word that is hidden: no vectorizer knows it."""


def occlude_any(classifier: Any, X: Any, target: Any) -> list[dict[str, Any]]:
    """Hide one word, or one number, at a time from a classifier.

    Parameters
    ----------
    classifier : fitted classifier with ``predict_proba``
        Of any package.
    X : what its ``predict_proba`` takes
        Texts, token ids, or numbers; of a frame the classifier is given frames.
    target : object
        The class to explain, one for each row, or None: the likeliest one.

    Returns
    -------
    found : list of dict
        For each row the fields of an `Explanation`.
    """
    check_is_fitted(classifier)
    if isinstance(X, str):
        raise TypeError("X must be a list of texts, got one text; pass [text].")
    X = list(X) if not hasattr(X, "shape") else X
    is_text = len(np.shape(X)) == 1 and all(isinstance(row, str) for row in X)
    hidden: Any = _HiddenWords(classifier, X) if is_text else _HiddenSteps(X)
    classes = np.asarray(classifier.classes_).tolist()
    columns: Any = [None] * len(hidden)
    if target is not None:
        columns = per_row(target, len(hidden), lambda label: find_class(label, classes))
    return [
        _explain_row(classifier, hidden, row, column, classes)
        for row, column in enumerate(columns)
    ]


def _explain_row(
    classifier: Any, hidden: Any, row: int, column: Any, classes: list[Any]
) -> dict[str, Any]:
    found = np.asarray(classifier.predict_proba(hidden.variants(row)))
    if found.ndim != 2 or found.shape[1] != len(classes):
        raise ValueError(
            "explain needs a predict_proba with a column for each class, but that of "
            f"{type(classifier).__name__} has shape {found.shape}."
        )
    column = int(found[0].argmax()) if column is None else int(column)
    whole, *left, nothing = found[:, column].tolist()
    told = hidden.row(row)
    shape = np.shape(told["series"] if "series" in told else told["tokens"])
    return {
        "values": (whole - np.array(left)).reshape(shape),
        "unit": "probability",
        "target": classes[column],
        "output": whole,
        "base_output": nothing,
        **told,
    }


class _HiddenWords:
    """Texts with words hidden in them."""

    def __init__(self, classifier: Any, texts: Any) -> None:
        first = flat_steps(classifier)[0]
        reader = first if isinstance(first, TextVectorizer) else TextVectorizer()
        params = reader.get_params(deep=False)
        follow = make_follower(params, reader.build_analyzer())
        self.texts = list(texts)
        self.words = [follow(text) for text in self.texts]
        self.spans: list[Any] = [words.as_array() for words in self.words]
        for row, spans in enumerate(self.spans):
            if spans is None:
                raise ValueError(why_no_spans(params, row))

    def __len__(self) -> int:
        return len(self.texts)

    def variants(self, row: int) -> list[str]:
        """Give the text as it is, with each word hidden, and with all of them."""
        text, spans = self.texts[row], self.spans[row].tolist()
        left = [text[:start] + HIDDEN + text[end:] for start, end in spans]
        nothing = text
        for start, end in reversed(spans):
            nothing = nothing[:start] + HIDDEN + nothing[end:]
        return [text, *left, nothing]

    def row(self, row: int) -> dict[str, Any]:
        words = np.array(self.words[row].words, dtype=object)
        return {"tokens": words, "spans": self.spans[row], "text": self.texts[row]}


class _HiddenSteps:
    """Sequences with steps hidden in them, each number by the mean of all."""

    def __init__(self, X: Any) -> None:
        self.kind = BaseEstimator()
        self.frame = X if hasattr(X, "iloc") and hasattr(X, "columns") else None
        self.sequences = check_sequences(self.kind, X, reset=True)
        if self.sequences.static is not None:
            raise TypeError(
                "explain of a classifier that is none of sklearn_rnn takes texts or "
                "sequences alone, got SequencesWithStatic."
            )
        values = self.sequences.values
        self.base = UNK if self.sequences.is_tokens else values.mean(axis=0)

    def __len__(self) -> int:
        return len(self.sequences)

    def variants(self, row: int) -> Any:
        """Give the row as it is, with each number hidden, and with all of them."""
        whole = self.sequences[row]
        nothing = np.broadcast_to(self.base, whole.shape)
        copies = np.tile(whole, (whole.size + 2, *[1] * whole.ndim))
        flat = copies.reshape(len(copies), -1)
        places = np.arange(whole.size)
        flat[places + 1, places] = nothing.ravel()
        flat[-1] = nothing.ravel()
        if self.sequences.is_tokens:
            return sparse.csr_matrix(flat)
        if self.is_table and self.frame is not None:
            return type(self.frame)(flat, columns=self.frame.columns)
        return flat if self.is_table else copies

    @property
    def is_table(self) -> bool:
        """Whether X has one variable and no axis for it."""
        is_table: bool = self.kind.input_kind_ == "univariate"
        return is_table

    def row(self, row: int) -> dict[str, Any]:
        steps = self.sequences[row]
        if self.sequences.is_tokens:
            return {"tokens": steps.astype(object)}
        return {"series": (steps[:, 0] if self.is_table else steps).copy()}
