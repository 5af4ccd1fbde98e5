"""The losses of a fit that stops early, and the epoch that is kept."""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNRegressor
from sklearn_rnn.inspection._axes import COLORS

random = np.random.default_rng(0)
X = random.normal(size=(300, 12))
y = X[:, 0] * X[:, 6] + random.normal(scale=0.5, size=300)
model = RNNRegressor(
    hidden_size=24,
    early_stopping=True,
    validation_fraction=0.3,
    n_iter_no_change=15,
    lr_schedule=None,
    lr=0.005,
    max_epochs=60,
    random_state=0,
).fit(X, y)

history = model.history_
epochs = np.arange(1, model.n_iter_ + 1)
figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ax.plot(epochs, history["train_loss"], color=COLORS[0], label="rows trained on")
ax.plot(
    epochs,
    history["valid_loss"],
    color=COLORS[1],
    linestyle="--",
    label="rows held out",
)
best = model.best_epoch_
ax.axvline(best, color="black", linewidth=0.8, linestyle=":")
ax.scatter([best], [history["valid_loss"][best - 1]], color=COLORS[1], zorder=3)
ax.annotate(
    f"epoch {best}: these weights come back",
    (best, history["valid_loss"][best - 1]),
    (8, 38),
    textcoords="offset points",
)
ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
ax.set_title("Overfitting after a while")
ax.legend(loc="lower left")
ax.spines[["top", "right"]].set_visible(False)
