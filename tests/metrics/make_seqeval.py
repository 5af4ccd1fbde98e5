"""Write seqeval.json: random labels, and the figures that seqeval gives for them.

Run once, by hand, where the package seqeval is installed (version 1.2.2 was), as
``python tests/metrics/make_seqeval.py``. The tests read the file only.

Labels are drawn blindly, true and predicted ones partly alike, so that most rows
are faulty in some way: I after O, I of another type, E without B, no type at all.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

PREFIXES = {"bio": "BI", "bioes": "BIES"}
TYPES = ["-a", "-b", "-a-b", "", "-"]
AVERAGES = [None, "micro", "macro", "weighted"]


def draw_rows(rng, scheme):
    """Draw one to three rows of one to six labels, and a prediction for each."""
    # Few types in most cases, or no span would ever be as long as two steps.
    n_types = rng.integers(1, len(TYPES) + 1)
    labels = ["O"] + [p + t for p in PREFIXES[scheme] for t in TYPES[:n_types]]
    y_true = [rng.choice(labels, rng.integers(1, 7)) for _ in range(rng.integers(1, 4))]
    keep = rng.choice([0.0, 0.5, 0.8, 1.0])
    y_pred = [
        np.where(rng.random(len(row)) < keep, row, rng.choice(labels, len(row)))
        for row in y_true
    ]
    return [row.tolist() for row in y_true], [row.tolist() for row in y_pred]


def figures(y_true, y_pred, reading, zero_division):
    """Precision, recall, F1 and support, of each type and in each average.

    A reading is "default", or the scheme whose strict mode is meant.
    """
    from seqeval.metrics import f1_score, sequence_labeling, v1
    from seqeval.scheme import IOB2, IOBES

    asked = {"zero_division": zero_division}
    score = sequence_labeling.precision_recall_fscore_support
    mode = {}
    if reading != "default":
        score = v1.precision_recall_fscore_support
        asked["scheme"] = {"bio": IOB2, "bioes": IOBES}[reading]
        mode["mode"] = "strict"
    found = {}
    for average in AVERAGES:
        columns = score(y_true, y_pred, average=average, **asked)
        f1 = f1_score(y_true, y_pred, average=average, **asked, **mode)
        assert np.array_equal(f1, columns[2], equal_nan=True)
        found[str(average)] = [np.round(c, 9).tolist() for c in columns]
    return found


def make_case(seed):
    """Draw one case; without any span seqeval has no macro average, so draw again."""
    rng = np.random.default_rng(seed)
    scheme = ["bio", "bioes"][seed % 2]
    zero_division = seed // 2 % 2
    readings = ["default", scheme]
    while True:
        y_true, y_pred = draw_rows(rng, scheme)
        found = {r: figures(y_true, y_pred, r, zero_division) for r in readings}
        if all(figure["None"][0] for figure in found.values()):
            break
    return {
        "y_true": [" ".join(row) for row in y_true],
        "y_pred": [" ".join(row) for row in y_pred],
        "zero_division": zero_division,
        "figures": found,
    }


def main(n_cases=300):
    cases = [json.dumps(make_case(seed)) for seed in range(n_cases)]
    text = '{{"seqeval": "{}", "cases": [\n{}\n]}}\n'
    path = Path(__file__).with_name("seqeval.json")
    path.write_text(text.format(version("seqeval"), ",\n".join(cases)), "utf-8")


if __name__ == "__main__":
    main()
