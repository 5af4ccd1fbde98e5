"""Searches on a Dask cluster of two worker processes find what one process finds.

The workers listen on this machine only. dask and distributed are enough for most of it;
the searches of dask-ml 2025.1 need a dask before 2025.3 (its issue 1016).
"""

import os
import signal

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback

from sklearn_rnn import RNNClassifier, RNNTagger, TextVectorizer

distributed = pytest.importorskip("distributed")

# distributed draws from the random numbers of Python for its own ends.
pytestmark = [pytest.mark.slow, pytest.mark.changes_global_state]

SMALL = {"hidden_size": 4, "max_epochs": 3, "random_state": 0}
SIZES = [3, 5]

rng = np.random.default_rng(0)
WORDS = np.array(["good", "bad", "film", "plot", "a", "the"])
TEXTS = [" ".join(rng.choice(WORDS, length)) for length in rng.integers(2, 9, 60)]
OPINIONS = ["good" in text.split() for text in TEXTS]
RAGGED = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, 60)]
LABELS = np.arange(60) % 3
TAGS = [np.where(series[:, 0] > 0, "up", "down") for series in RAGGED]


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def search_of(estimator, parameter="hidden_size"):
    return GridSearchCV(estimator, {parameter: SIZES}, cv=2)


@pytest.mark.parametrize(
    ("search", "X", "y"),
    [
        pytest.param(
            search_of(
                make_pipeline(TextVectorizer(), RNNClassifier(**SMALL)),
                "rnnclassifier__hidden_size",
            ),
            TEXTS,
            OPINIONS,
            id="texts",
        ),
        pytest.param(search_of(RNNClassifier(**SMALL)), RAGGED, LABELS, id="ragged"),
        pytest.param(search_of(RNNTagger(**SMALL)), RAGGED, TAGS, id="tagger"),
    ],
)
def test_a_search_on_a_cluster_finds_what_a_serial_one_finds(client, search, X, y):
    serial = clone(search).fit(X, y)
    with joblib.parallel_config("dask"):
        spread = clone(search).fit(X, y)
    for name, values in serial.cv_results_.items():
        if not name.endswith("_time") and name != "params":
            np.testing.assert_array_equal(spread.cv_results_[name], values)
    assert spread.best_params_ == serial.best_params_
    flat = [np.concatenate(list(one.predict_proba(X))) for one in (spread, serial)]
    np.testing.assert_array_equal(*flat)


def make_witness(killed=None):
    """Make a callback that notes its process; the first to find no file is killed."""

    # Defined here, for what a function defines travels to a worker by itself.
    class Witness(Callback):
        def on_epoch_end(self, net, **kwargs):
            net.history.record("process", os.getpid())
            if killed is not None and not killed.exists():
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)

    return Witness


def test_the_fits_run_in_the_processes_of_the_workers(client):
    workers = set(client.run(os.getpid).values())
    assert len(workers) == 2
    assert os.getpid() not in workers
    classifier = RNNClassifier(**SMALL, callbacks=[make_witness()])
    with joblib.parallel_config("dask"):
        found = cross_validate(classifier, RAGGED, LABELS, cv=8, return_estimator=True)
    assert {one.net_.history[-1, "process"] for one in found["estimator"]} == workers


def test_what_a_killed_worker_did_is_done_again(client, tmp_path):
    # All arrays are below the 1,000 bytes from which joblib lays them on one worker.
    file = tmp_path / "killed"
    classifier = RNNClassifier(**SMALL, callbacks=[make_witness(file)])
    workers = set(client.run(os.getpid).values())
    with joblib.parallel_config("dask"):
        spread = cross_validate(classifier, RAGGED, LABELS, cv=8)
    assert file.exists()
    serial = cross_validate(classifier, RAGGED, LABELS, cv=8)  # nobody is killed now
    np.testing.assert_array_equal(spread["test_score"], serial["test_score"])
    client.wait_for_workers(2, timeout=60)
    assert len(workers & set(client.run(os.getpid).values())) == 1


def test_fits_that_map_a_file_outlive_a_worker_whatever_its_size(client, tmp_path):
    X = np.random.default_rng(0).normal(size=(2000, 5, 2))
    np.save(tmp_path / "X.npy", X)
    witness = make_witness(tmp_path / "killed")

    def score(hidden_size):
        mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
        y = mapped[:, -1, 0] > 0
        classifier = RNNClassifier(
            hidden_size, cell="rnn", max_epochs=1, random_state=0, callbacks=[witness]
        )
        return classifier.fit(mapped[:1000], y[:1000]).score(mapped[1000:], y[1000:])

    sizes = [2, 3, 4, 5]
    spread = client.gather(client.map(score, sizes))
    assert (tmp_path / "killed").exists()
    assert spread == [score(size) for size in sizes]


def test_hyperband_trains_the_promising_ones_on(client):
    model_selection = pytest.importorskip("dask_ml.model_selection")
    array = pytest.importorskip("dask.array")
    if tuple(map(int, distributed.__version__.split(".")[:2])) >= (2025, 3):
        pytest.skip("dask-ml's searches need dask before 2025.3, see its issue 1016")
    X = np.random.default_rng(0).normal(size=(400, 12))
    y = (X.sum(axis=1) > 0).astype(int)
    search = model_selection.HyperbandSearchCV(
        RNNClassifier(cell="rnn", random_state=0),
        {"hidden_size": [2, 4, 8], "lr": [0.003, 0.01, 0.03]},
        max_iter=9,
        random_state=0,
    )
    in_parts = array.from_array(X, chunks=(100, 12)), array.from_array(y, chunks=100)
    search.fit(*in_parts, classes=[0, 1])
    assert search.best_score_ > 0.8
    assert search.best_estimator_.n_iter_ > 1
    # The test part is 15 % of the rows, so that the score is one of few fractions.
    assert search.best_estimator_.score(X, y) > 0.8
