"""How sphinx-gallery orders the examples, and what it takes for a failure."""

import warnings
from pathlib import Path

# sphinx-gallery looks up every name of an example, in its own process too.
from sklearn.experimental import enable_halving_search_cv  # noqa: F401

SECTIONS = ["texts", "series", "steps", "forecasts", "lengths", "inside", "tools"]

# By subject within a section; what is not named here comes last, by name.
STORIES = [
    # texts
    "plot_languages",
    "plot_first_words",
    "plot_topics",
    "plot_text_cells",
    "plot_tickets",
    "plot_text_and_numbers",
    "plot_few_labels",
    "plot_next_word",
    "plot_suggestions",
    "plot_invented_words",
    # series
    "plot_unequal_lengths",
    "plot_stacked_classifier",
    "plot_machines",
    "plot_rare_events",
    "plot_early_classification",
    "plot_images_as_sequences",
    "plot_captions",
    "plot_long_memory",
    # steps
    "plot_tagging_sentences",
    "plot_tagging_activities",
    # forecasts
    "plot_forecast",
    "plot_shops",
    "plot_backtest",
    "plot_births",
    "plot_stacked_forecast",
    # lengths
    "plot_morse",
    "plot_digit_strings",
    "plot_spelling_to_sound",
    "plot_dates_to_iso",
    # inside
    "plot_inside_the_network",
    "plot_watching_training",
    "plot_explanations",
    "plot_calibration",
    "plot_conformal",
    # tools
    "plot_learning_rate",
    "plot_structure_by_search",
    "plot_when_not",
]


def place(name, names):
    """Give what sorts a name by its place among names, and those not there last."""
    return names.index(name) if name in names else len(names), name


def by_section(folder):
    """Give the place of a section in the gallery."""
    return place(Path(folder).name, SECTIONS)


def by_story(filename):
    """Give the place of an example in its section."""
    return place(Path(filename).stem, STORIES)


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
