"""What became of files changed at random, and of memory under load."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

RESULTS = Path(__file__).parents[2] / "benchmarks/results"
hostile = json.loads((RESULTS / "hostile.json").read_text(encoding="utf-8"))
load = json.loads((RESULTS / "load.json").read_text(encoding="utf-8"))

changes = {
    name.replace("_", " "): (counts.get("refused", 0), counts.get("loaded", 0))
    for name, counts in hostile["outcomes"].items()
    if name != "could not be made"
}
names = sorted(changes, key=lambda name: sum(changes[name]))
refused, loaded = np.array([changes[name] for name in names]).T / 1000

figure, (left, right) = plt.subplots(
    1, 2, figsize=(8.2, 3.6), width_ratios=[1.35, 1], layout="constrained"
)
left.barh(names, refused, color=COLORS[0], label="refused")
left.barh(names, loaded, left=refused, color=COLORS[4], label="loaded")
left.set(xlabel="thousand files", title="Files changed to harm: no other error")
left.legend(loc="lower right")
for name, color, label in [
    ("predictions", COLORS[0], "100,000 predictions"),
    ("fits", COLORS[1], "1,000 fits"),
]:
    megabytes = load[name]["megabytes"]
    share = np.linspace(0, 100, len(megabytes))
    style = "-" if name == "predictions" else "--"
    right.plot(share, megabytes, style, color=color, label=label)
right.set(
    ylim=(0, 500), xlabel="% of the calls done", ylabel="memory of the process, MB"
)
right.set_title("Memory under load")
right.legend(loc="lower right")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
