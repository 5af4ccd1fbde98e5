"""Another sequence for each sequence."""

from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import Interval
from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._paired import Answers, PairedRNN
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators.targets import TranslationTarget

# Log-probabilities that a step of a search may hold: 32 MB.
SEARCHED_AT_ONCE = 2**22
MAX_ROWS = 512


@with_parameters
class RNNTranslator(PairedRNN):
    r"""Translate sequences into others with attention, learnt from pairs.

    Reads a sequence of tokens or of numbers in two directions and writes an answer
    label by label: spelling to sound, dates to ISO, sentences of a narrow domain.  The
    answer may have any length and any order.  Where labels follow the steps in their
    order, as in speech or handwriting, `RNNTranscriber` learns faster; for one label
    for each step take `RNNTagger`.

    See Also
    --------
    RNNTagger : Predicts one label for each step.
    RNNClassifier : Predicts one label for a whole sequence.
    TextVectorizer : Turns texts into the token ids to read.
    sklearn_rnn.metrics : Error rates of answers.

    Notes
    -----
    The encoder is that of the other estimators.  The decoder, two layers of LSTM with
    attention between them, is `sklearn_rnn.nn.DecoderHead`, which has the equations;
    whatever ``cell`` the encoder has, the decoder has ``hidden_size`` units in each
    layer, and vectors of ``embedding_dim`` for its labels.

    With :math:`|y|` the number of labels and 1 for the end, the loss is the weighted
    mean over all labels and ends of all answers,

    .. math:: L = -\sum_{i,t} w_i \log p(y_{i,t} \mid y_{i,1}, \dots, y_{i,t-1}, x_i)
              / \sum_i w_i |y_i|.

    ``valid_score`` in ``history_`` is the share of the labels that are right, each
    given the right ones before it; ``scoring`` takes a scorer of whole answers.

    Answers are found by beam search, where they are compared by
    :math:`\log p(y \mid x) / |y|`.  An answer that has come to ``max_length`` ends
    there; a `TruncationWarning` names the rows in which that was not likely.

    Equal rows with equal answers count as one row of their summed weight, and rows
    are trained on in an order of their own, as in `RNNClassifier`.  An answer may be
    empty.

    References
    ----------
    Sutskever, Vinyals, Le (2014). Sequence to sequence learning with neural networks.
    NeurIPS.

    Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to
    align and translate. ICLR.

    Luong, Pham, Manning (2015). Effective approaches to attention-based neural machine
    translation. EMNLP.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNTranslator, TextVectorizer
    >>> days = [f"{day}/{month}" for day in range(10, 29) for month in range(1, 10)]
    >>> iso = [f"0{day[3:]}-{day[:2]}" for day in days]
    >>> model = RNNTranslator(32, max_epochs=20, random_state=0)
    >>> pipe = make_pipeline(TextVectorizer(analyzer="char"), model).fit(days, iso)
    >>> pipe.predict(["17/4"])
    array(['04-17'], dtype=object)
    """

    label_smoothing: float = parameter(
        default=0.0,
        accepts="float",
        text="""
        Share of each target, in [0, 1), that is spread over all labels in training.
        More of it makes probabilities less sure, and can help a beam search.
        """,
        constraint=[Interval(Real, 0, 1, closed="left")],
    )
    beam_size: int = parameter(
        default=4,
        accepts="int",
        text="""
        How many answers a search follows at a time.  1 takes the likeliest label at
        each step; more finds likelier answers and takes longer.
        """,
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    max_length: int | None = parameter(
        default=None,
        accepts="int or None",
        text="""
        The most labels of an answer.  None allows twice the steps of the sequence and
        ten more.
        """,
        constraint=[Interval(Integral, 1, None, closed="left"), None],
    )

    @as_usual
    def predict_n_best(
        self,
        X: Any,
        n_best: int = 5,
        *,
        beam_size: int | None = None,
        length_penalty: float = 1.0,
    ) -> tuple[NDArray, NDArray]:
        r"""Find the best answers to each sequence, and their probabilities.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        n_best : int, default=5
            Number of answers. More than ``beam_size`` widen the beam.
        beam_size : int, default=None
            Used in place of the parameter of that name.
        length_penalty : float, default=1.0
            Answers are compared by :math:`\log p(y \mid x) / |y|^\alpha`, with this
            :math:`\alpha` and the number of labels and the end :math:`|y|`. 0 compares
            probabilities, which favours short answers.

        Returns
        -------
        y : object ndarray of shape (n_samples, n_best)
            Texts or arrays of labels, as `predict` gives them; best first, no two
            alike.
        log_likelihood : float64 ndarray of shape (n_samples, n_best)
            Natural logarithms of their probabilities, as `log_likelihood` gives them.
            Where there are fewer answers than asked for, the last are empty and have
            -inf.

        Warns
        -----
        TruncationWarning
            If a best answer was cut at ``max_length``.
        """
        return self._n_best(X, n_best, beam_size, length_penalty=length_penalty)

    @as_usual
    def attention_weights(self, X: Any, y: Any = None) -> NDArray:
        """Compute how much each step counted for each label of an answer.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        y : array-like of shape (n_samples,), default=None
            Answers, as for `fit`; those of `predict` if None.

        Returns
        -------
        weights : object ndarray of shape (n_samples,)
            Of float64 arrays ``(n_labels_i + 1, n_timesteps_i)``: a row for each label
            and one for the end. Rows sum to 1.
        """
        check_is_fitted(self, "net_")
        sequences = self._read(X)
        if y is None:
            y = self._target.decode(self._best_answers(sequences))
        answers = self._target.check_answers(y)
        check_consistent_length(sequences, answers)
        _, answers = self._target.without_unknown(answers)
        found = self._outputs_of_each(sequences, self._head.attention, y=answers)
        shapes = zip(answers.lengths, sequences.lengths, strict=True)
        rows = [
            weights[:n_labels, :n_steps].astype(np.float64)
            for (weights,), (n_labels, n_steps) in zip(found, shapes, strict=True)
        ]
        return np.fromiter(rows, dtype=object, count=len(rows))

    def _search(self, sequences, n_best, beam_size, length_penalty=1.0):
        search = partial(
            self._head.search,
            beam_size=beam_size,
            max_length=self._setting("max_length"),
            length_penalty=length_penalty,
        )
        size = beam_size * self._target.n_outputs
        max_rows = int(np.clip(SEARCHED_AT_ONCE // size, 1, MAX_ROWS))
        found = self._outputs_of_each(sequences, search, max_rows=max_rows)
        return [_read_answers(*row, n_best) for row in found]

    def _make_target(self):
        return TranslationTarget(
            type(self).__name__,
            self.target_vectorizer,
            self.hidden_size,
            self.embedding_dim,
            self.label_smoothing,
        )


def _read_answers(codes, counts, log_proba, cut, done, n_best):
    """Take the answers to one sequence, as far as there are some."""
    n_found = min(n_best, np.count_nonzero(np.isfinite(log_proba)))
    answers = [codes[i, : counts[i]] for i in range(n_found)]
    return Answers(answers, log_proba[:n_found], bool(cut[0]))
