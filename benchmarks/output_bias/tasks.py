"""Small tasks for each loss; of official splits the training part only."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import huber, xlogy
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, r2_score

import realdata
from defaults import tasks
from realdata import Part
from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn.datasets import make_activities
from tagging.corpus import read_corpus

QUANTILE = 0.9
SETTINGS = {"hidden_size": 32, "embedding_dim": 32, "max_epochs": 12, "device": "cpu"}


class Task(NamedTuple):
    """How to make the parts of a seed, what is fitted and how it is judged."""

    loss: str  # what it is summed up under
    make_parts: Callable  # (folder, seed) -> training, validation and test Part
    estimator: type
    settings: dict
    judge: Callable  # (model, test, y of training) -> score, loss over a constant's


# -- data --------------------------------------------------------------------------


def of_defaults(name, n_train=None):
    """Take a task of the study of the defaults; what it is scored on makes two."""

    def make(folder, seed):
        train, rest = tasks.make_parts(tasks.TASKS[name], folder, seed)
        half = len(rest.y) // 2
        parts = train, rest.take(slice(half)), rest.take(slice(half, None))
        return parts[0].take(slice(n_train)), *parts[1:]

    return make


def cut(X, y, sizes, seed):
    """Shuffle and cut into three parts; no label is new in the second and third."""
    order = np.random.default_rng(seed).permutation(len(y))
    rows = np.split(order, np.cumsum(sizes))[:3]
    if y.dtype != object and y.ndim == 1:
        rows[1:] = [part[np.isin(y[part], y[rows[0]])] for part in rows[1:]]
    return [Part(X[part], y[part]) for part in rows]


def as_ids(parts, **vectorizer):
    """Turn texts, or lists of words, into token ids."""
    vectorizer = TextVectorizer(**vectorizer).fit(parts[0].X)
    return [part._replace(X=vectorizer.transform(part.X)) for part in parts]


def with_rare(part, is_rare, share, n_rows, seed):
    """Choose rows of which a share is positive."""
    random = np.random.default_rng(seed)
    n_rare = round(share * n_rows)
    rows = [
        random.permutation(np.flatnonzero(which))[:n]
        for which, n in ((is_rare, n_rare), (~is_rare, n_rows - n_rare))
    ]
    return part.X[np.concatenate(rows)], is_rare[np.concatenate(rows)].astype(int)


def rare_sentences(folder, seed):
    """Sentences about films, 5 in 100 of them positive."""
    whole = realdata.read_sst(folder, "train")
    X, y = with_rare(whole, whole.y == "1", 0.05, 3000, seed)
    return as_ids(cut(X, y, (1200, 800, 1000), seed))


def rare_spam(folder, seed):
    """Short messages, 4 in 100 of them spam."""
    labels, texts = realdata.read_table(folder / "sms_spam.tsv.gz", header=0)
    whole = Part(realdata.texts_of(texts), labels)
    X, y = with_rare(whole, labels == "spam", 0.04, 3000, seed)
    return as_ids(cut(X, y, (1200, 800, 1000), seed))


def rare_language(folder, seed):
    """Paragraphs of 40 letters, 6 in 100 of them in one of two languages."""
    whole = realdata.read_languages(folder)
    rare = np.isin(whole.y, np.unique(whole.y)[seed % 24 :: 24])
    X, y = with_rare(whole, rare, 0.06, 1800, seed)
    return as_ids(cut(X, y, (800, 500, 500), seed), analyzer="char", max_length=40)


def rare_swings(folder, seed):
    """Noise with a swing in some rows; 3 in 100 go up first, as in plot_rare_events."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(4000, 30))
    y = (random.random(4000) < 0.03).astype(int)
    swing = 2.2 * np.sin(np.linspace(0, 2 * np.pi, 14)[1:-1])
    for row in np.flatnonzero(y | (random.random(4000) < 0.3)):
        start = random.integers(30 - 12)
        X[row, start : start + 12] += swing if y[row] else -swing
    return cut(X, y, (1500, 1000, 1500), seed)


def births(folder, seed):
    """Thousands of births tomorrow, from four weeks."""
    parts = of_defaults("births")(folder, seed)
    return [Part(part.X / 1000, part.y / 1000) for part in parts]


def counts(folder, seed):
    """Counts whose logarithm is a mean over the steps, 4 in the median."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(1400, 20, 2))
    y = random.poisson(np.exp(1.4 + 2 * X[..., 0].mean(axis=1))).astype(float)
    return cut(X, y, (500, 400, 500), seed)


def rare_labels(folder, seed):
    """Five labels of noise, each for the 5 in 100 rows whose variable is high."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(2400, 20, 5))
    y = (X[:, 5:10].mean(axis=1) > 1.645 / 5**0.5).astype(int)
    return cut(X, y, (800, 800, 800), seed)


def zipf_words(folder, seed, n_classes=4000):
    """The word that follows eight others: half of the time the last one decides it."""
    random = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_classes + 1)
    words = random.choice(n_classes, size=(9000, 9), p=share / share.sum())
    follower = np.random.default_rng(0).permutation(n_classes)
    decided = random.random(9000) < 0.5
    words[decided, -1] = follower[words[decided, -2]]
    X = realdata.texts_of(" ".join(f"w{word}" for word in row[:-1]) for row in words)
    return as_ids(cut(X, words[:, -1], (6000, 1500, 1500), seed))


def parts_of_speech(folder, seed):
    """Sentences with a part of speech for each word."""
    whole = read_corpus(folder, "train", 1600)
    X = realdata.texts_of(" ".join(words) for words in whole.words)
    y = as_ragged([np.array(tags) for tags in whole.tags])
    parts = cut(X, y, (700, 400, 500), seed)
    return as_ids(parts, analyzer=str.split, truncate=None)


def activities(folder, seed):
    """Sensor series with a label for each step."""
    X, y = make_activities(180, 60, random_state=seed)
    return cut(X, y, (60, 60, 60), seed)


# -- judges ------------------------------------------------------------------------


def judge_classes(model, test, y_train):
    """Compute the accuracy."""
    probability = model.predict_proba(test.X)
    return (
        accuracy_score(test.y, model.predict(test.X)),
        _over_shares(test.y, probability, y_train, model.classes_),
    )


def judge_ranking(model, test, y_train):
    """Compute the average precision."""
    probability = model.predict_proba(test.X)
    return (
        average_precision_score(test.y, probability[:, 1]),
        _over_shares(test.y, probability, y_train, model.classes_),
    )


def judge_labels(model, test, y_train):
    """Compute the mean average precision of the labels."""
    probability = model.predict_proba(test.X)
    constant = np.broadcast_to(y_train.mean(axis=0), test.y.shape)
    losses = [
        -(xlogy(test.y, p) + xlogy(1 - test.y, 1 - p)).mean()
        for p in (probability, constant)
    ]
    return average_precision_score(test.y, probability), losses[0] / losses[1]


def judge_steps(model, test, y_train):
    """Compute the accuracy of the steps; the loss is that of each step by itself."""
    y, y_train = np.concatenate(list(test.y)), np.concatenate(list(y_train))
    probability = np.concatenate(list(model.predict_proba(test.X)))
    predicted = np.concatenate(list(model.predict(test.X)))
    loss = _over_shares(y, probability, y_train, model.classes_)
    return accuracy_score(y, predicted), loss


def _over_shares(y, probability, y_train, classes):
    """Divide the log loss by that of the shares of the classes."""
    shares = np.array([np.mean(y_train == label) for label in classes])
    constant = np.broadcast_to(shares, probability.shape)
    losses = [log_loss(y, p, labels=classes) for p in (probability, constant)]
    return losses[0] / losses[1]


# Of a target and a prediction; and the best constant.
LOSSES = {
    "squared_error": (lambda y, f: (y - f) ** 2, np.mean),
    "absolute_error": (lambda y, f: abs(y - f), np.median),
    "quantile": (
        lambda y, f: np.maximum(QUANTILE * (y - f), (QUANTILE - 1) * (y - f)),
        lambda y: np.quantile(y, QUANTILE),
    ),
    "huber": (lambda y, f: huber(1, y - f), np.median),
    "poisson": (lambda y, f: xlogy(y, y / f) - y + f, np.mean),
}


def judge_numbers(model, test, y_train):
    """Compute R²."""
    loss, constant = LOSSES[model.loss]
    predicted = model.predict(test.X)
    losses = [loss(test.y, f).mean() for f in (predicted, constant(y_train))]
    return r2_score(test.y, predicted), losses[0] / losses[1]


# -- the tasks ---------------------------------------------------------------------


def classes(make_parts, **settings):
    return Task("cross_entropy", make_parts, RNNClassifier, settings, judge_classes)


def yes_or_no(make_parts, judge, **settings):
    return Task("binary_cross_entropy", make_parts, RNNClassifier, settings, judge)


def numbers(make_parts, loss, standardize):
    settings = {"loss": loss, "standardize": standardize, "max_epochs": 8}
    if loss == "quantile":
        settings["quantile"] = QUANTILE
    return Task(loss, make_parts, RNNRegressor, settings, judge_numbers)


def steps(make_parts, output, **settings):
    loss = "crf" if output == "crf" else "cross_entropy"
    settings["output"] = output
    return Task(loss, make_parts, RNNTagger, settings, judge_steps)


NUMBERS = {
    "tweets": (of_defaults("tweets"), ("squared_error", "absolute_error", "quantile")),
    "births": (births, tuple(LOSSES)),
    "counts": (counts, ("squared_error", "poisson")),
}
TASKS = {
    "languages": classes(of_defaults("languages"), max_epochs=20),
    "JapaneseVowels": classes(of_defaults("JapaneseVowels"), max_epochs=20),
    "SST-2": yes_or_no(of_defaults("SST-2", 1200), judge_classes, max_epochs=6),
    "rare sentences": yes_or_no(rare_sentences, judge_ranking, max_epochs=6),
    "rare spam": yes_or_no(rare_spam, judge_ranking, max_epochs=10),
    "rare languages": yes_or_no(rare_language, judge_ranking, max_epochs=8),
    "rare swings": yes_or_no(rare_swings, judge_ranking, max_epochs=10),
    "rare labels": yes_or_no(rare_labels, judge_labels),
    "4,000 words": classes(zipf_words, max_epochs=5, batch_size=64),
    "parts of speech": steps(parts_of_speech, "softmax", max_epochs=8),
    "parts of speech, CRF": steps(parts_of_speech, "crf", max_epochs=6),
    "activities": steps(activities, "softmax"),
    "activities, CRF": steps(activities, "crf", max_epochs=8),
    **{
        f"{name}, {loss}, {'standardised' if standardize else 'as it is'}": numbers(
            make_parts, loss, standardize
        )
        for name, (make_parts, losses) in NUMBERS.items()
        for loss in losses
        for standardize in (True, False)
    },
}
