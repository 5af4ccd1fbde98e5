"""A label for each step."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import StrOptions
from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators._stepwise import StepwiseRNN, split_steps
from sklearn_rnn.estimators._tag_schemes import SCHEMES
from sklearn_rnn.estimators._with_classes import WithClasses
from sklearn_rnn.estimators.targets import StepLabelTarget, weight_of_steps


@with_parameters
class RNNTagger(WithClasses, StepwiseRNN):
    r"""Label every step of a sequence with a recurrent neural network.

    Reads sequences of tokens (words, behind a `TextVectorizer`) or of numbers, of any
    length, and gives each step a class: parts of speech, names, activities.  For one
    label for a whole sequence take `RNNClassifier`.

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

    output: str = parameter(
        default="softmax",
        accepts='{"softmax", "crf"}',
        text="""
        How the labels of a sequence are decided.  "softmax" decides each step by
        itself, from states that know of its neighbours; "crf" scores how one label
        follows another as well and takes the likeliest sequence of labels as a
        whole: slower, and worth it where labels constrain each other, as in spans.
        """,
        constraint=[StrOptions({"softmax", "crf"})],
    )
    scheme: str | None = parameter(
        default=None,
        accepts='{"bio", "bioes"} or None',
        text="""
        Labels that stand for spans, such as ``B-PER``, ``I-PER`` and ``O``, and which
        may follow which.  With ``output="crf"`` what the scheme forbids is never
        predicted, unless a sequence is too short for anything else; all rows of y
        must keep to it.
        """,
        constraint=[StrOptions(set(SCHEMES)), None],
    )

    _attributes: ClassVar[dict] = {
        "transitions_": (
            "float64 ndarray of shape (n_classes, n_classes) or None",
            """
            With ``output="crf"``: the score of class ``j`` right after class ``i``,
            -inf where the scheme forbids it.
            """,
        ),
    }

    @as_usual
    def predict(self, X: Any) -> NDArray:
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
        codes, offsets = self._step_outputs(X, self._head.labels, np.int64)
        return split_steps(self.classes_[codes], offsets)

    @as_usual
    def predict_proba(self, X: Any) -> NDArray:
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

        Notes
        -----
        scikit-learn's `cross_val_predict` encodes y where it wants probabilities. It
        leaves a label for each step alone where y is passed on to `fit` unseen:
        ``cross_val_predict(tagger, X, params={"y": y}, method="predict_proba")``.
        """
        log_probabilities, offsets = self._step_outputs(X, self._head.log_proba)
        return split_steps(np.exp(log_probabilities), offsets)

    @as_usual
    def predict_log_proba(self, X: Any) -> NDArray:
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
        return split_steps(*self._step_outputs(X, self._head.log_proba))

    @as_usual
    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
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
        codes = self._outputs(part.sequences, self._head.labels, np.int64)
        weight = weight_of_steps(part.y, part.weight)
        return accuracy_score(part.y.values, codes, sample_weight=weight)

    @property
    @as_usual
    def transitions_(self) -> NDArray | None:
        """How well one class follows another, with ``output="crf"``."""
        head = self._head
        if self._setting("output") != "crf":
            return None
        return head.transition_scores().numpy()

    def _make_target(self):
        return StepLabelTarget(
            type(self).__name__,
            self.class_weight,
            self.loss,
            self.output,
            self.scheme,
        )
