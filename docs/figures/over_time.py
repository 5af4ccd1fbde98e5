"""Draw the probability of each class after each step of one wave."""

import matplotlib.pyplot as plt

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_sine_waves
from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES

X, y = make_sine_waves(300, 30, noise=0.2, random_state=0)
model = RNNClassifier(16, bidirectional=False, max_epochs=30, random_state=0)
model.fit(X[:200], y[:200])
row = 200
(probas,) = model.predict_proba_over_time(X[row : row + 1])

figure, (above, below) = plt.subplots(
    2, 1, figsize=(6, 4), sharex=True, layout="constrained", height_ratios=[1, 2]
)
above.plot(X[row], color="black", marker=".")
above.set(title="A wave, as it comes", ylabel="value")
names = ["one period", "two", "three"]
for name, p, color, style in zip(names, probas.T, COLORS, LINE_STYLES, strict=False):
    below.plot(p, color=color, ls=style, lw=2, label=name)
below.set(
    title=f"The prediction after each step (true class: {names[y[row]]})",
    xlabel="time step",
    ylabel="probability",
    ylim=(0, 1.02),
)
below.legend(loc="upper left", ncols=3, fontsize="small")
