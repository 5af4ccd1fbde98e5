"""Importing the package is nearly free; torch waits until it is wanted."""

import subprocess
import sys

import pytest

import sklearn_rnn


def modules_loaded_by(statement):
    """Run a statement in a fresh interpreter and list the modules it leaves loaded."""
    script = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import sklearn_rnn; dir(sklearn_rnn)",
        "from sklearn_rnn import TextVectorizer, load_vectors, from_channels_first; "
        "from sklearn_rnn import datasets, exceptions",
    ],
)
def test_torch_waits_until_an_estimator_is_asked_for(statement):
    heavy = {"torch", "skorch", "matplotlib"}
    assert not heavy & modules_loaded_by(statement)


def test_importing_the_package_loads_little_beside_scikit_learn():
    # One module is the package itself; the standard library's are cheap.
    alone = modules_loaded_by("import sklearn.base, typing, importlib")
    both = modules_loaded_by("import sklearn.base, typing, importlib, sklearn_rnn")
    assert both - alone == {"sklearn_rnn"}


def test_every_public_name_can_be_had():
    assert set(sklearn_rnn.__all__) <= set(dir(sklearn_rnn))
    for name in sklearn_rnn.__all__:
        assert getattr(sklearn_rnn, name) is not None, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"has no attribute 'RNNOracle'"):
        _ = sklearn_rnn.RNNOracle


def test_a_star_import_brings_the_public_names():
    names = {}
    exec("from sklearn_rnn import *", names)
    assert set(sklearn_rnn.__all__) <= set(names)
