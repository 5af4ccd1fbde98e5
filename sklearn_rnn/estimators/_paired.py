"""What the estimators share that answer a sequence by another, of its own length."""

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import check_sample_weight, fit_context
from sklearn_rnn._messages import name_some, warn
from sklearn_rnn._training import as_usual
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.exceptions import NothingLearntWarning, TruncationWarning
from sklearn_rnn.metrics._edits import count_edits, divide_edits
from sklearn_rnn.text import TextVectorizer

if TYPE_CHECKING:
    from typing_extensions import Self


class Answers(NamedTuple):
    """The best answers to one sequence.

    Parameters
    ----------
    codes : list of int ndarray
        Of the labels of each, without the end; best first.
    log_proba : float ndarray of shape (n_answers,)
    is_cut : bool
        Whether the first had to end at the largest length.
    """

    codes: list[NDArray]
    log_proba: NDArray
    is_cut: bool = False


# Training rows that are answered to see whether anything was learnt.
ROWS_TO_TRY = 32
# Their answers say nothing of them if more labels than this share are wrong, and they
# are nearly as far from their own targets as from those of other rows.
MOSTLY_WRONG, AS_FAR = 0.5, 0.9


@with_parameters
class PairedRNN(BaseRNN):
    """Base of the estimators whose y holds a sequence of its own length for each row.

    A subclass says by ``_make_target()`` what its target is, a `SequenceTarget`, and by
    ``_search()`` how an answer is found.
    """

    target_vectorizer: Any = parameter(
        default=None,
        accepts="TextVectorizer or None",
        text="""
        How the texts in y are parted into tokens.  It is cloned and fitted on the y of
        `fit`; its parameters can be searched.  Tokens that it leaves out, by ``min_df``
        for instance, are never answered.  None takes the characters as they are, case
        and white space included.  Not for labels.
        """,
        constraint=[TextVectorizer, None],
    )

    _attributes: ClassVar[dict] = {
        "classes_": (
            "ndarray of shape (n_labels,)",
            "The labels that an answer is made of, sorted; of texts the tokens.",
        ),
        "target_vectorizer_": (
            "TextVectorizer or None",
            "What parts the texts in y, where ``target_vectorizer`` was given.",
        ),
    }

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> "Self":
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.  The first call decides the standardisation and
            the parameters used; new tokens may come later.
        y : array-like of shape (n_samples,)
            The targets, as for `fit`.  Later calls may hold no new label.
        classes : array-like of shape (n_labels,), default=None
            All labels there will be, or all characters of texts.  By default those in
            the y of the first call.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        return self._partial_fit(X, y, sample_weight, classes=classes)

    @as_usual
    def predict(self, X: Any, *, beam_size: int | None = None) -> NDArray:
        """Find the likeliest answer to each sequence.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        beam_size : int, default=None
            Used in place of the parameter of that name.

        Returns
        -------
        y : object ndarray of shape (n_samples,)
            Texts, if `fit` was given texts; else arrays of labels (n_labels_i,).
        """
        return self._n_best(X, 1, beam_size)[0][:, 0]

    @as_usual
    def log_likelihood(self, X: Any, y: Any) -> NDArray:
        """Compute the logarithm of the probability of given answers.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        y : array-like of shape (n_samples,)
            An answer to each, as for `fit`.

        Returns
        -------
        log_likelihood : float64 ndarray of shape (n_samples,)
            Natural logarithms; -inf for an answer with a label that is not among
            ``classes_``.
        """
        check_is_fitted(self, "net_")
        sequences = self._read(X)
        answers = self._target.check_answers(y)
        check_consistent_length(sequences, answers)
        is_known, answers = self._target.without_unknown(answers)
        found = self._outputs(
            sequences, self._head.log_likelihood, y=answers, rows="sequence"
        )
        return np.where(is_known, found, -np.inf)

    @as_usual
    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        r"""Compute one minus the error rate: edits divided by labels.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            Sequences, as for `fit`.
        y : array-like of shape (n_samples,)
            The right answers, as for `fit`.  A label that is not among ``classes_``
            counts as an error.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, for the edits and the labels of a sequence.

        Returns
        -------
        score : float
            :math:`1 - \sum_i w_i d(y_i, \hat y_i) / \sum_i w_i |y_i|` with the edit
            distance :math:`d`: 1 at best, and below 0 where answers are too long.

        See Also
        --------
        sklearn_rnn.metrics.error_rate : The rate for any unit, of any predictions.
        """
        check_is_fitted(self, "net_")
        sequences = self._read(X)
        true = self._target.labels_of(y)
        check_consistent_length(sequences, true)
        weight = check_sample_weight(
            sample_weight, np.zeros(len(true)), dtype=np.float64
        )
        answers = self._best_answers(sequences)
        edits = count_edits(true, [self.classes_[codes] for codes in answers])
        return 1 - divide_edits(edits, list(map(len, true)), weight)

    # -- finding answers -----------------------------------------------------------

    def _search(self, sequences, n_best, beam_size, **how):
        """Find at most ``n_best`` answers to each sequence: a list of `Answers`."""
        raise NotImplementedError(f"{type(self).__name__} has no _search.")

    def _best_answers(self, sequences):
        """Give the codes of the best answer to each sequence."""
        found = self._search(sequences, 1, self._setting("beam_size"))
        _warn_of_cuts(found)
        return [answers.codes[0] for answers in found]

    def _n_best(self, X, n_best, beam_size, **how):
        """Give the best answers and their log-probabilities, both (n_samples, n_best).

        Where there are fewer answers, the last are empty and have -inf.
        """
        check_is_fitted(self, "net_")
        beam_size = _check_count("beam_size", beam_size, self._setting("beam_size"))
        n_best = _check_count("n_best", n_best)
        found = self._search(self._read(X), n_best, max(beam_size, n_best), **how)
        _warn_of_cuts(found)
        log_proba = np.full((len(found), n_best), -np.inf)
        codes = []
        for row, answers in zip(log_proba, found, strict=True):
            n_found = len(answers.codes)
            row[:n_found] = answers.log_proba
            codes += answers.codes + [np.array([], np.int64)] * (n_best - n_found)
        return self._target.decode(codes).reshape(log_proba.shape), log_proba

    # -- training ------------------------------------------------------------------

    def _train(self, net, training, validation=None, **how):
        super()._train(net, training, validation, **how)
        if not self._trains_on:
            self._warn_if_nothing_was_learnt(training)
        return self

    def _warn_if_nothing_was_learnt(self, part):
        """Warn where the answers to some rows do not say which row they are of."""
        part = part.take(np.flatnonzero(part.y.lengths > 1)[:ROWS_TO_TRY])
        if len(part.rows) == 0:
            return
        found = self._search(part.sequences[part.rows], 1, 1)
        answers = [answer.codes[0] for answer in found]
        true = [codes[:-1] for codes in np.split(part.y.values, part.y.offsets[1:-1])]
        own = count_edits(true, answers).sum()
        half = len(true) // 2
        other = count_edits(true[half:] + true[:half], answers).sum()
        n_labels = sum(map(len, true))
        is_far = own > MOSTLY_WRONG * n_labels and own >= AS_FAR * other
        differ = len({codes.tobytes() for codes in true}) > 1
        if not any(map(len, answers)) or (differ and is_far):
            warn(
                "After this training the answers hardly depend on X: those to "
                f"{len(true)} training rows are {own} edits away from their targets of "
                f"{n_labels} labels, and {other} from the targets of other rows. Train "
                "for longer (max_epochs), with another lr or smaller batches, or with "
                "more units.",
                NothingLearntWarning,
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _warn_of_cuts(found):
    """Name the rows whose answer had to end."""
    rows = [row for row, answers in enumerate(found) if answers.is_cut]
    if rows:
        are = "answer was" if len(rows) == 1 else "answers were"
        warn(
            f"{len(rows)} of {len(found)} {are} cut at max_length, where another label "
            f"was likelier than the end: rows {name_some(rows)}. Raise max_length if "
            "right answers are that long; else train for longer.",
            TruncationWarning,
        )


def _check_count(name, value, default=None):
    """Return a number of answers, at least 1."""
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}.")
    return int(value)
