"""On how many threads an estimator works, and torch within them."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import import_module
from numbers import Integral
from typing import Any

import torch
from joblib import cpu_count
from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController

from sklearn_rnn.nn import helping

_LOCK = threading.Lock()
_BRIEF: list[None] = []
"""A member for each brief call that goes on."""


_ON_ONE_THREAD: list[Any] = []
"""What gives BLAS its threads back, once for each that wants one thread."""

_is_forked = False
"""Whether this process began as a fork of one that had loaded torch."""


_WORKERS: deque[int] = deque(maxlen=1024)
"""What the system calls the threads that were started here since the last fork."""


def _await_ended() -> None:
    """Wait, for a second at most, for threads that have ended for Python alone.

    MKL gives back what it kept for a thread when the system ends it, under a lock. A
    process forked meanwhile has that lock and no thread that opens it: its first
    product would wait for ever. Elsewhere than on Linux none is seen; from Python 3.13
    on there is none.
    """
    for_python = {thread.native_id for thread in threading.enumerate()}
    until = time.monotonic() + 1
    for ended in set(_WORKERS) - for_python:
        while os.path.exists(f"/proc/self/task/{ended}") and time.monotonic() < until:
            time.sleep(1e-5)
        with suppress(ValueError):  # the number may be another thread's some day
            _WORKERS.remove(ended)


def _begin_forked() -> None:
    """Give a forked process a lock that no other thread holds, and note what it is.

    BLAS has its threads back. A fit that was under way may go on there; it finds that
    it has nothing to set back.
    """
    global _LOCK, _is_forked
    _WORKERS.clear()
    _LOCK = threading.Lock()
    _is_forked = True
    if _ON_ONE_THREAD:
        _ON_ONE_THREAD[0].restore_original_limits()
        _ON_ONE_THREAD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_await_ended, after_in_child=_begin_forked)


@contextmanager
def working_threads(
    n_jobs: int | None, *, briefly: bool = False, of_torch: Any = 1
) -> Iterator[None]:
    """Let what is computed from this thread of Python use so many threads.

    They are threads of Python, each of which lets torch compute on one: bits then do
    not depend on their number, and those that wait sleep. `helpers` of `nn` tells of
    them.

    Parameters
    ----------
    n_jobs : int or None
        As elsewhere in scikit-learn: None is 1, or what `joblib.parallel_config` says;
        -1 is all that this process may use, -2 all but one.
    briefly : bool, default=False
        Whether all is over within milliseconds. Then there is no other thread, and none
        is waited for, which beside busy threads of Python takes longer than a
        prediction.
    of_torch : int, default=1
        Threads that torch takes by itself. The bits of a training depend on it.

    Notes
    -----
    `torch.set_num_threads` counts for the calling thread, and for threads that first
    use torch later. The number for those stays as it was: a thread that starts during
    a long fit would keep the number of that fit for life. In a brief call only one
    that first uses torch within these milliseconds does. threadpoolctl is no way to
    do this: it limits OpenMP, and MKL goes on with all threads.
    """
    if briefly:
        before = torch.get_num_threads()
    else:  # it waits while another thread sets its own number
        with _LOCK:
            before = torch.get_num_threads()
    if not isinstance(of_torch, Integral) or of_torch < 1:
        raise ValueError(
            "net_params['torch_threads'] must be an integer of at least 1, got "
            f"{of_torch!r}; leave it out for one thread."
        )
    n_workers = count_threads(n_jobs) if not briefly or n_jobs == 0 else 1
    # In a forked process the threads that torch had are gone: it would wait for ever.
    wanted = 1 if _is_forked or of_torch == 1 else min(of_torch, cpu_count())
    if wanted == before and n_workers == 1:
        yield
        return
    with ExitStack() as stack:
        if n_workers > 1:
            pool = ThreadPoolExecutor(n_workers, initializer=_limit_worker)
            stack.callback(pool.shutdown, cancel_futures=True)
            stack.enter_context(helping(pool))
        if wanted != before:
            set_number = _for_a_moment if briefly else _for_long
            stack.enter_context(set_number(wanted, before))
        yield


def _limit_worker() -> None:
    """Let torch compute on one thread in this new thread, and in no other."""
    _WORKERS.append(threading.get_native_id())
    with _LOCK:
        of_others = torch.get_num_threads()
        torch.set_num_threads(1)
        _in_another_thread(torch.set_num_threads, of_others)


@contextmanager
def _for_a_moment(n_threads: int, before: int) -> Iterator[None]:
    _BRIEF.append(None)
    try:
        torch.set_num_threads(n_threads)
        yield
    finally:
        torch.set_num_threads(before)
        _BRIEF.pop()


@contextmanager
def _for_long(n_threads: int, before: int) -> Iterator[None]:
    of_others = before
    try:
        of_others = _set_own(n_threads, before)
        yield
    finally:
        torch.set_num_threads(before)
        if of_others != before:
            _in_another_thread(torch.set_num_threads, of_others)


def count_threads(n_jobs: int | None) -> int:
    """Say how many threads `n_jobs` is here and now: at most one for each processor."""
    if n_jobs is None:
        _, n_jobs = get_active_backend()
    if n_jobs is None:
        return 1
    if n_jobs == 1:  # to count processors takes longer than a prediction
        return 1
    if n_jobs == 0:
        raise ValueError("n_jobs must not be 0; pass None or 1 for one thread.")
    if n_jobs > 0:
        return min(n_jobs, cpu_count())
    # torch knows the share of a worker of joblib, and joblib that of a container.
    return max(1, min(cpu_count(), torch.get_num_threads()) + 1 + n_jobs)


def _set_own(n_threads: int, before: int) -> int:
    """Set the number of this thread, and return that of threads that come later.

    The lock keeps our own threads from being met by torch in between.
    """
    try:
        with _LOCK, ThreadPoolExecutor(1) as another:
            of_others = another.submit(torch.get_num_threads).result()
            if _BRIEF:  # it is that of a brief call
                of_others = before
            torch.set_num_threads(n_threads)
            another.submit(torch.set_num_threads, of_others).result()
    except RuntimeError:  # Python ends: no thread can start, and none will
        torch.set_num_threads(n_threads)
        return before
    return of_others


def _in_another_thread(function: Callable[..., Any], *args: Any) -> Any:
    with ThreadPoolExecutor(1) as another:
        return another.submit(function, *args).result()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the BLAS of NumPy and SciPy, which compiled functions use, take one thread.

    Its number is one for the whole process. The last that leaves sets it back, where
    several threads of Python train at once.
    """
    with _LOCK:
        limit = _ON_ONE_THREAD[0] if _ON_ONE_THREAD else _blas().limit(limits=1)
        _ON_ONE_THREAD.append(limit)
    try:
        yield
    finally:
        with _LOCK:
            if limit in _ON_ONE_THREAD:  # a fork has cleared it
                _ON_ONE_THREAD.remove(limit)
                if not _ON_ONE_THREAD:
                    limit.restore_original_limits()


@cache
def _blas() -> Any:
    """Find the libraries, which takes milliseconds; SciPy's is loaded when needed."""
    import_module("scipy.linalg.cython_blas")
    return ThreadpoolController().select(user_api="blas")
