"""The accuracy of early classification, drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_rnn.inspection._axes import axes_or_new, line_style
from sklearn_rnn.inspection._rows import read_rows
from sklearn_rnn.metrics import early_classification_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self


class EarlyClassificationDisplay:
    """Accuracy over earliness, the mean share of the steps that were read.

    `from_estimator` and `from_predictions` make and draw it. Several on the same axes
    compare estimators: each gets its own colour and dashes.

    Parameters
    ----------
    earliness : ndarray of shape (n_thresholds,)
        Mean share of the steps of a sequence that was read.
    accuracy : ndarray of shape (n_thresholds,)
        Share of correct predictions.
    thresholds : ndarray of shape (n_thresholds,)
        The largest probability at which reading stops; the last one is infinite.
    name : str, default=None
        Name in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    line_ : matplotlib Line2D
        The curve.
    end_ : matplotlib PathCollection
        The point where everything is read.

    See Also
    --------
    sklearn_rnn.metrics.early_classification_curve : Computes the curve.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_sine_waves
    >>> from sklearn_rnn.inspection import EarlyClassificationDisplay
    >>> X, y = make_sine_waves(60, 12, random_state=0)
    >>> model = RNNClassifier(8, bidirectional=False, random_state=0).fit(X, y)
    >>> display = EarlyClassificationDisplay.from_estimator(model, X, y)
    >>> bool(display.earliness[-1] == 1.0)
    True
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    line_: "Line2D"
    end_: "PathCollection"

    def __init__(
        self,
        *,
        earliness: NDArray[np.float64],
        accuracy: NDArray[np.float64],
        thresholds: NDArray[np.float64],
        name: str | None = None,
    ) -> None:
        self.earliness = earliness
        self.accuracy = accuracy
        self.thresholds = thresholds
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        ax: "Axes | None" = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> "Self":
        """Predict after each step of each sequence, and draw the curve.

        Parameters
        ----------
        estimator : fitted RNNClassifier or Pipeline
            Of a pipeline the last step predicts.
        X : what its ``predict`` takes
            Sequences, best those that the estimator was not trained on.
        y : array-like of shape (n_samples,)
            Their classes.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name in the legend; that of the class if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : EarlyClassificationDisplay

        Raises
        ------
        TypeError
            If the estimator is no `RNNClassifier` and no pipeline that ends in one.
        ValueError
            If it was fitted to several labels for each sequence.
        """
        rows = read_rows(estimator, X)
        if not hasattr(rows.rnn, "predict_proba_over_time"):
            raise TypeError(
                "estimator must be an RNNClassifier, or a Pipeline whose last step is "
                f"one, got {rows.rnn!r}."
            )
        if rows.rnn._target.task == "multilabel":
            raise ValueError(
                "estimator was fitted to multilabel targets; early classification "
                "needs one class for each sequence."
            )
        return cls.from_predictions(
            y,
            rows.rnn.predict_proba_over_time(rows.sequences),
            classes=rows.rnn.classes_,
            ax=ax,
            name=type(rows.rnn).__name__ if name is None else name,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_proba: Any,
        *,
        classes: ArrayLike | None = None,
        ax: "Axes | None" = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> "Self":
        """Draw the curve of given probabilities.

        Parameters
        ----------
        y_true, y_proba, classes
            As for `sklearn_rnn.metrics.early_classification_curve`.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name in the legend.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : EarlyClassificationDisplay
        """
        earliness, accuracy, thresholds = early_classification_curve(
            y_true, y_proba, classes=classes
        )
        display = cls(
            earliness=earliness, accuracy=accuracy, thresholds=thresholds, name=name
        )
        return display.plot(ax, **kwargs)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **kwargs: Any
    ) -> "Self":
        """Draw the accuracy over the earliness, and mark the end.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name in the legend; that of the display if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : EarlyClassificationDisplay
            Itself.
        """
        is_new = ax is None
        ax = axes_or_new(ax)
        try:
            self._draw(ax, self.name if name is None else name, kwargs)
        except Exception:
            if is_new:  # or an empty picture would be shown later
                import matplotlib.pyplot as plt

                figure: Any = ax.figure
                plt.close(figure)
            raise
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw(self, ax: Any, name: str | None, kwargs: dict[str, Any]) -> None:
        style = line_style(ax, name, kwargs, linewidth=2.5)
        (self.line_,) = ax.plot(100 * self.earliness, 100 * self.accuracy, **style)
        # A collection and not a line, which would take a colour from the next display.
        self.end_ = ax.scatter(
            100 * self.earliness[-1],
            100 * self.accuracy[-1],
            s=80,
            color=self.line_.get_color(),
            edgecolor="white",
            zorder=3,
            clip_on=False,
            label=f"all steps read: {self.accuracy[-1]:.1%}",
        )
        ax.set(
            xlabel="earliness: mean share of steps read (%)",
            ylabel="accuracy (%)",
            title="Early classification",
            xlim=(0, 102),
        )
        ax.grid(alpha=0.3)
        ax.legend(loc="lower right")
