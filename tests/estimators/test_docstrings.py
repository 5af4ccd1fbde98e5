"""What the docstrings of the estimators promise of each other."""

import inspect
import re

import pytest

from sklearn_rnn import RNNClassifier, RNNRegressor, TextVectorizer

# Where the target makes a difference.
MAY_DIFFER = {"standardize", "early_stopping", "validation_fraction", "tol"}


def parameter_texts(estimator_class):
    """Split the Parameters section into a text for each parameter, in its order."""
    doc = inspect.cleandoc(estimator_class.__doc__)
    section = doc.split("Parameters\n----------\n")[1].split("\nAttributes\n------")[0]
    pieces = re.split(r"^(\w+) : ", section, flags=re.MULTILINE)[1:]
    return {
        name: " ".join(text.split())
        for name, text in zip(pieces[::2], pieces[1::2], strict=True)
    }


@pytest.mark.parametrize("estimator_class", [RNNClassifier, RNNRegressor])
def test_every_parameter_is_described_in_the_order_of_the_signature(estimator_class):
    names = list(inspect.signature(estimator_class).parameters)
    assert list(parameter_texts(estimator_class)) == names


def test_every_parameter_of_the_vectorizer_is_described():
    names = set(inspect.signature(TextVectorizer).parameters)
    assert set(parameter_texts(TextVectorizer)) == names


def test_the_same_parameter_reads_the_same_in_both_estimators():
    classifier, regressor = map(parameter_texts, (RNNClassifier, RNNRegressor))
    shared = (set(classifier) & set(regressor)) - MAY_DIFFER
    assert len(shared) > 20
    for name in shared:
        assert classifier[name] == regressor[name], name


@pytest.mark.parametrize("estimator_class", [RNNClassifier, RNNRegressor])
def test_described_defaults_are_the_defaults(estimator_class):
    texts = parameter_texts(estimator_class)
    for name, parameter in inspect.signature(estimator_class).parameters.items():
        if found := re.search(r"default=(\S+)", texts[name]):
            assert eval(found[1]) == parameter.default, name
