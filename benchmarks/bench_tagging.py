"""Parts of speech with `RNNTagger` on UD English EWT: how well, and how fast.

    python benchmarks/bench_tagging.py accuracy ../shared/data --out tagging.json
    python benchmarks/bench_tagging.py speed ../shared/data --out tagging.json
    python benchmarks/bench_tagging.py try ../shared/data --tagger '{"dropout": 0.5}'
    python benchmarks/bench_tagging.py table tagging.json

``accuracy`` trains on the train part and scores dev and test, beside the most
frequent tag of each word and, with ``--python-crfsuite PATH``, a CRF over features
made by hand. ``speed`` compares the time per epoch with loops in torch and, with
``--python-tensorflow`` and ``--python-jax``, with Keras. ``try`` fits one setting,
scores dev alone and adds the outcome to a log.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import torch

from compare import Comparison
from measuring import environment, pin, ratios, spread, write_json
from processes import Worker
from report import markdown, slopes, trained
from tagging.corpus import encode, make_workload, read_corpus
from tagging.model import TAGGER, VECTORIZER, fit
from tagging.scores import MostFrequentTag, score, words_of

FOLDER = Path(__file__).parent
PARTS = ("dev", "test")
TRIES = FOLDER / "results" / "tagging_tries.json"


# -- accuracy ------------------------------------------------------------------


def score_parts(predict, data, known):
    """Score dev and test."""
    corpora = {part: read_corpus(data, part) for part in PARTS}
    return {
        part: score(corpus, predict(corpus.words), known)
        for part, corpus in corpora.items()
    }


def measure_accuracy(arguments):
    """Fit the tagger from several seeds, and the peers.

    Returns
    -------
    record : dict
    """
    training = read_corpus(arguments.data, "train", arguments.rows)
    known = words_of(training)
    baseline = MostFrequentTag().fit(training)
    peers = {"most frequent tag": score_parts(baseline.predict, arguments.data, known)}
    tell("most frequent tag", peers["most frequent tag"])
    if arguments.python_crfsuite:
        peers["sklearn-crfsuite"] = run_crfsuite(arguments)
        tell("sklearn-crfsuite", peers["sklearn-crfsuite"])
    ours = []
    for seed in arguments.seeds:
        pipeline, figures = fit(training, VECTORIZER, TAGGER, seed)
        ours.append({**figures, **score_parts(pipeline.predict, arguments.data, known)})
        tell("RNNTagger", ours[-1])
    return {
        "environment": environment(),
        "n_sentences": len(training.words),
        "n_words": sum(map(len, training.words)),
        "n_threads": arguments.threads,
        "vectorizer": VECTORIZER,
        "tagger": TAGGER,
        "ours": ours,
        "peers": peers,
    }


def run_crfsuite(arguments):
    """Fit and score sklearn-crfsuite in its own environment."""
    program = FOLDER / "tagging_crfsuite.py"
    command = [arguments.python_crfsuite, str(program), str(arguments.data)]
    if arguments.rows:
        command += ["--rows", str(arguments.rows)]
    with Worker(command) as worker:
        return worker.answer()


def tell(name, figures):
    """Say how it goes."""
    print(f"{name}: {json.dumps(figures)}", file=sys.stderr)


def accuracy_table(record):
    """Write the shares of right tags."""
    columns = [(part, kind) for part in PARTS for kind in ("accuracy", "unknown")]
    rows = []
    for name, figures in record["peers"].items():
        shares = [f"{figures[part][kind]:.4f}" for part, kind in columns]
        seconds = f"{figures['seconds']:.0f}" if "seconds" in figures else "-"
        rows.append([name, *shares, seconds, "-"])
    ours = record["ours"]
    shares = [spread([run[part][kind] for run in ours], 4) for part, kind in columns]
    seconds = spread([run["seconds"] for run in ours], 0)
    rows.append(["`RNNTagger`", *shares, seconds, f"{ours[0]['parameters']:,}"])
    heads = ["", "dev", "unknown words", "test", "unknown words", "fit, s", "weights"]
    return markdown(heads, rows)


def try_settings(arguments):
    """Fit one setting, score dev after each epoch, and add that to the log."""
    vectorizer = {**VECTORIZER, **json.loads(arguments.vectorizer)}
    tagger = {**TAGGER, **json.loads(arguments.tagger)}
    training = read_corpus(arguments.data, "train", arguments.rows)
    dev = read_corpus(arguments.data, "dev")
    pipeline, figures = fit(training, vectorizer, tagger, arguments.seed, watched=dev)
    shares = score(dev, pipeline.predict(dev.words), words_of(training))
    outcome = {
        "vectorizer": vectorizer,
        "tagger": tagger,
        "n_sentences": len(training.words),
        "n_threads": arguments.threads,
        **figures,
        "dev": shares,
    }
    tell("try", outcome)
    log = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
    write_json(arguments.out, [*log, outcome])


# -- speed ---------------------------------------------------------------------


class Speed(Comparison):
    """The workers of the tagger, and what they measured."""

    def __init__(self, workload, pythons, data, *, epochs, n_threads):
        super().__init__(workload, pythons, epochs=epochs, n_threads=n_threads)
        self.data = data

    def make_worker(self, name, *, cold=False):
        command = [self.pythons[name], str(FOLDER / "tagging_worker.py"), name]
        command += [str(self.data), "--rows", str(self.workload.n_measured)]
        command += ["--hidden-size", str(self.workload.hidden_size)]
        return Worker(command, self.n_threads)

    def record(self):
        return {
            "environment": environment(),
            "versions": self.versions,
            "title": self.workload.title,
            "n_rows": self.workload.n_measured,
            "max_length": self.workload.max_length,
            "epochs": self.epochs,
            "gemm_rate": self.gemm_rates,
            "other_work": self.other_work,
            "implementations": self.times,
            "failed": self.failed,
        }


def measure_speed(arguments):
    """Compare the time per epoch of words without characters.

    Returns
    -------
    record : dict
    """
    codes = encode(read_corpus(arguments.data, "train", arguments.rows))
    workload = make_workload(codes, arguments.hidden_size)
    pythons = {name: sys.executable for name in ("ours", "raw", "bucketed")}
    for backend in ("tensorflow", "jax"):
        if python := getattr(arguments, f"python_{backend}"):
            pythons[f"keras-{backend}"] = python
    comparison = Speed(
        workload,
        pythons,
        arguments.data,
        epochs=arguments.epochs,
        n_threads=arguments.threads,
    )
    comparison.run(arguments.repetitions, start=False)
    return comparison.record()


def speed_table(record):
    """Write seconds per epoch and per prediction, and those of each peer over ours."""
    rows = [["", "s per epoch", "over ours", "s per prediction", "over ours"]]
    ours = slopes(record, "ours"), record["implementations"]["ours"]["predict"]
    for name in trained(record):
        times = slopes(record, name), record["implementations"][name]["predict"]
        cells = []
        for own, of_ours in zip(times, ours, strict=True):
            over = "-" if name == "ours" else spread(ratios(own, of_ours))
            cells += [spread(own, 3), over]
        rows.append([name, *cells])
    heads, *rows = rows
    return markdown(heads, rows)


# -- both ----------------------------------------------------------------------


TABLES = {"accuracy": accuracy_table, "speed": speed_table}


def write_tables(results):
    """Write the tables of what was measured, with how it was measured below each."""
    blocks = []
    for name, record in results.items():
        table = TABLES[name.split()[0]](record)
        blocks += [f"<!-- table: tagging {name} -->", *table, "", *notes(record), ""]
    return "\n".join(blocks)


def notes(record):
    """Write on what, when and how undisturbed something was measured."""
    machine = record["environment"]
    found = [f"- {machine['date']}, {machine['processor']}"]
    if "title" in record:
        others = statistics.median(record["other_work"] or [0.0])
        found += [
            f"- {record['title']}: {record['n_rows']:,} sentences, the longest of "
            f"{record['max_length']} words",
            f"- other processes took {others:.2f} of a core",
        ]
    found += [f"- {name} failed: {e}" for name, e in record.get("failed", {}).items()]
    return [*found, f"- `{machine['command']}`"]


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    programs = {
        name: commands.add_parser(name) for name in ("accuracy", "try", "speed")
    }
    for name, program in programs.items():
        program.add_argument("data", type=Path, help="the folder that holds the corpus")
        program.add_argument("--rows", type=int, help="train on so many sentences")
        program.add_argument(
            "--cores", help="cores to run on, such as 0 or 0,1 (default: all)"
        )
        program.add_argument("--threads", type=int, default=1)
        default = TRIES if name == "try" else None
        program.add_argument(
            "--out", type=Path, default=default, help="JSON that it is added to"
        )
    programs["accuracy"].add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    programs["accuracy"].add_argument("--python-crfsuite", metavar="PATH")
    programs["try"].add_argument("--vectorizer", default="{}", metavar="JSON")
    programs["try"].add_argument("--tagger", default="{}", metavar="JSON")
    programs["try"].add_argument("--seed", type=int, default=0)
    programs["speed"].set_defaults(cores="0", rows=4000)
    programs["speed"].add_argument("--hidden-size", type=int, default=64)
    programs["speed"].add_argument("--repetitions", type=int, default=5)
    programs["speed"].add_argument("--epochs", type=int, nargs=2, default=[1, 3])
    for backend in ("tensorflow", "jax"):
        programs["speed"].add_argument(f"--python-{backend}", metavar="PATH")
    table = commands.add_parser("table", help="only write the tables of a JSON")
    table.add_argument("out", type=Path)
    return parser.parse_args()


def main():
    """Run one of the programs."""
    arguments = parse_arguments()
    if arguments.command == "table":
        print(write_tables(json.loads(arguments.out.read_text())))
        return
    if not (path := arguments.data / "ud_english_ewt_train.conllu.gz").exists():
        print(f"skipped: {path} is not there; give the folder that holds it")
        return
    if arguments.cores:
        pin({int(core) for core in arguments.cores.split(",")})
    torch.set_num_threads(arguments.threads)
    if arguments.command == "try":
        try_settings(arguments)
        return
    if arguments.command == "accuracy":
        name, record = "accuracy", measure_accuracy(arguments)
    else:
        name, record = f"speed {arguments.hidden_size}", measure_speed(arguments)
    results = {}
    if arguments.out and arguments.out.exists():
        results = json.loads(arguments.out.read_text())
    results[name] = record
    if arguments.out:
        write_json(arguments.out, results)
    print(write_tables({name: record}))


if __name__ == "__main__":
    main()
