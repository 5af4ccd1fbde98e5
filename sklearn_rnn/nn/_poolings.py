"""From the outputs at all time steps to one vector per sequence.

A pooling reads real steps only: padding may hold anything, NaN included, and changes
neither the result nor the gradient. It knows three forms: the whole sequence
(``forward``), one step more (``step``) and every prefix (``prefixes``).

`pool`, `pool_prefixes` and `pool_step` call a pooling in the precision that evaluation
needs. `make_pooling` makes one from a name or from a class of the user's.
"""

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._affine import Affine
from sklearn_rnn.nn._batch import Encoded
from sklearn_rnn.nn._lengths import length_mask
from sklearn_rnn.nn._seeding import seeded_globally, without_draws
from sklearn_rnn.nn._tables import choose

Memory: TypeAlias = tuple[Tensor, ...]
"""What a pooling keeps of the steps so far, row by row; empty before the first."""


class Pooling(nn.Module):
    """Base class: from the outputs at all time steps to one vector per sequence.

    Parameters
    ----------
    n_units : int
        Number of units of the outputs to pool.
    generator : torch.Generator
        Source of the initial weights, if there are any.

    Attributes
    ----------
    n_units : int
        Length of the pooled vector.
    sums : bool
        Whether numbers are added up. In evaluation sums are computed in float64 and
        rounded, so that their order does not show. A pooling that only selects numbers
        takes them as they are.
    reads_end_only : bool
        Whether only the output at an end is read, so that early steps are reached
        through the recurrence alone.
    step : callable
        ``step(memory, output)`` reads one step more and returns what is pooled of all
        steps so far, of shape (n_samples, n_units), and the new memory. The memory is
        a tuple of tensors with a row for each sample, ``()`` before the first step; it
        is not changed. A pooling without ``step`` needs whole sequences.
    """

    sums: ClassVar[bool] = True
    reads_end_only: ClassVar[bool] = False
    n_units: int
    step: Callable[[Memory, Tensor], tuple[Tensor, Memory]]

    def __init__(self, n_units: int, *, generator: torch.Generator) -> None:
        super().__init__()
        self.n_units = n_units

    def forward(self, encoded: Encoded) -> Tensor:
        """Pool whole sequences.

        Parameters
        ----------
        encoded : Encoded
            Outputs of shape (n_samples, n_timesteps, n_units) and their lengths.

        Returns
        -------
        pooled : Tensor of shape (n_samples, self.n_units)
        """
        raise NotImplementedError

    def prefixes(self, outputs: Tensor) -> Tensor:
        """Pool the steps up to each step.

        Parameters
        ----------
        outputs : Tensor of shape (n_samples, n_timesteps, n_units)
            Of one direction. What is at a step reaches no earlier one.

        Returns
        -------
        pooled : Tensor of shape (n_samples, n_timesteps, self.n_units)
            The time axis comes first in memory.
        """
        return _step_through(self, outputs)


class LastStep(Pooling):
    """Select the output at the last real time step.

    Notes
    -----
    The backward half of a bidirectional output has read one step at that point;
    `FinalState` is for both halves.
    """

    sums = False
    reads_end_only = True

    def forward(self, encoded: Encoded) -> Tensor:
        """Select the last real step: (n_samples, n_units)."""
        return _last_step(encoded.outputs, encoded.lengths)

    def step(self, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
        """Give the output itself; nothing need be kept."""
        return output, ()


class FinalState(LastStep):
    """Select the final state of each direction.

    Notes
    -----
    With two directions that is the forward half at the last real step and the backward
    half at the first step: each has read the whole sequence. With one direction it is
    `LastStep`.
    """

    def forward(self, encoded: Encoded) -> Tensor:
        """Select the final states: (n_samples, n_units)."""
        if not encoded.bidirectional:
            return super().forward(encoded)
        steps = encoded.outputs.transpose(0, 1)
        first = torch.arange(steps.shape[1], device=steps.device)
        last = (encoded.lengths - 1) * len(first) + first
        # Of one table, whose gradient is a single one: half the time of two slices.
        halves = steps.reshape(-1, self.n_units // 2)
        rows = torch.stack([2 * last, 2 * first + 1], dim=1).flatten()
        return halves.index_select(0, rows).view(-1, self.n_units)


class Mean(Pooling):
    """Average the outputs over the real time steps."""

    def forward(self, encoded: Encoded) -> Tensor:
        """Average the real steps: (n_samples, n_units)."""
        total = _fill_padding(encoded.outputs, encoded.lengths, 0.0).sum(dim=1)
        return total / encoded.lengths.unsqueeze(1)  # (n_samples, n_units)

    def step(self, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
        """Average all steps so far; the memory is their sum and their number."""
        if not memory:
            memory = (torch.zeros_like(output), output.new_zeros(len(output), 1))
        total, n_steps = memory[0] + output, memory[1] + 1
        return total / n_steps, (total, n_steps)


class Max(Pooling):
    """Take the maximum of each unit over the real time steps."""

    sums = False

    def forward(self, encoded: Encoded) -> Tensor:
        """Take the largest of the real steps: (n_samples, n_units)."""
        return _fill_padding(encoded.outputs, encoded.lengths, -torch.inf).amax(dim=1)

    def step(self, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
        """Take the largest of all steps so far, which is also the memory."""
        largest = torch.maximum(memory[0], output) if memory else output
        return largest, (largest,)


class FinalAndMax(Pooling):
    """Put `FinalState` and `Max` side by side.

    The final state tells where a series ends, the maximum what occurs anywhere in a
    text. A head that reads both need not choose [1]_ (which adds the mean).

    References
    ----------
    .. [1] J. Howard and S. Ruder, "Universal Language Model Fine-tuning for Text
       Classification", ACL 2018, section 3.3.
    """

    sums = False

    def __init__(self, n_units: int, *, generator: torch.Generator) -> None:
        super().__init__(2 * n_units, generator=generator)
        self.final = FinalState(n_units, generator=generator)
        self.max = Max(n_units, generator=generator)

    def forward(self, encoded: Encoded) -> Tensor:
        """Pool both ways: (n_samples, 2 * n_units)."""
        return torch.cat([self.final(encoded), self.max(encoded)], dim=1)

    def step(self, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
        """Put the output and the largest so far side by side; keep the largest."""
        largest, memory = self.max.step(memory, output)
        return torch.cat([output, largest], dim=1), memory


class Attention(Pooling):
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
        super().__init__(n_units, generator=generator)
        self.hidden = Affine(n_units, n_units, generator=generator)
        self.score = Affine(n_units, 1, bias=False, generator=generator)

    def weights(self, encoded: Encoded) -> Tensor:
        """Compute the weight of each time step.

        Parameters
        ----------
        encoded : Encoded
            Outputs of shape (n_samples, n_timesteps, n_units) and their lengths.

        Returns
        -------
        weights : Tensor of shape (n_samples, n_timesteps)
            Rows sum to one; padding has weight zero.
        """
        lengths = encoded.lengths
        return self._attend(_fill_padding(encoded.outputs, lengths, 0.0), lengths)

    def forward(self, encoded: Encoded) -> Tensor:
        """Average the outputs with these weights: (n_samples, n_units)."""
        outputs = _fill_padding(encoded.outputs, encoded.lengths, 0.0)
        weights = self._attend(outputs, encoded.lengths)
        return (weights.unsqueeze(1) @ outputs).squeeze(1)  # (n_samples, n_units)

    def step(self, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
        r"""Average all steps so far.

        Parameters
        ----------
        memory : tuple of Tensor
            The largest score so far, the sum of the weights and that of the weighted
            outputs; empty at the first step.
        output : Tensor of shape (n_samples, n_units)
            The output at one more step.

        Returns
        -------
        pooled : Tensor of shape (n_samples, n_units)
        memory : tuple of Tensor

        Notes
        -----
        With the largest score so far, :math:`m_t = \max(m_{t-1}, e_t)`, no exponential
        overflows [1]_:

        .. math::
            s_t &= s_{t-1} \exp(m_{t-1} - m_t) + \exp(e_t - m_t) \\
            v_t &= v_{t-1} \exp(m_{t-1} - m_t) + \exp(e_t - m_t) \, h_t \\
            y_t &= v_t / s_t.

        References
        ----------
        .. [1] M. Milakov and N. Gimelshein, "Online Normalizer Calculation for
           Softmax", 2018, arXiv:1805.02867.
        """
        score = self._score(output)  # (n_samples, 1)
        if not memory:
            memory = (score, torch.zeros_like(score), torch.zeros_like(output))
        before, total, weighted = memory
        largest = torch.maximum(before, score)
        kept, weight = torch.exp(before - largest), torch.exp(score - largest)
        total = total * kept + weight
        weighted = weighted * kept + weight * output
        return weighted / total, (largest, total, weighted)

    def _attend(self, outputs: Tensor, lengths: Tensor) -> Tensor:
        scores = _fill_padding(self._score(outputs), lengths, -torch.inf).squeeze(2)
        return scores.softmax(dim=1)  # (n_samples, n_timesteps)

    def _score(self, outputs: Tensor) -> Tensor:
        scores: Tensor = self.score(torch.tanh(self.hidden(outputs)))
        return scores  # (..., 1)


POOLINGS: dict[str, type[Pooling]] = {
    "last": LastStep,
    "final_state": FinalState,
    "mean": Mean,
    "max": Max,
    "final_max": FinalAndMax,
    "attention": Attention,
}


def make_pooling(
    pooling: str | type[nn.Module], n_units: int, *, generator: torch.Generator
) -> Any:
    """Make a pooling from its name or its class.

    Parameters
    ----------
    pooling : {"last", "final_state", "mean", "max", "final_max", "attention"} or type
        "last" and "final_state" need a network that remembers, the others look at
        every step. A class of your own is a ``torch.nn.Module``. It is called with
        ``n_units``, a subclass of `Pooling` also with ``generator=``.
    n_units : int
        Number of units of the outputs to pool.
    generator : torch.Generator
        Source of the initial weights. A class of your own draws them from torch's
        global generator, which is seeded from this one and set back afterwards.

    Returns
    -------
    pooling : Pooling or Module
        ``pooling(encoded)`` returns a Tensor of shape (n_samples, pooling.n_units).
        ``pooling.step`` may be missing in a class of your own.

    Examples
    --------
    A pooling of your own:

    >>> import torch
    >>> from sklearn_rnn.nn import Encoded, make_pooling
    >>> class FirstStep(torch.nn.Module):
    ...     def __init__(self, n_units):
    ...         super().__init__()
    ...
    ...     def forward(self, encoded):
    ...         return encoded.outputs[:, 0]
    >>> pooling = make_pooling(FirstStep, 4, generator=torch.Generator())
    >>> pooling.n_units, hasattr(pooling, "step")
    (4, False)
    >>> pooling(Encoded(torch.zeros(2, 3, 4), torch.tensor([3, 1]))).shape
    torch.Size([2, 4])
    """
    if isinstance(pooling, str):
        pooling = choose(POOLINGS, "pooling", pooling)
    _check_class(pooling)
    if pooling in POOLINGS.values():
        return pooling(n_units, generator=generator)
    options = {"generator": generator} if issubclass(pooling, Pooling) else {}
    with seeded_globally(int(torch.randint(2**31, (), generator=generator))):
        made: Any = pooling(n_units, **options)
    if not hasattr(made, "n_units"):
        made.n_units = n_units
    return made


def pool(pooling: Any, encoded: Encoded) -> Tensor:
    """Pool whole sequences, in evaluation without showing the order of sums.

    Parameters
    ----------
    pooling : Pooling or Module
        As `make_pooling` makes it. In evaluation mode a pooling that sums reads
        float64, with its weights in float64 too, and the result is rounded. (The device
        "mps" has no float64.)
    encoded : Encoded
        What the encoder makes of a batch.

    Returns
    -------
    pooled : Tensor of shape (n_samples, pooling.n_units)
        Of the dtype of the outputs.
    """
    pooling, exact = _as_exact(pooling, encoded.outputs)
    if exact is not encoded.outputs:
        pooled: Tensor = pooling(encoded._replace(outputs=exact))
        return pooled.to(encoded.outputs.dtype)
    pooled = pooling(encoded)
    return pooled


def has_weights(pooling: Any) -> bool:
    """Say whether a pooling tells how much each step counts.

    Parameters
    ----------
    pooling : Pooling, Module or None

    Returns
    -------
    has : bool
        True where it has a method ``weights(encoded)``.
    """
    return inspect.ismethod(getattr(pooling, "weights", None))


def pooling_weights(pooling: Any, encoded: Encoded) -> Tensor:
    """Compute the weights of the steps, in the precision of `pool`.

    Parameters
    ----------
    pooling : Pooling or Module
        As `make_pooling` makes it, with a method ``weights(encoded)``.
    encoded : Encoded
        What the encoder makes of a batch.

    Returns
    -------
    weights : Tensor of shape (n_samples, n_timesteps)
        Of the dtype of the outputs.
    """
    pooling, exact = _as_exact(pooling, encoded.outputs)
    weights: Tensor = pooling.weights(encoded._replace(outputs=exact))
    return weights.to(encoded.outputs.dtype)


def pool_prefixes(pooling: Any, outputs: Tensor) -> Tensor:
    """Pool the steps up to each step as `pool` does.

    Parameters
    ----------
    pooling : Pooling or Module
        As `make_pooling` makes it, with a method ``step``.
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Of one direction. What is at a step reaches no earlier one.

    Returns
    -------
    pooled : Tensor of shape (n_samples, n_timesteps, pooling.n_units)
        Of the dtype of the outputs. The time axis comes first in memory.
    """
    _check_step(pooling)
    pooling, exact = _as_exact(pooling, outputs)
    if hasattr(pooling, "prefixes"):
        pooled: Tensor = pooling.prefixes(exact)
    else:
        pooled = _step_through(pooling, exact)
    return pooled.to(outputs.dtype)


def pool_step(pooling: Any, memory: Memory, output: Tensor) -> tuple[Tensor, Memory]:
    """Read one step more, as `pool` would with all steps so far.

    Parameters
    ----------
    pooling : Pooling or Module
        As `make_pooling` makes it, with a method ``step``.
    memory : tuple of Tensor
        What the step before returned; empty at the first step. It is not changed.
    output : Tensor of shape (n_samples, n_units)
        The output at one more step.

    Returns
    -------
    pooled : Tensor of shape (n_samples, pooling.n_units)
        Of the dtype of the output.
    memory : tuple of Tensor
        In the precision of the sums.
    """
    _check_step(pooling)
    pooling, exact = _as_exact(pooling, output)
    pooled, memory = pooling.step(memory, exact)
    return pooled.to(output.dtype), memory


def check_pooling(
    pooling: str | type[nn.Module], *, bidirectional: bool = False
) -> None:
    """Try a pooling on three short sequences before a fit.

    Parameters
    ----------
    pooling : str or type
        As for `make_pooling`.
    bidirectional : bool, default=False
        Whether the outputs are a forward half and a backward half.

    Raises
    ------
    TypeError
        If it is neither a name nor a class of modules, or gives no tensors.
    ValueError
        If the name is unknown, or the class fails, draws random numbers, gives another
        shape than wanted, reads padding, or has a ``step`` that differs from its
        ``forward``.
    """
    if isinstance(pooling, str):
        choose(POOLINGS, "pooling", pooling)
        return
    _check_class(pooling)
    name, n_units = pooling.__name__, 4
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([3, 1, 2])
    outputs = torch.randn(3, 3, n_units, generator=generator)
    encoded, spoilt = (
        Encoded(_fill_padding(outputs, lengths, fill), lengths, None, bidirectional)
        for fill in (0.0, torch.nan)
    )
    with seeded_globally(0), torch.no_grad():
        with _explained(name):
            made = make_pooling(pooling, n_units, generator=generator)
        with without_draws(f"pooling={name}"), _explained(name), torch.enable_grad():
            # As in training, where the outputs have a gradient.
            to_train = _fill_padding(outputs.clone().requires_grad_(), lengths, 0.0)
            trained = made(Encoded(to_train, lengths, None, bidirectional))
        _check_pooled(name, trained, (3, made.n_units))
        with _explained(name):
            pooled, of_spoilt = pool(made.eval(), encoded), pool(made, spoilt)
        _check_pooled(name, pooled, (3, made.n_units))
        if not torch.equal(pooled, of_spoilt):
            raise ValueError(
                f"pooling={name} reads padding: its result changed when steps at or "
                "beyond encoded.lengths were NaN. Fill them with masked_fill and "
                "sklearn_rnn.nn.length_mask, or do not read them."
            )
        if bidirectional or not hasattr(made, "step"):
            return
        with _explained(f"{name}.step"):
            prefixes = pool_prefixes(made, encoded.outputs)
        stepped = prefixes[torch.arange(3), lengths - 1]
    _check_pooled(f"{name}.step", stepped, (3, made.n_units))
    if not torch.allclose(stepped, pooled, rtol=1e-4, atol=1e-5):
        raise ValueError(
            f"pooling={name} gives other numbers step by step than of whole sequences: "
            f"{stepped.tolist()} and {pooled.tolist()}. Let step(memory, output) "
            "return what forward makes of all steps so far, or leave step out."
        )


def _check_class(pooling: Any) -> None:
    if not (inspect.isclass(pooling) and issubclass(pooling, nn.Module)):
        raise TypeError(
            f"pooling must be a name, one of {', '.join(map(repr, POOLINGS))}, or a "
            f"class derived from torch.nn.Module; got {pooling!r}."
        )


def _check_pooled(name: str, pooled: Any, wanted: tuple[int, int]) -> None:
    if not isinstance(pooled, Tensor):
        raise TypeError(
            f"pooling={name} must return a Tensor of shape (n_samples, n_units), got "
            f"{type(pooled).__name__}."
        )
    if pooled.shape != wanted:
        raise ValueError(
            f"pooling={name} must return the shape (n_samples, n_units), which is "
            f"{wanted} for {wanted[0]} sequences; got {tuple(pooled.shape)}. n_units "
            "is its attribute of that name, or else the number of units it reads."
        )


def _check_step(pooling: Any) -> None:
    if not hasattr(pooling, "step"):
        raise ValueError(
            f"The pooling {type(pooling).__name__} has no method step(memory, output), "
            "so that it needs whole sequences; give it one, or choose another pooling."
        )


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Say of any error in a class of the user's what it was called with."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"pooling={name} failed on three short sequences with "
            f"{type(error).__name__}: {error}. The class is called with n_units, its "
            "forward with Encoded(outputs, lengths, state, bidirectional), its step, "
            "if it has one, with (memory, output)."
        ) from error


def _as_exact(pooling: Any, outputs: Tensor) -> tuple[Any, Tensor]:
    """Raise to float64 in evaluation mode, where sums must not show their order."""
    selects = not getattr(pooling, "sums", True)
    if selects or pooling.training or outputs.device.type == "mps":
        return pooling, outputs
    return _as_double(pooling), outputs.double()


def _as_double(pooling: nn.Module) -> nn.Module:
    """Give a twin with float64 weights, or the same module where it needs none.

    The twin shares nothing that changes, so that several threads may predict at a time.
    Its weights are computed from those of the module, which keeps the gradient.
    `Affine` raises its own.
    """
    weights = [
        tensor
        for module in pooling.modules()
        if not isinstance(module, Affine)
        for tensor in (
            *module.parameters(recurse=False),
            *module.buffers(recurse=False),
        )
        if tensor.is_floating_point()
    ]
    if not weights:
        return pooling
    raised: dict[int, Any] = {id(weight): weight.double() for weight in weights}
    return copy.deepcopy(pooling, raised)


def _step_through(pooling: Any, outputs: Tensor) -> Tensor:
    memory: Memory = ()
    prefixes = []
    for output in outputs.transpose(0, 1):
        pooled, memory = pooling.step(memory, output)
        prefixes.append(pooled)
    return torch.stack(prefixes).transpose(0, 1)  # (n_samples, n_timesteps, n_units)


def _last_step(outputs: Tensor, lengths: Tensor) -> Tensor:
    if len(outputs) == 1:
        return outputs[:, int(lengths) - 1]
    rows = torch.arange(len(outputs), device=outputs.device)
    return outputs.transpose(0, 1)[lengths - 1, rows]  # (n_samples, n_units)


def _fill_padding(values: Tensor, lengths: Tensor, fill: float) -> Tensor:
    # Filled, not multiplied by the mask: 0 * NaN is NaN.
    mask = length_mask(lengths, values.shape[1]).unsqueeze(2)
    return values.masked_fill(~mask, fill)  # (n_samples, n_timesteps, n_units)
