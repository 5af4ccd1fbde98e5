"""Files made to harm: does `load` refuse them, in bounded time and memory?

Files of `save` are changed at random, by the seed: bits and lengths of the raw file,
and, in an archive whose checksums are right, the schema inside (types, values, sizes,
names, ids, nesting), the arrays (headers, shapes, types, values) and the members. Each
must be refused with `SavedFileError` or give an estimator, as when a change touched the
value of a weight only. Meanwhile a hook of the interpreter watches for programs that
start, files that are written, and modules that only such a file would import.

    python benchmarks/bench_hostile.py --out benchmarks/results/hostile.json
    python benchmarks/bench_hostile.py --mutations 3000 --coverage
"""

import argparse
import collections
import copy
import io
import json
import pickle
import random
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
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

SMALL = {"hidden_size": 3, "max_epochs": 1, "random_state": 0}


def plain(value):
    """Make the node of a plain value."""
    content = json.dumps(value)
    return {
        "__class__": "str",
        "__module__": "builtins",
        "__loader__": "JsonNode",
        "content": content,
        "is_json": True,
    }


def node(loader, name, **more):
    """Make a node of a kind and type."""
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **more}


def call(name, *arguments):
    """Make a node that calls a type with arguments, if it is trusted."""
    arguments = node("TupleNode", "builtins.tuple", content=[*map(plain, arguments)])
    return node("ConstructorFromReduceNode", name, content=arguments)


RNN = "sklearn_rnn.estimators._classifier.RNNClassifier"
NOTHING = node(
    "DictNode",
    "builtins.dict",
    content={},
    key_types=node("ListNode", "builtins.list", content=[]),
)
# What would run a program, write a file or import a module.
NAMES = """
    os.system posix.system builtins.eval builtins.exec builtins.__import__ builtins.open
    subprocess.Popen subprocess.run pickle.loads joblib.load torch.load numpy.load
    antigravity.geohash this.d functools.partial operator.methodcaller numpy.random.seed
    sklearn_rnn._training._checkpoint.Checkpoint sklearn_rnn.persistence._files.load
    sklearn_rnn.estimators._base.BaseRNN sklearn.pipeline.Pipeline builtins.list
    sklearn.metrics._classification.accuracy_score numpy.dtype numpy.ndarray numpy.void
    numpy.multiply scipy.sparse._csr.csr_matrix builtins.map
    sklearn_rnn.estimators._classifier.RNNClassifier
""".split()
LOADERS = """
    BytearrayNode BytesNode CachedNode ConstructorFromReduceNode DTypeNode
    DefaultDictNode DictNode FunctionNode JsonNode ListNode LossNode MaskedArrayNode
    MethodNode NdArrayNode ObjectNode OperatorFuncNode PartialNode RandomGeneratorNode
    RandomStateNode SetNode SliceNode SparseMatrixNode TreeNode TupleNode TypeNode
""".split()
DEEP = json.loads("[" * 300 + "]" * 300)
VALUES = [
    None,
    True,
    0,
    -1,
    3,
    2**31,
    10**9,
    10**40,
    0.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "lstm",
    "../../etc/passwd",
    "os.system",
    "\ud800",
    "a" * 10_000,
    [],
    {},
    DEEP,
]
NODES = [
    *map(plain, VALUES),
    *(node("FunctionNode", name) for name in NAMES),
    *(node("TypeNode", name) for name in NAMES),
    *(node("ObjectNode", name, content=NOTHING) for name in NAMES),
    *(call(name, "echo fallen > fallen") for name in NAMES),
    call("numpy.void", 10**10),
    call("builtins.range", 10**12),
    node("OperatorFuncNode", "operator.methodcaller", attrs=plain(["__class__"])),
    node(
        "MethodNode",
        RNN,
        content={"func": "set_params", "obj": node("ObjectNode", RNN, content=NOTHING)},
    ),
    node(
        "PartialNode",
        RNN,
        content={
            "func": node("FunctionNode", "numpy.multiply"),
            "args": plain([10**9]),
            "kwds": NOTHING,
            "namespace": plain(None),
        },
    ),
    node("SliceNode", "builtins.slice", content={"start": 0, "stop": 9**9, "step": 1}),
    node("CachedNode", "builtins.str", __id__=1),
    node("NdArrayNode", "numpy.ndarray", type="numpy", file="schema.json"),
    node("ListNode", "builtins.list", content=[plain(1)] * 50),
]

SIZES = [0, 1, 2, 4, 7, 64, 4096, 10**6, 10**9, 10**12]
MEASURES = """
    batch_size bidirectional characters_ classes_ embedding_dim forbidden hidden_size
    input_mean_ max_epochs max_length_ n_characters n_features n_features_in_
    n_outputs_ n_rows n_tokens ndim num_layers seed characters_dim token_counts_
    vocabulary_ weight_of_class width_ cv n_jobs n_splits device verbose
""".split()
SETTINGS = {
    "callbacks": [[1], ["x"]],
    "net_params": [{"module__hidden_size": 10**9}, {"compile": True}, {"module": "os"}],
    "cell": ["rnn", "gru", "lstm", "os"],
    "pooling": ["last", "attention", "final_max"],
    "optimizer": ["sgd", "os.system"],
    "loss": ["poisson", "cross_entropy"],
    "output": ["softmax", "crf"],
    "scheme": ["bio", "os"],
    "task": ["binary", "multilabel", "os"],
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
    vectorizer = TextVectorizer(analyzer=list, truncate=None, characters=True)
    begun = RNNRegressor(
        **SMALL, cell="gru", num_layers=2, net_params={"optimizer__eps": 1e-6}
    )
    search = GridSearchCV(
        make_pipeline(SimpleImputer(), RNNClassifier(**SMALL)),
        {"rnnclassifier__hidden_size": [2, 3]},
        cv=2,
        scoring="accuracy",
    )
    models = [
        RNNClassifier(**SMALL).fit(X, labels),
        begun.partial_fit(X, X[:, 0]),
        make_pipeline(TextVectorizer(stop_words=["a"]), RNNClassifier(**SMALL)).fit(
            texts, labels
        ),
        make_pipeline(vectorizer, RNNTagger(**SMALL, output="crf")).fit(words, tags),
        make_pipeline(columns, RNNRegressor(**SMALL, input="numbers")).fit(
            table, np.arange(8.0)
        ),
        search.fit(X[:, :, 0], labels),
        make_pipeline(
            TfidfVectorizer(), KNeighborsClassifier(2, algorithm="brute")
        ).fit(texts, labels),
        RNNRegressor(embedding=rng.normal(size=(5, 3)), validation_fraction=0.2),
    ]
    path = Path(folder) / "model"
    contents = []
    for model in models:
        save(model, path)
        content = path.read_bytes()
        # Without ids as well, or most changes would be refused for two of one id.
        contents += [content, *[without_ids(content)] * 3]
    return contents


def without_ids(content):
    """Take the ids of objects out of a file, which `load` reads as well."""
    members = unpack(content)
    schema = json.loads(members["schema.json"])
    for part in [schema, *marked(schema)]:
        part.pop("__id__", None)
    members["schema.json"] = json.dumps(schema).encode()
    return pack(members)


# -- changes of the raw file ---------------------------------------------------------


def flip_bits(content, rng):
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 3, 20])):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def truncate(content, rng):
    return content[: rng.randrange(len(content))]


def lie_about_sizes(content, rng):
    """Change bytes of the directory, which has the sizes of the members."""
    content, start = bytearray(content), content.rindex(b"PK\x05\x06")
    directory = int.from_bytes(content[start + 16 : start + 20], "little")
    for _ in range(rng.choice([1, 2, 8])):
        content[rng.randrange(directory, len(content))] = rng.choice([0, 1, 127, 255])
    return bytes(content)


def splice(content, rng):
    a, b = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:a] + content[b:] + content[a:b]


def disguise(content, rng):
    other = io.BytesIO()
    np.savez(other, a=np.zeros(3))
    return rng.choice(
        [
            pickle.dumps({"a": np.arange(3)}),
            b"PK\x03\x04" + content,
            b"",
            b"\0" * 8,
            b"{}",
            content * 2,
            other.getvalue(),
        ]
    )


# -- changes inside, with checksums that are right -------------------------------------


def unpack(content):
    """Read the members of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(members, compression=zipfile.ZIP_STORED):
    """Write members into an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


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


def in_schema(change):
    """Let a function change the schema of an archive."""

    def change_members(members, rng):
        schema = json.loads(members["schema.json"])
        change(schema, rng)
        members["schema.json"] = json.dumps(schema).encode(errors="surrogatepass")

    change_members.__name__ = change.__name__
    return change_members


@in_schema
def change_tree(schema, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        if not (places := nodes_of(schema)):
            break
        part, key = rng.choice(places)
        how = rng.randrange(5)
        if how == 0:
            del part[key]
        elif how == 1 and isinstance(part, list):
            part.insert(rng.randrange(len(part) + 1), copy.deepcopy(part[key]))
        elif how == 2:
            other, place = rng.choice(places)
            part[key] = copy.deepcopy(other[place])
        elif how == 3 and type(part[key]) in (int, float):
            part[key] = part[key] * rng.choice([-1, 2, 10**9]) + rng.choice([0, 1])
        else:
            part[key] = copy.deepcopy(rng.choice(VALUES + NODES))


def marked(schema):
    """List the nodes of a schema."""
    return [
        part[key]
        for part, key in nodes_of(schema)
        if isinstance(part[key], dict) and "__loader__" in part[key]
    ]


@in_schema
def change_node(schema, rng):
    chosen = rng.choice(marked(schema))
    other = copy.deepcopy(rng.choice(NODES))
    if rng.random() < 0.5:  # under an id that others have
        other["__id__"] = chosen.get("__id__")
    chosen.clear()
    chosen.update(other)


@in_schema
def change_type(schema, rng):
    chosen = rng.choice(marked(schema))
    if rng.random() < 0.5:
        chosen["__loader__"] = rng.choice(LOADERS)
    else:
        module, _, kind = rng.choice(NAMES).rpartition(".")
        chosen.update({"__module__": module, "__class__": kind})


@in_schema
def change_ids(schema, rng):
    """Let nodes be the same as others, as in a list that holds itself."""
    nodes = marked(schema)
    for _ in range(rng.choice([1, 3, 30])):
        rng.choice(nodes)["__id__"] = rng.choice(nodes).get("__id__")


@in_schema
def change_setting(schema, rng):
    found = [
        (part, key)
        for part, key in nodes_of(schema)
        if key in SETTINGS and isinstance(part[key], dict)
    ]
    for _ in range(rng.choice([1, 2])):
        part, name = rng.choice(found)
        values = [*map(plain, [*SETTINGS[name], *SIZES]), *NODES]
        part[name] = copy.deepcopy(rng.choice(values))


@in_schema
def change_header(schema, rng):
    schema["protocol"] = rng.choice([0, 1, 2, 3, 99, -1, "2", None, True, 2.0, [2]])


def change_text(members, rng):
    text = members["schema.json"]
    members["schema.json"] = rng.choice(
        [
            text[: rng.randrange(len(text))],
            text + text,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"content": [' * 20_000,
            b"9" * 100_000,
            b"null",
            b"[]",
            b'"text"',
            doubling(40),
            text.replace(b"RNN", rng.choice([b"", b"SVC", b"os."])),
            text.replace(b"1", b"9" * rng.choice([1, 3, 12])),
        ]
    )


def doubling(depth):
    """Write a list of two lists of two lists ..., each the same by its id."""
    part = {**plain(1), "__id__": 1}
    for i in range(2, depth):
        same = {**plain(1), "__id__": i - 1}
        part = node("ListNode", "builtins.list", content=[part, same], __id__=i)
    return json.dumps({**part, "protocol": 2}).encode()


def change_array(members, rng):
    name = rng.choice([name for name in members if name.endswith((".npy", ".npz"))])
    how = rng.randrange(4)
    if name.endswith(".npz"):
        indices = rng.choice([[0, 99], [-1, 0], [0, 1]])
        matrix = sparse.csr_matrix(
            (np.ones(2), np.array(indices), np.array([0, 1, 2])), shape=(2, 3)
        )
        file = io.BytesIO()
        sparse.save_npz(file, matrix if how else sparse.csr_matrix((1, 2**24)))
        if how == 3:  # as small as a file can be that unpacks to much
            file = io.BytesIO()
            np.savez_compressed(file, data=np.zeros(2**25))
        members[name] = file.getvalue()
    elif how == 0:  # of a size that it has not
        sizes = rng.choice(["(9999999999,)", "(2, 3)", "(-1,)", "()", "(0, 10**9)"])
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {sizes}, }}"
        header = header.ljust(117) + "\n"
        members[name] = b"\x93NUMPY\x01\0\x76\0" + header.encode() + b"\0" * 48
    elif how == 1:
        content = bytearray(members[name])
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        members[name] = bytes(content)
    else:
        array = np.load(io.BytesIO(members[name]))
        if array.dtype.kind in "bif":
            array = changed_array(array, rng)
        file = io.BytesIO()
        np.save(file, array)
        members[name] = file.getvalue()


def changed_array(array, rng):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fill = rng.choice([0, -1, np.nan, np.inf, 1e30])
        return rng.choice(
            [
                array.ravel(),
                array[..., np.newaxis],
                array.astype(rng.choice(["f2", "f8", "i1", "i8", "u4", "?"])),
                np.full_like(array, fill)
                if array.dtype.kind == "f"
                else -array.astype("i8"),
                np.concatenate([array.ravel(), array.ravel()]),
                np.zeros((0, *array.shape[1:]), array.dtype),
                np.zeros((2**18,), array.dtype),
            ]
        )


def change_members(members, rng):
    name = rng.choice(sorted(members))
    content = members.pop(name)
    how = rng.randrange(4)
    if how < 2:
        members[["../evil", "999.npy"][how]] = content
    elif how == 2:  # a zip bomb of a thousand to one
        members[name] = b" " * 2**20 + content
        return pack(members, zipfile.ZIP_DEFLATED)
    return None


RAW = (flip_bits, truncate, lie_about_sizes, splice, disguise)
INSIDE = (
    (change_tree, change_node, change_setting) * 3
    + (change_type, change_ids) * 2
    + (change_text, change_array, change_members, change_header)
)


def mutate(content, rng):
    """Change a file; return the kind of the change and the new content."""
    change = rng.choice(RAW + INSIDE * 2)
    if change in RAW:
        return change.__name__, change(content, rng)
    members = unpack(content)
    return change.__name__, change(members, rng) or pack(members)


# -- what happens ----------------------------------------------------------------------

STARTED = {
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.remove",
    "os.system",
    "shutil.rmtree",
    "socket.connect",
    "subprocess.Popen",
    "webbrowser.open",
}


class Watch:
    """A hook of the interpreter that notes what a file must not do, while it is on."""

    def __init__(self):
        self.on = False
        self.seen = []
        sys.addaudithook(self)

    def __call__(self, event, arguments):
        """Note an event."""
        if not self.on:
            return
        imports = event == "import" and arguments[0] in ("antigravity", "this")
        writes = event == "open" and any(c in (arguments[1] or "r") for c in "wax+")
        if imports or writes or event in STARTED:
            self.seen.append(f"{event}: {arguments!r}"[:300])


def memory():
    """Return the most memory that this process ever had, in MB; 0 on Windows."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2 ** (20 if sys.platform == "darwin" else 10)


def run(n_mutations, seed=0, minutes=float("inf")):
    """Load so many changed files, or as many as there is time for; count outcomes."""
    rng = random.Random(seed)
    counts = collections.defaultdict(collections.Counter)
    slowest, errors, watch = 0.0, [], Watch()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn, about parameters
        contents = make_files(folder)
        path = Path(folder) / "changed"
        for content in contents:
            path.write_bytes(content)
            load(path)
        before, end = memory(), time.monotonic() + 60 * minutes
        for i in range(n_mutations):
            if time.monotonic() > end:
                n_mutations = i
                break
            if i % 10_000 == 0 and i:
                print(f"{i:,} of {n_mutations:,}; {len(errors)} errors", flush=True)
            try:
                kind, content = mutate(rng.choice(contents), rng)
            except (OverflowError, RecursionError, ValueError):
                counts["could not be made"]["left out"] += 1
                continue
            path.write_bytes(content)
            start = time.perf_counter()
            watch.on = True
            try:
                load(path)
                outcome = "loaded"
            except SavedFileError:
                outcome = "refused"
            except BaseException as error:  # any other error
                if isinstance(error, KeyboardInterrupt):
                    raise
                outcome = "other error"
                errors.append(f"{i}: {kind}: {type(error).__name__}: {error}"[:300])
            watch.on = False
            slowest = max(slowest, time.perf_counter() - start)
            counts[kind][outcome] += 1
    return {
        "n_mutations": n_mutations,
        "seed": seed,
        "outcomes": {kind: dict(outcomes) for kind, outcomes in counts.items()},
        "other_errors": errors,
        "executed": watch.seen,
        "slowest_seconds": round(slowest, 3),
        "memory_growth_mb": round(memory() - before, 1),
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
    parser.add_argument("--minutes", type=float, default=float("inf"), help="at most")
    parser.add_argument("--coverage", action="store_true", help="of the loader")
    parser.add_argument("--out", type=Path, help="write the outcome here as well")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.coverage:
        print(json.dumps(branches(arguments.mutations, arguments.seed), indent=1))
        return
    results = run(arguments.mutations, arguments.seed, arguments.minutes)
    print(json.dumps(results, indent=1))
    if arguments.out:
        write_json(arguments.out, {"environment": environment(), **results})


if __name__ == "__main__":
    main()
