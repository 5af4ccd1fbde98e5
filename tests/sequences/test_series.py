"""Rows that are steps: series, frames, long panels and dates through one door."""

import re

import numpy as np
import pytest

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import Calendar, lay_out_steps, read_table_of_steps

pd = pytest.importorskip("pandas")


def series_of(index):
    return pd.Series(np.arange(float(len(index))), index)


def laid_out(X, *, series=None, time=None, **how):
    table = read_table_of_steps(X, series=series, time=time)
    return lay_out_steps(table, by_column=time is not None, **how)


@pytest.mark.parametrize(
    ("index", "step"),
    [
        (pd.date_range("2024-01-31", periods=4, freq="ME"), "ME"),
        (pd.date_range("2023-12-01", periods=4, freq="MS"), "MS"),
        (pd.date_range("2024-02-27", periods=4, freq="D"), "D"),  # a leap day
        (pd.date_range("2024-03-07", periods=9, freq="B"), "B"),
        (
            pd.date_range("2024-03-29", periods=5, freq="D", tz="Europe/Berlin"),
            "D",  # one of these days has 23 hours
        ),
        (pd.date_range("2024-10-27", periods=4, freq="h", tz="Europe/Berlin"), "h"),
        (pd.period_range("2024Q1", periods=4, freq="Q"), "Q-DEC"),
        (pd.timedelta_range("1h", periods=4, freq="30min"), "30min"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_dates_that_follow_are_those_of_pandas(index, step):
    past = index[:-1]
    if not isinstance(index, pd.PeriodIndex):
        past = type(index)(past, freq=None)  # which is to be found
    steps = laid_out(series_of(past))
    assert steps.calendar.step == step
    following = steps.calendar.following(steps.last[0], 1)
    assert following[0] == index[-1]
    assert getattr(following, "tz", None) == getattr(index, "tz", None)
    again = Calendar(*steps.calendar)  # as a file keeps it
    assert again.steps_after(steps.last[0], index).tolist() == [0] * (
        len(index) - 1
    ) + [1]


def test_two_dates_tell_their_step_and_one_does_not():
    index = pd.date_range("2024-01-01", periods=2, freq="6h")
    assert laid_out(series_of(pd.DatetimeIndex(index, freq=None))).calendar.step == "6h"
    assert laid_out(series_of(pd.DatetimeIndex(index[:1], freq=None))).calendar is None


def test_rows_of_a_panel_are_placed_by_their_times_in_any_order():
    frame = pd.DataFrame(
        {
            "shop": ["b", "a", "b", "a", "a"],
            "day": pd.to_datetime(
                ["2024-01-04", "2024-01-03", "2024-01-01", "2024-01-01", "2024-01-02"]
            ),
            "promo": [5, 3, 4, 1, 2],
        }
    )
    steps = laid_out(frame, series="shop", time="day")
    assert steps.names == ["a", "b"]
    table = read_table_of_steps(frame, series="shop", time="day")
    filled = steps.fill(table.columns)[:, 0]
    # b has no rows of the second and third of January.
    np.testing.assert_array_equal(filled, [1, 2, 3, 4, np.nan, np.nan, 5])
    assert steps.offsets.tolist() == [0, 3, 7]
    np.testing.assert_array_equal(filled[steps.places], frame["promo"])


def test_numbers_are_times_too():
    X = np.array([[0.3, 3], [0.1, 1], [0.4, 4], [0.2, 2]])
    steps = laid_out(X, time=0)
    assert steps.places.tolist() == [2, 0, 3, 1]
    assert steps.calendar.kind == "numbers"
    np.testing.assert_allclose(steps.calendar.following(0.4, 2), [0.5, 0.6])


def test_steps_are_counted_after_those_that_are_known():
    past = laid_out(series_of(pd.date_range("2024-01-01", periods=3, freq="D")))
    last = dict(zip(past.names, past.last, strict=True))
    later = series_of(pd.date_range("2024-01-05", periods=2, freq="D"))
    steps = laid_out(later, calendar=past.calendar, last=last)
    assert steps.places.tolist() == [1, 2]  # the fourth is left out
    with pytest.raises(
        SequenceError, match=r"2024-01-03.*last step known is 2024-01-03"
    ):
        overlapping = series_of(pd.date_range("2024-01-03", periods=2, freq="D"))
        laid_out(overlapping, calendar=past.calendar, last=last)
    with pytest.raises(SequenceError, match=r"no step of 'D' after 2024-01-03"):
        at_noon = series_of(pd.DatetimeIndex(["2024-01-04 12:00"]))
        laid_out(at_noon, calendar=past.calendar, last=last)


DAYS = pd.date_range("2024-01-01", periods=6, freq="D")


@pytest.mark.parametrize(
    ("index", "message", "cure"),
    [
        (DAYS.delete(2), r"no constant step.*2024-01-02.*2024-01-04", "y.asfreq('D')"),
        (
            pd.date_range("2024-01-31", periods=6, freq="ME").delete(3),
            "no constant step",
            "y.asfreq('ME')",
        ),
        (
            pd.date_range("2024-01-01", periods=15, freq="B").delete(3),
            "no constant step",
            "y.asfreq('B')",
        ),
        (
            pd.date_range("2024-01-01", periods=6, freq="MS") + pd.Timedelta(days=14),
            "no constant step",
            "y.to_period('M')",
        ),
        (
            pd.DatetimeIndex([f"{year}-02-28" for year in range(1996, 2012)]),
            "no constant step",  # nor the ends of Februaries, of which some have 29
            "y.to_period('Y')",
        ),
        (
            pd.date_range("2024-03-28", periods=9, tz="Europe/Rome").tz_convert("UTC"),
            "no constant step",  # but one of days where it is midnight
            "y.tz_localize(None).to_period('D')",
        ),
        (
            pd.date_range(
                "2020-01-01", periods=30, freq="MS", tz="Europe/Rome"
            ).tz_convert("UTC"),
            "a gap",  # the ends of months in UTC, but for those in summer
            "y.tz_localize(None).to_period('M')",
        ),
        (
            pd.date_range("2020-01-01", periods=30, freq="BME").delete([7, 8]),
            "no constant step",
            "y.to_period('M').reindex(pd.period_range('2020-01', '2022-06', freq='M'))",
        ),
        (
            (pd.date_range("2020-01-01", periods=9, freq="MS") + pd.Timedelta("14D"))[
                [0, 1, 2, 4, 5, 6, 7, 8]
            ],
            "no constant step",
            "y.to_period('M').reindex(pd.period_range('2020-01', '2020-09', freq='M'))",
        ),
        (
            pd.period_range("2020-01", periods=9, freq="M").delete(3),
            "a gap",
            "y.reindex(pd.period_range(y.index[0], y.index[-1]))",
        ),
        (
            pd.timedelta_range("1min", periods=9, freq="min").delete(3),
            "no constant step",
            "y.resample('min').asfreq()",
        ),
        (
            pd.timedelta_range("1min", periods=9, freq="h").delete([3, 6]),
            "no constant step",
            "y.resample('h').asfreq()",
        ),
        (
            pd.DatetimeIndex(["2024-01-01 07:03", "2024-01-01 09:10", "2024-01-02"]),
            "no constant step",
            "y.resample('h').mean()",
        ),
        (DAYS[::-1], "runs backwards: 2024-01-06", "y.sort_index()"),
        (DAYS[[0, 2, 1, 3]], "not in the order of time: 2024-01-03", "y.sort_index()"),
        (
            DAYS[[0, 1, 1, 2]],
            "2024-01-02 00:00:00 twice",
            "y[~y.index.duplicated()]",
        ),
    ],
)
def test_dates_without_a_constant_step_are_refused_and_the_cure_works(
    index, message, cure
):
    y = series_of(index)
    with pytest.raises(SequenceError, match=message) as refused:
        lay_out_steps(read_table_of_steps(y, name="y"), name="y")
    assert cure in str(refused.value)
    mended = eval(cure, {"y": y, "pd": pd})
    assert laid_out(mended).calendar.step.split("-")[0] in [*"DBMYh", "ME", "min"]
    assert np.isfinite(mended).sum() == index.nunique()  # none is lost


def test_a_time_that_is_doubled_in_a_series_is_named():
    frame = pd.DataFrame({"shop": ["a", "a", "b"], "t": [1, 1, 1], "v": [1.0, 2, 3]})
    with pytest.raises(SequenceError, match="twice"):
        laid_out(frame, series="shop", time="t")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"series": "city"}, r"series='city' names no column of X.*'day', 'v'"),
        ({"time": "hour"}, r"time='hour' names no column"),
        ({"series": "gap"}, r"'gap' of X names no series in row 1"),
        ({"time": "nat"}, r"'nat' of X holds no time in row 0"),
        ({"time": "shop"}, r"'shop' of X holds no times"),
        ({}, r"column 'day'.*RNNForecaster\(time='day'\)"),
    ],
)
def test_columns_that_cannot_be_read_are_named(how, message):
    frame = pd.DataFrame({"day": DAYS[:2], "v": [1.0, 2.0]})
    more = {
        "gap": ["a", None],
        "nat": pd.DatetimeIndex([None, "2024-01-01"]),
        "shop": ["a", "b"],
    }
    for name in {*how.values()} & {*more}:
        frame[name] = more[name]
    with pytest.raises(SequenceError, match=message):
        laid_out(frame, **how)


def test_dates_of_another_time_zone_are_the_same_dates():
    berlin = pd.date_range("2024-01-01", periods=4, freq="h", tz="Europe/Berlin")
    steps = laid_out(series_of(berlin[:3]))
    utc = berlin[3:].tz_convert("UTC")
    assert steps.calendar.steps_after(steps.last[0], utc).tolist() == [1]
    with pytest.raises(SequenceError, match="tz_localize"):
        steps.calendar.steps_after(steps.last[0], utc.tz_localize(None))


def test_a_frame_of_polars_is_read_as_one_of_pandas():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"s": ["b", "a"], "day": DAYS[:2].to_numpy(), "v": [1, 2]})
    table = read_table_of_steps(frame, series="s", time="day")
    assert table.titles == ["v"]
    np.testing.assert_array_equal(table.columns[:, 0], [1, 2])
    assert table.times.equals(DAYS[:2].astype(table.times.dtype))


@pytest.mark.parametrize("zone", [None, "Europe/Rome"])
def test_dates_of_polars_keep_their_time_zone(zone):
    pl = pytest.importorskip("polars")
    naive = pl.Series("day", DAYS.to_numpy())
    frame = pl.DataFrame({"day": naive.dt.replace_time_zone(zone)})
    times = read_table_of_steps(frame, time="day").times
    assert times.equals(DAYS.tz_localize(zone).astype(times.dtype))


def test_a_frame_that_is_not_computed_yet_is_refused():
    pl = pytest.importorskip("polars")
    with pytest.raises(TypeError, match=r"LazyFrame.*X\.collect\(\)"):
        read_table_of_steps(pl.LazyFrame({"v": [1.0]}))


@pytest.mark.parametrize(
    "written",
    [
        DAYS.strftime("%d.%m.%Y"),  # is the second of January one of February?
        DAYS.strftime("%m/%d/%Y"),
        DAYS.to_period("Q").strftime("%YQ%q"),
    ],
)
def test_texts_that_are_dates_in_several_ways_are_refused(written):
    frame = pd.DataFrame({"day": written, "v": 1.0})
    with pytest.raises(SequenceError, match=rf"such as '{written[0]}'.*to_datetime"):
        laid_out(frame, time="day")


@pytest.mark.parametrize("dates", [DAYS.strftime("%Y-%m-%d"), DAYS.date])
@pytest.mark.parametrize("time", [None, "day"])
def test_dates_of_python_and_texts_in_iso_format_are_dates(dates, time):
    frame = pd.DataFrame({"day": dates, "v": 1.0})
    frame = frame if time else frame.set_index("day")
    assert laid_out(frame, time=time).calendar == ("dates", "D", "")


@pytest.mark.parametrize(
    "codes",
    [
        [*"ab-c"],
        ["9000-05", "9000-06", "9000-07"],
        ["1001-05", "1001-06", "1001-07"],
        ["1700-05", "1700-06", "1700-07"],
        ["2150-05", "2150-06", "2150-07"],
        ["0001-01", "0001-02", "0001-03"],
        ["2024-01", "2024-02", "2024-13"],
        ["-40", "-41", "-42"],
        ["9000-01-01", "9000-01-02"],  # where pandas counts nanoseconds, 2262 is last
    ],
)
def test_texts_that_look_like_dates_are_codes(codes):
    assert read_table_of_steps(pd.Series(1.0, codes)).times is None


@pytest.mark.parametrize("time", [None, "day"])
def test_texts_with_a_time_zone_are_dates_and_those_of_several_are_refused(time):
    rome = pd.date_range("2024-03-28", periods=8, tz="Europe/Rome")
    texts = [one.isoformat() for one in rome]
    frame = pd.DataFrame({"day": texts, "v": 1.0})

    def lay(frame):
        return laid_out(frame if time else frame.set_index("day"), time=time)

    assert lay(frame[:4]).calendar == ("dates", "D", "UTC+01:00")
    with pytest.raises(SequenceError, match=r"such as '2024-03-28T.*utc=True") as said:
        lay(frame)
    (cure,) = re.findall(r"pd\..*\)", str(said.value))
    mended = eval(cure.replace("...", "frame['day']"), {"pd": pd, "frame": frame})
    assert mended.tolist() == rome.tolist()
    hours = pd.date_range("2024-03-31", periods=8, freq="h", tz="Europe/Rome")
    frame = frame.assign(day=pd.to_datetime([str(hour) for hour in hours], utc=True))
    assert lay(frame).calendar == ("dates", "h", "UTC")


@pytest.mark.parametrize("form", ["%Y%m%d", "%Y%m"])
def test_dates_written_as_numbers_are_refused_and_the_cure_works(form):
    dates = pd.date_range("2023-11-29", periods=40, freq="D" if "d" in form else "MS")
    column = pd.Series([int(date.strftime(form)) for date in dates])
    with pytest.raises(SequenceError, match=f"dates written as .* {column[1]}") as said:
        laid_out(pd.DataFrame({"t": column}), time="t")
    (cure,) = re.findall(r"such as (pd\..*?'\))", str(said.value))
    mended = pd.DataFrame({"t": eval(cure, {"pd": pd, "column": column})})
    assert laid_out(mended, time="t").places.tolist() == list(range(40))
    counted = pd.DataFrame({"t": column - column[0] + 7})
    assert laid_out(counted, time="t").calendar.kind == "numbers"


def test_names_of_several_types_are_refused():
    frame = pd.DataFrame({"shop": [1, "a"], "t": [1, 2]})
    with pytest.raises(SequenceError, match=r"types, 'int', 'str'.*astype\(str\)"):
        laid_out(frame, series="shop", time="t")
