"""Small networks and batches for the tests of the network and of its heads."""

from dataclasses import replace
from functools import partial

import torch

from sklearn_rnn.nn import (
    CELLS,
    Batch,
    Characters,
    PooledHead,
    RecurrentNetwork,
    every_step,
)

CELL_OPTIONS = [{"cell": cell} for cell in CELLS] + [
    {"cell": "rnn", "nonlinearity": "relu"},
    {"cell": "rnn", "nonlinearity": "sigmoid"},
    {"cell": "rnn", "nonlinearity": "softplus"},
]
CELL_IDS = ["-".join(options.values()) for options in CELL_OPTIONS]
N_TOKENS, N_FEATURES, N_CHARACTERS = 30, 3, 12
OF_THE_HEAD = ("loss", "pooling", "forbidden", "end")


def make_network(*, tokens, n_outputs=3, head=PooledHead, **options):
    """Make a network; options that are the head's go to the head."""
    of_head = {name: options.pop(name) for name in OF_THE_HEAD if name in options}
    size = {"n_tokens": N_TOKENS} if tokens else {"n_features": N_FEATURES}
    made_by = partial(head, n_outputs=n_outputs, **of_head)
    return RecurrentNetwork(made_by, **size, **options)


def make_batch(n_samples, n_timesteps, *, tokens, dtype=torch.float32):
    """Make right-padded sequences of random lengths, one of them the longest."""
    generator = torch.Generator().manual_seed(1)
    lengths = torch.randint(1, n_timesteps + 1, (n_samples,), generator=generator)
    lengths[-1] = n_timesteps
    padding = torch.arange(n_timesteps) >= lengths.unsqueeze(1)
    shape = (n_samples, n_timesteps)
    if tokens:
        x = torch.randint(2, N_TOKENS, shape, generator=generator)
    else:
        x = torch.randn(*shape, N_FEATURES, generator=generator, dtype=dtype)
    x[padding] = 0
    return Batch(x, lengths)


def with_characters(batch, n_letters=5):
    """Give each token random characters, but the same token the same ones."""
    generator = torch.Generator().manual_seed(2)
    table = torch.randint(1, N_CHARACTERS, (N_TOKENS, n_letters), generator=generator)
    counts = torch.randint(1, n_letters + 1, (N_TOKENS,), generator=generator)
    letters = table.flatten()[(torch.arange(n_letters) < counts.unsqueeze(1)).flatten()]
    tokens = every_step(batch.values, batch.lengths)
    return replace(batch, characters=Characters(letters, counts).take(tokens))


def cut(batch, rows):
    """Take some rows, without the columns that are all padding."""
    batch = batch.take(rows)
    return replace(batch, values=batch.values[:, : int(batch.lengths.max())])


def ask(network, method, batch):
    """Ask a method of the head about a batch."""
    return network.ask(getattr(network.head, method), batch)


def train(network, batch, n_updates=3):
    """Make the outputs a little smaller."""
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(n_updates):
        optimizer.zero_grad()
        network(batch).square().mean().backward()
        optimizer.step()
    return network


def same_bits(one, other):
    """Say whether two networks have the same weights."""
    ours, others = one.state_dict(), other.state_dict()
    return ours.keys() == others.keys() and all(
        torch.equal(ours[name], others[name]) for name in ours
    )
