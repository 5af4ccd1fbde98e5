"""A piece of each data set that comes with the package."""

import matplotlib.dates
import matplotlib.pyplot as plt
import numpy as np

from sklearn_rnn.datasets import (
    load_births,
    load_co2,
    load_tweets,
    make_activities,
)
from sklearn_rnn.inspection._axes import COLORS

figure, axes = plt.subplots(2, 2, figsize=(8, 4.6), layout="constrained")
births_ax, co2_ax, tweets_ax, activities_ax = axes.flat

days, births = load_births(return_X_y=True)
births_ax.plot(days[:84], births[:84] / 1000, color=COLORS[0], marker=".", markersize=4)
births_ax.set(title="load_births, twelve weeks", ylabel="thousand births a day")
births_ax.set_xticks(days[:84:28])

weeks, co2 = load_co2(return_X_y=True)
co2_ax.plot(weeks, co2, color=COLORS[0], linewidth=1)
co2_ax.set(title="load_co2, all weeks", ylabel="parts per million")
co2_ax.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%Y"))
co2_ax.set_xticks(np.arange("1960", "2010", 10, dtype="datetime64[Y]"))

_, sentiment = load_tweets(return_X_y=True)
tweets_ax.hist(sentiment, bins=np.arange(-4, 4.1, 0.25), color=COLORS[0])
tweets_ax.set(title="load_tweets", xlabel="mean sentiment", ylabel="tweets")

X, y = make_activities(n_samples=20, random_state=0)
busiest = max(range(20), key=lambda row: len(np.unique(y[row])))
series, labels = X[busiest][:, 0], y[busiest]
steps = np.arange(len(series))
activities_ax.plot(steps, series, color="#888888", linewidth=0.8)
for label, color in zip(np.unique(labels), COLORS, strict=False):
    here = np.where(labels == label, series, np.nan)
    activities_ax.plot(steps, here, color=color, linewidth=1.6, label=label)
activities_ax.set(title="make_activities", xlabel="step", ylabel="acceleration")
activities_ax.legend(fontsize="small", ncols=4, loc="lower center")
activities_ax.margins(y=0.25)
for ax in axes.flat:
    ax.spines[["top", "right"]].set_visible(False)
