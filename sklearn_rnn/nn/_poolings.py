"""From the outputs at all time steps to one vector per sequence.

Every pooling is called with ``(outputs, lengths)`` and reads real steps only:
padding may hold anything, NaN included, and changes neither the result nor the
gradient.
"""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._tables import choose

Pooling: TypeAlias = Callable[[Tensor, Tensor], Tensor]


def last_step(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Select the output at the last real time step of each sequence.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Padded on the right; steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    last : Tensor of shape (n_samples, n_units)

    Notes
    -----
    The backward half of a bidirectional output has read one step at that
    point; use `final_state` for both halves.
    """
    rows = torch.arange(len(outputs), device=outputs.device)
    return outputs.transpose(0, 1)[lengths - 1, rows]


def final_state(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Select the final state of both halves of a bidirectional output.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, 2 * hidden_size)
        Forward half, then backward half; padded on the right; steps at or
        beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    final : Tensor of shape (n_samples, 2 * hidden_size)
        The forward half at the last real step and the backward half at the
        first step: each has read the whole sequence.

    Notes
    -----
    With one direction the final state is that at the `last_step`.
    """
    forward, backward = outputs.chunk(2, dim=2)
    return torch.cat([last_step(forward, lengths), backward[:, 0]], dim=1)


def masked_mean(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Average the outputs over the real time steps of each sequence.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Padded on the right; steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    mean : Tensor of shape (n_samples, n_units)
    """
    total = _fill_padding(outputs, lengths, 0.0).sum(dim=1)
    return total / lengths.unsqueeze(1)  # (n_samples, n_units)


def masked_max(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Take the maximum of each unit over the real time steps.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Padded on the right; steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    maximum : Tensor of shape (n_samples, n_units)
    """
    return _fill_padding(outputs, lengths, -torch.inf).amax(dim=1)


def final_and_max(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Put the final state and the maximum of each unit side by side.

    What a series has come to stands in its final state, what turned up anywhere in
    a text in the maximum; a head that has both need not choose [1]_ (which adds the
    mean).

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, 2 * hidden_size)
        Forward half, then backward half; padded on the right; steps at or
        beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    both : Tensor of shape (n_samples, 4 * hidden_size)

    References
    ----------
    .. [1] J. Howard and S. Ruder, "Universal Language Model Fine-tuning for Text
       Classification", ACL 2018, section 3.3.
    """
    both = [final_state(outputs, lengths), masked_max(outputs, lengths)]
    return torch.cat(both, dim=1)


def last_and_max(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Do what `final_and_max` does for outputs of one direction.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Padded on the right; steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.

    Returns
    -------
    both : Tensor of shape (n_samples, 2 * n_units)
    """
    both = [last_step(outputs, lengths), masked_max(outputs, lengths)]
    return torch.cat(both, dim=1)


class AdditiveAttention(nn.Module):
    r"""Average the outputs with weights that are learnt.

    Parameters
    ----------
    n_units : int
        Number of units of the outputs, and of the hidden layer that scores
        them.
    generator : torch.Generator
        Source of the initial weights.

    Notes
    -----
    For the output :math:`h_t` at each real step :math:`t`, with learnt
    :math:`W`, :math:`b` and :math:`v` [1]_,

    .. math::
        e_t &= v^\top \tanh(W h_t + b) \\
        \alpha_t &= \exp(e_t) / \textstyle\sum_s \exp(e_s) \\
        y &= \textstyle\sum_t \alpha_t h_t,

    the sums running over real steps. There is no decoder here, so that the
    decoder state of the paper's equation is left out.

    References
    ----------
    .. [1] D. Bahdanau, K. Cho and Y. Bengio, "Neural Machine Translation by
       Jointly Learning to Align and Translate", ICLR 2015, appendix A.1.2.
    """

    def __init__(self, n_units: int, *, generator: torch.Generator) -> None:
        super().__init__()
        self.hidden = Affine(n_units, n_units, generator=generator)
        self.score = Affine(n_units, 1, bias=False, generator=generator)

    def weights(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        """Compute the weight of each time step.

        Parameters
        ----------
        outputs : Tensor of shape (n_samples, n_timesteps, n_units)
            Padded on the right; steps at or beyond ``lengths`` may hold
            anything.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        weights : Tensor of shape (n_samples, n_timesteps)
            Rows sum to one; padding has weight zero.
        """
        return self._attend(_fill_padding(outputs, lengths, 0.0), lengths)

    def forward(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        """Average the outputs with these weights.

        Parameters
        ----------
        outputs : Tensor of shape (n_samples, n_timesteps, n_units)
            Padded on the right; steps at or beyond ``lengths`` may hold
            anything.
        lengths : int64 Tensor of shape (n_samples,)
            Number of real steps, at least 1.

        Returns
        -------
        average : Tensor of shape (n_samples, n_units)
        """
        outputs = _fill_padding(outputs, lengths, 0.0)
        weights = self._attend(outputs, lengths)
        return (weights.unsqueeze(1) @ outputs).squeeze(1)  # (n_samples, n_units)

    def _attend(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        scores = self.score(torch.tanh(self.hidden(outputs)))
        scores = _fill_padding(scores, lengths, -torch.inf).squeeze(2)
        return scores.softmax(dim=1)  # (n_samples, n_timesteps)


POOLINGS: dict[str, Pooling | type[AdditiveAttention]] = {
    "last": last_step,
    "final_state": final_state,
    "mean": masked_mean,
    "max": masked_max,
    "final_max": final_and_max,
    "attention": AdditiveAttention,
}

# What stands in for a pooling of two halves where there is one direction.
OF_ONE_DIRECTION: dict[Pooling, Pooling] = {
    final_state: last_step,
    final_and_max: last_and_max,
}


def make_pooling(
    name: str, n_units: int, *, bidirectional: bool, generator: torch.Generator
) -> Pooling:
    """Make the pooling of this name.

    Parameters
    ----------
    name : {"last", "final_state", "mean", "max", "final_max", "attention"}
        "last" and "final_state" ask the network to remember, the others look at
        every step.
    n_units : int
        Number of units of the outputs to pool.
    bidirectional : bool
        Whether these are a forward half and a backward half.
    generator : torch.Generator
        Source of the initial weights of "attention".

    Returns
    -------
    pooling : callable
        Called with outputs of shape (n_samples, n_timesteps, n_units) and
        lengths of shape (n_samples,), it returns a Tensor of shape (n_samples,
        n_units); with "final_max" (n_samples, 2 * n_units).
    """
    pooling = choose(POOLINGS, "pooling", name)
    if isinstance(pooling, type):
        attention: AdditiveAttention = pooling(n_units, generator=generator)
        return attention
    return pooling if bidirectional else OF_ONE_DIRECTION.get(pooling, pooling)


def _fill_padding(values: Tensor, lengths: Tensor, fill: float) -> Tensor:
    # Filled, not multiplied by the mask: 0 * NaN is NaN.
    mask = length_mask(lengths, values.shape[1]).unsqueeze(2)
    return values.masked_fill(~mask, fill)  # (n_samples, n_timesteps, n_units)
