"""
The main job, from texts to a page with figures
===============================================

``make demo`` runs this: it trains a text pipeline, searches its size, cross-validates
the best one, forecasts a real series, prints what came out and draws it. All of it
is on one page in the end, ``demo_output/index.html``.
"""

# %%
# Which language is it?  Each text is an article of the Universal Declaration of
# Human Rights.  The same article exists in every language, so all its translations
# stay on one side of each split.

import time
from html import escape
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
STEPS = (
    "learn to tell twelve languages apart",
    "search the size of the network: three sizes, three folds",
    "cross-validate the best one",
    "ask about texts that it has not seen",
    "forecast the births of a year, day by day",
    "draw, and write a page",
)
START = time.perf_counter()


def begin(number):
    """Say which step begins, and how long the others took."""
    seconds = time.perf_counter() - START
    print(f"\n[{number}/{len(STEPS)}, after {seconds:.0f} s] {STEPS[number - 1]}")


print("This trains recurrent networks on texts and on a series, all of them bundled:")
print(*(f"  {number}. {step}" for number, step in enumerate(STEPS, start=1)), sep="\n")
print("It takes some minutes on a CPU, longer where other programs run.")

begin(1)
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

begin(2)
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

begin(3)
best = search.best_estimator_
scores = cross_val_score(
    best, texts, languages, groups=articles, cv=split, n_jobs=2, verbose=2
)
print("accuracy:", np.round(scores, 3))

begin(4)
new = articles > 20
best.fit(texts[~new], languages[~new])
predicted = best.predict(texts[new])
print("learnt from articles 1 to 20, asked about articles 21 to 30:")
report = classification_report(languages[new], predicted)
print(report)

# %%
# A real series: the births of a day from those of the four weeks before it.

begin(5)
days, births = load_births(return_X_y=True)
X, y = sliding_windows(births, window=28)
days = days[28:]
train, test = slice(0, -365), slice(-365, None)
regressor = RNNRegressor(
    32, pooling="final_max", max_epochs=15, random_state=0, verbose=1
)
regressor.fit(X[train], y[train])
forecast = regressor.predict(X[test])
ours, last_week = (r2_score(y[test], found) for found in (forecast, X[test, -7]))
print(f"R² of the forecast in the last year: {ours:.3f}")
print(f'R² of "as on this day last week":   {last_week:.3f}')

# %%
# What came out, in one figure.

begin(6)
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

# %%
# And on one page, with where to go next.

ROOT = Path(__file__).resolve().parents[1]
NEXT = {
    "README.md": "what takes what, and how good it is",
    "docs/tasks/index.md": "a page for each task, with a program to copy",
    "docs/guide/getting_started.md": "from data to a search",
    "examples/plot_languages.py": "the languages of this page, 48 of them",
    "examples/plot_forecast.py": "forecasts with bands",
}
rows = zip(
    search.cv_results_["param_rnn__hidden_size"],
    search.cv_results_["mean_test_score"],
    search.cv_results_["std_test_score"],
    search.cv_results_["mean_fit_time"],
    strict=True,
)
table = "".join(
    f"<tr><td>{size}</td><td>{mean:.3f} ± {std:.3f}</td><td>{seconds:.1f}</td></tr>"
    for size, mean, std, seconds in rows
)
links = "".join(
    f'<li><a href="{(ROOT / path).as_uri()}">{path}</a>: {escape(words)}</li>'
    for path, words in NEXT.items()
)
page = f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What the demonstration found</title>
<style>
body {{ max-width: 60em; margin: auto; padding: 1em; font-family: sans-serif;
        line-height: 1.5 }}
img {{ max-width: 100% }}
td, th {{ padding: 0.2em 1em; text-align: right; border-bottom: 1px solid #ccc }}
pre {{ overflow-x: auto }}
</style>
<h1>What the demonstration found</h1>
<p>“{escape(sentence)}” is <b>{pipe.predict([sentence])[0]}</b>.
Births: R² {ours:.3f}; “as on this day last week” has {last_week:.3f}.</p>
<img src="demo.png" alt="Left, a matrix of true and predicted languages; middle, the
losses of each epoch; right, births and their forecast over 90 days.">
<h2>The search</h2>
<table><tr><th>hidden_size</th><th>accuracy</th><th>seconds</th></tr>{table}</table>
<p>Cross-validated once more, the best one: {escape(str(np.round(scores, 3)))}.</p>
<h2>Each language, on articles that it has not seen</h2>
<pre>{escape(report)}</pre>
<h2>The pipeline</h2>
{best._repr_html_()}
<h2>Where to go next</h2>
<ul>{links}</ul>
</html>
"""
(OUTPUT / "index.html").write_text(page, encoding="utf-8")
print(f"done after {time.perf_counter() - START:.0f} s; open {OUTPUT / 'index.html'}")
