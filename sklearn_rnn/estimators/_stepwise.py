"""What the estimators share that have one target for each step."""

import numpy as np

from sklearn_rnn._compat import fit_context
from sklearn_rnn._training import torch_threads
from sklearn_rnn.estimators._base import BaseRNN, Given, as_it_was_on_error
from sklearn_rnn.estimators._watching import reporting
from sklearn_rnn.sequences import Sequences


class StepwiseRNN(BaseRNN):
    """Base of the estimators that keep the states of all steps.

    The network gives one row of outputs for each real step, without padding; targets
    and weights stand in the same line, so that losses and scores are those of any
    other estimator, with steps in the place of rows.
    """

    _output_per = "step"

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, X_val=None, y_val=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            The sequences: token ids as a sparse matrix of integers
            ``(n_samples, max_length)``; one variable per step
            ``(n_samples, n_timesteps)``; several variables
            ``(n_samples, n_timesteps, n_features)``, shorter ones padded with NaN
            at the end; or a list of ``(n_timesteps_i, n_features)`` arrays.
        y : object array or list of arrays of shape (n_timesteps_i,), or padded array
            One target for each step: member ``i`` is as long as sequence ``i``.  In a
            padded array ``(n_samples, n_timesteps)`` what stands behind the end of
            a sequence is not looked at.  `as_ragged` makes of a list of lists the
            object array that splitters and searches of scikit-learn can slice.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0, each for all steps of a sequence.
        X_val, y_val : like X and y, default=None
            Validation data, used instead of a part of X.  Its loss and score
            stand in ``history_`` whether or not early stopping is on.  If it has
            as many rows as X, cross-validation and searches cut it to every fold,
            with a `SlicedValidationWarning`.
        groups : array-like of shape (n_samples,), default=None
            The group of each row.  Early stopping holds out whole groups, or passes
            them to the splitter in ``validation_fraction``.

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
        """
        given = Given(X, y, sample_weight, X_val, y_val, groups)
        with (
            reporting(self, given) as report,
            as_it_was_on_error(self),
            torch_threads(self.n_jobs),
        ):
            return self._fit(given, report)

    def _output_params(self):
        return {"pooling": None}

    def _split_target(self, y):
        return np.zeros(len(y))  # nothing to stratify by

    def _target_weight(self, y, weight):
        return weight_per_step(y, weight)

    def _step_outputs(self, X, method="predict", dtype=np.float64):
        """Run the net over X; one row for each step, and where each sequence ends."""
        sequences = self._read(X)
        return self._outputs(sequences, method, dtype), sequences.offsets


def split_steps(values, offsets):
    """Cut what stands in one line into an object array of one array per sequence."""
    members = np.split(values, offsets[1:-1])
    return np.fromiter(members, dtype=object, count=len(members))


def weight_per_step(y, weight):
    """Repeat the weight of each sequence for its steps."""
    return np.repeat(weight, y.lengths)


def with_values(y, values):
    """Give the steps of `y` other targets."""
    return Sequences(values, y.offsets)
