"""
Classify signals with stacked LSTMs
===================================

Three stations listen to the ground. A quake reaches all of them within a few seconds,
in whatever order; a false alarm is made of three disturbances that have nothing to do
with each other, each as strong as a quake. No station alone knows which it was, only
their moments together. Three stacked LSTMs learn it, watched on validation data of our
own choice.
"""

# %%
# The data: of each alarm 40 seconds at three stations. For the false alarms the quakes
# of each station are dealt out anew, so that every column of ``X`` looks the same in
# both classes. Now and then three lorries pass together by chance: even who knows all
# moments exactly is not always right.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from skorch.callbacks import EpochScoring

from sklearn_rnn import RNNClassifier

MAX_EPOCHS = 10
N_SECONDS = 40
REACH = 4  # seconds, at most, from the first station to the last


def make_alarms(n_samples, rng):
    """Make quakes (1) and false alarms (0), and the moments they are made of."""
    y = np.arange(n_samples) % 2
    start = rng.integers(1, N_SECONDS - 2 * REACH, size=(n_samples, 1))
    moments = start + rng.integers(REACH + 1, size=(n_samples, 3))
    moments[y == 0] = rng.permuted(moments[y == 0], axis=0)
    since = np.arange(N_SECONDS)[:, np.newaxis] - moments[:, np.newaxis, :]
    X = np.where(since >= 0, 2 * np.exp(-since.clip(0) / 3), 0)
    return X + rng.normal(scale=0.5, size=X.shape), y, moments


rng = np.random.default_rng(0)
X, y, _ = make_alarms(2400, rng)
X_val, y_val, moments = make_alarms(800, rng)
to_be_had = np.mean((np.ptp(moments, axis=1) <= REACH) == y_val)
print(f"{X.shape} to learn from, {X_val.shape} to validate with")

# %%
# Three layers of 50 units, a fifth of each layer's output dropped in training, and
# one output through a sigmoid, as always with two classes. The learning rate falls
# with the number ``u`` of the update. What is given as ``X_val`` and ``y_val`` is
# scored after each epoch; a callback of skorch does so for the training part, too,
# from the outputs of its batches.


def accuracy(net, X, y):
    """Score the outputs before the sigmoid: above 0 is a quake."""
    return np.mean((net.predict(X) > 0) == y)


model = RNNClassifier(
    50,
    cell="lstm",
    num_layers=3,
    bidirectional=False,
    pooling="last",
    dropout=0.2,
    optimizer="adam",
    lr=1e-3,
    lr_schedule=lambda u: 1 / (1 + 1e-6 * u),
    batch_size=32,
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    callbacks=[EpochScoring(accuracy, lower_is_better=False, on_train=True)],
    random_state=0,
)
model.fit(X, y, X_val=X_val, y_val=y_val)
history = model.history_
print(f"learning rate: {history['lr'][0]:.6f} to {history['lr'][-1]:.6f}")

# %%
# A linear model sees the same 120 numbers of an alarm side by side.

linear = LogisticRegression(max_iter=1000)
linear.fit(X.reshape(len(X), -1), y)
scores = {
    "linear model": linear.score(X_val.reshape(len(X_val), -1), y_val),
    "three LSTMs": model.score(X_val, y_val),
    "all moments known": to_be_had,
}
print("\naccuracy on the validation data")
for name, score in scores.items():
    print(f"{name:>17}: {score:.1%}")

# %%
# Above, one alarm of each kind; below, what happened in each epoch. In training units
# are dropped, and the weights still change during an epoch: so its curve begins on the
# worse side of that of validation.

epochs = np.arange(1, model.n_iter_ + 1)
train_score = np.array(model.net_.history[:, "accuracy"])

fig, ((quake, lorries), (losses, accuracies)) = plt.subplots(
    2, 2, figsize=(8, 6.5), layout="constrained"
)
for ax, label, title in [(quake, 1, "An earthquake"), (lorries, 0, "A false alarm")]:
    ax.plot(X[y == label][0] + [0, 4, 8], color="black", lw=1)
    ax.set(title=title, xlabel="seconds")
    ax.set_yticks([0, 4, 8], ["station 1", "station 2", "station 3"])

losses.plot(epochs, history["train_loss"], "o-", label="training")
losses.plot(epochs, history["valid_loss"], "s--", label="validation")
losses.set(title="Loss", xlabel="epoch", ylabel="cross-entropy (nats)")
losses.legend()

accuracies.plot(epochs, 100 * train_score, "o-", label="training")
accuracies.plot(epochs, 100 * history["valid_score"], "s--", label="validation")
for name, style in [("all moments known", "-."), ("linear model", ":")]:
    accuracies.axhline(100 * scores[name], lw=1, ls=style, color="black", label=name)
accuracies.set(title="Score", xlabel="epoch", ylabel="accuracy (%)", ylim=(40, 102))
accuracies.legend(loc="center right", fontsize="small")
plt.show()

# %%
# To the linear model an alarm is hardly more than a coin. In the last epochs the loss
# of the three LSTMs still falls in training, but on the validation data no more.

print(
    f"Three LSTMs are right about {scores['three LSTMs']:.0%} of new alarms, the "
    "linear "
    f"model about {scores['linear model']:.0%}; {scores['all moments known']:.0%} is "
    "all "
    "that can be had."
)
