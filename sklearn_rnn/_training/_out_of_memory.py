"""Errors of a batch that is too large for the memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from sklearn_rnn.nn import Batch

# torch has a class for it on GPUs only.
WORDS_OF_THE_CPU = ("can't allocate memory", "not enough memory")


@contextmanager
def naming_the_batch(batch: Batch, remedy: str) -> Iterator[None]:
    """Name the batch that was too large when memory runs out.

    Parameters
    ----------
    batch : Batch
    remedy : str
        What the user can do, for the message.

    Raises
    ------
    MemoryError
        In place of what torch raises.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        n_rows, n_steps = batch.values.shape[:2]
        said = str(error).splitlines() or ["no more is known"]
        raise MemoryError(
            f"Memory ran out at a batch of {n_rows} rows of {n_steps} steps "
            f"({said[0]}). {remedy}"
        ) from error


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in WORDS_OF_THE_CPU)
