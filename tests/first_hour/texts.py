"""Somebody with support mails to sort, who has read the page on text classification."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer

random = np.random.default_rng(0)
things, troubles = ["printer", "router", "screen"], ["broken", "too slow", "dead"]
ways = {
    "repair": ["my {} is {}", "the {} was {} today", "{} {} again, please help"],
    "sales": ["how much is a {} that is not {}", "I want a new {}, not a {} one"],
}
mails, teams = [], []
for _ in range(200):
    team = random.choice(list(ways))
    mails.append(
        random.choice(ways[team]).format(random.choice(things), random.choice(troubles))
    )
    teams.append(team)
mails, teams = np.array(mails), np.array(teams)

model = make_pipeline(
    TextVectorizer(max_length=50), RNNClassifier(16, max_epochs=10, random_state=0)
)
scores = cross_val_score(model, mails, teams, cv=2)
linear = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), RidgeClassifier())
print("network", scores, "linear", cross_val_score(linear, mails, teams, cv=2))
print(model.fit(mails, teams).predict(["my screen is dead", "how much is a router"]))
assert scores.min() > 0.9
