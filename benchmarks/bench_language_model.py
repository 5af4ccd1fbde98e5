"""`RNNLanguageModel` beside an interpolated Kneser-Ney 5-gram.

    python benchmarks/bench_language_model.py words DATA [--out FILE] [--epochs 5]
    python benchmarks/bench_language_model.py characters DATA [--out FILE]
    python benchmarks/bench_language_model.py softmax DATA [--out FILE]

``words``: the first 1,000,000 tokens of IMDB's training reviews, ends of reviews
included, with the 10,000 commonest; perplexity on 100,000 tokens of its test part.
``characters``: tiny_shakespeare, nats per character on its last tenth. ``softmax``:
tokens a second in training, with the sampled softmax and with the full one, in turns.
Seconds are those of the processor.
"""

import argparse
import gzip
import itertools
import json
import math
import statistics
import time
from collections import Counter
from pathlib import Path

import numpy as np
from scipy import sparse
from skorch.callbacks import Callback

import realdata
from measuring import environment, write_json
from sklearn_rnn import RNNLanguageModel, TextVectorizer

N_WORDS = 10_000
# Reviews of one length, so that every batch is full.
SPEED_ROWS, SPEED_LENGTH = 128, 255


class Report(Callback):
    """Print the time and the loss of each epoch; keep what training took in all."""

    def on_train_begin(self, net, **kwargs):
        self.start_ = time.process_time()

    def on_epoch_end(self, net, **kwargs):
        row, spent = net.history[-1], time.process_time() - self.start_
        print(
            f"epoch {row['epoch']}: {row['train_loss']:.4f}, {spent:.0f} s", flush=True
        )

    def on_train_end(self, net, **kwargs):
        net.seconds_ = time.process_time() - self.start_


def first_tokens(X, n_tokens):
    """Take the first rows that have so many tokens, ends included; cut the last."""
    ends = np.cumsum(np.diff(X.indptr) + 1)
    n_rows = int(np.searchsorted(ends, n_tokens)) + 1
    X = X[:n_rows].copy()
    left = n_tokens - (ends[n_rows - 2] if n_rows > 1 else 0)
    X.resize((n_rows, X.shape[1]))
    last = sparse.csr_matrix(X[-1].toarray()[:, : max(1, left - 1)])
    last.resize((1, X.shape[1]))
    return sparse.vstack([X[:-1], last]).tocsr()


def as_stream(X):
    """Join rows of ids, each with a 0 behind it."""
    rows = np.split(X.data, X.indptr[1:-1])
    return list(itertools.chain.from_iterable([*row.tolist(), 0] for row in rows))


def kneser_ney(train, test, n_types, order=5):
    """Compute the perplexity of an interpolated n-gram with one discount a level.

    Kneser and Ney (1995), Improved backing-off for m-gram language modeling.
    """
    grams = {
        k: Counter(zip(*[train[j:] for j in range(k)], strict=False))
        for k in range(1, order + 1)
    }
    used = {order: grams[order]}
    for k in range(1, order):  # how many tokens each is behind
        used[k] = Counter(gram[1:] for gram in grams[k + 1])
    total = {k: Counter() for k in used}
    types = {k: Counter() for k in used}
    discount = {}
    for k, counts in used.items():
        for gram, count in counts.items():
            total[k][gram[:-1]] += count
            types[k][gram[:-1]] += 1
        how_often = Counter(counts.values())
        discount[k] = how_often[1] / (how_often[1] + 2 * how_often[2])
    stream, log_likelihood = train[1 - order :] + test, 0.0
    for i in range(order - 1, len(stream)):
        p = 1.0 / n_types
        for k in range(1, order + 1):
            before = tuple(stream[i - k + 1 : i])
            n = total[k].get(before, 0)
            if n:
                count = used[k].get((*before, stream[i]), 0)
                p = (
                    max(count - discount[k], 0) / n
                    + discount[k] * types[k][before] / n * p
                )
        log_likelihood += math.log(p)
    return math.exp(-log_likelihood / len(test))


def read_words(folder):
    """Read both parts of IMDB as ids of the commonest words of the first million."""
    train, test = (realdata.read_imdb(folder, part).X for part in ("train", "test"))
    everything = TextVectorizer().fit(train[:6000])
    train = first_tokens(everything.transform(train[:6000]), 1_000_000)
    counts = np.bincount(train.data)
    counts[:2] = 0
    kept = np.sort(np.argsort(-counts, kind="stable")[: N_WORDS - 2])
    new = np.ones(counts.size, dtype=np.int32)
    new[kept] = np.arange(2, N_WORDS)
    train.data = new[train.data]
    test = first_tokens(everything.transform(test[:1000]), 100_000)
    test.data = new[np.minimum(test.data, new.size - 1)]
    return train, test


def words(arguments):
    """Measure perplexities of both models."""
    train, test = read_words(arguments.data)
    start = time.process_time()
    n_gram = kneser_ney(as_stream(train), as_stream(test), N_WORDS)
    middle = time.process_time()
    print(f"5-gram {n_gram:.1f} in {middle - start:.0f} s", flush=True)
    model = RNNLanguageModel(
        200,
        embedding_dim=200,
        dropout=0.25,
        max_epochs=arguments.epochs,
        early_stopping=False,
        callbacks=[Report()],
        random_state=0,
    )
    middle = time.process_time()
    model.fit(train)
    fitted = time.process_time()
    perplexity = model.perplexity(test)
    print(f"{perplexity:.1f} in {fitted - middle:.0f} s", flush=True)
    return {
        "n_tokens": [len(as_stream(part)) for part in (train, test)],
        "n_words": N_WORDS,
        "kneser_ney": {
            "perplexity": round(n_gram, 1),
            "seconds": round(middle - start),
        },
        "ours": {
            "perplexity": round(perplexity, 1),
            "epochs": arguments.epochs,
            "seconds": round(fitted - middle),
            "seconds_scoring": round(time.process_time() - fitted),
        },
    }


def characters(arguments):
    """Measure the nats per character of tiny_shakespeare's last tenth."""
    path = arguments.data / "tiny_shakespeare.txt.gz"
    text = gzip.open(path, "rt", encoding="utf-8").read()
    cut = len(text) * 9 // 10
    vectorizer = TextVectorizer(analyzer=list, lowercase=False, truncate=None)
    train, test = (
        vectorizer.fit_transform([text[:cut]]),
        vectorizer.transform([text[cut:]]),
    )
    model = RNNLanguageModel(
        256,
        embedding_dim=64,
        steps_per_update=64,
        max_epochs=arguments.epochs,
        callbacks=[Report()],
        random_state=0,
    )
    start = time.process_time()
    model.fit(train)
    seconds = time.process_time() - start
    nats = -model.score(test)
    print(f"{nats:.3f} nats in {seconds:.0f} s", flush=True)
    return {
        "nats": round(nats, 4),
        "epochs": arguments.epochs,
        "seconds": round(seconds),
    }


def softmax(arguments):
    """Compare tokens a second in training, in turns."""
    train, _ = read_words(arguments.data)
    long = np.flatnonzero(np.diff(train.indptr) >= SPEED_LENGTH)[:SPEED_ROWS]
    part = sparse.csr_matrix(train[long].toarray()[:, :SPEED_LENGTH])
    n_tokens = part.nnz + SPEED_ROWS
    part.data[: N_WORDS - 2] = np.arange(2, N_WORDS)  # all words are there
    speeds = {"full": [], "sampled": []}
    for _ in range(5):
        for name, all_speeds in speeds.items():
            model = RNNLanguageModel(
                128,
                embedding_dim=128,
                softmax=name,
                max_epochs=1,
                early_stopping=False,
                callbacks=[Report()],
                random_state=0,
            )
            all_speeds.append(round(n_tokens / model.fit(part).net_.seconds_))
    pairs = zip(speeds["sampled"], speeds["full"], strict=True)
    ratio = statistics.median(fast / slow for fast, slow in pairs)
    print(json.dumps({"ratio": ratio, **speeds}), flush=True)
    return {
        "n_tokens": n_tokens,
        "tokens_per_second": speeds,
        "ratio": round(ratio, 2),
    }


PROGRAMS = {"words": words, "characters": characters, "softmax": softmax}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, help="JSON to add to")
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    record = PROGRAMS[arguments.program](arguments)
    if arguments.out:
        results = {}
        if arguments.out.exists():
            results = json.loads(arguments.out.read_text())
        results |= {"environment": environment(), arguments.program: record}
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
