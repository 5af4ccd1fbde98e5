"""The character encoder against torch's packed LSTM."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_sequence

from sklearn_rnn.nn import CharacterEncoder, Characters
from sklearn_rnn.nn._characters import _cut

N_CHARACTERS = 20


def make_encoder(characters_dim=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return CharacterEncoder(N_CHARACTERS, characters_dim, generator=generator)


def make_characters(n_words, n_letters=9, seed=1):
    """Make words of random characters, the longest of ``n_letters``."""
    generator = torch.Generator().manual_seed(seed)
    counts = torch.randint(1, n_letters + 1, (n_words,), generator=generator)
    counts[0] = n_letters
    ids = torch.randint(1, N_CHARACTERS, (int(counts.sum()),), generator=generator)
    return Characters(ids, counts)


def packed(encoder, characters):
    """Compute the last states of the words by torch's own way."""
    dim = encoder.embedding.embedding_dim
    lstm = torch.nn.LSTM(dim, dim, batch_first=True, bidirectional=True)
    layer = encoder.layer
    for cell, suffix in ((layer.forward_cell, ""), (layer.backward_cell, "_reverse")):
        for name, parameter in cell.named_parameters():
            lstm.get_parameter(name + suffix).data.copy_(parameter)
    words = characters.ids.split(characters.counts.tolist())
    steps = pack_sequence([encoder.embedding(word) for word in words], False)
    _, (last, _) = lstm(steps)  # (2, n_words, dim)
    return torch.cat([last[0], last[1]], dim=1)


@pytest.mark.changes_global_state  # torch's own LSTM draws its weights
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("n_words", [1, 8, 46])
def test_the_encoder_agrees_with_torchs_packed_lstm(n_words, training):
    encoder = make_encoder().train(training)
    characters = make_characters(n_words)
    vectors = encoder(characters)
    assert vectors.shape == (n_words, encoder.n_units)
    expected = packed(encoder, characters)
    torch.testing.assert_close(vectors, expected, rtol=0, atol=1e-6)


@given(
    n_words=st.integers(1, 40),
    n_letters=st.integers(1, 12),
    training=st.booleans(),
    seed=st.integers(0, 100),
)
@torch.no_grad()
def test_each_word_is_read_by_itself(n_words, n_letters, training, seed):
    encoder = make_encoder(3, seed).train(training)
    characters = make_characters(n_words, n_letters, seed)
    alone = [encoder(characters.take(word)) for word in torch.arange(n_words).split(1)]
    torch.testing.assert_close(encoder(characters), torch.cat(alone), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("characters_dim", "n_threads"), [(3, 1), (16, 1), (32, 3)])
@torch.no_grad()
def test_the_bits_of_a_word_are_the_same_in_any_batch(characters_dim, n_threads):
    encoder = make_encoder(characters_dim).eval()
    characters = make_characters(2000, n_letters=17)
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        whole = encoder(characters)
        for start in (0, 1, 7, 501):
            for n_words in (*range(1, 21), 100, 333, 1025):
                part = torch.arange(start, start + n_words)
                assert torch.equal(encoder(characters.take(part)), whole[part])
    finally:
        torch.set_num_threads(n_threads_before)


def test_one_long_word_is_not_padded_onto_the_others():
    # 500 words of one letter and one of 2,000: side by side they would be a million
    # ids, and each would be a vector of 3 numbers.
    encoder = make_encoder(3).eval()
    sizes = []
    encoder.embedding.register_forward_hook(lambda *args: sizes.append(args[2].numel()))
    counts = torch.ones(501, dtype=torch.int64)
    counts[7] = 2_000
    encoder(Characters(torch.ones(2_500, dtype=torch.int64), counts))
    assert sum(sizes) == 3 * 2_500


def test_gradients_agree_with_differences():
    encoder = make_encoder(3).double()
    characters = make_characters(8)
    names, parameters = zip(*encoder.named_parameters(), strict=True)

    def vectors(*parameters):
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(encoder, named, (characters,))

    assert torch.autograd.gradcheck(vectors, parameters, fast_mode=True)


def test_words_are_cut_into_groups_of_similar_length():
    # Up to 4 letters, up to 8, up to 16 and so on.
    assert _cut(torch.tensor([1, 3, 4, 5, 8, 9, 9, 16])) == [3, 2, 3]
    assert _cut(torch.tensor([5])) == [1]
    assert _cut(torch.tensor([2, 4, 10_000])) == [2, 1]


def test_the_global_generator_is_left_alone_and_the_seed_decides():
    # The first is held by a fixture of all tests.
    characters = make_characters(4)
    one, same, other = (make_encoder(seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one(characters), same(characters))
    assert not torch.equal(one(characters), other(characters))
