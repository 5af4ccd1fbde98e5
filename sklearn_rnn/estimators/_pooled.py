"""What the estimators share that have one target for each sequence."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from sklearn_rnn._compat import ClassOption, Interval, StrOptions
from sklearn_rnn._training import as_usual, check_numba, prediction_path
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.estimators._fitted import check_has
from sklearn_rnn.estimators._kernels import choose_reach, kernels_of
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.nn import POOLINGS, check_pooling, has_weights


@with_parameters
class PooledRNN(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseRNN):
    """Base of the estimators that pool the states of all steps into one vector."""

    pooling: Any = parameter(
        default="max",
        accepts="str or class",
        text="""
        How the states of all real steps become one vector: "last", that of the last
        step; "final_state", the final one of each direction (the same as "last" with
        one; at the last step the backward half has read one step only); "mean" or
        "max" of all; "final_max", final state and maximum side by side; or
        "attention", a learnt weighting, see `attention_weights`.  A class of your own
        is a torch module as `sklearn_rnn.nn.Pooling` describes it.
        """,
        constraint=[StrOptions(set(POOLINGS)), ClassOption()],
    )
    compiled: bool = parameter(
        default=False,
        accepts="bool",
        text="""
        Whether training steps and predictions are compiled by numba, ``pip install
        numba``.  Small nets then train several times as fast on the CPU
        and predict few rows sooner, with numbers that differ by rounding.  What has no
        compiled form runs as without; ``training_path_`` and ``prediction_path_`` say
        so.  Where numba is missing, what was fitted predicts the same to rounding.
        """,
        constraint=["boolean"],
    )

    patch_length: int | str = parameter(
        default="auto",
        accepts='int or "auto"',
        text="""
        How many consecutive steps of numbers the network reads as one, side by side;
        the last ones are filled up with zeros.  "auto" is 1 up to 37 steps, and beyond
        a twenty-fifth of the median length of the training rows, rounded.  More of them
        make long series quick to read and easy to learn, and leave less to the order of
        single steps.  Of several sequences for each sample, "auto" looks at each.
        Tokens are read one by one.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )

    kernel_sizes: Any = parameter(
        default=None,
        accepts="sequence of int",
        text="""
        Sizes of the kernels of convolutions that read the sequences beside the
        recurrent layers, such as (8, 5, 3), with an output layer and a loss of their
        own; predictions are the mean of both.  Take them for series whose shapes tell
        the classes apart.  They look ahead, so that there is no `step`.
        """,
        constraint=["array-like", None],
    )

    _attributes: ClassVar[dict] = {
        "training_path_": (
            "str",
            """
            How the net was trained last: "plain"; "compiled"; or, where
            ``compiled=True`` found no compiled form, "plain: " and the reason.
            """,
        ),
        "prediction_path_": (
            "str",
            """
            How the net predicts here and now, said as in ``training_path_``.
            """,
        ),
        "patch_length_": (
            "int",
            """
            How many steps the network reads as one, as `fit` or the first call of
            ``partial_fit`` has fixed it.
            """,
        ),
    }

    @property
    def prediction_path_(self) -> str:
        """How the net predicts here and now."""
        check_has(self, "net_")
        return prediction_path(self.net_)

    @as_usual
    def transform(self, X: Any) -> NDArray:
        """Compute the pooled representation, to feed another estimator.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        representation : float64 ndarray of shape (n_samples, n_units)
            What the output layers read: ``hidden_size`` columns, twice that when
            bidirectional, and twice again with ``pooling="final_max"``; then 32 of the
            convolutions with ``kernel_sizes``; then, once, what is known of the whole
            sample: static columns, with ``standardize="sequence"`` level and scale,
            and as many of each sequence beside as its own states and columns make.
        """
        return self._outputs(X, self._head.represent)

    @as_usual
    def attention_weights(self, X: Any) -> NDArray:
        """Compute how much each step counted, with ``pooling="attention"``.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        weights : float64 ndarray of shape (n_samples, n_timesteps)
            As wide as the longest row of this X.  Each row sums to 1 over the real
            steps; padding has weight 0.  The steps of a patch share its weight evenly.

        Raises
        ------
        ValueError
            If the estimator was fitted with another pooling.
        """
        head = self._head
        if not has_weights(head.pooling):
            raise ValueError(
                "attention_weights needs pooling='attention', or a pooling of your own "
                "with a method weights(encoded), but this estimator was fitted with "
                f"pooling={self._setting('pooling')!r}; set it and fit again."
            )
        return self._outputs(X, head.attention_weights, rows="sequence")

    def _check_settings(self):
        super()._check_settings()
        if isinstance(self.patch_length, bool):
            raise ValueError(
                "patch_length must be an int of at least 1 or 'auto', got "
                f"{self.patch_length!r}; pass 1 to read each step."
            )
        if self.kernel_sizes is not None:
            kernels_of(self.kernel_sizes)
        if self.compiled:
            check_numba()
        check_pooling(self.pooling, bidirectional=self.bidirectional)

    def _learn_input(self, part, seed):
        super()._learn_input(part, seed)
        if self.kernel_sizes is not None:
            median = float(np.median(part.sequences.lengths[part.rows]))
            self._reach = choose_reach(median, len(kernels_of(self.kernel_sizes)))

    def _module_params(self):
        params = super()._module_params()
        if self.kernel_sizes is None:
            return {**params, "kernel_sizes": None}
        reach = getattr(self, "_reach", {})  # none where a warm start has none
        return {**params, "kernel_sizes": kernels_of(self.kernel_sizes), **reach}

    def _train(self, net, *datasets, **how):
        try:
            return super()._train(net, *datasets, **how)
        finally:
            self.training_path_ = net.training_path_

    @property
    def _n_features_out(self):
        return self._head.n_units
