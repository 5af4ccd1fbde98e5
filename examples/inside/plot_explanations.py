"""
Explain predictions in four ways
================================

Why is this review friendly, and that one not? Four methods give each word a number:
integrated gradients and occlusion, which are built in and read the network, and the
packages LIME and SHAP, which ask the whole pipeline many times with words hidden. Do
they agree, and what do they cost?
"""

# %%
# The network learns from tweets what friendly words are. The reviews are new to it.

import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_tweets
from sklearn_rnn.inspection import TokenImportanceDisplay, explain

try:
    import shap
    from lime.lime_text import LimeTextExplainer
except ModuleNotFoundError as missing:
    raise SystemExit("This example needs more: pip install lime shap") from missing

MAX_EPOCHS = 6

tweets, ratings = load_tweets(return_X_y=True)
model = make_pipeline(
    TextVectorizer(max_length=60),
    RNNClassifier(32, dropout=0.3, max_epochs=MAX_EPOCHS, random_state=0),
)
model.fit(tweets, np.where(ratings > 0, "friendly", "grim"))
reviews = [
    "A slow start, but the ending is wonderful and made me cry",
    "Not funny at all: two hours of my life that nobody gives me back",
    "I was afraid it would be terrible. It is great, go and see it",
]

# %%
# All four explain the same output, the logit of "friendly", and hide a word in the same
# way, behind one that the vocabulary does not have. A word here is what LIME and SHAP
# split: punctuation goes with the word before it.


def friendly(texts):
    """Give the logit of "friendly" for each text."""
    return -model.decision_function(list(texts))  # classes_ are friendly, grim


def ours(review, method):
    """Call `explain`, which knows the place of each token in the text."""
    (found,) = explain(model, [review], method=method, target="friendly")
    word_of = np.cumsum([c == " " for c in review])[found.spans[:, 0]]
    return np.bincount(word_of, weights=found.values)


def lime(review):
    """Ask LIME for the slopes of a linear model of 1,000 hidings."""
    explainer = LimeTextExplainer(
        bow=False, split_expression=r"\s+", mask_string="hiddenword", random_state=0
    )
    found = explainer.explain_instance(
        review,
        lambda texts: np.column_stack([-friendly(texts), friendly(texts)]),
        num_features=len(review.split()),
        num_samples=1000,
    )
    return np.array([slope for _, slope in sorted(found.as_map()[1])])


def shapley(review):
    """Ask SHAP for the mean over orders in which words are uncovered."""
    masker = shap.maskers.Text(
        r"\s+", mask_token="hiddenword ", collapse_mask_token=False
    )
    explainer = shap.Explainer(friendly, masker, algorithm="permutation", seed=0)
    n_words = len(review.split())
    return explainer([review], max_evals=10 * (2 * n_words + 1), silent=True).values[0]


methods = {
    "integrated gradients": lambda review: ours(review, "integrated_gradients"),
    "occlusion": lambda review: ours(review, "occlusion"),
    "LIME": lime,
    "SHAP": shapley,
}
seconds, values = dict.fromkeys(methods, 0.0), {}
for name, method in methods.items():
    for review in reviews:
        start = time.perf_counter()
        values[name, review] = method(review)
        seconds[name] += time.perf_counter() - start

# %%
# Blue raises the logit of "friendly", red lowers it.

figure, axes = plt.subplots(
    len(reviews), 1, figsize=(7, 9), layout="constrained", height_ratios=[1, 1, 1]
)
for ax, review in zip(axes, reviews, strict=True):
    table = np.array([values[name, review] for name in methods])
    limit = np.abs(table).max()
    image = ax.imshow(table, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
    words = review.split()
    ax.set_xticks(range(len(words)), words, rotation=45, ha="right")
    ax.set_yticks(range(len(methods)), methods)
    ax.set_title(f"logit of friendly: {friendly([review])[0]:+.1f}", loc="left")
    figure.colorbar(image, ax=ax, label="contribution")
plt.show()

# %%
# How far they agree is a rank correlation over all words of the three reviews.

columns = {
    name: np.concatenate([values[name, review] for review in reviews])
    for name in methods
}
print(pd.DataFrame(columns).corr("spearman").round(2).to_string())
for name in methods:
    print(f"{name:21}{seconds[name] / len(reviews):6.2f} s per review")
for review in reviews:
    (found,) = explain(model, [review], target="friendly")
    total = found.output - found.base_output
    print(f"integrated gradients add up to {found.values.sum():.3f} of {total:.3f}")

# %%
# One line draws the contributions of a review.

display = TokenImportanceDisplay.from_estimator(
    model, reviews, row=1, target="friendly"
)
plt.show()

# %%
# A notebook shows the text itself in colours, every character where it was.

TokenImportanceDisplay(explanation=display.explanation)

# %%
# What was learnt:

agreement = pd.DataFrame(columns).corr("spearman").to_numpy()
print(
    f"The four methods rank the words alike: their rank correlations are "
    f"{agreement.min():.2f} and above. The fastest is {min(seconds, key=seconds.get)}."
)
