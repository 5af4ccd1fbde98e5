"""Which step after which a time is: exact for dates, nearly so for numbers."""

import numpy as np
import pytest

from sklearn_rnn.exceptions import SequenceError
from sklearn_rnn.sequences import Calendar, lay_out_steps, read_table_of_steps

pd = pytest.importorskip("pandas")


def lay_out(times, **how):
    """Lay the steps of one series out whose times are a column."""
    X = np.column_stack([times, np.arange(len(times))])
    return lay_out_steps(read_table_of_steps(X, time=0), by_column=True, **how)


@pytest.mark.parametrize("start", ["1970-01-01", "2024-01-01"])
def test_a_date_between_two_steps_is_refused_however_far_from_1970(start):
    start = pd.Timestamp(start).as_unit("ns")
    after = pd.timedelta_range("15min", periods=3, freq="15min")
    calendar = Calendar("dates", "15min")
    assert calendar.steps_after(start.value, start + after).tolist() == [1, 2, 3]
    with pytest.raises(SequenceError, match="00:05:00, which is no step of '15min'"):
        calendar.steps_after(start.value, start + after - pd.Timedelta("10min"))
    with pytest.raises(SequenceError, match=r"00:30:00\.000001"):
        calendar.steps_after(start.value, start + after[1:] + pd.Timedelta("1us"))


@pytest.mark.parametrize("start", [0, 1_700_000_000])
def test_a_number_between_two_steps_is_refused_however_large_it_is(start):
    minutes = start + 60 * np.arange(9)
    calendar = Calendar("numbers", 60)
    steps = calendar.steps_after(start, minutes.astype(float))
    assert steps.tolist() == list(range(9))
    minutes[4] -= 30
    with pytest.raises(SequenceError, match="no step of 60"):
        calendar.steps_after(start, minutes)


@pytest.mark.parametrize(
    "times",
    [
        np.arange(400) * 0.1,
        np.linspace(0, 39.9, 400),
        np.cumsum(np.full(400, 0.1)),
        1.7e6 + np.arange(400) * 0.1,
        1.7e9 + np.arange(400) * 0.01,
        np.arange(400, dtype=np.float32) * np.float32(0.1),
        np.arange(200, dtype=np.uint8),
        np.arange(400)[::-1] * 0.1,
    ],
)
def test_decimal_times_are_steps_though_they_are_rounded(times):
    steps = lay_out(times)
    expected = np.argsort(np.argsort(times))
    np.testing.assert_array_equal(steps.places, expected)
    more = np.sort(times)[-1:] + steps.calendar.step
    assert steps.calendar.steps_after(steps.last[0], more).tolist() == [1]


def test_two_numbers_on_one_step_are_refused_though_they_differ_by_rounding():
    with pytest.raises(SequenceError, match=r"0.3\d* twice"):
        lay_out(np.append(0.3, np.arange(40) * 0.1))  # with 0.30000000000000004


@pytest.mark.parametrize("gaps", [[1, 2], [1, 2, 3], [2, 4, 4], [1, 1, 1, 50]])
@pytest.mark.parametrize("unit", [1, 60.0, 0.1])
def test_gaps_between_numbers_are_steps_that_were_not_observed(gaps, unit):
    places = np.cumsum([0, *gaps * 20])
    steps = lay_out(places * unit)
    np.testing.assert_array_equal(steps.places, places // gaps[0])
    assert steps.calendar.step == pytest.approx(gaps[0] * unit)


def test_a_number_off_the_grid_does_not_make_the_grid_finer():
    times = 60 * np.arange(140)
    times[50] += 30
    with pytest.raises(SequenceError, match=r"3030.*no step of 60"):
        lay_out(times)


WEEKDAYS = pd.date_range("2024-01-01", periods=60, freq="B")


@pytest.mark.parametrize("how", ["column", "index", "two series"])
@pytest.mark.parametrize(
    ("full", "missing", "step"),
    [
        (pd.date_range("2024-01-01", periods=40, freq="D"), [9], "D"),
        (pd.date_range("2024-01-01", periods=40, freq="D"), [6, 13, 20, 27, 34], "D"),
        (WEEKDAYS, [9, 30], "B"),
        (pd.date_range("2020-01-31", periods=40, freq="ME"), [9, 20], "ME"),
        (pd.date_range("2010-01-01", periods=40, freq="QS"), [9, 20], "QS"),
        (pd.date_range("1980-01-01", periods=40, freq="YS"), [9, 20], "YS"),
        (pd.date_range("2024-03-30", periods=60, freq="h", tz="Europe/Rome"), [9], "h"),
        (pd.timedelta_range("0h", periods=40, freq="15min"), [9, 10], "15min"),
        (pd.period_range("2020-01", periods=40, freq="M"), [9], "M"),
    ],
)
def test_a_time_without_a_row_was_not_observed(how, full, missing, step):
    kept = np.delete(np.arange(len(full)), missing)
    order = np.random.default_rng(0).permutation(len(kept))
    frame = pd.DataFrame({"t": full[kept], "v": kept.astype(float)}).iloc[order]
    if how == "two series":
        frame = pd.concat([frame.assign(s="a"), frame.assign(s="b")])
    series = "s" if how == "two series" else None
    calendar = None
    if how == "index":  # whose calendar is known, as that of what comes after fit
        frame = frame.set_index("t")
        calendar = lay_out_steps(read_table_of_steps(pd.Series(0.0, full))).calendar
    time = None if how == "index" else "t"
    table = read_table_of_steps(frame, series=series, time=time)
    steps = lay_out_steps(table, calendar=calendar, by_column=time is not None)
    assert steps.calendar.step.split("-")[0] == step
    values = steps.fill(table.columns)[: len(full), 0]
    expected = np.arange(float(len(full)))
    expected[missing] = np.nan
    np.testing.assert_array_equal(values, expected)


MONTHS = pd.date_range("2024-01", periods=8, freq="MS")
BERLIN = MONTHS.tz_localize("Europe/Berlin")


@pytest.mark.parametrize(
    ("past", "later", "message", "cure"),
    [
        (MONTHS, MONTHS.to_period(), "X has periods", "to_timestamp()"),
        (MONTHS, BERLIN, "X has dates with Europe/Berlin", "tz_localize(None)"),
        (BERLIN, MONTHS, "with no time zone", "tz_localize('Europe/Berlin')"),
        (MONTHS.to_period("M"), MONTHS, "X has dates", "to_period('M')"),
        (
            MONTHS.to_period("M"),
            MONTHS.to_period("D"),
            "periods of 'M', but X has periods of 'D'",
            "asfreq('M')",
        ),
        (MONTHS - MONTHS[0], MONTHS, "durations, but X has dates", None),
        (MONTHS, MONTHS - MONTHS[0], "dates, but X has durations", None),
        (np.arange(8), MONTHS, "numbers, but X has dates", None),
        (MONTHS, np.arange(8), "dates, but X has numbers", None),
    ],
)
def test_times_of_another_kind_are_refused_and_the_cure_works(
    past, later, message, cure
):
    if isinstance(past, pd.TimedeltaIndex):
        past = pd.timedelta_range("0D", periods=8, freq="D")

    def place(times, **how):
        frame = pd.DataFrame({"t": times, "v": 1.0})
        table = read_table_of_steps(frame, time="t")
        return lay_out_steps(table, by_column=True, **how)

    known = place(past[:5])
    how = {"calendar": known.calendar, "last": {None: known.last[0]}}
    with pytest.raises(SequenceError, match=message) as refused:
        place(later[5:], **how)
    if cure is not None:
        assert cure in str(refused.value)
        assert place(
            eval(f"later.{cure}", {"later": later})[5:], **how
        ).places.tolist() == [0, 1, 2]


def test_months_that_do_not_begin_on_the_grid_are_refused_and_the_cure_works():
    frame = pd.DataFrame({"t": MONTHS + pd.Timedelta("14D"), "v": 1.0})
    table = read_table_of_steps(frame, time="t")
    with pytest.raises(
        SequenceError, match=r"01-15.*no step of 'ME'.*to_period\('M'\)"
    ):
        lay_out_steps(table, by_column=True)
    mended = frame.assign(t=frame["t"].dt.to_period("M"))
    table = read_table_of_steps(mended, time="t")
    assert lay_out_steps(table, by_column=True).places.tolist() == list(range(8))
    ends = MONTHS + pd.offsets.MonthEnd()
    mixed = pd.DataFrame({"t": [*MONTHS, *ends[:4]], "s": ["a"] * 8 + ["b"] * 4})
    table = read_table_of_steps(mixed, series="s", time="t")
    with pytest.raises(
        SequenceError, match=r"'b' of X has 2024-01-31.*no step of 'MS'"
    ):
        lay_out_steps(table, by_column=True)
