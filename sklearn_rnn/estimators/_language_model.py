"""The next token of a sequence."""

from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._compat import Interval, StrOptions, check_sample_weight, fit_context
from sklearn_rnn._training import (
    SegmentDataset,
    as_usual,
    cut_into_segments,
    take_step,
)
from sklearn_rnn.estimators._base import BaseRNN
from sklearn_rnn.estimators._drawing import Drawing, check_count
from sklearn_rnn.estimators._parameters import parameter, with_parameters
from sklearn_rnn.estimators.targets import NextTokenTarget, ending, with_values
from sklearn_rnn.sequences import (
    PAD,
    UNK,
    Sequences,
    check_sequences,
    offsets_of,
    write_sparse_tokens,
)

if TYPE_CHECKING:
    from typing_extensions import Self

# Steps of a segment where nothing is learnt: states are carried on exactly.
PREDICTION_SEGMENT = 256


@with_parameters
class RNNLanguageModel(BaseRNN):
    r"""Predict the next token of a sequence with a recurrent neural network.

    Learns how probable each token is after those before it, of words, characters or
    any other ids, without labels. It scores texts, samples new ones and continues
    those that have begun.

    See Also
    --------
    TextVectorizer : Turns texts into token ids, and ids into texts again.
    RNNTagger : Predicts a label for each step from both sides.

    Notes
    -----
    A sequence :math:`x_1, \dots, x_T` has the probability

    .. math::
        p(x) = \prod_{t=1}^{T+1} p(x_t \mid x_0, \dots, x_{t-1}),

    where :math:`x_0` is the start, a vector of zeros, and :math:`x_{T+1}` the end.
    Each factor is a softmax over all tokens and the end; `sklearn_rnn.nn.NextTokenHead`
    has its equation. The loss is the weighted mean of :math:`-\log p(x_t \mid \dots)`
    over all tokens, ends included.

    Training reads ``batch_size`` sequences side by side, ``steps_per_update`` steps at
    a time, and carries the states on from one update to the next: truncated
    backpropagation through time [1]_. Where there are fewer texts than ``batch_size``,
    long ones are cut into pieces that each begin anew. Scores and samples cut nothing.

    Column 0 of probabilities, the id of padding, stands for the end. A token that was
    not there in `fit` is the unknown one, id 1, which can be learnt where
    `TextVectorizer` makes rare tokens unknown (``min_df``, ``max_features``).

    References
    ----------
    .. [1] R. J. Williams and J. Peng, "An Efficient Gradient-Based Algorithm for
       On-Line Training of Recurrent Network Trajectories", Neural Computation 2, 1990.

    T. Mikolov et al., "Recurrent Neural Network Based Language Model", Interspeech
    2010.

    Examples
    --------
    >>> from sklearn_rnn import RNNLanguageModel, TextVectorizer
    >>> names = ["anna", "hanna", "ann", "johanna"] * 10
    >>> vectorizer = TextVectorizer(analyzer="char")
    >>> X = vectorizer.fit_transform(names)
    >>> model = RNNLanguageModel(16, max_epochs=60, random_state=0).fit(X)
    >>> model.perplexity(X) < 2
    True
    >>> vectorizer.decode(model.sample(prompt=[vectorizer.vocabulary_["h"]],
    ...                                temperature=0))
    ['hanna']
    """

    _fixed: ClassVar[dict] = {
        "bidirectional": False,
        "input_noise": 0.0,
        "input": "tokens",
        "missing": "error",
        "standardize": False,
    }
    _defaults: ClassVar[dict] = {"lr": 0.004, "max_epochs": 10}

    batch_size: int = parameter(
        default=32,
        accepts="int",
        text="Sequences, or pieces of long ones, that are read side by side.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    steps_per_update: int = parameter(
        default=32,
        accepts="int",
        text="""
        How many steps are read before the weights change.  Gradients go back no
        further; states do.
        """,
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    tie_weights: bool = parameter(
        default=True,
        accepts="bool",
        text="""
        Whether the vectors of the tokens are also the weights of the outputs: fewer
        weights, and better for words.
        """,
        constraint=["boolean"],
    )
    softmax: str = parameter(
        default="auto",
        accepts='{"auto", "full", "sampled"}',
        text="""
        Whether training compares the right token with all others, or with
        ``n_negatives`` drawn ones, which is faster for large vocabularies.  "auto"
        draws them from eight times as many tokens on.  Scores are always over all.
        """,
        constraint=[StrOptions({"auto", "full", "sampled"})],
    )
    n_negatives: int = parameter(
        default=256,
        accepts="int",
        text="How many tokens are drawn for each update.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: None = None,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: None = None,
        groups: Any = None,
    ) -> "Self":
        """Train the network.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as `TextVectorizer` gives them: of shape (n_samples, max_length),
            padded on the right with 0, or a list of arrays (n_timesteps_i,).
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0; that of a sequence is that of all its tokens.
        X_val : like X, default=None
            Validation data, used instead of a part of X.
        y_val : None
            Not used.
        groups : array-like of shape (n_samples,), default=None
            The group of each row, for early stopping.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data cannot be used; before any training.
        KeyboardInterrupt
            After Ctrl-C; the estimator is fitted with what it had learnt.
        """
        return super().fit(X, None, sample_weight, X_val, None, groups)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: None = None, sample_weight: Any = None) -> "Self":
        """Train for one epoch on one more part of the data.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as for `fit`.  Tokens that the first call did not hold are
            unknown.
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : object
        """
        return self._partial_fit(X, None, sample_weight)

    @as_usual
    def score_samples(self, X: Any) -> NDArray[np.float64]:
        """Compute the log-likelihood of each sequence.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as for `fit`.

        Returns
        -------
        log_likelihood : float64 ndarray of shape (n_samples,)
            Natural logarithms, of all tokens and the end.
        """
        ended, of_tokens = self._of_tokens(X)
        return np.add.reduceat(of_tokens, ended.offsets[:-1])

    @as_usual
    def score(self, X: Any, y: None = None, sample_weight: Any = None) -> float:
        """Compute the mean log-likelihood per token.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as for `fit`.
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, each for all tokens of a sequence.

        Returns
        -------
        score : float
            Natural logarithms; the end of each sequence counts as a token.
        """
        ended, of_tokens = self._of_tokens(X)
        weight = check_sample_weight(
            sample_weight, np.zeros(len(ended)), dtype=np.float64
        )
        return float(np.average(of_tokens, weights=np.repeat(weight, ended.lengths)))

    def perplexity(self, X: Any, sample_weight: Any = None) -> float:
        r"""Compute the perplexity: :math:`\exp(-\operatorname{score})`.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, each for all tokens of a sequence.

        Returns
        -------
        perplexity : float
            1 at best; the number of tokens for a model that knows nothing.
        """
        return float(np.exp(-self.score(X, sample_weight=sample_weight)))

    @as_usual
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Compute the probabilities of the token behind each sequence.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays}
            Token ids, as for `fit`.

        Returns
        -------
        proba : float64 ndarray of shape (n_samples, n_tokens)
            Column ``i`` is that of the token with id ``i``, column 0 that of the end.
        """
        check_is_fitted(self, "net_")
        sequences = self._read(X)
        n_segments = -(-(sequences.lengths + 1) // PREDICTION_SEGMENT)
        logits = self._outputs(sequences, self._head.at_end, rows="sequence")
        return self._target.response(logits[np.cumsum(n_segments) - 1])

    @as_usual
    def step(self, x_t: Any, state: Any = None) -> tuple[NDArray, Any]:
        """Read one more token of each of some streams, and predict the next one.

        Parameters
        ----------
        x_t : array-like of shape (n_samples,)
            Token ids, or what the `TextVectorizer` of `fit` makes of one word each.
        state : object, default=None
            What the call before returned; None at the first token of a sequence.

        Returns
        -------
        proba : float64 ndarray of shape (n_samples, n_tokens)
            As from `predict_proba` for all tokens so far.
        state : object
            For the next call; ``state.take(streams)`` is that of some of them.

        Raises
        ------
        ValueError, TypeError
            If `x_t` is no token of each, or `state` is that of other streams or of
            another fitted estimator.
        """
        return super().step(x_t, state)

    @as_usual
    def sample(
        self,
        n_samples: int = 1,
        *,
        prompt: Any = None,
        max_length: int = 100,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        random_state: Any = None,
    ) -> sparse.csr_matrix:
        """Draw new sequences, token by token.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        prompt : array-like of shape (n_tokens,) or one row of X, default=None
            The ids that each sequence begins with; those that were not there in `fit`
            are read as unknown.  None begins at the start.
        max_length : int, default=100
            How many tokens to draw at most, the prompt not counted.
        temperature : float, default=1.0
            The logits are divided by it: below 1 what is probable becomes more so; 0
            takes the most probable token each time.
        top_k : int, default=None
            Draw from so many of the most probable tokens only.
        top_p : float, default=None
            Draw from the fewest tokens whose probabilities add up to this, in (0, 1].
        random_state : int, RandomState instance or None, default=None
            Determines what is drawn.

        Returns
        -------
        X : int32 CSR matrix of shape (n_samples, n_columns)
            Token ids, prompt included and without the end, for
            ``vectorizer.decode(X)``.
        """
        check_is_fitted(self, "net_")
        drawing = Drawing(temperature, top_k, top_p, check_random_state(random_state))
        drawing.check()
        check_count("n_samples", n_samples)
        check_count("max_length", max_length)
        begun = self._read_prompt(prompt)
        with self._threads():
            rows = self._continue(np.tile(begun, (n_samples, 1)), max_length, drawing)
        values = np.concatenate(rows).astype(np.int32)
        return write_sparse_tokens(values, offsets_of(list(map(len, rows))))

    def _read_prompt(self, prompt):
        """Give the ids that a sample begins with, int64 (n_tokens,)."""
        if prompt is None:
            return np.array([], dtype=np.int64)
        if not sparse.issparse(prompt):
            prompt = np.atleast_2d(np.asarray(prompt))
            if prompt.size == 0:
                return np.array([], dtype=np.int64)
        sequences = check_sequences(self, prompt, reset=False, input="tokens")
        if len(sequences) != 1:
            raise ValueError(
                f"prompt must be the ids of one sequence, got {len(sequences)}; call "
                "sample once for each."
            )
        return sequences.values.astype(np.int64)

    def _continue(self, begun, max_length, drawing):
        """Draw tokens until the end, or so many; return the ids of each sample."""
        logits, state = self._take_step(None, None, n_streams=len(begun))
        for tokens in begun.T:
            logits, state = self._take_step(_one_each(tokens), state)
        rows = [row.tolist() for row in begun]
        going = np.arange(len(begun))
        for _ in range(max_length):
            drawn = self._ids_of(drawing.draw(logits))
            goes_on = drawn != PAD
            going, drawn, state = going[goes_on], drawn[goes_on], state.take(goes_on)
            if not len(going):
                break
            for i, token in zip(going, drawn.tolist(), strict=True):
                rows[i].append(token)
            logits, state = self._take_step(_one_each(drawn), state)
        return [np.array(row, dtype=np.int64) for row in rows]

    def _ids_of(self, rows):
        """Give the ids that have these rows of the tables."""
        if self.token_ids_ is None:
            return rows
        return np.append([PAD, UNK], self.token_ids_)[rows]

    # -- what is read ----------------------------------------------------------------

    def _of_tokens(self, X):
        """Compute the log-likelihood of each token, and say where sequences end."""
        check_is_fitted(self, "net_")
        sequences = self._read(X)
        ended = ending(sequences)
        return ended, self._outputs(sequences, self._head.log_likelihood, y=ended)

    def _count_tokens(self, part):
        """Count the tokens of the first part; what is new in later ones is unknown."""
        if not self.token_counts_.any():
            super()._count_tokens(part)

    def _count_rows(self, part):
        n_steps = self.steps_per_update
        return len(cut_into_segments(part.y.lengths, n_steps)[0])

    def _dataset(self, sequences, rows=None, y=None, weight=None):
        """Read each sequence from its start, with the token that follows as target."""
        ended = ending(sequences) if y is None else y
        reader = self._reader()
        started = Sequences(np.roll(ended.values, 1), ended.offsets)
        # The end of one is rolled to where the next one starts; both are padding.
        trains = rows is not None
        return SegmentDataset(
            started,
            reader,
            y=with_values(ended, reader.transform(ended.values).astype(np.int64)),
            weight=np.ones(len(ended.values)) if weight is None else weight,
            n_steps=self._setting("steps_per_update") if trains else PREDICTION_SEGMENT,
            n_streams=self._setting("batch_size") if trains else 1,
        )

    def _take_step(self, sequences, state, n_streams=None):
        """Read one more token of some streams, or the start of so many."""
        if state is None:
            n_streams = len(sequences) if n_streams is None else n_streams
            start = _one_each(np.full(n_streams, PAD))
            outputs, state = take_step(self.net_, super()._dataset(start), None)
            if sequences is None:
                return outputs, state
        return take_step(self.net_, super()._dataset(sequences), state)

    def _make_target(self):
        return NextTokenTarget(
            type(self).__name__, self.tie_weights, self.softmax, self.n_negatives
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.input_tags.categorical = True
        tags.input_tags.positive_only = True
        tags.input_tags.three_d_array = False
        return tags


def _one_each(tokens):
    """Make sequences of one step."""
    return Sequences(tokens.astype(np.int32), np.arange(len(tokens) + 1))
