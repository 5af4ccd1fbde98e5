"""What travels through a network: a batch of sequences, and what the encoder makes."""

from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor

State: TypeAlias = tuple[Any, ...]
"""Nested tuples of tensors; each tensor has a row for each sample."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some sequences, padded on the right, and what is known of them.

    Parameters
    ----------
    values : Tensor
        Token ids of shape (n_samples, n_timesteps), or numbers of shape
        (n_samples, n_timesteps, n_features).
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.
    characters : Characters, default=None
        The characters of each token.
    static : Tensor of shape (n_samples, n_columns), default=None
        What is known of each sequence as a whole.
    observed : bool Tensor of the shape of ``values``, default=None
        False where a value is missing.
    future : Tensor of shape (n_samples, n_steps, n_columns), default=None
        What is known in advance of the steps behind the end.
    group : int64 Tensor of shape (n_samples,), default=None
        The number of what each sequence is a part of, such as a series; -1 where that
        was not there in training.
    state : tuple, default=None
        What the encoder starts from; zeros if None. `RecurrentEncoder` has its shape.
    follows : int64 Tensor of shape (n_samples,), default=None
        For sequences that come in segments: the place, in the batch before, of what
        each one goes on from; -1 for those that begin.
    beside : tuple of Batch, default=()
        Further sequences of the same samples.
    """

    values: Tensor
    lengths: Tensor
    characters: "Characters | None" = None
    static: Tensor | None = None
    observed: Tensor | None = None
    future: Tensor | None = None
    group: Tensor | None = None
    state: State | None = None
    follows: Tensor | None = None
    beside: "tuple[Batch, ...]" = ()

    def __len__(self) -> int:
        """Count the sequences."""
        return len(self.lengths)

    def to(self, device: torch.device | str) -> "Batch":
        """Move everything to a device.

        Parameters
        ----------
        device : torch.device or str

        Returns
        -------
        batch : Batch
        """
        if self.values.device == torch.device(device):
            return self
        return self._map(lambda tensor: tensor.to(device))

    def take(self, rows: Tensor | slice) -> "Batch":
        """Select some of the sequences.

        Parameters
        ----------
        rows : int64 Tensor of shape (n_rows,) or slice

        Returns
        -------
        batch : Batch
        """
        taken = replace(self, characters=None, beside=())
        taken = taken._map(lambda tensor: tensor[rows])
        beside = tuple(part.take(rows) for part in self.beside)
        taken = replace(taken, beside=beside)
        if self.characters is None:
            return taken
        steps = torch.arange(len(self.characters.counts))
        chosen = torch.arange(len(self))[rows]
        characters = self.characters.take(_take_members(steps, self.lengths, chosen))
        return replace(taken, characters=characters)

    def without_padding(self) -> "Batch":
        """Leave out the steps that are padding in all rows.

        Returns
        -------
        batch : Batch
            Views of the same values.
        """
        real = slice(int(self.lengths.max()))
        observed = None if self.observed is None else self.observed[:, real]
        beside = tuple(part.without_padding() for part in self.beside)
        values = self.values[:, real]
        return replace(self, values=values, observed=observed, beside=beside)

    def _map(self, function: Any) -> "Batch":
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        beside = tuple(part._map(function) for part in parts.pop("beside"))
        mapped = {k: map_state(function, v) for k, v in parts.items()}
        return replace(self, beside=beside, **mapped)


class Characters(NamedTuple):
    """The characters of the tokens of a batch, flat and without padding.

    Parameters
    ----------
    ids : int Tensor of shape (n_characters_total,)
        Those of the first token of sample 0 in order, then those of its second token.
    counts : int64 Tensor of shape (n_real_steps,)
        How many of them each token has, at least 1.
    """

    ids: Tensor
    counts: Tensor

    def take(self, tokens: Tensor) -> "Characters":
        """Select those of some tokens.

        Parameters
        ----------
        tokens : int64 Tensor of shape (n_chosen,)

        Returns
        -------
        characters : Characters
        """
        ids = _take_members(self.ids, self.counts, tokens)
        return Characters(ids, self.counts[tokens])


class Encoded(NamedTuple):
    """What the encoder makes of a batch: what a pooling and a head read.

    Parameters
    ----------
    outputs : Tensor of shape (n_samples, n_timesteps, n_units)
        Those of the last layer. Steps at or beyond ``lengths`` may hold anything.
    lengths : int64 Tensor of shape (n_samples,)
        Number of real steps, at least 1.
    state : tuple, default=None
        The states after the last real step, where they were asked for.
    bidirectional : bool, default=False
        Whether the units are a forward half and a backward half.
    patch_length : int, default=1
        How many steps of the sequences are one step here; see `Embedder`.
    inputs : Tensor of shape (n_samples, n_timesteps, input_size), default=None
        What the embedder made of the sequences, for a head that reads that.
    """

    outputs: Tensor
    lengths: Tensor
    state: State | None = None
    bidirectional: bool = False
    patch_length: int = 1
    inputs: Tensor | None = None


class Targets(NamedTuple):
    """The targets of a batch, flat: those of sample 0 in order, then those of sample 1.

    Parameters
    ----------
    values : Tensor of shape (n_targets,) or (n_targets, n_outputs)
        What the loss reads.
    weight : Tensor of shape (n_targets,)
        How much each one counts.
    counts : int64 Tensor of shape (n_samples,)
        How many of them each sample has.
    """

    values: Tensor
    weight: Tensor
    counts: Tensor

    def to(self, device: torch.device | str) -> "Targets":
        """Move everything to a device.

        Parameters
        ----------
        device : torch.device or str

        Returns
        -------
        targets : Targets
        """
        return Targets(*(tensor.to(device) for tensor in self))

    def take(self, samples: Tensor) -> "Targets":
        """Select those of some samples.

        Parameters
        ----------
        samples : int64 Tensor of shape (n_chosen,)

        Returns
        -------
        targets : Targets
        """
        values, weight = (
            _take_members(part, self.counts, samples)
            for part in (self.values, self.weight)
        )
        return Targets(values, weight, self.counts[samples])


class StreamingState(NamedTuple):
    """Where some sequences are that are read step by step.

    Parameters
    ----------
    cells : tuple or None
        The states of the encoder, as `Encoded` has them.
    memory : tuple
        What the head keeps of the steps so far.
    begun : Tensor of shape (n_samples, n_steps, n_features), default=None
        The steps of the patch that is not full yet, where there are patches. The
        cells and the memory are those before it.
    """

    cells: State | None
    memory: State
    begun: Tensor | None = None


def map_state(function: Any, state: Any) -> Any:
    """Apply a function to each tensor of nested tuples; None stays None.

    Parameters
    ----------
    function : callable (Tensor) -> object
    state : Tensor, tuple or None

    Returns
    -------
    mapped : object
        Of the same nesting.
    """
    if not isinstance(state, tuple):
        return None if state is None else function(state)
    parts = [map_state(function, part) for part in state]
    return state._make(parts) if hasattr(state, "_make") else tuple(parts)


def _take_members(values: Tensor, counts: Tensor, chosen: Tensor) -> Tensor:
    """Select members of what is flat, each of so many values."""
    members = values.split(counts.tolist())
    return torch.cat([members[i] for i in chosen.tolist()])
