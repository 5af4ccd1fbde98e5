"""
Translate dates to ISO
======================

"3 March 2004", "Mar 3, 2004", "3.3.04": people write dates in many ways, and computers
want one. A program with rules for each way is soon long, and each new way needs a new
rule. Here a translator learns the rules from 3,000 pairs.
"""

# %%
# Dates of a hundred years, each written in one of eight ways.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sklearn_rnn import RNNTranslator, TextVectorizer
from sklearn_rnn.inspection import AttentionDisplay
from sklearn_rnn.metrics import exact_match_score

MAX_EPOCHS = 12

MONTHS = """January February March April May June July August September October
November December""".split()
WAYS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{day} {short} {year}",
    "{short} {day}, {year}",
    "{day}.{number}.{year}",
    "{day:02}.{number:02}.{year}",
    "{number}/{day}/{year}",
    "{year}, {month} {day}",
)
rng = np.random.default_rng(0)
drawn = np.datetime64("1950-01-01") + rng.integers(36_500, size=3500)


def write(date, way):
    """Write a date as people do."""
    year, number, day = map(int, str(date).split("-"))
    month = MONTHS[number - 1]
    return WAYS[way].format(
        day=day, number=number, year=year, month=month, short=month[:3]
    )


ways = rng.integers(len(WAYS), size=len(drawn))
texts = np.array([write(*pair) for pair in zip(drawn, ways, strict=True)], dtype=object)
iso = drawn.astype(str).astype(object)
train, test, y_train, y_test, _, ways_test = train_test_split(
    texts, iso, ways, test_size=500, random_state=0
)
for text, date in zip(train[:6], y_train[:6], strict=True):
    print(f"{text:30} {date}")

# %%
# Both sides are read by character. The network has to copy, to move and to count, and
# to know the months.

model = make_pipeline(
    TextVectorizer(analyzer="char", lowercase=False),
    RNNTranslator(
        64,
        embedding_dim=32,
        max_epochs=MAX_EPOCHS,
        early_stopping=False,
        random_state=0,
    ),
)
model.fit(train, y_train)
answers = model.predict(test)
print(f"right: {exact_match_score(y_test, answers):.1%}")
for way, name in enumerate(WAYS):
    of_way = ways_test == way
    share = exact_match_score(y_test[of_way], answers[of_way])
    print(f"{name:32} {share:.1%} of {of_way.sum()}")

# %%
# The weights of attention show the moves: the year, which comes last, is looked at
# first, and the month is read from its name.

fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
AttentionDisplay.from_estimator(model, ["Sep 17, 1986"], ax=ax)
ax.set_title("What is looked at for each character of the answer", loc="left")
plt.show()

# %%
# The task is narrow: a few ways, ten digits, twelve months. That is where a translator
# that starts from nothing is at home. It knows no way that it was not shown.

print(model.predict(["17 Sept. 1986", "1986, 17 September"]))
print(
    f"{exact_match_score(y_test, answers):.1%} of new dates are right from "
    f"{len(train)} "
    "pairs."
)
