"""What each change of the defaults gives or costs, on each task and in the mean."""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.inspection._axes import COLORS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import bench_defaults  # noqa: E402

results = BENCHMARKS / "results/defaults.json"
scores = json.loads(results.read_text(encoding="utf-8"))["scores"]
found = {
    name: bench_defaults.differences(scores, name)
    for name in scores
    if name != bench_defaults.BASE
}
means = {name: bench_defaults.over_tasks(by_task) for name, by_task in found.items()}
names = sorted(found, key=lambda name: -means[name][0])

figure, ax = plt.subplots(figsize=(7.6, 5.2), layout="constrained")
ax.axvline(0, color="#888888", linewidth=1)
for place, name in enumerate(names):
    tasks = [np.mean(runs) for runs in found[name].values()]
    ax.scatter(tasks, np.full(len(tasks), place), s=14, color="#888888", zorder=2)
    mean, error = means[name]
    ax.errorbar(
        mean, place, xerr=2 * error, color=COLORS[1], marker="o", markersize=7, zorder=3
    )
ax.scatter([], [], s=14, color="#888888", label="one task, five seeds")
ax.errorbar([], [], [], color=COLORS[1], marker="o", label="mean, two standard errors")
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set_xscale("symlog", linthresh=0.05, linscale=3)
ticks = [-0.2, -0.05, -0.02, 0, 0.02, 0.05, 0.2]
ax.set_xticks(ticks, [f"{tick:+g}" if tick else "0" for tick in ticks])
ax.set(xlabel="score less that of the defaults", title="The defaults with one change")
figure.legend(loc="outside lower center", ncols=2)
ax.spines[["top", "right"]].set_visible(False)
