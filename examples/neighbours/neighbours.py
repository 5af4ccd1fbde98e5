"""Four packages around sequences: what each takes, and what it refuses.

imbalanced-learn  takes tables of steps, and frames before a SequenceColumnTransformer.
                  It refuses arrays of three axes, lists of unequal length and
                  SequencesWithStatic. SMOTE on token ids is noticed, and warned of.
MAPIE             takes all of these with its cross-conformal classes. Its split classes
                  take tables of steps only: they try a table of zeros before.
SHAP              takes texts, through a masker, and tables. Series of several variables
                  go through a function that gives them their shape back. Its explainers
                  of networks, such as DeepExplainer, refuse ours.
LIME              takes texts, and with RecurrentTabularExplainer series of one length.
"""

import numpy as np
import shap
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as make_sampled_pipeline
from lime.lime_tabular import RecurrentTabularExplainer
from lime.lime_text import LimeTextExplainer
from mapie.classification import CrossConformalClassifier
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNClassifier, TextVectorizer, as_ragged

rng = np.random.default_rng(0)
series = rng.normal(size=(60, 5, 2))
rising = (series[:, 0, 0] > 0).astype(int)
network = RNNClassifier(8, lr=0.03, max_epochs=8, batch_size=8, random_state=0)

# imbalanced-learn: rows of the rare class are repeated, in the training rows only.
is_rare = (rng.permutation(60) < 9).astype(int)
sampled = make_sampled_pipeline(RandomOverSampler(random_state=0), network)
sampled.fit(series[:, :, 0], is_rare)
print("imbalanced-learn", sampled.predict_proba(series[:, :, 0])[:, 1].mean().round(2))

# MAPIE: sets that hold the true class of nine rows in ten, of sequences of any length.
ragged = as_ragged([row[: 2 + i % 4] for i, row in enumerate(series)])
conformal = CrossConformalClassifier(network, confidence_level=0.9, cv=3)
_, sets = conformal.fit_conformalize(ragged, rising).predict_set(ragged)
print("MAPIE", sets[:, :, 0].sum(axis=1).mean(), "classes in a set")

# SHAP and LIME: which words of a text count, and which numbers of a series.
texts = ["good film", "bad film", "a good one", "a bad one"] * 4
text_model = make_pipeline(TextVectorizer(max_length=9), network)
text_model.fit(texts, [1, 0, 1, 0] * 4)
masker = shap.maskers.Text(r"\s+", mask_token="hidden ", collapse_mask_token=False)
explainer = shap.Explainer(
    text_model.predict_proba, masker, algorithm="permutation", seed=0
)
found = explainer(["good film"], max_evals=50, silent=True)
print("SHAP", list(found.data[0]), found.values[0, :, 1].round(2))
lime_words = LimeTextExplainer(bow=False, random_state=0).explain_instance(
    "good film", text_model.predict_proba, num_samples=200
)
print("LIME", lime_words.as_list())

model = network.fit(series, rising)
lime_steps = RecurrentTabularExplainer(
    series,
    training_labels=rising,
    feature_names=["a", "b"],
    discretize_continuous=False,
    random_state=0,
).explain_instance(series[0], model.predict_proba, num_features=3)
print("LIME", lime_steps.as_list())
flat = series.reshape(60, 10)
by_shap = shap.Explainer(
    lambda rows: model.predict_proba(rows.reshape(-1, 5, 2)),
    flat[:5],
    algorithm="permutation",
    seed=0,
)
found = by_shap(flat[:1], max_evals=100, silent=True)
print("SHAP", found.values[0, :, 1].reshape(5, 2).round(2).tolist())
