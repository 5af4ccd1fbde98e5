"""The checks of what reads token ids and needs no targets, such as language models."""

import numpy as np
from scipy import sparse

from sklearn_rnn.testing._predictions import UNK, assert_same
from sklearn_rnn.testing._subject import Subject


def check_sparse_rows_and_lists_of_ids_are_the_same(subject: Subject) -> None:
    """Ids may come as arrays of a list or as a sparse matrix, and empty columns too."""
    X, _ = subject.noise()
    expected = subject.said(subject.fitted, X)
    for n_more in (0, 3):
        matrix = np.zeros((len(X), max(map(len, X)) + n_more), dtype=np.int32)
        for row, ids in zip(matrix, X, strict=True):
            row[: len(ids)] = ids
        said = subject.said(subject.fitted, sparse.csr_matrix(matrix))
        assert_same(said, expected, f"They came sparse, {n_more} columns wider")


def check_new_tokens_are_unknown(subject: Subject) -> None:
    """Tokens that `fit` did not see read as the unknown one, id 1."""
    unknown, *new = (
        subject.said(subject.fitted, [np.array([2, i, 3]), np.array([i])])
        for i in (UNK, 40, 10**6)
    )
    for said in new:
        assert_same(said, unknown, "A token was new")


def check_the_order_of_rows_in_fit_does_not_matter(subject: Subject) -> None:
    """Rows in another order give the same bits."""
    X, _ = subject.noise()
    expected = subject.said(subject.fitted, X)
    said = subject.said(subject.fit(X[::-1], None), X)
    assert_same(said, expected, "The rows of fit were in another order")
