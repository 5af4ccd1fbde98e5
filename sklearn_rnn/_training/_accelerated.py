"""One model over several processes, launched and connected by accelerate."""

import os
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sklearn_rnn._training._data import SequenceDataset
from sklearn_rnn._training._net import SequenceNet
from sklearn_rnn._training._parts import take_rows
from sklearn_rnn.nn import Batch, Targets
from sklearn_rnn.sequences import Sequences

# Without processes, or with one copy of the module in each of them.
KINDS_OF_TRAINING = {"NO", "MULTI_CPU", "MULTI_GPU"}


class AcceleratedSequenceNet(SequenceNet):
    """A `SequenceNet` whose processes share the work of each batch.

    Every process draws the same batches and computes the gradient on its share of the
    rows; the shares add up to the gradient of the whole batch, in all processes, whose
    weights so stay equal. Losses are added up likewise. The validation part is
    evaluated whole in each process, so that all decide the same without asking.

    Parameters
    ----------
    accelerator : accelerate.Accelerator
        Tells how many processes there are and which one this is, and adds over them.
    **params : dict
        Those of `SequenceNet`.

    Notes
    -----
    skorch's `AccelerateMixin` is not used. It has the module wrapped in torch's
    DistributedDataParallel, where callbacks and the loss look in vain for what is ours,
    and the criterion too, which is refused on the CPU, for it has no parameters. It
    divides the batches of a ``DataLoader`` only, and joins the validation outputs of
    all processes, which are the same rows here.
    """

    is_shared = True

    def __init__(self, *args: Any, accelerator: Any, **params: Any) -> None:
        super().__init__(*args, **params)
        self.accelerator = accelerator

    def on_train_begin(
        self, net: Any, X: Any = None, y: Any = None, **kwargs: Any
    ) -> None:
        """See that the processes do the same, or they would wait for each other."""
        super().on_train_begin(net, X=X, y=y, **kwargs)
        if self.accelerator.num_processes == 1:
            return
        seed = dict(self.callbacks_)["seeds"].seed
        told = torch.tensor([_fingerprint(self.module_, X, seed)], device=self.device)
        if len(self.accelerator.gather(told).unique()) > 1:
            raise ValueError(
                "The processes do not train the same network on the same data; give "
                "each of them all of X, y and the weights in the same order, the same "
                "parameters, and an integer as random_state."
            )

    def run_single_epoch(
        self,
        iterator: Any,
        training: bool,
        prefix: str,
        step_fn: Callable[..., Any],
        **fit_params: Any,
    ) -> None:
        """Run the epoch; each process drops other units."""
        if training and self.accelerator.process_index:
            dataset = iterator.dataset
            seeds = [dataset.seed, dataset.epoch, self.accelerator.process_index]
            seed = np.random.SeedSequence(seeds).generate_state(1)
            self.module_.reseed(int(seed[0]))
        super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)

    def train_step_single(self, batch: Any, **fit_params: Any) -> dict[str, Any]:
        """Compute the gradient on a share of the batch, and add all shares."""
        accelerator = self.accelerator
        share = share_of_batch(
            batch, accelerator.process_index, accelerator.num_processes
        )
        step = super().train_step_single(share, **fit_params)
        if accelerator.num_processes > 1:
            parameters = [p for p in self.module_.parameters() if p.requires_grad]
            step["loss"] = _add_over_processes(accelerator, parameters, step["loss"])
        return step


def share_of_batch(
    batch: tuple[Batch, Targets], place: int, n_shares: int
) -> tuple[Batch, Targets]:
    """Take every n-th row of a batch, beginning with that at `place`.

    Parameters
    ----------
    batch : tuple of Batch and Targets
        Of `SequenceDataset.batch`.
    place : int
        From 0 to ``n_shares - 1``.
    n_shares : int

    Returns
    -------
    share : tuple of Batch and Targets
        The weights are such that the losses of all shares, each divided by its own
        rows, add up to the loss of the batch. Where there are fewer rows than shares,
        the last ones hold a row of weight 0: something to compute, and nothing to add.
    """
    if batch[0].follows is not None:
        raise ValueError(
            "Sequences that are read segment by segment cannot be shared among "
            "processes: the states of each are in one of them. Leave out the "
            "accelerator."
        )
    rows = torch.arange(len(batch[0]))[place::n_shares]
    if len(rows):
        return take_rows(batch, rows)
    inputs, targets = take_rows(batch, torch.zeros(1, dtype=torch.int64))
    return inputs, targets._replace(weight=targets.weight * 0.0)


def _fingerprint(module: Any, dataset: SequenceDataset, seed: int) -> int:
    """Sum up in one number what a training begins with."""
    y = dataset.y.values if isinstance(dataset.y, Sequences) else dataset.y
    arrays = [dataset.rows, y, dataset.weight]
    arrays += [p.detach().cpu().numpy() for p in module.parameters()]
    for array in chain(_arrays_read(dataset), arrays):
        array = np.ascontiguousarray(array)
        seed = zlib.crc32(array, seed)  # type: ignore[arg-type]
    return seed


def _arrays_read(dataset: SequenceDataset) -> Iterator[NDArray[Any]]:
    """Walk over all that the network reads of the rows."""
    yield from dataset.sequences.iterate_values()
    yield dataset.sequences.offsets
    yield from [] if dataset.static is None else [dataset.static]
    for part in dataset.beside:
        yield from _arrays_read(part)


@torch.no_grad()
def _add_over_processes(
    accelerator: Any, parameters: list[torch.Tensor], loss: torch.Tensor
) -> torch.Tensor:
    """Replace each gradient by its sum over the processes; return that of the loss.

    All travel in one row of numbers: a message costs more than its content.
    """
    parts = [p.new_zeros(p.shape) if p.grad is None else p.grad for p in parameters]
    flat = torch.cat([loss.detach().view(1), *(part.flatten() for part in parts)])
    flat = accelerator.reduce(flat, reduction="sum")
    sums = flat[1:].split([p.numel() for p in parameters])
    for parameter, total in zip(parameters, sums, strict=True):
        parameter.grad = total.view_as(parameter)
    return flat[0]


def make_accelerator(factory: Any) -> Any:
    """Call what makes the Accelerator, and refuse what cannot be kept equal.

    Parameters
    ----------
    factory : callable
        ``accelerate.Accelerator``, or a ``functools.partial`` of it. One that is made
        already belongs to its process: out of a pickle it goes on counting processes
        that are gone.

    Returns
    -------
    accelerator : accelerate.Accelerator
    """
    if not callable(factory):
        raise TypeError(
            "net_params['accelerator'] must be a callable that makes an Accelerator, "
            f"got {factory!r}; pass the class accelerate.Accelerator itself, or "
            "functools.partial(Accelerator, cpu=True)."
        )
    try:
        accelerator = factory()
    except ModuleNotFoundError as error:
        if error.name != "accelerate":
            raise
        raise ImportError(
            "net_params['accelerator'] needs the package accelerate; install it with "
            "pip install accelerate."
        ) from error
    n_launched = int(os.environ.get("WORLD_SIZE", 1))
    if n_launched != accelerator.num_processes:
        raise ValueError(
            f"{n_launched} processes were launched, but the Accelerator knows of "
            f"{accelerator.num_processes}; on the CPU let it be made with cpu=True, "
            "functools.partial(Accelerator, cpu=True)."
        )
    kind = accelerator.distributed_type.value
    accumulated = accelerator.gradient_accumulation_steps
    if kind not in KINDS_OF_TRAINING or accumulated != 1:
        raise ValueError(
            "net_params['accelerator'] takes an Accelerator with one copy of the "
            "model per process and without gradient accumulation, got "
            f"distributed_type={kind!r} and gradient_accumulation_steps={accumulated}; "
            "launch with torchrun or accelerate launch --multi_gpu, and set batch_size."
        )
    if accelerator.mixed_precision not in ("no", "bf16"):
        raise ValueError(
            "net_params['accelerator'] takes an Accelerator with mixed_precision='no' "
            f"or 'bf16', got {accelerator.mixed_precision!r}; set 'bf16'."
        )
    return accelerator
