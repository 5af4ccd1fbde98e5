"""What all files of this folder say of arrays."""

from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]

Loop: TypeAlias = tuple[Array, Array, Array]
"""What the loop of a cell returns: gates, states, and what its way back needs."""

CellGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]
"""The gradients to the weights of a cell in the order of `Weights`, and to its inputs.

The latter have a row for each step of each sample, and none where nobody asks for them.
"""


def flat(steps: Array) -> Array:
    """Join the steps of all samples: (n_timesteps * n_samples, n_units)."""
    return steps.reshape(-1, steps.shape[-1])


def why_not_plain(tensor: torch.Tensor) -> str | None:
    """Say why compiled functions cannot read a tensor where it is, None if they can."""
    if tensor.dtype != torch.float32 or not tensor.is_cpu:
        return f"a weight of {tensor.dtype} on {tensor.device}"
    return None if tensor.is_contiguous() else "a weight that is not contiguous"


class Weight:
    """A parameter whose numbers are read, and whose gradient is written, as arrays.

    Parameters
    ----------
    module : Module
    name : str
        Of the parameter of the module, which another may take the place of.
    """

    def __init__(self, module: Any, name: str) -> None:
        self.parameters, self.name = module._parameters, name
        self.shape, self.place = self.parameters[name].shape, 0

    def numbers(self) -> Array:
        """Show the numbers, wherever they are by now; it is no copy.

        Raises
        ------
        ValueError
            If they are of another shape by now.
        """
        parameter = self.parameters[self.name]
        place = parameter.data_ptr()
        if place != self.place:
            if parameter.shape != self.shape:
                raise ValueError(
                    f"The weight {self.name} had the shape {tuple(self.shape)} when "
                    f"this training began, and has {tuple(parameter.shape)} now."
                )
            self.place, self.array = place, parameter.detach().numpy()
        return self.array

    def add_gradient(self, gradient: Array) -> None:
        """Add to the gradient as autograd does, which may keep the array.

        Parameters
        ----------
        gradient : float32 ndarray of the shape of the parameter
        """
        parameter = self.parameters[self.name]
        if not parameter.requires_grad:
            return
        if parameter.grad is None:
            parameter.grad = torch.from_numpy(gradient)
        else:
            parameter.grad += torch.from_numpy(gradient)
