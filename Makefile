# Every target works first in a fresh clone: it makes its own environment in
# .venv and installs there what it needs, once. Only Python, pip and make are
# taken for granted. On Windows, or without make, see CONTRIBUTING.md.

PYTHON ?= python3
PYTEST_ARGS ?=
# Test processes at once; each of their tests runs on one thread.
WORKERS ?= 2
DATA ?= ../shared/data

VENV := .venv
OLDEST := .venv-oldest
INTEROP := .venv-interop
TOOLS := .venv-tools
DOCS := .venv-docs
PACKAGE := .venv-package
PEERS := .venv-tensorflow .venv-jax .venv-onnx .venv-sktime .venv-forecast .venv-series
BENCH := bench_output
BIN := $(VENV)/bin

# SciPy reads it at import; without it scikit-learn skips its array API checks.
export SCIPY_ARRAY_API := 1
# Where more threads than one are asked for, those that wait sleep instead of spinning.
export OMP_WAIT_POLICY ?= passive
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The networks of the tests are too small to share among threads.
test test-slow test-oldest coverage mutants: export OMP_NUM_THREADS ?= 1

.PHONY: help demo test test-slow test-oldest coverage lint docs look package bench \
	bench-peers coming-from figures mutants clean
.DEFAULT_GOAL := help

help: ## say what each target does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/plot.stamp ## train, search and draw on bundled data, in minutes; writes demo_output/index.html
	$(BIN)/python -u examples/demo.py

test: $(VENV)/test.stamp ## the tests, doctests and snippets, all but the slow ones
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

test-slow: $(VENV)/test.stamp $(INTEROP)/made.stamp $(TOOLS)/made.stamp ## the slow tests, properties on 1,000 examples, about an hour; other libraries in environments of their own
	HYPOTHESIS_PROFILE=slow SKLEARN_RNN_DATA="$(DATA)" $(BIN)/python -m pytest -m slow \
		-n $(WORKERS) --dist worksteal $(PYTEST_ARGS)
	$(INTEROP)/bin/python -m pytest -m slow tests/interop
	$(TOOLS)/bin/python -m pytest -m slow tests/interop/test_loggers.py tests/interop/test_serving.py

test-oldest: $(OLDEST)/test.stamp ## the tests on the oldest versions we claim
	$(OLDEST)/bin/python -m pytest -m "not slow" -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

lint: $(VENV)/lint.stamp ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(DOCS)/made.stamp ## the pages and the gallery, every example run; in docs/_build/html
	OMP_NUM_THREADS=1 $(DOCS)/bin/python -m sphinx -W --keep-going -b html docs docs/_build/html
	$(DOCS)/bin/python tools/ask_search.py

# axe-core comes with a package whose own needs are not ours.
look: docs ## every page in Chromium, at three widths and in the dark; pictures in docs/_build/looks
	$(DOCS)/bin/python -m pip install "selenium>=4.20"
	$(DOCS)/bin/python -m pip install --no-deps "axe-playwright-python>=0.1.8"
	$(DOCS)/bin/python tools/look_at_docs.py

package: $(PACKAGE)/made.stamp ## build wheel and sdist into dist/, check and try both
	$(PACKAGE)/bin/python tools/try_package.py

bench: $(VENV)/test.stamp ## measurements, shortened, in torch; DATA= names the data
	@mkdir -p $(BENCH)
	$(BIN)/python benchmarks/compare.py --peers raw bucketed --rows 256 --epochs 1 3 \
		--repetitions 3 --no-start --out $(BENCH)/short.json
	$(BIN)/python benchmarks/bench_latency.py --out $(BENCH)/latency.json
	$(BIN)/python benchmarks/bench_text.py "$(DATA)" --json $(BENCH)/text.json

bench-peers: $(VENV)/test.stamp $(filter-out .venv-sktime/% .venv-forecast/% .venv-series/%,$(PEERS:=/made.stamp)) ## the same in full, beside Keras and ONNX Runtime; takes hours
	@mkdir -p $(BENCH)
	$(BIN)/python benchmarks/compare.py --out $(BENCH)/compare.json \
		--python-tensorflow .venv-tensorflow/bin/python \
		--python-jax .venv-jax/bin/python --python-onnx .venv-onnx/bin/python
	$(BIN)/python benchmarks/bench_profile.py W1 W2 W3 W4 W5 --rows 1000 \
		--out $(BENCH)/profile.json
	$(BIN)/python benchmarks/bench_scaling.py --folder $(BENCH)
	$(BIN)/python benchmarks/bench_latency.py --out $(BENCH)/latency.json
	$(BIN)/python benchmarks/bench_settings.py --out $(BENCH)/settings.json
	$(BIN)/python benchmarks/bench_search.py --out $(BENCH)/search.json
	$(BIN)/python benchmarks/bench_small_fits.py --out $(BENCH)/small_fits.json
	$(BIN)/python benchmarks/bench_tagging.py accuracy "$(DATA)" \
		--out $(BENCH)/tagging.json
	$(BIN)/python benchmarks/bench_tagging.py speed "$(DATA)" --cores 0 \
		--out $(BENCH)/tagging.json \
		--python-tensorflow .venv-tensorflow/bin/python \
		--python-jax .venv-jax/bin/python
	$(BIN)/python benchmarks/bench_text.py "$(DATA)" --json $(BENCH)/text.json \
		--python-tensorflow .venv-tensorflow/bin/python

coming-from: $(VENV)/test.stamp .venv-tensorflow/made.stamp .venv-sktime/made.stamp ## the programs beside ours in Keras, skorch, sktime and TF-IDF
	@mkdir -p $(BENCH)
	$(BIN)/python benchmarks/bench_coming_from.py run --out $(BENCH)/coming_from.json \
		--python-keras .venv-tensorflow/bin/python \
		--python-sktime .venv-sktime/bin/python

bench-forecaster: $(VENV)/test.stamp .venv-forecast/made.stamp ## small series beside statsmodels, skforecast and neuralforecast
	@mkdir -p $(BENCH)
	$(BIN)/python benchmarks/bench_forecaster_small.py "$(DATA)" \
		--out $(BENCH)/forecaster_small.json --python-peers .venv-forecast/bin/python

bench-series: $(VENV)/test.stamp .venv-series/made.stamp ## series to classify, beside MiniRocket
	@mkdir -p $(BENCH)
	$(BIN)/python benchmarks/bench_series.py "$(DATA)" \
		--out $(BENCH)/series.json --python-peers .venv-series/bin/python

figures: $(VENV)/test.stamp ## write the measured figures of the pages from benchmarks/results
	$(BIN)/python tools/write_figures.py

mutants: $(VENV)/test.stamp ## break the code on purpose; each breakage must turn a test red
	$(BIN)/python tools/mutants.py --workers $(WORKERS)

clean: ## remove what the other targets made
	rm -rf $(VENV) $(OLDEST) $(INTEROP) $(TOOLS) $(DOCS) $(PACKAGE) $(PEERS) $(BENCH) demo_output dist \
		docs/_build docs/api docs/auto_examples

$(VENV)/made.stamp:
	@echo "making $(VENV), and installing into it, once; this takes a few minutes"
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# %.stamp: the package with its extra %, in the developers' versions.
$(VENV)/%.stamp: pyproject.toml constraints.txt | $(VENV)/made.stamp
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[$*]"
	@touch $@

$(OLDEST)/test.stamp: pyproject.toml constraints-oldest.txt
	@echo "installing into $(OLDEST), once; this takes a minute or two"
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install \
		--constraint constraints-oldest.txt --editable ".[test]"
	@touch $@

# LIME, SHAP and MAPIE are for examples, and for nothing in the package.
$(DOCS)/made.stamp: pyproject.toml constraints.txt
	@echo "installing into $(DOCS), once; this takes a few minutes"
	$(PYTHON) -m venv --clear $(DOCS)
	$(DOCS)/bin/python -m pip install --constraint constraints.txt \
		--editable ".[docs,neighbours]"
	@touch $@

$(PACKAGE)/made.stamp: pyproject.toml
	@echo "installing into $(PACKAGE), once; this takes a minute or two"
	$(PYTHON) -m venv --clear $(PACKAGE)
	$(PACKAGE)/bin/python -m pip install "build>=1.2" "twine>=6.1"
	@touch $@

# dask-ml 2025.1 does not work with Dask from 2025.3 on (its issue 1016).
$(INTEROP)/made.stamp: pyproject.toml constraints.txt
	@echo "installing into $(INTEROP), once; this takes a minute or two"
	$(PYTHON) -m venv --clear $(INTEROP)
	$(INTEROP)/bin/python -m pip install --constraint constraints.txt \
		--editable ".[test,accelerate,dask,neighbours,onnx]" "dask==2025.2.0" "distributed==2025.2.0" \
		dask-ml nbclient nbformat ipykernel ipywidgets "onnxruntime>=1.20" \
		"polars>=1.0" "pyarrow>=15" "imbalanced-learn>=0.14" "mlflow-skinny>=3.0"
	@touch $@

# Loggers, a pruner, a registry of models and a server, each with its own needs.
$(TOOLS)/made.stamp: pyproject.toml constraints.txt
	@echo "installing into $(TOOLS), once; this takes a few minutes"
	$(PYTHON) -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python -m pip install --constraint constraints.txt --editable ".[test]" \
		"wandb>=0.18" "tensorboard>=2.17" "optuna>=4.0" "mlflow-skinny>=3.0" \
		"sqlalchemy>=2.0" "alembic>=1.13" "fastapi>=0.115" "httpx>=0.27" "uvicorn>=0.30"
	@touch $@

# Each peer has its own needs and an environment of its own.
.venv-tensorflow/made.stamp: REQUIREMENTS = "keras>=3.10" "tensorflow-cpu>=2.18"
.venv-jax/made.stamp: REQUIREMENTS = "keras>=3.10" "jax[cpu]>=0.6"
.venv-onnx/made.stamp: REQUIREMENTS = \
	--constraint constraints.txt torch "onnx>=1.17" "onnxruntime>=1.20"
.venv-sktime/made.stamp: REQUIREMENTS = "torch==2.13.0" "sktime>=0.36" "numba>=0.60"
.venv-forecast/made.stamp: REQUIREMENTS = "torch==2.13.0" "neuralforecast>=3.0" \
	"skforecast>=0.14" "statsmodels>=0.14"
.venv-series/made.stamp: REQUIREMENTS = "aeon>=1.0"

$(PEERS:=/made.stamp):
	@echo "installing into $(@D), once; this takes a minute or two"
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install $(REQUIREMENTS)
	@touch $@
