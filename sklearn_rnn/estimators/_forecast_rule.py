"""What a forecast is made of: a naive one, a linear one, and that of a network."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn.forecasting import (
    block_means,
    conformal_shifts,
    is_clearly_better,
    mixture_share,
    simplest_within_one_error,
)

Floats = NDArray[np.float64]


class Combination(NamedTuple):
    """How the parts of a forecast are put together; all less the last value.

    Parameters
    ----------
    coef : float64 ndarray of shape (window, horizon) or None
        The linear map; None without one.
    adds : bool
        Whether the network is added to the linear map, and not mixed with it.
    share : float
        The share of the linear map in the mixture.
    chosen : {"repeat_last", "linear", "network", "mixture"}
    shifts : float64 ndarray of shape (horizon, n_levels) or None
        What is added to predicted quantiles.
    """

    coef: Floats | None
    adds: bool
    share: float
    chosen: str
    shifts: Floats | None = None

    def linear(self, values: NDArray[np.float32]) -> Floats:
        """Compute the linear forecast (n_rows, horizon) of windows (n_rows, window).

        In float64 and rounded, so that a row has the same bits in any batch.
        """
        rows = values.astype(np.float64) @ np.asarray(self.coef)
        return rows.astype(np.float32).astype(np.float64)

    def candidates(self, values: NDArray[np.float32], network: Floats) -> dict:
        """Give each forecast (n_rows, horizon), the simplest first.

        Parameters
        ----------
        values : float32 ndarray of shape (n_rows, window)
        network : float64 ndarray of shape (n_rows, horizon)
        """
        found = {"repeat_last": np.zeros_like(network)}
        if self.coef is None:
            return {**found, "network": network}
        linear = self.linear(values)
        if self.adds:
            return {**found, "linear": linear, "network": linear + network}
        mixture = self.share * linear + (1 - self.share) * network
        return {**found, "linear": linear, "network": network, "mixture": mixture}

    def combine(self, values: NDArray[np.float32], outputs: Floats) -> Floats:
        """Put the parts together (n_rows, horizon, n_levels).

        The quantiles of the network keep their distance from the middle one.
        """
        middle = outputs.shape[2] // 2
        network = outputs[:, :, middle]
        chosen = self.candidates(values, network)[self.chosen]
        combined = outputs + (chosen - network)[:, :, np.newaxis]
        if self.shifts is None:
            return combined
        combined = combined + self.shifts
        above, below = combined[..., middle:], combined[..., middle::-1]
        np.maximum.accumulate(above, axis=2, out=above)
        np.minimum.accumulate(below, axis=2, out=below)
        return combined


class HeldOut(NamedTuple):
    """The held-out windows, and what the network says of them.

    Parameters
    ----------
    values : float32 ndarray of shape (n_rows, window)
    outputs : float64 ndarray of shape (n_rows, horizon, n_levels)
    target : float64 ndarray of shape (n_rows, horizon)
        NaN where nothing was observed.
    seasonal : float64 ndarray of shape (n_rows, horizon)
        The value of one period before.
    origins : int64 ndarray of shape (n_rows,)
        The step at which each forecast begins.
    """

    values: NDArray[np.float32]
    outputs: Floats
    target: Floats
    seasonal: Floats
    origins: NDArray[np.int64]


def choose(
    held_out: HeldOut, combination: Combination, better_by: Floats
) -> tuple[Combination, dict[str, float]]:
    """Find the share of the linear map and the simplest forecast that is good enough.

    Parameters
    ----------
    held_out : HeldOut
    combination : Combination
        With the linear map.
    better_by : float64 ndarray of shape (n_blocks,)
        How much better the linear map was than the last value over earlier blocks.

    Returns
    -------
    combination : Combination
    errors : dict of str to float
        The mean squared error of each forecast, of the standardised series.
    """
    y, horizon = held_out.target, held_out.target.shape[1]
    network = held_out.outputs[:, :, held_out.outputs.shape[2] // 2]
    if combination.coef is not None and not combination.adds:
        linear = combination.linear(held_out.values)
        combination = combination._replace(share=mixture_share(y, linear, network))
    forecasts = combination.candidates(held_out.values, network)
    squares = {name: _squares(y, said) for name, said in forecasts.items()}
    names = [name for name in squares if name != "network" or "mixture" not in squares]
    errors = np.array([squares[name] for name in names])
    blocks = block_means(errors, held_out.origins, horizon)
    chosen = names[_choose_of_blocks(blocks, better_by)]
    squares["seasonal"] = _squares(y, held_out.seasonal)
    means = {name: _mean(rows) for name, rows in squares.items()}
    return combination._replace(chosen=chosen), means


def _choose_of_blocks(blocks: Floats, better_by: Floats) -> int:
    """Take the simplest that is good enough; the last value unless it is clearly worse.

    One standard error would give it up on a fourth of random walks.
    """
    chosen = 1 + simplest_within_one_error(blocks[1:])
    better_by = np.append(better_by, blocks[0] - blocks[chosen])
    return chosen if is_clearly_better(better_by) else 0


def widen(
    held_out: HeldOut, combination: Combination, levels: tuple[float, ...]
) -> Combination:
    """Find by how much the quantiles must move to hold what they promise."""
    predicted = combination.combine(held_out.values, held_out.outputs)
    shifts = conformal_shifts(held_out.target, predicted, levels)
    return combination._replace(shifts=shifts)


def seasonal_of(
    values: NDArray[np.float32],
    observed: NDArray[np.float32],
    period: int,
    horizon: int,
) -> Floats:
    """Repeat the last period of windows; the last value where nothing was observed.

    Parameters
    ----------
    values, observed : float32 ndarray of shape (n_rows, window)
        Less the last value.
    period, horizon : int

    Returns
    -------
    seasonal : float64 ndarray of shape (n_rows, horizon)
    """
    period = min(period, values.shape[1])
    places = values.shape[1] - period + np.arange(horizon) % period
    return np.where(observed[:, places] > 0, values[:, places], 0.0).astype(np.float64)


def _squares(y: Floats, said: Floats) -> Floats:
    """Average the squared errors of each row over the steps that were observed."""
    error = np.where(np.isfinite(y), (y - said) ** 2, 0.0).sum(axis=1)
    n = np.isfinite(y).sum(axis=1)
    return np.where(n > 0, error / np.maximum(n, 1), np.nan)


def _mean(rows: Floats) -> Any:
    seen = rows[np.isfinite(rows)]
    return float(seen.mean()) if len(seen) else float("nan")
