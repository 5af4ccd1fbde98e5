"""Look at containers of other libraries without importing them."""

__all__ = ["VECTORIZE", "from_channels_first", "holds_text", "refuse_text", "to_array"]

from typing import Any, NoReturn

import numpy as np

from sklearn_rnn.exceptions import SequenceError


def from_channels_first(X: Any) -> Any:
    """Turn (n_samples, n_channels, n_timesteps) into this package's order of axes.

    aeon and sktime hold a set of series as arrays with the channels before the
    time; here time comes before the features. Nothing in such an array tells
    the one from the other, so without this step a recurrent network would walk
    along the channels and learn nonsense without an error.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_channels, n_timesteps), or list of such \
            samples, each of shape (n_channels, n_timesteps)
        The samples of a list may differ in n_timesteps.

    Returns
    -------
    X : ndarray of shape (n_samples, n_timesteps, n_channels) or list
        A view (or a list of views): nothing is copied.

    Raises
    ------
    ValueError
        If X has another number of axes.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.sequences import from_channels_first
    >>> X = np.zeros((8, 3, 50))  # 8 samples, 3 channels, 50 steps
    >>> from_channels_first(X).shape
    (8, 50, 3)
    >>> from_channels_first([np.zeros((3, 50)), np.zeros((3, 20))])[1].shape
    (20, 3)
    """
    is_object = getattr(getattr(X, "dtype", None), "kind", None) == "O"
    ragged = isinstance(X, (list, tuple)) or is_object
    if ragged and len(X) and np.ndim(X[0]) == 2:
        samples = [np.asarray(to_array(sample)) for sample in X]
        for i, sample in enumerate(samples):
            if sample.ndim != 2:
                raise SequenceError(
                    "Each sample must have shape (n_channels, n_timesteps), got "
                    f"{sample.shape} at row {i}."
                )
        return [sample.T for sample in samples]
    X = np.asarray(to_array(X))
    if X.ndim != 3:
        raise SequenceError(
            "X must have shape (n_samples, n_channels, n_timesteps), or be a list of "
            f"arrays of shape (n_channels, n_timesteps), got shape {X.shape}."
        )
    return X.transpose(0, 2, 1)  # (n_samples, n_timesteps, n_channels)


def to_array(X: Any) -> Any:
    """Bring a torch tensor, on whatever device, to NumPy; leave others alone.

    A scalar of pyarrow, which may be a list, becomes what it holds.
    """
    if hasattr(X, "as_py"):
        return X.as_py()
    if all(hasattr(X, name) for name in ("detach", "cpu", "numpy")):
        X = X.detach().cpu().resolve_conj().resolve_neg()
        is_half = str(X.dtype) == "torch.bfloat16"  # which NumPy does not have
        return (X.float() if is_half else X).numpy()
    return X


def holds_text(array: np.ndarray) -> bool:
    """Tell whether an array has a string in it."""
    if array.dtype.kind == "O":
        return any(isinstance(item, (str, bytes)) for item in array.flat)
    return array.dtype.kind in "UST"


VECTORIZE = (
    "put a TextVectorizer in front: make_pipeline(TextVectorizer(), RNNClassifier())"
)
"""What to do with texts."""


def refuse_text(
    where: str = "",
    name: str = "X",
    recipe: str = VECTORIZE,
    line: str = "np.asarray(X, dtype=float)",
) -> NoReturn:
    """Raise for texts where numbers or token ids are wanted."""
    raise SequenceError(
        f"{name} holds strings{where}, but a recurrent network reads token ids or "
        f"numbers; {recipe}. If they are numbers, convert them: {line}."
    )
