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
import json
import statistics
import sys
import time
import tracemalloc
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer

from measuring import ratios
from processes import Worker
from sklearn_rnn import TextVectorizer
from workloads import read_texts

VECTORIZERS = {
    "TextVectorizer": TextVectorizer,
    "CountVectorizer": lambda: CountVectorizer(
        token_pattern=TextVectorizer().token_pattern
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
    times = {name: [] for name in VECTORIZERS}
    keras_times = []
    megabytes_before = keras.ask("rss")["megabytes"] if keras else 0
    for _ in range(rounds):
        for name, make in VECTORIZERS.items():
            times[name].append(seconds(make, texts))
        if keras:
            keras_times.append(keras.ask("fit 1")["cpu_seconds"])
    ours, theirs = times.values()
    figures = describe(texts)
    figures["seconds"] = {name: statistics.median(t) for name, t in times.items()}
    figures.update(spread_of("ratio", ratios(ours, theirs)))
    if keras:
        figures["keras"] = {
            "seconds": statistics.median(keras_times),
            **spread_of("ratio", ratios(ours, keras_times)),
            "peak_megabytes": keras.ask("rss")["megabytes"] - megabytes_before,
        }
    return figures


def spread_of(name, values):
    """Return the median, the lowest and the highest value under their names."""
    return {
        name: statistics.median(values),
        f"{name}_lowest": min(values),
        f"{name}_highest": max(values),
    }


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
        sys.exit(f"skipped: {path} is not there; give the folder that holds it")
    with contextlib.ExitStack() as stack:
        keras = None
        if arguments.python_tensorflow:
            command = [arguments.python_tensorflow, str(WORKER), str(path)]
            keras = stack.enter_context(Worker(command))
            keras.answer()  # it is ready
        figures = measure(read_texts(path), arguments.rounds, keras)

    print(
        f"{figures['n_texts']:,} texts, {figures['n_tokens']:,} tokens, "
        f"longest {figures['width']:,}"
    )
    for name in VECTORIZERS:
        print(
            f"{name:16} {figures['seconds'][name]:6.2f} s   peak "
            f"{figures['peak_bytes'][name] / 1e6:6.1f} MB, of half the texts "
            f"{figures['peak_bytes_of_half'][name] / 1e6:6.1f} MB"
        )
    print(
        f"time ratio {figures['ratio']:.3f} ({figures['ratio_lowest']:.3f} to "
        f"{figures['ratio_highest']:.3f}; at most {LIMIT} is asked for), "
        f"{figures['result_bytes_per_token']:.1f} bytes per token in the result"
    )
    if "keras" in figures:
        theirs = figures["keras"]
        print(
            f"{KERAS} {theirs['seconds']:.2f} s   peak {theirs['peak_megabytes']:.1f} "
            f"MB; time of TextVectorizer over it {theirs['ratio']:.3f} "
            f"({theirs['ratio_lowest']:.3f} to {theirs['ratio_highest']:.3f})"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
