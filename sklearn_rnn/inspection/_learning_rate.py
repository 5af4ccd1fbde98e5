"""Which learning rate?  One short training tries them all."""

import warnings
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import check_scalar

from sklearn_rnn._training import LearningRateRange, as_usual
from sklearn_rnn.estimators._identity import only_decides_when
from sklearn_rnn.exceptions import DivergenceWarning, VanishingGradientWarning
from sklearn_rnn.inspection._axes import COLORS, axes_or_new
from sklearn_rnn.inspection._estimators import recurrent_part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self

# With fewer updates planned, or losses seen, the smoothed loss shows nothing.
MIN_UPDATES = 20
MIN_LOSSES = 10
# Between which two rates the suggestion lies: that where this share of the whole fall
# of the loss has happened, and the one of the lowest loss divided by this.
FALLEN = 0.75
BELOW_LOWEST = 3.0


@as_usual
def find_lr(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    lr_min: float = 1e-5,
    lr_max: float = 10.0,
    n_updates: int = 100,
    sample_weight: ArrayLike | None = None,
) -> "LearningRateDisplay":
    r"""Try learning rates in one short training, and suggest one.

    The learning-rate range test: a copy of the estimator is trained while its rate
    grows from update to update. Too low a rate teaches nothing, a good one lets the
    loss fall, and from some rate on it rises. Costs ``n_updates`` updates; a search
    over ``lr`` costs a whole fit for each rate and shows more.

    Parameters
    ----------
    estimator : RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor or Pipeline
        Of a pipeline the last step is tested; the steps before it are fitted to X as in
        its ``fit``. A copy is trained: what is given is neither fitted nor changed.

    X, y : like those of the estimator's ``fit``
        Rows to train on, as often as `n_updates` needs.

    lr_min, lr_max : float, default=1e-5 and 10.0
        The first and the last rate. Most tests end before the last one, when the loss
        explodes. The narrower the range, the finer the steps.

    n_updates : int, default=100
        Number of updates, at least 20. More of them give a clearer curve.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights, as for ``fit``.

    Returns
    -------
    display : LearningRateDisplay
        Its ``suggestion`` is a rate for ``set_params(lr=...)``; ``plot()`` draws it.

    Raises
    ------
    TypeError
        If the estimator is none of this package.
    ValueError
        If a parameter or the data cannot be used, if the loss explodes within the first
        updates, or if a callback ends the training before that.

    See Also
    --------
    LearningRateDisplay : What is returned.
    ScheduleDisplay : How the rate changes in a fit.

    Notes
    -----
    Update :math:`i` of :math:`n` has the rate :math:`a (b/a)^{(i-1)/(n-1)}`, from
    :math:`a` = `lr_min` to :math:`b` = `lr_max`. The loss beside it is that of its
    batch, before the update. It is smoothed by an exponential average with a factor of
    0.9, free of its bias towards zero. The test ends with the last rate, with a loss
    that is not finite, or when the smoothed loss has risen above its lowest value by
    three times that value (or three times the fall from the first value to the lowest,
    if that is more).

    The suggestion is the geometric mean of two rates: that at which three quarters of
    the fall have happened, and a third of that of the lowest loss.
    ``benchmarks/bench_find_lr.py`` compares it with other rules.

    All that a fit of the estimator has stays as it is: batches, weights, dropout,
    optimiser, validation part and callbacks, but for `Checkpoint` and `TimeBudget`.
    Only ``lr``, the schedule, the number of epochs, ``verbose`` and ``warm_start`` do
    not count, and early stopping never stops.

    References
    ----------
    Smith (2017). Cyclical learning rates for training neural networks. WACV.

    Examples
    --------
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_sine_waves
    >>> from sklearn_rnn.inspection import find_lr
    >>> X, y = make_sine_waves(60, 12, random_state=0)
    >>> model = RNNClassifier(8, random_state=0)
    >>> display = find_lr(model, X, y, n_updates=60)
    >>> model.set_params(lr=display.suggestion).fit(X, y).score(X, y) > 0.9
    True
    """
    recurrent_part(estimator)
    _check_range(lr_min, lr_max, n_updates)
    *steps, rnn = _steps_of(clone(estimator))
    for step in (*steps, rnn):
        if hasattr(step, "set_callbacks"):  # a clone shares those of scikit-learn
            step.set_callbacks()
    for step in steps:
        X = step.fit_transform(X, y)
    test = LearningRateRange(lr_min, lr_max, n_updates)
    rnn.set_params(**_settings_of_test(rnn, test))
    with warnings.catch_warnings():
        for expected in (DivergenceWarning, VanishingGradientWarning):
            warnings.simplefilter("ignore", expected)
        rnn.fit(X, y, sample_weight=sample_weight)
    return _make_display(_record_of(rnn))


def _check_range(lr_min: float, lr_max: float, n_updates: int) -> None:
    # Not by validate_params, which would name find_lr in the errors of the estimator.
    for name, lr in {"lr_min": lr_min, "lr_max": lr_max}.items():
        check_scalar(lr, name, Real, min_val=0, include_boundaries="neither")
    if not lr_min < lr_max < np.inf:
        raise ValueError(
            f"lr_min must be lower than lr_max and both finite, got lr_min={lr_min!r} "
            f"and lr_max={lr_max!r}; 1e-5 and 10.0 suit most data."
        )
    check_scalar(n_updates, "n_updates", Integral, min_val=MIN_UPDATES)


def _steps_of(estimator: Any) -> list[Any]:
    """Return what transforms, as one pipeline if there is any, and the estimator."""
    if not isinstance(estimator, Pipeline):
        return [estimator]
    estimator.set_params(verbose=False)
    *transformers, (_, rnn) = estimator.steps
    return [estimator[:-1], rnn] if transformers else [rnn]


def _settings_of_test(rnn: Any, test: LearningRateRange) -> dict[str, Any]:
    """Give the parameters that make of a fit a range test."""
    net_params = dict(rnn.net_params or {})
    for name in ("max_epochs", "verbose"):
        net_params.pop(name, None)
    callbacks = [c for c in rnn.callbacks or () if not only_decides_when(c)]
    return {
        "callbacks": [*callbacks, test],
        "net_params": net_params,
        "lr_schedule": None,
        # An epoch has an update at least, so that these are enough. The validation part
        # stays away, as in a fit, but nothing waits for it.
        "max_epochs": test.n_updates,
        "n_iter_no_change": test.n_updates,
        "warm_start": False,
        "verbose": 0,
    }


def _record_of(rnn: Any) -> LearningRateRange:
    """Return the callback that watched, if it saw enough."""
    callbacks = [callback for _, callback in rnn.net_.callbacks_]
    (record,) = [c for c in callbacks if isinstance(c, LearningRateRange)]
    n_done, n_updates = len(record.lrs_), record.n_updates
    if record.cut_short_:
        raise ValueError(
            f"A callback ended the training after {n_done} of {n_updates} updates; "
            "leave out of callbacks= what ends a training, such as EarlyStopping."
        )
    if n_done < MIN_LOSSES:
        raise ValueError(
            f"The loss exploded after {n_done} of {n_updates} updates, at a rate below "
            f"{record.lr_:.2g}; lower lr_min, which is {record.lr_min!r}, or raise "
            "n_updates."
        )
    return record


def _make_display(record: LearningRateRange) -> "LearningRateDisplay":
    lrs, losses, smoothed = map(
        np.array, (record.lrs_, record.losses_, record.smoothed_)
    )
    return LearningRateDisplay(
        lrs=lrs,
        losses=losses,
        smoothed=smoothed,
        suggestion=suggest(lrs, smoothed),
    )


def suggest(lrs: NDArray[np.float64], smoothed: NDArray[np.float64]) -> float:
    """Suggest a rate, as `find_lr` says.

    The steepest fall alone is misleading for a target whose mean is learnt first, and
    the lowest loss alone for a target that the network overfits.

    Parameters
    ----------
    lrs, smoothed : ndarray of shape (n_updates,)

    Returns
    -------
    lr : float
    """
    first, lowest = smoothed[0], smoothed.min()
    fallen = lrs[np.argmax(smoothed <= first - FALLEN * (first - lowest))]
    below_lowest = lrs[np.argmin(smoothed)] / BELOW_LOWEST
    return max(float(lrs[0]), float(np.sqrt(fallen * below_lowest)))


class LearningRateDisplay:
    """The loss at learning rates that grow from update to update.

    Made by `find_lr`, or by `from_estimator`, which draws it too.

    Parameters
    ----------
    lrs : ndarray of shape (n_updates,)
        The rate of each update, rising.
    losses : ndarray of shape (n_updates,)
        The loss of its batch, before the update.
    smoothed : ndarray of shape (n_updates,)
        The same, smoothed.
    suggestion : float
        A rate to fit with.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    losses_line_, line_ : matplotlib Line2D
        The losses of the batches and the smoothed ones.
    suggestion_line_ : matplotlib Line2D
        The suggestion, upright.

    See Also
    --------
    find_lr : Makes it, and says how.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNRegressor
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> from sklearn_rnn.inspection import LearningRateDisplay
    >>> X, y = make_adding_problem(60, 5, random_state=0)
    >>> display = LearningRateDisplay.from_estimator(
    ...     RNNRegressor(8, random_state=0), X, y, n_updates=60
    ... )
    >>> bool(1e-5 < display.suggestion < 10.0)
    True
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    losses_line_: "Line2D"
    line_: "Line2D"
    suggestion_line_: "Line2D"

    def __init__(
        self,
        *,
        lrs: NDArray[np.float64],
        losses: NDArray[np.float64],
        smoothed: NDArray[np.float64],
        suggestion: float,
    ) -> None:
        self.lrs = lrs
        self.losses = losses
        self.smoothed = smoothed
        self.suggestion = suggestion

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, ax: "Axes | None" = None, **params: Any
    ) -> "Self":
        """Run the range test and draw it.

        Parameters
        ----------
        estimator, X, y
            As for `find_lr`.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        **params : dict
            ``lr_min``, ``lr_max``, ``n_updates`` and ``sample_weight`` of `find_lr`.

        Returns
        -------
        display : LearningRateDisplay
        """
        found = find_lr(estimator, X, y, **params)
        return cls(**vars(found)).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw the losses over the logarithm of the rate, and mark the suggestion.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : LearningRateDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        blue, red, *_ = COLORS
        (self.losses_line_,) = ax.plot(
            self.lrs, self.losses, color=blue, alpha=0.4, lw=0.8, label="each batch"
        )
        (self.line_,) = ax.plot(
            self.lrs, self.smoothed, color=blue, lw=2.5, label="smoothed"
        )
        self.suggestion_line_ = ax.axvline(
            self.suggestion,
            color=red,
            ls="--",
            lw=1.5,
            label=f"suggested: {self.suggestion:.2g}",
        )
        loss = np.interp(self.suggestion, self.lrs, self.smoothed)
        ax.plot(self.suggestion, loss, "o", color=red, ms=8)
        ax.set_xscale("log")
        ax.set_ylim(*_limits(self.losses, self.smoothed))
        ax.set(xlabel="learning rate", ylabel="loss", title="Learning-rate range test")
        ax.legend(loc="lower left")  # low rates leave the loss high
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _limits(
    losses: NDArray[np.float64], smoothed: NDArray[np.float64]
) -> tuple[float, float]:
    """Leave out most of the explosion, beside which the fall would look flat."""
    lowest, first = min(losses.min(), smoothed.min()), smoothed[0]
    top = max(first, np.quantile(losses[: np.argmin(smoothed) + 1], 0.95))
    height = top - lowest
    return lowest - 0.05 * height, top + 0.5 * height
