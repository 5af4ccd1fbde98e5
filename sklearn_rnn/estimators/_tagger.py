"""A label for each step."""

from typing import ClassVar

import numpy as np
from scipy.special import softmax
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import StrOptions, fit_context
from sklearn_rnn._training import transition_scores
from sklearn_rnn.estimators._schemes import (
    SCHEMES,
    check_scheme,
    forbidden_transitions,
)
from sklearn_rnn.estimators._stepwise import (
    StepwiseRNN,
    split_steps,
    weight_per_step,
    with_values,
)
from sklearn_rnn.estimators._targets import ClassTarget
from sklearn_rnn.sequences import check_step_labels, encode_labels


class RNNTagger(ClassTarget, StepwiseRNN):
    r"""Label every step of a sequence with a recurrent neural network.

    Reads sequences of tokens (words, behind a `TextVectorizer`) or of numbers, of any
    length, and gives each step a class: parts of speech, names, activities.  For one
    label for a whole sequence take `RNNClassifier`.

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

    output : {"softmax", "crf"}, default="softmax"
        How the labels of a sequence are decided.  "softmax" decides each step by
        itself, from states that know of its neighbours; "crf" scores how one label
        follows another as well and takes the likeliest sequence of labels as a
        whole: slower, and worth it where labels constrain each other, as in spans.

    scheme : {"bio", "bioes"} or None, default=None
        Labels that stand for spans, such as ``B-PER``, ``I-PER`` and ``O``, and which
        may follow which.  With ``output="crf"`` what the scheme forbids is never
        predicted, unless a sequence is too short for anything else; all rows of y
        must keep to it.

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
        Weight of each class, multiplied with ``sample_weight``, for the steps that
        have it.  "balanced" weighs classes inversely to their weighted frequency.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.

    transitions_ : float64 ndarray of shape (n_classes, n_classes) or None
        With ``output="crf"``: the score of class ``j`` right after class ``i``, -inf
        where the scheme forbids it.

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
    RNNStepRegressor : Predicts numbers for each step.
    RNNClassifier : Predicts one class for a whole sequence.
    sklearn_rnn.metrics : Scores of labelled steps and of spans.
    as_ragged : Makes a target that scikit-learn's splitters can slice.

    Notes
    -----
    With the states :math:`h_t` of the last layer, the scores of the classes at step
    :math:`t` are :math:`f_t = W h_t + b`.  The loss is the weighted mean over all real
    steps of all sequences,

    .. math:: L = \sum_{i,t} w_{i,t} \ell_{i,t} / \sum_{i,t} w_{i,t},
              \qquad w_{i,t} = w_i c_{y_{i,t}},

    with the weight :math:`w_i` of the sequence, that of the class :math:`c`, and
    :math:`\ell_{i,t} = -\log p(y_{i,t} \mid y_{i,1}, \dots, y_{i,t-1}, x_i)`: of
    the softmax of :math:`f_t`, where the labels before do not matter, or of the
    linear chain of `sklearn_rnn.nn.LinearChainCRF`, where the losses of a sequence sum
    to minus the logarithm of the probability of all its labels.

    Equal rows with equal labels count as one row of their summed weight, and rows
    are trained on in an order of their own, as in `RNNClassifier`.

    References
    ----------
    Graves, Schmidhuber (2005). Framewise phoneme classification with bidirectional
    LSTM and other neural network architectures. Neural Networks 18.

    Lafferty, McCallum, Pereira (2001). Conditional random fields: probabilistic models
    for segmenting and labeling sequence data. ICML.

    Lample, Ballesteros, Subramanian, Kawakami, Dyer (2016). Neural architectures for
    named entity recognition. NAACL.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNTagger, TextVectorizer
    >>> words = [["the", "dog", "barks"], ["a", "cat", "sleeps", "."]]
    >>> tags = [["DET", "NOUN", "VERB"], ["DET", "NOUN", "VERB", "PUNCT"]]
    >>> vectorizer = TextVectorizer(analyzer=list, truncate=None)
    >>> pipe = make_pipeline(vectorizer, RNNTagger(16, random_state=0))
    >>> pipe.fit(words, tags).predict([["a", "dog", "sleeps", "."]])
    array([array(['DET', 'NOUN', 'VERB', 'PUNCT'], dtype='<U5')], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {
        **StepwiseRNN._parameter_constraints,
        **ClassTarget._parameter_constraints,
        "output": [StrOptions({"softmax", "crf"})],
        "scheme": [StrOptions(set(SCHEMES)), None],
    }

    def __init__(
        self,
        hidden_size=64,
        *,
        cell="lstm",
        num_layers=1,
        bidirectional=True,
        output="softmax",
        scheme=None,
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
        y : object array or list of arrays of shape (n_timesteps_i,), or padded array
            The labels, as for `fit`.
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
        """Predict the class of each step.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        y : object ndarray of shape (n_samples,)
            Of arrays ``(n_timesteps_i,)`` of labels of the type given to `fit`; with
            ``output="crf"`` the likeliest sequence of labels.
        """
        codes, offsets = self._step_outputs(X, "decode", np.int64)
        return split_steps(self.classes_[codes], offsets)

    def predict_proba(self, X):
        """Predict the probability of each class at each step.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        probabilities : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_timesteps_i, n_classes)``, in the order of
            ``classes_``; rows sum to 1.  With ``output="crf"`` the marginal
            probabilities, whose largest need not be the class of the likeliest
            sequence.
        """
        log_probabilities, offsets = self._step_outputs(X, "log_proba")
        return split_steps(np.exp(log_probabilities), offsets)

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class at each step.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.

        Returns
        -------
        log_probabilities : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_timesteps_i, n_classes)``, accurate where the
            probability itself would round to 0.
        """
        return split_steps(*self._step_outputs(X, "log_proba"))

    def _answers(self, outputs):
        return softmax(outputs, axis=1)

    def score(self, X, y, sample_weight=None):
        """Compute the share of the steps whose class is predicted.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        y : object array or list of arrays of shape (n_timesteps_i,), or padded array
            The labels, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, each for all steps of a sequence.

        Returns
        -------
        accuracy : float

        Raises
        ------
        ValueError
            If a label is not among ``classes_``, or a sequence and its labels differ
            in length.
        """
        check_is_fitted(self, "net_")
        part = self._check_part(X, y, sample_weight, reset=False, to_learn=False)
        codes = self._outputs(part.sequences, "decode", np.int64)
        weight = weight_per_step(part.y, part.weight)
        return accuracy_score(part.y.values, codes, sample_weight=weight)

    @property
    def transitions_(self):
        """How well one class follows another, with ``output="crf"``."""
        check_is_fitted(self, "net_")
        return transition_scores(self.net_)

    # -- the target ------------------------------------------------------------

    def _check_target(self, y, sequences, *, reset, classes=None, to_learn=True):
        labels = check_step_labels(y, sequences.lengths)
        self._know_classes(labels, classes, reset=reset)
        self._refuse_one_class()
        if reset:
            self._forbidden = self._forbid()
        codes = encode_labels(labels, self.classes_, sequences.offsets)
        y = with_values(sequences, codes)
        if to_learn:  # a score may compare with what a CRF cannot learn
            check_scheme(y, self.classes_, self._forbidden)
        return y

    def _forbid(self):
        """List the transitions that the scheme forbids."""
        if self.scheme is None:
            return ()
        if self.output != "crf":
            raise ValueError(
                f"scheme={self.scheme!r} needs output='crf', got {self.output!r}: a "
                "softmax decides each step by itself; set output='crf' or scheme=None."
            )
        return forbidden_transitions(self.classes_, self.scheme)

    def _learn_target(self, y, weight, *, continued):
        self._learn_class_weight(y.values, weight_per_step(y, weight))

    def _row_weight(self, y, weight):
        teaches = np.maximum.reduceat(self._class_weight[y.values], y.offsets[:-1]) > 0
        return weight * teaches

    def _target_weight(self, y, weight):
        return super()._target_weight(y, weight) * self._class_weight[y.values]

    def _n_outputs(self):
        return len(self.classes_)

    def _loss_name(self):
        return "cross_entropy"

    def _output_params(self):
        return {
            **super()._output_params(),
            "crf": self.output == "crf",
            "forbidden": self._forbidden,
        }

    def _structure(self):
        structure = {**super()._structure(), "output": self.output}
        del structure["crf"], structure["forbidden"]
        return {**structure, "scheme": self.scheme}

    def _score_outputs(self, outputs, y, weight):
        codes = outputs if outputs.ndim == 1 else outputs.argmax(axis=1)
        return accuracy_score(y, codes, sample_weight=weight)
