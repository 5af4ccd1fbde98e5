"""Every parameter of the estimators is stated once: type, default, constraint, text.

A class states its parameters like the fields of a dataclass.  `with_parameters` makes
``__init__``, ``_parameter_constraints`` and two sections of the docstring of them and
of those that the bases state. A class that restates a default only has it in
``_defaults``, what is no choice in it, and no parameter, in ``_fixed``, and attributes
that it has not in ``_lacks``.

The estimators are no dataclasses in the end.  Dask identifies a dataclass by its fields
alone, so that two estimators with the same parameters would count as one, whatever they
were fitted on.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import field, make_dataclass
from numbers import Integral, Real
from textwrap import indent
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from sklearn_rnn._compat import ClassOption, HasMethods, Interval, StrOptions
from sklearn_rnn._training import OPTIMIZERS, SCHEDULES

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options):
        """Nothing at runtime; tells type checkers and editors of the signature."""
        return lambda function: function


Class = TypeVar("Class", bound=type)


class Parameter(NamedTuple):
    """What is known of one parameter."""

    default: Any
    accepts: str
    text: str
    constraint: list
    kw_only: bool
    annotation: Any = None

    def describe(self, name):
        """Write its entry in the docstring."""
        default = self.default
        written = json.dumps(default) if isinstance(default, str) else repr(default)
        return _entry(name, f"{self.accepts}, default={written}", self.text)


def parameter(
    *, default: Any, accepts: str, text: str, constraint: list, kw_only: bool = True
) -> Any:
    """State a parameter, in the place of a field's default.

    Parameters
    ----------
    default : object
    accepts : str
        What numpydoc says of its type.
    text : str
        What it does, and what more or less of it does.
    constraint : list
        What `fit` accepts, for ``_parameter_constraints``.
    kw_only : bool, default=True
        Whether it is passed by name only.
    """
    return Parameter(default, accepts, text, constraint, kw_only)


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(parameter,)
)
def with_parameters(cls: Class) -> Class:
    """Complete a class by what it and its bases state of parameters and attributes."""
    _take_parameters(cls)
    _describe(cls)
    return cls


SEE_ALSO = "See Also\n--------\n"


def _take_parameters(cls):
    types = inspect.get_annotations(cls)
    own = {k: v for k, v in vars(cls).items() if isinstance(v, Parameter)}
    for name in own:
        delattr(cls, name)
    parameters = _gather(reversed(cls.__mro__), "_parameters")
    for name in vars(cls).get("_fixed", {}):
        del parameters[name]
        setattr(cls, name, cls._fixed[name])
    parameters |= {k: v._replace(annotation=types[k]) for k, v in own.items()}
    for name, default in vars(cls).get("_defaults", {}).items():
        parameters[name] = parameters[name]._replace(default=default)
    in_order = sorted(parameters.items(), key=lambda item: item[1].kw_only)
    parameters = dict(in_order)  # those that may go without their names come first
    cls._parameters = parameters
    cls._parameter_constraints = {k: v.constraint for k, v in parameters.items()}
    cls.__init__ = _make_init(cls)


def _make_init(cls):
    """Let a dataclass write the `__init__` that stores its arguments."""
    fields = [
        (name, stated.annotation, field(default=stated.default, kw_only=stated.kw_only))
        for name, stated in cls._parameters.items()
    ]
    init = make_dataclass(cls.__qualname__, fields, eq=False, repr=False).__init__
    init.__module__ = cls.__module__
    return init


def _describe(cls):
    """Put the sections on parameters and attributes before that on neighbours."""
    before, see_also, after = inspect.cleandoc(cls.__doc__ or "").partition(SEE_ALSO)
    if not see_also:  # a base, or Python runs without docstrings
        return
    parameters = [said.describe(name) for name, said in cls._parameters.items()]
    attributes = _gather(cls.__mro__, "_attributes").items()
    before += _section("Parameters", parameters)
    before += _section("Attributes", [_entry(name, *said) for name, said in attributes])
    cls.__doc__ = before + see_also + after


def _gather(classes, name):
    """Merge what each class says itself under a name."""
    said = [vars(kind).get(name, {}) for kind in classes]
    return {key: value for part in said for key, value in part.items()}


def _section(title, entries):
    return "\n\n".join([f"{title}\n{'-' * len(title)}\n{entries[0]}", *entries[1:], ""])


def _entry(name, kind, text):
    return f"{name} : {kind}\n{indent(inspect.cleandoc(text), '    ')}"


@with_parameters
class SharedParameters:
    """What all estimators have."""

    _attributes: ClassVar[dict] = {
        "history_": (
            "dict of str to ndarray of shape (`n_iter_`,)",
            """
            For each epoch: ``train_loss``, ``lr`` (at its start), ``gradient_norm``
            (mean, before clipping), ``seconds`` (which are measured, and differ
            between equal fits), and with a validation part
            ``valid_loss`` and ``valid_score``.
            """,
        ),
        "loss_curve_": (
            "list of float",
            """
            The training loss of each epoch; of a regressor, for the standardised
            target.
            """,
        ),
        "n_iter_": ("int", "Number of epochs trained."),
        "best_epoch_": (
            "int",
            """
            The epoch, counted from 1, that the weights are of: with early stopping that
            of the lowest validation loss or the highest score, else the last.
            """,
        ),
        "validation_history_": (
            "dict of str to ndarray, or None",
            """
            With ``refit=True``: the ``history_`` of the training that left out the
            validation part. The other attributes are of the training on all rows;
            `partial_fit` goes on with these, and leaves this one.
            """,
        ),
        "net_": (
            "skorch.NeuralNet",
            "The trained net; its module is a `sklearn_rnn.nn.RecurrentNetwork`.",
        ),
        "n_features_in_": (
            "int",
            "For 2-D input the number of columns; else the variables per step.",
        ),
        "feature_names_in_": (
            "ndarray of shape (`n_features_in_`,)",
            "Names of the columns, where X was a frame with names.",
        ),
        "input_kind_": (
            '{"tokens", "univariate", "multivariate"}',
            "What X was found to be.",
        ),
        "n_timesteps_seen_": (
            "tuple of two int",
            """
            The steps of the shortest and of the longest sequence in `fit`, or in the
            first call of ``partial_fit``.
            """,
        ),
        "characters_": (
            "int32 ndarray of shape (n_characters,) or None",
            "The code points that have a vector, where words come with characters.",
        ),
        "token_counts_": (
            "int ndarray of shape (n_tokens,) or None",
            """
            How often each token id occurs in the distinct training rows; the most
            of any call of `partial_fit`.
            """,
        ),
        "token_ids_": (
            "int ndarray of shape (n_tokens - 2,) or None",
            """
            Where ids lie so far apart that a vector for each number up to the largest
            would waste memory: those of training, as ``token_counts_[2:]`` and the
            vectors have them. None where each id is the number of its vector.
            """,
        ),
        "input_mean_, input_scale_": (
            "ndarray of shape (n_variables,) or None",
            "By which numbers are standardised; of the values that were not missing.",
        ),
    }

    hidden_size: int = parameter(
        default=64,
        kw_only=False,
        accepts="int",
        text="""
        Number of units in each layer, and in each direction of it.  More units
        remember more and overfit sooner.
        """,
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    cell: Any = parameter(
        default="lstm",
        accepts='{"rnn", "gru", "lstm"} or class',
        text="""
        The recurrent cell.  "rnn" (Elman) is the smallest; "lstm" has gates that learn
        what to keep, "gru" has fewer of them.  None is the best on all data.  The
        activation of "rnn" is tanh, or that of ``net_params``.  A class of your own is
        a torch module as `sklearn_rnn.nn.Cell` describes it.
        """,
        constraint=[StrOptions({"rnn", "gru", "lstm"}), ClassOption()],
    )
    num_layers: int = parameter(
        default=1,
        accepts="int",
        text="Number of layers stacked on each other.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    bidirectional: bool = parameter(
        default=True,
        accepts="bool",
        text="Whether a second half of each layer reads the sequence from its end.",
        constraint=["boolean"],
    )
    dropout: float = parameter(
        default=0.0,
        accepts="float",
        text="""
        Share of the units dropped in training, in [0, 1): after the embedding,
        after each layer and before the output.  More of it overfits less.
        """,
        constraint=[Interval(Real, 0, 1, closed="left")],
    )
    word_dropout: float = parameter(
        default=0.0,
        accepts="float",
        text="""
        Share of the tokens that training reads as the unknown one, in [0, 1), chosen
        anew in each epoch.  More of it relies less on single words.  Not used for
        numbers.
        """,
        constraint=[Interval(Real, 0, 1, closed="left")],
    )
    input_noise: float = parameter(
        default=0.0,
        accepts="float",
        text="""
        Standard deviation of the Gaussian noise that training adds to each number,
        drawn anew in each epoch.  Numbers are standardised to variance 1 before; with
        ``standardize=False`` it is in the units of X, so choose it by their scale.
        More of it learns less of the noise in small data, and smooths what it learns.
        Not used for tokens.
        """,
        constraint=[Interval(Real, 0, None, closed="left")],
    )
    input: str = parameter(
        default="auto",
        accepts='{"auto", "tokens", "numbers"}',
        text="""
        What X holds.  With "auto" sparse integers are token ids and everything
        else is numbers.  Say "tokens" for dense ids, as they come out of a
        ``ColumnTransformer``, and for lists of ids.
        """,
        constraint=[StrOptions({"auto", "tokens", "numbers"})],
    )
    embedding_dim: int = parameter(
        default=64,
        accepts="int",
        text="Length of the vector learnt for each token.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    embedding: Any = parameter(
        default=None,
        accepts="array-like of shape (n_tokens, embedding_dim) or estimator",
        text="""
        Vectors to start from instead of random ones; row 0 is padding, row 1
        the unknown word, see `load_vectors`. An estimator such as `TokenVectors` is
        cloned and fitted on the training rows; one in scikit-learn's
        ``FrozenEstimator`` is used as it is.
        """,
        constraint=["array-like", HasMethods(["fit"]), None],
    )
    pretrained: Any = parameter(
        default=None,
        accepts="fitted estimator",
        text="""
        An estimator of this package whose vectors of tokens, scales and encoder
        training starts from; the output layer is new.  It is not changed.  What it has
        learnt to read, this one reads; tokens that it has not seen start as its unknown
        token.  Pass it in scikit-learn's ``FrozenEstimator`` where estimators are
        cloned, as in searches.
        """,
        constraint=[HasMethods(["fit"]), None],
    )
    freeze_epochs: int | str = parameter(
        default=0,
        accepts='int or "all"',
        text="""
        In how many epochs, from the first, only the output layer is trained.  Not used
        without ``pretrained``.
        """,
        constraint=[Interval(Integral, 0, None, closed="left"), StrOptions({"all"})],
    )
    standardize: bool | str = parameter(
        default=True,
        accepts='bool or "sequence"',
        text="""
        Whether each variable, and the target of a regressor, is brought to mean 0 and
        variance 1, from the real steps of the training rows only.  "sequence" does so
        with each sequence by itself, and gives its level and the logarithm of its scale
        to the output layer as static columns, standardised over the training rows.
        Take it where sequences of the same shape differ in level or scale, such as
        machines that run at different loads: as a rule, where the 90 % quantile of
        their scales is more than 30 times the 10 % quantile.  Where the level of a
        single step says much, True is better.  A variable that is constant in a
        sequence becomes 0.
        """,
        constraint=["boolean", StrOptions({"sequence"})],
    )
    missing: str = parameter(
        default="error",
        accepts='{"error", "forward", "mask"}',
        text="""
        What becomes of NaN inside a sequence of numbers.  "error" refuses it.
        "forward" repeats the last value of the variable in that sequence, and takes
        the mean of training before the first.  "mask" does so too and shows the
        network, for each variable, whether its value is missing and the logarithm of
        1 + the steps since one was seen, as GRU-D does (Che et al. 2018).  Take
        "mask" where a gap may say something.  Steps of NaN at the end of a sequence
        of several variables stay padding.  Tokens have no missing values.
        """,
        constraint=[StrOptions({"error", "forward", "mask"})],
    )
    optimizer: str | Callable[..., Any] = parameter(
        default="adam",
        accepts='{"adam", "adamw", "nadam", "rmsprop", "sgd"} or class',
        text="""
        A name or a class of ``torch.optim``; ``net_params`` takes its further
        arguments, such as ``{"optimizer__weight_decay": 0.01}``.
        """,
        constraint=[StrOptions(set(OPTIMIZERS)), callable],
    )
    lr: float = parameter(
        default=0.01,
        accepts="float",
        text="Learning rate.  Lower it when the loss jumps, raise it when it crawls.",
        constraint=[Interval(Real, 0, None, closed="neither")],
    )
    lr_schedule: str | Callable[..., Any] | None = parameter(
        default="cosine",
        accepts="str, class, callable or None",
        text="""
        How ``lr`` changes: "cosine" or "one_cycle", a course over all updates that are
        planned (not in `partial_fit`, where their number is unknown);
        "plateau", when the watched loss stops falling; by a torch scheduler class (or
        a ``functools.partial`` of one); or by a function from the number of the
        update to a factor, such as ``lambda u: 1 / (1 + 1e-6 * u)``.  None keeps it.
        """,
        constraint=[StrOptions(set(SCHEDULES)), callable, None],
    )
    max_grad_norm: float | None = parameter(
        default=1.0,
        accepts="float or None",
        text="The gradient is scaled down to this norm where it is longer.",
        constraint=[Interval(Real, 0, None, closed="neither"), None],
    )
    batch_size: int = parameter(
        default=32,
        accepts="int",
        text="Rows per update.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    max_epochs: int = parameter(
        default=50,
        accepts="int",
        text="Passes over the training rows, at most.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    early_stopping: bool | str = parameter(
        default="auto",
        accepts='bool or "auto"',
        text="""
        Whether to hold out a validation part, stop when what ``scoring`` watches there
        no longer improves, and go back to the best weights.  "auto" does so from 2 000
        rows on; in `RNNClassifier` only if each class then has a row in both parts.
        """,
        constraint=["boolean", StrOptions({"auto"})],
    )
    validation_fraction: Any = parameter(
        default=0.1,
        accepts="float, splitter or list",
        text="""
        What to hold out: a share of the rows, in `RNNClassifier` stratified by class;
        the last split of a scikit-learn splitter; or a list of one (train, validation)
        index pair.
        """,
        constraint=[
            Interval(Real, 0, 1, closed="neither"),
            HasMethods(["split", "get_n_splits"]),  # "split" alone admits a str
            list,
        ],
    )
    scoring: str | Callable[..., float] = parameter(
        default="loss",
        accepts="str or callable",
        text="""
        What early stopping monitors: the validation loss, or a scorer of scikit-learn,
        by name or as ``scorer(estimator, X, y)``.  Its values are in ``history_``
        as ``valid_score``.
        """,
        constraint=[str, callable],
    )
    n_iter_no_change: int = parameter(
        default=10,
        accepts="int",
        text="Epochs without improvement after which early stopping ends training.",
        constraint=[Interval(Integral, 1, None, closed="left")],
    )
    tol: float = parameter(
        default=1e-4,
        accepts="float",
        text="""
        By how much the validation loss (of a regressor, for the standardised target)
        must fall, or the score rise, to count as improvement.  It decides when training
        ends, not which epoch is the best.
        """,
        constraint=[Interval(Real, 0, None, closed="left")],
    )
    refit: bool = parameter(
        default=False,
        accepts="bool",
        text="""
        Whether early stopping is followed by a second training, on all rows of X, for
        ``best_epoch_`` epochs and with the same seed. No row is then lost, the
        schedule ends with the last epoch, and `fit` takes up to twice the time.  It is
        what `fit` does with ``early_stopping=False`` and this ``max_epochs``; what is
        "auto" stays as the first training has chosen it.  Not with ``X_val``; without
        early stopping there is one training.
        """,
        constraint=["boolean"],
    )
    warm_start: bool = parameter(
        default=False,
        accepts="bool",
        text="""
        Whether `fit` goes on from the weights of the last `fit`, with a new
        optimiser.  What shapes the network must stay as it was.
        """,
        constraint=["boolean"],
    )
    callbacks: list | tuple | None = parameter(
        default=None,
        accepts="list of skorch callbacks",
        text="""
        skorch callbacks, or ``(name, callback)`` pairs; cloned for each fit.  One that
        holds what belongs to somebody, such as a logger's run or a trial, is used as
        given; searches refuse it.
        """,
        constraint=[list, tuple, None],
    )
    net_params: dict[str, Any] | None = parameter(
        default=None,
        accepts="dict",
        text="""
        Arguments merged last into the skorch net: those of the optimiser, such as
        ``{"optimizer__betas": (0.9, 0.99)}``, and of the network what few people tune.
        ``module__nonlinearity``, "tanh", "relu", "sigmoid" or "softplus", is the
        activation of ``cell="rnn"``; with ``module__freeze_embedding=True`` the vectors
        of tokens stay as they are; and ``module__characters_dim``, 32 unless given, is
        the length of the vector of a character, and the number of units in each
        direction that reads the characters of a word. ``{"autocast": "bfloat16"}``
        computes the products of training in that precision, and
        ``{"torch_threads": 4}`` lets torch take so many threads for each operation: it
        helps large networks, and the bits of a fit depend on it.
        """,
        constraint=[dict, None],
    )
    device: str = parameter(
        default="auto",
        accepts="str",
        text='"auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".',
        constraint=[str],
    )
    n_jobs: int | None = parameter(
        default=None,
        accepts="int",
        text="""
        Number of processor threads that `fit` and predictions use.  None is 1, or what
        ``joblib.parallel_config`` says; -1 is all that this process may use.  A second
        thread helps the fit of an LSTM in two directions; more help predictions of
        many rows.  Fits and predictions stay the same to the bit.
        """,
        constraint=[Integral, None],
    )
    random_state: Any = parameter(
        default=None,
        accepts="int, RandomState instance or None",
        text="""
        Determines the initial weights, the batches, dropout and the validation
        part.  None takes a new seed from the operating system for each fit; no
        global generator is used or changed.  So ``np.random.seed`` does not repeat
        a fit, as it does in scikit-learn: pass an int.
        """,
        constraint=["random_state"],
    )
    verbose: int = parameter(
        default=0,
        accepts="int",
        text="""
        0 prints nothing, 1 shows a progress bar and says where early stopping began by
        itself, 2 prints a line per epoch.
        """,
        constraint=["verbose"],
    )
