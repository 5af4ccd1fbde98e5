"""What the programs of the page give: opinions of new texts, and sums."""

import matplotlib.pyplot as plt
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.datasets import make_adding_problem
from sklearn_rnn.inspection._axes import COLORS

GOOD = ["the film was good", "a good story", "good actors, well played", "I liked it"]
BAD = ["the film was bad", "a bad story", "bad actors, badly played", "I hated it"]
NEW = ["a good film", "it was good", "I liked the story", "the actors", "a bad film"]

opinions = make_pipeline(
    TextVectorizer(max_length=10),
    RNNClassifier(hidden_size=16, max_epochs=40, random_state=0),
).fit(GOOD + BAD, ["+"] * 4 + ["-"] * 4)
probabilities = opinions.predict_proba(NEW)[:, 0]

X, y = make_adding_problem(n_samples=500, n_timesteps=20, random_state=0)
sums = RNNRegressor(hidden_size=32, max_epochs=20, random_state=0)
sums.fit(X[:400], y[:400])

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
colors = [COLORS[0] if p > 0.5 else COLORS[1] for p in probabilities]
left.barh(NEW, probabilities, color=colors)
left.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
left.bar_label(left.containers[0], fmt="%.2f", padding=3)
left.set(xlim=(0, 1.15), xlabel="probability of +", title="Texts never seen")
left.invert_yaxis()
left.spines[["top", "right"]].set_visible(False)

right.plot([0, 2], [0, 2], color="black", linewidth=0.8, linestyle=":")
right.scatter(y[400:], sums.predict(X[400:]), s=14, color=COLORS[0])
right.set(
    xlabel="sum of the two marked numbers",
    ylabel="predicted",
    title=f"Series never seen: R² {sums.score(X[400:], y[400:]):.3f}",
)
right.spines[["top", "right"]].set_visible(False)
