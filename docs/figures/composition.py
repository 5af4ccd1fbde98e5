"""A search over a whole pipeline: how much is read, and by how many units."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages
from sklearn_rnn.inspection._axes import FROM_ZERO

LENGTHS, SIZES = [10, 30, 60], [4, 16]

bunch = load_languages()
chosen = np.isin(bunch.target, ["dan", "nob", "swe"])
model = make_pipeline(
    TextVectorizer(analyzer="char"),
    RNNClassifier(cell="rnn", batch_size=16, max_epochs=10, random_state=0),
)
search = GridSearchCV(
    model,
    {
        "textvectorizer__max_length": LENGTHS,
        "rnnclassifier__hidden_size": SIZES,
    },
    cv=StratifiedGroupKFold(2),
    refit=False,
).fit(bunch.data[chosen], bunch.target[chosen], groups=bunch.articles[chosen])
scores = search.cv_results_["mean_test_score"].reshape(len(SIZES), len(LENGTHS))

figure, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
image = ax.imshow(scores, cmap=FROM_ZERO, vmin=1 / 3, vmax=1, aspect="auto")
for (row, column), score in np.ndenumerate(scores):
    color = "white" if score > 0.75 else "black"
    ax.text(column, row, f"{score:.2f}", ha="center", va="center", color=color)
ax.set_xticks(range(len(LENGTHS)), LENGTHS)
ax.set_yticks(range(len(SIZES)), SIZES)
ax.set(
    xlabel="letters read (textvectorizer__max_length)",
    ylabel="units\n(rnnclassifier__hidden_size)",
    title="Danish, Norwegian or Swedish? By chance 0.33",
)
figure.colorbar(image, label="accuracy, two folds")
