"""Some rows of a batch at a time: to save memory, or for one of several processes."""

from typing import Any

import torch

from sklearn_rnn.nn import Batch, Targets

# A batch of fewer padded steps, or of less padding, stays whole: training in parts has
# other last bits.
LARGE = 2**17
MOSTLY_PADDING = 4


def parts_of(batch: tuple[Batch, Targets]) -> list[tuple[Batch, Targets]]:
    """Cut a batch in which one long row pads many short ones.

    Parameters
    ----------
    batch : tuple of Batch and Targets
        Of `SequenceDataset.batch`.

    Returns
    -------
    parts : list of tuple of Batch and Targets
        Rows of similar length, in the order of the batch: the batch itself unless it
        has `LARGE` padded steps and `MOSTLY_PADDING` times as many as real ones. The
        losses of all parts add up to that of the batch, as those of `take_rows`.
    """
    inputs, _ = batch
    if inputs.follows is not None:  # the next batch goes on from all its rows
        return [batch]
    n_rows, n_steps = inputs.values.shape[:2]
    if n_rows * n_steps < LARGE:
        return [batch]
    lengths = inputs.lengths
    n_padded = len(inputs) * int(lengths.max())
    if n_padded < LARGE or n_padded < MOSTLY_PADDING * int(lengths.sum()):
        return [batch]
    enough = lengths.clamp(min=LARGE // len(inputs))
    powers_of_two = torch.frexp(enough.double()).exponent
    counts = powers_of_two.unique_consecutive(return_counts=True)[1].tolist()
    parts = [take_rows(batch, rows) for rows in torch.arange(len(inputs)).split(counts)]
    return [(part.without_padding(), targets) for part, targets in parts]


def take_rows(
    batch: tuple[Batch, Targets], rows: torch.Tensor
) -> tuple[Batch, Targets]:
    """Select some rows of a batch, and let them count as much as they did in it.

    Parameters
    ----------
    batch : tuple of Batch and Targets
    rows : int64 Tensor of shape (n_rows,)

    Returns
    -------
    share : tuple of Batch and Targets
        The weights are such that its losses, divided by its own rows, add up with
        those of the other rows to the loss of the batch.
    """
    inputs, targets = batch
    share = targets.take(rows)
    factor = len(rows) / len(inputs)
    return inputs.take(rows), share._replace(weight=share.weight * factor)


def join_steps(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Make of the steps of all parts that of the batch.

    Parameters
    ----------
    steps : list of dict
        With the loss of each part and its outputs.

    Returns
    -------
    step : dict
        Those of the batch.
    """
    if len(steps) == 1:
        return steps[0]
    return {
        "loss": torch.stack([step["loss"] for step in steps]).sum(),
        "y_pred": torch.cat([step["y_pred"] for step in steps]),
    }
