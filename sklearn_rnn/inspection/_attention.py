"""Which steps an attention pooling looks at."""

import numpy as np

from sklearn_rnn.inspection._axes import COLORS, FROM_ZERO, axes_or_new
from sklearn_rnn.inspection._panels import draw_bars, draw_series
from sklearn_rnn.inspection._rows import read_one_row

# Lines in these stand out from the ground.
ON_BLUE = ("black", *COLORS[1:5])


class AttentionDisplay:
    """The attention weights over the steps of one sequence.

    Made by `from_estimator`, which draws it too. Of text, and wherever there are
    tokens, a bar for each token; of numbers the series, on a ground that is the
    darker the more a step counts.

    Parameters
    ----------
    weights : ndarray of shape (n_timesteps,)
        They sum to 1.
    values : ndarray of shape (n_timesteps, n_variables), default=None
        The sequence of numbers that was read.
    tokens : sequence of str, default=None
        The tokens that were read.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    bars_ : matplotlib BarContainer or None
        The weights, where there are no `values`.
    ground_ : matplotlib AxesImage or None
        The weights, where there are `values`.

    See Also
    --------
    StatesDisplay : What the network holds in mind at each step.

    Notes
    -----
    The weights say from which states the answer is made. A state knows of other steps
    than its own, so that a large weight need not mean an important token [1]_.

    References
    ----------
    .. [1] S. Jain, B. C. Wallace, "Attention is not Explanation", NAACL 2019.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_first_symbol
    >>> from sklearn_rnn.inspection import AttentionDisplay
    >>> X, y = make_first_symbol(20, 6, random_state=0)
    >>> model = RNNClassifier(4, pooling="attention", max_epochs=1, random_state=0)
    >>> display = AttentionDisplay.from_estimator(model.fit(X, y), X, row=3)
    >>> len(display.weights)
    6
    >>> plt.close(display.figure_)
    """

    def __init__(self, *, weights, values=None, tokens=None):
        self.weights = weights
        self.values = values
        self.tokens = tokens

    @classmethod
    def from_estimator(cls, estimator, X, *, row=0, ax=None):
        """Compute the weights over one row of X and draw them.

        Parameters
        ----------
        estimator : fitted RNNClassifier, RNNRegressor or Pipeline
            With ``pooling="attention"``. Of a pipeline the last step counts.
        X : what its ``predict`` takes
        row : int, default=0
            Which row of X.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : AttentionDisplay

        Raises
        ------
        TypeError
            If the estimator is none of this package, or pools nothing.
        ValueError
            If it was fitted with another pooling.
        IndexError
            If X has no such row.
        """
        chosen = read_one_row(estimator, X, row)
        if not hasattr(chosen.rnn, "attention_weights"):
            raise TypeError(
                "AttentionDisplay needs an RNNClassifier or RNNRegressor with "
                f"pooling='attention', got {chosen.rnn!r}, which pools nothing."
            )
        (weights,) = chosen.rnn.attention_weights(chosen.sequences)
        display = cls(weights=weights, values=chosen.values, tokens=chosen.words)
        return display.plot(ax)

    def plot(self, ax=None):
        """Draw the weights.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : AttentionDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        self.bars_ = self.ground_ = None
        if self.values is None:
            self._draw_bars(ax)
        else:
            self._draw_ground(ax)
        ax.set_title("Attention", loc="center" if self.values is None else "left")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_bars(self, ax):
        n_steps = len(self.weights)
        blue, red, *_ = COLORS
        self.bars_ = draw_bars(ax, self.weights, blue, self.tokens)
        ax.axhline(1 / n_steps, color=red, ls="--", lw=1.5, label="all alike")
        ax.legend()
        ax.set_ylabel("attention weight")

    def _draw_ground(self, ax):
        n_steps = len(self.weights)
        draw_series(ax, self.values, ON_BLUE)
        self.ground_ = ax.imshow(
            self.weights[np.newaxis],
            cmap=FROM_ZERO,
            vmin=0.0,
            aspect="auto",
            interpolation="nearest",
            extent=(-0.5, n_steps - 0.5, *ax.get_ylim()),
            alpha=0.6,  # the lines stay readable on the darkest steps
        )
        ax.figure.colorbar(self.ground_, ax=ax, label="attention weight", pad=0.02)
        ax.set(xlabel="time step", ylabel="value")
