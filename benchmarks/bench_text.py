"""Time and memory of `TextVectorizer` beside `CountVectorizer` on IMDB.

Both fit and transform the same 25,000 reviews with the same token pattern, in
turns, so that a slow moment of the machine meets both. The time is that of
the process, not of the wall clock.

    python benchmarks/bench_text.py [DATA] [--rounds 5] [--json FILE]

With ``--python-tensorflow PATH``, the interpreter of an environment with Keras and
TensorFlow, its `TextVectorization` is measured as well, in a process of its own.
"""

import argparse
import contextlib
import statistics
import time
import tracemalloc
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer

from measuring import environment, ratios, write_json
from processes import Worker
from report import text_table
from sklearn_rnn import TextVectorizer
from workloads import read_texts

VECTORIZERS = {
    "TextVectorizer": TextVectorizer,
    "CountVectorizer": lambda: CountVectorizer(
        analyzer=TextVectorizer().build_analyzer()
    ),
}
KERAS = "TextVectorization"
WORKER = Path(__file__).parent / "worker_text.py"
LIMIT = 1.1


def seconds(make, texts):
    """Return the processor time of one fit_transform."""
    start = time.process_time()
    make().fit_transform(texts)
    return time.process_time() - start


def peak_bytes(make, texts):
    """Return the most memory held during one fit_transform, texts excluded."""
    tracemalloc.start()
    make().fit_transform(texts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def measure(texts, rounds, keras=None):
    """Return the figures of one comparison; `keras` is a worker that is ready."""
    figures = describe(texts)
    times = {name: [] for name in VECTORIZERS}
    if keras:
        times[KERAS] = []
        at_start = keras.ask("rss")["megabytes"]
    for repetition in range(rounds):
        for name, make in VECTORIZERS.items():
            times[name].append(seconds(make, texts))
        if keras:
            times[KERAS].append(keras.ask("fit 1")["cpu_seconds"])
        if keras and repetition == 0:  # later peaks hold what earlier fits left behind
            beyond = keras.ask("rss")["megabytes"] - at_start
            figures["peak_bytes"][KERAS] = int(beyond * 2**20)
    return {**figures, "seconds": times}


def describe(texts):
    """Return the size of the task and the memory it takes."""
    X = TextVectorizer().fit_transform(texts)
    half = texts[::2]
    return {
        "n_texts": len(texts),
        "n_tokens": int(X.nnz),
        "width": X.shape[1],
        "result_bytes_per_token": (X.data.nbytes + X.indices.nbytes) / X.nnz,
        "peak_bytes": {
            name: peak_bytes(make, texts) for name, make in VECTORIZERS.items()
        },
        "peak_bytes_of_half": {
            name: peak_bytes(make, half) for name, make in VECTORIZERS.items()
        },
    }


def main():
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python-tensorflow", metavar="PATH", help="its interpreter")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    path = arguments.data / "imdb_train.tsv.gz"
    if not path.exists():
        print(f"skipped: {path} is not there; give the folder that holds it")
        return
    with contextlib.ExitStack() as stack:
        keras = None
        if arguments.python_tensorflow:
            command = [arguments.python_tensorflow, str(WORKER), str(path)]
            keras = stack.enter_context(Worker(command))
            keras.answer()  # it is ready
        figures = measure(read_texts(path), arguments.rounds, keras)

    print(
        f"{figures['n_texts']:,} texts, {figures['n_tokens']:,} tokens, "
        f"longest {figures['width']:,}\n"
    )
    print("\n".join(text_table(figures)))
    ours, theirs = (figures["seconds"][name] for name in VECTORIZERS)
    print(
        f"\ntime ratio {statistics.median(ratios(ours, theirs)):.3f}, at most {LIMIT} "
        f"is asked for; {figures['result_bytes_per_token']:.1f} bytes per token in the "
        "result"
    )
    if arguments.json:
        write_json(arguments.json, {"environment": environment(), **figures})


if __name__ == "__main__":
    main()
