"""Tables whose columns are of several kinds, and tables of which one may think so."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits, load_wine
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from sklearn_rnn import RNNClassifier, sliding_windows
from sklearn_rnn.datasets import load_births, load_co2
from sklearn_rnn.exceptions import AmbiguousInputWarning, SequenceError
from sklearn_rnn.sequences import check_sequences
from sklearn_rnn.sequences._columns import describe_mixed_columns, is_padded_in_front

rng = np.random.default_rng(0)


def padded_ids(n_samples=60, n_columns=8):
    lengths = rng.integers(2, n_columns + 1, n_samples)
    lengths[0] = n_columns
    ids = rng.integers(2, 50, (n_samples, n_columns))
    return np.where(np.arange(n_columns) < lengths[:, np.newaxis], ids, 0)


IDS = padded_ids()
AGE = rng.integers(20, 60, (60, 1))
PRICE = rng.normal(size=(60, 1))
CITY = np.eye(3, dtype=int)[rng.integers(3, size=60)]
TITLE = padded_ids(n_columns=3)

BESIDE = {
    "numbers behind": ([IDS, PRICE], "columns 0 to 7 look .*, and column 8 does not"),
    "ages behind": ([IDS, AGE], "columns 0 to 7 look .*, and column 8 does not"),
    "categories": ([IDS, CITY], "columns 0 to 7 look .*, and columns 8 to 10 do not"),
    "numbers in front": ([PRICE, IDS], "columns 1 to 8 look .*, and column 0 does not"),
    "padding in front, then numbers": (
        [IDS[:, ::-1], PRICE],
        "columns 0 to 7 look .*, and column 8 does not",
    ),
    "ages, then padding in front": (
        [AGE, IDS[:, ::-1]],
        "columns 1 to 8 look .*, and column 0 does not",
    ),
    "two texts": ([IDS, TITLE], "columns 0 to 7 look .*, and columns 8 to 10 do not"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_ids_beside_other_columns_are_named(name):
    parts, found = BESIDE[name]
    X = np.hstack(parts)
    with pytest.warns(AmbiguousInputWarning, match=f"{found}.*StackingClassifier"):
        check_sequences(BaseEstimator(), X, reset=True)
    check_sequences(BaseEstimator(), X, reset=True, input="numbers")
    with pytest.raises(SequenceError, match=f"{found}.*StackingClassifier"):
        check_sequences(BaseEstimator(), sparse.csr_matrix(X), reset=True)


def test_whole_numbers_beside_fractions_are_named():
    X, _ = load_wine(return_X_y=True)
    with pytest.warns(AmbiguousInputWarning, match="columns 4, 12 hold whole numbers"):
        check_sequences(BaseEstimator(), X, reset=True)


def test_padding_in_front_is_named():
    with pytest.warns(AmbiguousInputWarning, match="padding in front.*row > 0"):
        check_sequences(BaseEstimator(), IDS[:, ::-1], reset=True)


def test_one_step_of_many_variables_is_named():
    for X in (np.ones((9, 1, 30)), [np.ones((1, 30))] * 9):
        with pytest.warns(AmbiguousInputWarning, match="from_channels_first"):
            check_sequences(BaseEstimator(), X, reset=True)
        check_sequences(BaseEstimator(), X, reset=True, input="numbers")


class SMOTENC:
    def fit_resample(self, X, y):
        return X, y


def test_codes_of_categories_are_told_by_the_pipeline_or_the_frame():
    symbols = rng.choice(list("abc"), (60, 5))
    network = RNNClassifier(2, max_epochs=1, input="auto")
    columns = make_column_transformer((make_pipeline(OrdinalEncoder()), [0, 1]))
    y = np.arange(60) % 2
    for encoder in (OrdinalEncoder(), columns):
        with pytest.warns(AmbiguousInputWarning, match=r"codes of OrdinalEncoder"):
            make_pipeline(encoder, network).fit(symbols, y)
    frame = pd.DataFrame({"a": AGE[:, 0], "b": AGE[:, 0]}).astype({"b": "category"})
    with pytest.raises(SequenceError, match=r"categories in column 'b', .*astype\("):
        check_sequences(BaseEstimator(), frame, reset=True)
    for X, how in (
        (frame.astype(dict.fromkeys(["b"], float)), "auto"),
        (frame, "tokens"),
    ):
        check_sequences(BaseEstimator(), X, reset=True, input=how)


def test_ids_between_others_are_told_by_the_pipeline_that_made_them():
    imblearn = {"__name__": "imblearn.pipeline"}
    exec("class Pipeline:\n def fit(self, read): return read()", imblearn)
    pipeline = imblearn["Pipeline"]()
    pipeline.steps = [("sampler", SMOTENC()), ("other", BaseEstimator())]

    def read():
        check_sequences(BaseEstimator(), sparse.csr_matrix(IDS), reset=True)

    with pytest.warns(AmbiguousInputWarning, match="SMOTENC makes .*'balanced'"):
        pipeline.fit(read)
    del pipeline.steps[0]
    pipeline.fit(read)


def sun_of_days():
    """Count from noon to noon: zeros of unequal number at night, and a morning."""
    sun = 30 * np.cos(2 * np.pi * np.arange(24) / 24) + 5
    days = rng.normal(scale=6, size=(80, 1)) + rng.normal(size=(80, 24))
    return np.maximum(np.rint(sun + days), 0) + (np.arange(24) == 0)


def windows_of(load):
    return sliding_windows(load(return_X_y=True)[1], window=30)[0]


ORDINARY = {
    "sums of counts": lambda: np.cumsum(rng.poisson(0.4, (300, 12)), axis=1),
    "images": lambda: load_digits().data,
    "images of small numbers": lambda: load_digits().data / 16,
    "counts of days": lambda: sliding_windows(
        load_births(return_X_y=True)[1], window=30
    )[0],
    "tons of a gas": lambda: sliding_windows(load_co2(return_X_y=True)[1], window=48)[
        0
    ],
    "rare counts": lambda: rng.poisson(0.5, (300, 12)),
    "frequent counts": lambda: rng.poisson(4, (300, 12)),
    "counts of day and night": sun_of_days,
    "random walks": lambda: np.cumsum(rng.integers(-1, 2, (90, 20)), axis=1),
    "rounded numbers": lambda: np.round(rng.normal(size=(300, 9)), 1),
    "a constant beside fractions": lambda: np.hstack([np.ones((60, 1)), PRICE]),
    "few rows": lambda: np.hstack([IDS, PRICE])[:10],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_nothing_is_said_of_one_variable(name):
    X = np.asarray(ORDINARY[name](), dtype=float)
    assert describe_mixed_columns(X) is None
    assert not is_padded_in_front(X)
