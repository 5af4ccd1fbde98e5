"""Labels and numbers for each step, whatever the lengths."""

import itertools
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_rnn import RNNStepRegressor, RNNTagger, as_ragged
from sklearn_rnn.nn import LinearChainCRF

SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0, "batch_size": 4}
N_EXAMPLES = settings().max_examples
# A fit takes as long as many predictions.
a_few = settings(max_examples=N_EXAMPLES // 3)

seeds = st.integers(0, 2**32 - 1)
lengths_lists = st.lists(st.integers(1, 20), min_size=2, max_size=12)
every_output = pytest.mark.parametrize("output", ["softmax", "crf"])


def numbers(lengths, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(length, 2)) for length in lengths]


@cache
def tagger(output, scheme=None, cell="lstm", nonlinearity="tanh"):
    """Fit once to labels that follow from the numbers."""
    X = numbers([1, 2, 3, 4, 5, 6, 7, 8], seed=0)
    model = RNNTagger(**SMALL, output=output, scheme=scheme, cell=cell)
    if cell == "rnn":
        model.set_params(net_params={"module__nonlinearity": nonlinearity})
    if scheme is None:
        return model.fit(X, as_ragged([np.digitize(row[:, 0], [-1, 1]) for row in X]))
    spans = {"bio": ["B-a", "I-a", "B-b", "O"], "bioes": ["S-a", "B-b", "E-b", "O"]}
    labels = [np.resize(spans[scheme], 4 * len(row)) for row in X]
    X = [np.repeat(row, 4, axis=0) for row in X]
    return model.fit(X, as_ragged(labels))


@cache
def step_regressor(loss="squared_error"):
    X = numbers([1, 2, 3, 4, 5, 6, 7, 8], seed=0)
    y = as_ragged([np.abs(row).cumsum(axis=0) for row in X])
    return RNNStepRegressor(**SMALL, loss=loss).fit(X, y)


# -- taggers -----------------------------------------------------------------------


@every_output
@given(lengths=lengths_lists, seed=seeds)
def test_every_step_has_one_label_and_probabilities(output, lengths, seed):
    model, X = tagger(output), numbers(lengths, seed)
    labels, probabilities = model.predict(X), model.predict_proba(X)
    for length, row, table in zip(lengths, labels, probabilities, strict=True):
        assert row.shape == (length,)
        assert set(row) <= set(model.classes_)
        assert table.shape == (length, len(model.classes_))
        np.testing.assert_allclose(table.sum(axis=1), 1, rtol=1e-6)


@every_output
@given(lengths=lengths_lists, seed=seeds, n_more=st.integers(0, 9))
def test_padding_has_no_labels(output, lengths, seed, n_more):
    model, X = tagger(output), numbers(lengths, seed)
    padded = np.full((len(X), max(lengths) + n_more, 2), np.nan)
    for where, row in zip(padded, X, strict=True):
        where[: len(row)] = row
    for one, other in zip(model.predict(padded), model.predict(X), strict=True):
        np.testing.assert_array_equal(one, other)


@a_few
@given(
    output=st.sampled_from(["softmax", "crf"]),
    lengths=lengths_lists,
    seed=seeds,
    n_more=st.integers(0, 9),
)
def test_padded_labels_are_learnt_as_ragged_ones(output, lengths, seed, n_more):
    X = numbers(lengths, seed)
    rng = np.random.default_rng(seed)
    y = [rng.integers(3, size=length) for length in lengths]
    y[0][0], y[1][0] = 0, 1
    table = np.full((len(X), max(lengths) + n_more), -1)
    for where, row in zip(table, y, strict=True):
        where[: len(row)] = row
    one, other = (
        RNNTagger(**SMALL, output=output).fit(X, target)
        for target in (as_ragged(y), table)
    )
    assert one.loss_curve_ == other.loss_curve_
    for a, b in zip(one.predict_proba(X), other.predict_proba(X), strict=True):
        np.testing.assert_array_equal(a, b)


# -- transitions -------------------------------------------------------------------


def breaks(labels, scheme):
    """List the neighbours in a row of labels that no span explains."""
    inside, opens, unfinished = {
        "bio": ("I", "BI", ""),
        "bioes": ("IE", "BI", "BI"),
    }[scheme]
    found = []
    for before, after in itertools.pairwise(["O", *labels, "O"]):
        wants = after[0] in inside
        has = before[0] in opens and before[2:] == after[2:]
        if (wants and not has) or (before[0] in tuple(unfinished) and not wants):
            found.append((before, after))
    return found


@pytest.mark.parametrize("scheme", ["bio", "bioes"])
@given(lengths=lengths_lists, seed=seeds, scale=st.sampled_from([0, 1, 100, 1e6, 1e30]))
def test_what_a_scheme_forbids_is_never_predicted(scheme, lengths, seed, scale):
    model = tagger("crf", scheme)
    for row in model.predict([scale * row for row in numbers(lengths, seed)]):
        assert breaks(row.tolist(), scheme) == []


@pytest.mark.parametrize("scale", [1e5, 1e7, 1e30])
def test_what_a_scheme_forbids_is_not_predicted_where_logits_are_huge(scale):
    # A relu lets the numbers through, beyond the score of what is forbidden.
    model = tagger("crf", "bio", cell="rnn", nonlinearity="relu")
    rows = model.predict([scale * row for row in numbers([4, 8, 12, 16, 20], seed=0)])
    assert [breaks(row.tolist(), "bio") for row in rows] == [[]] * 5


@given(
    n_labels=st.integers(2, 5),
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    seed=st.integers(0, 2**31),
    scale=st.sampled_from([0.0, 1.0, 50.0, 1e4, 1e9, 1e30]),
    data=st.data(),
)
@torch.no_grad()
def test_forbidden_transitions_are_never_decoded(n_labels, lengths, seed, scale, data):
    label = st.integers(0, n_labels - 1)
    # Label 0 may follow anything and begin and end, so that there is always a way.
    some = st.none() | label.filter(bool)
    pairs = data.draw(st.sets(st.tuples(some, some).filter(any), max_size=12))
    crf = LinearChainCRF(n_labels, pairs)
    generator = torch.Generator().manual_seed(seed)
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter, generator=generator)
    emissions = scale * torch.randn(sum(lengths), n_labels, generator=generator)
    labels = crf.decode(emissions, torch.tensor(lengths))
    for path in labels.split(lengths):
        assert not pairs & set(itertools.pairwise([None, *path.tolist(), None]))


# -- numbers for each step ---------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "quantile"])
@given(lengths=lengths_lists, seed=seeds)
def test_every_step_has_as_many_numbers_as_were_learnt(loss, lengths, seed):
    predicted = step_regressor(loss).predict(numbers(lengths, seed))
    assert [row.shape for row in predicted] == [(length, 2) for length in lengths]
    assert all(np.isfinite(row).all() for row in predicted)
    assert loss != "poisson" or all((row >= 0).all() for row in predicted)


@given(lengths=lengths_lists, seed=seeds, data=st.data())
def test_one_direction_does_not_depend_on_later_steps(lengths, seed, data):
    model = one_way()
    X = numbers(lengths, seed)
    ends = [data.draw(st.integers(1, length)) for length in lengths]
    beginnings = model.predict([row[:end] for row, end in zip(X, ends, strict=True)])
    for part, whole in zip(beginnings, model.predict(X), strict=True):
        np.testing.assert_array_equal(part, whole[: len(part)])


@cache
def one_way():
    X = numbers([1, 2, 3, 4, 5, 6, 7, 8], seed=0)
    y = as_ragged([row.cumsum(axis=0)[:, 0] for row in X])
    return RNNStepRegressor(**SMALL, bidirectional=False, num_layers=2).fit(X, y)


@a_few
@given(lengths=lengths_lists, seed=seeds, power=st.sampled_from([-900, -3, 5, 900]))
def test_the_unit_of_the_target_is_that_of_the_predictions(lengths, seed, power):
    # A power of two rounds nothing; all rows are in one batch.
    X = numbers(lengths, seed)
    y = [row[:, 0] for row in X]
    params = {**SMALL, "batch_size": 20}
    unit = 2.0**power
    one = RNNStepRegressor(**params).fit(X, as_ragged(y)).predict(X)
    other = RNNStepRegressor(**params).fit(X, as_ragged([unit * row for row in y]))
    for a, b in zip(one, other.predict(X), strict=True):
        np.testing.assert_allclose(a, b / unit, rtol=1e-4, atol=1e-5)
