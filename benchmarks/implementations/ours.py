"""`RNNClassifier` and `RNNRegressor`: defaults, but for what the workload says."""

import numpy as np
from scipy.sparse import csr_matrix

from implementations import n_threads
from implementations.torch_model import limit_threads
from sklearn_rnn import RNNClassifier, RNNRegressor
from workloads import TokenRows

__all__ = ["Implementation", "limit_threads", "make_estimator", "to_sequences"]


def to_sequences(X):
    """Return token ids as `TextVectorizer` gives them, and numbers as they are."""
    if not isinstance(X, TokenRows):
        return X
    columns = np.concatenate([np.arange(length) for length in X.lengths])
    shape = len(X.lengths), max(X.lengths)
    return csr_matrix((X.values, columns, X.offsets), shape=shape)


def make_estimator(workload, epochs):
    """Make the estimator for a workload."""
    settings = {"embedding_dim": workload.embedding_dim} if workload.is_tokens else {}
    make = RNNRegressor if workload.task == "regression" else RNNClassifier
    return make(
        workload.hidden_size,
        cell=workload.cell,
        num_layers=workload.num_layers,
        bidirectional=workload.bidirectional,
        pooling=workload.pooling,
        dropout=workload.dropout,
        optimizer=workload.optimizer,
        lr=workload.lr,
        lr_schedule=None,  # no peer changes its rate
        batch_size=workload.batch_size,
        max_epochs=epochs,
        early_stopping=False,  # nor holds data out
        n_jobs=n_threads(),
        **settings,
    )


class Implementation:
    def __init__(self, workload, data):
        self.workload = workload
        self.X, self.y = to_sequences(data.X), data.y

    def fit(self, epochs):
        self.model = make_estimator(self.workload, epochs).fit(self.X, self.y)

    def predict(self):
        return self.model.predict(self.X)
