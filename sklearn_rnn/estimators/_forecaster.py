"""Forecasts of one series or of many, each many steps ahead."""

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import Interval, StrOptions, fit_context
from sklearn_rnn._training import WeightAverage, as_usual, unnamed
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.estimators._forecast_fit import ForecastFit
from sklearn_rnn.estimators._levels import levels_of
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators.targets import HorizonTarget
from sklearn_rnn.metrics._last_step import split_series

if TYPE_CHECKING:
    from typing_extensions import Self

LOSSES = {"squared_error", "absolute_error", "huber"}
STEPS_OF_AVERAGE = 0.99
"""How slowly the average of the weights forgets, see `WeightAverage`."""


def _refuse_partial_fit(forecaster):
    """Say why there is no `partial_fit`."""
    raise AttributeError(
        "RNNForecaster has no partial_fit: windows need the past, which parts of it do "
        "not have. Call update to take note of what came, or fit with warm_start=True "
        "on the whole series to train on."
    )


@with_parameters
class RNNForecaster(ForecastFit, RegressorMixin, BaseRNN):
    r"""Forecast one series or many, many steps ahead, with bands.

    Rows are steps of time: ``y[t]`` is what is forecast, ``X[t]`` what is known of step
    ``t`` in advance, and ``predict(X)`` forecasts the ``len(X)`` steps that follow
    those of `fit`.  So a test fold of ``TimeSeriesSplit`` is the future, and
    cross-validation, searches and pipelines work as they are.  Take `RNNRegressor` on
    `sliding_windows` for rows of your own making.

    See Also
    --------
    RNNRegressor : Predicts numbers from whole sequences.
    sliding_windows : Cuts a series into such sequences.

    Notes
    -----
    With :math:`x` the last ``window_`` steps and :math:`x_L` the last of them that was
    observed, :math:`z = x - x_L`, the forecast of the steps that follow is

    .. math:: \hat y = x_L + \alpha A z + (1 - \alpha)\, o(z),

    with a ridge regression :math:`A` on all windows of all series, and a network
    :math:`o` that reads a segment of ``segment_`` steps at a time and gives the
    horizon a segment at a time, see `sklearn_rnn.nn.HorizonHead`; it starts at zero, so
    that training starts from repeating the last value.  The last part in time of each
    series is held out: there early stopping watches (the start counts as a candidate),
    the penalty of :math:`A` is chosen, and :math:`\alpha`, by least squares in [0, 1].
    Of :math:`A` and the mixture the simplest one is taken that is within one standard
    error of the best over held-out blocks of ``horizon`` steps.  The last value is
    repeated unless that one is better by more than two standard errors, over these
    blocks and, where they are fewer than ten, those of two earlier parts, in which a
    ridge regression of what is before them stands for all; a
    `NotBetterThanNaiveWarning` says so.

    Of several quantiles the middle one is as above, the others keep the distance that
    the network gives them, so that they never cross, and are moved by what they missed
    on the held-out part [1]_.

    Each target of each series is standardised by its own level and scale, one that does
    not change by the median scale of the others.  Nothing is held out of a series that
    is constant before that part, or nearly so, if there are other series.

    Beyond ``horizon`` forecasts go on block by block from their own; the bands of later
    blocks do not widen by that.

    References
    ----------
    .. [1] Y. Romano, E. Patterson, E. Candès, "Conformalized Quantile Regression",
       NeurIPS 2019.

    S. Lin et al., "SegRNN: Segment Recurrent Neural Network for Long-Term Time Series
    Forecasting", 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn import RNNForecaster
    >>> t = np.arange(120)
    >>> y = 10 + np.sin(2 * np.pi * t / 12)
    >>> forecaster = RNNForecaster(6, period=12, max_epochs=1, random_state=0).fit(y)
    >>> expected = 10 + np.sin(2 * np.pi * np.arange(120, 126) / 12)
    >>> bool(np.allclose(forecaster.predict(), expected, atol=0.1))
    True
    """

    _fixed: ClassVar[dict] = {
        "bidirectional": False,
        "word_dropout": 0.0,
        "input_noise": 0.0,
        "input": "numbers",
        "embedding_dim": 64,
        "embedding": None,
        "pretrained": None,
        "freeze_epochs": 0,
        "standardize": True,
        "missing": "mask",
        "scoring": "loss",
        "max_grad_norm": 1.0,
        "tol": 1e-4,
    }
    _lacks: ClassVar[tuple] = (
        "input_kind_",
        "n_timesteps_seen_",
        "characters_",
        "token_counts_",
        "token_ids_",
        "input_mean_, input_scale_",
    )
    _defaults: ClassVar[dict] = {
        "cell": "gru",
        "dropout": 0.1,
        "lr": 0.002,
        "batch_size": 128,
        "max_epochs": 10,
        "n_iter_no_change": 5,
    }
    _counts_start: ClassVar[bool] = True
    _why_no_onnx: ClassVar[str | None] = (
        "its forecasts go on from the past of each series, which it keeps and a graph "
        "cannot"
    )
    _why_no_rows: ClassVar[str | None] = (
        "rows of X are steps of time; to see what a column counts, shuffle it, but not "
        "that of series or time, and compare what score gives"
    )

    _attributes: ClassVar[dict] = {
        "best_epoch_": (
            "int",
            """
            The epoch, counted from 1, that the weights are of; 0 where early stopping
            found none better than the start, which repeats the last value.
            """,
        ),
        "window_, segment_, period_": ("int", "The parameters as they were found."),
        "freq_": (
            "str, float or None",
            "The step between dates as pandas writes it, or between numbers.",
        ),
        "series_": (
            "list",
            "The names of the series, with those of `update`; [None] without names.",
        ),
        "share_": ("float", "The share of the linear part in the mixture."),
        "ridge_alpha_": ("float or None", "The penalty of the linear part."),
        "held_out_error_": (
            "dict of str to float",
            """
            The mean squared error on the held-out part, of standardised series, of
            "repeat_last", "seasonal", "linear", "network" and "mixture", as far as
            there are.  Empty where nothing was held out.
            """,
        ),
        "chosen_": (
            '{"repeat_last", "linear", "network", "mixture"}',
            "Which forecast is given.",
        ),
        "naive_error_": (
            "ndarray of shape (n_series, n_targets)",
            """
            The mean absolute difference of each series from its value one period
            before, by which `metrics.neg_mase` scales.
            """,
        ),
        "conformal_width_": (
            "ndarray of shape (horizon, n_quantiles) or None",
            "What is added to each quantile at each step, of standardised series.",
        ),
        "n_outputs_": ("int", "Number of targets of a step."),
    }

    horizon: int = parameter(
        default=1,
        kw_only=False,
        accepts="int",
        text="How many steps ahead the network forecasts at once.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    hidden_size: int = parameter(
        default=64,
        accepts="int",
        text="Number of units.  More of them remember more and overfit sooner.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    window: Any = parameter(
        default="auto",
        accepts='int or "auto"',
        text="""
        How many steps are read.  "auto" tries several, from 2 to 14 periods, and 52 of
        days, and takes the one whose ridge regression has the smallest error on the
        held-out part; without that part 14 periods or twice the horizon, and no more
        than a quarter of the longest series, nor than 400 steps or one period.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )
    period: Any = parameter(
        default="auto",
        accepts='int or "auto"',
        text="""
        After how many steps the series repeats itself, 1 if it does not.  "auto" knows
        that of dates: 24 of hours, 7 of days, 5 of business days, 52 of weeks, 12 of
        months, 4 of quarters, 60 of minutes and 96 of quarters of an hour; without
        dates 1.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )
    segment: Any = parameter(
        default="auto",
        accepts='int or "auto"',
        text="""
        How many steps of the series one step of the network reads, and forecasts.
        "auto" takes a period of 4 to 64 steps, else a part of the window.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )
    linear: str | None = parameter(
        default="mix",
        accepts='{"mix", "start"} or None',
        text="""
        What becomes of the ridge regression on windows: "mix" mixes it with the
        network, with "start" the network learns what it leaves, None goes without.
        """,
        constraint=[StrOptions({"mix", "start"}), None],
    )
    quantiles: Any = parameter(
        default=None,
        accepts="list of float",
        text="Which quantiles `predict_quantiles` gives, rising, each in (0, 1).",
        constraint=["array-like", None],
    )
    conformal: bool = parameter(
        default=True,
        accepts="bool",
        text="""
        Whether quantiles are moved, for each step ahead, by what they missed on the
        held-out part.
        """,
        constraint=["boolean"],
    )
    loss: Any = parameter(
        default="absolute_error",
        accepts='{"absolute_error", "squared_error", "huber"}, Module or callable',
        text="""
        What the network minimises, for standardised series.  With ``quantiles`` it is
        the pinball loss.
        """,
        constraint=[StrOptions(LOSSES), callable],
    )
    series: Any = parameter(
        default=None,
        accepts="str or int",
        text="The column of X that names the series of each row: X and y are long.",
        constraint=[str, Interval(Integral, 0, None, closed="left"), None],
    )
    time: Any = parameter(
        default=None,
        accepts="str or int",
        text="""
        The column of X that holds the time of each row, dates or numbers.  Rows may
        then come in any order, and a step without a row is one that was not observed.
        Without it an index of dates is read; that of a single series must have a row
        for each step in `fit`.
        """,
        constraint=[str, Interval(Integral, 0, None, closed="left"), None],
    )
    past_only: Any = parameter(
        default=(),
        accepts="list of str or int",
        text="""
        Names of columns of X, of an array their numbers, that are known of the past
        only, such as the weather.  `predict` does not look at them.
        """,
        constraint=["array-like"],
    )
    batches_per_epoch: int = parameter(
        default=100,
        accepts="int",
        text="Updates in an epoch: windows overlap, so that all are too many for one.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    validation_fraction: float = parameter(
        default=0.15,
        accepts="float",
        text="Share of each series, at its end, that is held out; at least a horizon.",
        constraint=[Interval(Real, 0, 1, closed="neither")],
    )
    early_stopping: bool | str = parameter(
        default="auto",
        accepts='bool or "auto"',
        text="""
        Whether to hold out the end of each series.  "auto" does where a series is long
        enough.  Without it there is no rule, no warning and no conformal width, and
        the mixture has equal shares.
        """,
        constraint=["boolean", StrOptions({"auto"})],
    )

    @fit_context(prefer_skip_nested_validation=True)
    def fit(  # type: ignore[override]
        self, X: Any, y: Any = None, sample_weight: Any = None
    ) -> "Self":
        """Train on the past of one series or of many.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns)
            What is known of each step: columns of numbers, NaN where one is missing.
            A column that does not change within a series is a static variable.  With
            ``series`` a long frame of many series.  If `y` is None, X is the series
            itself, (n_steps,) or (n_steps, n_targets).
        y : array-like of shape (n_steps,) or (n_steps, n_targets), default=None
            The series.  NaN where nothing was observed; there the last value before is
            read.
        sample_weight : array-like of shape (n_steps,), default=None
            How much each step counts as a target of the network; the ridge regression
            knows only whether it is above 0.  A step of weight 0 is still read.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data cannot be used; before any training.
        KeyboardInterrupt
            After Ctrl-C; the estimator is fitted with what it had learnt.

        Warns
        -----
        NotBetterThanNaiveWarning
            If no forecast is better than the last value, or if no series is long
            enough for the linear part.
        """
        return super().fit(X, y, sample_weight)

    @as_usual
    def predict(self, X: Any = None) -> NDArray:
        """Forecast the steps that follow.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns), default=None
            What is known of the steps to come.  With dates, rows are placed by date.
            Without columns only the number of rows and their dates count; dates alone
            are enough, as an index, an array or a list.  None forecasts the next
            ``horizon`` steps of each series.

        Returns
        -------
        y : float64 ndarray of shape (n_steps,) or (n_steps, n_targets)
            A row for each row of X; with None those of each series, in the order of
            ``series_``.

        Raises
        ------
        ValueError
            If columns or rows are missing, a series is unknown, or a date is not in
            the future.
        """
        forecast, _ = self._forecast(X)
        middle = forecast[..., forecast.shape[2] // 2]
        return middle[:, 0] if self._ndim == 1 else middle

    @as_usual
    def predict_quantiles(self, X: Any = None) -> NDArray:
        """Forecast quantiles of the steps that follow.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns), default=None
            As for `predict`.

        Returns
        -------
        quantiles : float64 ndarray of shape (n_steps, n_quantiles) or \
                (n_steps, n_targets, n_quantiles)
            In the order of the parameter ``quantiles``; they never cross.

        Raises
        ------
        ValueError
            If the estimator was fitted without ``quantiles``.
        """
        check_is_fitted(self, "net_")
        if not self._target.levels:
            raise ValueError(
                "predict_quantiles needs a forecaster that was fitted with quantiles; "
                "set them, such as RNNForecaster(quantiles=[0.1, 0.5, 0.9]), and fit "
                "again."
            )
        forecast, _ = self._forecast(X)
        forecast = forecast[..., self._asked_levels()]
        return forecast[:, 0] if self._ndim == 1 else forecast

    @as_usual
    def forecast(self, X: Any = None) -> Any:
        """Forecast the steps that follow as a frame with their dates.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns), default=None
            As for `predict`.

        Returns
        -------
        forecast : pandas.DataFrame
            A row for each step: its index are dates, or steps ahead where `fit` saw
            none, with the name of the series before it where there are many.  A column
            for each target; with ``quantiles`` for each target and quantile.
        """
        import pandas as pd

        forecast, where = self._forecast(X)
        titles = self._target_titles or self._default_titles()
        if not self._target.levels:
            columns = pd.Index(titles)
        else:
            forecast = forecast[..., self._asked_levels()]
            quantiles = list(self._setting("quantiles"))
            columns = pd.MultiIndex.from_product(
                [titles, quantiles], names=["target", "quantile"]
            )
        return pd.DataFrame(
            forecast.reshape(len(forecast), -1), self._index_of(where), columns
        )

    @as_usual
    def update(self, X: Any, y: Any = None) -> "Self":
        """Take note of what came since `fit`, or of new series; nothing is trained.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns)
        y : array-like of shape (n_steps,) or (n_steps, n_targets), default=None
            As for `fit`: the steps that follow those known.  With dates, steps that
            are left out count as not observed.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If dates are not after those known, or a new series has none where those of
            `fit` have.
        """
        check_is_fitted(self, "net_")
        data = self._read_series(X, y, None, reset=False)
        self._own_pasts()
        self._append_pasts(data)
        return self

    @as_usual
    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute R² of the forecasts of the steps that follow.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_steps, n_columns)
        y : array-like of shape (n_steps,) or (n_steps, n_targets), default=None
            What came; if None, X is the series itself.  NaN does not count.
        sample_weight : array-like of shape (n_steps,), default=None

        Returns
        -------
        score : float

        Raises
        ------
        ValueError
            If nothing of y was observed.
        """
        predicted = self.predict(X)
        truth = np.asarray(split_series(X, self)[1] if y is None else y, np.float64)
        truth = truth.reshape(predicted.shape)
        seen = np.isfinite(truth.reshape(len(truth), -1)).all(axis=1)
        if not seen.any():
            raise ValueError(
                "y has no row without NaN to compare forecasts with; pass what came."
            )
        weight = None if sample_weight is None else np.asarray(sample_weight)[seen]
        return float(r2_score(truth[seen], predicted[seen], sample_weight=weight))

    @available_if(_refuse_partial_fit)
    def partial_fit(self, X: Any, y: Any = None) -> "Self":
        """Not there: `update` takes note of what came, and ``fit`` trains.

        Parameters
        ----------
        X, y : object

        Returns
        -------
        self : object
        """
        raise NotImplementedError

    def _make_target(self):
        return HorizonTarget(
            type(self).__name__, self.loss, self.cell, levels_of(self.quantiles)
        )

    def _begin(self, before=None):
        super()._begin(before)
        given = list(self.callbacks or ())
        if not any(isinstance(unnamed(one), WeightAverage) for one in given):
            given.insert(0, ("average", WeightAverage(STEPS_OF_AVERAGE)))
        self._settings["callbacks"] = given

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = False
        tags.input_tags.allow_nan = True
        tags.target_tags.required = False
        tags.target_tags.multi_output = True
        return tags
