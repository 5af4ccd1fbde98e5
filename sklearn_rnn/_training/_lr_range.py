"""Learning rates over the updates: raised as a test, or as a schedule plans them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch.callbacks import Callback

from sklearn_rnn._training._callbacks import Schedule, StopTraining

# The smoothed loss remembers some ten updates.
SMOOTHING = 0.9
# From here on training has come apart: this many times as far above the lowest loss as
# that lies above zero, or below the first loss, whichever is more. The second part is
# for losses that come near zero, where a trifle is many times as much, or below it.
EXPLODED = 3.0


class LearningRateRange(Callback):
    r"""Raise the rate from update to update until the loss explodes.

    The rates form a geometric series. Other callbacks may change the rate as well: this
    one sets it last, before each update. Groups of parameters with a rate of their own
    keep its ratio to that of the optimiser.

    Parameters
    ----------
    lr_min, lr_max : float
        First and last rate.
    n_updates : int
        Number of updates from the first to the last rate.

    Attributes
    ----------
    lrs_, losses_, smoothed_ : list of float
        For each update its rate, the loss of its batch before the update, and the
        smoothed loss. A loss that is not finite ends the training and is left out.
    cut_short_ : bool
        Whether something other than the loss ended the training before the last rate.

    Notes
    -----
    With :math:`\ell_i` the loss of batch :math:`i = 1, 2, \dots` the smoothed loss is
    the exponential average without its bias towards zero,

    .. math::
        a_i = \beta a_{i-1} + (1 - \beta) \ell_i, \qquad
        s_i = a_i / (1 - \beta^i), \qquad a_0 = 0, \ \beta = 0.9.
    """

    lrs_: list[float]
    losses_: list[float]
    smoothed_: list[float]

    def __init__(self, lr_min: float, lr_max: float, n_updates: int) -> None:
        self.lr_min = lr_min
        self.lr_max = lr_max
        self.n_updates = n_updates

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.planned_ = np.geomspace(self.lr_min, self.lr_max, self.n_updates).tolist()
        self.lrs_, self.losses_, self.smoothed_ = [], [], []
        self.average_ = 0.0
        groups = net.optimizer_.param_groups
        self.ratios_ = [group["lr"] / net.optimizer_.defaults["lr"] for group in groups]

    def on_batch_begin(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if not training:
            return
        self.lr_ = self.planned_[len(self.lrs_)]
        groups = net.optimizer_.param_groups
        for group, ratio in zip(groups, self.ratios_, strict=True):
            group["lr"] = ratio * self.lr_

    def on_batch_end(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if not training:
            return
        self._record(net.history[-1, "batches", -1, "train_loss"])
        if self._is_over:
            raise StopTraining

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        diverged = dict(net.callbacks_)["good_weights"].diverged_at_ is not None
        self.cut_short_ = not (diverged or self._is_over)

    def _record(self, loss: float) -> None:
        self.lrs_.append(self.lr_)
        self.losses_.append(loss)
        self.average_ = SMOOTHING * self.average_ + (1.0 - SMOOTHING) * loss
        self.smoothed_.append(self.average_ / (1.0 - SMOOTHING ** len(self.lrs_)))

    @property
    def _is_over(self) -> bool:
        return len(self.lrs_) == self.n_updates or has_exploded(self.smoothed_)


def has_exploded(smoothed: list[float]) -> bool:
    """Say whether the last of some losses lies far above the lowest of them."""
    if not smoothed:
        return False
    first, lowest, last = smoothed[0], min(smoothed), smoothed[-1]
    return last - lowest > EXPLODED * max(abs(lowest), first - lowest)


def planned_rates(
    lr_schedule: Any, lr: float, n_updates: int
) -> NDArray[np.float64] | None:
    """Compute the rate of each update without training.

    The schedule is that of a fit, on an optimiser with nothing to learn.

    Parameters
    ----------
    lr_schedule : str, scheduler class, partial of one, callable, or None
        As for `make_schedule`.
    lr : float
    n_updates : int

    Returns
    -------
    rates : float64 ndarray of shape (n_updates,) or None
        None where the rate depends on the course of the training ("plateau").
    """
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    net = SimpleNamespace(optimizer_=optimizer)
    schedule = Schedule(lr_schedule, n_updates).initialize()
    schedule.on_train_begin(net)
    if schedule._waits_for_epochs:
        return None
    rates = np.empty(n_updates)
    for update in range(n_updates):
        rates[update] = optimizer.param_groups[0]["lr"]
        optimizer.step()  # or torch would warn of a schedule ahead of its optimiser
        schedule.on_batch_end(net, training=True)
    return rates
