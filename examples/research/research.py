"""Research: a cell and a loss of your own, logged by W&B and searched by Optuna.

    pip install wandb optuna
    python examples/research/research.py

W&B writes into a folder here and sends nothing; ``wandb sync`` would. Optuna ends
trials that do worse than the others, so that most of the time goes to the good ones.
"""

try:
    import optuna
    import wandb
except ModuleNotFoundError as error:
    raise SystemExit("This program needs: pip install wandb optuna") from error

import torch
from skorch.callbacks import Callback, WandbLogger
from torch import nn

from sklearn_rnn import RNNClassifier
from sklearn_rnn.datasets import make_sine_waves

N_TRIALS = 8


class MinGRU(nn.Module):
    """A gate that does not see the state; Feng et al. (2024), arXiv:2410.01201."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.candidate = nn.Linear(input_size, hidden_size)
        self.gate = nn.Linear(input_size, hidden_size)

    def forward(self, x, state=None):
        """Read all steps, and give the outputs and the last state."""
        keep, new = torch.sigmoid(self.gate(x)), self.candidate(x)
        h = torch.zeros_like(new[:, 0]) if state is None else state[0]
        outputs = []
        for t in range(x.shape[1]):
            h = keep[:, t] * h + (1 - keep[:, t]) * new[:, t]
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h,)


class SmoothedLoss(nn.Module):
    """Cross-entropy with some of each label given to all classes."""

    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, outputs, targets):
        """Give one loss for each target."""
        return nn.functional.cross_entropy(
            outputs, targets, reduction="none", label_smoothing=self.smoothing
        )


class Prune(Callback):
    """Tell a trial of each epoch, and end it where it asks for that."""

    def __init__(self, trial):
        self.trial = trial

    def on_epoch_end(self, net, **kwargs):
        """Tell the score, and look whether to end."""
        score = net.history[-1, "valid_score"]
        self.trial.report(score, len(net.history))
        if self.trial.should_prune():
            raise optuna.TrialPruned


def objective(trial, X, y):
    """Fit one network; the callbacks are used as they are given."""
    run = wandb.init(mode="offline", project="research")
    model = RNNClassifier(
        trial.suggest_categorical("hidden_size", [8, 16, 32]),
        cell=MinGRU,
        num_layers=2,
        loss=SmoothedLoss(trial.suggest_float("smoothing", 0.0, 0.3)),
        lr=trial.suggest_float("lr", 1e-4, 0.1, log=True),
        max_epochs=10,
        early_stopping=True,
        n_iter_no_change=10,
        random_state=0,
        callbacks=[WandbLogger(run, save_model=False), Prune(trial)],
    )
    try:
        model.fit(X, y)
    finally:
        run.config.update(trial.params)
        run.finish()
    return model.history_["valid_score"].max()


def main():
    """Search, and say what was found."""
    X, y = make_sine_waves(600, 20, n_classes=3, random_state=0)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=2),
    )
    study.optimize(lambda trial: objective(trial, X, y), n_trials=N_TRIALS)
    states = [trial.state.name for trial in study.trials]
    print(f"{states.count('PRUNED')} of {len(states)} trials were ended early")
    print(f"accuracy {study.best_value:.2f} with {study.best_params}")


if __name__ == "__main__":
    main()
