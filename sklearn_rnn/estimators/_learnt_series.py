"""What the net of the last fit reads, with which a warm start goes on."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class LearntSeries(NamedTuple):
    """What the net of the last fit reads.

    Parameters
    ----------
    names : list of object
        Of the series, with a learnt vector for each target of each.
    n_targets : int
    known : tuple of bool
        For each column, whether it is known in advance.
    masked : bool
        Whether the net sees which steps were observed.
    window, segment : int
    """

    names: list[Any]
    n_targets: int
    known: tuple[bool, ...]
    masked: bool
    window: int
    segment: int

    def check(self, n_targets: int, known: tuple[bool, ...], masked: bool) -> None:
        """Refuse data that the net cannot read."""
        pairs = {
            "targets": (self.n_targets, n_targets),
            "columns": (len(self.known), len(known)),
            "columns known in advance": (sum(self.known), sum(known)),
        }
        said = [f"{a} {of} then and {b} now" for of, (a, b) in pairs.items() if a != b]
        if masked and not self.masked:
            said.append("no step without a value then and some now")
        if said:
            raise ValueError(
                "warm_start=True goes on with the weights of the last fit, but there "
                f"were {said[0]}; pass data like those, or fit once with "
                "warm_start=False."
            )

    def groups(self, names: list[Any]) -> NDArray[np.int64]:
        """Say which vector each target of some series has; -1 without one."""
        place = {name: i for i, name in enumerate(self.names)}
        ids = np.array([place.get(name, -1) for name in names])[:, np.newaxis]
        k = self.n_targets
        return np.where(ids < 0, -1, ids * k + np.arange(k)).reshape(-1)
