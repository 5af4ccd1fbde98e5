"""What made the network say this?  Contributions of tokens, steps and variables."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_scalar

from sklearn_rnn._messages import warn
from sklearn_rnn._training import (
    Attributions,
    as_usual,
    integrated_gradients,
    occlusion,
)
from sklearn_rnn.exceptions import IncompleteAttributionWarning
from sklearn_rnn.inspection._estimators import (
    ends_otherwise,
    fitted_steps,
    flat_steps,
)
from sklearn_rnn.inspection._html import html_of
from sklearn_rnn.inspection._occlude_any import occlude_any
from sklearn_rnn.inspection._outputs import Output, choose_outputs
from sklearn_rnn.inspection._rows import Rows, read_rows
from sklearn_rnn.nn import has_weights

METHODS = ("integrated_gradients", "occlusion", "attention")


@dataclass(frozen=True, eq=False)
class Explanation:
    """How much each step of one sequence counts for one output.

    Made by `explain`. In a notebook that of a text shows it in colours.

    Parameters
    ----------
    values : float64 ndarray of shape (n_timesteps,) or (n_timesteps, n_features)
        Contributions of the tokens, of the steps of a series of one variable, or of
        each variable at each step; weights of the steps for ``method="attention"``.
    method : {"integrated_gradients", "occlusion", "attention"}
        How they were found.
    unit : str
        What they are measured in: "logit" or, of a tagger with a CRF, "score"; "y" or,
        with ``loss="poisson"``, "log of the mean"; "probability" of a classifier that
        is none of this package; "weight" for attention.
    target : object
        The class whose output is explained, the number of the label (multilabel) or of
        the output (several of a regressor); None where there is only one output, and
        for attention.
    step : int or None
        The step of the output, for taggers and step regressors.
    output, base_output : float or None
        The output for the sequence and for the baseline; None for attention.
    tokens : object ndarray of shape (n_timesteps,) or None
        The tokens as the `TextVectorizer` of a pipeline cuts them, or their ids where
        X holds these; None for numbers.
    spans : int64 ndarray of shape (n_timesteps, 2) or None
        Where they are in the text; see `TextVectorizer.token_spans`. None where that
        is not known, as behind a ``preprocessor`` that rewrites the text.
    text : str or None
        The text itself; None where a document is a list of tokens.
    series : ndarray of shape (n_timesteps,) or (n_timesteps, n_features), or None
        The numbers, of a sequence of numbers.
    variables : list of str or None
        The names of the variables, for the picture. Sequences of numbers carry none, so
        that `explain` leaves them to ``dataclasses.replace(found, variables=[...])``.

    See Also
    --------
    explain : Makes it, and says what the numbers mean.
    TokenImportanceDisplay : Draws that of a text.
    StepImportanceDisplay : Draws that of a series.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_rnn.inspection import Explanation
    >>> Explanation(
    ...     values=np.array([0.1, 1.5]),
    ...     method="occlusion",
    ...     unit="logit",
    ...     target="pos",
    ...     output=1.25,
    ...     base_output=0.0,
    ...     tokens=np.array(["a", "gem"], dtype=object),
    ... )
    Explanation(2 tokens, method='occlusion', target='pos', output=1.25 (logit))
    """

    values: np.ndarray
    method: str
    unit: str
    target: Any = None
    step: int | None = None
    output: float | None = None
    base_output: float | None = None
    tokens: np.ndarray | None = None
    spans: np.ndarray | None = None
    text: str | None = None
    series: np.ndarray | None = None
    variables: list | None = None

    def __repr__(self) -> str:
        """Say what is explained, in one line."""
        kind = "steps" if self.tokens is None else "tokens"
        said = [f"{len(self.values)} {kind}", f"method={self.method!r}"]
        if self.target is not None:
            said.append(f"target={self.target!r}")
        if self.step is not None:
            said.append(f"step={self.step}")
        if self.output is not None:
            said.append(f"output={self.output:.3g} ({self.unit})")
        return f"Explanation({', '.join(said)})"

    def _repr_html_(self) -> str | None:
        """Show a text in colours; None, which leaves it to `repr`, for numbers."""
        if self.tokens is None:
            return None
        return html_of(self)


@as_usual
def explain(
    estimator: Any,
    X: Any,
    *,
    method: str = "integrated_gradients",
    target: Any = None,
    step: Any = None,
    tol: float = 1e-3,
) -> list[Explanation]:
    r"""Say how much each token, or each number, counts for an output.

    "integrated_gradients" shares the output out: its contributions add up to the
    difference between the sequence and a baseline without information. Take it first.
    "occlusion" asks what is lost with a single step, which is easy to explain but takes
    one prediction for each of them, and words that say the same hide each other.
    "attention" gives the weights that the network itself has, at no cost; they say
    where it looked, not what that changed, and quite other weights often give the same
    output [4]_.

    Parameters
    ----------
    estimator : fitted estimator of this package, Pipeline, or any classifier
        Of a fitted search the best one counts. With a pipeline the contributions are of
        what its last step reads, and with a `TextVectorizer` before that of the tokens,
        with their places in the text. A pipeline that ends in another classifier, or
        any other one with ``predict_proba``, such as a calibrated or a stacked one,
        takes ``method="occlusion"``, which asks for its predictions only.
    X : what the estimator's ``predict`` takes
        Texts or sequences, one for each explanation.
    method : str, default="integrated_gradients"
        "integrated_gradients", "occlusion" or "attention", which needs an estimator
        with ``pooling="attention"``. Only "occlusion" works for any classifier.
    target : object, default=None
        What to explain: a class, or one for each row; None takes the class that is
        predicted for each row. With several labels (multilabel) or several outputs
        (regression) the number of one, or one for each row; it must be given. Not for
        "attention", whose weights are those of all outputs.
    step : int or int array of shape (n_samples,), default=None
        For `RNNTagger` and `RNNStepRegressor` the step whose output is explained, or
        one for each row; -1 is the last. Must be given there, and nowhere else.
    tol : float, default=1e-3
        For "integrated_gradients" how far the contributions may be from adding up, as
        a share of the difference of the outputs; where that is less than 1 (in logits,
        or for a regressor in standard deviations of the target), as it is. Less is
        slower.

    Returns
    -------
    explanations : list of Explanation
        One for each row of X.

    Raises
    ------
    TypeError
        If the estimator is none of this package and has no ``predict_proba``.
    ValueError
        If method, target, step or tol cannot be used, or the estimator has a head of
        your own; before anything is computed.

    Warns
    -----
    IncompleteAttributionWarning
        If integrated gradients do not add up after 4,096 points.

    See Also
    --------
    TokenImportanceDisplay : Draws the contributions over the text.
    StepImportanceDisplay : Draws them over the series.

    Notes
    -----
    What is explained, :math:`f`, is of a classifier the ``decision_function`` of the
    class (binary: the logit, its sign turned for the first class); of a tagger the
    score of the class at that step, which with a CRF is the emission, before the labels
    around it count; of a regressor the prediction, in units of y, or its logarithm with
    ``loss="poisson"``.

    The baseline :math:`x'` is the unknown word at every step (with characters the one
    character U+FFFD), which is a row with all ids 1; of numbers the mean of the
    training data, ``input_mean_``, which is 0 with ``standardize=False``. Integrated
    gradients are taken on the straight way from there in the vectors :math:`v` that the
    first layer reads, and of a token summed over its vector [1]_:

    .. math:: c_t = \sum_j (v_{t,j} - v'_{t,j}) \int_0^1 \frac{\partial f}
              {\partial v_{t,j}} \bigl(v' + a (v - v')\bigr) \, da,
              \qquad \sum_t c_t = f(x) - f(x').

    The network is computed in float64, so that ``output`` may differ from the
    prediction by the rounding of float32. Occlusion [2]_ is :math:`f(x)` minus
    :math:`f` of the row with this step, or this number, as in the baseline. The weights
    of attention [3]_ are those of ``attention_weights``.

    Of another classifier the probability of the class is explained. A word of a text is
    hidden by U+FFFD, which no vocabulary has; words are those of a `TextVectorizer` at
    the beginning of the pipeline, or of one with its defaults. A token id is hidden by
    1, and a number by its mean over all steps of the rows of X.

    References
    ----------
    .. [1] M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep
       Networks", ICML 2017.
    .. [2] M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional
       Networks", ECCV 2014.
    .. [3] D. Bahdanau, K. Cho and Y. Bengio, "Neural Machine Translation by Jointly
       Learning to Align and Translate", ICLR 2015.
    .. [4] S. Jain and B. C. Wallace, "Attention is not Explanation", NAACL 2019.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_rnn import RNNClassifier, TextVectorizer
    >>> from sklearn_rnn.inspection import explain
    >>> texts = ["good film", "bad film", "a good one", "a bad one"]
    >>> vectorizer = TextVectorizer(max_length=20)
    >>> pipe = make_pipeline(vectorizer, RNNClassifier(8, random_state=0))
    >>> (found,) = explain(pipe.fit(texts, [1, 0, 1, 0]), ["So GOOD a film!"])
    >>> found.target, found.tokens[found.values.argmax()]
    (1, 'good')
    >>> bool(abs(found.values.sum() - (found.output - found.base_output)) < 0.01)
    True
    """
    if method not in METHODS:
        accepted = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be one of {accepted}, got {method!r}.")
    if ends_otherwise(estimator):
        _check_any(estimator, method, step)
        rows_of_any = occlude_any(estimator, X, target)
        return [Explanation(method=method, **row) for row in rows_of_any]
    _, rnn = fitted_steps(estimator)
    check_scalar(tol, "tol", Real, min_val=0, include_boundaries="neither")
    if np.isnan(tol):
        raise ValueError("tol must be a number above 0, got nan; 1e-3 suits most.")
    if method == "attention":
        _check_attention(rnn, target, step)
    rows = read_rows(estimator, X, words=True)
    if method == "attention":
        return _attention(rows)
    output = choose_outputs(rnn, rows.sequences, target, step)
    explained = rnn.net_, rows.sequences, rnn._dataset, output.picked
    with rnn._threads():
        if method == "occlusion":
            found = occlusion(*explained)
        else:
            found = integrated_gradients(*explained, tol=tol)
            _warn_where_incomplete(found, output, tol)
    return [
        Explanation(
            values=_shaped(output.factor[i] * values, rnn),
            method=method,
            unit=output.unit,
            target=output.targets[i],
            step=output.steps[i],
            output=float(output.shift[i] + output.factor[i] * found.outputs[i]),
            base_output=float(
                output.shift[i] + output.factor[i] * found.base_outputs[i]
            ),
            **_row(rows, i),
        )
        for i, values in enumerate(found.values)
    ]


def _check_any(estimator: Any, method: str, step: Any) -> None:
    """Refuse what needs a network of this package at the end."""
    if method != "occlusion":
        raise ValueError(
            f"method={method!r} needs a network of sklearn_rnn at the end, got "
            f"{type(flat_steps(estimator)[-1]).__name__}; pass method='occlusion', "
            "which asks for predictions only."
        )
    if step is not None:
        raise ValueError(
            f"step is for RNNTagger and RNNStepRegressor, got {step!r}; leave it out."
        )


def _check_attention(rnn: Any, target: Any, step: Any) -> None:
    """Refuse attention where there is none, and what does not go with it."""
    head = rnn._head
    if not has_weights(getattr(head, "pooling", None)):
        pools, pooling = head.rows == "sequence", rnn._settings.get("pooling")
        has = f"has pooling={pooling!r}" if pools else "pools nothing"
        raise ValueError(
            "method='attention' needs an RNNClassifier or RNNRegressor fitted with "
            f"pooling='attention'; this {type(rnn).__name__} {has}. Take another "
            "method, or fit one."
        )
    for name, given in {"target": target, "step": step}.items():
        if given is not None:
            raise ValueError(
                f"{name} has no effect on the weights of attention, got {given!r}; "
                "leave it out."
            )


def _attention(rows: Rows) -> list[Explanation]:
    rnn = rows.rnn
    weights = rnn._outputs(rows.sequences, rnn._head.attention_weights)
    return [
        Explanation(
            values=weights[i, :length].copy(),
            method="attention",
            unit="weight",
            **_row(rows, i),
        )
        for i, length in enumerate(rows.sequences.lengths.tolist())
    ]


def _row(rows: Rows, i: int) -> dict[str, Any]:
    """Give what is known of a row besides its contributions."""
    if rows.sequences.is_tokens:
        text = None if rows.texts is None else rows.texts[i]
        return {
            "tokens": (rows.tokens or rows.sequences)[i].astype(object),
            "spans": None if rows.spans is None else rows.spans[i],
            "text": text if isinstance(text, str) else None,
        }
    return {"series": _shaped(rows.sequences[i].copy(), rows.rnn)}


def _shaped(values: NDArray[Any], rnn: Any) -> NDArray[Any]:
    """Drop the axis of the variables where X has none."""
    return values[:, 0] if rnn.input_kind_ == "univariate" else values


def _warn_where_incomplete(found: Attributions, output: Output, tol: float) -> None:
    """Warn once for all rows whose contributions do not add up."""
    difference = np.abs(found.outputs - found.base_outputs)
    short = ~(np.abs(found.missing) <= tol * np.maximum(1.0, difference))
    if not short.any():
        return
    in_units = np.abs(output.factor)
    missing = np.where(short, in_units * np.abs(found.missing), 0.0)
    worst = int(np.argmax(missing))
    whole = (in_units * difference)[worst]
    warn(
        f"The contributions of {short.sum()} of {len(short)} rows do not add up after "
        f"4,096 points: at row {worst} {missing[worst]:.2g} ({output.unit}) is missing "
        f"of {whole:.2g}. Raise tol, which is {tol!r}, or take method='occlusion'.",
        IncompleteAttributionWarning,
    )
