"""Would other defaults serve more data? One change at a time, on four kinds of tasks.

    python benchmarks/bench_defaults.py run ../shared/data \\
        --out benchmarks/results/defaults.json
    python benchmarks/bench_defaults.py table benchmarks/results/defaults.json

Each candidate is the defaults with one change. It is fitted on each task from five
seeds, which also draw the rows; of sets with an official split only the training part
is used. What counts is the difference to the defaults on the same rows from the same
seed. A candidate wins where it is better in the mean over the tasks by more than two
standard errors, and worse on no kind of task by more than that. As the best of many
looks better than it is, winners are asked `--again` with other seeds. What was measured
is kept, so that a broken run goes on where it stopped; `--kinds` and `--candidates`
name some of them.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch

from defaults.candidates import BASE, CANDIDATES
from defaults.tasks import KINDS, STUDIED, make_parts
from measuring import environment, pin, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, RNNRegressor, RNNStepRegressor, RNNTagger

# By the key of the record that their scores are under.
SEEDS = {"scores": range(5), "again": range(5, 9)}
WORST = -1.0  # of R²: a network that diverged counts as that
ENOUGH = 2  # standard errors


def estimator_of(task):
    """Choose the class for a task."""
    if task.target != "sequence":
        return {"tag": RNNTagger, "number": RNNStepRegressor}[task.target]
    return RNNClassifier if task.kind == "classes" else RNNRegressor


def settings_of(task, candidate, n_planned):
    """Write the parameters of a candidate, as far as the task's class has them.

    Parameters
    ----------
    task : Task
    candidate : str
    n_planned : int or None
        The epochs of the defaults on this task.

    Returns
    -------
    settings : dict or None
        None where nothing would change.
    """
    settings = dict(CANDIDATES[candidate])
    if "epochs" in settings:
        settings["max_epochs"] = round(settings.pop("epochs") * n_planned)
    known = estimator_of(task)().get_params()
    if "embedding_dim" in settings and task.vectorizer is None:
        del settings["embedding_dim"]
    settings = {name: value for name, value in settings.items() if name in known}
    return settings if settings or candidate == BASE else None


def measure(task, settings, parts, seed):
    """Fit one candidate on one task from one seed."""
    train, valid = parts
    start = time.process_time()
    model = estimator_of(task)(random_state=seed, device="cpu", **settings)
    # Small networks train faster so, with weights that differ by rounding.
    if "compiled" in model.get_params():
        model.set_params(compiled=True)
    model.fit(train.X, train.y)
    elapsed = time.process_time() - start
    score = max(WORST, model.score(valid.X, valid.y))
    return {
        "seed": seed,
        "score": round(float(score), 4),
        "seconds": round(elapsed, 2),
        "epochs": int(model.n_iter_),
        "path": getattr(model, "training_path_", "plain"),
    }


class Study:
    """All that was measured.

    Parameters
    ----------
    folder : Path
        Where the real data are.
    path : Path
        JSON that is read, and written after each candidate on each task.
    key : {"scores", "again"}, default="scores"
        Which seeds, and where in the record.
    """

    def __init__(self, folder, path, key="scores"):
        self.folder, self.path, self.seeds = folder, path, SEEDS[key]
        self.record = {"environment": environment()}
        if path.exists():
            self.record = json.loads(path.read_text(encoding="utf-8"))
        self.record["defaults"] = studied_defaults()
        self.scores = self.record.setdefault(key, {})
        self.parts = {}

    def run(self, kinds, candidates):
        """Measure what is not in the record yet; the defaults come first."""
        for candidate in [BASE, *(name for name in candidates if name != BASE)]:
            for name in (name for kind in kinds for name in KINDS[kind]):
                self.try_out(candidate, name)

    def try_out(self, candidate, name):
        """Measure a candidate on a task, unless that was done or changes nothing."""
        scores = self.scores.setdefault(candidate, {})
        if name in scores:
            return
        base = self.scores[BASE].get(name)
        task = STUDIED[name]
        settings = settings_of(task, candidate, base and base[0]["epochs"])
        if settings is None:
            return
        scores[name] = [
            measure(task, settings, self.parts_of(name, seed), seed)
            for seed in self.seeds
        ]
        write_json(self.path, self.record)
        print(f"{candidate}, {name}: {shown(scores[name])}", flush=True)

    def parts_of(self, name, seed):
        """Read a task once."""
        if (name, seed) not in self.parts:
            self.parts[name, seed] = make_parts(STUDIED[name], self.folder, seed)
        return self.parts[name, seed]


def studied_defaults():
    """Look up the defaults that the candidates change, by the class."""
    changed = {name for change in CANDIDATES.values() for name in change} - {"epochs"}
    changed |= {"max_epochs"}
    return {
        kind.__name__: {
            name: value
            for name, value in sorted(kind().get_params().items())
            if name in changed
        }
        for kind in (RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor)
    }


# -- differences to the defaults -------------------------------------------------------


def differences(scores, candidate):
    """Return task -> differences to the defaults, one for each seed."""
    return {
        name: [
            run["score"] - base["score"]
            for run, base in zip(runs, scores[BASE][name], strict=True)
        ]
        for name, runs in scores[candidate].items()
    }


def over_seeds(found):
    """Return the mean of differences and its standard error."""
    return statistics.mean(found), statistics.stdev(found) / len(found) ** 0.5


def over_kind(by_task, kind):
    """Return the mean over the tasks of a kind, or None; its error is the seeds'."""
    found = [over_seeds(by_task[name]) for name in KINDS[kind] if name in by_task]
    if not found:
        return None
    error = sum(error**2 for _, error in found) ** 0.5 / len(found)
    return statistics.mean(mean for mean, _ in found), error


def over_tasks(by_task):
    """Return the mean over all tasks; its error is that of other tasks of the kinds."""
    return over_seeds([statistics.mean(found) for found in by_task.values()])


def winners(scores):
    """List the candidates that would be better defaults, of those asked everywhere."""
    return [
        name
        for name in scores
        if name != BASE
        and _tasks_of(name) <= set(scores[name])
        and _wins(differences(scores, name))
    ]


def _tasks_of(candidate):
    """Name the tasks on which a candidate is another network, or is trained anew."""
    return {
        name
        for name, task in STUDIED.items()
        if settings_of(task, candidate, n_planned=2) is not None
    }


def _wins(by_task):
    mean, error = over_tasks(by_task)
    kinds = [found for kind in KINDS if (found := over_kind(by_task, kind))]
    loses = any(mean < -ENOUGH * error for mean, error in kinds)
    return mean > ENOUGH * error and not loses


def better_defaults(record):
    """List the winners that win with other seeds too, or were not asked again."""
    again = record.get("again", {})
    still = winners(again) if again else []
    return [n for n in winners(record["scores"]) if n not in again or n in still]


# -- tables ----------------------------------------------------------------------------


def written(found):
    """Write a difference with its error."""
    return "" if found is None else f"{found[0]:+.3f} ± {found[1]:.3f}"


def candidate_table(record):
    """Write the difference of each candidate to the defaults, by kind, and its time."""
    scores = record["scores"]
    rows = []
    for candidate in (name for name in CANDIDATES if name in scores and name != BASE):
        by_task = differences(scores, candidate)
        kinds = [written(over_kind(by_task, kind)) for kind in KINDS]
        times = seconds_over_defaults(scores, candidate)
        time = "" if times is None else f"{times:.1f}"
        mean = written(over_tasks(by_task))
        rows.append([f"`{candidate}`" if "=" in candidate else candidate, mean])
        rows[-1] += [*kinds, time]
    for candidate in (name for name in record.get("again", {}) if name != BASE):
        by_task = differences(record["again"], candidate)
        kinds = [written(over_kind(by_task, kind)) for kind in KINDS]
        rows.append([f"`{candidate}`, asked again", written(over_tasks(by_task))])
        rows[-1] += [*kinds, ""]
    return markdown(["candidate", "all tasks", *KINDS, "time"], rows)


def task_table(record):
    """Write what the defaults reach on each task, and the widest differences."""
    scores = record["scores"]
    rows = []
    for kind, tasks in KINDS.items():
        for name, task in tasks.items():
            found = {
                candidate: over_seeds(differences(scores, candidate)[name])
                for candidate in scores
                if candidate != BASE and name in scores[candidate]
            }
            best, worst = (
                pick(found, key=lambda c: found[c][0]) for pick in (max, min)
            )
            rows.append(
                [
                    name,
                    kind,
                    f"{task.n_train:,}",
                    shown(scores[BASE][name]),
                    *(f"{c}: {written(found[c])}" for c in (best, worst)),
                ]
            )
    heads = ["task", "kind", "rows", "the defaults", "best change", "worst change"]
    return markdown(heads, rows)


def shown(runs):
    """Write the mean score, its error and the mean time."""
    mean, error = over_seeds([run["score"] for run in runs])
    return f"{mean:.3f} ± {error:.3f} ({seconds_of(runs):.1f} s)"


def seconds_of(runs):
    """Return the mean time of a fit."""
    return statistics.mean(run["seconds"] for run in runs)


def seconds_over_defaults(scores, candidate):
    """Divide the time of a candidate by that of the defaults on the same tasks.

    Returns
    -------
    ratio : float or None
        None where one of both was compiled and the other was not.
    """
    pairs = [(runs, scores[BASE][name]) for name, runs in scores[candidate].items()]
    if any(runs[0]["path"] != base[0]["path"] for runs, base in pairs):
        return None
    own, base = (sum(map(seconds_of, column)) for column in zip(*pairs, strict=True))
    return own / base


def write_tables(record):
    """Write both tables, for a terminal."""
    return "\n".join([*candidate_table(record), "", *task_table(record)])


def main():
    """Run the study, or write its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure what the JSON does not hold yet")
    run.add_argument("data", type=Path, help="the folder of the real data")
    run.add_argument("--out", type=Path, required=True, help="JSON to go on with")
    run.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    run.add_argument("--candidates", nargs="+", default=list(CANDIDATES))
    run.add_argument("--again", action="store_true", help="from other seeds")
    run.add_argument("--core", type=int, help="the core to run on")
    commands.add_parser("table", help="only write the tables").add_argument(
        "out", type=Path
    )
    arguments = parser.parse_args()
    if arguments.command == "table":
        record = json.loads(arguments.out.read_text(encoding="utf-8"))
        print(write_tables(record))
        print("better defaults:", better_defaults(record) or "none")
        return
    if arguments.core is not None:
        pin({arguments.core})
    torch.set_num_threads(1)
    key = "again" if arguments.again else "scores"
    study = Study(arguments.data, arguments.out, key)
    study.run(arguments.kinds, arguments.candidates)


if __name__ == "__main__":
    main()
