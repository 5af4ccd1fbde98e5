"""A label for each step: what is learnt, and what predictions do not depend on."""

import copy
import itertools
import pickle
from functools import cache, partial
from typing import Any, NamedTuple
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_class_weight
from skorch.callbacks import Callback
from torch.nn import functional

from sklearn_rnn import (
    RNNClassifier,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn.estimators import _base, _validation_part
from sklearn_rnn.metrics import flat_accuracy, flat_f1, flat_f1_score
from sklearn_rnn.nn import Batch

CLASSES = np.array(["A", "B", "C"])
SMALL = {
    "hidden_size": 5,
    "net_params": {"module__characters_dim": 2},
    "max_epochs": 2,
    "random_state": 0,
}
N = 40

every_output = pytest.mark.parametrize("output", ["softmax", "crf"])


def make_data():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 10, size=N)
    # Quarters are the same in float32 and float64.
    cube = rng.integers(-12, 12, size=(N, 6, 3)) / 4
    ragged = [rng.integers(-12, 12, size=(length, 3)) / 4 for length in lengths]
    padded = np.full((N, 11, 3), np.nan)
    for row, sequence in zip(padded, ragged, strict=True):
        row[: len(sequence)] = sequence
    ids = rng.integers(2, 30, size=(N, 9)).astype(np.int32)
    ids[np.arange(9) >= lengths[:, np.newaxis]] = 0
    names = ["".join(rng.choice(list("abcdef"), 1 + i % 5)) for i in range(30)]
    words = [[names[i] for i in row[row > 0]] for row in ids]
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    X = {
        "tokens": sparse.csr_matrix(ids),
        "characters": vectorizer.fit_transform(words),
        "2-D": cube[:, :, 0].copy(),
        "3-D": cube,
        "ragged": ragged,
        "padded": padded,
    }
    of_any_length = as_ragged([rng.choice(CLASSES, length) for length in lengths])
    of_six = as_ragged(list(rng.choice(CLASSES, (N, 6))))
    return X, {name: of_six if name in ("2-D", "3-D") else of_any_length for name in X}


X, Y = make_data()
RAGGED, LABELS = X["ragged"], Y["ragged"]
LENGTHS = np.array([len(row) for row in RAGGED])


def take(rows_of, rows):
    return [rows_of[i] for i in rows] if isinstance(rows_of, list) else rows_of[rows]


@cache
def fit(input, /, **params):
    return RNNTagger(**{**SMALL, **params}).fit(X[input], Y[input])


def said(tagger, sequences):
    """Compute what a tagger says: for each sequence a table with a row per step."""
    labels = [
        np.searchsorted(tagger.classes_, row) for row in tagger.predict(sequences)
    ]
    logarithms = tagger.predict_log_proba(sequences)
    return [np.column_stack(pair) for pair in zip(labels, logarithms, strict=True)]


def assert_same_bits(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def differ(one, other):
    return any((a != b).any() for a, b in zip(one, other, strict=True))


# -- what comes back -------------------------------------------------------------

# Each names its classes in the order in which they sort.
NAMES = {
    "str of other lengths": np.array(["", "a", "abcdef"]),
    "object": np.array(["cat", "dog", "fox"], dtype=object),
    "small int": np.array([-9, -1, 4], dtype=np.int8),
    "two bool": np.array([False, True]),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_labels_come_back_in_the_type_of_y(names):
    codes = [np.searchsorted(CLASSES, row) % len(names) for row in LABELS]
    plain = RNNTagger(**SMALL).fit(RAGGED, codes)
    tagger = RNNTagger(**SMALL).fit(RAGGED, [names[c] for c in codes])
    assert tagger.classes_.dtype == names.dtype
    assert tagger.classes_.tolist() == names.tolist()
    predicted = tagger.predict(RAGGED)
    assert predicted.dtype == object
    assert predicted.shape == (N,)
    for row, expected in zip(predicted, plain.predict(RAGGED), strict=True):
        assert row.dtype == names.dtype
        np.testing.assert_array_equal(row, names[expected])
    assert_same_bits(tagger.predict_proba(RAGGED), plain.predict_proba(RAGGED))


@every_output
def test_each_step_has_probabilities_that_sum_to_one(output):
    tagger = fit("characters", output=output)
    probabilities = tagger.predict_proba(X["characters"])
    logarithms = tagger.predict_log_proba(X["characters"])
    assert probabilities.shape == logarithms.shape == (N,)
    assert probabilities.dtype == logarithms.dtype == object
    for row, logs, labels in zip(probabilities, logarithms, LABELS, strict=True):
        assert row.shape == logs.shape == (len(labels), 3)
        assert row.dtype == logs.dtype == np.float64
        assert (row >= 0).all()
        np.testing.assert_allclose(row.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_allclose(np.exp(logs), row, rtol=1e-12)


def test_logarithms_are_finite_where_probabilities_are_zero():
    tagger = RNNTagger(**{**SMALL, "max_epochs": 20, "lr": 0.5}).fit(RAGGED, LABELS)
    tagger.net_.module_.head.affine.weight.data *= 1e4
    assert any((row == 0).any() for row in tagger.predict_proba(RAGGED))
    assert all(np.isfinite(row).all() for row in tagger.predict_log_proba(RAGGED))


def test_a_softmax_predicts_the_likeliest_class_of_each_step():
    tagger = fit("ragged")
    for row, p in zip(
        tagger.predict(RAGGED), tagger.predict_proba(RAGGED), strict=True
    ):
        np.testing.assert_array_equal(row, tagger.classes_[p.argmax(axis=1)])


@every_output
def test_the_score_is_the_share_of_all_steps_that_are_right(output):
    tagger, y = fit("ragged", output=output), LABELS
    hits = [p == row for p, row in zip(tagger.predict(RAGGED), y, strict=True)]
    assert tagger.score(RAGGED, y) == np.concatenate(hits).mean()
    weight = np.arange(N) % 4
    right = sum(w * hit.sum() for w, hit in zip(weight, hits, strict=True))
    steps = sum(w * len(hit) for w, hit in zip(weight, hits, strict=True))
    assert tagger.score(RAGGED, y, weight) == pytest.approx(right / steps)
    assert tagger.score(RAGGED, y, weight) != tagger.score(RAGGED, y)


def test_what_is_predicted_may_be_written_to():
    tagger = fit("ragged")
    for predicted in (tagger.predict(RAGGED), tagger.predict_proba(RAGGED)):
        untouched = predicted[1].copy()
        predicted[0][:] = predicted[0][0]
        np.testing.assert_array_equal(predicted[1], untouched)


def test_a_tagger_has_no_vector_for_a_whole_sequence():
    tagger = fit("ragged")
    for name in ("transform", "decision_function", "attention_weights", "pooling"):
        assert not hasattr(tagger, name)
    # Nor is it a classifier: splitters could not stratify by arrays of labels.
    assert not is_classifier(tagger)


# -- the loss, by hand -----------------------------------------------------------

SHORT = [
    np.random.default_rng(i).normal(size=(length, 2))
    for i, length in enumerate([1, 2, 3, 4, 3, 2, 1, 4, 3, 2, 4, 3])
]
SHORT_LABELS = [
    np.random.default_rng(i).choice(CLASSES, len(row)) for i, row in enumerate(SHORT)
]
SHORT_WEIGHT = np.arange(12) % 4  # a weight of 0 among them
RAGGED_PAIRS = [row[:, :2] for row in RAGGED]
CLASS_WEIGHT = {"A": 1.0, "B": 2.5, "C": 0.5}
RAW = {"hidden_size": 3, "standardize": False, "random_state": 0}


def emissions_of(module, sequence):
    """Run a module on one sequence alone, (n_timesteps, n_classes)."""
    x = torch.tensor(sequence[np.newaxis], dtype=torch.float32)
    return module(Batch(x, torch.tensor([len(sequence)])))


def score_all_paths(crf, emissions):
    """List every way to label a sequence and compute its score, one by one."""
    n_steps, n_labels = emissions.shape
    paths = torch.tensor(list(itertools.product(range(n_labels), repeat=n_steps)))
    scores = crf.start[paths[:, 0]] + crf.end[paths[:, -1]]
    scores = scores + emissions[torch.arange(n_steps), paths].sum(dim=1)
    return paths, scores + crf.transitions[paths[:, :-1], paths[:, 1:]].sum(dim=1)


def losses_by_hand(module, sequence, codes):
    """Compute -log p(label | labels before it) of each step of one sequence."""
    emissions, codes = emissions_of(module, sequence), torch.from_numpy(codes)
    if not hasattr(module.head, "crf"):
        return functional.cross_entropy(emissions, codes, reduction="none")
    paths, scores = score_all_paths(module.head.crf, emissions)
    losses = []
    for t in range(len(codes)):
        before = (paths[:, :t] == codes[:t]).all(dim=1)
        now = before & (paths[:, t] == codes[t])
        losses.append(scores[before].logsumexp(0) - scores[now].logsumexp(0))
    return torch.stack(losses)


def mean_loss_by_hand(module, weight):
    """Average over the steps of SHORT, weighted by sequence and by class."""
    total, sum_of_weights = 0.0, 0.0
    for sequence, labels, w in zip(SHORT, SHORT_LABELS, weight, strict=True):
        losses = losses_by_hand(module, sequence, np.searchsorted(CLASSES, labels))
        of_steps = torch.tensor([w * CLASS_WEIGHT[label] for label in labels])
        total = total + (of_steps * losses).sum()
        sum_of_weights += of_steps.sum()
    return total / sum_of_weights


@every_output
def test_the_training_loss_is_the_weighted_mean_over_all_real_steps(output):
    trained = RNNTagger(**RAW, output=output, max_epochs=3, lr=0.1, warm_start=True)
    trained.set_params(class_weight=CLASS_WEIGHT, batch_size=5)
    trained.fit(SHORT, SHORT_LABELS, SHORT_WEIGHT)
    # So small a rate keeps the weights where they are, whatever the batches.
    trained.set_params(lr=1e-30, max_epochs=1)
    trained.fit(SHORT, SHORT_LABELS, SHORT_WEIGHT)
    expected = mean_loss_by_hand(trained.net_.module_, SHORT_WEIGHT).item()
    assert trained.loss_curve_[-1] == pytest.approx(expected, rel=1e-5)


@every_output
def test_an_update_follows_the_gradient_of_that_loss(output):
    tagger = RNNTagger(**RAW, cell="gru", output=output, batch_size=12, max_epochs=4)
    tagger.set_params(optimizer="sgd", lr=0.5, max_grad_norm=None, warm_start=True)
    tagger.set_params(class_weight=CLASS_WEIGHT)
    tagger.fit(SHORT, SHORT_LABELS, SHORT_WEIGHT)
    module = copy.deepcopy(tagger).net_.module_.train()
    tagger.set_params(max_epochs=1).fit(SHORT, SHORT_LABELS, SHORT_WEIGHT)

    loss = mean_loss_by_hand(module, SHORT_WEIGHT)
    loss.backward()
    assert tagger.loss_curve_[-1] == pytest.approx(loss.item(), rel=1e-5)
    updated = dict(tagger.net_.module_.named_parameters())
    for name, parameter in module.named_parameters():
        expected = (parameter - 0.5 * parameter.grad).detach()
        assert parameter.grad.abs().max() > 1e-3, name
        torch.testing.assert_close(updated[name].detach(), expected, msg=name)


@every_output
def test_one_sequence_alone_can_be_learnt(output):
    tagger = RNNTagger(**{**SMALL, "max_epochs": 40, "lr": 0.05}, output=output)
    labels = [["A", "B", "B", "A"]]
    assert tagger.fit([SHORT[3]], labels).score([SHORT[3]], labels) == 1


@every_output
def test_the_validation_loss_is_weighted_by_class(output):
    tagger = RNNTagger(**RAW, output=output, max_epochs=4, lr=0.1)
    tagger.set_params(class_weight=CLASS_WEIGHT)
    tagger.fit(RAGGED_PAIRS, LABELS, X_val=SHORT, y_val=SHORT_LABELS)
    expected = mean_loss_by_hand(tagger.net_.module_, np.ones(12)).item()
    assert tagger.history_["valid_loss"][-1] == pytest.approx(expected, rel=1e-5)
    by_class = [[CLASS_WEIGHT[label] for label in row] for row in SHORT_LABELS]
    score = accuracy_score(
        np.concatenate(SHORT_LABELS),
        np.concatenate(tagger.predict(SHORT)),
        sample_weight=np.concatenate(by_class),
    )
    assert tagger.history_["valid_score"][-1] == pytest.approx(score)


@every_output
def test_the_last_valid_score_is_the_score(output):
    tagger = RNNTagger(**SMALL, output=output, standardize=False)
    tagger.fit(RAGGED_PAIRS, LABELS, X_val=SHORT, y_val=SHORT_LABELS)
    score = tagger.score(SHORT, SHORT_LABELS)
    assert tagger.history_["valid_score"][-1] == pytest.approx(score)
    assert set(tagger.history_) == {
        "train_loss",
        "lr",
        "gradient_norm",
        "seconds",
        "valid_loss",
        "valid_score",
    }


def test_on_sequences_of_one_step_a_tagger_learns_what_a_classifier_does():
    table, labels = X["3-D"][:, :1], np.array([row[0] for row in Y["3-D"]])
    weight = np.arange(N) % 3
    settings = {**SMALL, "dropout": 0.3, "batch_size": 8, "max_epochs": 5}
    settings |= {"class_weight": CLASS_WEIGHT, "standardize": False}
    settings["bidirectional"] = False
    classifier = RNNClassifier(**settings, pooling="last").fit(table, labels, weight)
    tagger = RNNTagger(**settings)
    tagger.fit(table, labels[:, np.newaxis], weight)
    np.testing.assert_allclose(tagger.loss_curve_, classifier.loss_curve_, rtol=1e-6)
    np.testing.assert_allclose(
        np.concatenate(tagger.predict_proba(table)),
        classifier.predict_proba(table),
        rtol=1e-6,
    )


# -- class weights ---------------------------------------------------------------


@pytest.mark.parametrize(("output", "weighted"), [("softmax", False), ("crf", True)])
def test_balanced_classes_are_balanced_by_the_weight_of_their_steps(output, weighted):
    weight = np.arange(N) % 4 if weighted else np.ones(N)
    flat, by_step = np.concatenate(LABELS), np.repeat(weight, LENGTHS)
    # scikit-learn's formula n / (k * n_c), with weights for counts.
    count = np.array([by_step[flat == c].sum() for c in CLASSES])
    by_hand = dict(zip(CLASSES, by_step.sum() / (3 * count), strict=True))
    if not weighted:
        sklearns = compute_class_weight("balanced", classes=CLASSES, y=flat)
        np.testing.assert_allclose(list(by_hand.values()), sklearns, rtol=1e-15)
    model = RNNTagger(**SMALL, output=output, batch_size=7)
    balanced = clone(model).set_params(class_weight="balanced")
    balanced.fit(RAGGED, LABELS, weight)
    given = clone(model).set_params(class_weight=by_hand).fit(RAGGED, LABELS, weight)
    assert_same_bits(said(balanced, RAGGED), said(given, RAGGED))
    plain = clone(model).fit(RAGGED, LABELS, weight)
    assert differ(said(plain, RAGGED), said(given, RAGGED))


def test_padding_is_no_step_of_any_class():
    # The padding holds the rarest class, and often.
    padded = np.full((N, 30), "A")
    for row, labels in zip(padded, LABELS, strict=True):
        row[: len(labels)] = labels
    model = RNNTagger(**SMALL, class_weight="balanced")
    expected = clone(model).fit(RAGGED, LABELS)
    fitted = clone(model).fit(X["padded"], padded)
    assert_same_bits(said(fitted, RAGGED), said(expected, RAGGED))
    assert fitted.loss_curve_ == expected.loss_curve_
    assert fitted.score(X["padded"], padded) == expected.score(RAGGED, LABELS)


def test_where_a_sequence_has_one_class_its_weight_is_that_of_the_sequence():
    labels = [np.full(len(row), CLASSES[i % 3]) for i, row in enumerate(RAGGED)]
    model = RNNTagger(**SMALL, standardize=False, batch_size=7)
    by_class = clone(model).set_params(class_weight=CLASS_WEIGHT).fit(RAGGED, labels)
    weight = [CLASS_WEIGHT[row[0]] for row in labels]
    by_row = clone(model).fit(RAGGED, labels, sample_weight=weight)
    assert_same_bits(said(by_class, RAGGED), said(by_row, RAGGED))


def test_a_class_that_is_not_named_has_weight_1():
    fitted = [
        RNNTagger(**SMALL, class_weight=class_weight).fit(RAGGED, LABELS)
        for class_weight in ({"B": 3.0}, {"A": 1.0, "B": 3.0, "C": 1.0})
    ]
    assert_same_bits(*(said(tagger, RAGGED) for tagger in fitted))


@every_output
def test_a_sequence_whose_steps_all_weigh_nothing_is_as_good_as_absent(output):
    labels = [row.copy() for row in LABELS]
    for i in range(0, N, 5):
        labels[i][:] = "A"
    kept = [i for i in range(N) if (labels[i] != "A").any()]
    assert kept != list(range(N))
    model = RNNTagger(**SMALL, output=output, class_weight={"A": 0.0})
    fitted = clone(model).fit(RAGGED, labels)
    expected = clone(model).fit(take(RAGGED, kept), take(labels, kept))
    assert_same_bits(said(fitted, RAGGED), said(expected, RAGGED))
    assert np.isfinite(fitted.loss_curve_).all()


def test_weights_matter():
    share = np.array([np.mean(labels == "A") for labels in LABELS])
    model = RNNTagger(**{**SMALL, "max_epochs": 10})
    means = [
        np.concatenate(model.fit(RAGGED, LABELS, weight).predict_proba(RAGGED))[:, 0]
        for weight in (None, np.where(share > 0.4, 10.0, 1.0))
    ]
    assert means[1].mean() > means[0].mean() + 0.05


# -- batch invariance ------------------------------------------------------------


@st.composite
def batches(draw):
    """Draw ragged sequences, an order of them and where to cut it."""
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sequences = [rng.normal(scale=3, size=(length, 3)) for length in lengths]
    cuts = draw(st.lists(st.integers(1, len(sequences)), max_size=2, unique=True))
    parts = np.split(rng.permutation(len(sequences)), sorted(cuts))
    return sequences, [part for part in parts if len(part)]


@given(batch=batches())
def test_no_ragged_batch_shuffled_and_cut_changes_a_bit(batch):
    sequences, parts = batch
    tagger = fit("ragged", output="crf", cell="gru", num_layers=2)
    expected = said(tagger, sequences)
    for part in parts:
        assert_same_bits(
            said(tagger, take(sequences, part)), [expected[i] for i in part]
        )


def test_a_step_is_predicted_from_those_before_it_or_from_all():
    changed = X["3-D"].copy()
    changed[:, 3] += 2
    for bidirectional in (False, True):
        tagger = fit("3-D", bidirectional=bidirectional)
        before = np.stack(tagger.predict_log_proba(X["3-D"]))
        now = np.stack(tagger.predict_log_proba(changed))
        moved = (now != before).any(axis=(0, 2)).tolist()
        assert moved == [bidirectional] * 3 + [True] * 3


# -- containers ------------------------------------------------------------------


def object_array(rows):
    array = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        array[i] = row
    return array


def pad_with(filler, dtype=object):
    def pad(rows):
        padded = np.full((len(rows), 12), filler, dtype=dtype)
        for i, row in enumerate(rows):
            padded[i, : len(row)] = row
        return padded

    return pad


OF_Y = {
    "series of lists": lambda y: pd.Series([row.tolist() for row in y]),
    "list of categories": lambda y: [pd.Series(row, dtype="category") for row in y],
    "padded with a stranger": pad_with("Z", dtype="U3"),
    "frame": lambda y: pd.DataFrame(pad_with(None)(y)),
}


@pytest.mark.parametrize("convert", OF_Y.values(), ids=OF_Y)
def test_any_container_of_y_gives_the_same_bits(convert):
    usual, y = fit("ragged"), convert(LABELS)
    X_val, y_val = RAGGED[1:], y[1:]
    fitted = clone(usual).fit(RAGGED, y, X_val=X_val, y_val=y_val)
    assert fitted.classes_.tolist() == list("ABC")
    assert_same_bits(said(fitted, RAGGED), said(usual, RAGGED))
    assert usual.score(RAGGED, y) == usual.score(RAGGED, LABELS)
    score = usual.score(X_val, y_val)
    assert fitted.history_["valid_score"][-1] == pytest.approx(score)


def test_a_table_of_labels_that_is_full_needs_no_padding():
    table = np.stack(Y["3-D"])
    for y in (table, table.tolist(), table.astype(object)):
        fitted = RNNTagger(**SMALL).fit(X["3-D"], y)
        assert_same_bits(said(fitted, X["3-D"]), said(fit("3-D"), X["3-D"]))


def test_whole_numbers_padded_with_nan_are_labels():
    codes = [np.searchsorted(CLASSES, row) for row in LABELS]
    fitted = RNNTagger(**SMALL).fit(RAGGED, pad_with(np.nan, dtype=float)(codes))
    assert_same_bits(fitted.predict_proba(RAGGED), fit("ragged").predict_proba(RAGGED))
    assert fitted.classes_.tolist() == [0, 1, 2]


# -- the set of rows -------------------------------------------------------------


class KeepRows(Callback):
    """Keeps which rows an epoch was given, for the tests to look at."""

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        self.train_ = dataset_train.rows
        self.valid_ = None if dataset_valid is None else dataset_valid.rows


def test_weight_k_is_k_copies_of_words_with_characters_too():
    weight = np.random.default_rng(4).integers(0, 4, size=N)
    copies = np.random.default_rng(5).permutation(np.repeat(np.arange(N), weight))
    words, labels = X["characters"], Y["characters"]
    model = RNNTagger(**SMALL, output="crf", batch_size=7, dropout=0.4)
    weighted = clone(model).fit(words, labels, sample_weight=weight)
    copied = clone(model).fit(take(words, copies), labels[copies])
    assert_same_bits(said(weighted, words), said(copied, words))
    assert weighted.loss_curve_ == copied.loss_curve_


def test_equal_rows_with_other_labels_are_other_rows():
    backwards = [row[::-1] for row in LABELS]
    fitted = RNNTagger(**SMALL, callbacks=[("keep", KeepRows())])
    fitted.fit(RAGGED + RAGGED, [*LABELS, *backwards])
    palindromes = sum((row == row[::-1]).all() for row in LABELS)
    assert len(dict(fitted.net_.callbacks_)["keep"].train_) == 2 * N - palindromes


def test_the_users_data_stay_as_they_are():
    weight = np.arange(N) % 3
    X_val, y_val = X["padded"][1:], LABELS[1:]
    before = joblib.hash([X["padded"], LABELS, weight, X_val, y_val])
    tagger = RNNTagger(**SMALL, output="crf", early_stopping=True)
    tagger.fit(X["padded"], LABELS, weight, X_val=X_val, y_val=y_val)
    tagger.score(X["padded"], LABELS, weight)
    RNNTagger(**SMALL).partial_fit(X["padded"], LABELS, CLASSES, weight)
    assert joblib.hash([X["padded"], LABELS, weight, X_val, y_val]) == before


# -- what can be learnt ----------------------------------------------------------

SIGNS = np.random.default_rng(2).normal(size=(60, 8, 1))


def shifted(steps):
    """Label each step by the sign of the value some steps before it."""
    moved = np.roll(SIGNS[:, :, 0], steps, axis=1)
    edge = slice(0, steps) if steps > 0 else slice(steps, None)
    moved[:, edge] = 0
    return np.where(moved > 0, "up", "down")


def test_an_effect_of_an_earlier_step_is_learnt():
    tagger = RNNTagger(8, lr=0.05, bidirectional=False, random_state=0)
    assert tagger.fit(SIGNS, shifted(1)).score(SIGNS, shifted(1)) > 0.95


def test_what_a_later_step_tells_is_learnt_by_reading_both_ways_only():
    both = RNNTagger(8, lr=0.05, random_state=0).fit(SIGNS, shifted(-1))
    assert both.score(SIGNS, shifted(-1)) > 0.95
    one = clone(both).set_params(bidirectional=False).fit(SIGNS, shifted(-1))
    assert one.score(SIGNS, shifted(-1)) < 0.8


# -- the chain of labels ---------------------------------------------------------


def cycles(n, seed):
    """Label noise with A B C A B ..., from any of them on."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 8, size=n)
    y = [CLASSES[(rng.integers(3) + np.arange(length)) % 3] for length in lengths]
    return [rng.normal(size=(length, 2)) for length in lengths], y


def follows(labels):
    """Whether each label is the next in the cycle."""
    codes = np.searchsorted(CLASSES, labels)
    return ((codes[1:] - codes[:-1]) % 3 == 1).all()


def test_a_crf_learns_which_label_follows_which():
    sequences, y = cycles(60, seed=0)
    crf = RNNTagger(2, cell="rnn", output="crf", lr=0.1, max_epochs=40, random_state=0)
    crf.fit(sequences, y)
    assert crf.transitions_.shape == (3, 3)
    assert crf.transitions_.dtype == np.float64
    assert crf.transitions_.argmax(axis=1).tolist() == [1, 2, 0]
    assert np.isfinite(crf.transitions_).all()  # nothing was forbidden, only unseen
    new, _ = cycles(60, seed=1)
    assert all(map(follows, crf.predict(new)))
    softmax = clone(crf).set_params(output="softmax").fit(sequences, y)
    assert not all(map(follows, softmax.predict(new)))
    assert softmax.transitions_ is None


@pytest.fixture(scope="module")
def crf():
    model = RNNTagger(**RAW, output="crf", cell="gru", lr=0.2, max_epochs=30)
    return model.fit(SHORT, SHORT_LABELS)


@pytest.fixture(scope="module")
def unseen():
    rng = np.random.default_rng(9)
    return [rng.normal(scale=2, size=(length, 2)) for length in rng.integers(1, 6, 40)]


@torch.no_grad()
def test_predict_finds_the_best_of_all_paths(crf, unseen):
    by_themselves = 0
    for sequence, predicted in zip(unseen, crf.predict(unseen), strict=True):
        emissions = emissions_of(crf.net_.module_, sequence)
        paths, scores = score_all_paths(crf.net_.module_.head.crf, emissions)
        codes = np.searchsorted(crf.classes_, predicted)
        assert codes.tolist() == paths[scores.argmax()].tolist()
        by_themselves += codes.tolist() == emissions.argmax(dim=1).tolist()
    assert by_themselves < len(unseen)  # or an argmax would do


@torch.no_grad()
def test_probabilities_sum_over_all_paths(crf, unseen):
    for sequence, found in zip(unseen, crf.predict_proba(unseen), strict=True):
        emissions = emissions_of(crf.net_.module_, sequence)
        paths, scores = score_all_paths(crf.net_.module_.head.crf, emissions)
        weights = scores.softmax(dim=0).numpy()
        expected = [
            [weights[paths[:, t] == k].sum() for k in range(3)]
            for t in range(len(sequence))
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_transitions_are_those_of_the_module(crf):
    inside = crf.net_.module_.head.crf.transitions.detach().numpy()
    np.testing.assert_array_equal(crf.transitions_, inside)
    assert not hasattr(RNNTagger(output="crf"), "transitions_")
    with pytest.raises(NotFittedError, match="RNNTagger"):
        _ = RNNTagger().transitions_


# -- early stopping, again and on ------------------------------------------------


@pytest.mark.parametrize(("threshold", "stops"), [(N, True), (N + 1, False)])
def test_auto_counts_sequences_and_not_their_steps(monkeypatch, threshold, stops):
    monkeypatch.setattr(_validation_part, "AUTO_EARLY_STOPPING_ROWS", threshold)
    tagger = RNNTagger(**SMALL).fit(RAGGED, LABELS)
    assert ("valid_loss" in tagger.history_) is stops


def test_a_fraction_of_the_sequences_is_held_out():
    tagger = RNNTagger(**SMALL, early_stopping=True, validation_fraction=0.25)
    tagger.set_params(callbacks=[("keep", KeepRows())]).fit(RAGGED, LABELS)
    kept = dict(tagger.net_.callbacks_)["keep"]
    assert len(kept.valid_) == N / 4
    assert sorted([*kept.train_, *kept.valid_]) == list(range(N))


SPLITS = {
    "a splitter": KFold(4),  # its last split: the last quarter
    "masks": [(np.arange(N) < 30, np.arange(N) >= 30)],
}


@pytest.mark.parametrize("split", SPLITS.values(), ids=SPLITS)
def test_a_split_is_as_good_as_data_given(split):
    model = RNNTagger(**SMALL, output="crf", early_stopping=True, n_iter_no_change=9)
    held_out = clone(model).set_params(validation_fraction=split).fit(RAGGED, LABELS)
    given = model.fit(RAGGED[:30], LABELS[:30], X_val=RAGGED[30:], y_val=LABELS[30:])
    assert_same_bits(said(held_out, RAGGED), said(given, RAGGED))
    for name in ("train_loss", "valid_loss", "valid_score"):
        np.testing.assert_array_equal(held_out.history_[name], given.history_[name])


@every_output
def test_the_best_weights_are_restored(output):
    # So high a rate on noise: the loss soon rises.
    tagger = RNNTagger(8, output=output, early_stopping=True, lr=0.1, random_state=0)
    tagger.set_params(max_epochs=12, n_iter_no_change=3, tol=0.0)
    tagger.fit(RAGGED[:30], LABELS[:30], X_val=RAGGED[30:], y_val=LABELS[30:])
    losses = tagger.history_["valid_loss"]
    assert losses.argmin() < len(losses) - 1
    assert tagger.n_iter_ == losses.argmin() + 1 + 3
    score = tagger.score(RAGGED[30:], LABELS[30:])
    assert score == tagger.history_["valid_score"][losses.argmin()]
    if output == "softmax":
        logs = np.concatenate(tagger.predict_log_proba(RAGGED[30:]))
        codes = np.searchsorted(CLASSES, np.concatenate(LABELS[30:]))
        assert -logs[np.arange(len(logs)), codes].mean() == pytest.approx(losses.min())


def test_validation_data_is_recorded_and_not_trained_on():
    watched = RNNTagger(**SMALL)
    watched.fit(RAGGED, LABELS, X_val=RAGGED[::-2], y_val=LABELS[::-2])
    assert_same_bits(said(watched, RAGGED), said(fit("ragged"), RAGGED))


@every_output
def test_warm_start_goes_on_from_the_weights(output):
    tagger = RNNTagger(**{**SMALL, "max_epochs": 5}, output=output, warm_start=True)
    first = tagger.fit(RAGGED, LABELS).loss_curve_
    tagger.fit(RAGGED, LABELS)
    assert tagger.n_iter_ == 10
    assert tagger.loss_curve_[:5] == first
    assert tagger.loss_curve_[5] < first[0] / 2 + first[4] / 2
    cold = tagger.set_params(warm_start=False).fit(RAGGED, LABELS)
    assert cold.loss_curve_ == first


def test_warm_start_names_the_parameter_that_does_not_fit_the_weights():
    tagger = RNNTagger(**SMALL, warm_start=True).fit(RAGGED, LABELS)
    before = said(tagger, RAGGED)
    for name, value in {"hidden_size": 7, "cell": "gru", "output": "crf"}.items():
        kept = tagger.get_params()[name]
        with pytest.raises(ValueError, match=rf"warm_start=True.*{name}"):
            tagger.set_params(**{name: value}).fit(RAGGED, LABELS)
        tagger.set_params(**{name: kept})
    assert_same_bits(said(tagger, RAGGED), before)


@every_output
def test_epochs_of_partial_fit_are_those_of_fit(output):
    # fit puts the rows in an order of its own; a single batch has none that counts
    # but for the last bits of its sums.
    params = {**SMALL, "output": output, "batch_size": N, "max_epochs": 3}
    params["lr_schedule"] = None  # partial_fit knows no end
    # fit starts from the shares of the labels: let them be equal.
    labels, counts = np.unique(np.concatenate(list(LABELS)), return_counts=True)
    params["class_weight"] = dict(zip(labels.tolist(), 1 / counts, strict=True))
    fitted, partly = RNNTagger(**params).fit(RAGGED, LABELS), RNNTagger(**params)
    for n_epochs in (1, 2, 3):
        partly.partial_fit(RAGGED, LABELS, classes=CLASSES)
        assert partly.n_iter_ == n_epochs
    np.testing.assert_allclose(
        np.concatenate(partly.predict_proba(RAGGED)),
        np.concatenate(fitted.predict_proba(RAGGED)),
        rtol=1e-3,
    )


def test_parts_may_lack_a_class_that_was_named_and_bring_new_words():
    few, more = X["tokens"].copy(), X["tokens"].copy()
    few.data = few.data % 5 + 2
    labels = [np.repeat("B", len(row)) for row in LABELS]
    tagger = RNNTagger(**SMALL).partial_fit(few, labels, classes=["C", "B", "A"])
    assert tagger.classes_.tolist() == list("ABC")
    tagger.partial_fit(more, LABELS)
    assert len(tagger.token_counts_) == 30
    assert [len(row) for row in tagger.predict(more)] == LENGTHS.tolist()


# -- saved and loaded ------------------------------------------------------------


def by_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))


def test_a_fitted_tagger_comes_back_with_its_transitions():
    tagger = fit("characters", output="crf", class_weight="balanced")
    again = by_pickle(tagger)
    assert_same_bits(said(again, X["characters"]), said(tagger, X["characters"]))
    np.testing.assert_array_equal(again.transitions_, tagger.transitions_)


def test_partial_fit_goes_on_after_a_pickle_as_if_unbroken():
    unbroken = RNNTagger(**SMALL, output="crf", dropout=0.3, lr_schedule="cosine")
    broken = clone(unbroken)
    for stop in (N, 11, N):
        part = RAGGED[:stop], LABELS[:stop], CLASSES
        unbroken.partial_fit(*part)
        broken = by_pickle(by_pickle(broken).partial_fit(*part))
        assert_same_bits(said(broken, RAGGED), said(unbroken, RAGGED))
    assert broken.loss_curve_ == unbroken.loss_curve_


# -- words -----------------------------------------------------------------------

LEXICON = {
    "DET": ["the", "a", "one"],
    "NOUN": ["dog", "cat", "bird", "fish"],
    "VERB": ["sees", "likes", "eats"],
    "PUNCT": [".", "!"],
}


def make_sentences(n, seed):
    """Write sentences such as "the dog sees a bird .", some of them cut short."""
    rng = np.random.default_rng(seed)
    pattern = ["DET", "NOUN", "VERB", "DET", "NOUN", "PUNCT"]
    tags = [pattern[: rng.integers(2, 7)] for _ in range(n)]
    return [[str(rng.choice(LEXICON[tag])) for tag in row] for row in tags], tags


SENTENCES, TAGS = make_sentences(36, seed=0)


def make_pipe(*, characters=False, **params):
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=characters)
    small = {"hidden_size": 8, "embedding_dim": 4, "lr": 0.05}
    small["lr_schedule"] = None  # for few epochs
    tagger = RNNTagger(**{**small, "max_epochs": 12, "random_state": 0, **params})
    return make_pipeline(vectorizer, tagger)


@pytest.mark.parametrize(("output", "characters"), [("softmax", False), ("crf", True)])
def test_sentences_of_any_length_are_tagged_behind_a_vectoriser(output, characters):
    pipe = make_pipe(characters=characters, output=output).fit(SENTENCES, TAGS)
    new, tags = make_sentences(20, seed=1)
    assert pipe.score(new, tags) == 1.0
    longer = [sentence * 9 for sentence in new]  # than any in fit
    assert [len(row) for row in pipe.predict(longer)] == [9 * len(row) for row in tags]
    for i, sentence in enumerate(new):
        alone = pipe.predict_proba([sentence])[0]
        np.testing.assert_array_equal(alone, pipe.predict_proba(new)[i])


def test_a_pipeline_comes_back_with_the_same_bits():
    pipe = make_pipe(characters=True, output="crf", max_epochs=2).fit(SENTENCES, TAGS)
    again = by_pickle(pipe)
    probabilities = again.predict_proba(SENTENCES)
    assert_same_bits(probabilities, pipe.predict_proba(SENTENCES))


def made_up_words(n, seed):
    """Words never seen, whose last letter tells their tag."""
    rng = np.random.default_rng(seed)
    letters = list("bcdfgklmnp")
    tags = [rng.choice(["one", "many"], size=rng.integers(1, 5)) for _ in range(n)]
    return [
        ["".join(rng.choice(letters, 3)) + {"one": "a", "many": "s"}[t] for t in row]
        for row in tags
    ], tags


def test_characters_show_what_an_unknown_word_is():
    words, tags = made_up_words(60, seed=0)
    new, new_tags = made_up_words(60, seed=1)
    pipe = make_pipe(characters=True, max_epochs=15).fit(words, tags)
    assert pipe.score(new, new_tags) > 0.95
    plain = make_pipe(max_epochs=15).fit(words, tags)
    assert plain.score(new, new_tags) < 0.7


@pytest.mark.parametrize("characters", [False, True])
def test_characters_must_be_there_where_fit_saw_them_and_only_there(characters):
    vectorizer, tagger = make_pipe(characters=characters, max_epochs=1)
    tagger.fit(vectorizer.fit_transform(SENTENCES), TAGS)
    other = clone(vectorizer).set_params(characters=not characters)
    ids = other.fit_transform(SENTENCES)
    match = f"words {'without' if characters else 'with'} their characters"
    for method, data in [
        (tagger.predict, (ids,)),
        (tagger.score, (ids, TAGS)),
        (tagger.partial_fit, (ids, TAGS)),
    ]:
        with pytest.raises(ValueError, match=match):
            method(*data)


# -- in scikit-learn's hands -----------------------------------------------------

RAGGED_TAGS = as_ragged(TAGS)


def test_folds_keep_sequences_whole():
    pipe = make_pipe(max_epochs=6)
    predicted = cross_val_predict(pipe, SENTENCES, RAGGED_TAGS, cv=KFold(3))
    assert predicted.dtype == object
    assert [len(row) for row in predicted] == [len(row) for row in TAGS]
    by_hand = np.empty(36, dtype=object)
    for train, test in KFold(3).split(SENTENCES):
        fitted = clone(pipe).fit(take(SENTENCES, train), RAGGED_TAGS[train])
        by_hand[test] = fitted.predict(take(SENTENCES, test))
    assert [r.tolist() for r in predicted] == [r.tolist() for r in by_hand]


def test_predictions_of_equal_length_stay_one_array_per_sequence():
    predicted = cross_val_predict(RNNTagger(**SMALL), X["3-D"], Y["3-D"], cv=2)
    assert predicted.shape == (N,)
    assert {row.shape for row in predicted} == {(6,)}


def test_folds_of_groups_are_scored():
    groups = np.arange(36) % 4
    scored = partial(
        cross_val_score,
        make_pipe(max_epochs=6),
        SENTENCES,
        RAGGED_TAGS,
        groups=groups,
        cv=GroupKFold(4),
    )
    scores = scored()
    assert len(scores) == 4
    assert (scores > 0.6).all()
    np.testing.assert_array_equal(scored(scoring=flat_accuracy), scores)
    assert not np.array_equal(scored(scoring=flat_f1), scores)


def test_a_search_looks_at_the_whole_pipeline():
    grid = {
        "rnntagger__max_epochs": [1, 10],
        "textvectorizer__characters": [False, True],
    }
    search = GridSearchCV(make_pipe(), grid, scoring=flat_f1, cv=2)
    search.fit(SENTENCES, RAGGED_TAGS)
    assert search.best_params_["rnntagger__max_epochs"] == 10
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    new, tags = make_sentences(20, seed=1)
    expected = flat_f1_score(tags, search.predict(new))
    assert search.score(new, as_ragged(tags)) == expected
    assert search.classes_.tolist() == sorted(LEXICON)


def test_rows_are_split_into_train_and_test():
    parts = train_test_split(SENTENCES, RAGGED_TAGS, random_state=0)
    train, test, tags_train, tags_test = parts
    pipe = make_pipe().fit(train, tags_train)
    assert pipe.score(test, tags_test) > 0.9


def test_weights_reach_fit_and_score_where_they_are_asked_for():
    weight = np.arange(N) % 4
    with config_context(enable_metadata_routing=True):
        tagger = RNNTagger(**SMALL)
        tagger.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        sequences, split = object_array(RAGGED), [(np.arange(30), np.arange(30, N))]
        params = {"sample_weight": weight}
        found = cross_validate(tagger, sequences, LABELS, cv=split, params=params)
    by_hand = RNNTagger(**SMALL).fit(RAGGED[:30], LABELS[:30], weight[:30])
    score = by_hand.score(RAGGED[30:], LABELS[30:], weight[30:])
    assert found["test_score"].tolist() == [score]


# -- bad input -------------------------------------------------------------------


LONGEST = int(np.argmax(LENGTHS))
N_STEPS = LENGTHS[LONGEST]
OF_LONGEST = list(LABELS[LONGEST])


def with_row(i, row):
    """Replace a row of LABELS."""
    return [row if j == i else labels for j, labels in enumerate(LABELS)]


class Refusal(NamedTuple):
    y: Any
    words: list
    X: Any = RAGGED
    params: dict = {}  # noqa: RUF012
    fit_params: dict = {}  # noqa: RUF012
    error: type = ValueError


IN_FIT = {
    "a label too few": Refusal(
        with_row(LONGEST, OF_LONGEST[:-1]),
        [
            "one label for each time step",
            f"got {N_STEPS - 1} for the {N_STEPS} steps of row {LONGEST}",
            "RNNClassifier",
        ],
    ),
    "labels of mixed types in a row": Refusal(
        with_row(LONGEST, ["A", 7, *OF_LONGEST[2:]]),
        ["mix types", f"7 at row {LONGEST}, step 1"],
    ),
    "one class": Refusal(
        [np.full(n, "A") for n in LENGTHS], ["at least two classes", "['A']"]
    ),
    "a weight for each step": Refusal(
        LABELS,
        ["sample_weight"],
        fit_params={"sample_weight": np.ones(LENGTHS.sum())},
    ),
    "unknown labels in y_val": Refusal(
        LABELS,
        ["not among the classes ['A', 'B', 'C']", "['Z']"],
        fit_params={"X_val": RAGGED, "y_val": [np.full(n, "Z") for n in LENGTHS]},
    ),
    "y_val of other lengths": Refusal(
        LABELS,
        [f"for the {N_STEPS} steps of row {LONGEST}"],
        fit_params={"X_val": RAGGED, "y_val": with_row(LONGEST, OF_LONGEST[:-1])},
    ),
    "a validation part whose classes weigh nothing": Refusal(
        with_row(0, ["A"] * LENGTHS[0]),
        ["validation part", "weight zero"],
        params={
            "early_stopping": True,
            "validation_fraction": [(np.arange(1, N), [0])],
            "class_weight": {"A": 0.0},
        },
    ),
}


def assert_refused(method, *data, error, words, **more_data):
    """Check the error, and that nothing was trained."""
    began = AssertionError("training began")
    with mock.patch.object(_base, "train", side_effect=began):
        with pytest.raises(error) as caught:
            method(*data, **more_data)
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} not in {str(caught.value)!r}"


@pytest.mark.parametrize("refusal", IN_FIT.values(), ids=IN_FIT)
def test_fit_refuses_and_leaves_a_fitted_tagger_as_it_was(refusal):
    error, words = refusal.error, refusal.words
    model = RNNTagger(**SMALL).set_params(**refusal.params)
    data, more = (refusal.X, refusal.y), refusal.fit_params
    assert_refused(model.fit, *data, error=error, words=words, **more)
    assert vars(model).keys() == vars(RNNTagger()).keys()

    fitted = by_pickle(fit("ragged", output="crf"))
    expected, attributes = said(fitted, RAGGED), set(vars(fitted))
    fitted.set_params(**refusal.params)
    assert_refused(fitted.fit, *data, error=error, words=words, **more)
    assert set(vars(fitted)) == attributes
    assert_same_bits(said(fitted, RAGGED), expected)
    assert fitted.classes_.tolist() == list("ABC")


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("output", "viterbi", ["'softmax'", "'crf'"]),
        ("scheme", "iob", ["'bio'", "'bioes'", "None"]),
    ],
)
def test_a_parameter_out_of_range_is_refused(name, value, accepted):
    model = RNNTagger(**{**SMALL, name: value})
    words = [f"{name!r} parameter", str(value), *accepted]
    assert_refused(model.fit, RAGGED, LABELS, error=ValueError, words=words)


AT_SCORE = {
    "an unknown label": (with_row(LONGEST, ["Z"] * N_STEPS), ["not among", "['Z']"]),
    "a label too few": (
        with_row(LONGEST, OF_LONGEST[:-1]),
        [f"the {N_STEPS} steps of row {LONGEST}"],
    ),
    "a sequence too few": (LABELS[1:], [f"{N} sequences", f"y {N - 1}"]),
    "a label per sequence": (np.full(N, "A"), ["single one", "RNNClassifier"]),
}


@pytest.mark.parametrize(("y", "words"), AT_SCORE.values(), ids=AT_SCORE)
def test_score_refuses_what_it_cannot_compare(y, words):
    assert_refused(fit("ragged").score, RAGGED, y, error=ValueError, words=words)


def test_score_takes_some_of_the_classes():
    rows = [i for i in range(N) if set(LABELS[i]) == {"A"}]
    assert rows
    score = fit("ragged").score(take(RAGGED, rows), LABELS[rows])
    predicted = np.concatenate(fit("ragged").predict(take(RAGGED, rows)))
    assert score == (predicted == "A").mean()


IN_PARTIAL_FIT = {
    "no classes": ({}, (RAGGED, LABELS), ["classes", "first call", "every label"]),
    "other classes": ({}, (RAGGED, LABELS, ["A", "B"]), ["not among", "['C']"]),
}


@pytest.mark.parametrize(
    ("params", "data", "words"), IN_PARTIAL_FIT.values(), ids=IN_PARTIAL_FIT
)
def test_a_first_partial_fit_refuses(params, data, words):
    model = RNNTagger(**SMALL, **params)
    assert_refused(model.partial_fit, *data, error=ValueError, words=words)


IN_A_LATER_PARTIAL_FIT = {
    "labels that came later": (with_row(0, ["Z"] * LENGTHS[0]), None, ["'Z'"]),
    "other classes": (LABELS, ["A", "B"], ["classes=['A', 'B']", "first call"]),
}


@pytest.mark.parametrize(
    ("y", "classes", "words"),
    IN_A_LATER_PARTIAL_FIT.values(),
    ids=IN_A_LATER_PARTIAL_FIT,
)
def test_a_later_partial_fit_refuses_and_moves_no_prediction(y, classes, words):
    model = RNNTagger(**SMALL).partial_fit(RAGGED, LABELS, CLASSES)
    before = said(model, RAGGED)
    method = model.partial_fit
    assert_refused(method, RAGGED, y, classes, error=ValueError, words=words)
    assert_same_bits(said(model, RAGGED), before)


# -- the unknown character ---------------------------------------------------------


@pytest.mark.parametrize("way", ["weight 0", "held out"])
def test_letters_of_rows_that_do_not_train_are_not_seen(way):
    words = [["aa", "bb"], ["ab", "ba"], ["ba", "aa"], ["qz", "qz"]]
    tags = [["A", "B"], ["A", "B"], ["B", "A"], ["B", "B"]]
    X = TextVectorizer(analyzer=list, characters=True).fit_transform(words)
    expected = RNNTagger(**SMALL).fit(X[:3], tags[:3], X_val=X[3:], y_val=tags[3:])
    if way == "weight 0":
        tagger = RNNTagger(**SMALL).fit(X, tags, sample_weight=[1, 1, 1, 0])
    else:
        split = [(np.arange(3), np.array([3]))]
        tagger = RNNTagger(**SMALL, early_stopping=True, validation_fraction=split)
        tagger.fit(X, tags)
    for model in (tagger, expected):
        assert model.net_.module_.embedder.characters.embedding.unknown_is_mean


def test_an_unknown_letter_once_trained_stays_so():
    words = [["aa", "bq"], ["ab", "ba"]]
    tags = [["A", "B"], ["A", "B"]]
    X = TextVectorizer(analyzer=list, characters=True).fit_transform(words)
    tagger = RNNTagger(**SMALL).partial_fit(X, tags, classes=["A", "B"])
    tagger.partial_fit(X[1:], tags[1:])  # without the letter that came once
    assert not tagger.net_.module_.embedder.characters.embedding.unknown_is_mean
