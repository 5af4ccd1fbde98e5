"""Predictions before the end: after each step of a sequence, and in streaming."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._training import as_usual, take_step
from sklearn_rnn.estimators._fitted import check_has
from sklearn_rnn.sequences import check_one_step, iterate_prefixes

# With two directions the prefixes are read in parts of about this many steps, so that a
# long sequence does not take memory by the square of its length.
PREFIX_STEPS = 2**16


class OverTime:
    """The part of an estimator that predicts before its sequences end."""

    @as_usual
    def step(self, x_t: Any, state: Any = None) -> tuple[NDArray, Any]:
        """Read one more step of live data, and predict.

        The prediction is that for all steps read so far; of `RNNTagger` and
        `RNNStepRegressor`, that at this step.  It is what the whole sequences
        predict, but each step is read once.

        Parameters
        ----------
        x_t : array-like
            One step of each of some streams: numbers of shape (n_samples, n_features),
            of one variable per step (n_samples,); token ids of shape (n_samples,), or
            what the `TextVectorizer` of `fit` makes of one word each.
        state : object, default=None
            The state of the streams: what the call before returned, None at the first
            step.  It is not changed, so that one state may be gone on from more than
            once, and can be pickled.

        Returns
        -------
        predictions : float64 ndarray of shape (n_samples, n_classes), or \
                (n_samples,) or (n_samples, n_outputs)
            Probabilities of a classifier and of a tagger, predictions of a regressor.
        state : object
            The state of the streams now, for the next call. ``state.take(streams)``
            is that of some of them, when others have ended.

        Raises
        ------
        ValueError
            If `x_t` is not one step as `fit` saw them, if `state` is that of other
            streams or of another fitted estimator, or if the estimator was fitted
            with ``bidirectional=True``, ``standardize="sequence"``, ``kernel_sizes``,
            ``output="crf"`` or several sequences for each sample.
        TypeError
            If `state` is no state.

        Notes
        -----
        With patches a step is a real step: the patch that it belongs to is read with
        zeros behind it, from the state before the patch.

        Where `fit` saw an X of shape (n_samples, n_timesteps), `predict` wants as many
        steps, and `step` takes any number of them.

        With ``bidirectional=True`` `RNNClassifier.predict_proba_over_time` and
        `RNNRegressor.predict_over_time` work all the same.
        """
        check_has(self, "net_")
        if state is None:  # which is else that of a step
            self._check_can_step()
        sequences = check_one_step(self, x_t, allow_nan=self._takes_nan)
        self._check_characters(sequences, reset=False)
        with self._threads(briefly=True):
            outputs, state = self._take_step(sequences, state)
        return self._target.response(outputs), state

    def _take_step(self, sequences, state):
        """Read one more step of some streams; return outputs and state."""
        return take_step(self.net_, self._dataset(sequences), state)

    def _check_can_step(self):
        reason = self._why_no_step()
        if reason is not None:
            raise ValueError(f"{type(self).__name__} was fitted with {reason}.")

    def _why_no_step(self):
        """Say why steps cannot be read one by one, None if they can."""
        return (
            self._target.why_no_step()
            or self._why_no_scale()
            or self.net_.module_.why_no_step()
        )

    def _why_no_pass(self):
        """Say why one pass does not give the predictions after each step."""
        return self._why_no_scale() or self.net_.module_.why_no_pass()

    def _why_no_scale(self):
        """Say why numbers cannot be standardised before the end."""
        if self.token_counts_ is None and self._setting("standardize") == "sequence":
            return (
                "standardize='sequence', and the level and scale of a sequence are "
                "known at its end only; fit with standardize=True"
            )
        return None

    def _outputs_over_time(self, X):
        """Run the net over each prefix of X; one row for each, and where each ends."""
        sequences = self._read(X)
        if self._why_no_pass() is None:
            outputs = self._outputs(sequences, self._head.over_time, rows="step")
        else:
            parts = iterate_prefixes(sequences, PREFIX_STEPS)
            outputs = np.concatenate([self._outputs(part) for part in parts])
        return outputs, sequences.offsets
