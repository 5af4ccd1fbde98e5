"""Where the displays draw, and in which colours."""

from typing import Any

# Those of Okabe and Ito (2008), told apart with any colour vision, but for their
# yellow, which is too light for a line on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "black")
LINE_STYLES = ("-", "--", "-.", ":")
# Maps of colours that stay apart with any colour vision: of numbers on both sides of
# zero, blue above it, and of shares.
AROUND_ZERO = "RdBu"
FROM_ZERO = "Blues"


def axes_or_new(ax: Any) -> Any:
    """Return the axes given, or those of a new figure.

    Raises
    ------
    ImportError
        If matplotlib is missing.
    """
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Drawing needs matplotlib, which is not installed; run pip install "
            "matplotlib. The arrays are in the display without it."
        ) from error
    _, ax = plt.subplots(layout="constrained")
    return ax


def write_dates_short(ax: Any) -> None:
    """Write only what changes from one date to the next, so that none overlap."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def line_style(
    ax: Any, name: str | None, given: dict[str, Any], *, linewidth: float = 2.0
) -> dict[str, Any]:
    """Style a line: what is given, by any of matplotlib's names, over our defaults."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    style = {"linewidth": linewidth, **next_style(ax), "label": name}
    return style | normalize_kwargs(given, Line2D)


def next_style(ax: Any) -> dict[str, Any]:
    """Choose colour and dashes by how many lines the axes hold already."""
    n_lines = len(ax.lines)
    return {
        "color": COLORS[n_lines % len(COLORS)],
        "linestyle": LINE_STYLES[n_lines % len(LINE_STYLES)],
    }
