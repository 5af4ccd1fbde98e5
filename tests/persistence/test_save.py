"""What is saved comes back with the same bits; types of others are asked about."""

import json
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import skops.io
import torch
from sklearn import calibration
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold
from skorch.callbacks import LRScheduler
from torch.optim.lr_scheduler import StepLR

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer, load, save
from sklearn_rnn.exceptions import SavedFileError

from .conftest import LABELS, MODELS, SMALL, SUMS, TEXTS, TONES, X


def assert_same(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


METHODS = ("predict", "predict_proba", "decision_function", "transform")


# -- there and back ------------------------------------------------------------------


def test_all_predictions_come_back_with_the_same_bits(fitted, path):
    model, X = fitted
    save(model, path)
    loaded = load(path)
    assert type(loaded) is type(model)
    assert loaded.get_params().keys() == model.get_params().keys()
    for method in METHODS:
        if hasattr(model, method):
            assert_same(getattr(loaded, method)(X), getattr(model, method)(X))


def test_a_file_does_not_say_how_many_threads_read_it(path):
    model = RNNRegressor(**SMALL).fit(X, SUMS)
    expected = model.predict(X)
    for n_jobs in (0, 10**6, 10**12):
        save(model.set_params(n_jobs=n_jobs), path)
        loaded = load(path)
        assert loaded.n_jobs == n_jobs
        assert_same(loaded.set_params(n_jobs=None).predict(X), expected)


@pytest.mark.parametrize("name", ["texts", "search"])
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


def test_another_process_computes_the_same_bits(path):
    model = clone(MODELS["texts"][0]).fit(TEXTS, TONES)
    save(model, path)
    program = (
        "import sys; from sklearn_rnn import load; "
        "print(load(sys.argv[1]).predict_proba(['good film', 'a bad'])[:, 0].tolist())"
    )
    command = [sys.executable, "-c", program, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    expected = model.predict_proba(["good film", "a bad"])[:, 0].tolist()
    assert json.loads(said) == expected


def test_skops_reads_the_file_and_asks_about_estimators_only(path):
    model = clone(MODELS["texts"][0]).fit(TEXTS, TONES)
    save(model, path)
    types = skops.io.get_untrusted_types(file=path)
    names = [name.rpartition(".")[2] for name in types]
    assert names == ["RNNClassifier", "TextVectorizer"]
    loaded = skops.io.load(path, trusted=types)
    assert_same(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_parts_of_a_fitted_search_need_no_word(path):
    # A list of splits is wrapped; temperatures are new in scikit-learn 1.8.
    is_new = hasattr(calibration, "_TemperatureScaling")
    calibrated = calibration.CalibratedClassifierCV(RNNClassifier(**SMALL), cv=2)
    search = GridSearchCV(
        calibrated,
        {"method": ["temperature" if is_new else "sigmoid"]},
        cv=list(KFold(2).split(X)),
    ).fit(X, LABELS)
    save(search, path)
    assert_same(load(path).predict_proba(X), search.predict_proba(X))


# -- types of others -------------------------------------------------------------------

MODULE = """
import torch

from sklearn_rnn import RNNRegressor

class Mine(RNNRegressor):
    pass

def halving(update):
    return 0.5 ** update

def log_cosh(outputs, target):
    return torch.cosh(target - outputs).log().mean(dim=1)

class LogCosh(torch.nn.Module):
    def forward(self, outputs, target):
        return log_cosh(outputs, target)

def outer():
    def halving(update):
        return 1.0
    return halving
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Import a module that a user wrote."""
    (tmp_path / "mine_of_a_user.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import mine_of_a_user

    yield mine_of_a_user
    del sys.modules["mine_of_a_user"]


OF_OTHERS = {
    "subclass": lambda mine: mine.Mine(**SMALL),
    "schedule": lambda mine: RNNRegressor(**SMALL, lr_schedule=mine.halving),
    "partial": lambda mine: RNNRegressor(
        **SMALL, lr_schedule=partial(StepLR, step_size=1)
    ),
    "optimizer": lambda mine: RNNRegressor(**SMALL, optimizer=torch.optim.Adagrad),
    "callback": lambda mine: RNNRegressor(
        **SMALL, callbacks=[("steps", LRScheduler(policy=StepLR, step_size=1))]
    ),
    "loss": lambda mine: RNNRegressor(**SMALL, loss=mine.log_cosh),
    "module": lambda mine: RNNRegressor(**SMALL, loss=mine.LogCosh()),
    "generator": lambda mine: RNNRegressor(
        **{**SMALL, "random_state": np.random.RandomState(0)}
    ),
}


@pytest.mark.parametrize("name", OF_OTHERS)
def test_the_error_lists_the_types_to_trust_and_the_list_works(name, mine, path):
    model = OF_OTHERS[name](mine).fit(X, SUMS)
    save(model, path)
    with pytest.raises(SavedFileError, match="does not trust by itself") as caught:
        load(path)
    line = str(caught.value).splitlines()[-1]
    trusted = json.loads(line.strip().removeprefix("trusted=").replace("'", '"'))
    assert_same(load(path, trusted=trusted).predict(X), model.predict(X))
    with pytest.raises(SavedFileError, match=trusted[0].rpartition(".")[2]):
        load(path, trusted=trusted[1:])


def test_a_type_may_be_trusted_itself_but_not_everything(mine, path):
    save(mine.Mine(), path)
    for trusted in (mine.Mine, [mine.Mine], "mine_of_a_user.Mine"):
        assert type(load(path, trusted=trusted)) is mine.Mine
    with pytest.raises(TypeError, match=r"trusted must list types, .* got True"):
        load(path, trusted=True)


def in_main(update):
    return 1.0


in_main.__module__ = "__main__"


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda mine: RNNRegressor(lr_schedule=lambda u: 1.0), "lr_schedule"),
        (lambda mine: RNNRegressor(lr_schedule=in_main), "lr_schedule"),
        # By its name alone it would be another function of that module.
        (lambda mine: RNNRegressor(lr_schedule=mine.outer()), "lr_schedule"),
        (lambda mine: TextVectorizer(analyzer=str.split), "analyzer"),
        # skops would read True for both.
        (lambda mine: RNNClassifier(class_weight={False: 1, True: 2}), "class_weight"),
    ],
    ids=["lambda", "main", "inner", "method", "bool"],
)
def test_what_would_not_come_back_is_refused_by_name(make, named, mine, path):
    with pytest.raises(TypeError, match=f"cannot be saved: {named} "):
        save(make(mine), path)
    assert not path.exists()


def test_only_an_estimator_is_saved(path):
    for thing in (None, RNNClassifier, {"a": 1}):
        with pytest.raises(TypeError, match="estimator must be an estimator"):
            save(thing, path)


# -- the file --------------------------------------------------------------------------


def test_a_file_takes_the_place_of_the_old_one_at_one_stroke(path, monkeypatch):
    save(RNNClassifier(), path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(RNNRegressor(), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_without_skops_the_error_says_how_to_install_it(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    for act in (partial(save, RNNClassifier()), load):
        with pytest.raises(
            ImportError, match=r"pip install skops, .* its extra \[save\]"
        ):
            act(path)


def test_a_missing_file_is_missing(path):
    with pytest.raises(FileNotFoundError):
        load(path)
