"""A careful loop in torch: rows of similar length together, padded to their batch.

Token ids are in one flat tensor, batches are time-major, Adam is the fused one.
Rows of unequal length are never packed, for packing is slower; a bidirectional layer
over them is run one direction at a time, the second on rows reversed within their
lengths.
"""

import numpy as np
import torch
from torch import nn

from implementations.torch_model import (
    LOSSES,
    OPTIMIZERS,
    limit_threads,
    make_cell,
    make_embedding,
    make_head,
    shape_targets,
)

__all__ = ["Implementation", "limit_threads"]

BATCHES_PER_POOL = 50


class RaggedNet(nn.Module):
    """Reads time-major batches padded on the right."""

    def __init__(self, workload):
        super().__init__()
        self.pooling = workload.pooling
        self.is_ragged = workload.is_ragged
        self.embedding = make_embedding(workload)
        split = workload.bidirectional and workload.is_ragged
        if split and (workload.num_layers > 1 or workload.pooling != "max"):
            raise NotImplementedError("two directions of unequal rows: one layer, max")
        both = workload.bidirectional and not split
        self.rnn = make_cell(workload, both, batch_first=False)
        self.backward_rnn = None
        if split:
            self.backward_rnn = make_cell(workload, False, batch_first=False)
        self.head = make_head(workload)

    def forward(self, x, lengths):
        x = self.embedding(x)  # (n_timesteps, n_samples, n_features)
        outputs, state = self.rnn(x)
        if self.backward_rnn is not None:
            # The maximum does not ask for the order of the steps: no need to turn
            # them back.
            backward, _ = self.backward_rnn(reverse_within_length(x, lengths))
            outputs = torch.cat([outputs, backward], dim=2)
        return self.head(self._pool(outputs, state, lengths))

    def _pool(self, outputs, state, lengths):
        if self.pooling == "max":
            if self.is_ragged:
                padding = steps_of(outputs) >= lengths
                outputs = outputs.masked_fill(padding.unsqueeze(2), -torch.inf)
            return outputs.amax(dim=0)
        if self.pooling == "final_state":
            hidden = state[0] if isinstance(state, tuple) else state
            return torch.cat([hidden[-2], hidden[-1]], dim=1)
        return outputs[lengths - 1, torch.arange(len(lengths))]


def steps_of(x):
    """Number the time steps of a time-major batch, (n_timesteps, 1)."""
    return torch.arange(len(x)).unsqueeze(1)


def reverse_within_length(x, lengths):
    """Turn the real steps of each row around and leave its padding in place."""
    step = steps_of(x)
    source = torch.where(step < lengths, lengths - 1 - step, step)
    index = source * x.shape[1] + torch.arange(x.shape[1])  # (n_timesteps, n_samples)
    return x.flatten(0, 1)[index]


def make_optimizer(workload, parameters):
    """Make the optimiser, fused where torch has that for the processor."""
    fused = {"fused": True} if workload.optimizer == "adam" else {}
    return OPTIMIZERS[workload.optimizer](parameters, lr=workload.lr, **fused)


def cut(order, size):
    """Cut row numbers into pieces of `size`."""
    return [order[start : start + size] for start in range(0, len(order), size)]


class Implementation:
    def __init__(self, workload, data):
        self.workload = workload
        n_rows = workload.n_measured
        self.y = torch.from_numpy(shape_targets(workload, data.y))
        if workload.is_tokens:
            self.tokens = torch.from_numpy(data.X.values.astype(np.int64))
            self.starts = torch.from_numpy(data.X.offsets[:-1])
            self.lengths = torch.from_numpy(data.X.lengths)
        else:
            self.numbers = torch.from_numpy(data.X)
            self.lengths = torch.full((n_rows,), workload.max_length)

    def fit(self, epochs):
        workload = self.workload
        self.net = RaggedNet(workload)
        loss_of = LOSSES[workload.task]()
        optimizer = make_optimizer(workload, self.net.parameters())
        self.net.train()
        for _ in range(epochs):
            for rows in self._random_batches():
                optimizer.zero_grad()
                loss = loss_of(self.net(*self._inputs(rows)), self.y[rows])
                loss.backward()
                optimizer.step()

    def predict(self):
        order = torch.argsort(self.lengths, descending=True)
        outputs = torch.empty(len(order), self.workload.n_outputs)
        self.net.eval()
        with torch.no_grad():
            for rows in cut(order, self.workload.batch_size):
                outputs[rows] = self.net(*self._inputs(rows))
        return outputs.numpy()

    def _random_batches(self):
        order = torch.randperm(len(self.lengths))
        batch_size = self.workload.batch_size
        if self.workload.is_ragged:
            pools = cut(order, batch_size * BATCHES_PER_POOL)
            order = torch.cat([pool[self.lengths[pool].argsort()] for pool in pools])
        batches = cut(order, batch_size)
        return [batches[i] for i in torch.randperm(len(batches))]

    def _inputs(self, rows):
        """Return a time-major batch and the lengths of its rows."""
        lengths = self.lengths[rows]
        if not self.workload.is_tokens:
            return self.numbers[rows].transpose(0, 1), lengths
        step = torch.arange(int(lengths.max())).unsqueeze(1)
        position = torch.where(step < lengths, self.starts[rows] + step, 0)
        return self.tokens[position].masked_fill_(step >= lengths, 0), lengths
