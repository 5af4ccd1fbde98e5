"""What keeps the bits of a prediction from telling of its company.

A row must get the same float32 numbers alone and in any batch, at any place in it.
Three things would tell on the CPU, and each is kept from doing so. The numbers were
found by comparing bits, with 1 to 16 threads.
"""

import torch

# For one to three rows oneDNN and MKL take another matrix product than for more, so
# that predictions run on whole groups of this many rows.
ROWS = 8

# MKL treats the rows of a product alike where the number of columns is a multiple of
# this. With 5, 6, 7 or 10 columns it does not, with three threads neither with 24 or
# 40. Columns of zeros are added up to the next multiple.
COLUMNS = 16

# torch shares elementwise work on more entries than this among threads, and where two
# shares meet, a sigmoid has other bits.
ENTRIES = 2**15


def idle_columns(n_columns: int) -> int:
    """Count the columns that are missing to the next multiple of `COLUMNS`."""
    return -n_columns % COLUMNS


def has_mkl() -> bool:
    """Say whether matrix products are those that were looked at."""
    available: bool = torch.backends.mkl.is_available()
    return available


def has_onednn() -> bool:
    """Say whether the LSTM is the one that was looked at."""
    available: bool = torch.backends.mkldnn.is_available()
    return available
