"""What a prediction does not depend on, whatever the rows are."""

from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    as_ragged,
)
from sklearn_rnn._training import _net
from sklearn_rnn._training._data import PredictionBatches
from sklearn_rnn.sequences import UNK

SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}
N_TOKENS = 12
CELLS = {RNNClassifier: "lstm", RNNRegressor: "gru"}

kinds = st.sampled_from(list(CELLS))
stepwise_kinds = st.sampled_from([RNNTagger, RNNStepRegressor])
all_kinds = kinds | stepwise_kinds
rarely = settings(max_examples=max(3, settings().max_examples // 50))

seeds = st.integers(0, 2**32 - 1)


@st.composite
def numbers(draw):
    """Draw rows of any length; quarters are the same in float32 and float64."""
    lengths = draw(st.lists(st.integers(1, 12), min_size=1, max_size=12))
    rng = np.random.default_rng(draw(seeds))
    return [rng.integers(-40, 40, size=(length, 2)) / 4 for length in lengths]


documents = st.lists(
    st.lists(st.integers(1, 2 * N_TOKENS), min_size=1, max_size=9),
    min_size=1,
    max_size=9,
)


@cache
def fitted(kind, tokens=False, cell=None, pooling="max", **params):
    """Fit once to thirty rows of one to nine steps."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 10, size=30)
    if tokens:
        X = [rng.integers(2, N_TOKENS, size=length) for length in lengths]
        X[0][:] = N_TOKENS - 1
        params["input"] = "tokens"
    else:
        X = [rng.integers(-40, 40, size=(length, 2)) / 4 for length in lengths]
    if kind in CELLS:
        y = np.arange(30) % 3
        params["pooling"] = pooling
    else:
        y = as_ragged([np.arange(length) % 2 for length in lengths])
    model = kind(**SMALL, cell=cell or CELLS.get(kind, "gru"), **params)
    return model.fit(X, y)


def said(model, X):
    """Compute what a model says of each row, as a list of arrays."""
    return list(getattr(model, "predict_proba", model.predict)(X))


def assert_same_bits(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def object_array(rows):
    array = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        array[i] = row
    return array


def pad(rows, value, n_more=0):
    """Pad rows on the right to the longest, and by so many steps more."""
    longest = max(map(len, rows)) + n_more
    shape = (len(rows), longest, *np.shape(rows[0])[1:])
    padded = np.full(shape, value, dtype=float if np.isnan(value) else np.int64)
    for where, row in zip(padded, rows, strict=True):
        where[: len(row)] = row
    return padded


# -- containers and padding --------------------------------------------------------


@given(kind=kinds, rows=numbers())
def test_numbers_in_any_container_get_the_same_predictions(kind, rows):
    model = fitted(kind)
    expected = said(model, rows)
    for X in (
        tuple(rows),
        object_array(rows),
        pd.Series(object_array(rows)),
        [row.tolist() for row in rows],
        [pd.DataFrame(row) for row in rows],
        [torch.from_numpy(row) for row in rows],
        [np.asfortranarray(row) for row in rows],
        [np.float32(row) for row in rows],
    ):
        assert_same_bits(said(model, X), expected)


@given(kind=kinds, rows=documents)
def test_ids_in_any_container_get_the_same_predictions(kind, rows):
    model = fitted(kind, tokens=True)
    expected = said(model, [np.array(row) for row in rows])
    padded = pad(rows, 0)
    for X in (
        rows,
        object_array(rows),
        padded,
        padded.astype(np.float32),
        pd.DataFrame(padded),
        torch.from_numpy(padded),
        sparse.csr_array(padded),
        sparse.coo_matrix(padded),
        sparse.csc_array(padded.astype(np.int32)),
    ):
        assert_same_bits(said(model, X), expected)


@pytest.mark.parametrize("pooling", ["last", "final_max", "mean", "attention"])
@given(rows=numbers(), n_more=st.integers(0, 20))
def test_any_padding_is_as_good_as_none(pooling, rows, n_more):
    model = fitted(RNNClassifier, pooling=pooling)
    assert_same_bits(said(model, pad(rows, np.nan, n_more)), said(model, rows))


@given(kind=stepwise_kinds, rows=documents, n_more=st.integers(0, 20))
def test_padded_ids_have_no_steps_of_their_own(kind, rows, n_more):
    model = fitted(kind, tokens=True)
    expected = said(model, rows)
    assert [len(row) for row in expected] == [len(row) for row in rows]
    assert_same_bits(said(model, pad(rows, 0, n_more)), expected)


# -- batches, parts and copies -----------------------------------------------------


@given(kind=all_kinds, rows=numbers(), n_rows=st.integers(1, 20))
def test_the_size_of_the_batches_changes_no_bit(kind, rows, n_rows):
    model = fitted(kind)
    expected = said(model, rows)
    with pytest.MonkeyPatch.context() as patch:
        batches = partial(PredictionBatches, batch_size=n_rows)
        patch.setattr(_net, "PredictionBatches", batches)
        assert_same_bits(said(model, rows), expected)


@given(kind=all_kinds, first=documents, second=documents)
def test_joined_documents_get_the_predictions_of_each_part(kind, first, second):
    model = fitted(kind, tokens=True)
    parts = said(model, first) + said(model, second)
    assert_same_bits(said(model, first + second), parts)


@given(kind=kinds, rows=documents, data=st.data())
def test_equal_documents_get_the_same_predictions_in_any_place(kind, rows, data):
    places = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=30))
    model = fitted(kind, tokens=True)
    expected = said(model, rows)
    copies = said(model, [rows[i] for i in places])
    assert_same_bits(copies, [expected[i] for i in places])


# -- ids, lengths and sizes --------------------------------------------------------


@given(kind=all_kinds, rows=documents, data=st.data())
def test_ids_beyond_the_vocabulary_are_unknown_whichever_they_are(kind, rows, data):
    model = fitted(kind, tokens=True)
    beyond = st.integers(N_TOKENS, 2**31 - 1)
    strange = [[i if i < N_TOKENS else data.draw(beyond) for i in row] for row in rows]
    unknown = [[i if i < N_TOKENS else UNK for i in row] for row in rows]
    assert_same_bits(said(model, strange), said(model, unknown))


@rarely
@given(
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    length=st.integers(1, 100_000),
    n_others=st.integers(0, 5),
    seed=seeds,
)
def test_a_row_of_any_length_gets_the_same_prediction_alone_and_in_a_batch(
    cell, length, n_others, seed
):
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=(n, 2)) for n in [length, *rng.integers(1, 9, n_others)]]
    model = fitted(RNNClassifier, cell=cell)
    together = said(model, rows)
    assert_same_bits(said(model, rows[:1]), together[:1])
    assert_same_bits(said(model, rows[::-1]), together[::-1])
    assert np.isfinite(together).all()


# Of ten huge rows and more a regressor says that they are nothing like those of fit.
@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.ExtrapolationWarning")
@given(
    kind=kinds,
    rows=numbers(),
    scale=st.sampled_from([0.0, 5e-324, 1e-310, 1e-30, 1e30, 1e37, -1e38]),
)
def test_numbers_of_any_size_have_finite_predictions(kind, rows, scale):
    X = [row / 40 * scale for row in rows]
    assert all(np.isfinite(row).all() for row in said(fitted(kind), X))


@given(
    kind=kinds,
    rows=numbers(),
    row=st.integers(0, 99),
    scale=st.sampled_from([1e40, -1e300]),
)
def test_numbers_beyond_single_precision_are_refused(kind, rows, row, scale):
    X = [*rows]
    X[row % len(X)] = np.full((3, 2), scale)
    with pytest.raises(ValueError, match=r"too large for float32 .* rescale"):
        fitted(kind).predict(X)
