"""Making a cell by its name or from its class."""

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import nn

from sklearn_rnn.nn._seeding import seeded_globally, without_draws
from sklearn_rnn.nn._tables import choose
from sklearn_rnn.nn.kernels._elman import NONLINEARITIES, ElmanRNN
from sklearn_rnn.nn.kernels._exact import run_cell, step_cell
from sklearn_rnn.nn.kernels._gru import GRU
from sklearn_rnn.nn.kernels._lstm import LSTM

CELLS: dict[str, type[nn.Module]] = {"rnn": ElmanRNN, "gru": GRU, "lstm": LSTM}

CellName: TypeAlias = str | Callable[[int, int], nn.Module]
"""A name of `CELLS`, or a class that is built with (input_size, hidden_size)."""


def make_cell(
    cell: CellName,
    input_size: int,
    hidden_size: int,
    *,
    generator: torch.Generator,
    nonlinearity: str = "tanh",
) -> nn.Module:
    """Make one recurrent cell, run from left to right, with initial weights.

    Parameters
    ----------
    cell : {"rnn", "gru", "lstm"} or class
        "rnn" is the smallest; "gru" and "lstm" have gates that can learn what to
        keep over many steps, for three and four times the weights. A class of your own
        has the interface of `Cell`.
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.
    generator : torch.Generator
        Source of the initial weights; the global generator is left alone.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus"}, default="tanh"
        Of the cell "rnn"; the others have their own.

    Returns
    -------
    module : ElmanRNN, GRU, LSTM or the class given
        A single layer of the interface of `Cell`.

    Notes
    -----
    `ElmanRNN`, `GRU` and `LSTM` have the equations. Their initial weights are, for each
    gate, Glorot uniform on the input side [1]_ and orthogonal on the recurrent side
    [2]_. Biases are zero but for the forget gate of the LSTM, whose bias is 1.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the Difficulty of Training
       Deep Feedforward Neural Networks", AISTATS 2010.
    .. [2] A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact Solutions to the
       Nonlinear Dynamics of Learning in Deep Linear Neural Networks", ICLR 2014.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import make_cell
    >>> gru = make_cell("gru", 3, 5, generator=torch.Generator())
    >>> outputs, (last,) = gru(torch.zeros(2, 7, 3))
    >>> outputs.shape, last.shape
    (torch.Size([2, 7, 5]), torch.Size([2, 5]))
    """
    choose(NONLINEARITIES, "nonlinearity", nonlinearity)
    if not isinstance(cell, str):
        return _make_own(cell, input_size, hidden_size, generator)
    options = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
    kind = choose(CELLS, "cell", cell)
    return kind(input_size, hidden_size, generator=generator, **options)


def check_cell(cell: Any, input_size: int, hidden_size: int) -> None:
    """Try a cell on a tiny input, so that what does not fit is seen before a fit.

    Parameters
    ----------
    cell : {"rnn", "gru", "lstm"} or class
        As for `make_cell`.
    input_size : int
        Number of features per time step.
    hidden_size : int
        Number of hidden units.

    Raises
    ------
    TypeError
        If ``cell`` is neither a name nor a class, or what is built is no module.
    ValueError
        If the name is unknown, if the class cannot be built with (input_size,
        hidden_size), if it fails on sequences or draws random numbers, if its outputs
        or its state have another shape than `Cell` says, or if its numbers are others
        when a sequence is read in parts or step by step.
    """
    if isinstance(cell, str):
        choose(CELLS, "cell", cell)
        return
    generator = torch.Generator().manual_seed(0)
    module = make_cell(cell, input_size, hidden_size, generator=generator)
    # A tensor of three rows is no pair.
    x = torch.randn(3, 4, input_size, generator=generator)
    with seeded_globally(0):
        _try("training mode", module.train(), x, hidden_size)
        whole, _ = _try("evaluation mode, in float64", module.eval(), x, hidden_size)
        first, state = _try("evaluation mode", module, x[:, :2], hidden_size)
        _compare(module, "first two steps", "these alone", first, whole[:, :2])
        mode = "evaluation mode, with a state"
        second, _ = _try(mode, module, x[:, 2:], hidden_size, state)
        way = "the state after the steps before"
        _compare(module, "last two steps", way, second, whole[:, 2:])
        if hasattr(module, "step"):
            third, _ = _try("step", module, x[:, 2], hidden_size, state)
            _compare(module, "third step", "the method step", third, whole[:, 2])


def _make_own(
    cell: Any, input_size: int, hidden_size: int, generator: torch.Generator
) -> nn.Module:
    """Build a user's class; the global generator gives its weights, borrowed."""
    if not callable(cell):
        accepted = ", ".join(map(repr, CELLS))
        raise TypeError(
            f"cell must be one of {accepted} or a class built with (input_size, "
            f"hidden_size), got {cell!r}."
        )
    seed = int(torch.randint(2**62, (), generator=generator))
    with seeded_globally(seed):
        try:
            module = cell(input_size, hidden_size)
        except Exception as error:
            raise ValueError(
                "cell must be a class that is built with (input_size, hidden_size); "
                f"{_name_of(cell)}({input_size}, {hidden_size}) raised "
                f"{type(error).__name__}: {error}"
            ) from error
    if not isinstance(module, nn.Module):
        raise TypeError(
            "cell must build a torch.nn.Module with the interface of "
            f"sklearn_rnn.nn.Cell; {_name_of(cell)}({input_size}, {hidden_size}) is of "
            f"type {type(module).__name__}."
        )
    return module


def _try(
    mode: str, module: nn.Module, x: torch.Tensor, hidden_size: int, state: Any = None
) -> Any:
    """Run a user's cell, and say what does not fit."""
    name = type(module).__name__
    run = run_cell if x.ndim == 3 else step_cell
    learns = module.training
    with without_draws(f"cell {name}"), torch.set_grad_enabled(learns):
        try:
            given = 1.0 * x.clone().requires_grad_() if learns else x
            outputs, state = run(module, given, state)
        except Exception as error:
            raise ValueError(
                f"cell {name} must return (outputs, state) as sklearn_rnn.nn.Cell "
                f"says; in {mode} an input of shape {tuple(x.shape)} raised "
                f"{type(error).__name__}: {error}"
            ) from error
    wanted = (*x.shape[:-1], hidden_size)
    if not isinstance(outputs, torch.Tensor) or outputs.shape != wanted:
        raise ValueError(
            f"The outputs of cell {name} must be a tensor of shape {wanted}, with "
            f"hidden_size units, for an input of shape {tuple(x.shape)}; got "
            f"{_describe(outputs)} in {mode}."
        )
    if not _is_state(state, len(x)):
        raise ValueError(
            f"The state of cell {name} must be a tuple of tensors with a row for each "
            f"of the {len(x)} samples; got {_describe(state)} in {mode}."
        )
    return outputs, state


def _compare(
    module: nn.Module, steps: str, way: str, got: torch.Tensor, whole: torch.Tensor
) -> None:
    """Raise where a cell gives other numbers on another way to the same steps."""
    if not torch.allclose(got, whole, rtol=1e-4, atol=1e-5):
        difference = (got - whole).abs().max().item()
        raise ValueError(
            f"cell {type(module).__name__} gives other outputs at the {steps} from "
            f"{way} than from whole sequences, by up to {difference:.2g}. An output "
            "must depend on its own step and earlier ones only, the state must hold "
            "all that later steps need, and forward and step must start from the "
            "state that they are given."
        )


def _is_state(state: Any, n_samples: int) -> bool:
    return isinstance(state, tuple) and all(
        isinstance(part, torch.Tensor) and part.shape[:1] == (n_samples,)
        for part in state
    )


def _describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, tuple):
        return f"a tuple of {', '.join(map(_describe, value)) or 'nothing'}"
    return f"a {type(value).__name__}"


def _name_of(cell: Any) -> str:
    return str(getattr(cell, "__name__", cell))
