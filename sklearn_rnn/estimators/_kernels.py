"""Convolutions beside the recurrent layers: their sizes, and how far they see."""

from numbers import Integral
from typing import Any

import numpy as np

# Where a series is longer, the first layer looks at every second step, or fewer.
STEPS_OF_STRIDE = 256
# Of so many steps undilated kernels of 8, 5 and 3 see a quarter. Dilations 1, d and
# d * d let them see about a quarter of longer series too.
STEPS_SEEN_WELL = 28


def kernels_of(kernel_sizes: Any) -> tuple[int, ...]:
    """Check the sizes of kernels.

    Parameters
    ----------
    kernel_sizes : sequence of int

    Returns
    -------
    kernel_sizes : tuple of int

    Raises
    ------
    ValueError
        If there is none, or one is no number of at least 1.
    """
    given = np.asarray(kernel_sizes, dtype=object)
    sizes = list(given) if given.ndim == 1 else []
    whole = all(isinstance(s, Integral) and not isinstance(s, bool) for s in sizes)
    if not sizes or not whole or min(sizes) < 1:
        raise ValueError(
            "kernel_sizes must hold at least one int of at least 1, such as (8, 5, 3), "
            f"got {kernel_sizes!r}; pass None for no convolutions."
        )
    return tuple(map(int, sizes))


def choose_reach(n_timesteps: float, n_layers: int) -> dict[str, Any]:
    """Let layers of convolutions see about a quarter of a series.

    Parameters
    ----------
    n_timesteps : float
        The median length of the training rows.
    n_layers : int

    Returns
    -------
    reach : dict
        ``stride`` of the first layer, and ``dilations`` of all.
    """
    stride = max(1, round(n_timesteps / STEPS_OF_STRIDE))
    ratio = n_timesteps / stride / STEPS_SEEN_WELL
    factor = max(1, round(ratio ** (1 / max(1, n_layers - 1))))
    return {"stride": stride, "dilations": [factor**i for i in range(n_layers)]}
