# make demo    a first fit, on data that comes with the package (about 2 minutes after the installation)
# make test    the whole suite, without the tests marked slow or gpu
# make check   format, lint, types, floors
# make bench   the tables that the README quotes (about half an hour); TABLES=FOLDER for tables of your own
# make bench-long   peers under one clock, deadlines, kills, a table and a ledger of ten million rows (hours)
# make docs    the generated reference pages
# Nothing has to be done by hand before any of them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# One worker more than there are cores: many tests wait for processes.
PYTEST ?= -q -n $(shell expr $$(nproc) + 1) --dist loadfile

.PHONY: demo test test-slow check bench bench-long docs clean
.DEFAULT_GOAL := demo

demo: $(READY)
	$(BIN)/luthier demo health --force

test: $(READY)
	@scripts/system-packages browser postgres
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST)

test-slow: $(READY)
	@scripts/system-packages browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST) -m "slow and not gpu"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-benchmarks
	$(BIN)/python -m benchmarks.tables $(TABLES)
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.image_steps
	$(BIN)/luthier demo health --force
	$(BIN)/python -m benchmarks.limits luthier-demo-health src/luthier/examples/thyroid_diagnosis.csv --memory
	$(BIN)/python -m benchmarks.service luthier-demo-health --seconds 3 --rounds 2
	$(BIN)/python -m benchmarks.monitor --replays 20 --sizes 100 1000 --features 5 50 --streams 30 --stream-rows 5000 --false-alarms 1 --work 500k

bench-long: $(VENV)/.ready-benchmarks
	$(BIN)/python -m benchmarks.peers $(TABLES)
	$(BIN)/python -m benchmarks.deadlines $(TABLES) --out deadlines.jsonl
	$(BIN)/python -m benchmarks.resume --out resume.jsonl
	$(BIN)/python -m benchmarks.large
	$(BIN)/python -m benchmarks.images --out images.jsonl
	$(BIN)/python -m benchmarks.image_peers
	$(BIN)/python -m benchmarks.service --peers litserve bentoml mlflow --out service.jsonl
	$(BIN)/python -m benchmarks.service --soak 100000 --out service.jsonl
	$(BIN)/python -m benchmarks.monitor $(TABLES) --peers evidently nannyml river --out monitor.jsonl
	$(BIN)/python -m benchmarks.monitor --ledger-rows 10000000 --out monitor.jsonl

docs: $(READY)
	$(BIN)/python -m scripts.reference

$(READY): pyproject.toml constraints.txt
	@PYTHON=$(PYTHON) scripts/system-packages venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, but $(PYTHON) is older. Run: make PYTHON=python3.11" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.ready-benchmarks: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,benchmarks]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
