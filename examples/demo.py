"""
The main job, from texts to a figure
====================================

``make demo`` runs this: it trains a text pipeline, searches its size, cross-validates
the best one, forecasts a real series, prints what came out and draws it.
"""

# %%
# Which language is it?  Each text is an article of the Universal Declaration of
# Human Rights.  The same article exists in every language, so all its translations
# stay on one side of each split.

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay, classification_report, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedGroupKFold,
    cross_val_score,
)
from sklearn.pipeline import Pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer, sliding_windows
from sklearn_rnn.datasets import load_births, load_languages

LANGUAGES = "cat dan eng fra glg ita nld nob por_PT spa swe tur".split()
NETWORK = {"bidirectional": True, "pooling": "max", "max_epochs": 15}
OUTPUT = Path("demo_output")

data = load_languages()
chosen = np.isin(data.target, LANGUAGES)
texts, languages = data.data[chosen], data.target[chosen]
articles = data.articles[chosen]
print(f"{len(texts)} texts in {len(set(languages))} languages; learning to tell them")

# %%
# A pipeline of two steps: characters to token ids, token ids to a language.

pipe = Pipeline(
    [
        ("tokens", TextVectorizer(analyzer="char", max_length=100)),
        ("rnn", RNNClassifier(**NETWORK, random_state=0, verbose=1)),
    ]
)
pipe.fit(texts, languages)
sentence = "Toute personne a droit à une belle figure."
print(f"{sentence!r} is", pipe.predict([sentence])[0])

# %%
# It is an estimator like any other: search it, cross-validate it.

print("\nsearching the size of the network: three sizes, three folds")
pipe.set_params(rnn__verbose=0)
split = StratifiedGroupKFold(3, shuffle=True, random_state=0)
sizes = {"rnn__hidden_size": [16, 32, 64]}
search = GridSearchCV(pipe, sizes, cv=split, n_jobs=2, verbose=2)
search.fit(texts, languages, groups=articles)
print("\nhidden_size  accuracy      seconds")
for size, mean, std, seconds in zip(
    search.cv_results_["param_rnn__hidden_size"],
    search.cv_results_["mean_test_score"],
    search.cv_results_["std_test_score"],
    search.cv_results_["mean_fit_time"],
    strict=True,
):
    print(f"{size:11d}  {mean:.3f} ± {std:.3f}  {seconds:5.1f}")

print("\ncross-validating the best one")
best = search.best_estimator_
scores = cross_val_score(
    best, texts, languages, groups=articles, cv=split, n_jobs=2, verbose=2
)
print("accuracy:", np.round(scores, 3))

print("\nlearning from articles 1 to 20")
new = articles > 20
best.fit(texts[~new], languages[~new])
predicted = best.predict(texts[new])
print("asked about articles 21 to 30:")
print(classification_report(languages[new], predicted))

# %%
# A real series: the births of a day from those of the four weeks before it.

print("\nlearning to forecast the births of a day")
days, births = load_births(return_X_y=True)
X, y = sliding_windows(births, window=28)
days = days[28:]
train, test = slice(0, -365), slice(-365, None)
regressor = RNNRegressor(
    32, pooling="final_max", max_epochs=15, random_state=0, verbose=1
)
regressor.fit(X[train], y[train])
forecast = regressor.predict(X[test])
print(f"\nR² of the forecast in the last year: {r2_score(y[test], forecast):.3f}")
print(f'R² of "as on this day last week":   {r2_score(y[test], X[test, -7]):.3f}')

# %%
# What came out, in one figure.

figure, axes = plt.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
ConfusionMatrixDisplay.from_predictions(
    languages[new], predicted, ax=axes[0], colorbar=False, cmap="Blues"
)
axes[0].set(title=f"Languages: {np.mean(predicted == languages[new]):.1%} right")
axes[0].tick_params(axis="x", rotation=90)

history = regressor.history_
epochs = np.arange(1, regressor.n_iter_ + 1)
axes[1].plot(epochs, history["train_loss"], label="training")
axes[1].plot(epochs, history["valid_loss"], "--", label="validation")
axes[1].set(title="Births: loss", xlabel="epoch", ylabel="squared error (std. units)")
axes[1].legend()

axes[2].plot(days[test][:90], y[test][:90] / 1000, "k-", lw=1, label="born")
axes[2].plot(days[test][:90], forecast[:90] / 1000, "C1--", label="forecast")
axes[2].set(title="Births: the first 90 days of the last year", ylabel="thousands")
axes[2].tick_params(axis="x", rotation=30)
axes[2].legend()

OUTPUT.mkdir(exist_ok=True)
figure.savefig(OUTPUT / "demo.png", dpi=110)
print(f"\nfigure: {OUTPUT / 'demo.png'}")
