"""
Classify images row by row, and films frame by frame
====================================================

Two ways in which pictures become sequences. A handwritten digit can be read like a
page, one row of pixels after the other. And a film is a sequence of pictures, where no
single picture shows what happens.
"""

# %%
# First the digits of scikit-learn, eight rows of eight pixels: here ``X`` is
# ``(n_samples, 8, 8)`` for the network and ``(n_samples, 64)`` for its rivals, which
# see all pixels at once.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

from sklearn_rnn import RNNClassifier

MAX_EPOCHS = 10

network = RNNClassifier(
    64,
    cell="gru",
    bidirectional=False,
    pooling="last",
    dropout=0.0,
    lr=0.01,
    lr_schedule="cosine",
    batch_size=32,
    max_epochs=MAX_EPOCHS,
    early_stopping=False,
    random_state=0,
)
pixels, digits = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    pixels, digits, test_size=0.5, stratify=digits, random_state=0
)
rivals = {
    "logistic regression": LogisticRegression(max_iter=1000),
    "support vectors": SVC(random_state=0),
}
digit_scores = {
    name: make_pipeline(MinMaxScaler(), rival)
    .fit(X_train, y_train)
    .score(X_test, y_test)
    for name, rival in rivals.items()
}
network.fit(X_train.reshape(-1, 8, 8), y_train)
digit_scores["rows, by a GRU"] = network.score(X_test.reshape(-1, 8, 8), y_test)
print("digits")
for name, score in digit_scores.items():
    print(f"{name:>22}: {score:.1%} right")

# %%
# Now films of 10 to 16 frames of 12 by 12 pixels. In each there are a square and a
# cross, and one of them moves by a pixel a frame, to the left, to the right, up or
# down; what leaves on one side comes back on the other. Any place is as likely as any
# other, so that a single frame says nothing at all.

SIZE = 12
SHAPES = {
    "square": np.argwhere([[1, 1, 1], [1, 0, 1], [1, 1, 1]]),
    "cross": np.argwhere([[0, 1, 0], [1, 1, 1], [0, 1, 0]]),
}
MOVES = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
CLASSES = [f"{shape} {move}" for shape in SHAPES for move in MOVES]


def make_film(label, random):
    """Make a film: an array of one row of pixels for each frame."""
    n_frames = random.integers(10, 17)
    film = random.normal(scale=0.1, size=(n_frames, SIZE, SIZE))
    frame = np.arange(n_frames)[:, np.newaxis]
    for name, points in SHAPES.items():
        moving, move = label.split()
        step = np.array(MOVES[move]) if name == moving else np.zeros(2, dtype=int)
        corners = random.integers(SIZE, size=2) + frame * step
        places = (corners[:, np.newaxis] + points) % SIZE  # (n_frames, n_points, 2)
        film[frame, places[..., 0], places[..., 1]] += 1.0
    return film.reshape(n_frames, -1)


random = np.random.default_rng(0)
labels = random.choice(CLASSES, size=4000)
films = [make_film(label, random) for label in labels]
films_train, films_test = films[:3000], films[3000:]
labels_train, labels_test = labels[:3000], labels[3000:]

# %%
# A multilayer perceptron needs a table. What goes into it: the first frame, the mean of
# all frames, or the first ten frames one beside the other. The network takes the list
# of films as it is, long ones and short ones.

TABLES = {
    "first frame": lambda film: film[0],
    "mean frame": lambda film: film.mean(axis=0),
    "ten frames": lambda film: film[:10].ravel(),
}
# scikit-learn 1.6.0 stops early on numbers only.
classes, codes_train = np.unique(labels_train, return_inverse=True)
predictions = {}
for name, flatten in TABLES.items():
    rival = MLPClassifier(
        64,
        learning_rate_init=0.005,
        early_stopping=True,
        n_iter_no_change=4,
        random_state=0,
    )
    rival.fit([flatten(film) for film in films_train], codes_train)
    predictions[name] = classes[rival.predict([flatten(film) for film in films_test])]
network.fit(films_train, labels_train)
predictions["films, by a GRU"] = network.predict(films_test)
film_scores = {name: np.mean(labels_test == said) for name, said in predictions.items()}
print("films")
for name, score in film_scores.items():
    print(f"{name:>22}: {score:.1%} right")

# %%
# Above, the first six frames of a film. Below, the scores, and which classes the mean
# frame takes for which: a moving shape smears along its line, but both ways alike.

shown = int(np.flatnonzero(labels_test == "cross right")[0])
fig = plt.figure(figsize=(9, 7), layout="constrained")
film, below = fig.subfigures(2, 1, height_ratios=[1, 3])
for number, ax in enumerate(film.subplots(1, 6), start=1):
    frame = films_test[shown][number - 1].reshape(SIZE, SIZE)
    ax.imshow(frame, cmap="Greys", vmin=0, vmax=1)
    ax.set(title=f"frame {number}", xticks=[], yticks=[])
film.suptitle(f"A film of the class “{labels_test[shown]}”")

left, right = below.subfigures(1, 2, width_ratios=[1, 1.2])
for ax, scores, title in zip(
    left.subplots(2, 1, sharex=True),
    [digit_scores, film_scores],
    ["Digits", "Films"],
    strict=True,
):
    colors = ["C0"] * (len(scores) - 1) + ["C1"]
    bars = ax.barh(list(scores), list(scores.values()), color=colors)
    ax.bar_label(bars, [f"{score:.0%}" for score in scores.values()], padding=2)
    ax.invert_yaxis()
    ax.set(title=title, xlim=(0, 1.2), xticks=[0, 0.5, 1])
ax.set(xlabel="share of right predictions")
confusion = right.subplots()
ConfusionMatrixDisplay.from_predictions(
    labels_test,
    predictions["mean frame"],
    labels=CLASSES,
    normalize="true",
    values_format=".0%",
    ax=confusion,
    cmap="Blues",
    colorbar=False,
    xticks_rotation="vertical",
)
confusion.set_title("What the mean frame says")
plt.show()

# %%
# On the digits reading row by row gains nothing: support vectors on all pixels at once
# do as well. On the films it does: the network learns once what a step to the left
# looks like, and the perceptron learns it again for each pair of frames.

*others, ours = film_scores.values()
print(
    f"Films read frame by frame are recognised for {ours:.0%}, from a table at best "
    "for "
    f"{max(others):.0%}."
)
