"""A fit that was cut short goes on from its checkpoint as if nothing had been."""

import functools
import pickle
import tracemalloc

import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback, EarlyStopping, LRScheduler

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
    sliding_windows,
)
from sklearn_rnn._training import _checkpoint
from sklearn_rnn._training._tree_file import read_tree, write_tree
from sklearn_rnn.callbacks import Checkpoint, TimeBudget, WeightAverage
from sklearn_rnn.estimators import _base
from sklearn_rnn.exceptions import CheckpointError, CheckpointWarning, DivergenceWarning
from sklearn_rnn.sequences import _own_scales, _standardize

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 5, 2))
y = X[:, :, 0].sum(axis=1)
labels = (y > 0).astype(int)
STEPS = as_ragged([row[:, 0] for row in X])


def slower(u):
    return 1 / (1 + 0.1 * u)


class Killed(BaseException):
    """Represents the end of the process."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "fit.checkpoint"


@pytest.fixture
def kill(monkeypatch):
    """Let the process end right after, or before, the n-th writing."""

    def kill(n_writings, *, before=False):
        left = [n_writings]

        def write(path, tree):
            left[0] -= 1
            if before and left[0] == 0:
                raise Killed
            write_tree(path, tree)
            if left[0] == 0:
                raise Killed

        monkeypatch.setattr(_checkpoint, "write_tree", write)

    yield kill


def regressor(*callbacks, **params):
    defaults = {"cell": "rnn", "max_epochs": 6, "batch_size": 8, "random_state": 0}
    return RNNRegressor(3, callbacks=callbacks, **{**defaults, **params})


def assert_same_fit(one, other, X=X):
    for name in set(one.history_) - {"seconds"}:
        np.testing.assert_array_equal(one.history_[name], other.history_[name], name)
    assert one.n_iter_ == other.n_iter_
    assert one.best_epoch_ == other.best_epoch_
    for (name, a), b in zip(
        one.net_.module_.state_dict().items(),
        other.net_.module_.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(a, b), name
    for a, b in zip(one.predict(X), other.predict(X), strict=True):
        np.testing.assert_array_equal(a, b)


def cut_short(kill, make, path, X, y, n_writings=3):
    """Fit until killed, and again with the same arguments."""
    kill(n_writings)
    with pytest.raises(Killed):
        make(Checkpoint(path)).fit(X, y)
    kill(1000)
    return make(Checkpoint(path)).fit(X, y)


# -- going on ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"optimizer": "sgd", "net_params": {"optimizer__momentum": 0.9}},
        {"optimizer": "rmsprop", "lr_schedule": None},
        {"lr_schedule": "one_cycle"},
        {"lr_schedule": "plateau"},
        {"lr_schedule": slower},
        {
            "lr_schedule": functools.partial(
                torch.optim.lr_scheduler.StepLR, step_size=4
            )
        },
        {"dropout": 0.3, "cell": "lstm", "num_layers": 2},
        {"early_stopping": True, "n_iter_no_change": 6, "lr": 0.2, "max_epochs": 30},
        {"early_stopping": True, "scoring": "r2", "max_epochs": 9},
        {"cell": "gru", "max_grad_norm": 0.1, "optimizer": "adamw"},
    ],
    ids=lambda params: ",".join(params) or "default",
)
def test_a_fit_goes_on_to_the_same_bits(kill, path, params):
    make = functools.partial(regressor, **params)
    resumed = cut_short(kill, make, path, X, y, n_writings=4)
    assert_same_fit(resumed, make().fit(X, y))


@pytest.mark.parametrize(
    ("estimator", "X", "y"),
    [
        (RNNClassifier(3, random_state=0), X, labels),
        (
            RNNTagger(3, output="crf", random_state=0),
            X,
            as_ragged([row > 0 for row in STEPS]),
        ),
        (RNNStepRegressor(3, random_state=0), X, STEPS),
        (
            RNNClassifier(3, input="tokens", word_dropout=0.2, random_state=0),
            rng.integers(1, 9, size=(24, 6)),
            labels,
        ),
    ],
    ids=["classifier", "tagger", "step regressor", "tokens"],
)
def test_every_estimator_goes_on(kill, path, estimator, X, y):
    def make(*callbacks):
        return estimator.set_params(max_epochs=4, callbacks=callbacks)

    resumed = pickle.loads(pickle.dumps(cut_short(kill, make, path, X, y)))
    assert_same_fit(resumed, make().fit(X, y), X)


def test_a_fit_may_be_killed_after_every_epoch(kill, path):
    for _ in range(5):
        kill(1)
        with pytest.raises(Killed):
            regressor(Checkpoint(path)).fit(X, y)
    kill(1)
    with pytest.raises(Killed):  # after the last writing: all is done
        regressor(Checkpoint(path)).fit(X, y)
    assert read_tree(path)["finished"]
    kill(1000)
    assert_same_fit(regressor(Checkpoint(path)).fit(X, y), regressor().fit(X, y))


def test_a_fit_killed_in_the_first_epoch_begins_anew(kill, path):
    kill(1, before=True)
    with pytest.raises(Killed):
        regressor(Checkpoint(path)).fit(X, y)
    kill(1000)
    assert_same_fit(regressor(Checkpoint(path)).fit(X, y), regressor().fit(X, y))


def test_only_what_is_left_is_trained(kill, path):
    class Count(Callback):
        n_epochs = 0

        def on_epoch_begin(self, net, **kwargs):
            type(self).n_epochs += 1

    def make(*callbacks):
        return regressor(Count(), *callbacks)

    cut_short(kill, make, path, X, y, n_writings=4)
    # Four epochs, the beginning of the fifth, and two in the second process.
    assert Count.n_epochs == 5 + 2


@pytest.mark.parametrize("every", [1, 2, 4])
def test_every_says_how_often_it_is_written(path, every, monkeypatch):
    written = []
    monkeypatch.setattr(
        _checkpoint,
        "write_tree",
        lambda path, tree: written.append(len(tree["state"]["history"])),
    )
    regressor(Checkpoint(path, every=every)).fit(X, y)
    assert written == [*range(every, 6, every), 6]


def test_the_seed_is_kept_where_none_was_given(kill, path):
    kill(3)
    with pytest.raises(Killed):
        regressor(Checkpoint(path), random_state=None).fit(X, y)
    seed = read_tree(path)["seed"]
    kill(1000)
    resumed = regressor(Checkpoint(path), random_state=None).fit(X, y)
    again = regressor(Checkpoint(path), random_state=None).fit(X, y)
    assert_same_fit(resumed, again)
    assert read_tree(path)["seed"] == seed


def test_what_is_held_out_follows_from_the_seed_that_was_kept(kill, path, monkeypatch):
    def make(*callbacks, seed):
        monkeypatch.setattr(_base, "_draw_seed", lambda random_state: seed)
        return regressor(*callbacks, early_stopping=True, random_state=None)

    kill(3)
    with pytest.raises(Killed):
        make(Checkpoint(path), seed=1).fit(X, y)
    kill(1000)
    resumed = make(Checkpoint(path), seed=2).fit(X, y)
    assert_same_fit(resumed, make(seed=1).fit(X, y))


def test_a_warm_start_goes_on(kill, path):
    def make(*callbacks):
        begun = regressor(warm_start=True, max_epochs=2).fit(X, y)
        return begun.set_params(callbacks=callbacks, max_epochs=6)

    resumed = cut_short(kill, make, path, X, y)
    assert_same_fit(resumed, make().fit(X, y))
    other = regressor(warm_start=True, max_epochs=1).fit(X, y)
    other.set_params(callbacks=[Checkpoint(path)], max_epochs=6)
    with pytest.raises(CheckpointError, match="first weights was"):
        other.fit(X, y)


def test_a_warm_start_goes_on_from_an_epoch_that_was_cut_short(kill, path, monkeypatch):
    def begun():
        model = regressor(Pause(), warm_start=True, lr_schedule=None).fit(X, y)
        assert model.n_iter_ == 2
        assert len(model.net_.history) == 2
        return model

    class Pause(Callback):
        def on_batch_end(self, net, training=False, **kwargs):
            if training and len(net.history) == 3:
                raise KeyboardInterrupt

    def make(*callbacks):
        return begun().set_params(callbacks=callbacks, max_epochs=6)

    resumed = cut_short(kill, make, path, X, y)
    expected = make().fit(X, y)
    assert expected.n_iter_ == 8
    assert_same_fit(resumed, expected)


# -- other callbacks ----------------------------------------------------------------


class Slows(Callback):
    """Lower the rate by what it counted: a callback that carries something."""

    carries = ("rows_", "norms_")

    def on_train_begin(self, net, **kwargs):
        self.rows_ = []
        self.norms_ = torch.zeros(2)

    def on_epoch_end(self, net, **kwargs):
        self.rows_.append({"loss": net.history[-1, "train_loss"]})
        self.norms_ += torch.tensor([1.0, len(self.rows_)])
        net.optimizer_.param_groups[0]["lr"] = 0.1 / float(self.norms_.sum())


@pytest.mark.parametrize(
    "callbacks",
    [
        [WeightAverage(0.9)],
        [Slows()],
        [EarlyStopping(monitor="train_loss", patience=2, load_best=True)],
        [LRScheduler(torch.optim.lr_scheduler.StepLR, step_size=2, gamma=0.3)],
        [LRScheduler(torch.optim.lr_scheduler.CosineAnnealingLR, T_max=9)],
        [LRScheduler(torch.optim.lr_scheduler.ReduceLROnPlateau, monitor="train_loss")],
        [("average", WeightAverage(0.9)), Slows()],
    ],
    ids=lambda callbacks: str(type(callbacks[0]).__name__),
)
def test_callbacks_go_on_with_what_they_carry(kill, path, callbacks):
    def make(*more):
        return regressor(
            *callbacks,
            *more,
            lr_schedule=None,
            lr=0.1,
            early_stopping=True,
            n_iter_no_change=4,
        )

    resumed = cut_short(kill, make, path, X, y)
    assert_same_fit(resumed, make().fit(X, y))


def test_a_time_budget_and_a_checkpoint_go_on_day_by_day(path, monkeypatch):
    class Epochs(Callback):
        """Let the time be up amid the third epoch."""

        def on_batch_end(self, net, training=False, **kwargs):
            if training and len(self.budget(net).seen) < 3:
                self.budget(net).seen.add(len(net.history))
            elif training and len(net.history) not in self.budget(net).seen:
                self.budget(net).end_ = 0.0

        def budget(self, net):
            return dict(net.callbacks_)["TimeBudget"]

    monkeypatch.setattr(TimeBudget, "seen", set(), raising=False)
    expected = regressor().fit(X, y)
    epochs = []
    for _ in range(9):
        TimeBudget.seen = set()
        days = regressor(Epochs(), TimeBudget(1000), Checkpoint(path))
        epochs.append(days.fit(X, y).n_iter_)
        if epochs[-1] == 6:
            break
    assert epochs == [3, 6]
    assert_same_fit(days, expected)


def test_the_budget_may_change_from_one_call_to_the_next(path):
    regressor(TimeBudget(1e-9), Checkpoint(path)).fit(X, y)
    done = regressor(TimeBudget(1000), Checkpoint(path)).fit(X, y)
    assert_same_fit(done, regressor().fit(X, y))


def test_ctrl_c_leaves_a_checkpoint_to_go_on_with(path):
    class Interrupt(Callback):
        pressed = False

        def on_batch_end(self, net, **kwargs):
            if len(net.history) == 3 and not self.pressed:
                type(self).pressed = True
                import signal

                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        regressor(Interrupt(), Checkpoint(path)).fit(X, y)
    assert not read_tree(path)["finished"]
    resumed = regressor(Interrupt(), Checkpoint(path)).fit(X, y)
    assert_same_fit(resumed, regressor().fit(X, y))


def test_divergence_is_found_again(path):
    params = {"optimizer": "sgd", "lr": 1e30, "max_grad_norm": None}
    for _ in range(2):
        with pytest.warns(DivergenceWarning, match="epoch 1"):
            regressor(Checkpoint(path), **params).fit(X, y)
    assert not path.exists()


# -- a fit that is done ---------------------------------------------------------------


def test_a_fit_that_is_done_is_read_and_not_repeated(path, monkeypatch):
    def train_no_more(*args, **kwargs):
        pytest.fail("trained again")

    params = {"early_stopping": True, "n_iter_no_change": 2, "lr": 0.05}
    done = regressor(Checkpoint(path), max_epochs=30, **params).fit(X, y)
    assert 1 < done.best_epoch_ < done.n_iter_ < 30
    monkeypatch.setattr("skorch.NeuralNet.fit_loop", train_no_more)
    read = regressor(Checkpoint(path), max_epochs=30, **params).fit(X, y)
    assert_same_fit(read, done)


def test_a_fit_that_was_read_can_be_trained_on(path):
    params = {"lr_schedule": None}
    done = regressor(Checkpoint(path), **params).fit(X, y)
    read = regressor(Checkpoint(path), **params).fit(X, y)
    for model in (done, read):
        model.set_params(callbacks=None, warm_start=True, max_epochs=2).fit(X, y)
    assert_same_fit(read, done)


def test_a_search_passes_over_the_fits_it_had_done(kill, tmp_path):
    folder = tmp_path / "search"

    def search():
        model = RNNClassifier(3, max_epochs=3, random_state=0, cell="rnn")
        model.set_params(callbacks=[Checkpoint(f"{folder}/")])
        return GridSearchCV(model, {"lr": [0.01, 0.1]}, cv=2, error_score="raise")

    kill(8)  # two fits of three writings each, and two writings of the third
    with pytest.raises(Killed):
        search().fit(X, labels)
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(before) == 3
    kill(1 + 3 + 3)  # what is left of the third fit, the fourth, and that of the best
    with pytest.raises(Killed):
        search().fit(X, labels)
    after = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(after) == 5
    assert sum(after[file] == time for file, time in before.items()) == 2

    kill(1000)
    resumed = search().fit(X, labels)
    expected = search().set_params(estimator__callbacks=None).fit(X, labels)
    for name in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(
            resumed.cv_results_[name], expected.cv_results_[name]
        )
    np.testing.assert_array_equal(
        resumed.predict_proba(X), expected.predict_proba(X), strict=True
    )


def test_a_pipeline_of_texts_goes_on(kill, path):
    texts = ["good film", "bad film", "a good one", "a bad one"] * 4
    tones = ["pos", "neg"] * 8

    def pipe(*callbacks):
        net = RNNClassifier(3, max_epochs=4, random_state=0, callbacks=callbacks)
        return make_pipeline(TextVectorizer(), net)

    resumed = cut_short(kill, pipe, path, texts, tones)
    np.testing.assert_array_equal(
        resumed.predict_proba(texts), pipe().fit(texts, tones).predict_proba(texts)
    )


# -- which file ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [str, lambda path: path], ids=["str", "Path"])
def test_a_path_is_a_file_whose_folder_is_made(tmp_path, make):
    regressor(Checkpoint(make(tmp_path / "new" / "one.checkpoint"))).fit(X, y)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["one.checkpoint"]


def test_in_a_folder_each_fit_has_its_own_file(tmp_path):
    def fit(X=X, y=y, **params):
        return regressor(Checkpoint(tmp_path), **{"max_epochs": 1, **params}).fit(X, y)

    for _ in range(2):
        fit()
    assert len(list(tmp_path.iterdir())) == 1
    fit(lr=0.02)
    fit(X[1:], y[1:])
    fit(X, y + 1)
    fit(random_state=1)
    names = [file.name for file in tmp_path.iterdir()]
    assert len(names) == 5
    assert all(name.startswith("RNNRegressor-") for name in names)
    assert all(name.endswith(".checkpoint") for name in names)
    cross_val_score(
        regressor(Checkpoint(tmp_path), max_epochs=1), X, y, cv=3, error_score="raise"
    )
    assert len(list(tmp_path.iterdir())) == 5 + 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"lr": 0.02}, "lr was 0.01 there and is 0.02 now"),
        ({"random_state": 1}, "seed was"),
        ({"max_epochs": 7}, "max_epochs was 6"),
        ({"scoring": "r2"}, "scoring was 'loss'"),
        (
            {"lr_schedule": slower},
            r"is .*test_checkpoint.slower now",
        ),
        ({"net_params": {"optimizer__betas": (0.8, 0.9)}}, "net_params was None"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_checkpoint_of_another_fit_is_refused_by_name(path, change, named):
    regressor(Checkpoint(path)).fit(X, y)
    content = path.read_bytes()
    with pytest.raises(CheckpointError, match=f"belongs to another fit.*{named}"):
        regressor(Checkpoint(path), **change).fit(X, y)
    assert path.read_bytes() == content


def test_other_data_is_refused_by_name(path):
    regressor(Checkpoint(path)).fit(X, y)
    changed = X.copy()
    changed[3, 2, 1] += 1e-12
    weight = np.ones(len(y))
    weight[0] = 2
    for arguments, named in [
        ({"X": changed, "y": y}, "data was"),
        ({"X": X, "y": y[::-1]}, "data was"),
        ({"X": X, "y": y, "sample_weight": weight}, "data was"),
        ({"X": X, "y": y, "X_val": X[:3], "y_val": y[:3]}, "validation was"),
        ({"X": X, "y": y, "groups": labels}, "groups was"),
    ]:
        with pytest.raises(CheckpointError, match=named):
            regressor(Checkpoint(path)).fit(**arguments)


def test_windows_are_known_as_their_copy_and_hashed_without_one(path, monkeypatch):
    for module in (_standardize, _own_scales):  # for a small X in this test
        monkeypatch.setattr(module, "CHUNK", 2**13)
    X, y = sliding_windows(np.random.default_rng(0).normal(size=1_500), 500)
    model = regressor(Checkpoint(path), max_epochs=1).fit(X, y)
    content = path.read_bytes()
    tracemalloc.start()
    try:
        model.fit(X, y)  # it is done, and only recognised
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes / 2
    model.fit(X.copy(), y)
    assert path.read_bytes() == content


def test_another_estimator_and_other_classes_are_refused(path):
    classifier = RNNClassifier(3, callbacks=[Checkpoint(path)], max_epochs=2)
    classifier.fit(X, labels)
    with pytest.raises(CheckpointError, match="classes was"):
        classifier.fit(X, np.array(["a", "b"])[labels])
    with pytest.raises(CheckpointError, match="estimator was RNNClassifier there"):
        regressor(Checkpoint(path)).fit(X, y)


def test_other_callbacks_are_refused(path):
    regressor(WeightAverage(0.9), Checkpoint(path)).fit(X, y)
    with pytest.raises(
        CheckpointError, match=r"callbacks was WeightAverage\(decay=0.9"
    ):
        regressor(WeightAverage(0.8), Checkpoint(path)).fit(X, y)
    with pytest.raises(CheckpointError, match="callbacks was"):
        regressor(Checkpoint(path)).fit(X, y)


def test_what_moves_no_bit_may_change(path):
    expected = regressor(Checkpoint(path)).fit(X, y)
    other = regressor(Checkpoint(path, every=3), TimeBudget(9), verbose=2, device="cpu")
    assert_same_fit(other.fit(X, y), expected)


def test_a_damaged_file_is_refused_and_left_as_it_is(path):
    regressor(Checkpoint(path)).fit(X, y)
    content = path.read_bytes()[:-10]
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is damaged"):
        regressor(Checkpoint(path)).fit(X, y)
    assert path.read_bytes() == content


def test_a_refusal_leaves_a_fitted_estimator_as_it_was(path):
    model = regressor().fit(X, y)
    expected = model.predict(X)
    path.write_bytes(b"my thesis")
    model.set_params(callbacks=[Checkpoint(path)])
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        model.fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert path.read_bytes() == b"my thesis"


def test_a_place_where_nothing_can_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="cannot be written"):
        regressor(Checkpoint(tmp_path / "file" / "a.checkpoint")).fit(X, y)


def test_a_disk_that_is_full_does_not_end_the_fit(path, monkeypatch):
    def write(path, tree):
        if len(tree["state"]["history"]) >= 3:
            raise OSError(28, "No space left on device")
        write_tree(path, tree)

    monkeypatch.setattr(_checkpoint, "write_tree", write)
    with pytest.warns(CheckpointWarning, match="No space left"):
        model = regressor(Checkpoint(path)).fit(X, y)
    assert_same_fit(model, regressor().fit(X, y))
    assert len(read_tree(path)["state"]["history"]) == 2


# -- what cannot be --------------------------------------------------------------------


@pytest.mark.parametrize("every", [0, 1.5])
def test_every_is_a_number_of_epochs(path, every):
    with pytest.raises(ValueError, match="every must be a number of epochs"):
        regressor(Checkpoint(path, every=every)).fit(X, y)


def test_two_checkpoints_are_one_too_many(path):
    with pytest.raises(ValueError, match="2 checkpoints; one is enough"):
        regressor(Checkpoint(path), ("again", Checkpoint(path))).fit(X, y)


def test_partial_fit_is_no_fit_to_go_on_with(path):
    with pytest.raises(ValueError, match="pickle the estimator"):
        regressor(Checkpoint(path)).partial_fit(X, y)


def test_what_cannot_be_told_from_others_is_refused(path):
    class Unknown:
        def __call__(self, u):
            return 1.0

        def __reduce__(self):
            raise TypeError("no pickles of this")

    def inner(u):
        return 1.0

    for schedule, problem in [
        (Unknown(), "must know this fit.*no pickles"),
        (inner, r"by its name, and .*<locals>\.inner may be any"),
        (lambda u: 1.0, r"by its name, and .*<lambda> may be any"),
    ]:
        with pytest.raises(TypeError, match=f"Checkpoint .*{problem}"):
            regressor(Checkpoint(path), lr_schedule=schedule).fit(X, y)


def test_the_callback_itself_stays_as_it_was(path):
    checkpoint = Checkpoint(path)
    regressor(checkpoint).fit(X, y)
    assert vars(checkpoint) == {"path": path, "every": 1}
