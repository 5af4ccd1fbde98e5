"""A long table, series below each other, is not read as a series in each row."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from sklearn_rnn import sequences_from_frame, sliding_windows
from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import check_sequences

rng = np.random.default_rng(0)
DAYS = pd.date_range("2024", periods=5)
LONG = pd.DataFrame(
    {
        "shop": np.repeat([3, 1, 2], 5),
        "day": np.tile(np.arange(5), 3),
        "sold": rng.normal(size=15),
        "price": rng.normal(size=15),
    }
)


def read(X):
    return check_sequences(BaseEstimator(), X, reset=True)


FRAMES = {
    "integers": (LONG, lambda X: X.set_index(["shop", "day"])),
    "by day": (LONG.sort_values("day"), lambda X: X.set_index(["shop", "day"])),
    "dates": (LONG.assign(day=[*DAYS] * 3), lambda X: X.set_index(["shop", "day"])),
    "text": (
        LONG.assign(shop=LONG["shop"].map(str)),
        lambda X: X.set_index(["shop", "day"]),
    ),
    "days in the index": (
        LONG.set_index("day"),
        lambda X: X.set_index("shop", append=True).swaplevel(),
    ),
    "shops in the index": (
        LONG.set_index("shop"),
        lambda X: X.set_index("day", append=True),
    ),
}


@pytest.mark.parametrize(("frame", "mend"), FRAMES.values(), ids=FRAMES)
def test_a_long_table_is_refused_and_the_remedy_works(frame, mend):
    with pytest.raises(
        SequenceError, match=r"long table.*names series, and.*set_index"
    ) as refused:
        read(frame)
    line = re.search(r"sequences_from_frame\(.*?\)(?=, with)", str(refused.value))
    names = {"X": frame, "sequences_from_frame": sequences_from_frame}
    sequences = read(eval(line[0], names))
    assert sequences.lengths.tolist() == [5, 5, 5]
    np.testing.assert_array_equal(sequences[0], LONG[["sold", "price"]][:5])
    sequences = read(mend(frame))
    assert sequences.lengths.tolist() == [5, 5, 5]
    np.testing.assert_array_equal(sequences[0], LONG[["sold", "price"]][:5])
    assert sliding_windows(mend(frame), 3)[0].shape == (6, 3, 2)


@pytest.mark.parametrize("n_samples", [4, 300])
def test_a_table_of_counts_is_a_series_in_each_row(n_samples):
    counts = np.random.default_rng(0).integers(0, 9, size=(n_samples, 6))
    table = pd.DataFrame(counts, columns=list("abcdef"))
    for frame in (table, table.sort_values("a"), table.set_index("a")):
        assert len(read(frame)) == n_samples
    assert len(read(LONG.to_numpy())) == 15
