"""Labels that follow the steps: what is learnt, found, and refused."""

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTranscriber, TextVectorizer
from sklearn_rnn.exceptions import NothingLearntWarning
from sklearn_rnn.metrics import error_rate

SMALL = {"hidden_size": 8, "max_epochs": 2, "random_state": 0}
HEIGHTS = {"a": 1.0, "b": -1.0, "c": 3.0}

ignore_nothing_learnt = pytest.mark.filterwarnings(
    "ignore::sklearn_rnn.exceptions.NothingLearntWarning"
)


def draw(rng, word):
    """Make a pulse of some steps for each letter, and say where each one is."""
    parts, spans, n_steps = [np.zeros(1)], [], 1
    for letter in word:
        length = int(rng.integers(1, 5))
        spans.append((n_steps, n_steps + length))
        parts += [np.full(length, HEIGHTS[letter]), np.zeros(1)]
        n_steps += length + 1
    signal = np.concatenate(parts)
    return (signal + rng.normal(size=n_steps) / 10)[:, np.newaxis], spans


def make_data(n_rows, seed):
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice([*"abc"], size=i % 5)) for i in range(n_rows)]
    signals, spans = zip(*(draw(rng, word) for word in words), strict=True)
    return list(signals), words, list(spans)


@pytest.fixture(scope="module")
def learnt():
    X, y, _ = make_data(200, seed=0)
    settings = {"max_epochs": 15, "lr": 0.03, "batch_size": 16, "input_noise": 0.0}
    model = RNNTranscriber(16, **settings, random_state=0)
    return model.fit(X, y)


NEW, WORDS, SPANS = make_data(40, seed=1)


def test_pulses_of_any_length_are_transcribed(learnt):
    assert learnt.classes_.tolist() == ["a", "b", "c"]
    assert learnt.predict(NEW).tolist() == WORDS
    assert learnt.score(NEW, WORDS) == 1.0


def test_each_label_is_found_in_its_pulse(learnt):
    spans = learnt.align(NEW)
    for found, expected in zip(spans, SPANS, strict=True):
        assert found.shape == (len(expected), 2) and found.dtype == np.int64
        for (start, stop), (first, last) in zip(found, expected, strict=True):
            # The blank between may be said a step later, or before.
            assert first - 1 <= start < stop <= last + 1
    for found, other in zip(learnt.align(NEW, WORDS), spans, strict=True):
        np.testing.assert_array_equal(found, other)


def test_the_blank_is_column_0_and_a_beam_of_1_reads_the_likeliest_columns(learnt):
    log_proba = learnt.predict_log_proba(NEW)
    for table, signal, word in zip(log_proba, NEW, WORDS, strict=True):
        assert table.shape == (len(signal), 4)
        np.testing.assert_allclose(logsumexp(table, axis=1), 0, atol=1e-12)
        best = table.argmax(axis=1)
        kept = best[np.append(True, best[1:] != best[:-1]) & (best > 0)]
        assert "".join(learnt.classes_[kept - 1]) == word
    assert learnt.predict(NEW, beam_size=1).tolist() == WORDS


def test_n_best_widen_the_beam_and_have_their_exact_probability(learnt):
    answers, scores = learnt.predict_n_best(NEW, n_best=6)
    assert answers.shape == scores.shape == (40, 6)
    assert (scores[:, 1:] <= scores[:, :-1]).all()
    assert answers[:, 0].tolist() == learnt.predict(NEW, beam_size=6).tolist()
    for k in range(6):
        found = np.isfinite(scores[:, k])
        expected = learnt.log_likelihood(NEW, answers[:, k])
        np.testing.assert_allclose(scores[found, k], expected[found], rtol=1e-9)
    one_step, probabilities = learnt.predict_n_best([NEW[0][:1]], n_best=6)
    assert sorted(one_step[0, :4]) == ["", "a", "b", "c"]
    assert np.exp(probabilities[0]).sum() == pytest.approx(1)
    assert np.isneginf(probabilities[0, 4:]).all()


def test_the_validation_score_is_that_of_the_likeliest_paths():
    X, y, _ = make_data(60, seed=0)
    model = RNNTranscriber(16, max_epochs=5, lr=0.02, random_state=0)
    model.fit(X, y, X_val=NEW, y_val=WORDS)
    assert model.history_["valid_score"][-1] == pytest.approx(model.score(NEW, WORDS))
    loss = -model.log_likelihood(NEW, WORDS).sum() / sum(len(w) + 1 for w in WORDS)
    assert model.history_["valid_loss"][-1] == pytest.approx(loss, rel=1e-5)


@ignore_nothing_learnt
def test_too_few_steps_are_refused_by_row_and_numbers(assert_refused):
    X = [np.zeros((6, 1))] * 3
    repeated, many = ["ab", "a" * 9, "b"], ["ab", "b", "abababab"]
    again = "y has 9 labels at row 1, 8 of them equal to the one before, which take at "
    again += "least 17 steps, but X has 6 there; give X more steps, or take RNNTransl"
    more = "y has 8 labels at row 2, which take at least 8 steps, but X has 6 there"
    fit = RNNTranscriber(**SMALL).fit
    between = "y has 4 labels at row 2, 3 of them equal .* 7 steps, but X has 6"
    assert_refused(
        fit,
        [(X, repeated, again), (X, many, more), (X, ["ab", "", "aaaa"], between)],
    )
    # As many as there is room for, and ends of empty rows are no labels.
    model = fit(X, ["aaab", "", ""])
    with pytest.raises(ValueError, match=f"In X_val and y_val: {more}"):
        model.fit(X, ["ab", "", ""], X_val=X, y_val=["ab", "b", "abababab"])
    assert_refused(model.align, [(X, repeated, again)])
    unknown = "y holds a label at row 1 that is not among classes_"
    assert_refused(model.align, [(X, ["a", "x", "b"], unknown)])
    likelihoods = model.log_likelihood(X, ["aaab", "a" * 9, "x"])
    assert np.isneginf(likelihoods).tolist() == [False, True, True]


@pytest.mark.parametrize("n_labels", [2, 6])
def test_a_fit_whose_answers_are_those_of_any_row_says_so(n_labels):
    """Noise has no labels in it: few are answered by nothing, many by any."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 8, 1))
    y = ["".join(rng.choice([*"abcdefgh"], n_labels, replace=False)) for _ in X]
    model = RNNTranscriber(4, max_epochs=10, lr=0.03, random_state=0)
    with pytest.warns(NothingLearntWarning, match=r"hardly depend on X.*max_epochs"):
        model.fit(X, y)
    assert any(model.predict(X)) == (n_labels == 6)


@ignore_nothing_learnt
def test_live_data_have_the_probabilities_of_whole_sequences():
    X, y, _ = make_data(20, seed=0)
    model = RNNTranscriber(**SMALL, bidirectional=False).fit(X, y)
    (log_proba,), state = model.predict_log_proba([X[7]]), None
    for x_t, row in zip(X[7], np.exp(log_proba), strict=True):
        probabilities, state = model.step(x_t[np.newaxis], state)
        np.testing.assert_allclose(probabilities, [row], rtol=1e-5)


@ignore_nothing_learnt
def test_tokens_that_are_left_out_are_never_answered():
    X, y, _ = make_data(40, seed=0)
    y = [" ".join(word) + " rare" * (i == 9) for i, word in enumerate(y)]
    vectorizer = TextVectorizer(min_df=2)
    model = RNNTranscriber(**SMALL, target_vectorizer=vectorizer).fit(X, y)
    assert model.classes_.tolist() == ["a", "b", "c"]
    for table in model.predict_log_proba(X):
        assert table.shape[1] == 4
        np.testing.assert_allclose(logsumexp(table, axis=1), 0, atol=1e-12)
    assert np.isneginf(model.log_likelihood(X, y)).sum() == 1
    # Two of them in a row need a blank between, as any others.
    with pytest.raises(ValueError, match="3 of them equal to the one before"):
        clone(model).fit([x[:4] for x in X[:3]], ["a", "a b", "rare rare odd odd"])


@ignore_nothing_learnt
def test_weight_2_is_the_pair_twice_behind_a_vectorizer():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice([*"xyz"], size=6 + i % 3)) for i in range(12)]
    y, weight = [text[::2] for text in texts], 1 + np.arange(12) % 2
    pipe = make_pipeline(
        TextVectorizer(analyzer="char"), RNNTranscriber(**SMALL, batch_size=4)
    )
    rows = np.repeat(np.arange(12), weight)
    twice = clone(pipe).fit([texts[i] for i in rows], [y[i] for i in rows])
    weighted = pipe.fit(texts, y, rnntranscriber__sample_weight=weight)
    said = [model.predict_log_proba(texts) for model in (weighted, twice)]
    for one, other in zip(*said, strict=True):
        np.testing.assert_array_equal(one, other)


def test_labels_need_not_be_letters(learnt):
    X, y, _ = make_data(200, seed=0)
    numbers = [np.array(["abc".index(letter) * 10 for letter in word]) for word in y]
    model = clone(learnt).fit(X, numbers)
    predicted = model.predict(NEW)
    expected = [[10 * "abc".index(letter) for letter in word] for word in WORDS]
    assert [row.tolist() for row in predicted] == expected
    assert error_rate(expected, predicted) == 0
