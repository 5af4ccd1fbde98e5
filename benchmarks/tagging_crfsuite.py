"""A conditional random field over features made by hand, with sklearn-crfsuite.

Prints one line of JSON: seconds and accuracies. The environment needs nothing of ours.

    python benchmarks/tagging_crfsuite.py ../shared/data --parts dev
"""

import argparse
import contextlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import sklearn_crfsuite

from tagging.corpus import read_corpus
from tagging.scores import score, words_of
from worker import versions


def shape_of(word):
    """Write capitals as X, small letters as x and digits as 9, each run once."""
    kinds = []
    for character in word:
        if character.isdigit():
            kind = "9"
        elif character.isalpha():
            kind = "X" if character.isupper() else "x"
        else:
            kind = character
        if kinds[-1:] != [kind]:
            kinds.append(kind)
    return "".join(kinds)


def features_of_word(word):
    """Describe a word by itself."""
    lower = word.lower()
    features = {"bias": 1.0, "word": word, "lower": lower, "shape": shape_of(word)}
    for length in (1, 2, 3):
        features[f"suffix{length}"] = lower[-length:]
        features[f"prefix{length}"] = lower[:length]
    features["has digit"] = any(character.isdigit() for character in word)
    features["is title"] = word.istitle()
    features["is upper"] = word.isupper()
    return features


OF_NEIGHBOURS = ("lower", "shape", "suffix2", "suffix3", "is title", "is upper")


def features_of(words):
    """Describe each word of a sentence, with those beside it."""
    own = [features_of_word(word) for word in words]
    rows = []
    for i, features in enumerate(own):
        row = dict(features)
        for name, j in (("before", i - 1), ("after", i + 1)):
            if 0 <= j < len(words):
                row.update({f"{name} {key}": own[j][key] for key in OF_NEIGHBOURS})
            else:
                row[f"nothing {name}"] = True
        rows.append(row)
    return rows


def main():
    """Fit and score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder that holds the corpus")
    parser.add_argument("--parts", nargs="+", default=["dev", "test"])
    parser.add_argument("--rows", type=int, help="train on so many sentences")
    parser.add_argument("--c1", type=float, default=0.1)
    parser.add_argument("--c2", type=float, default=0.1)
    arguments = parser.parse_args()

    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        training = read_corpus(arguments.data, "train", arguments.rows)
        start = time.perf_counter()
        model = sklearn_crfsuite.CRF(
            algorithm="lbfgs",
            c1=arguments.c1,
            c2=arguments.c2,
            max_iterations=100,
            all_possible_transitions=True,
        ).fit([features_of(words) for words in training.words], training.tags)
        figures = {
            "seconds": time.perf_counter() - start,
            "settings": {"c1": arguments.c1, "c2": arguments.c2},
            "versions": {
                **versions(),
                "sklearn-crfsuite": version("sklearn-crfsuite"),
            },
        }
        known = words_of(training)
        for part in arguments.parts:
            corpus = read_corpus(arguments.data, part)
            predicted = model.predict([features_of(words) for words in corpus.words])
            figures[part] = score(corpus, predicted, known)
    print(json.dumps(figures), file=answers)


if __name__ == "__main__":
    main()
