"""Tag schemes: which label may follow which, and what is never predicted."""

import itertools
from functools import cache

import numpy as np
import pytest

from sklearn_rnn import RNNTagger
from sklearn_rnn.estimators._tag_schemes import (
    SCHEMES,
    check_scheme,
    forbidden_transitions,
)
from sklearn_rnn.metrics import spans
from sklearn_rnn.sequences import Sequences

KINDS = ["X", "Y"]
PREFIXES = {"bio": "BI", "bioes": "BIES"}
LABELS = {
    scheme: np.array(
        sorted(["O", *(f"{p}-{kind}" for p in prefixes for kind in KINDS)])
    )
    for scheme, prefixes in PREFIXES.items()
}
every_scheme = pytest.mark.parametrize("scheme", PREFIXES)


# -- which sequences there are, from the spans they represent ----------------------


def write_span(scheme, kind, length):
    """Label one span: B I I, or B I E and S for one step."""
    if scheme == "bio":
        prefixes = "B" + "I" * (length - 1)
    else:
        prefixes = "S" if length == 1 else "B" + "I" * (length - 2) + "E"
    return tuple(f"{prefix}-{kind}" for prefix in prefixes)


@cache
def all_labellings(scheme, n_steps):
    """Write every set of spans that do not overlap, label by label."""
    if n_steps == 0:
        return {()}
    found = {("O", *rest) for rest in all_labellings(scheme, n_steps - 1)}
    for length, kind in itertools.product(range(1, n_steps + 1), KINDS):
        span = write_span(scheme, kind, length)
        found |= {(*span, *rest) for rest in all_labellings(scheme, n_steps - length)}
    return found


def keeps_to(labels, codes, forbidden):
    """Look up each transition of a sequence, from its start to its end."""
    path = [None, *codes, None]
    return not set(itertools.pairwise(path)) & set(forbidden)


@every_scheme
@pytest.mark.parametrize("n_steps", [1, 4])
def test_what_is_not_forbidden_is_what_represents_spans(scheme, n_steps):
    labels = LABELS[scheme]
    forbidden = forbidden_transitions(labels, scheme)
    allowed = {
        tuple(labels[list(codes)].tolist())
        for codes in itertools.product(range(len(labels)), repeat=n_steps)
        if keeps_to(labels, codes, forbidden)
    }
    assert allowed == all_labellings(scheme, n_steps)


def test_what_bio_forbids_is_an_inside_that_continues_nothing():
    labels = np.array(["B-X", "B-Y", "I-X", "I-Y", "O"])
    assert set(forbidden_transitions(labels, "bio")) == {
        (None, 2),  # start, I-X
        (None, 3),
        (0, 3),  # B-X, I-Y
        (1, 2),
        (2, 3),  # I-X, I-Y
        (3, 2),
        (4, 2),  # O, I-X
        (4, 3),
    }


def test_what_bioes_forbids_is_what_it_leaves_open_too():
    labels = np.array(["B-X", "E-X", "I-X", "O", "S-X"])
    assert set(forbidden_transitions(labels, "bioes")) == {
        *itertools.product([None, 1, 3, 4], [1, 2]),  # nothing open to go on with
        *itertools.product([0, 2], [0, 3, 4, None]),  # open, and not gone on with
    }


def test_a_prefix_without_a_type_is_a_type_of_its_own():
    labels = np.array(["B", "B-X", "I", "I-X", "O"])
    forbidden = set(forbidden_transitions(labels, "bio"))
    assert {(0, 3), (1, 2)} <= forbidden
    assert not {(0, 2), (2, 2), (1, 3)} & forbidden


def test_a_type_may_hold_a_hyphen():
    labels = np.array(["B-X", "B-X-Y", "I-X", "I-X-Y", "O"])
    forbidden = set(forbidden_transitions(labels, "bio"))
    assert {(0, 3), (1, 2)} <= forbidden
    assert not {(0, 2), (1, 3)} & forbidden


@pytest.mark.parametrize(
    ("label", "scheme"),
    [
        ("E-X", "bio"),
        ("X", "bio"),
        ("", "bio"),
        ("B_X", "bioes"),
        ("-X", "bioes"),
    ],
)
def test_what_is_no_label_of_the_scheme_is_refused(label, scheme):
    classes = np.array(["B-X", "I-X", "O", label])
    with pytest.raises(ValueError) as caught:
        forbidden_transitions(classes, scheme)
    for words in (f"scheme={scheme!r}", ", ".join(SCHEMES[scheme].prefixes)):
        assert words in str(caught.value)
    assert f"y holds {label!r}" in str(caught.value)
    assert "scheme=None" in str(caught.value)


@pytest.mark.parametrize("classes", [[0, 1, 2], [False, True]])
def test_numbers_are_no_labels_of_a_scheme(classes):
    with pytest.raises(ValueError, match=f"y holds {classes[0]!r}"):
        forbidden_transitions(np.array(classes), "bio")


# -- the labels given --------------------------------------------------------------


def check(rows, scheme):
    labels = LABELS[scheme]
    codes = [np.searchsorted(labels, row) for row in rows]
    offsets = np.cumsum([0, *map(len, rows)])
    y = Sequences(np.concatenate(codes), offsets)
    check_scheme(y, labels, forbidden_transitions(labels, scheme))


@every_scheme
def test_labels_are_refused_if_and_only_if_they_represent_no_spans(scheme):
    labels, good = LABELS[scheme].tolist(), all_labellings(scheme, 3)
    check(sorted(good), scheme)
    for row in itertools.product(labels, repeat=3):
        if row not in good:
            with pytest.raises(ValueError, match=r"in sequence 2, at step [0-2]"):
                check([["O"], ["O", "O"], row, ["O", "O", "O"]], scheme)


WRONG = {
    "first": ("bio", ["I-X", "O"], "at step 0, the start is followed by 'I-X'"),
    "behind O": ("bio", ["O", "I-X"], "at step 1, 'O' is followed by 'I-X'"),
    "of another": ("bio", ["O", "B-X", "I-Y"], "at step 2, 'B-X' is followed by 'I-Y'"),
    "the first of two": ("bio", ["B-X", "I-Y", "O", "I-X"], "at step 1, 'B-X' is"),
    "left open": ("bioes", ["O", "B-X"], "at step 1, 'B-X' is followed by the end"),
    "broken off": ("bioes", ["B-X", "O", "O"], "at step 1, 'B-X' is followed by 'O'"),
    "alone, open": ("bioes", ["B-X"], "at step 0, 'B-X' is followed by the end"),
}


@pytest.mark.parametrize(("scheme", "row", "words"), WRONG.values(), ids=WRONG)
def test_the_first_error_is_named(scheme, row, words):
    fine = ["O", "O"]
    for before in (0, 2):
        rows = [fine] * before + [row, row, fine]
        with pytest.raises(ValueError) as caught:
            check(rows, scheme)
        assert f"in sequence {before}, {words}" in str(caught.value)
        assert "scheme=None" in str(caught.value)


def test_a_span_does_not_go_on_in_the_next_sequence():
    with pytest.raises(ValueError, match="in sequence 1, at step 0, the start"):
        check([["O", "B-X"], ["I-X"]], "bio")


# -- a tagger with a scheme --------------------------------------------------------


def make_data(scheme, n=40, seed=0):
    """Noise, and spans that are independent of it."""
    rng = np.random.default_rng(seed)
    rows = {n_steps: sorted(all_labellings(scheme, n_steps)) for n_steps in range(1, 6)}
    y = [
        rows[length][rng.integers(len(rows[length]))]
        for length in rng.integers(1, 6, n)
    ]
    y += [write_span(scheme, kind, 3) for kind in KINDS]  # no label is missing
    return [rng.normal(size=(len(row), 2)) for row in y], list(map(list, y))


def make_tagger(scheme, **params):
    settings = {"hidden_size": 4, "cell": "gru", "max_epochs": 8, "lr": 0.1}
    settings |= {"lr_schedule": None, "output": "crf", "random_state": 0}
    return RNNTagger(**{**settings, "scheme": scheme, **params})


def count_errors(rows, scheme):
    return sum(
        tuple(row.tolist()) not in all_labellings(scheme, len(row)) for row in rows
    )


@every_scheme
@pytest.mark.parametrize("scale", [1, 1000])
def test_what_the_scheme_forbids_is_never_predicted(scheme, scale):
    X, y = make_data(scheme)
    new, _ = make_data(scheme, n=200, seed=1)
    new = [scale * row for row in new]
    tagger = make_tagger(scheme).fit(X, y)
    assert count_errors(tagger.predict(new), scheme) == 0
    # Without the scheme the predictions break it.
    free = make_tagger(None, output="softmax").fit(X, y)
    assert count_errors(free.predict(new), scheme) > 0


@every_scheme
def test_what_the_scheme_forbids_is_never_predicted_untrained(scheme):
    X, y = make_data(scheme)
    new, _ = make_data(scheme, n=200, seed=1)
    tagger = make_tagger(scheme, lr=1e-30, max_epochs=1).fit(X, y)
    assert count_errors(tagger.predict(new), scheme) == 0


@every_scheme
def test_the_transitions_are_minus_infinity_where_forbidden(scheme):
    X, y = make_data(scheme)
    tagger = make_tagger(scheme).fit(X, y)
    forbidden = forbidden_transitions(tagger.classes_, scheme)
    expected = {pair for pair in forbidden if None not in pair}
    found = np.argwhere(np.isneginf(tagger.transitions_))
    assert set(map(tuple, found.tolist())) == expected
    assert np.isfinite(tagger.transitions_[np.isfinite(tagger.transitions_)]).all()
    free = make_tagger(None).fit(X, y)
    assert np.isfinite(free.transitions_).all()


@every_scheme
def test_no_probability_is_left_for_what_is_forbidden(scheme):
    X, y = make_data(scheme)
    tagger = make_tagger(scheme).fit(X, y)
    forbidden = forbidden_transitions(tagger.classes_, scheme)
    first = [after for before, after in forbidden if before is None]
    last = [before for before, after in forbidden if after is None]
    assert first
    assert bool(last) == (scheme == "bioes")
    for row in tagger.predict_proba(X):
        assert (row[0, first] == 0).all()
        assert (row[-1, last] == 0).all()
        np.testing.assert_allclose(row.sum(axis=1), 1, rtol=1e-12)


@every_scheme
def test_the_loss_with_a_scheme_is_that_of_the_labellings_there_are(scheme):
    # Where the net says nothing all labellings are equally likely, and only those
    # that keep to the scheme are counted.
    X, y = make_data(scheme)
    tagger = make_tagger(scheme, lr=1e-30, max_epochs=1, warm_start=True).fit(X, y)
    tagger.net_.module_.head.affine.weight.data.zero_()
    tagger.net_.module_.head.affine.bias.data.zero_()
    tagger.fit(X, y)
    nll = sum(np.log(len(all_labellings(scheme, len(row)))) for row in y)
    n_steps = sum(map(len, y))
    assert tagger.loss_curve_[-1] == pytest.approx(nll / n_steps, rel=1e-5)


def test_spans_are_learnt():
    # A span of type X starts where the first variable is large and is as long as the
    # second says: 1 or 2.
    rng = np.random.default_rng(0)
    X, y = [], []
    for _ in range(60):
        row, labels = rng.uniform(-1, 1, size=(6, 2)), ["O"] * 6
        start, length = rng.integers(0, 5), rng.integers(1, 3)
        row[:, 0] = -1
        row[start] = 1, 1 if length == 2 else -1
        labels[start : start + length] = ["B-X", "I-X"][:length]
        X.append(row)
        y.append(labels)
    tagger = make_tagger("bio", hidden_size=8, lr=0.05, max_epochs=30)
    predicted = tagger.fit(X[:40], y[:40]).predict(X[40:])
    pairs = zip(predicted, y[40:], strict=True)
    assert np.mean([spans(row) == spans(labels) for row, labels in pairs]) > 0.9


def test_labels_that_break_the_scheme_are_refused_by_fit():
    X, y = make_data("bio")
    long = int(np.argmax([len(row) for row in y]))
    broken = [*y[:long], ["O", "O", "I-X", "O", "O"], *y[long + 1 :]]
    words = f"in sequence {long}, at step 2, 'O' is followed by 'I-X'"
    with pytest.raises(ValueError, match=words):
        make_tagger("bio").fit(X, broken)
    with pytest.raises(ValueError, match=words):
        make_tagger("bio").fit(X, y, X_val=X, y_val=broken)
    classes = LABELS["bio"]
    with pytest.raises(ValueError, match=words):
        make_tagger("bio").partial_fit(X, broken, classes=classes)
    make_tagger(None).fit(X, broken)  # as the message says


def test_labels_that_break_the_scheme_are_scored_all_the_same():
    X, y = make_data("bio")
    tagger = make_tagger("bio", max_epochs=1).fit(X, y)
    inside = next(label for label in tagger.classes_ if label.startswith("I-"))
    broken = [[inside] * len(row) for row in y]
    found = np.concatenate(tagger.predict(X))
    assert tagger.score(X, broken) == np.mean(found == inside)


def test_a_class_that_is_not_of_the_scheme_is_refused():
    X, y = make_data("bioes")
    with pytest.raises(ValueError, match=r"scheme='bio'.*y holds 'E-X'"):
        make_tagger("bio").fit(X, y)
    with pytest.raises(ValueError, match=r"scheme='bio'.*y holds 'NOUN'"):
        X, y = make_data("bio")
        make_tagger("bio").partial_fit(X, y, classes=[*LABELS["bio"], "NOUN"])


def test_a_scheme_without_a_crf_is_refused():
    X, y = make_data("bio")
    with pytest.raises(ValueError, match="output='crf', got 'softmax'") as caught:
        make_tagger("bio", output="softmax").fit(X, y)
    assert "scheme='bio'" in str(caught.value)
    assert "scheme=None" in str(caught.value)


def test_another_scheme_needs_another_fit():
    X, y = make_data("bio")
    tagger = make_tagger(None, warm_start=True, max_epochs=1).fit(X, y)
    before = tagger.predict_proba(X)
    with pytest.raises(ValueError, match=r"warm_start=True.*scheme"):
        tagger.set_params(scheme="bio").fit(X, y)
    for row, expected in zip(tagger.predict_proba(X), before, strict=True):
        np.testing.assert_array_equal(row, expected)
    tagger.set_params(warm_start=False).fit(X, y)
    assert np.isneginf(tagger.transitions_).any()
    tagger.set_params(warm_start=True).fit(X, y)
    assert tagger.n_iter_ == 2


def test_a_scheme_set_after_fit_waits_for_the_next_fit():
    X, y = make_data("bio")
    tagger = make_tagger("bio", max_epochs=1).fit(X, y)
    expected = [row.tolist() for row in tagger.predict(X)]
    tagger.set_params(scheme=None)
    assert [row.tolist() for row in tagger.predict(X)] == expected
    assert np.isneginf(tagger.transitions_).any()
    tagger.partial_fit(X, y)
    assert np.isneginf(tagger.transitions_).any()
