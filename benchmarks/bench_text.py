"""Time and memory of `TextVectorizer` beside `CountVectorizer` on IMDB.

Both fit and transform the same 25,000 reviews with the same token pattern, in
turns, so that a slow moment of the machine meets both. The time is that of
the process, not of the wall clock.

    python benchmarks/bench_text.py [DATA] [--rounds 5] [--json FILE]
"""

import argparse
import csv
import gzip
import json
import statistics
import sys
import time
import tracemalloc
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer

from sklearn_rnn import TextVectorizer

VECTORIZERS = {
    "TextVectorizer": TextVectorizer,
    "CountVectorizer": lambda: CountVectorizer(
        token_pattern=TextVectorizer().token_pattern
    ),
}
LIMIT = 1.1


def read_texts(path):
    """Return the text column of a gzipped table."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["text"] for row in rows]


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


def measure(texts, rounds):
    """Return the figures of one comparison."""
    times = {name: [] for name in VECTORIZERS}
    for _ in range(rounds):
        for name, make in VECTORIZERS.items():
            times[name].append(seconds(make, texts))
    ratios = [
        ours / theirs
        for ours, theirs in zip(*times.values(), strict=True)  # in turns
    ]
    X = TextVectorizer().fit_transform(texts)
    half = texts[::2]
    return {
        "n_texts": len(texts),
        "n_tokens": int(X.nnz),
        "width": X.shape[1],
        "seconds": {name: statistics.median(t) for name, t in times.items()},
        "ratio": statistics.median(ratios),
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
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
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    path = arguments.data / "imdb_train.tsv.gz"
    if not path.exists():
        sys.exit(f"skipped: {path} is not there; give the folder that holds it")
    figures = measure(read_texts(path), arguments.rounds)

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
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
