"""
Combine a text with columns of a table in one network
=====================================================

A support desk wants to see urgent tickets first. What a customer writes says whether a
thing stopped before or after it was paid for, which is a question of the order of
words. Whether that is urgent depends on the product and on the days the ticket has
waited, which are columns. One network reads both.
"""

# %%
# The tickets are made up, so that it is known what can be found. A ticket is urgent if
# the thing stopped before it was paid for, the product is a pump or a heater, and the
# ticket has waited for more than three of at most ten days: about one in eight.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from sklearn_rnn import RNNClassifier, SequenceColumnTransformer, TextVectorizer
from sklearn_rnn.inspection import explain

MAX_EPOCHS = 15
PRODUCTS = ["lamp", "pump", "heater", "radio", "fan"]
STOPPED = ["it stopped", "it broke", "nothing moved"]
PAID = ["I paid", "the bill came", "we sent the money"]
OPENINGS = ["hello ,", "good morning ,", "dear team ,", "again :"]


def make_tickets(n_samples, random):
    """Make tickets, and which of them are urgent."""
    stopped_first = random.random(n_samples) < 0.5
    texts = []
    for first in stopped_first:
        parts = [random.choice(STOPPED), random.choice(PAID)]
        if not first:
            parts = parts[::-1]
        joined = f"{parts[0]} and then {parts[1]}"
        if random.random() < 0.5:
            joined = f"{parts[1]} after {parts[0]}"
        texts.append(f"{random.choice(OPENINGS)} {joined}")
    product = random.choice(PRODUCTS, n_samples)
    days = random.integers(0, 11, n_samples)
    urgent = stopped_first & np.isin(product, ["pump", "heater"]) & (days > 3)
    return pd.DataFrame({"text": texts, "product": product, "days": days}), urgent


random = np.random.default_rng(0)
X_train, y_train = make_tickets(1500, random)
X_test, y_test = make_tickets(1500, random)
print(X_train[:4], f"\n{y_train.mean():.0%} are urgent")

# %%
# `SequenceColumnTransformer` takes the column with the texts, and what to do with the
# others. What it gives, the network reads: the text word by word, the columns once.


def classifier(static):
    """Make a network that reads the text and some columns."""
    join = SequenceColumnTransformer(("text", TextVectorizer()), static)
    net = RNNClassifier(24, lr=0.02, max_epochs=MAX_EPOCHS, random_state=0)
    return make_pipeline(join, net)


columns = {
    "text": [],
    "text, product": [(OneHotEncoder(), ["product"])],
    "text, product, days": [
        (OneHotEncoder(), ["product"]),
        ("passthrough", ["days"]),
    ],
}
scores = {}
for name, static in columns.items():
    model = classifier(static).fit(X_train, y_train)
    found = model.predict_proba(X_test)[:, 1]
    scores[name] = average_precision_score(y_test, found)
    print(f"{name:>20}: {scores[name]:.2f}")

# %%
# With the columns of the ticket as they are, an explanation says which words spoke for
# an urgent ticket.

row = int(np.flatnonzero(y_test)[0])
(found,) = explain(model, X_test[row : row + 1], target=True)
for token, value in zip(found.tokens, found.values, strict=True):
    print(f"{token:>8} {value:+.2f}")

# %%
# Each column that matters makes the order of the tickets better.

figure, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
ax.barh(list(scores), list(scores.values()), color="tab:blue", height=0.6)
ax.axvline(y_test.mean(), color="black", linestyle=":", label="by chance")
ax.set(xlabel="average precision", xlim=(0, 1))
ax.invert_yaxis()
ax.legend(frameon=False)
plt.show()

# %%
# What was learnt:

text, *_, all_columns = scores.values()
print(
    f"The columns raise the average precision of the network from {text:.2f} to "
    f"{all_columns:.2f}."
)
