"""What else was tried on the nine sets of `bench_series.py`, and gains nothing.

    python benchmarks/bench_series_tries.py ../shared/data \\
        --out benchmarks/results/series_tries.json

Layer normalisation inside the LSTM, dropout of the same units at each step of a
sequence, both in a cell of their own; and dropout as it is. Each is fitted from five
seeds beside the defaults, which the five seeds together as an ensemble are, too.
"sets of classes" holds out a third of the training rows for a threshold: the sets of
the probabilities above it should hold the truth in nine of ten rows. `--sets` and
`--ways` name some of them; what else is in the file stays.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import StratifiedShuffleSplit
from torch import nn

from bench_series import SETS, read, right, score_networks
from measuring import environment, write_json
from report import markdown
from sklearn_rnn import RNNClassifier
from sklearn_rnn.nn import Cell

SHARE = 0.2  # of units that are dropped
COVERAGE = 0.9
HELD_OUT = 1 / 3


class LoopLSTM(Cell):
    """An LSTM as a loop over time, started like the package's own.

    Parameters
    ----------
    input_size, hidden_size : int
    """

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.read = nn.Linear(input_size, 4 * hidden_size)
        self.recur = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        for gate in range(4):
            rows = slice(gate * hidden_size, (gate + 1) * hidden_size)
            nn.init.xavier_uniform_(self.read.weight.data[rows])
            nn.init.orthogonal_(self.recur.weight.data[rows])
        nn.init.zeros_(self.read.bias)
        nn.init.ones_(self.read.bias.data[hidden_size : 2 * hidden_size])

    def forward(self, x, state=None):
        """Run over the sequences from left to right."""
        inputs = self.of_inputs(x)
        zeros = inputs.new_zeros(len(x), self.hidden_size)
        h, c = (zeros, zeros) if state is None else state
        mask = self.mask_like(zeros)
        outputs = []
        for x_t in inputs.unbind(dim=1):
            gates = x_t + self.of_state(h if mask is None else h * mask)
            i, f, g, o = gates.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * self.of_cell(c).tanh()
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h, c)

    def of_inputs(self, x):
        """Compute what the gates take from the inputs of all steps."""
        return self.read(x)

    def of_state(self, h):
        """Compute what the gates take from the state before."""
        return self.recur(h)

    def of_cell(self, c):
        """Compute what the output sees of the cell state."""
        return c

    def mask_like(self, h):
        """Draw by which the state is multiplied at each step, or None."""
        return None


class NormalisedLSTM(LoopLSTM):
    """Layer normalisation of both products and of the cell state (Ba et al. 2016)."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.norm_inputs = nn.LayerNorm(4 * hidden_size)
        self.norm_state = nn.LayerNorm(4 * hidden_size)
        self.norm_cell = nn.LayerNorm(hidden_size)
        self.norm_inputs.bias.data.copy_(self.read.bias.data)  # of the forget gate

    def of_inputs(self, x):
        return self.norm_inputs(self.read(x))

    def of_state(self, h):
        return self.norm_state(self.recur(h))

    def of_cell(self, c):
        return self.norm_cell(c)


class VariationalLSTM(LoopLSTM):
    """The same inputs and units dropped at each step (Gal and Ghahramani 2016)."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        seed = int(torch.randint(2**31, ()))
        self.draw = np.random.default_rng(seed)

    def of_inputs(self, x):
        mask = self.mask_like(x[:, 0])
        return self.read(x if mask is None else x * mask.unsqueeze(1))

    def mask_like(self, h):
        if not self.training:
            return None
        kept = self.draw.random(tuple(h.shape)) >= SHARE
        return torch.as_tensor(kept / (1 - SHARE), dtype=h.dtype)


WAYS = {
    "patches": {"compiled": True},
    "dropout=0.2": {"dropout": SHARE, "compiled": True},
    "layer normalisation": {"cell": NormalisedLSTM},
    "variational dropout": {"cell": VariationalLSTM},
}
CLASS_SETS = "sets of classes"


def threshold_of(shares, places):
    """Find the probability that so many truths of other rows reach, by split conformal.

    Parameters
    ----------
    shares : ndarray of shape (n_samples, n_classes)
        Probabilities of rows that were not learnt.
    places : int ndarray of shape (n_samples,)
        The columns of their classes.

    Returns
    -------
    threshold : float
        0 where there are too few rows to promise anything but all classes.
    """
    n = len(places)
    of_truth = np.sort(shares[np.arange(n), places])
    n_below = n - int(np.ceil((n + 1) * COVERAGE))
    return float(of_truth[n_below]) if n_below >= 0 else 0.0


def score_sets(train, test, seeds):
    """Measure which share of the sets holds the truth, and how large they are."""
    found = {"covered": [], "classes": [], "scores": [], "seconds": []}
    for seed in seeds:
        split = StratifiedShuffleSplit(1, test_size=HELD_OUT, random_state=seed)
        learnt, held_out = next(split.split(train.X, train.y))
        start = time.process_time()
        model = RNNClassifier(random_state=seed, compiled=True)
        model.fit(train.X[learnt], train.y[learnt])
        places = np.searchsorted(model.classes_, train.y[held_out])
        threshold = threshold_of(model.predict_proba(train.X[held_out]), places)
        found["seconds"].append(round(time.process_time() - start, 2))
        shares = model.predict_proba(test.X)
        members = shares >= threshold
        places = np.searchsorted(model.classes_, test.y)
        found["covered"].append(float(members[np.arange(len(places)), places].mean()))
        found["classes"].append(float(members.sum(axis=1).mean()))
        found["scores"].append(right(model, shares, test))
    return found


# -- the tables ------------------------------------------------------------------------


def gain(found, base):
    """Return the mean difference to the defaults by seed, and its standard error."""
    pairs = zip(found["scores"], base["scores"], strict=False)
    differences = [score - other for score, other in pairs]
    return statistics.mean(differences), error_of(differences)


def error_of(values):
    """Return the standard error of a mean."""
    return statistics.stdev(values) / len(values) ** 0.5


def table(record):
    """Write accuracy, difference to the defaults and seconds, over the sets of a way.

    A way may have fewer seeds than the defaults, and not all of the sets.
    """
    rows = []
    for way in WAYS:
        there = [found for found in record["sets"].values() if way in found]
        n_seeds = len(there[0][way]["scores"])
        scores, seconds, base_seconds = (
            statistics.mean(statistics.mean(found[name][key]) for found in there)
            for name, key in ((way, "scores"), (way, "seconds"), ("patches", "seconds"))
        )
        cells = [str(len(there)), str(n_seeds), f"{scores:.3f}"]
        cells.append("" if way == "patches" else written(mean_gain(there, way)))
        together = statistics.mean(found[way]["together"] for found in there)
        cells += [f"{together:.3f}", f"{seconds:.1f}", f"{seconds / base_seconds:.1f}"]
        rows.append([way, *cells])
    heads = ["way", "sets", "seeds", "accuracy", "difference to patches"]
    return markdown([*heads, "seeds together", "seconds", "over patches"], rows)


def mean_gain(there, way):
    """Return the mean difference over sets, and the error that seeds give it."""
    gains = [gain(found[way], found["patches"]) for found in there]
    error = sum(error**2 for _, error in gains) ** 0.5 / len(gains)
    return statistics.mean(mean for mean, _ in gains), error


def written(found):
    """Write a difference with its error."""
    return f"{found[0]:+.3f} ± {found[1]:.3f}"


def set_table(record):
    """Write what each way gives on each set, beside the defaults."""
    ways = [way for way in WAYS if way != "patches"]
    rows = []
    for name, found in record["sets"].items():
        base = found["patches"]["scores"]
        gains = [
            written(gain(found[way], found["patches"])) if way in found else ""
            for way in ways
        ]
        mean = f"{statistics.mean(base):.3f} ± {error_of(base):.3f}"
        rows.append([name, mean, *gains])
    return markdown(["set", "patches", *ways], rows)


def class_set_table(record):
    """Write how often the sets of classes hold the truth, and their size."""
    rows = []
    for name, found in record["sets"].items():
        sets = found[CLASS_SETS]
        covered, classes, scores = (
            statistics.mean(sets[key]) for key in ("covered", "classes", "scores")
        )
        alone = statistics.mean(found["patches"]["scores"])
        cells = [f"{covered:.3f}", f"{classes:.2f}", f"{scores:.3f}", f"{alone:.3f}"]
        rows.append([name, *cells])
    heads = ["set", "sets that hold the truth", "classes in a set"]
    return markdown([*heads, "accuracy", "accuracy, all rows learnt"], rows)


def main():
    """Measure what is asked for and not there yet, and add it to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the real sets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    every = [*WAYS, CLASS_SETS]
    parser.add_argument("--ways", nargs="+", choices=every, default=every)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    record = {"sets": {name: {} for name in SETS}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text())
    seeds = range(arguments.seeds)
    for way in arguments.ways:
        for name in arguments.sets:
            known = record["sets"][name].get(way, {"scores": []})
            if len(known["scores"]) >= len(seeds):
                continue
            train, test = read(arguments.data, name)
            found = (
                score_sets(train, test, seeds)
                if way == CLASS_SETS
                else score_networks(WAYS[way], train, test, seeds)
            )
            record["sets"][name][way] = found
            record["environment"] = environment()
            write_json(arguments.out, record)
            print(way, name, statistics.mean(found["scores"]), found, flush=True)
    if arguments.ways == every:
        for make in (table, set_table, class_set_table):
            print("\n".join(make(record)))


if __name__ == "__main__":
    main()
