"""Samplers of imbalanced-learn, sktime's reduction and MLflow's files, around ours."""

import logging

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer
from sklearn_rnn.exceptions import AmbiguousInputWarning, SequenceError
from sklearn_rnn.sequences import from_channels_first

pytestmark = pytest.mark.slow

SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}
RARE = (np.arange(60) > 44).astype(int)

rng = np.random.default_rng(0)


def draw_texts(lengths):
    return [" ".join(rng.choice([f"w{i}" for i in range(50)], k)) for k in lengths]


EQUAL = draw_texts([6] * 60)
UNEQUAL = draw_texts(rng.integers(2, 9, 60))


def test_synthetic_rows_of_token_ids_are_noticed():
    pytest.importorskip("imblearn")
    from imblearn.over_sampling import SMOTE, RandomOverSampler
    from imblearn.pipeline import make_pipeline as make_sampled

    def fit(sampler, texts):
        model = make_sampled(TextVectorizer(), sampler, RNNClassifier(**SMALL))
        return model.fit(texts, RARE).predict(texts)

    smote = SMOTE(random_state=0, k_neighbors=3)
    with pytest.warns(AmbiguousInputWarning, match="SMOTE makes rows between others"):
        fit(smote, EQUAL)
    with pytest.raises((SequenceError, AmbiguousInputWarning), match="SMOTE"):
        fit(smote, UNEQUAL)
    # What the message shows: weights, or rows that are repeated.
    weighted = RNNClassifier(**SMALL, class_weight="balanced")
    make_pipeline(TextVectorizer(), weighted).fit(EQUAL, RARE)
    for texts in (EQUAL, UNEQUAL):
        assert len(fit(RandomOverSampler(random_state=0), texts)) == 60


def test_samplers_in_front_hand_over_frames_of_texts():
    pytest.importorskip("imblearn")
    from imblearn.pipeline import make_pipeline as make_sampled
    from imblearn.under_sampling import RandomUnderSampler

    frame = pd.DataFrame({"text": UNEQUAL})
    sampler = RandomUnderSampler(random_state=0)
    model = make_sampled(sampler, TextVectorizer(), RNNClassifier(**SMALL))
    assert len(model.fit(frame, RARE).predict(frame)) == 60


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_windows_with_the_channels_first_are_noticed():
    compose = pytest.importorskip("sktime.forecasting.compose")
    series = pd.Series(rng.normal(size=60))

    def forecast(scitype):
        model = compose.make_reduction(
            RNNRegressor(**SMALL),
            strategy="recursive",
            window_length=12,
            scitype=scitype,
        )
        return model.fit(series, fh=[1, 2]).predict()

    assert np.isfinite(forecast("tabular-regressor")).all()
    with pytest.warns(AmbiguousInputWarning, match="from_channels_first"):
        forecast("time-series-regressor")


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_containers_of_sktime_give_the_same_predictions():
    datasets = pytest.importorskip("sktime.datasets")

    def fit(kind):
        X, y = datasets.load_basic_motions(split="train", return_type=kind)
        X = from_channels_first(X) if kind == "numpy3D" else X
        return RNNClassifier(**SMALL).fit(X, y).predict_proba(X)

    expected = fit("numpy3D")
    for kind in ("nested_univ", "pd-multiindex", "df-list"):
        np.testing.assert_array_equal(fit(kind), expected, err_msg=kind)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.changes_global_state
@pytest.mark.parametrize("how", ["skops", "cloudpickle"])
def test_mlflow_reads_back_what_it_wrote(how, tmp_path, monkeypatch):
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    mlflow_sklearn = pytest.importorskip("mlflow.sklearn")
    texts = EQUAL[:20]
    model = make_pipeline(TextVectorizer(), RNNClassifier(**SMALL))
    model.fit(texts, np.arange(20) % 2)
    trusted = [
        f"{type(part).__module__}.{type(part).__name__}" for _, part in model.steps
    ]
    options = {
        "skops": {"serialization_format": "skops", "skops_trusted_types": trusted},
        "cloudpickle": {"serialization_format": "cloudpickle"},
    }
    path = str(tmp_path / "model")
    mlflow_sklearn.save_model(model, path, pip_requirements=[], **options[how])
    loaded = mlflow_sklearn.load_model(path)
    np.testing.assert_array_equal(
        loaded.predict_proba(texts), model.predict_proba(texts)
    )
