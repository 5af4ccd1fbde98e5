"""How many rows make a group whose bits do not depend on the batch: found by trying.

For few rows MKL and oneDNN take other kernels than for many, which add up in another
order. From how many rows on, and whether at all, depends on the processor: for sums of
fewer than 96 numbers it is 4 rows, of fewer than 192 it is 8, of more 16, with AVX-512;
with the AVX2 kernels of an Intel processor there may be no such number. So the machine
itself is asked, once for each shape and type of numbers.
"""

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor

# Sizes of groups of a product, and of oneDNN's LSTM, which was seen alike from 2 on.
OF_PRODUCT = (4, 8, 16)
OF_LSTM = (2, 4, 8, 16)
OF_TURNED = (2, 4, 8, 16)

# Batches of so many groups are looked at: powers of two, and others.
MULTIPLES = (1, 2, 3, 4, 5, 8, 16)
STEPS = (1, 3)

# Of a product of twice as many columns or more, blocks of so many are left out: the
# groups were the same with all columns.
BLOCK = 2048


@cache
@torch.no_grad()
def rows_of_product(n_summed: int, n_columns: int, dtype: torch.dtype) -> int | None:
    """Say in groups of how many rows products are taken.

    Parameters
    ----------
    n_summed : int
        Number of products that each number is a sum of.
    n_columns : int
        Number of columns of the result.
    dtype : torch.dtype
        Of the numbers. Other kernels compute those of another type.

    Returns
    -------
    n_rows : int or None
        None if a row has other bits in larger batches whatever the group.
    """
    n = _enough_columns(n_columns)
    weight, bias, row = _draw(dtype, (n, n_summed), (n,), (1, n_summed))

    def run(x: Tensor) -> Tensor:
        return torch.addmm(bias, x, weight.t())

    return _smallest_group(run, [row], OF_PRODUCT)


@cache
@torch.no_grad()
def rows_of_turned(
    n_summed: int, n_columns: int, dtype: torch.dtype, n_rows: int
) -> int | None:
    """Say in groups of how many rows a product with turned weights has the same bits.

    Where the weights lie in memory as they are multiplied, MKL was seen to treat two
    rows as it treats many, and to be up to seven times as fast for few.

    Parameters
    ----------
    n_summed, n_columns, dtype : int, int, torch.dtype
        Those of `rows_of_product`.
    n_rows : int
        What it says.

    Returns
    -------
    n_rows : int or None
        None if no group has the bits of `rows_of_product`.
    """
    n = _enough_columns(n_columns)
    weight, bias, row = _draw(dtype, (n, n_summed), (n,), (1, n_summed))
    usual = torch.addmm(bias, row.repeat_interleave(n_rows, dim=0), weight.t())[0]
    turned = weight.t().contiguous()

    def run(x: Tensor) -> Tensor:
        return torch.addmm(bias, x, turned)

    return _smallest_group(run, [row], OF_TURNED, expected=usual)


@cache
@torch.no_grad()
def rows_of_lstm(input_size: int, hidden_size: int, dtype: torch.dtype) -> int | None:
    """Say in groups of how many rows an LSTM of one layer runs.

    Parameters
    ----------
    input_size : int
    hidden_size : int
    dtype : torch.dtype
        Of the numbers: oneDNN runs float32 only.

    Returns
    -------
    n_rows : int or None
        None if a row has other bits in larger batches whatever the group.
    """
    n_columns = 4 * hidden_size
    weights = _draw(dtype, (n_columns, input_size), (n_columns, hidden_size))
    weights += _draw(dtype, (n_columns,), (n_columns,))

    def run(x: Tensor) -> Tensor:
        zeros = x.new_zeros(1, x.shape[1], hidden_size)
        outputs, _, _ = torch.lstm(
            x, [zeros, zeros], weights, True, 1, 0.0, False, False, False
        )
        return outputs.transpose(0, 1).flatten(1)

    rows = [_draw(dtype, (t, 1, input_size))[0] for t in STEPS]
    return _smallest_group(run, rows, OF_LSTM, axis=1)


def _enough_columns(n_columns: int) -> int:
    """Leave whole blocks of columns out, as in `BLOCK`."""
    return min(n_columns, BLOCK + n_columns % BLOCK)


def _draw(dtype: torch.dtype, *shapes: tuple[int, ...]) -> list[Tensor]:
    """Draw numbers whose sums are about one, the same at each call."""
    generator = torch.Generator().manual_seed(0)
    draw = partial(torch.randn, generator=generator, dtype=dtype)
    return [draw(shape) * shape[-1] ** -0.5 for shape in shapes]


def _smallest_group(
    run: Callable[[Tensor], Tensor],
    rows: list[Tensor],
    sizes: tuple[int, ...],
    axis: int = 0,
    expected: Tensor | None = None,
) -> int | None:
    """Find the first size of which all batches have the same bits, for each row."""

    def is_alike(row: Tensor, size: int) -> bool:
        alone = run(row.repeat_interleave(size, dim=axis))[0]
        bits = alone if expected is None else expected
        batches = (run(row.repeat_interleave(size * k, dim=axis)) for k in MULTIPLES)
        return all(bool((batch == bits).all()) for batch in batches)

    return next((n for n in sizes if all(is_alike(row, n) for row in rows)), None)
