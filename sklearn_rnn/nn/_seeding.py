"""The global generator, borrowed for what draws from no other."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

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
