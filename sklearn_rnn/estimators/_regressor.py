"""A number, or several, for each sequence."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._levels import levels_of, places_of
from sklearn_rnn.estimators._over_time import PREFIX_STEPS
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators._pooled import PooledRNN
from sklearn_rnn.estimators._range import range_of, warn_if_outside
from sklearn_rnn.estimators._stepwise import split_steps
from sklearn_rnn.estimators._with_numbers import WithNumbers
from sklearn_rnn.estimators.targets import NumberTarget
from sklearn_rnn.sequences import iterate_prefixes


@with_parameters
class RNNRegressor(WithNumbers, RegressorMixin, PooledRNN):
    r"""Predict numbers from sequences with a recurrent neural network.

    Reads sequences of tokens or of numbers, of any length; predicts one number for
    each sequence, or several.  For a table without order take a regressor of
    scikit-learn.

    See Also
    --------
    RNNClassifier : Predicts classes.

    Notes
    -----
    With the pooled representation :math:`z(x)` the output is
    :math:`f(x) = W z(x) + b` and the prediction :math:`\mu + \sigma f(x)`, with
    mean and deviation of the training targets; for "poisson" it is
    :math:`\bar y \exp f(x)`.  The loss is the weighted mean

    .. math:: L = \sum_i w_i \ell(f(x_i), (y_i - \mu) / \sigma) / \sum_i w_i ,

    averaged over the outputs; `sklearn_rnn.nn.LOSSES` has each :math:`\ell`.

    With ``relative_to`` the target is :math:`(y_i - a_i) / s_i` instead, and
    :math:`a_i + s_i (\mu + \sigma f(x_i))` the prediction: :math:`a_i` is the last
    value of the sequence or its mean, and :math:`s_i` its standard deviation with
    ``standardize="sequence"``, else 1.

    With ``quantiles`` the network gives several numbers for each target, of which each
    is larger than the one before, see `sklearn_rnn.nn.QuantilesHead`, and the loss is
    the mean of their pinball losses.

    Equal rows with equal targets count as one row of their summed weight, and rows
    are trained on in an order of their own, so that a fit depends on the weighted
    set of rows and not on their order (unless a validation part is split off, which
    happens first, in the order given).

    References
    ----------
    Elman (1990). Finding structure in time. Cognitive Science 14.

    Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation 9.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn import RNNRegressor
    >>> X = np.random.default_rng(0).normal(size=(60, 5, 2))
    >>> y = X[:, :, 0].sum(axis=1)
    >>> RNNRegressor(16, random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    _defaults: ClassVar[dict] = {"patch_length": 1}

    _attributes: ClassVar[dict] = {
        "level_range_": (
            "ndarray of shape (2, n_variables) or None",
            """
            The least and the largest mean of a training sequence, for each variable;
            None for tokens.
            """,
        ),
    }

    quantiles: Any = parameter(
        default=None,
        accepts="list of float",
        text="""
        Which quantiles `predict_quantiles` gives, rising, each in (0, 1), all from one
        network.  ``loss`` is then the pinball loss, and `predict` gives the median.
        """,
        constraint=["array-like", None],
    )

    @as_usual
    def predict(self, X: Any) -> NDArray:
        """Predict the targets.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        y : float64 ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The shape of the y given to `fit`.

        Warns
        -----
        ExtrapolationWarning
            If of ten sequences or more half have a mean outside the range of the means
            of those trained on, and y is not counted from it by ``relative_to``.
        """
        sequences = self._read_level(X)
        return self._target.response(self._outputs(sequences), sequences)

    @as_usual
    def predict_quantiles(self, X: Any) -> NDArray:
        """Predict quantiles of the targets.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        quantiles : float64 ndarray of shape (n_samples, n_quantiles) or \
                (n_samples, n_outputs, n_quantiles)
            In the order of the parameter ``quantiles``; they never cross.

        Raises
        ------
        ValueError
            If the estimator was fitted without ``quantiles``.

        See Also
        --------
        sklearn_rnn.metrics.neg_quantile_loss : Scores them.
        """
        check_is_fitted(self, "net_")
        if not self._target.levels:
            raise ValueError(
                "predict_quantiles needs a regressor that was fitted with quantiles; "
                "set them, such as RNNRegressor(quantiles=[0.1, 0.5, 0.9]), and fit "
                "again."
            )
        sequences = self._read_level(X)
        places = places_of(self._setting("quantiles"), self._target.levels)
        return self._target.quantiles(self._outputs(sequences), sequences, places)

    @as_usual
    def predict_over_time(self, X: Any) -> NDArray:
        """Predict the targets after each step.

        Row ``t`` of a member is what `predict` gives for the first ``t + 1`` steps of
        that sequence; the last row is that for all of it.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        y : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_timesteps_i,)`` or ``(n_timesteps_i, n_outputs)``.

        See Also
        --------
        step : Reads live data, one step at a time.
        RNNStepRegressor : Learns a target for each step.

        Notes
        -----
        With ``bidirectional=False`` each sequence is read once.  With two directions
        (the default) the backward half begins anew with each step: all prefixes are
        read, which takes time by the square of the length.  Fit with
        ``bidirectional=False`` where this is too slow.  With patches, and with
        ``kernel_sizes``, all prefixes are read too; those of patches have few steps.
        """
        sequences = self._read(X)
        outputs, offsets = self._outputs_over_time(sequences)
        predicted = self._target.response(outputs)
        if self._target.relative_to is not None:
            predicted = self._from_origins_so_far(outputs, sequences)
        return split_steps(predicted, offsets)

    def _from_origins_so_far(self, outputs, sequences):
        """Count the prediction at each step from the steps until then."""
        parts, start = [], 0
        for prefixes in iterate_prefixes(sequences, PREFIX_STEPS):
            stop = start + len(prefixes)
            parts.append(self._target.response(outputs[start:stop], prefixes))
            start = stop
        return np.concatenate(parts)

    def _read_level(self, X):
        """Read X, and warn where it is far from what was learnt."""
        sequences = self._read(X)
        known = None if self._is_watched else self.level_range_
        if known is not None and self._target.relative_to is None:
            warn_if_outside(known, self._n_levels, sequences)
        return sequences

    def _learn_input(self, part, seed):
        super()._learn_input(part, seed)
        self.level_range_, self._n_levels = None, 0

    def _train(self, net, training, validation=None, **how):
        if not training.sequences.is_tokens:
            self.level_range_ = range_of(training, self.level_range_)
            self._n_levels += len(training.rows)
        return super()._train(net, training, validation, **how)

    def _make_target(self):
        return NumberTarget(
            type(self).__name__,
            self.loss,
            self.quantile,
            self.standardize,
            self.pooling,
            self.relative_to,
            levels_of(self.quantiles),
        )
