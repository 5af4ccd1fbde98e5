"""The tagger whose accuracy is measured."""

import time

from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTagger, TextVectorizer

# Chosen on the dev part; `results/tagging_tries.json` has what was tried.
VECTORIZER = {"characters": True}
TAGGER = {
    "hidden_size": 160,
    "embedding_dim": 100,
    "net_params": {"module__characters_dim": 64},
    "dropout": 0.5,
    "lr": 0.005,
    "lr_schedule": "cosine",
    "batch_size": 32,
    "max_epochs": 12,
    "early_stopping": False,
}


def lowered(words):
    """Analyze a sentence into its words in lower case."""
    return [word.lower() for word in words]


ANALYZERS = {"list": list, "lowered": lowered}


def make_tagger(vectorizer, tagger, seed):
    """Make the pipeline from sentences to tags.

    Parameters
    ----------
    vectorizer, tagger : dict
        Settings; the analyzer is a name of `ANALYZERS`.
    seed : int

    Returns
    -------
    pipeline : Pipeline
    """
    analyzer = ANALYZERS[vectorizer.get("analyzer", "list")]
    vectorizer = {**vectorizer, "analyzer": analyzer}
    return make_pipeline(
        TextVectorizer(truncate=None, **vectorizer),
        RNNTagger(random_state=seed, **tagger),
    )


def fit(corpus, vectorizer, tagger, seed, watched=None):
    """Fit on a corpus.

    Parameters
    ----------
    corpus : Corpus
    vectorizer, tagger : dict
    seed : int
    watched : Corpus, default=None
        Scored after each epoch.

    Returns
    -------
    pipeline : Pipeline
    figures : dict
        Of the fit: "seed", "seconds" of the whole of it, "epochs", "parameters" and,
        where something is watched, its accuracy after each epoch.
    """
    pipeline = make_tagger(vectorizer, tagger, seed)
    start = time.perf_counter()
    first, last = pipeline[0], pipeline[-1]
    X = first.fit_transform(corpus.words)
    validation = {}
    if watched:
        X_val = first.transform(watched.words)
        validation = {"X_val": X_val, "y_val": watched.tags}
    last.fit(X, corpus.tags, **validation)
    figures = {
        "seed": seed,
        "seconds": time.perf_counter() - start,
        "epochs": last.n_iter_,
        "parameters": sum(p.numel() for p in last.net_.module_.parameters()),
    }
    if watched:
        figures["accuracy_by_epoch"] = last.history_["valid_score"].tolist()
    return pipeline, figures
