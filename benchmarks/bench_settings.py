"""What does each setting of the page on speed give? Paragraphs of 48 languages.

A fit and predictions with the defaults and with one setting changed, in turns, in
seconds of the processor, which other work on the machine hardly moves. Of several
threads that count which the others wait for: in a fit the one that calls, in
predictions that one and an equal share of the rest. What threads wait for each other,
as Python's do for its lock, is not in it.

    python benchmarks/bench_settings.py --out bench_output/settings.json
"""

import argparse
import statistics
import time
from pathlib import Path

from measuring import environment, pin, ratios, spread, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.datasets import load_languages

DEFAULTS = "the defaults"
SETTINGS = {
    DEFAULTS: {},
    "`n_jobs=2`": {"n_jobs": 2},
    "`batch_size=128`": {"batch_size": 128},
    "`bidirectional=False`": {"bidirectional": False},
    '`cell="gru"`': {"cell": "gru"},
    '`cell="rnn"`': {"cell": "rnn"},
    "`hidden_size=32`": {"hidden_size": 32},
}


def seconds_of(function, share):
    """Call a function; return the seconds of the thread that others wait for."""
    start, own = time.process_time(), time.thread_time()
    function()
    own = time.thread_time() - own
    return own + share * (time.process_time() - start - own)


def measure(settings, X, y):
    """Fit for an epoch and predict; return the seconds of both."""
    model = RNNClassifier(
        max_epochs=1, early_stopping=False, random_state=0, **settings
    )
    n_threads = settings.get("n_jobs", 1)
    return {
        "fit": seconds_of(lambda: model.fit(X, y), 0),
        "predict": seconds_of(lambda: model.predict(X), 1 / n_threads),
    }


def table(record):
    """Write how many times as fast each setting is as the defaults."""
    rows = []
    for name, found in record["seconds"].items():
        if name == DEFAULTS:
            continue
        gains = (
            spread(ratios(record["seconds"][DEFAULTS][kind], found[kind]))
            for kind in ("fit", "predict")
        )
        rows.append([name, *gains])
    return markdown(["", "an epoch, times as fast", "predictions"], rows)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=960)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--cores", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()

    pin(set(arguments.cores))
    bunch = load_languages()
    every = max(1, len(bunch.data) // arguments.rows)  # all languages
    vectorizer = TextVectorizer(analyzer="char", max_length=100)
    X = vectorizer.fit_transform(bunch.data[::every])
    y = bunch.target[::every]
    for settings in SETTINGS.values():  # the first ones are slow
        measure(settings, X[:64], y[:64])
    seconds = {name: {"fit": [], "predict": []} for name in SETTINGS}
    for _ in range(arguments.repetitions):
        for name, settings in SETTINGS.items():
            for kind, value in measure(settings, X, y).items():
                seconds[name][kind].append(value)
    record = {"n_rows": X.shape[0], "seconds": seconds}
    print("\n".join(table(record)))
    median = statistics.median(seconds[DEFAULTS]["fit"])
    print(f"an epoch of {X.shape[0]} rows with the defaults: {median:.2f} s")
    if arguments.out:
        write_json(arguments.out, {"environment": environment(), **record})


if __name__ == "__main__":
    main()
