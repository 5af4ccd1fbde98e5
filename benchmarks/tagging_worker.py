"""One implementation of the tagger, in a process that answers the commands of `worker`.

python benchmarks/tagging_worker.py ours ../shared/data --rows 100
"""

import argparse
import contextlib
import importlib
import os
import sys
from pathlib import Path

from implementations import IMPLEMENTATIONS
from tagging.corpus import encode, make_workload, read_corpus
from worker import serve


def warm_up(module, workload, codes):
    """Meet every code path once, on two batches."""
    small = module.Implementation(workload, codes.cut(2 * workload.batch_size))
    small.fit(1)
    small.predict()


def main():
    """Load the implementation and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("implementation", choices=IMPLEMENTATIONS)
    parser.add_argument("data", type=Path, help="the folder that holds the corpus")
    parser.add_argument("--rows", type=int, help="train on so many sentences")
    parser.add_argument("--hidden-size", type=int, default=64)
    arguments = parser.parse_args()

    entry = IMPLEMENTATIONS[arguments.implementation]
    os.environ.update(entry.environment)
    codes = encode(read_corpus(arguments.data, "train", arguments.rows))
    workload = make_workload(codes, arguments.hidden_size)
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what libraries print is no answer
        module = importlib.import_module(f"tagging.{entry.module}")
        module.limit_threads()
        warm_up(module, workload, codes)
        serve(module.Implementation(workload, codes), sys.stdin, answers)


if __name__ == "__main__":
    main()
