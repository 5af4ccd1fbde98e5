"""Do long sequences fare worse than short ones?  Scores by length."""

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import check_consistent_length, check_random_state, check_scalar
from sklearn.utils.multiclass import type_of_target

from sklearn_rnn._messages import name_some, warn
from sklearn_rnn.inspection._axes import COLORS, axes_or_new
from sklearn_rnn.inspection._rows import read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self

N_RESAMPLES = 200


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

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    errorbar_: "ErrorbarContainer"
    overall_line_: "Line2D"

    def __init__(
        self,
        *,
        scores: NDArray[np.float64],
        intervals: NDArray[np.float64],
        shortest: NDArray[np.int64],
        longest: NDArray[np.int64],
        n_rows: NDArray[np.int64],
        overall: float,
        confidence_level: float = 0.9,
        score_name: str = "score",
    ) -> None:
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
        estimator: Any,
        X: Any,
        y: Any,
        *,
        metric: Callable[..., float] | None = None,
        response_method: str = "predict",
        n_bins: int = 5,
        confidence_level: float = 0.9,
        random_state: RandomState | int | None = 0,
        score_name: str | None = None,
        ax: "Axes | None" = None,
    ) -> "Self":
        """Predict once for all rows, score by length and draw it.

        Parameters
        ----------
        estimator : fitted RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor \
                or Pipeline
            Of a pipeline the steps before the last one transform X; lengths are those
            of the sequences that the network reads.
        X, y : like those of its ``score``
        metric : callable (y_true, y_pred) -> float, default=None
            As for `from_predictions`; None takes the accuracy, or R² of a regressor.
        response_method : str, default="predict"
            The method that gives `y_pred`, such as "predict_proba" for `log_loss`.
        n_bins : int, default=5
            Number of bins, at most.
        confidence_level : float, default=0.9
            Of the intervals, in (0, 1).
        random_state : int, RandomState instance or None, default=0
            Determines the samples of rows.
        score_name : str, default=None
            Name of the score in the picture; that of the metric if None.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

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
        rnn, sequences, *_ = read_rows(estimator, X)
        y_pred = getattr(rnn, response_method)(sequences)
        if metric is None:
            metric = _accuracy if hasattr(rnn, "classes_") else _r2
        return cls.from_predictions(
            y,
            y_pred,
            sequences.lengths,
            metric=metric,
            n_bins=n_bins,
            confidence_level=confidence_level,
            random_state=random_state,
            score_name=score_name,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        lengths: ArrayLike,
        *,
        metric: Callable[..., float] | None = None,
        n_bins: int = 5,
        confidence_level: float = 0.9,
        random_state: RandomState | int | None = 0,
        score_name: str | None = None,
        ax: "Axes | None" = None,
    ) -> "Self":
        """Score predictions by the lengths of their rows and draw it.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets and what was predicted; several outputs as an ndarray. Of a
            tagger or a step regressor lists or object arrays with an array of a member
            for each step.
        lengths : int array-like of shape (n_samples,)
            Number of steps of each row.
        metric : callable (y_true, y_pred) -> float, default=None
            Is given the rows of a bin; of a tagger these are arrays, as
            `flat_f1_score` and `span_f1_score` take them. None takes R² if targets or
            predictions have fractions, or several outputs that are not 0 or 1; else
            the accuracy. Steps of a bin are scored all together.
        n_bins : int, default=5
            Number of bins, at most: where many rows have one length there are fewer.
        confidence_level : float, default=0.9
            Of the intervals, in (0, 1).
        random_state : int, RandomState instance or None, default=0
            Determines the samples of rows.
        score_name : str, default=None
            Name of the score in the picture; that of the metric if None.
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
        y_true, y_pred, lengths = _check_rows(y_true, y_pred, lengths)
        if metric is None:
            metric = _r2 if _is_real(y_true) or _is_real(y_pred) else _accuracy
        # First, for what is wrong with the metric itself is told best by all rows.
        overall = float(metric(y_true, y_pred))
        bins = bins_of_lengths(lengths, n_bins)
        scores, reasons = zip(
            *(_score_or_why(metric, y_true[rows], y_pred[rows]) for rows in bins),
            strict=True,
        )
        shortest = np.array([lengths[rows].min() for rows in bins])
        longest = np.array([lengths[rows].max() for rows in bins])
        without = np.flatnonzero(np.isnan(scores))
        if len(without):
            places = [
                f"{_range(shortest[i], longest[i])} (n = {len(bins[i])})"
                for i in without
            ]
            warn(
                f"No score of the rows of length {name_some(places, str)}: "
                f"{reasons[without[0]].strip().rstrip('.')}. Fewer bins hold more rows "
                f"each, n_bins={n_bins} was given.",
                UndefinedMetricWarning,
            )
        intervals = [
            _interval(
                metric, score, y_true[rows], y_pred[rows], confidence_level, random
            )
            for score, rows in zip(scores, bins, strict=True)
        ]
        return cls(
            scores=np.array(scores),
            intervals=np.array(intervals),
            shortest=shortest,
            longest=longest,
            n_rows=np.array([len(rows) for rows in bins]),
            overall=overall,
            confidence_level=confidence_level,
            score_name=_name(metric, y_pred) if score_name is None else score_name,
        ).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
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


# -- the rows ------------------------------------------------------------------


def _check_rows(
    y_true: Any, y_pred: Any, lengths: ArrayLike
) -> tuple[NDArray[Any], ...]:
    """Make arrays of targets and predictions, of arrays where these are for steps."""
    check_consistent_length(y_true, y_pred, lengths)
    lengths = np.asarray(lengths)
    if len(lengths) == 0:
        raise ValueError(
            "y_true, y_pred and lengths hold no row; a score needs at least one."
        )
    if np.ndim(next(iter(y_pred))) == 0 or getattr(y_pred, "ndim", 1) > 1:
        return np.asarray(y_true), np.asarray(y_pred), lengths
    for i, (row, length) in enumerate(zip(y_pred, lengths, strict=True)):
        if len(row) != length:
            raise ValueError(
                "y_pred as a list must hold a member for each step, got "
                f"{len(row)} for {length} steps at row {i}; give several outputs of a "
                "row as an ndarray, np.asarray(y_pred)."
            )
    if getattr(y_true, "ndim", 1) > 1:  # a table, with padding
        y_true = [row[:length] for row, length in zip(y_true, lengths, strict=True)]
    return *map(_as_objects, (y_true, y_pred)), lengths


def _as_objects(rows: Any) -> NDArray[np.object_]:
    return np.fromiter(map(np.asarray, rows), dtype=object, count=len(rows))


def _has_steps(rows: NDArray[Any]) -> bool:
    return rows.dtype == object and np.ndim(rows[0]) > 0


def _joined(rows: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate(rows) if _has_steps(rows) else rows


def _is_real(rows: NDArray[Any]) -> bool:
    """Say whether rows hold fractions or several whole numbers, as no classes do."""
    kind = type_of_target(_joined(rows))
    return kind.startswith("continuous") or kind == "multiclass-multioutput"


# -- the scores ----------------------------------------------------------------


def _accuracy(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
    return accuracy_score(_joined(y_true), _joined(y_pred))


def _r2(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
    return r2_score(_joined(y_true), _joined(y_pred))


def _name(metric: Callable[..., float], y_pred: Any) -> str:
    name = {_accuracy: "accuracy", _r2: "R²"}.get(metric)
    if name is None:
        return getattr(metric, "__name__", "score")
    return f"{name} of the steps" if _has_steps(y_pred) else name


def bins_of_lengths(lengths: NDArray[Any], n_bins: int) -> list[NDArray[np.int64]]:
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


def _score_or_why(
    metric: Callable[..., float], y_true: Any, y_pred: Any
) -> tuple[float, str]:
    """Score some rows; of those that cannot be scored give NaN, and why."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            score = float(metric(y_true, y_pred))
        except ValueError as error:
            return np.nan, str(error)
    return score, str(caught[0].message) if caught else "it is NaN"


def _interval(
    metric: Callable[..., float],
    score: float,
    y_true: Any,
    y_pred: Any,
    level: float,
    random: RandomState,
) -> tuple[float, float]:
    if np.isnan(score):
        return np.nan, np.nan
    n_rows = len(y_true)
    if metric in (_accuracy, accuracy_score) and not _has_steps(y_pred):
        test = binomtest(round(score * n_rows), n_rows)
        return tuple(test.proportion_ci(level, method="wilson"))
    draws = random.randint(n_rows, size=(N_RESAMPLES, n_rows))
    scores = np.array(
        [_score_or_why(metric, y_true[draw], y_pred[draw])[0] for draw in draws]
    )
    scores = scores[np.isfinite(scores)]
    if len(scores) < N_RESAMPLES / 10:
        return np.nan, np.nan
    return tuple(np.quantile(scores, [0.5 - level / 2, 0.5 + level / 2]))


def _range(shortest: int, longest: int) -> str:
    return f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
