"""Loggers, a pruner and a registry of models, with the packages themselves."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback, TensorBoard, WandbLogger

from sklearn_rnn import RNNClassifier

# Some of these draw from the generators of Python and NumPy for their own ends, and
# warn of changes to come in one another.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.changes_global_state,
    pytest.mark.filterwarnings("default"),
]

rng = np.random.default_rng(0)
X = rng.normal(size=(80, 5))
Y = (X.sum(axis=1) > 0).astype(int)
SMALL = {"max_epochs": 3, "random_state": 0}


def test_tensorboard_shows_each_epoch(tmp_path):
    pytest.importorskip("tensorboard", reason="pip install tensorboard")
    from tensorboard.backend.event_processing import event_accumulator
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path)) as writer:
        callback = TensorBoard(writer, close_after_train=False)
        model = RNNClassifier(4, **SMALL, callbacks=[callback]).fit(X, Y)
        with pytest.raises(TypeError, match="TensorBoard whose writer belongs to"):
            GridSearchCV(model, {"hidden_size": [2]}, cv=2).fit(X, Y)
    events = event_accumulator.EventAccumulator(str(tmp_path)).Reload()
    shown = [event.value for event in events.Scalars("Loss/train_loss")]
    np.testing.assert_allclose(shown, model.history_["train_loss"], rtol=1e-6)


def test_weights_and_biases_shows_the_last_epoch(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb", reason="pip install wandb")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with wandb.init(dir=tmp_path, mode="offline") as run:
        callback = WandbLogger(run, save_model=False)
        model = RNNClassifier(4, **SMALL, callbacks=[callback]).fit(X, Y)
        shown = run.summary["train_loss"]
    assert shown == pytest.approx(model.history_["train_loss"][-1])
    assert list(tmp_path.rglob("*.wandb"))


class Prune(Callback):
    """Tell a trial of each epoch, and end it where it asks for that."""

    def __init__(self, trial):
        self.trial = trial

    def on_epoch_end(self, net, **kwargs):
        import optuna

        self.trial.report(net.history[-1, "train_loss"], len(net.history))
        if self.trial.should_prune():
            raise optuna.TrialPruned


def test_optuna_prunes_trials():
    optuna = pytest.importorskip("optuna", reason="pip install optuna")

    def objective(trial):
        rate = trial.suggest_float("lr", 1e-5, 0.1, log=True)
        model = RNNClassifier(4, lr=rate, **SMALL, callbacks=[Prune(trial)])
        return model.fit(X, Y).history_["train_loss"][-1]

    study = optuna.create_study(
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
        sampler=optuna.samplers.RandomSampler(seed=0),
    )
    study.optimize(objective, n_trials=8)
    states = {trial.state.name for trial in study.trials}
    assert states == {"COMPLETE", "PRUNED"}
    for trial in study.trials:
        n_epochs = len(trial.intermediate_values)
        assert n_epochs == 3 if trial.state.name == "COMPLETE" else n_epochs < 3


def test_mlflow_keeps_a_model_and_sees_a_search(tmp_path):
    mlflow = pytest.importorskip("mlflow", reason="pip install mlflow")
    pytest.importorskip("mlflow.sklearn")
    pytest.importorskip("sqlalchemy", reason="where runs are kept")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    mlflow.create_experiment("ours", artifact_location=(tmp_path / "files").as_uri())
    mlflow.set_experiment("ours")
    pipeline = make_pipeline(StandardScaler(), RNNClassifier(4, **SMALL))
    mlflow.sklearn.autolog(log_models=False, log_datasets=False)
    try:
        with mlflow.start_run() as run:
            grid = {"rnnclassifier__hidden_size": [2, 3]}
            search = GridSearchCV(pipeline, grid, cv=2).fit(X, Y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    logged = mlflow.get_run(run.info.run_id).data
    best = str(search.best_params_["rnnclassifier__hidden_size"])
    assert logged.params["best_rnnclassifier__hidden_size"] == best
    with mlflow.start_run():
        kept = mlflow.sklearn.log_model(
            search.best_estimator_, name="model", serialization_format="cloudpickle"
        )
    again = mlflow.sklearn.load_model(kept.model_uri)
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


RESEARCH = Path(__file__).parents[2] / "examples/research/research.py"


def test_the_research_program_runs(tmp_path, monkeypatch, capsys):
    wandb = pytest.importorskip("wandb", reason="pip install wandb optuna")
    pytest.importorskip("optuna", reason="pip install wandb optuna")
    wandb.teardown()  # or it goes on in the folder of the test before
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    program = runpy.run_path(str(RESEARCH))
    program["main"].__globals__["N_TRIALS"] = 3
    program["main"]()
    assert "of 3 trials were ended early\naccuracy " in capsys.readouterr().out
    assert len(list(tmp_path.rglob("*.wandb"))) == 3


def test_the_research_program_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(SystemExit, match="pip install wandb optuna"):
        runpy.run_path(str(RESEARCH))
