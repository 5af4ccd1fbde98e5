"""How many rows make a group whose bits do not depend on the batch: found by trying.

For few rows MKL and oneDNN take other kernels than for many, which add up in another
order. From how many rows on, and whether at all, depends on the processor: for sums of
fewer than 96 numbers it is 4 rows, of fewer than 192 it is 8, of more 16, with AVX-512;
with the AVX2 kernels of an Intel processor there may be no such number. So the machine
itself is asked, once for each shape.
"""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

# Sizes of groups of a product, and of oneDNN's LSTM, which was seen alike from 2 on.
OF_PRODUCT = (4, 8, 16)
OF_LSTM = (2, 4, 8, 16)

# Batches of so many groups are looked at: powers of two, and others.
MULTIPLES = (1, 2, 3, 4, 5, 8, 16)
STEPS = (1, 3)


@cache
@torch.no_grad()
def rows_of_product(n_summed: int, n_columns: int) -> int | None:
    """Say in groups of how many rows products are taken.

    Parameters
    ----------
    n_summed : int
        Number of products that each number is a sum of.
    n_columns : int
        Number of columns of the result.

    Returns
    -------
    n_rows : int or None
        None if a row has other bits in larger batches whatever the group.
    """
    weight, bias, row = _draw((n_columns, n_summed), (n_columns,), (1, n_summed))

    def run(x: Tensor) -> Tensor:
        return torch.addmm(bias, x, weight.t())

    return _smallest_group(run, [row], OF_PRODUCT)


@cache
@torch.no_grad()
def rows_of_lstm(input_size: int, hidden_size: int) -> int | None:
    """Say in groups of how many rows an LSTM of one layer runs.

    Parameters
    ----------
    input_size : int
    hidden_size : int

    Returns
    -------
    n_rows : int or None
        None if a row has other bits in larger batches whatever the group.
    """
    n_columns = 4 * hidden_size
    weights = _draw((n_columns, input_size), (n_columns, hidden_size))
    weights += _draw((n_columns,), (n_columns,))

    def run(x: Tensor) -> Tensor:
        zeros = x.new_zeros(1, x.shape[1], hidden_size)
        outputs, _, _ = torch.lstm(
            x, [zeros, zeros], weights, True, 1, 0.0, False, False, False
        )
        return outputs.transpose(0, 1).flatten(1)

    rows = [_draw((t, 1, input_size))[0] for t in STEPS]
    return _smallest_group(run, rows, OF_LSTM, axis=1)


def _draw(*shapes: tuple[int, ...]) -> list[Tensor]:
    """Draw numbers whose sums are about one, the same at each call."""
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=generator) * shape[-1] ** -0.5 for shape in shapes
    ]


def _smallest_group(
    run: Callable[[Tensor], Tensor],
    rows: list[Tensor],
    sizes: tuple[int, ...],
    axis: int = 0,
) -> int | None:
    """Find the first size of which all batches have the same bits, for each row."""

    def is_alike(row: Tensor, size: int) -> bool:
        batches = [run(row.repeat_interleave(size * k, dim=axis)) for k in MULTIPLES]
        return all(bool((batch == batches[-1][0]).all()) for batch in batches)

    return next((n for n in sizes if all(is_alike(row, n) for row in rows)), None)
