"""Scores of translated sentences, as sacrebleu computes them."""

__all__ = ["bleu_score", "chrf_score"]

from typing import Any

from sklearn_rnn.metrics._pairs import TEXTS, read_pairs


def bleu_score(
    y_true: Any, y_pred: Any, *, tokenize: str = "13a", lowercase: bool = False
) -> float:
    r"""Share of runs of one to four words that are also in the reference.

    The figure of machine translation, of all sentences together. It lets words stand
    elsewhere; `error_rate` does not. Needs sacrebleu: ``pip install sacrebleu``.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        One reference, a text, for each sentence.
    y_pred : array-like of shape (n_samples,)
        The predicted texts.
    tokenize : str, default="13a"
        sacrebleu's way to find words: "13a" is that of the published figures for
        European languages, "zh" reads Chinese and "char" single characters.
    lowercase : bool, default=False
        Take capital and small letters for the same.

    Returns
    -------
    score : float
        Between 0 and 100; 100 is best.

    Raises
    ------
    ImportError
        If sacrebleu is not installed.
    ValueError
        If ``y_true`` and ``y_pred`` do not match, or hold labels instead of texts.

    See Also
    --------
    chrf_score : Runs of characters, for languages with long words.
    error_rate : Counts edits.

    Notes
    -----
    With the share :math:`p_n` of the predicted runs of :math:`n` words that are in
    their reference, and all words that are predicted, :math:`c`, and true, :math:`r`,
    [1]_

    .. math::

        100 \, \min(1, e^{1 - r / c}) \, \sqrt[4]{p_1 p_2 p_3 p_4}

    References
    ----------
    .. [1] K. Papineni, S. Roukos, T. Ward and W.-J. Zhu. "BLEU: a Method for Automatic
       Evaluation of Machine Translation." ACL 2002.
    .. [2] M. Post. "A Call for Clarity in Reporting BLEU Scores." WMT 2018.
    """
    true, pred = _read_texts(y_true, y_pred, "bleu_score")
    options = {"tokenize": tokenize, "lowercase": lowercase}
    return float(_sacrebleu().corpus_bleu(pred, [true], **options).score)


def chrf_score(y_true: Any, y_pred: Any, *, word_order: int = 0) -> float:
    r"""F-score of runs of one to six characters, of all sentences together.

    It agrees with people better than `bleu_score` where words have many forms. Needs
    sacrebleu: ``pip install sacrebleu``.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        One reference, a text, for each sentence.
    y_pred : array-like of shape (n_samples,)
        The predicted texts.
    word_order : int, default=0
        Count runs of up to so many words as well; 2 is known as chrF++.

    Returns
    -------
    score : float
        Between 0 and 100; 100 is best.

    Raises
    ------
    ImportError
        If sacrebleu is not installed.
    ValueError
        If ``y_true`` and ``y_pred`` do not match, or hold labels instead of texts.

    See Also
    --------
    bleu_score : Runs of words.

    Notes
    -----
    With the mean :math:`P` over lengths of the share of predicted runs that are in the
    reference, and the mean :math:`R` of the share of its runs that are predicted, [1]_

    .. math::

        100 \, \frac{(1 + \beta^2) P R}{\beta^2 P + R}, \qquad \beta = 2

    References
    ----------
    .. [1] M. Popović. "chrF: Character n-gram F-score for Automatic MT Evaluation."
       WMT 2015.
    """
    true, pred = _read_texts(y_true, y_pred, "chrf_score")
    return float(_sacrebleu().corpus_chrf(pred, [true], word_order=word_order).score)


def _read_texts(y_true: Any, y_pred: Any, name: str) -> tuple[list[str], list[str]]:
    true, pred, kind = read_pairs(y_true, y_pred)
    if kind != TEXTS:
        raise ValueError(
            f"{name} compares texts, got {kind}; join them, such as [' '.join(row) for "
            "row in y_true], or take error_rate."
        )
    return true, pred


def _sacrebleu() -> Any:
    try:
        import sacrebleu
    except ImportError as error:
        raise ImportError(
            "BLEU and chrF need sacrebleu, which is not installed; run pip install "
            "sacrebleu, or install this package with its extra [translation]."
        ) from error
    return sacrebleu
