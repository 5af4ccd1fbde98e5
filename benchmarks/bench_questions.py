"""Questions people ask of recurrent networks, answered with figures.

    python benchmarks/bench_questions.py run ../shared/data --out questions.json
    python benchmarks/bench_questions.py table questions.json

Of sets with an official split only the training part is used, a part of which is held
out for the score: accuracy, or R² for the births. Early stopping is off everywhere.
What was measured is kept, so that a broken run goes on where it stopped.

architectures: recurrent, feed-forward, convolution, self-attention. Each chooses its
    rate among three, trying them for half the epochs on four fifths of its training
    rows, and then learns from all of them.
lengths: how far the three cells remember, with two poolings.
overfitting: scores on rows learnt and rows held out, one setting turned at a time.
padding: padded values read as data, beside rows that end where they end.
again: how much of a score is the seed's, and what a file keeps.
curves: cross-validated scores along cell, size, depth, dropout and rate.
"""

import argparse
import json
import pickle
import statistics
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from sklearn.base import clone
from sklearn.model_selection import (
    GroupKFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_validate,
)
from sklearn.pipeline import make_pipeline

from measuring import environment, pin, spread, write_json
from questions.rivals import (
    Convolution,
    FeedForward,
    LastState,
    SelfAttention,
    TorchRival,
    score_of,
)
from questions.tasks import QUESTIONS, inner_rows, parts_of
from report import markdown
from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.datasets import make_first_symbol

SEEDS = (0, 1, 2)
MAX_EPOCHS = 20
PLAIN = {"max_epochs": MAX_EPOCHS, "early_stopping": False, "device": "cpu"}
CELLS = ("rnn", "gru", "lstm")
RATES = (0.001, 0.003, 0.01)
N_TIMESTEPS = (10, 30, 100, 300)
MORE_STEPS = (0, 30, 100)


def timed_fit(model, X, y):
    """Fit, and return the processor's seconds."""
    start = time.process_time()
    model.fit(X, y)
    return round(time.process_time() - start, 2)


def n_weights_of(estimator):
    """Count the weights of a fitted estimator of ours."""
    return sum(w.numel() for w in estimator.net_.module_.parameters())


# -- architectures -----------------------------------------------------------------


class Ours:
    """An estimator with its defaults, scored and counted like the rivals."""

    def __init__(self, cell, question, lr, seed, max_epochs):
        kind = RNNRegressor if question.task.kind == "future" else RNNClassifier
        self.model = kind(
            cell=cell,
            pooling=question.pooling,
            bidirectional=question.bidirectional,
            lr=lr,
            random_state=seed,
            **{**PLAIN, "max_epochs": max_epochs},
        )

    def fit(self, X, y):
        self.model.fit(X, y)
        return self

    def score(self, X, y):
        return self.model.score(X, y)

    def n_weights(self):
        return n_weights_of(self.model)


def make_architecture(name, question, lr, seed, max_epochs=MAX_EPOCHS):
    """Make the data of a row of the table."""
    is_classifier = question.task.kind == "classes"
    if name in CELLS:
        return Ours(name, question, lr, seed, max_epochs)
    if name == "feed-forward":
        return FeedForward(question.features, lr, max_epochs, is_classifier, seed)
    module = {"convolution": Convolution, "self-attention": SelfAttention}[name]
    module = partial(module, pooling=question.pooling)
    return TorchRival(module, lr, max_epochs, is_classifier, seed)


ARCHITECTURES = (*CELLS, "feed-forward", "convolution", "self-attention")


def choose_rate(name, question, train, seed):
    """Return the rate that does best on a fifth of the training rows."""
    learnt, asked = map(train.take, inner_rows(question.task, len(train.y)))

    def score(lr):
        model = make_architecture(name, question, lr, seed, MAX_EPOCHS // 2)
        return model.fit(learnt.X, learnt.y).score(asked.X, asked.y)

    return max(RATES, key=score)


def measure_architecture(task, name, seed, folder):
    question = QUESTIONS[task]
    train, valid = parts_of(task, folder, seed)
    lr = choose_rate(name, question, train, seed)
    model = make_architecture(name, question, lr, seed)
    seconds = timed_fit(model, train.X, train.y)
    return {
        "task": task,
        "network": name,
        "seed": seed,
        "lr": lr,
        "score": round(max(0.0, model.score(valid.X, valid.y)), 4),
        "n_weights": int(model.n_weights()),
        "seconds": seconds,
    }


def architectures():
    """Name every measurement of the section: key -> arguments."""
    return [(t, n, s) for s in SEEDS for t in QUESTIONS for n in ARCHITECTURES]


# -- lengths -----------------------------------------------------------------------


def measure_length(n_timesteps, cell, pooling, seed, folder):
    """Let a cell find the first of two symbols behind noise of the same two."""
    X, y = make_first_symbol(900, n_timesteps, random_state=seed)
    model = RNNClassifier(
        32, cell=cell, pooling=pooling, bidirectional=False, random_state=seed, **PLAIN
    )
    seconds = timed_fit(model, X[:500], y[:500])
    return {
        "n_timesteps": n_timesteps,
        "cell": cell,
        "pooling": pooling,
        "seed": seed,
        "score": round(model.score(X[500:], y[500:]), 4),
        "seconds": seconds,
    }


def lengths():
    return [
        (n, cell, pooling, seed)
        for seed in SEEDS
        for n in N_TIMESTEPS
        for pooling in ("last", "max")
        for cell in CELLS
    ]


# -- overfitting -------------------------------------------------------------------

TURNED = {
    "rows": (50, 100, 200, 400),
    "hidden_size": (4, 16, 64, 128),
    "dropout": (0.0, 0.25, 0.5, 0.75),
    "word_dropout": (0.0, 0.2, 0.4, 0.6),
    "weight_decay": (0.0, 1e-4, 1e-3, 1e-2),
}
N_ROWS = 200


def measure_overfitting(turned, value, seed, folder):
    """Turn one setting; watch the rows held out, which decide nothing."""
    train, valid = parts_of("SST-2", folder, seed)
    n_rows, settings = N_ROWS, {turned: value}
    if turned == "rows":
        n_rows, settings = value, {}
    elif turned == "weight_decay":
        settings = {"net_params": {"optimizer__weight_decay": value}}
    model = RNNClassifier(random_state=seed, **PLAIN, **settings)
    X, y = train.X[:n_rows], train.y[:n_rows]
    keeps_course = (turned, value) == ("dropout", 0.0)  # all defaults
    watched = {"X_val": valid.X, "y_val": valid.y} if keeps_course else {}
    model.fit(X, y, **watched)
    record = {
        "turned": turned,
        "value": value,
        "seed": seed,
        "train": round(model.score(X, y), 4),
        "valid": round(model.score(valid.X, valid.y), 4),
    }
    if keeps_course:
        for name in ("train_loss", "valid_loss"):
            record[name] = [round(float(v), 4) for v in model.history_[name]]
    return record


def overfitting():
    return [
        (turned, value, seed)
        for seed in SEEDS
        for turned, values in TURNED.items()
        for value in values
    ]


# -- padding -----------------------------------------------------------------------

READERS = (
    "LSTM of torch, state where the padding ends",
    "LSTM of torch, state where each row ends",
    "`RNNClassifier`, one direction, pooling='last'",
    "`RNNClassifier`, defaults",
)


def measure_padding(reader, seed, folder):
    """Learn rows padded to the longest; ask about them with more padding."""
    train, valid = parts_of("JapaneseVowels", folder, seed)
    if "torch" in reader:
        module = partial(_last_state, given_lengths="each row" in reader)
        model = TorchRival(module, 0.01, MAX_EPOCHS, is_classifier=True, seed=seed)
    else:
        settings = {"pooling": "last", "bidirectional": False}
        if "defaults" in reader:
            settings = {}
        model = RNNClassifier(random_state=seed, **PLAIN, **settings)
    seconds = timed_fit(model, train.X, train.y)
    scores = {}
    for n_more in MORE_STEPS:
        if "torch" in reader:
            predicted = model.predict(valid.X, n_more)
        else:
            more = ((0, 0), (0, n_more), (0, 0))
            predicted = model.predict(np.pad(valid.X, more, constant_values=np.nan))
        scores[str(n_more)] = round(score_of(True, valid.y, predicted), 4)
    return {"reader": reader, "seed": seed, "scores": scores, "seconds": seconds}


def _last_state(n_inputs, is_tokens, n_outputs, given_lengths):
    return LastState(n_inputs, n_outputs, given_lengths)


def padding():
    return [(reader, seed) for reader in READERS for seed in range(5)]


# -- again -------------------------------------------------------------------------

AGAIN = ("one seed", "one seed, rows in another order", "ten seeds")


def measure_again(what, folder):
    """Fit ten times; count different predictions, and how far scores lie apart."""
    train, valid = parts_of("JapaneseVowels", folder, 0)
    predictions, scores = set(), []
    for trial in range(10):
        rows = np.arange(len(train.y))
        if "order" in what:
            rows = np.random.default_rng(trial).permutation(rows)
        seed = trial if what == "ten seeds" else 0
        model = RNNClassifier(random_state=seed, **PLAIN)
        model.fit(train.X[rows], train.y[rows])
        predictions.add(model.predict_proba(valid.X).tobytes())
        scores.append(round(model.score(valid.X, valid.y), 4))
    kept = pickle.dumps(model)
    same = np.array_equal(
        pickle.loads(kept).predict_proba(valid.X), model.predict_proba(valid.X)
    )
    return {
        "what": what,
        "n_predictions": len(predictions),
        "scores": scores,
        "pickle_bytes": len(kept),
        "n_weights": n_weights_of(model),
        "same_after_pickle": bool(same),
    }


def again():
    return [(what,) for what in AGAIN]


# -- curves ------------------------------------------------------------------------

CURVES = {
    "cell": CELLS,
    "hidden_size": (8, 16, 32, 64, 128),
    "num_layers": (1, 2, 3),
    "dropout": (0.0, 0.2, 0.4, 0.6),
    "lr": (0.001, 0.003, 0.01, 0.03, 0.1),
}
CURVE_TASKS = ("languages", "JapaneseVowels")


def curve_setup(task, folder):
    """Return a model, its rows, and the splits to try it on."""
    model = RNNClassifier(random_state=0, **PLAIN)
    studied = QUESTIONS[task].task
    whole = studied.read(folder)
    if studied.vectorizer is None:
        splitter = StratifiedKFold(4, shuffle=True, random_state=0)
        return model, whole, list(splitter.split(whole.X, whole.y))
    rows, _ = next(ShuffleSplit(1, train_size=300, random_state=0).split(whole.X))
    whole = whole.take(rows)
    # Paragraphs of one article stay together: they say the same in all languages.
    splits = list(GroupKFold(3).split(whole.X, whole.y, whole.groups))
    return make_pipeline(TextVectorizer(**studied.vectorizer), model), whole, splits


def measure_curve(task, parameter, value, folder):
    """Cross-validate the defaults with one parameter changed."""
    model, whole, splits = curve_setup(task, folder)
    model = clone(model)
    recurrent = model if isinstance(model, RNNClassifier) else model[-1]
    recurrent.set_params(**{parameter: value})
    start = time.process_time()
    found = cross_validate(model, whole.X, whole.y, cv=splits, return_train_score=True)
    seconds = time.process_time() - start
    return {
        "task": task,
        "parameter": parameter,
        "value": value,
        "train": [round(float(v), 4) for v in found["train_score"]],
        "valid": [round(float(v), 4) for v in found["test_score"]],
        "seconds": round(seconds, 1),  # of all folds; scikit-learn's go by the clock
    }


def curves():
    return [(t, p, v) for t in CURVE_TASKS for p, vs in CURVES.items() for v in vs]


# -- the run -----------------------------------------------------------------------

# Name of a section -> what is to be measured there, and how.
SECTIONS = {
    "padding": (padding, measure_padding),
    "again": (again, measure_again),
    "curves": (curves, measure_curve),
    "architectures": (architectures, measure_architecture),
    "lengths": (lengths, measure_length),
    "overfitting": (overfitting, measure_overfitting),
}


def run(folder, path, sections):
    """Measure what the JSON does not hold yet, and write it as it comes."""
    record = {"environment": environment(), "seconds": {}}
    if path.exists():
        record = json.loads(path.read_text(encoding="utf-8"))
    for section in sections:
        name_all, measure = SECTIONS[section]
        runs = record.setdefault(section, {})
        for arguments in name_all():
            key = json.dumps(arguments, ensure_ascii=False)
            if key in runs:
                continue
            start = time.process_time()
            runs[key] = measure(*arguments, folder=folder)
            elapsed = time.process_time() - start
            spent = record["seconds"].get(section, 0.0) + elapsed
            record["seconds"][section] = round(spent, 1)
            write_json(path, record)
            print(f"{elapsed:6.1f} s  {section} {key}", flush=True)


# -- tables ------------------------------------------------------------------------


def select(record, section, **wanted):
    """Return the runs of a section with these values, or raise."""
    runs = [
        run
        for run in record[section].values()
        if all(run[name] == value for name, value in wanted.items())
    ]
    if not runs:
        raise ValueError(f"{section} has no run with {wanted}.")
    return runs


def mean_of(runs, figure):
    return statistics.mean(run[figure] for run in runs)


def architecture_table(record):
    """Write mean score (lowest and highest of the seeds) of each network."""
    rows = []
    for name in ARCHITECTURES:
        cells = []
        for task in QUESTIONS:
            scores = [
                run["score"]
                for run in select(record, "architectures", task=task, network=name)
            ]
            mean = f"{statistics.mean(scores):.3f}"
            cells.append(f"{mean} ({min(scores):.3f}-{max(scores):.3f})")
        rows.append([name, *cells])
    for column in range(1, 1 + len(QUESTIONS)):
        best = max(row[column][:5] for row in rows)
        for row in rows:
            if row[column].startswith(best):
                row[column] = f"**{best}**{row[column][5:]}"
    return markdown(["", *QUESTIONS], rows)


def cost_table(record):
    """Write thousands of weights, and seconds of a fit."""
    rows = []
    for name in ARCHITECTURES:
        cells = []
        for task in QUESTIONS:
            runs = select(record, "architectures", task=task, network=name)
            weights = mean_of(runs, "n_weights") / 1000
            cells.append(f"{weights:.0f} / {mean_of(runs, 'seconds'):.1f}")
        rows.append([name, *cells])
    return markdown(["", *QUESTIONS], rows)


def length_table(record):
    """Write mean accuracy and seconds, a row for each cell and pooling."""
    rows = []
    for pooling in ("last", "max"):
        for cell in CELLS:
            cells = []
            for n in N_TIMESTEPS:
                wanted = {"n_timesteps": n, "cell": cell, "pooling": pooling}
                runs = select(record, "lengths", **wanted)
                score, seconds = mean_of(runs, "score"), mean_of(runs, "seconds")
                cells.append(f"{score:.3f} ({seconds:.1f} s)")
            rows.append([f"`{pooling}`", f"`{cell}`", *cells])
    return markdown(["pooling", "cell", *(f"{n} steps" for n in N_TIMESTEPS)], rows)


def overfitting_table(record):
    """Write accuracies on rows learnt and on rows held out, a row for each setting."""
    rows = []
    for turned, values in TURNED.items():
        cells = []
        for value in values:
            runs = select(record, "overfitting", turned=turned, value=value)
            train, valid = mean_of(runs, "train"), mean_of(runs, "valid")
            cells.append(f"{value:g}: {train:.3f} / {valid:.3f}")
        name = turned if turned == "rows" else f"`{turned}`"
        rows.append([name, *cells])
    n_values = max(map(len, TURNED.values()))
    return markdown(["turned", "least", *[""] * (n_values - 2), "most"], rows)


def padding_table(record):
    """Write accuracies, padded to the longest row and beyond."""
    rows = []
    for reader in READERS:
        runs = select(record, "padding", reader=reader)
        cells = [
            spread([run["scores"][str(n_more)] for run in runs], 3)
            for n_more in MORE_STEPS
        ]
        rows.append([reader, *cells])
    heads = ["as trained", *(f"{n} more steps" for n in MORE_STEPS[1:])]
    return markdown(["", *heads], rows)


def again_table(record):
    """Write how many different predictions ten fits gave, and their scores."""
    rows = []
    for what in AGAIN:
        (found,) = select(record, "again", what=what)
        rows.append([what, str(found["n_predictions"]), spread(found["scores"], 3)])
    return markdown(["ten fits with", "different predictions", "accuracy"], rows)


def curve_table(record):
    """Write mean and standard deviation over the folds, and seconds for a fold."""
    rows = []
    for parameter, values in CURVES.items():
        for value in values:
            cells = []
            for task in CURVE_TASKS:
                wanted = {"task": task, "parameter": parameter, "value": value}
                (found,) = select(record, "curves", **wanted)
                scores = found["valid"]
                cells += [
                    f"{statistics.mean(scores):.3f} ± {statistics.stdev(scores):.3f}",
                    f"{statistics.mean(found['train']):.3f}",
                    f"{found['seconds'] / len(scores):.1f}",
                ]
            rows.append([f"`{parameter}={value!r}`", *cells])
    heads = [
        f"{task}, {figure}"
        for task in CURVE_TASKS
        for figure in ("held out", "learnt", "s")
    ]
    return markdown(["", *heads], rows)


# Name of a table -> the section it is made of, and how.
TABLES = {
    "architectures": ("architectures", architecture_table),
    "cost": ("architectures", cost_table),
    "lengths": ("lengths", length_table),
    "overfitting": ("overfitting", overfitting_table),
    "padding": ("padding", padding_table),
    "again": ("again", again_table),
    "curves": ("curves", curve_table),
}


def write_tables(record):
    """Write the tables of all sections that the record holds."""
    blocks = []
    for name, (section, make) in TABLES.items():
        if section in record:
            marked = [f"<!-- table: questions {name} -->", *make(record)]
            blocks += [*marked, "<!-- end of table -->"]
    return "\n".join(blocks)


def main():
    """Measure, or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="measure what the JSON does not hold")
    run_parser.add_argument("data", type=Path, help="the folder of the real data")
    run_parser.add_argument(
        "--out", type=Path, required=True, help="JSON to go on with"
    )
    run_parser.add_argument("--core", type=int, default=0, help="the core to run on")
    run_parser.add_argument(
        "--sections", nargs="+", choices=SECTIONS, default=list(SECTIONS)
    )
    commands.add_parser("table", help="only write the tables").add_argument(
        "out", type=Path
    )
    arguments = parser.parse_args()
    if arguments.command == "table":
        print(write_tables(json.loads(arguments.out.read_text(encoding="utf-8"))))
        return
    pin({arguments.core})
    torch.set_num_threads(1)
    run(arguments.data, arguments.out, arguments.sections)


if __name__ == "__main__":
    main()
