"""The estimators beside their peers, one process each, in turns.

In each repetition each implementation fits a fresh model for few epochs, another for
many, and predicts; A B C A B C, so that a slow moment of the machine meets all. The
difference of the two fits is the time per epoch, what is left of the first is
everything else. Ratios are taken within a repetition.

    python benchmarks/compare.py --workloads W2 W3 --out bench_output/compare.json
    python benchmarks/compare.py --table bench_output/compare.json

A peer in another environment is taken when its interpreter is named
(``--python-tensorflow``, ``--python-jax``, ``--python-onnx``).
"""

import argparse
import json
import sys
import time
from pathlib import Path

from implementations import IMPLEMENTATIONS
from measuring import (
    busy_seconds,
    environment,
    gemm_rate,
    pin,
    write_json,
)
from processes import Worker, WorkerError
from report import write_report
from workloads import WORKLOADS, count_steps, make_data, useful_flops

WORKER = Path(__file__).parent / "worker.py"
ENVIRONMENTS = ("tensorflow", "jax", "onnx")


def worker_command(python, name, workload, *, cold=False):
    """Return the command that starts a worker."""
    command = [python, str(WORKER), name, workload.name]
    command += ["--rows", str(workload.n_measured)]
    return [*command, "--cold"] if cold else command


class Comparison:
    """The workers of one workload, and what they measured."""

    def __init__(self, workload, pythons, *, epochs, n_threads, clock="seconds"):
        self.workload = workload
        self.pythons = pythons  # name of the implementation -> its interpreter
        self.epochs = epochs
        self.n_threads = n_threads
        self.clock = clock
        self.workers = {}
        self.times = {}
        self.failed = {}
        self.versions = {}
        self.gemm_rates = []
        self.other_work = []

    def run(self, repetitions, *, start):
        """Start the workers, measure in turns, and end them."""
        try:
            for name in self.pythons:
                self.attempt(self.start, name)
            for repetition in range(repetitions):
                self.gemm_rates.append(gemm_rate())
                for name in list(self.workers):
                    self.attempt(self.measure, name)
                for name in list(self.workers) if start else ():
                    if IMPLEMENTATIONS[name].trains:
                        self.attempt(self.measure_start, name)
                self.tell(f"{repetition + 1} of {repetitions}, {self.last_times()}")
        finally:
            for name in list(self.workers):
                self.workers.pop(name).close()

    def attempt(self, step, name):
        """Take a step; if the worker fails, report it and go on without."""
        try:
            step(name)
        except (WorkerError, OSError) as error:
            self.tell(f"{name} failed: {error}")
            self.failed[name] = str(error)
            self.times.pop(name, None)
            if name in self.workers:
                self.workers.pop(name).close()

    def make_worker(self, name, *, cold=False):
        command = worker_command(self.pythons[name], name, self.workload, cold=cold)
        return Worker(command, self.n_threads)

    def start(self, name):
        self.workers[name] = self.make_worker(name)
        self.versions[name] = self.workers[name].answer()["versions"]
        kinds = ["predict"]
        if IMPLEMENTATIONS[name].trains:
            kinds += ["fit_few", "fit_many", "first_fit"]
            kinds += ["fit_megabytes", "predict_megabytes"]
        self.times[name] = {kind: [] for kind in kinds}

    def measure(self, name):
        """Fit for few and for many epochs, and predict."""
        times, few_many = self.times[name], ("fit_few", "fit_many")
        if IMPLEMENTATIONS[name].trains:
            for kind, epochs in zip(few_many, self.epochs, strict=True):
                times[kind].append(self.ask(name, f"fit {epochs}"))
        self.ask(name, "predict")  # Keras compiles it for each new model
        times["predict"].append(self.ask(name, "predict"))

    def ask(self, name, command):
        """Return the seconds of a command; note what other processes did meanwhile."""
        before, start = busy_seconds(), time.perf_counter()
        answer = self.workers[name].ask(command)
        elapsed = time.perf_counter() - start
        if before is not None and elapsed > 0.2:  # the clock ticks 100 times a second
            others = busy_seconds() - before - answer["cpu_seconds"]
            self.other_work.append(max(0.0, others / elapsed))
        return answer[self.clock]

    def measure_start(self, name):
        """Time a fresh process to the end of its first fit; ask for its memory."""
        times, begin = self.times[name], time.perf_counter()
        with self.make_worker(name, cold=True) as worker:
            worker.answer()
            worker.ask("fit 1")
            times["first_fit"].append(time.perf_counter() - begin)
            times["fit_megabytes"].append(worker.ask("rss")["megabytes"])
            worker.ask("predict")
            times["predict_megabytes"].append(worker.ask("rss")["megabytes"])

    def tell(self, message):
        """Say how it goes."""
        print(f"{self.workload.name}: {message}", file=sys.stderr)

    def last_times(self):
        """Write the seconds of the last fits and predictions."""
        return ", ".join(
            f"{name} "
            + " ".join(
                f"{times[kind][-1]:.2f}"
                for kind in ("fit_few", "fit_many", "predict")
                if times.get(kind)
            )
            for name, times in self.times.items()
        )

    def record(self):
        """Return what was measured, for the table."""
        n_steps = count_steps(make_data(self.workload).X)
        return {
            "environment": environment(),
            "versions": self.versions,
            "n_samples": self.workload.n_samples,
            "n_rows": self.workload.n_measured,
            "epochs": self.epochs,
            "useful_flops": useful_flops(self.workload, n_steps),
            "gemm_rate": self.gemm_rates,
            "other_work": self.other_work,
            "implementations": self.times,
            "failed": self.failed,
        }


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    peers = [name for name in IMPLEMENTATIONS if name != "ours"]
    parser.add_argument(
        "--workloads", nargs="+", choices=WORKLOADS, default=[*WORKLOADS]
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=peers,
        help="default: those in torch, and those whose interpreter is named",
    )
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--epochs", type=int, nargs=2, default=[1, 6])
    parser.add_argument(
        "--rows", type=int, help="at most so many rows of each workload"
    )
    parser.add_argument(
        "--cores", default="0", help="cores to run on, such as 0 or 0,1 (default: 0)"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="threads of each process"
    )
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="seconds of the processor, not of the clock: beside other work",
    )
    parser.add_argument(
        "--no-start", action="store_true", help="leave out first fits and memory"
    )
    for name in ENVIRONMENTS:
        parser.add_argument(f"--python-{name}", metavar="PATH", help="its interpreter")
    parser.add_argument("--out", type=Path, help="JSON that the results are added to")
    parser.add_argument("--table", type=Path, help="only write the tables of a JSON")
    return parser.parse_args()


def choose(arguments, interpreters):
    """Return the interpreter of each implementation to run, ours first."""
    if arguments.peers is None:
        names = [
            n for n, entry in IMPLEMENTATIONS.items() if entry.python in interpreters
        ]
    else:
        names = ["ours", *arguments.peers]
    return {
        name: interpreters.get(IMPLEMENTATIONS[name].python, sys.executable)
        for name in names
    }


def compare(workload, pythons, arguments):
    """Compare the implementations that are for a workload; return the record."""
    pythons = {
        name: python
        for name, python in pythons.items()
        if workload.name in (IMPLEMENTATIONS[name].workloads or WORKLOADS)
    }
    comparison = Comparison(
        workload,
        pythons,
        epochs=arguments.epochs,
        n_threads=arguments.threads,
        clock="cpu_seconds" if arguments.processor_time else "seconds",
    )
    comparison.run(arguments.repetitions, start=not arguments.no_start)
    return comparison.record()


def main():
    """Run the comparison, or write the tables of one that was run."""
    arguments = parse_arguments()
    if arguments.table:
        print(write_report(json.loads(arguments.table.read_text())))
        return
    pin({int(core) for core in arguments.cores.split(",")})
    named = {name: getattr(arguments, f"python_{name}") for name in ENVIRONMENTS}
    interpreters = {name: path for name, path in named.items() if path}
    pythons = choose(arguments, {"own": sys.executable, **interpreters})
    results = {}
    if arguments.out and arguments.out.exists():
        results = json.loads(arguments.out.read_text())
    for name in arguments.workloads:
        workload = WORKLOADS[name]
        workload = workload.cut(arguments.rows or workload.n_measured)
        results[name] = compare(workload, pythons, arguments)
        if arguments.out:  # after each workload: a long run may be cut short
            write_json(arguments.out, results)
    print(write_report(results))


if __name__ == "__main__":
    main()
