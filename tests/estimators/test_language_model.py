"""`RNNLanguageModel`: probabilities, long texts, samples, and what it learns."""

import itertools
import pickle

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn.base import clone
from sklearn.utils import check_array
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_non_negative, validate_data

from sklearn_rnn import (
    RNNLanguageModel,
    TextVectorizer,
    export_onnx,
    load,
    save,
)
from sklearn_rnn.estimators import _language_model
from sklearn_rnn.exceptions import SequenceError

SMALL = {"hidden_size": 8, "embedding_dim": 6, "max_epochs": 3, "random_state": 0}
rng = np.random.default_rng(0)
ROWS = [rng.integers(2, 6, size=rng.integers(1, 9)).tolist() for _ in range(30)]


def tokens(rows):
    lengths = list(map(len, rows))
    offsets = np.append(0, np.cumsum(lengths))
    columns = np.concatenate([np.arange(n) for n in lengths])
    ids = np.concatenate(rows).astype(np.int32)
    return sparse.csr_matrix((ids, columns, offsets), shape=(len(rows), max(lengths)))


def fit(rows=ROWS, **params):
    return RNNLanguageModel(**{**SMALL, **params}).fit(tokens(rows))


MODEL = fit()


# -- probabilities -----------------------------------------------------------------


def test_a_sequence_has_the_product_of_its_conditional_probabilities():
    row = [2, 5, 3]
    of_next = MODEL.predict_proba(tokens([row[:1], row[:2], row]))
    np.testing.assert_allclose(of_next.sum(axis=1), 1)
    log_first = MODEL.score_samples(tokens([[2]])) - np.log(of_next[0, 0])
    expected = log_first[0] + np.log(of_next[[0, 1, 2], [5, 3, 0]]).sum()
    np.testing.assert_allclose(MODEL.score_samples(tokens([row])), expected, rtol=1e-6)


def test_the_probabilities_of_all_texts_add_up_to_one():
    model = fit([[2, 3], [3], [2], [3, 2, 2]] * 4)
    total, longest = 0.0, 3
    for n in range(1, longest + 1):
        texts = [list(text) for text in itertools.product([1, 2, 3], repeat=n)]
        total += np.exp(model.score_samples(tokens(texts))).sum()
        # What goes on behind so many tokens, and the empty text.
    begun = tokens(texts)
    of_prefix = model.score_samples(begun) - np.log(model.predict_proba(begun)[:, 0])
    goes_on = np.exp(of_prefix) * (1 - model.predict_proba(begun)[:, 0])
    empty = np.exp(model._of_tokens(tokens([[2]]))[1])[0]
    of_first = (
        np.exp(model.score_samples(tokens([[1], [2], [3]])))
        / model.predict_proba(tokens([[1], [2], [3]]))[:, 0]
    )
    assert empty < 1
    np.testing.assert_allclose(total + goes_on.sum() + (1 - of_first.sum()), 1)


def test_score_is_the_mean_per_token_and_perplexity_its_exponential():
    X, weight = tokens(ROWS), rng.uniform(size=len(ROWS))
    n_tokens = np.diff(X.indptr) + 1
    total = (MODEL.score_samples(X) * weight).sum()
    score = MODEL.score(X, sample_weight=weight)
    assert score == pytest.approx(total / (n_tokens * weight).sum())
    assert MODEL.perplexity(X) == pytest.approx(np.exp(-MODEL.score(X)))


def test_a_text_gets_the_same_bits_alone_and_in_any_batch(monkeypatch):
    monkeypatch.setattr(_language_model, "PREDICTION_SEGMENT", 16)
    long = [rng.integers(2, 6, size=n).tolist() for n in (50, 3, 33, 64, 17)]
    together = MODEL.score_samples(tokens(long))
    proba = MODEL.predict_proba(tokens(long))
    for i, row in enumerate(long):
        assert MODEL.score_samples(tokens([row])) == together[i]
        assert (MODEL.predict_proba(tokens([row])) == proba[i]).all()


def test_long_texts_are_read_in_segments_as_if_whole(monkeypatch):
    X = tokens([rng.integers(2, 6, size=n).tolist() for n in (50, 3, 100)])
    expected = MODEL.score_samples(X), MODEL.predict_proba(X)
    monkeypatch.setattr(_language_model, "PREDICTION_SEGMENT", 7)
    got = MODEL.score_samples(X), MODEL.predict_proba(X)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_steps_one_by_one_are_the_probabilities_of_the_prefixes():
    row, state = [4, 2, 2, 9], None  # 9 was not there
    for t, token in enumerate(row, 1):
        proba, state = MODEL.step([token], state)
        expected = MODEL.predict_proba(tokens([row[:t]]))
        np.testing.assert_allclose(proba, expected, rtol=1e-5)


def test_ids_without_a_token_have_no_probability():
    model = fit([[2, 9], [9, 9, 2]] * 3)
    proba = model.predict_proba(tokens([[2], [9]]))
    assert not proba[:, 3:9].any()
    assert (proba[:, [0, 1, 2, 9]] > 0).all()
    unknown, unseen = model.score_samples(tokens([[2, 1], [2, 500]]))
    assert unknown == unseen
    assert np.isfinite(unknown)


# -- learning ----------------------------------------------------------------------


def make_chain(n_texts):
    """From each token to one of two, with .8 and .2; with .1 it is the last."""
    chain, texts = np.random.default_rng(1), []
    for _ in range(n_texts):
        row = [2]
        while chain.random() > 0.1:
            row.append(2 + (row[-1] - 2 + (1 if chain.random() < 0.8 else 2)) % 4)
        texts.append(row)
    return texts


@pytest.mark.parametrize("softmax", ["full", "sampled"])
def test_a_chain_is_learnt_to_its_entropy(softmax):
    texts = make_chain(500)
    learnt, asked = texts[:400], texts[400:]
    how = {"softmax": softmax, "n_negatives": 8, "lr": 0.03, "max_epochs": 30}
    model = fit(learnt, hidden_size=16, cell="gru", **how)
    assert model.net_.module_.head.n_negatives == (8 if softmax == "sampled" else 0)
    binary = stats.bernoulli.entropy
    n_tokens = sum(map(len, asked))
    entropy = n_tokens * (binary(0.1) + 0.9 * binary(0.2)) / (n_tokens + len(asked))
    assert -model.score(tokens(asked)) == pytest.approx(entropy, abs=0.06)


def test_one_long_text_is_read_in_as_many_pieces_as_streams():
    text = rng.integers(2, 6, size=1000).tolist()
    model = fit([text], batch_size=10, steps_per_update=20, max_epochs=1)
    # 1,001 steps: 51 segments, in ten pieces of six at most.
    assert model.net_.n_updates_ == 6


def test_weight_2_is_the_text_twice_in_any_order():
    weight = np.array([2, 1, 0] * 10)
    order = np.random.default_rng(2).permutation(np.repeat(np.arange(30), weight))
    model = RNNLanguageModel(**SMALL, dropout=0.3)
    weighted = clone(model).fit(tokens(ROWS), sample_weight=weight)
    copied = clone(model).fit(tokens([ROWS[i] for i in order]))
    X = tokens(ROWS)
    assert (weighted.score_samples(X) == copied.score_samples(X)).all()


def test_tied_weights_are_the_vectors_themselves():
    assert MODEL.net_.module_.head.table is None
    untied = fit(tie_weights=False)
    assert untied.net_.module_.head.table.shape == (6, 6)
    # Longer or shorter than the states, either way.
    assert fit(embedding_dim=11).perplexity(tokens(ROWS)) < 6


def test_parts_of_the_data_come_one_by_one():
    X = tokens(ROWS)
    model = RNNLanguageModel(**SMALL).partial_fit(X)
    first = model.perplexity(X)
    for _ in range(10):
        model.partial_fit(tokens([*ROWS, [70, 2]]))  # which is unknown
    assert model.perplexity(X) < first
    assert model.predict_proba(X).shape[1] == 6


def test_copies_have_the_same_bits(tmp_path):
    X = tokens(ROWS)
    model = fit(early_stopping=True)
    assert len(model.history_["valid_loss"]) == model.n_iter_
    save(model, tmp_path / "model")
    for copy in (pickle.loads(pickle.dumps(model)), load(tmp_path / "model")):
        assert (copy.score_samples(X) == model.score_samples(X)).all()
        assert (
            copy.sample(3, random_state=0) != model.sample(3, random_state=0)
        ).nnz == 0


def test_an_empty_text_is_one_unknown_token_and_a_long_one_loses_its_end():
    vectorizer = TextVectorizer(analyzer="char", max_length=4).fit(["abca", "cab"])
    X = vectorizer.transform(["", "abcabc", "abca"])
    empty, long, cut = MODEL.score_samples(X)
    assert empty == MODEL.score_samples(tokens([[1]]))[0]
    assert long == cut
    with pytest.raises(SequenceError, match="at least one step"):
        MODEL.score_samples([[2, 3], []])


def test_a_sample_has_at_most_max_length_tokens_behind_its_prompt():
    rows = drawn(n_samples=50, prompt=[2, 3, 4, 5, 2], max_length=3, random_state=0)
    lengths = [len(row) for row in rows]
    assert min(lengths) >= 5
    assert max(lengths) == 8


def test_an_onnx_model_is_refused_and_the_remedy_is_said(tmp_path):
    with pytest.raises(ValueError, match=r"cannot be exported.*sklearn_rnn\.save"):
        export_onnx(MODEL, tmp_path / "model.onnx")


# -- samples -----------------------------------------------------------------------


def drawn(model=MODEL, **how):
    X = model.sample(**how)
    return [row.tolist() for row in np.split(X.data, X.indptr[1:-1])]


def test_frequencies_are_those_of_the_probabilities():
    n_samples = 4000
    rows = drawn(n_samples=n_samples, prompt=[3], max_length=1, random_state=0)
    counts = np.bincount([row[1] if len(row) > 1 else 0 for row in rows], minlength=6)
    expected = MODEL.predict_proba(tokens([[3]]))[0] * n_samples
    assert (expected > 5).all()
    assert stats.chisquare(counts, expected).pvalue > 0.01


def test_the_seed_gives_the_samples_and_the_prompt_their_beginning():
    one, two = (drawn(n_samples=5, random_state=7) for _ in range(2))
    assert one == two
    assert one != drawn(n_samples=5, random_state=8)
    for prompt in ([4, 77], tokens([[4, 77]])):  # which was not there
        rows = drawn(n_samples=3, prompt=prompt, random_state=0)
        assert {tuple(row[:2]) for row in rows} == {(4, 77)}
    assert len(drawn(prompt=[], random_state=0)) == 1


@pytest.mark.parametrize("how", [{"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}])
def test_the_most_probable_token_each_time(how):
    (row,) = drawn(prompt=[2], max_length=6, random_state=0, **how)
    for t in range(1, len(row)):
        assert row[t] == MODEL.predict_proba(tokens([row[:t]]))[0].argmax()


def test_only_what_is_probable_enough_is_drawn():
    proba = MODEL.predict_proba(tokens([[2]]))[0]
    order = np.argsort(-proba)
    for how, kept in (
        ({"top_k": 2}, 2),
        ({"top_p": 0.6}, int(np.searchsorted(np.cumsum(proba[order]), 0.6)) + 1),
    ):
        rows = drawn(n_samples=300, prompt=[2], max_length=1, random_state=0, **how)
        seen = {row[1] if len(row) > 1 else 0 for row in rows}
        assert seen == set(order[:kept].tolist())


def test_samples_become_texts():
    names = ["anna", "hanna", "johanna"]
    vectorizer = TextVectorizer(analyzer="char")
    X = vectorizer.fit_transform(names)
    model = RNNLanguageModel(16, max_epochs=200, lr=0.02, random_state=0).fit(X)
    said = vectorizer.decode(model.sample(20, random_state=0))
    assert np.isin(said, names).mean() > 0.7


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"temperature": -1}, "temperature must be a finite number of at least 0"),
        ({"top_k": 0}, "top_k must be an integer of at least 1"),
        ({"top_p": 1.5}, r"top_p must be in \(0, 1\]"),
        ({"max_length": 2.5}, "max_length must be an integer"),
        ({"prompt": [[2, 3], [4, 5]]}, "ids of one sequence, got 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(how, error):
    with pytest.raises(ValueError, match=error):
        MODEL.sample(**how)


def test_characters_and_numbers_are_refused():
    words = TextVectorizer(characters=True).fit_transform(["a dog", "a cat"])
    with pytest.raises(ValueError, match="X holds characters beside them"):
        RNNLanguageModel(**SMALL).fit(words)
    with pytest.raises(ValueError, match="must be integers"):
        RNNLanguageModel(**SMALL).fit(rng.normal(size=(5, 4)))


# -- scikit-learn's checks ---------------------------------------------------------


class OnCategories(RNNLanguageModel):
    """Reads numbers from 0 on, in as many columns as in `fit`, as ids from 2 on.

    A dense X only: for a sparse one a check asks what has `predict_proba` for its
    classes.
    """

    def fit(self, X, y=None, sample_weight=None):
        return super().fit(_as_ids(X), y, sample_weight)

    def partial_fit(self, X, y=None, sample_weight=None):
        return super().partial_fit(self._of_width(X), y, sample_weight)

    def _read(self, X):
        return super()._read(self._of_width(X))

    def _of_width(self, X):
        ids = _as_ids(X)
        if hasattr(self, "n_features_in_") and np.ndim(ids) == 2:
            validate_data(self, ids, reset=False)
        return ids

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def _as_ids(X):
    if sparse.issparse(X):
        raise TypeError("Sparse data was passed, but dense data is required.")
    array = np.asarray(X)
    if array.ndim != 2 or array.dtype.kind not in "iufO" or not array.size:
        return X
    try:
        numbers = array.astype(float)
    except (TypeError, ValueError):
        return X
    check_non_negative(numbers, "OnCategories")
    return np.floor(3 * check_array(numbers)).astype(int) + 2


@pytest.mark.changes_global_state
@parametrize_with_checks([OnCategories(4, max_epochs=2, random_state=0)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)
