"""What the docstrings of the estimators promise of each other."""

import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

import sklearn_rnn.estimators
from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNTagger,
    RNNTranslator,
    TextVectorizer,
)
from sklearn_rnn.testing import all_estimators

ESTIMATORS = [kind for _, kind in all_estimators() if hasattr(kind, "predict")]
every_estimator = pytest.mark.parametrize("estimator_class", ESTIMATORS)


def section(estimator_class, title, next_title):
    """Split a section into the text of each name, in its order."""
    doc = inspect.cleandoc(estimator_class.__doc__)
    text = doc.split(f"{title}\n{'-' * len(title)}\n")[1]
    text = text.split(f"\n{next_title}\n{'-' * len(next_title)}")[0]
    pieces = re.split(r"^([\w, ]+) : ", text, flags=re.MULTILINE)[1:]
    assert not [name for name, n in Counter(pieces[::2]).items() if n > 1]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def parameter_texts(estimator_class):
    return section(estimator_class, "Parameters", "Attributes")


@every_estimator
def test_every_parameter_is_described_with_its_default_and_in_order(estimator_class):
    texts = parameter_texts(estimator_class)
    parameters = inspect.signature(estimator_class).parameters
    assert list(texts) == list(parameters)
    for name, parameter in parameters.items():
        described = re.search(r"default=(\S+)\n", texts[name])[1]
        assert eval(described) == parameter.default, name


@every_estimator
def test_an_estimator_has_no_more_than_31_parameters(estimator_class):
    # What few people tune goes through net_params or callbacks. These were asked for on
    # top of the others.
    asked_for = {
        RNNTagger: {"loss"},
        RNNTranslator: {"max_length"},
        RNNRegressor: {"quantiles"},
        RNNClassifier: {"calibration"},
    }
    names = set(estimator_class().get_params()) - asked_for.get(estimator_class, set())
    asked_of_all = {"missing", "relative_to", "pretrained", "freeze_epochs", "refit"}
    asked_of_all |= {"patch_length", "kernel_sizes", "compiled", "input_noise"}
    assert len(names - asked_of_all) <= 31


def test_every_parameter_of_the_vectorizer_is_described():
    names = set(inspect.signature(TextVectorizer).parameters)
    assert set(parameter_texts(TextVectorizer)) == names


def test_each_text_is_written_once():
    folder = Path(sklearn_rnn.estimators.__file__).parent
    source = " ".join(
        " ".join(path.read_text() for path in folder.glob("*.py")).split()
    )
    texts = {}
    for kind in ESTIMATORS:
        texts |= parameter_texts(kind) | section(kind, "Attributes", "See Also")
    assert {"pooling", "output", "quantile", "net_", "transitions_"} <= set(texts)
    for name, text in texts.items():
        said = " ".join(text.split("\n", 1)[1].split())
        assert source.count(said) == 1, name


class WithLabel(RNNRegressor):
    """A user's subclass, with a parameter of its own."""

    def __init__(self, hidden_size=4, label="", **params):
        super().__init__(hidden_size, **params)
        self.label = label


def test_a_subclass_may_have_its_own_signature():
    model = WithLabel(label="mine", max_epochs=1).fit([[1.0, 2.0], [2.0, 3.0]], [1, 2])
    assert model.get_params() == {"hidden_size": 4, "label": "mine"}
    assert (model.max_epochs, model.n_iter_) == (1, 1)


def test_parameters_but_the_first_go_by_their_names():
    assert RNNClassifier(8).hidden_size == 8
    with pytest.raises(TypeError, match=r"RNNClassifier.*positional"):
        RNNClassifier(8, "lstm")
    with pytest.raises(TypeError, match=r"RNNClassifier.*'hidden_sizes'"):
        RNNClassifier(hidden_sizes=8)
