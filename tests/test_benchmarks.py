"""The programs of benchmarks/ compute what they say; their times are not tested."""

import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("benchmarks/ is not in the sdist", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))

import bench_accuracy  # noqa: E402
import bench_defaults  # noqa: E402
import bench_latency  # noqa: E402
import bench_questions  # noqa: E402
import bench_scaling  # noqa: E402
import bench_series  # noqa: E402
import bench_series_tries  # noqa: E402
import bench_settings  # noqa: E402
import bench_small_fits  # noqa: E402
import bench_static_columns  # noqa: E402
import bench_text  # noqa: E402
import bench_translation  # noqa: E402
import report  # noqa: E402
from accuracy.models import join_steps, resample  # noqa: E402
from accuracy.problems import PROBLEMS  # noqa: E402
from compare import worker_command  # noqa: E402
from defaults.tasks import STUDIED, Task, mixed, split  # noqa: E402
from implementations import bucketed_loop, ours, raw_loop, skorch_net  # noqa: E402
from measuring import environment  # noqa: E402
from processes import Worker, WorkerError  # noqa: E402
from questions.rivals import (  # noqa: E402
    Convolution,
    FeedForward,
    LastState,
    Padder,
    SelfAttention,
    TorchRival,
)
from questions.tasks import first_of_two, inner_rows  # noqa: E402
from realdata import Part  # noqa: E402
from report import make_table, search_table, text_table, write_report  # noqa: E402
from translation.pronunciations import read_dictionary, read_part  # noqa: E402
from translation.scores import score  # noqa: E402
from worker import serve  # noqa: E402
from workloads import (  # noqa: E402
    WORKLOADS,
    TokenRows,
    Workload,
    count_steps,
    make_data,
    useful_flops,
)

from sklearn_rnn import RNNClassifier  # noqa: E402

IN_TORCH = {
    "ours": ours,
    "raw": raw_loop,
    "skorch": skorch_net,
    "bucketed": bucketed_loop,
}

TWO_ROWS = TokenRows(np.array([5, 6, 7], dtype=np.int32), np.array([0, 1, 3]))


@pytest.mark.parametrize("name", ["W3", "W4", "W5"])  # numbers, words, short rows
def test_a_workload_has_the_shapes_it_says(name):
    workload = WORKLOADS[name]
    X, y = make_data(workload)
    n_rows = workload.n_measured
    assert y.shape == (n_rows,)
    if workload.is_tokens:
        assert X.values.dtype == np.int32
        assert len(X.lengths) == n_rows
        assert X.lengths.max() == workload.max_length
        assert X.values.min() >= 2  # neither padding nor the unknown
        assert X.values.max() < workload.vocabulary_size
    else:
        assert X.shape == (n_rows, workload.max_length, workload.n_features)
        assert X.dtype == np.float32
    if workload.task != "regression":
        assert np.array_equal(np.unique(y), np.arange(workload.n_classes))


def test_a_workload_is_the_same_each_time():
    first, second = (make_data(WORKLOADS["W5"]) for _ in range(2))
    assert np.array_equal(first.X.values, second.X.values)
    assert np.array_equal(first.y, second.y)


def test_fewer_rows_have_no_more_classes_than_rows():
    few = WORKLOADS["W4"].cut(30)
    assert few.n_measured == few.n_classes == few.n_outputs == 30
    assert np.array_equal(np.unique(make_data(few).y), np.arange(30))


def test_token_rows_become_a_list_and_an_array():
    assert [row.tolist() for row in TWO_ROWS.to_list()] == [[5], [6, 7]]
    assert TWO_ROWS.to_dense(3).tolist() == [[5, 0, 0], [6, 7, 0]]
    assert ours.to_sequences(TWO_ROWS).toarray().tolist() == [[5, 0], [6, 7]]
    assert count_steps(TWO_ROWS) == 3


def test_the_work_of_numbers_is_that_of_a_hand_calculation():
    workload = Workload(
        "small",
        "two bidirectional LSTM of 3 units on 2 values",
        "binary",
        n_samples=5,
        n_measured=5,
        batch_size=5,
        n_features=2,
        cell="lstm",
        hidden_size=3,
        num_layers=2,
        bidirectional=True,
        max_length=4,
    )
    # A step, with 2 directions of 4 gates of 3 units, 24 rows of weights:
    # layer 1: 24 * (2 + 3) products, layer 2: 24 * (6 + 3); in all 336, 672 FLOP.
    # 20 steps: 13,440. The head reads 6 values in each of 5 rows: 60 FLOP.
    # Backward twice as much, less the gradient of the input: 20 * 2 * 24 * 2 = 1,920.
    flops = useful_flops(workload, n_steps=20)
    assert flops == {"predict": 13_500, "train": 3 * 13_500 - 1_920}


def test_the_work_of_tokens_counts_real_steps_only():
    workload = WORKLOADS["W5"]
    n_steps = count_steps(make_data(workload).X)
    # A step: 16 rows of weights with 8 + 16 products; the head reads 16 values.
    forward = n_steps * 2 * 16 * 24 + 2000 * 2 * 16
    flops = useful_flops(workload, n_steps)
    assert flops == {"predict": forward, "train": 3 * forward}
    assert n_steps < 2000 * workload.max_length


@pytest.mark.changes_global_state  # the peers draw from torch's generator
@pytest.mark.parametrize(
    ("name", "workload"),
    [
        *((name, "W1") for name in IN_TORCH),
        ("ours", "W3"),
        ("raw", "W6"),
        ("ours", "W7"),
    ],
)
def test_an_implementation_answers_the_commands(name, workload):
    workload = WORKLOADS[workload].cut(6)
    implementation = IN_TORCH[name].Implementation(workload, make_data(workload))
    answers = io.StringIO()
    serve(implementation, ["fit 2\n", "predict\n", "rss\n", "quit\n"], answers)
    ready, fit, predict, memory = map(json.loads, answers.getvalue().splitlines())
    assert ready["ready"] and ready["versions"]["torch"]
    assert fit["seconds"] > 0 and predict["seconds"] > 0
    assert memory["megabytes"] > 50
    assert len(implementation.predict()) == 6


def test_an_unknown_command_is_refused():
    with pytest.raises(ValueError, match="a command is fit, predict"):
        serve(None, ["train\n"], io.StringIO())


@pytest.mark.changes_global_state
@pytest.mark.parametrize("name", ["W1", "W6"])
def test_the_bucketed_net_reads_a_row_as_if_it_were_alone(name):
    workload = WORKLOADS[name].cut(5)
    implementation = bucketed_loop.Implementation(workload, make_data(workload))
    implementation.net = bucketed_loop.RaggedNet(workload)
    together = implementation.predict()
    with torch.no_grad():
        alone = [
            implementation.net(*implementation._inputs(torch.tensor([row])))
            for row in range(5)
        ]
    np.testing.assert_allclose(together, torch.cat(alone).numpy(), atol=1e-5)


@pytest.mark.changes_global_state
def test_the_bucketed_batches_hold_each_row_once():
    workload = WORKLOADS["W5"].cut(100)
    implementation = bucketed_loop.Implementation(workload, make_data(workload))
    batches = implementation._random_batches()
    assert sorted(len(rows) for rows in batches) == [4, 32, 32, 32]
    assert sorted(torch.cat(batches).tolist()) == list(range(100))


def test_a_worker_answers_from_its_own_process():
    command = worker_command(sys.executable, "raw", WORKLOADS["W5"].cut(4), cold=True)
    with Worker(command) as worker:
        assert worker.answer()["ready"]
        assert worker.ask("fit 1")["seconds"] > 0
        assert worker.ask("rss")["megabytes"] > 50


def test_a_worker_that_ends_says_why():
    with Worker([sys.executable, "-c", "raise SystemExit('no such layer')"]) as worker:
        with pytest.raises(WorkerError, match="no such layer"):
            worker.answer()


def record():
    """Make the record of two repetitions, in round figures."""
    return {
        "environment": {
            "date": "2030-01-01T00:00:00+00:00",
            "processor": "a processor",
            "command": "python benchmarks/compare.py",
            "commit": "07b783f",
        },
        "versions": {"ours": {"python": "3.11", "torch": "2.9"}},
        "n_samples": 2000,
        "n_rows": 1000,
        "epochs": [1, 6],
        "useful_flops": {"train": 5e9, "predict": 1e9},
        "gemm_rate": [100e9, 100e9],
        "other_work": [0.0, 0.1],
        "failed": {"keras-jax": "out of memory"},
        "implementations": {
            "ours": {
                "fit_few": [0.3, 0.4],
                "fit_many": [0.8, 0.9],  # 0.1 s per epoch; 0.2 and 0.3 s beyond
                "predict": [0.05, 0.05],
                "first_fit": [3.0, 3.2],
                "fit_megabytes": [400, 402],
                "predict_megabytes": [500, 500],
            },
            "raw": {
                "fit_few": [0.2, 0.4],
                "fit_many": [1.2, 2.4],  # 0.2 and 0.4 s per epoch
                "predict": [0.1, 0.2],
                "first_fit": [],
                "fit_megabytes": [],
                "predict_megabytes": [],
            },
            "onnx": {"predict": [0.025, 0.025]},
        },
    }


@pytest.mark.parametrize(
    ("table", "heads", "cells"),
    [
        (
            "training",
            ["ours, s per epoch", "% of GEMM", "raw"],
            ["0.200 (0.200-0.200)", "50 (50-50)", "3.00 (2.00-4.00)"],
        ),
        (
            "prediction",
            ["ours, rows per s", "raw", "onnx"],
            ["20000 (20000-20000)", "3.00 (2.00-4.00)", "0.50 (0.50-0.50)"],
        ),
        ("start", ["ours", "raw"], ["0.25 / 3.1", "0.00 / -"]),
        ("memory", ["ours", "raw"], ["401 / 500", "- / -"]),
    ],
)
def test_a_table_shows_medians_and_ratios_within_a_repetition(table, heads, cells):
    head, rule, row = make_table({"W2": record()}, table)
    assert head == f"| workload | {' | '.join(heads)} |"
    assert rule == "|---" * (1 + len(heads)) + "|"
    assert row == f"| W2 {WORKLOADS['W2'].title} | {' | '.join(cells)} |"


def test_the_report_names_the_machine_and_what_failed():
    written = write_report({"W2": record()})
    assert "a processor, repetitions: 2, rows: 50%, GEMM 100 (100-100)" in written
    assert "keras-jax failed: out of memory" in written
    assert "- ours: python 3.11, torch 2.9" in written
    assert "- `python benchmarks/compare.py` at 07b783f" in written


def test_the_table_of_a_search_shows_one_core_over_two():
    seconds = {"n_jobs=1": [4.0, 6.0], "n_jobs=2": [2.0, 4.0]}
    seconds |= {"1 thread": [1.0, 1.0], "2 threads": [0.5, 1.0]}
    _, _, search, fit = search_table({"seconds": seconds})
    assert search == (
        "| GridSearchCV | 5.00 (4.00-6.00) | 3.00 (2.00-4.00) | 1.75 (1.50-2.00) |"
    )
    assert fit == "| fit | 1.00 (1.00-1.00) | 0.75 (0.50-1.00) | 1.50 (1.00-2.00) |"


def test_the_table_of_texts_shows_times_over_ours():
    figures = {
        "seconds": {"ours": [1.0, 2.0], "theirs": [3.0, 4.0]},
        "peak_bytes": {"ours": 5e6, "theirs": 6e6},
        "peak_bytes_of_half": {"ours": 3e6},
    }
    _, _, ours, theirs = text_table(figures)
    assert ours == "| ours | 1.50 (1.00-2.00) | - | 5 | 3 |"
    assert theirs == "| theirs | 3.50 (3.00-4.00) | 2.50 (2.00-3.00) | 6 | - |"


def test_the_environment_needs_no_git(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = environment()
    assert found["commit"] is None
    assert found["versions"]["numpy"] == np.__version__


@pytest.fixture
def run_program(monkeypatch):
    """Return what runs a program here; a process of its own would start for seconds."""

    def run(program, *arguments):
        monkeypatch.setattr(sys, "argv", [program.__file__, *map(str, arguments)])
        monkeypatch.setattr(program, "pin", lambda cores: None, raising=False)
        n_threads = torch.get_num_threads()
        try:
            program.main()
        finally:
            torch.set_num_threads(n_threads)

    return run


def test_small_fits_are_measured(run_program, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(bench_small_fits, "GRID", {"lr": [0.01]})
    out = tmp_path / "small_fits.json"
    run_program(
        bench_small_fits, "--fits=1", "--rows=40", "--repetitions=1", f"--out={out}"
    )
    found = json.loads(out.read_text(encoding="utf-8"))
    (outside,), (loops,) = found["milliseconds_outside"], found["seconds"]["loops"]
    assert 0 < outside < 1e3 * loops
    assert found["n_candidates"] == 1


# `bench_search.py` is left out: its workers take long to start.
@pytest.mark.changes_global_state  # the peers draw from torch's generator
def test_the_report_reads_what_the_programs_write(run_program, tmp_path, capsys):
    with gzip.open(tmp_path / "imdb_train.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("label\ttext\n1\ta film\n0\tno film at all\n")
    run_program(
        bench_latency, "--calls=2", "--rows=4", "--out", tmp_path / "latency.json"
    )
    run_program(bench_scaling, "--doublings=0", "--repetitions=1", "--folder", tmp_path)
    run_program(bench_text, tmp_path, "--rounds=1", "--json", tmp_path / "text.json")
    capsys.readouterr()
    run_program(report, tmp_path)
    written = capsys.readouterr().out
    for line in (
        "<!-- table: latency -->",
        "<!-- table: growth -->",
        "| varied | from | cell | x1 |",
        "<!-- table: text -->",
    ):
        assert line in written.splitlines()
    assert "table: search" not in written
    assert written.count("- `python benchmarks/bench_") == 3
    assert (tmp_path / "scaling.png").exists()


def test_settings_are_measured_beside_the_defaults(run_program, tmp_path, monkeypatch):
    few = {
        name: bench_settings.SETTINGS[name] for name in ("the defaults", "`n_jobs=2`")
    }
    monkeypatch.setattr(bench_settings, "SETTINGS", few)
    out = tmp_path / "settings.json"
    run_program(bench_settings, "--rows=100", "--repetitions=1", "--out", out)
    record = json.loads(out.read_text(encoding="utf-8"))
    *_, line = bench_settings.table(record)
    assert line.startswith("| `n_jobs=2` | ")


def test_texts_that_are_not_there_are_skipped(run_program, tmp_path, capsys):
    run_program(bench_text, tmp_path)
    assert capsys.readouterr().out.startswith("skipped: ")


def test_the_threshold_of_sets_of_classes_is_that_of_split_conformal():
    # 19 truths have 0.01 to 0.19; ceil(20 * 0.9) = 18 of them must be in the sets.
    shares = np.stack([np.arange(1, 20) / 100, 1 - np.arange(1, 20) / 100], axis=1)
    places = np.zeros(19, dtype=int)
    assert bench_series_tries.threshold_of(shares, places) == 0.02
    # ceil(9 * 0.9) = 9 of 8: only all classes can promise that.
    assert bench_series_tries.threshold_of(shares[:8], places[:8]) == 0.0


def test_the_cell_that_drops_units_is_an_lstm_of_torch_in_evaluation():
    with torch.random.fork_rng():
        ours = bench_series_tries.VariationalLSTM(3, 4).eval()
        torchs = torch.nn.LSTM(3, 4, batch_first=True)
    with torch.no_grad():
        torchs.weight_ih_l0.copy_(ours.read.weight)
        torchs.weight_hh_l0.copy_(ours.recur.weight)
        torchs.bias_ih_l0.copy_(ours.read.bias)
        torchs.bias_hh_l0.zero_()
    x = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours(x)[0], torchs(x)[0])
    assert not torch.allclose(ours.train()(x)[0], torchs(x)[0])


# -- defaults and accuracy ---------------------------------------------------------

RESULTS = BENCHMARKS / "results"


def results_of(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def scores_of(better, worse_on=()):
    """Give each task five runs that differ from 0.5 by so much, on some kinds less."""
    return {
        name: [
            {"score": 0.5 + (-better if kind in worse_on else better) + 0.001 * seed}
            for seed in range(5)
        ]
        for kind, tasks in bench_defaults.KINDS.items()
        for name in tasks
    }


def test_a_candidate_wins_where_it_gains_on_the_mean_and_loses_on_no_kind():
    scores = {
        "defaults": scores_of(0),
        "lr=0.003": scores_of(0.1),
        "lr=0.03": scores_of(0),
        "dropout=0.3": scores_of(0.1, ["numbers"]),
        "batch_size=16": {"SST-2": scores_of(0.1)["SST-2"]},  # not asked everywhere
    }
    assert bench_defaults.winners(scores) == ["lr=0.003"]
    assert bench_defaults.better_defaults({"scores": scores}) == ["lr=0.003"]
    again = {"defaults": scores_of(0), "lr=0.003": scores_of(0)}
    assert not bench_defaults.better_defaults({"scores": scores, "again": again})
    # Ten tasks up by 0.1 and three down by as much: 0.7 / 13.
    differences = bench_defaults.differences(scores, "dropout=0.3")
    mean, error = bench_defaults.over_tasks(differences)
    n_down = len(bench_defaults.KINDS["numbers"])
    assert mean == pytest.approx(0.1 * (13 - 2 * n_down) / 13)
    assert error > 0
    assert bench_defaults.over_kind(differences, "numbers") == pytest.approx((-0.1, 0))


def test_the_defaults_are_those_that_the_study_compared_with_and_none_is_better():
    record = results_of("defaults")
    assert record["defaults"] == bench_defaults.studied_defaults()
    assert bench_defaults.better_defaults(record) == []
    for candidate, tasks in record["scores"].items():
        for name, runs in tasks.items():
            assert len(runs) == len(bench_defaults.SEEDS["scores"]), (candidate, name)


@pytest.mark.parametrize("name", ["SST-2", "languages", "births"])  # one of each kind
def test_a_split_has_the_sizes_it_says_and_no_row_on_both_sides(name):
    task = STUDIED[name]
    n_rows = task.n_train + 3 * task.n_valid
    y = np.arange(n_rows) % 2
    groups = np.arange(n_rows) // 5 if task.vectorizer else None
    whole = Part(np.arange(n_rows), y, groups)
    for seed in (0, 1):
        train, valid = split(task, whole, seed)
        assert len(train) <= task.n_train
        assert not set(train) & set(valid)
        if groups is not None:
            assert not set(groups[train]) & set(groups[valid])
        if task.kind == "future":
            assert train.max() < valid.min()


def test_rows_in_groups_are_mixed_so_that_each_part_has_all_classes():
    # In the order of the file the first rows of each part would be of one class.
    y = np.repeat(["a", "b", "c", "d"], 100)
    whole = Part(np.arange(400), y, np.arange(400) % 100 // 2)
    task = Task(None, 40, 40)
    train, valid = (mixed(whole).take(rows) for rows in split(task, mixed(whole), 0))
    assert set(train.y) == set(valid.y) == set(y)
    assert not set(train.groups) & set(valid.groups)


def test_the_study_goes_on_where_it_stopped(tmp_path, monkeypatch):
    asked = []

    def measure(task, settings, parts, seed):
        asked.append(settings)
        return {"seed": seed, "score": seed, "seconds": 1.0, "epochs": 50}

    monkeypatch.setattr(bench_defaults, "measure", measure)
    monkeypatch.setattr(bench_defaults, "make_parts", lambda *_: None)
    for _ in range(2):
        study = bench_defaults.Study(tmp_path, tmp_path / "study.json")
        study.run(["steps"], ['pooling="mean"', "half the epochs"])
    n_tasks = len(bench_defaults.KINDS["steps"])
    assert len(asked) == 2 * n_tasks * 5  # from five seeds; a step has no pooling
    assert asked[-1] == {"max_epochs": 25}


def test_joined_steps_are_the_windows_of_each_series():
    X = np.arange(12.0).reshape(1, 6, 2)
    joined = join_steps(3, 2, X)
    assert joined.shape == (1, 2, 6)
    # Steps 0 to 2 and 2 to 4; within a window variable by variable.
    assert joined[0, 0].tolist() == [0, 2, 4, 1, 3, 5]
    assert joined[0, 1].tolist() == [4, 6, 8, 5, 7, 9]


def test_series_are_resampled_between_their_real_steps():
    X = np.full((1, 5, 2), np.nan)
    X[0, :3] = [[0, 10], [1, 20], [2, 30]]
    expected = [[0, 10], [0.5, 15], [1, 20], [1.5, 25], [2, 30]]
    np.testing.assert_allclose(resample(X, n_steps=5)[0], expected)


def test_every_problem_has_settings_and_a_log_of_what_was_tried():
    settings = json.loads(bench_accuracy.CHOSEN.read_text(encoding="utf-8"))
    tried = {attempt["problem"] for attempt in results_of("accuracy_tries")}
    assert set(settings) == set(PROBLEMS) == tried


# -- questions ---------------------------------------------------------------------

RAGGED = np.full((3, 6, 2), np.nan)
for _row, _length in enumerate([6, 2, 4]):
    RAGGED[_row, :_length] = np.random.default_rng(_row).normal(size=(_length, 2))


def probabilities(net, X, n_more_steps=0):
    """Return what a network says of rows of numbers, with more zeros behind them."""
    x, lengths = Padder().fit(RAGGED).transform(X)
    x = torch.nn.functional.pad(x, (0, 0, 0, n_more_steps))
    with torch.no_grad():
        return net.eval()(x, lengths).numpy()


@pytest.mark.changes_global_state  # torch draws the first weights from its generator
@pytest.mark.parametrize("pooling", ["max", "final_max"])
@pytest.mark.parametrize("module", [Convolution, SelfAttention])
def test_a_rival_reads_a_row_as_if_it_were_alone(module, pooling):
    net = module(2, is_tokens=False, n_outputs=3, pooling=pooling)
    together = probabilities(net, RAGGED)
    alone = [probabilities(net, RAGGED[row : row + 1]) for row in range(3)]
    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)
    np.testing.assert_allclose(probabilities(net, RAGGED, 9), together, atol=1e-5)


@pytest.mark.changes_global_state
@pytest.mark.parametrize("given_lengths", [True, False])
def test_only_without_lengths_the_padding_is_read(given_lengths):
    net = LastState(2, 3, given_lengths)
    as_it_is, longer = (probabilities(net, RAGGED, n_more) for n_more in (0, 9))
    assert np.allclose(as_it_is, longer, atol=1e-5) == given_lengths


@pytest.mark.changes_global_state
def test_a_rival_learns_tokens_and_takes_new_ones_as_unknown():
    X, y, _ = first_of_two(n_samples=8, n_timesteps=4)
    rival = TorchRival(Convolution, 0.01, max_epochs=1, is_classifier=True, seed=0)
    rival.fit(X, y)
    unknown, new = X.copy(), X.copy()
    unknown.data[:], new.data[:] = 1, 99
    assert np.array_equal(rival.predict(new), rival.predict(unknown))


def test_the_first_of_two_is_the_one_that_comes_first():
    X, y, _ = first_of_two(n_samples=50, n_timesteps=7)
    for row, first in zip(X.toarray(), y, strict=True):
        assert sorted(row[row < 4]) == [2, 3]
        assert row[row < 4][0] == (2 if first else 3)
    assert 0 < y.mean() < 1


def test_grouped_rows_sorted_by_class_are_mixed():
    whole = Part(np.arange(100), np.arange(100) // 10, np.arange(100) % 5)
    read = mixed(whole)
    assert sorted(read.X) == list(range(100))
    assert (read.y == read.X // 10).all() and (read.groups == read.X % 5).all()
    assert len(set(read.y[:50])) == 10


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("counts", [[0, 0, 1, 2], [0, 1, 0, 0]]),
        # Places 0, 1 and 2 with four tokens each.
        (
            "places",
            [[0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1], [0, 1, *[0] * 10]],
        ),
    ],
)
def test_the_perceptron_reads_counts_or_places(features, expected):
    X = ours.to_sequences(TokenRows(np.array([3, 2, 3, 9]), np.array([0, 3, 4])))
    perceptron = FeedForward(features, 0.01, 1, is_classifier=True, seed=0)
    perceptron.n_columns = 4  # so that 9 is unknown
    columns = perceptron._columns(X).toarray()
    assert columns.tolist() == expected


def test_the_perceptron_reads_padding_as_the_mean():
    perceptron = FeedForward("flat", 0.01, 1, is_classifier=True, seed=0)
    perceptron.padder = Padder().fit(RAGGED)
    columns = perceptron._columns(RAGGED)
    assert columns.shape == (3, 12)
    assert (columns[1, 4:] == 0).all()
    assert columns[0].std() > 0.1


@pytest.mark.parametrize("name", ["SST-2", "births"])  # drawn at random, and in time
def test_rates_are_chosen_on_training_rows_only(name, monkeypatch):
    question, asked = bench_questions.QUESTIONS[name], []

    class Rival:
        def fit(self, X, y):
            asked.append(set(X))
            return self

        def score(self, X, y):
            assert not set(X) & asked[-1]
            assert question.task.kind != "future" or min(X) > max(asked[-1])
            return -abs(self.lr - 0.003)

    def make(name, question, lr, seed, max_epochs):
        rival = Rival()
        rival.lr = lr
        return rival

    monkeypatch.setattr(bench_questions, "make_architecture", make)
    train = Part(np.arange(100), np.arange(100) % 2)
    assert bench_questions.choose_rate("lstm", question, train, seed=0) == 0.003
    assert [len(rows) for rows in asked] == [80, 80, 80]
    assert sorted(np.concatenate(inner_rows(question.task, 100))) == list(range(100))


def test_the_best_of_a_task_is_bold():
    runs = {}
    for task in bench_questions.QUESTIONS:
        for number, network in enumerate(bench_questions.ARCHITECTURES):
            for seed in range(2):
                run = {"task": task, "network": network, "n_weights": 1500}
                run |= {"score": 0.1 * number + 0.02 * seed, "seconds": 2.0}
                runs[task, network, seed] = run
    record = {"architectures": runs}
    _, _, first, *_, last = bench_questions.architecture_table(record)
    assert first.startswith("| rnn | 0.010 (0.000-0.020) |")
    assert last.startswith("| self-attention | **0.510** (0.500-0.520) |")
    assert bench_questions.cost_table(record)[2].startswith("| rnn | 2 / 2.0 |")


def test_questions_go_on_where_they_stopped(tmp_path, monkeypatch):
    asked = []

    def measure(value, folder):
        asked.append(value)
        return {"value": value}

    for names in ([("one",)], [("one",), ("two",)]):
        section = {"section": (lambda names=names: names, measure)}
        monkeypatch.setattr(bench_questions, "SECTIONS", section)
        bench_questions.run(tmp_path, tmp_path / "questions.json", ["section"])
    assert asked == ["one", "two"]
    record = json.loads((tmp_path / "questions.json").read_text(encoding="utf-8"))
    assert [run["value"] for run in record["section"].values()] == ["one", "two"]


def test_every_question_was_asked_to_its_end():
    record = results_of("questions")
    for section, (name_all, _) in bench_questions.SECTIONS.items():
        keys = {json.dumps(arguments, ensure_ascii=False) for arguments in name_all()}
        assert set(record[section]) == keys


# -- columns beside a text ---------------------------------------------------------


def test_urgent_tickets_are_rare_and_need_both_parts():
    X, urgent, is_train = bench_static_columns.make_tickets(seed=0)
    assert 0.01 < urgent.mean() < 0.05
    assert set(X["product"][urgent == 1]) == set(bench_static_columns.COVERED)
    assert X["days"][urgent == 1].min() > 20
    covered = X["product"].isin(bench_static_columns.COVERED) & (X["days"] > 20)
    assert urgent[covered].mean() < 0.2  # for the language is not in the table
    again, _, _ = bench_static_columns.make_tickets(seed=0)
    assert again.equals(X)
    assert 0.5 < is_train.mean() < 0.8


# -- spelling to sound -------------------------------------------------------------


DICTIONARY = """cat K AE1 T
tomato T AH0 M EY1 T OW2
tomato(2) T AH0 M AA1 T OW2
permit P ER0 M IH1 T
permit(2) P ER1 M IH2 T # stress alone
a.m. EY2 EH1 M
"""


def test_a_dictionary_is_read_without_stress_and_split_by_word(tmp_path):
    path = tmp_path / "cmudict.dict.gz"
    path.write_bytes(gzip.compress(DICTIONARY.encode()))
    words, phones = read_dictionary(path)
    assert words.tolist() == ["cat", "tomato", "permit"]
    assert list(map(len, phones)) == [1, 2, 1]
    assert phones[2] == ["P ER M IH T".split()]
    many = "".join(f"{'a' * n} AA\n" for n in range(1, 41))
    path.write_bytes(gzip.compress(many.encode()))
    parts = [read_part(path, part).words for part in ("train", "dev", "test")]
    assert list(map(len, parts)) == [36, 2, 2]
    assert len(set(np.concatenate(parts))) == 40


def test_an_answer_is_compared_with_the_nearest_pronunciation(tmp_path):
    path = tmp_path / "cmudict.dict.gz"
    path.write_bytes(gzip.compress(DICTIONARY.encode()))
    answers = ["K AE T S", "T AH M AA T OW", "P ER M IH T"]
    rates = score(read_dictionary(path), [np.array(a.split()) for a in answers])
    assert rates["phone_error_rate"] == pytest.approx(1 / 14)  # of 3 + 6 + 5
    assert rates["word_error_rate"] == pytest.approx(1 / 3)


@pytest.mark.changes_global_state  # of torch, which draws their weights
def test_the_decoders_compared_make_updates_of_the_same_rows():
    for update in bench_translation.make_updates().values():
        update()


def test_the_table_of_series_averages_only_what_every_set_has():
    one = {"scores": [0.5, 0.75], "seconds": [1.0, 2.0], "together": 0.75}
    other = {"scores": [1.0, 1.0], "seconds": [3.0, 3.0], "together": 1.0}
    nearest = {"scores": [0.25], "seconds": [0.0]}
    sets = {"A": {"patches": one}, "B": {"patches": other, "nearest row": nearest}}
    lines = bench_series.table({"sets": sets})
    # Standard error of 0.5 and 0.75: 0.1768 / sqrt(2)
    assert lines[2:] == [
        "| A | 0.625 ± 0.125 |  |",
        "| B | 1.000 ± 0.000 | 0.250 |",
        "| mean | 0.812 |  |",
        "| mean, x5 | 0.875 |  |",
        "| seconds, all sets | 4 |  |",
    ]


def test_the_network_of_convolutions_alone_reads_nothing_else():
    X, y = np.random.default_rng(0).normal(size=(6, 9, 2)), [0, 1] * 3
    params = bench_series.NETWORKS["convolutions alone"]
    part = Part(X, np.array(y))
    short = {**params, "max_epochs": 1}
    found = bench_series.score_networks(short, part, part, seeds=range(2))
    assert len(found["scores"]) == 2
    model = RNNClassifier(**short, random_state=0).fit(X, y)
    before = model.decision_function(X)
    with torch.no_grad():
        for weight in model.net_.module_.encoder.parameters():
            weight.fill_(3.0)
    np.testing.assert_array_equal(model.decision_function(X), before)
