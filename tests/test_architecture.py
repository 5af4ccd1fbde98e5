"""The rooms of the package have one order, and each imports only from those before it.

The import statements are read, not run, those inside functions included.
"""

import ast
import re
import statistics
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import sklearn_rnn
import sklearn_rnn.estimators  # torch draws a random number when loaded

PACKAGE = Path(sklearn_rnn.__file__).parent

# Rooms of one line do not import each other.
ORDER = [
    {"exceptions", "_compat", "_messages"},
    {"sequences"},
    {"text", "metrics", "datasets"},
    {"forecasting"},
    {"nn"},
    {"_training"},
    {"callbacks", "estimators"},
    {"inspection", "persistence"},
    {"testing"},
]
MAY_IMPORT = {
    room: set().union(*ORDER[:line])
    for line, rooms in enumerate(ORDER)
    for room in rooms
}
MAY_IMPORT["nn"] = set()
# The front door names every room and loads each when it is asked for.
MAY_IMPORT["__init__"] = set(MAY_IMPORT)

ONLY_IN = {
    "torch": {"nn", "_training"},
    "skorch": {"_training"},
    "matplotlib": {"inspection"},
    "numba": {"nn"},
    "onnx": {"persistence"},
    "skops": {"persistence"},
}
ONLY_INSIDE_FUNCTIONS = {"matplotlib", "numba", "onnx", "pandas", "polars", "skops"}
NAMES_OF_VERSIONS = {"__version__", "sklearn_version", "parse_version"}


def room_of(path):
    """Name the room a file belongs to: its folder or, at the top, its own name."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_names(node):
    """Write the imports of one statement as dotted names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def is_private(dotted):
    return any(part.startswith("_") for part in dotted.split("."))


def violations(source, room):
    """List what a source text of a room does against the order of the rooms."""
    tree = ast.parse(source)
    inside_functions = {  # or read by type checkers only
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "__version__":
            if room != "_compat":
                found.append("looks at a version; _compat does that")
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            found.append("relative import; say it from sklearn_rnn on")
            continue
        for name in imported_names(node):
            library, *rest = name.split(".")
            if library == "sklearn_rnn":
                if not rest:
                    found.append("imports the whole package")
                elif rest[0] != room and rest[0] not in MAY_IMPORT[room]:
                    found.append(f"{room} may not import from {rest[0]}")
            elif room not in ONLY_IN.get(library, {room}):
                found.append(f"{room} may not import {library}")
            elif library in ONLY_INSIDE_FUNCTIONS and node not in inside_functions:
                found.append(f"{library} is imported inside functions only")
            elif library == "sklearn" and room != "_compat":
                if is_private(name) or NAMES_OF_VERSIONS & set(rest):
                    found.append(f"{name} is private; _compat may import it")
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


def test_each_file_keeps_the_order_of_the_rooms():
    found = {
        str(path.relative_to(PACKAGE)): violations(
            path.read_text("utf-8"), room_of(path)
        )
        for path in FILES
    }
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_every_room_has_its_place_in_the_order():
    assert {room_of(path) for path in FILES} <= set(MAY_IMPORT)


def name_of(path):
    """Name a file as the module it is."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports_of(sources):
    """Say for each module, given by name and source, which of them it imports."""
    graph = {}
    for module, source in sources.items():
        nodes = ast.walk(ast.parse(source))
        statements = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
        names = {name for node in statements for name in imported_names(node)}
        # A name is a module, or is in the one that is before its last dot.
        modules = {n if n in sources else n.rpartition(".")[0] for n in names}
        graph[module] = modules & set(sources)
    return graph


def find_circle(graph):
    """Name the modules of one circle of imports; none where there is no circle."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return error.args[1]
    return []


def test_no_modules_import_each_other():
    # Imports inside functions count. That the __init__ of a folder runs before each of
    # its modules does not.
    sources = {name_of(path): path.read_text(encoding="utf-8") for path in FILES}
    del sources["sklearn_rnn"]  # the front door
    assert len(sources) > 90
    assert find_circle(imports_of(sources)) == []


def test_a_circle_is_seen():
    sources = {
        "p.a": "from p.b import f\n",
        "p.b": "def g():\n    from p import c\n",
        "p.c": "import p.a\n",
        "p.d": "from p.a import f\n",
    }
    assert set(find_circle(imports_of(sources))) == {"p.a", "p.b", "p.c"}
    assert find_circle(imports_of({**sources, "p.c": ""})) == []


def test_a_violation_is_found():
    for room, source, violation in [
        ("sequences", "import torch", "sequences may not import torch"),
        ("nn", "import skorch.utils", "nn may not import skorch"),
        ("estimators", "import torch.nn", "estimators may not import torch"),
        ("nn", "from sklearn_rnn.exceptions import X", "nn may not import from"),
        (
            "sequences",
            "from sklearn_rnn.text import X",
            "sequences may not import from",
        ),
        ("text", "from sklearn_rnn.datasets import X", "text may not import from"),
        ("text", "from sklearn_rnn import estimators", "text may not import from"),
        ("text", "import sklearn_rnn", "imports the whole package"),
        ("text", "from . import _vocabulary", "relative import"),
        ("text", "def f():\n    from .. import nn", "relative import"),
        ("inspection", "import matplotlib.pyplot", "inside functions only"),
        ("datasets", "import pandas as pd", "inside functions only"),
        ("text", "import sklearn\nsklearn.__version__", "looks at a version"),
        ("text", "from sklearn.utils._param_validation import X", "is private"),
        ("text", "from sklearn.base import _fit_context", "is private"),
        ("text", "from sklearn import __version__", "is private"),
    ]:
        (found,) = violations(source, room)
        assert violation in found, source


def test_what_is_allowed_is_no_violation():
    for room, source in [
        ("_compat", "from sklearn.base import _fit_context"),
        ("_compat", "import sklearn\nsklearn.__version__"),
        ("text", "from sklearn_rnn.sequences import PAD"),
        ("text", "from sklearn_rnn.text._vocabulary import count"),
        ("estimators", "from sklearn_rnn.nn import RecurrentNetwork"),
        ("inspection", "def plot():\n    import matplotlib.pyplot as plt"),
        ("inspection", "if TYPE_CHECKING:\n    from matplotlib.axes import Axes"),
    ]:
        assert violations(source, room) == [], source


TREES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def find_definition(module, name):
    """Follow imports to where a name is defined; None where that is not ours."""
    for outer in TREES[module].body:
        for node in outer.body if isinstance(outer, ast.If) else [outer]:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
                return module, node
            if not isinstance(node, ast.ImportFrom) or node.module not in TREES:
                continue
            if name in [alias.name for alias in node.names]:
                inside = f"{node.module}.{name}"
                if inside in TREES:
                    return inside, TREES[inside]
                return find_definition(node.module, name)
    return None


def public_functions(module, name):
    """Give the functions behind a public name, by their place: methods as well."""
    module, node = find_definition(module, name) or ("", None)
    if node is None:
        return {}
    if isinstance(node, ast.Module):
        (names,) = [
            ast.literal_eval(part.value)
            for part in node.body
            if isinstance(part, ast.Assign) and part.targets[0].id == "__all__"
        ]
        inside = [public_functions(module, name) for name in names]
    elif isinstance(node, ast.FunctionDef):
        return {f"{module}.{name}": node}
    else:
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        inside = [public_functions(module, base) for base in bases]
        inside += [
            {f"{module}.{name}.{part.name}": part}
            for part in node.body
            if isinstance(part, ast.FunctionDef)
            if part.name == "__init__" or not part.name.startswith("_")
        ]
    return {where: function for part in inside for where, function in part.items()}


def without_types(function):
    """Name the parameters that have no type, and what is returned."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    named += [one for one in (given.vararg, given.kwarg) if one]
    names = [one.arg for one in named if one.annotation is None]
    names = [name for name in names if name not in ("self", "cls")]
    return names + ["return"] * (function.returns is None)


def test_every_public_function_says_its_types():
    (one,) = ast.parse("def f(self, a, b: int, *c, d=1, **e): ...").body
    assert without_types(one) == ["a", "d", "c", "e", "return"]
    functions = {}
    for name in sklearn_rnn.__all__:
        functions |= public_functions("sklearn_rnn", name)
    assert len(functions) > 100
    missing = {where: without_types(one) for where, one in functions.items()}
    assert {where: names for where, names in missing.items() if names} == {}


# What only a target, a head or a loss may name: grep -rnE "\b(crf|poisson|...)\b".
TASKS = "crf|poisson|quantile|every_step|ctc|decoder|spelling|horizon"
NAME_NO_TASK = ["_training/**/*.py", "estimators/_base.py", "nn/*network*.py"]


def test_what_is_for_every_task_names_none():
    paths = [path for pattern in NAME_NO_TASK for path in PACKAGE.glob(pattern)]
    assert len(paths) > 20
    found = {
        f"{path.relative_to(PACKAGE)}:{number}": line
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(rf"\b({TASKS})\b", line)
    }
    assert found == {}


def count_lines(function):
    """Count the lines of a body, without the signature and the docstring.

    Blank lines and comments between statements count, and those of functions inside.
    """
    has_docstring = ast.get_docstring(function) is not None
    body = function.body[1:] if has_docstring else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short():
    source = (
        'def f(\n    a,\n):\n    """D."""\n    # c\n\n    a()\n\n    return (\n    )\n'
    )
    assert count_lines(ast.parse(source).body[0]) == 4
    lines = {
        f"{module}.{node.name}, line {node.lineno}": count_lines(node)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    assert statistics.median(lines.values()) <= 6
    assert {where: n for where, n in lines.items() if n > 60} == {}


# These hold a family: small classes that are one idea, and are read together.
FAMILIES = {"nn._batch", "nn._losses", "nn._poolings", "exceptions"}


def test_a_public_class_has_a_file_of_its_own():
    rooms = ["nn", "estimators", "inspection", "persistence", "text", "callbacks"]
    rooms += ["datasets", "metrics", "testing", "exceptions"]
    shared = set()
    for room in map(import_module, [f"sklearn_rnn.{room}" for room in rooms]):
        things = [getattr(room, name) for name in room.__all__]
        homes = [thing.__module__ for thing in things if isinstance(thing, type)]
        shared |= {home for home in homes if homes.count(home) > 1}
    assert {home.removeprefix("sklearn_rnn.") for home in shared} == FAMILIES
