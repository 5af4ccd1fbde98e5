"""A label for each sequence."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from sklearn_rnn._compat import Interval, StrOptions
from sklearn_rnn._messages import warn
from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators._plan import choose_plan
from sklearn_rnn.estimators._pooled import PooledRNN
from sklearn_rnn.estimators._stepwise import split_steps
from sklearn_rnn.estimators._with_classes import WithClasses
from sklearn_rnn.estimators.targets import LabelTarget, says_nothing
from sklearn_rnn.exceptions import CalibrationWarning


@with_parameters
class RNNClassifier(WithClasses, ClassifierMixin, PooledRNN):
    r"""Classify sequences with a recurrent neural network.

    Reads sequences of tokens (texts, behind a `TextVectorizer`) or of numbers, of
    any length.  Binary, multiclass and multilabel.  For a table without order
    take a classifier of scikit-learn; for short texts try TF-IDF with a linear
    model first.

    See Also
    --------
    RNNRegressor : Predicts numbers.
    TextVectorizer : Turns texts into token ids.

    Notes
    -----
    With the pooled representation :math:`z(x)` the logits are
    :math:`f(x) = W z(x) + b` and the loss is the weighted mean

    .. math:: L = \sum_i w_i \ell(f(x_i), y_i) / \sum_i w_i

    of the cross-entropy (multiclass: of the softmax; binary: of the sigmoid of one
    logit; multilabel: its mean over the labels).  `sklearn_rnn.nn.ElmanRNN`,
    `sklearn_rnn.nn.GRU` and `sklearn_rnn.nn.LSTM` have the equations of the cells.

    With ``calibration="temperature"`` probabilities are those of the logits
    :math:`f(x) / T` [1]_, with the :math:`T` of the smallest weighted log-loss on the
    validation part, with the weights of the validation loss. With ``refit=True`` it
    comes from the first training.

    Equal rows with equal labels count as one row of their summed weight, and rows
    are trained on in an order of their own, so that a fit depends on the weighted
    set of rows and not on their order (unless a validation part is split off, which
    happens first, in the order given).

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun, K. Weinberger (2017). On calibration of modern
       neural networks. ICML.

    Elman (1990). Finding structure in time. Cognitive Science 14.

    Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation 9.

    Cho et al. (2014). Learning phrase representations using RNN encoder-decoder
    for statistical machine translation. EMNLP.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNClassifier, TextVectorizer
    >>> texts = ["good film", "bad film", "a good one", "a bad one"]
    >>> pipe = make_pipeline(TextVectorizer(), RNNClassifier(8, random_state=0))
    >>> pipe.fit(texts, ["pos", "neg", "pos", "neg"]).predict(["good", "bad"])
    array(['pos', 'neg'], dtype='<U3')
    """

    batch_size: int | str = parameter(  # type: ignore[assignment]
        default="auto",
        accepts='int or "auto"',
        text="""
        How many rows an update reads.  "auto" is 8 for at most 1 000 training rows of
        numbers, for few rows need many updates; else, and where training begins with
        `partial_fit`, it is 32. `partial_fit` goes on with the batches of a fit.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )
    max_epochs: int | str = parameter(  # type: ignore[assignment]
        default="auto",
        accepts='int or "auto"',
        text="""
        How often training passes over its rows, at most.  "auto" is 50; for at most
        1 000 training rows of numbers it is 20, or as many as 500 updates take.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    )

    calibration: str | None = parameter(
        default=None,
        accepts='{"temperature"} or None',
        text="""
        Whether logits are divided by one number, ``temperature_``, before they become
        probabilities: the one of the smallest log-loss on the validation part, that
        of early stopping or ``X_val``.  It makes probabilities of an overconfident
        network smaller, and changes no predicted class.
        """,
        constraint=[StrOptions({"temperature"}), None],
    )

    _attributes: ClassVar[dict] = {
        "batch_size_, max_epochs_": (
            "int",
            "The batches and the epochs that `fit` has chosen.",
        ),
        "temperature_": (
            "float",
            """
            What logits are divided by for probabilities; 1 without ``calibration``, or
            where the validation part has no error that would say how much.  Where the
            network knows nothing of that part it is up to 22 026, which makes all
            classes equally probable, with a `CalibrationWarning`.
            """,
        ),
    }

    @as_usual
    def predict(self, X: Any) -> NDArray:
        """Predict the class of each sequence.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels of the type given to `fit`; an indicator matrix for multilabel
            targets.
        """
        return self._target.labels(self._outputs(X, dtype=np.float32))

    @as_usual
    def decision_function(self, X: Any) -> NDArray:
        """Compute the logits.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        logits : float64 ndarray of shape (n_samples,) or (n_samples, n_classes)
            One column for each class or label; binary: one logit, positive for
            ``classes_[1]``.
        """
        logits = self._outputs(X)
        return logits[:, 0] if self._target.task == "binary" else logits

    @as_usual
    def predict_proba(self, X: Any) -> NDArray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        probabilities : float64 ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; rows sum to 1, but for multilabel
            targets, where each column is the probability of that label.
        """
        return self._target.response(self._outputs(X))

    @as_usual
    def predict_proba_over_time(self, X: Any) -> NDArray:
        """Predict the probability of each class after each step.

        Row ``t`` of a member is what `predict_proba` gives for the first ``t + 1``
        steps of that sequence; the last row is that for all of it.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        probabilities : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_timesteps_i, n_classes)``, in the order of
            ``classes_``.

        See Also
        --------
        step : Reads live data, one step at a time.
        sklearn_rnn.metrics.early_classification_curve : How early can one stop reading?

        Notes
        -----
        With ``bidirectional=False`` each sequence is read once.  With two directions
        (the default) the backward half begins anew with each step: all prefixes are
        read, which takes time by the square of the length.  Fit with
        ``bidirectional=False`` where this is too slow.  With patches, and with
        ``kernel_sizes``, all prefixes are read too; those of patches have few steps.
        """
        outputs, offsets = self._outputs_over_time(X)
        return split_steps(self._target.response(outputs), offsets)

    @as_usual
    def predict_log_proba(self, X: Any) -> NDArray:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        log_probabilities : float64 ndarray of shape (n_samples, n_classes)
            Accurate where the probability itself would round to 0.
        """
        return self._target.log_proba(self._outputs(X))

    def _new_net(self, seed, **plan):
        net = super()._new_net(seed, **plan)
        self.batch_size_, self.max_epochs_ = net.batch_size, net.max_epochs
        return net

    def _plan_of(self, settings, n_rows):
        of_tokens = getattr(self, "token_counts_", None) is not None
        # Before a fit, where a schedule is drawn, only `input` tells of tokens.
        if of_tokens or self.input == "tokens":  # few of them are learnt like many
            n_rows = None
        return choose_plan(settings["batch_size"], settings["max_epochs"], n_rows)

    def _hold_out(self, whole, seed, groups):
        rows, held_out = super()._hold_out(whole, seed, groups)
        if held_out is None and self.calibration is not None:
            raise ValueError(
                f"calibration={self.calibration!r} needs a validation part, and this "
                f"fit has none, for early_stopping={self.early_stopping!r} holds out "
                f"nothing of {len(whole.rows)} rows; pass early_stopping=True, or "
                "X_val and y_val."
            )
        return rows, held_out

    def _fit_rows(self, whole, rows, validation=None, **how):
        before = vars(self).get("history_")
        try:
            super()._fit_rows(whole, rows, validation, **how)
        except KeyboardInterrupt:
            if vars(self).get("history_") is not before:  # something was learnt
                self._calibrate(validation)
            raise
        self._calibrate(validation)

    def _calibrate(self, validation):
        """Find the temperature by the validation part, where there is to be one."""
        if validation is None or self.calibration is None:
            return
        part = validation.with_weight(self._target, "validation")
        outputs = self._outputs(part.sequences[part.rows])
        weight = self._target.weigh(part.y, part.weight)
        self._target.calibrate(outputs, self._target.encode(part.y), weight)
        self._show_target()
        if says_nothing(self._target.response(outputs)):
            warn(
                f"calibration={self.calibration!r} found temperature_="
                f"{self.temperature_:.3g}, which makes all classes about equally "
                "probable: the outputs of the network tell little of the labels of the "
                "validation part. Look whether these belong to its rows; train longer, "
                "hold out more rows, or pass calibration=None.",
                CalibrationWarning,
            )

    def _partial_fit(self, X, y, sample_weight, **options):
        if self.calibration is not None or getattr(self, "temperature_", 1.0) != 1.0:
            raise ValueError(
                "calibration needs a validation part, which partial_fit has not; call "
                "partial_fit on an estimator with calibration=None that is not fitted."
            )
        return super()._partial_fit(X, y, sample_weight, **options)

    def _make_target(self):
        return LabelTarget(
            type(self).__name__, self.class_weight, self.loss, self.pooling
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = tags.target_tags.multi_output = True
        return tags
