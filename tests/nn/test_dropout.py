import copy
import pickle

import pytest
import torch

from sklearn_rnn.nn import SeededDropout


def test_one_minus_p_of_the_elements_is_kept_and_scaled_up():
    dropped = SeededDropout(0.25, seed=0)(torch.ones(100_000))
    kept = dropped != 0
    # the standard deviation of the rate is sqrt(0.25 * 0.75 / 100 000) = 0.0014
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.006)
    torch.testing.assert_close(dropped[kept], torch.full((int(kept.sum()),), 1 / 0.75))


def test_elements_are_dropped_independently():
    """Of a number of bits four are made; neighbours and lags have no correlation."""
    kept = (SeededDropout(0.5, seed=1)(torch.ones(2**18)) != 0).double()
    for lag in (1, 2, 3, 4, 256):
        correlation = torch.corrcoef(torch.stack([kept[lag:], kept[:-lag]]))[0, 1]
        assert abs(correlation) < 5 / 2**9, lag  # five standard deviations


@pytest.mark.parametrize(("p", "rate"), [(0.0, 0.0), (1e-7, 0.0), (1 - 1e-9, 1.0)])
def test_rates_at_the_ends_give_numbers(p, rate):
    dropped = SeededDropout(p, seed=0)(torch.ones(1000))
    assert dropped.isfinite().all()
    assert (dropped == 0).float().mean() == rate


def test_evaluation_mode_drops_nothing():
    x = torch.ones(10)
    assert SeededDropout(0.5).eval()(x) is x


def test_the_gradient_goes_through_the_same_mask():
    x = torch.ones(100, requires_grad=True)
    dropped = SeededDropout(0.5)(x)
    dropped.sum().backward()
    assert torch.equal(x.grad, dropped)


def test_reseeding_starts_the_masks_again():
    dropout, x = SeededDropout(0.5, seed=3), torch.ones(50)
    first, second = dropout(x), dropout(x)
    assert not torch.equal(first, second)
    dropout.reseed(3)
    assert torch.equal(dropout(x), first)
    dropout.reseed(4)
    assert not torch.equal(dropout(x), first)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_a_copy_starts_from_the_seed(copied):
    dropout, x = SeededDropout(0.5, seed=3), torch.ones(50)
    first = dropout(x)
    assert torch.equal(copied(dropout)(x), first)


@pytest.mark.parametrize("p", [-0.1, 1.0, float("nan")])
def test_a_rate_out_of_range_is_refused(p):
    with pytest.raises(ValueError, match="dropout must be at least 0 and below 1"):
        SeededDropout(p)
