"""What few tweets teach, from random weights and from an encoder, draw by draw."""

import json
from pathlib import Path

import matplotlib.pyplot as plt

results = Path(__file__).parents[2] / "benchmarks/results/pretrained.json"
by_number = json.loads(results.read_text(encoding="utf-8"))["tweets"]["r"]
ways = {
    "from random weights": "from random weights",
    "from the encoder": "from the encoder",
    "on the encoder, which stays": 'freeze_epochs="all"',
    "the classifier itself": "the classifier itself",
}

figure, axes = plt.subplots(
    1,
    len(by_number),
    figsize=(7.4, 2.8),
    sharex=True,
    sharey=True,
    layout="constrained",
)
for ax, (n_tweets, found) in zip(axes, by_number.items(), strict=True):
    for place, name in enumerate(ways):
        draws = found[name]["draws"]
        ax.plot(draws, [place] * len(draws), "o", alpha=0.6)
    ax.set_title(f"{n_tweets} tweets")
    ax.set_xlabel("Pearson's r on other tweets")
axes[0].set_yticks(range(len(ways)), list(ways.values()))
axes[0].invert_yaxis()
axes[0].set_xlim(0, 0.7)
