"""Whatever a file holds, `load` refuses it or gives an estimator that answers."""

import json
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy

from sklearn_rnn import RNNClassifier, load, save
from sklearn_rnn.exceptions import SavedFileError
from sklearn_rnn.persistence._files import _about, _checksum

from .conftest import MODELS


@pytest.fixture
def bench_hostile(program):
    return program("bench_hostile")


@pytest.mark.parametrize(
    ("n_mutations", "seed"),
    [(300, 1), pytest.param(5000, 2, marks=pytest.mark.slow)],
)
def test_a_file_changed_at_random_is_refused_or_answers(
    bench_hostile, n_mutations, seed
):
    found = bench_hostile.run(n_mutations, seed)
    assert found["faults"] == []
    counts = [sum(outcomes.values()) for outcomes in found["outcomes"].values()]
    assert sum(counts) == n_mutations


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def rewrite(path, change):
    """Change the tree in a file, and let its checksum be right."""
    content = path.read_bytes()
    named, about = safetensors.numpy.load(content), _about(content)
    about["tree"] = change(about["tree"])
    about["checksum"] = _checksum(about, named)
    path.write_bytes(safetensors.numpy.save(named, metadata=about))


class Trap:
    """Unpickled, it would run a program."""

    def __reduce__(self):
        return (subprocess.run, ([sys.executable, "-c", "open('fallen', 'w')"],))


def test_a_pickle_in_disguise_is_not_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(SavedFileError, match="no file of sklearn_rnn"):
        load(path)
    assert not (tmp_path / "fallen").exists()
    pickle.loads(path.read_bytes())  # the trap works
    assert (tmp_path / "fallen").exists()


@pytest.mark.parametrize(
    "name", ["os.system", "builtins.eval", "subprocess.Popen", "SVC", "BaseRNN", ""]
)
def test_a_class_that_is_not_in_the_table_is_not_looked_up(path, name):
    save(RNNClassifier(), path)
    rewrite(path, lambda tree: tree.replace('"RNNClassifier"', json.dumps(name)))
    with pytest.raises(SavedFileError, match="no estimator that a file may hold"):
        load(path)


@pytest.mark.parametrize("name", ["os.system", "eval", "str.format", "__import__"])
def test_a_function_that_is_not_in_the_table_is_not_looked_up(path, name):
    model, X, y = MODELS["spelled words"]
    save(model.fit(X, y), path)
    rewrite(
        path, lambda tree: tree.replace('{"named": "list"}', f'{{"named": "{name}"}}')
    )
    with pytest.raises(SavedFileError, match="KeyError"):
        load(path)


def test_a_net_larger_than_its_weights_is_refused_before_it_is_made(path, monkeypatch):
    model, X, y = MODELS["classifier"]
    save(model.fit(X, y), path)
    rewrite(
        path, lambda tree: tree.replace('["hidden_size", 3]', '["hidden_size", 90000]')
    )
    monkeypatch.setattr(
        RNNClassifier, "_build_net", lambda *a, **k: pytest.fail("it was made")
    )
    with pytest.raises(SavedFileError, match="weights"):
        load(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["num_layers", 1]', '["num_layers", 1000000000]'),
        ('["num_layers", 1]', '["num_layers", -1]'),
        ('["num_layers", 1]', '["num_layers", 9]'),
        ('"<U3"', '"<U99999999"'),
        ('["callbacks", null]', f'["callbacks", null], [{2**61}, 1]'),
        ('["hidden_size", 3]', '["hidden_size", "3"]'),
        ('["hidden_size", 3]', '["hidden_size", -3]'),
        ('["callbacks", null]', '["callbacks", {"list": [1]}]'),
        ('["net_params", null]', '["net_params", {"dict": [["module", 1]]}]'),
        ('["n_features", 2]', '["n_features", 3]'),
        ('{"dict": [', '{"dict": [[{"list": []}, 1], '),
    ],
)
def test_a_state_that_cannot_be_is_refused(path, before, after):
    model, X, y = MODELS["classifier"]
    save(model.fit(X, y), path)
    rewrite(path, lambda tree: tree.replace(before, after))
    with pytest.raises(SavedFileError, match="does not hold an estimator"):
        load(path)


def test_one_array_cannot_be_two_weights(path):
    model, X, y = MODELS["classifier"]
    save(model.fit(X, y), path)

    def share(tree):
        forward, backward = re.findall(r'_cell.weight_hh_l0", {"array": (\d+)}', tree)
        return tree.replace(f'{{"array": {forward}}}', f'{{"array": {backward}}}')

    rewrite(path, share)
    with pytest.raises(SavedFileError, match="one array cannot be two weights"):
        load(path)


def test_nested_beyond_all_bounds_is_refused(path):
    save(RNNClassifier(), path)
    rewrite(path, lambda tree: '{"list": [' * 100_000 + "]}" * 100_000)
    with pytest.raises(SavedFileError, match="RecursionError"):
        load(path)


def test_tensors_of_others_are_no_estimator(path):
    safetensors.numpy.save_file({"weight": np.zeros((2, 2))}, path)
    with pytest.raises(SavedFileError, match="no file of sklearn_rnn"):
        load(path)


def test_one_wrong_bit_of_a_weight_is_damage(path):
    model, X, y = MODELS["classifier"]
    save(model.fit(X, y), path)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(SavedFileError, match="is damaged: its checksum is wrong"):
        load(path)
