"""A label for each step."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import StrOptions
from sklearn_rnn._training import transition_scores
from sklearn_rnn.estimators._parameters import parameter, with_parameters
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


@with_parameters
class RNNTagger(ClassTarget, StepwiseRNN):
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
        codes, offsets = self._step_outputs(X, "decode", np.int64)
        return split_steps(self.classes_[codes], offsets)

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
        """
        log_probabilities, offsets = self._step_outputs(X, "log_proba")
        return split_steps(np.exp(log_probabilities), offsets)

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
        return split_steps(*self._step_outputs(X, "log_proba"))

    def _answers(self, outputs):
        return softmax(outputs, axis=1)

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
        codes = self._outputs(part.sequences, "decode", np.int64)
        weight = weight_per_step(part.y, part.weight)
        return accuracy_score(part.y.values, codes, sample_weight=weight)

    @property
    def transitions_(self) -> NDArray | None:
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
