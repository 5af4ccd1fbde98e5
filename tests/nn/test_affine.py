import torch

from sklearn_rnn.nn import Affine


def test_it_computes_in_the_precision_of_its_input():
    head = Affine(3, 2, generator=torch.Generator().manual_seed(0))
    torch.nn.init.ones_(head.bias)
    x = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    expected = x @ head.weight.double().T + 1.0
    torch.testing.assert_close(head(x), expected, rtol=0, atol=1e-15)
    assert head(x.float()).dtype == torch.float32


def test_the_bias_starts_at_zero_and_can_be_left_out():
    generator = torch.Generator()
    assert Affine(3, 2, generator=generator).bias.tolist() == [0.0, 0.0]
    assert Affine(3, 2, bias=False, generator=generator).bias is None
