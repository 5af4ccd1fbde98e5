"""Where in a sequence a transcriber finds the labels of its answer."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import axes_or_new, line_style
from sklearn_rnn.inspection._estimators import fitted_steps
from sklearn_rnn.inspection._rows import choose_row, read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self

BLANK_STYLE = {"color": "0.6", "linestyle": ":"}


class AlignmentDisplay:
    """The probabilities of a transcriber over the steps, and where its labels are.

    Made by `from_estimator`, which draws it too: a line for the blank and for each
    label of the answer, and each label above the steps that it is aligned with.

    Parameters
    ----------
    probabilities : ndarray of shape (n_timesteps, n_classes + 1)
        Of the blank, in column 0, and of each label at each step.
    classes : ndarray of shape (n_classes,)
        The labels, in the order of the columns.
    labels : list of length n_labels
        Those of the answer.
    spans : int ndarray of shape (n_labels, 2)
        The first step of each label of the answer, and the step behind its last.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    lines_ : list of matplotlib Line2D
        The line of the blank, and of each label that is in the answer.

    See Also
    --------
    sklearn_rnn.RNNTranscriber.align : The spans of many sequences.
    sklearn_rnn.RNNTranscriber.predict_log_proba : Their probabilities.

    Notes
    -----
    A label often has one step or a few, where the network is sure of it, and the blank
    has all the others: this is how connectionist temporal classification learns, and
    says little about how long a label lasts.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from sklearn_rnn import RNNTranscriber
    >>> from sklearn_rnn.inspection import AlignmentDisplay
    >>> up_down = np.array([[0.0], [1.0], [0.0], [-1.0], [0.0]])
    >>> X = [np.repeat(s * up_down, n, axis=0) for n in range(1, 9) for s in (1, -1)]
    >>> params = {"max_epochs": 20, "input_noise": 0.0, "random_state": 0}
    >>> model = RNNTranscriber(8, batch_size=4, lr=0.05, **params)
    >>> model = model.fit(X, ["ab", "ba"] * 8)
    >>> display = AlignmentDisplay.from_estimator(model, X)
    >>> display.labels, display.spans.tolist()
    (['a', 'b'], [[1, 2], [4, 5]])
    >>> plt.close()
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    lines_: "list[Line2D]"

    def __init__(
        self,
        *,
        probabilities: NDArray[Any],
        classes: NDArray[Any],
        labels: list[Any],
        spans: NDArray[Any],
    ) -> None:
        self.probabilities = probabilities
        self.classes = classes
        self.labels = labels
        self.spans = spans

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
        """Compute the probabilities and the alignment of one sequence, and draw them.

        Parameters
        ----------
        estimator : fitted RNNTranscriber or Pipeline
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
        display : AlignmentDisplay

        Raises
        ------
        TypeError
            If the estimator is no transcriber.
        NotFittedError
            If it is not fitted.
        ValueError
            If the answer cannot be aligned.
        """
        _, rnn = fitted_steps(estimator)
        if not hasattr(rnn, "align"):
            raise TypeError(f"AlignmentDisplay needs an RNNTranscriber, got {rnn!r}.")
        sequences = read_rows(estimator, choose_row(X, row), words=False).sequences
        answer = rnn.predict(sequences) if y is None else choose_row(y, row)
        (spans,) = rnn.align(sequences, answer)
        (log_proba,) = rnn.predict_log_proba(sequences)
        (labels,) = rnn._target.labels_of(answer)
        display = cls(
            probabilities=np.exp(log_proba),
            classes=rnn.classes_,
            labels=list(labels),
            spans=spans,
        )
        return display.plot(ax)

    def plot(self, ax: "Axes | None" = None) -> "Self":
        """Draw the probabilities and the alignment.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.

        Returns
        -------
        display : AlignmentDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        steps = np.arange(len(self.probabilities))
        style = line_style(ax, "blank", BLANK_STYLE, linewidth=1.5)
        self.lines_ = ax.plot(steps, self.probabilities[:, 0], **style)
        for column, label in enumerate(self.classes.tolist(), 1):
            if label in self.labels:
                style = line_style(ax, str(label), {})
                self.lines_ += ax.plot(steps, self.probabilities[:, column], **style)
        drawn = {line.get_label(): line.get_color() for line in self.lines_}
        for label, (start, stop) in zip(self.labels, self.spans, strict=True):
            color = drawn[str(label)]
            ax.axvspan(start - 0.5, stop - 0.5, color=color, alpha=0.15, linewidth=0)
            at = (start + stop - 1) / 2
            ax.text(at, 1.02, str(label).replace("$", r"\$"), ha="center", color=color)
        ax.set(xlabel="step", ylabel="probability", ylim=(0.0, 1.1))
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        self.ax_, self.figure_ = ax, ax.figure
        return self
