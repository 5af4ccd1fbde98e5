"""The average of the weights over training, as a callback."""

from typing import TYPE_CHECKING, Any

import torch
from skorch.callbacks import Callback
from torch.optim.swa_utils import get_ema_multi_avg_fn

if TYPE_CHECKING:
    from typing_extensions import Self


class WeightAverage(Callback):
    r"""Predict with an average of the weights over the last updates.

    The updates of a network jump about the best weights rather than settle there,
    the more so the higher the learning rate and the smaller the batches; their
    average lies nearer. Costs little time and twice the memory of the weights.

    Parameters
    ----------
    decay : float, default=0.998
        How slowly earlier weights are forgotten, in (0, 1): the average reaches back
        over some ``1 / (1 - decay)`` updates. Higher for many updates per epoch.

    See Also
    --------
    RNNClassifier : Takes it in ``callbacks``, as the other estimators do.

    Notes
    -----
    After update :math:`n = 1, 2, \dots`, which left the weights :math:`w_n`, the
    average becomes

    .. math::
        a_n = d_n a_{n-1} + (1 - d_n) w_n, \qquad
        d_n = \min\left(d, \frac{1 + n}{10 + n}\right), \qquad a_0 = w_1,

    where the second term removes the random start sooner. From the end of each epoch's
    updates to the beginning of the next epoch the network holds the average: the
    validation part, early stopping and what is kept in the end see it, after Ctrl-C
    and a `TimeBudget` too; the updates go on from the weights they had. Where training
    diverges, the weights of the last good epoch are kept as they were, without an
    average.

    Each call of ``fit`` begins an average of its own, and so does each of
    ``partial_fit``: the next part is learnt from the average that the last one left.

    References
    ----------
    Polyak, Juditsky (1992). Acceleration of stochastic approximation by averaging.
    SIAM Journal on Control and Optimization 30.

    Examples
    --------
    >>> from sklearn_rnn import RNNRegressor
    >>> from sklearn_rnn.callbacks import WeightAverage
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(50, 5, random_state=0)
    >>> model = RNNRegressor(callbacks=[WeightAverage(0.99)], max_epochs=2)
    >>> model.fit(X, y).predict(X).shape
    (50,)
    """

    carries = ("n_updates_", "average_")
    weights_: Any
    average_: Any
    going_on_: Any

    def __init__(self, decay: float = 0.998) -> None:
        self.decay = decay

    def initialize(self) -> "Self":
        """Check the decay."""
        if not 0 < self.decay < 1:
            raise ValueError(
                f"decay must lie between 0 and 1, got {self.decay!r}; 0.998 averages "
                "over some 500 updates."
            )
        return self

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.n_updates_ = 0
        self.weights_ = [p for p in net.module_.parameters() if p.requires_grad]
        self.average_ = self.going_on_ = None

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        if self.going_on_ is not None:
            self._put(self.going_on_)
            self.going_on_ = None

    @torch.no_grad()
    def on_batch_end(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if not training:
            return
        self.n_updates_ += 1
        if self.average_ is None:
            self.average_ = _copies(self.weights_)
        decay = min(self.decay, (1 + self.n_updates_) / (10 + self.n_updates_))
        get_ema_multi_avg_fn(decay)(self.average_, self.weights_, self.n_updates_)

    def on_batch_begin(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if not training:  # the updates of this epoch are done
            self._show_average()

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        self._show_average()

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        if (net.interrupted_ or net.paused_) and self.average_ is not None:
            self._put(self.average_)  # again, for Ctrl-C may have come amid it
        self.weights_ = self.average_ = self.going_on_ = None

    def _show_average(self) -> None:
        if self.going_on_ is None:
            self.going_on_ = _copies(self.weights_)
            self._put(self.average_)

    @torch.no_grad()
    def _put(self, values: list[torch.Tensor]) -> None:
        for weight, value in zip(self.weights_, values, strict=True):
            weight.copy_(value)


def _copies(weights: list[torch.Tensor]) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in weights]
