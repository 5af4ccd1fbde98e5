"""RNNTranscriber beside the best possible, and beside digits that are cut already.

    python benchmarks/bench_transcription.py --out transcription.json
    python benchmarks/bench_transcription.py --only beam --out transcription.json

Morse code under noise has a best possible transcription, by dynamic programming over
the ends of letters. scikit-learn's digits, one to five side by side with gaps of 0 to 3
columns and noise of a tenth of their range, are read column by column; the judge is
`RNNClassifier` on single digits under the same noise. All settings are the defaults.
The time of a beam search is that of `predict` less that of the network.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from measuring import environment, write_json
from sklearn_rnn import RNNClassifier, RNNTranscriber, as_ragged
from sklearn_rnn.datasets import make_morse
from sklearn_rnn.datasets._morse import MORSE
from sklearn_rnn.metrics import error_rate

N_MORSE, N_NEW = 1500, 500
N_DIGITS, N_STRINGS = 1200, 3000
LONGEST_GAP, NOISE = 3, 0.1


def best_letters(signal, noise):
    """Find the most probable letters of a signal (n_timesteps,)."""
    clean = {}
    for letter in MORSE:
        text = "0".join({".": "1", "-": "111"}[mark] for mark in MORSE[letter]) + "000"
        clean[letter] = np.array([float(value) for value in text])
    costs, ways = np.full(len(signal) + 1, np.inf), [None] * (len(signal) + 1)
    costs[0] = 0.0
    for start in range(len(signal)):
        for letter, code in clean.items():
            stop = start + len(code)
            if np.isfinite(costs[start]) and stop <= len(signal):
                distance = np.square(signal[start:stop] - code).sum()
                cost = costs[start] + distance + 2 * noise**2 * math.log(26)
                if cost < costs[stop]:
                    costs[stop], ways[stop] = cost, (start, letter)
    letters, stop = [], len(signal)
    while stop:
        stop, letter = ways[stop]
        letters.append(letter)
    return "".join(reversed(letters))


def fit(model, X, y):
    """Fit; return the seconds of the processor."""
    start = time.process_time()
    model.fit(X, y)
    return time.process_time() - start


def bench_morse(noise, seed):
    X, y = make_morse(N_MORSE, noise=noise, random_state=2 * seed)
    X_new, y_new = make_morse(N_NEW, noise=noise, random_state=2 * seed + 1)
    model = RNNTranscriber(random_state=seed)
    seconds = fit(model, X, y)
    best = [best_letters(signal[:, 0], noise) for signal in X_new]
    return {
        "noise": noise,
        "seed": seed,
        "seconds": seconds,
        "best": error_rate(y_new, best),
        "error": error_rate(y_new, model.predict(X_new)),
        "error_beam": error_rate(y_new, model.predict(X_new, beam_size=10)),
    }


def draw_strings(images, digits, n_strings, rng):
    """Put digits side by side; images are (n_images, 8, 8), one column a step."""
    X, y = [], []
    for _ in range(n_strings):
        chosen = rng.integers(len(images), size=rng.integers(1, 6))
        gaps = [np.zeros((rng.integers(LONGEST_GAP + 1), 8)) for _ in range(6)]
        parts = [gaps[0]]
        for image, gap in zip(images[chosen], gaps[1:], strict=False):
            parts += [image.T, gap]
        columns = np.concatenate(parts)
        X.append(columns + NOISE * rng.normal(size=columns.shape))
        y.append(digits[chosen])
    return as_ragged(X), as_ragged(y)


def bench_digits(seed):
    rng = np.random.default_rng(seed)
    bunch = load_digits()
    images, digits = bunch.images / 16, bunch.target
    order = rng.permutation(len(digits))
    train, new = order[:N_DIGITS], order[N_DIGITS:]
    single = images.transpose(0, 2, 1)
    single = single + NOISE * rng.normal(size=single.shape)
    judge = RNNClassifier(random_state=seed)
    seconds_single = fit(judge, single[train], digits[train])
    X, y = draw_strings(images[train], digits[train], N_STRINGS, rng)
    X_new, y_new = draw_strings(images[new], digits[new], N_NEW, rng)
    model = RNNTranscriber(random_state=seed)
    seconds = fit(model, X, y)
    return {
        "seed": seed,
        "seconds": seconds,
        "seconds_single": seconds_single,
        "error_single": 1 - judge.score(single[new], digits[new]),
        "error": error_rate(y_new, model.predict(X_new)),
        "error_beam": error_rate(y_new, model.predict(X_new, beam_size=10)),
    }


def bench_beam(seed=0, n_rows=400, n_steps=76, beam_size=10):
    """Time rows of 76 steps and 11 outputs, after a short training on digits."""
    rng = np.random.default_rng(seed)
    bunch = load_digits()
    X, y = draw_strings(bunch.images / 16, bunch.target, 600, rng)
    model = RNNTranscriber(max_epochs=10, random_state=seed).fit(X, y)
    rows = [
        np.concatenate([X[j] for j in rng.integers(600, size=8)])[:n_steps]
        for _ in range(n_rows)
    ]
    rows = [np.resize(row, (n_steps, 8)) for row in rows]
    times = {1: [], beam_size: []}
    for _ in range(5):
        for size, seconds in times.items():
            start = time.process_time()
            model.predict(rows, beam_size=size)
            seconds.append((time.process_time() - start) / n_rows * 1e3)
    greedy, beam = (min(seconds) for seconds in times.values())
    return {
        "rows": n_rows,
        "steps": n_steps,
        "outputs": len(model.classes_) + 1,
        "beam_size": beam_size,
        "ms_greedy": greedy,
        "ms_beam": beam,
        "ms_search": beam - greedy,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=["morse", "digits", "beam"])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1])
    given = parser.parse_args()
    record = {"environment": environment()}
    if given.out.exists():
        record = json.loads(given.out.read_text(encoding="utf-8"))
    benches = {
        "morse": lambda: [
            bench_morse(noise, seed) for noise in (0.2, 0.3) for seed in given.seeds
        ],
        "digits": lambda: [bench_digits(seed) for seed in given.seeds],
        "beam": bench_beam,
    }
    for name, bench in benches.items():
        if given.only in (None, name):
            record[name] = bench()
            print(name, json.dumps(record[name], indent=1), flush=True)
            write_json(given.out, record)


if __name__ == "__main__":
    main()
