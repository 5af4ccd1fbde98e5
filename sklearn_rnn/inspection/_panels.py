"""Several axes one under the other, and what is drawn on more than one of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES, axes_or_new

if TYPE_CHECKING:
    pass

# So many labels of words fit beside each other in a picture of 600 pixels.
READABLE_LABELS = 40
# So many lines can be told apart, and find a place in a legend.
READABLE_LINES = 7


def panels_or_new(ax: Any, heights: Sequence[float]) -> NDArray[np.object_]:
    """Return one axes for each panel, one under the other over a common x axis.

    Parameters
    ----------
    ax : matplotlib Axes, array-like of Axes or None
        As many axes as there are panels; one, whose place is divided among them; or
        None for a new figure.
    heights : sequence of float
        Of the panels, in inches where the figure is new.

    Returns
    -------
    axes : object ndarray of shape (n_panels,)

    Raises
    ------
    ImportError
        If matplotlib is missing.
    ValueError
        If the number of axes does not fit.
    """
    is_new = ax is None
    given = np.ravel(np.asarray(axes_or_new(ax), dtype=object))
    if is_new:
        given[0].figure.set_size_inches(6.4, sum(heights) + 0.6)
    if len(given) == len(heights):
        return given
    place = given[0].get_subplotspec() if len(given) == 1 else None
    if place is None:
        raise ValueError(
            f"ax must be one axes of plt.subplots, or an array of {len(heights)}, one "
            f"for each panel, got {len(given)}; pass ax=None for a new figure."
        )
    given[0].set_axis_off()
    grid = place.subgridspec(len(heights), 1, height_ratios=heights)
    figure = given[0].figure
    first = figure.add_subplot(grid[0])
    axes = [first]
    axes += [figure.add_subplot(cell, sharex=first) for cell in list(grid)[1:]]
    for upper in axes[:-1]:
        upper.tick_params(labelbottom=False)
    return np.array(axes, dtype=object)


def draw_series(ax: Any, values: NDArray[Any]) -> None:
    """Draw the variables of a sequence of numbers over its steps.

    A title is best on the left: the legend is above the axes, on the right.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (n_timesteps, n_variables)
    """
    n_variables = values.shape[1]
    for i, variable in enumerate(values.T):
        label = f"variable {i}" if 1 < n_variables <= READABLE_LINES else None
        ax.plot(
            np.arange(len(variable)),
            variable,
            color=COLORS[i % len(COLORS)],
            linestyle=LINE_STYLES[i % len(LINE_STYLES)],
            lw=1.5,
            marker="." if len(variable) <= READABLE_LABELS else None,
            label=label,
        )
    if 1 < n_variables <= READABLE_LINES:
        ax.legend(  # above, where no line is hidden by it
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.1,
            frameon=False,
            fontsize="small",
            ncols=n_variables,
            columnspacing=1.0,
        )


def label_steps(ax: Any, tokens: Any, steps: Any = None) -> None:
    """Write tokens under their steps, or as many of them as can be read.

    Parameters
    ----------
    ax : matplotlib Axes
    tokens : sequence of str
    steps : int array-like, default=None
        Those to label; evenly chosen among all if None.
    """
    if steps is None:
        steps = range(0, len(tokens), -(-len(tokens) // READABLE_LABELS))
    labels = [_shortened(str(tokens[step])) for step in steps]
    # A dollar sign would begin a formula.
    labels = [label.replace("$", r"\$") for label in labels]
    is_narrow = sum(map(len, labels)) + 2 * len(labels) <= 60
    ax.set_xticks(
        list(steps),
        labels=labels,
        rotation=0 if is_narrow else 90,
        fontsize="small",
    )


def _shortened(token: str, longest: int = 14) -> str:
    return token if len(token) <= longest else token[: longest - 1] + "…"
