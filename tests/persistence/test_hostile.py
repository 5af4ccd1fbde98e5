"""Whatever a file holds, `load` refuses it or gives an estimator, and runs nothing."""

import copy
import io
import json
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import skops.io
import torch
from scipy import sparse
from sklearn.base import clone

from sklearn_rnn import RNNRegressor, TextVectorizer, load, save
from sklearn_rnn.exceptions import SavedFileError
from sklearn_rnn.persistence import _archive

from .conftest import MODELS


@pytest.fixture
def bench(program):
    return program("bench_hostile")


@pytest.mark.parametrize(
    ("n_mutations", "seed"),
    [(300, 1), pytest.param(5000, 2, marks=pytest.mark.slow)],
)
def test_a_file_changed_at_random_is_refused_or_read(bench, n_mutations, seed):
    found = bench.run(n_mutations, seed)
    assert found["other_errors"] == []
    assert found["executed"] == []
    counts = [sum(outcomes.values()) for outcomes in found["outcomes"].values()]
    assert sum(counts) == n_mutations


def node(loader, name, **more):
    """Make a node of the schema, of a kind and type."""
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **more}


def plain(value):
    """Make the node of a plain value."""
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def sequence(kind, nodes, **more):
    """Make the node of a list or tuple."""
    name = f"builtins.{kind.lower()}"
    return node(f"{kind}Node", name, content=nodes, **more)


def mapping(content, key_types):
    """Make the node of a dict."""
    types = sequence("List", key_types)
    return node("DictNode", "builtins.dict", content=content, key_types=types)


@pytest.fixture
def saved(path):
    """Give the path of a saved classifier."""
    model, X, y = MODELS["classifier"]
    save(clone(model).fit(X, y), path)
    return path


@pytest.fixture
def saved_regressor(path):
    """Give the path of a saved regressor."""
    path = path.with_name("regressor.skops")
    model, X, y = MODELS["two outputs"]
    save(clone(model).fit(X, y), path)
    return path


def rewrite(path, change):
    """Change the members of a file, whose checksums are right again."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])
    change(schema, members)
    members["schema.json"] = json.dumps(schema)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def contents(part, name):
    """Find the nodes that have a name in a dict of the schema."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    elif not isinstance(part, dict):
        return []
    found = [part] if isinstance(part.get(name), dict) else []
    return found + [node for child in part.values() for node in contents(child, name)]


def put(name, node):
    """Make a change that puts a node in the place of all those of a name."""

    def change(schema, members):
        places = contents(schema, name)
        assert places
        for place in places:
            place[name] = node

    return change


# -- damage ------------------------------------------------------------------------


def test_damage_anywhere_is_refused_with_the_path_or_does_no_harm(saved):
    X = MODELS["classifier"][1]
    expected = load(saved).predict_proba(X)
    content = saved.read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(len(content), size=60):
        flipped = bytes([content[place] ^ 16])
        for damaged in (content[:place], content[:place] + flipped):
            rest = content[place + 1 :] if len(damaged) > place else b""
            saved.write_bytes(damaged + rest)
            try:
                loaded = load(saved)
            except SavedFileError as error:
                assert str(error).startswith(f"{saved} is no file of sklearn_rnn.save")
            else:  # a date in the directory of the archive, say
                np.testing.assert_array_equal(loaded.predict_proba(X), expected)


class Trap:
    """Unpickled, it would run a program."""

    def __reduce__(self):
        return (subprocess.run, ([sys.executable, "-c", "open('fallen', 'w')"],))


def test_a_pickle_in_disguise_is_not_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(SavedFileError, match="is no file of sklearn_rnn"):
        load(path)
    assert not (tmp_path / "fallen").exists()
    pickle.loads(path.read_bytes())  # the trap works
    assert (tmp_path / "fallen").exists()


def test_what_is_no_estimator_is_refused(path):
    skops.io.dump({"a": 1}, path)
    with pytest.raises(SavedFileError, match="it holds dict, not an estimator"):
        load(path)


# -- code ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loader", "name"),
    [
        ("FunctionNode", "this.s"),
        ("TypeNode", "this.s"),
        ("ObjectNode", "sklearn_rnn._training._checkpoint.Checkpoint"),
    ],
)
def test_what_is_not_trusted_is_listed_and_not_imported(saved, loader, name):
    rewrite(saved, put("cell", node(loader, name, content=mapping({}, []))))
    with pytest.raises(SavedFileError, match="does not trust by itself") as caught:
        load(saved)
    assert f"trusted=['{name}']" in str(caught.value)
    assert "this" not in sys.modules


def test_a_trusted_name_in_another_kind_of_node_is_not_trusted(saved):
    """With the name of a class a node could be a `partial` of what it likes."""
    content = {
        "func": node("FunctionNode", "numpy.multiply"),
        "args": sequence("Tuple", [plain(2)]),
        "kwds": mapping({}, []),
        "namespace": plain(None),
    }
    name = "sklearn_rnn.estimators._classifier.RNNClassifier"
    rewrite(saved, put("lr_schedule", node("PartialNode", name, content=content)))
    with pytest.raises(SavedFileError, match=r"trusted=\[.*RNNClassifier'"):
        load(saved)


def test_the_keys_of_a_dict_are_not_given_to_a_function(saved):
    negative = node("FunctionNode", "numpy.negative")
    rewrite(saved, put("net_params", mapping({"1": plain(1)}, [negative])))
    with pytest.raises(SavedFileError, match=r"a key of the type numpy\.negative"):
        load(saved)


def test_the_laxer_nodes_of_old_protocols_are_refused(saved):
    rewrite(saved, lambda schema, members: schema.update(protocol=1))
    with pytest.raises(SavedFileError, match="protocol 1"):
        load(saved)


# -- memory and time ---------------------------------------------------------------


@pytest.mark.parametrize(
    "sizes",
    [
        {"hidden_size": 90_000},
        {"num_layers": 10**9},
        {"num_layers": 8, "hidden_size": 12},
        {"net_params": {"module__hidden_size": 90_000}},
    ],
    ids=str,
)
def test_a_net_larger_than_its_weights_is_not_made(saved, sizes, monkeypatch):
    for name, value in sizes.items():
        rewrite(saved, put(name, plain(value)))
    network = "sklearn_rnn.nn.RecurrentNetwork.__init__"
    monkeypatch.setattr(network, lambda *a, **k: pytest.fail("it was made"))
    with pytest.raises(SavedFileError, match="weights"):
        load(saved)


def test_a_head_larger_than_its_weights_is_not_made(
    saved, saved_regressor, monkeypatch
):
    """Of numbers the file says how many; of classes it may have many of no size."""

    def name_many_classes(schema, members):
        file = io.BytesIO()
        np.save(file, np.empty((10**9, 0)))
        members["classes.npy"] = file.getvalue()
        array = node("NdArrayNode", "numpy.ndarray", type="numpy", file="classes.npy")
        put("classes_", array)(schema, members)
        put("task", plain("multiclass"))(schema, members)

    rewrite(saved, name_many_classes)
    rewrite(saved_regressor, put("n_outputs_", plain(10**9)))
    network = "sklearn_rnn.nn.RecurrentNetwork.__init__"
    monkeypatch.setattr(network, lambda *a, **k: pytest.fail("it was made"))
    for path in (saved, saved_regressor):
        with pytest.raises(SavedFileError, match="the head is larger than all weights"):
            load(path)


def test_one_array_cannot_be_many_weights(saved_regressor):
    """As many weights as a large net has, if each counts."""

    names = [*load(saved_regressor).net_.module_.state_dict()]

    def share(schema, members):
        (place,) = contents(schema, names[0])
        nodes = [place[name] for name in names]
        large = max(nodes, key=lambda node: len(members[node["file"]]))
        for name in names:
            place[name] = large

    rewrite(saved_regressor, share)
    rewrite(saved_regressor, put("n_outputs_", plain(13)))
    with pytest.raises(SavedFileError, match="larger than all weights"):
        load(saved_regressor)


def test_what_an_optimiser_keeps_is_as_large_as_its_weight(tmp_path):
    X, y = np.zeros((8, 3, 1)), np.zeros(8)
    model = RNNRegressor(4, max_epochs=1).partial_fit(X, y)
    for name in ("exp_avg", "exp_avg_sq", "step"):
        changed = copy.deepcopy(model)
        for state in changed.net_.optimizer_.state.values():
            state[name] = torch.zeros(1 if name != "step" else 0)
        save(changed, tmp_path / "model")
        with pytest.raises(SavedFileError, match=f"{name} of the optimiser has shape"):
            load(tmp_path / "model")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(saved, monkeypatch):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 2**24)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(SavedFileError, match="must not be compressed"):
        load(saved)


def test_members_that_share_their_bytes_are_refused(saved, monkeypatch):
    """Each entry of the directory may name the same bytes."""
    with zipfile.ZipFile(saved, "a") as archive:
        archive.filelist += [archive.getinfo("schema.json")] * 9
        archive.writestr("end", b"")
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(SavedFileError, match="unpacks to more than its size"):
        load(saved)


def test_a_header_that_promises_too_much_is_refused(saved, monkeypatch):
    def promise(schema, members):
        name = next(name for name in members if name.endswith(".npy"))
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }"
        header = header.ljust(117) + "\n"
        members[name] = b"\x93NUMPY\x01\0\x76\0" + header.encode() + b"\0" * 64

    rewrite(saved, promise)
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("read"))
    with pytest.raises(SavedFileError, match="not as long as its header says"):
        load(saved)


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


CSR = {"format": np.array(b"csr"), "shape": np.array([2, 3])}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            npz(
                **CSR,
                data=np.ones(2),
                indices=np.array([0, 99]),
                indptr=np.array([0, 1, 2]),
            ),
            "ind(?:ices|ex)",
        ),
        (npz(**CSR, data=np.zeros(2**24)), "unpacks to far more than its size"),
    ],
    ids=["outside", "bomb"],
)
def test_a_sparse_matrix_that_would_do_harm_is_refused(content, words, path):
    save(TextVectorizer(vocabulary=sparse.csr_matrix(np.eye(3))), path)

    def change(schema, members):
        (name,) = (name for name in members if name.endswith(".npz"))
        members[name] = content

    rewrite(path, change)
    with pytest.raises(SavedFileError, match=words):
        load(path)


def test_one_array_named_very_often_is_refused(saved, monkeypatch):
    monkeypatch.setattr(_archive, "FREE_ROOM", 0)

    def repeat(schema, members):
        file = io.BytesIO()
        np.save(file, np.zeros(10**5))
        members["large.npy"] = file.getvalue()
        array = node("NdArrayNode", "numpy.ndarray", type="numpy", file="large.npy")
        put("callbacks", sequence("List", [array] * 99))(schema, members)

    rewrite(saved, repeat)
    with pytest.raises(SavedFileError, match="unpack to far more than its size"):
        load(saved)


def test_lists_that_double_at_each_level_are_refused(saved, monkeypatch):
    """By its ids a short file could name 2**40 objects."""
    doubled = {**plain(1), "__id__": 1}
    for i in range(1, 40):
        same = {**plain(1), "__id__": i}
        doubled = sequence("List", [doubled, same], __id__=i + 1)

    def change(schema, members):
        schema.clear()
        schema.update(doubled, protocol=2)

    rewrite(saved, change)
    monkeypatch.setattr(skops.io, "loads", lambda *_, **__: pytest.fail("read"))
    with pytest.raises(SavedFileError, match="two objects have one id"):
        load(saved)


def test_nested_beyond_all_bounds_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", "[" * 100_000 + "]" * 100_000)
    with pytest.raises(SavedFileError, match="RecursionError"):
        load(path)
