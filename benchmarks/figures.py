"""How each figure and table of the pages is computed from the results.

`tools/write_figures.py` writes them into the pages, where marks name them:
3.7<!-- compare: W1 skorch --> asks `FIGURES["compare"]` for "W1 skorch".
"""

import json
import re
import statistics
from collections import Counter
from functools import cache
from pathlib import Path

import bench_accuracy
import bench_coming_from
import bench_defaults
import bench_few_rows
import bench_find_lr
import bench_forecaster
import bench_forecaster_small
import bench_output_bias
import bench_own_scales
import bench_patch_length
import bench_pretrained
import bench_questions
import bench_range
import bench_series
import bench_series_tries
import bench_settings
import bench_static_columns
import bench_tagging
import bench_token_vectors
import bench_translation
import check_neighbours
import report
from bench_forecaster_small import modes_table, peers_table
from measuring import ratios, spread
from report import markdown
from sklearn_rnn.testing._check_estimator import CHECKS

RESULTS = Path(__file__).parent / "results"


@cache
def results(name):
    """Read a file of results."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def short(seconds):
    """Write seconds with two digits, or whole ones."""
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"


# -- figures in the prose: from a record to name -> text -----------------------------


def accuracy(record):
    for problem, found in record.items():
        ours = found["ours"]
        yield problem, f"{statistics.median(run['score'] for run in ours):.3f}"
        yield f"{problem} s", short(statistics.median(run["seconds"] for run in ours))
        yield f"{problem} linear", f"{found['linear']['score']:.3f}"
        yield f"{problem} linear s", short(found["linear"]["seconds"])


def checks(record):
    for estimator, found in record["estimators"].items():
        count = Counter(status for status, _ in found["checks"].values())
        asked = count["passed"] + count["failed"]
        yield estimator.strip("`"), f"{count['passed']} of {asked}"
    yield "all", str(len(found["checks"]))


def compare(record):
    for workload, found in record.items():
        ours = report.slopes(found, "ours")
        for peer in report.trained(found):
            over = statistics.median(ratios(report.slopes(found, peer), ours))
            yield f"{workload} {peer}", f"{over:.1f}"


def defaults(record):
    scores = record["scores"]
    for candidate in scores:
        if candidate == bench_defaults.BASE:
            continue
        by_task = bench_defaults.differences(scores, candidate)
        mean, error = bench_defaults.over_tasks(by_task)
        yield candidate, f"{abs(mean):.3f}"  # the sentence says more or less
        yield f"{candidate} error", f"{error:.3f}"
        times = bench_defaults.seconds_over_defaults(scores, candidate)
        if times is not None:
            yield f"{candidate} time", f"{times:.1f}"
        for name, found in by_task.items():
            yield f"{candidate}, {name}", f"{abs(statistics.mean(found)):.3f}"
    for name, runs in scores[bench_defaults.BASE].items():
        yield name, f"{bench_defaults.over_seeds([r['score'] for r in runs])[0]:.3f}"


def find_lr(record):
    regrets = [bench_find_lr.regrets(runs) for runs in record["tasks"].values()]
    wanted = {"suggested": "between, 100 updates", "default": "lr=0.01"}
    for name, key in wanted.items():
        yield name, f"{statistics.mean(regret[key] for regret in regrets):.3f}"


def hostile(record):
    count = Counter()
    for outcomes in record["outcomes"].values():
        count.update(outcomes)
    yield "files", f"{record['n_mutations']:,}"
    for outcome, n in count.items():
        yield outcome, f"{n:,}"
    yield "slowest s", short(record["slowest_seconds"])
    yield "MB", f"{record['memory_growth_mb']:.0f}"


def load(record):
    for name in ("predictions", "fits"):
        found = record[name]
        yield name, f"{found['calls']:,}"
        yield f"{name} s", short(found["seconds"])
        yield f"{name} from MB", f"{min(found['megabytes']):.0f}"
        yield f"{name} to MB", f"{max(found['megabytes']):.0f}"
        yield f"{name} growth", f"{100 * found['growth']:.1f}"
    for name in ("threads", "processes"):
        found = record[name]
        asked, right = found["predictions_of_each_model"], found["same_bits"].values()
        yield name, f"{min(right)} of {asked}"
        yield f"{name} workers", str(found["workers"])


def long_frames(record):
    there = {k: statistics.median(v["there"]) for k, v in record["seconds"].items()}
    yield "together", short(there["integers, series together"])
    yield "mixed", short(there["integers, mixed"])
    yield "longest", short(max(there.values()))


def own_scales(record):
    for setting, scores in record["tasks"]["machines"]["scores"].items():
        yield f"machines {setting}", f"{statistics.mean(scores):.2f}"


def memory(record):
    largest = {}
    for run in record["runs"]:  # the largest file comes last
        largest[run["run"]] = run["peak_megabytes"] - run["megabytes_before"]
    for name, megabytes in largest.items():
        yield f"{name} MB", f"{megabytes:.0f}"
    before = statistics.median(run["megabytes_before"] for run in record["runs"])
    yield "before GB", f"{before / 1000:.1f}"


def pages(record):
    """Give what programs printed: the numbers of a line, by how the line begins."""

    def said(program, line, which=-1, digits=2):
        for printed in record["printed"][program]:
            if printed.startswith(line):
                numbers = re.findall(r"-?\d+(?:\.\d+)?", printed[len(line) :])
                return f"{float(numbers[which]):.{digits}f}"
        raise KeyError(f"{program} printed no line that begins with {line!r}.")

    evaluation, settings = "pitfalls", "pitfalls_of_settings"
    yield "seen", said(evaluation, "rows it has seen:")
    yield "new", said(evaluation, "new rows:")
    yield "shuffled", said(evaluation, "shuffled:")
    yield "in time", said(evaluation, "in time:")
    yield "by row", said(evaluation, "by row:")
    yield "by person", said(evaluation, "by person:")
    yield "chosen before", said(evaluation, "chosen before:")
    yield "chosen inside", said(evaluation, "chosen in each fold:")
    yield "padded with zeros", said(settings, "padded with 0.0: accuracy", 0)
    yield "padded with NaN", said(settings, "padded with nan: accuracy", 0)
    yield "ids as numbers", said(settings, "auto")
    yield "ids", said(settings, "tokens")
    yield "raw", said(settings, "False", digits=1)
    yield "standardised", said(settings, "True")
    yield "last", said(settings, "last ")
    yield "final_state", said(settings, "final_state")
    yield "Elman, last", said(settings, "rnn, last:")
    yield "Elman, max", said(settings, "{'pooling': 'max'}")
    yield "LSTM, last", said(settings, "{'cell': 'lstm'}")
    yield "rate too low", said(settings, "0.0001 loss")
    yield "rate", said(settings, "0.01 loss")
    yield "rate too high", said(settings, "1.0 loss")
    for curve in ("as it is", "sigmoid", "isotonic"):
        columns = {
            "accuracy": 3,
            "log loss": 3,
            "Brier": 3,
            "sure": 0,
            "sure right %": 0,
        }
        for which, (figure, digits) in enumerate(columns.items()):
            yield f"{curve} {figure}", said("plot_calibration", curve, which, digits)
    for what in ("whole pieces", "beginnings too"):
        line = f"trained on {what}:"
        yield f"{what} %", said("plot_early_classification", line, 0, 0)


def search(record):
    gain = record["gain"]["GridSearchCV"]
    yield "gain", f"{gain:.1f}"


def questions(record):
    def held_out(turned, value):
        runs = bench_questions.select(record, "overfitting", turned=turned, value=value)
        return bench_questions.mean_of(runs, "valid")

    plain = held_out("dropout", 0)
    for turned, value in (("rows", 400), ("word_dropout", 0.2), ("dropout", 0.5)):
        yield f"gain {turned}", f"{held_out(turned, value) - plain:.3f}"
    (found,) = bench_questions.select(record, "again", what="one seed")
    yield "pickle kB", f"{found['pickle_bytes'] / 1000:.0f}"
    yield "weights", f"{found['n_weights']:,}"
    yield "weights kB", f"{4 * found['n_weights'] / 1000:.0f}"


def resume(record):
    kills = sum(len(fit["kills"]) for fit in record["fits"])
    ends = [same for fit in record["fits"] for same in fit["same_bits"]]
    yield "kills", str(kills)
    yield "ends", f"{sum(ends)} of {len(ends)}"


def translation(record):
    for task in ("sample", "full"):
        if task in record:
            rates = record[task]["test, beam 4"]
            yield f"{task} phones", f"{100 * rates['phone_error_rate']:.1f}"
            yield f"{task} words", f"{100 * rates['word_error_rate']:.0f}"
    yield "sentences right", f"{100 * record['sentences']['right']:.0f}"
    for name, over in record["speed"]["over ours"].items():
        yield name, f"{over:.1f}"


def transcription(record):
    for noise in sorted({run["noise"] for run in record["morse"]}):
        runs = [run for run in record["morse"] if run["noise"] == noise]
        error, best = (
            statistics.mean(run[name] for run in runs) for name in ("error", "best")
        )
        yield f"{noise} over best", f"{error / best:.1f}"
        yield f"{noise}", f"{100 * error:.1f}"
    for name in ("error", "error_single"):
        error = statistics.mean(run[name] for run in record["digits"])
        yield f"digits {name}", f"{100 * error:.1f}"


def language_model(record):
    words = record["words"]
    yield "n-gram", f"{words['kneser_ney']['perplexity']:.0f}"
    yield "network", f"{words['ours']['perplexity']:.0f}"
    yield "minutes", f"{words['ours']['seconds'] / 60:.0f}"
    yield "sampled over full", f"{record['softmax']['ratio']:.1f}"
    yield "nats", f"{record['characters']['nats']:.2f}"


def static_columns(record):
    yield "train", f"{record['n_train']:,}"
    yield "positive", f"{100 * record['share']:.1f}"


# The group of a mark -> the file it is computed from, and how.
FIGURES = {
    "accuracy": ("accuracy", accuracy),
    "checks": ("check_neighbours", checks),
    "compare": ("compare", compare),
    "defaults": ("defaults", defaults),
    "find_lr": ("find_lr", find_lr),
    "forecasting": ("forecaster_small", bench_forecaster_small.figures),
    "hostile": ("hostile", hostile),
    "language_model": ("language_model", language_model),
    "load": ("load", load),
    "long_frames": ("long_frames", long_frames),
    "memory": ("memory", memory),
    "own_scales": ("own_scales", own_scales),
    "pages": ("pages", pages),
    "questions": ("questions", questions),
    "resume": ("resume", resume),
    "search": ("search", search),
    "static_columns": ("static_columns", static_columns),
    "transcription": ("transcription", transcription),
    "translation": ("translation", translation),
}


@cache
def group(name):
    """Return the figures of a group, name -> text."""
    file, compute = FIGURES[name]
    return dict(compute(results(file)))


def figure(group_name, name):
    """Return a figure as a page shows it."""
    if group_name not in FIGURES:
        raise KeyError(f"no group {group_name!r}: {sorted(FIGURES)}")
    if name not in group(group_name):
        raise KeyError(f"no {name!r} in {group_name}: {sorted(group(group_name))}")
    return group(group_name)[name]


# -- tables: from a record to lines --------------------------------------------------


def accelerate(record):
    rows = []
    for network, title in record["networks"].items():
        rows.append([title, "", ""])
        for found in record["epochs"]:
            if found["network"] == network:
                times = (found["seconds"], found["processor_seconds"])
                rows.append(
                    [found["way"], *(f"{statistics.median(t):.2f}" for t in times)]
                )
    return markdown(["", "seconds", "of the processor, per process"], rows)


def dask(record):
    rows = [[way, spread(times, 1)] for way, times in record["seconds"].items()]
    return markdown(["", "seconds, median (lowest-highest)"], rows)


def memory_table(record):
    rows = []
    for run in sorted(record["runs"], key=lambda run: (run["run"], run["gigabytes"])):
        right = run.get("held_out_accuracy")
        rows.append(
            [
                f"`{run['run']}`",
                f"{run['gigabytes']:.0f}",
                f"{run['peak_megabytes'] - run['megabytes_before']:.0f}",
                f"{run['cpu_seconds']:.0f}",
                "" if right is None else f"{right:.3f}",
            ]
        )
    heads = ["", "file, GB", "memory beyond the start, MB", "processor, s"]
    return markdown([*heads, "accuracy on other rows"], rows)


def parallel_table(record):
    rows = {}
    for run in record["runs"]:
        key = (run["network"].partition(":")[0], run["way"])
        seconds = f"{run['median_seconds']:.2f} ({run['median_cpu_seconds']:.2f})"
        rows.setdefault(key, []).append(seconds)
    heads = ["network", "fits", "one thread each", "two threads each"]
    return markdown(heads, [[*key, *cells] for key, cells in rows.items()])


def pitfalls(rows):
    """Write a table of what the programs of a page print."""

    def make(record):
        printed = dict(pages(record))

        def fill(text):
            return re.sub(r"\{(.*?)\}", lambda match: printed[match[1]], text)

        heads = ["pitfall", "with the mistake"]
        filled = [[name, fill(wrong), fill(right)] for name, wrong, right in rows]
        return markdown([*heads, "done properly"], filled)

    return make


EVALUATION = pitfalls(
    [
        ("scoring the training rows", "accuracy {seen}", "{new}"),
        ("rows from the future", "accuracy {shuffled}", "{in time}"),
        ("the same person on both sides", "accuracy {by row}", "{by person}"),
        ("a step before the split", "accuracy {chosen before}", "{chosen inside}"),
    ]
)
SETTINGS = pitfalls(
    [
        ("padding that is read", "accuracy {padded with zeros}", "{padded with NaN}"),
        ("ids read as numbers", "accuracy {ids as numbers}", "{ids}"),
        ("raw scales", "R² {raw}", "{standardised}"),
        ("the last step of two directions", "accuracy {last}", "{final_state}"),
        (
            "too long for an Elman RNN",
            "R² {Elman, last}",
            '{Elman, max} ("max"), {LSTM, last} (LSTM)',
        ),
        (
            "the learning rate",
            "accuracy {rate too low} (too low), {rate too high} (too high)",
            "{rate}",
        ),
    ]
)


def conformal(record):
    """Write which share of the truths lay in the sets and intervals promised."""
    rows = {}
    for line in record["printed"]["plot_conformal"]:
        found = re.match(r"(\D*?) +(\d\.\d\d) +(\d\.\d\d) +\d+(?:\.\d)?$", line)
        if found:
            rows.setdefault(found[1].strip(), {})[found[2]] = found[3]
    titles = {
        "": "sets of languages, `CrossConformalClassifier` on a text pipeline",
        "once": "intervals of births from the errors of one year, "
        "`SplitConformalRegressor`",
        "every month": "the same, from the year before each month",
    }
    kept = [[title, *rows[name].values()] for name, title in titles.items()]
    return markdown(["promised", *rows[""]], kept)


def rare_events(record):
    """Write how well rare events were found, with and without weights."""
    rows = {}
    for line in record["printed"]["plot_rare_events"]:
        epochs, *rest = line.split()
        if rest and rest[0] in ("plain", "weighted"):
            weights, _, average, _, _, f1 = rest
            rows.setdefault((epochs, weights, average), []).append(f1)
    heads = ["epochs", "weights", "average precision", "F1 at one half"]
    return markdown(
        [*heads, "F1, threshold tuned"], [[*k, *f] for k, f in rows.items()]
    )


def promises(record):
    """List what each check asks, in its own words; these are in the code."""
    asked = {check.__name__: check for kind in CHECKS.values() for check in kind}
    of_classifiers = {check.__name__ for check in CHECKS["classifier"]}
    lines = []
    for title, is_wanted in (
        ("Classifiers of sequences", True),
        ("Other kinds", False),
    ):
        lines += [f"**{title}**", ""]
        lines += [
            f"- `{name}`: {check.__doc__}"
            for name, check in asked.items()
            if (name in of_classifiers) == is_wanted
        ]
        lines += [""]
    return lines[:-1]


def versions(record):
    """Say when and with what the neighbours were checked."""
    made = record["environment"]
    names = ("python", "scikit-learn", "torch", "skorch", "sktime", "tslearn")
    used = ", ".join(f"{name} {made['versions'][name]}" for name in names)
    return [f"On {made['date'][:10]}, with {used}."]


def machines(record):
    """Say on what each workload was measured, and with what."""
    lines = report.describe(record)
    return [line for line in lines if not line.startswith("- `")]  # not the commands


# -- ours beside the best other way, won or lost -------------------------------------


def contests(forecasts):
    """Give title, measure, score and seconds of ours, and those of all others."""
    for series, found in forecasts["small"].items():
        ours = [(run["mase"], run["seconds"]) for run in found["ours"].values()]
        others = {
            title: (found[peer]["mase"], found[peer]["seconds"])
            for peer, title in bench_forecaster_small.PEERS.items()
            if peer in found
        }
        yield f"forecasts: {FORECASTS[series]}", "MASE", medians(ours), others
    linear = results("accuracy")["JapaneseVowels"]["linear"]
    for name, title in SERIES.items():
        found = results("series")["sets"][name]
        means = {
            way: tuple(statistics.mean(found[way][k]) for k in ("scores", "seconds"))
            for way in ("patches", bench_series.MINIROCKET, bench_series.NEAREST)
        }
        ours = means.pop("patches")
        if name == "JapaneseVowels":
            means["a linear model"] = linear["score"], linear["seconds"]
        yield title, "accuracy", ours, means
    for problem, title in LINEAR.items():
        found = results("accuracy")[problem]
        ours = [(run["score"], run["seconds"]) for run in found["ours"]]
        linear = found["linear"]["score"], found["linear"]["seconds"]
        measure = "Pearson's r" if problem == "tweets" else "accuracy"
        yield title, measure, medians(ours), {"a linear model": linear}
    words = results("tagging")["accuracy"]
    crf = words["peers"]["sklearn-crfsuite"]
    for kind, of in (("accuracy", "all words"), ("unknown", "new words")):
        ours = [(run["test"][kind], run["seconds"]) for run in words["ours"]]
        others = {"sklearn-crfsuite": (crf["test"][kind], crf["seconds"])}
        yield f"parts of speech, {of}", "accuracy", medians(ours), others
    runs = results("coming_from")["results"]
    for data, (title, mine, rivals) in NETWORKS.items():
        of = {
            name: [(r["accuracy"], r["seconds"]) for r in runs[f"{data}: {name}"]]
            for name in (mine, *rivals)
        }
        others = {rivals[name]: medians(of[name]) for name in rivals}
        yield title, "accuracy", medians(of[mine]), others
    models = {
        name: medians([(run["average_precision"], run["seconds"]) for run in found])
        for name, found in results("static_columns")["models"].items()
    }
    linear = {"a linear model": models["linear, text and table"]}
    both = models["net, text and table"]
    yield "tickets: a text and a table", "average precision", both, linear
    words = results("language_model")["words"]
    ours, counts = (
        (words[name]["perplexity"], words[name]["seconds"])
        for name in ("ours", "kneser_ney")
    )
    others = {"Kneser-Ney, 5 words": counts}
    yield "language model, 1,000,000 words", "perplexity", ours, others


FORECASTS = {
    "CO2": "carbon dioxide, with gaps, 52 weeks",
    "births": "births, 28 days",
    "airline": "passengers, 12 months",
}
SERIES = {
    "GunPoint": "GunPoint, series",
    "ArrowHead": "ArrowHead, series",
    "JapaneseVowels": "JapaneseVowels, series of unequal length",
}
LINEAR = {
    "tweets": "sentiment of tweets",
    "IMDB": "film reviews (IMDB)",
    "languages": "48 languages",
}
NETWORKS = {
    "activities": (
        "activities, series of equal length",
        "series_defaults",
        {"sktime_rnn": "sktime, GRU", "sktime_rocket": "sktime, ROCKET"},
    ),
    "tweets": (
        "tweets, positive or negative",
        "tfidf_ours",
        {"keras_lstm": "Keras", "tfidf": "TF-IDF, linear"},
    ),
}
SMALLER_IS_BETTER = {"MASE", "perplexity"}


def medians(runs):
    """Give the median score and the median seconds of some runs."""
    return tuple(statistics.median(column) for column in zip(*runs, strict=True))


def contests_table(forecasts):
    """Write ours beside the best other way; the better score is bold."""
    rows = []
    for title, measure, ours, others in contests(forecasts):
        smaller = measure in SMALLER_IS_BETTER
        best = min if smaller else max
        rival = best(others, key=lambda name: others[name][0])
        won = best(ours, others[rival], key=lambda pair: pair[0]) == ours
        digits = 0 if measure == "perplexity" else 2 if measure == "MASE" else 3
        cells = [
            f"{'**' * is_bold}{score:.{digits}f}{'**' * is_bold} in {short(seconds)} s"
            for is_bold, (score, seconds) in ((won, ours), (not won, others[rival]))
        ]
        rows.append([title, measure, cells[0], f"{rival}: {cells[1]}"])
    return markdown(["task", "measured by", "sklearn_rnn", "the best other"], rows)


def printed(name):
    """Write what a program printed as a block."""
    return lambda record: ["```text", *record["printed"][name], "```"]


OPERATIONS = {
    "mkldnn_rnn_layer": "LSTM in oneDNN, forward",
    "mkldnn_rnn_layer_backward": "LSTM in oneDNN, backward",
    "other operations": "other operations",
    "Python": "Python",
}


def profile(record):
    """Write the shares of a fit's time, as torch's profiler counts them."""
    rows = []
    for name, shares in record.items():
        if name != "environment":
            cells = [
                f"{OPERATIONS.get(operation, f'`{operation}`')} {100 * share:.0f} %"
                for operation, share in shares.items()
            ]
            rows.append([name, ", ".join(cells)])
    return markdown(["workload", "the largest shares"], rows)


def rates(record):
    """Write how far each rule for a learning rate stays behind the best rate."""
    regrets = [bench_find_lr.regrets(runs) for runs in record["tasks"].values()]

    def mean(name):
        return f"{statistics.mean(regret[name] for regret in regrets):.3f}"

    rules = {
        "steepest": "steepest fall",
        "tenth": "a tenth of the rate of the lowest loss",
        "valley": "fastai's valley",
        "between": "`find_lr`",
    }
    rows = [["the default", mean("lr=0.01"), ""]]
    rows += [
        [title, *(mean(f"{rule}, {n} updates") for n in (100, 200))]
        for rule, title in rules.items()
    ]
    return markdown(["", "100 updates", "200 updates"], rows)


# The name of a table -> the file it is made of, and how.
def peers_in_short(record):
    """Write the medians of the peers' seconds per epoch over ours."""
    for line in report.make_table(record, "training"):
        cells = re.sub(r" \([^)]*\)", "", line).split("|")
        yield "|".join([*cells[:2], *cells[4:]])


TABLES = {
    "accelerate": ("accelerate", accelerate),
    "accuracy": ("accuracy", bench_accuracy.table),
    "checks": ("check_neighbours", check_neighbours.table),
    "checks, promises": ("check_neighbours", promises),
    "checks, said": ("check_neighbours", check_neighbours.failures),
    "checks, versions": ("check_neighbours", versions),
    "conformal": ("pages", conformal),
    "contests": ("forecaster_small", contests_table),
    "printed by the README": ("pages", printed("README")),
    "dask": ("dask", dask),
    "defaults, changed": ("defaults", bench_defaults.candidate_table),
    "defaults tasks": ("defaults", bench_defaults.task_table),
    "find_lr": ("find_lr", rates),
    "ETTh1": ("forecaster", bench_forecaster.table),
    "ETTh1, oil": (
        "forecaster",
        lambda r: bench_forecaster.table(r, "univariate"),
    ),
    "forecasts, simulated": ("forecaster", bench_forecaster.simulated_table),
    "forecasters": ("forecaster_small", lambda r: peers_table(r["small"])),
    "forecaster, linear": ("forecaster_small", lambda r: modes_table(r["modes"])),
    "memory": ("memory", memory_table),
    "token_vectors": ("token_vectors", bench_token_vectors.table),
    "token_vectors, short": ("token_vectors", bench_token_vectors.short_table),
    "pretrained reviews": ("pretrained", bench_pretrained.reviews_table),
    "pretrained tweets": ("pretrained", bench_pretrained.tweets_table),
    "output bias": ("output_bias", bench_output_bias.loss_table),
    "output bias, tasks": ("output_bias", bench_output_bias.task_table),
    "parallel": ("parallel", parallel_table),
    "own scales": ("own_scales", bench_own_scales.table),
    "range": ("range", bench_range.table),
    "range, remedy": ("range", bench_range.remedy_table),
    "relative to": ("own_scales", bench_own_scales.forecast_table),
    "pitfalls of judging": ("pages", EVALUATION),
    "pitfalls of settings": ("pages", SETTINGS),
    "profile": ("profile", profile),
    "rare events": ("pages", rare_events),
    "series": ("series", bench_series.table),
    "series, tries": ("series_tries", bench_series_tries.table),
    "series, tries by set": ("series_tries", bench_series_tries.set_table),
    "series, sets of classes": ("series_tries", bench_series_tries.class_set_table),
    "few rows": ("few_rows", bench_few_rows.table),
    "patch length": ("patch_length", bench_patch_length.table),
    "settings": ("settings", bench_settings.table),
    "static columns": ("static_columns", bench_static_columns.table),
    "peers": ("compare", peers_in_short),
    "machines": ("compare", machines),
    "machines, in torch": ("compare_torch", machines),
    **{
        f"compare {name}": (
            "compare",
            lambda record, name=name: report.make_table(record, name),
        )
        for name in report.TABLES
    },
    **{
        f"compare in torch, {name}": (
            "compare_torch",
            lambda record, name=name: report.make_table(record, name),
        )
        for name in ("training", "prediction")
    },
    **{name: (name, make) for name, (_, make) in report.OTHER_TABLES.items()},
    **{
        f"coming from {name}": (
            "coming_from",
            lambda record, name=name: bench_coming_from.table(record, name),
        )
        for name in bench_coming_from.COMPARISONS
    },
    **{
        f"questions {name}": ("questions", make)
        for name, (_, make) in bench_questions.TABLES.items()
    },
    **{
        f"translation {name}": ("translation", make)
        for name, make in bench_translation.TABLES.items()
    },
    **{
        f"tagging {name}": (
            "tagging",
            lambda record, name=name: bench_tagging.TABLES[name.split()[0]](
                record[name]
            ),
        )
        for name in results("tagging")
    },
}


@cache
def table(name):
    """Return a table as a page shows it, with the end of its last line."""
    if name not in TABLES:
        raise KeyError(f"no table {name!r}: {sorted(TABLES)}")
    file, make = TABLES[name]
    lines = make(results(file))
    return (lines if isinstance(lines, str) else "\n".join(lines)) + "\n"
