"""The state of the process in which an estimator works, whatever others have set."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import torch

Params = ParamSpec("Params")
Result = TypeVar("Result")

AUTOCASTING = ("cpu", "cuda")
CPU = torch.device("cpu")
USUAL_ERRORS = {
    "divide": "warn",
    "over": "warn",
    "under": "ignore",
    "invalid": "warn",
}
"""Those of NumPy."""

_LOCK = threading.Lock()
_DEFAULT = torch.float32
_WORKING: list[int] = []
"""The threads that work while torch's default dtype is set to float32, by call."""


def _keep_own_work() -> None:
    """Let a forked process go on with the work of the one thread that it has."""
    global _LOCK
    _LOCK = threading.Lock()
    own = [thread for thread in _WORKING if thread == threading.get_ident()]
    if _WORKING and not own:
        torch.set_default_dtype(_DEFAULT)
    _WORKING[:] = own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_keep_own_work)


def as_usual(function: Callable[Params, Result]) -> Callable[Params, Result]:
    """Let a function work as if nobody had changed what torch and NumPy do by default.

    Inside, gradients are recorded, new tensors are float32 and on the CPU, nothing is
    cast by itself, and NumPy warns where it would raise. Afterwards all is as before.

    Parameters
    ----------
    function : callable
        Computes, or reads numbers.

    Returns
    -------
    function : callable

    Notes
    -----
    All of this belongs to the calling thread but torch's default dtype, which all
    threads share. The first of the calls that run at once sets it and the last one
    sets it back, so that two fits do not take it from each other. Other threads of a
    program with another default dtype see float32 meanwhile.

    contextlib makes decorators too; its frames would be taken for the user's by `warn`.
    """

    @wraps(function)
    def inside(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        if _is_usual():
            return function(*args, **kwargs)
        with _usual_state():
            return function(*args, **kwargs)

    return inside


def _is_usual() -> bool:
    """Whether nothing has to be set: a third of what it takes to set nothing."""
    with _LOCK:
        new = torch.empty(0)
        is_float32 = new.dtype == torch.float32 and not _WORKING
    return (
        is_float32
        and new.device == CPU
        and torch.is_grad_enabled()
        and not torch.is_inference_mode_enabled()
        and not any(map(torch.is_autocast_enabled, AUTOCASTING))
        and np.geterr() == USUAL_ERRORS
    )


@contextmanager
def _usual_state() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(np.errstate(**_milder(np.geterr())))
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        if not torch.is_grad_enabled():
            stack.enter_context(torch.enable_grad())
        for device in AUTOCASTING:
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        if torch.get_default_device() != CPU:
            stack.enter_context(torch.device("cpu"))
        stack.enter_context(_float32_by_default())
        yield


def _milder(settings: Mapping[str, object]) -> dict[str, Any]:
    """Give NumPy's usual settings, but for what is ignored already."""
    milder = {
        kind: "ignore" if how == "ignore" else "warn" for kind, how in settings.items()
    }
    return {**milder, "under": "ignore"}


@contextmanager
def _float32_by_default() -> Iterator[None]:
    global _DEFAULT
    with _LOCK:
        works = bool(_WORKING) or torch.get_default_dtype() != torch.float32
        if works:
            if not _WORKING:
                _DEFAULT = torch.get_default_dtype()
                torch.set_default_dtype(torch.float32)
            _WORKING.append(threading.get_ident())
    try:
        yield
    finally:
        if works:
            with _LOCK:
                _WORKING.remove(threading.get_ident())
                if not _WORKING:
                    torch.set_default_dtype(_DEFAULT)
