import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from sklearn_rnn import (
    RNNClassifier,
    SequenceColumnTransformer,
    SequencesWithStatic,
    TextVectorizer,
    as_ragged,
)
from sklearn_rnn.inspection import explain

N = 24
# Each text has a word of its own, so that a vocabulary says which texts it knows.
TEXTS = [f"{'good' if i % 2 else 'bad'} own{i}" for i in range(N)]
TABLE = pd.DataFrame(
    {
        "text": TEXTS,
        "product": [f"p{i // 4}" for i in range(N)],
        "days": np.arange(N) ** 2.0,
        "signal": [np.full((1 + i % 3, 2), float(i)) for i in range(N)],
        "unused": ["?"] * N,
    }
)
Y = np.array(["pos" if i % 2 else "neg" for i in range(N)])
STATIC = [
    (OneHotEncoder(handle_unknown="ignore"), ["product"]),
    (StandardScaler(), ["days"]),
]


def make(sequence=None, static=STATIC):
    sequence = ("text", TextVectorizer()) if sequence is None else sequence
    return SequenceColumnTransformer(sequence, static)


def classify(join):
    return make_pipeline(join, RNNClassifier(4, max_epochs=2, random_state=0))


def test_each_part_is_what_its_transformer_gives_alone():
    join = make()
    X = join.fit_transform(TABLE)
    assert isinstance(X, SequencesWithStatic)
    columns = make_column_transformer(*STATIC, sparse_threshold=0)
    np.testing.assert_array_equal(X.static, columns.fit_transform(TABLE))
    ids = TextVectorizer().fit_transform(TEXTS)
    assert (X.sequences != ids).nnz == 0
    names = columns.get_feature_names_out().tolist()
    assert join.get_feature_names_out().tolist() == X.names == names
    again = join.transform(TABLE[5:9])
    np.testing.assert_array_equal(again.static, X.static[5:9])
    assert (again.sequences != ids[5:9]).nnz == 0
    assert join.feature_names_in_.tolist() == list(TABLE)


def test_a_column_of_arrays_and_columns_of_steps_are_sequences():
    X = make(("signal", "passthrough"), []).fit_transform(TABLE)
    assert [len(signal) for signal in X.sequences] == [1 + i % 3 for i in range(N)]
    assert X.static.shape == (N, 0)
    numbers = np.arange(12.0).reshape(3, 4)
    X = make((slice(1, None), "passthrough"), [("passthrough", [0])])
    X = X.fit_transform(numbers)
    np.testing.assert_array_equal(X.sequences, numbers[:, 1:])
    np.testing.assert_array_equal(X.static, numbers[:, :1])
    X = make((["days", "days"], "passthrough"), []).fit_transform(TABLE)
    assert X.sequences.shape == (N, 2)


TWO = [("text", TextVectorizer()), ("signal", "passthrough")]


def test_a_list_of_pairs_joins_several_sequences():
    join = make(TWO)
    X = join.fit_transform(TABLE)
    first, second = (make(pair).fit_transform(TABLE) for pair in TWO)
    assert (X.sequences != first.sequences).nnz == 0
    np.testing.assert_array_equal(X.static, first.static)
    assert all(map(np.array_equal, X.beside[0], second.sequences))
    assert [type(part) for part in join.sequence_] == [TextVectorizer, str]
    again = join.transform(TABLE[5:9])
    assert (again.sequences != first.sequences[5:9]).nnz == 0
    assert all(map(np.array_equal, again.beside[0], second.sequences[5:9]))
    turned = clone(make(TWO[::-1])).set_params(textvectorizer__max_length=1)
    assert turned.fit_transform(TABLE).beside[0].shape == (N, 1)
    assert turned.sequence[0] == TWO[1]
    model = classify(join).fit(TABLE, Y)
    (found,) = explain(model, TABLE[:1])
    assert found.text == "bad own0"


def test_a_fit_changes_no_transformer_of_the_user():
    vectorizer, scaler = TextVectorizer(), StandardScaler()
    join = make(("text", vectorizer), [(scaler, ["days"])]).fit(TABLE)
    assert not hasattr(vectorizer, "vocabulary_")
    assert not hasattr(scaler, "mean_")
    assert join.sequence == ("text", vectorizer)
    assert clone(join).sequence[1] is not vectorizer


def test_parameters_of_the_transformers_are_searched():
    join = make(static=[*STATIC, (StandardScaler(), ["days"])])
    assert {"standardscaler-1", "standardscaler-2"} < set(join.get_params())
    join.set_params(textvectorizer__max_length=1, onehotencoder="drop")
    X = join.fit_transform(TABLE)
    assert X.sequences.shape[1] == 1
    assert X.names == ["standardscaler-1__days", "standardscaler-2__days"]
    prefix = "sequencecolumntransformer__"
    grid = {
        prefix + "textvectorizer__max_length": [1, 2],
        prefix + "onehotencoder__dtype": [float, np.float32],
        prefix + "static": [STATIC, STATIC[:1]],
    }
    search = GridSearchCV(classify(make()), grid, cv=2).fit(TABLE, Y)
    assert set(search.best_params_) == set(grid)


def test_nothing_leaks_from_one_fold_to_another():
    found = cross_validate(
        classify(make()), TABLE, Y, cv=3, return_estimator=True, return_indices=True
    )
    for model, rows in zip(found["estimator"], found["indices"]["train"], strict=True):
        join, train = model[0], TABLE.iloc[rows]
        own = {word for word in join.sequence_.vocabulary_ if word.startswith("own")}
        assert own == {f"own{row}" for row in rows}
        encoder, scaler = (join.static_.transformers_[i][1] for i in range(2))
        assert encoder.categories_[0].tolist() == sorted(set(train["product"]))
        assert scaler.mean_[0] == pytest.approx(train["days"].mean())
        columns = make_column_transformer(*STATIC, sparse_threshold=0)
        means = columns.fit_transform(train).mean(axis=0)
        np.testing.assert_allclose(model[-1].static_mean_, means, atol=1e-12)


def test_an_explanation_finds_the_words():
    model = classify(make()).fit(TABLE, Y)
    (found,) = explain(model, TABLE[:1])
    assert found.tokens.tolist() == ["bad", "own0"]
    assert found.text == "bad own0"


@pytest.mark.parametrize(
    ("join", "kind", "error"),
    [
        (make(("txt", TextVectorizer())), ValueError, "no column 'txt'; it has 'text'"),
        (make(static=[(StandardScaler(), ["day"])]), ValueError, "no column 'day'"),
        (make(("text", TextVectorizer)), TypeError, "'passthrough' or an estimator"),
        (make(("text", "drop")), TypeError, "'passthrough' or an estimator.*'drop'"),
        (make("text"), ValueError, r"sequence must be a pair .*got 'text'"),
        (make([]), ValueError, "sequence must be a pair"),
        (make(tuple(TWO)), TypeError, "several sequences as a list of pairs"),
        (make([*TWO, ("days", "passthrough")]), ValueError, "holds a single number"),
        (make(static=[StandardScaler()]), ValueError, "static must hold pairs"),
        (make(("days", "passthrough")), ValueError, "'days' holds a single number in"),
    ],
)
def test_what_cannot_be_joined_is_named(join, kind, error):
    with pytest.raises(kind, match=error):
        join.fit(TABLE)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": ["a", None] * 12}, "'text' holds a text at row 0 and nothing at row"),
        ({"text": ["a", np.nan] * 12}, "a text at row 0 and nothing at row 1"),
        ({"text": ["a", ["b"]] * 12}, "and an array of 1 axis at row 1"),
        ({"days": np.nan}, "first at row 0 in column 'standardscaler__days'"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_cells_that_cannot_be_read_are_named(change, error):
    bad = TABLE.assign(**change)
    with pytest.raises(ValueError, match=error):
        make().fit(bad)
    with pytest.raises(ValueError, match=error):
        make().fit(TABLE).transform(bad)


def test_signals_of_different_axes_are_named():
    mixed = as_ragged([np.ones((2, 2)), np.ones(3)] * 12)
    with pytest.raises(ValueError, match="an array of 2 axes at row 0 and an array of"):
        make(("signal", "passthrough"), []).fit(TABLE.assign(signal=mixed))


def test_a_transform_needs_the_columns_and_categories_of_fit():
    join = make(static=[(OneHotEncoder(), ["product"])]).fit(TABLE)
    with pytest.raises(ValueError, match="no column 'product'; it has 'text', 'days'"):
        join.transform(TABLE.drop(columns="product"))
    with pytest.raises(ValueError, match=r"must be a frame.*got ndarray"):
        join.transform(TABLE.to_numpy())
    error = r"onehotencoder .*\['product'\]: Found unknown .*'new'.*handle_unknown="
    with pytest.raises(ValueError, match=error):
        join.transform(TABLE.assign(product="new"))
    assert (
        not make().fit(TABLE).transform(TABLE.assign(product="new")).static[:, :6].any()
    )


def test_a_pipeline_may_ask_for_frames():
    join = make().set_output(transform="pandas")
    assert isinstance(join.fit_transform(TABLE), SequencesWithStatic)
    classify(join).set_output(transform="pandas").fit(TABLE, Y)


# scikit-learn excuses its Pipeline from these two, for `fit` fits the steps in place.
EXCUSED = {"check_dont_overwrite_parameters", "check_estimators_overwrite_params"}


@pytest.mark.slow
@pytest.mark.changes_global_state
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("sequence", [lambda pairs: pairs[0], list])
def test_a_pipeline_passes_the_official_checks(sequence):
    several = (slice(0, None), "passthrough"), (slice(0, 2), "passthrough")
    join = make(sequence(several), [("passthrough", slice(0, 1))])
    pipeline = make_pipeline(join, RNNClassifier(random_state=0))
    results = check_estimator(pipeline, on_skip=None, on_fail=None)
    failed = {r["check_name"] for r in results if r["status"] != "passed"}
    assert failed == EXCUSED
