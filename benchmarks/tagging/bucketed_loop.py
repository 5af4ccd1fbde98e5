"""The careful loop in torch: sentences of similar length together, and no packing.

As in `implementations.bucketed_loop`: flat token ids, time-major batches, the fused
Adam, and one direction at a time, for the second has to begin at the last word.
"""

import numpy as np
import torch
from torch import nn

from implementations.bucketed_loop import (
    BATCHES_PER_POOL,
    cut,
    make_optimizer,
    reverse_within_length,
    steps_of,
)
from implementations.torch_model import limit_threads, make_cell, make_embedding

__all__ = ["Implementation", "limit_threads"]


class Tagger(nn.Module):
    """Scores of the tags for each word, without padding."""

    def __init__(self, workload):
        super().__init__()
        self.embedding = make_embedding(workload)
        self.forward_rnn = make_cell(workload, False, batch_first=False)
        self.backward_rnn = make_cell(workload, False, batch_first=False)
        self.head = nn.Linear(2 * workload.hidden_size, workload.n_classes)

    def forward(self, words, lengths):
        x = self.embedding(words)  # (n_timesteps, n_samples, n_features)
        forward, _ = self.forward_rnn(x)
        backward, _ = self.backward_rnn(reverse_within_length(x, lengths))
        backward = reverse_within_length(backward, lengths)
        states = torch.cat([forward, backward], dim=2)
        return self.head(states[steps_of(words) < lengths])


class Implementation:
    def __init__(self, workload, codes):
        self.workload = workload
        self.words = torch.from_numpy(codes.X.values.astype(np.int64))
        self.tags = torch.from_numpy(codes.y.values.astype(np.int64))
        self.starts = torch.from_numpy(codes.X.offsets[:-1])
        self.lengths = torch.from_numpy(codes.X.lengths)

    def fit(self, epochs):
        self.net = Tagger(self.workload)
        loss_of = nn.CrossEntropyLoss()
        optimizer = make_optimizer(self.workload, self.net.parameters())
        self.net.train()
        for _ in range(epochs):
            for rows in self._random_batches():
                words, lengths, real = self._inputs(rows)
                optimizer.zero_grad()
                loss = loss_of(self.net(words, lengths), self.tags[real])
                loss.backward()
                optimizer.step()

    def predict(self):
        tags = torch.empty_like(self.tags)
        order = torch.argsort(self.lengths, descending=True)
        self.net.eval()
        with torch.no_grad():
            for rows in cut(order, self.workload.batch_size):
                words, lengths, real = self._inputs(rows)
                tags[real] = self.net(words, lengths).argmax(dim=1)
        return tags.split(self.lengths.tolist())

    def _random_batches(self):
        pools = cut(
            torch.randperm(len(self.lengths)),
            self.workload.batch_size * BATCHES_PER_POOL,
        )
        order = torch.cat([pool[self.lengths[pool].argsort()] for pool in pools])
        batches = cut(order, self.workload.batch_size)
        return [batches[i] for i in torch.randperm(len(batches))]

    def _inputs(self, rows):
        """Return a time-major batch, its lengths and the places of its words."""
        lengths = self.lengths[rows]
        step = torch.arange(int(lengths.max())).unsqueeze(1)
        is_real = step < lengths
        place = torch.where(is_real, self.starts[rows] + step, 0)
        words = self.words[place].masked_fill_(~is_real, 0)
        return words, lengths, place[is_real]
