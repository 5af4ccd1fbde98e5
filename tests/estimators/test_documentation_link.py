"""The HTML of an estimator leads to its page, where there are pages."""

import re
from html import unescape

import pytest
import sklearn

from sklearn_rnn import RNNClassifier
from sklearn_rnn.testing import all_estimators

ESTIMATORS = [kind for _, kind in all_estimators()]
VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


@pytest.mark.parametrize("kind", ESTIMATORS, ids=lambda kind: kind.__name__)
def test_html_links_to_the_page_of_the_estimator(kind, monkeypatch):
    monkeypatch.setenv("SKLEARN_RNN_DOCS", "https://pages.example/latest/")
    address = f"https://pages.example/latest/api/generated/sklearn_rnn.{kind.__name__}"
    assert f'href="{address}.html"' in kind()._repr_html_()


@pytest.mark.skipif(VERSION < (1, 8), reason="scikit-learn 1.8 began to tell them")
@pytest.mark.parametrize("kind", ESTIMATORS, ids=lambda kind: kind.__name__)
def test_html_tells_what_each_parameter_is(kind, monkeypatch):
    monkeypatch.setenv("SKLEARN_RNN_DOCS", "https://pages.example")
    html = unescape(kind()._repr_html_())
    told = set(re.findall(r"#:~:text=([a-z_]+)", html))
    assert told == set(kind().get_params())


def test_without_pages_nothing_is_linked(monkeypatch):
    monkeypatch.delenv("SKLEARN_RNN_DOCS", raising=False)
    assert "href" not in RNNClassifier()._repr_html_()


def test_an_estimator_of_somebody_else_is_not_linked_to_ours(monkeypatch):
    monkeypatch.setenv("SKLEARN_RNN_DOCS", "https://pages.example")

    class Own(RNNClassifier):
        def __init__(self):
            super().__init__()

    assert "pages.example" not in Own()._repr_html_()
