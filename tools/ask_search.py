"""Ask the search of the built site what users type, and look for the right page.

    python tools/ask_search.py              # `make docs` runs it on docs/_build/html
    python tools/ask_search.py "bands"      # shows what one query finds

Sphinx's own scripts run, in V8 and without a browser: the words, their stems, the index
and the scores are those of the site. Fails unless a right page is among
the first three.
"""

import argparse
import json
import sys
from pathlib import Path

from py_mini_racer import MiniRacer

HTML = Path(__file__).parents[1] / "docs/_build/html"
FIRST = 3
# What the scripts ask of a browser before anything is searched.
BROWSER = """
var _ = (text) => text;  // what translates
var document = {readyState: "loading", addEventListener: () => {},
    getElementById: () => null};
var window = globalThis;
var DOCUMENTATION_OPTIONS = {};
var SPHINX_HIGHLIGHT_ENABLED = false;
var _ready = () => {};
"""
SCRIPTS = ("_static/language_data.js", "_static/searchtools.js", "searchindex.js")
FIND = """
(query) => {
    const [text, ...terms] = Search._parseQuery(query);
    const results = Search._performSearch(text, ...terms);  // the best comes last
    return JSON.stringify(results.map((result) => result[0]).reverse());
}
"""
# What users type, and the pages of which one shall be among the first.
QUERIES = {
    "text classification": "tasks/text_classification",
    "multilabel": "tasks/text_classification",
    "named entity recognition": "tasks/tagging",
    "NER": "tasks/tagging",
    "part of speech": "tasks/tagging",
    "sequence labeling": "tasks/tagging",
    "token classification": "tasks/tagging",
    "activity recognition": "tasks/activities",
    "segmentation": "tasks/activities",
    "time series classification": "tasks/series_classification",
    "variable length": "tasks/series_classification",
    "unequal length": "tasks/series_classification",
    "many-to-one": "tasks/series_classification tasks/text_classification "
    "tasks/long_sequences",
    "groupby": "tasks/machines tasks/forecast_many",
    "predictive maintenance": "tasks/machines",
    "long format": "tasks/machines",
    "panel data": "tasks/machines tasks/forecast_many",
    "forecasting": "tasks/forecast_one guide/forecasting",
    "prediction intervals": "tasks/forecast_one",
    "global model": "tasks/forecast_many",
    "static features": "tasks/text_and_table tasks/forecast_many",
    "promotions": "tasks/forecast_many",
    "exogenous": "tasks/forecast_many",
    "sentiment analysis": "tasks/sentiment",
    "character-level": "tasks/characters",
    "out-of-vocabulary": "tasks/characters",
    "typos": "tasks/characters",
    "seq2seq": "tasks/spelling_and_translation",
    "translation": "tasks/spelling_and_translation guide/translation",
    "speech recognition": "tasks/speech",
    "CTC": "tasks/speech",
    "handwriting": "tasks/speech",
    "language model": "tasks/language_models guide/language_models",
    "text generation": "tasks/language_models",
    "imbalanced": "tasks/imbalance",
    "class weights": "tasks/imbalance",
    "SMOTE": "tasks/imbalance",
    "streaming": "tasks/streaming",
    "real-time": "tasks/streaming",
    "server": "tasks/serving",
    "deployment": "tasks/serving",
    "pickle": "tasks/saving",
    "save model": "tasks/saving",
    "reproducible": "tasks/reproducible",
    "random seed": "tasks/reproducible",
    "hyperparameter tuning": "tasks/search",
    "grid search": "tasks/search",
    "vanishing gradients": "tasks/long_sequences",
    "long sequences": "tasks/long_sequences",
    "missing values": "tasks/missing_values",
    "NaN": "tasks/missing_values",
    "transfer learning": "tasks/few_labels",
    "word embeddings": "tasks/few_labels",
    "feature importance": "tasks/explaining",
    "SHAP": "tasks/explaining",
    "GPU": "tasks/gpu",
    "Dask": "tasks/several_processes",
    "larger than memory": "tasks/several_processes",
    "custom loss": "tasks/own_parts",
    "tensorboard": "tasks/monitoring",
    "early stopping": "tasks/monitoring guide/training",
    "data leakage": "tasks/machines guide/pitfalls",
}


def searcher(html):
    """Load the scripts and the index of a site; return query -> list of pages."""
    machine = MiniRacer()
    machine.eval(BROWSER)
    for script in SCRIPTS:
        machine.eval((html / script).read_text(encoding="utf-8"))

    def find(query):
        return list(json.loads(machine.eval(f"({FIND})({json.dumps(query)})")))

    return find


def misses(find, queries):
    """Say of each query without a right page among the first what came instead."""
    for query, right in queries.items():
        first = find(query)[:FIRST]
        if not set(first) & set(right.split()):
            yield f"{query!r} finds {', '.join(first) or 'nothing'}, not {right}"


def main():
    """Ask all queries, or show what one finds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("query", nargs="*", help="only show what this finds")
    parser.add_argument("--html", type=Path, default=HTML)
    arguments = parser.parse_args()
    find = searcher(arguments.html)
    if arguments.query:
        sys.exit(print(*find(" ".join(arguments.query))[:10], sep="\n"))
    missed = list(misses(find, QUERIES))
    print(*missed, sep="\n")
    print(f"{len(QUERIES) - len(missed)} of {len(QUERIES)} queries find their page")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
