"""What holds for every test: the settings, and the world left as it was found."""

import os

# SciPy reads this when it is imported; scikit-learn's array API checks skip without it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "agg")

import importlib
import random
import re
import reprlib
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# Only examples are counted, never time: the machine of a stranger may be slow.
settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("slow", settings.get_profile("default"), max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Programs that `make package` runs; looking for doctests would run them too.
collect_ignore = ["first_hour"]


def pytest_collection_modifyitems(items):
    """Let `-m slow` find the properties where the profile asks for many examples."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "slow":
        for item in items:
            if hasattr(getattr(item, "obj", None), "hypothesis"):
                item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_interrupts():
    """Handle SIGINT as in a terminal; a shell's background jobs ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def global_state() -> dict[str, object]:
    """Take a copy of every global state a test may not move."""
    name, keys, *rest = np.random.get_state()
    state = {"random": random.getstate(), "NumPy": (name, keys.tobytes(), *rest)}
    if torch := sys.modules.get("torch"):
        state["torch"] = torch.get_rng_state().numpy().tobytes()
        state["torch threads"] = torch.get_num_threads()
    return state


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a test that moves a global random state or torch's thread count."""
    before = global_state()
    result = yield
    after = global_state()
    if item.get_closest_marker("changes_global_state") is None:
        moved = [name for name in before if before[name] != after[name]]
        assert not moved, f"the test changed the global state of {', '.join(moved)}"
    return result


@pytest.fixture(scope="session")
def assert_refused():
    """Return what makes a call for each row of a table, and lists what is not refused.

    A row holds the arguments and, last, what the message must say; a table with names
    is a dict.
    """

    def check(call, table, error=ValueError):
        if not isinstance(table, dict):
            table = {f"{i}: {reprlib.repr(row)}": row for i, row in enumerate(table)}
        wrong = {}
        for name, (*arguments, message) in table.items():
            try:
                call(*arguments)
            except Exception as raised:
                found = f"{type(raised).__name__}: {raised}"
                said = re.search(message, str(raised), re.DOTALL)
                if not isinstance(raised, error) or not said:
                    wrong[name] = found
            else:
                wrong[name] = "not refused"
        assert wrong == {}

    return check


@pytest.fixture
def program(monkeypatch):
    """Import a program of benchmarks/ by its name, where there are any."""
    folder = Path(__file__).parents[1] / "benchmarks"
    if not folder.is_dir():
        pytest.skip("benchmarks/ is not in the sdist")
    monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module
