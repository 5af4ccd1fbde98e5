"""What an encoder that another task has trained is worth.

    python benchmarks/bench_pretrained.py tweets DATA [--out FILE]
    python benchmarks/bench_pretrained.py reviews DATA [--out FILE]

``tweets``: a classifier of the 6,920 sentences of SST-2, positive or negative, then
the mean human sentiment of tweets from few of them. Each draw has other tweets to
learn from; Pearson's r on those never drawn. ``reviews``: a language model of the
first million tokens of IMDB's training reviews, then a classifier of 500 of them, for
ten epochs; the first 200 words of each, and accuracy on reviews of the test part.
Beside both: the same network from random weights, and linear models. The classifier
has five epochs; the settings are the defaults where nothing else is said, and none was
tuned. Seconds are those of the
processor.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

import realdata
from bench_language_model import first_tokens
from measuring import environment, write_json
from report import markdown
from sklearn_rnn import RNNClassifier, RNNLanguageModel, RNNRegressor, TextVectorizer

N_LABELS = (30, 100)
N_TWEETS_ASKED = 2000
N_REVIEWS = 500
LIKE_THE_SOURCE = {
    "hidden_size": 128,
    "embedding_dim": 128,
    "bidirectional": False,
    "max_epochs": 10,
}


def fit_timed(model, X, y=None):
    """Fit, and say how long it took."""
    start = time.process_time()
    return model.fit(X, y), round(time.process_time() - start, 1)


def networks(kind, source, seed, **params):
    """Make one network, from random weights and from those of another task."""
    ways = {
        "from random weights": {},
        "from the encoder": {"pretrained": FrozenEstimator(source)},
        "on the encoder, which stays": {
            "pretrained": FrozenEstimator(source),
            "freeze_epochs": "all",
        },
    }
    return {
        name: kind(**params, **way, random_state=seed) for name, way in ways.items()
    }


def summarise(scores):
    """Give the mean of each list, beside it."""
    return {
        name: {"mean": round(statistics.mean(of), 4), "draws": of}
        for name, of in scores.items()
    }


def tweets(arguments):
    """Learn sentiment of sentences first, then that of few tweets."""
    sentences = realdata.read_sst(arguments.data, "train")
    given = realdata.read_tweets(arguments.data)
    reader = TextVectorizer().fit(sentences.X)
    source, seconds = fit_timed(
        RNNClassifier(max_epochs=5, random_state=0),
        reader.transform(sentences.X),
        sentences.y,
    )
    print("classifier", seconds, flush=True)
    record = {"seconds_source": seconds, "n_asked": N_TWEETS_ASKED, "r": {}}
    for n_labels in N_LABELS:
        scores = {}
        for draw in range(arguments.draws):
            rows = np.random.default_rng(draw).permutation(len(given.y))
            few, asked = given.take(rows[:n_labels]), given.take(rows[-N_TWEETS_ASKED:])
            models = networks(RNNRegressor, source, draw)
            for name, network in models.items():
                models[name] = make_pipeline(FrozenEstimator(reader), network)
            models["TF-IDF"] = make_pipeline(
                TfidfVectorizer(sublinear_tf=True), Ridge()
            )
            for name, model in models.items():
                said = model.fit(few.X, few.y).predict(asked.X)
                r = pearsonr(said, asked.y)[0]
                scores.setdefault(name, []).append(round(float(np.nan_to_num(r)), 4))
            tone = source.decision_function(reader.transform(asked.X))
            scores.setdefault("the classifier itself", []).append(
                round(float(pearsonr(tone, asked.y)[0]), 4)
            )
            print(n_labels, {k: v[-1] for k, v in scores.items()}, flush=True)
        record["r"][str(n_labels)] = summarise(scores)
    return record


def reviews(arguments):
    """Learn the language of reviews first, then which are positive."""
    train, test = (
        realdata.read_imdb(arguments.data, part) for part in ("train", "test")
    )
    rows = np.random.default_rng(0).permutation(len(test.y))[: arguments.test]
    test = test.take(rows)
    reader = TextVectorizer(max_features=10_000, max_length=200).fit(train.X)
    X = reader.transform(train.X)
    model = RNNLanguageModel(
        128, embedding_dim=128, max_epochs=2, early_stopping=False, random_state=0
    )
    source, seconds = fit_timed(model, first_tokens(X, 1_000_000))
    print("language model", seconds, flush=True)
    scores = {}
    for draw in range(min(3, arguments.draws)):
        rows = np.random.default_rng(draw).permutation(len(train.y))[:N_REVIEWS]
        models = networks(RNNClassifier, source, draw, **LIKE_THE_SOURCE)
        for name, network in models.items():
            models[name] = make_pipeline(FrozenEstimator(reader), network)
        counts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        models["TF-IDF"] = make_pipeline(counts, LogisticRegression(max_iter=1000))
        for name, model in models.items():
            model, spent = fit_timed(model, train.X[rows], train.y[rows])
            score = round(float(model.score(test.X, test.y)), 4)
            scores.setdefault(name, []).append(score)
            print(draw, name, score, spent, flush=True)
    return {"seconds_source": seconds, "accuracy": summarise(scores)}


def tweets_table(record):
    """Write the mean of r over the draws, and the lowest and the highest."""
    by_number = record["tweets"]["r"]
    rows = []
    for name, title in TITLES.items():
        cells = []
        for found in by_number.values():
            mean, draws = found[name]["mean"], found[name]["draws"]
            cells.append(f"{mean:.2f} ({min(draws):.2f}-{max(draws):.2f})")
        rows.append([title, *cells])
    return markdown(["", *(f"{n} tweets" for n in by_number)], rows)


def reviews_table(record):
    """Write the mean accuracy over the draws, and the lowest and the highest."""
    rows = []
    for name, found in record["reviews"]["accuracy"].items():
        draws = found["draws"]
        mean = f"{found['mean']:.2f} ({min(draws):.2f}-{max(draws):.2f})"
        rows.append([name.replace("TF-IDF", "TF-IDF and logistic regression"), mean])
    return markdown(["", "500 reviews"], rows)


TITLES = {
    "from random weights": "a network from random weights",
    "from the encoder": "from the encoder of the classifier",
    "on the encoder, which stays": 'the same, `freeze_epochs="all"`',
    "the classifier itself": "what the classifier says, without tweets",
    "TF-IDF": "TF-IDF and ridge regression",
}
PROGRAMS = {"tweets": tweets, "reviews": reviews}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, help="JSON to add to")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--test", type=int, default=2000, help="reviews to ask about")
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
