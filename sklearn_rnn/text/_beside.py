"""Token ids that a tool of scikit-learn is about to put beside other columns."""

__all__ = ["warn_if_joined"]

from collections.abc import Iterator
from typing import Any

from sklearn_rnn._messages import callers_of, warn
from sklearn_rnn.exceptions import AmbiguousInputWarning

FOREST = "RandomForestClassifier()"


def warn_if_joined(vectorizer: type) -> None:
    """Warn if a ColumnTransformer or FeatureUnion that led here joins ids to others.

    Only here is that known for sure: joined they are a table like any other. Its own
    worker processes (``n_jobs``) hide it.

    Parameters
    ----------
    vectorizer : type
        The class whose output are ids.
    """
    for frame in callers_of("sklearn", "fit_transform"):
        tool = frame.f_locals.get("self")
        parts = list(_parts(tool))
        ids = [name for name, part in parts if _gives_ids(part, vectorizer)]
        if ids and len(parts) > 1:
            others = ", ".join(repr(name) for name, _ in parts if name != ids[0])
            warn(
                f"{type(tool).__name__} puts the token ids of {ids[0]!r} beside "
                f"{others}, and a recurrent network would read all of them as one "
                f"sequence. {_remedy(tool, ids, [name for name, _ in parts])}",
                AmbiguousInputWarning,
            )
            return


def _parts(tool: Any) -> Iterator[tuple[str, Any]]:
    """Yield names and transformers of what a tool puts side by side."""
    parts = [(*part, None) for part in getattr(tool, "transformer_list", [])]
    parts += getattr(tool, "transformers", [])
    parts += [rest] if (rest := getattr(tool, "_remainder", None)) else []
    for name, transformer, columns in parts:
        is_empty = hasattr(columns, "__len__") and len(columns) == 0
        is_dropped = isinstance(transformer, str) and transformer == "drop"
        if not is_dropped and not is_empty:
            yield name, transformer


def _gives_ids(transformer: Any, vectorizer: type) -> bool:
    """Say whether the output of a transformer, or of the last of a pipeline, is ids."""
    while steps := getattr(transformer, "steps", None):
        transformer = steps[-1][1]
    return isinstance(transformer, vectorizer)


def _remedy(tool: Any, ids: list[str], names: list[str]) -> str:
    """Write a model for each text, and one for all other columns."""
    models = [
        (name, _without(names, {name}), "RNNClassifier(input='tokens')") for name in ids
    ]
    if len(ids) < len(names):
        models.append(("others", _without(names, set(names) - set(ids)), FOREST))
    written = ", ".join(
        f"({name!r}, make_pipeline(clone(columns).set_params({dropped}), {model}))"
        for name, dropped, model in models
    )
    return (
        f"Give each a model, where columns is this {type(tool).__name__}: "
        f"StackingClassifier([{written}])."
    )


def _without(names: list[str], kept: set[str]) -> str:
    """Write what drops all but some parts."""
    dropped = dict.fromkeys((name for name in names if name not in kept), "drop")
    if all(name.isidentifier() for name in dropped):
        return ", ".join(f"{name}='drop'" for name in dropped)
    return f"**{dropped}"
