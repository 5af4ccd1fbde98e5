"""Who looks at a fit while it runs: scikit-learn's scorers and its callbacks."""

import inspect
from contextlib import contextmanager
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.metrics import check_scoring

from sklearn_rnn._compat import safe_indexing
from sklearn_rnn._training import best_epoch
from sklearn_rnn.sequences import Sequences, offsets_of, step_positions

# Names in skorch's history -> names in `history_`.
HISTORY = {
    "train_loss": "train_loss",
    "valid_loss": "valid_loss",
    "valid_score": "valid_score",
    "lr": "lr",
    "gradient_norm": "gradient_norm",
    "dur": "seconds",
}


def learnt_from(net, before=None):
    """Give the fitted attributes that come from a net, trained or in training.

    Parameters
    ----------
    net : SequenceNet
    before : dict, default=None
        The attributes before this training, where it went on with the same net. Only
        what is new in its history is read then, so that the thousandth call of
        ``partial_fit`` takes no longer than the first.
    """
    known = (
        {"history_": {}, "loss_curve_": [], "n_iter_": 0} if before is None else before
    )
    rows = [row for row in net.history[known["n_iter_"] :] if "train_loss" in row]
    names = [
        name
        for skorch_name, name in HISTORY.items()
        if not name.startswith("valid")
        or name in known["history_"]
        or any(skorch_name in row for row in rows)
    ]
    return {
        "net_": net,
        "history_": {name: _curve(name, rows, known) for name in names},
        "loss_curve_": known["loss_curve_"] + [row["train_loss"] for row in rows],
        "n_iter_": known["n_iter_"] + len(rows),
        "best_epoch_": best_epoch(net),
    }


def _curve(name, rows, known):
    """Go on with one curve of the history; NaN where an epoch has no value."""
    skorch_name = next(key for key, value in HISTORY.items() if value == name)
    before = known["history_"].get(name, np.full(known["n_iter_"], np.nan))
    return np.append(before, [row.get(skorch_name, np.nan) for row in rows])


def validation_scorer(estimator, given, validation):
    """Make what scores the validation part, if ``scoring`` names a scorer.

    Parameters
    ----------
    estimator : BaseRNN
    given : Given
    validation : Part or None
        ``rows`` are those of `given` unless that has validation data of its own.

    Returns
    -------
    score : callable (net) -> float, or None
        Without `validation`, or where the loss is watched, there is none.
    """
    if estimator.scoring == "loss":
        return None
    scorer = check_scoring(estimator, estimator.scoring)
    if validation is None:
        return None
    if given.X_val is not None:
        data, weight = (given.X_val, given.y_val), {}
    else:
        rows = validation.rows
        X = given.X.tocsr() if sparse.issparse(given.X) else given.X
        data = (safe_indexing(X, rows), safe_indexing(given.y, rows))
        weight = {"sample_weight": validation.weight}
        if given.sample_weight is None or not _takes_weight(scorer):
            weight = {}

    def score(net):
        net.module_.eval()
        try:
            value = scorer(_as_fitted(estimator, net), *data, **weight)
        except Exception as error:
            raise ValueError(
                f"scoring={estimator.scoring!r} cannot score the validation part: "
                f"{type(error).__name__}: {error}. Pass a scorer for this target, for "
                "targets of each step one of sklearn_rnn.metrics, or a callable "
                "(estimator, X, y) that returns a float."
            ) from error
        if not isinstance(value, Real):
            raise ValueError(
                f"scoring={estimator.scoring!r} must give one number, got {value!r}; "
                "pass the name of a scorer, or a callable (estimator, X, y) that "
                "returns a float."
            )
        return float(value)

    return score


def _takes_weight(scorer):
    parameters = inspect.signature(scorer).parameters.values()
    return any(p.name == "sample_weight" or p.kind == p.VAR_KEYWORD for p in parameters)


class FitReport:
    """Tells scikit-learn's callbacks of a fit and of each of its epochs.

    Parameters
    ----------
    estimator : BaseRNN
    given : Given
    """

    def __init__(self, estimator, given):
        weight = given.sample_weight
        if isinstance(weight, Real):  # one for all says nothing
            weight = None
        self.estimator = estimator
        self.told = {
            "estimator": estimator,
            "X": given.X,
            "y": given.y,
            "metadata": None if weight is None else {"sample_weight": weight},
        }
        net_params = estimator.net_params or {}
        n_epochs = net_params.get("max_epochs", estimator.max_epochs)
        if isinstance(n_epochs, str):  # "auto", which the data decide
            n_epochs = None
        self.fit = estimator._init_callback_context(max_subtasks=n_epochs)
        self.fit.call_on_fit_task_begin(**self.told)

    def begin_epoch(self):
        """Tell that an epoch begins."""
        self.epoch = self.fit.subcontext(task_name="epoch")
        self.epoch.call_on_fit_task_begin(**self.told)

    def end_epoch(self, net):
        """Tell that it ended; return whether a callback wants training to end."""
        return self.epoch.call_on_fit_task_end(
            **self.told,
            # Called only if somebody wants it, who may keep it: a net of its own.
            reconstruction_attributes=lambda: learnt_from(
                self.estimator._copy_net(net)
            ),
        )

    def end(self):
        """Tell that the fit ended."""
        self.fit.call_on_fit_task_end(**self.told, reconstruction_attributes=dict)


@contextmanager
def reporting(estimator, given):
    """Tell of a fit from its beginning to its end; None where nobody listens."""
    if not getattr(estimator, "_skl_callbacks", None):
        yield None
        return
    report = FitReport(estimator, given)
    yield report
    report.end()


def _as_fitted(estimator, net):
    """Look at an estimator that is being fitted as if it had ended with `net`."""
    view = type(estimator).__new__(type(estimator))
    vars(view).update(vars(estimator), net_=net, _is_watched=True)
    return view


def ignores_beginnings(estimator, training):
    """Say whether a fit learnt nothing and first halves do not reach its predictions.

    Parameters
    ----------
    estimator : BaseRNN
        Fitted.
    training : Part

    Notes
    -----
    The gradient of the weights does not tell: the last steps and the output layer get
    theirs whatever becomes of the first. But where a sequence and its second half
    have the same state at the end, no gradient reaches the first half.
    """
    if not estimator._head.reads_end_only:
        return False
    if (training.y == training.y[0]).all():  # there is nothing to learn
        return False
    rows = _some_rows(training, 8).rows
    pairs = training.sequences[np.repeat(rows, 2)]
    if pairs.lengths.min() < 2:
        return False
    pairs = _without_first_halves(pairs, slice(1, None, 2))
    states = estimator._outputs(pairs, estimator._head.represent)
    same = np.allclose(states[::2], states[1::2], rtol=1e-6, atol=1e-6)
    return same and _learnt_nothing(estimator, _some_rows(training, 256))


def _some_rows(part, n_rows):
    """Take at most so many rows, evenly."""
    n_rows = min(n_rows, len(part.rows))
    return part.take(np.linspace(0, len(part.rows) - 1, n_rows).astype(int))


def _without_first_halves(sequences, rows):
    """Cut the first half of the steps of some sequences."""
    lengths = sequences.lengths
    n_cut = np.zeros_like(lengths)
    n_cut[rows] = lengths[rows] // 2
    kept = step_positions(lengths) >= np.repeat(n_cut, lengths)
    characters = None if sequences.characters is None else sequences.characters[kept]
    offsets = offsets_of(lengths - n_cut)
    cut = Sequences(sequences.values[kept], offsets, characters)
    return cut.with_rows_of(sequences)


def _learnt_nothing(estimator, part):
    """Say whether one prediction for all rows would score about as well."""
    outputs = estimator._outputs(part.sequences[part.rows])
    one_for_all = np.broadcast_to(outputs.mean(axis=0), outputs.shape)
    target = estimator._target
    y, weight = target.encode(part.y), target.weigh(part.y, part.weight)
    score, base = (target.score(values, y, weight) for values in (outputs, one_for_all))
    return score < base + 0.1  # of accuracy or of R²
