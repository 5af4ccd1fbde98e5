"""What is saved comes back with the same bits, and runs no code."""

import json
import os
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import safetensors
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer, load, save
from sklearn_rnn.callbacks import WeightAverage
from sklearn_rnn.exceptions import LeftOutWarning, SavedFileError
from sklearn_rnn.persistence import _files, _kinds

from .conftest import MODELS, SMALL, SUMS, TEXTS, TONES, X

FIXTURE = Path(__file__).parent / "format_1.safetensors"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def assert_same(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


ANSWERS = ("predict", "predict_proba", "decision_function", "transform")


# -- there and back ------------------------------------------------------------------


def test_every_answer_comes_back_with_the_same_bits(fitted, path):
    model, X = fitted
    save(model, path)
    loaded = load(path)
    assert type(loaded) is type(model)
    for answer in ANSWERS:
        if hasattr(model, answer):
            assert_same(getattr(loaded, answer)(X), getattr(model, answer)(X))


def test_what_was_learnt_comes_back_by_name_and_type(fitted, path):
    model, _ = fitted
    save(model, path)
    loaded = load(path)
    if hasattr(model, "steps"):
        model, loaded = model[-1], loaded[-1]
    assert vars(model).keys() == vars(loaded).keys()
    for name in set(vars(model)) - {"net_", "_net_spec", "_settings"}:
        one, other = getattr(model, name), getattr(loaded, name)
        assert type(one) is type(other), name
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other, strict=True)
        elif name not in ("embedding", "history_"):
            assert one == other, name
    assert loaded.get_params().keys() == model.get_params().keys()
    assert repr(loaded) == repr(model)
    assert repr(clone(loaded)) == repr(clone(model))


@pytest.mark.parametrize("name", ["classifier", "texts", "chain"])
def test_an_unfitted_estimator_comes_back_unfitted(name, path):
    model, X, y = MODELS[name]
    model = clone(model)
    save(model, path)
    loaded = load(path)
    assert repr(loaded) == repr(model)
    assert_same(loaded.fit(X, y).predict(X), model.fit(X, y).predict(X))


def test_partial_fit_goes_on_as_if_unbroken(path):
    model = RNNRegressor(**SMALL).partial_fit(X, SUMS)
    save(model, path)
    loaded = load(path)
    for _ in range(2):
        loaded.partial_fit(X, SUMS)
        model.partial_fit(X, SUMS)
    assert_same(loaded.predict(X), model.predict(X))


def contents(path):
    with safetensors.safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name).tobytes() for name in file.keys()}
        return file.metadata(), tensors


def test_what_was_saved_can_be_saved_again(fitted, path, tmp_path):
    save(fitted[0], path)
    save(load(path), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(path)


def test_another_process_computes_the_same_bits(path):
    model, X, y = MODELS["texts"]
    save(model.fit(X, y), path)
    program = (
        "import sys; from sklearn_rnn import load; "
        "print(load(sys.argv[1]).predict_proba(['good film', 'a bad'])[:, 0].tolist())"
    )
    command = [sys.executable, "-c", program, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (
        json.loads(said) == model.predict_proba(["good film", "a bad"])[:, 0].tolist()
    )


# -- what is left out ------------------------------------------------------------------


class Silent(Callback):
    pass


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"callbacks": [WeightAverage()]}, "callbacks"),
        ({"callbacks": [("silent", Silent())]}, "callbacks"),
        ({"lr_schedule": lambda u: 1.0}, "lr_schedule"),
        (
            {"lr_schedule": partial(torch.optim.lr_scheduler.StepLR, step_size=1)},
            "lr_s",
        ),
        ({"optimizer": torch.optim.Adam}, "optimizer"),
        (
            {"validation_fraction": KFold(3), "early_stopping": True},
            "validation_fraction",
        ),
        ({"scoring": lambda model, X, y: 0.0}, "scoring"),
        ({"net_params": {"iterator_train__x": 1}}, "net_params"),
        ({"random_state": np.random.RandomState(0)}, "random_state"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_only_training_asks_for_is_left_out_with_a_warning(params, named, path):
    model = RNNRegressor(**{**SMALL, **params})
    if "net_params" not in params:  # what the net does not know it would refuse
        model.fit(X, SUMS)
    with pytest.warns(LeftOutWarning, match=named):
        save(model, path)
    loaded = load(path)
    name = next(iter(params))
    assert loaded.get_params()[name] == RNNRegressor().get_params()[name]
    if hasattr(model, "net_"):
        assert_same(loaded.predict(X), model.predict(X))
        loaded.partial_fit(X, SUMS)  # goes on with a new optimiser


def test_partial_fit_with_an_optimizer_of_its_own_goes_on_with_another(path):
    model = RNNRegressor(**SMALL, optimizer=torch.optim.Adagrad).partial_fit(X, SUMS)
    with pytest.warns(LeftOutWarning, match="optimizer"):
        save(model, path)
    loaded = load(path)
    assert_same(loaded.predict(X), model.predict(X))
    loaded.partial_fit(X, SUMS)


def test_what_was_fitted_with_is_left_out_though_it_was_set_back(path):
    model = RNNRegressor(**SMALL, callbacks=[WeightAverage()]).fit(X, SUMS)
    model.set_params(callbacks=None)
    with pytest.warns(LeftOutWarning, match="callbacks"):
        save(model, path)
    assert_same(load(path).predict(X), model.predict(X))


@pytest.mark.parametrize("params", [{"analyzer": str.split}, {"tokenizer": str.split}])
def test_functions_by_name_come_back(params, path):
    model = make_pipeline(TextVectorizer(**params), RNNClassifier(**SMALL))
    save(model.fit(TEXTS, TONES), path)
    assert_same(load(path).predict_proba(TEXTS), model.predict_proba(TEXTS))


@pytest.mark.parametrize(
    ("estimator", "named"),
    [
        (make_pipeline(FunctionTransformer(np.log1p), RNNRegressor()), "log1p"),
        (TextVectorizer(tokenizer=lambda text: text.split()), "lambda"),
        (make_pipeline(SVC()), "SVC"),
        (GridSearchCV(RNNRegressor(), {}), "GridSearchCV"),
        (make_pipeline(RNNRegressor(), memory="cache"), None),
    ],
    ids=["function", "lambda", "another", "search", "memory"],
)
def test_what_needs_code_is_refused_by_name(estimator, named, path):
    if named is None:
        save(estimator, path)
        assert load(path).memory == "cache"
        return
    with pytest.raises(TypeError, match=f"cannot be saved, for it holds .*{named}"):
        save(estimator, path)
    assert not path.exists()


@pytest.mark.parametrize("thing", [None, RNNClassifier, {"a": 1}, "model"])
def test_only_an_estimator_is_saved(thing, path):
    with pytest.raises(TypeError, match="estimator must be an estimator"):
        save(thing, path)


# -- the file --------------------------------------------------------------------------


def test_the_file_is_safetensors_and_json(path):
    model, X, y = MODELS["classifier"]
    save(model.fit(X, y), path)
    with safetensors.safe_open(path, framework="numpy") as file:
        about = file.metadata()
        weights = [file.get_tensor(name) for name in file.keys()]
    assert about["kind"] == "sklearn_rnn estimator"
    assert about["format"] == "1"
    assert "RNNClassifier" in json.dumps(json.loads(about["tree"]))
    head = model.net_.module_.head.weight.detach().numpy()
    assert any(np.array_equal(weight, head) for weight in weights)


def test_a_file_takes_the_place_of_the_old_one_at_one_stroke(path, monkeypatch):
    save(MODELS["classifier"][0], path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(MODELS["regressor"][0], path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_way_to_safetensors_is_told(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for act in (partial(save, RNNClassifier()), load):
        with pytest.raises(ImportError, match="pip install safetensors"):
            act(path)


def test_the_first_format_is_read_for_ever():
    """The file was written by version 0.1; its answers stand beside it."""
    expected = json.loads(FIXTURE.with_suffix(".json").read_text(encoding="utf-8"))
    model = load(FIXTURE)
    np.testing.assert_allclose(
        model.predict_proba(expected["texts"]), expected["probabilities"], rtol=1e-5
    )
    assert model.predict(expected["texts"]).tolist() == expected["labels"]


def test_a_later_format_is_named(path, monkeypatch):
    monkeypatch.setattr(_files, "FORMAT", 2)
    save(RNNClassifier(), path)
    monkeypatch.undo()
    with pytest.raises(SavedFileError, match="in format 2, and this one reads up to 1"):
        load(path)


def test_a_missing_file_is_missing(path):
    with pytest.raises(FileNotFoundError):
        load(path)


def test_every_class_of_the_table_exists_and_can_be_saved(path):
    needed = {
        "ColumnTransformer": {"transformers": []},
        "FeatureUnion": {"transformer_list": []},
        "FixedThresholdClassifier": {"estimator": LogisticRegression()},
        "Pipeline": {"steps": [("a", RNNRegressor())]},
    }
    for name in _kinds.MODULE_OF:
        estimator = _kinds.class_named(name)(**needed.get(name, {}))
        save(estimator, path)
        assert type(load(path)) is type(estimator)


def test_a_pickle_of_what_was_loaded_is_that_of_what_was_saved(path):
    model = MODELS["texts"][0]
    save(model.fit(TEXTS, TONES), path)
    again = pickle.loads(pickle.dumps(load(path)))
    assert_same(again.predict_proba(TEXTS), model.predict_proba(TEXTS))
