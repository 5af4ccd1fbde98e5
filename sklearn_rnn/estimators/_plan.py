"""How many rows an update has and how many epochs a fit, where the data decide."""

import math

# Up to so many rows, batches are small and updates counted; measured for 28 to 537.
FEW_ROWS = 1_000
ROWS_OF_FEW, ROWS_OF_MANY = 8, 32
LEAST_UPDATES, LEAST_EPOCHS, EPOCHS_OF_MANY = 500, 20, 50


def choose_plan(
    batch_size: int | str, max_epochs: int | str, n_rows: int | None
) -> dict[str, int]:
    """Choose what is "auto".

    Parameters
    ----------
    batch_size, max_epochs : int or "auto"
    n_rows : int or None
        Number of training rows; None where it is unknown, or where few rows are learnt
        like many.

    Returns
    -------
    plan : dict
        The two parameters by their names.

    Notes
    -----
    On few rows of numbers 32 at a time and 50 epochs make a hundred updates, which is
    too few for any network. Small batches cost no more there, for patches have left
    few steps to walk through.
    """
    is_few = n_rows is not None and n_rows <= FEW_ROWS
    n_rows = n_rows or 0
    if isinstance(batch_size, str):
        batch_size = ROWS_OF_FEW if is_few else ROWS_OF_MANY
    if isinstance(max_epochs, str):
        max_epochs = EPOCHS_OF_MANY
        if is_few:
            updates_per_epoch = max(1, math.ceil(n_rows / batch_size))
            max_epochs = max(LEAST_EPOCHS, math.ceil(LEAST_UPDATES / updates_per_epoch))
    return {"batch_size": int(batch_size), "max_epochs": int(max_epochs)}
