"""Draw the picture of the README: the forecast of its program, and named steps.

    python tools/draw_readme.py docs/images/readme.png

Both halves are computed here, from bundled data, in half a minute on one core.
"""

import re
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.patches import Patch

from sklearn_rnn import RNNTagger
from sklearn_rnn.datasets import make_activities
from sklearn_rnn.inspection._axes import COLORS

README = Path(__file__).parents[1] / "README.md"
N_WEEKS = 156  # that are drawn before the forecast


def program():
    """Give the program of the README."""
    (found, *_) = re.findall(
        r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S
    )
    return found


def draw_forecast(ax):
    """Run the program of the README, and draw its forecast and what came."""
    names = {}
    exec(program(), names)  # the project's own page
    weeks = names["weeks"].astype("datetime64[D]")
    before, after = weeks[-52 - N_WEEKS : -52], weeks[-52:]
    ax.fill_between(after, names["low"], names["high"], color=COLORS[0], alpha=0.3)
    ax.plot(after, names["median"], color=COLORS[0], lw=2.5, label="forecast")
    ax.plot(before, names["past"][-N_WEEKS:], color="black", lw=1)
    ax.plot(after, names["year"], "k.", ms=4, label="measured")
    ax.legend(loc="upper left")
    ax.xaxis.set_major_locator(YearLocator())
    ax.xaxis.set_major_formatter(DateFormatter("%Y"))
    ax.set(
        ylabel="carbon dioxide (ppm)", title="How does it go on? A year, with a band"
    )


def bouts(labels):
    """Give begin and end of each stretch of equal labels."""
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    ends = [0, *changes, len(labels)]
    return list(pairwise(ends))


def is_varied(labels):
    """Whether all four activities are in a series, none of them very short."""
    return len(set(labels)) == 4 and min(e - b for b, e in bouts(labels)) >= 6


def draw_activities(ax):
    """Draw a series on the colours of what the tagger says at each step."""
    X, y = make_activities(190, 160, mean_duration=30, noise=0.4, random_state=0)
    tagger = RNNTagger(32, max_epochs=20, random_state=0).fit(X[:150], y[:150])
    predictions = tagger.predict(X[150:])
    right = np.mean(np.concatenate(predictions) == np.concatenate(y[150:]))
    shown = next(i for i in range(40) if is_varied(y[150 + i]))
    predicted, series = predictions[shown], X[150 + shown][:, 0]
    colors = dict(zip(tagger.classes_, COLORS, strict=False))
    for begin, end in bouts(predicted):
        color = colors[predicted[begin]]
        ax.axvspan(begin - 0.5, end - 0.5, color=color, alpha=0.35, lw=0)
    ax.plot(series, color="black", lw=1)
    handles = [
        Patch(color=color, alpha=0.35, label=activity)
        for activity, color in colors.items()
    ]
    ax.legend(
        handles=handles,
        ncols=4,
        loc="upper center",
        columnspacing=0.8,
        handlelength=1.2,
    )
    ax.set(
        xlim=(0, len(predicted) - 1),
        ylim=(-3, 4.2),
        xlabel="step",
        ylabel="acceleration",
        title=f"What goes on? {right:.0%} of steps right",
    )


def main(path):
    """Draw both halves and save them."""
    with plt.rc_context({"font.size": 11.5, "axes.spines.top": False}):
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(9, 3.6), layout="constrained"
        )
        draw_forecast(left)
        draw_activities(right)
        figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
