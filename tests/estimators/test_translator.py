"""`RNNTranslator`: what it learns, what it says of its answers, how it is kept."""

import copy
import pickle
from itertools import product

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTranslator, TextVectorizer, export_onnx, load, save
from sklearn_rnn.callbacks import Checkpoint, TimeBudget
from sklearn_rnn.estimators import _translator
from sklearn_rnn.exceptions import NothingLearntWarning, TruncationWarning
from sklearn_rnn.inspection import explain

# Small, and yet it learns to copy in three seconds.
SETTINGS = {"hidden_size": 32, "embedding_dim": 16, "random_state": 0}


def make_words(n_words, seed=0, longest=6):
    """Draw words of six letters, all different."""
    rng = np.random.default_rng(seed)
    words = set()
    while len(words) < n_words:
        words.add(
            "".join(rng.choice(list("abcdef"), size=rng.integers(1, longest + 1)))
        )
    return np.array(sorted(words), dtype=object)[rng.permutation(n_words)]


def make_pipe(**params):
    model = RNNTranslator(**{**SETTINGS, **params})
    return make_pipeline(TextVectorizer(analyzer="char"), model)


WORDS = make_words(60, longest=4)
BACKWARDS = np.array([word[::-1] for word in WORDS], dtype=object)


@pytest.fixture(scope="module")
def fitted():
    return make_pipe(max_epochs=20).fit(WORDS, BACKWARDS)


@pytest.mark.parametrize("task", ["copying", "reversing"])
def test_copying_and_reversing_are_learnt_without_an_error(task):
    words = make_words(400, longest=4)
    answers = np.array([w[:: -1 if task == "reversing" else 1] for w in words], object)
    pipe = make_pipe(max_epochs=30).fit(words[:300], answers[:300])
    assert pipe.predict(words[300:]).tolist() == answers[300:].tolist()
    assert pipe.score(words[300:], answers[300:]) == 1.0


def test_answers_to_numbers_may_be_longer_than_what_they_answer():
    rng = np.random.default_rng(0)
    X = [rng.choice([-1.0, 1.0], size=(n, 1)) for n in rng.integers(1, 4, size=120)]
    y = ["".join("up" if step > 0 else "down" for step in x) for x in X]
    model = RNNTranslator(**SETTINGS, max_epochs=40).fit(X, y)
    assert model.score(X, y) > 0.95


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.NothingLearntWarning")
def test_weight_two_is_the_pair_twice_and_batches_count_labels():
    X = [[[float(i)], [1.0]] for i in range(12)]
    y = np.fromiter((np.arange(i % 4) for i in range(12)), dtype=object, count=12)
    weight = np.where(np.arange(12) < 4, 2.0, 1.0)
    model = RNNTranslator(**SETTINGS, max_epochs=2, batch_size=5)
    weighted = clone(model).fit(X, y, sample_weight=weight)
    copied = clone(model).fit(X + X[:4], np.concatenate([y, y[:4]]))
    assert copied.loss_curve_ == weighted.loss_curve_
    # At lr = 0 the loss is the weighted mean over labels and ends.
    model.set_params(lr=1e-12, max_epochs=1, batch_size=12).fit(X, y, weight)
    n_labels = np.array([len(row) + 1 for row in y])
    loss = -weight @ model.log_likelihood(X, y) / (weight @ n_labels)
    assert model.loss_curve_[0] == pytest.approx(loss, rel=1e-5)


def test_weight_two_is_the_pair_twice_behind_a_vectorizer():
    weight = 1 + np.arange(60) % 2
    rows = np.repeat(np.arange(60), weight)
    pipe = make_pipe(max_epochs=4, target_vectorizer=TextVectorizer(analyzer="char"))
    twice = clone(pipe).fit(WORDS[rows], BACKWARDS[rows])
    pipe.fit(WORDS, BACKWARDS, rnntranslator__sample_weight=weight)
    assert pipe[-1].loss_curve_ == twice[-1].loss_curve_


def test_the_likelihoods_of_all_answers_up_to_a_limit_sum_to_what_is_left(fitted):
    # With every answer of at most four labels hardly any probability is left.
    model, X = fitted[-1], fitted[0].transform(["ab"])
    answers = [
        "".join(labels)
        for n_labels in range(5)
        for labels in product(model.classes_, repeat=n_labels)
    ]
    p = np.exp(model.log_likelihood(X[[0] * len(answers)], answers))
    sums = np.cumsum(np.bincount(list(map(len, answers)), p))
    assert (np.diff(sums) > 0).all()
    assert 0.98 < sums[-1] <= 1 + 1e-6


def test_n_best_widens_the_beam_and_has_the_likelihood_of_its_answers(fitted):
    answers, scores = fitted[-1].predict_n_best(
        X := fitted[0].transform(WORDS[:7]), n_best=9, beam_size=2
    )
    assert answers.shape == scores.shape == (7, 9)
    for place in range(9):
        expected = fitted[-1].log_likelihood(X, answers[:, place])
        assert np.array_equal(scores[:, place], expected)
    _, by_probability = fitted[-1].predict_n_best(X, 9, length_penalty=0.0)
    assert (np.diff(by_probability) <= 0).all()


def test_a_search_takes_fewer_rows_where_the_beam_is_wide(fitted, monkeypatch):
    X = fitted[0].transform(WORDS)
    expected = fitted[-1].predict_n_best(X, 2)
    sizes, head = [], fitted[-1].net_.module_.head
    search = type(head).search

    def watched(self, encoded, batch, **how):
        sizes.append(len(batch) * how["beam_size"] * self.n_outputs)
        return search(self, encoded, batch, **how)

    monkeypatch.setattr(type(head), "search", watched)
    monkeypatch.setattr(_translator, "SEARCHED_AT_ONCE", 200)
    found = fitted[-1].predict_n_best(X, 2)
    assert len(sizes) > 5 and max(sizes) <= 200
    assert all(map(np.array_equal, found, expected))


@pytest.mark.filterwarnings("ignore::sklearn_rnn.exceptions.TruncationWarning")
def test_there_may_be_fewer_answers_than_asked_for():
    model = RNNTranslator(**SETTINGS, max_epochs=1, max_length=1)
    model.fit([[[0.0]], [[1.0]], [[2.0]]], [["a"], ["a"], []])
    answers, scores = model.predict_n_best([[[0.0]]], n_best=4)
    assert {tuple(answer) for answer in answers[0, :2]} == {(), ("a",)}
    assert np.isneginf(scores[0, 2:]).all()
    assert [len(answer) for answer in answers[0, 2:]] == [0, 0]


def test_a_cut_answer_is_told_by_its_row():
    model = make_pipe(max_epochs=20, max_length=2).fit(WORDS, BACKWARDS)
    with pytest.warns(
        TruncationWarning, match=r"1 of 3 answer was cut.*rows 1\. Raise"
    ):
        answers = model.predict(["ab", "abcd", "c"])
    assert [len(answer) for answer in answers] == [2, 2, 1]


def test_a_fit_whose_answers_are_all_empty_says_so():
    with pytest.warns(NothingLearntWarning, match="hardly depend on X.*max_epochs"):
        make_pipe(max_epochs=1, lr=1e-9).fit(["a", "b"] * 5, ["a", *[""] * 9])


def test_attention_looks_at_the_mirrored_step(fitted):
    X = fitted[0].transform(WORDS[:20])
    weights = fitted[-1].attention_weights(X, BACKWARDS[:20])
    for word, matrix in zip(WORDS[:20], weights, strict=True):
        assert matrix.shape == (len(word) + 1, len(word))
        np.testing.assert_allclose(matrix.sum(axis=1), 1)
    predicted = fitted[-1].attention_weights(X)
    lengths = [len(answer) + 1 for answer in fitted.predict(WORDS[:20])]
    assert [len(matrix) for matrix in predicted] == lengths


def test_words_of_answers_are_those_of_the_vectorizer_and_can_be_searched():
    texts = np.array([f"{a} {b}" for a in "abc" for b in "de"] * 3, dtype=object)
    vectorizer = TextVectorizer(token_pattern=r"\w", lowercase=False)
    pipe = make_pipe(max_epochs=30, target_vectorizer=vectorizer)
    pipe.fit(texts, texts)
    assert pipe[-1].classes_.tolist() == list("abcde")
    assert pipe.predict(["b d"]).tolist() == ["b d"]
    names = {"rnntranslator__target_vectorizer__min_df": [1, 4]}
    search = GridSearchCV(pipe.set_params(rnntranslator__max_epochs=1), names, cv=2)
    with pytest.warns((NothingLearntWarning, TruncationWarning)):
        search.fit(texts, texts)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_unknown_words_in_score_are_errors():
    texts = ["a b", "b a"] * 8
    vectorizer = TextVectorizer(token_pattern=r"\w")
    pipe = make_pipe(max_epochs=30, target_vectorizer=vectorizer).fit(texts, texts)
    assert pipe.score(["a b"], ["a b"]) == 1.0
    assert pipe.score(["a b"], ["a z"]) == 0.5  # one of two words
    assert np.isneginf(pipe[-1].log_likelihood(pipe[0].transform(["a b"]), ["a z"]))


def test_score_counts_edits_of_the_corpus(fitted):
    right = fitted.predict(["ab", "c", "def"])
    wrong = [right[0] + "a", right[1], ""]  # an edit of 3, none of 1, 3 of none
    n_edits, n_labels = 1 + len(right[2]), len(right[0]) + 1 + len(right[1])
    assert fitted.score(["ab", "c", "def"], wrong) == 1 - n_edits / n_labels
    weighted = fitted.score(["ab", "c", "def"], wrong, sample_weight=[1, 1, 0])
    assert weighted == 1 - 1 / n_labels


@pytest.mark.parametrize("way", ["pickle", "copy", "save"])
def test_every_copy_gives_the_same_bits(fitted, way, tmp_path):
    if way == "save":
        pytest.importorskip("skops")
        save(fitted, tmp_path / "model")
        again = load(tmp_path / "model")
    else:
        again = {"pickle": lambda m: pickle.loads(pickle.dumps(m)), "copy": copy.copy}[
            way
        ](fitted)
    X = fitted[0].transform(WORDS)
    for one, other in zip(
        fitted[-1].predict_n_best(X, 3), again[-1].predict_n_best(X, 3), strict=True
    ):
        assert np.array_equal(one, other)


def test_an_interrupted_fit_goes_on_to_the_same_bits(tmp_path):
    def make(*callbacks):
        params = {"max_epochs": 3, "dropout": 0.2, "callbacks": list(callbacks)}
        return make_pipe(**params)[-1]

    X = TextVectorizer(analyzer="char").fit_transform(WORDS)
    whole = make().fit(X, BACKWARDS)
    path = tmp_path / "checkpoint"
    make(Checkpoint(path), TimeBudget(seconds=1e-9)).fit(X, BACKWARDS)
    resumed = make(Checkpoint(path)).fit(X, BACKWARDS)
    assert resumed.loss_curve_ == whole.loss_curve_


def test_training_goes_on_with_the_labels_there_are():
    X = TextVectorizer(analyzer="char").fit_transform(WORDS)
    model = make_pipe(max_epochs=5, warm_start=True)[-1].fit(X, BACKWARDS)
    labels = model.classes_.tolist()
    assert model.fit(X[:9], ["a"] * 9).classes_.tolist() == labels
    with pytest.raises(ValueError, match=r"'z'.*warm_start=False"):
        model.fit(X[:9], ["z"] * 9)
    with pytest.raises(ValueError, match="y_val holds labels that are not among"):
        clone(model).fit(X, BACKWARDS, X_val=X[:9], y_val=["z"] * 9)


def test_early_stopping_and_scorers_watch_answers():
    pipe = make_pipe(max_epochs=3, early_stopping=True, validation_fraction=0.2)
    history = pipe.fit(WORDS, BACKWARDS)[-1].history_
    assert {"valid_loss", "valid_score"} <= set(history)
    assert ((history["valid_score"] >= 0) & (history["valid_score"] <= 1)).all()
    scores = cross_val_score(pipe, WORDS, BACKWARDS, cv=KFold(2))
    assert np.isfinite(scores).all()


def test_what_it_cannot_do_says_why(fitted, tmp_path):
    pytest.importorskip("onnx")
    model, X = fitted[-1], fitted[0].transform(WORDS)
    with pytest.raises(ValueError, match="decoder, which answers when the whole"):
        model.step(X[:1])
    with pytest.raises(ValueError, match="DecoderHead"):
        export_onnx(model, tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="DecoderHead"):
        explain(model, X[:1])
    with pytest.raises(ValueError, match=r"n_best must be an integer of at least 1"):
        model.predict_n_best(X, 0)
    with pytest.raises(ValueError, match=r"beam_size must be an integer.*got 1\.5"):
        model.predict(X, beam_size=1.5)
