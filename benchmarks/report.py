"""From the results of the programs to tables in Markdown.

python benchmarks/report.py bench_output
"""

import argparse
import json
import statistics
from pathlib import Path

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
    rows = [
        [f"{workload} {WORKLOADS[workload].title}", *make_row(record, columns)]
        for workload, record in sorted(results.items())
        if "ours" in record["implementations"]
    ]
    return markdown(["workload", *first_columns, *columns], rows)


def markdown(heads, rows):
    heads, *rows = (f"| {' | '.join(cells)} |" for cells in (heads, *rows))
    return [heads, "|---" * (heads.count(" | ") + 1) + "|", *rows]


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
        if (command := _command(machine)) not in commands:
            commands.append(command)
    for name, libraries in versions.items():
        lines.append(f"- {name}: {_listed(libraries)}")
    return lines + commands


def _listed(versions):
    return ", ".join(f"{library} {version}" for library, version in versions.items())


def _command(machine):
    commit = machine.get("commit")
    return f"- `{machine['command']}`" + (f" at {commit}" if commit else "")


def write_report(results):
    """Write all tables, as Markdown."""
    blocks = []
    for table, (_, _, caption) in TABLES.items():
        blocks += [f"<!-- table: {table} -->", caption, "", *make_table(results, table)]
        blocks.append("")
    return "\n".join(blocks + describe(results))


def latency_table(record):
    """Write the milliseconds of a prediction on one row, and of one step."""
    rows = [
        [
            name,
            *(f"{values[peer]['median']:.2f}" for peer in ("ours", "raw")),
            f"{values['over_raw']:.2f}",
            f"{values['ours']['percentile_95']:.2f}",
        ]
        for name, values in record["milliseconds"].items()
    ]
    header = ["", "ours, ms", "raw, ms", "ours over raw", "95 % of ours below, ms"]
    return markdown(header, rows)


def search_table(record):
    """Write the seconds on one core and on two, and the ratio of them."""
    pairs = {"GridSearchCV": ("n_jobs=1", "n_jobs=2"), "fit": ("1 thread", "2 threads")}
    rows = []
    for name, pair in pairs.items():
        one, two = (record["seconds"][kind] for kind in pair)
        rows.append([name, spread(one), spread(two), spread(ratios(one, two))])
    return markdown(["", "one core, s", "two cores, s", "times as fast"], rows)


def growth_table(record):
    """Write the seconds per epoch, one line for each axis and cell."""
    curves = {}
    for point in record["seconds_per_epoch"]:
        curve = curves.setdefault((point["axis"], point["cell"]), [])
        curve.append((point["value"], f"{point['seconds']:.3f}"))
    factors = [f"x{2**k}" for k in range(max(map(len, curves.values())))]
    rows = [
        [axis, str(curve[0][0]), cell, *(time for _, time in curve)]
        for (axis, cell), curve in curves.items()
    ]
    return markdown(["varied", "from", "cell", *factors], rows)


def text_table(record):
    """Write time and peak memory of each vectorizer; the first one is ours."""
    ours, *_ = record["seconds"].values()
    rows = []
    for name, times in record["seconds"].items():
        peaks = (
            record[kind].get(name) for kind in ("peak_bytes", "peak_bytes_of_half")
        )
        rows.append(
            [
                name,
                spread(times),
                spread(ratios(times, ours)) if times is not ours else MISSING,
                *(f"{peak / 1e6:.0f}" if peak else MISSING for peak in peaks),
            ]
        )
    return markdown(["", "s", "over ours", "peak MB", "of half the texts"], rows)


# The other programs: name of the JSON -> the table's name, and how it is made.
OTHER_TABLES = {
    "latency": ("latency", latency_table),
    "search": ("search", search_table),
    "scaling": ("growth", growth_table),
    "text": ("text", text_table),
}


def write_folder(folder):
    """Write every table whose JSON is in a folder, as Markdown."""
    blocks = []
    for name in ("compare", *OTHER_TABLES):
        path = folder / f"{name}.json"
        if not path.exists():
            continue
        results = json.loads(path.read_text(encoding="utf-8"))
        if name == "compare":
            blocks.append(write_report(results))
            continue
        table, make = OTHER_TABLES[name]
        machine = results["environment"]
        lines = [f"<!-- table: {table} -->", *make(results), ""]
        lines.append(f"- {machine['date']}, {machine['processor']}")
        lines += [f"- {_listed(machine['versions'])}", _command(machine)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the JSONs are")
    print(write_folder(parser.parse_args().folder))


if __name__ == "__main__":
    main()
