"""Vectors of tokens, counted from texts."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.extmath import randomized_svd
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import DocumentationLinkMixin, Interval, fit_context
from sklearn_rnn.sequences import (
    UNK,
    Sequences,
    canonical_rows,
    check_sequences,
    step_positions,
)

# Frequent contexts say less than their counts: Levy, Goldberg and Dagan (2015).
SMOOTHING = 0.75
# A table may have this many rows, or so many times as many as there are tokens.
FEW_ROWS, SPARSEST = 2**20, 16


class TokenVectors(
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    DocumentationLinkMixin,
    BaseEstimator,
):
    r"""Count a vector for each token from the sequences that it is in.

    Tokens that have the same neighbours, or are in the same documents, get similar
    vectors. They need no labels: many texts without labels help where few have one.

    Use them as ``embedding`` of a network, or as features of any estimator:
    `transform` gives the mean of the vectors of each sequence.

    Parameters
    ----------
    n_components : int, default=128
        Length of the vectors. Longer ones tell more, and need more text.
    window : int, default=5
        How many tokens to each side are neighbours. A small window finds tokens of
        the same kind, a large one those of the same subject.
    documents : bool, default=True
        Whether half of the components, rounded down, come from the documents that a
        token is in, and the others from its neighbours. With False all of them come
        from the neighbours.
    scale : float, default=1.0
        Standard deviation of each component over the tokens. A network moves short
        vectors further from where they start: as its ``embedding``, try 1 for few
        labels, and 0.1 for thousands of them.
    random_state : int, RandomState instance or None, default=None
        Seed of the random projection that finds the components. An int gives the same
        bits each time.

    Attributes
    ----------
    vectors_ : float32 ndarray of shape (n_tokens, n_components)
        Row ``i`` is the vector of the token with id ``i``. The rows of padding (0) and
        of ids that were not there in `fit` are zero; that of the unknown token (1) is
        the mean of the others.
    idf_ : float64 ndarray of shape (n_tokens,)
        How much each token counts in `transform`; 0 for padding, the unknown token
        and ids that were not there in `fit`.
    n_features_in_ : int
        Number of columns of X in `fit`.

    See Also
    --------
    TextVectorizer : Makes sequences of token ids of texts.
    load_vectors : Reads vectors that others have trained.

    Notes
    -----
    Let :math:`n_{ij}` be how often token :math:`j` is at most ``window`` steps from
    token :math:`i`, or, for ``documents``, how often document :math:`j` holds token
    :math:`i`. The positive pointwise mutual information is

    .. math::
        M_{ij} = \max\Bigl(0, \log \frac{n_{ij}}{n_{i \cdot} \, p_j}\Bigr), \qquad
        p_j = \frac{n_{\cdot j}^\alpha}{\sum_k n_{\cdot k}^\alpha}

    with :math:`\alpha = 0.75` for neighbours and 1 for documents [1]_. With its
    truncated singular value decomposition :math:`M \approx U S V^\top` [2]_ the vectors
    are the rows of :math:`U S^{1/2}`, each column then brought to mean 0 and standard
    deviation ``scale`` over the tokens. Where there are fewer components than asked
    for, the last columns are zero.

    A sequence of tokens :math:`x_1, \dots, x_T` is transformed to
    :math:`\sum_t w_{x_t} v_{x_t} / \sum_t w_{x_t}` with
    :math:`w_i = \log \frac{1 + n}{1 + d_i} + 1`, where :math:`d_i` of the :math:`n`
    sequences of `fit` hold token :math:`i`; to zeros if none of its tokens was there.

    References
    ----------
    .. [1] Levy, Goldberg and Dagan (2015). Improving distributional similarity with
       lessons learned from word embeddings. Transactions of the ACL 3.
    .. [2] Halko, Martinsson and Tropp (2011). Finding structure with randomness.
       SIAM Review 53.

    Examples
    --------
    >>> from sklearn_rnn import TextVectorizer, TokenVectors
    >>> texts = ["a red apple", "a green apple", "the red car", "the green car"]
    >>> vectorizer = TextVectorizer()
    >>> X = vectorizer.fit_transform(texts)
    >>> vectors = TokenVectors(2, random_state=0).fit(X)
    >>> vectors.vectors_.shape
    (8, 2)
    >>> similar = vectors.most_similar("red", 1, vocabulary=vectorizer.vocabulary_)
    >>> [token for token, similarity in similar]
    ['green']
    """

    _parameter_constraints: dict = {  # noqa: RUF012
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "window": [Interval(Integral, 1, None, closed="left")],
        "documents": ["boolean"],
        "scale": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components: int = 128,
        *,
        window: int = 5,
        documents: bool = True,
        scale: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.window = window
        self.documents = documents
        self.scale = scale
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: None = None) -> "TokenVectors":
        """Count the vectors.

        Parameters
        ----------
        X : {sparse matrix, array-like} of shape (n_samples, max_length)
            Token ids, as `TextVectorizer` gives them: row = sequence, column = step,
            padded on the right with 0.
        y : None
            Not used.

        Returns
        -------
        self : TokenVectors

        Raises
        ------
        ValueError
            If X holds no token ids, or ids so far apart that a table of all would be
            much larger than X.
        """
        sequences = _in_order(check_sequences(self, X, reset=True, input="tokens"))
        tokens = np.unique(sequences.values)
        tokens = tokens[tokens > UNK]
        n_tokens = _check_size(tokens)
        in_documents = _in_documents(sequences, n_tokens)
        n_documents = self.n_components // 2 if self.documents else 0
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        parts = [
            _vectors(counts, n_components, smoothing, seed)
            for counts, n_components, smoothing in (
                (
                    _neighbours(sequences, n_tokens, self.window),
                    self.n_components - n_documents,
                    SMOOTHING,
                ),
                (in_documents, n_documents, 1.0),
            )
        ]
        self.vectors_ = _standardized(np.hstack(parts), tokens, self.scale)
        self.idf_ = _idf(in_documents, tokens)
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Give the mean of the vectors of each sequence.

        Parameters
        ----------
        X : {sparse matrix, array-like} of shape (n_samples, max_length)
            Token ids, as in `fit`. Those that were not there are left out.

        Returns
        -------
        X_new : float32 ndarray of shape (n_samples, n_components)
        """
        check_is_fitted(self)
        sequences = check_sequences(self, X, reset=False, input="tokens")
        weights = _in_documents(sequences, len(self.idf_)).T.multiply(self.idf_)
        sums = np.asarray(weights.sum(axis=1)).reshape(-1, 1)
        means = (weights.tocsr() @ self.vectors_) / np.where(sums > 0, sums, 1.0)
        return means.astype(np.float32)

    def most_similar(
        self, token: Any, n: int = 10, *, vocabulary: Any = None
    ) -> list[tuple[Any, float]]:
        """Find the tokens whose vectors point most nearly the same way.

        Parameters
        ----------
        token : int or str
            The id of a token or, with ``vocabulary``, the token.
        n : int, default=10
            How many to give.
        vocabulary : dict of str to int, default=None
            ``vocabulary_`` of the `TextVectorizer` that made the ids.

        Returns
        -------
        similar : list of (token, similarity)
            The most similar first; an id each, or with ``vocabulary`` a str. The
            similarity is the cosine of the angle between the vectors, in [-1, 1].

        Raises
        ------
        KeyError
            If the token has no vector.
        """
        check_is_fitted(self)
        names = {id_: name for name, id_ in (vocabulary or {}).items()}
        row = token if vocabulary is None else vocabulary.get(token, UNK)
        known = np.flatnonzero(self.idf_)
        if row not in known:
            ids = "an id that was there in fit" if vocabulary is None else "a token"
            raise KeyError(
                f"{token!r} has no vector; give {ids}, or with vocabulary= one of its "
                "words."
            )
        vectors = self.vectors_[known].astype(np.float64)
        lengths = np.linalg.norm(vectors, axis=1)
        own = self.vectors_[row].astype(np.float64)
        products = vectors @ own / np.maximum(lengths * np.linalg.norm(own), 1e-300)
        products[known == row] = -np.inf
        order = np.argsort(-products, kind="stable")[: min(n, len(known) - 1)]
        return [(names.get(known[i], int(known[i])), float(products[i])) for i in order]

    @property
    def _n_features_out(self) -> int:
        """Asked for by `get_feature_names_out`."""
        return self.vectors_.shape[1]

    def __sklearn_tags__(self) -> Any:
        """Say that this takes token ids."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _check_size(tokens: NDArray[Any]) -> int:
    """Give the number of rows of a table with one for each id."""
    n_tokens = int(tokens.max(initial=UNK)) + 1
    if n_tokens > max(FEW_ROWS, SPARSEST * len(tokens)):
        raise ValueError(
            f"X holds {len(tokens)} token ids of up to {n_tokens - 1}, and a table of "
            f"vectors would have {n_tokens} rows; number the tokens from 2 on, as "
            "TextVectorizer does."
        )
    return n_tokens


def _in_order(sequences: Sequences) -> Sequences:
    """Put sequences into an order of their own, from which the bits follow."""
    rows, counts = canonical_rows(sequences, np.zeros(len(sequences)))
    return sequences[np.repeat(rows, counts.astype(np.int64))]


def _one_hot(tokens: NDArray[Any], n_tokens: int) -> sparse.csr_matrix:
    """Mark the token of each step in a matrix (n_steps, n_tokens)."""
    ones = np.ones(len(tokens), dtype=np.float32)
    return sparse.csr_matrix(
        (ones, tokens, np.arange(len(tokens) + 1)), shape=(len(tokens), n_tokens)
    )


def _neighbours(sequences: Sequences, n_tokens: int, window: int) -> sparse.csr_matrix:
    """Count for each two tokens how often one is near the other."""
    tokens, places = sequences.values, step_positions(sequences.lengths)
    counts = sparse.csr_matrix((n_tokens, n_tokens), dtype=np.float32)
    for distance in range(1, min(window, int(places.max())) + 1):
        left, right = tokens[:-distance], tokens[distance:]
        # `right` is in the same sequence if it has so many steps before it.
        counted = (places[distance:] >= distance) & (left > UNK) & (right > UNK)
        before = _one_hot(left[counted], n_tokens).T.tocsr()
        counts = counts + before @ _one_hot(right[counted], n_tokens)
    return counts + counts.T


def _in_documents(sequences: Sequences, n_tokens: int) -> sparse.csr_matrix:
    """Count how often each sequence holds each token, (n_tokens, n_samples)."""
    rows = np.repeat(np.arange(len(sequences)), sequences.lengths)
    tokens = sequences.values
    counted = (tokens > UNK) & (tokens < n_tokens)
    ones = np.ones(np.count_nonzero(counted), dtype=np.float32)
    shape = n_tokens, len(sequences)
    return sparse.csr_matrix((ones, (tokens[counted], rows[counted])), shape=shape)


def _vectors(
    counts: sparse.csr_matrix, n_components: int, smoothing: float, seed: int
) -> NDArray[np.float64]:
    """Factorize the positive pointwise mutual information of counts."""
    vectors = np.zeros((counts.shape[0], n_components))
    information = _information(counts, smoothing)
    if not n_components or not information.nnz:
        return vectors
    rank = min(n_components, *counts.shape)
    left, sizes, _ = randomized_svd(information, rank, n_iter=4, random_state=seed)
    vectors[:, :rank] = left * np.sqrt(sizes)
    return vectors


def _information(counts: sparse.csr_matrix, smoothing: float) -> sparse.csr_matrix:
    """Compute the positive pointwise mutual information of counts."""
    cells = counts.tocoo()
    by_row, by_column = (
        np.bincount(axis, cells.data, size)
        for axis, size in zip((cells.row, cells.col), cells.shape, strict=True)
    )
    share = by_column**smoothing
    share /= share.sum() or 1.0
    information = np.log(cells.data / (by_row[cells.row] * share[cells.col]))
    # What is zero up to rounding is left out: it would be noise in the last bit.
    positive = information > 1e-6
    cells = (cells.row[positive], cells.col[positive])
    return sparse.csr_matrix((information[positive], cells), shape=counts.shape)


def _standardized(
    vectors: NDArray[np.float64], tokens: NDArray[Any], deviation: float
) -> NDArray[np.float32]:
    """Bring each column to mean 0 and a deviation over the tokens; zero elsewhere."""
    table = np.zeros(vectors.shape, dtype=np.float32)
    if len(tokens):
        own = vectors[tokens]
        scale = own.std(axis=0)
        scale[scale <= 1e-6 * np.abs(own).max(axis=0, initial=1e-300)] = np.inf
        table[tokens] = deviation * (own - own.mean(axis=0)) / scale
        table[UNK] = table[tokens].mean(axis=0, dtype=np.float64)
    return table


def _idf(in_documents: sparse.csr_matrix, tokens: NDArray[Any]) -> NDArray[np.float64]:
    """Weigh each token by how few documents it is in."""
    in_documents.sum_duplicates()
    n_tokens, n_documents = in_documents.shape
    frequency = np.diff(in_documents.indptr)[tokens]
    idf = np.zeros(n_tokens)
    idf[tokens] = np.log((1 + n_documents) / (1 + frequency)) + 1.0
    return idf
