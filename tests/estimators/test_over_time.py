"""Predictions over time: the prefixes one by one are the truth."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import NotFittedError

from sklearn_rnn import (
    RNNClassifier,
    RNNRegressor,
    RNNStepRegressor,
    RNNTagger,
    TextVectorizer,
)
from sklearn_rnn.callbacks import TimeBudget
from sklearn_rnn.estimators import _over_time
from sklearn_rnn.nn import CELLS, POOLINGS
from sklearn_rnn.sequences import UNK

SETTINGS = {"hidden_size": 5, "embedding_dim": 3, "max_epochs": 1, "random_state": 0}
LENGTHS = [4, 1, 6, 3, 6, 2]

rng = np.random.default_rng(0)
SERIES = [rng.normal(3.0, 2.0, size=(length, 2)) for length in LENGTHS]
TABLE = rng.normal(size=(6, 5))
IDS = [rng.integers(2, 9, size=length) for length in LENGTHS]
TEXTS = ["a bad film", "good", "a good good film", "so bad", "film film bad", "a film"]
CLASSES = np.array(["b", "a", "c", "a", "b", "c"])
TWO_CLASSES = CLASSES == "a"
LABELS = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1], [0, 1, 0]])
REALS = np.array([3.0, 5.0, 4.0, 8.0, 1.0, 2.0])
STEP_CLASSES = [np.arange(length) % 2 for length in LENGTHS]
STEP_REALS = [np.arange(length) / 3 for length in LENGTHS]

# Each pooling once, the cells in turn.
every_part = pytest.mark.parametrize(
    ("cell", "pooling"), list(zip([*CELLS] * 2, POOLINGS, strict=True))
)


def fit(kind, X, y, **params):
    """Fit, but the same data with the same settings only once."""
    key = (kind, id(X), id(y), repr(sorted(params.items())))
    if key not in FITS:
        model = kind(**{**SETTINGS, **params}).fit(X, y)
        FITS[key] = model, X, y  # kept, so that nothing else gets their ids
    return FITS[key][0]


FITS = {}


def live(kind=RNNClassifier, X=SERIES, y=CLASSES, **params):
    return fit(kind, X, y, bidirectional=False, **params)


def read_live(model, x):
    """Pass steps one by one, (n_steps, n_streams, ...); get predictions and state."""
    state, predictions = None, []
    for x_t in x:
        predicted, state = model.step(x_t, state)
        predictions.append(predicted)
    return predictions, state


def assert_same_members(found, expected):
    assert found.dtype == object
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == np.float64
        np.testing.assert_array_equal(one, other)


def by_prefixes(predict, X):
    """Ask about the first step alone, the first two, and so on, of each row."""
    return [
        np.array([predict([row[: t + 1]])[0] for t in range(len(row))]) for row in X
    ]


# -- over time ---------------------------------------------------------------------


@every_part
def test_each_row_is_the_prediction_of_its_prefix(cell, pooling):
    params = {"cell": cell, "pooling": pooling, "bidirectional": "final" in pooling}
    model = fit(RNNClassifier, SERIES, CLASSES, **params)
    over_time = model.predict_proba_over_time(SERIES)
    few = by_prefixes(model.predict_proba, SERIES[:3])
    assert_same_members(over_time[:3], few)
    last = np.array([member[-1] for member in over_time])
    np.testing.assert_array_equal(last, model.predict_proba(SERIES))


@pytest.mark.parametrize(
    ("bidirectional", "y"), [(False, REALS), (True, np.column_stack([REALS, -REALS]))]
)
def test_a_regressor_predicts_for_each_prefix(bidirectional, y):
    model = fit(RNNRegressor, SERIES, y, bidirectional=bidirectional, num_layers=2)
    over_time = model.predict_over_time(SERIES)
    assert_same_members(over_time, by_prefixes(model.predict, SERIES))
    assert over_time[0].shape == (4, *y.shape[1:])


@pytest.mark.parametrize("y", [TWO_CLASSES, LABELS])
def test_two_classes_and_many_labels_have_a_column_each(y):
    model = fit(RNNClassifier, SERIES, y)
    over_time = model.predict_proba_over_time(SERIES)
    assert_same_members(over_time, by_prefixes(model.predict_proba, SERIES))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_ids_that_training_has_not_seen_are_unknown(bidirectional):
    params = {"input": "tokens", "bidirectional": bidirectional}
    model = fit(RNNClassifier, IDS, CLASSES, **params)
    rows = [np.array([5, 99, 3]), np.array([UNK, 4])]
    assert_same_members(
        model.predict_proba_over_time(rows), by_prefixes(model.predict_proba, rows)
    )


@pytest.mark.parametrize("bidirectional", [False, True])
def test_words_keep_their_characters(bidirectional):
    vectorizer = TextVectorizer(characters=True).fit(TEXTS)
    params = {"bidirectional": bidirectional}
    model = fit(RNNClassifier, vectorizer.transform(TEXTS), CLASSES, **params)
    texts = ["good baad film", "a"]
    words = [text.split() for text in texts]
    expected = [
        np.vstack(
            [
                model.predict_proba(vectorizer.transform([" ".join(row[: t + 1])]))
                for t in range(len(row))
            ]
        )
        for row in words
    ]
    found = model.predict_proba_over_time(vectorizer.transform(texts))
    assert_same_members(found, expected)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_prefixes_of_a_table_are_shorter_than_fit_saw(bidirectional):
    model = fit(RNNClassifier, TABLE, CLASSES, bidirectional=bidirectional)
    over_time = model.predict_proba_over_time(TABLE)
    assert [member.shape for member in over_time] == [(5, 3)] * 6
    last = np.array([member[-1] for member in over_time])
    np.testing.assert_array_equal(last, model.predict_proba(TABLE))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_and_other_samples_change_nothing(bidirectional):
    model = fit(RNNClassifier, SERIES, CLASSES, bidirectional=bidirectional)
    padded = np.full((len(SERIES), 9, 2), np.nan)
    for where, row in zip(padded, SERIES, strict=True):
        where[: len(row)] = row
    expected = model.predict_proba_over_time(SERIES)
    assert_same_members(model.predict_proba_over_time(padded), expected)
    alone = [model.predict_proba_over_time([row])[0] for row in SERIES]
    assert_same_members(expected, alone)


def test_prefixes_in_many_parts_get_the_same_predictions(monkeypatch):
    model = fit(RNNClassifier, SERIES, CLASSES)
    expected = model.predict_proba_over_time(SERIES)
    for n_steps in (1, 3, 10):
        monkeypatch.setattr(_over_time, "PREFIX_STEPS", n_steps)
        assert_same_members(model.predict_proba_over_time(SERIES), expected)


def test_one_direction_is_read_once(monkeypatch):
    def refuse(*args):
        raise AssertionError

    monkeypatch.setattr(_over_time, "iterate_prefixes", refuse)
    live().predict_proba_over_time(SERIES)
    with pytest.raises(AssertionError):
        fit(RNNClassifier, SERIES, CLASSES).predict_proba_over_time(SERIES)


@pytest.mark.parametrize("method", ["predict_proba_over_time", "step"])
def test_before_fit_there_is_no_prediction(method):
    with pytest.raises(NotFittedError):
        getattr(RNNClassifier(), method)(SERIES)


def test_x_passes_the_same_door_as_in_predict():
    model = live()
    with pytest.raises(ValueError, match="X has 3 features"):
        model.predict_proba_over_time(np.zeros((2, 4, 3)))


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    pooling=st.sampled_from(list(POOLINGS)),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_step_depends_on_later_ones(lengths, pooling, seed):
    model = live(pooling=pooling)
    random = np.random.default_rng(seed)
    X = [random.normal(3.0, 5.0, size=(length, 2)) for length in lengths]
    longer = [np.vstack([row, random.normal(size=(3, 2))]) for row in X]
    found = model.predict_proba_over_time(X)
    with_more = model.predict_proba_over_time(longer)
    for one, other in zip(found, with_more, strict=True):
        np.testing.assert_array_equal(one, other[:-3])


# -- step by step ------------------------------------------------------------------

CUBE = np.random.default_rng(1).normal(3.0, 2.0, size=(3, 6, 2))
STEPS = CUBE.transpose(1, 0, 2)


@every_part
def test_live_predictions_are_those_of_the_batch(cell, pooling):
    model = live(cell=cell, pooling=pooling, num_layers=2)
    predictions, _ = read_live(model, STEPS)
    expected = model.predict_proba_over_time(CUBE)
    found = np.stack(predictions, axis=1)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.stack(expected), rtol=0, atol=1e-6)


@pytest.mark.parametrize("nonlinearity", ["relu", "sigmoid", "softplus"])
def test_every_nonlinearity_goes_on(nonlinearity):
    model = live(cell="rnn", net_params={"module__nonlinearity": nonlinearity})
    predictions, _ = read_live(model, STEPS)
    expected = np.stack(model.predict_proba_over_time(CUBE))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("y", [REALS, np.column_stack([REALS, -REALS])])
def test_a_regressor_predicts_live(y):
    model = live(RNNRegressor, y=y)
    predictions, _ = read_live(model, STEPS)
    expected = np.stack(model.predict_over_time(CUBE))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-5
    )


def test_a_tagger_tells_the_probabilities_of_the_step():
    model = live(RNNTagger, y=STEP_CLASSES)
    predictions, _ = read_live(model, STEPS)
    expected = np.stack(model.predict_proba(CUBE))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_a_step_regressor_predicts_the_step(n_outputs):
    y = STEP_REALS
    if n_outputs == 2:
        y = [np.column_stack([member, -member]) for member in STEP_REALS]
    model = live(RNNStepRegressor, y=y)
    predictions, _ = read_live(model, STEPS)
    expected = np.stack(model.predict(CUBE))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-5
    )


def test_one_variable_may_have_more_steps_than_fit_saw():
    model = live(X=TABLE)
    predictions, state = read_live(model, np.tile(TABLE, 2).T)
    np.testing.assert_allclose(
        np.stack(predictions[:5], axis=1),
        np.stack(model.predict_proba_over_time(TABLE)),
        rtol=0,
        atol=1e-6,
    )
    assert state.n_steps == 10


def test_a_column_of_one_variable_is_the_same_as_an_array():
    model = live(X=TABLE)
    predicted, _ = model.step(TABLE[:, 0])
    np.testing.assert_array_equal(model.step(TABLE[:, :1])[0], predicted)
    np.testing.assert_array_equal(model.step(TABLE[:, 0].tolist())[0], predicted)


def test_ids_come_as_an_array_or_sparse():
    model = live(X=IDS, input="tokens")
    ids = np.array([[5, 3, 99], [UNK, 4, 2]])
    predictions, _ = read_live(model, ids.T)
    expected = np.stack(model.predict_proba_over_time(list(ids)))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-6
    )
    columns = [sparse.csr_matrix(column.reshape(-1, 1)) for column in ids.T]
    from_sparse, _ = read_live(model, columns)
    np.testing.assert_array_equal(from_sparse, predictions)


@pytest.mark.parametrize("characters", [False, True])
def test_words_come_from_the_vectorizer(characters):
    vectorizer = TextVectorizer(characters=characters).fit(TEXTS)
    model = live(X=vectorizer.transform(TEXTS))
    words = [["good", "a"], ["baad", "film"], ["film", "unseen"]]
    predictions, _ = read_live(model, [vectorizer.transform(pair) for pair in words])
    texts = [" ".join(text) for text in zip(*words, strict=True)]
    expected = np.stack(model.predict_proba_over_time(vectorizer.transform(texts)))
    np.testing.assert_allclose(
        np.stack(predictions, axis=1), expected, rtol=0, atol=1e-6
    )


@pytest.mark.parametrize(
    ("cell", "hidden_size"), [("rnn", 5), ("gru", 16), ("lstm", 40)]
)
def test_a_stream_alone_gets_the_bits_it_gets_among_others(cell, hidden_size):
    model = live(cell=cell, hidden_size=hidden_size)
    x = np.random.default_rng(2).normal(size=(4, 21, 2))
    together, _ = read_live(model, x)
    for i in (0, 7, 20):
        alone, _ = read_live(model, x[:, [i]])
        np.testing.assert_array_equal(np.concatenate(alone), np.array(together)[:, i])


@pytest.mark.parametrize("pooling", ["last", "mean", "attention"])
def test_a_state_may_be_gone_on_from_twice(pooling):
    model = live(pooling=pooling)
    _, state = read_live(model, STEPS[:3])
    one, _ = model.step(STEPS[3], state)
    other, after = model.step(-STEPS[3], state)
    model.step(STEPS[4], after)
    again, _ = model.step(STEPS[3], state)
    np.testing.assert_array_equal(again, one)
    assert not np.array_equal(one, other)


def test_a_state_goes_on_after_pickling():
    model = live(pooling="attention")
    _, state = read_live(model, STEPS[:3])
    expected, _ = model.step(STEPS[3], state)
    model, state = pickle.loads(pickle.dumps((model, state)))
    np.testing.assert_array_equal(model.step(STEPS[3], state)[0], expected)


def test_a_state_says_how_far_it_has_come_and_cannot_be_set():
    _, state = read_live(live(), STEPS)
    assert repr(state) == "StreamState(n_streams=3, n_steps=6)"
    with pytest.raises(AttributeError):
        state.n_steps = 0


def test_predictions_between_steps_change_nothing():
    model = deepcopy(live())
    expected, _ = read_live(model, STEPS)
    _, state = model.step(STEPS[0])
    model.predict(SERIES)
    model.set_params(hidden_size=99, bidirectional=True)
    predicted, _ = model.step(STEPS[1], state)
    np.testing.assert_array_equal(predicted, expected[1])


# -- refusals ----------------------------------------------------------------------


def test_another_number_of_streams_is_refused():
    model = live()
    _, state = model.step(STEPS[0])
    with pytest.raises(ValueError, match=r"2 streams, but state is that of 3"):
        model.step(STEPS[1][:2], state)


@pytest.mark.parametrize(
    "params", [{"random_state": 1}, {"cell": "gru"}, {"pooling": "mean"}]
)
def test_the_state_of_another_estimator_is_refused(params):
    _, state = live().step(STEPS[0])
    with pytest.raises(ValueError, match="another fitted estimator"):
        live(**params).step(STEPS[1], state)


def test_a_state_from_before_further_training_is_refused():
    # So short a budget ends each epoch after its first update, and without a row of
    # history. What the second update writes, torch does not count.
    model = RNNClassifier(**SETTINGS, bidirectional=False)
    model.set_params(callbacks=[TimeBudget(1e-9)]).fit(SERIES, CLASSES)
    for _ in range(2):
        _, state = model.step(STEPS[0])
        model.partial_fit(SERIES, CLASSES)
        with pytest.raises(ValueError, match="trained further"):
            model.step(STEPS[1], state)
    assert model.n_iter_ == 0


def test_a_state_from_before_weights_were_set_by_hand_is_refused():
    model = deepcopy(live())
    _, state = model.step(STEPS[0])
    with torch.no_grad():
        model.net_.module_.head.affine.bias.add_(1.0)
    with pytest.raises(ValueError, match="trained further"):
        model.step(STEPS[1], state)


def test_what_is_no_state_is_refused():
    with pytest.raises(TypeError, match=r"state must be .* got ndarray"):
        live().step(STEPS[0], np.zeros(3))


@pytest.mark.parametrize(
    ("kind", "y"),
    [
        (RNNClassifier, CLASSES),
        (RNNRegressor, REALS),
        (RNNTagger, STEP_CLASSES),
        (RNNStepRegressor, STEP_REALS),
    ],
)
def test_two_directions_cannot_step(kind, y):
    model = fit(kind, SERIES, y, bidirectional=True)
    with pytest.raises(ValueError, match=f"{kind.__name__}.*bidirectional=False"):
        model.step(STEPS[0])


def test_a_crf_cannot_step():
    model = live(RNNTagger, y=STEP_CLASSES, output="crf")
    with pytest.raises(ValueError, match=r"output='crf'.*output='softmax'"):
        model.step(STEPS[0])


@pytest.mark.parametrize(
    ("X", "x_t", "message"),
    [
        (SERIES, np.zeros((3, 4)), r"shape \(n_samples, 2\).*got shape \(3, 4\)"),
        (SERIES, CUBE, r"got shape \(3, 6, 2\)"),
        (SERIES, [[1.0, 2.0], [np.inf, 1.0]], "NaN or inf.* sample 1"),
        (SERIES, [[1.0, 1e300]], "too large for float32"),
        (SERIES, sparse.csr_matrix([[1, 2]]), "fitted on numbers, got a sparse x_t"),
        (SERIES, ["a", "b"], "X holds strings"),
        (TABLE, np.zeros((3, 2)), r"\(n_samples, 1\) or \(n_samples,\)"),
        (IDS, [[4, 5]], "one token of each stream, got 2 at row 0"),
        (IDS, [4.5], "must be integers, got 4.5"),
        (IDS, [3, 0], "at row 1"),
    ],
)
def test_what_is_no_step_is_refused(X, x_t, message):
    model = live(X=X, input="tokens" if X is IDS else "auto")
    with pytest.raises(ValueError, match=message):
        model.step(x_t)


def test_words_without_their_characters_are_refused():
    vectorizer = TextVectorizer(characters=True).fit(TEXTS)
    model = live(X=vectorizer.transform(TEXTS))
    with pytest.raises(ValueError, match="without their characters"):
        model.step([3, 4])


def test_a_frame_with_names_warns_of_nothing():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(TABLE, columns=list("abcde"))
    model = live(X=frame)
    expected, _ = model.step(TABLE[:, 0])
    np.testing.assert_array_equal(model.step(frame["a"])[0], expected)


@pytest.mark.parametrize("streams", [[2, 0], [True, False, True]])
def test_streams_that_go_on_are_taken_from_a_state(streams):
    model = live(pooling="attention")
    x = rng.normal(size=(4, 3, 2))
    _, state = read_live(model, x[:3])
    kept = np.arange(3)[streams]
    expected, _ = model.step(x[3], state)
    some = state.take(streams)
    found, _ = model.step(x[3][kept], some)
    np.testing.assert_array_equal(found, expected[kept])
    assert (some.n_streams, some.n_steps, state.n_streams) == (2, 3, 3)


def test_the_arrays_of_a_state_cannot_be_written_to():
    _, state = live().step(np.ones((2, 2)))
    (((hidden, *_), *_), *_) = state.contents[0][0]  # layers, directions, parts
    _, state = live(missing="mask").step(np.ones((2, 2)))
    for array in (hidden, *state.contents[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 9.0
