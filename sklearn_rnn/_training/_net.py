"""The skorch net behind every estimator: skorch's loop with few hooks."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from skorch import NeuralNet
from skorch.helper import predefined_split
from skorch.utils import to_device

from sklearn_rnn._training._callbacks import (
    PauseTraining,
    StopTraining,
    listening_to,
)
from sklearn_rnn._training._checkpoint import SavedFit, resume
from sklearn_rnn._training._compiled import make_compiled_encoder, make_step
from sklearn_rnn._training._ctrl_c import HeldCtrlC, NoticedCtrlC
from sklearn_rnn._training._data import (
    MAX_PREDICTION_ROWS,
    PredictionBatches,
    SequenceDataset,
)
from sklearn_rnn._training._lazy_adam import LazyAdam
from sklearn_rnn._training._lean_step import LeanStep, modules_of
from sklearn_rnn._training._out_of_memory import naming_the_batch
from sklearn_rnn._training._parts import join_steps, parts_of
from sklearn_rnn._training._threads import one_blas_thread
from sklearn_rnn._training._time_budget import share_time
from sklearn_rnn._training._windows import WindowDataset
from sklearn_rnn.nn import Batch, Loss, Targets, check_loss, helpers

if TYPE_CHECKING:
    from typing_extensions import Self

# Enough to tell one loss for each row from one for all of them.
ROWS_TO_TRY = 3


class SequenceNet(NeuralNet):
    """A skorch net whose batches carry a weight for each target.

    The head of its module has one loss for each target, which belongs to a row, or to
    a step of one; the loss of a batch is the sum of ``weight * loss`` divided by its
    rows. A criterion of skorch's has no part in it.

    Parameters
    ----------
    *args, **params : object
        Those of skorch's ``NeuralNet``.
    autocast : {"bfloat16"} or None, default=None
        The precision of products in training. Weights, their updates and losses stay in
        float32, and so does all that is evaluated.
    torch_threads : int, default=1
        Threads that torch takes within one operation; what computes with the net reads
        it, see `working_threads`.
    compiled : bool, default=False
        Whether training steps are compiled where they have a compiled form.

    Attributes
    ----------
    training_path_ : str
        Which path the last training took, as `make_step` says.
    decide : callable (outputs) -> ndarray, or None
        Turns outputs into what a metric compares with the targets, in training.
    interrupted_, paused_ : bool
        Whether the user ended the last training, or a callback that left it undone.
    n_updates_ : int
        Number of updates begun since the net was made.
    """

    interrupted_ = paused_ = False
    n_updates_ = 0
    decide: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    is_shared = False  # among several processes
    lean_step: LeanStep | None = None
    training_path_ = "plain"

    def __init__(
        self,
        *args: Any,
        autocast: str | None = None,
        torch_threads: int = 1,
        compiled: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(*args, **params)
        self.autocast = autocast
        self.torch_threads = torch_threads
        self.compiled = compiled

    def get_loss(
        self, y_pred: torch.Tensor, y_true: Any, X: Any = None, training: bool = False
    ) -> torch.Tensor:
        """Average the weighted losses of the targets."""
        target = y_true.to(self.device)
        losses = self.module_.head.losses(y_pred, target)
        return (losses * target.weight).sum() / len(X)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the step, which belongs to the training under way."""
        state: dict[str, Any] = super().__getstate__()
        state.pop("lean_step", None)
        return state

    def run_single_epoch(
        self,
        iterator: Any,
        training: bool,
        prefix: str,
        step_fn: Callable[..., Any],
        **fit_params: Any,
    ) -> None:
        """Run the epoch; callbacks may have left nothing of the step that was made."""
        if training and self.lean_step is not None:
            made = make_step(self, iterator.dataset, self.training_path_)
            self.lean_step, self.training_path_ = made
        super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)

    def train_step(self, batch: Any, **fit_params: Any) -> Any:
        """Train on a batch, or say which one was too large."""
        self.n_updates_ += 1
        with naming_the_batch(
            batch[0], "Lower batch_size or hidden_size, or cut the longest rows."
        ):
            lean = self.lean_step
            if lean is None or not lean.can_update(self.optimizer_):
                return super().train_step(batch, **fit_params)
            for parameter in self.optimizer_.param_groups[0]["params"]:
                parameter.grad = None
            step = self.train_step_single(batch, **fit_params)
            lean.update(self.optimizer_)
            return step

    def train_step_single(self, batch: Any, **fit_params: Any) -> Any:
        """Compute the gradient of a batch, or of a share of one."""
        backward = None if self.lean_step is None else self.lean_step.backward
        if backward is not None:
            if not self.module_.training:
                self._set_training(True)
            return join_steps([backward(*part) for part in parts_of(batch)])
        steps = []
        for part in parts_of(batch):
            step = super().train_step_single(part, target=part[1], **fit_params)
            steps.append({name: value.detach() for name, value in step.items()})
        return self._as_predicted(join_steps(steps))

    def validation_step(self, batch: Any, **fit_params: Any) -> Any:
        """Compute the loss of a batch of the validation part."""
        step = super().validation_step(batch, target=batch[1], **fit_params)
        return self._as_predicted(step)

    def _as_predicted(self, step: dict[str, Any]) -> dict[str, Any]:
        """Give the outputs of a step, which callbacks score, as predictions are."""
        outputs = self.module_.head.as_predicted(step["y_pred"])
        return {**step, "y_pred": outputs}

    def infer(self, x: Batch, target: Targets | None = None, **fit_params: Any) -> Any:
        """Run the module on a batch."""
        target = target and target.to(self.device)
        if self.autocast is None or not self.module_.training:
            return self.module_(x.to(self.device), target)
        kind = torch.device(self.device).type
        with torch.autocast(kind, dtype=getattr(torch, self.autocast)):
            return self.module_(x.to(self.device), target).float()

    def forward_iter(
        self, X: Any, training: bool = False, device: Any = "cpu"
    ) -> Iterator[torch.Tensor]:
        """Yield the outputs in the order of the rows, not of the batches."""
        dataset = self.get_dataset(X)
        batches = self.get_iterator(dataset, training=False)
        outputs = [
            to_device(self.evaluation_step(batch, training), device)
            for batch in batches
        ]
        places = dataset.places(self.module_.head.rows)
        yield torch.cat(outputs)[np.argsort(places.of(batches.order))]

    def predict(self, X: Any) -> NDArray[Any]:
        """Decide, in training, as skorch's `EpochScoring` asks; else give outputs."""
        outputs: NDArray[Any] = self.predict_proba(X)
        return outputs if self.decide is None else self.decide(outputs)

    def on_train_begin(
        self, net: Any, X: Any = None, y: Any = None, **kwargs: Any
    ) -> None:
        """Count the training as interrupted until its loop has said otherwise."""
        super().on_train_begin(net, X=X, y=y, **kwargs)
        self.interrupted_, self.paused_ = True, False

    def fit_loop(
        self, X: Any, y: Any = None, epochs: int | None = None, **fit_params: Any
    ) -> "Self":
        """Run skorch's loop and remember what ended it.

        A KeyboardInterrupt that no signal raised is how a callback of skorch ends it.
        """
        with NoticedCtrlC() as ctrl_c:
            try:
                super().fit_loop(X, y, epochs=epochs, **fit_params)
            except KeyboardInterrupt as stop:
                if ctrl_c.raised and not isinstance(stop, StopTraining):
                    raise
                self.paused_ = isinstance(stop, PauseTraining)
        self.interrupted_ = False
        return self

    def notify(self, method_name: str, **cb_kwargs: Any) -> Any:
        """Tell the callbacks; at the end, where the best weights return, in peace.

        Those of skorch find in a batch the values of the targets, as a tensor; the
        `Targets` are told beside it.
        """
        if "batch" in cb_kwargs:
            inputs, target = cb_kwargs["batch"]
            cb_kwargs |= {"batch": (inputs, target.values), "target": target}
        if method_name.startswith("on_batch"):  # of which there are many
            getattr(self, method_name)(self, **cb_kwargs)
            for callback in listening_to(method_name, self.callbacks_):
                getattr(callback, method_name)(self, **cb_kwargs)
            return None
        if method_name != "on_train_end":
            return super().notify(method_name, **cb_kwargs)
        with HeldCtrlC() as ctrl_c:
            super().notify(method_name, **cb_kwargs)
        try:
            ctrl_c.release()
        except KeyboardInterrupt:
            self.interrupted_ = True

    def _set_training(self, training: bool = True) -> None:
        """Set the mode where it is another: a twentieth of the time of a small step."""
        lean = self.lean_step
        parts = modules_of(self) if lean is None else lean.modules
        if any(part.training is not training for part in parts):
            super()._set_training(training)


@cache
def _keep_memory() -> None:
    """Let the C library keep the memory that one batch frees for the next.

    glibc gives a block back to the system unless it has seen a larger one come and go,
    and every batch then has its pages mapped and cleared anew: a fifth of the time of
    three stacked LSTMs. This block, the largest that counts, is never written to. Once
    is enough for a process.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


def train(
    net: SequenceNet,
    dataset: SequenceDataset | WindowDataset,
    validation: SequenceDataset | WindowDataset | None = None,
    *,
    starts: bool = False,
    epochs: int | None = None,
    decide: Callable[..., NDArray[Any]] | None = None,
    score: Callable[..., float] | None = None,
    scorer: Callable[..., float] | None = None,
    report: Any = None,
    saved_fit: SavedFit | None = None,
    after: SequenceNet | None = None,
) -> int | None:
    """Run skorch's loop over `dataset`.

    Parameters
    ----------
    net : SequenceNet
        Initialized.
    dataset : SequenceDataset or WindowDataset
    validation : SequenceDataset or WindowDataset, default=None
    starts : bool, default=False
        Whether the head starts from what is known of the targets: its weights are
        random, and the targets are those of the whole training part.
    epochs : int, default=None
        The net's ``max_epochs`` if None.
    decide : callable (outputs) -> ndarray, default=None
        What ``predict`` of the net does with outputs meanwhile.
    score : callable (outputs, y, weight) -> float, default=None
        Scores what the net says of the validation part.
    scorer : callable (net) -> float, default=None
        Scores the validation part in its place.
    report : object, default=None
        What `EpochReport` tells of each epoch.
    saved_fit : SavedFit, default=None
        The fit as a `Checkpoint` knows it, begun or not; it is gone on with.
    after : SequenceNet, default=None
        What was trained before it in the same fit, and used up some of its time.

    Returns
    -------
    diverged_at : int or None
        The epoch in which the loss stopped being finite.  The weights are then
        those after the last good epoch.
    """
    _keep_memory()
    _try_loss(net, dataset)
    _try_autocast(net, dataset)
    dataset.prepare(net.module_)
    if isinstance(net.optimizer_, LazyAdam):
        net.module_.embedder.tokens.sparse = True
    if starts:
        net.module_.head.start(dataset.targets())
    callbacks = dict(net.callbacks_)
    if after is not None:
        share_time(after, net)
    epochs = net.max_epochs if epochs is None else epochs
    if saved_fit is not None:
        epochs = resume(net, saved_fit)
    lean_step, net.training_path_ = make_step(net, dataset)
    if epochs == 0:
        return None
    for_this_training = [
        (net, "lean_step", lean_step),
        (net, "train_split", validation and predefined_split(validation)),
        (net, "decide", decide),
        (callbacks["valid_score"], "score", None if scorer else score),
        (callbacks["valid_score"], "scorer", scorer),
        (callbacks["report"], "report", report),
    ]
    for holder, name, value in for_this_training:
        setattr(holder, name, value)
    try:
        with one_blas_thread() if lean_step.backward else nullcontext():
            net.partial_fit(dataset, None, epochs=epochs)
    finally:  # or the net would keep the data of this fit, and its estimator, alive
        for holder, name, _ in for_this_training:
            setattr(holder, name, None)
        net.module_.eval()
    diverged_at = callbacks["good_weights"].diverged_at_
    if diverged_at is not None:
        del net.history[diverged_at - 1 :]
    elif net.history and "train_loss" not in net.history[-1]:  # an epoch cut short
        del net.history[-1]
    return diverged_at


def _try_loss(net: SequenceNet, dataset: SequenceDataset | WindowDataset) -> None:
    """Try a loss of the user's on a few rows, so that an error comes before a fit."""
    loss = getattr(net.module_.head, "loss", None)
    if not isinstance(loss, Loss) or loss.is_named:
        return
    targets: Any
    batch, targets = dataset.batch(np.arange(min(len(dataset), ROWS_TO_TRY)))
    net.module_.eval()
    with torch.no_grad():
        outputs = net.infer(batch, targets)
    check_loss(loss, outputs, targets.to(net.device).values)


def _try_autocast(net: SequenceNet, dataset: SequenceDataset | WindowDataset) -> None:
    """Try products of another precision on a few rows: not every processor has all."""
    if net.autocast is None:
        return
    batch = dataset.batch(np.arange(min(len(dataset), ROWS_TO_TRY)))
    net.module_.train()
    try:
        net.get_loss(net.infer(*batch), batch[1], batch[0]).backward()
    except (NotImplementedError, RuntimeError) as error:
        raise ValueError(
            f"Training with autocast={net.autocast!r} does not work with this network "
            f"on device={net.device!r}: {error}. Pass another cell, such as "
            "cell='gru', or leave out net_params['autocast'] (or mixed_precision of "
            "the accelerator)."
        ) from error
    finally:
        net.module_.zero_grad()
        net.module_.eval()


def is_complete(net: SequenceNet) -> bool:
    """Say whether the last training came to its end, and not to one that cut it short.

    Parameters
    ----------
    net : SequenceNet
        Trained, or read from a file as it was after that.
    """
    good = dict(net.callbacks_)["good_weights"]
    diverged = getattr(good, "diverged_at_", None) is not None
    return not (net.interrupted_ or net.paused_ or diverged)


def best_epoch(net: SequenceNet) -> int:
    """Say which epoch's weights the net has after training, counted from 1."""
    last = len(net.history)
    if last and "train_loss" not in net.history[-1]:  # an epoch that is under way
        last -= 1
    # It is missing in a copy, which has the weights of the moment.
    watch = dict(net.callbacks_).get("early_stopping")
    best = getattr(watch, "best_epoch_", None)
    return last if best is None else int(best)


def evaluate(
    net: SequenceNet,
    dataset: SequenceDataset | WindowDataset,
    question: Callable[..., torch.Tensor] | None = None,
    *,
    about_targets: bool = False,
    rows: str | None = None,
    dtype: DTypeLike = np.float64,
) -> NDArray[Any]:
    """Ask the head of a module about all rows, in their own order.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode.
    dataset : SequenceDataset or WindowDataset
    question : callable (encoded, batch) -> Tensor, default=None
        A method of the head; ``predict`` if None.
    about_targets : bool, default=False
        Whether it is called with the targets as well: (encoded, batch, target).
    rows : {"sequence", "step", "target"}, default=None
        What a row of the values stands for; what the head says if None.
    dtype : dtype
        Of the values; all but labels and log-probabilities have the precision of
        float32.

    Returns
    -------
    values : ndarray of shape (n_rows, ...)
        One row for each sequence, or for each of its steps or targets. Batches of
        fewer columns than the widest are filled up with zeros.
    """
    head = net.module_.head
    question = head.predict if question is None else question
    places = dataset.places(rows or head.rows)
    values: Any = None
    batches = PredictionBatches(dataset, n_units=net.module_.encoder.n_units)
    for indices, part in _ask_batches(net, batches, question, about_targets):
        part = part.cpu().numpy()
        if len(indices) == places.n_places == 1:
            return part.astype(dtype)
        if values is None:  # the longest rows come first, and with them the widest part
            values = np.zeros((places.n_places, *part.shape[1:]), dtype=dtype)
        filled = (places.of(indices), *map(slice, part.shape[1:]))
        values[filled] = part
    return values


def evaluate_each(
    net: SequenceNet,
    dataset: SequenceDataset,
    question: Callable[..., tuple[torch.Tensor, ...]],
    *,
    about_targets: bool = False,
    max_rows: int = MAX_PREDICTION_ROWS,
) -> list[tuple[NDArray[Any], ...]]:
    """Ask the head about each row, where what it says has a shape of its own.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode.
    dataset : SequenceDataset
    question : callable (encoded, batch) -> tuple of Tensor
        A method of the head; each tensor has a row for each sequence.
    about_targets : bool, default=False
        Whether it is called with the targets as well: (encoded, batch, target).
    max_rows : int
        The most rows in a batch, where the answer takes memory.

    Returns
    -------
    said : list of tuple of ndarray
        For each sequence its row of each tensor.
    """
    said: list[Any] = [()] * len(dataset)
    batches = PredictionBatches(dataset, max_rows)
    for indices, parts in _ask_batches(net, batches, question, about_targets):
        arrays = [part.cpu().numpy() for part in parts]
        for i, row in zip(indices, zip(*arrays, strict=True), strict=True):
            said[i] = row
    return said


def _ask_batches(
    net: SequenceNet,
    batches: PredictionBatches,
    question: Callable[..., Any],
    about_targets: bool,
) -> Iterator[tuple[NDArray[Any], Any]]:
    """Yield what the head says of each batch, and which rows are in it."""
    _keep_memory()
    remedy = "Cut the longest rows, or predict where there is more memory."
    dataset, plan = batches.dataset, batches.plan
    encoder, _ = make_compiled_encoder(net)

    def ask(indices: Any, before: Any = None) -> Any:
        batch, targets = dataset.batch(indices, before=before)
        with torch.inference_mode(), naming_the_batch(batch, remedy):
            known = targets.to(net.device) if targets and about_targets else None
            return net.module_.ask(question, batch.to(net.device), known, encoder)

    pool = helpers() if net.device == "cpu" and not dataset.goes_on else None
    if pool is None or len(plan) == 1:
        return zip(plan, map(ask, plan, [None, *plan]), strict=False)
    return zip(plan, pool.map(ask, plan), strict=True)
