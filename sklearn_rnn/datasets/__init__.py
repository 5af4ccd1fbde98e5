"""Small real data that travel with the package, and generators with known solutions.

The loaders read text files of the package itself; nothing is downloaded. The
generators make tasks whose best possible score can be written down, so that a
model that misses it has an error.
"""

__all__ = [
    "load_births",
    "load_co2",
    "load_languages",
    "load_pronunciations",
    "load_tweets",
    "make_activities",
    "make_adding_problem",
    "make_first_symbol",
    "make_morse",
    "make_passengers",
    "make_shop_sales",
    "make_sine_waves",
]

from sklearn_rnn.datasets._bundled import (
    load_births,
    load_co2,
    load_languages,
    load_pronunciations,
    load_tweets,
)
from sklearn_rnn.datasets._generators import (
    make_activities,
    make_adding_problem,
    make_first_symbol,
    make_sine_waves,
)
from sklearn_rnn.datasets._morse import make_morse
from sklearn_rnn.datasets._sales import make_passengers, make_shop_sales
