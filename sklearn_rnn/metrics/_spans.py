"""Scores of labelled spans: from BIO or BIOES labels to spans, and their F1.

One rule makes the spans of every scheme and mode. A label *continues* the one
before if that is B or I, this is I or E, and both name the same type. Each run
of labels that continue one another, O aside, is a span; "strict" keeps those
runs that begin and end as the scheme says.
"""

__all__ = ["span_f1_score", "span_precision_recall_fscore", "spans"]

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import UndefinedMetricWarning

from sklearn_rnn._compat import Interval, StrOptions, validate_params
from sklearn_rnn._messages import name_some, warn
from sklearn_rnn.metrics._rows import Labels, join, read_row, step_weights

PREFIXES = {"bio": "BI", "bioes": "BIES"}
"""The prefixes in the strict mode of a tag scheme, beside the plain O."""

ENDS = {"bio": ("BB", "BI"), "bioes": ("BE", "SS")}
"""First and last prefix of the runs that the strict mode of a tag scheme keeps."""

CONSTRAINTS: dict[str, list[Any]] = {
    "scheme": [StrOptions(set(PREFIXES))],
    "mode": [StrOptions({"default", "strict"})],
}
SCORE_CONSTRAINTS = {
    **CONSTRAINTS,
    "average": [StrOptions({"micro", "macro", "weighted"}), None],
    "zero_division": [StrOptions({"warn"}), Interval(Real, 0, 1, closed="both")],
}


class Spans(NamedTuple):
    """Spans of joined sequences, in the order of their first steps.

    Attributes
    ----------
    types : object ndarray of str, shape (n_spans,)
    starts, stops : int64 ndarray of shape (n_spans,)
        First step, and the step after the last.
    """

    types: Labels
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


class Counts(NamedTuple):
    """Spans of each type, counted or, with weights, added up.

    Attributes
    ----------
    types : list of str
        Sorted.
    hits, predicted, true : ndarray of shape (n_types,)
    """

    types: list[str]
    hits: NDArray[Any]
    predicted: NDArray[Any]
    true: NDArray[Any]


@validate_params(CONSTRAINTS, prefer_skip_nested_validation=True)
def spans(
    labels: Any, scheme: str = "bio", mode: str = "default"
) -> list[tuple[str, int, int]]:
    """Read the spans that the labels of one sequence stand for.

    Parameters
    ----------
    labels : array-like of str, shape (n_timesteps,)
        ``"O"`` outside of spans; otherwise a prefix and, after a hyphen, the
        type: ``"B-PER"`` for the first step of a span, ``"I-PER"`` for the others
        and, in BIOES, ``"E-PER"`` for the last and ``"S-PER"`` for a span of one
        step. Without a type (``"B"``) the type is ``"_"``.
    scheme : {"bio", "bioes"}, default="bio"
        The tag scheme of ``mode="strict"``: with ``"bio"`` a span begins with B (also
        called IOB2), with ``"bioes"`` it is B to E, or one S. The default mode
        reads both and ignores this.
    mode : {"default", "strict"}, default="default"
        ``"strict"`` keeps the spans that follow the tag scheme and drops
        the others; ``"default"`` keeps all, so that ``"I-PER"`` after ``"O"``
        begins a span too.

    Returns
    -------
    spans : list of (str, int, int)
        Type, first step and the step after the last, in order.

    Raises
    ------
    ValueError
        If a label is not one of those above, or has in strict mode a prefix that
        the scheme does not have.
    TypeError
        If the labels are no collection.

    See Also
    --------
    span_f1_score : Compares the spans of many sequences.

    Notes
    -----
    A label continues the one before if that is B or I, this is I or E, and both
    have the same type. The default mode takes each run of labels that continue
    one another as a span, which is the rule of the program ``conlleval`` [1]_.
    Strict BIO keeps the runs that begin with B, strict BIOES those from B to E
    and the single S.

    References
    ----------
    .. [1] E. F. Tjong Kim Sang and S. Buchholz. "Introduction to the CoNLL-2000
       Shared Task: Chunking." CoNLL 2000.
    .. [2] L. A. Ramshaw and M. P. Marcus. "Text Chunking using
       Transformation-Based Learning." Third Workshop on Very Large Corpora, 1995.

    Examples
    --------
    >>> from sklearn_rnn.metrics import spans
    >>> labels = ["B-PER", "I-PER", "O", "I-LOC"]
    >>> spans(labels)
    [('PER', 0, 2), ('LOC', 3, 4)]
    >>> spans(labels, mode="strict")
    [('PER', 0, 2)]
    """
    row = read_row(labels, "labels")
    found = _find(row, np.array([len(row)]), scheme, mode, "labels")
    return list(
        zip(found.types, found.starts.tolist(), found.stops.tolist(), strict=True)
    )


@validate_params(SCORE_CONSTRAINTS, prefer_skip_nested_validation=True)
def span_f1_score(
    y_true: Any,
    y_pred: Any,
    *,
    scheme: str = "bio",
    mode: str = "default",
    average: str | None = "micro",
    sample_weight: Any = None,
    zero_division: str | float = "warn",
) -> Any:
    r"""F1 score of labelled spans, such as the names in texts.

    A predicted span is a hit if type, first and last step are those of a true
    one; a span half right counts as one missed and one wrong. The score does
    not reward the many steps outside of spans, as `flat_accuracy_score` does.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The right labels: a list or object array with, for each sequence, an
        array of one BIO or BIOES label per time step; see `spans`.
    y_pred : array-like of shape (n_samples,)
        The predicted labels, as many in each row as ``y_true`` has.
    scheme : {"bio", "bioes"}, default="bio"
        The tag scheme of ``mode="strict"``; the default mode reads both schemes and
        ignores this.
    mode : {"default", "strict"}, default="default"
        ``"default"`` reads invalid sequences of labels as ``conlleval`` does, the rule
        of most published figures; ``"strict"`` drops spans that do not follow the tag
        scheme, and refuses labels that it does not have.
    average : {"micro", "macro", "weighted"} or None, default="micro"
        ``"micro"`` counts the spans of all types together; ``"macro"`` is the mean
        over types, ``"weighted"`` by their number of true spans; None returns each.
        Types are those that occur in ``y_true`` or ``y_pred``.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence, for each of its spans. None weighs all alike.
    zero_division : "warn" or float between 0 and 1, default="warn"
        The score where there is no span, neither true nor predicted; "warn" is 0
        with a warning.

    Returns
    -------
    score : float, or float64 ndarray of shape (n_types,) if ``average=None``
        Between 0 and 1; 1 is best. Types in sorted order.

    Raises
    ------
    ValueError
        If rows differ in number or length, or a label is not of the scheme.
    TypeError
        If rows are no collections of labels.

    Warns
    -----
    UndefinedMetricWarning
        If there is no span at all and ``zero_division="warn"``.

    See Also
    --------
    span_precision_recall_fscore : Precision, recall and support too.
    spans : The spans of one sequence.
    flat_f1_score : Compares step by step.

    Notes
    -----
    With the number of hits :math:`h`, of predicted spans :math:`p` and of true
    spans :math:`n`

    .. math::

        F = \frac{2 h}{p + n}

    The default mode gives the figures of ``conlleval`` [1]_ and of the package
    ``seqeval``, strict mode those of ``seqeval`` with ``mode="strict"`` and its
    schemes IOB2 and IOBES. Labels that ``seqeval`` warns of as no label of a span
    are refused here.

    References
    ----------
    .. [1] E. F. Tjong Kim Sang and S. Buchholz. "Introduction to the CoNLL-2000
       Shared Task: Chunking." CoNLL 2000.
    .. [2] L. A. Ramshaw and M. P. Marcus. "Text Chunking using
       Transformation-Based Learning." Third Workshop on Very Large Corpora, 1995.

    Examples
    --------
    >>> from sklearn_rnn.metrics import span_f1_score
    >>> y_true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O", "B-PER"], ["O", "B-PER"]]
    >>> round(span_f1_score(y_true, y_pred), 3)  # 2 hits, 3 predicted, 3 true
    0.667
    >>> span_f1_score(y_true, y_pred, average=None)  # LOC, PER
    array([0. , 0.8])
    """
    counts = _count(y_true, y_pred, scheme, mode, sample_weight)
    counts = _pool(counts, average)
    if zero_division == "warn":
        _warn_undefined("F-score", "true or predicted", counts.predicted + counts.true)
    return _average(_scores(counts, zero_division), counts, average)[2]


@validate_params(SCORE_CONSTRAINTS, prefer_skip_nested_validation=True)
def span_precision_recall_fscore(
    y_true: Any,
    y_pred: Any,
    *,
    scheme: str = "bio",
    mode: str = "default",
    average: str | None = None,
    sample_weight: Any = None,
    zero_division: str | float = "warn",
) -> tuple[Any, Any, Any, Any]:
    r"""Precision, recall, F1 score and number of labelled spans.

    `span_f1_score` gives the third alone.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The right labels: a list or object array with, for each sequence, an
        array of one BIO or BIOES label per time step; see `spans`.
    y_pred : array-like of shape (n_samples,)
        The predicted labels, as many in each row as ``y_true`` has.
    scheme : {"bio", "bioes"}, default="bio"
        The tag scheme of ``mode="strict"``; the default mode reads both schemes and
        ignores this.
    mode : {"default", "strict"}, default="default"
        ``"default"`` reads invalid sequences of labels as ``conlleval`` does, the rule
        of most published figures; ``"strict"`` drops spans that do not follow the tag
        scheme, and refuses labels that it does not have.
    average : {"micro", "macro", "weighted"} or None, default=None
        ``"micro"`` counts the spans of all types together; ``"macro"`` is the mean
        over types, ``"weighted"`` by their number of true spans; None returns each.
        Types are those that occur in ``y_true`` or ``y_pred``.
    sample_weight : array-like of shape (n_samples,), default=None
        One weight per sequence, for each of its spans. None weighs all alike.
    zero_division : "warn" or float between 0 and 1, default="warn"
        The precision where nothing is predicted, the recall where nothing is true,
        and the F1 score where neither is; "warn" is 0 with a warning.

    Returns
    -------
    precision : float, or float64 ndarray of shape (n_types,) if ``average=None``
        Share of the predicted spans that are true. Types in sorted order.
    recall : float, or float64 ndarray of shape (n_types,) if ``average=None``
        Share of the true spans that are predicted.
    fscore : float, or float64 ndarray of shape (n_types,) if ``average=None``
        Their harmonic mean.
    support : int or float, or ndarray of shape (n_types,) if ``average=None``
        The number of true spans, or their weight.

    Raises
    ------
    ValueError
        If rows differ in number or length, or a label is not of the scheme.
    TypeError
        If rows are no collections of labels.

    Warns
    -----
    UndefinedMetricWarning
        If a precision or recall is undefined for lack of spans and
        ``zero_division="warn"``.

    See Also
    --------
    span_f1_score : The F1 score alone, and the references.
    spans : The spans of one sequence.

    Notes
    -----
    With the number of hits :math:`h`, of predicted spans :math:`p` and of true
    spans :math:`n`

    .. math::

        P = \frac{h}{p}, \quad R = \frac{h}{n}, \quad F = \frac{2 h}{p + n}

    Without a true span ``"weighted"`` has no weights, and without any span
    ``"macro"`` has no types; both then are ``"micro"``.

    Examples
    --------
    >>> from sklearn_rnn.metrics import span_precision_recall_fscore
    >>> y_true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O", "O"], ["B-PER", "B-PER"]]
    >>> precision, recall, fscore, support = span_precision_recall_fscore(
    ...     y_true, y_pred, zero_division=0
    ... )
    >>> precision, recall, support  # LOC, PER
    (array([0.        , 0.66666667]), array([0., 1.]), array([1, 2]))
    >>> span_precision_recall_fscore(y_true, y_pred, average="macro", zero_division=0)
    (0.333..., 0.5, 0.4, 3)
    """
    counts = _count(y_true, y_pred, scheme, mode, sample_weight)
    counts = _pool(counts, average)
    if zero_division == "warn":
        _warn_undefined("precision", "predicted", counts.predicted, counts.types)
        _warn_undefined("recall", "true", counts.true, counts.types)
    support = counts.true if average is None else counts.true.sum().item()
    scores = _average(_scores(counts, zero_division), counts, average)
    return *scores, support


def _find(
    labels: Labels, lengths: NDArray[np.int64], scheme: str, mode: str, name: str
) -> Spans:
    """Find the spans of joined sequences; none reaches over the end of one."""
    accepted = PREFIXES[scheme] if mode == "strict" else "BIES"
    prefixes, types = _split_all(labels, accepted, name)
    inside = prefixes != "O"
    continues = _continues(prefixes, types, lengths)
    starts = np.flatnonzero(inside & ~continues[:-1])
    lasts = np.flatnonzero(inside & ~continues[1:])
    if mode == "strict":
        ends = np.char.add(prefixes[starts], prefixes[lasts])
        whole = np.isin(ends, ENDS[scheme])
        starts, lasts = starts[whole], lasts[whole]
    return Spans(types[starts], starts, lasts + 1)


def _continues(
    prefixes: Labels, types: Labels, lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell of each label, and of the end of all, if it continues the one before."""
    continues = np.zeros(len(prefixes) + 1, dtype=bool)
    continues[1:-1] = (
        np.isin(prefixes[:-1], ["B", "I"])
        & np.isin(prefixes[1:], ["I", "E"])
        & (types[:-1] == types[1:])
    )
    continues[np.cumsum(lengths)] = False
    return continues


def _split_all(labels: Labels, accepted: str, name: str) -> tuple[Labels, Labels]:
    """Split labels into their prefixes and types, each distinct label once."""
    known: dict[Any, int] = {}
    codes = [known.setdefault(label, len(known)) for label in labels.tolist()]
    parts = [_split(label, accepted, name) for label in known]
    prefixes = np.array([prefix for prefix, _ in parts], dtype="U1")
    types = np.array([type_ for _, type_ in parts], dtype=object)
    return prefixes[codes], types[codes]


def _split(label: Any, accepted: str, name: str) -> tuple[str, str]:
    """Split a label into its prefix and its type."""
    if isinstance(label, str):
        if label == "O":
            return "O", ""
        prefix, _, type_ = label.partition("-")
        if len(prefix) == 1 and prefix in accepted:
            return prefix, type_ or "_"
    prefixes = ", ".join(f"{prefix}-" for prefix in accepted)
    raise ValueError(
        f"The labels in {name} must be 'O', or begin with one of {prefixes} and name a "
        f"type, got {label!r}; write such labels so (O where there is no span, E and S "
        "with scheme='bioes'), or score them step by step with flat_f1_score."
    )


def _count(
    y_true: Any, y_pred: Any, scheme: str, mode: str, sample_weight: Any
) -> Counts:
    """Count true spans, predicted spans and hits, for each type that occurs."""
    labels_true, labels_pred, lengths = join(y_true, y_pred)
    weights = step_weights(sample_weight, lengths)
    true = _find(labels_true, lengths, scheme, mode, "y_true")
    pred = _find(labels_pred, lengths, scheme, mode, "y_pred")
    types = sorted({*true.types, *pred.types})
    hits = _select(true, _hits(true, pred))
    return Counts(
        types, *(_add_up(some, types, weights) for some in (hits, pred, true))
    )


def _hits(true: Spans, pred: Spans) -> NDArray[np.int64]:
    """Give the places, among the true spans, of those that are predicted."""
    # Spans of one labelling do not overlap: their starts are distinct.
    _, i, j = np.intersect1d(
        true.starts, pred.starts, assume_unique=True, return_indices=True
    )
    return i[(true.stops[i] == pred.stops[j]) & (true.types[i] == pred.types[j])]


def _select(some: Spans, places: NDArray[np.int64]) -> Spans:
    return Spans(some.types[places], some.starts[places], some.stops[places])


def _add_up(
    some: Spans, types: list[str], weights: NDArray[np.float64] | None
) -> NDArray[Any]:
    """Count the spans of each type, or add their weights."""
    code_of = {type_: code for code, type_ in enumerate(types)}
    codes = np.array([code_of[type_] for type_ in some.types], dtype=np.int64)
    chosen = None if weights is None else weights[some.starts]
    return np.bincount(codes, weights=chosen, minlength=len(types))


def _pool(counts: Counts, average: str | None) -> Counts:
    """Add up all types where the average asks for it or there are no types."""
    nothing = {"macro": not counts.types, "weighted": not counts.true.any()}
    if average == "micro" or nothing.get(str(average), False):
        hits, predicted, true = (column.sum(keepdims=True) for column in counts[1:])
        return Counts(["all types"], hits, predicted, true)
    return counts


def _scores(counts: Counts, zero_division: str | float) -> list[NDArray[np.float64]]:
    """Compute precision, recall and F1 score."""
    _, hits, predicted, true = counts
    undefined = 0.0 if zero_division == "warn" else float(zero_division)
    return [
        _divide(hits, predicted, undefined),
        _divide(hits, true, undefined),
        _divide(2 * hits, predicted + true, undefined),
    ]


def _divide(
    numerator: NDArray[Any], denominator: NDArray[Any], undefined: float
) -> NDArray[np.float64]:
    """Divide where the denominator is not 0."""
    result = np.full(len(numerator), undefined)
    return np.divide(numerator, denominator, out=result, where=denominator != 0)


def _average(
    scores: list[NDArray[np.float64]], counts: Counts, average: str | None
) -> list[Any]:
    """Take the mean over types, unless each is wanted."""
    if average is None:
        return list(scores)
    by_support = average == "weighted" and counts.true.any()
    weights = counts.true if by_support else None
    return [float(np.average(score, weights=weights)) for score in scores]


def _warn_undefined(
    score: str, which: str, denominator: NDArray[Any], types: list[str] | None = None
) -> None:
    """Warn of scores that are undefined for lack of spans."""
    empty = np.flatnonzero(denominator == 0)
    if len(empty):
        where = (
            "" if types is None else f" of {name_some([types[i] for i in empty], str)}"
        )
        warn(
            f"There is no {which} span{where}: the {score} is undefined and set to 0. "
            "Choose another value, or 0 without this warning, with zero_division.",
            UndefinedMetricWarning,
        )
