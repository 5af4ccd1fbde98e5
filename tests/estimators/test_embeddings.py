"""Vectors of words: given or learnt, frozen or not, unknown, and new later."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    PredefinedSplit,
    cross_validate,
)
from sklearn.pipeline import Pipeline, make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    TextVectorizer,
    TokenVectors,
    load,
    load_vectors,
    save,
)
from sklearn_rnn.callbacks import Checkpoint
from sklearn_rnn.sequences import PAD, UNK

SMALL = {"hidden_size": 4, "embedding_dim": 5, "max_epochs": 3, "random_state": 0}

TEXTS = ["good film", "bad film", "a good one", "a bad one"] * 3
TONES = np.array(["pos", "neg"] * 6)
WORDS = ["a", "bad", "film", "good", "one", "never"]
VECTORS = dict(zip(WORDS, np.random.default_rng(0).normal(size=(6, 3)), strict=True))

# Ids 2 to 6 often, so that none of them is rare; 9 is nowhere.
IDS = np.array([[2, 3, 4], [3, 5, 0], [6, 2, 0], [4, 5, 6], [2, 6, 3], [5, 4, 0]] * 2)
CODES = np.array([0, 1, 0, 1, 0, 1] * 2)
# The ids 7 and 8 are there once each.
RARE = np.vstack([IDS, [[7, 2, 3], [4, 8, 0]]])
RARE_CODES = np.append(CODES, [0, 1])


def tokens(rows):
    return sparse.csr_matrix(np.array(rows))


def vectors_of(model):
    return model.net_.module_.embedder.tokens.weight.detach().numpy().copy()


def logits(model, rows):
    return model.decision_function(tokens(rows))


# -- vectors that were given -----------------------------------------------------


def test_given_vectors_are_searched_over_in_a_pipeline():
    vocabulary, matrix = load_vectors(VECTORS)
    given = matrix.copy()
    pipe = Pipeline(
        [
            ("tokens", TextVectorizer(vocabulary=vocabulary)),
            ("rnn", RNNClassifier(**SMALL, embedding=matrix)),
        ]
    )
    pipe.set_params(rnn__max_epochs=20, rnn__lr=0.05)
    frozen = {"module__freeze_embedding": True}
    grid = {"rnn__net_params": [frozen, None], "rnn__hidden_size": [3, 8]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(TEXTS, TONES)

    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ == 1.0  # the tone is in one word, so a net can tell
    best = search.best_estimator_[-1]
    assert best.net_.module_.embedder.tokens.weight.shape == matrix.shape
    assert best.hidden_size == search.best_params_["rnn__hidden_size"]
    assert np.array_equal(matrix, given)
    assert pipe.get_params()["rnn__embedding"] is matrix


@pytest.mark.parametrize("convert", [np.asarray, np.ndarray.tolist, np.float64])
def test_frozen_vectors_stay_and_others_move(convert):
    vocabulary, matrix = load_vectors(VECTORS)
    X = TextVectorizer(vocabulary=vocabulary).fit_transform(TEXTS)
    frozen = RNNClassifier(
        **SMALL,
        embedding=convert(matrix),
        net_params={"module__freeze_embedding": True, "optimizer__weight_decay": 0.1},
    )
    assert np.array_equal(vectors_of(frozen.fit(X, TONES)), matrix)

    free = RNNClassifier(**SMALL, embedding=convert(matrix)).fit(X, TONES)
    moved = (vectors_of(free) != matrix).any(axis=1)
    seen = np.bincount(X.data, minlength=len(matrix)) > 0
    assert moved[seen].all()
    assert not moved[vocabulary["never"]]
    assert not moved[PAD]


def test_frozen_vectors_stay_in_partial_fit_and_after_a_pickle():
    _, matrix = load_vectors(VECTORS)
    model = RNNClassifier(
        **SMALL, embedding=matrix, net_params={"module__freeze_embedding": True}
    )
    for _ in range(2):
        model.partial_fit(tokens(IDS), CODES, classes=[0, 1])
    assert np.array_equal(vectors_of(model), matrix)


def test_a_given_vector_is_used_for_a_word_no_training_text_held():
    vocabulary, matrix = load_vectors(VECTORS)
    pipe = make_pipeline(
        TextVectorizer(vocabulary=vocabulary),
        RNNClassifier(**SMALL, embedding=matrix),
    ).fit(TEXTS, TONES)
    never, unheard = pipe.decision_function(["never", "unheard"])
    assert never != unheard

    # Its id is 7; the vector at that place is read.
    other = matrix.copy()
    other[vocabulary["never"]] = matrix[vocabulary["good"]]
    pipe.set_params(
        rnnclassifier__embedding=other,
        rnnclassifier__net_params={"module__freeze_embedding": True},
    )
    never, good = pipe.fit(TEXTS, TONES).decision_function(["never", "good"])
    assert never == good


def test_given_vectors_set_the_size_of_the_table():
    _, matrix = load_vectors(VECTORS)
    model = RNNClassifier(**SMALL, embedding=matrix).fit(tokens(RARE + 3), RARE_CODES)
    assert len(model.token_counts_) == len(matrix)
    assert np.array_equal(logits(model, [[11, 0, 0]]), logits(model, [[UNK, 0, 0]]))


# -- vectors that an estimator makes ----------------------------------------------


def counted(**params):
    return TokenVectors(**{"n_components": 4, "random_state": 0, **params})


def test_an_estimator_is_cloned_and_sees_the_training_rows_only():
    # Each third of the rows has a token of its own, and so has each tenth.
    X = np.column_stack([np.repeat([20, 21, 22], 4), IDS])
    embedding = counted()
    model = RNNClassifier(**SMALL, embedding=embedding)
    scores = cross_validate(model, tokens(X), CODES, cv=KFold(3), return_estimator=True)
    for k, fitted in enumerate(scores["estimator"]):
        seen = np.flatnonzero(fitted.embedding_.idf_)
        assert {20, 21, 22} - set(seen) == {20 + k}
        expected = counted().fit(tokens(np.delete(X, fold(k), axis=0)))
        assert (fitted.embedding_.idf_ == expected.idf_).all()
    model.fit(tokens(X), CODES)  # by itself, for a search clones what it is given
    assert not hasattr(embedding, "vectors_")


def fold(k):
    return slice(4 * k, 4 * (k + 1))


def test_nor_does_it_see_the_validation_rows():
    X = np.column_stack([np.arange(20, 32), IDS])
    model = RNNClassifier(**SMALL, embedding=counted(), early_stopping=True)
    model.set_params(validation_fraction=PredefinedSplit([0] * 3 + [-1] * 9))
    seen = np.flatnonzero(model.fit(tokens(X), CODES).embedding_.idf_)
    assert set(range(20, 32)) & set(seen) == set(range(23, 32))


def test_training_starts_from_the_vectors_that_it_makes():
    model = RNNClassifier(**SMALL, embedding=counted())
    model.set_params(net_params={"module__freeze_embedding": True})
    model.fit(tokens(IDS), CODES)
    assert (vectors_of(model)[2:] == model.embedding_.vectors_[2:]).all()


def test_with_frozen_vectors_words_that_training_never_saw_are_known():
    vectors = counted().fit(tokens([*IDS, [7, 8, 2], [7, 3, 8]]))
    frozen = RNNClassifier(**SMALL, embedding=FrozenEstimator(vectors))
    frozen.fit(tokens(IDS), CODES)
    assert frozen.embedding_.vectors_ is vectors.vectors_
    assert (vectors_of(frozen)[7:9] == vectors.vectors_[7:9]).all()
    assert logits(frozen, [[7, 2, 0]]) != logits(frozen, [[1, 2, 0]])
    refitted = RNNClassifier(**SMALL, embedding=vectors).fit(tokens(IDS), CODES)
    assert logits(refitted, [[7, 2, 0]]) == logits(refitted, [[1, 2, 0]])


def test_its_parameters_are_searched_over_and_what_it_made_is_kept(tmp_path):
    pipe = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL, embedding=counted()))
    grid = {"rnnclassifier__embedding__n_components": [2, 6]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(TEXTS, TONES)
    model = search.best_estimator_
    save(model, tmp_path / "model")
    for again in (load(tmp_path / "model"), pickle.loads(pickle.dumps(model))):
        assert (again.predict_proba(TEXTS) == model.predict_proba(TEXTS)).all()


def test_its_seed_follows_from_that_of_the_fit_unless_it_has_one():
    def fit(**params):
        model = RNNClassifier(**SMALL, embedding=counted(**params))
        return model.fit(tokens(IDS), CODES).embedding_

    one, two = fit(random_state=None), fit(random_state=None)
    assert (one.vectors_ == two.vectors_).all()
    assert one.random_state is not None
    assert fit(random_state=7).random_state == 7


def test_an_estimator_without_vectors_is_refused():
    model = RNNClassifier(**SMALL, embedding=TruncatedSVD(2))
    with pytest.raises(TypeError, match=r"no vectors_ after fit.*TokenVectors\(\)"):
        model.fit(tokens(IDS), CODES)


def test_a_checkpoint_knows_frozen_vectors_by_what_they_are(tmp_path):
    def fit(rows):
        vectors = FrozenEstimator(counted().fit(tokens(rows)))
        model = RNNClassifier(**SMALL, embedding=vectors)
        model.set_params(callbacks=[Checkpoint(tmp_path / "fit")])
        return model.fit(tokens(IDS), CODES)

    fit(IDS)
    with pytest.raises(ValueError, match="embedding"):
        fit(IDS[:8])


# -- padding ---------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_the_vector_of_padding_stays_zero(optimizer):
    decay = {"optimizer__weight_decay": 0.1}
    model = RNNClassifier(**SMALL, optimizer=optimizer, net_params=decay, lr=0.1)
    model.fit(tokens(RARE), RARE_CODES)
    assert not vectors_of(model)[PAD].any()
    matrix = np.ones((9, 3))  # even where another one was given
    model.set_params(embedding=matrix).fit(tokens(RARE), RARE_CODES)
    assert not vectors_of(model)[PAD].any()
    assert (matrix == 1).all()


# -- the unknown word ------------------------------------------------------------


def test_words_of_frequency_one_train_the_unknown_word():
    _, matrix = load_vectors({str(i): vector for i, vector in enumerate(np.eye(7))})
    model = RNNClassifier(**{**SMALL, "max_epochs": 10}, embedding=matrix)
    trained = vectors_of(model.fit(tokens(RARE), RARE_CODES))
    assert (trained[UNK] != matrix[UNK]).any()
    mean = trained[UNK + 1 :].mean(axis=0)
    assert not np.allclose(trained[UNK], mean)


def test_learnt_vectors_train_the_unknown_word_too():
    start = RNNClassifier(**{**SMALL, "max_epochs": 1}, lr=1e-30)
    start = vectors_of(start.fit(tokens(RARE), RARE_CODES))
    trained = RNNClassifier(**{**SMALL, "max_epochs": 10})
    trained = vectors_of(trained.fit(tokens(RARE), RARE_CODES))
    assert np.linalg.norm(trained[UNK] - start[UNK]) > 0.01


def test_unknown_words_in_training_train_the_unknown_word():
    rows = np.where(IDS == 2, UNK, IDS)
    model = RNNClassifier(**SMALL).fit(tokens(rows), CODES)
    vectors = vectors_of(model)
    assert not np.allclose(vectors[UNK], vectors[3:7].mean(axis=0))


@pytest.mark.parametrize("estimator_class", [RNNClassifier, RNNRegressor])
def test_without_rare_words_the_unknown_word_is_the_mean_of_the_known(estimator_class):
    rows = np.where(IDS == 6, 8, IDS)  # of 2, 3, 4, 5 and 8: 6 and 7 have no vector
    model = estimator_class(**SMALL).fit(tokens(rows), CODES)
    vectors = vectors_of(model)
    mean = vectors[[2, 3, 4, 5, 8]].mean(axis=0)
    np.testing.assert_allclose(vectors[UNK], mean, rtol=1e-5, atol=1e-7)


def test_without_rare_words_the_unknown_word_is_the_mean_of_the_given_vectors():
    _, matrix = load_vectors(VECTORS)
    matrix[UNK] = 77.0  # a start that would show
    model = RNNClassifier(**SMALL, embedding=matrix).fit(tokens(IDS), CODES)
    vectors = vectors_of(model)
    mean = vectors[UNK + 1 :].mean(axis=0)
    np.testing.assert_allclose(vectors[UNK], mean, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("with_rare", [False, True])
@pytest.mark.parametrize("unseen", [9, 10, 2**31 - 1])
def test_ids_that_fit_did_not_see_are_read_as_the_unknown_word(with_rare, unseen):
    rows = np.vstack([RARE if with_rare else IDS, [[10, 11, 10]], [[11, 2, 11]]])
    rows[rows == 10] = 12  # 9 and 10 are in the table, but were not seen
    model = RNNClassifier(**SMALL).fit(tokens(rows), [*RARE_CODES, 0, 1][: len(rows)])
    assert len(model.token_counts_) == 13
    given = logits(model, [[unseen, 3, 0], [2, unseen, 4], [unseen, unseen, unseen]])
    unknown = logits(model, [[UNK, 3, 0], [2, UNK, 4], [UNK, UNK, UNK]])
    assert np.array_equal(given, unknown)
    assert (given != logits(model, [[5, 3, 0], [2, 5, 4], [5, 5, 5]])).all()


def test_documents_of_unknown_words_are_predicted_alike():
    pipe = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)).fit(TEXTS, TONES)
    probabilities = pipe.predict_proba(["x y z", "u v w", ""])
    assert np.isfinite(probabilities).all()
    assert np.array_equal(probabilities[0], probabilities[1])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert not np.array_equal(probabilities[0], pipe.predict_proba(["good film"])[0])


def test_a_fit_on_nothing_but_unknown_words_works():
    rows = [[UNK, 0], [UNK, UNK]] * 4
    model = RNNClassifier(**{**SMALL, "max_epochs": 60}, lr=0.05)
    model.fit(tokens(rows), [0, 1] * 4)
    assert model.score(tokens(rows), [0, 1] * 4) == 1.0  # the lengths tell


# -- new words later -------------------------------------------------------------

# With a learning rate that moves no float32 weight, what is left is the growth itself.
STILL = {**SMALL, "lr": 1e-30}
LATER = np.where(IDS == 2, 11, IDS)  # a word that comes later, and often


@pytest.mark.parametrize("with_rare", [False, True])
def test_growth_itself_moves_no_old_word_and_starts_new_ones_as_unknown(with_rare):
    rows, y = (RARE, RARE_CODES) if with_rare else (IDS, CODES)
    old = [[2, 3, 4], [5, 6, 0], [3, 0, 0]]
    model = RNNClassifier(**STILL).partial_fit(tokens(rows), y, classes=[0, 1])
    before = logits(model, old)
    unknown = logits(model, [[11, 3, 0], [2, 11, 4]])

    model.partial_fit(tokens(LATER), CODES)
    assert len(model.token_counts_) == len(vectors_of(model)) == 12
    assert np.array_equal(logits(model, old), before)
    assert np.array_equal(logits(model, [[11, 3, 0], [2, 11, 4]]), unknown)


def test_new_words_are_learnt():
    model = RNNClassifier(**SMALL, lr=0.05)
    model.partial_fit(tokens(IDS), CODES, classes=[0, 1])
    rows = np.array([[11, 3, 0], [12, 3, 0]] * 6)  # only the new words tell
    for _ in range(30):
        model.partial_fit(tokens(rows), CODES)
    assert model.score(tokens(rows), CODES) == 1.0
    assert model.n_iter_ == 31


def test_a_word_is_no_longer_unknown_once_it_was_seen():
    model = RNNClassifier(**SMALL).partial_fit(tokens(IDS), CODES, classes=[0, 1])
    assert np.array_equal(logits(model, [[7, 0, 0]]), logits(model, [[UNK, 0, 0]]))
    model.partial_fit(tokens(np.where(IDS == 2, 7, IDS)), CODES)
    assert not np.array_equal(logits(model, [[7, 0, 0]]), logits(model, [[UNK, 0, 0]]))


def test_growth_keeps_the_optimiser():
    """A word nobody uses makes the table longer, and training is as without it."""
    plain = RNNClassifier(**SMALL).partial_fit(tokens(RARE), RARE_CODES, classes=[0, 1])
    grown = RNNClassifier(**SMALL).partial_fit(tokens(RARE), RARE_CODES, classes=[0, 1])
    grown.token_counts_ = np.append(grown.token_counts_, [0, 0, 0])
    for model in (plain, grown):
        model.partial_fit(tokens(RARE), RARE_CODES)
    assert len(vectors_of(grown)) == len(vectors_of(plain)) + 3
    assert np.array_equal(logits(grown, RARE), logits(plain, RARE))


def test_a_warm_start_takes_new_words():
    model = RNNClassifier(**SMALL, warm_start=True).fit(tokens(IDS), CODES)
    model.fit(tokens(LATER), CODES)
    assert len(vectors_of(model)) == 12
    assert not np.array_equal(logits(model, [[11, 0, 0]]), logits(model, [[UNK, 0, 0]]))


def test_given_vectors_do_not_grow():
    _, matrix = load_vectors(VECTORS)
    model = RNNClassifier(**SMALL, embedding=matrix)
    model.partial_fit(tokens(IDS), CODES, classes=[0, 1]).partial_fit(
        tokens(LATER), CODES
    )
    assert len(vectors_of(model)) == len(matrix)
    assert np.array_equal(logits(model, [[11, 0, 0]]), logits(model, [[UNK, 0, 0]]))


# -- ids far apart ---------------------------------------------------------------------

FAR = 2_000_000_000


def apart(rows, by=FAR):
    """Move the ids from 5 on far away from the others, in the order they have."""
    rows = np.asarray(rows)
    return np.where(rows > 4, rows + by - 100, rows)


def test_ids_far_apart_take_a_vector_each_and_the_bits_of_their_neighbours():
    # fit orders rows by what they hold, and partial_fit takes them as they come
    near, far = (
        RNNClassifier(**SMALL).partial_fit(tokens(rows), RARE_CODES, classes=[0, 1])
        for rows in (RARE, apart(RARE))
    )
    assert near.token_ids_ is None
    np.testing.assert_array_equal(far.token_ids_, apart(range(2, 9)))
    np.testing.assert_array_equal(vectors_of(far), vectors_of(near))
    expected = logits(near, [*RARE, [UNK, 9, 12]])
    for model in (far, pickle.loads(pickle.dumps(far))):
        found = logits(model, [*apart(RARE), [UNK, 70_000, FAR + 9]])
        np.testing.assert_array_equal(found, expected)


def test_ids_far_apart_that_come_later_have_a_vector_each():
    model = RNNClassifier(**STILL).partial_fit(tokens(RARE), RARE_CODES, classes=[0, 1])
    before = logits(model, RARE)
    unknown = logits(model, [[UNK, 3, 0]])
    for n_ids, new in ((10, FAR), (11, FAR - 7), (11, FAR)):
        rows = np.where(IDS == 2, new, IDS)
        model.partial_fit(tokens(rows), CODES)
        assert len(model.token_counts_) == len(vectors_of(model)) == n_ids
        np.testing.assert_array_equal(model.token_ids_[7:], [FAR, FAR - 7][: n_ids - 9])
        np.testing.assert_array_equal(logits(model, RARE), before)
        np.testing.assert_array_equal(logits(model, [[new, 3, 0]]), unknown)
    assert model.token_counts_[9] == 6


def test_given_vectors_are_never_renumbered():
    vectors = np.ones((80_000, 2))
    rows = np.where(IDS == 2, 10**6, IDS)  # which has no vector
    model = RNNClassifier(**SMALL, embedding=vectors).fit(tokens(rows), CODES)
    assert model.token_ids_ is None
    assert len(model.token_counts_) == 80_000
