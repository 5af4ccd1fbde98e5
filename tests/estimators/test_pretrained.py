"""`pretrained` and `freeze_epochs`: an encoder that another estimator has trained."""

import pickle
from functools import partial

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback

from sklearn_rnn import (
    RNNClassifier,
    RNNForecaster,
    RNNLanguageModel,
    RNNRegressor,
    RNNTagger,
    SequencesWithStatic,
    TextVectorizer,
    as_ragged,
    load,
    save,
)
from sklearn_rnn._training import _checkpoint
from sklearn_rnn._training._tree_file import write_tree
from sklearn_rnn.callbacks import Checkpoint
from sklearn_rnn.sequences import UNK

SMALL = {"hidden_size": 4, "embedding_dim": 5, "max_epochs": 2, "random_state": 0}
rng = np.random.default_rng(0)
IDS = rng.integers(2, 9, size=(16, 5))
Y = (IDS == 3).any(axis=1).astype(int)
SERIES = rng.normal([20.0, -3.0], [5.0, 0.1], size=(16, 6, 2))
NUMBERS = SERIES[:, :, 0].mean(axis=1)


def tokens(rows):
    return sparse.csr_matrix(np.asarray(rows))


X = tokens(IDS)
MODEL = RNNLanguageModel(**SMALL).fit(tokens(np.vstack([IDS, [[9, 9, 10, 2, 10]]])))
TAGGER = RNNTagger(4, max_epochs=2, random_state=0)
TAGGER.fit(SERIES, as_ragged(list(np.where(SERIES[:, :, 0] > 20, "up", "down"))))


def classifier(pretrained=MODEL, **params):
    params = {**SMALL, "bidirectional": False, "random_state": 1, **params}
    return RNNClassifier(pretrained=pretrained, **params)


def weights_of(model, part="encoder"):
    state = getattr(model.net_.module_, part).state_dict()
    return np.concatenate([weight.numpy().ravel() for weight in state.values()])


def same_encoder(one, other=MODEL):
    return np.array_equal(weights_of(one), weights_of(other))


# -- what is taken, and what is new ---------------------------------------------------


def test_only_the_head_is_trained_in_the_frozen_epochs():
    before = pickle.dumps(MODEL)
    one_epoch = partial(classifier, max_epochs=1, freeze_epochs=1)
    first = one_epoch().fit(X, Y)
    assert same_encoder(first)
    assert (
        weights_of(one_epoch(lr=0.1).fit(X, Y), "head") != weights_of(first, "head")
    ).any()
    assert not same_encoder(classifier(freeze_epochs=1).fit(X, Y))
    assert not same_encoder(classifier(max_epochs=1).fit(X, Y))
    assert same_encoder(classifier(freeze_epochs="all", max_epochs=5).fit(X, Y))
    assert pickle.dumps(MODEL) == before


def test_vectors_frozen_for_good_stay_so_when_the_encoder_is_trained():
    params = {"net_params": {"module__freeze_embedding": True}}
    model = classifier(freeze_epochs=1, **params).fit(X, Y)
    assert not same_encoder(model)
    before, after = (m.net_.module_.embedder.tokens.weight for m in (MODEL, model))
    assert (before[2:] == after[2:]).all()


def test_scales_are_those_that_the_encoder_is_made_for():
    model = RNNRegressor(4, pretrained=TAGGER, freeze_epochs="all", max_epochs=2)
    model.fit(SERIES * 3 + 1, NUMBERS)
    assert same_encoder(model, TAGGER)
    assert (model.input_mean_ == TAGGER.input_mean_).all()
    assert (model.input_scale_ == TAGGER.input_scale_).all()


def test_tokens_of_either_side_are_known_and_new_ones_start_as_unknown():
    new = np.vstack([IDS, [[12, 2, 3, 4, 12]] * 2])
    model = classifier(freeze_epochs="all").fit(tokens(new), [*Y, 0, 1])
    vectors = model.net_.module_.embedder.tokens.weight
    start = MODEL.net_.module_.embedder.tokens.weight
    assert (vectors[12] == start[UNK]).all()
    assert (vectors[2:11] == start[2:]).all()
    seen_before, unknown = model.decision_function(tokens([[9, 2], [UNK, 2]]))
    assert seen_before != unknown
    assert len(model.token_counts_) == 13
    trained = classifier().fit(tokens(new), [*Y, 0, 1])
    of_new, of_unknown = trained.decision_function(tokens([[12, 2], [UNK, 2]]))
    assert of_new != of_unknown


def test_a_related_task_is_learnt_from_fewer_rows():
    """The kind of the last token decides; the source tells the kind of each one."""
    draws = np.random.default_rng(0)
    signs = draws.integers(2, 22, size=(100, 6))
    kinds = np.where(signs % 4 < 2, "one", "other")
    how = {"embedding_dim": 5, "bidirectional": False, "lr": 0.05, "random_state": 0}
    source = RNNTagger(8, max_epochs=16, **how)
    source.fit(tokens(signs), as_ragged(list(kinds)))
    few, asked = slice(0, 12), slice(12, None)
    scores = [
        RNNClassifier(8, pretrained=way, pooling="last", max_epochs=20, **how)
        .fit(tokens(signs[few]), kinds[few, -1])
        .score(tokens(signs[asked]), kinds[asked, -1])
        for way in (source, None)
    ]
    assert scores[0] > 0.9
    assert scores[1] < 0.7


# -- copies ---------------------------------------------------------------------------


def test_a_frozen_one_passes_through_searches_and_another_one_is_refused():
    way = FrozenEstimator(MODEL)
    grid = {"pretrained": [None, way], "freeze_epochs": [0, "all"]}
    search = GridSearchCV(classifier(None), grid, cv=2, error_score="raise").fit(X, Y)
    assert len(set(search.cv_results_["mean_test_score"].tolist())) >= 1
    assert same_encoder(clone(classifier(way, freeze_epochs="all")).fit(X, Y))
    cloned = clone(classifier(MODEL))
    with pytest.raises(NotFittedError, match=r"pass FrozenEstimator\(it\)"):
        cloned.fit(X, Y)


def test_copies_have_the_same_bits(tmp_path):
    model = classifier(FrozenEstimator(MODEL), freeze_epochs=1).fit(X, Y)
    save(model, tmp_path / "model")
    for copy in (pickle.loads(pickle.dumps(model)), load(tmp_path / "model")):
        assert (copy.predict_proba(X) == model.predict_proba(X)).all()
        assert same_encoder(copy.pretrained.estimator)


def test_frozen_epochs_are_counted_over_parts_and_pickles():
    model = classifier(freeze_epochs=2)
    model.partial_fit(X, Y, classes=[0, 1])
    for _ in range(2):
        copy = pickle.loads(pickle.dumps(model))
        assert same_encoder(copy)
        assert same_encoder(copy.partial_fit(X, Y)) == (model.n_iter_ == 1)
        model.partial_fit(X, Y)
    assert not same_encoder(model)
    more = classifier(freeze_epochs=2, warm_start=True).fit(X, Y)
    assert not same_encoder(more.fit(X, Y))


def test_a_fit_goes_on_frozen_and_from_the_same_encoder_only(tmp_path, monkeypatch):
    def make(pretrained=MODEL, **params):
        return classifier(pretrained, freeze_epochs=2, max_epochs=4, **params)

    def killed_in_the_second_epoch(path, tree):
        write_tree(path, tree)
        if len(tree["state"]["history"]) == 1:
            raise SystemExit

    checkpoint = {"callbacks": [Checkpoint(tmp_path / "fit")]}
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(_checkpoint, "write_tree", killed_in_the_second_epoch)
        make(**checkpoint).fit(X, Y)
    other = RNNLanguageModel(**{**SMALL, "random_state": 5}).fit(X)
    with pytest.raises(ValueError, match="pretrained"):
        make(other, **checkpoint).fit(X, Y)
    copy = FrozenEstimator(pickle.loads(pickle.dumps(MODEL)))
    gone_on = make(copy, **checkpoint).fit(X, Y)
    assert gone_on.n_iter_ == 4
    assert (gone_on.predict_proba(X) == make().fit(X, Y).predict_proba(X)).all()


# -- what does not fit ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"cell": "gru"}, "cell is 'gru'.*set cell to 'lstm'"),
        ({"hidden_size": 5}, "hidden_size is 5.*fitted with 4"),
        ({"num_layers": 2}, "num_layers is 2.*fitted with 1"),
        ({"bidirectional": True}, "bidirectional is True.*fitted with False"),
        ({"embedding_dim": 6}, "embedding_dim is 6.*fitted with 5"),
        ({"embedding": np.ones((9, 5))}, "embedding and pretrained were both given"),
    ],
)
def test_another_network_is_refused_by_the_name_of_the_parameter(params, named):
    model = classifier(**params)
    with pytest.raises(ValueError, match=named):
        model.fit(X, Y)
    assert not hasattr(model, "net_")


@pytest.mark.parametrize(
    ("params", "X", "named"),
    [
        ({}, SERIES[:, :, :1], "X has 1 variables.*pretrained was fitted on 2"),
        ({}, X, "X holds token ids, but pretrained was fitted on numbers"),
        ({"standardize": "sequence"}, SERIES, "standardize is 'sequence'"),
        ({"missing": "mask"}, SERIES, "missing is 'mask'"),
        (
            {},
            SequencesWithStatic(SERIES, beside=[SERIES]),
            "X has 1 sequences beside the first, but pretrained was fitted with 0",
        ),
    ],
)
def test_other_numbers_are_refused(params, X, named):
    model = RNNRegressor(4, pretrained=TAGGER, max_epochs=1, **params)
    with pytest.raises(ValueError, match=named):
        model.fit(X, NUMBERS)


def test_encoders_of_several_sequences_are_taken_and_frozen_together():
    several = SequencesWithStatic(SERIES, beside=[X, SERIES[:, :, :1] * 9])
    source = RNNRegressor(4, max_epochs=1, random_state=0).fit(several, NUMBERS)
    model = clone(source).set_params(
        pretrained=FrozenEstimator(source), max_epochs=2, freeze_epochs="all"
    )
    new = SequencesWithStatic(SERIES, beside=[tokens(IDS + 1), SERIES[:, :, :1]])
    model.fit(new, NUMBERS)
    assert same_encoder(model, source)
    before, after = (m.net_.module_.state_dict() for m in (source, model))
    encoders = [k for k in before if "beside" in k and "encoder" in k]
    assert encoders and all(torch.equal(before[k], after[k]) for k in encoders)
    np.testing.assert_array_equal(
        *(m.beside_inputs_[1]["input_scale_"] for m in (source, model))
    )
    assert len(model.beside_inputs_[0]["token_counts_"]) == 10  # with the new token
    other = SequencesWithStatic(SERIES, beside=[SERIES, SERIES[:, :, :1]])
    with pytest.raises(ValueError, match="X holds numbers, but pretrained was fitted"):
        clone(model).fit(other, NUMBERS)


def test_an_error_in_a_frozen_epoch_leaves_nothing_frozen():
    class Fails(Callback):
        def on_batch_end(self, net, **kwargs):
            raise RuntimeError("no more")

    model = classifier(freeze_epochs=2).partial_fit(X, Y, classes=[0, 1])
    net = model.net_
    net.callbacks_.append(("fails", Fails()))
    with pytest.raises(RuntimeError, match="no more"):
        model.partial_fit(X, Y)
    assert net.callbacks_.pop()[0] == "fails"
    for _ in range(2):
        model.partial_fit(X, Y)
    assert not same_encoder(model)


def test_another_vocabulary_is_refused_and_the_remedy_works():
    texts = ["a good film", "a bad film"] * 4
    seen = TextVectorizer().fit([*texts, "never", "until", "well"])
    source = RNNLanguageModel(**SMALL).fit(seen.transform(texts))
    network = classifier(FrozenEstimator(source))
    other = TextVectorizer(vocabulary={"a": 30, "good": 31, "bad": 32, "film": 33})
    with pytest.raises(ValueError, match=r"only 0% of the tokens.*FrozenEstimator"):
        make_pipeline(other, network).fit(texts, Y[:8])
    make_pipeline(FrozenEstimator(seen), network).fit(texts, Y[:8])
    characters = TextVectorizer(characters=True)
    with pytest.raises(ValueError, match="X holds words with their characters"):
        make_pipeline(characters, network).fit(texts, Y[:8])


def test_what_is_no_fitted_estimator_of_ours_is_refused():
    pipeline = make_pipeline(FrozenEstimator(MODEL))
    for other in (pipeline, LogisticRegression(), FrozenEstimator(pipeline)):
        with pytest.raises(TypeError, match="of a pipeline pass the last step"):
            classifier(other).fit(X, Y)


def test_a_forecaster_neither_gives_nor_takes_an_encoder():
    source = RNNForecaster(2, max_epochs=1, early_stopping=False)
    source.fit(np.sin(np.arange(30.0)))
    with pytest.raises(
        TypeError, match=r"RNNForecaster\(\.\.\.\) reads windows of ser"
    ):
        RNNRegressor(4, pretrained=source).fit(SERIES[:, :, 0], NUMBERS)
    assert not {"pretrained", "freeze_epochs"} & set(source.get_params())
