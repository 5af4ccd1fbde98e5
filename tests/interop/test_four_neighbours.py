"""The program of the guide with imbalanced-learn, MAPIE, SHAP and LIME; refusals."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from sklearn_rnn import RNNClassifier, SequencesWithStatic, as_ragged

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*:Warning:shap")]

PROGRAM = Path(__file__).parents[2] / "examples/neighbours/neighbours.py"
rng = np.random.default_rng(0)
SERIES = rng.normal(size=(60, 5, 2))
Y = np.arange(60) % 2
SMALL = RNNClassifier(4, max_epochs=1, random_state=0)
REFUSED_BY_SAMPLERS = {
    "three axes": SERIES,
    "unequal": as_ragged([row[: 2 + i % 3] for i, row in enumerate(SERIES)]),
    "static": SequencesWithStatic(SERIES[:, :, 0], SERIES[:, 0]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.changes_global_state
def test_the_program_of_the_guide_runs(capsys):
    for name in ("imblearn", "lime", "mapie", "shap"):
        pytest.importorskip(name)
    names = runpy.run_path(str(PROGRAM))
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == [
        "imbalanced-learn",
        *["MAPIE", "SHAP", "LIME", "LIME", "SHAP"],
    ]
    # What SHAP shares out adds up to the prediction, and the first value counts most.
    found, model, flat = names["found"], names["model"], names["flat"]
    probability = model.predict_proba(flat[:1].reshape(-1, 5, 2))[0, 1]
    assert found.values[0, :, 1].sum() + found.base_values[0, 1] == pytest.approx(
        probability, abs=1e-6
    )
    assert np.abs(found.values[0, :, 1]).argmax() == 0


@pytest.mark.parametrize("name", REFUSED_BY_SAMPLERS)
def test_samplers_refuse_what_is_no_table(name):
    pytest.importorskip("imblearn")
    from imblearn.over_sampling import RandomOverSampler

    with pytest.raises((TypeError, ValueError)):
        RandomOverSampler().fit_resample(REFUSED_BY_SAMPLERS[name], Y)


@pytest.mark.changes_global_state
def test_split_conformal_classes_try_a_table():
    pytest.importorskip("mapie")
    from mapie.classification import SplitConformalClassifier

    for X, works in ((SERIES[:, :, 0], True), (SERIES, False)):
        model = SMALL.fit(X, Y)
        split = SplitConformalClassifier(model, confidence_level=0.9, prefit=True)
        if works:
            assert split.conformalize(X, Y).predict_set(X)[1].shape == (60, 2, 1)
        else:
            with pytest.raises((UserWarning, ValueError), match="not appear fitted"):
                split.conformalize(X, Y)


def test_explainers_of_other_networks_refuse_ours():
    shap = pytest.importorskip("shap")
    with pytest.raises(AttributeError):
        shap.DeepExplainer(SMALL.fit(SERIES, Y).net_.module_, SERIES[:5])
