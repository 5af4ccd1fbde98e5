"""The number of torch's threads, and what becomes of it."""

import _thread
import os
import queue
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import joblib
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from sklearn_rnn._training import _threads, working_threads
from sklearn_rnn.nn import helpers

FEW, ALL = 1, 3


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(ALL)
    yield
    torch.set_num_threads(before)


pytestmark = [
    pytest.mark.changes_global_state,
    pytest.mark.usefixtures("three_threads"),
]


class OtherThread:
    """A thread of Python that says on how many threads it would compute."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)
        self.ask()

    def ask(self):
        return self.pool.submit(torch.get_num_threads).result()


@pytest.mark.parametrize(
    ("n_jobs", "context", "n_cores", "expected"),
    [
        (None, None, 8, 1),
        (2, None, 8, 2),
        (5, None, 8, 5),  # more than torch would take by itself
        (10**12, None, 8, 8),
        (-1, None, 8, ALL),  # its share
        (-1, None, 2, 2),  # of a container with fewer processors than the machine
        (-2, None, 8, ALL - 1),
        (-9, None, 8, 1),
        (None, 2, 8, 2),
        (None, -1, 8, ALL),
        (1, 2, 8, 1),
    ],
)
def test_n_jobs_has_the_meaning_of_scikit_learn(
    n_jobs, context, n_cores, expected, monkeypatch
):
    monkeypatch.setattr(_threads, "cpu_count", lambda: n_cores)
    with joblib.parallel_config(n_jobs=context):
        assert _threads.count_threads(n_jobs) == expected


def test_zero_threads_are_refused():
    with pytest.raises(ValueError, match="n_jobs must not be 0"), working_threads(0):
        pass


@pytest.mark.parametrize("briefly", [False, True])
def test_the_number_comes_back_after_an_error(briefly):
    with pytest.raises(KeyboardInterrupt), working_threads(FEW, briefly=briefly):
        assert torch.get_num_threads() == FEW
        raise KeyboardInterrupt
    assert torch.get_num_threads() == ALL
    assert OtherThread().ask() == ALL


def test_a_brief_call_is_not_met_by_a_long_one():
    barrier, leave = threading.Barrier(2), threading.Event()

    def predict():
        with working_threads(FEW, briefly=True):
            barrier.wait()
            leave.wait()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(predict)
        barrier.wait()
        with working_threads(FEW):
            assert OtherThread().ask() == ALL
        leave.set()
        running.result()
    assert torch.get_num_threads() == OtherThread().ask() == ALL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_waits_for_no_thread_of_its_parent():
    with _threads._LOCK:  # as of another thread, at this very moment
        child = os.fork()
        if not child:
            os._exit(not _threads._LOCK.acquire(timeout=5))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def threads_of_blas():
    return {
        one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"
    }


def test_a_fork_in_a_compiled_fit_has_the_threads_of_blas_and_may_go_on(monkeypatch):
    monkeypatch.setattr(_threads, "_is_forked", False)
    with threadpool_limits(2, user_api="blas"):
        with _threads.one_blas_thread(), _threads.one_blas_thread():
            assert threads_of_blas() == {1}
            _threads._begin_forked()  # as in the child
            assert threads_of_blas() == {2}
            with _threads.one_blas_thread():
                assert threads_of_blas() == {1}
            assert threads_of_blas() == {2}
        assert threads_of_blas() == {2}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_waits_for_workers_that_only_the_system_still_has(monkeypatch):
    # MKL has its lock meanwhile: of 80 processes forked after a prediction one hung.
    begun = queue.SimpleQueue()

    def end_late():  # Python does not list a thread that is started so
        begun.put(threading.get_native_id())
        time.sleep(0.2)

    _thread.start_new_thread(end_late, ())
    late = begun.get()
    this_thread = threading.get_native_id()  # is not waited for
    monkeypatch.setattr(_threads, "_WORKERS", deque([late, this_thread]))
    start = time.monotonic()
    if not (child := os.fork()):
        os._exit(len(_threads._WORKERS))
    assert not os.path.exists(f"/proc/self/task/{late}")
    assert time.monotonic() - start < 0.9
    assert os.waitpid(child, 0)[1] == 0
    assert list(_threads._WORKERS) == [this_thread]  # the other number may come back


def test_each_worker_of_a_call_is_known_to_a_later_fork(monkeypatch):
    monkeypatch.setattr(_threads, "_WORKERS", deque())
    monkeypatch.setattr(_threads, "cpu_count", lambda: 2)
    both = threading.Barrier(2)

    def work(_):
        both.wait(timeout=60)
        return threading.get_native_id()

    with working_threads(2):
        ids = set(helpers().map(work, range(2)))
    assert ids == set(_threads._WORKERS)


def test_other_threads_keep_their_number():
    older = OtherThread()
    with working_threads(FEW):
        assert older.ask() == ALL
        younger = OtherThread()
        with working_threads(1, of_torch=2):  # as of another estimator, in a scorer
            youngest = OtherThread()
        last = OtherThread()
    for thread in (older, younger, youngest, last, OtherThread()):
        assert thread.ask() == ALL
        thread.pool.shutdown()


def test_threads_that_begin_at_once_all_get_their_number_back():
    barrier = threading.Barrier(8)

    def compute():
        barrier.wait()
        with working_threads(FEW):
            inside = torch.get_num_threads()
        return inside, torch.get_num_threads()

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(compute) for _ in range(8)]
    assert {one.result() for one in found} == {(FEW, ALL)}
    assert OtherThread().ask() == ALL


def test_no_thread_is_needed_where_none_can_start(monkeypatch):
    # As in what atexit calls, where the executors refuse.
    monkeypatch.setattr("concurrent.futures.thread._shutdown", True)
    with working_threads(FEW):
        assert torch.get_num_threads() == FEW
    assert torch.get_num_threads() == ALL
