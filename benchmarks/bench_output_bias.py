"""Where training starts: the output bias at zero, or at the best constants.

    python benchmarks/bench_output_bias.py run ../shared/data --out output_bias.json
    python benchmarks/bench_output_bias.py table output_bias.json

Each task is fitted twice from each seed, in turns: with the bias of the head at zero,
and at `Head.start`, the constants of the smallest loss on the training targets (shares
of classes, mean, median, quantile, log mean). A validation part is watched over all
epochs, and the weights of its best epoch are judged on a test part, by a score and by
the loss as a share of that of the best constant.

The rule, set before the first run. The differences between the two starts are averaged
over the tasks of a loss, seed by seed. The start is kept for a loss unless its score or
its test loss is worse by more than two standard errors over the seeds; for such a loss
it is left out, by a property of its class. With some thirty tasks one alone is worse
by two standard errors by chance: one that is worse by four is measured again from other
seeds and, if it is so again, decides for its loss.

Added after the first seeds: numbers have R² for a score, which judges no prediction of
a quantile. For the pinball loss the test loss alone decides.
"""

import argparse
import json
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from skorch.callbacks import Callback

from measuring import environment, pin, write_json
from output_bias.tasks import SETTINGS, TASKS
from report import markdown

SEEDS = range(5)
TITLES = {
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "crf": "CRF",
    "squared_error": "squared error",
    "absolute_error": "absolute error",
    "huber": "Huber",
    "quantile": "pinball, 0.9",
    "poisson": "Poisson",
}


class Start(Callback):
    """Set the output bias before training, whatever the estimator has done."""

    def __init__(self, at):
        self.at = at

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Start at zero or at the best constants."""
        head = net.module_.head
        torch.nn.init.zeros_(head.affine.bias)
        if self.at == "constants":
            head.start(X.targets())


STARTS = ("zero", "constants")


def measure(task, parts, at, seed):
    """Fit from one start and judge what the best epoch left."""
    train, valid, test = parts
    settings = {**SETTINGS, **task.settings}
    model = task.estimator(
        random_state=seed,
        early_stopping=True,
        n_iter_no_change=settings["max_epochs"],
        callbacks=[Start(at)],
        **settings,
    )
    start = time.process_time()
    model.fit(train.X, train.y, X_val=valid.X, y_val=valid.y)
    seconds = time.process_time() - start
    curve = model.history_["valid_loss"]
    score, loss = task.judge(model, test, train.y)
    return {
        "seed": seed,
        "score": round(float(score), 4),
        "loss": round(float(loss), 4),
        "best_epoch": int(np.argmin(curve)) + 1,
        "curve": [float(f"{value:.5g}") for value in curve],
        "seconds": round(seconds, 2),
    }


def run(arguments):
    """Measure what the JSON does not hold yet, a seed of all tasks after the other."""
    record = {"environment": environment(), "tasks": {}}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
    for seed in arguments.seeds:
        for name in arguments.tasks or TASKS:
            found = record["tasks"].setdefault(name, {at: [] for at in STARTS})
            if any(run["seed"] == seed for run in found["zero"]):
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # cut texts, epochs that learn little
                parts = TASKS[name].make_parts(arguments.data, seed)
                for at in STARTS:
                    found[at].append(measure(TASKS[name], parts, at, seed))
            write_json(arguments.out, record)
            last = [{**found[at][-1], "curve": None} for at in STARTS]
            print(name, *map(json.dumps, last), flush=True)


# -- tables ------------------------------------------------------------------------


def first_loss(run):
    """Return the validation loss after one epoch."""
    return run["curve"][0]


def epochs_to(run, level):
    """Count the epochs until the validation loss is at a level; one more if never."""
    reached = [epoch for epoch, loss in enumerate(run["curve"], 1) if loss <= level]
    return reached[0] if reached else len(run["curve"]) + 1


def differences(found):
    """Return figure -> what the constants change, one number for each seed.

    "first" is relative. "epochs" are those until the validation loss of zero's best
    epoch is reached.
    """
    pairs = list(zip(found["zero"], found["constants"], strict=True))
    return {
        "score": [b["score"] - a["score"] for a, b in pairs],
        "loss": [b["loss"] - a["loss"] for a, b in pairs],
        "best_epoch": [b["best_epoch"] - a["best_epoch"] for a, b in pairs],
        "epochs": [epochs_to(b, min(a["curve"])) - a["best_epoch"] for a, b in pairs],
        "first": [first_loss(b) / first_loss(a) - 1 for a, b in pairs],
    }


def of_loss(record, loss):
    """Average the differences over the tasks of a loss, seed by seed."""
    tasks = [
        differences(found)
        for name, found in record["tasks"].items()
        if TASKS[name].loss == loss
    ]
    return {
        figure: [statistics.mean(of_seed) for of_seed in zip(*values, strict=True)]
        for figure, values in (
            (figure, [task[figure] for task in tasks]) for figure in tasks[0]
        )
    }


def with_error(values, digits):
    """Write the mean and its standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):+.{digits}f} ± {error:.{digits}f}"


FIGURES = {
    "score": ("score", 3),
    "loss": ("test loss, share of a constant's", 3),
    "best_epoch": ("best epoch", 1),
    "epochs": ("epochs to the best loss from zero", 1),
}


def cells(found, loss):
    """Write the differences."""
    written = [with_error(found[figure], n) for figure, (_, n) in FIGURES.items()]
    if loss == "quantile":
        written[0] = ""
    first = statistics.mean(found["first"])
    return [*written, f"{100 * first:+.0f} %"]


HEADS = [*(title for title, _ in FIGURES.values()), "validation loss after one epoch"]


def loss_table(record):
    """Write a row for each loss."""
    rows = []
    for loss, title in TITLES.items():
        n_tasks = sum(TASKS[name].loss == loss for name in record["tasks"])
        rows.append([title, str(n_tasks), *cells(of_loss(record, loss), loss)])
    return markdown(["loss", "tasks", *HEADS], rows)


def task_table(record):
    """Write a row for each task."""
    rows = []
    for name, found in record["tasks"].items():
        score = statistics.mean(run["score"] for run in found["zero"])
        changes = cells(differences(found), TASKS[name].loss)
        rows.append([name, f"{score:.3f}", *changes])
    return markdown(["task", "score from zero", *HEADS], rows)


def write_tables(record):
    """Write both tables."""
    return "\n".join([*loss_table(record), "", *task_table(record)])


def main():
    """Measure, or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="measure what the JSON does not hold yet")
    running.add_argument("data", type=Path, help="the folder of the real data")
    running.add_argument("--out", type=Path, required=True, help="JSON to go on with")
    running.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    running.add_argument("--tasks", nargs="+", choices=TASKS, metavar="TASK")
    running.add_argument("--core", type=int, help="the core to run on")
    commands.add_parser("table", help="only write the tables").add_argument(
        "out", type=Path
    )
    arguments = parser.parse_args()
    if arguments.command == "table":
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
        print(write_tables(record))
        return
    if arguments.core is not None:
        pin({arguments.core})
    torch.set_num_threads(1)
    run(arguments)


if __name__ == "__main__":
    main()
