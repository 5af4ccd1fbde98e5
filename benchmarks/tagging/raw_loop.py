"""The loop torch's users write for tags: padding, packing, `ignore_index`."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

from implementations.torch_model import (
    OPTIMIZERS,
    limit_threads,
    make_cell,
    make_embedding,
)

__all__ = ["Implementation", "limit_threads"]

IGNORED = -100  # the default of `CrossEntropyLoss`


class Tagger(nn.Module):
    """Scores of the tags for each word of a padded batch."""

    def __init__(self, workload):
        super().__init__()
        self.embedding = make_embedding(workload)
        self.rnn = make_cell(workload, workload.bidirectional, batch_first=True)
        self.head = nn.Linear(2 * workload.hidden_size, workload.n_classes)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(
            self.embedding(words), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.head(states)


def collate(sentences):
    """Pad a batch to its longest sentence."""
    words, tags = zip(*sentences, strict=True)
    lengths = torch.tensor([len(row) for row in words])
    padded_tags = pad_sequence(tags, batch_first=True, padding_value=IGNORED)
    return pad_sequence(words, batch_first=True), lengths, padded_tags


class Implementation:
    def __init__(self, workload, codes):
        self.workload = workload
        columns = (
            [torch.from_numpy(row).long() for row in rows.to_list()]
            for rows in (codes.X, codes.y)
        )
        self.dataset = list(zip(*columns, strict=True))

    def fit(self, epochs):
        self.net = Tagger(self.workload)
        loss_of = nn.CrossEntropyLoss(ignore_index=IGNORED)
        make_optimizer = OPTIMIZERS[self.workload.optimizer]
        optimizer = make_optimizer(self.net.parameters(), lr=self.workload.lr)
        self.net.train()
        for _ in range(epochs):
            total = 0.0
            for words, lengths, tags in self._batches(shuffle=True):
                optimizer.zero_grad()
                scores = self.net(words, lengths)
                loss = loss_of(scores.flatten(0, 1), tags.flatten())
                loss.backward()
                optimizer.step()
                total += loss.item()

    def predict(self):
        self.net.eval()
        tags = []
        with torch.no_grad():
            for words, lengths, _ in self._batches(shuffle=False):
                best = self.net(words, lengths).argmax(dim=2).numpy()
                tags += [
                    row[:length] for row, length in zip(best, lengths, strict=True)
                ]
        return tags

    def _batches(self, *, shuffle):
        return DataLoader(
            self.dataset,
            self.workload.batch_size,
            shuffle=shuffle,
            collate_fn=collate,
        )
