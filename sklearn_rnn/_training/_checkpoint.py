"""Keeping a fit on disk while it runs, and going on with it."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from skorch.callbacks import (
    Callback,
    EarlyStopping,
    EpochScoring,
    LRScheduler,
    PassthroughScoring,
)

from sklearn_rnn._messages import warn
from sklearn_rnn._training._callbacks import unnamed
from sklearn_rnn._training._state import export_state, load_optimizer, load_state
from sklearn_rnn._training._tree_file import read_tree, remove_leftovers, write_tree
from sklearn_rnn.exceptions import CheckpointError, CheckpointWarning

if TYPE_CHECKING:
    from typing_extensions import Self

# What skorch's callbacks carry from one epoch to the next; ours say it themselves.
CARRIED = {
    EarlyStopping: (
        "misses_",
        "dynamic_threshold_",
        "best_model_weights_",
        "best_epoch_",
    ),
    EpochScoring: ("best_score_",),
    LRScheduler: ("lr_scheduler_", "batch_idx_"),
    PassthroughScoring: ("best_score_",),
}


class Checkpoint(Callback):
    """Keep a fit in a file, so that a process that was killed can go on with it.

    Give it to ``callbacks``, and after each epoch the file holds all that training
    needs. If the process ends too soon, run the same program again: ``fit`` with the
    same arguments goes on after the last epoch kept, and ends at the same bits as if
    nothing had happened. A fit that is done stays in the file too, and is read from
    there instead of being repeated; remove the file to train anew.

    Parameters
    ----------
    path : str or path-like
        The file, or a folder (one that exists, or a path that ends with a separator).
        In a folder each fit has a file of its own, named after what is fitted and on
        what: this is what a search or a cross-validation needs, which then
        passes over the fits it had done.

    every : int, default=1
        Epochs from one writing to the next. A writing takes some milliseconds and the
        weights' size about five times on disk.

    See Also
    --------
    TimeBudget : Ends a fit in time; with a checkpoint the next call goes on.

    Notes
    -----
    "The same arguments" are the data, the weights and all parameters but ``verbose``,
    ``device``, ``n_jobs``, `Checkpoint` and `TimeBudget`; a file of any other fit is
    refused. With
    ``random_state=None`` the seed is taken from the file. The training on all rows
    after ``refit=True`` has a file of its own beside it, whose name ends in
    ``.refit``. With ``warm_start`` each fit
    begins with other weights and is another fit: give it a folder. The same bits need
    the same machine and versions, as they do without a checkpoint.

    A function among the parameters, such as a schedule or a scorer, is known by its
    name: if you change what it does, remove the file. It is defined by ``def`` outside
    of other functions; `functools.partial` gives it values.

    The file is written beside the old one and then takes its place: it is always whole,
    and carries a checksum. It holds no pickles, and nothing in it is run.

    A callback of your own that keeps something from epoch to epoch names it in a class
    attribute, such as ``carries = ("best_", "rows_")``: numbers, strings, arrays,
    tensors, objects with ``state_dict``, and lists and dicts of them. What is not named
    begins anew. skorch's ``EarlyStopping``, ``EpochScoring`` and ``LRScheduler`` are
    known. For `partial_fit` there is nothing to go on with: pickle the estimator
    between two calls.

    Raises
    ------
    CheckpointError
        When fitting begins, if the file is damaged, of another fit, of a later
        version, or no checkpoint at all. It is left as it is.

    Warns
    -----
    CheckpointWarning
        If the file could not be written, for want of space for example. Training goes
        on, and what was written before stays.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_rnn import RNNRegressor
    >>> from sklearn_rnn.callbacks import Checkpoint
    >>> from sklearn_rnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(50, 5, random_state=0)
    >>> path = os.path.join(tempfile.mkdtemp(), "adding.checkpoint")
    >>> model = RNNRegressor(callbacks=[Checkpoint(path)], max_epochs=2)
    >>> first = model.fit(X, y).predict(X)
    >>> bool((first == model.fit(X, y).predict(X)).all())
    True
    """

    saved_fit_: Any

    def __init__(self, path: str | PathLike[str], every: int = 1) -> None:
        self.path = path
        self.every: Any = every

    def initialize(self) -> "Self":
        """Check the parameters."""
        if not isinstance(self.every, Integral) or self.every < 1:
            raise ValueError(
                f"every must be a number of epochs, at least 1, got {self.every!r}."
            )
        self.saved_fit_ = None
        return self

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        if self.saved_fit_ is None:
            raise ValueError(
                "Checkpoint keeps what fit does; between two calls of partial_fit "
                "pickle the estimator, and leave Checkpoint out."
            )
        found = self.saved_fit_.found
        self.n_written_ = n_done = len(net.history)
        if found is None:
            self.n_before_ = n_done
            return
        self.n_before_ = found["n_before"]
        _restore_callbacks(net, found["callbacks"])
        # Again, for a callback that makes a scheduler sets the first learning rate.
        load_optimizer(net, found["state"]["optimizer"])

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        n_done = len(net.history) - 1
        due = (n_done - self.n_before_) % self.every == 0
        if due and n_done > self.n_written_:
            self._write(net, finished=False)

    def on_train_end(self, net: Any, **kwargs: Any) -> None:
        diverged = dict(net.callbacks_)["good_weights"].diverged_at_ is not None
        if not (net.interrupted_ or net.paused_ or diverged):
            self._write(net, finished=True)
        self.saved_fit_ = None

    def _write(self, net: Any, finished: bool) -> None:
        state = export_state(net, with_optimizer=not finished)
        state["history"] = [row for row in state["history"] if "train_loss" in row]
        tree = {
            "identity": self.saved_fit_.identity,
            "seed": self.saved_fit_.seed,
            "finished": finished,
            "n_before": self.n_before_,
            "state": state,
            "callbacks": _what_callbacks_carry(net),
        }
        try:
            write_tree(self.saved_fit_.path, tree)
        except OSError as error:
            warn(
                f"The checkpoint {self.saved_fit_.path} could not be written: {error}. "
                "Training goes on; what was written before stays.",
                CheckpointWarning,
            )


@dataclass
class SavedFit:
    """What the file of a checkpoint holds of a fit.

    Parameters
    ----------
    path : pathlib.Path
    identity : dict of str to str
        What is fitted, how, and on which data.
    seed : int
        From the file, where there is one.
    found : dict or None
        What the file holds; None where it does not exist yet.
    """

    path: Path
    identity: dict
    seed: int
    found: dict | None


def is_checkpoint(callback: Any) -> bool:
    """Whether an entry of ``callbacks``, named or not, is a `Checkpoint`."""
    return isinstance(unnamed(callback), Checkpoint)


def open_checkpoint(
    callbacks: Iterable[Any] | None,
    identify: Callable[[], dict[str, str]],
    seed: int,
    suffix: str = "",
) -> SavedFit | None:
    """Look up what the checkpoint among `callbacks` holds of a fit.

    Parameters
    ----------
    callbacks : list of callbacks or pairs, or None
    identify : callable () -> dict of str to str
        Names what is fitted; only called where there is a checkpoint.
    seed : int
        The one for a fit that begins now.
    suffix : str, default=""
        Goes on after the name of the file.

    Returns
    -------
    saved_fit : SavedFit or None
        None where there is no checkpoint.
    """
    given = [unnamed(c) for c in callbacks or () if is_checkpoint(c)]
    if not given:
        return None
    if len(given) > 1:
        raise ValueError(f"callbacks holds {len(given)} checkpoints; one is enough.")
    (checkpoint,) = given
    identity = identify()
    path = _path_of(checkpoint, identity)
    path = path.with_name(path.name + suffix)
    remove_leftovers(path)
    if not path.exists():
        _check_writable(path)
        return SavedFit(path, identity, seed, None)
    found = read_tree(path)
    _check_same_fit(path, found["identity"], identity)
    return SavedFit(path, identity, found["seed"], found)


def resume(net: Any, saved_fit: SavedFit) -> int:
    """Bring a net to where its file says it was; return how many epochs are left."""
    (checkpoint,) = [c for _, c in net.callbacks_ if isinstance(c, Checkpoint)]
    checkpoint.saved_fit_ = saved_fit
    found = saved_fit.found
    if found is None:
        return net.max_epochs
    del net.history[:]  # of a warm start; the file has it as well
    load_state(net, found["state"])
    if not found["finished"]:
        return net.max_epochs + found["n_before"] - len(found["state"]["history"])
    _restore_callbacks(net, found["callbacks"])
    checkpoint.saved_fit_ = None
    return 0


def _path_of(checkpoint: Checkpoint, identity: dict[str, str]) -> Path:
    given = os.fspath(checkpoint.path)
    path = Path(given)
    if not (path.is_dir() or given.endswith(("/", os.sep))):
        return path
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return path / f"{identity['estimator']}-{digest[:16]}.checkpoint"


def _check_writable(path: Path) -> None:
    """Refuse a place where nothing can be written before time is spent on a fit."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        trial = path.with_name(f".{path.name}.{os.getpid()}.part")
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise CheckpointError(
            f"path={str(path)!r} of Checkpoint cannot be written: {error}; give the "
            "name of a file, or of a folder, where you may write."
        ) from error


def _check_same_fit(path: Path, before: dict[str, str], now: dict[str, str]) -> None:
    differing = [
        name for name in sorted({*before, *now}) if before.get(name) != now.get(name)
    ]
    if differing:
        shown = "; ".join(
            f"{name} was {before.get(name)} there and is {now.get(name)} now"
            for name in differing
        )
        raise CheckpointError(
            f"{path} belongs to another fit: {shown}. Give Checkpoint another path, or "
            "a folder, where each fit has a file of its own; or remove the file."
        )


def _names_carried(callback: Any) -> tuple[str, ...]:
    own = getattr(callback, "carries", None)
    if own is not None:
        return own
    known = (names for kind, names in CARRIED.items() if isinstance(callback, kind))
    return next(known, ())


def _what_callbacks_carry(net: Any) -> dict[str, Any]:
    return {
        name: {key: _freeze(getattr(callback, key)) for key in names}
        for name, callback in net.callbacks_
        if (names := _names_carried(callback))
    }


def _restore_callbacks(net: Any, carried: dict[str, Any]) -> None:
    callbacks = dict(net.callbacks_)
    for name, attributes in carried.items():
        for key, value in attributes.items():
            before = getattr(callbacks[name], key, None)
            setattr(callbacks[name], key, _thaw(value, before, net.device))


def _freeze(value: Any) -> Any:
    """Turn what a callback carries into arrays, numbers and strings."""
    if isinstance(value, torch.Tensor):
        return {"tensor": value.detach().cpu().numpy().copy()}
    if hasattr(value, "state_dict"):
        return {"state_dict": _freeze(value.state_dict())}
    if isinstance(value, dict):
        return {"dict": {key: _freeze(member) for key, member in value.items()}}
    if isinstance(value, list | tuple):
        return type(value)(_freeze(member) for member in value)
    return value


def _thaw(value: Any, before: Any, device: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_thaw(member, None, device) for member in value)
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "tensor":
        return torch.from_numpy(np.array(content)).to(device)
    if kind == "state_dict":
        before.load_state_dict(_thaw(content, None, device))
        return before
    return {key: _thaw(member, None, device) for key, member in content.items()}
