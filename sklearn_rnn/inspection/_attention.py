"""Which steps a translator looked at for each label of its answer."""

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import FROM_ZERO, axes_or_new
from sklearn_rnn.inspection._estimators import fitted_steps
from sklearn_rnn.inspection._rows import choose_row, read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from typing_extensions import Self

END = "end"
# More names than this along an axis could not be read.
MOST_NAMES = 60


class AttentionDisplay:
    """How much each step of a sequence counted for each label of the answer.

    Made by `from_estimator`, which draws it too: a row for each label and one for the
    end, a column for each step, darker for more weight.

    Parameters
    ----------
    weights : ndarray of shape (n_labels + 1, n_timesteps)
        Rows sum to 1.
    labels : list of length n_labels
        Those of the answer.
    steps : list of length n_timesteps
        The tokens of the sequence, or the numbers of its steps.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    image_ : matplotlib AxesImage
        The heat map.

    See Also
    --------
    sklearn_rnn.RNNTranslator.attention_weights : The weights of many sequences.

    Notes
    -----
    The weights say where the decoder looked. What is found there went through the
    recurrent layers, and holds something of all other steps: a weight is no
    contribution.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNTranslator, TextVectorizer
    >>> from sklearn_rnn.inspection import AttentionDisplay
    >>> model = RNNTranslator(8, max_epochs=20, random_state=0)
    >>> pipe = make_pipeline(TextVectorizer(analyzer="char"), model)
    >>> pipe = pipe.fit(["ab", "ba"], ["xyz", "zyx"])
    >>> AttentionDisplay.from_estimator(pipe, ["ab"], ["xyz"]).weights.shape
    (4, 2)
    >>> plt.close()
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    image_: "AxesImage"

    def __init__(
        self, *, weights: NDArray[Any], labels: list[Any], steps: list[Any]
    ) -> None:
        self.weights = weights
        self.labels = labels
        self.steps = steps

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        row: int = 0,
        ax: "Axes | None" = None,
    ) -> "Self":
        """Compute the weights for one sequence and draw them.

        Parameters
        ----------
        estimator : fitted RNNTranslator or Pipeline
            Of a pipeline the last step counts.
        X : what its ``predict`` takes
        y : array-like of shape (n_samples,), default=None
            Answers; the predicted one if None.
        row : int, default=0
            Which sequence, counted from 0, or from the end with -1.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : AttentionDisplay

        Raises
        ------
        TypeError
            If the estimator is no translator.
        NotFittedError
            If it is not fitted.
        """
        _, rnn = fitted_steps(estimator)
        if not hasattr(rnn, "predict_n_best") or not hasattr(rnn, "attention_weights"):
            raise TypeError(
                f"AttentionDisplay needs an RNNTranslator, got {rnn!r}; the attention "
                "of a pooling is drawn by StepImportanceDisplay and "
                "TokenImportanceDisplay."
            )
        rows = read_rows(estimator, choose_row(X, row), words=True)
        answer = rnn.predict(rows.sequences) if y is None else choose_row(y, row)
        (weights,) = rnn.attention_weights(rows.sequences, answer)
        (labels,) = rnn._target.labels_of(answer)
        steps = list(range(weights.shape[1])) if rows.tokens is None else rows.tokens[0]
        display = cls(weights=weights, labels=list(labels), steps=list(steps))
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
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
        self.image_ = ax.imshow(
            self.weights, cmap=FROM_ZERO, vmin=0.0, vmax=1.0, aspect="auto"
        )
        ax.figure.colorbar(self.image_, ax=ax, label="weight", pad=0.02)
        _write_names(ax.set_xticks, self.steps)
        _write_names(ax.set_yticks, [*self.labels, END])
        ax.set(xlabel="step", ylabel="answer")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _write_names(set_ticks: Any, names: list[Any]) -> None:
    """Write the names along an axis, as far as they could be read."""
    if len(names) <= MOST_NAMES:
        written = [str(name).replace("$", r"\$") for name in names]
        is_long = max(map(len, written)) > 3 and set_ticks.__name__ == "set_xticks"
        set_ticks(range(len(names)), labels=written, rotation=90 if is_long else 0)
