"""Which label a CRF likes after which."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import AROUND_ZERO, axes_or_new
from sklearn_rnn.inspection._estimators import fitted_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text
    from typing_extensions import Self

# With more labels the numbers would not be readable.
WRITTEN_LABELS = 10


class TransitionsDisplay:
    """The scores that a CRF gives to one label right after another.

    Made by `from_estimator`, which draws it too. Blue pairs are preferred and red ones
    avoided, beyond what the words or numbers themselves say; forbidden pairs are
    hatched.

    Parameters
    ----------
    transitions : ndarray of shape (n_labels, n_labels)
        Entry ``[i, j]`` for label j right after label i; -inf where it is forbidden.
    labels : array-like of shape (n_labels,)
        Their names.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    image_ : matplotlib AxesImage
        The heat map.
    texts_ : list of matplotlib Text
        The scores as written into the cells, of 10 labels at most.

    See Also
    --------
    sklearn_rnn.RNNTagger : Has them in ``transitions_``.

    Notes
    -----
    Scores are logarithms of weights that are not normalised: only their differences
    count, and e to the power of a difference is a ratio of odds.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNTagger
    >>> from sklearn_rnn.inspection import TransitionsDisplay
    >>> X = [[[0.0], [1.0], [1.0]], [[0.0], [0.0]]]
    >>> y = [["O", "B-A", "I-A"], ["O", "O"]]
    >>> tagger = RNNTagger(4, output="crf", scheme="bio", max_epochs=2, random_state=0)
    >>> display = TransitionsDisplay.from_estimator(tagger.fit(X, y))
    >>> display.transitions[2, 1].item()  # from "O" to "I-A"
    -inf
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    image_: "AxesImage"
    texts_: "list[Text]"

    def __init__(self, *, transitions: NDArray[np.float64], labels: Any) -> None:
        self.transitions = transitions
        self.labels = labels

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: "Axes | None" = None) -> "Self":
        """Read the transitions of a tagger and draw them.

        Parameters
        ----------
        estimator : fitted RNNTagger or Pipeline
            With ``output="crf"``. Of a pipeline the last step counts.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : TransitionsDisplay

        Raises
        ------
        TypeError
            If the estimator is no tagger.
        NotFittedError
            If it is not fitted.
        ValueError
            If it has no CRF.
        """
        _, tagger = fitted_steps(estimator)
        if not hasattr(type(tagger), "transitions_"):
            raise TypeError(
                "TransitionsDisplay needs an RNNTagger with output='crf', got "
                f"{tagger!r}, which gives no labels to steps."
            )
        transitions = tagger.transitions_
        if transitions is None:
            raise ValueError(
                "TransitionsDisplay needs output='crf', but this tagger was fitted "
                "with output='softmax', which decides each step by itself; set it and "
                "fit again."
            )
        return cls(transitions=transitions, labels=tagger.classes_).plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw the scores.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : TransitionsDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        allowed = np.isfinite(self.transitions)
        largest = float(np.abs(self.transitions[allowed]).max(initial=0.0)) or 1.0
        self.image_ = ax.imshow(
            np.ma.masked_where(~allowed, self.transitions),
            cmap=AROUND_ZERO,
            vmin=-largest,
            vmax=largest,
        )
        ax.figure.colorbar(self.image_, ax=ax, label="score", pad=0.02)
        self._hatch(ax, ~allowed)
        self.texts_ = []
        if len(self.labels) <= WRITTEN_LABELS:
            self._write(ax, allowed, largest)
        names = [str(label).replace("$", r"\$") for label in self.labels]
        turn = 90 if sum(map(len, names)) > 40 else 0
        ax.set_xticks(range(len(names)), labels=names, rotation=turn)
        ax.set_yticks(range(len(names)), labels=names)
        ax.set(xlabel="to", ylabel="from")
        ax.set_title("Transitions of the CRF", loc="left")  # beside the legend
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _hatch(self, ax: Any, forbidden: NDArray[np.bool_]) -> None:
        """Hatch the forbidden pairs, and say what the hatches mean."""
        from matplotlib.patches import Rectangle

        style: dict[str, Any] = {
            "facecolor": "none",
            "edgecolor": "0.6",
            "hatch": "////",
            "lw": 0,
        }
        cells = [
            Rectangle((to - 0.5, before - 0.5), 1, 1, **style)
            for before, to in np.argwhere(forbidden)
        ]
        for cell in cells:
            ax.add_patch(cell)
        if cells:
            cells[0].set_label("forbidden")
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False)

    def _write(self, ax: Any, allowed: NDArray[np.bool_], largest: float) -> None:
        """Write the scores into their cells, the largest to two digits."""
        n_decimals = max(0, 1 - int(np.floor(np.log10(largest))))
        for before, to in np.argwhere(allowed):
            score = self.transitions[before, to]
            color = "white" if abs(score) > 0.6 * largest else "black"
            style = {"ha": "center", "va": "center", "color": color}
            size = "medium" if len(self.labels) < 7 else "small"
            rounded = round(score, n_decimals) + 0.0  # there is no minus zero
            text = f"{rounded:.{n_decimals}f}".replace("-", "\N{MINUS SIGN}")
            self.texts_.append(ax.text(to, before, text, fontsize=size, **style))
