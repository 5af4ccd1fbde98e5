"""On how many threads torch computes while an estimator works."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch
from joblib import cpu_count
from joblib.parallel import get_active_backend

_LOCK = threading.Lock()


@contextmanager
def torch_threads(n_jobs: int | None) -> Iterator[None]:
    """Let torch compute on so many threads, called from this thread of Python.

    Parameters
    ----------
    n_jobs : int or None
        As elsewhere in scikit-learn: None is 1, or what `joblib.parallel_config` says;
        -1 is all that this process may use, -2 all but one.

    Notes
    -----
    `torch.set_num_threads` counts for the calling thread, and for threads that first
    use torch later. The number for those stays as it was: a thread that starts during
    a long fit would keep the number of that fit for life. threadpoolctl is no way to
    do this: it limits OpenMP, and MKL goes on with all threads.
    """
    with _LOCK:
        before = torch.get_num_threads()
    wanted = count_threads(n_jobs)
    if wanted == before:
        yield
        return
    of_others = before
    try:
        of_others = _set_own(wanted, before)
        yield
    finally:
        torch.set_num_threads(before)
        if of_others != before:
            _in_another_thread(torch.set_num_threads, of_others)


def count_threads(n_jobs: int | None) -> int:
    """Say how many threads `n_jobs` stands for, here and now."""
    if n_jobs is None:
        _, n_jobs = get_active_backend()
    if n_jobs is None:
        return 1
    if n_jobs == 0:
        raise ValueError("n_jobs must not be 0; pass None or 1 for one thread.")
    # torch knows the share of a worker of joblib, and joblib that of a container.
    at_most = min(cpu_count(), torch.get_num_threads())
    return n_jobs if n_jobs > 0 else max(1, at_most + 1 + n_jobs)


def _set_own(n_threads: int, before: int) -> int:
    """Set the number of this thread, and return that of threads that come later.

    The lock keeps our own threads from being met by torch in between.
    """
    try:
        with _LOCK, ThreadPoolExecutor(1) as another:
            of_others = another.submit(torch.get_num_threads).result()
            torch.set_num_threads(n_threads)
            another.submit(torch.set_num_threads, of_others).result()
    except RuntimeError:  # Python ends: no thread can start, and none will
        torch.set_num_threads(n_threads)
        return before
    return of_others


def _in_another_thread(function: Callable[..., Any], *args: Any) -> Any:
    with ThreadPoolExecutor(1) as another:
        return another.submit(function, *args).result()
