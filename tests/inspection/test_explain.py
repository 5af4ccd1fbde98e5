"""`explain` on estimators and pipelines, against their public predictions."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
)
from sklearn_rnn.estimators.targets import NumberTarget
from sklearn_rnn.exceptions import IncompleteAttributionWarning
from sklearn_rnn.inspection import explain
from sklearn_rnn.inspection._rows import read_rows
from sklearn_rnn.nn import PooledHead

rng = np.random.default_rng(0)
SMALL = {
    "hidden_size": 4,
    "embedding_dim": 4,
    "net_params": {"module__characters_dim": 2},
    "max_epochs": 2,
    "cell": "rnn",
    "pooling": "mean",
    "random_state": 0,
}
STEPWISE = {name: value for name, value in SMALL.items() if name != "pooling"}
TEXTS = ["Good film!", "bad film", "a GOOD one", "a bad, bad one", "Café"] * 4
THREE = ["up", "down", "level", "down", "up"] * 4
X = rng.normal(3.0, 2.0, size=(20, 5, 2))
Y = 1000.0 * X[:, 0, 0] + 50_000.0
FLAT = X[:, :, 0]
CONTAINERS = {
    "array": X,
    "list": list(X),
    "ragged": [x[: 2 + i % 4] for i, x in enumerate(X)],
    "table": FLAT,
    "frame": pd.DataFrame(FLAT, columns=list("abcde")),
    "tokens": sparse.csr_matrix(rng.integers(1, 7, (20, 5)).astype(np.int32)),
}
CELLS_AND_POOLINGS = [
    (cell, pooling)
    for cell in ("rnn", "gru", "lstm")
    for pooling in ("last", "final_state", "mean", "max", "final_max", "attention")
]


def fitted(X=X, y=None, **params):
    y = THREE if y is None else y
    return RNNClassifier(**{**SMALL, **params}).fit(X, y)


def regressor(X=X, y=Y, **params):
    return RNNRegressor(**{**SMALL, **params}).fit(X, y)


def text_pipeline(vectorizer=None, y=None, **params):
    vectorizer = TextVectorizer(max_length=20) if vectorizer is None else vectorizer
    pipeline = make_pipeline(vectorizer, RNNClassifier(**{**SMALL, **params}))
    return pipeline.fit(TEXTS, THREE if y is None else y)


def assert_adds_up(found, tol=1e-3, scale=1.0):
    for one in found:
        difference = one.output - one.base_output
        allowed = tol * max(scale, abs(difference))
        assert one.values.sum() == pytest.approx(difference, abs=allowed)


@pytest.fixture(scope="module")
def classifier():
    return fitted()


@pytest.fixture(scope="module")
def pipeline():
    return text_pipeline()


# -- what is explained ---------------------------------------------------------


def test_the_predicted_class_is_explained_by_its_logit(classifier):
    found = explain(classifier, X)
    logits = classifier.decision_function(X)
    assert [one.target for one in found] == classifier.predict(X).tolist()
    np.testing.assert_allclose(
        [one.output for one in found], logits.max(axis=1), atol=1e-5
    )
    assert_adds_up(found)


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_a_class_is_named_for_all_rows_or_for_each(classifier, method):
    logits = classifier.decision_function(X)
    for target in ("down", THREE, np.array(THREE)):
        found = explain(classifier, X, target=target, method=method)
        labels = ["down"] * 20 if target is not THREE else THREE
        labels = THREE if not isinstance(target, str) else labels
        columns = [list(classifier.classes_).index(label) for label in labels]
        assert [one.target for one in found] == labels
        outputs = [one.output for one in found]
        np.testing.assert_allclose(outputs, logits[range(20), columns], atol=1e-5)


def test_the_first_of_two_classes_has_the_logit_with_its_sign_turned():
    model = fitted(y=[0, 1] * 10)
    logits = model.decision_function(X)
    first, second = (explain(model, X, target=label) for label in (0, 1))
    np.testing.assert_allclose([one.output for one in first], -logits, atol=1e-5)
    np.testing.assert_allclose([one.output for one in second], logits, atol=1e-5)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one.values, -other.values, atol=1e-12)
    predicted = [one.target for one in explain(model, X)]
    assert predicted == model.predict(X).tolist()


def test_of_several_labels_one_is_named():
    labels = rng.integers(0, 2, (20, 3))
    model = fitted(y=labels)
    found = explain(model, X, target=2)
    np.testing.assert_allclose(
        [one.output for one in found], model.decision_function(X)[:, 2], atol=1e-5
    )
    with pytest.raises(ValueError, match="which of the 3 labels"):
        explain(model, X)
    with pytest.raises(ValueError, match=r"number of one of the 3 labels.*got 3"):
        explain(model, X, target=3)


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_a_regression_is_explained_in_units_of_y(method):
    model = regressor()
    found = explain(model, X, method=method)
    outputs = [one.output for one in found]
    np.testing.assert_allclose(outputs, model.predict(X), rtol=1e-6)
    assert (found[0].unit, found[0].target) == ("y", None)
    nothing = np.broadcast_to(model.input_mean_, (1, 5, 2))
    base = [one.base_output for one in found]
    np.testing.assert_allclose(base, np.repeat(model.predict(nothing), 20), rtol=1e-6)
    if method == "integrated_gradients":
        assert_adds_up(found, scale=float(model.target_scale_[0]))


def test_a_count_is_explained_by_the_logarithm_of_its_mean():
    model = regressor(y=rng.poisson(4.0, 20), loss="poisson")
    found = explain(model, X)
    outputs = [one.output for one in found]
    np.testing.assert_allclose(outputs, np.log(model.predict(X)), atol=1e-5)
    assert found[0].unit == "log of the mean"


def test_of_several_outputs_one_is_named():
    model = regressor(y=np.stack([Y, -Y, 0.01 * Y], axis=1))
    columns = np.arange(20) % 3
    found = explain(model, X, target=columns)
    outputs = [one.output for one in found]
    np.testing.assert_allclose(outputs, model.predict(X)[range(20), columns], rtol=1e-5)
    assert [one.target for one in found] == columns.tolist()
    with pytest.raises(ValueError, match="which of the 3 outputs"):
        explain(model, X)


def test_without_standardisation_the_baseline_is_zero():
    model = regressor(standardize=False)
    (found,) = explain(model, X[:1])
    expected = model.predict(np.zeros((1, 5, 2)))[0]
    assert found.base_output == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("output", ["softmax", "crf"])
def test_a_tagger_is_explained_step_by_step(output):
    labels = [["a", "b", "c", "b", "a"]] * 20
    model = RNNTagger(**STEPWISE, output=output).fit(X, labels)
    steps = np.arange(20) % 10 - 5
    found = explain(model, X, step=steps)
    assert [one.step for one in found] == (steps % 5).tolist()
    predicted = model.predict(X)
    targets = [tags[step] for tags, step in zip(predicted, steps, strict=True)]
    assert [one.target for one in found] == targets
    assert found[0].unit == ("logit" if output == "softmax" else "score")
    assert_adds_up(found)
    if output == "softmax":  # logits differ as logarithms of probabilities do
        log_probabilities = model.predict_log_proba(X[:1])[0][2]
        scores = [
            explain(model, X[:1], step=2, target=target)[0].output for target in "abc"
        ]
        np.testing.assert_allclose(
            np.diff(scores), np.diff(log_probabilities), atol=1e-5
        )


def test_a_step_regressor_is_explained_in_units_of_y():
    y = 500.0 + 100.0 * np.cumsum(X[:, :, 0], axis=1)
    model = RNNStepRegressor(**STEPWISE, bidirectional=False).fit(X, y)
    for step in (0, 3, -1):
        found = explain(model, X, step=step)
        expected = [values[step] for values in model.predict(X)]
        np.testing.assert_allclose([one.output for one in found], expected, rtol=1e-6)
        assert all((one.values[found[0].step + 1 :] == 0).all() for one in found)


# -- any container -------------------------------------------------------------


@pytest.mark.parametrize("name", CONTAINERS)
def test_any_container_is_explained(name):
    data = CONTAINERS[name]
    model = fitted(data)
    found = explain(model, data)
    assert_adds_up(found)
    shape = (5, 2)
    if name in ("table", "frame", "tokens"):
        shape = (5,)
    if name == "ragged":
        assert [one.values.shape for one in found] == [x.shape for x in data]
    else:
        assert {one.values.shape for one in found} == {shape}
    assert (found[0].series is None) == (name == "tokens")
    if name == "tokens":
        assert found[3].tokens.tolist() == data[[3]].toarray()[0].tolist()
    elif name == "table":
        np.testing.assert_array_equal(found[3].series, data[3])
    elif name == "array":
        np.testing.assert_array_equal(found[3].series, data[3])


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_rows_are_explained_alike_alone_in_any_batch_and_behind_padding(method):
    ragged = CONTAINERS["ragged"]
    padded = np.full((20, 9, 2), np.nan)
    for i, x in enumerate(ragged):
        padded[i, : len(x)] = x
    model = fitted(ragged)
    found = explain(model, ragged, method=method)
    behind_padding = explain(model, padded, method=method)
    for i in (0, 7, 13):
        (alone,) = explain(model, ragged[i : i + 1], method=method)
        for other in (alone, behind_padding[i]):
            np.testing.assert_allclose(other.values, found[i].values, atol=1e-10)
            assert other.target == found[i].target


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "pooling"), CELLS_AND_POOLINGS)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_contributions_add_up_for_every_trained_network(cell, pooling, bidirectional):
    params = {"cell": cell, "pooling": pooling, "bidirectional": bidirectional}
    params |= {"hidden_size": 32, "max_epochs": 20}
    assert_adds_up(explain(fitted(**params), X[:4]))
    tokens = CONTAINERS["tokens"]
    assert_adds_up(explain(fitted(tokens, **params), tokens[:4]))


def test_a_long_row_is_explained():
    series = [rng.normal(size=(n, 1)) for n in (800, 30)]
    model = fitted([x[:20] for x in series] * 5, y=[0, 1] * 5, cell="gru")
    assert_adds_up(explain(model, series))


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["max", "attention"])
def test_a_very_long_row_is_explained(pooling):
    series = [rng.normal(size=(5000, 1))]
    model = RNNClassifier(8, max_epochs=1, pooling=pooling, random_state=0)
    model.fit([rng.normal(size=(50, 1)) for _ in range(10)], [0, 1] * 5)
    assert_adds_up(explain(model, series))


def test_a_trained_network_with_the_default_pooling_is_explained():
    texts = [f"{a} {b} {c}" for a in "pqrs" for b in "tuvw" for c in "pqtu"]
    labels = [int("p" in text) + int("t" in text) for text in texts]
    model = make_pipeline(
        TextVectorizer(), RNNClassifier(16, max_epochs=15, random_state=0)
    ).fit(texts, labels)
    assert model.score(texts, labels) > 0.9
    assert_adds_up(explain(model, texts))


# -- texts ---------------------------------------------------------------------


def test_the_baseline_of_a_text_is_the_unknown_word_at_every_step(pipeline):
    (found,) = explain(pipeline, ["good bad film"], target="up")
    unknown = pipeline.decision_function(["? ? ?"])[0]
    column = list(pipeline.classes_).index("up")
    assert found.base_output == pytest.approx(unknown[column], abs=1e-5)


def test_tokens_come_with_their_places_in_the_text(pipeline):
    text = "  A zebra's\nGOOD!"
    (found,) = explain(pipeline, [text])
    assert found.text == text
    assert found.tokens.tolist() == ["a", "zebra", "'", "s", "good", "!"]
    places = [text[start:stop] for start, stop in found.spans]
    assert places == ["A", "zebra", "'", "s", "GOOD", "!"]
    # "zebra" is unknown to the network, and the baseline is the unknown word.
    assert found.values[1] != 0 or found.values[4] != 0


@pytest.mark.parametrize("characters", [True, False])
def test_occlusion_of_a_text_is_brute_force_with_unknown_words(characters):
    model = text_pipeline(TextVectorizer(characters=characters, lowercase=False))
    words = ["bad", "one", "Good"]
    (found,) = explain(model, [" ".join(words)], target="down", method="occlusion")
    column = list(model.classes_).index("down")
    whole = model.decision_function([" ".join(words)])[0, column]
    assert found.output == whole
    for i in range(3):
        # U+FFFD is no word, but a token, and unknown.
        without = " ".join([*words[:i], "\ufffd", *words[i + 1 :]])
        expected = whole - model.decision_function([without])[0, column]
        assert found.values[i] == pytest.approx(expected, abs=1e-12)


def test_occlusion_of_numbers_is_brute_force_with_the_mean(classifier):
    (found,) = explain(classifier, X[:1], target="down", method="occlusion")
    column = list(classifier.classes_).index("down")
    for step, variable in [(0, 0), (4, 1)]:
        without = X[:1].copy()
        without[0, step, variable] = classifier.input_mean_[variable]
        logits = classifier.decision_function(np.concatenate([X[:1], without]))
        assert found.values[step, variable] == logits[0, column] - logits[1, column]


def test_a_text_without_tokens_is_one_unknown_word(pipeline):
    found = explain(pipeline, ["", "bad"])
    assert found[0].tokens.tolist() == ["<unk>"]
    assert found[0].spans.tolist() == [[0, 0]]
    assert found[0].values == pytest.approx(0.0, abs=1e-12)


def test_lists_of_tokens_are_explained_without_a_text():
    vectorizer = TextVectorizer(analyzer=list)
    model = make_pipeline(vectorizer, RNNClassifier(**SMALL))
    documents = [["good", "film"], ["bad"]] * 5
    model.fit(documents, [1, 0] * 5)
    found = explain(model, documents[:2])
    assert found[0].tokens.tolist() == ["good", "film"]
    assert found[0].text is None


def test_a_text_that_was_rewritten_is_explained_by_its_tokens():
    vectorizer = TextVectorizer(preprocessor=lambda text: text.replace("!", " so"))
    model = make_pipeline(vectorizer, RNNClassifier(**SMALL)).fit(TEXTS, THREE)
    (found,) = explain(model, ["good!"])
    assert (found.tokens.tolist(), found.spans) == (["good", "so"], None)
    assert ">so</span>" in found._repr_html_()


def test_steps_before_the_vectorizer_and_a_generator_are_led_through():
    shout = FunctionTransformer(lambda X: [text.upper() for text in X])
    model = make_pipeline(shout, TextVectorizer(), RNNClassifier(**SMALL))
    model.fit(TEXTS, THREE)
    (found,) = explain(model, ["good film"])
    assert found.text == "GOOD FILM"
    plain = text_pipeline()
    assert len(explain(plain, (text for text in TEXTS[:3]))) == 3


def test_rows_hold_the_words_of_the_analyzer(pipeline):
    rows = read_rows(pipeline, ["Bad zebra"], words=True)
    assert rows.tokens[0].tolist() == ["bad", "zebra"]
    assert rows.spans[0].tolist() == [[0, 3], [4, 9]]
    assert read_rows(fitted(), X, words=True).spans is None


def test_a_text_shows_itself_in_colours_and_numbers_do_not(pipeline, classifier):
    assert "<span" in explain(pipeline, ["bad <b>"])[0]._repr_html_()
    (found,) = explain(classifier, X[:1])
    assert found._repr_html_() is None
    assert repr(found).startswith("Explanation(5 steps, method='integrated_grad")


# -- attention -----------------------------------------------------------------


def test_attention_gives_the_weights_of_the_network():
    model = fitted(CONTAINERS["ragged"], pooling="attention")
    found = explain(model, CONTAINERS["ragged"], method="attention")
    weights = model.attention_weights(CONTAINERS["ragged"])
    for one, expected in zip(found, weights, strict=True):
        np.testing.assert_array_equal(one.values, expected[: len(one.values)])
        assert one.values.sum() == pytest.approx(1.0, abs=1e-6)
        assert one.output is one.base_output is one.target is None


def test_attention_is_refused_where_there_is_none(classifier):
    with pytest.raises(ValueError, match="this RNNClassifier has pooling='mean'"):
        explain(classifier, X, method="attention")
    tagger = RNNTagger(**STEPWISE).fit(X, [list("ababa")] * 20)
    with pytest.raises(ValueError, match="this RNNTagger pools nothing"):
        explain(tagger, X, method="attention", step=0)
    model = fitted(pooling="attention")
    model.set_params(pooling="max")  # what was fitted goes on
    assert len(explain(model, X, method="attention")) == 20
    with pytest.raises(ValueError, match="target has no effect"):
        explain(model, X, method="attention", target="up")


# -- what cannot be used -------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"method": "shap"}, "method must be one of 'integrated_gradients'.*'shap'"),
        ({"tol": 0.0}, "tol == 0.0, must be > 0"),
        ({"target": "left"}, r"one of the classes \['down', 'level', 'up'\].*'left'"),
        ({"target": 0}, "one of the classes"),
        ({"target": ["up", "down"]}, "one for each of the 20 rows of X, got 2"),
        ({"step": 0}, "step is for RNNTagger and RNNStepRegressor"),
    ],
)
def test_what_cannot_be_used_is_named(classifier, params, message):
    with pytest.raises(ValueError, match=message):
        explain(classifier, X, **params)


def test_a_step_that_is_not_there_is_refused(assert_refused):
    model = RNNTagger(**STEPWISE).fit(X, [list("ababa")] * 20)
    steps = [None, 5, -6, 1.0, True, "0", [0, 1]]
    cases = [(step, "step") for step in steps]
    assert_refused(lambda step: explain(model, X, step=step), cases)


def test_other_estimators_and_unfitted_ones_are_refused():
    with pytest.raises(TypeError, match="estimator must be one of sklearn_rnn"):
        explain(TextVectorizer(), TEXTS)
    with pytest.raises(ValueError, match="not fitted"):
        explain(RNNClassifier(), X)


def test_what_does_not_add_up_is_said():
    model = regressor(pooling="max", max_epochs=10)
    with pytest.warns(IncompleteAttributionWarning, match=r"rows do not add up.*\(y\)"):
        explain(model, X[:3], tol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explain(model, X[:3], tol=10.0)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_mode_of_torch_does_not_matter(mode):
    model = fitted(cell="lstm", pooling="max")
    (expected,) = explain(model, X[:1])
    with mode():
        (found,) = explain(model, X[:1])
    np.testing.assert_array_equal(found.values, expected.values)


def test_a_target_and_a_step_may_be_arrays_without_axes():
    model = RNNTagger(**STEPWISE).fit(X, [list("ababa")] * 20)
    given = {"target": np.array("b"), "step": np.array(-1)}
    (found,) = explain(model, X[:1], method="occlusion", **given)
    assert (found.target, found.step) == ("b", 4)


def test_no_number_is_no_tolerance():
    with pytest.raises(ValueError, match="tol must be a number above 0, got nan"):
        explain(fitted(), X, tol=np.nan)


def test_occlusion_of_many_variables_takes_parts(monkeypatch):
    model = fitted()
    (expected,) = explain(model, X[:1], method="occlusion")
    monkeypatch.setattr("sklearn_rnn._training._attributions.OCCLUSION_VALUES", 30)
    (found,) = explain(model, X[:1], method="occlusion")
    np.testing.assert_array_equal(found.values, expected.values)


class OwnHead(PooledHead):
    pass


class OwnTarget(NumberTarget):
    def make_head(self, n_units, **shared):
        return OwnHead(n_units, self.n_outputs_, loss=self.make_loss(), **shared)


class WithOwnHead(RNNRegressor):
    def _make_target(self):
        return OwnTarget("WithOwnHead", "squared_error", 0.5, True, "last")


def test_outputs_of_a_head_of_ones_own_are_not_explained():
    model = WithOwnHead(**SMALL).fit(X, Y)
    with pytest.raises(ValueError, match=r"WithOwnHead has OwnHead.*permutation_imp"):
        explain(model, X)
