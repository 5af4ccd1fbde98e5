"""What the torch peers share: the module of the tutorials, losses and targets."""

import numpy as np
import torch
from torch import nn

from implementations import n_threads

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
LOSSES = {
    "binary": nn.BCEWithLogitsLoss,
    "multiclass": nn.CrossEntropyLoss,
    "regression": nn.MSELoss,
}
OPTIMIZERS = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}


def limit_threads():
    """Let torch use as many threads as the environment allows."""
    torch.set_num_threads(n_threads())


def make_cell(workload, bidirectional, batch_first):
    """Make the recurrent layers of a workload."""
    return CELLS[workload.cell](
        workload.input_size,
        workload.hidden_size,
        num_layers=workload.num_layers,
        bidirectional=bidirectional,
        batch_first=batch_first,
        dropout=workload.dropout if workload.num_layers > 1 else 0.0,
    )


def make_embedding(workload):
    """Make the embedding of token ids; numbers pass as they are."""
    if not workload.is_tokens:
        return nn.Identity()
    return nn.Embedding(workload.vocabulary_size, workload.input_size, padding_idx=0)


def make_head(workload):
    """Make dropout and the output layer."""
    units = workload.n_directions * workload.hidden_size
    return nn.Sequential(
        nn.Dropout(workload.dropout), nn.Linear(units, workload.n_outputs)
    )


class RecurrentNet(nn.Module):
    """A padded batch goes in, (n_samples, n_outputs) comes out."""

    def __init__(self, workload):
        super().__init__()
        self.pooling = workload.pooling
        self.embedding = make_embedding(workload)
        self.rnn = make_cell(workload, workload.bidirectional, batch_first=True)
        self.head = make_head(workload)

    def forward(self, x):
        outputs, state = self.rnn(self.embedding(x))
        if self.pooling == "max":
            pooled = outputs.max(dim=1).values
        elif self.pooling == "final_state":
            hidden = state[0] if isinstance(state, tuple) else state
            pooled = torch.cat([hidden[-2], hidden[-1]], dim=1)
        else:
            pooled = outputs[:, -1]
        return self.head(pooled)


def pad_inputs(workload, X):
    """Return X as one array, token ids padded to the longest the workload allows."""
    return X.to_dense(workload.max_length) if workload.is_tokens else X


def shape_targets(workload, y):
    """Return y as the loss of the workload reads it."""
    if workload.task == "multiclass":
        return y
    return y.astype(np.float32)[:, np.newaxis]  # (n_samples, 1), as the outputs
