"""Sequences on the left, the probabilities of their classes on the right."""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_sine_waves
from sklearn_rnn.inspection._axes import COLORS

N_TRAIN = 200

X, y = make_sine_waves(300, 40, noise=0.7, random_state=0)
model = RNNClassifier(16, cell="gru", max_epochs=15, random_state=0)
model.fit(X[:N_TRAIN], y[:N_TRAIN])
probabilities = model.predict_proba(X[N_TRAIN:])
truth = y[N_TRAIN:]
predicted = probabilities.argmax(axis=1)
print("accuracy:", np.mean(predicted == truth))

# One wave of each class that is recognised, and the one that misled most.
right = predicted == truth
rows = [np.flatnonzero(right & (truth == k))[0] for k in range(3)]
rows.append(np.argmin(probabilities[np.arange(len(truth)), truth]))

fig, axes = plt.subplots(
    len(rows), 2, figsize=(7.5, 6.2), width_ratios=[3, 2], layout="constrained"
)
for row, (series, bars) in zip(rows, axes, strict=True):
    k = truth[row]
    series.plot(X[N_TRAIN + row, :, 0], ".-", color=COLORS[k], lw=1.2, ms=5)
    plural = "period" if k == 0 else "periods"
    series.set_title(f"{k + 1} {plural}", fontsize=11)
    series.set(ylim=(-3, 3), yticks=[-2, 0, 2], ylabel="value")
    drawn = bars.barh([1, 2, 3], probabilities[row], color=COLORS[:3])
    bars.bar_label(drawn, fmt="%.2f", padding=3)
    bars.set(xlim=(0, 1.25), xticks=[0, 0.5, 1], yticks=[1, 2, 3], ylabel="periods")
    bars.invert_yaxis()
for series, bars in axes[:-1]:
    series.tick_params(labelbottom=False)
    bars.tick_params(labelbottom=False)
axes[-1, 0].set_title(f"{axes[-1, 0].get_title()}: the worst of 100", fontsize=11)
axes[-1, 0].set_xlabel("step")
axes[-1, 1].set_xlabel("probability")
fig.suptitle("How many periods has this wave?")
plt.show()
