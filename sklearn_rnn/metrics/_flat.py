"""Scores of single steps, all sequences joined."""

__all__ = ["flat_accuracy_score", "flat_f1_score"]

from typing import Any

from sklearn.metrics import accuracy_score, f1_score

from sklearn_rnn.metrics._rows import join, step_weights


def flat_accuracy_score(
    y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None
) -> float:
    r"""Share of time steps with the right label, all sequences joined.

    Long sequences count for more than short ones. Where one label is frequent,
    such as ``"O"`` in a text with few names, guessing it everywhere scores high
    already: `flat_f1_score` and `span_f1_score` then say more.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The right labels: a list or object array with, for each sequence, an
        array of one label per time step.
    y_pred : array-like of shape (n_samples,)
        The predicted labels, as many in each row as ``y_true`` has.
    normalize : bool, default=True
        False returns the number, or the total weight, of right steps instead.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence, for each of its steps. None weighs all alike.

    Returns
    -------
    score : float
        Between 0 and 1 if ``normalize``; 1 is best.

    Raises
    ------
    ValueError
        If rows differ in number or length, or labels mix types.
    TypeError
        If rows are no collections of labels.

    See Also
    --------
    flat_f1_score : Lets rare labels count as much as frequent ones.
    span_f1_score : Compares whole spans.

    Notes
    -----
    With the weight :math:`w_i` of sequence :math:`i` and its length :math:`T_i`

    .. math::

        \frac{\sum_i w_i \sum_{t=1}^{T_i} [\hat y_{it} = y_{it}]}
        {\sum_i w_i T_i}

    Examples
    --------
    >>> from sklearn_rnn.metrics import flat_accuracy_score
    >>> y_true = [["DET", "NOUN", "VERB"], ["NOUN"]]
    >>> y_pred = [["DET", "NOUN", "NOUN"], ["NOUN"]]
    >>> flat_accuracy_score(y_true, y_pred)
    0.75
    """
    true, pred, lengths = join(y_true, y_pred)
    weights = step_weights(sample_weight, lengths)
    score = accuracy_score(true, pred, normalize=normalize, sample_weight=weights)
    return float(score)


def flat_f1_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "macro",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    r"""F1 score of the labels of time steps, all sequences joined.

    scikit-learn's `f1_score` on the joined steps. The average is over labels,
    each counting the same: with the label of every step known and predicted,
    ``"micro"`` is the accuracy once more, and ``"weighted"`` follows the most
    frequent label as the accuracy does, while ``"macro"`` tells whether rare
    labels are found.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The right labels: a list or object array with, for each sequence, an
        array of one label per time step.
    y_pred : array-like of shape (n_samples,)
        The predicted labels, as many in each row as ``y_true`` has.
    labels : array-like of shape (n_labels,), default=None
        The labels to average over, and their order if ``average=None``; leave
        one out, such as ``"O"``, to have it not counted as a hit. None takes all
        that occur, sorted.
    pos_label : int, float, bool or str, default=1
        The label scored by ``average="binary"``; without effect otherwise.
    average : {"macro", "micro", "weighted", "binary"} or None, default="macro"
        Mean over labels: all alike, over all steps, or by the number of true
        steps. ``"binary"`` scores ``pos_label`` alone, None each label.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence, for each of its steps. None weighs all alike.
    zero_division : {"warn", 0.0, 1.0, np.nan}, default="warn"
        The score of a label neither true nor predicted at any step; "warn" is 0
        with a warning.

    Returns
    -------
    score : float, or float ndarray of shape (n_labels,) if ``average=None``
        Between 0 and 1; 1 is best.

    Raises
    ------
    ValueError
        If rows differ in number or length, or labels mix types.
    TypeError
        If rows are no collections of labels.

    See Also
    --------
    flat_accuracy_score : The share of right steps.
    span_f1_score : Compares whole spans.

    Notes
    -----
    For label :math:`k`, with the number (or weight) of steps where it is true
    and predicted :math:`h_k`, predicted :math:`p_k` and true :math:`n_k`

    .. math::

        F_k = \frac{2 h_k}{p_k + n_k}

    Examples
    --------
    >>> from sklearn_rnn.metrics import flat_f1_score
    >>> y_true = [["O", "O", "NAME"], ["O", "NAME", "O"]]
    >>> y_pred = [["O", "O", "NAME"], ["O", "O", "O"]]
    >>> flat_f1_score(y_true, y_pred, average=None)  # NAME, O
    array([0.66666667, 0.88888889])
    >>> round(flat_f1_score(y_true, y_pred), 3)
    0.778
    """
    true, pred, lengths = join(y_true, y_pred)
    return f1_score(
        true,
        pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        sample_weight=step_weights(sample_weight, lengths),
        zero_division=zero_division,
    )
