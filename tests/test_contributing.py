"""The estimator that the page for contributors builds holds what ours hold."""

import pickle
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks

from sklearn_rnn import export_onnx

PAGE = Path(__file__).parents[1] / "docs/contributing/add_an_estimator.md"


@pytest.fixture(scope="module")
def page():
    """Run the first program of the page as a module that pickles can import."""
    if not PAGE.is_file():
        pytest.skip("docs/ is not in the sdist")
    code = re.search(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)[1]
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) < 60
    module = sys.modules["ordinal_of_the_page"] = ModuleType("ordinal_of_the_page")
    exec(compile(code, PAGE, "exec"), vars(module))
    yield module
    del sys.modules["ordinal_of_the_page"]


def test_the_checks_of_sequences_of_the_page_pass(page):
    text = PAGE.read_text("utf-8")
    code = re.search(r"^```\{code-block\} python\n(.*?)^```$", text, re.M | re.S)[1]
    exec(compile(code, PAGE, "exec"), vars(page))
    assert {result["status"] for result in page.results} == {"passed"}


# All of check_estimator passes with more epochs, in half a minute. These need few.
OFFICIAL = [
    "check_classifiers_classes",
    "check_classifiers_one_label",
    "check_dict_unchanged",
    "check_estimators_nan_inf",
    "check_estimators_pickle",
    "check_estimators_unfitted",
    "check_param_validation",
    "check_sample_weight_equivalence_on_dense_data",
    "check_supervised_y_2d",
]


@pytest.mark.filterwarnings("default")
@pytest.mark.changes_global_state
@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_check_passes(page, name):
    model = page.RNNOrdinalClassifier(8, max_epochs=10, lr=0.03)
    getattr(estimator_checks, name)("RNNOrdinalClassifier", model)


def test_it_is_copied_goes_on_and_reads_steps(page, tmp_path):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 5, 2))
    y = np.digitize(X[:, :, 0].sum(axis=1), [-1.5, 0.0, 1.5])
    model = page.RNNOrdinalClassifier(
        8, bidirectional=False, lr=0.03, max_epochs=100, random_state=0
    )
    probabilities = model.fit(X, y).predict_proba(X)
    assert model.score(X, y) > 0.7
    assert (model.predict(X) == model.classes_[probabilities.argmax(axis=1)]).all()
    for copy in (clone(model).fit(X, y), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(copy.predict_proba(X), probabilities)
    state = None
    for t in range(5):
        answer, state = model.step(X[:, t], state)
    assert np.allclose(answer, probabilities, atol=1e-6)
    with pytest.raises(ValueError, match=r"head=CumulativeHead cannot be exported"):
        export_onnx(model, tmp_path / "ordinal.onnx")
    with pytest.raises(ValueError, match="indicator matrix, but RNNOrdinalClassifier"):
        model.fit(X, np.eye(4, dtype=int)[y])
