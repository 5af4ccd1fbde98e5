"""How sphinx-gallery orders the examples, and what it takes for a failure."""

import warnings

# sphinx-gallery looks up every name of an example, in its own process too.
from sklearn.experimental import enable_halving_search_cv  # noqa: F401

# By subject; what is not named here comes last, by name.
STORIES = [
    # first use
    "plot_languages",
    "plot_first_words",
    # text
    "plot_topics",
    "plot_text_cells",
    "plot_next_word",
    "plot_invented_words",
    "plot_suggestions",
    "plot_few_labels",
    "plot_when_not",
    # series
    "plot_births",
    "plot_stacked_forecast",
    "plot_forecast",
    "plot_shops",
    "plot_backtest",
    "plot_images_as_sequences",
    "plot_unequal_lengths",
    "plot_long_memory",
    # tagging
    "plot_tagging_sentences",
    "plot_tagging_activities",
    # translating
    "plot_spelling_to_sound",
    "plot_dates_to_iso",
    "plot_morse",
    # composing
    "plot_text_and_numbers",
    "plot_stacked_classifier",
    "plot_structure_by_search",
    # training
    "plot_learning_rate",
    "plot_rare_events",
    "plot_watching_training",
    # looking inside
    "plot_inside_the_network",
    "plot_explanations",
    "plot_early_classification",
    "plot_calibration",
    "plot_conformal",
]


def by_story(filename):
    """Give the place of an example in the gallery."""
    stem = str(filename).removesuffix(".py")
    return STORIES.index(stem) if stem in STORIES else len(STORIES), stem


def make_warnings_errors(gallery_conf, fname, when):
    """Let a warning end an example, and give Sphinx its own warnings back."""
    warnings.resetwarnings()
    if when == "before":
        warnings.simplefilter("error")
        # What the neighbours still use is theirs to mend.
        for kind in (DeprecationWarning, PendingDeprecationWarning):
            warnings.filterwarnings("ignore", category=kind, module="lime|mapie|shap")
        # Nothing is shown here: the figures are taken as they are open.
        warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
