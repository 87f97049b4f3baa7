# `make report` and `make test` set themselves up; nothing else is needed but Python >= 3.11.
PYTHON ?= python3
COUNTRY ?= DNK
OUT ?= world
BIN := .venv/bin
# In a container one is root, and Jupyter wants that said.
LABFLAGS ?= $(if $(filter 0,$(shell id -u)),--allow-root)
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
# The environments are written by one recipe at a time.
.NOTPARALLEL:
.PHONY: help report world test coverage lab clean-data check-reports lint docs dist lock clean

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | sort | expand -t 16

# One recipe for the three environments: locked packages with hashes, then this package itself.
# compileall writes the bytecode, with every core and also where PYTHONDONTWRITEBYTECODE is set,
# without which every process would start seconds late.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(1)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes --only-binary :all: -r $(2)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(1)/bin/python -m pip check
	env -u PYTHONDONTWRITEBYTECODE $(1)/bin/python -m compileall -q -j 0 $(1)/lib trafficking_stats || true
	touch $(3)
endef

.venv/report: requirements.lock pyproject.toml
	$(call install,.venv,requirements.lock,$@)

# Its lock holds that of the reports, with the same versions.
.venv/test: requirements-test.lock requirements.lock pyproject.toml
	$(call install,.venv,requirements-test.lock,.venv/report .venv/test)

.venv-lab/lab: requirements-lab.lock pyproject.toml
	$(call install,.venv-lab,requirements-lab.lock,$@)

report: .venv/report  ## clean the data and write the reports of COUNTRY (default DNK) to reports/
	$(BIN)/trafficking-stats clean
	$(BIN)/trafficking-stats report $(COUNTRY)

world: .venv/report  ## write the pages of every country in UNODC=data_glotip.xlsx (or several releases) to OUT (default world/)
	@test -n "$(UNODC)" || { echo "name the file: make world UNODC=data_glotip.xlsx; where it is found: docs/data-files.md"; exit 2; }
	test -e $(OUT)/trafficking-stats.toml || $(BIN)/trafficking-stats init $(OUT)
	for file in $(abspath $(UNODC)); do (cd $(OUT) && $(abspath $(BIN))/trafficking-stats import unodc $$file --replace --triage triage) || exit; done
	cd $(OUT) && $(abspath $(BIN))/trafficking-stats clean
	cd $(OUT) && $(abspath $(BIN))/trafficking-stats report --all

# Modules of tests side by side, since what a module prepares is used by all its tests.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

test: .venv/test  ## run every test
	$(PYTEST)

coverage: .venv/test  ## run every test and print which lines they reach; twice as slow on Python 3.11
	$(PYTEST) --cov --cov-report=term

lab: .venv-lab/lab  ## open the notebooks in JupyterLab
	.venv-lab/bin/jupyter lab --notebook-dir=notebooks $(LABFLAGS)

clean-data: .venv/report  ## regenerate data/clean from data/raw
	$(BIN)/trafficking-stats clean

check-reports: .venv/report  ## prove that reports come out byte for byte the same
	$(BIN)/trafficking-stats report $(COUNTRY) --check

lint: .venv/test  ## ruff, mypy, and notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --verify $(STRIP) notebooks/*.ipynb

docs: .venv/test  ## build the documentation as a site, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

dist: .venv/report  ## build the wheel and the source archive, the same bytes from the same commit, into dist/
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build -d dist

lock:  ## resolve the lock files anew (needs uv)
	$(call resolve,report documents) -o requirements.lock
	$(call resolve,test) -c requirements.lock -o requirements-test.lock
	$(call resolve,lab) -c requirements.lock -o requirements-lab.lock
	uv run --quiet --no-project --with packaging --with pip python tests/locks.py

# The package itself is installed without build isolation, so what builds it is locked too.
resolve = printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - $(addprefix --extra ,$(1)) $(LOCKFLAGS)

# As in .pre-commit-config.yaml.
STRIP := --keep-id --extra-keys "metadata.papermill cell.metadata.papermill cell.metadata.execution"
LOCKFLAGS := --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean:  ## remove environments, caches and generated reports
	rm -rf .venv .venv-lab site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis reports/*/ reports/*.html reports/*.json
