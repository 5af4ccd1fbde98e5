"""What vectors counted from all texts are worth where few of them have a label.

    python benchmarks/bench_token_vectors.py DATA [--out FILE] [--draws 3] [--test 5000]

`TokenVectors` is fitted on the 25,000 training reviews of IMDB without their labels.
Some of them, drawn at random, then have a label: for TF-IDF with a logistic regression,
for the mean of the vectors with the same, and for `RNNClassifier` with its defaults,
from random vectors and from these. Accuracy on reviews of the test part, and processor
seconds.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import realdata
from measuring import environment, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, TextVectorizer, TokenVectors

FOR_A_NETWORK = (500,)


def linear(*steps):
    """Put a logistic regression behind features."""
    return make_pipeline(*steps, LogisticRegression(max_iter=1000))


def models(reader, ids, n_labels, seed):
    """Make the models to compare, by name."""
    made = {
        "TF-IDF": linear(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        ),
        "vectors": linear(FrozenEstimator(reader)),
    }
    if n_labels in FOR_A_NETWORK:
        for name, embedding in (
            ("network", None),
            ("network from vectors", FrozenEstimator(reader[-1])),
        ):
            network = RNNClassifier(embedding=embedding, random_state=seed)
            made[name] = make_pipeline(FrozenEstimator(ids), network)
    return made


def run(train, test, n_draws):
    """Fit all models on each draw of labels.

    Returns
    -------
    record : dict
    """
    ids = TextVectorizer(max_features=30_000)
    start = time.process_time()
    X = ids.fit_transform(train.X)
    read = time.process_time()
    vectors = TokenVectors(128, random_state=0).fit(X)
    counted = time.process_time()
    reader = make_pipeline(ids, vectors)
    record = {
        "environment": environment(),
        "n_tokens": int(X.nnz),
        "seconds_reading": round(read - start, 1),
        "seconds_vectors": round(counted - read, 1),
        "n_test": len(test.y),
        "accuracy": {},
    }
    for n_labels in (100, 500, 2000):
        scores = {}
        for draw in range(n_draws):
            rows = np.random.default_rng(draw).permutation(len(train.y))[:n_labels]
            labelled = train.take(rows)
            for name, model in models(reader, ids, n_labels, draw).items():
                start = time.process_time()
                score = model.fit(labelled.X, labelled.y).score(test.X, test.y)
                seconds = round(time.process_time() - start, 1)
                scores.setdefault(name, []).append(round(float(score), 4))
                print(n_labels, draw, name, scores[name][-1], seconds, flush=True)
        record["accuracy"][str(n_labels)] = {
            name: {"mean": round(statistics.mean(all_draws), 4), "draws": all_draws}
            for name, all_draws in scores.items()
        }
    return record


def table(record):
    """Write the mean accuracy of each model for each number of labels."""
    by_number = record["accuracy"]
    rows = [
        [title, *(_mean(found, name) for found in by_number.values())]
        for name, title in TITLES.items()
    ]
    return markdown(["", *(f"{n} labels" for n in by_number)], rows)


def _mean(found, name):
    return f"{found[name]['mean']:.3f}" if name in found else ""


TITLES = {
    "TF-IDF": "words and pairs by TF-IDF, logistic regression",
    "vectors": "mean of the vectors, logistic regression",
    "network": "`RNNClassifier` from random vectors",
    "network from vectors": "`RNNClassifier` from the vectors",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--test", type=int, default=5000, help="reviews to ask about")
    arguments = parser.parse_args()
    train, test = (
        realdata.read_imdb(arguments.data, part) for part in ("train", "test")
    )
    rows = np.random.default_rng(0).permutation(len(test.y))[: arguments.test]
    record = run(train, test.take(rows), arguments.draws)
    if arguments.out:
        write_json(arguments.out, record)


if __name__ == "__main__":
    main()
