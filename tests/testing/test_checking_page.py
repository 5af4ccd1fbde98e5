"""The guide shows the promises as the checks say them, and what was found in others."""

import json
import os
import sys
from pathlib import Path

import pytest

from sklearn_rnn.testing import _check_estimator
from sklearn_rnn.testing._check_estimator import CHECKS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guide" / "checking.md"
if not PAGE.exists():
    pytest.skip("docs/ is not in the sdist", allow_module_level=True)
sys.path.insert(0, str(ROOT / "benchmarks"))

import check_neighbours  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "check_neighbours.json"
RECORD = json.loads(RESULTS.read_text(encoding="utf-8"))

GROUPS = {
    "Any kind": _check_estimator.COMPANY + _check_estimator.MANNERS,
    "Sequences": _check_estimator.SEQUENCES
    + _check_estimator.PREDICTIONS
    + _check_estimator.REFUSALS,
    "Classes, of sequences or of steps": _check_estimator.CLASSES,
    "Texts that become token ids": _check_estimator.TEXTS,
}


def promises():
    """List what each check asks, in its own words."""
    lines = []
    for title, checks in GROUPS.items():
        lines += [f"**{title}**", ""]
        lines += [f"- `{check.__name__}`: {check.__doc__}" for check in checks]
        lines += [""]
    return "\n".join(lines)


def versions():
    """Say when the table was made, and with what."""
    made = RECORD["environment"]
    names = ("python", "scikit-learn", "torch", "skorch", "sktime", "tslearn")
    used = ", ".join(f"{name} {made['versions'][name]}" for name in names)
    return f"\nOn {made['date'][:10]}, with {used}.\n"


PARTS = {
    "come the promises. -->\n": promises(),
    "comes the table. -->\n": f"{check_neighbours.table(RECORD)}\n{versions()}",
    "comes what was said. -->\n": f"{check_neighbours.faults(RECORD)}\n",
}


@pytest.mark.parametrize("marker", PARTS)
def test_the_page_shows_what_was_written_for_it(marker):
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(marker)
    shown, end, after = rest.partition("<!-- Here ")
    assert end, f"{marker.strip()!r} or the end of its part is missing"
    if os.environ.get("SKLEARN_RNN_WRITE_TABLES") == "1":
        text = before + begin + PARTS[marker] + end + after
        PAGE.write_text(text, encoding="utf-8")
        return
    assert shown == PARTS[marker], (
        f"A part of {PAGE.name} is out of date. Write it anew with "
        "SKLEARN_RNN_WRITE_TABLES=1 python -m pytest "
        "tests/testing/test_checking_page.py, and read the difference."
    )


def test_every_check_has_its_place_in_the_list():
    listed = [check for checks in GROUPS.values() for check in checks]
    assert len(listed) == len(set(listed))
    assert set(listed) == {check for checks in CHECKS.values() for check in checks}


def test_the_results_are_those_of_the_checks_there_are():
    names = [check.__name__ for check in CHECKS["classifier"]]
    for found in RECORD["estimators"].values():
        assert [*found["checks"]] == names


def test_ours_passed_all_and_a_net_that_reads_padding_did_not():
    ours, *_, recipe = RECORD["estimators"].values()
    assert {status for status, _ in ours["checks"].values()} == {"passed"}
    for name in ("alone_as_in_a_batch", "a_longer_neighbour_changes_nothing"):
        assert recipe["checks"][f"check_{name}"][0] == "failed"


def test_a_reason_is_one_line_of_bounded_length():
    def reason_of(exception, status="failed"):
        return check_neighbours.reason_of({"exception": exception, "status": status})

    assert reason_of(None, "passed") == ""
    assert reason_of(AssertionError("Rows\nwere  lost.")) == "Rows were lost."
    assert reason_of(TypeError("no")) == "TypeError: no"
    assert len(reason_of(ValueError("long " * 100))) == check_neighbours.LONGEST_REASON
