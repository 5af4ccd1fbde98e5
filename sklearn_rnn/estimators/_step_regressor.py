"""A number, or several, for each step."""

from typing import ClassVar

from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import fit_context
from sklearn_rnn.estimators._stepwise import (
    StepwiseRNN,
    split_steps,
    weight_per_step,
    with_values,
)
from sklearn_rnn.estimators._targets import RealTarget
from sklearn_rnn.sequences import check_step_reals


class RNNStepRegressor(RealTarget, StepwiseRNN):
    r"""Predict numbers for every step of a sequence with a recurrent neural network.

    Reads sequences of tokens or of numbers, of any length, and gives each step one
    number or several: a state to be tracked, a rate, a level.  For one target for a
    whole sequence take `RNNRegressor`; for a class for each step, `RNNTagger`.

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
        Whether each variable (and the target) is brought to mean 0 and variance 1, from
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
        rows on.

    validation_fraction : float, splitter or list, default=0.1
        What to hold out: a share of the rows; the last split of a scikit-learn
        splitter; or a list of one (train, validation) index pair.

    scoring : str or callable, default="loss"
        What early stopping watches: the validation loss, or a scorer of scikit-learn,
        by name or as ``scorer(estimator, X, y)``.  Its values stand in ``history_``
        as ``valid_score``.

    n_iter_no_change : int, default=10
        Epochs without improvement after which early stopping ends training.

    tol : float, default=1e-4
        By how much the validation loss must fall, or the score rise, to count as
        improvement; the loss is that of the standardised target.  It decides when
        training ends, not which epoch is the best.

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

    loss : str, default="squared_error"
        What is minimised.  "absolute_error" and "huber" mind outliers less than
        "squared_error"; "poisson" is for counts (y at least 0, log link);
        "quantile" predicts the quantile named by ``quantile``.

    quantile : float, default=0.5
        Which quantile ``loss="quantile"`` predicts, in (0, 1).

    Attributes
    ----------
    n_outputs_ : int
        Number of numbers predicted for each sequence.

    target_mean_, target_scale_ : ndarray of shape (`n_outputs_`,)
        By which the target is standardised.

    history_ : dict of str to ndarray of shape (`n_iter_`,)
        For each epoch: ``train_loss``, ``lr`` (at its start), ``gradient_norm``
        (mean, before clipping), ``seconds``, and with a validation part
        ``valid_loss`` and ``valid_score``.

    loss_curve_ : list of float
        The training loss, for the standardised target, of each epoch.

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

    _parameter_constraints: ClassVar[dict] = {
        **StepwiseRNN._parameter_constraints,
        **RealTarget._parameter_constraints,
    }

    def __init__(
        self,
        hidden_size=64,
        *,
        cell="lstm",
        num_layers=1,
        bidirectional=True,
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
        loss="squared_error",
        quantile=0.5,
    ):
        self._store(locals())

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.  The first call decides the standardisation and
            the parameters used; new tokens may come later.
        y : object array or list of arrays, or padded array
            The targets, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X):
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
        outputs, offsets = self._step_outputs(X)
        return split_steps(self._answers(outputs), offsets)

    def _answers(self, outputs):
        predicted = self._from_scale(outputs)
        return predicted[:, 0] if self._member_ndim == 1 else predicted

    def score(self, X, y, sample_weight=None):
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
        predicted = self._from_scale(self._outputs(part.sequences))
        weight = weight_per_step(part.y, part.weight)
        return r2_score(part.y.values, predicted, sample_weight=weight)

    # -- the target ------------------------------------------------------------

    def _check_target(self, y, sequences, *, reset):
        columns, member_ndim = check_step_reals(y, sequences.lengths)
        self._know_outputs(columns, reset=reset)
        if reset:
            self._member_ndim = member_ndim
        return with_values(sequences, columns)

    def _learn_target(self, y, weight, *, continued):
        if not continued:  # else the weights were learnt for the scales there are
            self._learn_scale(y.values, weight_per_step(y, weight))

    def _encode_target(self, y):
        return with_values(y, self._to_scale(y.values))
