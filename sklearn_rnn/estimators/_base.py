"""What all estimators share: everything but the target and what becomes of it."""

import secrets
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length, check_random_state

from sklearn_rnn._compat import (
    CUT_FIT_PARAMS,
    CallbackSupportMixin,
    DocumentationLinkMixin,
    check_sample_weight,
    clone_parametrized,
    fit_context,
    safe_indexing,
)
from sklearn_rnn._messages import is_called_by, warn
from sklearn_rnn._training import (
    TOKENS,
    as_usual,
    check_copies,
    check_sizes,
    count_epochs_anew,
    evaluate,
    evaluate_each,
    export_state,
    grow_embedding,
    load_state,
    make_net,
    rare_module_params,
    resolve_device,
    train,
    undone_on_error,
    working_threads,
)
from sklearn_rnn.estimators._arguments import names_arguments
from sklearn_rnn.estimators._fitted import check_has
from sklearn_rnn.estimators._identity import open_saved_fit
from sklearn_rnn.estimators._input import SequenceInput, check_embedding
from sklearn_rnn.estimators._over_time import OverTime
from sklearn_rnn.estimators._parameters import SharedParameters
from sklearn_rnn.estimators._part import Given, Part, check_some_rows
from sklearn_rnn.estimators._pretrained import (
    check_pretrained,
    left_to_source,
    load_pretrained,
)
from sklearn_rnn.estimators._refit import check_refit, take_structure, train_on_all
from sklearn_rnn.estimators._textbook import Textbook
from sklearn_rnn.estimators._validation_part import (
    hold_out,
    tell_held_out,
    wants_early_stopping,
)
from sklearn_rnn.estimators._watching import (
    ignores_beginnings,
    learnt_from,
    reporting,
    validation_scorer,
)
from sklearn_rnn.exceptions import (
    DivergenceWarning,
    SlicedValidationWarning,
    VanishingGradientWarning,
)
from sklearn_rnn.nn import check_cell
from sklearn_rnn.sequences import (
    Sequences,
    UnseenLabelsError,
    check_sequences,
    refuse_missing,
    refuse_numbers_as_text,
    split_beside,
    to_values,
)

if TYPE_CHECKING:
    from typing_extensions import Self

# Predictions of fewer steps take milliseconds.
BRIEF_STEPS = 2**12

# Parameters that go to the module as they are.
MODULE_PARAMS = (
    "hidden_size",
    "cell",
    "num_layers",
    "bidirectional",
    "dropout",
)
# What may be another where training goes on from weights.
MAY_CHANGE = {"n_tokens", "dropout", "freeze_embedding", "dilations", "stride"}


class BaseRNN(
    SharedParameters,
    Textbook,
    SequenceInput,
    OverTime,
    CallbackSupportMixin,
    DocumentationLinkMixin,
    BaseEstimator,
):
    """Base of the estimators that hold a recurrent net.

    A subclass says by ``_make_target()`` what its y is: a `Target`, which also knows
    the head of the network. Its methods ask `_outputs` for what the network says.
    """

    # Searches pass groups to their splitters; to early stopping only where asked to.
    __metadata_request__fit: ClassVar[dict] = {"groups": False}
    # Whether early stopping may come back to the weights before training.
    _counts_start: ClassVar[bool] = False
    _fixed: ClassVar[dict] = {}
    # Of a view that is scored while it is fitted: nobody asked for its predictions.
    _is_watched: ClassVar[bool] = False
    # Why there is no ONNX graph, and no explanation of single rows; None if there is.
    _why_no_onnx: ClassVar[str | None] = None
    _why_no_rows: ClassVar[str | None] = None

    # -- fitting ---------------------------------------------------------------

    @names_arguments
    @fit_context(prefer_skip_nested_validation=True)
    @as_usual
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        groups: Any = None,
    ) -> "Self":
        """Train the network.

        Parameters
        ----------
        X : {sparse matrix, array-like, list of arrays, DataFrame}
            The sequences: token ids as a sparse matrix of integers
            ``(n_samples, max_length)``; one variable per step
            ``(n_samples, n_timesteps)``; several variables
            ``(n_samples, n_timesteps, n_features)``, shorter ones padded with NaN
            at the end; or a list of ``(n_timesteps_i, n_features)`` arrays.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets.  `RNNTagger` and `RNNStepRegressor` learn one for each step:
            an object array or list of arrays of shape (n_timesteps_i,), member ``i``
            as long as sequence ``i``, or a padded array ``(n_samples, n_timesteps)``,
            where what is behind the end of a sequence is not looked at.
            `as_ragged` makes of a list of lists the object array that splitters and
            searches of scikit-learn can slice.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0; a row of weight 2 is worth the row twice.  The weight
            of a sequence is that of all its steps.
        X_val, y_val : like X and y, default=None
            Validation data, used instead of a part of X.  Its loss and score
            are in ``history_`` whether or not early stopping is on.  If it has
            as many rows as X, cross-validation and searches cut it to every fold,
            with a `SlicedValidationWarning`.
        groups : array-like of shape (n_samples,), default=None
            The group of each row.  Early stopping holds out whole groups, or passes
            them to the splitter in ``validation_fraction``.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data cannot be used; before any training.
        KeyboardInterrupt
            After Ctrl-C; the estimator is fitted with what it had learnt.

        Notes
        -----
        With ``refit=True`` and early stopping there are two trainings. The second
        takes the place of the first only if both come to their end: after Ctrl-C, a
        `TimeBudget` used up or a divergence the weights are those of the best epoch of
        the first. skorch's callbacks take part in both, scikit-learn's in the first.
        """
        given = Given(X, y, sample_weight, X_val, y_val, groups)
        with (
            reporting(self, given) as report,
            as_it_was_on_error(self),
            self._threads(self.net_params or {}),
        ):
            return self._fit(given, report)

    def _fit(self, given, report):
        continued = self.warm_start and hasattr(self, "net_")
        before = (self._target, self._net_spec) if continued else None
        self._begin(before)
        whole, validation = self._check_given(given, continued)
        data = {"data": whole, "validation": validation, "groups": given.groups}
        saved_fit, seed = self._find_saved_fit(continued, **data)
        rows = whole.rows
        if validation is None:
            rows, validation = self._hold_out(whole, seed, given.groups)
            if validation is not None:
                self._held_out = len(validation.rows), len(whole.rows)
                tell_held_out(self)
        stops_early = validation is not None and wants_early_stopping(
            self.early_stopping, np.count_nonzero(whole.weight)
        )
        fit_rows = partial(self._fit_rows, whole, seed=seed, before=before)
        unfitted = dict(vars(self))
        fit_rows(
            rows,
            validation,
            stops_early=stops_early,
            scorer=validation_scorer(self, given, validation),
            report=report,
            saved_fit=saved_fit,
        )
        if stops_early and self.refit:
            find = partial(open_saved_fit, self, seed, continued, **data)
            train = partial(fit_rows, whole.rows)
            train_on_all(self, unfitted, continued, train, find)
        return self

    def _fit_rows(
        self,
        whole,
        rows,
        validation=None,
        *,
        seed,
        before,
        stops_early=False,
        n_epochs=None,
        like=None,
        **how,
    ):
        """Learn from some rows all there is to learn, and train."""
        training = whole.canonical(rows)
        check_some_rows(training)
        self._learn_target(training, continued=before is not None)
        training = training.with_weight(self._target)
        validation = validation and validation.with_weight(self._target, "validation")
        plan = {
            "seed": seed,
            "n_rows": self._count_rows(training),
            "stops_early": stops_early,
            "n_epochs": n_epochs,
            "like": like,
        }
        net = self._make_net(training, plan, before)
        self._trains_on = False
        how |= {"starts": before is None, "score": self._target.score}
        self._train(net, training, validation, **how)

    @as_usual
    def _partial_fit(self, X, y, sample_weight, **options):
        """Train for one epoch on one more part of the data, as it comes."""
        first = not hasattr(self, "net_")
        own = (self.net_params or {}) if first else None
        with as_it_was_on_error(self), self._threads(own):
            resolve_device(self.device)
            if first:
                self._begin()
            remedy = "or name every class in the first call of partial_fit: classes=..."
            with _naming_unseen_labels("y", remedy):
                part = self._check_part(X, y, sample_weight, reset=first, **options)
            part = part.take(np.flatnonzero(part.weight))
            check_some_rows(part)
            if first:
                self._learn_target(part, continued=False)
            part = part.with_weight(self._target)
            if first:
                plan = {"seed": _draw_seed(self.random_state)}
                net = self._make_net(part, plan)
            else:
                self._count_tokens(part)
                net = self._net_to_train_on()
            self._trains_on = True
            return self._train(net, part, epochs=1)

    def _begin(self, before=None):
        """Keep the parameters as they are now, and the target that follows from them.

        What was fitted goes on with the parameters it was fitted with, whatever
        `set_params` says later.
        """
        self._check_settings()
        names = set(self._parameters) - {"embedding", "pretrained"}  # which are large
        self._settings = {name: getattr(self, name) for name in sorted(names)}
        self._settings |= left_to_source(self)
        self._target_of_fit = self._make_target()
        self.validation_history_ = self._held_out = None
        if before is not None:
            self._target.go_on_from(before[0])

    def _check_settings(self):
        """Check what can be told from the parameters alone."""
        resolve_device(self.device)
        check_embedding(self.embedding)
        check_pretrained(self)

    def _check_given(self, given, continued):
        """Read all that `fit` was given, before anything is trained."""
        remedy = "or give rows of the same classes in X and y"
        if continued:
            remedy = (
                "or fit once with warm_start=False on rows of all classes: "
                "warm_start=True goes on with those of the last fit"
            )
        with _naming_unseen_labels("y", remedy):
            whole = self._check_part(
                given.X, given.y, given.sample_weight, reset=not continued
            )
        check_consistent_length(whole.sequences, given.groups)
        with _naming_unseen_labels("y_val", remedy):
            validation = self._check_validation(given, n_rows=len(whole.rows))
        return whole, validation

    def _find_saved_fit(self, continued, **data):
        """Look up what a checkpoint knows of this fit; return that and the seed."""
        seed = _draw_seed(self.random_state)
        saved_fit = open_saved_fit(self, seed, continued, **data)
        return saved_fit, saved_fit.seed if saved_fit else seed

    def _learn_target(self, part, continued):
        self._target.learn(part.y, part.weight, continued=continued)
        self._show_target()

    def _show_target(self):
        """Show what the target learnt as fitted attributes."""
        vars(self).update(self._target.shown())

    def _make_net(self, training, plan, before=None):
        """Make a net with random weights, or with those it goes on from."""
        if before is None:
            self._learn_input(training, plan["seed"])
            take_structure(self, plan.get("like"))
            net = self._new_net(**plan)
            check_cell(self.cell, net.module_.encoder.input_size, self.hidden_size)
            return net if self.pretrained is None else load_pretrained(net, self)
        self._count_tokens(training)
        self._check_same_structure(*before)
        # The weights go on, the optimiser starts anew.
        state = self._grown_state(with_optimizer=False)
        return count_epochs_anew(load_state(self._new_net(**plan), state))

    def _net_to_train_on(self):
        """Return the net for one more epoch, with room for every token seen."""
        before = self._net_spec["module_params"]
        module_params = {**before, **self._input_size()}
        if self._trains_on and module_params == before:
            return self.net_
        state = self._grown_state(with_optimizer=self._trains_on)
        self._net_spec = {
            **self._net_spec,
            "module_params": module_params,
            "n_rows": None,
            "stops_early": False,
        }
        return load_state(self._build_net(), state)

    def _train(self, net, training, validation=None, **how):
        """Run the loop and take over what it learnt, however it ended."""
        datasets = [part and self._dataset_of(part) for part in (training, validation)]
        goes_on = net is getattr(self, "net_", None)
        with undone_on_error(net) if goes_on else nullcontext():
            diverged_at = train(net, *datasets, decide=self._target.decide, **how)
        before = vars(self) if goes_on else None
        vars(self).update(learnt_from(net, before))
        if diverged_at is not None:
            warn(
                f"Training diverged in epoch {diverged_at}: the loss or a weight is "
                "NaN or infinite. The weights are those of the last good epoch, or of "
                "the best one if it stops early. "
                "Lower lr, set max_grad_norm, or keep standardize=True.",
                DivergenceWarning,
            )
            self._trains_on = False  # the optimiser may hold NaN as well
        elif not (net.interrupted_ or self._trains_on) and ignores_beginnings(
            self, training
        ):
            warn(
                "Training learnt nothing, and the first half of each sequence could "
                "be left out: over so many steps the gradient vanished. Pass "
                "pooling='max', 'mean' or 'attention', cell='lstm' or 'gru', or "
                "shorter windows, and keep standardize=True.",
                VanishingGradientWarning,
            )
        if net.interrupted_:
            raise KeyboardInterrupt
        return self

    def _count_rows(self, part):
        """Count the rows of batches, from which schedules know the end."""
        return len(part.rows)

    def _dataset_of(self, part):
        y = self._target.encode(part.y)
        weight = self._target.weigh(part.y, part.weight)
        return self._dataset(part.sequences, rows=part.rows, y=y, weight=weight)

    # -- checking --------------------------------------------------------------

    def _check_part(self, X, y, sample_weight=None, *, reset, **options):
        """Read X, y and the weights, before anything is trained."""
        if y is None and self._target.is_given:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but "
                "the target y is None."
            )
        sequences = self._check_sequences(X, reset=reset)
        if reset:
            lengths = sequences.lengths
            self.n_timesteps_seen_ = int(lengths.min()), int(lengths.max())
        if reset and self.embedding is not None and not sequences.is_tokens:
            raise ValueError(
                "embedding was given, but X holds numbers, not token ids; put a "
                "TextVectorizer in front, pass input='tokens', or leave it out."
            )
        if reset:
            self._check_patches(sequences)
        self._check_characters(sequences, reset=reset)
        y = self._target.check(y, sequences, reset=reset, **options)
        self._show_target()
        if len(sequences) != len(y):
            raise ValueError(
                "Found input variables with inconsistent numbers of samples: X holds "
                f"{len(sequences)} sequences, y {len(y)} targets; pass one target for "
                "each sequence."
            )
        if sample_weight is not None and not isinstance(sample_weight, Real):
            sample_weight = to_values(sample_weight, "sample_weight")
            refuse_numbers_as_text(sample_weight, "sample_weight")
            refuse_missing(sample_weight, "sample_weight")
        weight = check_sample_weight(
            sample_weight, sequences.lengths, dtype=np.float64, ensure_non_negative=True
        )
        return Part(sequences, np.arange(len(sequences)), y, weight)

    def _check_validation(self, given, n_rows):
        X_val, y_val = given.X_val, given.y_val
        check_refit(self, X_val)
        if (X_val is None) != (y_val is None) and self._target.is_given:
            given, missing = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
            raise ValueError(f"{given} was given without {missing}; pass both.")
        if X_val is None:
            return None
        with _naming_arguments("X_val and y_val"):
            validation = self._check_part(X_val, y_val, reset=False)
        # Cut like X, it is as long as X; or it was so long from the beginning.
        if len(validation.rows) == n_rows and is_called_by("sklearn", CUT_FIT_PARAMS):
            warn(
                f"X_val has as many rows as this fold of X, {n_rows}. If X_val was as "
                "long as the whole X, cross-validation or a search has cut it to the "
                "rows of the fold, as it cuts sample_weight, and each fold watches "
                "another part of it. Pass it with another number of rows, or use "
                "validation_fraction.",
                SlicedValidationWarning,
            )
        return validation

    def _hold_out(self, whole, seed, groups):
        """Split the rows into those to train on and those to watch."""
        n_counted = np.count_nonzero(whole.weight)
        if not wants_early_stopping(self.early_stopping, n_counted):
            return whole.rows, None
        candidates = whole.rows
        if isinstance(self.validation_fraction, Real):  # a splitter counts all rows
            candidates = np.flatnonzero(whole.weight)
        part = whole.take(candidates)
        check_some_rows(part)
        y = self._target.strata(part.y)
        rows, held_out = hold_out(
            y,
            early_stopping=self.early_stopping,
            validation_fraction=self.validation_fraction,
            stratify=y.dtype.kind == "i",
            groups=None if groups is None else safe_indexing(groups, candidates),
            seed=seed,
        )
        if held_out is None:
            return candidates[rows], None
        if self.early_stopping == "auto" and not part.weight[held_out].any():
            return whole.rows, None
        return candidates[rows], part.take(held_out)

    def _threads(self, net_params=None, *, briefly=False):
        """Let what is computed inside use the threads that the parameters name.

        Those of torch stand in ``net_params``, which are those of the fit if None.
        """
        if net_params is None:
            net_params = self._setting("net_params") or {}
        of_torch = net_params.get("torch_threads", 1)
        return working_threads(self.n_jobs, briefly=briefly, of_torch=of_torch)

    # -- the net ---------------------------------------------------------------

    def _new_net(
        self, seed, *, n_rows=None, stops_early=False, n_epochs=None, like=None
    ):
        """Build a net for the parameters as they are now, and keep its plan."""
        settings = {**self._fixed, **self._settings, **(self.net_params or {})}
        planned = self._plan_of(settings, n_rows)
        if like is not None:  # the first training of this fit
            planned = like["_net_spec"]["planned"]
        self._net_spec = {
            "module_params": self._module_params(),
            "standardize": self.standardize,
            "seed": seed,
            "n_rows": n_rows,
            "stops_early": stops_early,
            "n_epochs": n_epochs,
            "n_frozen": 0 if self.pretrained is None else self.freeze_epochs,
            "planned": planned,
        }
        embedding = self._vectors_to_start_from()
        if embedding is not None:  # in a layout that torch reads
            embedding = np.array(embedding, dtype=np.float32, order="C")
        return self._build_net(embedding=embedding)

    def _plan_of(self, settings, n_rows):
        """Give the rows of an update and the epochs of a fit on so many rows."""
        return {name: settings[name] for name in ("batch_size", "max_epochs")}

    def _check_same_structure(self, target, spec):
        """Refuse to go on from weights of another shape or meaning."""
        before = {**spec["module_params"], **target.structure()}
        now = {**self._module_params(), **self._target.structure()}
        scales = spec.get("standardize", self.standardize), self.standardize
        if "sequence" in scales:  # level and scale are columns of their own
            before["standardize"], now["standardize"] = scales
        for name in sorted(set(now) - MAY_CHANGE):
            if _fixed(now[name]) != _fixed(before[name]):
                raise ValueError(
                    f"warm_start=True goes on with the weights of the last fit, but "
                    f"{name} was {before[name]!r} then and is {now[name]!r} now; set "
                    "it back, or fit once with warm_start=False."
                )

    def _module_params(self):
        dim = self.embedding_dim
        if self.embedding is not None:
            dim = np.shape(self._vectors_to_start_from())[1]
        pooling = {}
        if self.beside_inputs_ and hasattr(self, "pooling"):
            pooling = {"pooling_beside": self.pooling}
        return {
            **pooling,
            **self._input_size(),
            "embedding_dim": dim,
            **{name: getattr(self, name) for name in MODULE_PARAMS},
            **rare_module_params(self.net_params, self.cell),
        }

    def _build_net(self, embedding=None, *, anywhere=False, weights=None):
        """Build the net of `_net_spec`, with weights that are still random.

        Where ``weights`` are given, it may not be larger than they are.
        """
        spec = self._net_spec
        module_params = {
            **spec["module_params"],
            "head": self._target.make_head,
            "embedding": embedding,
            "random_state": spec["seed"],
        }
        net = make_net(
            module_params,
            {**self._fixed, **self._settings, **spec["planned"]},
            seed=spec["seed"],
            n_rows=spec["n_rows"],
            device=resolve_device(self._settings["device"], anywhere=anywhere),
            stops_early=spec["stops_early"],
            n_epochs=spec["n_epochs"],
            n_frozen=spec["n_frozen"],
            counts_start=self._counts_start,
            touches_few_rows=self._target.touches_few_rows,
        )
        if weights is not None:  # net_params may hold sizes as well
            sizes = net.get_params_for("module")
            check_sizes(sizes, weights, self._target.n_weights)
        return net.initialize()

    def _copy_net(self, net):
        """Make a net of its own of one that still trains."""
        return load_state(self._build_net(), export_state(net, with_optimizer=False))

    def _grown_state(self, *, with_optimizer):
        """Export the net, with room for every token seen."""
        state = export_state(self.net_, with_optimizer=with_optimizer)
        names = [name for name, _ in self.net_.module_.named_parameters()]
        for place, one in self._inputs_by_place():
            if one.token_counts_ is not None:
                number = names.index(place + "weight")
                state = grow_embedding(state, len(one.token_counts_), place, number)
        return state

    def _inputs_by_place(self):
        """Give what reads each sequence, and where its vectors are in the module."""
        yield TOKENS, self
        for k, one in enumerate(self._besides()):
            yield f"beside.{k}.{TOKENS}", one

    def _setting(self, name):
        """Return a parameter as it was when fitting began, or what stands for it."""
        settings = self._settings
        return settings[name] if name in settings else getattr(self, name)

    def _read(self, X):
        """Read X as the sequences it was in `fit`."""
        check_has(self, "net_")
        if isinstance(X, Sequences):
            return X
        sequences = self._check_sequences(X, reset=False)
        self._check_characters(sequences, reset=False)
        return sequences

    def _check_sequences(self, X, *, reset):
        """Let X through the door, as the parameters of this fit say."""
        X, beside = split_beside(X)
        sequences = check_sequences(
            self,
            X,
            reset=reset,
            input=self._setting("input"),
            allow_nan=self._takes_nan,
        )
        beside = self._check_beside(beside, reset=reset)
        return replace(sequences, beside=beside) if beside else sequences

    @property
    def _takes_nan(self):
        return self._setting("missing") != "error"

    @property
    def _target(self):
        """The target of the last fit, or of the one that has begun."""
        check_has(self, "_target_of_fit")
        return self._target_of_fit

    @property
    def _head(self):
        """The head of the fitted net, whose methods are questions for `_outputs`."""
        check_has(self, "net_")
        return self.net_.module_.head

    def _outputs(self, X, question=None, dtype=np.float64, y=None, **rows):
        """Ask the net about X, or about sequences already read; in the order of X.

        The question is a method of the head, ``predict`` if None; it is asked about y,
        as `Target.check` gives it, where that is known.
        """
        return self._ask(evaluate, X, question, y, dtype=dtype, **rows)

    def _outputs_of_each(self, X, question, y=None, **rows):
        """Ask the net about each sequence; what it says of one is a tuple of arrays."""
        return self._ask(evaluate_each, X, question, y, **rows)

    def _ask(self, way, X, question, y, **how):
        sequences = self._read(X)
        weight = None if y is None else np.ones(len(y.values))
        dataset = self._dataset(sequences, y=y, weight=weight)
        briefly = sequences.offsets[-1] < BRIEF_STEPS
        with self._threads(briefly=briefly):
            return way(self.net_, dataset, question, about_targets=y is not None, **how)

    # -- state and tags --------------------------------------------------------

    @classmethod
    def _get_param_names(cls):
        """Read a signature once: scikit-learn does so for each fit and clone."""
        code = getattr(cls.__init__, "__code__", None)  # a notebook may reload it
        known, names = vars(cls).get("_param_names_of", (None, ()))
        if known is None or known is not code:
            names = super()._get_param_names()
            cls._param_names_of = code, names
        return list(names)

    def __sklearn_clone__(self):
        check_copies(self.callbacks)
        return clone_parametrized(self)

    @as_usual
    def __getstate__(self):
        state = dict(super().__getstate__())
        if "_target_of_fit" in state:  # as a dict, which no reader need trust
            state["_target_of_fit"] = dict(vars(self._target))
        if "net_" in state:
            net = state.pop("net_")
            state["_net_state"] = export_state(net, with_optimizer=self._trains_on)
        return state

    @as_usual
    def __setstate__(self, state):
        state = dict(state)
        net_state = state.pop("_net_state", None)
        super().__setstate__(state)
        if "_target_of_fit" in state:
            as_in_fit = object.__new__(type(self))
            vars(as_in_fit).update(vars(self) | self._settings)
            self._target_of_fit = as_in_fit._make_target()
            vars(self._target).update(state["_target_of_fit"])
        if net_state is not None:
            with working_threads(1):  # whatever number a file may say
                net = self._build_net(anywhere=True, weights=net_state["module"])
                self.net_ = load_state(net, net_state)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        # Not `sparse`: a sparse X is token ids, and no table. NaN behind a sequence is
        # padding, and no missing value.
        tags.input_tags.allow_nan = self.missing != "error"
        tags.target_tags.required = True
        return tags


@contextmanager
def as_it_was_on_error(estimator):
    """Give an estimator its attributes back when a fit does not come to its end.

    Ctrl-C, once the loop over the epochs has begun, leaves it fitted.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException as error:
        has_learnt = vars(estimator).get("history_") is not before.get("history_")
        if isinstance(error, KeyboardInterrupt) and has_learnt:
            raise
        # Ctrl-C before the training, or a handler of SIGTERM
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


@contextmanager
def _naming_unseen_labels(name, remedy):
    """Say which argument holds labels that are not known, and what to do."""
    try:
        yield
    except UnseenLabelsError as error:
        raise ValueError(
            f"{name} holds {error.found}; drop these rows, {remedy}."
        ) from None


@contextmanager
def _naming_arguments(names):
    """Say of which arguments a message speaks that calls them X and y."""
    try:
        yield
    except (TypeError, ValueError) as error:
        error.args = (f"In {names}: {error}", *error.args[1:])
        raise


def _fixed(value):
    """Leave out, of the sizes of each sequence beside, what may be another."""
    if not isinstance(value, list):
        return value
    return [
        {name: size for name, size in part.items() if name not in MAY_CHANGE}
        for part in value
    ]


def _draw_seed(random_state):
    """Draw the one integer from which everything random in a fit follows.

    With None it comes from the operating system and not, as elsewhere in
    scikit-learn, from NumPy's global generator, which stays as it was.
    """
    if random_state is None:
        return secrets.randbelow(2**31)
    return int(check_random_state(random_state).randint(2**31 - 1))
