"""An Elman RNN as a loop, and unrolled over the steps of a sequence."""

import matplotlib.pyplot as plt

from sklearn_rnn.inspection._axes import COLORS

BLUE, ORANGE, GREEN = COLORS[:3]


def draw_node(ax, x, y, text, color):
    """Write white text into a coloured box."""
    ax.text(
        x,
        y,
        text,
        color="white",
        fontsize=13,
        ha="center",
        va="center",
        bbox={"boxstyle": "round,pad=0.45", "facecolor": color, "edgecolor": "none"},
        zorder=3,
    )


def draw_arrow(ax, start, end, color="black", **style):
    """Draw an arrow from one place to another."""
    arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.8, "mutation_scale": 15}
    ax.annotate("", end, start, arrowprops={**arrow, **style}, zorder=2)


def draw_column(ax, x, name):
    """Draw the input, the state and the way from the one to the other."""
    draw_node(ax, x, 0.0, f"$x_{name}$", BLUE)
    draw_node(ax, x, 1.4, f"$h_{name}$", ORANGE)
    draw_arrow(ax, (x, 0.28), (x, 1.12))
    ax.text(x + 0.08, 0.68, "$W_{ih}$", fontsize=12, va="center")


fig, ax = plt.subplots(figsize=(7.5, 4.2), layout="constrained")

draw_column(ax, 0.0, "t")
loop = {"connectionstyle": "arc3,rad=-2.2", "shrinkA": 0, "shrinkB": 0}
draw_arrow(ax, (-0.17, 1.62), (0.17, 1.62), ORANGE, **loop)
ax.text(0.0, 2.2, "$W_{hh}$", fontsize=12, ha="center")
ax.text(0.9, 1.4, "=", fontsize=24, ha="center", va="center")

columns = {2.1: "1", 3.5: "2", 4.9: "3", 7.1: "T"}
draw_node(ax, 1.3, 1.4, "$0$", "0.55")
for x, name in columns.items():
    draw_column(ax, x, name)
arrows = {1.5: 1.8, 2.4: 3.2, 3.8: 4.6, 5.2: 5.75, 6.25: 6.8}
for start, end in arrows.items():
    draw_arrow(ax, (start, 1.4), (end, 1.4), ORANGE)
for x in (2.8, 4.2, 6.5):
    ax.text(x, 1.58, "$W_{hh}$", fontsize=12, ha="center")
for y in (0.0, 1.4):
    ax.text(6.0, y, "···", fontsize=20, ha="center", va="center")

draw_node(ax, 7.1, 2.8, "$f(x)$", GREEN)
draw_arrow(ax, (7.1, 1.68), (7.1, 2.5))
ax.text(7.0, 2.1, "pool, head", fontsize=11, ha="right", va="center")

back = {"linestyle": (0, (4, 2)), "lw": 1.4}
draw_arrow(ax, (6.4, 2.45), (2.1, 2.45), "0.35", **back)
ax.text(4.25, 2.58, "the gradient comes back", fontsize=11, ha="center", color="0.25")

ax.text(0.0, -0.55, "a loop", fontsize=12, ha="center")
ax.text(4.3, -0.55, "the same weights at every step", fontsize=12, ha="center")
ax.set(xlim=(-0.6, 7.65), ylim=(-0.75, 3.15))
ax.axis("off")
plt.show()
