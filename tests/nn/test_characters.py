"""The character encoder against torch's packed LSTM."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence

from sklearn_rnn.nn import CharacterEncoder, every_step, length_mask
from sklearn_rnn.nn._characters import _cut

N_CHARACTERS = 20


def make_encoder(characters_dim=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return CharacterEncoder(N_CHARACTERS, characters_dim, generator=generator)


def make_characters(lengths, n_letters=9, seed=1):
    """Make words of random characters, the longest of ``n_letters``."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.tensor(lengths)
    shape = (len(lengths), int(lengths.max()))
    characters = torch.randint(
        1, N_CHARACTERS, (*shape, n_letters), generator=generator
    )
    letters = torch.randint(1, n_letters + 1, shape, generator=generator)
    letters[0, 0] = n_letters
    letters[~length_mask(lengths, shape[1])] = 0
    characters[torch.arange(n_letters) >= letters.unsqueeze(2)] = 0
    return characters, lengths


def packed(encoder, words):
    """Compute the last states of the words (n_words, n_letters) by torch's own way."""
    dim = encoder.embedding.embedding_dim
    lstm = torch.nn.LSTM(dim, dim, batch_first=True, bidirectional=True)
    layer = encoder.layer
    for cell, suffix in ((layer.forward_cell, ""), (layer.backward_cell, "_reverse")):
        for name, parameter in cell.named_parameters():
            lstm.get_parameter(name + suffix).data.copy_(parameter)
    steps = pack_padded_sequence(
        encoder.embedding(words), (words != 0).sum(dim=1), True, enforce_sorted=False
    )
    _, (last, _) = lstm(steps)  # (2, n_words, dim)
    return torch.cat([last[0], last[1]], dim=1)


@pytest.mark.changes_global_state  # torch's own LSTM draws its weights
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("lengths", [[1], [3, 1, 4], [7, 7, 2, 30]])
def test_the_encoder_agrees_with_torchs_packed_lstm(lengths, training):
    encoder = make_encoder().train(training)
    characters, lengths = make_characters(lengths)
    vectors = encoder(characters, lengths)
    assert vectors.shape == (*characters.shape[:2], encoder.n_units)
    expected = packed(encoder, every_step(characters, lengths))
    found = every_step(vectors, lengths)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    assert (vectors[~length_mask(lengths, characters.shape[1])] == 0).all()


@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=5),
    n_letters=st.integers(1, 12),
    training=st.booleans(),
    seed=st.integers(0, 100),
)
@torch.no_grad()
def test_each_word_is_read_by_itself(lengths, n_letters, training, seed):
    encoder = make_encoder(3, seed).train(training)
    characters, lengths = make_characters(lengths, n_letters, seed)
    found = every_step(encoder(characters, lengths), lengths)
    words = every_step(characters, lengths)
    one = torch.tensor([1])
    alone = [encoder(word[word != 0].view(1, 1, -1), one)[0, 0] for word in words]
    torch.testing.assert_close(found, torch.stack(alone), rtol=0, atol=1e-6)


@pytest.mark.parametrize("characters_dim", [3, 16, 32])
@torch.no_grad()
def test_the_bits_of_a_word_do_not_depend_on_the_company(characters_dim):
    encoder = make_encoder(characters_dim).eval()
    characters, lengths = make_characters([40] * 50, n_letters=17)
    words = characters.flatten(0, 1)  # 2000 of them
    whole = encoder(characters, lengths).flatten(0, 1)
    longer = torch.nn.functional.pad(characters, (0, 13))
    assert torch.equal(encoder(longer, lengths).flatten(0, 1), whole)
    for start in (0, 1, 7, 501):
        for n_words in (*range(1, 21), 100, 333, 1025):
            part = slice(start, start + n_words)
            batch = words[part].unsqueeze(0)
            found = encoder(batch, torch.tensor([n_words]))
            assert torch.equal(found[0], whole[part])


@torch.no_grad()
def test_the_bits_do_not_depend_on_the_company_with_many_threads():
    encoder = make_encoder(32).eval()
    characters, lengths = make_characters([40] * 50, n_letters=17)
    n_threads_before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        whole = encoder(characters, lengths)
        for i in range(0, 50, 7):
            alone = encoder(characters[i : i + 1], lengths[i : i + 1])
            assert torch.equal(alone[0], whole[i])
            word = encoder(characters[i : i + 1, 5:6], torch.tensor([1]))
            assert torch.equal(word[0, 0], whole[i, 5])
    finally:
        torch.set_num_threads(n_threads_before)


def test_what_stands_in_padded_steps_does_not_matter():
    characters, lengths = make_characters([3, 1, 4])
    spoilt = characters.clone()
    spoilt[~length_mask(lengths, 4)] = 7
    gradients = []
    for given_ in (characters, spoilt):
        encoder = make_encoder()
        vectors = encoder(given_, lengths)
        vectors.square().sum().backward()
        gradients.append([vectors, *(p.grad for p in encoder.parameters())])
    for ours, spoilts in zip(*gradients, strict=True):
        assert torch.equal(ours, spoilts)
        assert ours.isfinite().all()
        assert (ours != 0).any()


def test_gradients_agree_with_differences():
    encoder = make_encoder(3).double()
    characters, lengths = make_characters([3, 1, 4])
    names, parameters = zip(*encoder.named_parameters(), strict=True)

    def vectors(*parameters):
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(encoder, named, (characters, lengths))

    assert torch.autograd.gradcheck(vectors, parameters, fast_mode=True)


def test_words_are_cut_into_groups_of_similar_length():
    # Up to 4 letters, up to 8, up to 16 and so on.
    assert _cut(torch.tensor([1, 3, 4, 5, 8, 9, 9, 16])) == [3, 2, 3]
    assert _cut(torch.tensor([5])) == [1]
    assert _cut(torch.tensor([2, 4, 10_000])) == [2, 1]


def test_the_global_generator_is_left_alone_and_the_seed_decides():
    # The first is held by a fixture of all tests.
    characters, lengths = make_characters([3, 1])
    one, same, other = (make_encoder(seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one(characters, lengths), same(characters, lengths))
    assert not torch.equal(one(characters, lengths), other(characters, lengths))
