"""Token ids that ColumnTransformer and FeatureUnion put beside other columns."""

import warnings

import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer
from sklearn_rnn.exceptions import AmbiguousInputWarning

TEXTS = ["a good film", "a bad film", "so good", "so very bad"] * 6
X = pd.DataFrame({"text": TEXTS, "title": TEXTS, "age": range(20, 44)})
Y = [1, 0, 1, 0] * 6

JOINED = {
    "numbers": (
        ColumnTransformer(
            [("t", TextVectorizer(), "text"), ("a", "passthrough", ["age"])]
        ),
        X,
    ),
    "numbers in front": (
        ColumnTransformer(
            [("a", "passthrough", ["age"]), ("t", TextVectorizer(), "text")]
        ),
        X,
    ),
    "the remainder": (
        ColumnTransformer(
            [("t", make_pipeline("passthrough", TextVectorizer()), "text")],
            remainder="passthrough",
        ),
        X[["text", "age"]],
    ),
    "names of scikit-learn": (
        make_column_transformer(
            (TextVectorizer(), "text"), (TextVectorizer(), "title")
        ),
        X,
    ),
    "a union": (
        FeatureUnion([("ids", TextVectorizer()), ("counts", CountVectorizer())]),
        TEXTS,
    ),
}
SETTING = {
    "StackingClassifier": StackingClassifier,
    "make_pipeline": make_pipeline,
    "clone": clone,
    "RNNClassifier": lambda **how: RNNClassifier(2, max_epochs=1, **how),
    "RandomForestClassifier": lambda: RandomForestClassifier(5, random_state=0),
}


@pytest.mark.parametrize("name", JOINED)
def test_the_warning_comes_before_training_and_its_line_works(name):
    columns, given = JOINED[name]
    with pytest.warns(AmbiguousInputWarning, match="beside") as caught:
        clone(columns).fit_transform(given)
    message = str(caught[0].message)
    line = message[message.index("StackingClassifier(") :].removesuffix(".")
    model = eval(line, {**SETTING, "columns": columns})
    model.fit(given, Y).predict(given)


def test_ids_alone_and_states_beside_numbers_are_as_they_should_be():
    states = make_pipeline(TextVectorizer(), RNNClassifier(2, max_epochs=1))
    for parts in (
        [("t", TextVectorizer(), "text"), ("no", "drop", ["age"]), ("e", "drop", [])],
        [("s", states, "text"), ("a", "passthrough", ["age"])],
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ColumnTransformer(parts).fit_transform(X, Y)
