"""Several sequences of each sample: an encoder for each, and one head."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sklearn_rnn import (
    RNNClassifier,
    RNNLanguageModel,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    RNNTranscriber,
    RNNTranslator,
    SequenceColumnTransformer,
    SequencesWithStatic,
    TextVectorizer,
    TokenVectors,
    as_ragged,
    export_onnx,
    load,
    save,
)
from sklearn_rnn.inspection import explain

# Few epochs teach some of them nothing.
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn_rnn.exceptions.NothingLearntWarning"
)

rng = np.random.default_rng(0)
N = 64
SIGNS = rng.choice([-1.0, 1.0], (2, N))
LENGTHS = rng.integers(2, 6, N)
SIGNALS = as_ragged(
    [
        np.column_stack([np.full(n, sign), rng.normal(50, 9, n)])
        for n, sign in zip(LENGTHS, SIGNS[0], strict=True)
    ]
)
TEXTS = [
    " ".join(["hum"] * int(n) + ["up" if sign > 0 else "down"])
    for n, sign in zip(rng.integers(0, 4, N), SIGNS[1], strict=True)
]
PRODUCT = (SIGNS.prod(axis=0) > 0).astype(int)
TABLE = pd.DataFrame({"signal": SIGNALS, "text": TEXTS, "age": np.arange(N)})
PAIRS = [("signal", "passthrough"), ("text", TextVectorizer())]
JOIN = SequenceColumnTransformer(PAIRS, [("passthrough", ["age"])])
X = JOIN.fit_transform(TABLE)
STEPS, VALUES = (
    as_ragged([np.full(n, value) for n, value in zip(LENGTHS, values, strict=True)])
    for values in (PRODUCT, SIGNS.prod(axis=0))
)
ANSWERS = as_ragged([["same"] if same else ["other"] for same in PRODUCT])

SMALL = {"hidden_size": 5, "lr": 0.05, "max_epochs": 3, "random_state": 0}
LONGER = {"max_epochs": 15, "batch_size": 8}  # or all answers are empty
ONE_WAY = {**SMALL, "bidirectional": False}
MODELS = {
    "classifier": (RNNClassifier(**ONE_WAY, cell="gru", dropout=0.2), PRODUCT),
    "both ways": (RNNClassifier(**SMALL, pooling="final_max"), PRODUCT),
    "regressor": (RNNRegressor(**SMALL, pooling="attention"), SIGNS.prod(axis=0)),
    "tagger": (RNNTagger(**SMALL, num_layers=2), STEPS),
    "steps": (RNNStepRegressor(**ONE_WAY), VALUES),
    "translator": (RNNTranslator(**SMALL, beam_size=1), ANSWERS),
    "transcriber": (RNNTranscriber(**{**SMALL, **LONGER}), ANSWERS),
}


@pytest.fixture(scope="module")
def fitted():
    return {name: clone(model).fit(X, y) for name, (model, y) in MODELS.items()}


def asked(model, X):
    method = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    return list(getattr(model, method)(X))


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["classifier", "steps"])
def test_the_product_of_two_sequences_is_learnt_from_both_only(name):
    model, y = MODELS[name]
    more = {"hidden_size": 6, "batch_size": 8, "max_epochs": 12, "dropout": 0.0}
    model, train, new = clone(model).set_params(**more), slice(0, 40), slice(40, N)

    def score(pairs):
        pipeline = make_pipeline(SequenceColumnTransformer(pairs), model)
        return pipeline.fit(TABLE[train], y[train]).score(TABLE[new], y[new])

    assert score(PAIRS) > 0.9
    assert max(score(PAIRS[:1]), score(PAIRS[1:]) if name != "steps" else 0) < 0.7


@pytest.mark.parametrize("name", MODELS)
def test_a_sample_has_the_same_bits_alone_and_in_any_batch(fitted, name):
    model = fitted[name]
    together = asked(model, X)
    assert_same([asked(model, X[i : i + 1])[0] for i in range(9)], together[:9])
    assert_same(asked(model, X[::-1])[::-1], together)
    assert_same(asked(pickle.loads(pickle.dumps(model)), X), together)


def test_each_sequence_is_learnt_from_the_training_rows(fitted):
    model = fitted["classifier"]
    signals = np.concatenate(list(SIGNALS))
    np.testing.assert_allclose(model.input_mean_, signals.mean(axis=0))
    (text,) = model.beside_inputs_
    assert text["token_counts_"].sum() == sum(len(words.split()) for words in TEXTS)
    turned = SequencesWithStatic(X.beside[0], beside=[SIGNALS])
    halves = clone(model).fit(turned[:20], PRODUCT[:20]).beside_inputs_[0]
    seen = np.concatenate(list(SIGNALS[:20]))
    np.testing.assert_allclose(halves["input_mean_"], seen.mean(axis=0))
    np.testing.assert_allclose(halves["input_scale_"], seen.std(axis=0))


def test_own_levels_of_a_second_signal_reach_the_head():
    model = clone(MODELS["classifier"][0])
    model.set_params(standardize="sequence", batch_size=8, max_epochs=15)
    levels = as_ragged([np.full((3, 1), 100.0 * sign) for sign in SIGNS[0]])
    same = SequencesWithStatic(np.ones((N, 4)), beside=[levels])
    is_high = SIGNS[0] > 0
    assert model.fit(same, is_high).score(same, is_high) > 0.9


def test_a_pipeline_is_cut_searched_and_saved(tmp_path):
    pipeline = make_pipeline(JOIN, MODELS["classifier"][0])
    assert len(cross_val_score(pipeline, TABLE, PRODUCT, cv=2)) == 2
    name = "sequencecolumntransformer__textvectorizer__max_length"
    pipeline = clone(pipeline).set_params(**{name: 2}).fit(TABLE, PRODUCT)
    assert pipeline[0].sequence_[1].max_length == 2
    assert PAIRS[1][1].max_length is None
    save(pipeline, tmp_path / "joint.skops")
    again = load(tmp_path / "joint.skops")
    assert_same(again.predict_proba(TABLE), pipeline.predict_proba(TABLE))


def test_new_words_of_each_sequence_are_learnt_later():
    vectorizer = TextVectorizer().fit([*TEXTS, "more new words"])
    old, new = (vectorizer.transform([text] * 8) for text in ("down", "more new words"))
    model = clone(MODELS["classifier"][0])
    first = SequencesWithStatic(old, beside=[SIGNALS[:8], old])
    model.partial_fit(first, PRODUCT[:8], classes=[0, 1])
    longer = pickle.loads(pickle.dumps(model))
    longer.beside_inputs_[1]["token_counts_"] = np.ones(40)
    moments = longer._grown_state(with_optimizer=True)["optimizer"]["state"]
    for number, (name, weight) in enumerate(model.net_.module_.named_parameters()):
        n_rows = 40 if name == "beside.1.embedder.tokens.weight" else len(weight)
        assert len(moments[number]["exp_avg"]) == n_rows
    later = SequencesWithStatic(new, beside=[SIGNALS[:8], new[:, :2]])
    for _ in range(2):  # with the moments of the optimiser
        model.partial_fit(later, PRODUCT[:8])
    module, (_, learnt) = model.net_.module_, model.beside_inputs_
    for part, counts, seen in (
        (module, model.token_counts_, "down more new words"),
        (module.beside[1], learnt["token_counts_"], "down more new"),
    ):
        ids = vectorizer.transform([seen]).data.tolist()
        assert sorted(ids) == np.flatnonzero(counts).tolist()
        assert np.flatnonzero(part.embedder.tokens.known).tolist() == sorted(ids)
    again = pickle.loads(pickle.dumps(model))
    assert_same(again.predict_proba(later), model.predict_proba(later))


@pytest.mark.parametrize("name", ["classifier", "both ways"])
def test_each_prefix_is_read_beside_the_whole_other_sequence(fitted, name):
    model = fitted[name]
    found = model.predict_proba_over_time(X[:3])
    for row in range(3):
        for t in range(LENGTHS[row]):
            prefix = SequencesWithStatic(
                [SIGNALS[row][: t + 1]], X.static[[row]], beside=[X.beside[0][[row]]]
            )
            assert_same(found[row][t], model.predict_proba(prefix)[0])


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion"])
def test_an_explanation_shares_out_what_the_first_sequence_says(fitted, method):
    model = fitted["classifier"]
    (found,) = explain(model, X[:1], method=method, target=1)
    means = np.repeat(model.input_mean_[np.newaxis], LENGTHS[0], axis=0)
    nothing = SequencesWithStatic([means], X.static[:1], beside=[X.beside[0][:1]])
    expected = model.decision_function(nothing)[0]
    assert found.base_output == pytest.approx(expected, abs=1e-5)
    if method == "integrated_gradients":
        whole = found.output - found.base_output
        assert found.values.sum() == pytest.approx(whole, abs=2e-3)


TWO = SequencesWithStatic(SIGNALS, X.static, beside=[X.beside[0]] * 2)
NUMBERS = SequencesWithStatic(SIGNALS, X.static, beside=[SIGNALS])


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (SequencesWithStatic(SIGNALS, X.static), r"X has 0 .*was fitted with 1; pass"),
        (TWO, "X has 2 sequences beside the first, but RNNClassifier was"),
        (NUMBERS, r"In X\.beside\[0\]: RNNClassifier was fitted on token ids"),
    ],
)
def test_other_sequences_than_in_fit_are_refused(fitted, given, error):
    with pytest.raises(ValueError, match=error):
        fitted["classifier"].predict(given)


def test_what_reads_one_sequence_says_so(fitted, tmp_path):
    model = fitted["classifier"]
    with pytest.raises(ValueError, match="several sequences for each sample, and step"):
        model.step(SIGNALS[0][:1])
    with pytest.raises(ValueError, match="several sequences for each sample cannot"):
        export_onnx(model, tmp_path / "no.onnx")
    words = SequencesWithStatic(X.beside[0], beside=[X.beside[0]])
    with pytest.raises(ValueError, match="holds other sequences beside them"):
        RNNLanguageModel().fit(words)
    with pytest.raises(ValueError, match=r"reads one; pass X\.sequences"):
        TokenVectors().fit(words)
