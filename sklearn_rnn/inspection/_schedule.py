"""How the learning rate will change, before anything is trained."""

from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_scalar

from sklearn_rnn._training import planned_rates
from sklearn_rnn.inspection._axes import axes_or_new, line_style
from sklearn_rnn.inspection._estimators import recurrent_part

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from typing_extensions import Self


class ScheduleDisplay:
    """The learning rate planned for each update.

    Made by `from_estimator`, which draws it too. Several on the same axes compare
    schedules: each gets a colour and dashes of its own.

    Parameters
    ----------
    lrs : ndarray of shape (n_updates,)
        The rate of each update.
    updates_per_epoch : int
        Number of updates in each epoch.
    name : str, default=None
        Name of the schedule in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was drawn.
    figure_ : matplotlib Figure
        The figure of the axes.
    line_ : matplotlib Line2D
        The rates.

    See Also
    --------
    LearningRateDisplay : Finds the rate to begin with.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.inspection import ScheduleDisplay
    >>> model = RNNClassifier(lr_schedule="cosine", batch_size=50, max_epochs=10)
    >>> display = ScheduleDisplay.from_estimator(model, n_samples=500)
    >>> len(display.lrs), display.lrs[0].item()
    (100, 0.01)
    >>> model.set_params(lr_schedule="one_cycle")
    RNNClassifier(batch_size=50, lr_schedule='one_cycle', max_epochs=10)
    >>> display = ScheduleDisplay.from_estimator(model, 500, ax=display.ax_)
    >>> plt.close(display.figure_)
    """

    ax_: "Axes"
    figure_: "Figure | SubFigure"
    line_: "Line2D"

    def __init__(
        self,
        *,
        lrs: NDArray[np.float64],
        updates_per_epoch: int,
        name: str | None = None,
    ) -> None:
        self.lrs = lrs
        self.updates_per_epoch = updates_per_epoch
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        n_samples: int,
        *,
        ax: "Axes | None" = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> "Self":
        """Plan the rates of a fit and draw them; nothing is trained.

        Parameters
        ----------
        estimator : RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor or Pipeline
            Of a pipeline the last step counts. Its ``lr``, ``lr_schedule``,
            ``batch_size``, ``max_epochs`` and ``net_params`` are read; early stopping
            may end a fit before its plan does. What is "auto" is that of numbers,
            unless the estimator was fitted on tokens or has ``input="tokens"``.
        n_samples : int
            Number of rows to train on, at least 1: without those held out for
            validation, and equal ones counted once.
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name of the schedule in the legend; that of ``lr_schedule`` if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : ScheduleDisplay

        Raises
        ------
        TypeError
            If the estimator is none of this package.
        ValueError
            If a parameter cannot be used, or if the schedule follows the losses of a
            training, as "plateau" does: then the rates are unknown before.
        """
        rnn = recurrent_part(estimator)
        rnn._validate_params()
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        settings = {**rnn.get_params(deep=False), **(rnn.net_params or {})}
        settings |= rnn._plan_of(settings, n_samples)
        updates_per_epoch = -(-n_samples // settings["batch_size"])
        lrs = planned_rates(
            rnn.lr_schedule,
            settings.get("optimizer__lr", settings["lr"]),
            updates_per_epoch * settings["max_epochs"],
        )
        if lrs is None:
            raise ValueError(
                f"lr_schedule={rnn.lr_schedule!r} follows the losses of a training and "
                "cannot be planned; draw history_['lr'] of a fitted estimator, or pass "
                "one with a schedule such as 'cosine'."
            )
        name = _name_of(rnn.lr_schedule) if name is None else name
        display = cls(lrs=lrs, updates_per_epoch=updates_per_epoch, name=name)
        return display.plot(ax, **kwargs)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **kwargs: Any
    ) -> "Self":
        """Draw the rate over the updates.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; a new figure if None.
        name : str, default=None
            Name in the legend; that of the display if None.
        **kwargs : dict
            Passed to matplotlib's ``plot``, such as ``color``.

        Returns
        -------
        display : ScheduleDisplay
            Itself.
        """
        ax = axes_or_new(ax)
        epochs = np.arange(len(self.lrs)) / self.updates_per_epoch
        style = line_style(ax, self.name if name is None else name, kwargs)
        (self.line_,) = ax.plot(epochs, self.lrs, **style)
        ax.set_ylim(bottom=0.0)
        ax.set(xlabel="epoch", ylabel="learning rate", title="Planned learning rate")
        if str(self.line_.get_label())[0] != "_":  # matplotlib's mark for no legend
            ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _name_of(lr_schedule: Any) -> str:
    """Name a schedule as its user would."""
    if lr_schedule is None:
        return "constant"
    made = lr_schedule.func if isinstance(lr_schedule, partial) else lr_schedule
    return getattr(made, "__name__", str(made))
