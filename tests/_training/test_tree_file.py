import os
import time

import numpy as np
import pytest

from sklearn_rnn._training import _tree_file
from sklearn_rnn._training._tree_file import read_tree, remove_leftovers, write_tree
from sklearn_rnn.exceptions import CheckpointError

TREE = {
    "weights": {"a": np.arange(6.0, dtype=np.float32).reshape(2, 3), "b": np.array(3)},
    "optimizer": {0: {"step": np.array([1.0])}, 1: {"betas": (0.9, 0.999)}},
    "history": [{"epoch": 1, "loss": 0.1 + 0.2, "best": True}, {"lr": float("inf")}],
    "empty": [{}, [], (), None, "", np.zeros((0, 3), dtype=np.int64)],
    "text": 'naïve "quoted"\n',
}


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)
    else:
        assert one == other


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a [1].checkpoint"


def test_a_tree_comes_back_as_it_went(path):
    write_tree(path, TREE)
    assert_same(read_tree(path), TREE)


def test_a_float_comes_back_to_the_bit(path):
    values = np.random.default_rng(0).normal(size=100) * 10.0 ** np.arange(-50, 50)
    write_tree(path, values.tolist())
    assert read_tree(path) == values.tolist()


def test_a_scalar_of_numpy_becomes_a_number(path):
    write_tree(path, [np.float32(0.1), np.int64(3), np.bool_(True)])
    assert_same(read_tree(path), [float(np.float32(0.1)), 3, True])


@pytest.mark.parametrize("thing", [object(), {1}, np.array([None]), 1j, b"bytes"])
def test_nothing_else_is_written(path, thing):
    with pytest.raises(TypeError, match="numbers, strings, arrays"):
        write_tree(path, {"thing": [thing]})
    assert list(path.parent.iterdir()) == []


def test_the_new_file_takes_the_place_of_the_old_one(path):
    write_tree(path, 1)
    write_tree(path, 2)
    assert read_tree(path) == 2
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_writing_leaves_the_old_file(path, monkeypatch):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    write_tree(path, 1)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_tree(path, 2)
    assert read_tree(path) == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_there_only_when_it_is_whole(path, monkeypatch):
    """Look at the disk where a process could be killed."""
    seen = []
    fsync = os.fsync

    def look(descriptor):
        seen.append(read_tree(path) if path.exists() else None)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_tree(path, 1)
    write_tree(path, 2)
    assert seen == [None, 1]


# -- what is refused -------------------------------------------------------------


def test_any_damage_is_seen(path):
    write_tree(path, TREE)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(
            content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        )
        with pytest.raises(CheckpointError, match=r"1\].checkpoint"):
            read_tree(path)


def test_any_truncation_is_seen(path):
    write_tree(path, TREE)
    content = path.read_bytes()
    for length in [*range(0, 200), *range(200, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"1\].checkpoint"):
            read_tree(path)
    path.write_bytes(content + b" ")
    with pytest.raises(CheckpointError, match="damaged"):
        read_tree(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"PK\x03\x04...", b"\x80\x04K\x01."])
def test_another_file_is_no_checkpoint(path, content):
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is no checkpoint of sklearn_rnn"):
        read_tree(path)
    assert path.read_bytes() == content


def test_a_later_format_is_named(path, monkeypatch):
    monkeypatch.setattr(_tree_file, "FORMAT", 2)
    write_tree(path, TREE)
    monkeypatch.undo()
    with pytest.raises(
        CheckpointError, match=r"in format 2, and this one reads up to 1"
    ):
        read_tree(path)


def test_nothing_is_unpacked_before_the_checksum_is_right(path, monkeypatch):
    write_tree(path, TREE)
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setattr(np, "load", lambda *args, **kwargs: pytest.fail("unpacked"))
    with pytest.raises(CheckpointError, match="damaged"):
        read_tree(path)


# -- what a killed process leaves --------------------------------------------------


def test_old_leftovers_are_removed_and_others_stay(path):
    write_tree(path, 1)
    old, fresh, other = (
        path.with_name(f".{name}.part")
        for name in (f"{path.name}.1-1", f"{path.name}.2-2", "b.checkpoint.1-1")
    )
    for file in (old, fresh, other):
        file.touch()
    hour_ago = time.time() - 3600
    for file in (old, other):
        os.utime(file, (hour_ago, hour_ago))
    remove_leftovers(path)
    assert set(path.parent.iterdir()) == {path, fresh, other}
