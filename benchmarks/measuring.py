"""What the programs share: times in turns, the machine, results as JSON."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from worker import versions

# One way to say it for each library; joblib and torch read the first.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def thread_environment(n_threads):
    """Return the environment variables that limit a process to `n_threads`."""
    limits = dict.fromkeys(THREAD_VARIABLES, str(n_threads))
    several = "true" if n_threads > 1 else "false"
    limits["XLA_FLAGS"] = (
        f"--xla_cpu_multi_thread_eigen={several} "
        f"intra_op_parallelism_threads={n_threads}"
    )
    return limits


def pin(cores):
    """Bind this process, and those it starts, to some cores, where that exists."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def seconds(function, *arguments, clock=time.perf_counter):
    """Return the time of one call."""
    start = clock()
    function(*arguments)
    return clock() - start


def in_turns(functions, repetitions, clock=time.perf_counter):
    """Time functions A B C A B C, so that a slow moment of the machine meets all.

    Parameters
    ----------
    functions : dict of str to callable
    repetitions : int
    clock : callable, default=time.perf_counter
        Such as `time.process_time`, beside other work.

    Returns
    -------
    times : dict of str to list of float
        Seconds, one for each repetition.
    """
    times = {name: [] for name in functions}
    for _ in range(repetitions):
        for name, function in functions.items():
            times[name].append(seconds(function, clock=clock))
    return times


def ratios(numerators, denominators):
    """Divide within each repetition, where both met the same machine."""
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


def spread(values, digits=2):
    """Write the median with the lowest and the highest value, or the only one."""
    median = statistics.median(values)
    if not values[1:]:
        return f"{median:.{digits}f}"
    return f"{median:.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def busy_seconds():
    """Return the processor time of the whole machine, or None if it does not say."""
    try:
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
    except OSError:
        return None
    _, _, _, idle, waiting, *_ = fields
    return (sum(fields) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def gemm_rate(size=1024, tries=5):
    """Return the FLOP/s of a float32 matrix product in torch on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    a, b = torch.rand(size, size), torch.rand(size, size)
    out = torch.empty(size, size)
    fastest = min(seconds(lambda: torch.mm(a, b, out=out)) for _ in range(tries))
    torch.set_num_threads(before)
    return 2 * size**3 / fastest


def processor():
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def commit():
    """Return which code is measured, or None without git or outside a repository."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def environment():
    """Return when, on what, with what and by which command something was measured."""
    words = [Path(word).name if os.path.isabs(word) else word for word in sys.argv[1:]]
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "processor": processor(),
        "n_cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions(),
        "commit": commit(),
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *words]),
    }


def write_json(path, results):
    """Write results, and the folder they go to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
