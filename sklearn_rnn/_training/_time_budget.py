"""Ending a fit in time."""

import time
from numbers import Real
from typing import TYPE_CHECKING, Any

from skorch.callbacks import Callback

from sklearn_rnn._training._callbacks import PauseTraining

if TYPE_CHECKING:
    from typing_extensions import Self


class TimeBudget(Callback):
    """End training when its time is used up.

    Training ends after the update during which the time ran out, be it in the middle of
    an epoch; the estimator is fitted with what it had learnt, or, if it stops early,
    with the best weights so far. Such an epoch has no row in ``history_``.

    Parameters
    ----------
    seconds : float
        How long ``fit`` may train, above 0, by the clock on the wall; what is done
        before the first epoch and the time of one update come on top. In a search
        each fit has this time.

    See Also
    --------
    Checkpoint : Keeps what was done, so that the next call of ``fit`` goes on.

    Notes
    -----
    The default ``lr_schedule="cosine"`` is laid over all ``max_epochs``: a fit that
    ends long before them ends at a high learning rate. Where the budget decides, rather
    than ``max_epochs``, take ``lr_schedule=None`` or "plateau". How far training came
    depends on the machine, so that two such fits are not the same.

    With ``refit=True`` both trainings together have this time. If it is used up, the
    weights are the best ones of the first.

    Examples
    --------
    >>> from sklearn_rnn import RNNRegressor
    >>> from sklearn_rnn.callbacks import TimeBudget
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(50, 5, random_state=0)
    >>> model = RNNRegressor(8, callbacks=[TimeBudget(0.2)], max_epochs=10_000)
    >>> model.fit(X, y).n_iter_ < 10_000
    True
    """

    def __init__(self, seconds: float) -> None:
        self.seconds: Any = seconds

    def initialize(self) -> "Self":
        """Check the time given."""
        if not isinstance(self.seconds, Real) or not self.seconds > 0:  # type: ignore[operator]
            raise ValueError(
                f"seconds must be a number above 0, got {self.seconds!r}; it is the "
                "time that one fit may train."
            )
        return self

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.end_ = time.monotonic() + self.seconds

    def on_batch_end(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if training and time.monotonic() > self.end_:
            raise PauseTraining


def share_time(first: Any, second: Any) -> None:
    """Leave to the budgets of a net what those of another have not used up.

    Parameters
    ----------
    first, second : SequenceNet
        Made of the same callbacks; the second is not yet trained.
    """
    budgets = dict(first.callbacks_)
    for name, budget in second.callbacks_:
        if isinstance(budget, TimeBudget) and hasattr(budgets[name], "end_"):
            budget.seconds = budgets[name].end_ - time.monotonic()
