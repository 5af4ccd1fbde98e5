"""What vectors counted from all texts are worth where few of them have a label.

    python benchmarks/bench_token_vectors.py labels DATA [--out FILE] [--test 5000]
    python benchmarks/bench_token_vectors.py short DATA [--out FILE]

`TokenVectors` is fitted on the 25,000 training reviews of IMDB without their labels.
``labels``: some of them, drawn at random, then have a label: for TF-IDF with a logistic
regression, for the mean of the vectors with the same, and for `RNNClassifier` with its
defaults, from random vectors and from these. Accuracy on reviews of the test part.
``short``: the vectors are counted from the reviews and the training part of another
task, whose words then all have one, and so have words that only the reviews hold.
Pearson's r of the sentiment of tweets over five folds, and the accuracy on the
sentences of the dev part of SST-2 with five seeds; the settings are those of
``accuracy/chosen.json``, which were chosen from random vectors; the scale of the
vectors was chosen among 1, 0.4 and 0.125 inside the training part of the first fold of
the tweets. Seconds are those of the processor.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

import realdata
from accuracy.models import make_ours
from measuring import environment, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, TextVectorizer, TokenVectors

FOR_A_NETWORK = (500,)
SHORT_SCALE = 0.125
CHOSEN = Path(__file__).parent / "accuracy" / "chosen.json"


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


def labels(arguments):
    """Fit all models on each draw of labels.

    Returns
    -------
    record : dict
    """
    train, test = (
        realdata.read_imdb(arguments.data, part) for part in ("train", "test")
    )
    rows = np.random.default_rng(0).permutation(len(test.y))[: arguments.test]
    test = test.take(rows)
    ids = TextVectorizer(max_features=30_000)
    start = time.process_time()
    X = ids.fit_transform(train.X)
    read = time.process_time()
    vectors = TokenVectors(128, random_state=0).fit(X)
    counted = time.process_time()
    reader = make_pipeline(ids, vectors)
    record = {
        "n_tokens": int(X.nnz),
        "seconds_reading": round(read - start, 1),
        "seconds_vectors": round(counted - read, 1),
        "n_test": len(test.y),
        "accuracy": {},
    }
    for n_labels in (100, 500, 2000):
        scores = {}
        for draw in range(arguments.draws):
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


def short(arguments):
    """Start two tasks of short texts from random vectors, and from counted ones.

    Returns
    -------
    record : dict
    """
    reviews = realdata.read_imdb(arguments.data, "train").X
    settings = json.loads(CHOSEN.read_text(encoding="utf-8"))
    return {
        name: short_task(splits(arguments.data), reviews, settings[name], metric)
        for name, splits, metric in (
            ("tweets", tweets_in_folds, "Pearson r"),
            ("SST-2", sentences_by_seed, "accuracy"),
        )
    }


def tweets_in_folds(folder):
    tweets = realdata.read_tweets(folder)
    folds = KFold(5, shuffle=True, random_state=0).split(tweets.X)
    return [(tweets.take(train), tweets.take(test)) for train, test in folds]


def sentences_by_seed(folder):
    return [tuple(realdata.read_sst(folder, part) for part in ("train", "dev"))] * 5


def short_task(splits, reviews, settings, metric):
    """Score both starts on each pair of training and test part."""
    scores = {"random": [], "counted": []}
    seconds = {name: [] for name in scores}
    for seed, (train, test) in enumerate(splits):
        plain = make_ours(settings, metric, seed)
        counted = clone(plain).set_params(**start_from(plain, reviews, train.X))
        for name, model in (("random", plain), ("counted", counted)):
            start = time.process_time()
            found = model.fit(train.X, train.y).predict(test.X)
            seconds[name].append(round(time.process_time() - start, 1))
            score = (
                pearsonr(found, test.y).statistic
                if metric == "Pearson r"
                else np.mean(found == test.y)
            )
            scores[name].append(round(float(score), 4))
            print(seed, name, scores[name][-1], seconds[name][-1], flush=True)
    return {
        name: {
            "mean": round(statistics.mean(found), 4),
            "each": found,
            "seconds": round(statistics.mean(seconds[name]), 1),
        }
        for name, found in scores.items()
    }


def start_from(pipeline, reviews, texts):
    """Count vectors from reviews and training texts, with one vocabulary."""
    (reads, vectorizer), (learns, _) = pipeline.steps
    everything = np.concatenate([reviews, texts])
    vectorizer = clone(vectorizer).set_params(min_df=2)
    X = vectorizer.fit_transform(everything)
    vectors = TokenVectors(128, scale=SHORT_SCALE, random_state=0).fit(X)
    return {
        f"{reads}__vocabulary": vectorizer.vocabulary_,
        f"{learns}__embedding": FrozenEstimator(vectors),
    }


def table(record):
    """Write the mean accuracy of each model for each number of labels."""
    by_number = record["labels"]["accuracy"]
    rows = [
        [title, *(_mean(found, name) for found in by_number.values())]
        for name, title in TITLES.items()
    ]
    return markdown(["", *(f"{n} labels" for n in by_number)], rows)


def short_table(record):
    """Write the mean score of both starts, the lowest and the highest, and seconds."""
    rows = []
    for task, found in record["short"].items():
        cells = [task, {"tweets": "Pearson's r", "SST-2": "accuracy"}[task]]
        for name in ("random", "counted"):
            one = found[name]
            low, high = min(one["each"]), max(one["each"])
            cells.append(
                f"{one['mean']:.3f} ({low:.3f}-{high:.3f}) in {one['seconds']:.0f} s"
            )
        rows.append(cells)
    return markdown(
        ["", "measured by", "from random vectors", "from counted vectors"], rows
    )


def _mean(found, name):
    return f"{found[name]['mean']:.3f}" if name in found else ""


TITLES = {
    "TF-IDF": "words and pairs by TF-IDF, logistic regression",
    "vectors": "mean of the vectors, logistic regression",
    "network": "`RNNClassifier` from random vectors",
    "network from vectors": "`RNNClassifier` from the vectors",
}


PROGRAMS = {"labels": labels, "short": short}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, help="JSON to add to")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--test", type=int, default=5000, help="reviews to ask about")
    arguments = parser.parse_args()
    record = PROGRAMS[arguments.program](arguments)
    if arguments.out:
        results = {}
        if arguments.out.exists():
            results = json.loads(arguments.out.read_text(encoding="utf-8"))
        results |= {"environment": environment(), arguments.program: record}
        write_json(arguments.out, results)


if __name__ == "__main__":
    main()
