"""What do `check_sequence_estimator`'s checks find in others, and in ours?

    python benchmarks/check_neighbours.py run --out check_neighbours.json
    python benchmarks/check_neighbours.py tables check_neighbours.json

The others need an environment of their own, for their requirements and ours differ:

    pip install "torch==2.13.0" skorch "sktime>=0.30" "tslearn>=0.6"

Each is built as its users build it. Those of sktime want the channels before the time,
and `ChannelsFirst` swaps the axes. The net of skorch takes what torch takes, and what
is in front of it pads with zeros, as in most recipes.
"""

import argparse
import contextlib
import io
import json
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.pipeline import make_pipeline
from skorch import NeuralNetClassifier

from measuring import environment, pin, write_json
from report import markdown
from sklearn_rnn import RNNClassifier
from sklearn_rnn.testing import check_sequence_estimator

SIGNS = {"passed": "yes", "failed": "**no**", "skipped": "-"}
LONGEST_REASON = 160


# -- the estimators ------------------------------------------------------------


def ours():
    return RNNClassifier(16, max_epochs=10, device="cpu")


class ChannelsFirst(ClassifierMixin, BaseEstimator):
    """Hands sequences to an estimator of sktime, which has the channels before time."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        self.estimator_ = clone(self.estimator).fit(X.transpose(0, 2, 1), y)
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X):
        return self.estimator_.predict(X.transpose(0, 2, 1))

    def predict_proba(self, X):
        return self.estimator_.predict_proba(X.transpose(0, 2, 1))


def sktime_gru():
    from sktime.classification.deep_learning.gru import GRUClassifier

    net = GRUClassifier(
        hidden_dim=16, n_layers=1, batch_first=True, num_epochs=20, lr=0.01
    )
    return ChannelsFirst(net)


def sktime_rnn():
    from sktime.classification.deep_learning.rnn import SimpleRNNClassifierTorch

    net = SimpleRNNClassifierTorch(
        hidden_dim=16, num_epochs=20, batch_size=8, lr=0.01, random_state=None
    )
    return ChannelsFirst(net)


def tslearn_neighbours():
    from tslearn.neighbors import KNeighborsTimeSeriesClassifier

    return KNeighborsTimeSeriesClassifier(n_neighbors=3)


class LastStepLSTM(torch.nn.Module):
    """The module of most recipes: an LSTM and a layer on its last output."""

    def __init__(self, n_features=2, n_units=16, n_classes=3):
        super().__init__()
        self.lstm = torch.nn.LSTM(n_features, n_units, batch_first=True)
        self.head = torch.nn.Linear(n_units, n_classes)

    def forward(self, x):
        outputs, _ = self.lstm(x)
        return self.head(outputs[:, -1])


class PadWithZeros(TransformerMixin, BaseEstimator):
    """Pads sequences to the longest of them, as torch's `pad_sequence` does."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        rows = [torch.as_tensor(np.asarray(x), dtype=torch.float32) for x in X]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True).numpy()


def skorch_recipe():
    net = NeuralNetClassifier(
        LastStepLSTM,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.01,
        max_epochs=20,
        batch_size=32,
        train_split=None,
        verbose=0,
    )
    return make_pipeline(PadWithZeros(), net)


ESTIMATORS = {
    "`RNNClassifier`": ours,
    "tslearn, k-NN (DTW)": tslearn_neighbours,
    "sktime, GRU": sktime_gru,
    "sktime, RNN": sktime_rnn,
    "skorch, LSTM behind padding": skorch_recipe,
}


# -- checking ------------------------------------------------------------------


def check(make):
    """Run all checks on one estimator; what it prints and warns of is not looked at."""
    start = time.process_time()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        results = check_sequence_estimator(make(), on_fail=None, on_skip=None)
    return {
        "seconds": round(time.process_time() - start, 1),
        "checks": {r["check_name"]: [r["status"], reason_of(r)] for r in results},
    }


def reason_of(result):
    """Say in one line why a check did not pass."""
    exception = result["exception"]
    if exception is None:
        return ""
    words = " ".join(str(exception).split())
    told = isinstance(exception, AssertionError) or result["status"] == "skipped"
    reason = words if told else f"{type(exception).__name__}: {words}"
    is_long = len(reason) > LONGEST_REASON
    return reason[: LONGEST_REASON - 3] + "..." if is_long else reason


def versions_of_others():
    found = {}
    for library in ("sktime", "tslearn"):
        with contextlib.suppress(PackageNotFoundError):
            found[library] = version(library)
    return found


# -- the page ------------------------------------------------------------------


def promise(name):
    """Write the name of a check as words."""
    return name.removeprefix("check_").replace("_", " ")


def table(record):
    """Write which estimator passes which check."""
    found = [one["checks"] for one in record["estimators"].values()]
    rows = [
        [promise(name), *(SIGNS[checks[name][0]] for checks in found)]
        for name in found[0]
    ]
    return "\n".join(markdown(["check", *record["estimators"]], rows))


def failures(record):
    """Write the message of each check that failed, estimator by estimator."""
    lines = []
    for estimator, one in record["estimators"].items():
        failed = {
            n: why for n, (status, why) in one["checks"].items() if status == "failed"
        }
        if failed:
            lines += ["", f"**{estimator}**", ""]
        lines += [
            f"- {promise(name)}: `{why.replace('`', '')}`"
            for name, why in failed.items()
        ]
    return "\n".join(lines).strip()


def main():
    """Check, or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="check all estimators")
    run.add_argument("--out", type=Path, required=True, help="JSON to write")
    run.add_argument("--core", type=int, default=0, help="the core to run on")
    tables = commands.add_parser("tables", help="only write the tables")
    tables.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "run":
        pin({arguments.core})
        torch.set_num_threads(1)
        found = environment()
        found["versions"] |= versions_of_others()
        record = {"environment": found, "estimators": {}}
        for name, make in ESTIMATORS.items():
            record["estimators"][name] = check(make)
            write_json(arguments.out, record)
    record = json.loads(arguments.out.read_text(encoding="utf-8"))
    print(table(record), failures(record), sep="\n\n")


if __name__ == "__main__":
    main()
