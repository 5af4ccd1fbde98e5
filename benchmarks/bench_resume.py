"""Real kills at random moments: does a fit end at the same bits, by its `Checkpoint`?

Each of four fits is begun in a process of its own, killed (SIGKILL; on Windows
TerminateProcess) at a moment drawn from the seed, begun again with the same arguments,
killed again, until it ends. What it leaves is compared, bit by bit, with what the same
fit leaves that nobody disturbed.

    python benchmarks/bench_resume.py --out benchmarks/results/resume.json
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from sklearn.base import clone

from measuring import environment, write_json
from sklearn_rnn import RNNClassifier, RNNRegressor, RNNTagger, as_ragged
from sklearn_rnn._training._tree_file import read_tree
from sklearn_rnn.callbacks import Checkpoint, WeightAverage
from sklearn_rnn.datasets import make_adding_problem

SMALL = {"random_state": 0, "batch_size": 16}


def make_fits():
    """Name the fits: an estimator, its data, and its callbacks beside `Checkpoint`."""
    X, y = make_adding_problem(400, 15, random_state=0)
    tokens = np.random.default_rng(0).integers(1, 30, size=(300, 12))
    steps = as_ragged([(row[:, 0] > 0.5).astype(int) for row in X])
    stops = {"early_stopping": True, "n_iter_no_change": 8}
    step = partial(torch.optim.lr_scheduler.StepLR, step_size=100, gamma=0.8)
    return {
        "early stopping, averaged weights": (
            RNNRegressor(8, max_epochs=40, dropout=0.2, **stops, **SMALL),
            (X, y),
            [WeightAverage(0.99)],
        ),
        "dropped words, scored": (
            RNNClassifier(
                8,
                max_epochs=60,
                cell="gru",
                input="tokens",
                word_dropout=0.2,
                scoring="roc_auc",
                **stops,
                **SMALL,
            ),
            (tokens, (tokens > 25).any(axis=1)),
            [],
        ),
        "chain of labels, seed not given": (
            RNNTagger(8, max_epochs=20, output="crf", batch_size=16),
            (X, steps),
            [],
        ),
        "two layers, momentum, steps of the rate": (
            RNNRegressor(
                8,
                max_epochs=30,
                num_layers=2,
                optimizer="sgd",
                lr_schedule=step,
                net_params={"optimizer__momentum": 0.9},
                **SMALL,
            ),
            (X, y),
            [],
        ),
    }


def digest(model):
    """Sum up all that training decided, to the bit."""
    sums = hashlib.sha256()
    for name, tensor in model.net_.module_.state_dict().items():
        sums.update(name.encode() + tensor.numpy().tobytes())
    for name in sorted(set(model.history_) - {"seconds"}):
        sums.update(name.encode() + model.history_[name].tobytes())
    sums.update(repr((model.n_iter_, model.best_epoch_)).encode())
    return sums.hexdigest()


def run_fit(name, path, seed):
    """Fit in this process; say when it begins and what it left."""
    model, data, callbacks = make_fits()[name]
    clone(model).set_params(max_epochs=1).fit(*data)  # the first epoch is a slow one
    if model.random_state is None and seed is not None:
        # Undisturbed, the same fit needs the seed that the checkpoint had drawn.
        sys.modules["sklearn_rnn.estimators._base"]._draw_seed = lambda _: seed
    if path is not None:
        callbacks = [*callbacks, Checkpoint(path)]
    model.set_params(callbacks=callbacks)
    print("begins", flush=True)
    start = time.perf_counter()
    model.fit(*data)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {"digest": digest(model), "n_epochs": model.n_iter_, "seconds": seconds}
        ),
        flush=True,
    )


def start(name, path=None, seed=None):
    """Begin a fit in a process of its own, and wait until it begins to train."""
    command = [sys.executable, __file__, "--fit", name]
    command += [] if path is None else ["--checkpoint", str(path)]
    command += [] if seed is None else ["--seed", str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begins\n"
    return process


def finish(process):
    """Wait for what a fit left."""
    answer, _ = process.communicate()
    return json.loads(answer)


def kept_in(path):
    """Look up what a checkpoint holds; nothing where there is none yet."""
    return read_tree(path) if path.exists() else None


def kill_and_go_on(name, n_kills, rng, folder):
    """Kill a fit so often; each time it ends, compare what it left, and begin anew."""
    path = Path(folder) / "fit.checkpoint"
    seconds = finish(start(name))["seconds"]
    kills, same_bits = [], []

    def compare(resumed):
        unbroken = finish(start(name, seed=kept_in(path)["seed"]))
        same_bits.append(resumed["digest"] == unbroken["digest"])
        path.unlink()

    while len(kills) < n_kills:
        process = start(name, path)
        delay = rng.uniform(0, seconds)
        time.sleep(delay)
        kept = kept_in(path)
        if process.poll() is not None or (kept and kept["finished"]):
            compare(finish(process))
            continue
        process.kill()
        process.communicate()
        parts = list(path.parent.glob(".*.part"))
        kept = kept_in(path)
        kills.append(
            {
                "after_seconds": round(delay, 4),
                "epochs_kept": len(kept["state"]["history"]) if kept else 0,
                "amid_a_writing": bool(parts),
            }
        )
        for part in parts:
            part.unlink()
    compare(finish(start(name, path)))
    return {"fit": name, "kills": kills, "same_bits": same_bits}


def run(n_kills=20, seed=0):
    """Kill so often in all; return one entry for each fit."""
    rng = random.Random(seed)
    names = list(make_fits())
    results = []
    for i, name in enumerate(names):
        share = n_kills // len(names) + (i < n_kills % len(names))
        with tempfile.TemporaryDirectory() as folder:
            results.append(kill_and_go_on(name, share, rng, folder))
    return results


def main():
    """Kill, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the outcome here as well")
    parser.add_argument("--fit", help=argparse.SUPPRESS)
    parser.add_argument("--checkpoint", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.fit:
        seed = arguments.seed if "--seed" in sys.argv else None
        run_fit(arguments.fit, arguments.checkpoint, seed)
        return
    results = run(arguments.kills, arguments.seed)
    for result in results:
        kept = ", ".join(str(kill["epochs_kept"]) for kill in result["kills"])
        same, ended = sum(result["same_bits"]), len(result["same_bits"])
        print(
            f"{result['fit']}: killed with {kept} epochs kept; ended {ended} times, "
            f"{same} times with the same bits"
        )
    if arguments.out:
        write_json(
            arguments.out,
            {"environment": environment(), "seed": arguments.seed, "fits": results},
        )


if __name__ == "__main__":
    main()
