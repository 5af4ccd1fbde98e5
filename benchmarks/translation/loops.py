"""Decoders as others write them, for the time of an update alone.

Both take one step after the other, for each reads what the one before attended to.
"""

import torch
from torch import nn
from torch.nn import functional


class InputFeeding(nn.Module):
    """Luong's decoder: what was attended to is read with the next label."""

    def __init__(self, n_labels, embedding_dim, hidden_size, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        n_units = 2 * hidden_size
        self.read = nn.Embedding(n_labels, embedding_dim)
        self.encoder = nn.LSTM(
            embedding_dim, hidden_size, batch_first=True, bidirectional=True
        )
        self.start = nn.Linear(n_units, hidden_size)
        self.write = nn.Embedding(n_labels, embedding_dim)
        self.cell = nn.LSTMCell(embedding_dim + hidden_size, hidden_size)
        self.key = nn.Linear(n_units, hidden_size, bias=False)
        self.combine = nn.Linear(hidden_size + n_units, hidden_size)
        self.out = nn.Linear(hidden_size, n_labels)

    def forward(self, source, before, is_padding):
        """Compute logits (n_rows, n_labels) from padded ids."""
        outputs, (final, _) = self.encoder(self.dropout(self.read(source)))
        outputs = self.dropout(outputs)
        keys = self.key(outputs).transpose(1, 2)
        h = torch.tanh(self.start(torch.cat([final[0], final[1]], dim=1)))
        c, fed, found = torch.zeros_like(h), torch.zeros_like(h), []
        for vector in self.dropout(self.write(before)).unbind(dim=1):
            h, c = self.cell(torch.cat([vector, fed], dim=1), (h, c))
            scores = torch.bmm(h.unsqueeze(1), keys)
            weights = scores.masked_fill(is_padding, -torch.inf).softmax(dim=2)
            context = torch.bmm(weights, outputs).squeeze(1)
            mixed = torch.tanh(self.combine(torch.cat([h, context], dim=1)))
            fed = self.dropout(mixed)
            found.append(fed)
        return self.out(torch.stack(found, dim=1)).flatten(0, 1)


class TutorialLoop(nn.Module):
    """A GRU with Bahdanau's attention, as in torch's tutorial on translation."""

    def __init__(self, n_labels, embedding_dim, hidden_size, dropout):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.read = nn.Embedding(n_labels, embedding_dim)
        self.encoder = nn.GRU(embedding_dim, hidden_size, batch_first=True)
        self.write = nn.Embedding(n_labels, embedding_dim)
        self.of_query = nn.Linear(hidden_size, hidden_size)
        self.of_key = nn.Linear(hidden_size, hidden_size)
        self.likeness = nn.Linear(hidden_size, 1)
        self.gru = nn.GRU(embedding_dim + hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, n_labels)

    def forward(self, source, before, is_padding):
        """Compute logits (n_rows, n_labels) from padded ids; padding is attended to."""
        outputs, h = self.encoder(self.dropout(self.read(source)))
        found = []
        for t in range(before.shape[1]):
            query = self.of_query(h.permute(1, 0, 2)) + self.of_key(outputs)
            scores = self.likeness(torch.tanh(query)).squeeze(2).unsqueeze(1)
            context = torch.bmm(functional.softmax(scores, dim=-1), outputs)
            vector = self.dropout(self.write(before[:, t : t + 1]))
            output, h = self.gru(torch.cat([vector, context], dim=2), h)
            found.append(self.out(output))
        return functional.log_softmax(torch.cat(found, dim=1), dim=-1).flatten(0, 1)
