"""What the estimators share that have one target for each sequence."""

from typing import ClassVar

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import StrOptions
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.nn import POOLINGS


class PooledRNN(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseRNN):
    """Base of the estimators that pool the states of all steps into one vector."""

    _output_per = "sequence"
    _parameter_constraints: ClassVar[dict] = {
        **BaseRNN._parameter_constraints,
        "pooling": [StrOptions(set(POOLINGS))],
    }

    def _output_params(self):
        return {"pooling": self.pooling}

    def transform(self, X):
        """Compute the pooled representation, to feed another estimator.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        representation : float64 ndarray of shape (n_samples, n_units)
            What the output layer reads; ``n_units`` is ``hidden_size``, twice
            that when bidirectional, and twice again with ``pooling="final_max"``.
        """
        return self._outputs(X, "represent")

    def attention_weights(self, X):
        """Compute how much each step counted, with ``pooling="attention"``.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        weights : float64 ndarray of shape (n_samples, n_timesteps)
            As wide as the longest row of this X.  Each row sums to 1 over the real
            steps; padding has weight 0.

        Raises
        ------
        ValueError
            If the estimator was fitted with another pooling.
        """
        check_is_fitted(self, "net_")
        if self._setting("pooling") != "attention":
            raise ValueError(
                f"attention_weights needs pooling='attention', but this estimator was "
                f"fitted with pooling={self._setting('pooling')!r}; set it and fit "
                "again."
            )
        return self._outputs(X, "attention_weights")

    @property
    def _n_features_out(self):
        return self.net_.module_.n_units
