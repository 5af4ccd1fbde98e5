"""Do long sequences fare worse than short ones?  Scores by length."""

import warnings
from collections.abc import Iterator
from inspect import ismethod
from numbers import Integral, Real

import numpy as np
from scipy.stats import binomtest
from sklearn.base import BaseEstimator, is_regressor
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import accuracy_score, check_scoring, r2_score
from sklearn.utils import check_consistent_length, check_random_state, check_scalar
from sklearn.utils.multiclass import type_of_target

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn._messages import warn
from sklearn_rnn.estimators import RNNStepRegressor
from sklearn_rnn.estimators._stepwise import StepwiseRNN
from sklearn_rnn.inspection._axes import COLORS, axes_or_new
from sklearn_rnn.inspection._rows import read_rows

N_RESAMPLES = 200
ANSWERS = ("predict", "predict_proba", "predict_log_proba", "decision_function")


class LengthScoreDisplay:
    """The score of short, middling and long sequences.

    Made by `from_estimator` or `from_predictions`, which draw it too. The rows are
    sorted by their lengths into bins of about equal numbers; rows of one length stay
    together.

    Parameters
    ----------
    scores : ndarray of shape (n_bins,)
        The score of each bin; NaN where its rows cannot be scored.
    intervals : ndarray of shape (n_bins, 2)
        Lower and upper end of the interval of each score; NaN where there is none.
    shortest, longest : int ndarray of shape (n_bins,)
        The lengths of the shortest and the longest row of each bin.
    n_rows : int ndarray of shape (n_bins,)
        Number of rows of each bin.
    overall : float
        The score of all rows.
    confidence_level : float, default=0.9
        Of the intervals.
    score_name : str, default="score"
        Name of the score.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    errorbar_ : matplotlib ErrorbarContainer
        The scores with their intervals.
    overall_line_ : matplotlib Line2D
        The score of all rows.

    Notes
    -----
    The interval of an accuracy over rows is Wilson's for a share [1]_. Every other
    score is computed again on 200 samples of the bin's rows, drawn with replacement;
    the interval holds the middle of them [2]_. Samples that cannot be scored, as those
    that lack a class, are left out; where fewer than a tenth can, there is no
    interval. Where all rows of a bin are alike, as when each is right, such a sample
    shows nothing of how the score might vary, and the interval has no width. Both are
    about the rows: trained again, a network scores differently once more.

    References
    ----------
    .. [1] E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
       Inference", Journal of the American Statistical Association 22, 1927.
    .. [2] B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman and
       Hall, 1993.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn.inspection import LengthScoreDisplay
    >>> y_true, y_pred = [0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 0, 1]
    >>> display = LengthScoreDisplay.from_predictions(
    ...     y_true, y_pred, lengths=[3, 4, 4, 9, 12, 30], n_bins=2
    ... )
    >>> display.scores, display.n_rows
    (array([1.        , 0.33333333]), array([3, 3]))
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        *,
        scores,
        intervals,
        shortest,
        longest,
        n_rows,
        overall,
        confidence_level=0.9,
        score_name="score",
    ):
        self.scores = scores
        self.intervals = intervals
        self.shortest = shortest
        self.longest = longest
        self.n_rows = n_rows
        self.overall = overall
        self.confidence_level = confidence_level
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        scoring=None,
        n_bins=5,
        confidence_level=0.9,
        random_state=0,
        score_name=None,
        ax=None,
    ):
        """Predict once for all rows, score by length and draw it.

        Parameters
        ----------
        estimator : fitted RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor \
                or Pipeline
            Of a pipeline the steps before the last one transform X; lengths are those
            of the sequences that the network reads.
        X, y : like those of its ``score``
        scoring : str or callable, default=None
            A scorer, by name or as `make_scorer` makes it. It is called with row
            numbers in the place of X and a stand-in that knows the answers of the
            estimator for them. None takes the accuracy, or R² of a regressor.
        n_bins, confidence_level, random_state, score_name, ax
            As for `from_predictions`.

        Returns
        -------
        display : LengthScoreDisplay

        Raises
        ------
        TypeError
            If the estimator is none of this package.
        ValueError
            If a parameter cannot be used, or the rows cannot be scored all together.

        Warns
        -----
        UndefinedMetricWarning
            If a bin cannot be scored, as for want of a class; it names the lengths.
        """
        if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
            raise TypeError(
                f"scoring must be the name of one scorer, a scorer or None, got "
                f"{scoring!r}; draw one display for each score."
            )
        X = list(X) if isinstance(X, Iterator) else X  # read here and by each answer
        rnn, sequences, *_ = read_rows(estimator, X)
        lengths = sequences.lengths
        check_consistent_length(lengths, y)
        if scoring is None:
            has_numbers = is_regressor(rnn) or isinstance(rnn, RNNStepRegressor)
            scoring = "r2" if has_numbers else "accuracy"
        if scoring in ("accuracy", "r2"):
            metric = {"accuracy": accuracy_score, "r2": r2_score}[scoring]
            score, title = _score_of(y, estimator.predict(X), metric)
        else:
            scorer = check_scoring(estimator, scoring)
            known = _Answered(estimator, X)
            title = scoring if isinstance(scoring, str) else "score"

            def score(rows):
                return scorer(known, rows, safe_indexing(y, rows))

            if isinstance(rnn, StepwiseRNN):
                _check_stepwise(score, lengths, scoring)
        display = _make_display(
            cls,
            score,
            lengths,
            n_bins,
            confidence_level,
            random_state,
            title if score_name is None else score_name,
        )
        return display.plot(ax)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_pred,
        lengths,
        *,
        metric=None,
        n_bins=5,
        confidence_level=0.9,
        random_state=0,
        score_name=None,
        ax=None,
    ):
        """Score predictions by the lengths of their rows and draw it.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets and what was predicted; several outputs as an ndarray. Of a
            tagger or a step regressor lists or object arrays with an array of a member
            for each step: they are joined, row after row.
        lengths : int array-like of shape (n_samples,)
            Number of steps of each row.
        metric : callable (y_true, y_pred) -> float, default=None
            None takes `accuracy_score`, or `r2_score` where fractions are predicted.
        n_bins : int, default=5
            Number of bins, at most: where many rows have one length there are fewer.
        confidence_level : float, default=0.9
            Of the intervals, in (0, 1).
        random_state : int, RandomState instance or None, default=0
            Determines the samples of rows.
        score_name : str, default=None
            Name of the score in the picture; found out if None.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : LengthScoreDisplay

        Raises
        ------
        ValueError
            If a parameter cannot be used, the numbers of rows or steps differ, or the
            rows cannot be scored all together.

        Warns
        -----
        UndefinedMetricWarning
            If a bin cannot be scored, as for want of a class; it names the lengths.
        """
        check_consistent_length(y_true, y_pred, lengths)
        lengths = np.asarray(lengths)
        if len(lengths) == 0:
            raise ValueError(
                "y_true, y_pred and lengths hold no row; a score needs at least one."
            )
        if _is_ragged(y_pred):
            _check_steps(y_pred, lengths)
        score, title = _score_of(y_true, y_pred, metric)
        display = _make_display(
            cls,
            score,
            lengths,
            n_bins,
            confidence_level,
            random_state,
            title if score_name is None else score_name,
        )
        return display.plot(ax)

    def plot(self, ax=None):
        """Draw the scores with their intervals, from short to long.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : LengthScoreDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        blue, red, *_ = COLORS
        places = np.arange(len(self.scores))
        low, high = np.asarray(self.intervals, dtype=float).T
        # A percentile may pass the score itself, which an error bar cannot show.
        reach = np.maximum([self.scores - low, high - self.scores], 0.0)
        self.errorbar_ = ax.errorbar(
            places,
            self.scores,
            yerr=reach,
            fmt="o",
            ms=8,
            capsize=5,
            color=blue,
            label=f"with its {self.confidence_level:.0%} interval",
        )
        self.overall_line_ = ax.axhline(
            self.overall, color=red, ls="--", label=f"all rows: {self.overall:.3g}"
        )
        for place in places[np.isnan(self.scores)]:
            ax.text(
                place,
                0.03,
                "no score",
                transform=ax.get_xaxis_transform(),
                ha="center",
                color="dimgrey",
            )
        labels = [
            f"{_range(a, b)}\nn = {n}"
            for a, b, n in zip(self.shortest, self.longest, self.n_rows, strict=True)
        ]
        ax.set_xticks(places, labels=labels)
        ax.set_xlim(-0.5, len(places) - 0.5)
        ax.set(
            xlabel="length in steps, number of rows",
            ylabel=self.score_name,
            title="Score by length",
        )
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self


class _Answered(BaseEstimator):
    """Knows what an estimator answers for the rows of X, and is asked by number.

    Parameters
    ----------
    estimator : fitted estimator
    X : what its ``predict`` takes
    """

    def __init__(self, estimator, X):
        self.estimator = estimator
        self.X = X

    def __getattr__(self, name):
        if name.startswith("__") or name in ("estimator", "X"):
            raise AttributeError(name)
        found = getattr(self.estimator, name)
        if name not in ANSWERS:
            return _refuse_rows(name) if ismethod(found) else found
        answers = found(self.X)

        def look_up(rows):
            return answers[rows]

        look_up.__name__ = name  # scorers read it
        vars(self)[name] = look_up  # the next time it is found without asking again
        return look_up

    def __sklearn_tags__(self):
        return self.estimator.__sklearn_tags__()

    def __sklearn_is_fitted__(self):
        return True


def _refuse_rows(name):
    """Make what stands for a method that would need X itself."""

    def refuse(*args, **kwargs):
        raise TypeError(
            f"The scorer calls {name} of the estimator, but is given row numbers in "
            f"the place of X, which only {', '.join(ANSWERS)} understand; use these, "
            "or scoring=None for what score would say."
        )

    return refuse


def _check_stepwise(score, lengths, scoring):
    """Refuse scorers that take one answer for each row from those with many."""
    try:
        score(np.arange(len(lengths)))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"scoring={scoring!r} failed on an estimator that answers at each step: "
            f"{_sentence(error)} Take a scorer of sequences, as those of "
            "sklearn_rnn.metrics, or from_predictions with metric=, which joins the "
            "steps."
        ) from error


def _is_ragged(y_pred):
    """Tell whether there are answers for each step, and not for each row."""
    return np.ndim(next(iter(y_pred))) > 0 and getattr(y_pred, "ndim", 1) == 1


def _check_steps(y_pred, lengths):
    for i, (row, length) in enumerate(zip(y_pred, lengths, strict=True)):
        if len(row) != length:
            raise ValueError(
                "y_pred as a list must hold a member for each step, got "
                f"{len(row)} for {length} steps at row {i}; give several outputs of a "
                "row as an ndarray, np.asarray(y_pred)."
            )


def _score_of(y_true, y_pred, metric):
    """Make a score of rows, and find its name."""
    is_ragged = _is_ragged(y_pred)
    if is_ragged:
        y_true, y_pred = _ragged(y_true, like=y_pred), _ragged(y_pred, like=y_pred)
    else:
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if metric is None:
        answers = np.concatenate(y_pred) if is_ragged else y_pred
        is_numbers = type_of_target(answers).startswith("continuous")
        metric = r2_score if is_numbers else accuracy_score

    def score(rows):
        true, pred = y_true[rows], y_pred[rows]
        if is_ragged:
            true, pred = np.concatenate(true), np.concatenate(pred)
        return metric(true, pred)

    score.is_share = metric is accuracy_score and not is_ragged
    names = {accuracy_score: "accuracy", r2_score: "R²"}
    name = names.get(metric, getattr(metric, "__name__", "score"))
    return score, f"{name} of the steps" if is_ragged else name


def _ragged(y, like):
    """Make an array of one array for each row, without the padding of a table."""
    rows = map(np.asarray, y)
    if getattr(y, "ndim", 1) > 1:
        rows = (row[: len(other)] for row, other in zip(rows, like, strict=True))
    return np.fromiter(rows, dtype=object, count=len(y))


def _make_display(
    cls, score, lengths, n_bins, confidence_level, random_state, score_name
):
    check_scalar(n_bins, "n_bins", Integral, min_val=1)
    check_scalar(
        confidence_level,
        "confidence_level",
        Real,
        min_val=0,
        max_val=1,
        include_boundaries="neither",
    )
    random = check_random_state(random_state)
    # First, for what is wrong with the scorer itself is told best by all rows.
    overall = float(score(np.arange(len(lengths))))
    bins = bins_of_lengths(lengths, n_bins)
    shortest = np.array([lengths[rows].min() for rows in bins])
    longest = np.array([lengths[rows].max() for rows in bins])
    scores, reasons = _score_bins(score, bins)
    if reasons:
        places = (
            f"{_range(shortest[i], longest[i])} (n = {len(bins[i])})" for i in reasons
        )
        warn(
            f"No score of the rows of length {', '.join(places)}: "
            f"{next(iter(reasons.values()))} Fewer bins hold more rows each, "
            f"n_bins={n_bins} was given.",
            UndefinedMetricWarning,
        )
    intervals = [
        _interval(score, value, rows, confidence_level, random)
        for value, rows in zip(scores, bins, strict=True)
    ]
    return cls(
        scores=scores,
        intervals=np.array(intervals),
        shortest=shortest,
        longest=longest,
        n_rows=np.array([len(rows) for rows in bins]),
        overall=overall,
        confidence_level=confidence_level,
        score_name=score_name,
    )


def bins_of_lengths(lengths, n_bins):
    """Sort rows into bins of about equal numbers, rows of one length into one bin.

    Parameters
    ----------
    lengths : int ndarray of shape (n_samples,)
    n_bins : int

    Returns
    -------
    bins : list of int ndarray
        The rows of each bin, from short to long; none is empty.
    """
    # A row goes where the first of its length would go.
    ranks = np.searchsorted(np.sort(lengths), lengths)
    codes = ranks * n_bins // len(lengths)
    return [np.flatnonzero(codes == code) for code in np.unique(codes)]


def _score_bins(score, bins):
    """Score each bin; where that cannot be done, keep the reason by the bin's place."""
    scores, reasons, warned = np.full(len(bins), np.nan), {}, {}
    for i, rows in enumerate(bins):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                scores[i] = score(rows)
            except ValueError as error:
                reasons[i] = _sentence(error)
                continue
        messages = [str(warning.message) for warning in caught]
        if np.isnan(scores[i]):
            reasons[i] = _sentence(messages[0] if messages else "it is NaN")
        else:
            warned.update(zip(messages, caught, strict=True))
    for warning in warned.values():  # once, and not for each bin
        warn(warning.message)
    return scores, reasons


def _interval(score, value, rows, level, random):
    if np.isnan(value):
        return np.nan, np.nan
    if getattr(score, "is_share", False):
        n_right = round(value * len(rows))
        test = binomtest(n_right, len(rows))
        return tuple(test.proportion_ci(level, method="wilson"))
    return _bootstrap(score, rows, level, random)


def _bootstrap(score, rows, level, random):
    """Compute the middle of the scores of rows drawn with replacement."""
    draws = random.randint(len(rows), size=(N_RESAMPLES, len(rows)))
    with warnings.catch_warnings():  # of a draw that lacks a class, say
        warnings.simplefilter("ignore")
        scores = np.array([_score_or_nan(score, rows[draw]) for draw in draws])
    scores = scores[np.isfinite(scores)]
    if len(scores) < N_RESAMPLES / 10:
        return np.nan, np.nan
    return tuple(np.quantile(scores, [0.5 - level / 2, 0.5 + level / 2]))


def _score_or_nan(score, rows):
    try:
        return float(score(rows))
    except ValueError:
        return np.nan


def _sentence(reason):
    """End a reason with a full stop, so that another sentence may follow."""
    return f"{str(reason).strip().rstrip('.')}."


def _range(shortest, longest):
    return f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
