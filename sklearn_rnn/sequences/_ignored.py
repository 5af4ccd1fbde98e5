"""The label that PyTorch and others leave out of the loss."""

__all__ = ["refuse_ignored"]

import numpy as np

from sklearn_rnn.sequences._padding import row_of

IGNORED = -100
"""``ignore_index`` of torch.nn.CrossEntropyLoss, and of those who follow it."""


def refuse_ignored(labels: np.ndarray, offsets: np.ndarray) -> None:
    """Raise if -100 stands among labels that count from 0.

    With 100 among them, or another negative number, it is a label like others.

    Parameters
    ----------
    labels : ndarray of shape (n_steps_total,)
    offsets : int64 ndarray of shape (n_samples + 1,)
    """
    if labels.dtype.kind not in "if":
        return
    ignored = labels == IGNORED
    if not ignored.any() or ignored.all():
        return
    others = labels[~ignored]
    if others.min() < 0 or (others == -IGNORED).any():
        return
    row, step = row_of(offsets, int(np.argmax(ignored)))
    raise ValueError(
        f"y holds {IGNORED} at row {row}, step {step}, which PyTorch leaves out of the "
        "loss, but here every label is learnt. Drop these steps from X and y: keep = "
        f"[np.asarray(row) != {IGNORED} for row in y]; "
        "X, y = ([np.asarray(row)[: len(k)][k] for row, k in zip(rows, keep)] for rows "
        "in (X, y)). If X holds token ids, make it X.toarray() before and pass "
        "input='tokens'."
    )
