"""Several processes train one model: the same one as a single process would.

Run as a script this file is what each of the processes does.
"""

import io
import itertools
import os
import pickle
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from sklearn_rnn import (
    RNNClassifier,
    RNNLanguageModel,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn._training import SequenceDataset, make_net, train
from sklearn_rnn._training import _callbacks as callbacks_module
from sklearn_rnn._training._accelerated import make_accelerator, share_of_batch
from sklearn_rnn._training._number_reader import NumberReader
from sklearn_rnn.callbacks import TimeBudget
from sklearn_rnn.nn import Batch, PooledHead, Targets
from sklearn_rnn.sequences import Sequences, Standardizer

# 50 rows in batches of 7: the last one is a single row, and one process goes without.
N = 50
SMALL = {"hidden_size": 5, "batch_size": 7, "max_epochs": 2, "random_state": 0}

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 9, size=N)
X = np.fromiter((rng.normal(size=(n, 3)) for n in LENGTHS), dtype=object, count=N)
WORDS = as_ragged([rng.choice(["bo", "ba", *"uvwxyz"], n) for n in LENGTHS])
IDS = TextVectorizer(analyzer=list, truncate=None).fit_transform(WORDS)
WITH_CHARACTERS = TextVectorizer(
    analyzer=list, truncate=None, characters=True
).fit_transform(WORDS)
LABELS = rng.choice(["a", "b", "c"], N, p=[0.6, 0.3, 0.1])
REALS = rng.normal(3.0, 2.0, size=(N, 2))
STEP_LABELS = as_ragged([rng.choice(["a", "b", "c"], n) for n in LENGTHS])
STEP_REALS = as_ragged([rng.normal(3.0, 2.0, n) for n in LENGTHS])
WEIGHT = rng.integers(1, 4, size=N).astype(float)
STEPS_OF_ONE = np.fromiter((row[:1] for row in X), dtype=object, count=N)


def stopping_early(model, X, y):
    """Stop where the loss of some rows no longer falls."""
    model.set_params(early_stopping=True, n_iter_no_change=1, max_epochs=12, lr=0.1)
    return model.fit(X, y, X_val=X[::3], y_val=y[::3])


def in_parts(model, X, y):
    """See the rows in two parts, the same ones twice."""
    first = {"classes": ["a", "b", "c"]} if hasattr(model, "class_weight") else {}
    for _ in range(2):
        for rows in (slice(None, 29), slice(29, None)):
            model.partial_fit(X[rows], y[rows], **first)
    return model


def going_on(model, X, y):
    """Fit, and fit again from the weights found."""
    model.set_params(warm_start=True)
    return model.fit(X, y, sample_weight=WEIGHT).fit(X, y, sample_weight=WEIGHT)


def at_once(model, X, y):
    """Fit with weights."""
    return model.fit(X, y, sample_weight=WEIGHT)


PLATEAU = partial(torch.optim.lr_scheduler.ReduceLROnPlateau, patience=0)
CASES = {
    "classes of numbers": (
        at_once,
        RNNClassifier(**SMALL, class_weight="balanced", optimizer="adamw"),
        X,
        LABELS,
    ),
    "two numbers of words": (
        at_once,
        RNNRegressor(**SMALL, word_dropout=0.2, lr_schedule=PLATEAU),
        IDS,
        REALS,
    ),
    "chains of words with characters": (
        at_once,
        RNNTagger(**SMALL, output="crf"),
        WITH_CHARACTERS,
        STEP_LABELS,
    ),
    "chains of one step": (
        at_once,
        RNNTagger(**SMALL, output="crf"),
        STEPS_OF_ONE,
        as_ragged([row[:1] for row in STEP_LABELS]),
    ),
    "a number for each step": (at_once, RNNStepRegressor(**SMALL), X, STEP_REALS),
    "stopping early": (stopping_early, RNNClassifier(**SMALL), X, LABELS),
    "in parts": (in_parts, RNNTagger(**SMALL, class_weight={"c": 5.0}), X, STEP_LABELS),
    "going on": (going_on, RNNRegressor(**SMALL, optimizer="sgd"), X, REALS),
}


def told(model, X):
    """Compute what a fitted model says of X and of its training."""
    says = getattr(model, "predict_proba", model.predict)(X)
    says = np.concatenate(list(says)) if says.dtype == object else says
    history = [
        values for name, values in sorted(model.history_.items()) if name != "seconds"
    ]
    return [says, *history]


def fit_case(name, **params):
    how, model, X, y = CASES[name]
    return how(clone(model).set_params(**params), X, y)


def assert_close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


# -- two threads in the place of processes ---------------------------------------------


class Team:
    """Threads that add up and show each other their numbers."""

    def __init__(self, size):
        self.size = size
        self.barrier = threading.Barrier(size, timeout=20)
        self.shown = [None] * size

    def exchange(self, index, tensor):
        self.shown[index] = tensor.clone()
        self.barrier.wait()
        everything = torch.stack(self.shown)
        self.barrier.wait()
        return everything


class ThreadAccelerator:
    """What the net asks of an Accelerator, for a thread in a team."""

    distributed_type = SimpleNamespace(value="MULTI_CPU")
    gradient_accumulation_steps = 1
    mixed_precision = "no"
    device = torch.device("cpu")

    def __init__(self, team, index):
        self.team, self.process_index = team, index
        self.num_processes = team.size
        self.is_main_process = index == 0

    def gather(self, tensor):
        return self.team.exchange(self.process_index, tensor).flatten()

    def reduce(self, tensor, reduction):
        assert reduction == "sum"
        return self.team.exchange(self.process_index, tensor).sum(dim=0)


def in_threads(size, work):
    """Call ``work(net_params, index)`` in each thread of a team."""
    team, results = Team(size), [None] * size
    launched = mock.patch.dict(os.environ, {"WORLD_SIZE": str(size)})

    def run(index):
        try:
            factory = partial(ThreadAccelerator, team, index)
            results[index] = work({"accelerator": factory}, index)
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=[index]) for index in range(size)]
    with launched:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return results


@pytest.mark.parametrize("name", CASES)
def test_two_learn_what_one_learns(name):
    X = CASES[name][2]
    expected = told(fit_case(name), X)
    models = in_threads(2, lambda net_params, _: fit_case(name, net_params=net_params))
    first, second = (told(model, X) for model in models)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert_close(first, expected)


def test_three_and_one_learn_the_same_too():
    name = "classes of numbers"
    expected = told(fit_case(name), X)
    for size in (1, 3):
        for model in in_threads(
            size, lambda params, _: fit_case(name, net_params=params)
        ):
            assert_close(told(model, X), expected)


def test_each_drops_other_units_and_all_learn_the_same():
    def learn(net_params, _):
        model = RNNClassifier(**SMALL, dropout=0.5, net_params=net_params)
        return model.fit(X, LABELS)

    models = in_threads(2, learn)
    seeds = [model.net_.module_.dropout.seed for model in models]
    assert seeds[0] != seeds[1]
    probabilities = [model.predict_proba(X) for model in models]
    np.testing.assert_array_equal(*probabilities)


DIFFERENCES = {
    "rows": lambda model, i: model.fit(X[i:], REALS[i:]),
    "targets": lambda model, i: model.fit(X, REALS + i),
    "weights": lambda model, i: model.fit(
        X, REALS, sample_weight=WEIGHT + i * (WEIGHT == 1)
    ),
    "order": lambda model, i: model.partial_fit(X[:: 1 - 2 * i], REALS[:: 1 - 2 * i]),
    "seeds": lambda model, i: model.set_params(random_state=i).fit(X, REALS),
    "no seed": lambda model, i: model.set_params(random_state=None).fit(X, REALS),
}


@pytest.mark.parametrize("learn", DIFFERENCES.values(), ids=DIFFERENCES)
def test_processes_that_learn_something_else_raise_before_training(learn):
    errors = in_threads(
        2,
        lambda net_params, i: learn(RNNRegressor(**SMALL, net_params=net_params), i),
    )
    for error in errors:
        assert isinstance(error, ValueError)
        assert "same network on the same data" in str(error)


class NotesShares(PooledHead):
    """Note how many rows there are, and of how many the targets are known."""

    def forward(self, encoded, batch, target=None):
        vars(self).setdefault("seen", []).append((len(batch), len(target.counts)))
        return super().forward(encoded, batch, target)


def train_with_static(column, net_params):
    """Train on the numbers with a static column, without an estimator."""
    head = partial(NotesShares, n_outputs=2, loss="squared_error")
    net = make_net(
        {"head": head, "n_features": 3, "n_static": 1, "hidden_size": 4},
        RNNRegressor(**SMALL, net_params=net_params).get_params(deep=False),
        seed=0,
        n_rows=N,
        device="cpu",
        stops_early=False,
    ).initialize()
    dataset = SequenceDataset(
        Sequences.from_list(list(X)),
        NumberReader(Standardizer.identity(3)),
        y=REALS.astype(np.float32),
        weight=WEIGHT,
        static=np.full((N, 1), float(column)),
    )
    train(net, dataset)
    return net.module_.head.seen


def test_a_head_reads_the_targets_of_its_share():
    for seen in in_threads(2, lambda params, _: train_with_static(0, params)):
        assert {(4, 4), (3, 3), (1, 1)} >= set(seen)


def test_other_static_columns_are_told_before_training():
    for error in in_threads(2, lambda params, i: train_with_static(i, params)):
        assert "same network on the same data" in str(error)


def test_a_language_model_is_not_shared_among_processes():
    X = np.random.default_rng(0).integers(2, 6, size=(8, 5))

    def fit(net_params, _):
        model = RNNLanguageModel(4, max_epochs=1, random_state=0, net_params=net_params)
        return model.fit(X)

    for error in in_threads(2, fit):
        assert "cannot be shared among processes" in str(error)


class Terminal(io.StringIO):
    """Where somebody looks."""

    def isatty(self):
        return True


def test_one_of_them_speaks(capsys, monkeypatch):
    terminal = Terminal()  # a bar appears nowhere else
    streams = SimpleNamespace(stderr=terminal, stdout=sys.stdout)
    monkeypatch.setattr(callbacks_module, "sys", streams)

    def learn(verbose):
        in_threads(
            2,
            lambda net_params, _: RNNClassifier(
                **SMALL, net_params=net_params, verbose=verbose
            ).fit(X, LABELS),
        )
        return capsys.readouterr()

    learn(1)
    assert terminal.getvalue().count("0/2 ") == 1
    assert learn(2).out.count("train_loss") == 1


def test_a_time_budget_is_for_one_process():
    errors = in_threads(
        2,
        lambda net_params, _: RNNClassifier(
            **SMALL, net_params=net_params, callbacks=[TimeBudget(9)]
        ).fit(X, LABELS),
    )
    assert errors
    assert all("each has its own clock" in str(error) for error in errors)


# -- shares ----------------------------------------------------------------------------


@pytest.mark.parametrize("by_step", [False, True])
@pytest.mark.parametrize("n_shares", [1, 2, 3, 8])
def test_the_losses_of_the_shares_add_up_to_that_of_the_batch(n_shares, by_step):
    # Losses 1, 2, 4 ... of the targets, so that no sum is another loss.
    lengths = torch.tensor([3, 1, 2, 2, 1])
    n_targets = 9 if by_step else 5
    losses = 2.0 ** torch.arange(n_targets)
    weight = torch.arange(1.0, n_targets + 1)
    total = (losses * weight).sum() / 5
    batch = Batch(torch.arange(15).view(5, 3), lengths)
    counts = lengths if by_step else torch.ones(5, dtype=torch.int64)
    targets = Targets(losses, weight, counts)
    added, seen = 0.0, []
    for place in range(n_shares):
        share, target = share_of_batch((batch, targets), place, n_shares)
        assert len(share) == len(target.counts)
        added += (target.values * target.weight).sum() / len(share)
        if target.weight.any():
            seen += share.values[:, 0].tolist()
    assert added == pytest.approx(total.item())
    assert sorted(seen) == [0, 3, 6, 9, 12]


# -- what is refused -------------------------------------------------------------------


def made(**attributes):
    """Make what makes something like an Accelerator, with some attributes changed."""
    accelerator = ThreadAccelerator(Team(1), 0)
    vars(accelerator).update(attributes)
    return lambda: accelerator


def needs_what_is_missing():
    raise ModuleNotFoundError("No module named 'accelerate'", name="accelerate")


REFUSED = {
    "an accelerator": (object(), TypeError, ["callable", "Accelerator, cpu=True"]),
    "parts of a model": (
        made(distributed_type=SimpleNamespace(value="FSDP")),
        ValueError,
        ["FSDP", "--multi_gpu"],
    ),
    "accumulation": (
        made(gradient_accumulation_steps=4),
        ValueError,
        ["gradient_accumulation_steps=4", "batch_size"],
    ),
    "half precision": (made(mixed_precision="fp16"), ValueError, ["'fp16'", "'bf16'"]),
    "no accelerate": (
        needs_what_is_missing,
        ImportError,
        ["pip install accelerate"],
    ),
}


@pytest.mark.parametrize(("factory", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_a_factory_is_refused_before_training(factory, error, words):
    model = RNNClassifier(**SMALL, net_params={"accelerator": factory})
    with pytest.raises(error) as refusal:
        model.fit(X, LABELS)
    for word in words:
        assert word in str(refusal.value)


def test_processes_that_the_accelerator_does_not_see_are_refused(monkeypatch):
    # As accelerate 1.15 does on the CPU without cpu=True: each would train alone.
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match=r"2 processes .* knows of 1; .* cpu=True"):
        make_accelerator(made())


def test_an_import_that_fails_elsewhere_is_left_alone():
    def factory():
        raise ModuleNotFoundError("No module named 'other'", name="other")

    with pytest.raises(ModuleNotFoundError, match="other"):
        make_accelerator(factory)


# -- two real processes ----------------------------------------------------------------


def work(folder):
    """Fit every case in this process, beside the others, and write what comes out."""
    from accelerate import Accelerator

    net_params = {"accelerator": partial(Accelerator, cpu=True)}
    results = {}
    for name in CASES:
        model = fit_case(name, net_params=net_params)
        assert model.net_.accelerator.num_processes == 2
        results[name] = told(model, CASES[name][2])
    model = RNNClassifier(**SMALL, net_params=net_params)
    scores = cross_val_score(model, X, LABELS != "a", cv=2)
    results["scores"] = [scores, scores]
    fitted = pickle.dumps(clone(model).fit(X, LABELS))
    rank = os.environ["RANK"]
    (folder / f"{rank}.pickle").write_bytes(pickle.dumps((results, fitted)))


@pytest.fixture(scope="module")
def from_processes(tmp_path_factory):
    pytest.importorskip("accelerate")
    folder = tmp_path_factory.mktemp("processes")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    launch += ["--nproc_per_node", "2", __file__, str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        launch, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return [pickle.loads((folder / f"{rank}.pickle").read_bytes()) for rank in "01"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_two_processes_learn_what_one_learns(from_processes, name):
    (first, _), (second, _) = from_processes
    for one, other in zip(first[name], second[name], strict=True):
        np.testing.assert_array_equal(one, other)
    assert_close(first[name], told(fit_case(name), CASES[name][2]))


@pytest.mark.slow
def test_cross_validation_goes_in_step(from_processes):
    (first, _), (second, _) = from_processes
    model = RNNClassifier(**SMALL)
    expected = cross_val_score(model, X, LABELS != "a", cv=2)
    for scores in itertools.chain(first["scores"], second["scores"]):
        np.testing.assert_array_equal(scores, expected)


@pytest.mark.slow
def test_what_two_processes_fitted_comes_back_in_one(from_processes):
    expected = RNNClassifier(**SMALL).fit(X, LABELS).predict_proba(X)
    found = [pickle.loads(fitted) for _, fitted in from_processes]
    for model in found:
        np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-5)
        assert model.net_.accelerator.num_processes == 1


if __name__ == "__main__":
    work(Path(sys.argv[1]))
