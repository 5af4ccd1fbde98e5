import numpy as np
import pytest


@pytest.fixture
def windows_of():
    """Write down every window that counts, each less its last value seen.

    A function of (series, window, horizon), as the products have no need to do it.
    """

    def write(series, window, horizon):
        size = window + horizon
        rows, n_ahead = [], []
        for one in series:
            values, counts = one.copy(), np.isfinite(one)
            for t in range(1, len(one)):
                if not counts[t]:
                    values[t] = values[t - 1]
            for i in range(len(one) - size + 1):
                n = counts[i + window : i + size].sum()
                if np.isfinite(values[i]) and n > 0:
                    rows.append(values[i : i + size])
                    n_ahead.append(n)
        rows = np.array(rows)[np.array(n_ahead) >= np.median(n_ahead)]
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
