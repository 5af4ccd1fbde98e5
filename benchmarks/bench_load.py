"""Does an estimator hold under load: many threads, processes, calls and fits?

Sixteen threads and a few processes that were spawned predict at once, and each
prediction is compared, bit by bit, with that of one thread. Then one process predicts
single rows
and fits again and again, while its resident memory is sampled: after a warm-up it shall
stay within 5 %.

    python benchmarks/bench_load.py --out benchmarks/results/load.json
"""

import argparse
import faulthandler
import multiprocessing
import os
import pickle
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from sklearn.base import clone

from measuring import environment, write_json
from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger, as_ragged

N_SAMPLES = 50  # of the memory, evenly over the calls after the warm-up
WARM_UP = 0.1  # of the calls
SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}


def make_models():
    """Name fitted estimators with the rows they are asked about."""
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, size=60)]
    tokens = rng.integers(1, 30, size=(60, 6))
    labels = np.arange(60) % 3
    steps = as_ragged([np.arange(len(row)) % 2 for row in X])
    tagger = RNNTagger(**SMALL, output="crf").fit(X, steps)
    return {
        "lstm": (RNNClassifier(**SMALL).fit(X, labels), X),
        "gru, tokens": (
            RNNClassifier(**SMALL, cell="gru", input="tokens").fit(tokens, labels),
            tokens,
        ),
        "rnn": (RNNRegressor(**SMALL, cell="rnn").fit(X, labels / 3), X),
        "tagger": (tagger, X),
    }


def predict(model, X):
    """Join the predictions of a model for X as bytes."""
    method = getattr(model, "predict_proba", model.predict)
    return b"".join(np.asarray(row).tobytes() for row in method(X))


# -- at once -----------------------------------------------------------------------


def count_right(models, expected, n_calls):
    """Call every model so often; count, for each, the calls with the expected bits."""
    right = dict.fromkeys(models, 0)
    for _ in range(n_calls):
        for name, (model, X) in models.items():
            right[name] += predict(model, X) == expected[name]
    return right


def by_threads(models, expected, n_workers, n_calls):
    """Predict in threads that start together."""
    barrier = threading.Barrier(n_workers)

    def work(_):
        barrier.wait()
        return count_right(models, expected, n_calls)

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(work, range(n_workers)))


def by_processes(models, expected, n_workers, n_calls):
    """Predict in spawned processes, each of which loads the models from a pickle."""
    pickled = pickle.dumps((models, expected))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, mp_context=context) as pool:
        tasks = [
            pool.submit(load_and_count, pickled, n_calls) for _ in range(n_workers)
        ]
        return [task.result() for task in tasks]


def load_and_count(pickled, n_calls):
    """Do the work of one process."""
    return count_right(*pickle.loads(pickled), n_calls)


def at_once(ask, n_workers, n_calls):
    """Predict in several workers; count the right predictions of each model."""
    models = make_models()
    expected = {name: predict(model, X) for name, (model, X) in models.items()}
    start = time.perf_counter()
    counts = ask(models, expected, n_workers, n_calls)
    return {
        "workers": n_workers,
        "seconds": round(time.perf_counter() - start, 1),
        "predictions_of_each_model": n_workers * n_calls,
        "same_bits": {name: sum(count[name] for count in counts) for name in models},
    }


# -- again and again ---------------------------------------------------------------


def resident_megabytes():
    """Return the memory this process holds now; None where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return None


def repeat(call, n_calls):
    """Call so often; sample the memory from the end of the warm-up on."""
    n_warm = int(WARM_UP * n_calls)
    sampled_at = set(np.linspace(n_warm, n_calls, N_SAMPLES).astype(int).tolist())
    memory, start = [], time.perf_counter()
    for i in range(1, n_calls + 1):
        call()
        if i in sampled_at:
            memory.append(resident_megabytes())
    return {
        "calls": n_calls,
        "warm_up_calls": n_warm,
        "seconds": round(time.perf_counter() - start, 1),
        "megabytes": [value and round(value, 2) for value in memory],
        "growth": None if None in memory else round(growth(memory), 4),
    }


def growth(memory):
    """Give the most memory held later, beyond that after the warm-up, as a share."""
    return max(memory) / memory[0] - 1


def predict_one_row(n_calls):
    """Predict the same row again and again."""
    model, X = make_models()["lstm"]
    return repeat(lambda: model.predict(X[:1]), n_calls)


def fit_again(n_calls):
    """Fit small estimators again and again, three kinds in turns."""
    models = list(make_models().values())[:3]
    kinds = [(clone(model), X[:20]) for model, X in models]
    y = np.arange(20) % 2

    def fit():
        model, X = kinds[0]
        kinds.append(kinds.pop(0))
        clone(model).fit(X, y)

    return repeat(fit, n_calls)


def run(n_threads=16, n_processes=4, n_calls=50, n_predictions=100_000, n_fits=1_000):
    """Do it all; return one entry for each question."""
    return {
        "predictions": predict_one_row(n_predictions),
        "fits": fit_again(n_fits),
        "threads": at_once(by_threads, n_threads, n_calls),
        "processes": at_once(by_processes, n_processes, n_calls),
    }


def main():
    """Run everything and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictions", type=int, default=100_000)
    parser.add_argument("--fits", type=int, default=1_000)
    parser.add_argument("--calls", type=int, default=50, help="of each thread")
    parser.add_argument("--out", type=Path, help="write the outcome here as well")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    # Whoever waits for a lock for an hour says where, and ends.
    faulthandler.dump_traceback_later(3600, exit=True)
    results = run(
        n_calls=arguments.calls,
        n_predictions=arguments.predictions,
        n_fits=arguments.fits,
    )
    for name in ("predictions", "fits"):
        part = results[name]
        first, most = part["megabytes"][0], max(part["megabytes"])
        print(
            f"{part['calls']:,} {name} in {part['seconds']:.0f} s: "
            f"{first:.1f} MB after the warm-up, at most {most:.1f} MB later"
        )
    for name in ("threads", "processes"):
        part = results[name]
        n_all = part["predictions_of_each_model"]
        for model, n_right in part["same_bits"].items():
            print(
                f"{part['workers']} {name}, {model}: {n_right} of {n_all} "
                "predictions have the same bits"
            )
    if arguments.out:
        write_json(arguments.out, {"environment": environment(), **results})


if __name__ == "__main__":
    main()
