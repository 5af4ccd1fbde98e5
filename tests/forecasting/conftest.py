import numpy as np
import pytest


@pytest.fixture
def windows_of():
    """Write down every window without a missing value, each less its last value seen.

    A function of (series, window, horizon), as the products have no need to do it.
    """

    def write(series, window, horizon):
        size = window + horizon
        rows = [one[i : i + size] for one in series for i in range(len(one) - size + 1)]
        rows = np.array([row for row in rows if np.isfinite(row).all()])
        return rows - rows[:, [window - 1]]

    return write


@pytest.fixture
def walk():
    """Make a random walk of some steps, with so many gaps."""

    def make(rng, n_steps, n_gaps):
        x = rng.normal(size=n_steps).cumsum() + 350.0
        x[rng.choice(n_steps, n_gaps, replace=False)] = np.nan
        return x

    return make
