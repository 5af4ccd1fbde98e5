"""An encoder that another estimator has trained, with what it reads."""

import joblib
import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_rnn._training import (
    export_state,
    grow_embedding,
    load_encoder,
    rare_module_params,
)
from sklearn_rnn.estimators._parameters import SharedParameters
from sklearn_rnn.sequences import UNK

# What gives the weights of the encoder their shape and meaning; of numbers and tokens.
OF_ALL = ("cell", "hidden_size", "num_layers", "bidirectional")
OF_NUMBERS = ("missing", "standardize")
OF_TOKENS = ("embedding_dim",)
OF_NET_PARAMS = ("nonlinearity", "characters_dim")

# What an estimator has learnt of its sequences, beside the weights.
LEARNT = (
    "token_counts_",
    "token_ids_",
    "characters_",
    "input_mean_",
    "input_scale_",
    "patch_length_",
    "_has_vector",
    "_trains_unknown_character",
)

# Of the tokens of X so many must be known, or the ids are those of other words.
KNOWN_SHARE = 0.5


def source_of(pretrained):
    """Give the estimator that was fitted, out of a `FrozenEstimator` if it is in one.

    Raises
    ------
    TypeError
        If it is none of ours, or reads no sequences.
    NotFittedError
        If it is not fitted.
    """
    frozen = isinstance(pretrained, FrozenEstimator)
    source = pretrained.estimator if frozen else pretrained
    name = type(source).__name__
    if not isinstance(source, SharedParameters):
        raise TypeError(
            "pretrained must be a fitted estimator of sklearn_rnn, or one in "
            f"scikit-learn's FrozenEstimator, got {name}; of a pipeline pass the last "
            "step, of a search best_estimator_."
        )
    try:
        check_is_fitted(source, "net_")
    except NotFittedError:
        raise NotFittedError(
            f"pretrained={name}(...) is not fitted. clone, which cross-validation, "
            "searches and other meta-estimators call, unfits an estimator given as a "
            "parameter: fit it first and pass FrozenEstimator(it), from "
            "sklearn.frozen."
        ) from None
    if not hasattr(source, "token_counts_"):
        raise TypeError(
            f"pretrained={name}(...) reads windows of series, which no other "
            "estimator does; pass one that reads sequences, such as an RNNRegressor."
        )
    return source


def check_pretrained(estimator):
    """Refuse an encoder that is not the one the parameters describe.

    Raises
    ------
    ValueError
        Naming the parameter.
    """
    if estimator.pretrained is None:
        return
    source = source_of(estimator.pretrained)
    if estimator.embedding is not None:
        raise ValueError(
            "embedding and pretrained were both given, and both say what the vectors "
            "of tokens start from; leave one of them out."
        )
    of_input = OF_NUMBERS if source.token_counts_ is None else OF_TOKENS
    for name in OF_ALL + of_input:
        _compare(name, getattr(estimator, name), _was(source, name))
    now = rare_module_params(estimator.net_params, estimator.cell)
    for name in OF_NET_PARAMS:
        before = source._net_spec["module_params"][name]
        _compare(f"net_params['module__{name}']", now[name], before)


def _was(source, name):
    """Give a parameter of a fit; the length of given vectors is theirs."""
    if name in source._net_spec["module_params"]:
        return source._net_spec["module_params"][name]
    return source._setting(name)


def _compare(name, now, before):
    if now != before:
        raise ValueError(
            f"{name} is {now!r}, but pretrained was fitted with {before!r}, which its "
            f"encoder is made for; set {name} to {before!r}, or pass a pretrained that "
            f"was fitted with {now!r}."
        )


def left_to_source(estimator):
    """Give the settings that `pretrained` decides: those left at their defaults."""
    patches = estimator._parameters.get("patch_length")
    if estimator.pretrained is None or patches is None:
        return {}
    is_default = estimator.patch_length == patches.default
    return {"patch_length": "auto"} if is_default else {}


def take_input(estimator, source, part):
    """Take over scales, patches, tokens and characters."""
    if not part.sequences.is_tokens:
        asked = estimator._setting("patch_length")
        if asked is None:
            _refuse_patches(estimator, source)
        elif asked != "auto":
            _compare("patch_length", asked, source.patch_length_)
    for name in LEARNT:
        setattr(estimator, name, getattr(source, name, None))
    if estimator.token_counts_ is not None:
        _check_vocabulary(source, part)
        estimator._count_tokens(part)


def _refuse_patches(estimator, source):
    """Refuse patches for an estimator that says something of each step."""
    whole = getattr(estimator, "_estimator", estimator)  # of a sequence beside
    if source.patch_length_ > 1:
        raise ValueError(
            f"pretrained reads {source.patch_length_} steps as one, but "
            f"{type(whole).__name__} reads them one by one and has no "
            "patch_length; pass a pretrained that was fitted with patch_length=1."
        )


def check_kind(source, sequences):
    """Refuse sequences of another kind than those that `source` reads."""
    reads_tokens = source.token_counts_ is not None
    if sequences.is_tokens != reads_tokens:
        here, there = ("token ids", "numbers")[:: 1 if sequences.is_tokens else -1]
        raise ValueError(
            f"X holds {here}, but pretrained was fitted on {there}; pass a pretrained "
            f"that reads {here}, or see input=."
        )
    if not reads_tokens and len(source.input_mean_) != sequences.n_features:
        raise ValueError(
            f"X has {sequences.n_features} variables for each step, but pretrained was "
            f"fitted on {len(source.input_mean_)}; give it the same variables, in the "
            "same order."
        )
    here, there = len(sequences.beside), len(source.beside_inputs_)
    if here != there:
        raise ValueError(
            f"X has {here} sequences beside the first, but pretrained was fitted with "
            f"{there}, and its encoder reads them at each step; pass a pretrained that "
            f"was fitted with {here}."
        )
    if (sequences.characters is None) != (source.characters_ is None):
        here, there = "without", "with"
        if source.characters_ is None:
            here, there = there, here
        raise ValueError(
            f"X holds words {here} their characters, but pretrained was fitted {there} "
            "them; use one TextVectorizer(characters=...) for both."
        )


def _check_vocabulary(source, part):
    """Refuse ids that mean other words, as far as that can be seen."""
    tokens = part.sequences[part.rows].values
    words = tokens[tokens != UNK]
    known = np.mean(source._reader().transform(words) != UNK) if len(words) else 1.0
    if known < KNOWN_SHARE:
        raise ValueError(
            f"pretrained knows only {known:.0%} of the tokens of X: its vocabulary "
            "seems to be another one. Put the TextVectorizer that it was fitted behind "
            "in front of both, as it is: FrozenEstimator(vectorizer) in a pipeline."
        )


def load_pretrained(net, estimator):
    """Put the weights of the encoder into a net; its head stays as it is.

    Tokens that `pretrained` has not seen start as its unknown token.
    """
    source = source_of(estimator.pretrained)
    state = export_state(source.net_, with_optimizer=False, with_history=False)
    for place, one in estimator._inputs_by_place():
        if one.token_counts_ is not None:
            state = grow_embedding(state, len(one.token_counts_), place)
    return load_encoder(net, state)


def identify_pretrained(pretrained):
    """Name what a fit takes from `pretrained`, for a `Checkpoint`."""
    if pretrained is None:
        return "None"
    source = source_of(pretrained)
    state = export_state(source.net_, with_optimizer=False, with_history=False)
    learnt = [getattr(source, name, None) for name in LEARNT]
    return joblib.hash([state["module"], learnt, source.beside_inputs_])
