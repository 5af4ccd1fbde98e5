import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    TimeSeriesSplit,
)

from sklearn_rnn.estimators import _validation_part
from sklearn_rnn.estimators._validation_part import hold_out, wants_early_stopping

# 80 rows of class 0, 20 of class 1.
y = np.repeat([0, 1], [80, 20])


def split(
    y=y,
    early_stopping=True,
    validation_fraction=0.1,
    stratify=True,
    seed=0,
    groups=None,
):
    return hold_out(
        y,
        early_stopping=early_stopping,
        validation_fraction=validation_fraction,
        stratify=stratify,
        seed=seed,
        groups=groups,
    )


def test_nothing_is_held_out_without_early_stopping():
    train, valid = split(early_stopping=False)
    assert train.tolist() == list(range(100))
    assert valid is None


@pytest.mark.parametrize(
    ("early_stopping", "n_rows", "wanted"),
    [
        (False, 5000, False),
        (True, 2, True),
        ("auto", 1999, False),
        ("auto", 2000, True),
    ],
)
def test_auto_is_on_from_2000_rows(early_stopping, n_rows, wanted):
    assert wants_early_stopping(early_stopping, n_rows) == wanted
    many = np.zeros(n_rows)
    _, valid = split(many, early_stopping, 0.5, stratify=False)
    assert (valid is not None) == wanted


@pytest.mark.parametrize(("fraction", "stratify"), [(0.1, True), (0.25, False)])
def test_a_fraction_is_held_out(fraction, stratify):
    train, valid = split(validation_fraction=fraction, stratify=stratify)
    assert len(valid) == 100 * fraction
    assert sorted([*train, *valid]) == list(range(100))


@pytest.mark.parametrize("seed", range(2))
def test_the_shares_of_the_classes_are_kept(seed):
    _, valid = split(seed=seed)
    assert np.bincount(y[valid]).tolist() == [8, 2]  # of 80 and 20, a tenth


def test_rows_are_not_taken_from_one_end_when_y_is_sorted():
    _, valid = split(np.arange(100.0), stratify=False)
    assert valid.min() < 50 <= valid.max()


def test_the_seed_decides():
    assert split(seed=1)[1].tolist() == split(seed=1)[1].tolist()
    assert split(seed=1)[1].tolist() != split(seed=2)[1].tolist()


def test_of_a_splitter_the_last_split_is_used():
    train, valid = split(np.arange(20.0), True, TimeSeriesSplit(3), stratify=False)
    # 20 rows in 3 folds of 5 behind the first 5.
    assert train.tolist() == list(range(15))
    assert valid.tolist() == list(range(15, 20))
    _, valid = split(np.arange(20.0), True, KFold(4), stratify=False)
    assert valid.tolist() == list(range(15, 20))


groups = np.arange(100) // 4  # four rows each; the last five are of class 1


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize(("fraction", "n_rows"), [(0.2, 20), (0.5, 50)])
def test_a_share_of_the_groups_is_held_out_whole(stratify, fraction, n_rows):
    train, valid = split(
        validation_fraction=fraction, stratify=stratify, groups=groups, seed=1
    )
    assert not set(groups[train]) & set(groups[valid])
    assert sorted([*train, *valid]) == list(range(100))
    assert abs(len(valid) - n_rows) <= 4
    if stratify:  # of five groups of class 1 a fifth, or two or three
        assert np.bincount(y[valid])[1] in ({4} if fraction == 0.2 else {8, 12})


def test_a_rare_class_does_not_change_how_much_is_held_out():
    rare = np.zeros(3000, dtype=int)
    rare[[5, 77, 1200]] = 1
    _, valid = split(rare, groups=np.arange(3000), validation_fraction=0.1)
    assert len(valid) == 300
    assert rare[valid].sum() in (1, 2)


def test_a_share_of_groups_has_every_class_if_any_does():
    rare = (groups == 7).astype(int) | (groups == 19)
    for seed in range(5):
        train, valid = split(rare, groups=groups, seed=seed)
        assert set(rare[train]) == set(rare[valid]) == {0, 1}


def test_the_seed_decides_which_groups():
    parts = [split(groups=groups, seed=seed)[1].tolist() for seed in (0, *range(9))]
    assert parts[0] == parts[1]
    assert len({tuple(part) for part in parts}) > 1


@pytest.mark.parametrize(
    "splitter",
    [
        GroupShuffleSplit(1, test_size=0.2, random_state=0),
        GroupKFold(5),
        LeaveOneGroupOut(),
        StratifiedGroupKFold(5),
    ],
    ids=lambda splitter: type(splitter).__name__,
)
def test_a_splitter_receives_the_groups(splitter):
    train, valid = split(validation_fraction=splitter, groups=groups, stratify=False)
    *_, expected = splitter.split(y, y, groups)
    assert train.tolist() == expected[0].tolist()
    assert valid.tolist() == expected[1].tolist()


def test_a_splitter_that_ignores_groups_says_so():
    with pytest.warns(UserWarning, match="groups parameter is ignored by KFold"):
        split(validation_fraction=KFold(4), groups=groups, stratify=False)


def test_a_splitter_that_needs_groups_says_so():
    with pytest.raises(ValueError, match="pass to fit the groups"):
        split(validation_fraction=GroupKFold(5))


def test_groups_can_be_split_beforehand():
    groups = np.arange(100) % 10
    pair = list(GroupShuffleSplit(1, random_state=0).split(y, y, groups))
    train, valid = split(validation_fraction=pair)
    assert train.tolist() == pair[0][0].tolist()
    assert valid.tolist() == pair[0][1].tolist()
    assert not set(groups[train]) & set(groups[valid])


def test_the_order_of_a_given_pair_is_kept():
    train, valid = split(validation_fraction=[([99, 3, 50], [98, 0])])
    assert train.tolist() == [99, 3, 50]
    assert valid.tolist() == [98, 0]


def test_a_pair_of_masks_selects_rows():
    held_out = np.arange(100) % 5 == 0
    train, valid = split(validation_fraction=[(~held_out, held_out)])
    assert valid.tolist() == list(range(0, 100, 5))
    assert len(train) == 80


@pytest.mark.parametrize(
    ("y", "validation_fraction", "problem"),
    [
        (np.repeat([0, 1], [99, 1]), 0.1, "least populated class"),
        (np.repeat([0, 1, 2], [90, 6, 4]), 0.02, "number of classes"),
        (y, [(np.arange(20, 100), np.arange(20))], "validation part lacks 1 of 2"),
        (y, [(np.arange(80), np.arange(80, 100))], "part lacks 1 of 2 classes"),
        (y, TimeSeriesSplit(3), "training part lacks 1 of 2"),
    ],
)
def test_a_part_without_a_class_is_refused_but_for_auto(
    y, validation_fraction, problem, monkeypatch
):
    with pytest.raises(ValueError, match=problem) as refusal:
        split(y, True, validation_fraction)
    for words in ("early_stopping=True", f"{len(y)} rows", "X_val and y_val"):
        assert words in str(refusal.value)
    monkeypatch.setattr(_validation_part, "AUTO_EARLY_STOPPING_ROWS", 10)
    train, valid = split(y, "auto", validation_fraction)
    assert train.tolist() == list(range(len(y)))
    assert valid is None


@pytest.mark.parametrize("early_stopping", [True, "auto"])
@pytest.mark.parametrize(
    ("splits", "problem"),
    [([([0, 99], [100, 101])], "out of bounds"), ([], "gives no split")],
)
def test_a_splitter_that_cannot_split_is_refused(
    splits, problem, early_stopping, monkeypatch
):
    monkeypatch.setattr(_validation_part, "AUTO_EARLY_STOPPING_ROWS", 10)
    with pytest.raises(ValueError, match=problem):
        split(y, early_stopping, splits)


def test_reals_are_not_classes():
    _, valid = split(np.linspace(0, 1, 50), validation_fraction=0.2, stratify=False)
    assert len(valid) == 10
