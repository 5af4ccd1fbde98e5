"""The global generator, borrowed for what draws from no other."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

# One thread at a time; a class that is built may itself build another.
_BORROWED = threading.RLock()


def _renew_lock() -> None:
    """Give a forked process a lock that no other thread holds."""
    global _BORROWED
    _BORROWED = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def seeded_globally(seed: int) -> Iterator[None]:
    """Seed torch's global generator of the CPU for a while, then set it back.

    Parameters
    ----------
    seed : int
        What a class of the user's own draws its initial weights from.
    """
    with _BORROWED, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


class _Draws(TorchDispatchMode):
    """Notices draws of this thread from the global generator, and of no other."""

    happened = False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call an operation of torch and look whether it draws."""
        kwargs = kwargs or {}
        if torch.Tag.nondeterministic_seeded in func.tags:
            self.happened |= kwargs.get("generator") is None
        return func(*args, **kwargs)


@contextmanager
def without_draws(part: str) -> Iterator[None]:
    """Refuse what draws random numbers from the global generator.

    In training nobody seeds it: the numbers would not follow from the seed of
    the fit, and would move those of others.

    Parameters
    ----------
    part : str
        What is called, for the message.

    Raises
    ------
    ValueError
        If numbers were drawn.
    """
    with _Draws() as draws:
        yield
    if draws.happened:
        raise ValueError(
            f"{part} draws random numbers from torch's global generator when it is "
            "called, so that a fit would not follow from random_state. Draw them in "
            "__init__ only; for dropout take sklearn_rnn.nn.SeededDropout in the place "
            "of torch.nn.Dropout."
        )
