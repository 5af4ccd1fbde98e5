"""Write the table of the page "What goes in", by reading every container.

python tools/write_inputs.py            # writes docs/appendix/inputs.md
python tools/write_inputs.py --check    # only says whether it is out of date
"""

import re
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from scipy import sparse
from sklearn.base import BaseEstimator

from sklearn_rnn import sequences_from_frame
from sklearn_rnn.sequences import check_sequences

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/appendix/inputs.md"
TABLE = re.compile(r"(<!-- containers -->\n).*?(<!-- end of containers -->)", re.DOTALL)

A = np.array([[1.5, 10], [2.5, 20], [3.5, 30]])
B = A[:2]
DAYS = pd.date_range("2024-01-01", periods=3)
FRAMES = [pd.DataFrame(A, columns=["a", "b"]), pd.DataFrame(B, columns=["a", "b"])]
TABLE_OF_NUMBERS = pd.DataFrame(A.T[:, :2], columns=["a", "b"])
PANEL = pd.concat(FRAMES, keys=["p", "q"], names=["series", "time"])
LONG = pd.DataFrame(
    {
        "series": np.repeat([1, 2, 3], 5),
        "time": np.tile(range(5), 3),
        "a": np.linspace(0, 1, 15),
    }
)
PADDED = np.ma.masked_array(np.stack([A, A]), mask=False)
PADDED[1, 2] = np.ma.masked
INSIDE = PADDED.copy()
INSIDE[0, 0] = np.ma.masked
SHORT = pd.DataFrame([[4, 2, None], [3, 5, 9]])
IDS = sparse.csr_array([[4, 2, 0], [3, 5, 9]])


class Container(NamedTuple):
    """A row of the table: X in words, and one of it."""

    words: str
    X: object
    input: str = "auto"


CONTAINERS = [
    Container("array `(n_samples, n_timesteps)`", A),
    Container("frame, a sample in each row", TABLE_OF_NUMBERS),
    Container("the same, nullable (`Float64`)", TABLE_OF_NUMBERS.astype("Float64")),
    Container("array `(n_samples, n_timesteps, n_features)`", np.stack([A, A])),
    Container("masked array, masked at the end", PADDED),
    Container("masked array, masked inside", INSIDE),
    Container("list of arrays", [A, B]),
    Container("list of tensors", [torch.from_numpy(A), torch.from_numpy(B)]),
    Container("list of frames", FRAMES),
    Container("list of frames of other names", [FRAMES[0], FRAMES[1].add_suffix("2")]),
    Container("list of series of numbers", [A[:, 0], B[:, 0]]),
    Container("frame with a column of arrays", pd.DataFrame({"x": [A, B]})),
    Container(
        "frame of series (sktime, nested)",
        pd.DataFrame({name: [frame[name] for frame in FRAMES] for name in ("a", "b")}),
    ),
    Container("frame with an index of series and time", PANEL),
    Container("long table with both as columns", LONG),
    Container(
        "the same, read by `sequences_from_frame`",
        sequences_from_frame(LONG, series="series", time="time"),
    ),
    Container("frame with a column of dates", FRAMES[0].assign(day=DAYS)),
    Container("frame with a column of text", FRAMES[0].assign(name="x")),
    Container("frame with a column of categories", FRAMES[0].astype("category")),
    Container("array of dates", np.stack([DAYS.to_numpy()] * 2)),
    Container("list of frames that run backwards", [FRAMES[0].set_index(DAYS)[::-1]]),
    Container("sparse matrix of integers", IDS),
    Container("array of integers, `input='tokens'`", IDS.toarray(), "tokens"),
    Container("frame of them, filled up with NaN, `input='tokens'`", SHORT, "tokens"),
    Container("list of integers, `input='tokens'`", [[4, 2], [3, 5, 9]], "tokens"),
    Container("list of integers of unequal length", [[4, 2], [3, 5, 9]]),
    Container("list of texts", ["one two", "three"]),
]


def outcome(container):
    """Say what becomes of a container, and its first words where it is refused."""
    estimator = BaseEstimator()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sequences = check_sequences(
                estimator, container.X, reset=True, input=container.input
            )
    except Exception as error:
        reason = re.split(r"[;:,] |\. ", str(error))[0]
        reason = re.sub(r" \(datetime64\[\w+\]\)", "", reason)  # pandas decides it
        return f"refused: “{reason}”"
    lengths = ", ".join(map(str, sequences.lengths))
    names = getattr(estimator, "feature_names_in_", None)
    read = f"{estimator.input_kind_}, lengths {lengths}"
    return read if names is None else f"{read}, names {', '.join(names)}"


def table():
    """Write the table."""
    rows = [f"| {item.words} | {outcome(item)} |" for item in CONTAINERS]
    return "\n".join(["| X | what becomes of it |", "|---|---|", *rows]) + "\n"


def main():
    """Write the page, or say that it is out of date."""
    page = PAGE.read_text(encoding="utf-8")
    written = TABLE.sub(lambda found: found[1] + table() + found[2], page)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if page == written else f"{PAGE} is out of date: run {__file__}")
    PAGE.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
