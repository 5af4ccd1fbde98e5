"""What the tests of the layers share."""

import pytest
import torch


@pytest.fixture(scope="session")
def assert_agrees():
    """Return what compares a tensor with a reference in float64."""

    def compare(found, expected, tolerance):
        """Allow an error relative to the largest entry of the reference."""
        assert expected.dtype == torch.float64
        assert found.shape == expected.shape
        error = (found - expected).abs().max()
        assert error <= tolerance * expected.abs().max()

    return compare
