"""Spelling to sound with `RNNTranslator`: how well, and how fast an update is.

    python benchmarks/bench_translation.py full ../shared/data --out translation.json
    python benchmarks/bench_translation.py sample ../shared/data --out translation.json
    python benchmarks/bench_translation.py sentences ../shared/data --out FILE
    python benchmarks/bench_translation.py speed --out translation.json
    python benchmarks/bench_translation.py try ../shared/data --model '{"lr": 0.005}'

``full`` trains on nine tenths of the words of cmudict and scores the held-out ones;
``sample`` trains on 12,000 words. ``sentences`` translates short sentences, of which
there are far too few. ``speed`` compares the time of an update at 60 target
steps with input feeding and with a tutorial's loop. ``try`` fits one setting on the
sample, scores dev alone and prints the outcome.
"""

import argparse
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from sklearn.pipeline import make_pipeline

from measuring import environment, pin, ratios, spread, write_json
from realdata import read_lines
from report import markdown
from sklearn_rnn import RNNTranslator, TextVectorizer
from sklearn_rnn.nn import Batch, DecoderHead, RecurrentNetwork, Targets
from translation.loops import InputFeeding, TutorialLoop
from translation.pronunciations import read_part
from translation.scores import score

MODEL = {
    "hidden_size": 128,
    "dropout": 0.2,
    "lr": 0.005,
    "batch_size": 64,
    "early_stopping": False,
}
# Of all words less has to be dropped than of a tenth of them: found on dev.
OF_TASK = {
    "full": {"max_epochs": 5, "dropout": 0.1},
    "sample": {"max_epochs": 6},
    "sentences": {"max_epochs": 10},
}
N_SAMPLE = 12_000

# As long as a sentence of characters.
N_ROWS, N_STEPS, N_LABELS, EMBEDDING_DIM, HIDDEN_SIZE = 32, 60, 100, 64, 128
DROPOUT = 0.2


# -- accuracy ------------------------------------------------------------------


def fit_and_score(arguments, n_words, settings, parts):
    """Fit a translator on some words, and score parts greedily and with a beam.

    Returns
    -------
    record : dict
        Seconds are those of the processor: one thread.
    """
    path = arguments.data / "cmudict.dict.gz"
    training = read_part(path, "train")
    if n_words is not None:
        training = training.take(np.arange(n_words))
    words, phones = training.pairs()
    model = RNNTranslator(**settings, random_state=arguments.seed)
    pipeline = make_pipeline(TextVectorizer(analyzer="char"), model)
    start, began = time.process_time(), time.perf_counter()
    pipeline.fit(words, phones)
    record = {
        "model": settings,
        "seed": arguments.seed,
        "n_words": len(training.words),
        "n_pairs": len(words),
        "processor_seconds": time.process_time() - start,
        "seconds": time.perf_counter() - began,
        "n_weights": sum(p.numel() for p in model.net_.module_.parameters()),
        "loss_curve": model.loss_curve_,
    }
    for part in parts:
        held_out = read_part(path, part)
        for beam_size in (1, 4):
            start = time.process_time()
            answers = pipeline.predict(held_out.words, beam_size=beam_size)
            rates = score(held_out, answers)
            seconds = time.process_time() - start
            record[f"{part}, beam {beam_size}"] = {**rates, "seconds": seconds}
    return record


def measure_accuracy(arguments):
    """Fit on all words or on a sample, with the settings chosen."""
    n_words = N_SAMPLE if arguments.task == "sample" else None
    settings = {**MODEL, **OF_TASK[arguments.task]}
    settings |= json.loads(arguments.model)
    return fit_and_score(arguments, n_words, settings, ["dev", "test"])


def measure_sentences(arguments):
    """Fit on nine tenths of the pairs of sentences, and score the others.

    Returns
    -------
    record : dict
    """
    lines = read_lines(arguments.data / "tatoeba_eng_fra.txt.gz")
    pairs = np.array([line.split("\t")[:2] for line in lines], dtype=object)
    pairs = pairs[np.random.default_rng(0).permutation(len(pairs))]
    # A sentence may be there with several translations: it is on one side only.
    is_new = ~np.isin(pairs[:, 0], pairs[: len(pairs) * 9 // 10, 0])
    training, held_out = pairs[: len(pairs) * 9 // 10], pairs[is_new]
    words = TextVectorizer(lowercase=False, truncate=None, min_df=2)
    settings = {**MODEL, **OF_TASK["sentences"]}
    settings |= json.loads(arguments.model)
    model = RNNTranslator(
        **settings, target_vectorizer=words, random_state=arguments.seed
    )
    pipeline = make_pipeline(words, model)
    start = time.process_time()
    pipeline.fit(*training.T)
    seconds = time.process_time() - start
    answers = pipeline.predict(held_out[:, 0])
    return {
        "model": settings,
        "n_pairs": len(training),
        "n_held_out": len(held_out),
        "processor_seconds": seconds,
        "word_error_rate": 1 - pipeline.score(*held_out.T),
        "right": float(np.mean(answers == held_out[:, 1])),
    }


def try_settings(arguments):
    """Fit one setting on the sample, and score dev alone."""
    settings = {**MODEL, **OF_TASK["sample"], **json.loads(arguments.model)}
    return fit_and_score(arguments, N_SAMPLE, settings, ["dev"])


def accuracy_table(record):
    """Write the error rates on the held-out words."""
    rows = []
    for name in [name for name in ("sample", "full") if name in record]:
        found = record[name]
        greedy, beam = found["test, beam 1"], found["test, beam 4"]
        cells = [f"{found['n_words']:,}", str(found["model"]["max_epochs"])]
        cells += [
            f"{100 * rates['phone_error_rate']:.1f} %" for rates in (greedy, beam)
        ]
        cells += [f"{100 * rates['word_error_rate']:.1f} %" for rates in (greedy, beam)]
        rows.append([*cells, f"{found['processor_seconds']:.0f}"])
    heads = ["words", "epochs", "wrong phones, greedy", "beam of 4"]
    heads += ["wrong words, greedy", "beam of 4", "fit, processor s"]
    return markdown(heads, rows)


# -- speed ---------------------------------------------------------------------


def make_update(module, compute):
    """Return a function that makes one update."""
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, fused=True)

    def update():
        optimizer.zero_grad()
        compute(module).backward()
        optimizer.step()

    return update


def make_updates():
    """Make an update of each decoder on the same rows."""
    generator = torch.Generator().manual_seed(0)
    draw = partial(torch.randint, 2, N_LABELS - 1, generator=generator)
    source, labels = draw((N_ROWS, N_STEPS)), draw((N_ROWS, N_STEPS))
    end = N_LABELS - 1
    labels[:, -1] = end
    before = labels.roll(1)
    lengths = torch.full((N_ROWS,), N_STEPS)
    batch = Batch(source, lengths)
    known = Targets(labels.flatten(), torch.ones(labels.numel()), lengths)
    head = partial(DecoderHead, n_outputs=N_LABELS, end=end, hidden_size=HIDDEN_SIZE)
    ours = RecurrentNetwork(
        head,
        hidden_size=HIDDEN_SIZE,
        bidirectional=True,
        n_tokens=N_LABELS,
        embedding_dim=EMBEDDING_DIM,
        dropout=DROPOUT,
    )
    of_others = (N_LABELS, EMBEDDING_DIM, HIDDEN_SIZE, DROPOUT)
    is_padding = torch.zeros(N_ROWS, 1, N_STEPS, dtype=torch.bool)
    entropy = torch.nn.functional.cross_entropy

    def of_ours(net):
        return net.head.losses(net(batch, known), known).mean()

    def of_loop(net):
        return entropy(net(source, before, is_padding), labels.flatten())

    return {
        "ours": make_update(ours, of_ours),
        "input feeding": make_update(InputFeeding(*of_others), of_loop),
        "tutorial loop": make_update(TutorialLoop(*of_others), of_loop),
    }


def measure_speed(arguments):
    """Time updates in turns; the ratio of each round met the same machine.

    It is the time of the processor: another program that waits for it does not count.
    """
    updates = make_updates()
    for update in [*updates.values()] * 2:
        update()
    times = {name: [] for name in updates}
    for _ in range(arguments.repetitions):
        for name, update in updates.items():
            start = time.process_time()
            update()
            times[name].append(time.process_time() - start)
    over = {
        name: statistics.median(ratios(found, times["ours"]))
        for name, found in times.items()
    }
    return {
        "n_rows": N_ROWS,
        "n_steps": N_STEPS,
        "processor_seconds": times,
        "over ours": over,
    }


def speed_table(record):
    """Write the time of an update of each decoder."""
    found = record["speed"]
    rows = [
        [
            name,
            spread([1000 * s for s in seconds], 0),
            f"{found['over ours'][name]:.2f}",
        ]
        for name, seconds in found["processor_seconds"].items()
    ]
    return markdown(["", "ms per update", "over ours"], rows)


TABLES = {"accuracy": accuracy_table, "speed": speed_table}
TASKS = {
    "full": measure_accuracy,
    "sample": measure_accuracy,
    "sentences": measure_sentences,
    "speed": measure_speed,
    "try": try_settings,
}


def main():
    """Measure, and add the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--model", default="{}", help="parameters to change, as JSON")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--cores", type=int, nargs="*", default=None)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.cores:
        pin(arguments.cores)
    torch.set_num_threads(1)
    record = {"environment": environment(), **TASKS[arguments.task](arguments)}
    print(json.dumps(record, indent=1), file=sys.stderr)
    if arguments.out:
        found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
        write_json(arguments.out, {**found, arguments.task: record})


if __name__ == "__main__":
    main()
