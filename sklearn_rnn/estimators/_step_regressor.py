"""A number, or several, for each step."""

from typing import Any

from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._parameters import with_parameters
from sklearn_rnn.estimators._stepwise import StepwiseRNN, split_steps
from sklearn_rnn.estimators._with_numbers import WithNumbers
from sklearn_rnn.estimators.targets import StepNumberTarget


@with_parameters
class RNNStepRegressor(WithNumbers, StepwiseRNN):
    r"""Predict numbers for every step of a sequence with a recurrent neural network.

    Reads sequences of tokens or of numbers, of any length, and gives each step one
    number or several: a state to be tracked, a rate, a level.  For one target for a
    whole sequence take `RNNRegressor`; for a class for each step, `RNNTagger`.

    See Also
    --------
    RNNTagger : Predicts a class for each step.
    RNNRegressor : Predicts numbers for a whole sequence.
    as_ragged : Makes a target that scikit-learn's splitters can slice.

    Notes
    -----
    With the states :math:`h_t` of the last layer the outputs at step :math:`t` are
    :math:`f_t = W h_t + b` and the loss is the weighted mean over all real steps of
    all sequences,

    .. math:: L = \sum_{i,t} w_i \ell(f_{i,t}, y_{i,t}) / \sum_{i,t} w_i,

    averaged over the outputs; `sklearn_rnn.nn.LOSSES` has each :math:`\ell`.  It is a
    class of its own, and not `RNNRegressor` with another y: a table
    ``(n_samples, k)`` could be k targets of a sequence or its k steps, and ``pooling``
    would mean nothing.

    Equal rows with equal targets count as one row of their summed weight, and rows
    are trained on in an order of their own, as in `RNNRegressor`.

    References
    ----------
    Elman (1990). Finding structure in time. Cognitive Science 14.

    Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation 9.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn import RNNStepRegressor
    >>> X = np.random.default_rng(0).normal(size=(60, 5, 2))
    >>> y = np.cumsum(X[:, :, 0], axis=1)  # the sum so far, at each step
    >>> model = RNNStepRegressor(16, bidirectional=False, random_state=0)
    >>> model.fit(X, y).score(X, y) > 0.9
    True
    """

    @as_usual
    def predict(self, X: Any) -> NDArray:
        """Predict the targets of each step.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        y : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_timesteps_i,)`` or ``(n_timesteps_i, n_outputs)``,
            as the members of the y given to `fit`.
        """
        sequences = self._read(X)
        outputs, offsets = self._step_outputs(sequences)
        return split_steps(self._target.response(outputs, sequences), offsets)

    @as_usual
    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the share of the variance of all steps that is explained, R².

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        y : object array or list of arrays, or padded array
            The targets, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, each for all steps of a sequence.

        Returns
        -------
        r2 : float
            1 at best; 0 for always predicting the mean.
        """
        check_is_fitted(self, "net_")
        part = self._check_part(X, y, sample_weight, reset=False)
        predicted = self._target.from_scale(self._outputs(part.sequences))
        origin, unit = self._target.origins(part.sequences)
        truth, predicted = (
            values * unit + origin for values in (part.y.values, predicted)
        )
        weight = self._target.weigh(part.y, part.weight)
        return r2_score(truth, predicted, sample_weight=weight)

    def _make_target(self):
        return StepNumberTarget(
            type(self).__name__,
            self.loss,
            self.quantile,
            self.standardize,
            self.relative_to,
        )
