"""Building the skorch net of an estimator from its parameters."""

import inspect
from functools import cache
from numbers import Integral
from threading import Thread
from typing import Any

import torch

from sklearn_rnn._compat import Interval, StrOptions, validate_parameter_constraints
from sklearn_rnn._training._callbacks import (
    EpochLines,
    EpochReport,
    FreezeEncoder,
    GradientNorm,
    KeepGoodWeights,
    ProgressBar,
    Schedule,
    Seeds,
    StopEarly,
    ValidationScore,
    unnamed,
    worker_number,
)
from sklearn_rnn._training._checkpoint import is_checkpoint
from sklearn_rnn._training._data import (
    MAX_PREDICTION_ROWS,
    PredictionBatches,
    TrainBatches,
)
from sklearn_rnn._training._given_callbacks import take_callbacks
from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn._training._optimizers import OPTIMIZERS, can_be_lazy, can_fuse
from sklearn_rnn._training._time_budget import TimeBudget
from sklearn_rnn.nn import NONLINEARITIES, Embedder, RecurrentNetwork

# Parameters of the network that few people tune: an estimator has none for them.
RARE_MODULE_PARAMS: dict[str, list[Any]] = {
    "freeze_embedding": ["boolean"],
    "nonlinearity": [StrOptions(set(NONLINEARITIES))],
    "characters_dim": [Interval(Integral, 1, None, closed="left")],
}


def resolve_device(device: str, *, anywhere: bool = False) -> str:
    """Name the torch device to use.

    Parameters
    ----------
    device : str
        "auto" takes the GPU if there is one, and the worker processes of a
        search take turns over several; anything else is torch's name of a device.
    anywhere : bool, default=False
        Whether any device will do where the named one is missing, as for an
        estimator that was fitted on another machine.

    Raises
    ------
    ValueError
        If the device is unknown to torch or not present.
    """
    if device == "auto":
        return _own_gpu() if torch.cuda.is_available() else "cpu"
    try:
        torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is not a torch device; pass 'auto', 'cpu', "
            "'cuda', 'cuda:1' or 'mps'."
        ) from error
    try:
        torch.zeros((), device=device).item()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        if anywhere:
            return resolve_device("auto")
        raise ValueError(
            f"device={device!r} was asked for, but torch finds no such device "
            "here; pass device='auto' to use a GPU only where there is one."
        ) from error
    return device


def _own_gpu() -> str:
    """Name the GPU of this process: workers take turns."""
    number = worker_number()
    if number is None:  # the main process: torch's current GPU
        return "cuda"
    return f"cuda:{number % torch.cuda.device_count()}"


def rare_module_params(net_params: dict[str, Any] | None, cell: Any) -> dict[str, Any]:
    """Take the parameters of the network from `net_params`, or their defaults.

    Parameters
    ----------
    net_params : dict or None
    cell : {"rnn", "gru", "lstm"} or class

    Returns
    -------
    params : dict
        Without "module__" before the names; those of `RARE_MODULE_PARAMS`.

    Raises
    ------
    ValueError
        If `net_params` names other parameters of our network, or a value that one
        cannot have or that the cell does not heed.
    """
    net_params = net_params or {}
    prefix = "module__"
    rare = [prefix + name for name in RARE_MODULE_PARAMS]
    unknown = {name for name in net_params if name.startswith(prefix)} - set(rare)
    if unknown and "module" not in net_params:
        raise ValueError(
            f"net_params may not hold {' and '.join(sorted(unknown))}; of the network "
            f"it takes {', '.join(rare)}, and everything else is a parameter of the "
            "estimator."
        )
    params = {
        name: net_params.get(prefix + name, default)
        for name, default in _rare_defaults().items()
    }
    if "module" not in net_params:
        _check_rare_module_params(params, cell)
    return params


@cache
def _rare_defaults() -> dict[str, Any]:
    """Give the defaults of the network for `RARE_MODULE_PARAMS`."""
    of_embedder = inspect.signature(Embedder).parameters
    known = {**of_embedder, **inspect.signature(RecurrentNetwork).parameters}
    return {name: known[name].default for name in RARE_MODULE_PARAMS}


def _check_rare_module_params(params: dict[str, Any], cell: Any) -> None:
    """Refuse what the network would not heed, or would fail on in the end."""
    given = {f"module__{name}": value for name, value in params.items()}
    constraints = {f"module__{name}": c for name, c in RARE_MODULE_PARAMS.items()}
    validate_parameter_constraints(constraints, given, caller_name="net_params")
    nonlinearity = params["nonlinearity"]
    if cell != "rnn" and nonlinearity != "tanh":
        raise ValueError(
            f"net_params['module__nonlinearity'] is for cell='rnn', got "
            f"{nonlinearity!r} with cell={cell!r}, whose activations are part of it; "
            "set cell='rnn' or leave it out."
        )


def make_net(
    module_params: dict[str, Any],
    settings: dict[str, Any],
    *,
    seed: int,
    n_rows: int | None,
    device: str,
    stops_early: bool,
    n_epochs: int | None = None,
    n_frozen: int | str = 0,
    counts_start: bool = False,
    touches_few_rows: bool = False,
) -> SequenceNet:
    """Build the skorch net for one estimator.

    Parameters
    ----------
    module_params : dict
        Keyword arguments of `RecurrentNetwork`.
    settings : dict
        The estimator's parameters, by name.
    seed : int
        What is random in the training follows from it.
    n_rows : int or None
        Number of training rows, from which schedules and the progress bar know the
        end. None where parts come one by one, and nobody knows it.
    device : str
        torch's name of the device.
    stops_early : bool
        Whether to watch the validation loss.
    n_epochs : int, default=None
        Epochs to train, whatever the parameters say, where they are known.
    n_frozen : int or "all", default=0
        In so many epochs from the first the head alone is trained.
    counts_start : bool, default=False
        Whether early stopping may come back to the weights before training.
    touches_few_rows : bool, default=False
        Whether a batch has a gradient for few rows of the vectors of tokens.

    Returns
    -------
    net : SequenceNet
        Not initialized.
    """
    _make_first_optimizer()
    net_params = settings["net_params"] or {}
    _check_net_params(net_params)
    if n_epochs is not None:
        net_params = {**net_params, "max_epochs": n_epochs}
    planned = {**settings, **net_params}
    updates = None
    if n_rows is not None:
        updates = -(-n_rows // planned["batch_size"]) * planned["max_epochs"]
    # In the order of their work at the end of an epoch: early stopping ends it.
    callbacks = [
        ("seeds", Seeds(seed)),
        ("gradient_norm", GradientNorm(settings["max_grad_norm"])),
        ("valid_score", ValidationScore()),
        ("good_weights", KeepGoodWeights()),
        ("schedule", Schedule(settings["lr_schedule"], updates)),
    ]
    if n_frozen != 0:
        callbacks.append(("freeze", FreezeEncoder(n_frozen)))
    if updates is not None and settings["verbose"] == 1:
        callbacks.append(("progress", ProgressBar(planned["max_epochs"])))
    given = take_callbacks(settings["callbacks"])
    callbacks += [callback for callback in given if not is_checkpoint(callback)]
    callbacks.append(("report", EpochReport()))
    if stops_early:
        callbacks.append(
            ("early_stopping", _make_early_stopping(settings, counts_start))
        )
    # After all the others, whose state it keeps.
    callbacks += [callback for callback in given if is_checkpoint(callback)]
    params = {
        "module": RecurrentNetwork,
        **{f"module__{name}": value for name, value in module_params.items()},
        "criterion": torch.nn.Identity,  # the head has the loss
        "optimizer": OPTIMIZERS.get(settings["optimizer"], settings["optimizer"]),
        "lr": settings["lr"],
        "batch_size": settings["batch_size"],
        "max_epochs": settings["max_epochs"],
        "iterator_train": TrainBatches,
        "iterator_valid": PredictionBatches,
        "iterator_valid__batch_size": MAX_PREDICTION_ROWS,
        "train_split": None,
        "callbacks": callbacks,
        "device": device,
        "compiled": settings.get("compiled", False),
        "verbose": max(0, settings["verbose"] - 1),
    }
    params["callbacks__print_log"] = EpochLines() if settings["verbose"] > 1 else None
    if touches_few_rows and can_be_lazy(settings["optimizer"], net_params, device):
        params["optimizer"] = LazyAdam
    if can_fuse(settings["optimizer"], net_params, device):
        params["optimizer__fused"] = True
    if "accelerator" in net_params:
        return _make_accelerated_net({**params, **net_params}, settings)
    return SequenceNet(**{**params, **net_params})


def _check_net_params(net_params: dict[str, Any]) -> None:
    """Refuse what has another door, and precisions that do not work."""
    if reserved := sorted({"callbacks", "criterion", "train_split"} & set(net_params)):
        raise ValueError(
            f"net_params may not hold {' and '.join(reserved)}; pass callbacks= or "
            "loss= to the estimator, and validation_fraction= or X_val and y_val."
        )
    if net_params.get("autocast") not in (None, "bfloat16"):
        raise ValueError(
            "net_params['autocast'] must be None or 'bfloat16', got "
            f"{net_params['autocast']!r}; numbers of 'float16' are too small for many "
            "gradients."
        )


@cache
def _make_first_optimizer() -> None:
    """Let torch import what it imports with the first optimiser of a process.

    Something there keeps the frames of all callers, and with them an estimator and its
    data, until Python looks for circles. A thread has no callers.
    """
    parameter = torch.zeros(1, requires_grad=True)
    thread = Thread(target=torch.optim.SGD, args=[[parameter]])
    thread.start()
    thread.join()


def _make_accelerated_net(
    params: dict[str, Any], settings: dict[str, Any]
) -> SequenceNet:
    """Build the net that shares its batches with other processes."""
    from sklearn_rnn._training import _accelerated  # only where it is asked for

    accelerator = _accelerated.make_accelerator(params["accelerator"])
    budgets = [c for c in params["callbacks"] if isinstance(unnamed(c), TimeBudget)]
    if accelerator.num_processes > 1 and budgets:
        raise ValueError(
            "TimeBudget is for one process: of several each has its own clock, and the "
            "one that ends first lets the others wait for ever. Set max_epochs."
        )
    if accelerator.mixed_precision == "bf16":
        params["autocast"] = "bfloat16"
    if settings["device"] == "auto" and "device" not in settings["net_params"]:
        params["device"] = str(accelerator.device)
    if not accelerator.is_main_process:  # one of them may speak
        params["verbose"] = 0
        params["callbacks"] = [
            callback
            for callback in params["callbacks"]
            if not isinstance(unnamed(callback), ProgressBar)
        ]
    return _accelerated.AcceleratedSequenceNet(**{**params, "accelerator": accelerator})


def _make_early_stopping(settings: dict[str, Any], counts_start: bool) -> StopEarly:
    monitor = "valid_loss" if settings["scoring"] == "loss" else "valid_score"
    patience, tol = settings["n_iter_no_change"], settings["tol"]
    return StopEarly(monitor, patience, tol, counts_start)
