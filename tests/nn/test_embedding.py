import pytest
import torch

from sklearn_rnn.nn import TokenEmbedding

VECTORS = torch.tensor([[9.0, 9.0], [9.0, 9.0], [1.0, 2.0], [3.0, 6.0], [8.0, 1.0]])


def make(**options):
    return TokenEmbedding(5, 2, generator=torch.Generator(), **options)


def test_padding_is_zero_and_stays_zero():
    for embedding in (make(), make(weight=VECTORS)):
        optimizer = torch.optim.SGD(embedding.parameters(), lr=1.0)
        embedding(torch.tensor([[2, 0]])).sum().backward()
        before = embedding.weight.detach().clone()
        optimizer.step()
        assert embedding.weight[0].tolist() == [0.0, 0.0]
        assert not torch.equal(embedding.weight[2], before[2])


def test_given_vectors_are_copied():
    embedding = make(weight=VECTORS)
    assert torch.equal(embedding.weight[1:], VECTORS[1:])
    assert VECTORS[0].tolist() == [9.0, 9.0]


def test_frozen_vectors_take_no_gradient():
    assert make(weight=VECTORS).weight.requires_grad
    assert not make(weight=VECTORS, freeze=True).weight.requires_grad


def test_unknown_becomes_the_mean_of_the_known_after_training():
    embedding = make(weight=VECTORS)
    embedding.unknown_is_mean = True
    embedding.eval()
    # (1 + 3 + 8) / 3, (2 + 6 + 1) / 3
    assert embedding.weight[1].tolist() == [4.0, 3.0]
    embedding.train()
    embedding.known[4] = False
    embedding.eval()
    assert embedding.weight[1].tolist() == [2.0, 4.0]  # (1 + 3) / 2, (2 + 6) / 2


def test_unknown_is_left_alone_unless_asked():
    assert make(weight=VECTORS).eval().weight[1].tolist() == [9.0, 9.0]
    embedding = make(weight=VECTORS).eval()
    embedding.unknown_is_mean = True
    assert embedding.eval().weight[1].tolist() == [9.0, 9.0]  # was not training
    embedding.train()
    embedding.known[:] = False
    assert embedding.eval().weight[1].tolist() == [9.0, 9.0]  # nothing to average


def test_initial_vectors_have_about_length_one():
    embedding = TokenEmbedding(1000, 50, generator=torch.Generator())
    assert embedding.weight[1:].norm(dim=1).mean().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("weight", [torch.ones(4, 2), torch.ones(5)])
def test_a_matrix_of_another_size_is_refused(weight):
    with pytest.raises(ValueError, match="one row for each of the 5 token ids"):
        make(weight=weight)
