"""Adam for tables of which a batch touches few rows."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class LazyAdam(torch.optim.Adam):
    r"""Adam that moves only those rows of a table that a batch has touched.

    Parameters whose gradient is dense are moved as by `torch.optim.Adam`. Of a
    parameter with a sparse gradient the rows that are in it are moved, and only their
    moments change: an update costs what the batch holds, however large the table.

    Notes
    -----
    With the gradient :math:`g` of a touched row and the number :math:`t` of updates of
    the table,

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \frac{m / (1 - \beta_1^t)}
        {\sqrt{v / (1 - \beta_2^t)} + \epsilon}.

    `torch.optim.SparseAdam` does so too, but takes no dense gradients.
    The state is that of `torch.optim.Adam`. Weight decay and ``amsgrad`` are not heeded
    in tables.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters once.

        Parameters
        ----------
        closure : callable, default=None
            Computes the gradients and returns the loss.

        Returns
        -------
        loss : object
            What the closure returned.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        sparse = []
        for group in self.param_groups:
            for table in group["params"]:
                if table.grad is not None and table.grad.is_sparse:
                    sparse.append((table, table.grad.coalesce()))
                    self._move_rows(group, *sparse[-1])
                    table.grad = None  # so that Adam passes over it
        super().step()
        for table, gradient in sparse:
            table.grad = gradient
        return loss

    def _move_rows(
        self, group: dict[str, Any], table: Tensor, gradient: Tensor
    ) -> None:
        rows, g = gradient.indices()[0], gradient.values()
        state = self.state[table]
        if not state:
            state["step"] = torch.zeros((), dtype=torch.float32, device=table.device)
            state["exp_avg"] = torch.zeros_like(table)
            state["exp_avg_sq"] = torch.zeros_like(table)
        state["step"] += 1
        beta_1, beta_2 = group["betas"]
        left_1, left_2 = (1 - beta ** state["step"].item() for beta in group["betas"])
        mean = state["exp_avg"][rows].lerp_(g, 1 - beta_1)
        square = state["exp_avg_sq"][rows].mul_(beta_2).addcmul_(g, g, value=1 - beta_2)
        state["exp_avg"].index_copy_(0, rows, mean)
        state["exp_avg_sq"].index_copy_(0, rows, square)
        scale = square.sqrt_().div_(left_2**0.5).add_(group["eps"])
        table.index_add_(0, rows, mean.div_(scale), alpha=-group["lr"] / left_1)
