"""Files made to harm: does `load` refuse them, in bounded time and memory?

Files of `save` are changed at random, by the seed: bits and lengths of the raw file,
and, with a new checksum so that they get past it, the JSON inside (values, types,
sizes, names, nesting), the arrays (shapes, types, values) and what the header says.
Each must be refused with `SavedFileError`, or give an estimator that predicts, as when
a change only touched the value of a weight.

    python benchmarks/bench_hostile.py --out benchmarks/results/hostile.json
    python benchmarks/bench_hostile.py --mutations 3000 --coverage
"""

import argparse
import collections
import copy
import json
import pickle
import random
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from measuring import environment, write_json
from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
    load,
    save,
)
from sklearn_rnn.exceptions import SavedFileError
from sklearn_rnn.persistence._files import _about, _checksum

SMALL = {"hidden_size": 3, "max_epochs": 1, "random_state": 0}
DEEP = json.loads("[" * 400 + "]" * 400)
VALUES = [
    None,
    True,
    0,
    1,
    -1,
    3,
    2**31,
    10**9,
    2**63,
    10**40,
    0.5,
    -1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "lstm",
    "../../etc/passwd",
    "os.system",
    "__import__('os').system('true')",
    "\ud800",
    "\0",
    "a" * 10_000,
    [],
    {},
    {"list": []},
    {"dict": []},
    {"tuple": []},
    {"array": 0},
    {"array": -1},
    {"array": 10**9},
    {"array": True},
    {"named": "list"},
    {"named": "os.system"},
    {"number": {"tuple": ["<i8", 3]}},
    {"number": {"tuple": ["O", 3]}},
    {"strings": {"tuple": ["<U1", {"tuple": [1]}, {"list": ["a"]}]}},
    {"strings": {"tuple": ["<U100000000", {"tuple": [1]}, {"list": ["a"]}]}},
    {"strings": {"tuple": ["O", {"tuple": [-5, 3]}, {"list": [1, 2]}]}},
    {"rows": {"tuple": [{"tuple": [9, 9]}, {"array": 0}, {"array": 0}, {"array": 0}]}},
    {"slice": {"tuple": [0, 10**12, 1]}},
    {"set": {"list": [1, {"list": []}]}},
    {"estimator": {"tuple": ["os.system", {"dict": []}]}},
    {"estimator": {"tuple": ["Pipeline", {"dict": []}]}},
    {"estimator": {"tuple": ["RNNClassifier", {"dict": []}]}},
    {"unheard": 1},
    {"list": 3},
    {"dict": [[{"list": []}, 1]]},
    {"a": 1, "b": 2},
    DEEP,
]


SIZES = [0, 1, 2, 4, 7, 64, 4096, 10**6, 10**9]
MEASURES = """
    batch_size bidirectional characters_ classes_ crf embedding_dim hidden_size
    input_mean_ max_epochs max_length_ n_characters n_features n_features_in_
    n_outputs n_rows n_tokens num_layers seed spelling_dim token_counts_
    vocabulary_ width_
""".split()
SETTINGS = {
    "callbacks": [{"list": [1]}, {"list": [{"named": "list"}]}],
    "net_params": [
        {"dict": [["module", "os.system"]]},
        {"dict": [["iterator_train__num_workers", 999]]},
        {"dict": [["optimizer__eps", 1e-3]]},
        {"dict": [["compile", True]]},
    ],
    "_net_state": [{"dict": [["module", {"dict": [["a", 1]]}], ["history", None]]}],
    "module": [{"dict": [["head.weight", 3]]}, {"dict": []}],
    "cell": ["rnn", "gru", "lstm", "os"],
    "pooling": ["last", "attention", "final_max"],
    "optimizer": ["sgd", {"named": "list"}],
    "analyzer": [{"named": "list"}, {"named": "str.lower"}],
    "steps": [{"list": []}, {"list": [{"tuple": ["a", None]}]}],
    "loss": ["poisson", "cross_entropy"],
    "device": ["cuda:99", "meta", "cpu"],
    **{name: [] for name in MEASURES},
}


def make_files(folder):
    """Save estimators of several kinds; return the content of their files."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 4, 2))
    labels = np.array(["no", "yes"] * 4)
    texts = ["good film", "bad film", "a good one", "a bad one"] * 2
    words = [["the", "dog"], ["a", "cat", "sleeps"]] * 4
    tags = as_ragged([["D", "N"], ["D", "N", "V"]] * 4)
    table = np.array([[text, i, i % 2] for i, text in enumerate(texts)], dtype=object)
    columns = ColumnTransformer(
        [
            ("text", TextVectorizer(), 0),
            ("number", StandardScaler(), [1]),
            ("kind", OneHotEncoder(sparse_output=False), slice(2, 3)),
        ]
    )
    spelled = TextVectorizer(analyzer=list, truncate=None, spelling=True)
    begun = RNNRegressor(
        **SMALL, cell="gru", num_layers=2, net_params={"optimizer__eps": 1e-6}
    )
    union = FeatureUnion(
        [("a", StandardScaler()), ("b", TruncatedSVD(2, random_state=0))]
    )
    models = [
        RNNClassifier(**SMALL).fit(X, labels),
        begun.partial_fit(X, X[:, 0]),
        make_pipeline(TextVectorizer(stop_words=["a"]), RNNClassifier(**SMALL)).fit(
            texts, labels
        ),
        make_pipeline(spelled, RNNTagger(**SMALL, output="crf")).fit(words, tags),
        make_pipeline(columns, RNNRegressor(**SMALL, input="numbers")).fit(
            table, np.arange(8.0)
        ),
        make_pipeline(union, RNNRegressor(**SMALL)).fit(X[:, :, 0], X[:, 0, 1]),
        RNNRegressor(embedding=rng.normal(size=(5, 3)), validation_fraction=0.2),
    ]
    path = Path(folder) / "model"
    contents = []
    for model in models:
        save(model, path)
        contents.append(path.read_bytes())
    return contents


# -- changes of the raw file ---------------------------------------------------------


def flip_bits(content, rng):
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 3, 20])):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def truncate(content, rng):
    return content[: rng.randrange(len(content))]


def say_another_length(content, rng):
    length = rng.choice([0, 1, 8, 2**20, 2**31, 2**63, rng.randrange(len(content))])
    return length.to_bytes(8, "little") + content[8:]


def splice(content, rng):
    a, b = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:a] + content[b:] + content[a:b]


def disguise(content, rng):
    return rng.choice(
        [
            pickle.dumps({"a": np.arange(3)}),
            b"PK\x03\x04" + content,
            b"",
            b"\0" * 8,
            b"{}",
            content * 2,
            safetensors.numpy.save({"weight": np.zeros((3, 3))}),
        ]
    )


# -- changes behind the checksum -----------------------------------------------------


def nodes_of(tree):
    """List the places in a tree: containers and the keys in them."""
    places, left = [], [tree]
    while left:
        node = left.pop()
        keys = node if isinstance(node, dict) else range(len(node))
        for key in list(keys):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                left.append(node[key])
    return places


def change_tree(about, named, rng):
    tree = json.loads(about["tree"])
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        if not (places := nodes_of(tree)):
            break
        node, key = rng.choice(places)
        how = rng.randrange(6)
        if how == 0:
            del node[key]
        elif how == 1 and isinstance(node, list):
            node.insert(rng.randrange(len(node) + 1), copy.deepcopy(node[key]))
        elif how == 2:
            other, place = rng.choice(places)
            node[key] = copy.deepcopy(other[place])
        elif how == 3 and isinstance(node, dict):
            node[rng.choice(["list", "dict", "tuple", "array", "x"])] = node.pop(key)
        elif how == 4 and type(node[key]) in (int, float):
            node[key] = node[key] * rng.choice([-1, 2, 1000, 10**9]) + rng.choice(
                [0, 1]
            )
        else:
            node[key] = copy.deepcopy(rng.choice(VALUES))
    about["tree"] = json.dumps(tree)


def pairs_of(tree):
    """List the entries of all dicts in a tree that say how large or which."""
    return [
        node[key]
        for node, key in nodes_of(tree)
        if isinstance(node[key], list)
        and len(node[key]) == 2
        and isinstance(node[key][0], str)
        and node[key][0] in SETTINGS
    ]


def change_setting(about, named, rng):
    tree = json.loads(about["tree"])
    pairs = pairs_of(tree)
    for _ in range(rng.choice([1, 2])):
        pair = rng.choice(pairs)
        pair[1] = copy.deepcopy(rng.choice([*SETTINGS[pair[0]], *SIZES, *VALUES]))
    about["tree"] = json.dumps(tree)


def change_text(about, named, rng):
    tree = about["tree"]
    about["tree"] = rng.choice(
        [
            tree[: rng.randrange(len(tree))],
            tree + tree,
            "[" * 100_000 + "]" * 100_000,
            '{"list": [' * 20_000,
            "9" * 100_000,
            "null",
            "[]",
            '"text"',
            tree.replace("RNN", rng.choice(["", "SVC", "os."])),
            tree.replace("1", "9" * rng.choice([1, 3, 12])),
        ]
    )


def change_array(about, named, rng):
    name = rng.choice(sorted(named))
    array = named[name]
    fill = rng.choice([0, -1, np.nan, np.inf, 1e30])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changed = [
            array.ravel(),
            array[..., np.newaxis],
            array.astype(rng.choice(["f2", "f4", "f8", "i1", "i8", "u4", "?"])),
            np.full_like(array, fill)
            if array.dtype.kind == "f"
            else -array.astype("i8"),
            np.concatenate([array.ravel(), array.ravel()]),
            np.zeros((0, *array.shape[1:]), array.dtype),
            np.zeros((2**20,), array.dtype),
        ]
    named[name] = rng.choice(changed)


def change_names(about, named, rng):
    name = rng.choice(sorted(named))
    how = rng.randrange(3)
    if how:
        named["../evil" if how == 1 else "array_999"] = named.pop(name)
    else:
        del named[name]


def change_header(about, named, rng):
    name = rng.choice(["kind", "format"])
    about[name] = rng.choice(["", "0", "2", "-1", "9" * 5000, "one", "\0", "1.0"])


RAW = (flip_bits, truncate, say_another_length, splice, disguise)
INSIDE = (
    (change_tree,) * 5
    + (change_setting,) * 3
    + (change_text, change_array, change_names, change_header)
)


def mutate(content, rng):
    """Change a file; return the kind of the change and the new content."""
    change = rng.choice(RAW + INSIDE * 2)
    if change in RAW:
        return change.__name__, change(content, rng)
    named = safetensors.numpy.load(content)
    about = _about(content)
    change(about, named, rng)
    about["checksum"] = _checksum(about, named)
    return change.__name__, safetensors.numpy.save(named, metadata=about)


def memory():
    """Return the memory of this process in MB; 0 where nobody tells."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0.0
    return int(pages) * 4096 / 2**20


def run(n_mutations, seed=0):
    """Load so many changed files; count what became of them."""
    rng = random.Random(seed)
    counts = collections.defaultdict(collections.Counter)
    slowest, faults = 0.0, []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn, about parameters
        contents = make_files(folder)
        path = Path(folder) / "changed"
        before = memory()
        most = before
        for i in range(n_mutations):
            if i % 10_000 == 0 and i:
                print(f"{i:,} of {n_mutations:,}; {len(faults)} faults", flush=True)
            try:
                kind, content = mutate(rng.choice(contents), rng)
            except (OverflowError, RecursionError, ValueError):
                counts["could not be made"]["left out"] += 1
                continue
            path.write_bytes(content)
            start = time.perf_counter()
            try:
                load(path)
                outcome = "loaded"
            except SavedFileError:
                outcome = "refused"
            except BaseException as error:  # whatever else is a fault
                if isinstance(error, KeyboardInterrupt):
                    raise
                outcome = "FAULT"
                faults.append(f"{i}: {kind}: {type(error).__name__}: {error}"[:300])
            slowest = max(slowest, time.perf_counter() - start)
            most = max(most, memory())
            counts[kind][outcome] += 1
    return {
        "n_mutations": n_mutations,
        "seed": seed,
        "outcomes": {kind: dict(outcomes) for kind, outcomes in counts.items()},
        "faults": faults,
        "slowest_seconds": round(slowest, 3),
        "memory_growth_mb": round(most - before, 1),
    }


def branches(n_mutations, seed):
    """Say which branches of the room so many mutations, and saving, reach."""
    import coverage

    watch = coverage.Coverage(
        branch=True,
        source=["sklearn_rnn.persistence"],
        config_file=False,
        data_file=None,
    )
    with watch.collect():
        run(n_mutations, seed)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        watch.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {
        Path(name).name: {
            "branches": file["summary"]["num_branches"],
            "reached": file["summary"]["covered_branches"],
            "missing": file["missing_branches"],
        }
        for name, file in files.items()
    }


def main():
    """Change, load and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--coverage", action="store_true", help="of the loader")
    parser.add_argument("--out", type=Path, help="write the outcome here as well")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.coverage:
        print(json.dumps(branches(arguments.mutations, arguments.seed), indent=1))
        return
    results = run(arguments.mutations, arguments.seed)
    print(json.dumps(results, indent=1))
    if arguments.out:
        write_json(arguments.out, {"environment": environment(), **results})


if __name__ == "__main__":
    main()
