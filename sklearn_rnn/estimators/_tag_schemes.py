"""Tag schemes, which write spans as labels: which label may follow which."""

from typing import NamedTuple

import numpy as np


class Scheme(NamedTuple):
    """The prefixes of a tag scheme, and which of them may follow each other."""

    prefixes: str
    inside: str  # must follow `open` of the same type
    open: str  # may be followed by `inside` of the same type
    unfinished: str  # must be followed by it


SCHEMES = {
    "bio": Scheme(prefixes="BIO", inside="I", open="BI", unfinished=""),
    "bioes": Scheme(prefixes="BIOES", inside="IE", open="BI", unfinished="BI"),
}


def forbidden_transitions(classes, scheme):
    """List the pairs of classes that cannot follow each other.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Labels such as ``"B-PER"``, ``"I-PER"`` and ``"O"``.
    scheme : {"bio", "bioes"}

    Returns
    -------
    forbidden : tuple of (int or None, int or None)
        Indices of the class before and after; None is the start or the end.

    Raises
    ------
    ValueError
        If a class is no label of the scheme.
    """
    rules = SCHEMES[scheme]
    labels = [_split_label(label, scheme) for label in classes.tolist()]
    places = [None, *range(len(labels))]
    return tuple(
        (before, after)
        for before in places
        for after in places
        if not _may_follow(
            None if before is None else labels[before],
            None if after is None else labels[after],
            rules,
        )
    )


def check_scheme(y, classes, forbidden):
    """Refuse labels that use a forbidden transition.

    Parameters
    ----------
    y : Sequences
        Of class indices.
    classes : ndarray of shape (n_classes,)
    forbidden : tuple of pairs
        Of `forbidden_transitions`.

    Raises
    ------
    ValueError
        For the first such place, naming the sequence, the step and both labels.
    """
    n_classes = len(classes)
    allowed = np.ones((n_classes + 1, n_classes + 1), dtype=bool)
    for before, after in forbidden:
        edge = [n_classes if i is None else i for i in (before, after)]
        allowed[edge[0], edge[1]] = False
    starts, ends = y.offsets[:-1], y.offsets[1:]
    before = np.concatenate([[n_classes], y.values[:-1]])
    before[starts] = n_classes
    wrong = ~allowed[before, y.values]
    wrong[ends - 1] |= ~allowed[y.values[ends - 1], n_classes]
    if wrong.any():
        step = np.argmax(wrong)
        row = np.searchsorted(y.offsets, step, side="right") - 1
        names = [*classes.tolist(), "the end"]
        after = n_classes if allowed[before[step], y.values[step]] else y.values[step]
        first = y.values[step] if after == n_classes else before[step]
        name = "the start" if first == n_classes else repr(names[first])
        raise ValueError(
            f"y does not follow the tag scheme: in sequence {row}, at step "
            f"{step - y.offsets[row]}, {name} is followed by "
            f"{names[after] if after == n_classes else repr(names[after])}; correct "
            "the labels, or set scheme=None."
        )


def _split_label(label, scheme):
    """Split a label into prefix and type; "O" has no type."""
    prefix, _, kind = str(label).partition("-")
    in_full = prefix != "O" or label == "O"
    if prefix not in tuple(SCHEMES[scheme].prefixes) or not in_full:
        raise ValueError(
            f"scheme={scheme!r} accepts labels such as 'B-PER', 'I-PER' and 'O', with "
            f"the prefixes {', '.join(SCHEMES[scheme].prefixes)}; y holds {label!r}. "
            "Correct the labels, or set scheme=None."
        )
    return prefix, kind


def _may_follow(before, after, rules):
    """Tell whether a label may follow another; None is the start or the end."""
    if after is not None and after[0] in rules.inside:
        return before is not None and before[0] in rules.open and before[1] == after[1]
    return before is None or before[0] not in tuple(rules.unfinished)
