"""The linear-chain conditional random field."""

import operator
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._steps import every_step, first_steps, pad_steps
from sklearn_rnn.nn.kernels import raise_precision

# The score of a forbidden transition. Not minus infinity: where a sequence has no other
# way, infinities would cancel to NaN. It is out of reach of any logit, and leaves
# float32 three decimals.
FORBIDDEN = -1e4

# Decoding holds n_samples * n_labels**2 numbers, and takes no more samples at a time
# than keep to this many.
MAX_ENTRIES = 2**22


class LinearChainCRF(nn.Module):
    r"""A distribution over sequences of labels in which neighbours matter.

    Use it where labels of neighbouring steps hang together, as in the names of
    people and places, and where some may not follow others. Without it each step
    is labelled by itself.

    Parameters
    ----------
    n_labels : int
        Number of labels, :math:`K`.
    forbidden : iterable of (int or None, int or None), default=()
        Pairs of the index of a label and that of the next one which may not
        follow it. None in the first place is the start, so that ``(None, 3)``
        forbids label 3 at the first step; None in the second place is the end.
        Their scores are fixed at -10,000 and take no part in training.

    Attributes
    ----------
    transitions : Parameter of shape (n_labels, n_labels)
        Entry ``[i, j]`` is the score of label ``j`` after label ``i``. Forbidden
        entries are not read.
    start : Parameter of shape (n_labels,)
        Score of each label at the first step.
    end : Parameter of shape (n_labels,)
        Score of each label at the last step.
    forbidden : bool Tensor of shape (n_labels + 1, n_labels + 1)
        The pairs that are forbidden; the last row stands for the start and the last
        column for the end.

    Notes
    -----
    With emissions :math:`e_t(j)`, the scores a network gives to label :math:`j` at
    step :math:`t`, transitions :math:`A`, start :math:`a` and end :math:`b`, the
    labels :math:`y_1, \dots, y_L` of a sequence :math:`x` have probability [1]_

    .. math::
        p(y \mid x) = \frac{1}{Z(x)} \exp\Big(a_{y_1} + \sum_{t=1}^{L} e_t(y_t)
        + \sum_{t=2}^{L} A_{y_{t-1} y_t} + b_{y_L}\Big),

    where :math:`Z(x)` sums over all sequences of labels. All scores start at zero:
    a new field labels each step by its emissions alone.

    Emissions and labels are flat, as from `every_step`: one row for each real
    step, the steps of sample 0 in order, then those of sample 1, and so on. Sums over
    labels are computed in float64 ("mps" has none and does without).

    References
    ----------
    .. [1] J. Lafferty, A. McCallum and F. Pereira, "Conditional Random Fields:
       Probabilistic Models for Segmenting and Labeling Sequence Data", ICML 2001.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import LinearChainCRF
    >>> crf = LinearChainCRF(2, forbidden=[(0, 1)])  # 0 is never followed by 1
    >>> emissions = torch.tensor([[3.0, 0.0], [0.0, 2.0]])
    >>> crf.decode(emissions, torch.tensor([2]))
    tensor([0, 0])
    >>> crf.decode(emissions, torch.tensor([1, 1]))  # two sequences of one step
    tensor([0, 1])
    """

    forbidden: Tensor

    def __init__(
        self,
        n_labels: int,
        forbidden: Iterable[tuple[int | None, int | None]] = (),
    ) -> None:
        super().__init__()
        self.n_labels = n_labels
        self.transitions = nn.Parameter(torch.zeros(n_labels, n_labels))
        self.start = nn.Parameter(torch.zeros(n_labels))
        self.end = nn.Parameter(torch.zeros(n_labels))
        mask = torch.zeros(n_labels + 1, n_labels + 1, dtype=torch.bool)
        pairs = [_check_pair(pair, n_labels) for pair in forbidden]
        if pairs:
            mask[tuple(torch.tensor(pairs).t())] = True
        # It is said by whoever makes the module and need not travel with the weights.
        self.register_buffer("forbidden", mask, persistent=False)

    def loss(self, emissions: Tensor, labels: Tensor, lengths: Tensor) -> Tensor:
        r"""Compute the loss of each step, given the labels before it.

        Parameters
        ----------
        emissions : Tensor of shape (n_real_steps, n_labels)
            Scores of the labels at each real step.
        labels : int64 Tensor of shape (n_real_steps,)
            Index of the label of each step.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        loss : Tensor of shape (n_real_steps,)
            Of the dtype of ``emissions``. The losses of a sequence sum to
            :math:`-\log p(y \mid x)`.

        Notes
        -----
        The chain rule shares the loss of a sequence among its steps, so that each can
        have a weight of its own. By the Markov property a step's share depends on the
        label before it only:

        .. math::
            \ell_t &= -\log p(y_t \mid y_1, \dots, y_{t-1}, x) \\
                   &= \log \textstyle\sum_j \exp(s_t(j)) - s_t(y_t), \\
            s_t(j) &= A_{y_{t-1} j} + e_t(j) + \beta_t(j),

        with :math:`a_j` for :math:`A_{y_{t-1} j}` at the first step. What is still to
        come is told by messages from the end,

        .. math::
            \beta_L(i) &= b_i \\
            \beta_t(i) &= \log \textstyle\sum_j
                          \exp(A_{ij} + e_{t+1}(j) + \beta_{t+1}(j)).

        A constant added to all :math:`\beta_t(i)` of a step changes nothing, and is
        chosen so that long sequences lose no digits. The sums are matrix products
        with :math:`\exp(A_{ij})`; what is less likely than :math:`e^{-700}` counts as
        that.
        """
        exact = _exact(emissions)
        table, end = self._scores(exact.dtype)
        rows = functional.embedding(self._before(labels, lengths), table)
        scores = rows + exact + _from_the_end(table, end, exact, lengths)
        loss = functional.cross_entropy(scores, labels, reduction="none")
        return loss.to(emissions.dtype)

    def log_marginals(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        r"""Compute the log-probability of each label at each step.

        Parameters
        ----------
        emissions : Tensor of shape (n_real_steps, n_labels)
            Scores of the labels at each real step.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        log_proba : Tensor of shape (n_real_steps, n_labels)
            Of the dtype of ``emissions``; the exponentials of a row sum to one.

        Notes
        -----
        The forward-backward algorithm [1]_. With the messages :math:`\beta` of
        `loss` and those from the start,

        .. math::
            \alpha_1(j) &= a_j + e_1(j) \\
            \alpha_t(j) &= e_t(j) + \log \textstyle\sum_i
                           \exp(\alpha_{t-1}(i) + A_{ij}) \\
            \log p(y_t = k \mid x) &= \alpha_t(k) + \beta_t(k) - \log Z(x).

        References
        ----------
        .. [1] L. R. Rabiner, "A Tutorial on Hidden Markov Models and Selected
           Applications in Speech Recognition", Proceedings of the IEEE 77, 1989.
        """
        exact = _exact(emissions)
        table, end = self._scores(exact.dtype)
        forward = _from_the_start(table, exact, lengths)
        backward = _from_the_end(table, end, exact, lengths)
        return (forward + backward).log_softmax(dim=1).to(emissions.dtype)

    @torch.no_grad()
    def decode(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        r"""Find the most probable sequence of labels.

        Parameters
        ----------
        emissions : Tensor of shape (n_real_steps, n_labels)
            Scores of the labels at each real step.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        labels : int64 Tensor of shape (n_real_steps,)
            For each sequence the labels that are most probable together. They can
            differ from the most probable label of each step by itself.

        Notes
        -----
        The Viterbi algorithm [1]_: :math:`\alpha` of `log_marginals` with the maximum
        in place of the logarithm of the sum, and from the best last label the way
        back.

        References
        ----------
        .. [1] A. J. Viterbi, "Error Bounds for Convolutional Codes and an
           Asymptotically Optimum Decoding Algorithm", IEEE Transactions on
           Information Theory 13, 1967.
        """
        n_at_once = max(1, MAX_ENTRIES // self.n_labels**2)
        if len(lengths) > n_at_once:
            groups = lengths.split(n_at_once)
            parts = emissions.split([int(group.sum()) for group in groups])
            return torch.cat(list(map(self.decode, parts, groups)))
        exact = _exact(emissions)
        steps = _steps(exact, lengths)
        # Below what the emissions of a whole sequence can make good.
        forbidden = FORBIDDEN - 2 * len(steps) * float(exact.abs().max())
        table, end = self._scores(exact.dtype, forbidden)
        transitions, start = table[:-1], table[-1]
        scores = steps[0] + start
        best_at_end = [(scores + end).argmax(dim=1)]
        origins = []
        for step in steps[1:]:
            scores, origin = (scores.unsqueeze(2) + transitions).max(dim=1)
            scores = scores + step  # (n_samples, n_labels)
            origins.append(origin)
            best_at_end.append((scores + end).argmax(dim=1))
        label = best_at_end[-1]
        labels = [label]
        for t in reversed(range(len(origins))):
            on_the_way = origins[t].gather(1, label.unsqueeze(1)).squeeze(1)
            label = torch.where(lengths > t + 1, on_the_way, best_at_end[t])
            labels.append(label)
        return every_step(torch.stack(labels[::-1], dim=1), lengths)

    def extra_repr(self) -> str:
        """Name the parameters in ``repr``."""
        return f"n_labels={self.n_labels}, n_forbidden={int(self.forbidden.sum())}"

    def _scores(
        self, dtype: torch.dtype, forbidden: float = FORBIDDEN
    ) -> tuple[Tensor, Tensor]:
        """Join transitions and start, which is the last row; fill in the forbidden."""
        table = torch.cat([self.transitions, self.start.unsqueeze(0)]).to(dtype)
        table = table.masked_fill(self.forbidden[:, :-1], forbidden)
        end = self.end.to(dtype).masked_fill(self.forbidden[:-1, -1], forbidden)
        return table, end  # (n_labels + 1, n_labels), (n_labels,)

    def _before(self, labels: Tensor, lengths: Tensor) -> Tensor:
        """Give the label before each step; before the first it is that of the start."""
        before = labels.roll(1)
        before[first_steps(lengths)] = self.n_labels
        return before


def _from_the_end(
    table: Tensor, end: Tensor, emissions: Tensor, lengths: Tensor
) -> Tensor:
    """Compute beta of `LinearChainCRF.loss` at each real step."""
    weights = _weights(table[:-1].t())
    steps = _steps(emissions, lengths)
    beta = end.expand_as(steps[0])
    betas = [beta]
    for t in reversed(range(len(steps) - 1)):
        goes_on = (lengths > t + 1).unsqueeze(1)
        beta = torch.where(goes_on, _pass_on(steps[t + 1] + beta, weights), end)
        betas.append(beta)
    return every_step(torch.stack(betas[::-1]).transpose(0, 1), lengths)


def _from_the_start(table: Tensor, emissions: Tensor, lengths: Tensor) -> Tensor:
    """Compute alpha of `LinearChainCRF.log_marginals` at each real step."""
    weights = _weights(table[:-1])
    first, *others = _steps(emissions, lengths)
    alpha = table[-1] + first
    alphas = [alpha]
    for step in others:
        alpha = step + _pass_on(alpha, weights)
        alphas.append(alpha)
    return every_step(torch.stack(alphas).transpose(0, 1), lengths)


def _weights(transitions: Tensor) -> tuple[Tensor, Tensor]:
    """Give the transitions, up to a constant, and take them out of the logarithm."""
    scores = transitions - transitions.max().detach()
    return scores, scores.exp()


def _pass_on(messages: Tensor, weights: tuple[Tensor, Tensor]) -> Tensor:
    """Compute log sum_i exp(m_i) w_ij, up to a constant for each sample.

    A matrix product, where a `logsumexp` would hold a tensor of shape (n_samples,
    n_labels, n_labels) and autograd would keep it for every step. It is the way where
    the product comes out of the range of the numbers.
    """
    scores, factors = weights
    # The constants cancel in the softmax at the end, and with them their gradients.
    messages = messages - messages.amax(dim=1, keepdim=True).detach()
    passed = messages.exp() @ factors  # (n_samples, n_labels)
    if bool((passed > torch.finfo(passed.dtype).tiny * 1e16).all()):
        return passed.log()
    return (messages.unsqueeze(2) + scores).logsumexp(dim=1)


def _exact(emissions: Tensor) -> Tensor:
    return raise_precision(emissions)


def _steps(emissions: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    """Give the emissions (n_samples, n_labels) of each time step, padding zero."""
    padded = pad_steps(emissions, lengths, int(lengths.max()))
    return padded.transpose(0, 1).unbind()


def _check_pair(pair: tuple[int | None, int | None], n_labels: int) -> tuple[int, int]:
    """Return the place of a forbidden pair, with ``n_labels`` for start and end."""
    previous, following = pair
    if previous is None and following is None:
        raise ValueError(
            "forbidden holds the pair (None, None), but every sequence has a step "
            "between start and end; give at least one label."
        )
    for label in pair:
        if label is not None and not 0 <= operator.index(label) < n_labels:
            raise ValueError(
                f"forbidden must hold labels from 0 to {n_labels - 1}, or None for the "
                f"start and the end; got the pair {pair!r}."
            )
    return (
        n_labels if previous is None else operator.index(previous),
        n_labels if following is None else operator.index(following),
    )
