"""Contributions of tokens, drawn as bars and written as HTML in colours."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import COLORS, axes_or_new
from sklearn_rnn.inspection._html import html_of, label
from sklearn_rnn.inspection._importance import ImportanceDisplay
from sklearn_rnn.inspection._panels import READABLE_LABELS, label_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from typing_extensions import Self


class TokenImportanceDisplay(ImportanceDisplay):
    """The contributions of the tokens of one text, as bars; in a notebook as colours.

    Made by `from_estimator` or `from_explanation`, which draw a bar for each token,
    blue above zero and red below it. A notebook also shows the text itself with colours
    behind its tokens; see `to_html`.

    Parameters
    ----------
    explanation : Explanation
        That of a text, or of a list of tokens.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    bars_ : matplotlib BarContainer
        The contributions, in the order of the tokens.

    See Also
    --------
    explain : Computes what is drawn.
    StepImportanceDisplay : Draws the contributions of the steps of a series.

    Notes
    -----
    matplotlib draws only what its font has letters for: set ``font.family`` for
    Chinese, Japanese or Korean. `to_html` leaves that to the browser, and needs no
    matplotlib.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNClassifier, TextVectorizer
    >>> from sklearn_rnn.inspection import TokenImportanceDisplay
    >>> texts = ["good film", "bad film", "a good one", "a bad one"]
    >>> vectorizer = TextVectorizer(max_length=20)
    >>> pipe = make_pipeline(vectorizer, RNNClassifier(8, random_state=0))
    >>> pipe = pipe.fit(texts, [1, 0, 1, 0])
    >>> display = TokenImportanceDisplay.from_estimator(pipe, ["Good, good!"])
    >>> [text.get_text() for text in display.ax_.get_xticklabels()]
    ['good', ',', 'good', '!']
    >>> "Good</span>" in display.to_html()
    True
    >>> plt.close(display.figure_)
    """

    bars_: "BarContainer"

    kind = "texts or tokens"
    other = "StepImportanceDisplay"

    def to_html(self) -> str:
        """Write the text as HTML in colours.

        Returns
        -------
        html : str
            A ``div`` with every character of the text, white space kept; its tokens
            have a background colour and, where the mouse rests, their contributions.
            What is grey was not read: stop words, and what was cut off at
            ``max_length``. Tokens that have no place in the text come behind it.
        """
        self._check_kind(is_of_tokens=True)
        return html_of(self.explanation)

    def _repr_html_(self) -> str:
        """Show the text in colours."""
        return self.to_html()

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw a bar for each token; of a long text the heaviest tokens are named.

        With the weights of attention a dashed line is where all would be alike.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : TokenImportanceDisplay
            Itself.
        """
        self._check_kind(is_of_tokens=True)
        self.ax_ = ax = axes_or_new(ax)
        self.figure_ = ax.figure
        values, tokens = self.explanation.values, self.explanation.tokens
        n_tokens = len(values)
        blue, red, *_ = COLORS
        colors = [blue if value >= 0 else red for value in values]
        self.bars_ = ax.bar(np.arange(n_tokens), values, color=colors)
        if self.explanation.method == "attention":
            ax.axhline(1 / n_tokens, color=red, ls="--", label="all alike")
            ax.legend()
        else:
            ax.axhline(0.0, color="black", lw=0.8)
        ax.set(
            xlabel="token" if n_tokens <= READABLE_LABELS else "heaviest tokens",
            ylabel=label(self.explanation),
            xlim=(-0.6, n_tokens - 0.4),
        )
        label_steps(ax, tokens, _steps_to_label(np.abs(values)))
        self._add_title()
        return self


def _steps_to_label(weights: NDArray[Any]) -> NDArray[np.int64]:
    """Choose the steps to label: all, or the heaviest ones that leave each other room.

    Returns
    -------
    steps : int ndarray
        In their order.
    """
    n_steps = len(weights)
    if n_steps <= READABLE_LABELS:
        return np.arange(n_steps)
    room = n_steps / READABLE_LABELS
    chosen: list[int] = []
    for step in np.argsort(-weights, kind="stable"):
        if all(abs(step - other) >= room for other in chosen):
            chosen.append(step)
    return np.sort(chosen[: READABLE_LABELS // 2])
