"""`TokenVectors`: counts, factors, means, and what they are worth."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import check_array
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_non_negative, validate_data

from sklearn_rnn import TextVectorizer, TokenVectors
from sklearn_rnn.sequences import Sequences
from sklearn_rnn.text._token_vectors import _information, _neighbours

ROWS = [[2, 3, 4], [3, 2, 1, 2], [5], [4, 4]]


def read(rows):
    return Sequences.from_list([np.array(row) for row in rows])


def tokens(rows):
    X = np.zeros((len(rows), max(map(len, rows))), dtype=np.int32)
    for padded, row in zip(X, rows, strict=True):
        padded[: len(row)] = row
    return sparse.csr_matrix(X)


def count_by_hand(rows, n_tokens, window):
    counts = np.zeros((n_tokens, n_tokens))
    for row in rows:
        for i, one in enumerate(row):
            for j, other in enumerate(row):
                if i != j and abs(i - j) <= window and min(one, other) > 1:
                    counts[one, other] += 1
    return counts


@pytest.mark.parametrize("window", [1, 2, 9])
def test_neighbours_are_counted_inside_a_sequence_and_without_the_unknown(window):
    counts = _neighbours(read(ROWS), 6, window).toarray()
    assert (counts == count_by_hand(ROWS, 6, window)).all()


def test_information_is_that_of_the_formula():
    counts = np.array([[0.0, 4.0, 1.0], [4.0, 0.0, 0.0], [1.0, 0.0, 2.0]])
    share = counts.sum(axis=0) ** 0.75
    share /= share.sum()
    with np.errstate(divide="ignore"):
        expected = np.log(counts / (counts.sum(axis=1, keepdims=True) * share))
    got = _information(sparse.csr_matrix(counts), 0.75).toarray()
    np.testing.assert_allclose(got, expected.clip(min=0), rtol=1e-6)


def test_all_components_give_the_information_back():
    rng = np.random.default_rng(0)
    rows = [rng.integers(2, 9, size=6).tolist() for _ in range(20)]
    made = TokenVectors(7, documents=False, window=2, random_state=0).fit(tokens(rows))
    information = _information(_neighbours(read(rows), 9, 2), 0.75).toarray()[2:, 2:]
    left, sizes, _ = np.linalg.svd(information)
    expected = left * np.sqrt(sizes)
    expected = (expected - expected.mean(axis=0)) / expected.std(axis=0)
    got = made.vectors_[2:]
    signs = np.sign((got * expected).sum(axis=0))
    np.testing.assert_allclose(got, expected * signs, atol=1e-4)


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_columns_have_mean_0_and_the_scale_over_the_tokens_seen(scale):
    rng = np.random.default_rng(0)
    rows = [rng.integers(2, 40, size=12).tolist() for _ in range(30)]
    made = TokenVectors(8, scale=scale, random_state=0)
    vectors = made.fit(tokens([*rows, [60, 1]])).vectors_
    seen = np.unique(np.concatenate([*rows, [60]]))
    np.testing.assert_allclose(vectors[seen].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(vectors[seen].std(axis=0), scale, atol=1e-5)
    assert not np.delete(vectors, [1, *seen], axis=0).any()


def test_fewer_texts_than_components_leave_columns_of_zeros():
    vectors = TokenVectors(20, random_state=0).fit(tokens(ROWS)).vectors_
    assert vectors.shape == (6, 20)
    assert np.isfinite(vectors).all()
    assert vectors[2:].any()
    assert not vectors[:, -1].any()


def test_a_sequence_is_the_mean_of_its_vectors_weighed_by_idf():
    made = TokenVectors(4, random_state=0).fit(tokens(ROWS))
    # 2 is in two of four documents, 3 too, 5 in one; 9 was not there.
    weight = np.log(5 / np.array([3, 3, 2])) + 1
    np.testing.assert_allclose(made.idf_[[2, 3, 5]], weight)
    features = made.transform(tokens([[2, 3, 5, 9, 1], [9, 1]]))
    expected = weight @ made.vectors_[[2, 3, 5]] / weight.sum()
    np.testing.assert_allclose(features, [expected, np.zeros(4)], rtol=1e-5, atol=1e-7)


def test_the_seed_gives_the_bits_and_the_order_of_texts_does_not_matter():
    made = TokenVectors(4, random_state=0).fit(tokens(ROWS)).vectors_
    again = TokenVectors(4, random_state=0).fit(tokens(ROWS)).vectors_
    assert (made == again).all()
    turned = TokenVectors(4, random_state=0).fit(tokens(ROWS[::-1])).vectors_
    assert (made == turned).all()


def test_tokens_of_the_same_neighbours_are_similar():
    texts = [f"the {animal} eats {food}" for animal in ("cat", "dog") for food in "abc"]
    texts += [
        f"we drive the {car} to {place}" for car in ("van", "bus") for place in "xyz"
    ]
    vectorizer = TextVectorizer()
    made = TokenVectors(6, random_state=0).fit(vectorizer.fit_transform(texts))
    words = vectorizer.vocabulary_
    ((best, similarity),) = made.most_similar("cat", 1, vocabulary=words)
    assert best == "dog"
    assert 0.9 < similarity <= 1.0 + 1e-9
    assert made.most_similar(words["cat"], 1)[0][0] == words["dog"]
    with pytest.raises(KeyError, match="'horse' has no vector"):
        made.most_similar("horse", vocabulary=words)


def test_ids_far_apart_are_refused_before_a_table_is_made():
    with pytest.raises(ValueError, match="2 token ids of up to 2000000000"):
        TokenVectors().fit(sparse.csr_matrix(np.array([[7], [2_000_000_000]])))


def test_names_and_set_output():
    made = TokenVectors(3, random_state=0).set_output(transform="pandas")
    frame = made.fit_transform(tokens(ROWS))
    assert list(frame.columns) == ["tokenvectors0", "tokenvectors1", "tokenvectors2"]


def test_a_few_labels_go_further_with_the_vectors_of_all_texts():
    rng = np.random.default_rng(0)
    good, bad = ([f"{tone}{i}" for i in range(60)] for tone in ("good", "bad"))
    labels = rng.integers(0, 2, size=600)
    texts = [" ".join(rng.choice((good, bad)[y], size=8)) for y in labels]
    few = slice(0, 12)
    reader = make_pipeline(TextVectorizer(), TokenVectors(16, random_state=0)).fit(
        texts
    )
    with_vectors = LogisticRegression().fit(reader.transform(texts[few]), labels[few])
    assert with_vectors.score(reader.transform(texts[12:]), labels[12:]) == 1.0


class OnCategories(TokenVectors):
    """Reads categories from 0 on, in as many columns as in `fit`, as ids from 2 on.

    The checks give such; they want another width refused, which ids may have, and
    negative numbers in words of their own.
    """

    def fit(self, X, y=None):
        return super().fit(_as_ids(X), y)

    def transform(self, X):
        ids = _as_ids(X)
        if hasattr(self, "n_features_in_") and np.ndim(ids) == 2:
            validate_data(self, ids, reset=False)
        return super().transform(ids)


def _as_ids(X):
    array = np.asarray(X.toarray() if sparse.issparse(X) else X)
    if array.ndim != 2 or array.dtype.kind not in "iufO":
        return X
    numbers = pd.to_numeric(array.ravel(), errors="coerce").reshape(array.shape)
    if numbers.size:
        check_non_negative(numbers, "OnCategories")
    if array.dtype.kind == "O" and not np.isfinite(numbers).all():
        return X
    check_array(numbers)  # finite, in the words that the checks want
    whole = numbers == np.round(numbers)
    return numbers.astype(int) + 2 if whole.all() else X


@pytest.mark.changes_global_state
@parametrize_with_checks([OnCategories(4, random_state=0)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)
