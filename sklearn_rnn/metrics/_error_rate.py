"""Scores of predictions of any length: texts, or rows of labels."""

__all__ = ["error_rate", "exact_match_score"]

from typing import Any

import numpy as np

from sklearn_rnn._compat import StrOptions, check_sample_weight, validate_params
from sklearn_rnn.metrics._edits import count_edits, divide_edits
from sklearn_rnn.metrics._pairs import LABELS, read_pairs


@validate_params(
    {
        "y_true": "no_validation",
        "y_pred": "no_validation",
        "unit": [StrOptions({"word", "char"}), None],
        "sample_weight": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def error_rate(
    y_true: Any, y_pred: Any, *, unit: str | None = None, sample_weight: Any = None
) -> float:
    r"""Edits that the predictions need, divided by the true labels.

    Predictions may be of another length than what is right. This is the word error
    rate of speech recognition, the character error rate of handwriting, the phone error
    rate of pronunciation. 0 is best; predictions that are too long give more than 1.

    The edits of all sequences are added, and then divided by all labels: a mean of the
    rates of single sequences would let an error in a short one count for more.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        What is right: texts, or for each sequence a list or array of labels. Some may
        be empty: each label predicted there is an error.
    y_pred : array-like of shape (n_samples,)
        The predictions, each of any length. They come second: the rate counts the
        labels of ``y_true``.
    unit : {"word", "char"}, default=None
        What is counted in texts: words, as white space separates them, or characters,
        white space included. None counts the characters of texts, and the labels of
        rows of labels.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence, for its edits and its labels. None weighs all alike.

    Returns
    -------
    rate : float
        At least 0. If all true sequences are empty, 0 where nothing is predicted and
        infinite otherwise.

    Raises
    ------
    ValueError
        If ``y_true`` and ``y_pred`` do not match, in number or kind, or labels mix
        types.
    TypeError
        If a row is neither a text nor a collection of labels.

    Warns
    -----
    UndefinedMetricWarning
        If there are edits but no true labels.

    See Also
    --------
    exact_match_score : Share of sequences without any error.
    bleu_score : Compares sentences that may be said in more than one way.

    Notes
    -----
    With the weight :math:`w_i` of sequence :math:`i`, its number of labels :math:`n_i`
    and the edit distance :math:`d` [1]_, the smallest number of labels to insert, to
    leave out and to replace,

    .. math::

        \frac{\sum_i w_i \, d(y_i, \hat y_i)}{\sum_i w_i n_i}

    References
    ----------
    .. [1] V. I. Levenshtein. "Binary Codes Capable of Correcting Deletions, Insertions,
       and Reversals." Soviet Physics Doklady 10, 1966.

    Examples
    --------
    >>> from sklearn_rnn.metrics import error_rate
    >>> y_true = ["the cat sat", "on"]
    >>> y_pred = ["the cat sat down", "at"]
    >>> error_rate(y_true, y_pred, unit="word")  # 1 word more, 1 other, of 4
    0.5
    >>> error_rate([["K", "AE", "T"], ["S"]], [["K", "AE"], ["S"]])
    0.25
    """
    true, pred, kind = read_pairs(y_true, y_pred)
    if unit is not None and kind == LABELS:
        raise ValueError(
            f"unit={unit!r} is for texts, but y_true and y_pred hold {LABELS}; leave "
            "it out to count labels."
        )
    if unit == "word":
        true, pred = ([text.split() for text in texts] for texts in (true, pred))
    n_labels = np.array([len(row) for row in true])
    weight = check_sample_weight(sample_weight, n_labels, dtype=np.float64)
    return divide_edits(count_edits(true, pred), n_labels, weight)


def exact_match_score(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    r"""Share of sequences that are predicted without any error.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        What is right: texts, or for each sequence a list or array of labels.
    y_pred : array-like of shape (n_samples,)
        The predictions, each of any length.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence. None weighs all alike.

    Returns
    -------
    score : float
        Between 0 and 1; 1 is best.

    Raises
    ------
    ValueError, TypeError
        As in `error_rate`.

    See Also
    --------
    error_rate : Tells a near miss from a far one.

    Notes
    -----
    :math:`\sum_i w_i [\hat y_i = y_i] / \sum_i w_i`, with the weight :math:`w_i` of
    sequence :math:`i`. One minus it is the sentence error rate of speech recognition,
    and for words as sequences of phones the word error rate.

    Examples
    --------
    >>> from sklearn_rnn.metrics import exact_match_score
    >>> exact_match_score(["the cat", "sat"], ["the cat", "sits"])
    0.5
    """
    true, pred, _ = read_pairs(y_true, y_pred)
    right = [list(row) == list(guess) for row, guess in zip(true, pred, strict=True)]
    weight = check_sample_weight(sample_weight, np.empty(len(right)), dtype=np.float64)
    return float(np.average(right, weights=weight))
