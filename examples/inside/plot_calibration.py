"""
Calibrate probabilities
=======================

A network that overfits is also overconfident: of the tweets to which it gives 95 %, are
95 % really friendly? A reliability diagram shows it, and `CalibratedClassifierCV`
corrects it, without a change of the network.
"""

# %%
# A tweet is friendly if twenty readers, on average, found more good than bad in it.
# Half of the tweets train, half are kept for the diagram.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_tweets

MAX_EPOCHS = 12

tweets, ratings = load_tweets(return_X_y=True)
friendly = ratings > 0
X, X_test, y, y_test = train_test_split(
    tweets, friendly, test_size=0.5, stratify=friendly, random_state=0
)
print(f"{len(X)} tweets to learn from, {np.mean(y):.0%} of them friendly")

# %%
# Three classifiers: the network as it is, and the network with one of two curves. The
# curve is fitted to predictions for tweets that the network was not trained on, by
# cross-validation, with ``ensemble=False``, so that all three have the same network.

network = make_pipeline(
    TextVectorizer(max_length=40),
    RNNClassifier(32, max_epochs=MAX_EPOCHS, early_stopping=False, random_state=0),
)
classifiers = {
    "as it is": network,
    "sigmoid": CalibratedClassifierCV(network, method="sigmoid", cv=3, ensemble=False),
    "isotonic": CalibratedClassifierCV(
        network, method="isotonic", cv=3, ensemble=False
    ),
}
sure = {}
print("            accuracy  log loss  Brier  where it says 95 % or more")
for name, classifier in classifiers.items():
    p = sure[name] = classifier.fit(X, y).predict_proba(X_test)[:, 1]
    very = p >= 0.95
    right = f"{very.sum():4d} tweets, {y_test[very].mean():.0%} friendly"
    accuracy = accuracy_score(y_test, p > 0.5)
    print(
        f"{name:12}{accuracy:8.3f}{log_loss(y_test, p):10.3f}"
        f"{brier_score_loss(y_test, p):7.3f}  {right if very.any() else 'none'}"
    )

# %%
# In the diagram the tweets are sorted by predicted probability, in ten groups of equal
# size. On the diagonal the share of friendly tweets equals the probability. Below
# it, on the right, the network is overconfident.

COLORS = {"as it is": "#D55E00", "sigmoid": "#0072B2", "isotonic": "#009E73"}
MARKERS = {"as it is": "o", "sigmoid": "s", "isotonic": "^"}

figure, (above, below) = plt.subplots(
    2, 1, figsize=(6, 7.5), height_ratios=[3, 1], sharex=True, layout="constrained"
)
for name, p in sure.items():
    CalibrationDisplay.from_predictions(
        y_test,
        p,
        n_bins=10,
        strategy="quantile",
        name=name,
        ax=above,
        color=COLORS[name],
        marker=MARKERS[name],
    )
    below.hist(
        p, np.linspace(0, 1, 26), histtype="step", lw=2, color=COLORS[name], label=name
    )
above.set(
    title="A network promises more than it keeps",
    xlabel="",
    ylabel="share of friendly tweets",
)
below.set(xlabel="probability of a friendly tweet", ylabel="tweets")
plt.show()

# %%
# The curve moves the probabilities and keeps their order (isotonic regression except
# for ties), so that it changes hardly any prediction. It corrects what the
# probabilities are used for: to weigh the costs of errors, to select the uncertain
# tweets for a reader, to average with other models.

losses = {name: log_loss(y_test, p) for name, p in sure.items()}
print(
    f"A sigmoid takes the log loss from {losses['as it is']:.3f} to "
    f"{losses['sigmoid']:.3f}, isotonic regression to {losses['isotonic']:.3f}."
)
