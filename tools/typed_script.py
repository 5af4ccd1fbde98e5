"""A user's program, as type checkers see it; `make package` checks and runs it.

`mypy --strict` and pyright read it where the wheel is installed and nothing else of the
project is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn import (
    RNNClassifier,
    RNNForecaster,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
    load,
    save,
    sliding_windows,
)
from sklearn_rnn.callbacks import TimeBudget
from sklearn_rnn.datasets import load_births, make_activities, make_sine_waves
from sklearn_rnn.exceptions import SklearnRNNWarning
from sklearn_rnn.inspection import hidden_states
from sklearn_rnn.metrics import flat_accuracy_score

Floats = NDArray[np.floating]


def classify() -> Floats:
    """Fit a classifier of series, and give its probabilities."""
    X, y = make_sine_waves(60, 10, random_state=0)
    model = RNNClassifier(8, max_epochs=2, callbacks=[TimeBudget(60)], random_state=0)
    fitted: RNNClassifier = model.fit(X[:40], y[:40])
    probabilities: Floats = fitted.predict_proba(X[40:])
    states = hidden_states(fitted, X[40:])
    print(probabilities.shape, len(states), fitted.score(X[40:], y[40:]))
    return probabilities


def read_texts(texts: list[str], praise: list[bool]) -> list[str]:
    """Fit a classifier behind a vectorizer, and give the tokens of the first text."""
    vectorizer = TextVectorizer(max_length=10)
    X = vectorizer.fit_transform(texts)
    model = RNNClassifier(4, max_epochs=2, random_state=0).fit(X, praise)
    print(model.predict(vectorizer.transform(["a good film"])))
    return list(vectorizer.inverse_transform(X)[0])


def predict_births(path: Path) -> Floats:
    """Fit a regressor, save it, load it and predict."""
    X, y = sliding_windows(load_births().target[:200], window=7)
    save(RNNRegressor(8, max_epochs=2, random_state=0).fit(X, y), path)
    loaded: RNNRegressor = load(path)
    predicted: Floats = loaded.predict(X[-1:])
    return predicted


def forecast(births: Floats) -> Floats:
    """Forecast a week, with a band."""
    forecaster = RNNForecaster(7, quantiles=(0.1, 0.9), max_epochs=1, random_state=0)
    forecaster.fit(births)
    bands: Floats = forecaster.predict_quantiles()
    return bands


def tag() -> float:
    """Label the steps of recordings, and score the labels."""
    X, y = make_activities(8, 20, random_state=0)
    tagger = RNNTagger(4, output="crf", max_epochs=2, random_state=0).fit(X, y)
    right: float = flat_accuracy_score(as_ragged(list(y)), tagger.predict(X))
    return right


def main(folder: Path) -> None:
    """Run all of it."""
    try:
        classify()
    except SklearnRNNWarning as warning:
        print(warning)
    print(read_texts(["good film", "bad film"], [True, False]))
    print(predict_births(folder / "births.skops"))
    print(forecast(load_births().target[:200]))
    print(tag())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
