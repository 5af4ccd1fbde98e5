"""What is random in training, drawn from generators of its own."""

from typing import Any

import torch
from torch import nn


class SeededStream(nn.Module):
    """A part that draws from a private generator.

    A network starts all of them anew in each epoch. A copy or a pickle starts again
    from ``seed``.

    Parameters
    ----------
    seed : int, default=0
        Seed of the generator.
    """

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__()
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Start the stream again from ``seed``.

        Parameters
        ----------
        seed : int
            The new seed.
        """
        self.seed = seed
        self._generator: torch.Generator | None = None

    def generator_on(self, device: torch.device) -> torch.Generator:
        """Give the generator, which is made on a device when first needed.

        Parameters
        ----------
        device : torch.device

        Returns
        -------
        generator : torch.Generator
        """
        if self._generator is None or self._generator.device != device:
            self._generator = torch.Generator(device).manual_seed(self.seed)
        return self._generator

    def __getstate__(self) -> dict[str, Any]:
        """Leave the generator out: it is tied to a device, the seed is not."""
        return {**self.__dict__, "_generator": None}
