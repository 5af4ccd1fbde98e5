"""y_true and y_pred as texts or rows of labels of any length, one beside the other."""

__all__ = ["read_pairs"]

from typing import Any

from sklearn_rnn.metrics._rows import find_sort, read_row

TEXTS = "texts"
LABELS = "rows of labels"


def read_pairs(y_true: Any, y_pred: Any) -> tuple[list[Any], list[Any], str]:
    """Read what was to be predicted, and what was.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,), or frame of one column
        A text, or a list or array of labels, for each sequence. Both may be empty.

    Returns
    -------
    true, pred : lists of str, or of ndarrays of shape (n_labels,)
    kind : {"texts", "rows of labels"}

    Raises
    ------
    ValueError
        If the two do not match, in number or kind, or there is nothing.
    TypeError
        If one of them is no collection, or a row neither a text nor labels.
    """
    true, pred = _members(y_true, "y_true"), _members(y_pred, "y_pred")
    kinds = _kind(true, "y_true"), _kind(pred, "y_pred")
    if len(true) != len(pred) or kinds[0] != kinds[1]:
        _refuse_mismatch(true, pred, kinds)
    if kinds[0] == TEXTS:
        return true, pred, TEXTS
    rows = [read_row(row, f"row {i} of y_true") for i, row in enumerate(true)]
    guesses = [read_row(row, f"row {i} of y_pred") for i, row in enumerate(pred)]
    sorts = {find_sort(rows, "y_true"), find_sort(guesses, "y_pred")} - {None}
    if len(sorts) > 1:
        raise ValueError(
            "y_true and y_pred must hold labels of one type, got str in one and "
            "numbers in the other; convert both to str or both to int."
        )
    return rows, guesses, LABELS


def _members(y: Any, name: str) -> list[Any]:
    """List what `y` holds for each sequence."""
    if isinstance(y, str) or not hasattr(y, "__len__") or not hasattr(y, "__iter__"):
        raise TypeError(
            f"{name} must be a list or array with a text, or an array of labels, for "
            f"each sequence, got {type(y).__name__}."
        )
    if len(getattr(y, "columns", ())) == 1:  # a frame, whose members are its columns
        y = y[y.columns[0]]
    members = list(y)
    if not members:
        raise ValueError(f"{name} holds no sequences; give at least one.")
    return members


def _kind(members: list[Any], name: str) -> str:
    """Say whether the members are texts, and refuse some that are and some not."""
    texts = [isinstance(member, str) for member in members]
    if any(texts) and not all(texts):
        text, other = texts.index(True), texts.index(False)
        raise ValueError(
            f"{name} must hold texts only or rows of labels only, got a text at row "
            f"{text} and {type(members[other]).__name__} at row {other}; an empty text "
            "is ''."
        )
    return TEXTS if texts[0] else LABELS


def _refuse_mismatch(true: list[Any], pred: list[Any], kinds: tuple[str, str]) -> None:
    """Raise for rows that cannot be compared one by one."""
    if kinds == (LABELS, TEXTS):
        n_texts = {_n_texts(row) for row in true}
        if len(true) == 1 and n_texts == {len(pred)}:
            raise ValueError(
                "y_true must hold one text for each sequence, got one list of "
                f"{len(pred)} texts: the references are transposed, as sacrebleu takes "
                "them; pass y_true[0]."
            )
        if len(true) == len(pred) and 0 not in n_texts:
            raise ValueError(
                "y_true must hold one text for each sequence, got a list of texts; "
                "pass [row[0] for row in y_true]."
            )
    if len(true) != len(pred):
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"[{len(true)}, {len(pred)}]; y_true and y_pred need one row per sequence."
        )
    raise ValueError(
        f"y_true holds {kinds[0]}, y_pred {kinds[1]}; pass texts in both, or rows of "
        "labels in both."
    )


def _n_texts(row: Any) -> int:
    """Count the texts of a list, if it holds nothing else."""
    members = list(row) if isinstance(row, (list, tuple)) else []
    return len(members) if all(isinstance(text, str) for text in members) else 0
