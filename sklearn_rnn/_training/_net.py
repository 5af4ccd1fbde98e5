"""The skorch net behind every estimator: skorch's loop with few hooks."""

import numpy as np
import torch
from sklearn.base import clone
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping
from skorch.helper import predefined_split
from skorch.utils import noop, to_device, to_tensor

from sklearn_rnn._training._callbacks import (
    EpochReport,
    GradientNorm,
    KeepGoodWeights,
    PauseTraining,
    ProgressBar,
    Schedule,
    Seeds,
    StopTraining,
    ValidationScore,
    unnamed,
    worker_number,
)
from sklearn_rnn._training._checkpoint import is_checkpoint, resume
from sklearn_rnn._training._ctrl_c import CtrlC
from sklearn_rnn._training._data import (
    MAX_PREDICTION_ROWS,
    PredictionBatches,
    TrainBatches,
    weight_of_targets,
)
from sklearn_rnn._training._faults import naming_the_batch
from sklearn_rnn._training._optimizers import OPTIMIZERS, can_fuse
from sklearn_rnn._training._time_budget import TimeBudget
from sklearn_rnn.nn import RecurrentNetwork, SampleLoss, every_step
from sklearn_rnn.sequences import UNK, Sequences


class SequenceNet(NeuralNet):
    """A skorch net whose batches carry a weight for each target.

    Its criterion returns one loss per target, which stands for a row or for a step of
    one; the loss of a batch is the sum of ``weight * loss`` divided by its rows.

    Attributes
    ----------
    interrupted_, paused_ : bool
        Whether the user ended the last training, or a callback that left it undone.
    """

    interrupted_ = paused_ = False

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Average the weighted losses of the targets."""
        crf = self.module_.crf
        if crf is None:
            losses = super().get_loss(y_pred, y_true, X=X, training=training)
        else:
            y_true, lengths = to_tensor((y_true, X["lengths"]), device=self.device)
            losses = crf.loss(y_pred, y_true, lengths)
        weight = to_tensor(weight_of_targets(X), device=self.device)
        return (losses * weight).sum() / len(X["lengths"])

    def train_step(self, batch, **fit_params):
        """Train on a batch, or say which one was too large."""
        with naming_the_batch(
            batch[0], "Lower batch_size or hidden_size, or cut the longest rows."
        ):
            return super().train_step(batch, **fit_params)

    def infer(self, x, **fit_params):
        """Run the module on a batch; the weights are for the loss only."""
        return super().infer(_without_weight(x), **fit_params)

    def forward_iter(self, X, training=False, device="cpu"):
        """Yield the outputs in the order of the rows, not of the batches."""
        dataset = self.get_dataset(X)
        batches = self.get_iterator(dataset, training=False)
        outputs = [
            to_device(self.evaluation_step(batch, training), device)
            for batch in batches
        ]
        places = _places_of_outputs(self, dataset)[batches.order].values
        yield torch.cat(outputs)[np.argsort(places)]

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Count the training as interrupted until its loop has said otherwise."""
        super().on_train_begin(net, X=X, y=y, **kwargs)
        self.interrupted_, self.paused_ = True, False

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Run skorch's loop and remember what ended it.

        A KeyboardInterrupt that is not Ctrl-C is how a callback of skorch ends it.
        """
        with CtrlC() as ctrl_c:
            try:
                super().fit_loop(X, y, epochs=epochs, **fit_params)
            except KeyboardInterrupt as stop:
                if ctrl_c.raised and not isinstance(stop, StopTraining):
                    raise
                self.paused_ = isinstance(stop, PauseTraining)
        self.interrupted_ = False
        return self


def _without_weight(inputs):
    return {name: value for name, value in inputs.items() if name != "weight"}


def resolve_device(device, *, anywhere=False):
    """Name the torch device to use.

    Parameters
    ----------
    device : str
        "auto" takes the GPU if there is one, and the worker processes of a
        search take turns over several; anything else is torch's name of a device.
    anywhere : bool, default=False
        Whether any device will do where the named one is missing, as for an
        estimator that was fitted on another machine.

    Raises
    ------
    ValueError
        If the device is unknown to torch or not present.
    """
    if device == "auto":
        return _own_gpu() if torch.cuda.is_available() else "cpu"
    try:
        torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is not a torch device; pass 'auto', 'cpu', "
            "'cuda', 'cuda:1' or 'mps'."
        ) from error
    try:
        torch.zeros((), device=device).item()
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        if anywhere:
            return resolve_device("auto")
        raise ValueError(
            f"device={device!r} was asked for, but torch finds no such device "
            "here; pass device='auto' to use a GPU only where there is one."
        ) from error
    return device


def _own_gpu():
    """Name the GPU of this process: workers take turns."""
    number = worker_number()
    if number is None:  # the main process: torch's current GPU
        return "cuda"
    return f"cuda:{number % torch.cuda.device_count()}"


def make_net(
    module_params,
    settings,
    *,
    loss,
    score,
    seed,
    n_rows,
    device,
    stops_early,
):
    """Build the skorch net for one estimator.

    Parameters
    ----------
    module_params : dict
        Keyword arguments of `RecurrentNetwork`.
    settings : dict
        The estimator's parameters, by name.
    loss : str
        A name of `sklearn_rnn.nn.LOSSES`.
    score : callable (outputs, y, weight) -> float
        The validation score.
    seed : int
        What is random in the training follows from it.
    n_rows : int or None
        Number of training rows, from which schedules and the progress bar know the
        end. None where parts come one by one, and nobody knows it.
    device : str
        torch's name of the device.
    stops_early : bool
        Whether to watch the validation loss.

    Returns
    -------
    net : SequenceNet
        Not initialized.
    """
    net_params = settings["net_params"] or {}
    if reserved := sorted({"callbacks", "train_split"} & set(net_params)):
        raise ValueError(
            f"net_params may not hold {' and '.join(reserved)}; pass callbacks= to the "
            "estimator, and validation_fraction= or X_val and y_val."
        )
    planned = {**settings, **net_params}
    updates = None
    if n_rows is not None:
        updates = -(-n_rows // planned["batch_size"]) * planned["max_epochs"]
    # In the order of their work at the end of an epoch: early stopping ends it.
    callbacks = [
        ("seeds", Seeds(seed)),
        ("gradient_norm", GradientNorm(settings["max_grad_norm"])),
        ("valid_score", ValidationScore(score)),
        ("good_weights", KeepGoodWeights()),
        ("schedule", Schedule(settings["lr_schedule"], updates)),
    ]
    if updates is not None and settings["verbose"] == 1:
        callbacks.append(("progress", ProgressBar(planned["max_epochs"])))
    given = [_clone_callback(callback) for callback in settings["callbacks"] or ()]
    callbacks += [callback for callback in given if not is_checkpoint(callback)]
    callbacks.append(("report", EpochReport()))
    if stops_early:
        callbacks.append(("early_stopping", _make_early_stopping(settings)))
    # After all the others, whose state it keeps.
    callbacks += [callback for callback in given if is_checkpoint(callback)]
    params = {
        "module": RecurrentNetwork,
        **{f"module__{name}": value for name, value in module_params.items()},
        "criterion": SampleLoss,
        "criterion__loss": loss,
        "criterion__quantile": settings.get("quantile", 0.5),
        "optimizer": OPTIMIZERS.get(settings["optimizer"], settings["optimizer"]),
        "lr": settings["lr"],
        "batch_size": settings["batch_size"],
        "max_epochs": settings["max_epochs"],
        "iterator_train": TrainBatches,
        "iterator_valid": PredictionBatches,
        "iterator_valid__batch_size": MAX_PREDICTION_ROWS,
        "train_split": None,
        "callbacks": callbacks,
        "device": device,
        "verbose": max(0, settings["verbose"] - 1),
    }
    if settings["verbose"] < 2:
        params["callbacks__print_log"] = None
    # A named optimiser takes 0 too: AdamW's own default would decay by 0.01.
    if settings["weight_decay"] or settings["optimizer"] in OPTIMIZERS:
        params["optimizer__weight_decay"] = settings["weight_decay"]
    if can_fuse(settings["optimizer"], net_params, device):
        params["optimizer__fused"] = True
    if "accelerator" in net_params:
        return _make_accelerated_net({**params, **net_params}, settings)
    return SequenceNet(**{**params, **net_params})


def _make_accelerated_net(params, settings):
    """Build the net that shares its batches with other processes."""
    from sklearn_rnn._training import _accelerated  # it needs the class above

    accelerator = _accelerated.make_accelerator(params["accelerator"])
    budgets = [c for c in params["callbacks"] if isinstance(unnamed(c), TimeBudget)]
    if accelerator.num_processes > 1 and budgets:
        raise ValueError(
            "TimeBudget is for one process: of several each has its own clock, and the "
            "one that ends first lets the others wait for ever. Set max_epochs."
        )
    if settings["device"] == "auto" and "device" not in settings["net_params"]:
        params["device"] = str(accelerator.device)
    if not accelerator.is_main_process:  # one of them may speak
        params["verbose"] = 0
        params["callbacks"] = [
            callback
            for callback in params["callbacks"]
            if not isinstance(unnamed(callback), ProgressBar)
        ]
    return _accelerated.AcceleratedSequenceNet(**{**params, "accelerator": accelerator})


def _make_early_stopping(settings):
    by_loss = settings["scoring"] == "loss"
    return EarlyStopping(
        monitor="valid_loss" if by_loss else "valid_score",
        lower_is_better=by_loss,
        patience=settings["n_iter_no_change"],
        threshold=settings["tol"],
        threshold_mode="abs",
        load_best=True,
        sink=noop,
    )


def _clone_callback(callback):
    """Clone a skorch callback or a named one; refuse anything else."""
    made = unnamed(callback)
    is_class = isinstance(made, type) and issubclass(made, Callback)
    if not (is_class or isinstance(made, Callback)):
        raise TypeError(
            "callbacks must hold skorch callbacks or (name, callback) pairs, got "
            f"{callback!r}; derive it from skorch.callbacks.Callback."
        )
    return clone(callback, safe=False)


def _keep_memory():
    """Let the C library keep the memory that one batch frees for the next.

    glibc gives a block back to the system unless it has seen a larger one come and go,
    and every batch then has its pages mapped and cleared anew: a fifth of the time of
    three stacked LSTMs. This block, the largest that counts, is never written to.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


def train(
    net,
    dataset,
    validation=None,
    *,
    epochs=None,
    scorer=None,
    report=None,
    saved_fit=None,
):
    """Run skorch's loop over `dataset`.

    Parameters
    ----------
    net : SequenceNet
        Initialized.
    dataset : SequenceDataset
    validation : SequenceDataset, default=None
    epochs : int, default=None
        The net's ``max_epochs`` if None.
    scorer : callable (net) -> float, default=None
        Scores the validation part in place of the net's own score.
    report : object, default=None
        What `EpochReport` tells of each epoch.
    saved_fit : SavedFit, default=None
        The fit as a `Checkpoint` knows it, begun or not; it is gone on with.

    Returns
    -------
    diverged_at : int or None
        The epoch in which the loss stopped being finite.  The weights are then
        those after the last good epoch.
    """
    _keep_memory()
    if dataset.sequences.is_tokens:
        _tell_known_words(net.module_.embedding, dataset.encoder)
    if dataset.sequences.spelling is not None:
        trained = dataset.encoder.trains_unknown_character
        net.module_.spelling.embedding.unknown_is_mean = not trained
    callbacks = dict(net.callbacks_)
    if saved_fit is not None:
        epochs = resume(net, saved_fit)
    if epochs == 0:
        return None
    for_this_training = [
        (net, "train_split", validation and predefined_split(validation)),
        (callbacks["valid_score"], "scorer", scorer),
        (callbacks["report"], "report", report),
    ]
    for holder, name, value in for_this_training:
        setattr(holder, name, value)
    try:
        net.partial_fit(dataset, None, epochs=epochs)
    finally:  # or the net would keep the data of this fit alive
        for holder, name, _ in for_this_training:
            setattr(holder, name, None)
        net.module_.eval()
    diverged_at = callbacks["good_weights"].diverged_at_
    if diverged_at is not None:
        del net.history[diverged_at - 1 :]
    elif net.history and "train_loss" not in net.history[-1]:  # an epoch cut short
        del net.history[-1]
    return diverged_at


def best_epoch(net):
    """Say which epoch's weights the net has after training, counted from 1."""
    last = len([row for row in net.history if "train_loss" in row])
    # It is missing in a copy, which has the weights of the moment.
    watch = dict(net.callbacks_).get("early_stopping")
    return int(getattr(watch, "best_epoch_", 0)) or last


def _tell_known_words(embedding, reader):
    """Say where the vector of the unknown word comes from.

    Training shows it wherever there are words of frequency one, or words are dropped;
    where it does not, it is the mean of the known words.
    """
    known = reader.known.copy()
    known[: UNK + 1] = False
    embedding.known.copy_(torch.from_numpy(known))
    never_shown = not reader.trains_unknown
    embedding.unknown_is_mean = never_shown and embedding.weight.requires_grad


def evaluate(net, dataset, method="predict", dtype=np.float64):
    """Run one of the module's methods over all rows, in their own order.

    Parameters
    ----------
    net : SequenceNet
        Initialized; its module is in evaluation mode.
    dataset : SequenceDataset
    method : {"predict", "represent", "attention_weights", "decode", "log_proba", \
            "predict_over_time"}
    dtype : dtype
        Of the values; all but labels and log-probabilities have the precision of
        float32.

    Returns
    -------
    values : ndarray of shape (n_rows, n_columns)
        Batches of fewer columns than the widest are filled up with zeros. From a
        network without pooling, and over time, one row for each step,
        ``(n_steps_total, n_columns)``, or one label, ``(n_steps_total,)``.
    """
    _keep_memory()
    batches = PredictionBatches(dataset)
    compute = getattr(net.module_, method)
    places = _places_of_outputs(net, dataset, method)
    values, start = None, 0
    for inputs, _ in batches:
        remedy = "Cut the longest rows, or predict where there is more memory."
        with torch.inference_mode(), naming_the_batch(inputs, remedy):
            part = compute(**to_tensor(_without_weight(inputs), device=net.device))
        part = part.cpu().numpy()
        if values is None:  # the longest rows come first, and with them the widest part
            values = np.zeros((len(places.values), *part.shape[1:]), dtype=dtype)
        stop = start + len(inputs["lengths"])
        where = places[batches.order[start:stop]].values
        values[(where, *map(slice, part.shape[1:]))] = part
        start = stop
    return values


def _places_of_outputs(net, dataset, method="predict"):
    """Say where the outputs of each row belong: at one place or, without pooling, many.

    Returns
    -------
    places : Sequences
        Of int64; one member for each row.
    """
    if net.module_.pooling is every_step or method == "predict_over_time":
        offsets = dataset.sequences[dataset.rows].offsets
    else:
        offsets = np.arange(len(dataset) + 1)
    return Sequences(np.arange(offsets[-1]), offsets)


def transition_scores(net):
    """Read the scores of a CRF's transitions; None where there is no CRF.

    Returns
    -------
    scores : float64 ndarray of shape (n_labels, n_labels), or None
        Entry ``[i, j]`` for label j right after label i; -inf where it is forbidden.
    """
    crf = net.module_.crf
    if crf is None:
        return None
    scores = crf.transitions.detach().cpu().numpy().astype(np.float64)
    return np.where(crf.forbidden[:-1, :-1].cpu().numpy(), -np.inf, scores)
