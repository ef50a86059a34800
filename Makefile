# Everything a contributor does. `make` prints the list; CI runs `make test` through .ci/run.
# Needs git, make and Python 3.11 or newer; the rest is installed into .venv from the lock.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.ready
UV := uv==0.13.9

# What CI and a bare terminal share: no bytecode of the build, no version nagging.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# The tests start many processes; each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo demo-csv demo-real demo-backtest demo-report test format lint types layers tests \
	bench bench-backtest bench-capacity bench-crm prove deep faults kill kill-salesforce kill-hubspot coverage lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with the exact versions of the lock

$(READY): requirements-dev.lock pyproject.toml
	@sh .ci/venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (once; about a minute) ..."
	@$(PY) -m pip install -qq --only-binary :all: --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Ready. $$($(PY) --version) in $(VENV)."

demo: setup ## the main job end to end: a story in Salesforce and HubSpot, tasks read back from there
	@$(PY) -m sandbox.demos

demo-csv: setup ## the same story through CSV exports, without any network
	@$(PY) -m sandbox.demos.files

demo-real: setup ## the same on 2,500 real households that nobody here invented
	@$(PY) -m sandbox.demos.real

demo-backtest: setup ## the shipped rules on the story's two years, beside a bad pack: lift over chance
	@$(PY) -m sandbox.demos.backtest

demo-report: setup ## what became of the story: make demo's last run as a page, build/demo/report.html
	@test -f build/demo/config.toml || $(PY) -m sandbox.demos
	@$(BIN)/leadmode report --config build/demo/config.toml --since 365d --most 5 --html build/demo/report.html
	@$(BIN)/leadmode health --config build/demo/config.toml
	@echo "The page with charts is build/demo/report.html."

test: setup format lint types layers tests ## every check: format, lint, types, layers, tests

format: setup
	@echo "== format (ruff format --check)"
	@$(BIN)/ruff format --check --quiet . || { echo "Run .venv/bin/ruff format ."; exit 1; }

lint: setup
	@echo "== lint (ruff check)"
	@$(BIN)/ruff check --quiet .

types: setup
	@echo "== strict types (mypy)"
	@$(BIN)/mypy --no-error-summary

layers: setup
	@echo "== layers (lint-imports)"
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

tests: setup
	@echo "== tests (pytest, three at a time: many of them wait)"
	@$(BIN)/pytest -n 3 --dist loadgroup

bench: setup ## replay and decision speed, beside the figures measured in the same run
	@$(PY) -m benchmarks.replay
	@$(PY) -m benchmarks.incremental

bench-backtest: setup ## a backtest of a million engagements: time, memory, progress bar
	@$(PY) -m benchmarks.backtest

bench-capacity: setup ## what order and capacity are worth: a year with a known truth, lived through twice
	@$(PY) -m benchmarks.capacity

bench-crm: setup ## API calls and memory of the Salesforce and HubSpot adapters, beside the least possible
	@$(PY) -m benchmarks.salesforce
	@$(PY) -m benchmarks.hubspot

prove: setup ## exactly once, proved: 20,000 histories full of faults, mutants, kill -9 at every boundary
	@$(PY) -m sandbox.prove
	@$(MAKE) faults

deep: setup ## the tests that try more cases, or run longer, than `make test` has time for
	@LEADMODE_TESTS=deep $(BIN)/pytest -q -n 2 --dist loadgroup tests/engine tests/config tests/diff \
		tests/adapters/csv/test_kill.py tests/sandbox/test_kill*.py tests/adapters/*/test_laws.py \
		tests/adapters/hubspot/test_cursor.py tests/sandbox/salesforce/soql tests/flow/test_exactly_once.py

faults: setup ## the tests behind docs/faults.md, and nothing else
	@echo "== faults: $$(grep -c '^| F[0-9]' docs/faults.md) in the table, those with a test run now"
	@$(BIN)/pytest -q -n 2 --dist loadgroup -m fault tests

kill: setup ## kill -9 the daemon 30 times while it works; count the tasks it wrote
	@$(PY) -m sandbox.kill

kill-salesforce: setup ## the same against a sandbox Salesforce in another process, in hostile weather
	@$(PY) -m sandbox.kill --on salesforce

kill-hubspot: setup ## and with HubSpot as the CRM
	@$(PY) -m sandbox.kill --on hubspot

coverage: setup ## the tests once more, with the branches they never took
	@$(BIN)/coverage run -m pytest && $(BIN)/coverage report --skip-covered --show-missing

lock: ## choose the newest allowed versions and write both lock files anew
	@sh .ci/venv build/lock
	@build/lock/bin/python -m pip install -qq $(UV)
	@sh .ci/lock build/lock/bin/uv

clean: ## remove .venv and everything that can be made again
	@rm -rf $(VENV) build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
