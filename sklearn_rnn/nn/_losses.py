r"""Losses, one for each target.

A loss is called with ``(outputs, target)`` and returns a Tensor of shape (n_samples,):
the caller weighs the losses and averages them. Several outputs of one sample are
averaged. The words are those of scikit-learn's own losses: ``link`` leads from the
mean of the target to the outputs, ``fit_intercept_only`` finds the best constants.
"""

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._seeding import seeded_globally, without_draws
from sklearn_rnn.nn._tables import choose

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Called with outputs and targets, it gives one loss for each target."""

# In float32 a share below this is lost beside 1: `1 - share` rounds to 1, and so does
# the sum of a softmax. Its logarithm, -15.9, is as good as minus infinity, and finite.
SMALLEST_SHARE = torch.finfo(torch.float32).eps


class Loss(nn.Module):
    """Base class: a loss for each target.

    Attributes
    ----------
    link : {"identity", "log", "logit", "multinomial_logit"}
        What leads from the mean of the target to the outputs.
    is_named : bool
        Whether `make_loss` made it from a name, which fits the target.
    """

    link: str = "identity"
    is_named: bool = False

    def n_outputs(self, n_targets: int) -> int:
        """Count the outputs that a network needs.

        Parameters
        ----------
        n_targets : int
            Number of classes, or of targets of a sample.

        Returns
        -------
        n_outputs : int
        """
        return n_targets

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss of each target.

        Parameters
        ----------
        outputs : Tensor of shape (n_samples, n_outputs)
            What the network gives.
        target : Tensor
            int64 class indices of shape (n_samples,) for `CrossEntropy`, else numbers
            of the shape of ``outputs``.

        Returns
        -------
        loss : Tensor of shape (n_samples,)
            Of the dtype of ``outputs``.
        """
        raise NotImplementedError

    def fit_intercept_only(
        self,
        target: Tensor,
        weight: Tensor | None = None,
        *,
        n_outputs: int | None = None,
    ) -> Tensor:
        """Find the constant outputs of the smallest mean loss.

        Training starts there. By default they are zeros, for nothing is known of a
        loss from outside.

        Parameters
        ----------
        target : Tensor
            As for ``forward``, with at least one row.
        weight : Tensor of shape (n_samples,), default=None
            Weights of the targets, at least 0 and not all 0. None for equal ones.
        n_outputs : int, default=None
            Number of outputs. By default the number of columns of the target, or the
            largest class index plus one.

        Returns
        -------
        outputs : float64 Tensor of shape (n_outputs,)
            Finite, on the CPU.
        """
        if n_outputs is None:
            n_outputs = int(target.max()) + 1 if target.ndim == 1 else target.shape[1]
        return torch.zeros(n_outputs, dtype=torch.float64)


class LossOfNumbers(Loss):
    """Base class: a loss whose outputs have the shape of the target."""

    def fit_intercept_only(
        self,
        target: Tensor,
        weight: Tensor | None = None,
        *,
        n_outputs: int | None = None,
    ) -> Tensor:
        """Find the constant outputs of the smallest mean loss: (n_outputs,)."""
        return self._fit(target.detach().cpu().double(), _as_double(weight, target))

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        """Find the constants for a float64 target of shape (n_samples, n_outputs)."""
        raise NotImplementedError


class CrossEntropy(Loss):
    r"""Cross-entropy of exclusive classes.

    The outputs are logits :math:`f`, the target is the index :math:`y` of the class.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Share of the target, in [0, 1), that is spread evenly over all classes. More of
        it keeps probabilities away from 0 and 1.

    Notes
    -----
    With the share :math:`\varepsilon` of the smoothing [1]_ and :math:`K` classes,

    .. math:: \ell = \log \textstyle\sum_k \exp(f_k) - (1 - \varepsilon) f_y
              - \tfrac{\varepsilon}{K} \sum_k f_k.

    The best constants are the logarithms of the classes' shares, smoothed likewise. A
    class without examples gets the smallest share that float32 shows beside 1.

    References
    ----------
    .. [1] C. Szegedy et al., "Rethinking the Inception Architecture for Computer
       Vision", CVPR 2016, section 7.
    """

    link = "multinomial_logit"

    def __init__(self, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each class index (n_samples,)."""
        if target.ndim != 1:  # torch takes it for shares of the classes
            raise ValueError(
                "target must hold class indices, of shape (n_samples,); got "
                f"{target.dtype} of shape {tuple(target.shape)}."
            )
        return functional.cross_entropy(
            outputs, target, reduction="none", label_smoothing=self.label_smoothing
        )

    def fit_intercept_only(
        self,
        target: Tensor,
        weight: Tensor | None = None,
        *,
        n_outputs: int | None = None,
    ) -> Tensor:
        """Find the logarithms of the shares of the classes: (n_outputs,)."""
        weight = _as_double(weight, target)
        total = torch.bincount(target.cpu(), weight, minlength=n_outputs or 0)
        shares = torch.lerp(
            total / weight.sum(),
            torch.full_like(total, 1 / len(total)),
            self.label_smoothing,
        )
        return shares.clamp(min=SMALLEST_SHARE).log()


class BinaryCrossEntropy(LossOfNumbers):
    r"""Cross-entropy of independent yes-or-no labels.

    The outputs are logits :math:`f`. The target :math:`y` is 1 for yes and 0 for no.

    Notes
    -----
    .. math:: \ell = \operatorname{mean}_k \; \log(1 + \exp(f_k)) - y_k f_k.

    The best constants are the logits of the shares of yes.
    """

    link = "logit"

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        target = _as_outputs(target, outputs)
        loss = functional.binary_cross_entropy_with_logits(
            outputs, target, reduction="none"
        )
        return _over_outputs(loss)

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        return _mean(target, weight).logit(eps=SMALLEST_SHARE)


class SquaredError(LossOfNumbers):
    r"""Squared error; its minimum is the conditional mean.

    Notes
    -----
    For outputs :math:`f` and observed values :math:`y`,

    .. math:: \ell = \operatorname{mean}_k \; (y_k - f_k)^2.
    """

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        return _over_outputs((_as_outputs(target, outputs) - outputs).square())

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        return _mean(target, weight)


class AbsoluteError(LossOfNumbers):
    r"""Absolute error; its minimum is the conditional median.

    Notes
    -----
    For outputs :math:`f` and observed values :math:`y`,

    .. math:: \ell = \operatorname{mean}_k \; |y_k - f_k|.
    """

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        return _over_outputs((_as_outputs(target, outputs) - outputs).abs())

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        return _quantile(target, weight, 0.5)


class Huber(LossOfNumbers):
    r"""Huber's loss: squared near zero, absolute from 1 on.

    Notes
    -----
    For outputs :math:`f` and observed values :math:`y`, with
    :math:`e_k = |y_k - f_k|` [1]_,

    .. math::
        \ell = \operatorname{mean}_k \;
        \begin{cases} e_k^2 / 2 & e_k \le 1 \\ e_k - 1/2 & e_k > 1 \end{cases}.

    The best constant is at most 1 away from the median.

    References
    ----------
    .. [1] P. J. Huber, "Robust Estimation of a Location Parameter", Annals of
       Mathematical Statistics 35, 1964.
    """

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        target = _as_outputs(target, outputs)
        loss = functional.huber_loss(outputs, target, reduction="none")
        return _over_outputs(loss)

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        # The slope of the loss rises with the constant. 1 above the median no half of
        # the targets pulls it up, 1 below no half pulls it down: in between it is zero.
        constant = _quantile(target, weight, 0.5)
        for halving in range(1, 31):
            slope = _mean((constant - target).clamp(-1, 1), weight)
            constant = constant - slope.sign() / 2**halving
        return constant


class Poisson(LossOfNumbers):
    r"""Negative log-likelihood of counts; its minimum is the log of the mean.

    The outputs are logarithms :math:`f` of the predicted means. The target :math:`y`
    are counts or rates, at least 0.

    Notes
    -----
    Up to a term that depends on :math:`y` only,

    .. math:: \ell = \operatorname{mean}_k \; \exp(f_k) - y_k f_k.
    """

    link = "log"

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        return _over_outputs(outputs.exp() - _as_outputs(target, outputs) * outputs)

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        return _mean(target, weight).clamp(min=SMALLEST_SHARE).log()


class Pinball(LossOfNumbers):
    r"""Pinball loss; its minimum is the conditional quantile.

    Parameters
    ----------
    quantile : float, default=0.5
        The level :math:`q`, between 0 and 1: the share of targets that lies
        below a perfect prediction.

    Notes
    -----
    For outputs :math:`f` and observed values :math:`y` [1]_,

    .. math:: \ell = \operatorname{mean}_k \;
              \max(q\,(y_k - f_k),\; (q - 1)\,(y_k - f_k)).

    References
    ----------
    .. [1] R. Koenker and G. Bassett, "Regression Quantiles", Econometrica 46,
       1978.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import Pinball
    >>> loss = Pinball(0.9)
    >>> loss(torch.zeros(2, 1), torch.tensor([[1.0], [-1.0]]))
    tensor([0.9000, 0.1000])
    >>> loss.fit_intercept_only(torch.tensor([[1.0], [2.0], [3.0]]))
    tensor([3.], dtype=torch.float64)
    """

    def __init__(self, quantile: float = 0.5) -> None:
        super().__init__()
        if not 0 < quantile < 1:
            raise ValueError(f"quantile must be between 0 and 1, got {quantile!r}.")
        self.quantile = quantile

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row of the target."""
        quantile, error = self.quantile, _as_outputs(target, outputs) - outputs
        return _over_outputs(torch.maximum(quantile * error, (quantile - 1) * error))

    def _fit(self, target: Tensor, weight: Tensor) -> Tensor:
        return _quantile(target, weight, self.quantile)


class SeveralQuantiles(Loss):
    r"""Pinball losses of several levels of each target, averaged.

    Parameters
    ----------
    levels : sequence of float
        The levels, each between 0 and 1. There is an output for each of them, those of
        one target beside each other.

    Notes
    -----
    For outputs :math:`f_{j1}, \dots, f_{jm}` of target :math:`j`, the levels
    :math:`q_k` and observed values :math:`y_j`,

    .. math:: \ell = \operatorname{mean}_{j, k} \;
              \max(q_k (y_j - f_{jk}),\; (q_k - 1) (y_j - f_{jk})).

    The best constants are the quantiles of each target.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import SeveralQuantiles
    >>> loss = SeveralQuantiles([0.1, 0.9])
    >>> loss(torch.tensor([[-1.0, 1.0]]), torch.tensor([[0.0]]))
    tensor([0.1000])
    """

    is_named = True

    def __init__(self, levels: Sequence[float]) -> None:
        super().__init__()
        if not all(0 < level < 1 for level in levels):
            raise ValueError(f"levels must be between 0 and 1, got {list(levels)!r}.")
        self.register_buffer("levels", torch.tensor(levels), persistent=False)

    def n_outputs(self, n_targets: int) -> int:
        """Count the outputs: one for each level of each target."""
        return n_targets * len(self.get_buffer("levels"))

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,) of each row (n_samples, n_targets)."""
        levels, target = self.get_buffer("levels"), target.to(outputs.dtype)
        error = target.unsqueeze(-1) - outputs.unflatten(1, (-1, len(levels)))
        losses = torch.maximum(levels * error, (levels - 1) * error)
        return losses.mean(dim=(1, 2))

    def fit_intercept_only(
        self,
        target: Tensor,
        weight: Tensor | None = None,
        *,
        n_outputs: int | None = None,
    ) -> Tensor:
        """Find the quantiles of each target: (n_outputs,)."""
        target, weight = target.detach().cpu().double(), _as_double(weight, target)
        levels = self.get_buffer("levels").tolist()
        return torch.stack([_quantile(target, weight, q) for q in levels], 1).flatten()


class OwnLoss(Loss):
    """A loss from outside.

    Parameters
    ----------
    loss : Module or callable
        Called with ``(outputs, target)``, it returns a Tensor of shape (n_samples,).
        If it has an attribute ``link``, that is the link.
    """

    def __init__(self, loss: LossFunction) -> None:
        super().__init__()
        self.loss = loss
        self.link = getattr(loss, "link", Loss.link)

    def forward(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Compute the loss (n_samples,), and refuse any other shape."""
        loss: Tensor = self.loss(outputs, target)
        self.check(loss, outputs)
        return loss

    def check(self, loss: Any, outputs: Tensor) -> None:
        """Refuse what is not one number for each target.

        Parameters
        ----------
        loss : object
            What came.
        outputs : Tensor of shape (n_samples, n_outputs)
            What it was computed from.
        """
        if not isinstance(loss, Tensor):
            raise TypeError(
                "loss must return a Tensor of shape (n_samples,), got "
                f"{type(loss).__name__} from {self.loss!r}."
            )
        if loss.shape != outputs.shape[:1]:
            raise ValueError(
                "loss must return one number for each target, the shape "
                f"{tuple(outputs.shape[:1])}; got {tuple(loss.shape)} from "
                f"{self.loss!r}. Set reduction='none' where there is one, and average "
                "over the outputs with mean(dim=1)."
            )


LOSSES: dict[str, type[Loss]] = {
    "cross_entropy": CrossEntropy,
    "binary_cross_entropy": BinaryCrossEntropy,
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "poisson": Poisson,
    "quantile": Pinball,
}


def _average_logits(outputs: Tensor) -> Tensor:
    # log(p / (1 - p)) of the mean p; logarithms, or p would become 0 or 1.
    yes = functional.logsigmoid(outputs).logsumexp(dim=-1)
    return yes - functional.logsigmoid(-outputs).logsumexp(dim=-1)


AVERAGES: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda outputs: outputs.mean(dim=-1),
    "log": lambda outputs: outputs.logsumexp(dim=-1) - math.log(outputs.shape[-1]),
    "logit": _average_logits,
    "multinomial_logit": lambda outputs: (
        outputs.log_softmax(dim=1).logsumexp(dim=-1) - math.log(outputs.shape[-1])
    ),
}
"""For each link: from outputs, side by side on the last axis, to those of the mean."""


def link_of(loss: str | LossFunction) -> str:
    """Say what leads from the mean of the target to the outputs.

    Parameters
    ----------
    loss : str, Module or callable
        As `make_loss` takes it.

    Returns
    -------
    link : str
        A name of `AVERAGES`.
    """
    known: Any = LOSSES.get(loss, loss) if isinstance(loss, str) else loss
    return str(getattr(known, "link", Loss.link))


def make_loss(loss: str | LossFunction, **options: Any) -> Loss:
    """Make a loss from its name or from a function.

    Parameters
    ----------
    loss : str, Module or callable
        A name in `LOSSES`: "cross_entropy", "binary_cross_entropy",
        "squared_error", "absolute_error", "huber", "poisson" or "quantile". Anything
        else is called with ``(outputs, target)`` and returns one loss for each target;
        a module is copied.
    **options
        Arguments of the class of that name: ``quantile`` for "quantile",
        ``label_smoothing`` for "cross_entropy".

    Returns
    -------
    loss : Loss

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import make_loss
    >>> def log_cosh(outputs, target):
    ...     return torch.cosh(target - outputs).log().mean(dim=1)
    >>> make_loss(log_cosh)(torch.zeros(2, 1), torch.tensor([[0.0], [1.0]]))
    tensor([0.0000, 0.4338])
    """
    if isinstance(loss, str):
        named = choose(LOSSES, "loss", loss)(**options)
        named.is_named = True
        return named
    if isinstance(loss, nn.Module):  # what is trained is not the user's
        loss = copy.deepcopy(loss)
    if isinstance(loss, Loss):
        return loss
    if inspect.isclass(loss) or not callable(loss):
        raise TypeError(
            f"loss must be a name, one of {', '.join(map(repr, LOSSES))}, or be called "
            "with (outputs, target) and return one loss for each target; got "
            f"{loss!r}. Of a class pass an instance."
        )
    return OwnLoss(loss)


def check_loss(loss: str | LossFunction, outputs: Tensor, target: Tensor) -> None:
    """Try a loss of the user's on some rows before a fit.

    Parameters
    ----------
    loss : str, Module or callable
        As `make_loss` takes it.
    outputs : Tensor of shape (n_samples, n_outputs)
        It may hold anything.
    target : Tensor
        int64 class indices of shape (n_samples,), or numbers of the shape of
        ``outputs``.

    Raises
    ------
    TypeError
        If it cannot be called, or returns no Tensor.
    ValueError
        If the name is unknown, or it fails, draws random numbers, returns another shape
        than one number for each target, or has no gradient to the outputs, or one that
        is zero for whatever outputs.
    """
    made = make_loss(loss)  # a copy, which the trial may change
    if made.is_named:
        return
    given = made if isinstance(made, OwnLoss) else OwnLoss(made)
    with seeded_globally(0), without_draws(f"loss={given.loss!r}"):
        if not any(
            _gradient(given, some, other).any()
            for other in _other_targets(target, outputs.shape[1])
            for some in _other_outputs(outputs)
        ):
            raise ValueError(
                f"loss={given.loss!r} gives no gradient: it is the same whatever the "
                "outputs are, so that nothing would be learnt. The outputs were of "
                f"shape {tuple(outputs.shape)}, the targets {target.dtype} of shape "
                f"{tuple(target.shape)}.{_name_remedy(outputs, target)}"
            )


def _gradient(given: OwnLoss, outputs: Tensor, target: Tensor) -> Tensor:
    """Compute the gradient of a loss of the user's, or say why there is none."""
    outputs = outputs.detach().float().requires_grad_()
    with torch.enable_grad():
        try:
            losses = given.loss(outputs, target)
        except Exception as error:
            raise ValueError(
                f"loss={given.loss!r} failed with {type(error).__name__}: "
                f"{str(error).rstrip('.')}. It is called with (outputs, targets), here "
                "of shape "
                f"{tuple(outputs.shape)} and {tuple(target.shape)}, the targets being "
                f"{target.dtype}, and returns one loss for each target."
                f"{_name_remedy(outputs, target)}"
            ) from error
        given.check(losses, outputs)
    if not losses.requires_grad:
        raise ValueError(
            f"loss={given.loss!r} has no gradient to the outputs, so that nothing "
            "would be learnt; compute it with torch, without detach(), item() or NumPy."
        )
    (gradient,) = torch.autograd.grad(losses.sum(), outputs, allow_unused=True)
    return torch.zeros_like(outputs) if gradient is None else gradient


def _other_outputs(outputs: Tensor) -> Iterator[Tensor]:
    """Give outputs of both signs, small and large: a hinge is flat on one side."""
    yield outputs
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(outputs.shape, generator=generator).to(outputs.device)
    for factor in (1.0, -1.0, 10.0, -10.0):
        yield factor * noise


def _other_targets(target: Tensor, n_outputs: int) -> Iterator[Tensor]:
    """Give targets of every class: a loss may leave out those of the first rows."""
    yield target
    if target.ndim == 1:
        for shift in range(1, n_outputs):
            yield (target + shift) % n_outputs
    else:
        yield 1 - target


def _name_remedy(outputs: Tensor, target: Tensor) -> str:
    """Say what fits labels, where the targets may be labels."""
    if target.ndim == 2 and not ((target == 0) | (target == 1)).all():
        return ""
    said = " For labels of every kind there is loss='cross_entropy'."
    if target.ndim == 2 and outputs.shape[1] == 1:
        said += (
            " With two classes outputs are one logit and targets 0 or 1, both of shape "
            "(n_samples, 1): a function may average "
            "torch.nn.BCEWithLogitsLoss(reduction='none') with mean(dim=1)."
        )
    return said


def _as_outputs(target: Tensor, outputs: Tensor) -> Tensor:
    # (n_samples,) against (n_samples, 1) would broadcast to a wrong loss.
    if target.shape != outputs.shape:
        raise ValueError(
            f"target must have the shape of the output, {tuple(outputs.shape)}; "
            f"got {tuple(target.shape)}. Reshape one target per sample to "
            "(n_samples, 1)."
        )
    return target.to(outputs.dtype)


def _over_outputs(losses: Tensor) -> Tensor:
    """Average the losses of a row; that of one output is its own mean, with its bits.

    Of few rows a mean would be a tenth of the time of the loss and its gradient.
    """
    if losses.shape[1] == 1:
        return losses.squeeze(1)
    return losses.mean(dim=1)  # (n_samples,)


def _as_double(weight: Tensor | None, target: Tensor) -> Tensor:
    """Bring the weights to the CPU, for "mps" has no float64; without any take ones."""
    if weight is None:
        return torch.ones(len(target), dtype=torch.float64)
    return weight.detach().cpu().double()


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return weight @ values / weight.sum()  # (n_outputs,)


def _quantile(values: Tensor, weight: Tensor, level: float) -> Tensor:
    """Find where the share of the values below reaches the level.

    Where a value reaches it exactly, any number up to the next one is a minimum of the
    pinball loss: the middle is taken, as in the usual median.
    """
    values, order = values.sort(dim=0)
    share = weight[order].cumsum(dim=0) / weight.sum()  # (n_samples, n_outputs)
    ends = torch.stack([(share < level).sum(dim=0), (share <= level).sum(dim=0)])
    ends = ends.clamp(max=len(values) - 1)
    return values.gather(0, ends).mean(dim=0)  # (n_outputs,)
