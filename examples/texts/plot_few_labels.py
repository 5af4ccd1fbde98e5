"""
Learn from few labels and many texts
====================================

Texts are many, but somebody has to read each one to give it a label. What the others
are good for: `TokenVectors` counts from all of them which words are used alike, and a
model that has seen few labels then knows more words than those it has a label for.
Here are tweets, positive or negative, with 25 to 400 labels.
"""

# %%
# The tweets, without those that are neither. A third is put aside; of the others all
# have their text, and few their label.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer, TokenVectors
from sklearn_rnn.datasets import load_tweets

MAX_EPOCHS = 15
N_LABELS = [25, 50, 100, 200, 400]
N_DRAWS = 5

tweets, sentiment = load_tweets(return_X_y=True)
is_clear = np.abs(sentiment) > 0.5
tweets, labels = tweets[is_clear], sentiment[is_clear] > 0
order = np.random.default_rng(0).permutation(len(tweets))
asked, others = order[: len(order) // 3], order[len(order) // 3 :]
print(f"{len(others)} tweets to read, {len(asked)} to answer")

# %%
# The vectors, without any label. The words most like some others:

ids = TextVectorizer(min_df=2, max_length=60)
reader = make_pipeline(ids, TokenVectors(64, random_state=0)).fit(tweets[others])
vectors = reader[-1]
for word in ["great", "happy", "movie"]:
    similar = vectors.most_similar(word, 6, vocabulary=ids.vocabulary_)
    print(f"{word:>6}: {', '.join(token for token, _ in similar)}")

# %%
# Four models learn from the same few labels. ``FrozenEstimator`` keeps the vectors as
# they are. The networks have the same settings but for what they start from.


def make_network(**params):
    """Make a network that reads the ids of the vectors."""
    network = RNNClassifier(
        32,
        embedding_dim=64,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
        **params,
    )
    return make_pipeline(FrozenEstimator(ids), network)


models = {
    "TF-IDF": make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression()),
    "mean of the vectors": make_pipeline(
        FrozenEstimator(reader), LogisticRegression(max_iter=1000)
    ),
    "network": make_network(),
    "network from the vectors": make_network(embedding=FrozenEstimator(vectors)),
}
scores = {name: [] for name in models}
for n_labels in N_LABELS:
    draws = {name: [] for name in models}
    for draw in range(N_DRAWS):
        few = np.random.default_rng(draw).choice(others, n_labels, replace=False)
        for name, model in models.items():
            if draw < 2 or "network" not in name:  # which take longer
                model.fit(tweets[few], labels[few])
                draws[name].append(model.score(tweets[asked], labels[asked]))
    for name, found in draws.items():
        scores[name].append(np.mean(found))

print("labels                   " + "".join(f"{n:7}" for n in N_LABELS))
for name, found in scores.items():
    print(f"{name:>25}" + "".join(f"{score:7.2f}" for score in found))

# %%
# Accuracy over the number of labels; always to say "positive" or always "negative"
# has that of the dotted line.

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
styles = ["C1--", "C2-", "C1:", "C0-"]
for (name, found), style in zip(scores.items(), styles, strict=True):
    ax.plot(N_LABELS, found, style, marker="o", label=name)
commonest = max(labels[asked].mean(), 1 - labels[asked].mean())
ax.axhline(commonest, color="gray", linestyle="dotted")
ax.set(xscale="log", xlabel="labels", ylabel="accuracy on tweets put aside")
ax.set_xticks(N_LABELS, N_LABELS)
ax.minorticks_off()
ax.legend()
plt.show()

# %%
# With the vectors few labels teach the linear model more than many without. The network
# gains where labels are fewest; where there are more, it learns vectors of its own.

first, last = (
    f"{scores['network from the vectors'][at]:.0%} of the new tweets are right with "
    "the "
    f"vectors, {scores['network'][at]:.0%} without"
    for at in (0, -1)
)
print(f"From {N_LABELS[0]} labels {first}; from {N_LABELS[-1]} labels {last}.")
