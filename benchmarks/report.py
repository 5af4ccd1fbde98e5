"""From the results of `compare.py` to tables in Markdown."""

import statistics

from implementations import IMPLEMENTATIONS
from measuring import ratios, spread
from workloads import WORKLOADS

MISSING = "-"


def slopes(record, name):
    """Return the seconds per epoch over the measured rows, for each repetition."""
    times = record["implementations"][name]
    few, many = record["epochs"]
    return [
        (long - short) / (many - few)
        for short, long in zip(times["fit_few"], times["fit_many"], strict=True)
    ]


def intercepts(record, name):
    """Return the seconds of a fit that no epoch takes, for each repetition."""
    short = record["implementations"][name]["fit_few"]
    few, _ = record["epochs"]
    return [
        time - few * slope
        for time, slope in zip(short, slopes(record, name), strict=True)
    ]


def shares_of_gemm(record):
    """Return which share of the rate of a matrix product our training reaches."""
    work = record["useful_flops"]["train"]
    return [
        work / slope / rate
        for slope, rate in zip(slopes(record, "ours"), record["gemm_rate"], strict=True)
    ]


def trained(record):
    """Name the implementations that were trained."""
    return [
        name
        for name, times in record["implementations"].items()
        if times.get("fit_few")
    ]


def training_row(record, columns):
    """Write our time per epoch, its share of the limit, and each peer over ours."""
    scale = record["n_samples"] / record["n_rows"]
    ours = slopes(record, "ours")
    shares = [100 * share for share in shares_of_gemm(record)]
    cells = [spread([scale * slope for slope in ours], 3), spread(shares, 0)]
    for name in columns:
        found = name in trained(record)
        cells.append(spread(ratios(slopes(record, name), ours)) if found else MISSING)
    return cells


def prediction_row(record, columns):
    """Write our rows per second and each peer's time over ours."""
    times = {
        name: values["predict"] for name, values in record["implementations"].items()
    }
    n_rows, ours = record["n_rows"], times["ours"]
    cells = [spread([n_rows / seconds for seconds in ours], 0)]
    for name in columns:
        found = name in times
        cells.append(spread(ratios(times[name], ours)) if found else MISSING)
    return cells


def start_row(record, columns):
    """Write the seconds of a fit beyond its epochs and those to the first fit's end."""
    cells = []
    for name in ("ours", *columns):
        if name not in trained(record):
            cells.append(MISSING)
            continue
        beyond = statistics.median(intercepts(record, name))
        first = record["implementations"][name]["first_fit"]
        cells.append(f"{beyond:.2f} / {_median_of(first, 1)}")
    return cells


def memory_row(record, columns):
    """Write the peak memory, in MB, of a process after a fit and after a pass."""
    implementations = record["implementations"]
    return [
        " / ".join(
            _median_of(implementations.get(name, {}).get(kind), 0)
            for kind in ("fit_megabytes", "predict_megabytes")
        )
        for name in ("ours", *columns)
    ]


def _median_of(values, digits):
    return f"{statistics.median(values):.{digits}f}" if values else MISSING


TABLES = {
    "training": (
        training_row,
        ("ours, s per epoch", "% of GEMM"),
        "Seconds per epoch, and those of each peer over ours.",
    ),
    "prediction": (
        prediction_row,
        ("ours, rows per s",),
        "Time of a pass over all rows, that of each peer over ours.",
    ),
    "start": (
        start_row,
        ("ours",),
        "Seconds of a fit beyond its epochs / from the start of a process to the end "
        "of its first fit of one epoch.",
    ),
    "memory": (
        memory_row,
        ("ours",),
        "Peak memory in MB of a fresh process after one fit / after one pass as well.",
    ),
}


def peers_in(results, table):
    """Name the peers that some workload has figures of."""
    names = {
        name
        for record in results.values()
        for name in (
            record["implementations"] if table == "prediction" else trained(record)
        )
    }
    return [name for name in IMPLEMENTATIONS if name in names and name != "ours"]


def make_table(results, table):
    """Write one table of the results of several workloads.

    Parameters
    ----------
    results : dict of str to dict
        A record of `compare.py` for each workload.
    table : {"training", "prediction", "start", "memory"}

    Returns
    -------
    lines : list of str
    """
    make_row, first_columns, _ = TABLES[table]
    columns = peers_in(results, table)
    lines = [_line(["workload", *first_columns, *columns])]
    lines.append("|---" * (1 + len(first_columns) + len(columns)) + "|")
    for workload in sorted(results):
        if "ours" in results[workload]["implementations"]:
            cells = make_row(results[workload], columns)
            lines.append(_line([f"{workload} {WORKLOADS[workload].title}", *cells]))
    return lines


def _line(cells):
    return f"| {' | '.join(cells)} |"


def describe(results):
    """Write on what, with which versions and how undisturbed each was measured."""
    lines, versions, commands = [], {}, []
    for workload in sorted(results):
        record = results[workload]
        machine = record["environment"]
        part = record["n_rows"] / record["n_samples"]
        others = record["other_work"]
        lines.append(
            f"- {workload}: {machine['date']}, {machine['processor']}, repetitions: "
            f"{len(record['gemm_rate'])}, rows: {part:.0%}, "
            f"GEMM {spread([rate / 1e9 for rate in record['gemm_rate']], 0)} GFLOP/s, "
            f"other processes took {spread(others) if others else 'an unknown part'} "
            "of a core"
        )
        for name, error in record["failed"].items():
            lines.append(f"  - {name} failed: {error}")
        versions.update(record["versions"])
        if machine["command"] not in commands:
            commands.append(machine["command"])
    for name, libraries in versions.items():
        listed = ", ".join(f"{library} {v}" for library, v in libraries.items())
        lines.append(f"- {name}: {listed}")
    return lines + [f"- `{command}`" for command in commands]


def write_report(results):
    """Write all tables, as Markdown."""
    blocks = []
    for table, (_, _, caption) in TABLES.items():
        blocks += [f"<!-- table: {table} -->", caption, "", *make_table(results, table)]
        blocks.append("")
    return "\n".join(blocks + describe(results))
