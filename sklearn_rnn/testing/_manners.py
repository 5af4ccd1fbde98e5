"""Side effects: on parameters, data and global state, and how tools work with it."""

import pickle
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import SkipTest

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score

from sklearn_rnn.testing._predictions import assert_same
from sklearn_rnn.testing._subject import Subject, is_seed, why_not

# They set how something is computed or shown, and are no part of what was learnt.
MAY_ALWAYS_CHANGE = {"n_jobs", "verbose"}


def check_clone_keeps_parameters(subject: Subject) -> None:
    """`clone` keeps every parameter, and so do `get_params` and `set_params`."""
    given = subject.estimator.get_params()
    copied = clone(subject.estimator)
    changed = [
        name
        for name, value in copied.get_params().items()
        if _fingerprint(value) != _fingerprint(given[name])
    ]
    assert not changed, f"clone changed {', '.join(changed)}."
    own = copied.get_params(deep=False)
    kept = copied.set_params(**own).get_params(deep=False)
    lost = [name for name in own if kept[name] is not own[name]]
    assert not lost, f"set_params did not keep {', '.join(lost)}."


def check_fit_changes_nothing_given(subject: Subject) -> None:
    """`fit` leaves its parameters, X and y as they are, and returns the estimator."""
    estimator = subject.new()
    X, y = subject.data()
    before = _fingerprints(estimator, X, y)
    returned = estimator.fit(X, y)
    now = _fingerprints(estimator, X, y)
    changed = [name for name in before if before[name] != now[name]]
    assert not changed, f"fit changed {' and '.join(changed)}."
    assert returned is estimator, "fit did not return the estimator itself."


def _fingerprints(estimator: Any, X: Any, y: Any) -> dict[str, str | None]:
    """Hash the data and every parameter, but for estimators: pipelines fit those."""
    values = {f"the parameter {n}": v for n, v in estimator.get_params().items()}
    values |= {"X": X, "y": y}
    return {
        name: _fingerprint(value)
        for name, value in values.items()
        if not _holds_estimators(value)
    }


def _fingerprint(value: Any) -> str | None:
    """Hash what a value holds; None for what cannot be hashed, such as a lambda."""
    try:
        return joblib.hash(value)
    except pickle.PicklingError:
        return None


def _holds_estimators(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_estimators, value))
    return hasattr(value, "get_params")


def check_set_params_after_fit_moves_no_prediction(subject: Subject) -> None:
    """Predictions follow what was learnt, whatever `set_params` sets later."""
    X, y = subject.data()
    fitted = subject.fit(X, y)
    expected = subject.said(fitted, X)
    for name, value in fitted.get_params().items():
        other = _another(value)
        exempt = is_seed(name) or name.split("__")[-1] in MAY_ALWAYS_CHANGE
        if other is None or exempt:
            continue
        if why_not(lambda n=name, o=other: fitted.set_params(**{n: o})) is None:
            what = f"{name} became {other!r} after fit"
            reason = why_not(lambda: subject.said(fitted, X))
            assert reason is None, f"{what}, and then {reason}"
            assert_same(subject.said(fitted, X), expected, what, subject.rtol)
        fitted.set_params(**{name: value})


def _another(value: Any) -> Any:
    """Give another value of the same type for a number or a bool, else None."""
    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, int | np.integer):
        return value + 1
    return (value / 2 or 0.5) if isinstance(value, float) else None


def check_global_state_is_left_alone(subject: Subject) -> None:
    """`fit` and `predict` change no global random state and no number of threads."""
    X, y = subject.data()
    with _other_random_states():
        before = _global_state()
        fitted = subject.fit(X, y)
        after_fit = _global_state()
        subject.said(fitted, X)
        after = _global_state()
    for step, one, other in (("fit", before, after_fit), ("predict", after_fit, after)):
        moved = [name for name in one if one[name] != other[name]]
        assert not moved, f"{step} moved {', '.join(moved)}."


def _global_state() -> dict[str, Any]:
    of_numpy: Any = np.random.get_state()
    name, keys, *rest = of_numpy
    state = {
        "the random state of Python": random.getstate(),
        "the random state of NumPy": (name, keys.tobytes(), *rest),
    }
    if torch := sys.modules.get("torch"):
        state["the random state of torch"] = torch.get_rng_state().numpy().tobytes()
        state["torch's number of threads"] = torch.get_num_threads()
    return state


@contextmanager
def _other_random_states() -> Iterator[None]:
    """Move the global random states, and back; a seed set twice would stay unseen."""
    torch = sys.modules.get("torch")
    before = random.getstate(), np.random.get_state(), torch and torch.get_rng_state()
    random.random()
    np.random.random()
    if torch:
        torch.rand(1)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        if torch:
            torch.set_rng_state(before[2])


def check_pickles_keep_every_bit(subject: Subject) -> None:
    """Pickles predict the same bits, and can be fitted again."""
    X, y = subject.data()
    loaded = pickle.loads(pickle.dumps(subject.fitted))
    expected = subject.said(subject.fitted, X)
    assert_same(subject.said(loaded, X), expected, "The fitted estimator was pickled")
    pickle.loads(pickle.dumps(subject.new())).fit(X, y)


def check_same_seed_same_bits(subject: Subject) -> None:
    """Two fits with the same data and seed give the same bits."""
    X, y = subject.data()
    first, second = (subject.said(subject.fit(X, y), X) for _ in range(2))
    has_seed = any(map(is_seed, subject.new().get_params()))
    what = "Two fits had the same seed" if has_seed else "There is no random_state"
    assert_same(second, first, what)


def check_refit_forgets(subject: Subject) -> None:
    """`fit` after `fit` gives what it gives without the first one."""
    subject.require_repeatable()
    if any(
        n.endswith("warm_start") and v for n, v in subject.new().get_params().items()
    ):
        raise SkipTest("warm_start=True continues from the first fit")
    X, y = subject.noise()
    half = len(X) // 2
    first = subject.pack([x[::-1] if isinstance(x, str) else 5 * x for x in X[:half]])
    y_first = None if y is None else subject.pack_target(y[:half])
    fitted = subject.fit(first, y_first)
    X, y = subject.data()
    expected = subject.said(subject.fit(X, y), X)
    assert_same(subject.said(fitted.fit(X, y), X), expected, "It was fitted before")


def check_searches_take_it(subject: Subject) -> None:
    """Cross-validation and searches work, on unequal lengths where accepted."""
    if not hasattr(subject.estimator, "score"):
        raise SkipTest("there is no score")
    X, y = subject.data()
    scores = cross_val_score(subject.new(), X, y, cv=2, error_score="raise")
    assert np.isfinite(scores).all(), f"cross_val_score gave {scores}."
    search = GridSearchCV(subject.new(), {}, cv=2, error_score="raise").fit(X, y)
    assert len(search.predict(X)) == len(y)
