"""Accuracy on official splits, beside linear models and what others published.

    python benchmarks/bench_accuracy.py try ../shared/data SST-2 --settings '{"lr": 1}'
    python benchmarks/bench_accuracy.py run ../shared/data SST-2 --out accuracy.json
    python benchmarks/bench_accuracy.py linear ../shared/data IMDB --out accuracy.json
    python benchmarks/bench_accuracy.py table accuracy.json

``try`` fits settings on a part of the *training* part, scores them on the rest of it
and adds that to the log. ``run`` takes the settings chosen (`accuracy/chosen.json`),
fits them on the whole training part from five seeds and scores the test part;
``linear`` replaces the score of the linear model in what is there. The tweets have no
official split: ``run`` cross-validates, ``try`` stays inside the training part of its
first fold.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch

from accuracy.models import make_linear, make_ours
from accuracy.problems import PROBLEMS, splits_to_try
from measuring import environment, pin, spread, write_json
from report import markdown

FOLDER = Path(__file__).parent
TRIES = FOLDER / "results" / "accuracy_tries.json"
CHOSEN = FOLDER / "accuracy" / "chosen.json"


def score(metric, y, predicted):
    if metric == "accuracy":
        return float(np.mean(y == predicted))
    return float(np.corrcoef(y, predicted)[0, 1])


def fit_and_score(model, metric, train, test):
    """Fit, predict and score once; the seconds are the processor's, of the fit."""
    start = time.process_time()
    model.fit(train.X, train.y)
    seconds = time.process_time() - start
    predicted = model.predict(test.X)
    return score(metric, test.y, predicted), seconds


def try_settings(arguments):
    """Score one setting inside the training part, and add it to the log."""
    problem = PROBLEMS[arguments.problem]
    train, _ = problem.read(arguments.data)
    settings = json.loads(arguments.settings)
    outcomes = []
    for seed in arguments.seeds:
        for learnt, asked in splits_to_try(problem, train):
            if arguments.rows:
                learnt = np.random.default_rng(0).permutation(learnt)[: arguments.rows]
            model = make_ours(settings, problem.metric, seed)
            parts = train.take(learnt), train.take(asked)
            outcomes.append(fit_and_score(model, problem.metric, *parts))
    scores, seconds = zip(*outcomes, strict=True)
    outcome = {
        "problem": arguments.problem,
        "settings": settings,
        "seeds": arguments.seeds,
        "rows": arguments.rows,
        "score": round(statistics.mean(scores), 4),
        "scores": [round(s, 4) for s in scores],
        "seconds": round(statistics.mean(seconds), 1),
    }
    print(json.dumps(outcome), flush=True)
    log = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
    write_json(arguments.out, [*log, outcome])


def run(arguments):
    """Score the chosen settings on the test part, from each seed.

    Returns
    -------
    record : dict
    """
    name = arguments.problem
    problem = PROBLEMS[name]
    settings = json.loads(CHOSEN.read_text())[name]
    train, test = problem.read(arguments.data)
    runs = []
    for seed in arguments.seeds:
        model = make_ours(settings, problem.metric, seed)
        runs.append({"seed": seed, **measure(problem, model, train, test)})
        print(name, json.dumps(runs[-1]), flush=True)
    return {
        "environment": environment(),
        "settings": settings,
        "n_train": len(train.y),
        "n_test": len((test or train).y),
        "ours": runs,
        "linear": run_linear(name, train, test),
    }


def run_linear(name, train, test):
    """Score the linear model."""
    problem = PROBLEMS[name]
    linear = measure(problem, make_linear(name, problem.metric), train, test)
    print(name, "linear", json.dumps(linear), flush=True)
    return linear


def measure(problem, model, train, test):
    """Fit and score on the official split, or in five folds where there is none."""
    if test is not None:
        value, seconds = fit_and_score(model, problem.metric, train, test)
        return {"score": round(value, 4), "seconds": round(seconds, 1)}
    outcomes = [
        fit_and_score(model, problem.metric, train.take(learnt), train.take(asked))
        for learnt, asked in problem.tries.split(train.X, train.y)
    ]
    scores, seconds = zip(*outcomes, strict=True)
    return {
        "score": round(statistics.mean(scores), 4),
        "seconds": round(statistics.mean(seconds), 1),
    }


def table(results):
    """Write the scores of all problems."""
    heads = ["", "metric", "ours, median (all seeds)", "seconds", "linear", "seconds"]
    heads, rows = [*heads, "published"], []
    for name, problem in PROBLEMS.items():
        if name not in results:
            continue
        record = results[name]
        scores = [run["score"] for run in record["ours"]]
        every = ", ".join(f"{value:.3f}" for value in scores)
        rows.append(
            [
                name,
                problem.metric,
                f"**{statistics.median(scores):.3f}** ({every})",
                spread([run["seconds"] for run in record["ours"]], 0),
                f"{record['linear']['score']:.3f}",
                f"{record['linear']['seconds']:.1f}",
                problem.published,
            ]
        )
    return "\n".join(markdown(heads, rows))


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, seeds, out in (
        ("try", [0], TRIES),
        ("run", [0, 1, 2, 3, 4], None),
        ("linear", [], None),
    ):
        program = commands.add_parser(name)
        program.add_argument("data", type=Path, help="the folder of the real data")
        program.add_argument("problem", choices=PROBLEMS)
        program.add_argument("--seeds", type=int, nargs="+", default=seeds)
        program.add_argument("--out", type=Path, default=out, help="JSON to add to")
        program.add_argument("--core", type=int, default=0, help="the core to run on")
        if name == "try":
            program.add_argument("--settings", default="{}", metavar="JSON")
            program.add_argument("--rows", type=int, help="learn from so many")
    commands.add_parser("table").add_argument("out", type=Path)
    return parser.parse_args()


def main():
    """Run one of the programs."""
    arguments = parse_arguments()
    if arguments.command == "table":
        print(table(json.loads(arguments.out.read_text())))
        return
    pin({arguments.core})
    torch.set_num_threads(1)
    if arguments.command == "try":
        try_settings(arguments)
        return
    results = {}
    if arguments.out and arguments.out.exists():
        results = json.loads(arguments.out.read_text())
    if arguments.command == "linear":
        parts = PROBLEMS[arguments.problem].read(arguments.data)
        record = {**results[arguments.problem]}
        record["linear"] = run_linear(arguments.problem, *parts)
    else:
        record = run(arguments)
    if arguments.out:
        write_json(arguments.out, {**results, arguments.problem: record})


if __name__ == "__main__":
    main()
