"""What a server answers after each step of two streams."""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn import RNNClassifier
from sklearn_rnn.inspection._axes import COLORS

rng = np.random.default_rng(0)
y = np.arange(300) % 2
X = rng.normal(size=(300, 30)) + 0.3 * y[:, np.newaxis]
model = RNNClassifier(
    16, cell="gru", bidirectional=False, pooling="mean", max_epochs=15, random_state=0
)
model.fit(X[10:], y[10:])

figure, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
for stream, color in zip((0, 1), COLORS, strict=False):
    state, said = None, []
    for value in X[stream]:
        probabilities, state = model.step([value], state)
        said.append(probabilities[0, 1])
    ax.plot(range(1, 31), said, color=color, label=f"stream of class {y[stream]}")
ax.set(xlabel="step", ylabel="probability of class 1", ylim=(0, 1), xlim=(1, 30))
ax.legend(frameon=False)
plt.show()
