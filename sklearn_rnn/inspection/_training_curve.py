"""How a training went: what was lost and won in each epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn.inspection._axes import COLORS
from sklearn_rnn.inspection._estimators import fitted_steps
from sklearn_rnn.inspection._panels import panels_or_new

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure
    from typing_extensions import Self


class Curve(NamedTuple):
    """A panel, and the part of the history that it shows."""

    label: str
    columns: tuple[str, ...]
    watched: str | None = None  # what shows the epoch kept


CURVES = {
    "loss": Curve("loss", ("train_loss", "valid_loss"), "valid_loss"),
    "score": Curve("validation score", ("valid_score",), "valid_score"),
    "lr": Curve("learning rate", ("lr",)),
    "gradient_norm": Curve("gradient norm", ("gradient_norm",)),
}
PARTS = {"train_loss": "training", "valid_loss": "validation"}
DASHES = {"valid_loss": "--"}


class TrainingCurveDisplay:
    """Losses, score, learning rate and gradient norm of each epoch.

    Made by `from_estimator`, which draws it too, of one training or of several: the
    folds of a cross-validation are thin lines with their mean as a thick one, and
    named estimators have colours of their own.

    Parameters
    ----------
    histories : dict of str to list of dict of str to ndarray of shape (n_epochs,)
        For each name the ``history_`` of one or more trainings. A single name may
        be "".
    best_epochs : dict of str to list of int, default=None
        For each name the ``best_epoch_`` of each training, counted from 1; marked
        where there was a validation part.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        A panel for each curve.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    ScheduleDisplay : The learning rate of each update, before anything is trained.
    LearningRateDisplay : Finds the rate to begin with.

    Notes
    -----
    The mean of several trainings ends with the shortest of them: beyond it would be a
    mean of those that early stopping left over.

    A scale is logarithmic where half of the values would otherwise lie in its lowest
    tenth, and the largest is more than ten times the smallest.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_sine_waves
    >>> from sklearn_rnn.inspection import TrainingCurveDisplay
    >>> X, y = make_sine_waves(60, 12, random_state=0)
    >>> model = RNNClassifier(4, max_epochs=3, random_state=0)
    >>> display = TrainingCurveDisplay.from_estimator(model.fit(X, y))
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['loss', 'learning rate', 'gradient norm']
    >>> plt.close(display.figure_)

    The folds of a cross-validation, here with the losses only:

    >>> folds = cross_validate(model, X, y, cv=2, return_estimator=True)["estimator"]
    >>> display = TrainingCurveDisplay.from_estimator(folds, curves=["loss"])
    >>> plt.close(display.figure_)
    """

    axes_: NDArray[np.object_]
    figure_: "Figure | SubFigure"

    def __init__(
        self,
        *,
        histories: Mapping[str, list[dict[str, NDArray[Any]]]],
        best_epochs: Mapping[str, list[int]] | None = None,
    ) -> None:
        self.histories = histories
        self.best_epochs = best_epochs

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        ax: Any = None,
        curves: str | Sequence[str] | None = None,
    ) -> "Self":
        """Read what was kept of one training or of several, and draw it.

        Parameters
        ----------
        estimator : fitted estimator, list of them, or dict of str to either
            An RNNClassifier, RNNRegressor, RNNTagger or RNNStepRegressor, a Pipeline
            that ends in one, or a search whose ``best_estimator_`` is one. A list is
            taken as repeats of one thing, such as
            ``cross_validate(..., return_estimator=True)["estimator"]``; the values
            of a dict are compared under their names. A search keeps no networks of
            its folds: pass ``search.best_estimator_`` to ``cross_validate`` to see
            those of its choice.
        ax : matplotlib Axes or array-like of Axes, default=None
            An axes for each panel, or one whose place they divide; a new figure if
            None.
        curves : sequence of {"loss", "score", "lr", "gradient_norm"}, default=None
            Which panels, from the top; all there are if None.

        Returns
        -------
        display : TrainingCurveDisplay

        Raises
        ------
        TypeError
            If an estimator is none of this package.
        NotFittedError
            If it is not fitted.
        ValueError
            If there is no estimator, or a curve is unknown or was not kept.
        """
        named = estimator if isinstance(estimator, Mapping) else {"": estimator}
        trained = {str(name): _trained(group) for name, group in named.items()}
        if not trained or not all(trained.values()):
            raise ValueError(
                "estimator must hold at least one fitted estimator for each name, got "
                f"{estimator!r}."
            )
        display = cls(
            histories={n: [rnn.history_ for rnn in g] for n, g in trained.items()},
            best_epochs={n: [rnn.best_epoch_ for rnn in g] for n, g in trained.items()},
        )
        return display.plot(ax, curves=curves)

    def plot(
        self, ax: Any = None, *, curves: str | Sequence[str] | None = None
    ) -> "Self":
        """Draw a panel for each curve, over the epochs.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of Axes, default=None
            An axes for each panel, or one whose place they divide; a new figure if
            None.
        curves : sequence of {"loss", "score", "lr", "gradient_norm"}, default=None
            Which panels, from the top; all there are if None.

        Returns
        -------
        display : TrainingCurveDisplay
            Itself.

        Raises
        ------
        ValueError
            If a curve is unknown or was not kept.
        """
        names = self._check_curves(curves)
        self.axes_ = panels_or_new(ax, [2.2] + [1.5] * (len(names) - 1))
        self.figure_ = self.axes_[0].figure
        for panel, name in zip(self.axes_, names, strict=True):
            self._draw(panel, CURVES[name])
        first, last = self.axes_[0], self.axes_[-1]
        first.set_title("Training curves")
        if first.get_legend_handles_labels()[0]:
            first.legend(fontsize="small")
        last.set_xlabel("epoch")
        self.figure_.align_ylabels(self.axes_)
        last.xaxis.get_major_locator().set_params(integer=True)
        return self

    def _check_curves(self, curves: str | Sequence[str] | None) -> list[str]:
        kept = {
            name
            for name, curve in CURVES.items()
            if any(self._rows(group, curve.columns[0]) for group in self.histories)
        }
        if curves is None:
            return [name for name in CURVES if name in kept]
        names = [curves] if isinstance(curves, str) else list(curves)
        if not names or set(names) - kept:
            raise ValueError(
                f"curves must name some of {sorted(kept)}, which these trainings kept, "
                f"got {curves!r}; a score is kept where there is a validation part."
            )
        return names

    def _rows(self, group: str, column: str) -> list[NDArray[Any]]:
        """Give a column of those trainings that kept it."""
        return [np.asarray(h[column]) for h in self.histories[group] if column in h]

    def _draw(self, ax: Any, curve: Curve) -> None:
        """Draw what belongs into one panel."""
        values = []
        for number, group in enumerate(self.histories):
            for place, column in enumerate(curve.columns):
                # One group has a colour for each column, several one for each group.
                color = number if len(self.histories) > 1 else place
                style = {
                    "color": COLORS[color % len(COLORS)],
                    "linestyle": DASHES.get(column, "-"),
                }
                rows = self._rows(group, column)
                self._draw_rows(ax, rows, _label(group, column, len(rows)), style)
                values += rows
        self._mark_epochs_kept(ax, curve)
        if _wants_logarithm(np.concatenate(values)):
            ax.set_yscale("log")
        ax.set_ylabel(curve.label)

    def _draw_rows(
        self,
        ax: Any,
        rows: list[NDArray[Any]],
        label: str | None,
        style: dict[str, Any],
    ) -> None:
        if len(rows) == 1:
            _draw_line(ax, rows[0], lw=2.0, label=label, **style)
            return
        for row in rows:
            _draw_line(ax, row, lw=0.9, alpha=0.45, **style)
        if rows:
            shortest = min(map(len, rows))
            mean = np.mean([row[:shortest] for row in rows], axis=0)
            _draw_line(ax, mean, lw=2.5, label=label, **style)

    def _mark_epochs_kept(self, ax: Any, curve: Curve) -> None:
        """Set a dot where the weights are from, of what has a validation part."""
        trainings = [
            training
            for group, epochs in (self.best_epochs or {}).items()
            for training in zip(self.histories[group], epochs, strict=True)
        ]
        watched = [(h, epoch) for h, epoch in trainings if "valid_loss" in h]
        dots = [
            (epoch, history[curve.watched][epoch - 1])
            for history, epoch in watched
            if curve.watched in history
        ]
        if dots:
            style = {"color": "black", "ms": 5, "zorder": 3, "label": "epoch kept"}
            ax.plot(*zip(*dots, strict=True), "o", **style)
        if watched and len(trainings) == 1:
            ax.axvline(watched[0][1], color="black", lw=0.8, ls=":")


def _trained(group: Any) -> list[Any]:
    """List the recurrent estimators of one estimator, or of a list of them."""
    if not isinstance(group, (list, tuple, np.ndarray)):
        group = [group]
    return [_fitted_part(estimator) for estimator in group]


def _fitted_part(estimator: Any) -> Any:
    if hasattr(estimator, "refit") and hasattr(estimator, "estimator"):  # a search
        check_is_fitted(estimator, "best_estimator_")
    return fitted_steps(estimator)[1]


def _label(group: str, column: str, n_rows: int) -> str | None:
    parts = [group, PARTS.get(column, "")]
    label = ", ".join(part for part in parts if part)
    if n_rows > 1:
        label = f"{label}, mean of {n_rows}" if label else f"mean of {n_rows}"
    return label or None


def _draw_line(ax: Any, values: NDArray[Any], **style: Any) -> None:
    # A line of one point would not be seen.
    marker = "." if len(values) == 1 else None
    ax.plot(np.arange(1, len(values) + 1), values, marker=marker, **style)


def _wants_logarithm(values: NDArray[Any]) -> bool:
    values = values[np.isfinite(values)]
    if len(values) == 0 or not 0 < 10 * values.min() < values.max():
        return False
    return np.median(values) < values.min() + 0.1 * (values.max() - values.min())
