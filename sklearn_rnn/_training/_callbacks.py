"""What happens around skorch's training loop, one concern per callback."""

import math
import multiprocessing
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from joblib import cpu_count
from skorch.callbacks import Callback, PrintLog
from torch.optim.lr_scheduler import ReduceLROnPlateau
from tqdm.auto import tqdm

from sklearn_rnn._training._optimizers import PLANNED, make_schedule
from sklearn_rnn._training._state import BELOW_HEAD

if TYPE_CHECKING:
    from typing_extensions import Self


class StopTraining(KeyboardInterrupt):
    """Ends the training loop in good order.

    skorch ends its loop on KeyboardInterrupt; a class of its own tells a
    callback's wish from the user's Ctrl-C.
    """


class PauseTraining(StopTraining):
    """Ends the loop before training is done; a checkpoint goes on from there."""


def unnamed(callback: Any) -> Any:
    """Give what an entry of ``callbacks`` names, or the entry itself."""
    is_pair = isinstance(callback, tuple) and len(callback) == 2
    return callback[1] if is_pair else callback


def listening_to(event: str, callbacks: Any) -> list[Any]:
    """Give the callbacks that do something at an event.

    Parameters
    ----------
    event : str
        Such as "on_batch_end".
    callbacks : list of (name, callback) pairs

    Returns
    -------
    listening : list
        In their order.
    """
    nothing = getattr(Callback, event)
    return [
        callback
        for _, callback in callbacks
        if getattr(type(callback), event, None) is not nothing
        or event in getattr(callback, "__dict__", ())
    ]


class Seeds(Callback):
    """Give each epoch its own random numbers, from the seed and its number.

    Nothing random survives an epoch, so that training goes on after a pickle
    or a warm start just as it would have without.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_epoch_begin(
        self, net: Any, dataset_train: Any = None, **kwargs: Any
    ) -> None:
        dataset_train.seed = self.seed
        dataset_train.epoch = len(net.history)
        seeds = np.random.SeedSequence([self.seed, len(net.history)])
        net.module_.reseed(int(seeds.generate_state(1)[0]))


class GradientNorm(Callback):
    """Clip the norm of the gradient and record its mean before clipping.

    References
    ----------
    Pascanu, Mikolov, Bengio (2013). On the difficulty of training recurrent
    neural networks. ICML.
    """

    def __init__(self, max_norm: float | None = None) -> None:
        self.max_norm = max_norm

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        self.norms_: list[Any] = []
        self.parameters_ = list(net.module_.parameters())

    def on_grad_computed(self, net: Any, *args: Any, **kwargs: Any) -> None:
        parameters = [p for p in self.parameters_ if p.grad is not None]
        for parameter in parameters:
            if parameter.grad.is_sparse:  # rows that come twice are added first
                parameter.grad = parameter.grad.coalesce()
        if parameters[0].device.type != "cpu":
            clip = torch.nn.utils.clip_grad_norm_
            self.norms_.append(clip(parameters, self.highest_norm))
            return
        gradients = [_numbers_of(p.grad) for p in parameters]
        norms = [torch.linalg.vector_norm(gradient) for gradient in gradients]
        self.limit(gradients, torch.linalg.vector_norm(torch.stack(norms)))

    def limit(self, gradients: list[Any], norm: Any) -> None:
        """Record the norm of gradients, and clip them in place where it is too large.

        It is what torch does, but where that would change nothing, which only the CPU
        can ask for without waiting, the gradients are left alone.

        Parameters
        ----------
        gradients : list of Tensor or of ndarray
        norm : Tensor or float
            Of all of them.
        """
        # A number, not a tensor: small blocks that stay among the large ones of each
        # batch, which come and go, let the memory of a long epoch grow with it.
        self.norms_.append(float(norm))
        if not norm <= self.highest_norm:
            for gradient in gradients:
                gradient *= self.highest_norm / (norm + 1e-6)

    @property
    def highest_norm(self) -> float:
        """What larger norms are clipped to; infinite where none are."""
        return np.inf if self.max_norm is None else self.max_norm

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        norms = torch.stack([torch.as_tensor(norm) for norm in self.norms_])
        net.history.record("gradient_norm", float(norms.mean()))


def _numbers_of(gradient: torch.Tensor) -> torch.Tensor:
    return gradient.values() if gradient.is_sparse else gradient


class FreezeEncoder(Callback):
    """Train the head alone in the first epochs.

    Parameters
    ----------
    n_epochs : int or "all"
        Counted from the first epoch of the net.
    """

    def __init__(self, n_epochs: Any) -> None:
        self.n_epochs = n_epochs

    parameters_: Any = ()

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.on_train_end(net)  # which an error may have kept from coming
        parameters = net.module_.named_parameters()
        below = [p for name, p in parameters if BELOW_HEAD.match(name)]
        self.parameters_ = [p for p in below if p.requires_grad]

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        limit = np.inf if self.n_epochs == "all" else self.n_epochs
        freezes = len(net.history) <= limit
        for parameter in self.parameters_:
            parameter.requires_grad_(not freezes)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        for parameter in self.parameters_:
            parameter.requires_grad_(True)
        self.parameters_ = []


class ValidationScore(Callback):
    """Record the score of the validation part after each epoch.

    `train` sets one of two functions, for the time of the training only: they know the
    estimator, which holds the net.

    Attributes
    ----------
    score : callable (outputs, y, weight) -> float
        Receives NumPy arrays of the whole validation part.
    scorer : callable (net) -> float
        Is called in its place.
    """

    score: Any = None
    scorer: Any = None

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        if self.scorer is not None:
            self.scorer(net)  # what cannot be scored shall fail before training

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        self.parts_: list[Any] = []

    def on_batch_end(
        self,
        net: Any,
        batch: Any = None,
        target: Any = None,
        training: bool = False,
        **step: Any,
    ) -> None:
        if not training and self.score is not None:
            outputs = net.module_.head.read_out(step["y_pred"], batch[0])
            self.parts_.append((outputs.cpu(), target.values, target.weight))

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if self.scorer is not None:
            net.history.record("valid_score", self.scorer(net))
        elif self.parts_:
            parts = zip(*self.parts_, strict=True)
            outputs, y, weight = (torch.cat(part).numpy() for part in parts)
            net.history.record("valid_score", self.score(outputs, y, weight))
        self.parts_ = []


class KeepGoodWeights(Callback):
    """Stop when the loss is no longer finite and go back to the last good epoch."""

    carries = ("good_weights_",)
    diverged_at_: int | None
    good_weights_: Any

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.diverged_at_ = None
        self._remember(net)

    def on_batch_end(self, net: Any, **step: Any) -> None:
        if not math.isfinite(step["loss"].item()):
            self._stop(net)

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if not _is_finite(net.module_):
            self._stop(net)
        self._remember(net)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        if self.diverged_at_ is None and not _is_finite(net.module_):
            self.diverged_at_ = len(net.history) + 1  # a later callback's doing
        if self.diverged_at_ is not None:
            net.module_.load_state_dict(self.good_weights_)
        self.good_weights_ = None

    def _remember(self, net: Any) -> None:
        self.good_weights_ = _copy_of_weights(net.module_)

    def _stop(self, net: Any) -> None:
        self.diverged_at_ = len(net.history)
        raise StopTraining


class StopEarly(Callback):
    """End training when the validation part no longer improves.

    At the end the weights of the best epoch come back. skorch's EarlyStopping would
    take for the best one the last that was better by its threshold.

    Parameters
    ----------
    monitor : {"valid_loss", "valid_score"}
        The loss shall fall, the score rise.
    patience : int
        Epochs without improvement after which training ends.
    tol : float
        A value improves on the last one that did by more than this.
    counts_start : bool, default=False
        Whether the weights before training are a candidate, as epoch 0.

    Attributes
    ----------
    best_epoch_ : int or None
        The first epoch of the best value, counted from 1, or 0 for the start; None
        before there is one.
    """

    carries = ("best_value_", "best_epoch_", "best_weights_", "to_beat_", "misses_")
    best_weights_: Any
    best_epoch_: int | None

    def __init__(
        self, monitor: str, patience: int, tol: float, counts_start: bool = False
    ) -> None:
        self.monitor = monitor
        self.patience = patience
        self.tol = tol
        self.counts_start = counts_start

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        self.best_value_ = self.to_beat_ = -np.inf
        self.best_epoch_ = self.best_weights_ = None
        self.misses_ = 0

    def on_epoch_begin(
        self, net: Any, dataset_valid: Any = None, **kwargs: Any
    ) -> None:
        if self.counts_start and self.best_epoch_ is None:
            self._remember(net, -_validation_loss(net, dataset_valid), 0)
            self.to_beat_ = self.best_value_ + self.tol

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        value = net.history[-1, self.monitor]
        value = -value if self.monitor == "valid_loss" else value
        if value > self.best_value_:
            self._remember(net, value, len(net.history))
        self.misses_ += 1
        if value > self.to_beat_:
            self.to_beat_ = value + self.tol
            self.misses_ = 0
        if self.misses_ == self.patience:
            raise StopTraining

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        if self.best_weights_ is not None:
            net.module_.load_state_dict(self.best_weights_)
        self.best_weights_ = None

    def _remember(self, net: Any, value: float, epoch: int) -> None:
        self.best_value_, self.best_epoch_ = value, epoch
        self.best_weights_ = _copy_of_weights(net.module_)


def _validation_loss(net: Any, dataset: Any) -> float:
    """Compute the loss of the validation part with the weights as they are."""
    total, n_rows = 0.0, 0
    for batch in net.get_iterator(dataset, training=False):
        loss = net.validation_step(batch)["loss"].item()
        total, n_rows = total + loss * len(batch[0]), n_rows + len(batch[0])
    return total / n_rows


def worker_number() -> int | None:
    """Give the number of this process among joblib's workers, None outside.

    They are called "LokyProcess-1" and so on.
    """
    number = re.search(r"\d+$", multiprocessing.current_process().name)
    return None if number is None else int(number.group())


def _copy_of_weights(module: Any) -> dict[str, torch.Tensor]:
    return {name: weight.clone() for name, weight in module.state_dict().items()}


@torch.no_grad()
def _is_finite(module: Any) -> bool:
    # A sum of finite numbers may overflow, one of others is never finite.
    return all(
        math.isfinite(p.sum()) or bool(p.isfinite().all()) for p in module.parameters()
    )


class Schedule(Callback):
    """Change the learning rate after each update (on a plateau: each epoch).

    Parameters
    ----------
    lr_schedule : str, scheduler class, partial of one, or callable, default=None
    total : int, default=None
        Number of updates planned. Where nobody knows, the courses that are laid over
        all of them are left out.
    """

    scheduler_: Any

    def __init__(self, lr_schedule: Any = None, total: int | None = None) -> None:
        self.lr_schedule = lr_schedule
        self.total: Any = total

    def initialize(self) -> "Self":
        self.scheduler_ = None
        self.updates_ = 0
        return self

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        endless = self.total is None and self.lr_schedule in PLANNED
        if self.lr_schedule is None or endless:
            return
        if self.scheduler_ is None:
            self.scheduler_ = make_schedule(
                self.lr_schedule, net.optimizer_, self.total
            )

    def on_batch_end(self, net: Any, training: bool = False, **kwargs: Any) -> None:
        if not training or self.scheduler_ is None or self._waits_for_epochs:
            return
        self.updates_ += 1
        # A course over all updates ends with them: one_cycle would raise.
        if self.lr_schedule not in PLANNED or self.updates_ < self.total:
            self.scheduler_.step()

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        net.history.record("lr", float(net.optimizer_.param_groups[0]["lr"]))

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if self._waits_for_epochs:
            row = net.history[-1]
            self.scheduler_.step(row.get("valid_loss", row["train_loss"]))

    @property
    def _waits_for_epochs(self) -> bool:
        return isinstance(self.scheduler_, ReduceLROnPlateau)


class EpochReport(Callback):
    """Tell someone outside of each epoch, who may end training.

    ``report``, if `train` sets it, has the methods ``begin_epoch()`` and
    ``end_epoch(net)``; the second returns whether to stop.
    """

    report: Any = None

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        if self.report is not None:
            self.report.begin_epoch()

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if self.report is None:
            return
        net.module_.eval()
        if self.report.end_epoch(net):
            raise StopTraining


class ProgressBar(Callback):
    """One live bar per fit: epochs, losses, score, time left.

    In a terminal or a notebook; elsewhere nothing is shown.
    """

    SHOWN = ("train_loss", "valid_loss", "valid_score")

    def __init__(self, total: int) -> None:
        self.total = total

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        worker = worker_number()
        self.bar_ = tqdm(
            total=self.total,
            initial=len(net.history),
            unit="epoch",
            file=sys.stderr,
            # None is tqdm's word for "where nobody looks".
            disable=None if _can_write(sys.stderr) else True,
            # The workers of a search write to one terminal, each to its own line.
            position=None if worker is None else (worker - 1) % cpu_count(),
            leave=worker is None,
        )

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        row = net.history[-1]
        shown = {name: f"{row[name]:.4f}" for name in self.SHOWN if name in row}
        self.bar_.set_postfix(shown, refresh=False)
        self.bar_.update()

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        self.bar_.close()


class EpochLines(PrintLog):
    """Print a line for each epoch, where there is something to print to."""

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if _can_write(sys.stdout):
            super().on_epoch_end(net, **kwargs)


def _can_write(stream: Any) -> bool:
    """Say whether a program has this console; one of windows alone has none."""
    return stream is not None and not getattr(stream, "closed", False)
