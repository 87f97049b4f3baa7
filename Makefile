# `make report` and `make test` set themselves up; nothing else is needed but Python >= 3.11.
PYTHON ?= python3
COUNTRY ?= DNK
BIN := .venv/bin
# In a container one is root, and Jupyter wants that said.
LABFLAGS ?= $(if $(filter 0,$(shell id -u)),--allow-root)
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help report test lab clean-data check-reports lint lock clean

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | sort | expand -t 16

# One recipe for the three environments: locked packages with hashes, then this package itself.
# compileall writes the bytecode, with every core and also where PYTHONDONTWRITEBYTECODE is set,
# without which every process would start seconds late.
define install
	$(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r $(2)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	env -u PYTHONDONTWRITEBYTECODE $(1)/bin/python -m compileall -q -j 0 $(1)/lib trafficking_stats || true
	touch $@
endef

.venv/report: requirements.lock pyproject.toml
	$(call install,.venv,requirements.lock)

.venv/test: requirements-test.lock pyproject.toml | .venv/report
	$(call install,.venv,requirements-test.lock)

.venv-lab/lab: requirements-lab.lock pyproject.toml
	$(call install,.venv-lab,requirements-lab.lock)

report: .venv/report  ## clean the data and write the reports of COUNTRY (default DNK) to reports/
	$(BIN)/trafficking-stats clean
	$(BIN)/trafficking-stats report $(COUNTRY)

test: .venv/test  ## run every test and print the coverage
	$(BIN)/python -m pytest --cov --cov-report=term

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

lock:  ## resolve the lock files anew (needs uv)
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - $(LOCKFLAGS) -o requirements.lock
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - --extra test -c requirements.lock $(LOCKFLAGS) -o requirements-test.lock
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - --extra lab -c requirements.lock $(LOCKFLAGS) -o requirements-lab.lock

# As in .pre-commit-config.yaml.
STRIP := --keep-id --extra-keys "metadata.papermill cell.metadata.papermill cell.metadata.execution"
LOCKFLAGS := --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean:  ## remove environments, caches and generated reports
	rm -rf .venv .venv-lab .pytest_cache .mypy_cache .ruff_cache .hypothesis reports/*/ reports/*.html reports/*.json
