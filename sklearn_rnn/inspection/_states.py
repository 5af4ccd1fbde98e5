"""What a network holds in mind while it reads."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sklearn_rnn._training import as_usual, trace
from sklearn_rnn.inspection._axes import AROUND_ZERO, FROM_ZERO
from sklearn_rnn.inspection._panels import draw_series, label_steps, panels_or_new
from sklearn_rnn.inspection._rows import Rows, choose_row, read_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from typing_extensions import Self

TITLES = {
    "cell": "cell state $c$",
    "hidden": "hidden state $h$",
    "input": "input gate $i$",
    "forget": "forget gate $f$",
    "output": "output gate $o$",
    "reset": "reset gate $r$",
    "update": "update gate $z$",
    "candidate": "candidate",
}
GATES = ("input", "forget", "output", "reset", "update")
DRAWN = tuple(name for name in TITLES if name != "candidate")
# So many units have their numbers beside a panel.
NUMBERED_UNITS = 12


def hidden_states(estimator: Any, X: Any) -> list[list[dict[str, NDArray[np.float32]]]]:
    """Compute the states and gates of every layer at every step.

    Parameters
    ----------
    estimator : fitted RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor or \
            Pipeline
        Of a pipeline the last step counts, and the steps before it transform X.
    X : what its ``predict`` takes
        For each step of each row a number for every unit, state and gate is kept:
        ask for some rows, not for thousands of long ones.

    Returns
    -------
    states : list of list of dict of str to float32 ndarray of shape \
            (n_timesteps_i, n_units)
        ``states[row][layer][name]``, with the lowest layer first. ``n_units`` is
        ``hidden_size``, or twice that with ``bidirectional=True``: first the units
        that read forward, then those that read backward, each step at its place in
        the sequence. The names are "hidden"; of an LSTM also "cell", "input",
        "forget", "output" and "candidate"; of a GRU "reset", "update" and "candidate".

    Raises
    ------
    TypeError
        If the estimator is none of this package.
    NotFittedError
        If it is not fitted.

    See Also
    --------
    StatesDisplay : Draws those of one row.
    sklearn_rnn.nn.trace_cell : The same for a bare cell, with the equations.

    Examples
    --------
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_first_symbol
    >>> from sklearn_rnn.inspection import hidden_states
    >>> X, y = make_first_symbol(20, 6, random_state=0)
    >>> model = RNNClassifier(4, bidirectional=False, max_epochs=1, random_state=0)
    >>> states = hidden_states(model.fit(X, y), X[:2])
    >>> states[0][-1]["forget"].shape
    (6, 4)
    """
    return _states_of(read_rows(estimator, X))


@as_usual
def _states_of(rows: Rows) -> list[list[dict[str, NDArray[np.float32]]]]:
    """Trace the sequences that were read."""
    dataset = rows.rnn._dataset(rows.sequences)
    with rows.rnn._threads():
        return trace(rows.rnn.net_, dataset)


class StatesDisplay:
    """States and gates of one layer over one sequence, as heat maps.

    Made by `from_estimator`, which draws it too. A row is a unit and a column a time
    step, with the input below. States are blue above zero and red below it;
    gates are the darker the more they are open, from 0 to 1.

    Parameters
    ----------
    states : dict of str to ndarray of shape (n_timesteps, n_units)
        As `hidden_states` gives them for one row and layer; "hidden" is needed.
    values : ndarray of shape (n_timesteps, n_variables), default=None
        The sequence of numbers that was read.
    tokens : sequence of str, default=None
        The tokens that were read.
    n_directions : {1, 2}, default=1
        With 2 the first half of the units reads forward, the other backward.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        A panel for each state or gate and, with `values`, one for these.
    figure_ : matplotlib Figure
        Their figure.
    images_ : dict of str to matplotlib AxesImage
        The heat maps.
    order_ : int ndarray of shape (n_units,)
        The units from the top of a panel to its bottom.

    See Also
    --------
    hidden_states : The numbers alone, of all rows and layers.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn_rnn import RNNClassifier
    >>> from sklearn_rnn.datasets import make_first_symbol
    >>> from sklearn_rnn.inspection import StatesDisplay
    >>> X, y = make_first_symbol(20, 6, random_state=0)
    >>> model = RNNClassifier(4, bidirectional=False, max_epochs=1, random_state=0)
    >>> display = StatesDisplay.from_estimator(
    ...     model.fit(X, y), X, row=3, what=("cell", "forget")
    ... )
    >>> list(display.images_)
    ['cell', 'forget']
    >>> plt.close(display.figure_)
    """

    axes_: NDArray[np.object_]
    figure_: "Figure | SubFigure"
    images_: "dict[str, AxesImage]"
    order_: NDArray[np.int64]

    def __init__(
        self,
        *,
        states: Mapping[str, NDArray[Any]],
        values: NDArray[Any] | None = None,
        tokens: Sequence[str] | None = None,
        n_directions: int = 1,
    ) -> None:
        self.states = states
        self.values = values
        self.tokens = tokens
        self.n_directions = n_directions

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        row: int = 0,
        layer: int = -1,
        what: str | Sequence[str] | None = None,
        sort: bool = True,
        ax: Any = None,
    ) -> "Self":
        """Compute the states over one row of X and draw them.

        Parameters
        ----------
        estimator : fitted RNNClassifier, RNNRegressor, RNNTagger, RNNStepRegressor \
                or Pipeline
            Of a pipeline the last step counts.
        X : what its ``predict`` takes
        row : int, default=0
            Which row of X.
        layer : int, default=-1
            Which layer, from 0 for the lowest; -1 is the last.
        what, sort, ax
            As for `plot`.

        Returns
        -------
        display : StatesDisplay

        Raises
        ------
        IndexError
            If X has no such row, or the network no such layer.
        """
        rows = read_rows(estimator, choose_row(X, row), words=True)
        (layers,) = _states_of(rows)
        if not -len(layers) <= layer < len(layers):
            raise IndexError(
                f"layer={layer!r} was asked for, but the network has {len(layers)}; "
                "count from 0, or from the end with -1."
            )
        values = tokens = None
        if rows.sequences.is_tokens:
            # Ids that come without a vectorizer are their own words.
            tokens = [str(token) for token in (rows.tokens or rows.sequences)[0]]
        else:
            values = rows.sequences[0]  # (n_timesteps, n_variables)
        display = cls(
            states=layers[layer],
            values=values,
            tokens=tokens,
            n_directions=1 + bool(rows.rnn._setting("bidirectional")),
        )
        return display.plot(ax, what=what, sort=sort)

    def plot(
        self,
        ax: Any = None,
        *,
        what: str | Sequence[str] | None = None,
        sort: bool = True,
    ) -> "Self":
        """Draw a heat map for each state or gate.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of Axes, default=None
            An axes for each panel, or one whose place they divide; a new figure if
            None.
        what : sequence of str, default=None
            The states and gates, from the top. All but the candidate if None.
        sort : bool, default=True
            Whether the units are ordered by the step at which their hidden state is
            farthest from zero, each direction for itself; else by their numbers.

        Returns
        -------
        display : StatesDisplay
            Itself.

        Raises
        ------
        ValueError
            If the cell has no such state or gate.
        """
        names = self._check_names(what)
        heights = [1.5] * len(names) + [1.2] * (self.values is not None)
        self.axes_ = panels_or_new(ax, heights)
        self.figure_ = self.axes_[0].figure
        self.order_ = self._order(sort)
        self.images_ = {
            name: self._draw(panel, name)
            for panel, name in zip(self.axes_, names, strict=False)
        }
        last = self.axes_[-1]
        if self.values is not None:
            draw_series(last, self.values)
            last.set_title("input", fontsize="medium", loc="left")
            last.set_ylabel("value")
        elif self.tokens is not None:
            label_steps(last, self.tokens)
        last.set_xlabel("time step" if self.tokens is None else "token")
        return self

    def _check_names(self, what: str | Sequence[str] | None) -> list[str]:
        if what is None:
            return [name for name in DRAWN if name in self.states]
        names = [what] if isinstance(what, str) else list(what)
        if not names or set(names) - set(self.states):
            raise ValueError(
                f"what must name states and gates among {sorted(self.states)}, got "
                f"{what!r}; an LSTM has most, a GRU fewer, an Elman RNN 'hidden' only."
            )
        return names

    def _order(self, sort: bool) -> NDArray[np.int64]:
        """Order the units of each direction."""
        peaks = np.abs(self.states["hidden"]).argmax(axis=0)
        units = np.arange(len(peaks)).reshape(self.n_directions, -1)
        if not sort:
            return units.ravel()
        return np.concatenate([u[np.argsort(peaks[u], kind="stable")] for u in units])

    def _draw(self, ax: Any, name: str) -> "AxesImage":
        values = self.states[name][:, self.order_].T  # (n_units, n_timesteps)
        if name in GATES:
            colors = {"cmap": FROM_ZERO, "vmin": 0.0, "vmax": 1.0}
        else:
            largest = float(np.abs(values).max()) or 1.0
            colors = {"cmap": AROUND_ZERO, "vmin": -largest, "vmax": largest}
        image = ax.imshow(values, aspect="auto", interpolation="nearest", **colors)
        bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=12)
        bar.ax.tick_params(labelsize="small")
        ax.set_title(TITLES.get(name, name), fontsize="medium")
        n_units = len(values)
        if n_units <= NUMBERED_UNITS:
            ax.set_yticks(range(n_units), labels=self.order_, fontsize="x-small")
        else:
            ax.set_yticks([])
        ax.set_ylabel("unit")
        if self.n_directions == 2:
            self._part_directions(ax, n_units)
        return image

    def _part_directions(self, ax: Any, n_units: int) -> None:
        """Draw a line between the units that read forward and backward."""
        ax.axhline(n_units / 2 - 0.5, color="black", lw=1.0)
        ax.set_ylabel("backward   forward", fontsize="small")
