"""What was found in other libraries is of the checks there are."""

import json
import sys
from pathlib import Path

import pytest

from sklearn_rnn.testing._check_estimator import CHECKS

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("benchmarks/ is not in the sdist", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))

import check_neighbours  # noqa: E402

RESULTS = BENCHMARKS / "results" / "check_neighbours.json"
RECORD = json.loads(RESULTS.read_text(encoding="utf-8"))


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
