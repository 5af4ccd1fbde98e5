"""What users of scikit-learn expect of an estimator besides the official checks."""

import inspect
import pickle

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import ShuffleSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    as_ragged,
)
from sklearn_rnn._compat import VisualBlock
from sklearn_rnn.callbacks import Checkpoint

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4, 2))
y = (X[:, :, 0].sum(axis=1) > 0).astype(int)


class Mine(RNNClassifier):
    """Has parameters of its own and sets ours."""

    def __init__(self, size=8):
        self.size = size
        super().__init__(size, max_epochs=2, random_state=0)


def test_a_subclass_may_have_an_init_of_its_own(tmp_path):
    mine = Mine(size=3).fit(X, y)
    expected = RNNClassifier(3, max_epochs=2, random_state=0).fit(X, y).predict_proba(X)
    for model in (mine, pickle.loads(pickle.dumps(mine)), clone(mine).fit(X, y)):
        assert model.get_params() == {"size": 3}
        assert np.array_equal(model.predict_proba(X), expected)


def test_parameters_are_those_of_an_init_that_a_notebook_reloads():
    class Reloaded(RNNClassifier):
        def __init__(self, hidden_size=64):
            RNNClassifier.__init__(self, hidden_size)

    assert [*Reloaded().get_params()] == ["hidden_size"]

    def init(self, hidden_size=64, more=1):
        RNNClassifier.__init__(self, hidden_size)
        self.more = more

    Reloaded.__init__.__code__ = init.__code__
    Reloaded.__init__.__defaults__ = init.__defaults__
    assert clone(Reloaded(more=7)).get_params() == {"hidden_size": 64, "more": 7}
    Reloaded._get_param_names().append("none of them")
    assert [*Reloaded().get_params()] == ["hidden_size", "more"]


def test_a_checkpoint_tells_fits_of_such_a_subclass_apart(tmp_path):
    def fit(size):
        mine = Mine(size)
        mine.callbacks = [Checkpoint(tmp_path / "fit")]
        return mine.fit(X, y)

    fit(3)
    with pytest.raises(ValueError, match="hidden_size"):
        fit(4)


@pytest.mark.parametrize("seed", range(5))
def test_the_validation_part_is_drawn_among_rows_that_count(seed):
    weight = np.zeros(40)
    counted = rng.permutation(40)[:12]
    weight[counted] = 1.0
    params = {"early_stopping": True, "validation_fraction": 0.25, "max_epochs": 3}
    weighted, cut = (RNNRegressor(3, **params, random_state=seed) for _ in range(2))
    weighted.fit(X, X[:, 0, 0], sample_weight=weight)
    rows = np.sort(counted)
    cut.fit(X[rows], X[rows, 0, 0])
    assert np.array_equal(weighted.predict(X), cut.predict(X))


def test_a_call_of_partial_fit_reads_no_epoch_of_earlier_calls():
    model = RNNClassifier(3, random_state=0).partial_fit(X, y, classes=[0, 1])
    for _ in range(3):
        model.partial_fit(X, y)
    rows = list(model.net_.history)
    model.net_.history[:-1] = [None] * 3  # whoever reads them fails
    model.partial_fit(X, y)
    assert model.loss_curve_ == [row["train_loss"] for row in rows] + [
        model.net_.history[-1]["train_loss"]
    ]
    assert model.history_["lr"].shape == (model.n_iter_,) == (5,)


LENGTHS = np.arange(40) % 3 + 2
RAGGED = [steps[:length] for steps, length in zip(X, LENGTHS, strict=True)]
SIGNS = [(steps[:, 0] > 0).astype(int) for steps in RAGGED]
LAYOUTS = {
    "lists": (RAGGED, SIGNS),
    "arrays of arrays": (as_ragged(RAGGED), as_ragged(SIGNS)),
    "a cube and a table": (X, (X[:, :, 0] > 0).astype(int)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("steps", [(), ("passthrough",)])
def test_probabilities_of_each_step_are_predicted_out_of_fold(layout, steps):
    X, y = LAYOUTS[layout]
    tagger = RNNTagger(2, max_epochs=1, random_state=0)
    estimator = make_pipeline(*steps, tagger) if steps else tagger
    with pytest.raises(NotImplementedError, match="cross_val_predict encodes") as said:
        cross_val_predict(estimator, X, y, cv=2, method="predict_proba")
    line = str(said.value).rpartition("as it is: ")[2]
    found = eval(line.replace("params", "cv=2, params"), globals(), locals())
    expected = tagger.fit(X[20:], y[20:]).predict_proba(X[:20])
    assert all(map(np.array_equal, found[:20], expected))
    assert len(found) == 40


def test_numbers_of_each_step_are_predicted_out_of_fold():
    y = [steps[:, 0] for steps in RAGGED]
    model = RNNStepRegressor(2, max_epochs=1, random_state=0)
    assert [len(row) for row in cross_val_predict(model, RAGGED, y, cv=2)] == [*LENGTHS]


@pytest.mark.parametrize(
    ("argument", "instead"),
    [
        ({"epochs": 3}, r"RNNClassifier\(max_epochs=3\)"),
        ({"batch_size": 8}, r"RNNClassifier\(batch_size=8\)"),
        ({"validation_data": (X, y)}, "X_val and y_val"),
        ({"foo": 1}, "'foo'"),
    ],
)
def test_an_argument_of_fit_elsewhere_is_named_here(argument, instead):
    with pytest.raises(TypeError, match=f"unexpected keyword argument.*{instead}"):
        RNNClassifier().fit(X, y, **argument)


IDS = sparse.csr_matrix(np.tile([[2, 3, 0], [4, 5, 2]], (20, 1)))


@pytest.mark.skipif(
    "name_caption" not in inspect.signature(VisualBlock).parameters,
    reason="the HTML view of this scikit-learn has no captions",
)
@pytest.mark.parametrize(
    ("X", "said"),
    [
        (X, "X: 2 variables, 4 steps"),
        (RAGGED, "X: 2 variables, 2 to 4 steps"),
        (X[:, :, 0], "X: one variable, 4 steps"),
        (IDS, "X: 6 token ids, 2 to 3 steps"),
    ],
)
def test_the_html_view_says_how_x_was_read(X, said):
    model = RNNClassifier(2, max_epochs=1)
    assert "X: " not in model._repr_html_()
    assert said in model.fit(X, y)._repr_html_()
    assert said in make_pipeline("passthrough", model).fit(X, y)._repr_html_()


def test_early_stopping_that_begins_by_itself_says_so(capsys):
    values = rng.normal(size=(2000, 1))
    settings = {"cell": "rnn", "max_epochs": 1, "batch_size": 500}
    said = {}
    for early_stopping in ("auto", True):
        for verbose in (0, 1):
            model = RNNRegressor(1, **settings, early_stopping=early_stopping)
            model.set_params(verbose=verbose).fit(values, values[:, 0])
            said[early_stopping, verbose] = capsys.readouterr().out
    line = said.pop(("auto", 1))
    assert line.startswith("early_stopping='auto' holds out 200 of 2000 rows")
    assert set(said.values()) == {""}
    if "name_caption" in inspect.signature(VisualBlock).parameters:
        caption = "1 steps. Early stopping held out 200 of 2000 rows"
        assert caption in model._repr_html_()


@pytest.mark.skipif(
    "name_caption" not in inspect.signature(VisualBlock).parameters,
    reason="the HTML view of this scikit-learn has no captions",
)
def test_the_html_view_says_how_it_was_trained_and_what_was_changed():
    model = RNNClassifier(2, max_epochs=3, random_state=0)
    assert "not fitted; changed: hidden_size=2, max_epochs=3" in model._repr_html_()
    model.fit(X, y)
    assert "; 3 epochs; changed: hidden_size=2" in model._repr_html_()
    model.best_epoch_ = 2
    assert "; 3 epochs, those of epoch 2 kept; changed: " in model._repr_html_()


@pytest.mark.parametrize("validation_fraction", [0.5, ShuffleSplit(1, test_size=0.5)])
def test_rows_without_weight_are_no_reason_to_stop_early(validation_fraction):
    # 2,100 rows of which 600 count: "auto" holds nothing out, as for the 600 alone.
    values = rng.normal(size=(2100, 2, 1))
    weight = (np.arange(2100) < 600).astype(float)
    model = RNNRegressor(2, max_epochs=1, validation_fraction=validation_fraction)
    model.fit(values, values[:, 0, 0], sample_weight=weight)
    assert "valid_loss" not in model.history_


@pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
def test_equal_fits_differ_by_the_seconds_they_took_only(kind):
    fits = [kind(4, max_epochs=2, random_state=0).fit(X, y) for _ in range(2)]
    for model in fits:
        model.history_.pop("seconds")
        for epoch in model.net_.history:
            epoch.pop("dur")
    assert joblib.hash(fits[0]) == joblib.hash(fits[1])
    before = joblib.hash(fits[0])
    fits[0].predict(X)
    assert joblib.hash(pickle.loads(pickle.dumps(fits[0]))) == before


def test_tags_speak_of_tables():
    tags = get_tags(RNNClassifier()).input_tags
    assert (tags.three_d_array, tags.sparse, tags.allow_nan) == (True, False, False)
    table = X[:, :, 0]
    with pytest.raises(ValueError, match="sparse"):
        RNNClassifier().fit(sparse.csr_matrix(table), y)
    with pytest.raises(ValueError, match="NaN"):
        RNNClassifier().fit(np.where(table > 1, np.nan, table), y)
