"""From ids, characters or numbers to vectors."""

import numpy as np
import pytest
import torch

from sklearn_rnn.nn import Batch, Characters, Embedder, length_mask, pad_steps

LENGTHS = torch.tensor([3, 1])
TOKENS = Batch(torch.tensor([[5, 7, 2], [3, 0, 0]]), LENGTHS)
CHARACTERS = Characters(
    torch.tensor([4, 2, 3, 2, 2, 2, 5, 1]), torch.tensor([2, 1, 3, 2])
)
WITH_CHARACTERS = Batch(TOKENS.values, LENGTHS, CHARACTERS)


def make(**options):
    generator = torch.Generator().manual_seed(0)
    dropout = torch.nn.Identity()
    return Embedder(embedding_dim=4, dropout=dropout, generator=generator, **options)


def test_exactly_one_kind_of_input_is_asked_for():
    for sizes in ({}, {"n_features": 2, "n_tokens": 9}):
        with pytest.raises(ValueError, match=r"exactly one of n_features .* n_tokens"):
            make(**sizes)


def test_given_vectors_set_the_size_and_are_not_changed():
    vectors = np.ones((7, 5))
    vectors.flags.writeable = False
    embedder = make(embedding=vectors, freeze_embedding=True)
    assert embedder.n_units == 5
    assert embedder.tokens.weight.shape == (7, 5)
    assert embedder.tokens.weight.dtype == torch.float32
    assert not embedder.tokens.weight.requires_grad
    tensor = torch.ones(7, 5)
    assert make(embedding=tensor).tokens.weight.requires_grad
    assert (tensor == 1).all()
    with pytest.raises(ValueError, match=r"each of the 9 token ids.*\(7, 5\)"):
        make(n_tokens=9, embedding=vectors)


def test_tokens_have_vectors_of_their_own():
    embedder = make(n_tokens=9)
    assert embedder.n_units == 4
    assert torch.equal(embedder(TOKENS), embedder.tokens(TOKENS.values))


def test_the_vectors_of_tokens_are_dropped_and_numbers_are_not():
    class Zeros(torch.nn.Module):
        def forward(self, vectors):
            return torch.zeros_like(vectors)

    tokens, numbers = make(n_tokens=9), make(n_features=1)
    tokens.dropout = numbers.dropout = Zeros()
    assert (tokens(TOKENS) == 0).all()
    assert (numbers(Batch(torch.ones(2, 3, 1), LENGTHS)) == 1).sum() == 4


def test_numbers_stay_as_they_are_and_padding_becomes_zero():
    x = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(1))
    mask = length_mask(LENGTHS, 3).unsqueeze(2)
    spoilt = x.masked_fill(~mask, torch.nan).requires_grad_()
    embedder = make(n_features=2)
    assert embedder.n_units == 2
    vectors = embedder(Batch(spoilt, LENGTHS))
    assert torch.equal(vectors, x * mask)
    vectors.sum().backward()
    assert torch.equal(spoilt.grad, mask.expand(2, 3, 2).float())


def test_the_vector_of_characters_joins_the_vector_of_its_word():
    embedder = make(n_tokens=9, n_characters=6, characters_dim=3)
    vectors = embedder(WITH_CHARACTERS)
    assert vectors.shape == (2, 3, embedder.n_units) == (2, 3, 4 + 2 * 3)
    words = pad_steps(embedder.characters(CHARACTERS), LENGTHS, 3)
    parts = [embedder.tokens(TOKENS.values), words]
    assert torch.equal(vectors, torch.cat(parts, dim=2))


def test_characters_are_given_where_they_are_asked_for_and_nowhere_else():
    with pytest.raises(ValueError, match=r"characters must .*none .* with n_char"):
        make(n_tokens=9, n_characters=6)(TOKENS)
    with pytest.raises(ValueError, match=r"characters must .*some .* without n_char"):
        make(n_tokens=9)(WITH_CHARACTERS)
    with pytest.raises(ValueError, match=r"n_characters is for .*tokens.*n_features=3"):
        make(n_features=3, n_characters=9)
