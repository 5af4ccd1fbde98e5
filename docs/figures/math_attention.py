"""Attention learns to look at the one step of a sequence that counts."""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNRegressor
from sklearn_rnn.inspection._axes import COLORS, FROM_ZERO

N_TRAIN, N_TEST, N_STEPS = 500, 100, 30
REACH = 6  # steps before and after the marked one

# Every step holds a number, one of them is marked, and that one is the target.
random = np.random.default_rng(0)
n_samples = N_TRAIN + N_TEST
numbers = random.uniform(-1, 1, size=(n_samples, N_STEPS))
place = random.integers(REACH, N_STEPS - REACH, size=n_samples)
marked = np.arange(N_STEPS) == place[:, np.newaxis]
X, y = np.stack([numbers, marked], axis=-1), numbers[marked]

model = RNNRegressor(
    8,
    cell="gru",
    pooling="attention",
    bidirectional=False,
    lr=0.02,
    max_epochs=20,
    random_state=0,
)
model.fit(X[:N_TRAIN], y[:N_TRAIN])
print("R²:", round(model.score(X[N_TRAIN:], y[N_TRAIN:]), 3))
weights = model.attention_weights(X[N_TRAIN:])
place = place[N_TRAIN:]

distances = np.arange(-REACH, REACH + 1)
aligned = np.take_along_axis(weights, place[:, np.newaxis] + distances, axis=1)
mean = aligned.mean(axis=0)
print("mean weight at the marked step and the two after it:", mean[REACH : REACH + 3])

fig, (left, right) = plt.subplots(
    1, 2, figsize=(7.5, 3.8), width_ratios=[3, 2], layout="constrained"
)
shown = np.argsort(place[:12])
image = left.imshow(
    weights[shown],
    cmap=FROM_ZERO,
    vmin=0,
    vmax=1,
    aspect="auto",
    extent=(0.5, N_STEPS + 0.5, len(shown) - 0.5, -0.5),
)
left.plot(
    place[shown] + 1,
    range(len(shown)),
    "o",
    ms=11,
    mfc="none",
    mec=COLORS[1],
    mew=1.6,
    label="marked step",
)
left.set(title="Weights of new sequences", xlabel="step $t$", ylabel="sequence")
left.set_yticks([])
left.legend(loc="lower left")
fig.colorbar(image, ax=left, label=r"$\alpha_t$", aspect=30, pad=0.02)

colors = np.where(distances == 0, COLORS[1], COLORS[0])
right.bar(distances, mean, color=colors)
right.set(
    title=f"Mean of {N_TEST}",
    xlabel="steps after the marked one",
    ylabel=r"mean $\alpha_t$",
    xticks=range(-REACH, REACH + 1, 2),
)
plt.show()
