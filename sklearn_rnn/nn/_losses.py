r"""Losses per sample.

Each is called with ``(output, target)`` and returns a Tensor of shape
(n_samples,): how samples are weighed and averaged is the caller's business.
Several outputs of one sample are averaged.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from sklearn_rnn.nn._tables import choose


def cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    r"""Cross-entropy of exclusive classes.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_classes)
        Logits :math:`f`.
    target : int64 Tensor of shape (n_samples,)
        Index of the class.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    .. math:: \ell = \log \textstyle\sum_k \exp(f_k) - f_y.
    """
    return functional.cross_entropy(output, target, reduction="none")


def binary_cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    r"""Cross-entropy of independent yes-or-no labels.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Logits :math:`f`.
    target : Tensor of shape (n_samples, n_outputs)
        1 for yes, 0 for no.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    .. math:: \ell = \operatorname{mean}_k \; \log(1 + \exp(f_k)) - y_k f_k.
    """
    target = _as_output(target, output)
    loss = functional.binary_cross_entropy_with_logits(output, target, reduction="none")
    return loss.mean(dim=1)


def squared_error(output: Tensor, target: Tensor) -> Tensor:
    r"""Squared error; its minimum is the conditional mean.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Predictions :math:`f`.
    target : Tensor of shape (n_samples, n_outputs)
        Observed values :math:`y`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    .. math:: \ell = \operatorname{mean}_k \; (y_k - f_k)^2.
    """
    return (_as_output(target, output) - output).square().mean(dim=1)


def absolute_error(output: Tensor, target: Tensor) -> Tensor:
    r"""Absolute error; its minimum is the conditional median.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Predictions :math:`f`.
    target : Tensor of shape (n_samples, n_outputs)
        Observed values :math:`y`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    .. math:: \ell = \operatorname{mean}_k \; |y_k - f_k|.
    """
    return (_as_output(target, output) - output).abs().mean(dim=1)


def huber(output: Tensor, target: Tensor) -> Tensor:
    r"""Huber's loss: squared near zero, absolute from 1 on.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Predictions :math:`f`.
    target : Tensor of shape (n_samples, n_outputs)
        Observed values :math:`y`.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    With :math:`e_k = |y_k - f_k|`,

    .. math::
        \ell = \operatorname{mean}_k \;
        \begin{cases} e_k^2 / 2 & e_k \le 1 \\ e_k - 1/2 & e_k > 1 \end{cases}.

    References
    ----------
    .. [1] P. J. Huber, "Robust Estimation of a Location Parameter", Annals of
       Mathematical Statistics 35, 1964.
    """
    target = _as_output(target, output)
    return functional.huber_loss(output, target, reduction="none").mean(dim=1)


def poisson(output: Tensor, target: Tensor) -> Tensor:
    r"""Negative log-likelihood of counts; its minimum is the log of the mean.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Logarithms :math:`f` of the predicted means.
    target : Tensor of shape (n_samples, n_outputs)
        Observed counts or rates :math:`y`, at least 0.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    Up to a term that depends on :math:`y` only,

    .. math:: \ell = \operatorname{mean}_k \; \exp(f_k) - y_k f_k.
    """
    return (output.exp() - _as_output(target, output) * output).mean(dim=1)


def pinball(output: Tensor, target: Tensor, quantile: float = 0.5) -> Tensor:
    r"""Pinball loss; its minimum is the conditional quantile.

    Parameters
    ----------
    output : Tensor of shape (n_samples, n_outputs)
        Predictions :math:`f`.
    target : Tensor of shape (n_samples, n_outputs)
        Observed values :math:`y`.
    quantile : float, default=0.5
        The level :math:`q`, between 0 and 1: the share of targets that lies
        below a perfect prediction.

    Returns
    -------
    loss : Tensor of shape (n_samples,)

    Notes
    -----
    .. math:: \ell = \operatorname{mean}_k \;
              \max(q\,(y_k - f_k),\; (q - 1)\,(y_k - f_k)).

    References
    ----------
    .. [1] R. Koenker and G. Bassett, "Regression Quantiles", Econometrica 46,
       1978.
    """
    error = _as_output(target, output) - output
    return torch.maximum(quantile * error, (quantile - 1) * error).mean(dim=1)


LOSSES: dict[str, Callable[..., Tensor]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "squared_error": squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
    "poisson": poisson,
    "quantile": pinball,
}


class SampleLoss(nn.Module):
    """A loss by name, for each sample.

    Parameters
    ----------
    loss : str
        A name in `LOSSES`: "cross_entropy", "binary_cross_entropy",
        "squared_error", "absolute_error", "huber", "poisson" or "quantile".
    quantile : float, default=0.5
        Level of the loss "quantile", between 0 and 1; ignored by the others.

    Examples
    --------
    >>> import torch
    >>> from sklearn_rnn.nn import SampleLoss
    >>> loss = SampleLoss("quantile", quantile=0.9)
    >>> loss(torch.zeros(2, 1), torch.tensor([[1.0], [-1.0]]))
    tensor([0.9000, 0.1000])
    """

    def __init__(self, loss: str, quantile: float = 0.5) -> None:
        super().__init__()
        choose(LOSSES, "loss", loss)
        self.loss = loss
        self.quantile = quantile

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Compute the loss of each sample.

        Parameters
        ----------
        output : Tensor of shape (n_samples, n_outputs)
            What the network gives.
        target : Tensor
            int64 class indices of shape (n_samples,) for "cross_entropy", else
            numbers of the shape of ``output``.

        Returns
        -------
        loss : Tensor of shape (n_samples,)
            Of the dtype of ``output``.
        """
        options = {"quantile": self.quantile} if self.loss == "quantile" else {}
        return LOSSES[self.loss](output, target, **options)


def _as_output(target: Tensor, output: Tensor) -> Tensor:
    # (n_samples,) against (n_samples, 1) would broadcast to a wrong loss.
    if target.shape != output.shape:
        raise ValueError(
            f"target must have the shape of the output, {tuple(output.shape)}; "
            f"got {tuple(target.shape)}. Reshape one target per sample to "
            "(n_samples, 1)."
        )
    return target.to(output.dtype)
