"""How the time per epoch grows with samples, length, units and layers.

One of them is doubled at a time, the others stay at their base; ours only. The time is
the difference of two fits, so that what happens once per fit does not count.

    python benchmarks/bench_scaling.py --folder bench_output
"""

import argparse
import statistics
from dataclasses import replace
from pathlib import Path

from implementations.ours import Implementation, limit_threads
from measuring import environment, pin, seconds, write_json
from report import growth_table
from workloads import Workload, make_data

BASE = Workload(
    "base",
    "32 steps of 8 values",
    "binary",
    n_samples=256,
    n_measured=256,
    batch_size=32,
    n_features=8,
    cell="lstm",
    hidden_size=32,
    max_length=32,
)
CELLS = ("lstm", "gru")
# What is varied -> its first value and its name in figure and table.
AXES = {
    "n_measured": (128, "samples"),
    "max_length": (8, "time steps"),
    "hidden_size": (8, "hidden_size"),
    "num_layers": (1, "num_layers"),
}
EPOCHS = (1, 3)


def make_points(n_doublings):
    """Return the workloads to measure, by cell, axis and value."""
    return {
        (cell, axis, first * 2**k): replace(BASE, cell=cell, **{axis: first * 2**k})
        for cell in CELLS
        for axis, (first, _) in AXES.items()
        for k in range(n_doublings + 1)
    }


def seconds_per_epoch(implementation):
    """Return the time of one more epoch."""
    few, many = EPOCHS
    short = seconds(implementation.fit, few)
    return (seconds(implementation.fit, many) - short) / (many - few)


def measure(points, repetitions):
    """Return the median time per epoch of each point; all of them in turns."""
    implementations = {
        point: Implementation(workload, make_data(workload))
        for point, workload in points.items()
    }
    for cell in CELLS:
        seconds_per_epoch(implementations[cell, "num_layers", 1])  # the first is slow
    times = {point: [] for point in points}
    for _ in range(repetitions):
        for point, implementation in implementations.items():
            times[point].append(seconds_per_epoch(implementation))
    return {point: statistics.median(values) for point, values in times.items()}


def curve(times, cell, axis):
    """Return the values of an axis and the times there."""
    values = [value for c, a, value in times if (c, a) == (cell, axis)]
    return values, [times[cell, axis, value] for value in values]


def draw(times, path):
    """Draw one panel for each axis, both scales logarithmic."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(
        1, len(AXES), figsize=(13, 3.6), sharey=True, layout="constrained"
    )
    for panel, (axis, (_, label)) in zip(panels, AXES.items(), strict=True):
        for cell in CELLS:
            panel.plot(*curve(times, cell, axis), "o-", label=cell)
        values, from_here = curve(times, CELLS[0], axis)
        end = from_here[-1]
        guide = [end * value / values[-1] for value in values]
        panel.plot(values, guide, ":", color="gray", label="proportional")
        panel.set_xscale("log", base=2)
        panel.set_xlabel(label)
    panels[0].set_yscale("log")  # of all, they share it
    panels[0].set_ylabel("seconds per epoch")
    panels[0].legend()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main():
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--doublings", type=int, default=6)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("bench_output"),
        help="where scaling.json and scaling.png go",
    )
    arguments = parser.parse_args()

    pin({arguments.core})
    limit_threads()
    times = measure(make_points(arguments.doublings), arguments.repetitions)
    results = {
        "environment": environment(),
        "seconds_per_epoch": [
            {"cell": cell, "axis": AXES[axis][1], "value": value, "seconds": time}
            for (cell, axis, value), time in times.items()
        ],
    }
    print("Seconds per epoch.\n")
    print("\n".join(growth_table(results)))
    write_json(arguments.folder / "scaling.json", results)
    draw(times, arguments.folder / "scaling.png")


if __name__ == "__main__":
    main()
