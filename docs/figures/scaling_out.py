"""The memory that learning from a file takes, over the size of the file."""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES

RESULTS = Path(__file__).parents[2] / "benchmarks/results/memory.json"
runs = json.loads(RESULTS.read_text(encoding="utf-8"))["runs"]

figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ax.plot([0.3, 6], [300, 6000], color="#999999", linewidth=1)
ax.text(1.15, 1500, "the file itself", color="#666666", ha="right")
for name, color, style in zip(
    ["fit", "predict", "partial_fit"], COLORS, LINE_STYLES, strict=False
):
    points = sorted(
        (run["gigabytes"], run["peak_megabytes"] - run["megabytes_before"])
        for run in runs
        if run["run"] == name
    )
    ax.plot(*zip(*points, strict=True), style, marker="o", color=color, label=name)
    ax.annotate(
        f"{points[-1][1]:.0f} MB", points[-1], (8, -3), textcoords="offset points"
    )
ax.set(xscale="log", yscale="log", xlim=(0.8, 7.5), ylim=(0.25, 9000))
ax.set_xticks([1, 2, 5], ["1", "2", "5"], minor=False)
ax.minorticks_off()
ax.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
ax.set(xlabel="size of the file, GB", ylabel="memory beyond the start, MB")
ax.set_title("Learning from a file larger than the memory it takes")
ax.legend(loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
