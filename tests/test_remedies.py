"""What a message of the package tells a user to write works as it is written."""

import re
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

import sklearn_rnn
from sklearn_rnn.sequences import from_channels_first

rng = np.random.default_rng(0)
Y = np.arange(40) % 2
LENGTHS = rng.integers(2, 7, 40)
BEHIND = np.where(np.arange(6) < LENGTHS[:, None], rng.integers(2, 20, (40, 6)), 0)
FRONT = BEHIND[:, ::-1]
MIDDLE = np.insert(BEHIND, 1, 0, axis=1)
SERIES = rng.normal(size=(40, 6, 2))
STEPS = (SERIES[..., 0] > 0).astype(int)
IGNORED = np.where(rng.random((40, 6)) < 0.2, -100, STEPS)
FRAME = pd.DataFrame({"text": ["a good film", "bad"] * 20, "age": range(20, 60)})
JOINED = np.column_stack([BEHIND, FRAME["age"]])


def few(estimator):
    """Make an estimator that trains for a moment."""

    def make(hidden_size=2, **how):
        return estimator(hidden_size, max_epochs=1, random_state=0, **how)

    return make


SETTING = {
    "np": np,
    "Y": Y,
    "TextVectorizer": sklearn_rnn.TextVectorizer,
    "RNNClassifier": few(sklearn_rnn.RNNClassifier),
    "RNNRegressor": few(sklearn_rnn.RNNRegressor),
    "RNNTagger": few(sklearn_rnn.RNNTagger),
    "RNNStepRegressor": few(sklearn_rnn.RNNStepRegressor),
    "as_ragged": sklearn_rnn.as_ragged,
    "sequences_from_frame": sklearn_rnn.sequences_from_frame,
    "sliding_windows": sklearn_rnn.sliding_windows,
    "DictVectorizer": DictVectorizer,
    "from_channels_first": from_channels_first,
    "make_pipeline": make_pipeline,
    "cross_val_predict": cross_val_predict,
    "OrdinalEncoder": OrdinalEncoder,
    "TfidfVectorizer": TfidfVectorizer,
    "ColumnTransformer": ColumnTransformer,
    "StackingClassifier": StackingClassifier,
    "RandomForestClassifier": lambda: RandomForestClassifier(5, random_state=0),
    "HistGradientBoostingClassifier": lambda: HistGradientBoostingClassifier(
        max_iter=2, random_state=0
    ),
}


def cross_entropy(outputs, targets):
    """Compute a loss for each step."""
    return torch.nn.functional.cross_entropy(outputs, targets, reduction="none")


class Remedy(NamedTuple):
    """A call that goes wrong, the line that its message shows, and the call then."""

    given: dict
    wrong: str
    line: str
    then: str = "RNNClassifier().fit(X, Y).predict(X)"
    code: str | None = None
    """What is run, where the line is an expression that wants a place."""


TOKENS = "RNNClassifier(input='tokens').fit(X, Y).predict(X)"
BESIDE = (
    "StackingClassifier([('text', make_pipeline(ColumnTransformer([('ids', "
    "TextVectorizer(), 'text')]), RNNClassifier(input='tokens'))), ('numbers', "
    "make_pipeline(ColumnTransformer([('kept', 'passthrough', ['age'])]), "
    "RandomForestClassifier()))])"
)
ROWS_OF_ARRAY = "X = [row[row > 0] for row in np.asarray(X)]"
REMEDIES = {
    "ids padded in front": Remedy({"X": FRONT}, TOKENS, ROWS_OF_ARRAY, TOKENS),
    "a frame of them": Remedy(
        {"X": pd.DataFrame(FRONT)}, TOKENS, ROWS_OF_ARRAY, TOKENS
    ),
    "lists of them": Remedy(
        {"X": [[0] * (i % 2) + [2, 3] for i in range(40)]},
        TOKENS,
        "X = [[i for i in row if i > 0] for row in X]",
        TOKENS,
    ),
    "a sparse matrix of them": Remedy(
        {"X": sparse.csr_matrix(FRONT)},
        TOKENS,
        "X = [row[row > 0] for row in X.toarray()]",
        TOKENS,
    ),
    "ids padded in front, read as numbers": Remedy(
        {"X": FRONT}, "RNNClassifier().fit(X, Y)", ROWS_OF_ARRAY, TOKENS
    ),
    "padding between": Remedy({"X": MIDDLE}, TOKENS, ROWS_OF_ARRAY, TOKENS),
    "ids from 0 on": Remedy(
        {"X": rng.integers(0, 5, (40, 6))}, TOKENS, "X = np.asarray(X) + 2", TOKENS
    ),
    "ids beside numbers": Remedy(
        {"X": JOINED, "frame": FRAME},
        "RNNClassifier().fit(X, Y)",
        BESIDE,
        "model.fit(frame, Y).predict(frame)",
        f"model = {BESIDE}",
    ),
    "ids beside numbers, sparse": Remedy(
        {"X": sparse.csr_matrix(JOINED), "frame": FRAME},
        "RNNClassifier().fit(X, Y)",
        BESIDE,
        "model.fit(frame, Y).predict(frame)",
        f"model = {BESIDE}",
    ),
    "channels before steps": Remedy(
        {"X": rng.normal(size=(40, 1, 30))},
        "RNNClassifier().fit(X, Y)",
        "X = from_channels_first(X)",
    ),
    "a table of one step": Remedy(
        {"X": rng.normal(size=(40, 1, 30))},
        "RNNClassifier().fit(X, Y)",
        "X = np.asarray(X).reshape(len(X), -1)",
        "HistGradientBoostingClassifier().fit(X, Y).predict(X)",
    ),
    "a label that PyTorch ignores": Remedy(
        {"X": SERIES, "y": IGNORED},
        "RNNTagger().fit(X, y)",
        "keep = [np.asarray(row) != -100 for row in y]; X, y = ([np.asarray(row)"
        "[: len(k)][k] for row, k in zip(rows, keep)] for rows in (X, y))",
        "RNNTagger().fit(X, y).predict(X)",
    ),
}

MACHINES = pd.DataFrame(
    {
        "machine": np.repeat(range(40), 3),
        "day": np.tile(pd.date_range("2024", periods=3), 40),
        "heat": rng.normal(size=120),
    }
)
TWICE = pd.concat([MACHINES, MACHINES[:1]]).sort_values(["machine", "day"])
LONG = "X = sequences_from_frame(frame, series='machine', time='day')"
FIT = "RNNClassifier().fit(X, Y)"
NUMBERS = "RNNClassifier(input='numbers').fit(X, Y)"
UNEQUAL = [list(range(2, 4 + i % 3)) for i in range(40)]
CLASSES = pd.get_dummies(pd.Series(Y)).to_numpy(dtype=int)
REMEDIES |= {
    "ids made dense": Remedy(
        {"X": BEHIND},
        FIT,
        "input='tokens'",
        "",
        "RNNClassifier(input='tokens').fit(X, Y)",
    ),
    "ids made dense, which are numbers": Remedy(
        {"X": BEHIND},
        FIT,
        "input='numbers'",
        "",
        NUMBERS,
    ),
    "a long table": Remedy(
        {"X": MACHINES},
        FIT,
        "sequences_from_frame(X, series='machine', time='day')",
        code="X = sequences_from_frame(X, series='machine', time='day')",
    ),
    "a frame out of order": Remedy(
        {"frame": MACHINES[::-1]},
        LONG,
        "frame.sort_values(['machine', 'day'])",
        LONG,
        "frame = frame.sort_values(['machine', 'day'])",
    ),
    "a time twice": Remedy(
        {"frame": TWICE},
        LONG,
        "frame.drop_duplicates(['machine', 'day'])",
        LONG,
        "frame = frame.drop_duplicates(['machine', 'day'])",
    ),
    "ids in a long table": Remedy(
        {
            "X": sklearn_rnn.sequences_from_frame(
                MACHINES.assign(heat=5), series="machine", time="day"
            )
        },
        TOKENS,
        "X = [row[:, 0].astype(int) for row in X]",
        TOKENS,
    ),
    "texts": Remedy(
        {"X": list(FRAME["text"])},
        FIT,
        "make_pipeline(TextVectorizer(), RNNClassifier())",
        "",
        "make_pipeline(TextVectorizer(), RNNClassifier()).fit(X, Y)",
    ),
    "whole numbers of unequal length": Remedy(
        {"X": UNEQUAL}, FIT, "input='tokens'", "", TOKENS
    ),
    "whole numbers beside fractions": Remedy(
        {"X": [*UNEQUAL[1:], [0.5, 1.5]]},
        FIT,
        "input='numbers'",
        "",
        NUMBERS,
    ),
    "a sparse matrix of numbers": Remedy(
        {"X": sparse.csr_matrix(SERIES[:, :, 0])},
        FIT,
        "X.toarray()",
        code="X = X.toarray()",
    ),
    "a sparse matrix where numbers are said": Remedy(
        {"X": sparse.csr_matrix(SERIES[:, :, 0])},
        "RNNClassifier(input='numbers').fit(X, Y)",
        "X.toarray()",
        code="X = X.toarray()",
    ),
    "numbers where ids are said": Remedy(
        {"X": SERIES},
        TOKENS,
        "input='numbers'",
        "",
        NUMBERS,
    ),
    "steps of two axes": Remedy(
        {"X": rng.normal(size=(40, 3, 2, 2))}, FIT, "X = X.reshape(*X.shape[:2], -1)"
    ),
    "channels before steps of unequal number": Remedy(
        {"X": [rng.normal(size=(2, 3 + i % 3)) for i in range(40)]},
        FIT,
        "from_channels_first(X)",
        code="X = from_channels_first(X)",
    ),
    "dicts of features": Remedy(
        {"X": [[{"word": "Anna", "n": 1}, {"word": "is"}]] * 40},
        FIT,
        "names = DictVectorizer(sparse=False).fit([step for row in X for step in row])"
        "; X = [names.transform(row) for row in X]",
    ),
    "classes as columns": Remedy(
        {"X": SERIES, "y": CLASSES},
        "RNNClassifier().fit(X, y)",
        "y.argmax(axis=1)",
        "RNNClassifier().fit(X, y)",
        "y = y.argmax(axis=1)",
    ),
    "targets in a column": Remedy(
        {"X": SERIES, "y": Y[:, np.newaxis]},
        "RNNClassifier().fit(X, y)",
        "y.ravel()",
        "RNNClassifier().fit(X, y)",
        "y = y.ravel()",
    ),
    "texts as a series": Remedy(
        {"series": np.arange(40).astype(str)},
        "sliding_windows(series, window=4)",
        "series.astype(float)",
        "sliding_windows(series, window=4)",
        "series = series.astype(float)",
    ),
    "a lone text": Remedy(
        {"text": "a good film"},
        "TextVectorizer().fit(text)",
        "[text]",
        "",
        "TextVectorizer().fit([text])",
    ),
    "a set of texts": Remedy(
        {"X": {"good", "bad"}},
        "TextVectorizer().fit(X)",
        "sorted(X)",
        "",
        "TextVectorizer().fit(sorted(X))",
    ),
    "texts by name": Remedy(
        {"X": {"a": "good", "b": "bad"}},
        "TextVectorizer().fit(X)",
        "list(X.values())",
        "",
        "TextVectorizer().fit(list(X.values()))",
    ),
    "a frame with other columns": Remedy(
        {"X": FRAME},
        "TextVectorizer().fit(X)",
        "X['text']",
        "",
        "TextVectorizer().fit(X['text'])",
    ),
    "lists of words": Remedy(
        {"X": [["good", "film"], ["bad"]]},
        "TextVectorizer().fit(X)",
        "analyzer=list",
        "",
        "TextVectorizer(analyzer=list).fit(X)",
    ),
    "texts that may not be cut": Remedy(
        {"X": ["a good film"]},
        "TextVectorizer(truncate=None, max_length=2).fit(X)",
        "truncate='end'",
        "",
        "TextVectorizer(truncate='end', max_length=2).fit(X)",
    ),
    "tags that lose their words": Remedy(
        {"X": [["a", "good", "film"]], "long": [["a", "very", "good", "film"]]},
        "TextVectorizer(analyzer=list, max_length=3).fit(X).transform(long)",
        "max_length=None and truncate=None",
        "",
        "TextVectorizer(analyzer=list, max_length=None, truncate=None).fit(X)"
        ".transform(long)",
    ),
    "capitals in a vocabulary": Remedy(
        {"X": ["Good"]},
        "TextVectorizer(vocabulary=['Good']).fit(X)",
        "lowercase=False",
        "",
        "TextVectorizer(vocabulary=['Good'], lowercase=False).fit(X)",
    ),
    "a loss that a CRF has not": Remedy(
        {"X": SERIES, "y": STEPS, "loss": cross_entropy},
        "RNNTagger(output='crf', loss=loss).fit(X, y)",
        "set output='softmax' or loss='cross_entropy'",
        "RNNTagger(output='softmax', loss=loss).fit(X, y)",
        "RNNTagger(output='crf', loss='cross_entropy').fit(X, y)",
    ),
    "a scheme without a CRF": Remedy(
        {"X": SERIES, "y": np.where(STEPS, "B-A", "O")},
        "RNNTagger(scheme='bio').fit(X, y)",
        "set output='crf' or scheme=None",
        "RNNTagger(scheme='bio', output='crf').fit(X, y)",
        "RNNTagger(scheme=None).fit(X, y)",
    ),
    "weights of attention of another pooling": Remedy(
        {"X": SERIES},
        "RNNClassifier().fit(X, Y).attention_weights(X)",
        "pooling='attention'",
        "",
        "RNNClassifier(pooling='attention').fit(X, Y).attention_weights(X)",
    ),
    "an argument of fit elsewhere": Remedy(
        {"X": SERIES},
        "RNNClassifier().fit(X, Y, batch_size=8)",
        "RNNClassifier(batch_size=8)",
        "",
        "RNNClassifier(batch_size=8).fit(X, Y)",
    ),
}

# What a message says to do in words, done; `then` holds each of the ways it names.
TABLE = SERIES[:, :, 0]
WARM = "model = RNNClassifier(warm_start=True).fit(X, Y).set_params(hidden_size=3)"
DATED = pd.Series(np.arange(30.0), pd.date_range("2024", periods=30))
CODES = pd.DataFrame(rng.integers(1, 5, (40, 3)), columns=list("abc"))
IN_WORDS = {
    "weights of another size": (
        {"X": TABLE},
        f"{WARM}; model.fit(X, Y)",
        "set it back, or fit once with warm_start=False",
        f"{WARM}; model.set_params(hidden_size=2).fit(X, Y); "
        "model.set_params(hidden_size=3, warm_start=False).fit(X, Y)",
    ),
    "a validation part of too few rows": (
        {"X": TABLE, "stops": {"early_stopping": True}},
        "RNNClassifier(**stops, validation_fraction=0.02).fit(X, Y)",
        "Raise validation_fraction, merge rare classes, pass to fit the groups that a "
        "splitter asks for, pass [(train, valid)] or X_val and y_val, or set "
        "early_stopping=False",
        "RNNClassifier(**stops, validation_fraction=0.2).fit(X, Y); "
        "part = [(np.arange(30), np.arange(30, 40))]; "
        "RNNClassifier(**stops, validation_fraction=part).fit(X, Y); "
        "RNNClassifier(**stops).fit(X[:30], Y[:30], X_val=X[30:], y_val=Y[30:]); "
        "RNNClassifier(early_stopping=False, validation_fraction=0.02).fit(X, Y)",
    ),
    "other classes than those of the first call": (
        {"X": TABLE},
        "RNNClassifier().partial_fit(X, Y, classes=[0, 1]).partial_fit(X, Y, "
        "classes=[0, 1, 2])",
        "name every class there, or leave classes out",
        "RNNClassifier().partial_fit(X, Y, classes=[0, 1, 2]).partial_fit(X, Y + 1); "
        "RNNClassifier().partial_fit(X, Y, classes=[0, 1]).partial_fit(X, Y)",
    ),
    "balanced weights of rows to come": (
        {"X": TABLE},
        "RNNClassifier(class_weight='balanced').partial_fit(X, Y, classes=[0, 1])",
        "pass a dict of weights",
        "RNNClassifier(class_weight={0: 1, 1: 2}).partial_fit(X, Y, classes=[0, 1])",
    ),
    "vectors of words for numbers": (
        {"X": TABLE, "ids": BEHIND, "V": {"embedding": rng.normal(size=(30, 4))}},
        "RNNClassifier(**V).fit(X, Y)",
        "put a TextVectorizer in front, pass input='tokens', or leave it out",
        "RNNClassifier(input='tokens', **V).fit(ids, Y); RNNClassifier().fit(X, Y)",
    ),
    "one label for all steps": (
        {"X": SERIES, "steps": STEPS.tolist()},
        "RNNTagger().fit(X, 'ab')",
        "pass a list of lists, or as_ragged of one",
        "RNNTagger().fit(X, steps); RNNTagger().fit(X, as_ragged(steps))",
    ),
    "frames beside arrays": (
        {"X": [pd.DataFrame(SERIES[0], columns=["a", "b"]), *SERIES[1:]]},
        FIT,
        "[np.asarray(row) for row in X]",
        "RNNClassifier().fit([np.asarray(row) for row in X], Y)",
    ),
    "labels of bytes": (
        {"X": TABLE, "y": [b"a", b"b"] * 20},
        "RNNClassifier().fit(X, y)",
        "[label.decode() for label in y]",
        "RNNClassifier().fit(X, [label.decode() for label in y])",
    ),
    "a date that is missing": (
        {"series": DATED.set_axis([pd.NaT, *DATED.index[1:]])},
        "sliding_windows(series, 4)",
        "series[series.index.notna()]",
        "sliding_windows(series[series.index.notna()], 4)",
    ),
    "dates that are missing": (
        {"series": DATED.drop(DATED.index[7:9])},
        "sliding_windows(series, 4)",
        "series.asfreq('D').ffill(), or pass series.to_numpy()",
        "sliding_windows(series.asfreq('D').ffill(), 4); "
        "sliding_windows(series.to_numpy(), 4)",
    ),
    "labels out of a scheme": (
        {"X": SERIES, "y": np.where(STEPS, "I-A", "O")},
        "RNNTagger(output='crf', scheme='bio').fit(X, y)",
        "set scheme=None",
        "RNNTagger(output='crf', scheme=None).fit(X, y)",
    ),
    "a loss for counts": (
        {"X": SERIES, "y": Y - 1.0},
        "RNNRegressor(loss='poisson').fit(X, y)",
        "take another loss",
        "RNNRegressor(loss='huber').fit(X, y)",
    ),
    "characters in a dense array": (
        {"X": list(FRAME["text"])},
        "TextVectorizer(characters=True, sparse_output=False).fit_transform(X)",
        "leave one of the two parameters at its default",
        "TextVectorizer(characters=True).fit_transform(X); "
        "TextVectorizer(sparse_output=False).fit_transform(X)",
    ),
    "words that lost their order": (
        {"X": list(FRAME["text"])},
        "RNNClassifier().fit(TfidfVectorizer().fit_transform(X), Y)",
        "Use TextVectorizer instead",
        "RNNClassifier().fit(TextVectorizer().fit_transform(X), Y)",
    ),
    "categories as numbers": (
        {"X": CODES.astype("category")},
        FIT,
        "HistGradientBoostingClassifier(categorical_features='from_dtype') is a model "
        "for a table of them. If they are numbers, say so: "
        "X.astype(dict.fromkeys(['a', 'b', 'c'], float))",
        "RNNClassifier().fit(X.astype(dict.fromkeys(['a', 'b', 'c'], float)), Y)",
    ),
    "codes of symbols": (
        {"X": CODES.astype(str)},
        "make_pipeline(OrdinalEncoder(), RNNClassifier()).fit(X, Y)",
        "make_pipeline(TextVectorizer(analyzer=list, lowercase=False), "
        "RNNClassifier()), with X = np.asarray(X).astype(str).tolist()",
        "X = np.asarray(X).astype(str).tolist(); make_pipeline(TextVectorizer("
        "analyzer=list, lowercase=False), RNNClassifier()).fit(X, Y)",
    ),
    "probabilities of steps out of fold": (
        {"X": SERIES, "y": STEPS, "estimator": few(sklearn_rnn.RNNTagger)()},
        "cross_val_predict(estimator, X, y, method='predict_proba')",
        "cross_val_predict(estimator, X, params={'y': y}, method='predict_proba')",
        "cross_val_predict(estimator, X, params={'y': y}, method='predict_proba')",
    ),
}
REMEDIES |= {
    name: Remedy(given, wrong, line, then, code="pass")
    for name, (given, wrong, line, then) in IN_WORDS.items()
}


def message_of(code, names):
    """Run code that warns or raises, and give what it says."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(code, names)
        except (ValueError, TypeError, NotImplementedError) as error:
            return str(error)
    assert caught, "neither an error nor a warning"
    return " ".join(str(warning.message) for warning in caught)


@pytest.mark.parametrize("name", REMEDIES)
def test_the_line_that_a_message_shows_works(name):
    remedy = REMEDIES[name]
    names = {**SETTING, **remedy.given}
    assert remedy.line in re.sub(r"\s+", " ", message_of(remedy.wrong, dict(names)))
    exec(remedy.code or remedy.line, names)
    exec(remedy.then, names)
