"""The seven workloads: their sizes, their data and the work that has to be done.

NumPy only, for every environment reads this file. The data is drawn at random from a
fixed seed: what is measured is time and memory, there is nothing to learn. The texts
of `bench_text.py` are read here too.

    python benchmarks/workloads.py        # sizes and work of each
"""

import csv
import gzip
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


@dataclass(frozen=True)
class Workload:
    """One task with the sizes of its network.

    An epoch has `n_samples` rows. The first `n_measured` of them are trained on and
    times are scaled up, where the whole would take too long.
    """

    name: str
    title: str
    task: str  # "binary", "multiclass" or "regression"
    n_samples: int
    n_measured: int
    batch_size: int
    cell: str
    hidden_size: int
    max_length: int
    lengths: str = "equal"  # a name of LENGTHS
    vocabulary_size: int | None = None  # token ids, or
    n_features: int | None = None  # numbers
    embedding_dim: int | None = None
    num_layers: int = 1
    bidirectional: bool = False
    pooling: str = "last"
    dropout: float = 0.0
    optimizer: str = "adam"
    lr: float = 1e-3
    n_classes: int = 2

    @property
    def is_tokens(self):
        return self.vocabulary_size is not None

    @property
    def is_ragged(self):
        return self.lengths != "equal"

    @property
    def input_size(self):
        """Number of values the first layer reads at each step."""
        return self.embedding_dim if self.is_tokens else self.n_features

    @property
    def n_directions(self):
        return 2 if self.bidirectional else 1

    @property
    def n_outputs(self):
        return self.n_classes if self.task == "multiclass" else 1

    @property
    def scale(self):
        """Factor from the measured rows to a full epoch."""
        return self.n_samples / self.n_measured

    def cut(self, n_rows):
        """Return the workload with fewer rows, and with no more classes than rows."""
        return replace(
            self,
            n_measured=min(n_rows, self.n_samples),
            n_classes=min(n_rows, self.n_classes),
        )


WORKLOADS = {
    workload.name: workload
    for workload in [
        Workload(
            "W1",
            "embedding, Elman RNN 128, lengths 10-500",
            "binary",
            n_samples=5000,
            n_measured=1600,
            batch_size=32,
            vocabulary_size=10_000,
            embedding_dim=128,
            cell="rnn",
            hidden_size=128,
            max_length=500,
            lengths="reviews",
            optimizer="rmsprop",
        ),
        Workload(
            "W2",
            "three LSTM 50, 60 steps of 8 values",
            "binary",
            n_samples=2000,
            n_measured=2000,
            batch_size=32,
            n_features=8,
            cell="lstm",
            hidden_size=50,
            num_layers=3,
            dropout=0.2,
            max_length=60,
        ),
        Workload(
            "W3",
            "three LSTM 50, 60 steps of 1 value, regression",
            "regression",
            n_samples=5000,
            n_measured=2016,
            batch_size=32,
            n_features=1,
            cell="lstm",
            hidden_size=50,
            num_layers=3,
            dropout=0.2,
            max_length=60,
        ),
        # Half the rows, so that each class has one: an estimator finds its classes
        # in y, and fewer would be a smaller softmax than that of the peers.
        Workload(
            "W4",
            "next word: embedding, LSTM 128, 20 steps, 10,000 classes",
            "multiclass",
            n_samples=20_000,
            n_measured=10_000,
            batch_size=64,
            vocabulary_size=10_000,
            embedding_dim=100,
            cell="lstm",
            hidden_size=128,
            max_length=20,
            n_classes=10_000,
        ),
        Workload(
            "W5",
            "tiny: embedding 8, Elman RNN 16, lengths 5-20",
            "binary",
            n_samples=2000,
            n_measured=2000,
            batch_size=32,
            vocabulary_size=500,
            embedding_dim=8,
            cell="rnn",
            hidden_size=16,
            max_length=20,
            lengths="uniform",
        ),
        Workload(
            "W6",
            "bidirectional LSTM 128, maximum over lengths 10-500",
            "multiclass",
            n_samples=5000,
            n_measured=800,
            batch_size=64,
            vocabulary_size=20_000,
            embedding_dim=100,
            cell="lstm",
            hidden_size=128,
            bidirectional=True,
            pooling="max",
            max_length=500,
            lengths="reviews",
        ),
        Workload(
            "W7",
            "bidirectional GRU 64, 100 steps of 6 values, 10 classes",
            "multiclass",
            n_samples=2000,
            n_measured=2000,
            batch_size=32,
            n_features=6,
            cell="gru",
            hidden_size=64,
            bidirectional=True,
            pooling="final_state",
            max_length=100,
            n_classes=10,
        ),
    ]
}


class TokenRows(NamedTuple):
    """Token ids from 2 on; those of row i are ``values[offsets[i]:offsets[i + 1]]``."""

    values: np.ndarray  # int32 (n_tokens,)
    offsets: np.ndarray  # int64 (n_rows + 1,)

    @property
    def lengths(self):
        return np.diff(self.offsets)

    def to_list(self):
        """Return one array per row."""
        return np.split(self.values, self.offsets[1:-1])

    def to_dense(self, width):
        """Return the ids padded with zeros on the right, int64 (n_rows, width)."""
        dense = np.zeros((len(self.lengths), width), dtype=np.int64)
        dense[np.arange(width) < self.lengths[:, np.newaxis]] = self.values
        return dense


class Data(NamedTuple):
    """What a workload trains on."""

    X: TokenRows | np.ndarray  # or float32 (n_rows, max_length, n_features)
    y: np.ndarray  # int64 class indices or float32 values, (n_rows,)


def equal_lengths(rng, n_rows, longest):
    """Every row is as long as the longest."""
    return np.full(n_rows, longest)


def uniform_lengths(rng, n_rows, longest):
    """Every length from a quarter of the longest on is as frequent."""
    return rng.integers(longest // 4, longest + 1, n_rows)


def review_lengths(rng, n_rows, longest):
    """The lengths of film reviews: half are below 170 tokens, some are long."""
    lengths = rng.lognormal(np.log(170), 0.6, n_rows)
    return np.clip(lengths, 10, longest).astype(np.int64)


LENGTHS = {
    "equal": equal_lengths,
    "uniform": uniform_lengths,
    "reviews": review_lengths,
}


def make_data(workload, seed=0):
    """Draw the measured rows of a workload."""
    rng = np.random.default_rng(seed)
    n_rows = workload.n_measured
    if workload.is_tokens:
        lengths = LENGTHS[workload.lengths](rng, n_rows, workload.max_length)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        values = rng.integers(2, workload.vocabulary_size, offsets[-1], dtype=np.int32)
        X = TokenRows(values, offsets)
    else:
        shape = (n_rows, workload.max_length, workload.n_features)
        X = rng.standard_normal(shape, dtype=np.float32)
    if workload.task == "regression":
        return Data(X, rng.standard_normal(n_rows, dtype=np.float32))
    return Data(X, rng.permutation(np.arange(n_rows) % workload.n_classes))


def read_texts(path):
    """Return the text column of a gzipped table."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["text"] for row in rows]


def count_steps(X):
    """Count the real time steps of all rows."""
    return len(X.values) if isinstance(X, TokenRows) else X.shape[0] * X.shape[1]


def useful_flops(workload, n_steps):
    """Count the floating-point operations that no implementation can leave out.

    Matrix products only, a multiplication with its addition as two, over `n_steps`
    real steps; padding, elementwise work and the optimiser count nothing. Backward
    costs twice forward, but for the gradient of numbers that came as input.

    Returns
    -------
    flops : dict
        "train" for an epoch over the measured rows and "predict" for a pass.
    """
    directions, units = workload.n_directions, workload.hidden_size
    n_gate_units = directions * GATES[workload.cell] * units
    first = 2 * n_gate_units * workload.input_size
    higher = 2 * n_gate_units * directions * units * (workload.num_layers - 1)
    recurrent = 2 * n_gate_units * units * workload.num_layers
    forward = n_steps * (first + higher + recurrent)
    head = workload.n_measured * 2 * directions * units * workload.n_outputs
    unneeded = 0 if workload.is_tokens else n_steps * first
    return {"train": 3 * (forward + head) - unneeded, "predict": forward + head}


def main():
    """Print the sizes and the work of each workload."""
    for workload in WORKLOADS.values():
        n_steps = count_steps(make_data(workload).X)
        padding = workload.n_measured * workload.max_length / n_steps
        flops = useful_flops(workload, n_steps)["train"] * workload.scale
        print(
            f"{workload.name}  {flops / 1e9:7.1f} GFLOP per epoch of "
            f"{workload.n_samples:6,} rows, {padding:.2f} steps when padded for each "
            f"real one   {workload.title}"
        )


if __name__ == "__main__":
    main()
