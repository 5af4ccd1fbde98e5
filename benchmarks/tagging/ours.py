"""`RNNTagger` with its defaults, but for what the workload says."""

from implementations import n_threads
from implementations.ours import to_sequences
from implementations.torch_model import limit_threads
from sklearn_rnn import RNNTagger, as_ragged

__all__ = ["Implementation", "limit_threads"]


class Implementation:
    def __init__(self, workload, codes):
        self.workload = workload
        self.X = to_sequences(codes.X)
        self.y = as_ragged([[codes.names[i] for i in row] for row in codes.y.to_list()])

    def fit(self, epochs):
        self.model = RNNTagger(
            self.workload.hidden_size,
            cell=self.workload.cell,
            bidirectional=self.workload.bidirectional,
            embedding_dim=self.workload.embedding_dim,
            optimizer=self.workload.optimizer,
            lr=self.workload.lr,
            lr_schedule=None,  # no peer changes its rate
            batch_size=self.workload.batch_size,
            max_epochs=epochs,
            early_stopping=False,  # nor holds data out
            n_jobs=n_threads(),
        ).fit(self.X, self.y)

    def predict(self):
        return self.model.predict(self.X)
