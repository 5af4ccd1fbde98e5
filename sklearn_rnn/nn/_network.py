"""The network that the estimators train."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from sklearn_rnn.nn._batch import (
    Batch,
    Encoded,
    State,
    StreamingState,
    Targets,
    map_state,
)
from sklearn_rnn.nn._branch import Branch
from sklearn_rnn.nn._dropout import SeededDropout
from sklearn_rnn.nn._embedder import Embedder
from sklearn_rnn.nn._encoder import RecurrentEncoder
from sklearn_rnn.nn._seeded_stream import SeededStream
from sklearn_rnn.nn.heads import ConvolutionHead, Head, HeadSum
from sklearn_rnn.nn.kernels import raise_precision

SHARED_INPUTS = {"embedding_dim", "characters_dim"}
"""Sizes of vectors, which are those of all sequences of a batch."""


class RecurrentNetwork(nn.Module):
    r"""From padded sequences to outputs: an embedder, an encoder and a head.

    Parameters
    ----------
    head : callable
        What makes the head. It is called with the number of units of the encoder's
        outputs and the keywords ``dropout`` and ``generator``, with static columns
        also ``n_static``, and returns a `Head`, such as
        ``functools.partial(PooledHead, n_outputs=3)``.
    hidden_size : int, default=64
        Number of hidden units of each direction of each layer. More of them
        can remember more, and are slower and easier to overfit.
    cell : {"rnn", "gru", "lstm"} or class, default="lstm"
        Kind of recurrent cell, as `make_cell` takes it.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        Of the cell "rnn"; ignored by the others.
    num_layers : int, default=1
        Number of recurrent layers, each reading the outputs of the one below.
    bidirectional : bool, default=False
        Whether each layer also reads the sequences from their ends.
    dropout : float, default=0.0
        Probability of dropping a unit in training, in ``[0, 1)``: after the
        embedding, after each layer that another one reads, and in the head.
    n_static : int, default=None
        Number of static columns of a batch, which the head reads; None for none.
    beside : sequence of dict, default=()
        For each further sequence of a batch what it is made of: the parameters of
        `Embedder` and ``n_static``. A `Branch` of the same size makes a vector of it,
        which the encoder reads at each step and the head as it reads static columns.
    pooling_beside : str or class, default="max"
        The pooling of each `Branch`.
    kernel_sizes : sequence of int, default=None
        Those of `Convolutions` of the sequences, which a `ConvolutionHead` reads beside
        the head; None for none.
    dilations, stride : object
        Those of `Convolutions` too.
    random_state : int, default=0
        Seed of the initial weights and of dropout.
    **inputs : dict
        What the sequences are made of: the parameters of `Embedder`, such as
        ``n_features=3`` or ``n_tokens=1000``.

    Attributes
    ----------
    embedder : Embedder
        From ids or numbers to vectors.
    encoder : RecurrentEncoder
        The recurrent layers.
    beside : ModuleList of Branch
        What reads the further sequences.
    head : Head
        From the outputs of the encoder to those of the network, and the loss; with
        ``kernel_sizes`` a `HeadSum` of two.
    dropout : SeededDropout
        Used at each of the places named above.

    Notes
    -----
    With :math:`V` for the embedder, :math:`D` for dropout, :math:`L_1, \dots, L_m` for
    the layers and :math:`H` for the head,

    .. math::
        h^{(1)} &= L_1(V(x)) \\
        h^{(i)} &= L_i(D(h^{(i-1)})) \\
        f &= H(h^{(m)}).

    Of sequences beside each `Branch` makes a vector :math:`v_k`. They are put behind
    each input of the first layer, :math:`L_1([V(x), v_1, \dots])`, where what they say
    and what the steps say can change each other, and behind the static columns that
    the head reads, so that no step has to remember them.

    In evaluation mode, without gradients and on the CPU, a sequence gets the same
    outputs, to the bit, alone or in any batch, at any place in it and behind any
    padding; `sklearn_rnn.nn.kernels` says how. (Seen with 1 to 16 threads; "mps" has
    no float64 and does without.)

    No number is drawn from torch's global generator, neither for the initial
    weights nor for dropout.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> from sklearn_rnn.nn import Batch, PooledHead, RecurrentNetwork
    >>> head = partial(PooledHead, n_outputs=2)
    >>> network = RecurrentNetwork(head, n_tokens=100, cell="gru").eval()
    >>> batch = Batch(torch.tensor([[5, 7, 9], [8, 0, 0]]), torch.tensor([3, 1]))
    >>> network(batch).shape
    torch.Size([2, 2])
    """

    def __init__(
        self,
        head: Callable[..., Head],
        *,
        hidden_size: int = 64,
        cell: Any = "lstm",
        nonlinearity: str = "tanh",
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        n_static: int | None = None,
        beside: Sequence[dict[str, Any]] = (),
        pooling_beside: Any = "max",
        kernel_sizes: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        stride: int = 1,
        random_state: int = 0,
        **inputs: Any,
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(random_state)
        self.dropout = SeededDropout(dropout)
        shared: dict[str, Any] = {"dropout": self.dropout, "generator": generator}
        layers = {
            "cell": cell,
            "nonlinearity": nonlinearity,
            "num_layers": num_layers,
            "bidirectional": bidirectional,
        }
        self.embedder = Embedder(**inputs, **shared)
        rest = {name: inputs[name] for name in SHARED_INPUTS & set(inputs)}
        self.beside = nn.ModuleList(
            Branch(
                hidden_size,
                pooling=pooling_beside,
                layers=layers,
                **rest,
                **shared,
                **part,
            )
            for part in beside
        )
        branches: Any = self.beside
        self.n_beside = sum(branch.n_units for branch in branches)
        n_units = self.embedder.n_units + self.n_beside
        self.encoder = RecurrentEncoder(n_units, hidden_size, **layers, **shared)
        if self.n_beside:
            n_static = (n_static or 0) + self.n_beside
        if kernel_sizes is not None:
            _check_steps(self.embedder)
            convolved = partial(
                ConvolutionHead,
                make=head,
                n_features=self.embedder.n_units // self.embedder.patch_length,
                kernel_sizes=kernel_sizes,
                dilations=dilations,
                stride=stride,
            )
            head = partial(HeadSum, heads=[head, convolved])
        self.head = _make_head(head, self.encoder.n_units, n_static, shared)
        self.head.attach(self.embedder, generator)
        self._states: State | None = None  # after a batch of segments
        # A number of its own, or masks would repeat the draws of the weights.
        self.reseed(int(torch.randint(2**31, (), generator=generator)))

    def forward(self, batch: Batch, target: Targets | None = None) -> Tensor:
        """Compute the outputs, as the loss reads them.

        Parameters
        ----------
        batch : Batch
            Sequences, padded on the right.
        target : Targets, default=None
            Their targets, for a head that reads them in training.

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_outputs)
            A row for each sequence, step or target, as the head says. float32 in
            training mode, float64 in evaluation mode (of float32 precision, so that
            a softmax of them sums to one).
        """
        return self.read(self.embed(batch), batch, target)

    def embed(self, batch: Batch) -> Tensor:
        """Compute the vectors that the encoder reads: the first half of `forward`.

        Parameters
        ----------
        batch : Batch

        Returns
        -------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
            As `Embedder` gives them, in the precision of the weights. With patches a
            step of them is a patch.
        """
        vectors: Tensor = self.embedder(batch)
        if self.embedder.tokens is not None:  # they are weights
            return vectors
        parts = (part._parameters.values() for part in self.head.modules())
        weights = (weight for part in parts for weight in part if weight is not None)
        return vectors.to(next(weights).dtype)

    def read(
        self, vectors: Tensor, batch: Batch, target: Targets | None = None
    ) -> Tensor:
        """Compute the outputs from vectors of `embed`: the second half of `forward`.

        Parameters
        ----------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
            As from `embed`, or any others, such as points between two of them.
        batch : Batch
        target : Targets, default=None

        Returns
        -------
        outputs : Tensor of shape (n_rows, n_outputs)
            Those of `forward`. In evaluation mode they have a gradient too, unless
            torch's ``no_grad`` is set; on a GPU only the training mode has one.
        """
        batch = self.join_beside(batch)
        outputs: Tensor = self.head(self.encode(vectors, batch), batch, target)
        return outputs if self.training else raise_precision(outputs)

    def encode(self, vectors: Tensor, batch: Batch, encoder: Any = None) -> Encoded:
        """Run the encoder over vectors of `embed`.

        Parameters
        ----------
        vectors : Tensor of shape (n_samples, n_timesteps, input_size)
        batch : Batch
        encoder : callable, default=None
            What runs in place of `encoder`, such as a `CompiledEncoder` of it.

        Returns
        -------
        encoded : Encoded
        """
        inputs = vectors
        if self.n_beside:
            static: Any = self.join_beside(batch).static
            vectors = _put_behind_each(vectors, static[:, -self.n_beside :])
        goes_on = batch.follows is not None
        state = self._states_before(batch.follows) if goes_on else batch.state
        final = goes_on or self.head.reads_state
        counts = lengths = self.embedder.count_steps(batch.lengths)
        if goes_on and not self.encoder.bidirectional:
            # What goes on is whole; sequences that end here need no states.
            lengths = torch.full_like(lengths, vectors.shape[1])
        run = self.encoder if encoder is None else encoder
        encoded: Encoded = run(vectors, lengths, state, final=final)
        if goes_on:  # without the way back to the batches before
            self._states = map_state(Tensor.detach, encoded.state)
        return Encoded(
            encoded.outputs,
            counts.to(vectors.device),
            encoded.state,
            encoded.bidirectional,
            self.embedder.patch_length,
            inputs,
        )

    def join_beside(self, batch: Batch) -> Batch:
        """Read the further sequences, and put their vectors behind the static columns.

        Parameters
        ----------
        batch : Batch

        Returns
        -------
        joined : Batch
            Without sequences beside; the same where there are none.
        """
        if not batch.beside:
            return batch
        parts = zip(self.beside, batch.beside, strict=True)
        vectors = [branch(part) for branch, part in parts]
        if batch.static is not None:
            vectors.insert(0, batch.static.to(vectors[0].dtype))
        return replace(batch, static=torch.cat(vectors, dim=1), beside=())

    def _states_before(self, follows: Any) -> State | None:
        """Give the states that segments go on from; zeros for those that begin."""
        begins = follows < 0
        if begins.all():
            return None
        places = follows.clamp(min=0)

        def taken(state: Tensor) -> Tensor:
            shape = (-1, *[1] * (state.ndim - 1))
            return state[places].masked_fill(begins.view(shape), 0.0)

        before: State = map_state(taken, self._states)
        return before

    def ask(
        self,
        question: Callable[..., Any],
        batch: Batch,
        target: Targets | None = None,
        encoder: Any = None,
    ) -> Any:
        """Compute what a method of the head says of a batch, in evaluation mode.

        Parameters
        ----------
        question : callable (encoded, batch) -> Tensor or tuple of Tensor
            Such as ``network.head.predict``. With targets it is called with them too.
        batch : Batch
        target : Targets, default=None
        encoder : callable, default=None
            As for `encode`.

        Returns
        -------
        said : Tensor or tuple of Tensor
        """
        known = () if target is None else (target,)
        vectors, batch = self.embed(batch), self.join_beside(batch)
        return question(self.encode(vectors, batch, encoder), batch, *known)

    def predict(self, batch: Batch) -> Tensor:
        """Compute what `forward` does in evaluation mode, and leave it in float32.

        Parameters
        ----------
        batch : Batch

        Returns
        -------
        outputs : float32 Tensor of shape (n_rows, n_outputs)
        """
        outputs: Tensor = self.ask(self.head.predict, batch)
        return outputs

    def step(
        self, batch: Batch, state: StreamingState | None = None
    ) -> tuple[Tensor, StreamingState]:
        """Read one more step of each sequence, in evaluation mode.

        Parameters
        ----------
        batch : Batch
            Sequences of one step each.
        state : StreamingState, default=None
            What the step before returned; None at the first step. It is not changed.

        Returns
        -------
        outputs : float32 Tensor of shape (n_samples, n_outputs)
            What `predict` gives for all steps so far; of a head with a row for each
            step, at this one.
        state : StreamingState
            What the next step needs.

        Raises
        ------
        ValueError
            If the network cannot go on by steps; see `why_no_step`.

        Examples
        --------
        >>> from functools import partial
        >>> import torch
        >>> from sklearn_rnn.nn import Batch, PooledHead, RecurrentNetwork
        >>> head = partial(PooledHead, n_outputs=2)
        >>> network = RecurrentNetwork(head, n_tokens=100, cell="gru").eval()
        >>> tokens, one = torch.tensor([[5, 7, 9], [8, 6, 2]]), torch.tensor([1, 1])
        >>> state = None
        >>> for t in range(3):
        ...     outputs, state = network.step(Batch(tokens[:, [t]], one), state)
        >>> expected = network.predict(Batch(tokens, torch.tensor([3, 3])))
        >>> bool(torch.allclose(outputs, expected))
        True
        """
        reason = self.why_no_step()
        if reason is not None:
            raise ValueError(f"step does not work: the network was made with {reason}.")
        with torch.no_grad():
            return self.go_on(batch, state)

    def go_on(
        self, batch: Batch, state: StreamingState | None, encoder: Any = None
    ) -> tuple[Tensor, StreamingState]:
        """Do what `step` does where it is known to work, and without gradients.

        Parameters
        ----------
        batch : Batch
        state : StreamingState or None
        encoder : object, default=None
            As for `encode`.

        Returns
        -------
        outputs : float32 Tensor of shape (n_samples, n_outputs)
        state : StreamingState
        """
        before = state or StreamingState(None, ())
        patch = _go_on_with_patch(before, batch)
        vectors = self.embed(patch)[:, 0]
        run = self.encoder if encoder is None else encoder
        output, cells = run.go_on(vectors, before.cells)
        outputs, memory = self.head.step(before.memory, output, batch)
        if patch.values.shape[1] < self.embedder.patch_length:
            # It is read anew, from where it began, once there is more of it.
            return outputs, before._replace(begun=patch.values)
        return outputs, StreamingState(cells, memory)

    def why_no_step(self) -> str | None:
        """Say why `step` does not work, None if it does.

        Returns
        -------
        reason : str or None
            Goes on after "was made with".
        """
        if len(self.beside):
            return (
                "several sequences for each sample, and step reads one; fit on the "
                "sequence that live data bring, with the others as static columns"
            )
        return self._why_no_prefix()

    def why_no_pass(self) -> str | None:
        """Say why one pass does not give the outputs after each step of the first.

        Returns
        -------
        reason : str or None
            Goes on after "was made with".
        """
        if self.embedder.patch_length > 1:
            return (
                f"patch_length={self.embedder.patch_length}, and the steps inside a "
                "patch are read at once; set patch_length=1"
            )
        return self._why_no_prefix()

    def _why_no_prefix(self) -> str | None:
        return self.head.why_no_step() or self.encoder.why_no_step()

    def reseed(self, seed: int) -> None:
        """Start the streams of dropout masks again from ``seed``.

        Parameters
        ----------
        seed : int
            The new seed of `dropout`. Each other `SeededStream`, such as a
            `SeededDropout` in a part of your own, gets one that follows from it.
        """
        streams = [part for part in self.modules() if isinstance(part, SeededStream)]
        for k, stream in enumerate(streams):  # `dropout` is the first
            stream.reseed(seed + k)


def _check_steps(embedder: Embedder) -> None:
    """Refuse vectors of patches that hold no steps for convolutions."""
    if embedder.numbers is not None and embedder.patch_length > 1:
        raise ValueError(
            f"numbers_dim={embedder.n_units} maps the steps of a patch to one vector, "
            "and kernel_sizes reads single steps; with kernel_sizes pass "
            f"numbers_dim=None, or patch_length=1 in place of "
            f"patch_length={embedder.patch_length}."
        )


def _go_on_with_patch(before: StreamingState, batch: Batch) -> Batch:
    """Put one more step of each sequence behind the steps of a patch that has begun."""
    if before.begun is None:
        return batch
    values = torch.cat([before.begun, batch.values], dim=1)
    lengths = torch.full_like(batch.lengths, values.shape[1])
    return replace(batch, values=values, lengths=lengths)


def _put_behind_each(vectors: Tensor, beside: Tensor) -> Tensor:
    """Put a vector of each sample behind those of its steps; time first in memory."""
    steps = vectors.transpose(0, 1)
    shown = beside.to(steps.dtype).expand(len(steps), -1, -1)
    return torch.cat([steps, shown], dim=2).transpose(0, 1)


def _make_head(
    make: Callable[..., Head],
    n_units: int,
    n_static: int | None,
    shared: dict[str, Any],
) -> Head:
    """Make the head; with static columns, or what is read as such, it takes them."""
    if n_static is None:
        return make(n_units, **shared)
    try:
        return make(n_units, n_static=n_static, **shared)
    except TypeError as error:
        if "n_static" not in str(error):
            raise
        raise TypeError(
            "X has static columns or several sequences, but the head of this network "
            f"does not take n_static: {error}. Give it a parameter n_static=0 and let "
            "it read sklearn_rnn.nn.join_static(vectors, batch), n_static longer, or "
            "pass the sequences alone, X.sequences."
        ) from error
