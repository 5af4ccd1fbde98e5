"""Where the time of an epoch goes: torch's operations, and everything else.

    python benchmarks/bench_profile.py W2 W5 --out bench_output/profile.json

torch's profiler counts what each operation takes by itself, on one core. What is left
of the epoch is Python: skorch's loop, the callbacks, the data, the modules' own code.
The profiler costs a few microseconds for each operation, so that small networks look
slower than they are; shares of the large ones are true.
"""

import argparse
import time
from pathlib import Path

from torch.profiler import ProfilerActivity, profile

from implementations import ours
from measuring import environment, pin, write_json
from workloads import WORKLOADS, make_data

EPOCHS = 3
SHOWN = 0.02  # operations below this share are summed up


def shares(workload):
    """Return the share of a fit's time that each operation takes, largest first."""
    implementation = ours.Implementation(workload, make_data(workload))
    implementation.fit(1)  # warm
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        start = time.perf_counter()
        implementation.fit(EPOCHS)
        elapsed = time.perf_counter() - start
    times = {
        event.key.removeprefix("aten::"): event.self_cpu_time_total / 1e6 / elapsed
        for event in profiler.key_averages()
    }
    inside = sum(times.values())
    large = {name: share for name, share in times.items() if share >= SHOWN}
    ordered = dict(sorted(large.items(), key=lambda item: -item[1]))
    ordered["other operations"] = inside - sum(large.values())
    ordered["Python"] = max(0.0, 1 - inside)
    return ordered


def main():
    """Profile the workloads named, print the shares and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="+", choices=WORKLOADS)
    parser.add_argument("--rows", type=int, help="at most so many rows of each")
    parser.add_argument("--out", type=Path, help="JSON to write")
    arguments = parser.parse_args()
    pin({0})
    ours.limit_threads()
    results = {"environment": environment()}
    for name in arguments.workloads:
        workload = WORKLOADS[name]
        workload = workload.cut(arguments.rows or workload.n_measured)
        results[name] = shares(workload)
        text = ", ".join(
            f"{key} {100 * share:.0f} %" for key, share in results[name].items()
        )
        print(f"{name}: {text}")
    if arguments.out:
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
