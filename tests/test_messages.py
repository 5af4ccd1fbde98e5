"""Warnings name the line of the user, and messages no long lists."""

import ast
import threading
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import sklearn_rnn
from sklearn_rnn import RNNClassifier
from sklearn_rnn._messages import name_some, warn
from sklearn_rnn.exceptions import AmbiguousInputWarning
from sklearn_rnn.sequences import (
    _ragged_targets,
    _targets,
    check_labels,
    check_step_labels,
)

PACKAGE = Path(sklearn_rnn.__file__).parent

# Numbers that look like token ids made dense: each fit warns of it.
X = np.tile([[2.0, 3.0, 0.0], [4.0, 0.0, 0.0]], (4, 1))
Y = np.tile([0, 1], 4)


def small():
    return RNNClassifier(hidden_size=2, cell="rnn", max_epochs=1)


def places_of(function):
    """Give the file and the line of each warning that a call gives."""
    with pytest.warns(AmbiguousInputWarning) as caught:
        function()
    return {(warning.filename, warning.lineno) for warning in caught}


WAYS = {
    "fit": lambda: small().fit(X, Y),
    "a pipeline": lambda: make_pipeline("passthrough", small()).fit(X, Y),
    "a search": lambda: GridSearchCV(small(), {"lr": [0.1]}, cv=2).fit(X, Y),
    "cross-validation": lambda: cross_val_score(small(), X, Y, cv=2),
    "joblib": lambda: joblib.Parallel(1)([joblib.delayed(small().fit)(X, Y)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_warning_names_the_line_of_the_user(way):
    line = WAYS[way].__code__.co_firstlineno
    assert places_of(WAYS[way]) == {(__file__, line)}


@pytest.mark.parametrize(
    ("filename", "module"),
    [
        ("<stdin>", "__main__"),
        ("<ipython-input-3-5c1f>", "__main__"),
        ("/home/user/my_sklearn_tools/fitting.py", "my_sklearn_tools.fitting"),
        ("/home/user/sklearn_rnn_extras.py", "sklearn_rnn_extras"),
        ("<doctest sklearn_rnn.estimators._classifier[2]>", "sklearn_rnn.estimators"),
    ],
)
def test_the_user_is_whoever_is_no_library(filename, module):
    names = {"small": small, "X": X, "Y": Y, "__name__": module}
    code = compile("\n\nsmall().fit(X, Y)", filename, "exec")
    assert places_of(lambda: exec(code, names)) == {(filename, 3)}


def test_without_a_line_of_the_user_the_call_of_the_package_is_named():
    def work():
        thread = threading.Thread(target=small().fit, args=(X, Y))
        thread.start()
        thread.join()

    ((filename, _),) = places_of(work)
    assert PACKAGE in Path(filename).parents


def test_a_warning_of_scikit_learn_about_labels_names_the_line_of_the_user(monkeypatch):
    def suspect(y, **options):  # as new versions do of many classes
        warnings.warn_explicit("many classes", UserWarning, "sklearn/multiclass.py", 1)
        return "multiclass"

    monkeypatch.setattr(_targets, "check_classification_targets", suspect)
    monkeypatch.setattr(_targets, "type_of_target", suspect)
    monkeypatch.setattr(_ragged_targets, "check_classification_targets", suspect)
    with pytest.warns(UserWarning, match="many classes") as seen:
        check_labels(np.array([0, 1, 2]))
        check_step_labels([[0, 1], [2, 3]], lengths=[2, 2])
    assert [warning.filename for warning in seen] == [__file__] * 2  # each once


def test_a_line_warns_once_by_default():
    # Not with `fit`: scikit-learn's `check_array` resets which warnings were shown.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            warn("look here")
        warn("look here")
    lines = [warning.lineno for warning in caught]
    assert len(lines) == 2 and lines[1] == lines[0] + 1


def test_all_warnings_go_one_way():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and path.name != "_messages.py":
                assert node.attr not in {"warn", "warn_explicit"}, (path, node.lineno)


def test_a_long_list_is_cut_after_five():
    assert name_some(np.arange(5)) == "0, 1, 2, 3, 4"
    assert name_some(np.array(list("abcdefg"))) == "'a', 'b', 'c', 'd', 'e' and 2 more"
