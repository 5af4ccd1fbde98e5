"""A label for each sequence."""

from typing import ClassVar

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from sklearn_rnn._compat import fit_context
from sklearn_rnn.estimators._pooled import PooledRNN
from sklearn_rnn.estimators._stepwise import split_steps
from sklearn_rnn.estimators._targets import ClassTarget
from sklearn_rnn.sequences import check_labels, encode_labels, warn_if_one_hot


class RNNClassifier(ClassTarget, ClassifierMixin, PooledRNN):
    r"""Classify sequences with a recurrent neural network.

    Reads sequences of tokens (texts, behind a `TextVectorizer`) or of numbers, of
    any length.  Binary, multiclass and multilabel.  For a table without order
    take a classifier of scikit-learn; for short texts try TF-IDF with a linear
    model first.

    Parameters
    ----------
    hidden_size : int, default=64
        Number of units in each layer, and in each direction of it.  More units
        remember more and overfit sooner.

    cell : {"rnn", "gru", "lstm"}, default="lstm"
        The recurrent cell.  "rnn" (Elman) is the smallest; "lstm" has gates that learn
        what to keep, "gru" has fewer of them.  None is the best on all data.  The
        activation of "rnn" is tanh, or that of ``net_params``.

    num_layers : int, default=1
        Number of layers stacked on each other.

    bidirectional : bool, default=True
        Whether a second half of each layer reads the sequence from its end.

    pooling : str, default="max"
        How the states of all real steps become one vector: "last", that of the last
        step; "final_state", the final one of each direction (the same as "last" with
        one; at the last step the backward half has read one step only); "mean" or
        "max" of all; "final_max", final state and maximum side by side; or
        "attention", a learnt weighting, see `attention_weights`.

    dropout : float, default=0.0
        Share of the units dropped in training, in [0, 1): after the embedding,
        after each layer and before the output.  More of it overfits less.

    word_dropout : float, default=0.0
        Share of the tokens that training reads as the unknown one, in [0, 1), chosen
        anew in each epoch.  More of it relies less on single words.  Not used for
        numbers.

    input : {"auto", "tokens", "numbers"}, default="auto"
        What X holds.  With "auto" sparse integers are token ids and everything
        else is numbers.  Say "tokens" for dense ids, as they come out of a
        ``ColumnTransformer``, and for lists of ids.

    embedding_dim : int, default=64
        Length of the vector learnt for each token.

    embedding : array-like of shape (n_tokens, embedding_dim), default=None
        Vectors to start from instead of random ones; row 0 is padding, row 1
        the unknown word, see `load_vectors`.

    standardize : bool, default=True
        Whether each variable is brought to mean 0 and variance 1, from
        the real steps of the training rows only.

    optimizer : {"adam", "adamw", "nadam", "rmsprop", "sgd"} or class, default="adam"
        A name or a class of ``torch.optim``; ``net_params`` takes its further
        arguments, such as ``{"optimizer__weight_decay": 0.01}``.

    lr : float, default=0.01
        Learning rate.  Lower it when the loss jumps, raise it when it crawls.

    lr_schedule : str, class, callable or None, default="cosine"
        How ``lr`` changes: "cosine" or "one_cycle", a course over all updates that are
        planned (not in `partial_fit`, where nobody knows how many will come);
        "plateau", when the watched loss stops falling; by a torch scheduler class (or
        a ``functools.partial`` of one); or by a function from the number of the
        update to a factor, such as ``lambda u: 1 / (1 + 1e-6 * u)``.  None keeps it.

    max_grad_norm : float or None, default=1.0
        The gradient is scaled down to this norm where it is longer.

    batch_size : int, default=32
        Rows per update.

    max_epochs : int, default=50
        Passes over the training rows, at most.

    early_stopping : bool or "auto", default="auto"
        Whether to hold out a validation part, stop when what ``scoring`` watches there
        no longer improves, and go back to the best weights.  "auto" does so from 2 000
        rows on, if each class then has a row in both parts.

    validation_fraction : float, splitter or list, default=0.1
        What to hold out: a share of the rows, stratified by class; the last split of a
        scikit-learn splitter; or a list of one (train, validation) index pair.

    scoring : str or callable, default="loss"
        What early stopping watches: the validation loss, or a scorer of scikit-learn,
        by name or as ``scorer(estimator, X, y)``.  Its values stand in ``history_``
        as ``valid_score``.

    n_iter_no_change : int, default=10
        Epochs without improvement after which early stopping ends training.

    tol : float, default=1e-4
        By how much the validation loss must fall, or the score rise, to count as
        improvement.  It decides when training ends, not which epoch is the best.

    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last `fit`, with a new
        optimiser.  What shapes the network must stay as it was.

    callbacks : list of skorch callbacks, default=None
        skorch callbacks, or ``(name, callback)`` pairs; cloned for each fit.

    net_params : dict, default=None
        Arguments merged last into the skorch net: those of the optimiser, such as
        ``{"optimizer__betas": (0.9, 0.99)}``, and of the network what few people tune.
        ``module__nonlinearity``, "tanh", "relu", "sigmoid" or "softplus", is the
        activation of ``cell="rnn"``; with ``module__freeze_embedding=True`` the vectors
        of tokens stay as they are; and ``module__spelling_dim``, 32 unless given, is
        the length of the vector of a character, and the number of units in each
        direction that reads the characters of a word.

    device : str, default="auto"
        "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".

    n_jobs : int, default=None
        Number of processor threads that `fit` and predictions use.  None is 1, or what
        ``joblib.parallel_config`` says; -1 is all that this process may use.  More
        helps large networks on a machine with nothing else to do.  Predictions stay
        the same to the bit, fits to rounding.

    random_state : int, RandomState instance or None, default=None
        Determines the initial weights, the batches, dropout and the validation
        part.  None takes a new seed from the operating system for each fit; no
        global generator is used or changed.

    verbose : int, default=0
        0 prints nothing, 1 shows a progress bar, 2 prints a line per epoch.

    class_weight : dict, "balanced" or None, default=None
        Weight of each class, multiplied with ``sample_weight``.  "balanced"
        weighs classes inversely to their weighted frequency.  Not for
        multilabel targets.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted; for multilabel targets the column numbers.

    history_ : dict of str to ndarray of shape (`n_iter_`,)
        For each epoch: ``train_loss``, ``lr`` (at its start), ``gradient_norm``
        (mean, before clipping), ``seconds``, and with a validation part
        ``valid_loss`` and ``valid_score``.

    loss_curve_ : list of float
        The training loss of each epoch.

    n_iter_ : int
        Number of epochs trained.

    best_epoch_ : int
        The epoch, counted from 1, that the weights are of: with early stopping that
        of the lowest validation loss or the highest score, else the last.

    net_ : skorch.NeuralNet
        The trained net; its module is a `sklearn_rnn.nn.RecurrentNetwork`.

    n_features_in_ : int
        For 2-D input the number of columns; else the variables per step.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X was a frame with names.

    input_kind_ : {"tokens", "univariate", "multivariate"}
        What X was found to be.

    characters_ : int32 ndarray of shape (n_characters,) or None
        The code points that have a vector, where X holds the spelling of words.

    token_counts_ : int ndarray of shape (n_tokens,) or None
        How often each token id stands in the distinct rows of training; the most
        of any call of `partial_fit`.

    input_mean_, input_scale_ : ndarray of shape (n_variables,) or None
        By which numbers are standardised.

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
    logit; multilabel: its mean over the labels).  The equations of the cells stand
    in `sklearn_rnn.nn.make_cell`.

    Equal rows with equal labels count as one row of their summed weight, and rows
    are trained on in an order of their own, so that a fit depends on the weighted
    set of rows and not on their order (unless a validation part is split off, which
    happens first, in the order given).

    References
    ----------
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

    _parameter_constraints: ClassVar[dict] = {
        **PooledRNN._parameter_constraints,
        **ClassTarget._parameter_constraints,
    }

    def __init__(
        self,
        hidden_size=64,
        *,
        cell="lstm",
        num_layers=1,
        bidirectional=True,
        pooling="max",
        dropout=0.0,
        word_dropout=0.0,
        input="auto",
        embedding_dim=64,
        embedding=None,
        standardize=True,
        optimizer="adam",
        lr=0.01,
        lr_schedule="cosine",
        max_grad_norm=1.0,
        batch_size=32,
        max_epochs=50,
        early_stopping="auto",
        validation_fraction=0.1,
        scoring="loss",
        n_iter_no_change=10,
        tol=1e-4,
        warm_start=False,
        callbacks=None,
        net_params=None,
        device="auto",
        n_jobs=None,
        random_state=None,
        verbose=0,
        class_weight=None,
    ):
        self._store(locals())

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.  The first call decides the standardisation and
            the parameters used; new tokens may come later.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            The labels.
        classes : array-like of shape (n_classes,), default=None
            All labels there will be; needed in the first call.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        self._check_classes_of_partial_fit(classes)
        return self._partial_fit(X, y, sample_weight, classes=classes)

    def predict(self, X):
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
        codes = self._decide(self._outputs(X, dtype=np.float32))
        return codes if self._task == "multilabel" else self.classes_[codes]

    def decision_function(self, X):
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
        return logits[:, 0] if self._task == "binary" else logits

    def predict_proba(self, X):
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
        return self._answers(self._outputs(X))

    def predict_proba_over_time(self, X):
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
        sklearn_rnn.metrics.earliness_accuracy_curve : How early can one stop reading?

        Notes
        -----
        With ``bidirectional=False`` each sequence is read once.  With two directions
        (the default) the backward half begins anew with each step: all prefixes are
        read, which takes time by the square of the length.  Fit with
        ``bidirectional=False`` where this is too slow.
        """
        outputs, offsets = self._outputs_over_time(X)
        return split_steps(self._answers(outputs), offsets)

    def predict_log_proba(self, X):
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
        logits = self._class_logits(self._outputs(X))
        if self._task == "multiclass":
            return log_softmax(logits, axis=1)
        return log_expit(logits)

    def _answers(self, outputs):
        logits = self._class_logits(outputs)
        return softmax(logits, axis=1) if self._task == "multiclass" else expit(logits)

    def _class_logits(self, outputs):
        """Give one column of logits per class or label."""
        return np.hstack([-outputs, outputs]) if self._task == "binary" else outputs

    # -- the target ------------------------------------------------------------

    def _check_target(self, y, sequences, *, reset, classes=None):
        y, multilabel = check_labels(y)
        labels = np.arange(y.shape[1]) if multilabel else y
        self._know_classes(labels, classes, reset=reset)
        if reset:
            self._task = self._name_task(multilabel)
        elif multilabel != (self._task == "multilabel"):
            raise ValueError(
                f"y is {'' if multilabel else 'not '}an indicator matrix, but this "
                f"{type(self).__name__} was fitted for a {self._task} target."
            )
        if not multilabel:
            return encode_labels(y, self.classes_)
        if y.shape[1] != len(self.classes_):
            raise ValueError(
                f"y has {y.shape[1]} labels, but {len(self.classes_)} are expected."
            )
        warn_if_one_hot(y)
        return y

    def _name_task(self, multilabel):
        if multilabel:
            return "multilabel"
        self._refuse_one_class()
        return "binary" if len(self.classes_) == 2 else "multiclass"

    def _learn_target(self, y, weight, *, continued):
        if self._task == "multilabel" and self.class_weight is not None:
            raise ValueError(
                "class_weight is not for multilabel targets, got "
                f"{self.class_weight!r}; weigh the rows with sample_weight."
            )
        self._learn_class_weight(y, weight)

    def _encode_target(self, y):
        return y[:, np.newaxis].astype(np.float32) if self._task == "binary" else y

    def _row_weight(self, y, weight):
        return weight if self._task == "multilabel" else weight * self._class_weight[y]

    def _n_outputs(self):
        return 1 if self._task == "binary" else len(self.classes_)

    def _loss_name(self):
        if self._task == "multiclass":
            return "cross_entropy"
        return "binary_cross_entropy"

    def _decide(self, outputs):
        """Turn logits into class indices, or into an indicator matrix."""
        if self._task == "multiclass":
            return outputs.argmax(axis=1)
        decided = (outputs > 0).astype(np.int64)
        return decided[:, 0] if self._task == "binary" else decided

    def _score_outputs(self, outputs, y, weight):
        y = y[:, 0] if self._task == "binary" else y
        return accuracy_score(y, self._decide(outputs), sample_weight=weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
