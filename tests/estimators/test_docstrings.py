"""What the docstrings of the estimators promise of each other."""

import inspect
import itertools
import re

import pytest

from sklearn_rnn import RNNRegressor, RNNStepRegressor, TextVectorizer
from sklearn_rnn.testing import all_estimators

ESTIMATORS = [kind for _, kind in all_estimators() if hasattr(kind, "predict")]
every_estimator = pytest.mark.parametrize("estimator_class", ESTIMATORS)
every_pair = pytest.mark.parametrize("pair", [*itertools.combinations(ESTIMATORS, 2)])

# Where the target makes a difference, and what of a text does not count there.
MAY_DIFFER = {
    "standardize",
    "early_stopping",
    "validation_fraction",
    "tol",
    "class_weight",
}
DEFAULT_MAY_DIFFER = {"bidirectional"}


def section(estimator_class, title, next_title):
    """Split a section into the text of each name, in its order."""
    doc = inspect.cleandoc(estimator_class.__doc__)
    text = doc.split(f"{title}\n{'-' * len(title)}\n")[1]
    text = text.split(f"\n{next_title}\n{'-' * len(next_title)}")[0]
    pieces = re.split(r"^([\w, ]+) : ", text, flags=re.MULTILINE)[1:]
    return {
        name: " ".join(text.split())
        for name, text in zip(pieces[::2], pieces[1::2], strict=True)
    }


def parameter_texts(estimator_class):
    return section(estimator_class, "Parameters", "Attributes")


def attribute_texts(estimator_class):
    return section(estimator_class, "Attributes", "See Also")


@every_estimator
def test_every_parameter_is_described_in_the_order_of_the_signature(estimator_class):
    names = list(inspect.signature(estimator_class).parameters)
    assert list(parameter_texts(estimator_class)) == names


@every_estimator
def test_an_estimator_has_no_more_than_31_parameters(estimator_class):
    # What few people tune goes through net_params or callbacks.
    assert len(estimator_class().get_params()) <= 31


def test_every_parameter_of_the_vectorizer_is_described():
    names = set(inspect.signature(TextVectorizer).parameters)
    assert set(parameter_texts(TextVectorizer)) == names


@every_pair
def test_the_same_parameter_reads_the_same_in_every_estimator(pair):
    one, other = map(parameter_texts, pair)
    shared = (set(one) & set(other)) - MAY_DIFFER
    assert len(shared) > 20
    for name in shared:
        texts = [one[name], other[name]]
        if name in DEFAULT_MAY_DIFFER:
            texts = [re.sub(r"default=\S+", "", text) for text in texts]
        assert texts[0] == texts[1], name


@every_pair
def test_the_same_attribute_reads_the_same_in_every_estimator(pair):
    one, other = map(attribute_texts, pair)
    shared = set(one) & set(other)
    assert len(shared) > 8
    for name in shared - {"classes_", "loss_curve_"}:
        assert one[name] == other[name], name


def test_regressors_read_the_same_where_the_target_makes_a_difference():
    whole, stepwise = map(parameter_texts, (RNNRegressor, RNNStepRegressor))
    for name in MAY_DIFFER & set(whole):
        assert whole[name] == stepwise[name], name


@every_estimator
def test_described_defaults_are_the_defaults(estimator_class):
    texts = parameter_texts(estimator_class)
    for name, parameter in inspect.signature(estimator_class).parameters.items():
        if found := re.search(r"default=(\S+)", texts[name]):
            assert eval(found[1]) == parameter.default, name
