"""The table of breakages that `tools/mutants.py` tries is up to date."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "mutants.py"


@pytest.fixture(scope="module")
def mutants():
    if not TOOL.is_file():
        pytest.skip("tools/ is not in the sdist")
    spec = importlib.util.spec_from_file_location("mutants", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_breakage_can_be_made_and_has_its_tests(mutants):
    assert mutants.errors(mutants.MUTANTS) == []


def test_a_breakage_out_of_date_is_seen(mutants):
    sound = mutants.Mutant(
        "a seed is asked for twice",
        "nn/_tables.py",
        "def ",
        "def  ",
        ("tests/test_mutants.py::test_a_breakage_out_of_date_is_seen",),
    )
    wrong = [
        ({"old": "no such text"}, "its text is in nn/_tables.py 0 times"),
        ({"old": "e"}, "its text is in nn/_tables.py"),
        ({"new": "def "}, "it changes nothing"),
        ({"new": "def def "}, "the broken nn/_tables.py does not compile"),
        ({"tests": ()}, "it names no test"),
        ({"tests": ("tests/gone.py",)}, "there is no file tests/gone.py"),
        ({"tests": ("sklearn_rnn/nn/_affine.py",)}, "there is no file"),
        ({"tests": ("tests/test_mutants.py::test_gone",)}, "there is no test"),
        ({"tests": ("tests/test_mutants.py::mutants",)}, "there is no test"),
    ]
    assert mutants.errors([sound]) == []
    for change, error in wrong:
        (found,) = mutants.errors([sound._replace(**change)])
        assert error in found, change
    assert "2 breakages have this name" in mutants.errors([sound, sound])[0]
