"""
Find the unit that remembers
============================

Each sequence has fifteen symbols, 0 and 1 at random, and the class is the first of
them. A network that reads from left to right has to remember it through fourteen steps
of noise. An LSTM [1]_ has a cell state for that, and gates for what goes in, what stays
and what comes out. Here one is trained, and its states are drawn while it reads.

.. [1] S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", Neural Computation
   9(8), 1997.
"""

# %%
# The data, and an LSTM of eight units that is read out at the last step only. The only
# way from the first symbol to the prediction is through its memory.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_first_symbol
from sklearn_rnn.inspection import StatesDisplay, hidden_states

MAX_EPOCHS = 30
N_TRAIN, N_TEST = 600, 200

X, y = make_first_symbol(N_TRAIN + N_TEST, 15, random_state=0)
X_test, y_test = X[N_TRAIN:], y[N_TRAIN:]
network = RNNClassifier(
    8,
    bidirectional=False,
    pooling="last",
    embedding_dim=4,
    lr=0.03,
    batch_size=20,
    max_epochs=MAX_EPOCHS,
    random_state=0,
)
network.fit(X[:N_TRAIN], y[:N_TRAIN])
print(f"accuracy on new rows: {network.score(X_test, y_test):.2f}")

# %%
# Which unit remembers? The one whose state at the end differs most between sequences
# that began with 0 and those that began with 1, in units of how much it varies among
# sequences that began alike.

states = hidden_states(network, X_test)
cells = np.array([layers[-1]["cell"] for layers in states])
forget_gates = np.array([layers[-1]["forget"] for layers in states])
at_the_end = cells[:, -1]
zeros, ones = at_the_end[y_test == 0], at_the_end[y_test == 1]
spread = np.sqrt((zeros.var(axis=0) + ones.var(axis=0)) / 2)
distance = np.abs(zeros.mean(axis=0) - ones.mean(axis=0)) / spread
unit = int(np.argmax(distance))
print("distance of the two classes in each unit:", np.round(distance, 1))
print(f"unit {unit} remembers best")
print(f"its forget gate, in the mean: {forget_gates[:, :, unit].mean():.2f}")

# %%
# States and gates over one sequence that began with 0 (the token 2) and over one that
# began with 1 (the token 3). The order of the units is left alone, so that both
# pictures can be compared row by row.

fig, axes = plt.subplots(3, 2, sharex="col", figsize=(10, 6), layout="constrained")
for column, symbol in enumerate([0, 1]):
    row = np.flatnonzero(y_test == symbol)[0]
    StatesDisplay.from_estimator(
        network,
        X_test,
        row=row,
        what=("cell", "forget", "input"),
        sort=False,
        ax=axes[:, column],
    )
    axes[0, column].set_title(f"began with {symbol}: cell state $c$")
plt.show()

# %%
# The same unit over all test sequences: one line for each, in the colour of its class.

fig, ax = plt.subplots(layout="constrained")
for symbol, color in [(0, "#0072B2"), (1, "#D55E00")]:
    ax.plot(cells[y_test == symbol, :, unit].T, color=color, lw=0.5, alpha=0.4)
    mean = cells[y_test == symbol, :, unit].mean(axis=0)
    ax.plot(mean, color=color, lw=3, label=f"began with {symbol}")
ax.set(xlabel="time step", ylabel="cell state", title=f"Unit {unit}")
ax.legend()
plt.show()

# %%
# The two classes never touch: the unit rises after one first symbol and falls after the
# other, whatever symbols follow. Its forget gate stays open, so that little is lost;
# and because the input gate is open too, and what goes in has the sign of what is there
# already, the memory even grows with time.

print(
    f"Unit {unit} remembers: the two classes end {distance[unit]:.0f} spreads apart, "
    "and "
    f"its forget gate is {forget_gates[:, :, unit].mean():.2f} in the mean."
)
