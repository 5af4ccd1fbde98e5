"""Draw the picture of the README: reading letter by letter, and naming every step.

    python tools/draw_readme.py docs/images/readme.png

Both halves are computed here, from bundled data, in about a minute on one core.
"""

import sys
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNTagger, TextVectorizer
from sklearn_rnn.datasets import load_languages, make_activities
from sklearn_rnn.inspection._axes import COLORS, LINE_STYLES

LANGUAGES = "dan deu_1996 eng fra ita nld por_PT ron_2006 spa swe".split()
PHRASE = "Alle mennesker er født frie"  # Danish; "Alle menn..." may be German
N_LETTERS = 80
N_SHOWN = 3


def prefixes(texts, copies, random):
    """Cut each text at some places, as a reader sees it on the way."""
    ends = random.integers(3, N_LETTERS, size=(len(texts), copies))
    return [text[:end] for text, row in zip(texts, ends, strict=True) for end in row]


def learn_languages(copies=4):
    """Learn to name a language from the beginning of a paragraph, however short."""
    bunch = load_languages()
    kept = np.isin(bunch.target, LANGUAGES) & (bunch.articles != 1)  # not the phrase
    texts = prefixes(bunch.data[kept], copies, np.random.default_rng(0))
    names = dict(zip(np.unique(bunch.target), bunch.target_names, strict=True))
    y = np.repeat([names[code] for code in bunch.target[kept]], copies)
    model = make_pipeline(
        TextVectorizer(analyzer="char", max_length=N_LETTERS),
        RNNClassifier(64, pooling="mean", max_epochs=15, random_state=0),
    )
    return model.fit(texts, y)


def draw_languages(ax, model):
    """Draw what the network believes after each letter of the phrase."""
    read = [PHRASE[:end] for end in range(1, len(PHRASE) + 1)]
    shares = model.predict_proba(read)  # (n_letters, n_languages)
    highest = np.argsort(shares[1:].max(axis=0))[::-1][:N_SHOWN]
    letters = np.arange(len(PHRASE))
    for k, language in enumerate(highest):
        curve = 100 * shares[:, language]
        ax.plot(letters, curve, LINE_STYLES[k], color=COLORS[k], lw=2.5)
        last = len(PHRASE) - 1
        place = last if curve[-1] > 50 else int(curve.argmax())
        ax.annotate(
            model.classes_[language],
            (place, curve[place]),
            xytext=(0, 5),
            textcoords="offset points",
            ha="left" if place < 4 else "right",
            color=COLORS[k],
            weight="bold",
        )
    others = np.delete(shares, highest, axis=1)
    ax.plot(letters, 100 * others, color="0.75", lw=1, zorder=0)
    ax.set_xticks(letters, [letter.replace(" ", "␣") for letter in PHRASE])
    ax.set(
        ylim=(0, 112),
        xlim=(-0.5, len(PHRASE) - 0.3),
        ylabel="probability (%)",
        title="Which language? Letter by letter",
    )


def bouts(labels):
    """Give begin and end of each stretch of equal labels."""
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    ends = [0, *changes, len(labels)]
    return list(pairwise(ends))


def is_varied(labels):
    """Whether all four activities are in a series, none of them very short."""
    return len(set(labels)) == 4 and min(e - b for b, e in bouts(labels)) >= 6


def draw_activities(ax):
    """Draw a series on the colours of what the tagger says at each step."""
    X, y = make_activities(190, 160, mean_duration=30, noise=0.4, random_state=0)
    tagger = RNNTagger(32, max_epochs=20, random_state=0).fit(X[:150], y[:150])
    predictions = tagger.predict(X[150:])
    right = np.mean(np.concatenate(predictions) == np.concatenate(y[150:]))
    shown = next(i for i in range(40) if is_varied(y[150 + i]))
    predicted, series = predictions[shown], X[150 + shown][:, 0]
    colors = dict(zip(tagger.classes_, COLORS, strict=False))
    for begin, end in bouts(predicted):
        color = colors[predicted[begin]]
        ax.axvspan(begin - 0.5, end - 0.5, color=color, alpha=0.35, lw=0)
    ax.plot(series, color="black", lw=1)
    handles = [
        Patch(color=color, alpha=0.35, label=activity)
        for activity, color in colors.items()
    ]
    ax.legend(
        handles=handles,
        ncols=4,
        loc="upper center",
        columnspacing=0.8,
        handlelength=1.2,
    )
    ax.set(
        xlim=(0, len(predicted) - 1),
        ylim=(-3, 4.2),
        xlabel="step",
        ylabel="acceleration",
        title=f"What goes on? {right:.0%} of steps right",
    )


def main(path):
    """Draw both halves and save them."""
    with plt.rc_context({"font.size": 11.5, "axes.spines.top": False}):
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(9, 3.6), layout="constrained"
        )
        draw_languages(left, learn_languages())
        draw_activities(right)
        figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
