"""Which defaults serve most data: candidates on ten tasks, from three seeds each.

    python benchmarks/bench_defaults.py run ../shared/data --out defaults.json
    python benchmarks/bench_defaults.py table defaults.json

Of sets with an official split only the training part is used. A candidate's regret on
a task is the distance of its mean score (accuracy or R²) to that of the best candidate
tried there; the defaults are the candidate with the smallest mean regret among those
that take at most twice the time of the one it began with. Questions are asked one after
the other, each on top of the answers so far; what was measured is kept, so that a
broken run goes on where it stopped.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch

from defaults.candidates import QUESTIONS, START
from defaults.tasks import TASKS, make_parts
from measuring import environment, pin, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, RNNRegressor

SEEDS = (0, 1, 2)
SLOWEST = 2  # times the time of what it began with


def name_of(settings):
    """Write settings as the key they are kept under."""
    return json.dumps(settings, sort_keys=True)


def measure(task, settings, parts, seed):
    """Fit one candidate on one task from one seed."""
    train, valid = parts
    estimator = RNNClassifier if task.kind == "classes" else RNNRegressor
    start = time.process_time()
    model = estimator(random_state=seed, device="cpu", **settings)
    model.fit(train.X, train.y)
    elapsed = time.process_time() - start
    # A network that diverged predicts something; worse than the mean counts as that.
    score = max(0.0, model.score(valid.X, valid.y))
    return {"seed": seed, "score": round(score, 4), "seconds": round(elapsed, 2)}


class Study:
    """All that was measured, and what is asked next.

    Parameters
    ----------
    folder : Path
        Where the real data are.
    path : Path
        JSON that is read, and written after each candidate.
    """

    def __init__(self, folder, path):
        self.folder, self.path = folder, path
        self.record = {"environment": environment(), "answers": {}, "scores": {}}
        if path.exists():
            self.record = json.loads(path.read_text(encoding="utf-8"))
        self.parts = {}

    def ask_all(self):
        """Ask each question on top of the answers to those before."""
        settings = dict(START)
        for question, answers in QUESTIONS.items():
            candidates = [{**settings, **answer} for answer in answers]
            for candidate in candidates:
                self.try_out(candidate)
            settings = best_of(candidates, self.record["scores"])
            self.record["answers"][question] = settings
            write_json(self.path, self.record)
            print(f"== {question}: {settings}", flush=True)

    def try_out(self, candidate):
        """Measure a candidate on all tasks, unless that was done before."""
        scores = self.record["scores"].setdefault(name_of(candidate), {})
        for name, task in TASKS.items():
            if name not in scores:
                scores[name] = [
                    measure(task, candidate, self.parts_of(name, seed), seed)
                    for seed in SEEDS
                ]
        write_json(self.path, self.record)
        changed = {k: v for k, v in candidate.items() if v != START[k]}
        row = " ".join(f"{mean_of(runs):.3f}" for runs in scores.values())
        print(f"{row}  {total_seconds(scores):5.0f} s  {changed}", flush=True)

    def parts_of(self, name, seed):
        if (name, seed) not in self.parts:
            self.parts[name, seed] = make_parts(TASKS[name], self.folder, seed)
        return self.parts[name, seed]


def best_of(candidates, scores):
    """Choose the smallest regret among the candidates that are not too slow."""
    limit = SLOWEST * total_seconds(scores[name_of(START)])
    affordable = [c for c in candidates if total_seconds(scores[name_of(c)]) <= limit]
    regret = mean_regrets(scores)
    return min(affordable, key=lambda c: regret[name_of(c)])


def total_seconds(tasks):
    return sum(run["seconds"] for runs in tasks.values() for run in runs)


def mean_of(runs, figure="score"):
    return statistics.mean(run[figure] for run in runs)


def regrets(scores):
    """Return candidate -> task -> distance to the best candidate of the task."""
    best = {
        task: max(mean_of(tasks[task]) for tasks in scores.values()) for task in TASKS
    }
    return {
        name: {task: best[task] - mean_of(runs) for task, runs in tasks.items()}
        for name, tasks in scores.items()
    }


def mean_regrets(scores):
    """Return candidate -> mean regret over the tasks."""
    return {
        name: statistics.mean(by_task.values())
        for name, by_task in regrets(scores).items()
    }


# -- tables --------------------------------------------------------------------


def write_tables(record):
    """Write all candidates by their regret, and the chosen ones task by task."""
    tables = {"regret": regret_table(record), "tasks": task_table(record)}
    blocks = []
    for name, lines in tables.items():
        blocks += [f"<!-- table: defaults {name} -->", *lines, "<!-- end of table -->"]
    return "\n".join(blocks)


def by_regret(scores):
    """Sort the candidates, the smallest regret first."""
    regret = mean_regrets(scores)
    return [json.loads(name) for name in sorted(scores, key=regret.get)]


def chosen(scores):
    """Return the defaults, and the candidate that comes next within the time."""
    candidates = by_regret(scores)
    first = best_of(candidates, scores)
    second = best_of([c for c in candidates if c != first], scores)
    return first, second


def regret_table(record):
    """Write a row for each candidate."""
    scores = record["scores"]
    order = [name_of(candidate) for candidate in by_regret(scores)]
    by_task = regrets(scores)
    rows = [["candidate", "mean regret", "largest regret", "seconds per fit"]]
    for name in order:
        worst = max(TASKS, key=by_task[name].get)
        rows.append(
            [
                describe(json.loads(name)),
                f"{statistics.mean(by_task[name].values()):.3f}",
                f"{by_task[name][worst]:.3f} ({worst})",
                f"{statistics.mean(map(seconds_of, scores[name].values())):.1f}",
            ]
        )
    heads, *rows = rows
    return markdown(heads, rows)


def task_table(record):
    """Write mean score and minutes of a fit: the defaults, the next, the beginning."""
    scores = record["scores"]
    names = [name_of(candidate) for candidate in (*chosen(scores), START)]
    heads = [describe(json.loads(name)) for name in names]
    rows = [["task", "rows", "best of all", *heads]]
    for task, setting in TASKS.items():
        best = max(mean_of(tasks[task]) for tasks in scores.values())
        cells = [
            f"{mean_of(scores[name][task]):.3f} "
            f"({seconds_of(scores[name][task]) / 60:.2f} min)"
            for name in names
        ]
        rows.append([task, f"{setting.n_train:,}", f"{best:.3f}", *cells])
    heads, *rows = rows
    return markdown(heads, rows)


def seconds_of(runs):
    return mean_of(runs, "seconds")


def describe(settings):
    """Write what differs from the beginning."""
    changed = {k: v for k, v in settings.items() if v != START[k]}
    return ", ".join(f"{k}={v!r}" for k, v in changed.items()) or "as it began"


def main():
    """Run the study, or write its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure what the JSON does not hold yet")
    run.add_argument("data", type=Path, help="the folder of the real data")
    run.add_argument("--out", type=Path, required=True, help="JSON to go on with")
    run.add_argument("--core", type=int, default=0, help="the core to run on")
    commands.add_parser("table", help="only write the tables").add_argument(
        "out", type=Path
    )
    arguments = parser.parse_args()
    if arguments.command == "table":
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
        print(write_tables(record))
        return
    pin({arguments.core})
    torch.set_num_threads(1)
    Study(arguments.data, arguments.out).ask_all()


if __name__ == "__main__":
    main()
