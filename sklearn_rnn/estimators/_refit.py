"""Training anew on all rows, for as many epochs as early stopping found."""

import copy

from sklearn_rnn._messages import warn
from sklearn_rnn._training import is_complete
from sklearn_rnn.exceptions import RefitWarning


def check_refit(estimator, X_val):
    """Refuse to train on validation data that are no part of X."""
    if estimator.refit and X_val is not None:
        raise ValueError(
            "refit=True trains anew on the rows of X that were held out, but X_val was "
            "given. Either append its rows to X and y and name them in "
            "validation_fraction=[(train, valid)], or pass refit=False."
        )


def train_on_all(estimator, unfitted, continued, train, find_saved_fit):
    """Replace what was learnt on a part of the rows by what all of them teach.

    Parameters
    ----------
    estimator : BaseRNN
        Fitted on a part of the rows, with early stopping.
    unfitted : dict
        Its attributes before that.
    continued : bool
        Whether training started from the weights there were, and counted on.
    train : callable (n_epochs, after, like, saved_fit) -> None
        Fits on all rows for so many epochs, with what the first training has chosen.
    find_saved_fit : callable (n_epochs) -> SavedFit or None
        Looks up what a checkpoint knows of this training.

    Notes
    -----
    The second training takes the place of the first only where both came to their end:
    cut short it has not had its small learning rates, and may be worse.
    """
    first = dict(vars(estimator))
    n_epochs = estimator.best_epoch_
    if continued:
        n_epochs = max(0, n_epochs - unfitted["n_iter_"])
    if not is_complete(estimator.net_):
        _warn("The training that finds the number of epochs")
        return
    _set_attributes(estimator, unfitted)
    estimator._target_of_fit = copy.copy(first["_target_of_fit"])
    try:
        saved_fit = find_saved_fit(n_epochs=n_epochs)
        after = first["net_"]
        train(n_epochs=n_epochs, after=after, like=first, saved_fit=saved_fit)
    except BaseException:
        _set_attributes(estimator, first)
        raise
    if is_complete(estimator.net_):
        estimator.validation_history_ = first["history_"]
        return
    _set_attributes(estimator, first)
    _warn("The training on all rows")


def take_structure(estimator, first):
    """Give a net on all rows the shape that the first training chose on its part.

    Parameters
    ----------
    estimator : BaseRNN
        Has learnt of all rows what they are.
    first : dict or None
        The attributes after the first training; None in any other.
    """
    if first is None:
        return
    for name in ("patch_length_", "_reach"):
        if name in first:
            setattr(estimator, name, first[name])
    if first.get("beside_inputs_"):
        pairs = zip(estimator.beside_inputs_, first["beside_inputs_"], strict=True)
        estimator.beside_inputs_ = [
            {**now, "patch_length_": then.get("patch_length_", 1)}
            for now, then in pairs
        ]


def _warn(which):
    warn(
        f"{which} was cut short, by a TimeBudget or because it diverged, so that "
        "refit=True has no effect: the weights are those of the best epoch of the "
        "training that left out the validation part. Allow more time, lower lr, or "
        "pass refit=False.",
        RefitWarning,
    )


def _set_attributes(estimator, attributes):
    vars(estimator).clear()
    vars(estimator).update(attributes)
