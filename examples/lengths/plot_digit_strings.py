"""
Transcribe rows of digits that are not cut apart
================================================

Reading a number off a picture starts with a question: where does one digit end? A
network that transcribes needs no answer. It is given pictures and the digits in them,
and finds the places by itself. Does it read as well as one that sees digits cut apart?
"""

# %%
# The data: scikit-learn's small pictures of handwritten digits. One to five of them
# stand side by side, with 0 to 3 empty columns between and noise on every point. A
# picture is read column by column, from left to right: a step has eight points.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sklearn_rnn import RNNClassifier, RNNTranscriber, as_ragged
from sklearn_rnn.inspection import AlignmentDisplay
from sklearn_rnn.metrics import error_rate

MAX_EPOCHS = 25
rng = np.random.default_rng(0)
images, digits = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8).transpose(0, 2, 1) / 16
order = rng.permutation(len(images))
train, test = order[:1200], order[1200:]


def add_noise(picture):
    """Add noise of a tenth of the range to every point."""
    return picture + 0.1 * rng.normal(size=picture.shape)


def draw_strings(rows, n_strings):
    """Put digits of some rows side by side."""
    pictures, labels = [], []
    for _ in range(n_strings):
        chosen = rng.choice(rows, size=rng.integers(1, 6))
        parts = [np.zeros((rng.integers(4), 8))]
        for row in chosen:
            parts += [images[row], np.zeros((rng.integers(4), 8))]
        pictures.append(add_noise(np.concatenate(parts)))
        labels.append(digits[chosen])
    return as_ragged(pictures), as_ragged(labels)


X, y = draw_strings(train, 2000)
X_test, y_test = draw_strings(test, 500)
print(f"{len(X)} pictures of {min(map(len, X))} to {max(map(len, X))} columns")

# %%
# ``y`` says which digits are in a picture, not where.

reader = RNNTranscriber(dropout=0.2, max_epochs=MAX_EPOCHS, random_state=0).fit(X, y)
for true, read in zip(y_test[:4], reader.predict(X_test[:4]), strict=True):
    print(f"{true} read as {read}")

# %%
# The judge sees the same digits one by one, cut by hand, under the same noise.

judge = RNNClassifier(max_epochs=MAX_EPOCHS, random_state=0)
judge.fit(add_noise(images[train]), digits[train])
rates = {
    "cut by hand": 1 - judge.score(add_noise(images[test]), digits[test]),
    "side by side": error_rate(y_test, reader.predict(X_test)),
}
for name, rate in rates.items():
    print(f"{name:>12}: {100 * rate:.1f} % of the digits are read wrongly")

# %%
# Where it found them: `align` gives the columns of each digit. A digit is recognised
# where it has become certain, at its last columns or behind them.

longest = int(np.argmax([len(labels) for labels in y_test[:50]]))
figure, (above, below) = plt.subplots(2, 1, figsize=(9, 4), layout="constrained")
above.imshow(X_test[longest].T, cmap="gray_r", aspect="auto")
above.set(title=f"{y_test[longest]}, read column by column", yticks=[])
AlignmentDisplay.from_estimator(reader, X_test, row=longest, ax=below)
plt.show()

# %%
# Without being told where a digit ends the reader is about as good as the judge.

more = rates["side by side"] - rates["cut by hand"]
print(f"side by side {100 * more:+.1f} points of wrong digits over digits cut by hand")
