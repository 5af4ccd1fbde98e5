"""Contributions drawn over what they are contributions of."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import AROUND_ZERO, FROM_ZERO, axes_or_new
from sklearn_rnn.inspection._explain import Explanation, explain
from sklearn_rnn.inspection._html import heading, label
from sklearn_rnn.inspection._rows import choose_row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self


class ImportanceDisplay:
    """What the displays of explanations share.

    `kind` names what the explanations are of, `other` the display for the others.
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"

    kind: ClassVar[str]
    other: ClassVar[str]

    if TYPE_CHECKING:

        def plot(self, ax: "Axes | None" = None) -> "Self": ...

    def __init__(self, *, explanation: Explanation) -> None:
        self.explanation = explanation

    @classmethod
    def from_explanation(
        cls, explanation: Explanation, *, ax: "Axes | None" = None
    ) -> "Self":
        """Draw an explanation.

        Parameters
        ----------
        explanation : Explanation
            One of those that `explain` returns.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : object
            The display.

        Raises
        ------
        ValueError
            If the explanation is of the other kind of sequence.
        """
        return cls(explanation=explanation).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        row: int = 0,
        method: str = "integrated_gradients",
        ax: "Axes | None" = None,
        **params: Any,
    ) -> "Self":
        """Explain one row of X, and draw that.

        Parameters
        ----------
        estimator : fitted estimator or Pipeline
            As for `explain`.
        X : what its ``predict`` takes
        row : int, default=0
            Which row of X; the others are not looked at.
        method : {"integrated_gradients", "occlusion", "attention"}, \
                default="integrated_gradients"
            How to explain.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        **params : dict
            ``target``, ``step`` and ``tol`` of `explain`.

        Returns
        -------
        display : object
            The display.

        Raises
        ------
        IndexError
            If X has no such row.
        """
        X = choose_row(X, row)
        (explanation,) = explain(estimator, X, method=method, **params)
        return cls.from_explanation(explanation, ax=ax)

    def _check_kind(self, is_of_tokens: bool) -> None:
        if not isinstance(self.explanation, Explanation):
            raise TypeError(
                f"explanation must be one Explanation, got "
                f"{type(self.explanation).__name__}; explain returns a list with one "
                "for each row: pass one of them, such as explain(...)[0]."
            )
        if (self.explanation.tokens is not None) != is_of_tokens:
            raise ValueError(
                f"{type(self).__name__} draws explanations of {self.kind}, got "
                f"{self.explanation!r}; take {self.other}."
            )

    def _add_title(self) -> None:
        # A class may be called "$5", which is no formula.
        self.ax_.set_title(heading(self.explanation), parse_math=False)


class StepImportanceDisplay(ImportanceDisplay):
    """The contributions of the steps of one series, behind the series itself.

    One variable is a line over its own axis. Of several each has a row, in which its
    line runs from its lowest value to its highest; of more than twelve only the colours
    are drawn.

    Made by `from_estimator` or `from_explanation`, which draw it too.

    Parameters
    ----------
    explanation : Explanation
        That of a sequence of numbers.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    colorbar_ : matplotlib Colorbar
        What the colours mean.
    lines_ : list of matplotlib Line2D
        The variables.
    image_ : matplotlib QuadMesh
        The contributions.

    See Also
    --------
    explain : Computes what is drawn.
    TokenImportanceDisplay : Draws the contributions of tokens.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_sine_waves
    >>> from sklearn_rnn.inspection import StepImportanceDisplay
    >>> X, y = make_sine_waves(60, 12, random_state=0)
    >>> model = RNNClassifier(8, max_epochs=5, random_state=0).fit(X, y)
    >>> display = StepImportanceDisplay.from_estimator(model, X)
    >>> display.explanation.values.shape
    (12, 1)
    >>> plt.close(display.figure_)
    """

    colorbar_: "Colorbar"
    lines_: "list[Line2D]"
    image_: "QuadMesh"

    kind = "numbers"
    other = "TokenImportanceDisplay"
    # More lines than this have no room in a figure of the usual size.
    MOST_LINES: ClassVar[int] = 12

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw the contributions as colours and the series as lines over them.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : StepImportanceDisplay
            Itself.
        """
        self._check_kind(is_of_tokens=False)
        self.ax_ = ax = axes_or_new(ax)
        self.figure_ = ax.figure
        series: Any = self.explanation.series
        columns = series.reshape(len(series), -1)  # (n_timesteps, n_variables)
        if columns.shape[1] == 1:
            self._draw_one(columns)
        else:
            self._draw_several(columns)
        ax.set(xlabel="time step", xlim=(-0.5, len(columns) - 0.5))
        locator: Any = ax.xaxis.get_major_locator()
        locator.set_params(integer=True)
        self._add_title()
        self.colorbar_ = ax.figure.colorbar(self.image_, ax=ax)
        self.colorbar_.set_label(label(self.explanation))
        return self

    def _draw_one(self, columns: NDArray[Any]) -> None:
        values = self.explanation.values
        low, high = columns.min(), columns.max()
        room = 0.08 * (high - low) or 1.0
        edges = np.array([low - room, high + room])
        self._draw_colours(edges, np.reshape(values, (1, -1)))
        self.lines_ = self._draw_line(columns[:, 0])
        self.ax_.set(ylabel=self._names(1)[0], ylim=edges)

    def _draw_several(self, columns: NDArray[Any]) -> None:
        values = self.explanation.values
        n_variables = columns.shape[1]
        # Those of attention are the same for all variables.
        shown = np.broadcast_to(values.reshape(len(values), -1).T, columns.T.shape)
        self._draw_colours(np.arange(n_variables + 1) - 0.5, shown)
        self.lines_ = []
        if n_variables <= self.MOST_LINES:
            for row, column in enumerate(columns.T):
                reach = np.ptp(column) or 1.0
                middle = (column.max() + column.min()) / 2.0
                self.lines_ += self._draw_line(row - 0.8 * (column - middle) / reach)
        rows = np.arange(n_variables)
        if n_variables <= 3 * self.MOST_LINES:
            self.ax_.set_yticks(rows, self._names(n_variables), parse_math=False)
        else:
            self.ax_.set_ylabel("variable")
        self.ax_.hlines(rows[1:] - 0.5, -0.5, len(values) - 0.5, color="0.8", lw=0.8)
        self.ax_.set_ylim(n_variables - 0.5, -0.5)

    def _draw_colours(self, edges: NDArray[Any], values: NDArray[Any]) -> None:
        largest = float(np.abs(self.explanation.values).max()) or 1.0
        is_weight = self.explanation.method == "attention"
        self.image_ = self.ax_.pcolormesh(
            np.arange(values.shape[1] + 1) - 0.5,
            edges,
            values,
            cmap=FROM_ZERO if is_weight else AROUND_ZERO,
            vmin=0.0 if is_weight else -largest,
            vmax=largest,
            rasterized=True,
        )

    def _draw_line(self, heights: NDArray[Any]) -> "list[Line2D]":
        """Draw a line with a white rim, which is seen on any colour."""
        from matplotlib import patheffects

        marker = "o" if len(heights) <= 40 else ""
        rim = patheffects.withStroke(linewidth=3.5, foreground="white")
        style: dict[str, Any] = {
            "color": "black",
            "lw": 1.5,
            "marker": marker,
            "ms": 3.5,
        }
        return self.ax_.plot(heights, path_effects=[rim], **style)

    def _names(self, n_variables: int) -> list[str]:
        names = self.explanation.variables
        if names is not None:
            return [str(name) for name in names]
        if n_variables == 1:
            return ["value"]
        return [f"variable {i}" for i in range(n_variables)]
